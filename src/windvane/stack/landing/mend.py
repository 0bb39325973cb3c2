"""Lets withheld rows in again: screened anew, chosen, or with corrected cells; or closes them as known losses.

The batch stays the same batch: its rows move from `quarantined` to `accepted` in a new pair of files, so that every
row of it is counted once at every moment, and going back to the old pair takes them back.
"""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from windvane.domain.batch import Batch, Cast
from windvane.domain.errors import Failed
from windvane.domain.ports import Engine
from windvane.domain.record import Record, canonical, replace
from windvane.stack.landing.columnar import literal, quoted
from windvane.stack.landing.rawstore import RawStore, storage, written
from windvane.stack.landing.repeats import restating
from windvane.stack.landing.screen import Screened, screen

LINE, DROPPED, DIFFER = "line:", "dropped:", "key: rows of one "


class Wanted(Record):
    """Which withheld rows are asked about (their `_row`; empty: all), and which cells they shall have."""

    rows: tuple[int, ...] = ()
    fixes: tuple[tuple[str, str], ...] = ()  # delivered column and its new text; an empty text is no value


class Mended(Record):
    """A batch as it would be; `passed` and `known` (exact repeats) are no longer withheld, `reasons` count the rest."""

    batch: Batch
    passed: tuple[int, ...] = ()
    known: tuple[int, ...] = ()
    reasons: tuple[tuple[str, int], ...] = ()


class Rules(Record):
    """What rows must pass: the casts of the staging model, its key, and the batches landed before this one."""

    casts: tuple[Cast, ...]
    key: tuple[str, ...] = ()
    seq: int = 1
    history: tuple[str, ...] = ()  # paths of text files


def replayed(batch: Batch, rules: Rules, wanted: Wanted, *, root: Path, engine: Engine) -> Mended:
    """`batch` with those withheld rows accepted that pass `rules` now, with the cells of `wanted.fixes`.

    Rows that contradict one another, or a row of the batch that was accepted, stay withheld; lines that never were
    rows and dropped rows are not asked. Raises what `screen` raises.
    """
    contradicting = f"reason LIKE {literal(DIFFER + '%')}"
    picked = f"({_among(wanted.rows)} OR {contradicting})" if wanted.fixes else _among(wanted.rows)
    return _mended(batch, rules, wanted, picked, root=root, engine=engine)


def chosen(batch: Batch, rules: Rules, rows: tuple[int, ...], *, root: Path, engine: Engine) -> Mended:
    """`batch` with the rows accepted that a person chose among such as contradict each other."""
    picked = f"{_among(rows)} AND reason LIKE {literal(DIFFER + '%')}"
    return _mended(batch, rules, Wanted(rows=rows), picked, root=root, engine=engine)


def dropped(batch: Batch, rows: tuple[int, ...], *, because: str, root: Path, engine: Engine) -> Mended:
    """`batch` with withheld rows closed as known losses: they stay in quarantine and are counted there."""
    picked = f"{_among(rows)} AND reason NOT LIKE {literal(DROPPED + '%')}"
    found = [int(str(r[0])) for r in engine.rows(f"SELECT _row FROM {_withheld(batch, root)} WHERE {picked}")]
    if not found:
        return Mended(batch=batch)
    store = RawStore(root)
    target = store.quarantine(f"{batch.id}.{_mark(batch.quarantine_path, found, because)}")
    said = literal(f"{DROPPED} {because} (was ")
    reason = f"CASE WHEN {picked} THEN {said} || reason || ')' ELSE reason END AS reason"
    _copy(f"SELECT _batch, _row, {reason}, raw FROM {_withheld(batch, root)} ORDER BY _row", target, engine)
    closed = replace(batch, closed=batch.closed + len(found), quarantine_path=store.relative(target))
    return Mended(batch=closed, passed=tuple(found))


def _mended(batch: Batch, rules: Rules, wanted: Wanted, picked: str, *, root: Path, engine: Engine) -> Mended:
    open_rows = f"{picked} AND reason NOT LIKE {literal(LINE + '%')} AND reason NOT LIKE {literal(DROPPED + '%')}"
    with _candidates(batch, rules, wanted, open_rows, root=root, engine=engine) as draft:
        if not draft.accepted:
            return Mended(batch=batch)
        differ = _contradict(draft, batch, rules, root=root, engine=engine)
        if differ:
            draft = _without(draft, differ, root=root, engine=engine)
        history = (*rules.history, batch.path) if batch.accepted else rules.history
        screened = screen(
            draft, rules.casts, root=root, engine=engine, key=rules.key, history=tuple(root / p for p in history)
        )
        engine.execute("CREATE OR REPLACE TEMP TABLE again AS SELECT _row, reason, quarantined FROM withheld")
        for row in differ:
            engine.execute("INSERT INTO again VALUES (?, ?, true)", [row, f"{DIFFER}{', '.join(rules.key)} differ"])
        made = _merged(batch, screened, rules, wanted, root=root, engine=engine)
        for path in {screened.batch.path, screened.batch.quarantine_path} - {draft.path, ""}:
            (root / path).unlink(missing_ok=True)
        return made


@contextmanager
def _candidates(
    batch: Batch, rules: Rules, wanted: Wanted, picked: str, *, root: Path, engine: Engine
) -> Iterator[Batch]:
    """The withheld rows as a small batch of text rows of its own, which is gone afterwards."""
    store = RawStore(root)
    name = f"{batch.id}.{_mark(batch.quarantine_path, picked, wanted, rules.seq)}.mending"  # engines cache by name
    target, cells = store.text(name), ", ".join(_cell(c, wanted) for c in batch.columns)
    own = f"{literal(batch.id)} AS _batch, {int(rules.seq)}::BIGINT AS _seq, _row"
    try:
        rows = _copy(
            f"SELECT {cells}, {own} FROM {_withheld(batch, root)} WHERE {picked} ORDER BY _row", target, engine
        )
        yield replace(
            batch, id=name, rows_read=rows, accepted=rows, quarantined=0, suppressed=0, departed=0, closed=0,
            path=store.relative(target), quarantine_path="", profile=None,
        )  # fmt: skip
    finally:
        target.unlink(missing_ok=True)
        store.text(f"{name}.apart").unlink(missing_ok=True)


def _cell(column: str, wanted: Wanted) -> str:
    """The delivered text of a column, or its correction in the rows asked about."""
    pointer = "/" + column.replace("~", "~0").replace("/", "~1")
    given = dict(wanted.fixes).get(column)
    read = f"json_extract_string(raw, {literal(pointer)})"
    if given is None:
        return f"{read} AS {quoted(column)}"
    fixed = literal(given) if given else "CAST(NULL AS VARCHAR)"
    return f"CASE WHEN {_among(wanted.rows)} THEN {fixed} ELSE {read} END AS {quoted(column)}"


def _contradict(draft: Batch, batch: Batch, rules: Rules, *, root: Path, engine: Engine) -> tuple[int, ...]:
    """Rows whose key an accepted row of the same batch has with other values: nobody can say which is right."""
    if not rules.key or not batch.accepted:
        return ()
    found = screen(draft, rules.casts, root=root, engine=engine, key=rules.key, history=(root / batch.path,))
    rows = restating(engine) if found.restated else ()
    for path in {found.batch.path, found.batch.quarantine_path} - {draft.path, ""}:
        (root / path).unlink(missing_ok=True)
    return rows


def _without(draft: Batch, rows: Sequence[int], *, root: Path, engine: Engine) -> Batch:
    store = RawStore(root)
    target = store.text(f"{draft.id}.apart")
    source = f"read_parquet({literal(str(root / draft.path))})"
    left = _copy(f"SELECT * FROM {source} WHERE NOT {_among(rows)} ORDER BY _row", target, engine)
    return replace(draft, rows_read=left, accepted=left, path=store.relative(target))


def _merged(batch: Batch, screened: Screened, rules: Rules, wanted: Wanted, *, root: Path, engine: Engine) -> Mended:
    """The pair of files with the rows that pass moved from the one to the other."""
    accepted = f"read_parquet({literal(str(root / screened.batch.path))})"
    passed = _rows(f"SELECT _row FROM {accepted} ORDER BY _row", engine)
    known = _rows("SELECT _row FROM again WHERE NOT quarantined ORDER BY _row", engine)
    asked = f"quarantined AND {_among(wanted.rows)}"
    held = engine.rows(f"SELECT reason, count(*) FROM again WHERE {asked} GROUP BY reason ORDER BY 2 DESC, 1")
    reasons = tuple((str(r), int(str(n))) for r, n in held)
    if not passed and not known:
        return Mended(batch=batch, reasons=reasons)
    store = RawStore(root)
    name = f"{batch.id}.{_mark(batch.path, batch.quarantine_path, passed, known, wanted, rules)}"
    own = f"read_parquet({literal(str(root / batch.path))})"
    listed = ", ".join([*map(quoted, batch.columns), "_batch", "_seq", "_row"])
    query = f"SELECT {listed} FROM {own} UNION ALL SELECT {listed} FROM {accepted} ORDER BY _row"
    rows = _copy(query, store.text(name), engine)
    left = _left(batch, (*passed, *known), store.quarantine(name), root=root, engine=engine)
    if rows != batch.accepted + len(passed) or left != batch.quarantined - len(passed) - len(known):
        raise Failed(
            "the rows of a batch could not be accounted for", code="landing.miscount",
            why=f"{batch.accepted:,} accepted and {batch.quarantined:,} withheld became {rows:,} and {left:,}",
            fix="report this batch: nothing of it was changed",
        )  # fmt: skip
    made = replace(
        batch, accepted=rows, quarantined=left, suppressed=batch.suppressed + len(known),
        path=store.relative(store.text(name)),
        quarantine_path=store.relative(store.quarantine(name)) if left else "",
        corrections=(*batch.corrections, *_corrected(batch, wanted, (*passed, *known), name, root=root, engine=engine)),
    )  # fmt: skip
    return Mended(batch=made, passed=passed, known=known, reasons=reasons)


def _left(batch: Batch, gone: Sequence[int], target: Path, *, root: Path, engine: Engine) -> int:
    """Write what is still withheld, with today's reason; no file when nothing is."""
    query = (
        f"SELECT q._batch, q._row, coalesce(a.reason, q.reason) AS reason, q.raw FROM {_withheld(batch, root)} q "
        "LEFT JOIN (SELECT _row, min(reason) AS reason FROM again WHERE quarantined GROUP BY _row) a "
        f"ON a._row = q._row WHERE NOT {_among(gone, of='q._row')} ORDER BY q._row"
    )
    rows = _copy(query, target, engine)
    if not rows:
        target.unlink()
    return rows


def _corrected(
    batch: Batch, wanted: Wanted, gone: Sequence[int], name: str, *, root: Path, engine: Engine
) -> tuple[str, ...]:
    """Write which cells were given which text: `row,column,was,now`, a line each; the original stays in raw."""
    if not wanted.fixes:
        return ()
    mine = f"{_among(gone)} AND {_among(wanted.rows)}"
    target = RawStore(root).correction(name)
    with storage(target.parent), written(target) as draft, draft.open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file, lineterminator="\n")
        lines.writerow(("row", "column", "was", "now"))
        query = f"SELECT _row, raw FROM {_withheld(batch, root)} WHERE {mine} ORDER BY _row"
        for row, raw in engine.rows(query):
            before = json.loads(str(raw))
            lines.writerows((row, column, before.get(column), now) for column, now in wanted.fixes)
    return (RawStore(root).relative(target),)


def _withheld(batch: Batch, root: Path) -> str:
    return f"read_parquet({literal(str(root / batch.quarantine_path))})"


def _among(rows: Sequence[int], *, of: str = "_row") -> str:
    return f"{of} IN ({', '.join(str(int(r)) for r in rows)})" if rows else "true"


def _rows(query: str, engine: Engine) -> tuple[int, ...]:
    return tuple(int(str(r[0])) for r in engine.rows(query))


def _copy(query: str, target: Path, engine: Engine) -> int:
    with written(target) as temporary:
        engine.execute(f"COPY ({query}) TO {literal(str(temporary))} (FORMAT parquet, COMPRESSION zstd)")
        return int(str(engine.rows("SELECT count(*) FROM read_parquet(?)", [str(temporary)])[0][0]))


def _mark(*asked: object) -> str:
    return hashlib.sha256(canonical(asked)).hexdigest()[:8]
