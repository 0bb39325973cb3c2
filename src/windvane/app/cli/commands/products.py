"""`windvane products`: products as they are published now."""

from __future__ import annotations

from pathlib import Path

import click

from windvane.app.cli import options, screen
from windvane.app.cli.options import Shape
from windvane.app.cli.place import estate_at

SECTION, PLACE = "Look at data", 1


@click.command("products", short_help="Products as they are published now.")
@options.estate
@options.shape
def command(*, estate: Path | None, shape: Shape) -> None:
    """List the products of promoted plans, with the release that readers see and the goal each serves.

    Reads the ledger only, so it works during a run. --json gives one object per line.
    """
    from windvane.app import reading
    from windvane.app.cli.text import holdings as text
    from windvane.app.story import holdings

    found = holdings.products(reading.book(estate_at(estate)))
    if shape is Shape.TEXT:
        screen.show(text.products(found))
    else:
        for line in found:
            screen.data(line)
