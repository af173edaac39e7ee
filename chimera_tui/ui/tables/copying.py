"""The one message by which tables and trees offer text for the clipboard."""

from textual.message import Message


class CopyRequested(Message):
    """Text for the clipboard; ``what`` names it in a sentence, such as “path”."""

    def __init__(self, text: str, what: str) -> None:
        super().__init__()
        self.text = text
        self.what = what
