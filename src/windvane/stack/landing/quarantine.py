"""Looks at rows that were withheld: each with the reason and what it says."""

from __future__ import annotations

from pathlib import Path

from windvane.domain.batch import Batch
from windvane.domain.ports import Engine
from windvane.domain.record import Record


class Held(Record):
    """One withheld row: its batch, its ordinal in the delivery, why, and what it says (may hold personal data)."""

    batch: str
    row: int
    reason: str
    raw: str


def held(batch: Batch, *, root: Path, engine: Engine, limit: int = 1000) -> tuple[Held, ...]:
    """The withheld rows of a batch in order of the delivery, `limit` at most."""
    if not batch.quarantine_path:
        return ()
    found = engine.rows(
        "SELECT _batch, _row, reason, raw FROM read_parquet(?) ORDER BY _row LIMIT ?",
        [str(root / batch.quarantine_path), limit],
    )
    return tuple(Held(batch=str(b), row=int(str(n)), reason=str(r), raw=str(w)) for b, n, r, w in found)


def reasons(batch: Batch, *, root: Path, engine: Engine) -> tuple[tuple[str, int], ...]:
    """(reason, rows) of all withheld rows of a batch, most frequent first."""
    if not batch.quarantine_path:
        return ()
    found = engine.rows(
        "SELECT reason, count(*) FROM read_parquet(?) GROUP BY reason ORDER BY 2 DESC, 1",
        [str(root / batch.quarantine_path)],
    )
    return tuple((str(r), int(str(n))) for r, n in found)
