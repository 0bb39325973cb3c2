"""`windvane status`: what changed since a person last looked."""

from __future__ import annotations

from pathlib import Path

import click

from windvane.app.cli import options, screen
from windvane.app.cli.options import Shape
from windvane.app.cli.place import estate_at

SECTION, PLACE = "See and ask", 1


@click.command("status", short_help="Since you last looked: changed itself, broken, asks.")
@options.estate
@click.option("--since", type=click.IntRange(0), metavar="LINE", help="Count from this line of the ledger instead.")
@options.shape
def command(*, estate: Path | None, since: int | None, shape: Shape) -> int:
    """Say what changed since you last looked, what is broken, and what waits for your answer.

    Reads the ledger only, so it works during a run. Looking in text moves the mark; --json and --since leave it.

    Exits 3 when something is broken, 4 when something waits for you, 0 otherwise.
    """
    from windvane.app import reading
    from windvane.app.cli.text.status import status as text
    from windvane.app.story.status import status

    folder = estate_at(estate)
    seen = reading.looked(folder) if since is None else since
    report = status(reading.book(folder), since=seen, faults=reading.glanced(folder))
    if shape is Shape.JSON:
        screen.data(report)
    else:
        screen.show(text(report))
        if since is None:
            reading.look(folder, report.until)
    return report.exit_code
