"""``python -m chimera_tui``."""

from chimera_tui.cli import main

if __name__ == "__main__":
    main()
