"""`windvane demo`: an estate from real prices that builds, breaks itself on purpose, heals, and tells."""

from __future__ import annotations

from pathlib import Path

import click

from windvane.app.cli import options, screen, stream
from windvane.app.cli.options import Consent, Shape
from windvane.app.reports import Preview

SECTION, PLACE = "First minutes", 1


@click.command("demo", short_help="Watch it build, break and heal on real prices; no key, no network.")
@click.option("--estate", metavar="PATH", default="demo-estate", show_default=True, help="The estate folder to write.")
@options.plan
@options.shape
def command(*, estate: str, consent: Consent, shape: Shape) -> int:
    """Build an estate from real prices of funds and stocks, break it on purpose, heal it, and show what was done.

    Needs no key and no network, and writes only its own folder. --json gives an event per line; the last line is the
    report.
    """
    from windvane.app import wire
    from windvane.app.cli.consent import answer
    from windvane.app.cli.text.run import demo as text

    if consent is Consent.PLAN:
        return answer(_preview(estate), shape)
    with stream.watching(shape) as emit:
        report = wire.demo(Path(estate), emit=emit)
    if shape is Shape.JSON:
        screen.data(report)
    else:
        screen.show(text(report))
    return 0


def _preview(estate: str) -> Preview:
    return Preview(
        title="Show windvane at work on the prices that come with it",
        does=(
            f"write {estate}",
            "build it: land, model, check, publish",
            "let a column be renamed, and heal it",
            "let a price file arrive with every value times 1.08, and hold it",
            "undo the healing, and take that back",
        ),
        command="windvane demo",
    )
