"""``verify``, ``compare`` and ``export``: what is done with reports."""

import asyncio
import sys
from pathlib import Path
from typing import Any

import click

from chimera_tui.cli.settings import given, open_workspace, settings_options


def _report_file(context: click.Context, parameter: click.Parameter, path: Path) -> Path:  # noqa: ARG001
    """The file to read: the report itself, or the one in the folder of a saved run."""
    from chimera_tui.core.report.saved import REPORT

    if path.is_dir() and not (path / REPORT).is_file():
        raise click.BadParameter(f"{path} is a folder without a {REPORT}: no saved run, or one that did not finish.")
    return path / REPORT if path.is_dir() else path


report_argument = click.argument("report", type=click.Path(path_type=Path, exists=True), callback=_report_file)


@click.command()
@report_argument
@click.option("--repo", type=click.Path(path_type=Path), metavar="DIR", help="The repository that it is about.")
@click.option("--facts", type=click.Path(path_type=Path), metavar="FILE", help="Facts frozen with it (facts.json).")
@click.option("--annotate", type=click.Path(path_type=Path), metavar="OUT.md", help="A copy with footnotes.")
@click.option("--json", "as_json", is_flag=True, help="A list of objects on stdout.")
@click.option("--no-cache", is_flag=True, help="Read every file again.")
@settings_options
def verify(
    report: Path, repo: Path | None, facts: Path | None, annotate: Path | None, as_json: bool, no_cache: bool,
    **settings: Any,
) -> None:  # fmt: skip
    """Check every number of REPORT, any Markdown or the folder of a saved run, against facts computed from the files.

    Facts are, in this order: blocks that a Chimera program wrote into the report, FILE (by default the facts.json
    beside the report), the files in DIR. Exit status: 0, 1 when a number is contradicted, 2 usage.

    With --json each claim is an object: file, line (from 1), start and end (character offsets in the line), span,
    kind (count, share, size, date, metric value, config value, ratio, hardware), label (supported, contradicted,
    unverifiable), rule, reason, source (path, record, field, where, value, unit, or null), right, reading, scope.
    """
    from chimera_tui.headless.verify import verify as run_verify

    workspace = None if repo is None else open_workspace(repo, no_cache=no_cache, **given(settings))[0]
    sys.exit(asyncio.run(run_verify(report, workspace, facts, annotate=annotate, as_json=as_json)))


@click.command()
@click.argument("sides", nargs=-1, required=True, metavar="A B [MORE]...")
@click.option("--repo", type=click.Path(path_type=Path), default=".", metavar="DIR", help="What filters are over.")
@click.option("--over", type=click.Choice(["measurements", "reports"]), help="What filters and folders choose.")
@click.option("--diff", is_flag=True, help="The texts of two reports line by line as well.")
@click.option("--json", "as_json", is_flag=True, help="A list of comparisons as JSON.")
@click.option("-o", "--out", type=click.Path(path_type=Path), metavar="FILE", help="Into a file instead of stdout.")
@click.option("--no-cache", is_flag=True, help="Read every file again.")
@settings_options
def compare(
    sides: tuple[str, ...], repo: Path, over: Any, diff: bool, as_json: bool, out: Path | None, no_cache: bool,
    **settings: Any,
) -> None:  # fmt: skip
    """Compare B, and whatever follows, with A; Markdown on stdout.

    A side is a report, the folder of a saved run, a folder below --repo, or a filter such as "backend = 'ollama'".
    Filters and folders choose measurements where there are any for each side, otherwise reports. Sides are joined on
    equal remaining factors; what has no partner is listed. Means carry Welch 95 % intervals, and every number its n.
    Exit status: 0, 1 when the file cannot be written, 2 when a side names nothing.
    """
    from chimera_tui.headless.compare import compare as run_compare

    if len(sides) < 2:
        raise click.UsageError("compare takes two sides or more.")
    workspace, chosen = open_workspace(repo, no_cache=no_cache, **given(settings))
    sys.exit(asyncio.run(run_compare(workspace, chosen, sides, over=over, as_json=as_json, diff=diff, out=out)))


@click.command()
@report_argument
@click.option("-o", "--out", type=click.Path(path_type=Path), metavar="FILE", help="An HTML file instead of stdout.")
@click.option("--repo", type=click.Path(path_type=Path), metavar="DIR", help="Judge its numbers by this repository.")
@click.option("--no-cache", is_flag=True, help="Read every file again.")
@settings_options
def export(report: Path, out: Path | None, repo: Path | None, no_cache: bool, **settings: Any) -> None:
    """Give REPORT, any Markdown or the folder of a saved run, as one HTML file that needs nothing else.

    Judged numbers link to their verdicts, sources and facts, all inside the file. Exit status: 0, 1 when the file
    cannot be written, 2 when the report cannot be read.
    """
    from chimera_tui.headless.export import export as run_export

    workspace = None if repo is None else open_workspace(repo, no_cache=no_cache, **given(settings))[0]
    sys.exit(asyncio.run(run_export(report, out, workspace)))
