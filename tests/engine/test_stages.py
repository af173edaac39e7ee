"""Prompts, the fact sheet and the stages: what is sent, what is asked again, what a person's own files change."""

import json
import tomllib
from pathlib import Path

import pytest

from chimera_tui.core.endings import Ending
from chimera_tui.core.findings.choice import Choices, chosen
from chimera_tui.core.findings.finding import Finding
from chimera_tui.engine.backends.base import ChatRequest
from chimera_tui.engine.backends.connect import connect
from chimera_tui.engine.context import RunContext
from chimera_tui.engine.events import CallStarted, Notice
from chimera_tui.engine.prompts import token_rates
from chimera_tui.engine.prompts.templates import BUILT_IN, load_prompts
from chimera_tui.engine.prompts.token_rates import CHARS_PER_TOKEN
from chimera_tui.engine.record.save import build
from chimera_tui.engine.repository.choices import choices_path, load_choices, save_choices
from chimera_tui.engine.repository.workspace import Workspace
from chimera_tui.engine.stages import by_section, model_stages
from chimera_tui.engine.stages.calls import Caller
from chimera_tui.engine.stages.conduct import ingest
from chimera_tui.engine.stages.fact_sheet import cut, dealt
from tests.engine.whole_runs import BRIEF, REPORT, answering, finished, folder_of, settings, small_repository, text_of
from tests.server import OllamaServer, Script


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    return small_repository(tmp_path / "repo")


def finding(number: int) -> Finding:
    return Finding(
        kind="k", statement=f"Statement {number}.", value=float(number), unit="s", label="measured", definition="d",
        caveats=("n = 1",),
    )  # fmt: skip


def notices(events) -> str:
    return "\n".join(event.text for event in events if isinstance(event, Notice))


def prompts_sent(server: OllamaServer) -> list[str]:
    chats = [each.request.json for each in server.exchanges if each.request.path == "/api/chat"]
    return [chat["messages"][-1]["content"] for chat in chats]


# -- the fact sheet


def test_pinned_come_first_dropped_not_at_all_and_labels_stay() -> None:
    facts = [finding(n) for n in range(1, 5)]
    choices = Choices().with_choice(facts[2].key, "pinned").with_choice(facts[0].key, "dropped")
    assert [one.label for one in chosen(facts, choices)] == ["F3", "F2", "F4"]
    assert choices.with_choice(facts[2].key, "dropped").of(facts[2].key) == "dropped"


def test_a_sheet_holds_what_fits_and_its_parts_hold_the_rest() -> None:
    facts = chosen([finding(n) for n in range(1, 10)], Choices())
    whole, used = cut(facts, 10_000)
    assert used == 9
    assert whole.splitlines()[0] == '[F1] (measured) "Statement 1. Caveat: n = 1"'
    text, used = cut(facts, 100)
    assert text == "\n".join(whole.splitlines()[:used])
    assert len(text) <= 100 < len("\n".join(whole.splitlines()[: used + 1]))
    parts = dealt(facts, 100, 20)
    assert "\n".join(text for text, _ in parts) == whole
    assert sum(used for _, used in parts) == 9
    assert len(dealt(facts, 100, 2)) == 2


async def test_a_run_follows_the_choices_and_records_them(repository: Path) -> None:
    rows = [f"other:4b,{gpu},{gpu + run}" for gpu in (20, 40) for run in range(3)]  # rows of another model
    (repository / "gpu.csv").write_text("model,num_gpu,tokens_s\n" + "\n".join(rows) + "\n")
    async with OllamaServer(Script(text=[REPORT, BRIEF])) as server:
        run, _ = await finished(repository, settings(server.url))
        first, second = run.draft.facts[:2]
        save_choices(repository, Choices((second.key,), (first.key,)))
        run, _ = await finished(repository, settings(server.url))
        sheet = prompts_sent(server)[-2].partition("Facts:\n")[2]
    assert sheet.startswith("[F2] ")
    assert "[F1] " not in sheet
    saved = tomllib.loads((folder_of(run) / "run.toml").read_text())
    assert saved["findings"] == {"pinned": [second.key], "dropped": [first.key]}
    frozen = json.loads((folder_of(run) / "facts.json").read_text())["findings"]
    assert [fact["choice"] for fact in frozen[:2]] == ["dropped", "pinned"]
    assert "Findings chosen by hand: 1 pinned, 1 dropped" in text_of(run)


async def test_what_is_dropped_is_not_in_an_offline_report_either(repository: Path) -> None:
    wanted = settings("http://127.0.0.1:9", engine="offline")
    run, _ = await finished(repository, wanted)
    dropped = run.draft.facts[0]
    assert dropped.statement.split(":")[-1] in text_of(run).replace("\\", "")
    save_choices(repository, Choices((), (dropped.key,)))
    run, _ = await finished(repository, wanted)
    assert "[F1]" not in text_of(run).partition("## Facts")[0]


@pytest.mark.parametrize("content", [b"", b"{", b'{"version": 2, "repository": "", "pinned": ["a"]}', b'{"pinned": 3}'])
def test_choices_that_cannot_be_read_are_none(repository: Path, content: bytes) -> None:
    choices_path(repository).parent.mkdir(parents=True)
    choices_path(repository).write_bytes(content)
    assert load_choices(repository) == Choices()


# -- characters per token


def test_rates_are_kept_by_model_and_forget_slowly(tmp_path: Path) -> None:
    assert token_rates.rate_of("sha256:a", tmp_path).chars_per_token == CHARS_PER_TOKEN
    token_rates.remember("sha256:a", [(3000, 1000), (1000, 1000)], tmp_path)
    token_rates.remember("sha256:b", [(500, 100)], tmp_path)
    rate = token_rates.rate_of("sha256:a", tmp_path)
    assert (rate.chars_per_token, rate.prompts) == (2.0, 2)
    assert "measured on 2 earlier prompts" in rate.words
    assert token_rates.rate_of("sha256:b", tmp_path).chars_per_token == 5.0
    for _ in range(60):
        token_rates.remember("sha256:a", [(40_000, 10_000)], tmp_path)
    assert token_rates.rate_of("sha256:a", tmp_path).chars_per_token == pytest.approx(4.0, rel=0.01)
    (tmp_path / token_rates.NAME).write_text("broken")
    assert not token_rates.rate_of("sha256:a", tmp_path).measured


async def test_the_second_run_estimates_with_what_the_first_one_measured(repository: Path) -> None:
    async with OllamaServer(Script(text=[REPORT, BRIEF])) as server:
        first, _ = await finished(repository, settings(server.url))
        second, events = await finished(repository, settings(server.url))
    assert "2.50 characters per token, the default" in text_of(first)
    assert "measured on 3 earlier prompts" in text_of(second)
    (call, *_) = [event for event in events if isinstance(event, CallStarted)]
    counted = second.draft.calls[0].figures.prompt_tokens
    assert counted is not None
    assert call.prompt_tokens_est == pytest.approx(counted, rel=0.1)


# -- a person's own prompts


def own_prompt(home: Path, name: str, text: str) -> Path:
    path = home / "config" / "chimera-tui" / "prompts" / f"{name}.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


async def test_an_own_prompt_takes_the_place_of_ours_and_is_recorded(repository: Path, home: Path) -> None:
    path = own_prompt(home, "analysis", "MINE $repository $counts $facts costs $$5")
    async with OllamaServer(Script(text=[REPORT, BRIEF])) as server:
        run, _ = await finished(repository, settings(server.url))
        assert prompts_sent(server)[0].startswith('MINE "repo" ')
        assert prompts_sent(server)[0].endswith("costs $5")
    files = tomllib.loads((folder_of(run) / "run.toml").read_text())["prompt_files"]
    assert files["analysis"]["source"] == str(path)
    assert files["report"]["source"] == BUILT_IN
    assert files["analysis"]["hash"] != load_prompts().hashes()["analysis"]
    assert str(path) in text_of(run).replace("\\", "")


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("analysis", "$repository $facts $counts $secret", "unknown: $secret"),
        ("analysis", "$repository $facts", "missing: $counts"),
        ("analysis", "$repository $facts $counts costs 5 $.", "must be written $$"),
        ("analisys", "$repository", "the prompts are called system, analysis"),
    ],
)
async def test_an_own_prompt_that_cannot_be_used_is_said_and_ours_is_sent(
    repository: Path, home: Path, name: str, text: str, words: str
) -> None:
    own_prompt(home, name, text)
    async with OllamaServer(Script(text=[REPORT, BRIEF])) as server:
        run, events = await finished(repository, settings(server.url, persona="none"))
        assert "Answer as JSON" in prompts_sent(server)[0]
    assert words in notices(events)
    assert run.ended is not None
    assert run.ended.ending is Ending.COMPLETE


# -- the brief


async def test_a_brief_that_breaks_its_contract_is_asked_for_once_more(repository: Path) -> None:
    async with OllamaServer(Script(text=[REPORT, "Too short.", BRIEF, "never"])) as server:
        run, events = await finished(repository, settings(server.url))
        sent = prompts_sent(server)
    assert len(sent) == 4
    assert "exactly 3 recommendations (found 0)" in sent[-1]
    assert all(clause.kept for clause in run.draft.clauses), run.draft.clauses
    assert "Of two briefs the second is kept: it keeps 8 of 8 clauses, the other 0" in notices(events)
    assert "Too short." not in text_of(run)


async def test_of_two_broken_briefs_the_better_stays_and_there_is_no_third(repository: Path) -> None:
    better = BRIEF.replace("| One machine | Use another |\n", "")
    async with OllamaServer(Script(text=[REPORT, better, "Worse.", "never"])) as server:
        run, events = await finished(repository, settings(server.url))
        assert len(prompts_sent(server)) == 4
    assert "the first is kept: it keeps 7 of 8" in notices(events)
    assert "Worse." not in text_of(run)
    assert "- FAIL: risk/mitigation table" in text_of(run)


# -- section by section


async def test_a_report_in_a_tiny_context_is_written_section_by_section(repository: Path) -> None:
    async with OllamaServer(Script(text=[f"Prose {n}." for n in range(1, 6)])) as server:
        wanted = settings(server.url, num_ctx=768)
        run = RunContext(Workspace(repository, scan=wanted.scan), wanted, ask=answering("go"))
        await ingest(run)
        run.draft.by_section, run.draft.effective_num_ctx = True, 768
        backend = connect(wanted.server)
        await model_stages.write(run, Caller(run, backend, ChatRequest(model="gemma3:latest", messages=())))
        await backend.aclose()
        sent = prompts_sent(server)
    assert by_section.fits(run, 768)
    assert not by_section.fits(run, 512), "by the default characters per token"
    run.draft.rate = token_rates.Rate(4000, 1000, 1)
    assert by_section.fits(run, 512)
    assert len(sent) == 5
    assert all(len(prompt) < 768 * 2.5 for prompt in sent)
    body = build(run).body
    for number, title in ((1, "Executive Summary"), (3, "Performance Analysis"), (6, "Conclusion")):
        assert f"## {number}. {title}" in body
    assert all(f"Prose {n}." in body for n in range(1, 6))
