"""Looks at rows that were withheld, and screens them again when the casts have changed."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from pathlib import Path

from windvane.domain.batch import Batch, Cast
from windvane.domain.ports import Engine
from windvane.domain.record import Record, replace
from windvane.stack.landing.columnar import literal, quoted
from windvane.stack.landing.rawstore import RawStore, written
from windvane.stack.landing.screen import Screened, screen


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


def replay(  # noqa: PLR0913
    batch: Batch,
    casts: tuple[Cast, ...],
    *,
    root: Path,
    engine: Engine,
    seq: int,
    key: tuple[str, ...] = (),
    history: tuple[Path, ...] = (),
    replayed: tuple[Path, ...] = (),
) -> Screened | None:
    """A new batch `<id>+r1` of the withheld rows of `batch` that pass `casts` now; `None` when none does.

    `replayed` are the text files of earlier replays of this batch: their rows are not taken twice, and the new batch
    is `+r2` and so on. Lines that never were rows (`line: ...`) stay. The old quarantine file is not changed: rows
    that still fail are found there. `seq` is the ordinal of the new landing.
    """
    if not batch.quarantine_path:
        return None
    store = RawStore(root)
    name = f"{batch.id}+r{len(replayed) + 1}"
    rows = _candidates(batch, store.text(name), name, seq=seq, replayed=replayed, root=root, engine=engine)
    if not rows:
        store.text(name).unlink()
        return None
    again = replace(
        batch, id=name, digest=hashlib.sha256(f"{batch.digest} {name}".encode()).hexdigest(),
        landed_at=datetime.now(UTC).isoformat(timespec="seconds"), rows_read=rows, accepted=rows,
        quarantined=0, suppressed=0, path=store.relative(store.text(name)), quarantine_path="", profile=None,
    )  # fmt: skip
    screened = screen(again, casts, root=root, engine=engine, key=key, history=history)
    return _passing(screened, root)


def _passing(screened: Screened, root: Path) -> Screened | None:
    """The replayed batch without the rows that failed again: they are still in the quarantine of the first one."""
    made = screened.batch
    if made.quarantine_path:
        (root / made.quarantine_path).unlink()
    if not made.accepted:
        (root / made.path).unlink()
        return None
    read = made.accepted + made.suppressed
    return replace(screened, batch=replace(made, rows_read=read, quarantined=0, quarantine_path=""))


def _candidates(  # noqa: PLR0913
    batch: Batch, target: Path, name: str, *, seq: int, replayed: tuple[Path, ...], root: Path, engine: Engine
) -> int:
    """Write the withheld rows of a batch as text rows again; returns how many."""
    cells = "".join(f"json_extract_string(raw, {literal(_pointer(c))}) AS {quoted(c)}, " for c in batch.columns)
    taken = "".join(f" AND _row NOT IN (SELECT _row FROM read_parquet({literal(str(path))}))" for path in replayed)
    with written(target) as temporary:
        engine.execute(
            f"COPY (SELECT {cells}{literal(name)} AS _batch, {int(seq)}::BIGINT AS _seq, _row FROM read_parquet("
            f"{literal(str(root / batch.quarantine_path))}) WHERE reason NOT LIKE 'line:%'{taken} ORDER BY _row) "
            f"TO {literal(str(temporary))} (FORMAT parquet, COMPRESSION zstd)"
        )
        return int(str(engine.rows("SELECT count(*) FROM read_parquet(?)", [str(temporary)])[0][0]))


def _pointer(column: str) -> str:
    return "/" + column.replace("~", "~0").replace("/", "~1")
