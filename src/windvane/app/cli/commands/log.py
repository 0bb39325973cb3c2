"""`windvane log`: lines of the ledger."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import cast

import click

from windvane.app.cli import options, screen
from windvane.app.cli.options import Shape
from windvane.app.cli.place import estate_at
from windvane.domain.entry import STEPS, Step

SECTION, PLACE = "See and ask", 2


class Check(Enum):
    """What is looked at instead of the lines themselves."""

    NONE = "none"
    CHAIN = "chain"


@click.command("log", short_help="Lines of the ledger, by step, thing or decision.")
@options.estate
@click.option("--step", type=click.Choice(STEPS), help="Only lines of this step of the loop.")
@click.option("--about", metavar="THING", default="", help="A source, relation, batch, incident or plan.")
@click.option("--decision", metavar="D-n", default="", help="Lines about this decision, and what they follow from.")
@click.option("--last", type=click.IntRange(1), metavar="N", help="Only the last N of them.")
@click.option("--verify", "check", flag_value=Check.CHAIN, default=Check.NONE, type=Check,
              help="Instead, verify the chain of hashes over all lines; exits 3 when it is broken.")  # fmt: skip
@options.shape
def command(*, estate: Path | None, check: Check, shape: Shape, **filters: object) -> int:
    """List lines of the ledger: who did what, when, and because of which lines.

    All filters given must hold. --json gives one object per line, with the whole record.
    """
    folder = estate_at(estate)
    return _verify(folder, shape) if check is Check.CHAIN else _list(folder, shape, filters)


def _list(folder: Path, shape: Shape, filters: dict[str, object]) -> int:
    from windvane.app import reading
    from windvane.app.cli.text.log import log as text
    from windvane.app.story import lookup
    from windvane.app.story.log import Wanted, log

    book = reading.book(folder)
    made = lookup.decision(book, str(filters["decision"])).id if filters["decision"] else ""
    step, last = cast("Step | None", filters["step"]), cast("int | None", filters["last"])
    lines = log(book, Wanted(step=step, about=str(filters["about"]), decision=made, last=last or 0))
    if shape is Shape.TEXT:
        screen.show(text(lines))
    else:
        for line in lines:
            screen.data(line)
    return 0


def _verify(folder: Path, shape: Shape) -> int:
    from windvane.app import reading
    from windvane.app.cli.text.log import chain

    report = reading.verified(folder)
    if shape is Shape.JSON:
        screen.data(report)
    else:
        screen.show(chain(report))
    return report.exit_code
