"""Rows with more cells than the header: a delimiter inside an unquoted cell, undone where only one way fits."""

from chimera_tui.core.read.numbers import number_in

_ENOUGH = 50


def repaired(rows: list[list[str]], width: int, delimiter: str) -> tuple[list[list[str] | None], int]:
    """Each row with ``width`` cells (short ones padded), or None where it cannot be told; and how many are None."""
    numeric = _numeric_columns([row for row in rows if len(row) == width], width)
    found: list[list[str] | None] = []
    lost = 0
    for row in rows:
        if len(row) <= width:
            found.append(row + [""] * (width - len(row)))
        elif not any(cell.strip() for cell in row[width:]):
            found.append(row[:width])
        else:
            joined = _joined(row, width, delimiter, numeric)
            lost += joined is None
            found.append(joined)
    return found, lost


def _numeric_columns(rows: list[list[str]], width: int) -> list[bool]:
    sample = rows[:_ENOUGH]
    return [
        bool(sample) and all(number_in(row[i]) is not None or not row[i].strip() for row in sample)
        for i in range(width)
    ]


def _joined(row: list[str], width: int, delimiter: str, numeric: list[bool]) -> list[str] | None:
    """The one way to join neighbours so that numbers stand in the numeric columns and nowhere they are joined."""
    over = len(row) - width
    if not any(numeric) or over > 8:
        return None
    fitting = []
    for at in range(width):
        if numeric[at]:
            continue
        cells = [*row[:at], delimiter.join(row[at : at + over + 1]), *row[at + over + 1 :]]
        if all(
            number_in(cell) is not None or not cell.strip()
            for cell, is_number in zip(cells, numeric, strict=True)
            if is_number
        ):
            fitting.append(cells)
    if len(fitting) > 1:  # the joined text begins with a blank behind the delimiter when people write "a, b"
        fitting = [cells for at, cells in enumerate(fitting) if any(delimiter + " " in cell for cell in cells)][
            :1
        ] or fitting
    return fitting[0] if len(fitting) == 1 else None
