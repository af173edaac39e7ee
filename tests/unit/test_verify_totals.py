"""Sums of what files count, where the words beside the number are the field's own name."""

import pytest

from chimera_tui.core.verify.facts import Facts
from chimera_tui.core.verify.judge import check
from tests.unit.verify_repository import facts_of

SUPPORTED, UNVERIFIABLE = "supported", "unverifiable"


@pytest.fixture(scope="module")
def facts(tmp_path_factory) -> Facts:
    folder = tmp_path_factory.mktemp("repository")
    rows = [("alpha-7b", 1, 403, 7), ("alpha-7b", 8, 1211, 12), ("beta-13b", 1, 398, 9), ("beta-13b", 8, 1174, 36)]
    lines = [f"{m},{c},{ok},{bad},{ok * 0.5}" for m, c, ok, bad in rows]
    head = "model,concurrency,completed_requests,failed_requests,output_tok_s\n"
    (folder / "load.csv").write_text(head + "\n".join(lines) + "\n")
    return facts_of(folder)


CASES = [
    ("The servers answered 3,186 completed requests.", "3,186", SUPPORTED),
    ("The servers answered 3,187 completed requests.", "3,187", UNVERIFIABLE),
    ("Of all requests 64 failed requests were counted.", "64", SUPPORTED),
    ("Of all requests 46 failed requests were counted.", "46", UNVERIFIABLE),
    ("With alpha-7b there were 1,614 completed requests.", "1,614", SUPPORTED),
    ("There were 3,186 completed requests on average.", "3,186", UNVERIFIABLE),
]


@pytest.mark.parametrize(("text", "number", "label"), CASES, ids=[f"{n} {label}" for _, n, label in CASES])
def test_sums_of_what_is_counted(facts, text, number, label):
    verdicts = [one for one in check(text, facts).verdicts if one.claim.span.startswith(number)]
    assert [one.label for one in verdicts] == [label], [one.reason for one in verdicts]
