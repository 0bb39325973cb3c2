"""`windvane why`: everything that led to a decision, incident or plan."""

from __future__ import annotations

from pathlib import Path

import click

from windvane.app.cli import options, screen
from windvane.app.cli.options import Shape
from windvane.app.cli.place import estate_at

SECTION, PLACE = "See and ask", 3


@click.command("why", short_help="What, why, what else, proof, assumptions, undo.")
@click.argument("name", metavar="D-n|I-n|P-...")
@options.estate
@options.shape
def command(*, name: str, estate: Path | None, shape: Shape) -> None:
    """Explain a decision (D-n), a release (R-n), an incident (I-n) or a plan (P- and the start of its fingerprint).

    Shows what was done and why, the hypotheses with what ruled them out, the alternatives with their numbers, what was
    measured before and after, which fact would have changed the verdict, what it assumes, and how to undo it. All of
    it comes from the ledger; none of it is written by a language model.
    """
    from windvane.app import reading
    from windvane.app.cli.text.why import why as text
    from windvane.app.story import lookup, why

    book = reading.book(estate_at(estate))
    wanted = lookup.name(name)
    if wanted.startswith("P-"):
        report = why.of_plan(book, lookup.plan(book, wanted))
    elif wanted.startswith("I-"):
        report = why.of_incident(book, lookup.incident(book, wanted))
    else:
        report = why.of_decision(book, lookup.decision(book, wanted))
    if shape is Shape.JSON:
        screen.data(report)
    else:
        screen.show(text(report))
