"""Scores the checker against hand-labelled claims: `verify_quality.py DIR --repo REPO [--mtimes FILE]`.

DIR holds `claims.jsonl` (one labelled span a line: file, line, start, end, span, label, stratum) and the reports.

- Found: an extracted claim overlaps the labelled span; each extraction serves one label, the longest overlap first.
- Precision of a label: labelled spans rightly called so ÷ labelled spans called so (not-a-claim spans included).
- Recall: over all spans so labelled; those not found are misses. Intervals are Wilson's, 95 %.
- Changed: supported claims printed with another value, x·10^u, u uniform in (−0.5, 0.5), until it differs beyond the
  tolerance (dates: ±1–400 days). Swapped: another value of the same unit from the facts. Counted: still supported.
"""

import argparse
import asyncio
import json
import math
import random
import re
import sys
from collections import Counter, defaultdict
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from chimera_tui.core.config.schema import Scan
from chimera_tui.core.verify.facts import Facts
from chimera_tui.core.verify.index.blocks import read_blocks
from chimera_tui.core.verify.index.inventory import Frozen
from chimera_tui.core.verify.judge import judge_line
from chimera_tui.core.verify.results.consistency import consistent
from chimera_tui.core.verify.text.lines import Reader
from chimera_tui.core.verify.text.quantities import DATE, NUMBER, WORDS, canonical, printed
from chimera_tui.core.verify.tolerance import agreement, half_width
from chimera_tui.core.verify.verdict import SUPPORTED
from chimera_tui.engine.repository.facts import repository_facts
from chimera_tui.engine.repository.workspace import Workspace

LABELS = ("supported", "contradicted", "unverifiable")
REPEATS = 20
SEED = 20251123


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dir", type=Path)
    parser.add_argument("--repo", type=Path, required=True)
    parser.add_argument("--mtimes", type=Path)
    parser.add_argument("--repeats", type=int, default=REPEATS)
    parser.add_argument("--errors", action="store_true", help="List every wrong verdict.")
    parser.add_argument("--no-mutations", action="store_true")
    arguments = parser.parse_args()
    facts = load_facts(arguments.repo, arguments.mtimes)
    claims = [json.loads(line) for line in (arguments.dir / "claims.jsonl").read_text("utf-8").splitlines() if line]
    reports = load_reports(arguments.dir, claims, facts)
    scored = score(claims, reports)
    table(claims, scored, reports)
    if arguments.errors:
        errors(claims, scored)
    if not arguments.no_mutations:
        mutations(claims, scored, reports, facts, arguments.repeats)
    return 0


def load_facts(repo: Path, mtimes: Path | None) -> Facts:
    frozen = frozen_of(json.loads(mtimes.read_text("utf-8"))) if mtimes else None
    workspace = Workspace(repo, scan=Scan())
    snapshot = asyncio.run(workspace.refresh())
    return repository_facts(snapshot.root, snapshot.frames, frozen)


def frozen_of(document: dict) -> Frozen:
    kinds = {"md": "markdown"}
    latest = {
        kinds.get(kind, kind): datetime.fromisoformat(text)
        for kind, text in document.items()
        if isinstance(text, str) and re.match(r"\d{4}-\d\d-\d\dT", text)
    }
    return Frozen(latest, document.get("total_bytes_in_prompt", document.get("total_bytes")))


class Report:
    """One report's lines, as read, and its facts."""

    def __init__(self, text: str, facts: Facts, stratum: str) -> None:
        self.blocks = read_blocks(text)
        base = Facts.none() if stratum == "zero-files" else facts
        self.facts = base.for_report(self.blocks)
        reader = Reader(self.blocks.lines if self.blocks else frozenset())
        lines = text.removeprefix("\ufeff").replace("\r\n", "\n").split("\n")
        self.lines = [reader.line(line) for line in lines]
        judged = [judge_line(line, self.facts) for line in self.lines]
        agreed = iter(consistent([one for verdicts, _ in judged for one in verdicts]))
        self.judged = [([next(agreed) for _ in verdicts], skipped) for verdicts, skipped in judged]


def load_reports(folder: Path, claims: list[dict], facts: Facts) -> dict[str, Report]:
    strata = {claim["file"]: claim["stratum"] for claim in claims}
    found = {}
    for name, stratum in strata.items():
        text = (folder / name).read_bytes().decode("utf-8")
        found[name] = Report(text, facts, stratum)
    return found


def score(claims: list[dict], reports: dict[str, Report]) -> dict[str, object]:
    """The verdict that serves each labelled span, by its id; None where none does."""
    lines = defaultdict(list)
    for claim in claims:
        lines[claim["file"], claim["line"]].append(claim)
    served = {}
    for (name, number), spans in lines.items():
        verdicts = reports[name].judged[number - 1][0]
        pairs = sorted(
            (
                (-(min(one["end"], v.claim.end) - max(one["start"], v.claim.start)), n, m)
                for n, one in enumerate(spans)
                for m, v in enumerate(verdicts)
                if v.claim.start < one["end"] and one["start"] < v.claim.end
            ),
        )
        labels, used = set(), set()
        for _, n, m in pairs:
            if n not in labels and m not in used:
                labels.add(n)
                used.add(m)
                served[spans[n]["id"]] = verdicts[m]
    return served


def wilson(k: int, n: int) -> str:
    if not n:
        return "-"
    z, p = 1.96, k / n
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return f"{p:6.3f} [{max(0, middle - half):.3f}, {min(1, middle + half):.3f}] ({k}/{n})"


def table(claims: list[dict], scored: dict, reports: dict[str, Report]) -> None:
    real = [one for one in claims if one["label"] != "not-a-claim"]
    other = [one for one in claims if one["label"] == "not-a-claim"]
    print(f"labelled claims found           {wilson(sum(one['id'] in scored for one in real), len(real))}")
    print(f"not-a-claim taken for a claim   {wilson(sum(one['id'] in scored for one in other), len(other))}")
    for label in LABELS:
        called = [one for one in claims if one["id"] in scored and scored[one["id"]].label == label]
        right = sum(one["label"] == label for one in called)
        labelled = sum(one["label"] == label for one in claims)
        print(f"{label:13} precision         {wilson(right, len(called))}")
        print(f"{label:13} recall            {wilson(right, labelled)}")
    rejected = sum(one["id"] not in scored for one in other)
    not_called = sum(one["id"] not in scored for one in claims)
    print(f"not-a-claim   precision         {wilson(rejected, not_called)}")
    totals = Counter(v.label for report in reports.values() for verdicts, _ in report.judged for v in verdicts)
    skipped = sum(len(skipped) for report in reports.values() for _, skipped in report.judged)
    print(
        f"coverage: {sum(totals.values())} claims extracted in {len(reports)} reports, "
        + ", ".join(f"{totals[label]} {label}" for label in LABELS)
        + f"; {skipped} numbers skipped"
    )
    confusion = Counter(
        (one["label"], scored[one["id"]].label if one["id"] in scored else "not found") for one in claims
    )
    for (label, called), n in sorted(confusion.items()):
        print(f"   labelled {label:13} called {called:13} {n:4}")


def errors(claims: list[dict], scored: dict) -> None:
    for one in claims:
        verdict = scored.get(one["id"])
        called = verdict.label if verdict else "not-a-claim"
        if called != one["label"]:
            print(f"\n{one['id']} {one['span']!r}: labelled {one['label']} ({one['reason']})")
            print(f"    {one['sentence'][:300]}")
            if verdict:
                print(f"    called {called} by {verdict.rule}: {verdict.reason}")


def mutations(claims: list[dict], scored: dict, reports: dict[str, Report], facts: Facts, repeats: int) -> None:
    """Both tests over the claims labelled supported whose number can be printed anew."""
    spans = [one for one in claims if one["label"] == "supported" and one["id"] in scored]
    pool = values_by_unit(facts)
    for name in ("changed", "swapped"):
        generator = random.Random(f"{SEED} {name}")
        still, entity, by_rule = [], [], Counter()
        for _ in range(repeats):
            for one in spans:
                verdict = scored[one["id"]]
                text = (
                    changed(one["span"], verdict, generator)
                    if name == "changed"
                    else swapped(one, verdict, pool, generator)
                )
                if text is None:
                    continue
                result = judged_with(reports[one["file"]], one, text)
                kept = result is not None and result.label == SUPPORTED
                still.append(kept)
                by_rule[verdict.rule] += kept
                if not verdict.unscoped:
                    entity.append(kept)
        print(f"{name}, still supported       {wilson(sum(still), len(still))}")
        print(f"    where the entity is stated {wilson(sum(entity), len(entity))}; by rule {dict(by_rule)}")


def values_by_unit(facts: Facts) -> dict[str, list[float]]:
    """Values of the facts by canonical unit: cells as printed by the files, counts of files, sizes, dates."""
    found = defaultdict(set)
    assert facts.cells is not None
    for series in facts.cells.series.values():
        frame = facts.cells.in_series((series.series_id,), _everything())
        for value in frame["value"].to_list():
            if math.isfinite(value):
                found[series.unit].add(value)
    inventory = facts.inventory
    found["files"] = {float(n) for n in (inventory.total, *inventory.kinds.values(), len(inventory.kinds)) if n}
    found["files"] |= {float(n) for n in inventory.words.values()}
    found["bytes"] |= {float(n) for n in inventory.sizes(None)}
    found["share"] = {100 * n / inventory.total for n in inventory.kinds.values()} | {
        100 * n / inventory.total for n in inventory.words.values()
    }
    found["parameters"] = set(map(float, facts.model_sizes))
    return {unit: sorted(values) for unit, values in found.items()}


def _everything():
    from chimera_tui.core.verify.index.filters import Filter

    return Filter()


_NUMBER = re.compile(NUMBER)


def changed(span: str, verdict, generator: random.Random) -> str | None:
    if verdict.claim.day is not None:
        return moved_date(span, generator)
    number, start, end = number_in(span)
    if number is None:
        return None
    claim = verdict.claim
    decimals = claim.decimals
    for _ in range(1000):
        value = number * 10 ** generator.uniform(-0.5, 0.5)
        text = f"{value:.{max(decimals, 0)}f}"
        if abs(float(text) - number) > half_width(claim, number) and float(text) != number:
            return span[:start] + text + span[end:]
    return None


def swapped(one: dict, verdict, pool: dict[str, list[float]], generator: random.Random) -> str | None:
    span, claim = one["span"], verdict.claim
    if claim.day is not None:
        return None
    number, start, end = number_in(span)
    if number is None:
        return None
    unit, factor = unit_for(one, verdict)
    values = [value / factor for value in pool.get(unit, [])]
    decimals = max(claim.decimals, 0)
    values = [value for value in values if float(f"{value:.{decimals}f}") != float(f"{number:.{decimals}f}")]
    if not values:
        return None
    return span[:start] + f"{generator.choice(values):.{decimals}f}" + span[end:]


def unit_for(one: dict, verdict) -> tuple[str, float]:
    if one["kind"] == "count":
        return "files", 1.0
    if one["kind"] == "share":
        return "share", 1.0
    if verdict.claim.unit == "parameters":
        return "parameters", 1e9 if re.search(r"B|billion", one["span"]) else 1e6
    source = verdict.sources[0] if verdict.sources else None
    for raw in (verdict.claim.unit, source.unit if source else None):
        if raw and (unit := canonical(raw)):
            return unit.name, unit.factor / unit.divisor
    return ("bytes", 1.0) if verdict.rule == "size" or "bytes" in verdict.reason else ("", 1.0)


def number_in(span: str):
    if span.lower() in WORDS:
        return float(WORDS[span.lower()]), 0, len(span)
    found = _NUMBER.search(span)
    if not found:
        return None, 0, 0
    return printed(found[0])[0], found.start(), found.end()


def moved_date(span: str, generator: random.Random) -> str | None:
    found = DATE.fullmatch(span) or DATE.match(span)
    if not found:
        return None
    from chimera_tui.core.verify.text.quantities import date_parts

    (year, month, day), _ = date_parts(found)
    for _ in range(100):
        new = date(year or 2025, month or 1, day or 15) + generator.choice((-1, 1)) * timedelta(
            days=generator.randint(1, 400)
        )
        if not day and (new.year, new.month) == (year, month):
            continue
        break
    name = f"{new:%B}"
    if re.match(r"\d{4}-\d\d-\d\d", span):
        return f"{new:%Y-%m-%d}" + span[10:]
    return f"{name} {new.day}, {new.year}" if day else f"{name} {new.year}"


def judged_with(report: Report, one: dict, text: str):
    """The verdict on the mutated span in its line."""
    import msgspec

    line = report.lines[one["line"] - 1]
    shift = len(text) - (one["end"] - one["start"])
    place = one["start"]

    def moved(span):
        return tuple(at + shift if at > place else at for at in span)

    changed_line = msgspec.structs.replace(
        line, text=line.text[:place] + text + line.text[one["end"] :], cells=tuple(moved(cell) for cell in line.cells),
        number_at=moved(line.number_at) if line.number_at else None,
    )  # fmt: skip
    verdicts, _ = judge_line(changed_line, report.facts)
    best = [v for v in verdicts if v.claim.start < place + len(text) and place < v.claim.end]
    return max(best, key=lambda v: min(v.claim.end, place + len(text)) - max(v.claim.start, place)) if best else None


__all__ = ["UTC", "agreement"]

if __name__ == "__main__":
    sys.exit(main())
