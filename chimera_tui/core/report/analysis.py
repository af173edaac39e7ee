"""The analysis a model gives as JSON by schema: parsing it, and reading it while it is still arriving."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from chimera_tui.core.files import BrokenFileError, decoded_json


class Point(msgspec.Struct, frozen=True):
    """One finding or recommendation in the model's words, and the fact labels it rests on."""

    text: Annotated[str, Meta(min_length=1)]
    facts: list[str] = []


class Analysis(msgspec.Struct, frozen=True):
    """What the analysis call answers."""

    summary: str
    findings: list[Point]
    recommendations: list[Point]


_POINTS: dict[str, Any] = {
    "type": "array",
    "items": {
        "type": "object",
        "properties": {"text": {"type": "string"}, "facts": {"type": "array", "items": {"type": "string"}}},
        "required": ["text", "facts"],
    },
}

SCHEMA: dict[str, object] = {
    "type": "object",
    "properties": {"summary": {"type": "string"}, "findings": _POINTS, "recommendations": _POINTS},
    "required": ["summary", "findings", "recommendations"],
}
"""The JSON schema that goes to the server as ``format``."""


class InvalidAnalysisError(ValueError):
    """The answer is not the JSON that was asked for; the message says where it departs."""


def parse(text: str) -> Analysis:
    """The analysis in an answer. Raises :class:`InvalidAnalysisError`."""
    try:
        return decoded_json(text.strip(), Analysis)
    except BrokenFileError as error:
        raise InvalidAnalysisError(f"The analysis is not the JSON that was asked for: {error}.") from error


class ReadableJson:
    """Markdown from JSON that is still arriving: strings of text as paragraphs and list items, labels as ``[F1]``.

    ``feed`` takes pieces cut anywhere and returns the Markdown they add. It reads whatever arrives and judges nothing.
    """

    def __init__(self) -> None:
        self._stack: list[str] = []
        self._key = ""
        self._string: list[str] = []
        self._in_string = False
        self._escape = ""
        self._is_key = False

    def feed(self, piece: str) -> str:
        """The Markdown that this piece adds."""
        out: list[str] = []
        for character in piece:
            if not self._in_string:
                out.append(self._outside(character))
            else:
                out.append(self._inside(character))
        return "".join(out)

    def _outside(self, character: str) -> str:
        if character == '"':
            self._string, self._in_string = [], True
            self._is_key = bool(self._stack) and self._stack[-1] == "{"
            return "" if self._is_key else self._opening()
        if character in "{[":
            self._stack.append(character)
        elif character in "}]" and self._stack:
            self._stack.pop()
        if character == ":" and self._stack and self._stack[-1] == "{":
            self._stack[-1] = ":"
        elif character == "," and self._stack and self._stack[-1] == ":":
            self._stack[-1] = "{"
        return ""

    def _opening(self) -> str:
        if self._key == "summary":
            return "\n\n"
        return {"text": "\n- ", "facts": " ["}.get(self._key, "\n- ")

    def _inside(self, character: str) -> str:
        if self._escape:
            return self._escaped(character)
        if character == "\\":
            self._escape = character
            return ""
        if character == '"':
            word, self._in_string = "".join(self._string), False
            if self._is_key:
                self._key = word
                heading = {"findings": "\n\n**Findings**\n", "recommendations": "\n\n**Recommendations**\n"}
                return heading.get(word, "")
            return "]" if self._key == "facts" else ""
        self._string.append(character)
        return "" if self._is_key else character.replace("\n", " ")

    def _escaped(self, character: str) -> str:
        self._escape += character
        if self._escape[1] == "u" and len(self._escape) < 6:
            return ""
        try:
            text = str(msgspec.json.decode(f'"{self._escape}"'))
        except msgspec.DecodeError:
            text = ""
        self._escape = ""
        self._string.append(text)
        return "" if self._is_key else text.replace("\n", " ")
