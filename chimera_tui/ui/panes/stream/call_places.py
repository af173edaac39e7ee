"""Where the text of each call stands in a view that also shows text of the program's."""


class CallPlaces:
    """Fed with every piece of a call's text; translates offsets in that call to offsets in the view's source."""

    def __init__(self) -> None:
        self._runs: dict[int, list[tuple[int, int, int]]] = {}

    def note(self, call: int, at: int, length: int) -> None:
        """``length`` more characters of a call stand in the source from ``at``."""
        runs = self._runs.setdefault(call, [])
        begun = runs[-1][0] + runs[-1][2] if runs else 0
        if runs and runs[-1][1] + runs[-1][2] == at:
            runs[-1] = (*runs[-1][:2], runs[-1][2] + length)
        else:
            runs.append((begun, at, length))

    def place(self, call: int, start: int, end: int) -> tuple[int, int] | None:
        """Where a span of a call stands; nothing where it does not stand in one piece."""
        for begun, at, length in self._runs.get(call, ()):
            if begun <= start and end <= begun + length:
                return at + start - begun, at + end - begun
        return None
