"""Opens what reading commands need: the ledger, and where a person last looked. Imports no engine."""

from __future__ import annotations

import os
from pathlib import Path

from windvane.app.reports import ChainReport
from windvane.app.story.book import Book, read
from windvane.domain.errors import Unhealthy

_LEDGER = Path(".windvane") / "ledger.sqlite"
_LOOKED = Path(".windvane") / "looked"


def book(estate: Path) -> Book:
    """The ledger of an estate, read once; empty before the first run. Works while a run writes.

    Raises `Unhealthy` (`ledger.*`) when the file is damaged or a line was edited by hand.
    """
    if not (estate / _LEDGER).is_file():
        return Book()
    import msgspec

    from windvane.adapters.ledger import Ledger

    ledger = Ledger(estate / _LEDGER)
    try:
        return read(ledger.entries())
    except msgspec.MsgspecError as error:
        raise Unhealthy(
            "the ledger has a line that is no longer a known record",
            code="ledger.edited",
            why=str(error),
            fix="restore `.windvane/ledger.sqlite` from a backup, or use the version of windvane that wrote it",
        ) from error
    finally:
        ledger.close()


def verified(estate: Path) -> ChainReport:
    """Whether every line of the ledger is the one that was written, in its place. Decodes none of them."""
    if not (estate / _LEDGER).is_file():
        return ChainReport()
    from windvane.adapters.ledger import Ledger

    ledger = Ledger(estate / _LEDGER)
    try:
        found, lines = ledger.examine(), ledger.head().seq
    finally:
        ledger.close()
    broken = min((fault.seq for fault in found), default=0)
    return ChainReport(
        lines=lines, holds=broken - 1 if broken else lines, broken=broken, faults=tuple(f.what for f in found)
    )


def glanced(estate: Path) -> tuple[str, ...]:
    """Faults of the chain that show within milliseconds: all of a small ledger's, the newest of a large one's."""
    if not (estate / _LEDGER).is_file():
        return ()
    from windvane.adapters.ledger import Ledger

    ledger = Ledger(estate / _LEDGER)
    try:
        return tuple(fault.what for fault in ledger.glance())
    finally:
        ledger.close()


def looked(estate: Path) -> int:
    """The last line of the ledger that a person was shown; 0 before the first look."""
    try:
        return int((estate / _LOOKED).read_text(encoding="ascii"))
    except (OSError, ValueError):
        return 0


def look(estate: Path, seq: int) -> None:
    """Remember the last line shown. A folder that cannot be written is no trouble: the same is shown again."""
    draft = estate / f"{_LOOKED}.{os.getpid()}"
    try:
        draft.write_text(f"{seq}\n", encoding="ascii")
        draft.replace(estate / _LOOKED)
    except OSError:
        draft.unlink(missing_ok=True)
