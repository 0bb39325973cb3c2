"""A delivery that comes whole again: rows it repeats are known, rows it no longer has depart from earlier batches.

With a key rows are followed by its values; without one each row is its own cells, and the same row twice is two rows.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

from windvane.domain.batch import Batch, Cast
from windvane.domain.ports import Engine
from windvane.domain.record import Record, canonical, replace
from windvane.sql.alias import columns_of
from windvane.stack.landing.columnar import literal, quoted
from windvane.stack.landing.pieces import by_hash, by_row, copied
from windvane.stack.landing.rawstore import RawStore, written
from windvane.stack.landing.respelled import respelled
from windvane.stack.landing.rowfile import OWN


class Departed(Record):
    """`gone` rows (by key, each once) are not in the new delivery; `still` are, `renamed` of them spelled anew.

    `thinner`: batches without the rows that leave.
    """

    gone: int = 0
    still: int = 0
    renamed: int = 0
    thinner: tuple[Batch, ...] = ()


def withhold_known(columns: tuple[str, ...], *, earlier: Sequence[Path], engine: Engine, rows: int) -> None:
    """Add to the table `withheld` the rows of the view `landed` (`rows`) that `earlier` files hold, cell by cell."""
    past = _read(earlier)
    shared = _shared(past, columns, engine)
    known, coming = _with(past, shared, engine), _with("landed", shared, engine)
    for part in by_hash("cells", rows, engine):
        engine.execute(
            f"INSERT INTO withheld SELECT l._row, 'repeat: equal to a row known', false "
            f"FROM ({_copies(known, shared, '_seq, _row', part)}) p JOIN ({_copies(coming, shared, '_row', part)}) l "
            "ON l.cells = p.cells AND l.copy = p.copy WHERE NOT EXISTS (SELECT 1 FROM withheld w WHERE w._row = l._row)"
        )


def departed(
    batch: Batch,
    earlier: Sequence[Batch],
    *,
    key: Sequence[Cast],
    root: Path,
    engine: Engine,
    casts: Sequence[Cast] = (),
) -> Departed:
    """What the landed `batch`, a whole delivery, no longer has of `earlier` batches of the same delivery.

    Rows of `batch` that were or will be quarantined are there all the same. A row whose key is spelled anew, with all
    else as it was (by `casts`), is not gone: it leaves in favour of the one that replaces it, and is not counted.
    Files of thinner batches get names that follow from what is asked, so the same call gives the same files.
    """
    if not earlier:
        return Departed()
    there = _read([root / batch.path])
    past = _read([root / b.path for b in earlier])
    _compare(past, there, batch, key, engine)
    counts = engine.rows(
        "SELECT count(DISTINCT who) FILTER (away), count(DISTINCT who) FILTER (NOT away), count(*) FILTER (away) "
        "FROM followed"
    )[0]
    gone, still, rows = (int(str(n)) for n in counts)
    renamed = _respelled(past, there, batch, key=key, casts=casts, engine=engine) if gone and key else 0
    thinner = tuple(_thinner(b, batch, root=root, engine=engine) for b in earlier) if rows else ()
    return Departed(
        gone=gone - renamed,
        still=still + renamed,
        renamed=renamed,
        thinner=tuple(b for b in thinner if b not in earlier),
    )


def begins(part: Batch, whole: Batch, *, root: Path, engine: Engine) -> bool:
    """Whether `whole` has each accepted row of `part` in its place, cell by cell; its last one may have been cut."""
    if part.columns != whole.columns or part.rows_read > whole.rows_read:
        return False
    same = " AND ".join(f"w.{quoted(c)} IS NOT DISTINCT FROM p.{quoted(c)}" for c in part.columns)
    mine, other = (f"read_parquet({literal(str(root / b.path))})" for b in (part, whole))
    rows, kept, last = engine.rows(
        f"SELECT count(*), count(w._row), max(p._row) = max(CASE WHEN w._row IS NULL THEN p._row END) "
        f"FROM {mine} p LEFT JOIN {other} w ON w._row = p._row AND {same}"
    )[0]
    return int(str(kept)) > 0 and (kept == rows or (int(str(rows)) - int(str(kept)) == 1 and bool(last)))


def _compare(past: str, there: str, batch: Batch, key: Sequence[Cast], engine: Engine) -> None:
    """`followed`: each row of the past by `_batch` and `_row`, `who` it is, and whether it is away now."""
    if key:
        named = tuple(sorted({c for cast in key for c in columns_of(cast.text)}))
        typed = ", ".join(f"k{i}: TRY_CAST(({c.text}) AS {c.type})" for i, c in enumerate(key))
        who = f"CAST(to_json({{{typed}}}) AS VARCHAR) AS who"
        mine = f"SELECT _batch, _row, {who} FROM {_with(past, named, engine)}"
        other = f"SELECT DISTINCT {who} FROM {_with(there, named, engine)}"
    else:
        shared = _shared(past, batch.columns, engine)
        who = "cells || ' ' || copy AS who"
        mine = f"SELECT _batch, _row, {who} FROM ({_copies(_with(past, shared, engine), shared, '_seq, _row')})"
        other = f"SELECT {who} FROM ({_copies(_with(there, shared, engine), shared, '_row')})"
    engine.execute("CREATE OR REPLACE TEMP TABLE followed (_batch VARCHAR, _row BIGINT, who VARCHAR, away BOOLEAN)")
    for part in by_hash("who", batch.accepted, engine):
        engine.execute(
            f"INSERT INTO followed SELECT p._batch, p._row, p.who, n.who IS NULL FROM (SELECT * FROM ({mine}) "
            f"WHERE {part}) p LEFT JOIN (SELECT * FROM ({other}) WHERE {part}) n ON n.who = p.who"
        )


def _respelled(
    past: str, there: str, batch: Batch, *, key: Sequence[Cast], casts: Sequence[Cast], engine: Engine
) -> int:
    """Keys that are gone only because they are spelled anew; columns that the batch does not have say nothing."""
    mine = {c.casefold() for c in batch.columns}
    told = [c for c in casts if {n.casefold() for n in columns_of(c.text)} <= mine]
    named = tuple(sorted({n for c in (*key, *told) for n in columns_of(c.text)}))
    sides = _with(past, named, engine), _with(there, named, engine)
    return respelled(*sides, key=key, casts=told, engine=engine)


def _thinner(batch: Batch, newer: Batch, *, root: Path, engine: Engine) -> Batch:
    mine = f"_batch = {literal(batch.id)} AND away"
    rows = int(str(engine.rows(f"SELECT count(*) FROM followed WHERE {mine}")[0][0]))
    if not rows:
        return batch
    store = RawStore(root)
    mark = hashlib.sha256(canonical((batch.path, newer.id))).hexdigest()[:8]
    target = store.text(f"{batch.id}.{mark}")
    source = _read([root / batch.path])
    away = f"SELECT _row FROM followed WHERE {mine}"
    with written(target) as temporary:
        queries = tuple(
            f"SELECT * FROM {source} WHERE _row NOT IN ({away}) AND {where('_row')} ORDER BY _row"
            for where in by_row(source, batch.accepted, engine)
        )
        copied(queries, temporary, engine)
    return replace(
        batch, accepted=batch.accepted - rows, departed=batch.departed + rows, path=store.relative(target),
    )  # fmt: skip


def _read(files: Sequence[Path]) -> str:
    listed = ", ".join(literal(str(f)) for f in files)
    return f"read_parquet([{listed}], union_by_name := true)"


def _columns(relation: str, engine: Engine) -> tuple[str, ...]:
    found = engine.rows(f"SELECT column_name FROM (DESCRIBE SELECT * FROM {relation})")
    return tuple(str(r[0]) for r in found if r[0] not in OWN)


def _shared(past: str, columns: tuple[str, ...], engine: Engine) -> tuple[str, ...]:
    """The columns of both sides, in one order, each name once whatever its case."""
    folded = {c.casefold(): c for c in (*columns, *_columns(past, engine))}
    return tuple(folded[c] for c in sorted(folded))


def _with(relation: str, columns: tuple[str, ...], engine: Engine) -> str:
    """`relation` with NULL for those of `columns` that it has not."""
    there = {c.casefold() for c in _columns(relation, engine)}
    absent = "".join(f", CAST(NULL AS VARCHAR) AS {quoted(c)}" for c in columns if c.casefold() not in there)
    return f"(SELECT *{absent} FROM {relation})" if absent else relation


def _copies(relation: str, columns: tuple[str, ...], order: str, part: str = "true") -> str:
    """Rows as one text of their cells and the ordinal among equal ones."""
    cells = f"CAST(to_json([{', '.join(quoted(c) for c in columns)}]) AS VARCHAR)"
    return (
        f"SELECT _batch, _row, cells, CAST(row_number() OVER (PARTITION BY cells ORDER BY {order}) AS VARCHAR) AS copy "
        f"FROM (SELECT _batch, _seq, _row, {cells} AS cells FROM {relation}) WHERE {part}"
    )
