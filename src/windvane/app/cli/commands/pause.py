"""`windvane pause`: stop the agents."""

from __future__ import annotations

from pathlib import Path

import click

from windvane.app.cli import options
from windvane.app.cli.options import Consent, Shape
from windvane.app.cli.place import estate_at

SECTION, PLACE = "Steer", 4


@click.command("pause", short_help="Stop the agents at once.")
@options.estate
@options.because
@options.yes
@options.shape
def command(*, estate: Path | None, because: str, consent: Consent, shape: Shape) -> int:
    """Stop the agents: they propose and change nothing until windvane resume. Readers notice nothing.

    It changes no decision, so it asks nothing; --yes is accepted and makes no difference.
    """
    from windvane.app.cli.consent import answer

    folder = estate_at(estate)
    if consent is Consent.PLAN:
        from windvane.app import reading
        from windvane.app.story import preview

        return answer(preview.pause(reading.book(folder)), shape)
    from windvane.app import wire

    return answer(wire.pause(folder, because=because), shape)
