"""`windvane approve`: say yes to what waits."""

from __future__ import annotations

from pathlib import Path

import click

from windvane.app.answer import chosen
from windvane.app.cli import options, stream
from windvane.app.cli.options import Consent, Shape
from windvane.app.cli.place import estate_at
from windvane.app.reports import ChangeReport
from windvane.domain.rule import Scope

SECTION, PLACE = "Steer", 2


@click.command("approve", short_help="Say yes to what waits for you.")
@click.argument("decision", metavar="D-n")
@click.option("--option", metavar="N", default="", help="Which of its options: the number or the text.")
@click.option("--always", "scope", flag_value="always", type=click.Choice(["once", "always"]), default="once",
              help="Let the answer hold for every later question of exactly this shape.")  # fmt: skip
@options.estate
@options.because
@options.yes
@options.shape
def command(*, decision: str, option: str, scope: Scope, estate: Path | None, consent: Consent, **said: object) -> int:
    """Carry out a held decision. windvane status lists what waits, with the options.

    The plan is tried and checked once more before anything becomes visible. With --always the answer becomes a rule,
    which windvane rules lists with how often it answered, and takes back.
    """
    from windvane.app import reading
    from windvane.app.cli.consent import carry_out
    from windvane.app.story import lookup, preview

    because, shape = str(said["because"]), said["shape"]
    assert isinstance(shape, Shape)
    folder = estate_at(estate)
    book = reading.book(folder)
    held = lookup.decision(book, decision)
    told = preview.approve(book, held, option=option)
    picked = chosen(book.plans[held.plan].options, option) if option else ""

    def work() -> ChangeReport:
        from windvane.app import wire

        with stream.progress(shape) as emit:
            return wire.approve(folder, held.id, because=because, option=picked, emit=emit, scope=scope)

    return carry_out(told, consent, shape, work)
