"""`windvane quarantine`: rows that were not accepted, by batch."""

from __future__ import annotations

from pathlib import Path

import click

from windvane.app.cli import options, screen
from windvane.app.cli.options import Shape
from windvane.app.cli.place import estate_at

SECTION, PLACE = "Look at data", 2


@click.command("quarantine", short_help="Rows that were not accepted, by batch.")
@options.estate
@options.shape
def command(*, estate: Path | None, shape: Shape) -> None:
    """List batches with rows that were set aside, and the Parquet file where each row is kept with its reason.

    Reads the ledger only, so it works during a run. --json gives one object per line.
    """
    from windvane.app import reading
    from windvane.app.cli.text import holdings as text
    from windvane.app.story import holdings

    found = holdings.quarantine(reading.book(estate_at(estate)))
    if shape is Shape.TEXT:
        screen.show(text.quarantine(found))
    else:
        for line in found:
            screen.data(line)
