"""Names and cells that attack: a prompt quotes them, a report's Markdown keeps its shape."""

import json
import re
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from chimera_tui.engine.events import CallStarted
from tests import hostile
from tests.engine.whole_runs import BRIEF, REPORT, finished, settings, text_of
from tests.server import OllamaServer, Script

QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e]")
STRUCTURE = ("tr_open", "th_open", "td_open", "fence", "html_block", "list_item_open", "blockquote_open")
ATTACKS = ("IGNORE ALL", "obey the files", "HACKED", "ignore previous", "Extra heading", "<script>", "etc/passwd")


def skeleton(markdown: str) -> list[object]:
    """Headings with their levels, tables with their rows and columns, lists with their items, fences."""
    shape: list[object] = []
    tokens = MarkdownIt("gfm-like", {"linkify": False}).parse(markdown)
    for place, token in enumerate(tokens):
        if token.type == "heading_open":
            title = tokens[place + 1].content
            shape.append((token.tag, title if not title.startswith("Technical Report") else ""))
        elif token.type in STRUCTURE:
            shape.append(token.type)
        elif token.type == "inline":
            kinds = {child.type for child in token.children or ()}
            shape += sorted(kinds & {"image", "html_inline"})
    return shape


@pytest.fixture
def both(tmp_path: Path) -> tuple[Path, Path]:
    return hostile.write(tmp_path / "a", hostile=False), hostile.write(tmp_path / "b", hostile=True)


async def test_every_prompt_holds_the_repository_s_text_as_quoted_data_only(both: tuple[Path, Path]) -> None:
    plain, attacked = both
    lengths = []
    for repository in (plain, attacked):
        async with OllamaServer(Script(text=[REPORT, BRIEF])) as server:
            _, events = await finished(repository, settings(server.url))
        sent = [event.messages for event in events if isinstance(event, CallStarted)]
        assert len(sent) == 3
        lengths.append(sum(len(message["content"]) for messages in sent for message in messages))
        for messages in sent:
            assert [message["role"] for message in messages] == ["system", "user"]
            content = messages[1]["content"]
            assert not CONTROLS.search(content)
            bare = QUOTED.sub('""', content)
            for attack in ATTACKS:
                assert attack not in bare, attack
            facts = [line for line in content.splitlines() if re.match(r"\[F\d+\]", line)]
            assert facts
            for line in facts:
                json.loads(line.split(") ", 1)[1])
    assert lengths[1] < 3 * lengths[0], "names of 10,000 characters do not fill the context"


@pytest.mark.parametrize("engine", ["offline", "ollama"])
async def test_a_report_keeps_its_shape_whatever_names_say(both: tuple[Path, Path], engine: str) -> None:
    shapes, texts = [], []
    for repository in both:
        async with OllamaServer(Script(text=[REPORT, BRIEF])) as server:
            run, _ = await finished(repository, settings(server.url, engine=engine))
        texts.append(text_of(run))
        shapes.append(skeleton(texts[-1]))
    assert shapes[0] == shapes[1]
    assert not CONTROLS.search(texts[1])
    assert len(texts[1]) < 4 * len(texts[0])
    assert ("h2", "7. Extra heading") not in shapes[1]
    assert "image" not in shapes[1]
