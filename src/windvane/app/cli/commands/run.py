"""`windvane run`: one pass of the loop."""

from __future__ import annotations

from pathlib import Path

import click

from windvane.app.cli import options, screen, stream
from windvane.app.cli.options import Consent, Shape
from windvane.app.cli.place import estate_at

SECTION, PLACE = "First minutes", 3


@click.command("run", short_help="Build what is missing, take in what is new, heal what broke.")
@options.estate
@options.plan
@options.shape
def command(*, estate: Path | None, consent: Consent, shape: Shape) -> int:
    """Build what the goals ask for, take in what is new, heal what can be healed for certain, and ask about the rest.

    A killed run is resumed by the next one. With nothing new it does nothing. --json gives an event per line; the last
    line is the report.

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
    with stream.watching(shape) as emit:
        report = wire.run(folder, emit=emit)
    if shape is Shape.JSON:
        screen.data(report)
    else:
        screen.show(text.run(report))
    return text.exit_code(report)
