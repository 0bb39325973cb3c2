"""`windvane diff`: what a decision changed."""

from __future__ import annotations

from pathlib import Path

import click

from windvane.app.cli import options, screen
from windvane.app.cli.options import Shape
from windvane.app.cli.place import estate_at

SECTION, PLACE = "See and ask", 4


@click.command("diff", short_help="Files, relations, batches and rows that a decision changed.")
@click.argument("decision", metavar="D-n")
@options.estate
@options.shape
def command(*, decision: str, estate: Path | None, shape: Shape) -> None:
    """Show what a decision changed, or would change while it waits.

    Files come from the git commit of its release; without one, from the plan.
    """
    from windvane.app import reading
    from windvane.app.cli.text.diff import diff as text
    from windvane.app.story import lookup
    from windvane.app.story.diff import diff

    folder = estate_at(estate)
    book = reading.book(folder)
    report = diff(book, lookup.decision(book, decision), folder)
    if shape is Shape.JSON:
        screen.data(report)
    else:
        screen.show(text(report))
