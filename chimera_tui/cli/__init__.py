"""The command line: it wires settings, engine and front ends together and holds no logic of its own."""

import click

from chimera_tui import __version__
from chimera_tui.cli import configuration, measurements, report, reports, screen


class _PathFirst(click.Group):
    """``chimera-tui PATH`` opens PATH: whatever is not a command is one."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not args or (args[0] not in self.commands and args[0] not in ("-h", "--help", "--version")):
            args = ["open", *args]
        return super().parse_args(ctx, args)


@click.group(cls=_PathFirst, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="chimera-tui")
def main() -> None:
    """Read a repository of LLM benchmark results, let a local model report on it, check its numbers.

    `chimera-tui PATH` opens PATH (default: the current folder).
    """


for _command in (
    screen.open_, screen.demo, report.report, measurements.inventory, measurements.query, measurements.findings,
    reports.verify, reports.compare, reports.export, configuration.config, configuration.doctor,
):  # fmt: skip
    main.add_command(_command)
