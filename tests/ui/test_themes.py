"""Themes as data: the shipped ones, a person's own, and files that are wrong."""

import math
import tomllib
from itertools import combinations

import pytest
from textual.color import Color

from chimera_tui.ui.commands import Pane
from chimera_tui.ui.glyphs import ascii_wanted
from chimera_tui.ui.panes.config.pane import ConfigPanel
from chimera_tui.ui.panes.inventory.pane import Inventory
from chimera_tui.ui.panes.stream.pane import StreamPane
from chimera_tui.ui.reader.stream_view import StreamView
from chimera_tui.ui.screens.picker import Picker
from chimera_tui.ui.themes import ThemeError, builtin_folder, load_themes, read_theme
from tests.ui.app_steps import opened, said, seen, until

SHIPPED = ("ansi-16", "chimera-dark", "chimera-light", "high-contrast", "mono-ascii")
TEXT = (builtin_folder() / "chimera-dark.toml").read_text("utf-8")


def test_five_themes_ship_and_all_are_right():
    themes, problems = load_themes([builtin_folder()])
    assert tuple(sorted(themes)) == SHIPPED
    assert not problems


def _contrast(one: str, other: str) -> float:
    def luminance(text: str) -> float:
        parts = [
            part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4
            for part in Color.parse(text).normalized
        ]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize(("name", "least"), [("chimera-dark", 4.5), ("chimera-light", 4.5), ("high-contrast", 7.0)])
def test_text_can_be_read_on_every_surface(name, least):
    theme = read_theme(builtin_folder() / f"{name}.toml")
    colors = theme.colors
    for surface in (colors.background, colors.surface, colors.panel):
        for ink in (colors.foreground, colors.primary, colors.accent, colors.warning, colors.error, colors.success):
            assert _contrast(ink, surface) >= least, (name, ink, surface)
        assert _contrast(theme.variables["text-muted"], surface) >= min(least, 4.5)
    cursor = theme.variables["block-cursor-background"], theme.variables["block-cursor-foreground"]
    assert _contrast(*cursor) >= least


SEEN_AS = {
    "protan": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deutan": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "tritan": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}
"""Linear RGB as people see it who lack one kind of cone (Machado and others, 2009)."""


def _lab(text: str, matrix: tuple[tuple[float, ...], ...] | None) -> tuple[float, float, float]:
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in Color.parse(text).normalized]
    if matrix is not None:
        linear = [min(1.0, max(0.0, sum(a * b for a, b in zip(row, linear, strict=True)))) for row in matrix]
    r, g, b = linear
    white = (
        (0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.95047, 0.2126 * r + 0.7152 * g + 0.0722 * b,
        (0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.08883,
    )  # fmt: skip
    x, y, z = (t ** (1 / 3) if t > 0.008856 else 7.787 * t + 16 / 116 for t in white)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


@pytest.mark.parametrize("eyes", [None, *SEEN_AS], ids=str)
@pytest.mark.parametrize("name", ["chimera-dark", "chimera-light", "high-contrast"])
def test_the_colours_of_states_differ_for_all_eyes(name, eyes):
    colors = read_theme(builtin_folder() / f"{name}.toml").colors
    seen_as = [_lab(c, SEEN_AS.get(eyes)) for c in (colors.success, colors.warning, colors.error)]
    assert min(math.dist(one, other) for one, other in combinations(seen_as, 2)) > 18  # 2.3 is just noticeable


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        ('primary = "#7fb4ca"', 'primary = "blue-ish"', "colors.primary: a colour is #rrggbb or ansi_NAME"),
        ('primary = "#7fb4ca"', "", "primary"),
        ('name = "chimera-dark"', 'name = "Chimera Dark"', "name"),
        ("dark = true", "dark = 3", "dark"),
        ("dark = true", "dark = true\nshiny = true", "shiny"),
        ("[colors]", "[colours]", "colo"),
        ("[colors]", "[colors", "not valid TOML"),
        ('border = "#7fb4ca"', 'border = "red; } Screen { display: none"', "variables"),
    ],
)
def test_a_theme_that_is_wrong_is_named_with_what_is_wrong(tmp_path, before, after, says):
    assert before in TEXT
    path = tmp_path / "mine.toml"
    path.write_text(TEXT.replace(before, after, 1), "utf-8")
    with pytest.raises(ThemeError) as refused:
        read_theme(path)
    assert str(path) in str(refused.value)
    assert says in str(refused.value)


@pytest.mark.parametrize("name", SHIPPED)
async def test_verdicts_and_links_differ_without_any_colour(make_app, name):
    async with opened(make_app(ui={"theme": name})) as (_, screen):
        view = screen.query_one(StreamView)
        parts = ("supported", "contradicted", "unverifiable", "link")
        styles = [view.get_component_rich_style(f"stream-view--{part}", partial=True).without_color for part in parts]
        seen_as = {(style.bold, style.italic, style.underline, style.reverse) for style in styles}
        assert len(seen_as) == len(parts)
        assert all(any(one) for one in seen_as), "none looks like plain text"


async def test_a_persons_theme_is_found_and_a_broken_one_is_said(make_app, home):
    folder = home / "config" / "chimera-tui" / "themes"
    folder.mkdir(parents=True)
    (folder / "mine.toml").write_text(TEXT.replace("chimera-dark", "mine"), "utf-8")
    (folder / "broken.toml").write_text("name = 1", "utf-8")
    app = make_app(ui={"theme": "mine"})
    async with opened(app):
        assert app.theme == "mine"
        assert "broken.toml" in said(app)


async def test_a_theme_that_does_not_exist_is_said(make_app):
    app = make_app(ui={"theme": "chimera-drak"})
    async with opened(app):
        assert app.theme == "chimera-dark"
        assert "chimera-drak" in said(app)
        assert "high-contrast" in said(app)


async def test_the_picker_shows_a_theme_while_moving_and_escape_takes_it_back(make_app):
    app = make_app()
    async with opened(app) as (pilot, screen):
        await pilot.press("t")
        await until(pilot, lambda: isinstance(app.screen, Picker), "the picker")
        await pilot.press(*"light")
        await until(pilot, lambda: app.theme == "chimera-light", "the preview")
        await pilot.press("escape")
        await until(pilot, lambda: app.theme == "chimera-dark", "the old one")
        await pilot.press("t", *"light", "enter")
        await until(pilot, lambda: app.theme == "chimera-light", "the new one")
        assert screen.unsaved["ui.theme"] == "chimera-light"


@pytest.mark.parametrize("name", SHIPPED)
async def test_every_theme_draws_every_pane(make_app, name):
    app = make_app(ui={"theme": name})
    async with opened(app) as (pilot, _):
        for key in "1234567":
            await pilot.press(key)
        await pilot.press("question_mark", "escape", "ctrl+p", "escape")
        assert "Inv" in seen(app)


def _colours(app) -> set[str]:
    strips = app.screen._compositor.render_strips()
    styles = {segment.style for strip in strips for segment in strip if segment.style}
    found = {colour.name for style in styles for colour in (style.color, style.bgcolor) if colour is not None}
    return found - {"default"}


async def test_no_color_sends_no_colour_and_still_marks_the_cursor(make_app, monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    app = make_app()
    async with opened(app) as (pilot, screen):
        await pilot.press("7")
        await pilot.pause()
        filters = app.get_line_filters()
        strips = [strip.apply_filter(line_filter, Color(0, 0, 0)) for strip in app.screen._compositor.render_strips()
                  for line_filter in filters]  # fmt: skip
        styles = [segment.style for strip in strips for segment in strip if segment.style]
        assert {c.name for s in styles for c in (s.color, s.bgcolor) if c is not None} <= {"default"}
        assert screen.query_one(ConfigPanel).rows.row.styles.text_style.reverse


async def test_mono_ascii_is_ascii_and_without_colour(make_app):
    app = make_app(ui={"theme": "mono-ascii"})
    async with opened(app) as (pilot, _):
        for key in ("1", "2", "4", "5", "6", "7", "question_mark"):
            await pilot.press(key)
            await pilot.pause()
            text = seen(app)
            assert text.isascii(), {c for c in text if not c.isascii()}
        assert not _colours(app)


@pytest.mark.parametrize(
    ("environment", "wanted"),
    [
        ({"LANG": "en_US.UTF-8", "TERM": "xterm"}, False),
        ({"LANG": "C.UTF-8", "TERM": "xterm"}, False),
        ({"LANG": "C", "TERM": "xterm"}, True),
        ({"LANG": "C", "LC_CTYPE": "C.UTF-8", "TERM": "xterm"}, True),  # what Python makes of LANG=C
        ({"LANG": "de_DE.ISO-8859-1", "TERM": "xterm"}, True),
        ({"LANG": "C", "LC_ALL": "en_US.utf8", "TERM": "xterm"}, False),
        ({"LANG": "en_US.UTF-8", "TERM": "linux"}, True),
    ],
)
def test_the_terminal_and_the_locale_decide_about_ascii(environment, wanted):
    from msgspec import UNSET

    assert ascii_wanted(UNSET, environment) is wanted
    assert ascii_wanted(True, environment)
    assert not ascii_wanted(False, environment)


def test_themes_are_toml():
    for path in builtin_folder().glob("*.toml"):
        assert tomllib.loads(path.read_text("utf-8"))["name"] == path.stem


async def test_a_theme_switch_changes_the_signs_of_everything_that_is_drawn_already(make_app, repository):
    (repository / "NOTES.md").write_text("- one\n- two\n\n> said\n\n| a | b |\n|---|---|\n| 1 | 2 |\n", "utf-8")
    app = make_app()
    async with opened(app, (120, 40)) as (pilot, screen):
        screen.query_one(StreamPane).view.append("- one\n\n```python\nx = 1\n```\n")
        await pilot.press("2", "s")
        for theme, ascii_only in (("mono-ascii", True), ("chimera-dark", False)):
            app.preview_theme(theme)
            for key in "2345671":
                await pilot.press(key)
                await pilot.pause()
                assert seen(app).isascii() is ascii_only, (theme, key, {c for c in seen(app) if not c.isascii()})
        screen.preview("NOTES.md")
        await until(pilot, lambda: "• one" in seen(app), "the preview in Unicode")
        app.preview_theme("mono-ascii")
        await until(pilot, lambda: seen(app).isascii(), "the preview in ASCII")


async def test_a_slow_line_has_no_coloured_code_and_fewer_repaints(make_app):
    app = make_app(ui={"slow": True})
    async with opened(app) as (pilot, screen):
        view = screen.query_one(StreamPane).view
        view.append("```python\nx = 1\n```\n")
        view.finish()
        await pilot.press(str(Pane.STREAM.number))
        await until(pilot, lambda: view.drawn and view.size.width, "the text is laid out")
        assert not {name for line in view._document.rows() for _, name, _ in line.spans if "code-" in name}
        assert view._interval_s == pytest.approx(1 / 4)
        app.use_pace(slow=False)
        await until(
            pilot, lambda: any("code-" in n for row in view._document.rows() for _, n, _ in row.spans), "colour"
        )
        assert view._interval_s == pytest.approx(1 / 9)


@pytest.mark.parametrize("theme", ["chimera-dark", "mono-ascii"])
async def test_no_state_is_told_by_colour_alone(make_app, repository, theme):
    (repository / "broken.jsonl").write_text('{"tokens_per_second": 9.5}\n{"tokens_per', "utf-8")
    app = make_app(ui={"theme": theme})
    async with opened(app) as (pilot, screen):
        status = screen.query_one(Inventory).table.glyphs.status
        assert len(set(status.values())) == len(status)
        files = screen.reader.workspace.snapshot.frames.files
        broken = dict(files.select("path", "status").rows())["broken.jsonl"]
        assert broken in ("partial", "failed")
        await pilot.press("2")
        await pilot.pause()
        text = seen(app)
        assert f"{status[broken]} {broken}" in text  # in the table
        assert f"broken.jsonl {status[broken]}" in text  # in the tree
        assert "(Edit)" not in text
        await pilot.press(str(Pane.STREAM.number))
        await pilot.pause()
        assert "(Edit)" in seen(app)  # a key that does nothing now
