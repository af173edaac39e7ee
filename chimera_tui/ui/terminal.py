"""What a terminal must be for the screen to be of use."""

SMALLEST = (50, 12)
"""Columns and lines below which nothing useful fits."""
ROOMY = (80, 24)
"""Columns and lines from which nothing is cut."""
DUMB = ("dumb", "unknown", "")
"""Values of TERM that stand for a terminal without a cursor to move."""
