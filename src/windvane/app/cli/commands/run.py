"""`windvane run`: one pass of the loop."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from windvane.app.cli import options, screen, stream
from windvane.app.cli.options import Consent, Shape
from windvane.app.cli.place import estate_at
from windvane.domain.event import Event

SECTION, PLACE = "First minutes", 3


class Every(click.ParamType[float]):
    """A span of time such as `5m`, in seconds."""

    name = "time"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Raises the usual complaint for what is no span."""
        from windvane.app.watch import seconds

        try:
            return seconds(str(value))
        except ValueError:
            return self.fail(f"`{value}` is no span of time such as 90s, 5m, 2h or 1d", param, ctx)


@click.command("run", short_help="Build what is missing, take in what is new, heal what broke.")
@options.estate
@click.option(
    "--every", metavar="TIME", type=Every(), help="Stay, and run again each 90s, 5m, 2h, and as files arrive."
)
@options.plan
@options.shape
def command(*, estate: Path | None, every: float | None, consent: Consent, shape: Shape) -> int:
    """Build what the goals ask for, take in what is new, heal what can be healed for certain, and ask about the rest.

    A killed run is resumed by the next one. With nothing new it does nothing. --json gives an event per line; the last
    line is the report.

    With --every it stays until Ctrl-C or SIGTERM: each pass is a process of its own, begun on schedule and when files
    arrived that stopped growing; after passing trouble it waits longer each time.

    Exits 3 when something is broken, 4 when something waits for you, 75 when another run holds the estate.
    """
    from windvane.app import wire
    from windvane.app.cli.consent import answer
    from windvane.app.cli.text import run as text

    folder = estate_at(estate)
    if consent is Consent.PLAN:
        with stream.progress(shape) as emit:
            preview = wire.plan_run(folder, emit=emit)
        return answer(preview, shape)
    if every is not None:
        wire.watch(folder, every_s=every, emit=_told, options=("--json",) if shape is Shape.JSON else ())
        return 0
    with stream.watching(shape) as emit:
        report = wire.run(folder, emit=emit)
    if shape is Shape.JSON:
        screen.data(report)
    else:
        screen.show(text.run(report))
    return text.exit_code(report)


def _told(event: Event) -> None:
    """What the watch itself does goes to standard error, as lines: the passes write the rest."""
    from windvane.app.cli.stream.lines import write

    write(event, sys.stderr)
