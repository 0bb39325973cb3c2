"""`windvane forecast-change`: what would this change do?"""

from __future__ import annotations

from pathlib import Path

import click

from windvane.app.cli import options, screen
from windvane.app.cli.options import Shape
from windvane.app.cli.place import estate_at

SECTION, PLACE = "See and ask", 8


@click.command("forecast-change", short_help="What a file or a waiting decision would do, played on a copy.")
@click.argument("change", metavar="FILE|D-n")
@options.estate
@options.shape
def command(*, change: str, estate: Path | None, shape: Shape) -> int:
    """Say what a delivery (FILE, under the name it would have) or a waiting decision (D-n) would do.

    The same loop plays it on a copy of the estate that is thrown away: rows, checks, products, run time and storage.
    The prediction is kept in the ledger and compared with what happens.
    """
    from windvane.app import wire
    from windvane.app.cli.text.foresight import foresight as text

    folder, file = estate_at(estate), Path(change)
    found = wire.foresee_file(folder, file) if file.is_file() else wire.foresee_decision(folder, change)
    if shape is Shape.JSON:
        screen.data(found)
    else:
        screen.show(text(found))
    return 0
