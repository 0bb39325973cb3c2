"""`windvane drill`: break copies of the estate in every known way, and see the score."""

from __future__ import annotations

from pathlib import Path

import click

from windvane.app.cli import options, screen, stream
from windvane.app.cli.options import Shape
from windvane.app.cli.place import estate_at

SECTION, PLACE = "See and ask", 8


@click.command("drill", short_help="Break copies of your estate in every known way; see the score.")
@options.estate
@click.option("--faults", metavar="NAMES", default="", help="Names, ids (V9) or classes, with commas; default: all.")
@click.option(
    "--seed", type=click.IntRange(0), default=0, show_default=True, help="Draws which column, rows and factor."
)
@click.option("--into", metavar="PATH", default="", help="Keep the copy in this folder; by default it is thrown away.")
@options.shape
def command(*, estate: Path | None, faults: str, seed: int, into: str, shape: Shape) -> int:
    """Let faults loose on copies of your estate, and compare what readers would have seen with the truth, cell by cell.

    A copy is built from the deliveries that were accepted, all but the newest of each source; each fault breaks that
    one, between days on which nothing is wrong. Your estate is only read. --json gives a line per case; the last line
    is the report.

    Exits 3 when a wrong value was shown or a row was lost.
    """
    from windvane.app import wire
    from windvane.app.cli.text import drill as text

    names = tuple(n.strip() for n in faults.split(",") if n.strip())
    folder = estate_at(estate)
    with stream.watching(shape) as emit:
        report = wire.drill(folder, names, seed, into=Path(into) if into else None, emit=emit)
    if shape is Shape.JSON:
        screen.data(report)
    else:
        screen.show(text.drill(report))
    return text.exit_code(report)
