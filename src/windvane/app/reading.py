"""Opens what reading commands need: the ledger, and where a person last looked. Imports no engine."""

from __future__ import annotations

import os
from pathlib import Path

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
