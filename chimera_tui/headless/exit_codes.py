"""What the program's exit status says."""

from chimera_tui.core.endings import Ending

FAILED, USAGE = 1, 2
"""Something could not be written; what was asked for makes no sense or names nothing."""
EXIT_CODES = {
    Ending.COMPLETE: 0,
    Ending.NO_DATA: 3,
    Ending.SERVER_ERROR: 4,
    Ending.CONNECTION_LOST: 5,
    Ending.NO_DONE: 5,
    Ending.REFUSED: 6,
    Ending.LENGTH: 7,
    Ending.CANCELLED: 8,
}
"""The status of a run by how it ended."""
