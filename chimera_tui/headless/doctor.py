"""``chimera-tui doctor``: is everything here that the program needs, and what to do where it is not."""

import asyncio
import os
import platform
import sys
import textwrap
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path

import click
import msgspec

from chimera_tui import __version__
from chimera_tui.core.check import Check
from chimera_tui.core.config.files import REPOSITORY_FILE, Problem
from chimera_tui.core.config.load import Loaded
from chimera_tui.core.inert import inert, inert_line
from chimera_tui.engine.backends.server_checks import server_checks
from chimera_tui.engine.machine.gpus import gpus
from chimera_tui.headless.place_checks import place_checks
from chimera_tui.headless.terminal_checks import terminal_checks, window_size

_WORDS = {"ok": "ok", "warning": "warning", "problem": "PROBLEM"}


async def doctor(root: Path, loaded: Loaded, config_file: Path, *, as_json: bool) -> int:
    """Look at everything and say it; the exit status: 1 when something must be put right."""
    checks = await look(root, loaded, config_file, os.environ)
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode(checks), indent=2))
    else:
        click.echo("\n".join(lines(checks, _width())))
    return 1 if any(check.state == "problem" for check in checks) else 0


def _width() -> int | None:
    """Columns to wrap at; None in a pipe, where a line is a check."""
    window = window_size()
    return window[0] if window and sys.stdout.isatty() else None


async def look(root: Path, loaded: Loaded, config_file: Path, environment: Mapping[str, str]) -> list[Check]:
    """Every check, in the order it is shown."""
    settings = loaded.settings
    server, gpu = await asyncio.gather(server_checks(settings), asyncio.to_thread(_gpu_checks))
    return [
        _program(),
        *terminal_checks(environment, settings.ui.ascii),
        *_settings_checks(root, loaded, config_file),
        *server,
        *gpu,
        *await asyncio.to_thread(place_checks, root, settings.run.report_dir),
    ]


def _program() -> Check:
    parts = [f"{name} {version(name)}" for name in ("textual", "polars", "ollama")]
    found = f"chimera-tui {__version__}, Python {platform.python_version()}, {', '.join(parts)}, {platform.platform()}"
    return Check(area="program", name="version", found=found)


def _gpu_checks() -> list[Check]:
    found = gpus()
    if not found:
        return [
            Check(
                area="gpu", name="here",
                found="none that nvidia-smi or the amdgpu driver tells of; a server elsewhere has its own",
            )
        ]  # fmt: skip
    checks = []
    for number, gpu in enumerate(found):
        memory = (
            "" if gpu.memory_mib is None or gpu.used_mib is None
            else f", {gpu.used_mib / 1024:.1f} of {gpu.memory_mib / 1024:.1f} GiB used"
        )  # fmt: skip
        busy = "" if gpu.busy_pct is None else f", {gpu.busy_pct:.0f} % busy"
        driver = f", driver {gpu.driver}" if gpu.driver else ""
        checks.append(
            Check(area="gpu", name=str(number), found=inert_line(f"{gpu.name}{memory}{busy}{driver}", 200))
        )  # fmt: skip
    return checks


def _settings_checks(root: Path, loaded: Loaded, config_file: Path) -> list[Check]:
    """One check a layer: files first, then profile, environment and flags."""
    problems = list(loaded.problems)
    layers = [
        ("your file", str(config_file), config_file.exists()),
        ("repository", str(root / REPOSITORY_FILE), (root / REPOSITORY_FILE).is_file()),
    ]
    checks = []
    for name, origin, there in layers:
        own = [problem for problem in problems if problem.origin == origin]
        problems = [problem for problem in problems if problem.origin != origin]
        checks.append(_layer(name, inert_line(origin, 200) + ("" if there else " is not there, which is fine"), own))
    variables = sorted({o.partition(" ")[2] for o in loaded.origins.values() if o.startswith("environment ")})
    if variables:
        checks.append(_layer("environment", ", ".join(variables), []))
    if loaded.settings.profile:
        checks.append(_layer("profile", loaded.settings.profile, []))
    checks += [_layer(problem.origin, "", [problem]) for problem in problems]
    return [*checks, *_theme_checks(loaded), *_key_checks(loaded)]


def _layer(name: str, found: str, problems: list[Problem]) -> Check:
    if not problems:
        return Check(area="settings", name=name, found=found)
    said = "; ".join((f"line {p.line}: " if p.line else "") + p.message for p in problems)
    return Check(
        area="settings", name=name, found=inert_line(f"{found}: {said}" if found else said),
        state="problem" if any(problem.fatal for problem in problems) else "warning",
        what_to_do="Correct it; `chimera-tui config show` says what is in force.",
    )  # fmt: skip


def _theme_checks(loaded: Loaded) -> list[Check]:
    from chimera_tui.ui import themes

    known, problems = themes.load_themes((themes.builtin_folder(), themes.user_folder()))
    wanted = loaded.settings.ui.theme
    if wanted not in known:
        problems.append(f"there is no theme {wanted!r}; there are: {', '.join(sorted(known))}")
    if problems:
        return [
            Check(
                area="settings", name="themes", found=inert_line("; ".join(problems)), state="problem",
                what_to_do="Correct or remove that file, or choose another theme.",
            )
        ]  # fmt: skip
    return [Check(area="settings", name="themes", found=f"{wanted}; there are: {', '.join(sorted(known))}")]


def _key_checks(loaded: Loaded) -> list[Check]:
    if not loaded.settings.keys:
        return []
    from chimera_tui.ui import keymap
    from chimera_tui.ui.workspace.pane_bindings import of_panes

    checked = keymap.check(loaded.settings.keys, of_panes())
    if checked.problems:
        return [
            Check(
                area="settings", name="keys", found=inert_line("; ".join(checked.problems)), state="problem",
                what_to_do="Correct [keys] in your file; ? in the program lists the ids.",
            )
        ]  # fmt: skip
    return [Check(area="settings", name="keys", found=f"{len(checked.keys)} of your own")]


def lines(checks: list[Check], width: int | None) -> list[str]:
    """The checks as a person reads them: a state, what was looked at, what was found; below it what to do."""
    said = []
    for check in checks:
        said += _wrapped(f"{_WORDS[check.state]:<8} {check.area:<9} {inert(check.name):<12} ", check.found, width)
        if check.what_to_do:
            said += _wrapped(f"{'':18} {'to do:':<12} ", check.what_to_do, width)
    return [*said, "", _sum_up(checks)]


def _wrapped(start: str, text: str, width: int | None) -> list[str]:
    if width is None or width < len(start) + 20:
        return [(start + text).rstrip()]
    return textwrap.wrap(
        text, width, initial_indent=start, subsequent_indent=" " * len(start), break_on_hyphens=False
    )  # fmt: skip


def _sum_up(checks: list[Check]) -> str:
    warnings = sum(check.state == "warning" for check in checks)
    problems = sum(check.state == "problem" for check in checks)
    if not (warnings or problems):
        return "Everything is in order."
    parts = [f"{n} {word}{'s' if n != 1 else ''}" for n, word in ((problems, "problem"), (warnings, "warning")) if n]
    return f"{' and '.join(parts)}." + ("" if problems else " Nothing that must be put right.")
