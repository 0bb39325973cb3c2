"""Takes an estate away as one verified file, and brings it back."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime
from itertools import takewhile
from pathlib import Path

from windvane.adapters import archive
from windvane.adapters.heading import read_heading
from windvane.adapters.ledger import Ledger
from windvane.app.reports import ChangeReport, Preview
from windvane.domain.entry import Note
from windvane.domain.errors import Failed


def usual(estate: Path) -> Path:
    """Where a backup goes when nobody says: beside the estate, named by the moment."""
    root = estate.resolve()
    return root.parent / f"{root.name}-{datetime.now(UTC):%Y%m%d-%H%M%S}.tar"


def plan_backup(to: Path) -> Preview:
    """What a backup would write."""
    return Preview(
        title=f"Write the estate to `{to}`",
        does=("the files of the estate, raw data, warehouse, ledger and releases, each with its SHA-256",),
        command=f"windvane backup {to}",
    )


def backup(estate: Path, to: Path) -> ChangeReport:
    """Write `estate` to the new file `to` and read it back. Raises `TryAgain` while another process changes it."""
    from windvane.adapters.warehouses.sqlmesh.lock import Lock

    private = estate / ".windvane"
    lock = Lock(private / "lock")
    try:
        with closing(Ledger(private / "ledger.sqlite")) as ledger:
            before = ledger.head()
            contents = archive.pack(estate, to, head=str(before))
            said = Note(what="backup", detail=f"{to.name}: {len(contents.files)} files, {contents.size:,} bytes")
            ledger.append(actor="person", step="learn", key=f"backup:{contents.made_at}", body=said)
    finally:
        lock.release()
    return ChangeReport(
        act="backup",
        title=f"Wrote {len(contents.files):,} files ({contents.size:,} bytes) to `{to}` and read them back",
        effects=(f"ledger up to line {before.seq}",),
        next=(f"windvane restore {to} --into PATH",),
    )


def plan_restore(file: Path, into: Path) -> Preview:
    """What a restore would write; the archive is read and verified."""
    contents = archive.verify(file)
    return Preview(
        title=f"Bring the estate `{contents.estate}` of {contents.made_at} back to `{into}`",
        does=(f"{len(contents.files):,} files, {contents.size:,} bytes, verified",),
        command=f"windvane restore {file} --into {into}",
    )


def restore(file: Path, into: Path) -> ChangeReport:
    """Bring an estate back to the new folder `into`: every file as it was, the ledger's chain whole.

    Raises `Usage`, `Failed` (`backup.torn`, `restore.ledger`); then nothing is left half done.
    """
    contents = archive.unpack(file, into)
    with closing(Ledger(into / ".windvane" / "ledger.sqlite")) as ledger:
        faults = ledger.verify(contents.head)
    if faults:
        raise Failed("the ledger of the backup is not whole", code="restore.ledger", why=faults[0],
                     fix="use an older backup; the files are in the new folder to look at")  # fmt: skip
    heading = read_heading(into)
    places = [place for s in heading.sources if "://" not in s.location for place in s.location.split("|")[:1]]
    gone = [place for place in dict.fromkeys(places) if not _there(into, place)]
    warned = [f"not here: `{place}`; correct it in `windvane.toml` when it moved" for place in gone]
    return ChangeReport(
        act="restore",
        title=f"Restored `{contents.estate}` of {contents.made_at} to `{into}`",
        effects=(f"{len(contents.files):,} files verified", "the ledger's chain is whole", *warned),
        next=(f"windvane status --estate {into}",),
    )


def _there(root: Path, location: str) -> bool:
    """Whether the folder that a location begins with is there; wildcards are what comes after it."""
    parts = Path(location).parts
    fixed = takewhile(lambda part: not set("*?[{") & set(part), parts)
    return root.joinpath(*fixed).exists()
