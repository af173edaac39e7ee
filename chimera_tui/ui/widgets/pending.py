"""Stand-ins until the panes arrive."""

from pathlib import Path

from textual.widgets import Static


class _Pending(Static, can_focus=True):
    """A pane that is still to come."""


class RepoTree(_Pending):
    """Files."""

    def __init__(self, root: Path) -> None:
        super().__init__(str(root), markup=False)


class Inventory(_Pending):
    """Inventory."""


class Measurements(_Pending):
    """Measurements."""


class Preview(_Pending):
    """Preview."""


class StreamView(_Pending):
    """Stream."""

    def _more(self, text: str) -> None:
        self.update(str(self.content) + text)

    append = load = append_program = append_thinking = _more

    def clear(self) -> None:
        """Empty."""
        self.update("")

    def finish(self) -> None:
        """Over."""
