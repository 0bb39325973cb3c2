"""`windvane reject`: say no to what waits."""

from __future__ import annotations

from pathlib import Path

import click

from windvane.app.cli import options, stream
from windvane.app.cli.options import Consent, Shape
from windvane.app.cli.place import estate_at
from windvane.app.reports import ChangeReport

SECTION, PLACE = "Steer", 3


@click.command("reject", short_help="Say no to what waits for you.")
@click.argument("decision", metavar="D-n")
@options.estate
@options.because
@options.yes
@options.shape
def command(*, decision: str, estate: Path | None, because: str, consent: Consent, shape: Shape) -> int:
    """Turn down a held decision: readers keep what they have, and the same plan is not proposed again unasked."""
    from windvane.app import reading
    from windvane.app.cli.consent import carry_out
    from windvane.app.story import lookup, preview

    folder = estate_at(estate)
    book = reading.book(folder)
    held = lookup.decision(book, decision)

    def work() -> ChangeReport:
        from windvane.app import wire

        with stream.progress(shape) as emit:
            return wire.reject(folder, held.id, because=because, emit=emit)

    return carry_out(preview.reject(book, held), consent, shape, work)
