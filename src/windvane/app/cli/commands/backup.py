"""`windvane backup`: the whole estate in one verified file."""

from __future__ import annotations

from pathlib import Path

import click

from windvane.app.cli import options
from windvane.app.cli.options import Consent, Shape
from windvane.app.cli.place import estate_at

SECTION, PLACE = "Keep", 1


@click.command("backup", short_help="Write the whole estate to one file, and read it back.")
@click.argument("file", required=False, metavar="[FILE]", type=click.Path(path_type=Path))
@options.estate
@options.plan
@options.shape
def command(*, file: Path | None, estate: Path | None, consent: Consent, shape: Shape) -> int:
    """Write the whole estate to one new file: raw data, warehouse, ledger, releases and every file a person reads.

    Every file stands in it with its SHA-256, and the backup is read back before it counts. It holds no secret, because
    the estate holds none. Without FILE it goes beside the estate, named by the moment.

    Exits 75 while another process changes the estate.
    """
    from windvane.app import wire
    from windvane.app.cli.consent import answer

    folder = estate_at(estate)
    target = file or wire.usual_backup(folder)
    if consent is Consent.PLAN:
        return answer(wire.plan_backup(target), shape)
    return answer(wire.backup(folder, target), shape)
