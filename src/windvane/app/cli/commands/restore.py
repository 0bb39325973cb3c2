"""`windvane restore`: an estate from a backup, verified."""

from __future__ import annotations

from pathlib import Path

import click

from windvane.app.cli import options
from windvane.app.cli.options import Consent, Shape

SECTION, PLACE = "Keep", 2


@click.command("restore", short_help="Bring an estate back from a backup into a new folder.")
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--into", required=True, metavar="PATH", type=click.Path(path_type=Path), help="A new or empty folder.")
@options.plan
@options.shape
def command(*, file: Path, into: Path, consent: Consent, shape: Shape) -> int:
    """Bring an estate back from a backup into a new folder. Every file is verified first; a torn backup writes nothing.

    What was landed since the backup is landed again by the next run, as long as its sources still deliver it.
    """
    from windvane.app import wire
    from windvane.app.cli.consent import answer

    if consent is Consent.PLAN:
        return answer(wire.plan_restore(file, into), shape)
    return answer(wire.restore(file, into), shape)
