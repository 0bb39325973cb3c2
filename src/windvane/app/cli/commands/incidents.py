"""`windvane incidents`: what went wrong, where it came from, and what became of it."""

from __future__ import annotations

from pathlib import Path

import click

from windvane.app.cli import options, screen
from windvane.app.cli.options import Shape
from windvane.app.cli.place import estate_at

SECTION, PLACE = "See and ask", 2


@click.command("incidents", short_help="What went wrong, its cause, and what became of it.")
@click.option("--open", "only", flag_value="open", help="Only those that are open or wait for you.")
@options.estate
@options.shape
def command(*, only: str | None, estate: Path | None, shape: Shape) -> None:
    """List what went wrong: symptom, cause with its place in the lineage, and what was done.

    `windvane why I-7` tells all of one: hypotheses with those ruled out, remedy, proof.

    Reads the ledger only, so it works during a run. --json gives one object per line.
    """
    from windvane.app import reading
    from windvane.app.cli.text.incidents import incidents as text
    from windvane.app.story import incidents

    found = incidents.incidents(reading.book(estate_at(estate)))
    if only:
        found = tuple(i for i in found if i.fate in ("open", "waiting"))
    if shape is Shape.TEXT:
        screen.show(text(found))
    else:
        for line in found:
            screen.data(line)
