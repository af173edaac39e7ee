"""Documents that are alike are measured by filling in numbers: that must give what measuring each by itself gives."""

import copy
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from chimera_tui.core.measure import FileResult, Limits, alike
from chimera_tui.core.measure.files import measure_text
from chimera_tui.core.read.content import decode

HERE = Path(__file__).parents[1] / "data" / "read"
RESULT = {
    "model": "gemma3:1b", "timestamp": "2025-10-04T09:30:00Z", "options": {"num_gpu": 40, "temperature": 0.8},
    "timing": {"samples": 10, "mean_ms": 1.25, "p99_ms": 2.5}, "ttft_s": 0.5, "eval_count": 40, "status": "ok",
    "results": [{"tokens_s": 20.5, "num_ctx": 512}, {"tokens_s": 21.5, "num_ctx": 1024}], "error": None,
}  # fmt: skip
SEEDS = [RESULT, *(json.loads(path.read_text("utf-8-sig")) for path in sorted(HERE.glob("*.json")))]
NUMBERS = (0, 1, -3, 7, 2**40, 2**70, 10**400, 1.5, 0.0, 1e-9, 1e99, 1e120, 1759197058, 1759197058000)
VALUES = (
    *NUMBERS, None, True, False, "ok", "failed", "12", "12 ms", "", "ms", "q4_0", "2025-10-04", [1.5, 2.5], [], {},
    {"mean": 1.5, "p50": 2.5},
)  # fmt: skip
NAMES = ("error", "status", "unit", "n", "count", "samples", "timestamp", "temperature", "mean_ms", "phase", "run_id")


def measured(document: Any) -> FileResult:
    text = json.dumps(document)
    return measure_text(decode(text.encode()), "runs/result.json", "json", Limits())


def by_itself(document: Any) -> FileResult:
    alike.forget()
    return measured(document)


def spots(node: Any) -> Iterator[tuple[Any, Any]]:
    """Every place in a document: what holds it, and under which key."""
    inside = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in inside:
        yield node, key
        yield from spots(value)


def varied(document: Any, pick: random.Random) -> Any:
    """The document with other numbers, and now and then another value or key."""
    found = copy.deepcopy(document)
    for node, key in list(spots(found)):
        value = node[key]
        if type(value) is float and pick.random() < 0.7:
            node[key] = pick.choice((round(pick.random() * 10, 4), value * 1.5, 0.0, 1e16, 1e99))
        elif type(value) is int and pick.random() < 0.3:
            node[key] = pick.choice((value + 1, 0, 2**70))
    places = list(spots(found))
    for _ in range(pick.choice((0, 0, 1, 2))):
        node, key = pick.choice(places)
        if isinstance(node, dict) and pick.random() < 0.2:
            node[pick.choice(NAMES)] = pick.choice(VALUES)
        elif isinstance(node, list) or key in node:
            node[key] = pick.choice(VALUES)
    return found


@given(seed=st.integers(0, 2**32), which=st.integers(0, len(SEEDS) - 1))
@settings(max_examples=80, deadline=None)
def test_like_by_itself(seed: int, which: int) -> None:
    pick = random.Random(seed)
    first = varied(SEEDS[which], pick)
    documents = [varied(first, pick) for _ in range(5)]
    expected = [by_itself(document) for document in documents]
    alike.forget()
    for document in (first, first, first, *documents):
        measured(document)  # learns
    assert [measured(document) for document in documents] == expected


def test_only_the_numbers_and_the_time_are_looked_at_again(monkeypatch: Any) -> None:
    other = {**RESULT, "ttft_s": 0.75, "timestamp": "2025-10-05T09:30:00Z"}
    expected = by_itself(other)
    alike.forget()
    for _ in range(2):
        measured(RESULT)
    monkeypatch.setattr("chimera_tui.core.measure.files.measure_document", None)
    assert measured(other) == expected
    assert expected.value != by_itself_of(RESULT, monkeypatch).value


def test_identifiers_and_texts_are_not_looked_at(monkeypatch: Any) -> None:
    documents = [{**RESULT, "run_id": f"run-{n}", "uuid": f"{n:032}", "ttft_s": n + 0.5} for n in range(4)]
    expected = [by_itself(document) for document in documents]
    alike.forget()
    for document in documents[:2]:
        measured(document)
    monkeypatch.setattr("chimera_tui.core.measure.files.measure_document", None)
    assert [measured(document) for document in documents[2:]] == expected[2:]


def by_itself_of(document: Any, monkeypatch: Any) -> FileResult:
    monkeypatch.undo()
    return by_itself(document)
