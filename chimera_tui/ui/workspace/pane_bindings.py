"""The bindings that the panes bring themselves; importing this imports every pane."""

from textual.binding import Binding

from chimera_tui.ui.panes.config import pane as config
from chimera_tui.ui.panes.files import folder_tree
from chimera_tui.ui.panes.files import pane as files
from chimera_tui.ui.panes.findings import pane as findings
from chimera_tui.ui.panes.inventory import pane as inventory
from chimera_tui.ui.panes.measurements import pane as measurements
from chimera_tui.ui.panes.preview import json_view, text_view
from chimera_tui.ui.panes.preview import pane as preview
from chimera_tui.ui.panes.reports import comparison, diff_view, library, reading
from chimera_tui.ui.reader import found_text, stream_view
from chimera_tui.ui.tables import column_chooser, cursor_view, filter_line, frame_table


def of_panes() -> list[Binding]:
    """The bindings of the panes themselves, which the table of commands does not hold."""
    modules = (
        column_chooser, cursor_view, filter_line, frame_table, found_text, stream_view, folder_tree, files, inventory,
        measurements, findings, library, comparison, diff_view, reading, config, preview, json_view, text_view,
    )  # fmt: skip
    classes = {thing for module in modules for thing in vars(module).values() if isinstance(thing, type)}
    found = {
        binding.id: binding
        for one in classes
        for binding in vars(one).get("BINDINGS", ())
        if isinstance(binding, Binding) and binding.id
    }
    return [found[identifier] for identifier in sorted(found)]
