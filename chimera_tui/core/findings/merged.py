"""One finding for what several say alike: of the same thing, with the same outcome, at other sizes of the work."""

from collections.abc import Callable, Iterable
from typing import Any

from msgspec.structs import replace

from chimera_tui.core.findings.finding import Finding
from chimera_tui.core.findings.wording import factor, quantity, term

MOST_TOLD = 6
MOST_SOURCES = 12


def _ordered(details: dict[str, Any]) -> object:
    return details["factor"], tuple(map(str, details["ranking"]))


def _best(details: dict[str, Any]) -> object:
    return tuple(sorted((name, str(value)) for name, value in details["best"]["factors"].items()))


def _knee(details: dict[str, Any]) -> object:
    return details["factor"], details["knee"], details["beyond"]


def _front(details: dict[str, Any]) -> object:
    return details["factor"], tuple(map(str, details["pareto"])), tuple(map(str, details["dominated"]))


def _direction(details: dict[str, Any]) -> object:
    return details["factor"], details["ratio"] < 1, tuple(str(level[details["factor"]]) for level in details["levels"])


_OUTCOMES: dict[str, tuple[Callable[[dict[str, Any]], object], str]] = {
    "best configuration": (_best, "The same is best"), "load knee": (_knee, "The same"),
    "pareto set": (_front, "The same"), "context depth": (_direction, "Also"),
}  # fmt: skip
"""Of each kind: what two findings must agree in, and how the others are told."""


def merged(found: Iterable[Finding]) -> list[Finding]:
    """The findings, the most telling first, with those that say the same of other held factors told in one.

    What is then alike for several subjects of the same files is told in one, too.
    """
    at_sizes = [_at_sizes(alike) for alike in _alike(found, _outcome)]
    return [_of_subjects(alike) for alike in _alike(at_sizes, _outcome_in_files)]


def _alike(found: Iterable[Finding], outcome: Callable[[Finding], object]) -> list[list[Finding]]:
    kept: dict[object, list[Finding]] = {}
    for number, finding in enumerate(found):
        kept.setdefault(outcome(finding) or number, []).append(finding)
    return list(kept.values())


def _outcome(finding: Finding) -> object:
    """What findings must have in common to be told in one; None for one that is told alone."""
    said = _said(finding)
    return said and (*said, finding.details["about"], tuple(sorted(_held(finding))))


def _outcome_in_files(finding: Finding) -> object:
    said = _said(finding)
    if said is None or finding.kind in ("load knee", "pareto set"):
        return None
    held = tuple(sorted((name, str(value)) for name, value in _held(finding).items()))
    return *said, held, frozenset(source.path for source in finding.sources), finding.details.get("separable")


def _said(finding: Finding) -> tuple[object, ...] | None:
    outcome = (_ordered, "") if finding.kind.endswith(" ranking") else _OUTCOMES.get(finding.kind)
    if outcome is None or "held" not in finding.details:
        return None
    return finding.kind, finding.details["metric"], outcome[0](dict(finding.details))


def _at_sizes(alike: list[Finding]) -> Finding:
    """The finding at the smallest of the sizes, and at which others the same holds."""
    if len(alike) == 1 or not any(map(_held, alike)):
        return alike[0]
    apart = alike[0].details.get("separable")
    first, *others = sorted(alike, key=lambda one: (one.details.get("separable") != apart, *_size(_held(one))))
    held = _held(first)
    told = [
        _told(other, {name: value for name, value in _held(other).items() if held.get(name) != value}, first)
        for other in others[:MOST_TOLD]
    ]
    words = _OUTCOMES.get(first.kind, (None, "The same order"))[1]
    rest = f" and at {len(others) - MOST_TOLD} more" if len(others) > MOST_TOLD else ""
    also = [{"held": _held(other), "value": other.value, "n": other.n} for other in others]
    return _with(first, alike, f"{words} at {_joined(told)}{rest}.", also)


def _of_subjects(alike: list[Finding]) -> Finding:
    first, *others = alike
    if not others:
        return first
    told = [f"{finding.details['about']}{_value(finding, first)}" for finding in others[:MOST_TOLD]]
    words = _OUTCOMES.get(first.kind, (None, "The same order"))[1]
    rest = f" and {len(others) - MOST_TOLD} more" if len(others) > MOST_TOLD else ""
    also = [{"about": other.details["about"], "value": other.value, "n": other.n} for other in others]
    return _with(first, alike, f"{words} for {', '.join(told)}{rest}.", also)


def _with(first: Finding, alike: list[Finding], words: str, also: list[dict[str, Any]]) -> Finding:
    sources = dict.fromkeys(source for finding in (first, *alike) for source in finding.sources)
    before = first.details.get("also")
    return replace(
        first, statement=f"{first.statement} {words}", sources=tuple(sources)[:MOST_SOURCES],
        rank=max(finding.rank for finding in alike),
        details={**first.details, "also": [*(before if isinstance(before, list) else []), *also]},
    )  # fmt: skip


def _held(finding: Finding) -> dict[str, Any]:
    held = finding.details["held"]
    return held if isinstance(held, dict) else {}


def _size(held: dict[str, Any]) -> tuple[tuple[bool, float, str], ...]:
    """Numbers in their order, before texts."""
    return tuple(
        (not isinstance(value, int | float), float(value) if isinstance(value, int | float) else 0.0, str(value))
        for value in held.values()
    )


def _told(finding: Finding, held: dict[str, Any], first: Finding) -> tuple[str, str]:
    """What is held in this finding but not in the first, and its value."""
    where = ", ".join(f"{term(name)}={factor(value)}" for name, value in held.items() if value is not None)
    return where, _value(finding, first)


def _value(finding: Finding, first: Finding) -> str:
    if finding.kind in ("load knee", "pareto set") or finding.value is None:
        return ""
    unlike = first.details.get("separable") is True and finding.details.get("separable") is False
    return f" ({quantity(finding.value, finding.unit)}{', not separable' if unlike else ''})"


def _joined(told: list[tuple[str, str]]) -> str:
    """``depth=1 (2×), 4 (3×)`` where the same factor differs each time, else apart by semicolons."""
    names = {where.partition("=")[0] for where, _ in told}
    if len(names) == 1 and all(where.count("=") == 1 for where, _ in told):
        values = ", ".join(f"{where.partition('=')[2]}{value}" for where, value in told)
        return f"{names.pop()}={values}"
    return "; ".join(where + value for where, value in told)
