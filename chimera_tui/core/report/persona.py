"""A persona writes the closing brief. It is data: a prompt, and a contract that the brief is checked against."""

import re

import msgspec


class Contract(msgspec.Struct, frozen=True, kw_only=True):
    """What a brief must hold."""

    recommendations: int
    balance: tuple[str, ...]
    risk_rows: int
    words: tuple[int, int]


class Persona(msgspec.Struct, frozen=True, kw_only=True):
    """Who writes a brief. ``prompt`` is sent as it stands and saved with the report."""

    name: str
    prompt: str
    contract: Contract


class Clause(msgspec.Struct, frozen=True):
    """One clause of a contract and whether a brief keeps it."""

    name: str
    kept: bool
    detail: str = ""

    def line(self) -> str:
        """The clause as the report prints it."""
        return f"- {'pass' if self.kept else 'FAIL'}: {self.name}" + (f" ({self.detail})" if self.detail else "")


def check(brief: str, contract: Contract, *, quality_measured: bool) -> tuple[Clause, ...]:
    """Judge a brief clause by clause."""
    sections = _sections(brief)
    summary = next((body for title, body in sections if "summary" in title.lower()), None)
    advice = "\n".join(body for title, body in sections if "recommend" in title.lower())
    items = re.findall(r"^\s{0,3}(?:[-*+]|\d+[.)])\s+\S", advice, re.MULTILINE)
    missing = [word for word in contract.balance if not re.search(rf"\b{re.escape(word)}", advice, re.IGNORECASE)]
    rows = _risk_rows(brief)
    words = len(re.findall(r"\b[\w'’.%/-]+\b", brief))
    low, high = contract.words
    clauses = [
        Clause("executive summary", bool(summary and summary.strip())),
        Clause(f"exactly {contract.recommendations} recommendations", len(items) == contract.recommendations,
               f"found {len(items)}"),
        Clause("recommendations balance " + ", ".join(contract.balance), not missing,
               f"not mentioned: {', '.join(missing)}" if missing else ""),
        Clause(f"risk/mitigation table with at least {contract.risk_rows} rows", rows >= contract.risk_rows,
               f"found {rows}"),
        Clause(f"{low}-{high} words", low <= words <= high, f"{words} words"),
        Clause("numbered sections", len([title for title, _ in sections if re.match(r"\d+[.)]", title)]) >= 2),
        Clause("bold metric callouts", bool(re.search(r"\*\*[^*\n]*\d[^*\n]*\*\*", brief))),
    ]  # fmt: skip
    if not quality_measured:
        said = re.search(r"quality[^.\n]{0,80}\b(not|no|never|un)|\b(not|no|never|without)\b[^.\n]{0,60}quality", brief,
                         re.IGNORECASE)  # fmt: skip
        clauses.append(Clause("says that no quality was measured", bool(said)))
    return tuple(clauses)


def _sections(brief: str) -> list[tuple[str, str]]:
    """(title, body) of every section: Markdown headings, or lines that are bold or numbered titles."""
    found: list[tuple[str, list[str]]] = []
    for line in brief.splitlines():
        title = re.match(r"^\s{0,3}(?:#{1,6}\s+(.*)|\*\*(\d+[.)].*?)\*\*:?\s*|(\d+[.)]\s+\*\*.*?\*\*):?\s*)$", line)
        if title:
            text = next(group for group in title.groups() if group is not None)
            found.append((text.replace("*", "").strip(), []))
        elif found:
            found[-1][1].append(line)
    return [(title, "\n".join(body)) for title, body in found]


def _risk_rows(brief: str) -> int:
    """Data rows of the first table whose header names a risk."""
    lines = brief.splitlines()
    for index, line in enumerate(lines[:-1]):
        if "|" in line and "risk" in line.lower() and re.match(r"^\s*\|?[\s:|-]+\|?\s*$", lines[index + 1]):
            rows = 0
            for row in lines[index + 2 :]:
                if "|" not in row:
                    break
                rows += 1
            return rows
    return 0
