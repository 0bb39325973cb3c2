"""`windvane simplify`: try the stack without what nothing needs."""

from __future__ import annotations

from pathlib import Path

import click

from windvane.app.cli import options, stream
from windvane.app.cli.options import Consent, Shape
from windvane.app.cli.place import estate_at
from windvane.app.reports import ChangeReport

SECTION, PLACE = "Steer", 6


@click.command("simplify", short_help="Retire what no product needs; each tried and undoable.")
@options.estate
@options.yes
@options.shape
def command(*, estate: Path | None, consent: Consent, shape: Shape) -> int:
    """Try the stack without each source, model and check that nothing rests on, and keep the simpler one.

    Estimated products are tried without each of their features. What changes a product, or makes its estimates worse
    by more than 2 %, stays. What a person wrote is never retired, and no source is while a goal is not met.
    Each retirement is a decision of its own.
    """
    from windvane.app import wire
    from windvane.app.cli.consent import carry_out

    folder = estate_at(estate)

    def work() -> ChangeReport:
        with stream.progress(shape) as emit:
            return wire.simplify(folder, emit=emit)

    return carry_out(wire.plan_simplify(folder), consent, shape, work)
