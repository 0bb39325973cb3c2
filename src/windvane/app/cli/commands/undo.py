"""`windvane undo`: take a decision back."""

from __future__ import annotations

from pathlib import Path

import click

from windvane.app.cli import options, stream
from windvane.app.cli.options import Consent, Shape
from windvane.app.cli.place import estate_at
from windvane.app.reports import ChangeReport

SECTION, PLACE = "Steer", 1


@click.command("undo", short_help="Take a decision back; shows first what is restored and lost.")
@click.argument("decision", metavar="D-n")
@options.estate
@options.because
@options.yes
@options.shape
def command(*, decision: str, estate: Path | None, because: str, consent: Consent, shape: Shape) -> int:
    """Take a decision back: what it changed is restored, and the agents will not do it again unasked.

    Shows first what would be restored and lost. An undo is a decision itself and can be undone.
    """
    from windvane.app import reading
    from windvane.app.cli.consent import carry_out
    from windvane.app.story import lookup, preview

    folder = estate_at(estate)
    book = reading.book(folder)
    made = lookup.decision(book, decision)

    def work() -> ChangeReport:
        from windvane.app import wire

        with stream.progress(shape) as emit:
            return wire.undo(folder, made.id, because=because, emit=emit)

    return carry_out(preview.undo(book, made), consent, shape, work)
