"""The command line: it wires settings, engine and front ends together and holds no logic of its own."""

import asyncio
import os
import sys
from functools import partial
from pathlib import Path
from typing import Any

import click

from chimera_tui import __version__

TEXTUAL_ENVIRONMENT = {
    "TEXTUAL_FPS": "20",  # a key is painted within 50 ms more; streaming text has a pace of its own
    "TEXTUAL_ANIMATIONS": "none",
    "TEXTUAL_DISABLE_KITTY_KEY": "1",  # Textual #6612: some keys are lost on terminals with the Kitty protocol
}
"""Set before textual is imported; what a person set stays."""
SLOW_ENVIRONMENT = TEXTUAL_ENVIRONMENT | {"TEXTUAL_FPS": "8"}
"""The same with ``--slow``."""


class _PathFirst(click.Group):
    """``chimera-tui PATH`` opens PATH: whatever is not a command is one."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not args or (args[0] not in self.commands and args[0] not in ("--help", "--version")):
            args = ["open", *args]
        return super().parse_args(ctx, args)


def _settings_options(command: Any) -> Any:
    """The flags that every command with settings takes."""
    for option in (
        click.option("--set", "assignments", multiple=True, metavar="NAME=VALUE", help="Any setting, by dotted name."),
        click.option("--profile", help="The profile whose options replace [options]."),
        click.option("--host", help="The Ollama server."),
        click.option("--model", help="The model that writes."),
        click.option("--config", "config_file", type=click.Path(path_type=Path), help="Instead of your own file."),
    ):
        command = option(command)
    return command


def _layers(root: Path | None, config_file: Path | None, assignments: tuple[str, ...], **flags: str | None) -> Any:
    """All layers of settings, with what is wrong in them."""
    from chimera_tui.core.config.load import load
    from chimera_tui.headless.configuration import user_file

    given = {name.replace("__", "."): value for name, value in flags.items() if value is not None}
    for assignment in assignments:
        name, equals, value = assignment.partition("=")
        if not equals:
            raise click.UsageError(f"--set takes NAME=VALUE, not {assignment!r}.")
        given[name.strip()] = value.strip()
    return load(user_file=config_file or user_file(), repository=root, environment=os.environ, flags=given)


def _load(root: Path | None, **flags: Any) -> Any:
    """All layers of settings; what is wrong is said on stderr, and a wrong flag ends the program."""
    loaded, config_file = _layers(root, **flags), flags["config_file"]
    if config_file is not None and not config_file.exists():
        click.echo(f"settings: there is no file {config_file}; defaults hold instead.", err=True)
    for problem in loaded.problems:
        if problem.origin.startswith("flag "):
            raise click.UsageError(problem.message)
        click.echo(f"settings: {problem}", err=True)
    return loaded


@click.group(cls=_PathFirst, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="chimera-tui")
def main() -> None:
    """Read a repository of LLM benchmark results, let a local model report on it, check its numbers.

    `chimera-tui PATH` opens PATH (default: the current folder).
    """


@main.command("open", hidden=True)
@click.argument("path", type=click.Path(path_type=Path), default=".")
@click.option("--theme", help="A theme by name.")
@click.option("--mouse", is_flag=True, help="Listen to the mouse.")
@click.option("--slow", is_flag=True, help="For a slow line: fewer repaints, no sparkline, no coloured code.")
@click.option("--no-cache", is_flag=True, help="Read every file again.")
@_settings_options
def open_(path: Path, theme: str | None, mouse: bool, slow: bool, no_cache: bool, **settings: Any) -> None:
    """Open PATH in the terminal (this is what `chimera-tui PATH` does)."""
    flags: dict[str, Any] = {
        "ui__theme": theme, "ui__mouse": "true" if mouse else None, "ui__slow": "true" if slow else None,
    }  # fmt: skip
    _open(path, no_cache=no_cache, **flags, **_flags(settings))


@main.command()
@click.option("--headless", is_flag=True, help="Run to the end without a screen and print the report's path.")
@click.option("--slow", is_flag=True, help="For a slow line: fewer repaints, no sparkline, no coloured code.")
@_settings_options
def demo(headless: bool, slow: bool, **settings: Any) -> None:
    """Open a bundled sample repository and report on it; needs no server and no model."""
    from chimera_tui.headless.demo import sample_repository

    root = sample_repository()
    flags = _flags(settings) | {"run__engine": "offline", "ui__slow": "true" if slow else None}
    if headless or not (sys.stdin.isatty() and sys.stdout.isatty()):
        sys.exit(_report(root, out=None, as_json=False, if_busy=None, if_too_small=None, no_cache=True, **flags))
    _open(root, no_cache=True, autorun=True, **flags)


@main.command()
@click.argument("path", type=click.Path(path_type=Path), required=False)
@click.option("--engine", type=click.Choice(["auto", "ollama", "openai", "offline", "replay"]), help="Who writes.")
@click.option(
    "--from",
    "from_run",
    type=click.Path(path_type=Path),
    metavar="RUN",
    help="A saved run: its folder, report or journal. Its settings are used again; with --engine replay its answers.",
)
@click.option("--pace", metavar="N|max", help="How many times the recorded speed a replay has (default: 1).")
@click.option("-o", "--out", type=click.Path(path_type=Path), help="Folder for the run's folder.")
@click.option("--if-busy", type=click.Choice(["go", "cpu", "stop"]), help="The answer when other models are loaded.")
@click.option(
    "--if-too-small",
    type=click.Choice(["fit", "sections", "stop"]),
    help="The answer when num_ctx cannot hold the prompt: the num_ctx that fits, one call a section, or no run.",
)
@click.option(
    "--unfinished",
    type=click.Choice(["continue", "save", "discard"]),
    help="Take up the newest run without a report: go on, save what it holds, or move it to the trash.",
)
@click.option("--json", "as_json", is_flag=True, help="A summary of the run as JSON instead of the path.")
@click.option("--no-cache", is_flag=True, help="Read every file again.")
@_settings_options
def report(path: Path | None, engine: str | None, from_run: Path | None, pace: str | None, **options: Any) -> None:
    """Report on PATH without a screen; prints the path of the saved report. PATH may be left out with --from.

    Exit status: 0 complete, 2 usage, 3 no data, 4 server error, 5 connection lost or ended without done,
    6 refused because the prompt would be truncated, 7 the answer ended by length, 8 cancelled.
    """
    run = {name: options.pop(name) for name in ("out", "if_busy", "if_too_small", "unfinished", "as_json", "no_cache")}
    if (engine == "replay" or pace is not None) and from_run is None:
        raise click.UsageError("A replay needs --from RUN.")
    if engine != "replay" and pace is not None:
        raise click.UsageError("--pace goes with --engine replay.")
    flags = _flags(options) | ({} if engine == "replay" else {"run__engine": engine})
    if from_run is None:
        if path is None:
            raise click.UsageError("Missing argument: give PATH, or --from RUN.")
        sys.exit(_report(path, **run, **flags))
    if run.pop("unfinished") is not None:
        raise click.UsageError("--unfinished and --from exclude each other.")
    sys.exit(_report_from(from_run, path, pace, replay=engine == "replay", **run, **flags))


def _output_options(command: Any) -> Any:
    """How rows are given."""
    for option in (
        click.option("--json", "as_json", is_flag=True, help="A list of objects on stdout."),
        click.option("--csv", "as_csv", is_flag=True, help="CSV on stdout."),
        click.option("--parquet", type=click.Path(path_type=Path), metavar="FILE", help="A Parquet file."),
        click.option("--no-cache", is_flag=True, help="Read every file again."),
    ):
        command = option(command)
    return command


@main.command()
@click.argument("path", type=click.Path(path_type=Path))
@_output_options
@_settings_options
def inventory(path: Path, as_json: bool, as_csv: bool, parquet: Path | None, no_cache: bool, **settings: Any) -> None:
    """List the files of PATH: kind, size, tool, measurements, status and the reason for it."""
    from chimera_tui.headless import tables

    workspace, _ = _workspace(path, no_cache=no_cache, **_flags(settings))
    sys.exit(asyncio.run(tables.inventory(workspace, tables.Output(as_json, as_csv, parquet))))


@main.command()
@click.argument("path", type=click.Path(path_type=Path))
@click.argument("sql")
@_output_options
@_settings_options
def query(
    path: Path, sql: str, as_json: bool, as_csv: bool, parquet: Path | None, no_cache: bool, **settings: Any
) -> None:
    """Run one SELECT over the tables files, measurements and runs of PATH."""
    from chimera_tui.headless import tables

    workspace, _ = _workspace(path, no_cache=no_cache, **_flags(settings))
    sys.exit(asyncio.run(tables.query(workspace, sql, tables.Output(as_json, as_csv, parquet))))


@main.command()
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="With values, sources and definitions, as JSON.")
@click.option("--pin", multiple=True, metavar="F3|KEY", help="Give this finding to the model first; remembered.")
@click.option("--drop", multiple=True, metavar="F3|KEY", help="Keep this finding from the model; remembered.")
@click.option("--neither", multiple=True, metavar="F3|KEY", help="Take a pin or drop back.")
@click.option("--no-cache", is_flag=True, help="Read every file again.")
@_settings_options
def findings(
    path: Path, as_json: bool, pin: tuple[str, ...], drop: tuple[str, ...], neither: tuple[str, ...], no_cache: bool,
    **settings: Any,
) -> None:  # fmt: skip
    """Say what the measurements of PATH show, with caveats, highest ranked first.

    Pins and drops are those of the Findings pane: `report` and the screen follow them.
    """
    from chimera_tui.headless import findings as run

    workspace, chosen = _workspace(path, no_cache=no_cache, **_flags(settings))
    wanted = {"pinned": pin, "dropped": drop, "": neither}
    sys.exit(asyncio.run(run.findings(workspace, chosen, wanted, as_json=as_json)))


@main.command()
@click.argument("report", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--repo", type=click.Path(path_type=Path), metavar="DIR", help="The repository that it is about.")
@click.option("--facts", type=click.Path(path_type=Path), metavar="FILE", help="Facts frozen with it (facts.json).")
@click.option("--annotate", type=click.Path(path_type=Path), metavar="OUT.md", help="A copy with footnotes.")
@click.option("--json", "as_json", is_flag=True, help="A list of objects on stdout.")
@click.option("--no-cache", is_flag=True, help="Read every file again.")
@_settings_options
def verify(
    report: Path, repo: Path | None, facts: Path | None, annotate: Path | None, as_json: bool, no_cache: bool,
    **settings: Any,
) -> None:  # fmt: skip
    """Check every number of REPORT, any Markdown, against facts computed from the files.

    Facts are, in this order: blocks that a Chimera program wrote into the report, FILE (by default the facts.json
    beside the report), the files in DIR. Exit status: 0, 1 when a number is contradicted, 2 usage.

    With --json each claim is an object: file, line (from 1), start and end (character offsets in the line), span,
    kind (count, share, size, date, metric value, config value, ratio, hardware), label (supported, contradicted,
    unverifiable), rule, reason, source (path, record, field, where, value, unit, or null), right, reading, scope.
    """
    from chimera_tui.headless.verify import verify as run_verify

    workspace = None if repo is None else _workspace(repo, no_cache=no_cache, **_flags(settings))[0]
    sys.exit(asyncio.run(run_verify(report, workspace, facts, annotate=annotate, as_json=as_json)))


@main.command()
@click.argument("path", type=click.Path(path_type=Path), default=".")
@click.option("--json", "as_json", is_flag=True, help="A list of objects on stdout.")
@_settings_options
def doctor(path: Path, as_json: bool, **settings: Any) -> None:
    """Look at terminal, clipboard, settings, server, model, GPU and folders, and say what to do about each.

    Needs neither a terminal nor a server, and never loads a model. Exit status: 0 when nothing must be put right
    (there may be warnings), 1 when something must, 2 usage.

    With --json each check is an object: area, name, found, state (ok, warning, problem), what_to_do.
    """
    from chimera_tui.headless.configuration import user_file
    from chimera_tui.headless.doctor import doctor as run_doctor

    flags = _flags(settings)
    sys.exit(
        asyncio.run(run_doctor(path, _layers(path, **flags), flags["config_file"] or user_file(), as_json=as_json))
    )


@main.command()
@click.argument("sides", nargs=-1, required=True, metavar="A B [MORE]...")
@click.option("--repo", type=click.Path(path_type=Path), default=".", metavar="DIR", help="What filters are over.")
@click.option("--over", type=click.Choice(["measurements", "reports"]), help="What filters and folders choose.")
@click.option("--diff", is_flag=True, help="The texts of two reports line by line as well.")
@click.option("--json", "as_json", is_flag=True, help="A list of comparisons as JSON.")
@click.option("-o", "--out", type=click.Path(path_type=Path), metavar="FILE", help="Into a file instead of stdout.")
@click.option("--no-cache", is_flag=True, help="Read every file again.")
@_settings_options
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
    workspace, chosen = _workspace(repo, no_cache=no_cache, **_flags(settings))
    sys.exit(asyncio.run(run_compare(workspace, chosen, sides, over=over, as_json=as_json, diff=diff, out=out)))


@main.command()
@click.argument("report", type=click.Path(path_type=Path, exists=True))
@click.option("-o", "--out", type=click.Path(path_type=Path), metavar="FILE", help="An HTML file instead of stdout.")
@click.option("--repo", type=click.Path(path_type=Path), metavar="DIR", help="Judge its numbers by this repository.")
@click.option("--no-cache", is_flag=True, help="Read every file again.")
@_settings_options
def export(report: Path, out: Path | None, repo: Path | None, no_cache: bool, **settings: Any) -> None:
    """Give REPORT, any Markdown or the folder of a saved run, as one HTML file that needs nothing else.

    Judged numbers link to their verdicts, sources and facts, all inside the file. Exit status: 0, 1 when the file
    cannot be written, 2 when the report cannot be read.
    """
    from chimera_tui.headless.export import export as run_export

    workspace = None if repo is None else _workspace(repo, no_cache=no_cache, **_flags(settings))[0]
    sys.exit(asyncio.run(run_export(report, out, workspace)))


@main.group()
def config() -> None:
    """Where the settings are, what they are, whether they are right."""


@config.command("path")
def config_path() -> None:
    """Print the path of your own settings file."""
    from chimera_tui.headless.configuration import user_file

    click.echo(user_file())


@config.command("show")
@click.argument("path", type=click.Path(path_type=Path), default=".")
@click.option("--json", "as_json", is_flag=True, help="A list of objects: name, value, origin.")
@_settings_options
def config_show(path: Path, as_json: bool, **settings: Any) -> None:
    """Print every setting in force in PATH and where its value came from."""
    from chimera_tui.headless.configuration import show

    click.echo(show(_load(path, **_flags(settings)), as_json=as_json))


@config.command("check")
@click.argument("path", type=click.Path(path_type=Path), default=".")
@click.option("--json", "as_json", is_flag=True, help="A list of objects: origin, line, key, message, fatal.")
@_settings_options
def config_check(path: Path, as_json: bool, **settings: Any) -> None:
    """Exit with 1 when a settings file, a theme, a variable or a flag holds something wrong in PATH."""
    from chimera_tui.headless.configuration import check, user_file

    flags = _flags(settings)
    sys.exit(check(_layers(path, **flags), flags["config_file"] or user_file(), as_json=as_json))


@config.command("init")
def config_init() -> None:
    """Write a commented settings file where there is none yet."""
    from chimera_tui.headless.configuration import user_file, write_example

    try:
        write_example(user_file())
    except OSError as error:
        raise click.ClickException(str(error)) from error
    click.echo(user_file())


def _flags(settings: dict[str, Any]) -> dict[str, Any]:
    """The flags of :func:`_settings_options` under the names of :func:`_load`."""
    return {
        "config_file": settings["config_file"], "assignments": settings["assignments"],
        "profile": settings["profile"], "server__host": settings["host"], "run__model": settings["model"],
    }  # fmt: skip


def _workspace(root: Path, *, no_cache: bool, **flags: Any) -> Any:
    """The workspace of a repository and the settings in force in it."""
    from chimera_tui.engine.repository.cache import cache_folder
    from chimera_tui.engine.repository.workspace import Workspace

    settings = _load(root, **flags).settings
    return Workspace(root, scan=settings.scan, cache_dir=None if no_cache else cache_folder()), settings


def _report(
    root: Path, *, out: Path | None, as_json: bool, if_busy: Any, if_too_small: Any, no_cache: bool,
    unfinished: Any = None, **flags: Any,
) -> int:  # fmt: skip
    from chimera_tui.headless.report import report as run_report

    workspace, settings = _workspace(root, no_cache=no_cache, **flags)
    return asyncio.run(
        run_report(
            workspace, settings, out=out, as_json=as_json, if_busy=if_busy, if_too_small=if_too_small,
            unfinished=unfinished,
        )
    )  # fmt: skip


def _report_from(
    from_run: Path, path: Path | None, pace: str | None, *, replay: bool, no_cache: bool, **options: Any
) -> int:  # fmt: skip
    from chimera_tui.engine.repository.cache import cache_folder
    from chimera_tui.engine.repository.workspace import Workspace
    from chimera_tui.engine.saved.recorded import NoRecordingError, read_recorded
    from chimera_tui.headless.again import PaceError, again, replay_of, settings_from

    try:
        recorded = read_recorded(from_run)
        played = replay_of(recorded, pace) if replay else None
    except (NoRecordingError, PaceError) as error:
        raise click.UsageError(str(error)) from None
    root = path or recorded.repository
    run = {name: options.pop(name) for name in ("out", "as_json", "if_busy", "if_too_small")}
    settings = settings_from(recorded, _load(root, **options))
    workspace = Workspace(root, scan=settings.scan, cache_dir=None if no_cache else cache_folder())
    return asyncio.run(again(workspace, settings, recorded, replay=played, **run))


def _open(root: Path, *, no_cache: bool = False, autorun: bool = False, **flags: Any) -> None:
    loaded = _load(root, **flags)
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise click.ClickException(
            "This needs a terminal. Without one, `chimera-tui report PATH` writes the report and "
            "`chimera-tui inventory PATH` lists the files."
        )
    if not sys.stderr.isatty():  # textual draws on it
        raise click.ClickException("The screen is drawn on stderr, which is not the terminal here; leave out 2>.")
    from chimera_tui.ui.terminal import DUMB

    if os.environ.get("TERM", "") in DUMB:
        raise click.ClickException("TERM=dumb cannot show this. Set TERM to what your terminal is, such as xterm.")
    for name, value in (SLOW_ENVIRONMENT if loaded.settings.ui.slow else TEXTUAL_ENVIRONMENT).items():
        os.environ.setdefault(name, value)
    from chimera_tui.headless.configuration import user_file
    from chimera_tui.ui.app import run_app

    saves_to = flags["config_file"] or user_file()
    reload = partial(_layers, root, **flags)
    sys.exit(run_app(root, loaded, saves_to=saves_to, autorun=autorun, no_cache=no_cache, reload=reload))
