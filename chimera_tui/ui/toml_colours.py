"""TOML in the colours of the application's theme."""

from collections.abc import Mapping

from rich.style import Style
from textual.color import Color, ColorParseError
from textual.widgets import TextArea
from textual.widgets.text_area import TextAreaTheme

_STYLES = {
    "property": "primary", "toml.type": "accent", "string": "success", "number": "secondary", "float": "secondary",
    "boolean": "secondary", "toml.datetime": "secondary", "comment": "text-muted", "toml.error": "error",
}  # fmt: skip
"""The theme's colour of each kind of TOML text."""


QUERY = """
(pair [(bare_key) (quoted_key) (dotted_key)] @property)
(table [(bare_key) (quoted_key) (dotted_key)] @toml.type)
(table_array_element [(bare_key) (quoted_key) (dotted_key)] @toml.type)
(string) @string
(boolean) @boolean
(integer) @number
(float) @float
(offset_date_time) @toml.datetime
(local_date_time) @toml.datetime
(local_date) @toml.datetime
(local_time) @toml.datetime
(comment) @comment
(ERROR) @toml.error
"""
"""What is what in TOML; textual's own paints a comment behind a value as a key."""


def paint(area: TextArea, variables: Mapping[str, str]) -> None:
    """Highlight the TOML of a text area with the variables of a theme."""
    styles = {}
    for kind, name in _STYLES.items():
        try:
            colour = Color.parse(variables.get(name, "")).rich_color
        except ColorParseError:
            continue
        styles[kind] = Style(color=colour, underline=kind == "toml.error", italic=kind == "comment")
    area.update_highlight_query("toml", QUERY)
    area.register_theme(TextAreaTheme(name="chimera", syntax_styles=styles))
    area.theme = "chimera"
