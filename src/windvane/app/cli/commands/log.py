"""`windvane log`: lines of the ledger."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import click

from windvane.app.cli import options, screen
from windvane.app.cli.options import Shape
from windvane.app.cli.place import estate_at
from windvane.domain.entry import STEPS, Step

SECTION, PLACE = "See and ask", 2


@click.command("log", short_help="Lines of the ledger, by step, thing or decision.")
@options.estate
@click.option("--step", type=click.Choice(STEPS), help="Only lines of this step of the loop.")
@click.option("--about", metavar="THING", default="", help="A source, relation, batch, incident or plan.")
@click.option("--decision", metavar="D-n", default="", help="Lines about this decision, and what they follow from.")
@click.option("--last", type=click.IntRange(1), metavar="N", help="Only the last N of them.")
@options.shape
def command(
    *, estate: Path | None, step: str | None, about: str, decision: str, last: int | None, shape: Shape
) -> None:
    """List lines of the ledger: who did what, when, and because of which lines.

    All filters given must hold. --json gives one object per line, with the whole record.
    """
    from windvane.app import reading
    from windvane.app.cli.text.log import log as text
    from windvane.app.story import lookup
    from windvane.app.story.log import Wanted, log

    book = reading.book(estate_at(estate))
    made = lookup.decision(book, decision).id if decision else ""
    lines = log(book, Wanted(step=cast("Step | None", step), about=about, decision=made, last=last or 0))
    if shape is Shape.TEXT:
        screen.show(text(lines))
    else:
        for line in lines:
            screen.data(line)
