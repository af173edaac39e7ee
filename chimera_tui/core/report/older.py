"""Reports that an older Chimera agent wrote: recognised by their structure, read back from the program's own blocks.

Two layouts exist. One opens with a header of **Agent Type:** and **Configuration:** and closes with the blocks
Workflow Summary and Metrics; ours is the same with more in it. The other is titled "… Agent Report" and opens with
Configuration, Aggregate Metrics and Workflow Summary. What the model wrote in between is never read for figures.
"""

import re

import msgspec

from chimera_tui.core.moments import utc
from chimera_tui.core.report.call_rows import read_calls

HEAD = 8192
"""Characters that are enough to recognise a report."""
HEADER_LINES = 40
SOURCE = "older report"

_BOLD = re.compile(r"^\*\*([A-Za-z ]+):\*\*\s*(.*?)\s*$")
_TITLE = re.compile(r"^#\s+(\S.*?)\s*$")
_AGENT_TITLE = re.compile(r"^#\s+(.+?)\s+Agent Report\s*$", re.MULTILINE)
_HEADING = re.compile(r"^##\s+(.+?)\s*$", re.MULTILINE)
_FIGURE = re.compile(
    r"^[-|]\s*([A-Z][A-Za-z ()]*?)\s*[:|]\s*(-?\d{1,15}(?:\.\d+)?)(?:\s*±\s*[\d.]+)?\s*(tok/s|ms|s)?\b"
)
_FILES = re.compile(r"^- Files analyzed: (\d{1,9})\b", re.MULTILINE)
_TIMES = re.compile(r"\b(ingest|analysis|report) (\d+(?:\.\d+)?)s")
_OPTION = re.compile(r"\s*([a-z_]+)=([^,]*)")
_COLUMNS = {
    "throughput": "decode_tps", "average throughput": "decode_tps", "ttft": "ttft_s", "average ttft": "ttft_s",
    "total duration": "total_s", "total llm call duration": "total_s", "tokens generated": "generated_tokens",
    "total tokens generated": "generated_tokens", "prompt eval": "prefill_s", "prompt eval duration (sum)": "prefill_s",
    "eval duration": "decode_s", "eval duration (sum)": "decode_s", "load duration": "load_s",
    "load duration (sum)": "load_s",
}  # fmt: skip
_OPTION_COLUMNS = ("num_gpu", "num_ctx", "temperature", "top_p", "top_k")


def is_chimera_report(text: str) -> bool:
    """Whether Markdown, of which the first ``HEAD`` characters are enough, is a report of a Chimera agent."""
    head = text[:HEAD].lstrip("\ufeff \t\r\n")
    title = _TITLE.match(head.partition("\n")[0].rstrip("\r"))
    if title is None:
        return False
    head_keys = header(head)
    if "Agent Type" in head_keys and "Configuration" in head_keys:
        return True
    headings = {found[1] for found in _HEADING.finditer(head)}
    return (
        _AGENT_TITLE.match(head) is not None
        and "Model" in head_keys
        and "Configuration" in headings
        and bool(headings & {"Aggregate Metrics", "LLM Call Metrics"})
    )


def read_chimera_report(text: str, path: str) -> dict[str, object]:
    """A report's row of the ``runs`` frame; columns that it does not state are absent."""
    text = text.lstrip("\ufeff").replace("\r\n", "\n")
    keys = header(text[:HEAD].lstrip())
    agent_title = _AGENT_TITLE.match(text.lstrip())
    configuration = keys.get("Configuration") or _block(text, "Configuration").strip().partition("\n")[0]
    options = _options(configuration)
    # The model may have written headings of these names too: the program's come last in the one layout, first in
    # the other.
    last = agent_title is None
    workflow = _block(text, "Workflow Summary", last=last)
    row: dict[str, object] = {
        "run_id": path, "path": path, "source": SOURCE,
        "agent": keys.get("Agent Type") or (agent_title[1] if agent_title else ""),
        "model": keys.get("Model", ""), "ending": keys.get("Ending", "").partition(":")[0],
        "started": utc((keys.get("Timestamp") or keys.get("Date") or "").removesuffix(" UTC")),
        "options_requested": msgspec.json.encode(options, order="sorted").decode(),
        **{name: options[name] for name in _OPTION_COLUMNS if name in options},
        **_figures(_block(text, "Metrics", last=True) if last else _block(text, "Aggregate Metrics")),
    }  # fmt: skip
    if calls := read_calls(text):
        row["n_calls"] = len(calls)
    if files := _FILES.search(workflow):
        row["n_files"] = int(files[1])
    times = workflow.partition("Execution time:")[2].partition("\n")[0]
    row.update({f"{stage}_s": float(seconds) for stage, seconds in _TIMES.findall(times)})
    return row


def header(head: str) -> dict[str, str]:
    """The bold keys before the first rule or second-level heading: written by the program, not by the model."""
    found: dict[str, str] = {}
    for line in head.splitlines()[:HEADER_LINES]:
        if line.startswith(("---", "## ")):
            break
        if mark := _BOLD.match(line):
            found.setdefault(mark[1].strip(), mark[2])
    return found


def _block(text: str, title: str, *, last: bool = False) -> str:
    """What stands under a second-level heading, up to the next one; empty where there is none."""
    found = [mark for mark in _HEADING.finditer(text) if mark[1] == title]
    if not found:
        return ""
    mark = found[-1 if last else 0]
    following = _HEADING.search(text, mark.end())
    return text[mark.end() : following.start() if following else len(text)]


def _figures(block: str) -> dict[str, object]:
    row: dict[str, object] = {}
    for line in block.splitlines():
        mark = _FIGURE.match(line)
        column = _COLUMNS.get(mark[1].lower()) if mark else None
        if mark is None or column is None or column in row:
            continue
        value = float(mark[2])
        if column == "generated_tokens":
            row[column] = int(value)
        else:
            row[column] = round(value / 1e3, 9) if mark[3] == "ms" else value
    return row


def _options(line: str) -> dict[str, float | int | str]:
    """``num_gpu=80, temp=1, top_p=default`` as options, those at their default left out."""
    options: dict[str, float | int | str] = {}
    for name, text in _OPTION.findall(line):
        value = text.strip().removesuffix("(fit)").removesuffix("(the server's)").strip()
        if value and value != "default":
            options["temperature" if name == "temp" else name] = _number(value)
    return options


def _number(text: str) -> float | int | str:
    for convert in (int, float):
        try:
            return convert(text)
        except ValueError:
            continue
    return text
