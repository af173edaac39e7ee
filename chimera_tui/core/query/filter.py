"""The filter language: ``kind = csv and size > 10k``; words alone look into the path, the model and the like.

    filter     = term (["and"] term | "or" term)*        "and" binds closer than "or"
    term       = "not" term | "(" filter ")" | column op value | column "in" "(" value, … ")"
               | column "is" ["not"] "null" | word
    op         = "=" "==" "!=" "<>" "<" "<=" ">" ">=" "~" (holds) "!~" (does not hold)

Text is compared without regard to case; outside quotation marks ``*`` and ``?`` stand for any text and character.
Numbers take k M G T (1000), Ki Mi Gi Ti (1024), a B after them, and ns us ms s min h for columns in seconds. Times are
``2025``, ``2025-10``, ``2025-10-01`` or ``2025-10-01T13:45``, UTC, and mean that whole year, month, day or minute.
A missing value equals nothing: ``a = 1`` leaves it out, ``a != 1`` keeps it.
"""

from __future__ import annotations

import re
from datetime import datetime
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, NamedTuple

from chimera_tui.core.query.error import QueryError, column_named, no_column, quoted
from chimera_tui.core.query.values import comparison

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import polars as pl

MAX_LENGTH = 2_000
MAX_DEPTH = 40
_TOKEN = re.compile(
    r"""\s*(?:(?P<string>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|`[^`]*`)"""
    r"""|(?P<op>!=|<>|<=|>=|==|!~|=|<|>|~)|(?P<mark>[(),])|(?P<word>[^\s"'`()<>=~!,]+|!))"""
)


class Token(NamedTuple):
    """A piece of the text. ``kind`` is string, op, mark or word; a string has lost its quotation marks."""

    kind: str
    text: str

    def is_word(self, *words: str) -> bool:
        """Whether it is one of these keywords, bare."""
        return self.kind == "word" and self.text.lower() in words


END = Token("end", "")


def compile_filter(text: str, schema: Mapping[str, pl.DataType], text_columns: Sequence[str] = ()) -> pl.Expr:
    """The filter as an expression that is true, false and never null.

    Bare words look into those ``text_columns`` that the schema has.
    """
    if len(text) > MAX_LENGTH:
        raise QueryError(f"The filter is longer than {MAX_LENGTH:,} characters.")
    tokens = _tokens(text)
    if not tokens:
        raise QueryError("The filter is empty.")
    return _Parser(tokens, dict(schema), [name for name in text_columns if name in schema]).whole()


def _tokens(text: str) -> list[Token]:
    tokens, place = [], 0
    while text[place:].strip():
        match = _TOKEN.match(text, place)
        if match is None:
            raise QueryError(f"The quotation mark before {quoted(text[place:].strip()[1:])} is not closed.")
        kind = match.lastgroup or ""
        piece = match.group(kind)
        tokens.append(Token(kind, re.sub(r"\\(.)", r"\1", piece[1:-1]) if kind == "string" else piece))
        place = match.end()
    return tokens


def quoted_value(value: object) -> str:
    """A value as this language writes it."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%S")
    return '"' + str(value).replace("\\", "\\\\").replace('"', '\\"') + '"'


class _Parser:
    """Recursive descent over the tokens; every method leaves ``place`` behind what it took."""

    def __init__(self, tokens: list[Token], schema: dict[str, pl.DataType], text_columns: list[str]) -> None:
        self.tokens = tokens
        self.schema = schema
        self.text_columns = text_columns
        self.place = 0
        self.depth = 0

    def whole(self) -> pl.Expr:
        expression = self.alternatives()
        if self.next is not END:
            raise QueryError(f"{quoted(self.next.text)} does not fit here.")
        return expression

    @property
    def next(self) -> Token:
        return self.tokens[self.place] if self.place < len(self.tokens) else END

    def take(self) -> Token:
        token = self.next
        self.place += 1
        return token

    def alternatives(self) -> pl.Expr:
        expression = self.conjunction()
        while self.next.is_word("or", "|", "||"):
            self.take()
            expression = expression | self.conjunction()
        return expression

    def conjunction(self) -> pl.Expr:
        expression = self.term()
        while self.next is not END and self.next.text != ")" and not self.next.is_word("or", "|", "||"):
            if self.next.is_word("and", "&", "&&"):
                self.take()
            expression = expression & self.term()
        return expression

    def term(self) -> pl.Expr:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise QueryError("The filter is nested too deeply.")
        try:
            return self.inverted() if self.next.is_word("not", "!") else self.primary()
        finally:
            self.depth -= 1

    def inverted(self) -> pl.Expr:
        self.take()
        return ~self.term()

    def primary(self) -> pl.Expr:
        token = self.take()
        if token.kind == "mark" and token.text == "(":
            expression = self.alternatives()
            self.closing()
            return expression
        if token is END or token.is_word("and", "or", "&", "&&", "|", "||"):
            where = f"before {quoted(token.text)}" if token is not END else "at the end"
            raise QueryError(f"A condition is missing {where}, such as size > 10k.")
        if token.kind in ("op", "mark"):
            raise QueryError(f"A column name is missing before {quoted(token.text)}.")
        return self.condition(token)

    def condition(self, name: Token) -> pl.Expr:
        if self.next.kind == "op":
            operator = self.take().text
            return self.compare(name.text, operator, self.value(name.text, operator))
        if self.next.is_word("is"):
            return self.null_test(name.text)
        if self.next.is_word("in") and self.place + 1 < len(self.tokens) and self.tokens[self.place + 1].text == "(":
            return self.membership(name.text)
        return self.bare(name)

    def value(self, column: str, operator: str) -> Token:
        token = self.take()
        if token is END or token.kind in ("op", "mark"):
            raise QueryError(f"A value is missing after {inert_name(column)} {operator}.")
        return token

    def compare(self, name: str, operator: str, value: Token) -> pl.Expr:
        column = column_named(name, self.schema)
        if value.is_word("null", "none", "–"):
            return self.is_null(column, operator not in ("!=", "<>"))
        return comparison(column, self.schema[column], operator, value.text, wild=value.kind == "word")

    def null_test(self, name: str) -> pl.Expr:
        column = column_named(name, self.schema)
        self.take()
        positive = not self.next.is_word("not")
        if not positive:
            self.take()
        if not self.take().is_word("null", "none"):
            raise QueryError(f"After {inert_name(name)} is comes null or not null.")
        return self.is_null(column, positive)

    def membership(self, name: str) -> pl.Expr:
        self.take()
        self.take()
        expression = self.compare(name, "=", self.value(name, "in ("))
        while self.next.text == ",":
            self.take()
            expression = expression | self.compare(name, "=", self.value(name, "in ("))
        self.closing()
        return expression

    def closing(self) -> None:
        if self.take() != Token("mark", ")"):
            raise QueryError("A closing parenthesis is missing.")

    def bare(self, word: Token) -> pl.Expr:
        if not self.text_columns:
            raise no_column(word.text, self.schema) if word.text not in self.schema else QueryError(
                f"After the column {inert_name(word.text)} comes a comparison, such as {inert_name(word.text)} > 1."
            )  # fmt: skip
        operator = "=" if word.kind == "word" and _has_wildcard(word.text) else "~"
        return reduce(
            or_,
            (comparison(column, self.schema[column], operator, word.text, wild=operator == "=")
             for column in self.text_columns),
        )  # fmt: skip

    def is_null(self, column: str, positive: bool) -> pl.Expr:
        import polars as pl

        return pl.col(column).is_null() if positive else pl.col(column).is_not_null()


def inert_name(name: str) -> str:
    """A column name inside a sentence."""
    return quoted(name)[1:-1]


def _has_wildcard(text: str) -> bool:
    return "*" in text or "?" in text
