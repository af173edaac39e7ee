"""A comparison as Markdown: what differs first, then every metric with its n, its interval and its label."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from chimera_tui.core.compare.match import NEVER_EQUAL
from chimera_tui.core.compare.reported import WHOLE
from chimera_tui.core.compare.result import Change, Comparison, Estimate, Measure, NotCompared, Option
from chimera_tui.core.findings.wording import count, factors, measured, metric_words, p_value, percent, ratio
from chimera_tui.core.markdown_text import escaped
from chimera_tui.core.report.document import escaped_path

MOST_LISTED = 40
_UNKNOWN = ("not set", "not stated")
_HEAD = ("Metric", "A", "B", "B ÷ A", "B − A (95 % interval)", "Conclusion")


def markdown(found: Comparison) -> str:
    """The whole comparison. Values with n = 1 are measured; means, ratios and intervals are derived."""
    parts = [
        ["# Comparison", "", f"- **A**: {_named(found.a.name, found.a.kind, found.a.n)}",
         f"- **B**: {_named(found.b.name, found.b.kind, found.b.n)}"],
        _options(found.options), *_measures(found.measures), _apart(found.measures), _unmatched(found.measures),
        _not_compared(found.not_compared), _findings(found), _verdicts(found), _caveats(found.caveats),
    ]  # fmt: skip
    return "\n\n".join("\n".join(part) for part in parts if part) + "\n"


def _named(name: str, kind: str, n: int) -> str:
    what = {"report": "1 report", "reports": count(n, "report"), "measurements": count(n, "observation")}[kind]
    return f"`{escaped_path(name)}` ({what})"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]], numbers: int = 0) -> list[str]:
    rule = "| " + " | ".join([":--"] * (len(head) - numbers) + ["--:"] * numbers) + " |"
    return [f"| {' | '.join(head)} |", rule, *(f"| {' | '.join(row)} |" for row in rows)]


def _options(options: Sequence[Option]) -> list[str]:
    differing = [one for one in options if one.differs]
    if not options:
        return []
    same = [
        f"{escaped(one.name)} = {escaped(one.a, 80)}" for one in options if not one.differs and one.a not in _UNKNOWN
    ]
    table = _table(("Option", "A", "B"), ((escaped(o.name), escaped(o.a, 120), escaped(o.b, 120)) for o in differing))
    return [
        "## Options", "", *(table if differing else ["No option differs."]),
        *(["", f"The same on both sides: {', '.join(same)}."] if same else []),
    ]  # fmt: skip


def _measures(measures: Sequence[Measure]) -> Iterator[list[str]]:
    calls = [one for one in measures if one.part != WHOLE]
    whole = [one for one in measures if one.part == WHOLE]
    if not measures:
        yield ["## Metrics", "", "No metric could be compared."]
    for title, some in (("## Metrics" if not whole else "## Metrics per call, within a stage", calls),
                        ("## Metrics per report", whole)):  # fmt: skip
        if some:
            ordered = sorted(some, key=_place) if whole else some
            yield [title, "", *_table(_HEAD, (_row(one) for one in ordered)), "", _labels(some)]


def _place(one: Measure) -> str:
    return one.part.partition(",")[0]


def _labels(some: Sequence[Measure]) -> str:
    """Which numbers are measured and which derived, over how many configurations, and how the intervals came about."""
    single = any(1 in (one.a.n, one.b.n) for one in some)
    words = [
        "A and B: mean ± SD (n). Means, ratios and intervals are derived"
        + ("; values with n = 1 are measured" if single else "")
    ]
    matched = sorted({one.matched for one in some})
    words.append(f"matched configurations: {' to '.join(str(n) for n in dict.fromkeys((matched[0], matched[-1])))}")
    words += sorted({one.interval.method for one in some if one.interval is not None})
    return ". ".join(word[0].upper() + word[1:] for word in words) + "."


def _row(one: Measure) -> tuple[str, ...]:
    name = metric_words(one.metric) + ("" if one.part in (WHOLE, one.metric, "") else f" ({one.part})")
    interval = "–"
    if one.interval is not None and one.interval.percent is not None:
        middle, low, high = (percent(value) for value in one.interval.percent)
        interval = f"{middle} ({low} to {high}, {p_value(one.interval.p)})"
    words = one.conclusion if one.interval is None else _short(one)
    caveats = "".join(f"; {caveat}" for caveat in one.caveats)
    return (
        escaped(name, 100), _estimate(one.a, one.unit), _estimate(one.b, one.unit),
        "–" if one.ratio is None else ratio(one.ratio), interval, escaped(words + caveats, 400),
    )  # fmt: skip


def _short(one: Measure) -> str:
    """The conclusion without the interval that stands beside it, and which side that is good for."""
    if one.interval is None or not one.interval.shown:
        return "no difference shown"
    higher = one.interval.value > 0
    good = {"higher": "B" if higher else "A", "lower": "A" if higher else "B"}.get(one.better)
    return f"B is {'higher' if higher else 'lower'}" + (f"; {good} is better" if good else "")


def _estimate(one: Estimate, unit: str) -> str:
    return f"{measured(one.mean, one.sd, unit)} (n = {one.n})"


def _apart(measures: Sequence[Measure]) -> list[str]:
    differing = {name: pair for one in measures for name, pair in one.also_differs.items()}
    if not differing:
        return []
    lines = [
        f"- {escaped(name.removeprefix('option '))}: {escaped(a, 100)} in A, {escaped(b, 100)} in B"
        for name, (a, b) in differing.items()
    ]
    return [
        "## Also different",
        "",
        "One value on each side, so their effect cannot be told apart from the rest:",
        "",
        *lines,
    ]


def _unmatched(measures: Sequence[Measure]) -> list[str]:
    lines = []
    for one in measures:
        for side in ("A", "B"):
            alone = [left for left in one.unmatched if left.side == side]
            if alone:
                told = "; ".join(f"{factors(left.factors) or 'nothing stated'} (n = {left.n})" for left in alone[:3])
                more = f"; and {len(alone) - 3} more" if len(alone) > 3 else ""
                name = f"{metric_words(one.metric)} ({one.part})"
                lines.append(f"- {escaped(name, 100)}: {len(alone)} only in {side}: {escaped(told, 500)}{more}")
    if not lines:
        return []
    return ["## Unmatched", "", "Configurations that one side alone has; they are left out above.", "", *_cut(lines)]


def _not_compared(rows: Sequence[NotCompared]) -> list[str]:
    if not rows:
        return []
    lines = [
        f"- {escaped(f'{metric_words(one.metric)} ({one.part})', 100)}: {escaped(one.reason, 300)} "
        f"(n = {one.n_a} and {one.n_b})"
        for one in rows
    ]
    apart = any(one.reason.startswith(NEVER_EQUAL) for one in rows)
    advice = ["", "Give each side one value of such a factor, or name it in both filters."] if apart else []
    return ["## Not compared", "", *_cut(lines), *advice]


def _findings(found: Comparison) -> list[str]:
    if not found.findings_known:
        return []
    appeared, vanished = found.findings_appeared, found.findings_vanished
    lines = [
        "## Findings", "",
        f"{found.findings_shared} in both, {len(appeared)} only in B, {len(vanished)} only in A (counted by key).",
    ]  # fmt: skip
    for title, changes in (("Appeared (only in B)", appeared), ("Vanished (only in A)", vanished)):
        if changes:
            lines += ["", f"{title}:", "", *_cut([f"- {escaped(one.text)}" for one in changes])]
    return lines


def _verdicts(found: Comparison) -> list[str]:
    if not found.verdicts:
        return []
    table = _table(("Verdicts (counted)", "A", "B"), ((o.name, escaped(o.a), escaped(o.b)) for o in found.verdicts))
    changes = _cut([f"- {one.was} → {one.now}: {escaped(one.text)}" for one in _telling(found.verdict_changes)])
    return ["## Verdicts", "", *table, *(["", "Changed:", "", *changes] if changes else [])]


def _telling(changes: Sequence[Change]) -> list[Change]:
    """Contradictions first, then what else has another verdict; numbers that merely came or went unjudged last."""
    return sorted(changes, key=lambda one: ("contradicted" not in (one.was, one.now), "absent" in (one.was, one.now)))


def _caveats(caveats: Sequence[str]) -> list[str]:
    return ["## Caveats", "", *(f"- {escaped(one)}" for one in caveats)] if caveats else []


def _cut(lines: list[str]) -> list[str]:
    rest = len(lines) - MOST_LISTED
    return [*lines[:MOST_LISTED], f"- and {rest} more"] if rest > 0 else lines
