"""What holds for all tests."""

import os

# A terminal's size is asked from the terminal: these two would stand before it, and pytest-xdist sets them.
for _name in ("COLUMNS", "LINES"):
    os.environ.pop(_name, None)
