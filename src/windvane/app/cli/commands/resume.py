"""`windvane resume`: let the agents act again."""

from __future__ import annotations

from pathlib import Path

import click

from windvane.app.cli import options
from windvane.app.cli.options import Consent, Shape
from windvane.app.cli.place import estate_at

SECTION, PLACE = "Steer", 5


@click.command("resume", short_help="Let the agents act again.")
@options.estate
@options.because
@options.yes
@options.shape
def command(*, estate: Path | None, because: str, consent: Consent, shape: Shape) -> int:
    """Let the agents act again after windvane pause.

    It changes no decision, so it asks nothing; --yes is accepted and makes no difference.
    """
    from windvane.app.cli.consent import answer

    folder = estate_at(estate)
    if consent is Consent.PLAN:
        from windvane.app import reading
        from windvane.app.story import preview

        return answer(preview.resume(reading.book(folder)), shape)
    from windvane.app import wire

    return answer(wire.resume(folder, because=because), shape)
