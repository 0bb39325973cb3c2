"""`windvane rules`: answers that hold always; how often each answered, and taking one back."""

from __future__ import annotations

from pathlib import Path

import click

from windvane.app.cli import options, screen
from windvane.app.cli.options import Consent, Shape
from windvane.app.cli.place import estate_at
from windvane.app.reports import ChangeReport

SECTION, PLACE = "Steer", 9


@click.command("rules", short_help="Answers that hold always: see them, take one back.")
@click.option("--revoke", metavar="L-n", default="", help="Take this rule back: it is asked again.")
@options.estate
@options.because
@options.yes
@options.shape
def command(*, revoke: str, estate: Path | None, because: str, consent: Consent, shape: Shape) -> int:
    """List the rules that answers given with approve --always became, with how often each has answered since.

    A rule answers questions of exactly its shape: the same source, the same repair, the same checks on the same
      columns.
    """
    from windvane.app import reading
    from windvane.app.cli.consent import carry_out
    from windvane.app.cli.text import rules as text
    from windvane.app.story import rules as story

    folder = estate_at(estate)
    found = story.rules(reading.book(folder))
    if revoke:

        def work() -> ChangeReport:
            from windvane.app import wire

            return wire.revoke(folder, revoke, because=because)

        return carry_out(story.revoking(found, revoke), consent, shape, work)
    if shape is Shape.TEXT:
        screen.show(text.rules(found))
    else:
        for rule in found:
            screen.data(rule)
    return 0
