"""Finds, by key, rows that say again what is known, and rows that contradict each other."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from windvane.domain.batch import Cast
from windvane.domain.ports import Engine
from windvane.stack.landing.columnar import literal, quoted


def withhold_repeats(
    key: Sequence[Cast], columns: tuple[str, ...], *, history: tuple[Path, ...], engine: Engine
) -> int:
    """Add to the table `withheld` what repeats or contradicts in the view `landed`; returns how many rows restate.

    Within the batch: of equal rows (all text columns) the first is kept; rows of one key that differ are all
    quarantined. Against `history`: a row equal to the newest one of its key is suppressed, one that differs restates.
    """
    _keyed(key, engine)
    _within(key, columns, engine)
    return _against(key, columns, history, engine) if history else 0


def _keyed(key: Sequence[Cast], engine: Engine) -> None:
    """`keyed`: `_row` and the typed key of each row that is not withheld."""
    typed = ", ".join(f"TRY_CAST(({c.text}) AS {c.type}) AS k{i}" for i, c in enumerate(key))
    engine.execute(
        f"CREATE OR REPLACE TEMP TABLE keyed AS SELECT l._row, {typed} FROM landed l "
        "WHERE NOT EXISTS (SELECT 1 FROM withheld w WHERE w._row = l._row)"
    )


def _within(key: Sequence[Cast], columns: tuple[str, ...], engine: Engine) -> None:
    count = len(key)
    differ = literal(f"key: rows of one {', '.join(c.name for c in key)} differ")
    keys = ", ".join(f"k{i}" for i in range(count))
    same = " AND ".join(f"k.k{i} = t.k{i}" for i in range(count))
    engine.execute(
        f"CREATE OR REPLACE TEMP TABLE twins AS SELECT k.* FROM keyed k JOIN "
        f"(SELECT {keys} FROM keyed GROUP BY {keys} HAVING count(*) > 1) t ON {same}"
    )
    if not int(str(engine.rows("SELECT count(*) FROM twins")[0][0])):
        return
    cells = ", ".join(f"l.{quoted(c)}" for c in columns)
    partition = ", ".join(f"t.k{i}" for i in range(count))
    engine.execute(
        "CREATE OR REPLACE TEMP TABLE ranked AS "
        "SELECT *, min(first) OVER same_key <> max(first) OVER same_key AS differs "
        f"FROM (SELECT t.*, min(t._row) OVER (PARTITION BY {partition}, {cells}) AS first "
        f"FROM twins t JOIN landed l ON l._row = t._row) WINDOW same_key AS (PARTITION BY {keys})"
    )
    engine.execute(
        "INSERT INTO withheld SELECT _row, 'repeat: equal to a row of this batch', false "
        "FROM ranked WHERE _row <> first"
    )
    engine.execute(f"INSERT INTO withheld SELECT _row, {differ}, true FROM ranked WHERE _row = first AND differs")


def _against(key: Sequence[Cast], columns: tuple[str, ...], history: tuple[Path, ...], engine: Engine) -> int:
    files = ", ".join(literal(str(p)) for p in history)
    past = f"read_parquet([{files}], union_by_name := true)"
    there = {str(r[0]) for r in engine.rows(f"SELECT column_name FROM (DESCRIBE SELECT * FROM {past})")}
    named = [c for c in there if not c.startswith("_") or c not in ("_batch", "_seq", "_row")]
    folded = {c.casefold() for c in there}
    absent = [c for c in columns if c.casefold() not in folded]
    added = "".join(f", CAST(NULL AS VARCHAR) AS {quoted(c)}" for c in absent)
    engine.execute(f"CREATE OR REPLACE TEMP VIEW past AS SELECT *{added} FROM {past}")
    typed = ", ".join(f"TRY_CAST(({c.text}) AS {c.type}) AS k{i}" for i, c in enumerate(key))
    same = " AND ".join(f"p.k{i} = k.k{i}" for i in range(len(key)))
    keys = ", ".join(f"p.k{i}" for i in range(len(key)))
    # The newest row of each key that the batch has; `first` of an ordered group would do, a window keeps memory small.
    engine.execute(
        f"CREATE OR REPLACE TEMP TABLE newest AS SELECT _seq, _row, mine FROM (SELECT p._seq, p._row, k._row AS mine, "
        f"row_number() OVER (PARTITION BY k._row, {keys} ORDER BY p._seq DESC, p._row DESC) AS place "
        f"FROM (SELECT _seq, _row, {typed} FROM past) p JOIN keyed k ON {same}) WHERE place = 1"
    )
    mine = {c.casefold() for c in columns}
    equal = " AND ".join(
        f"l.{quoted(c)} IS NOT DISTINCT FROM p.{quoted(c)}" if c.casefold() in mine else f"p.{quoted(c)} IS NULL"
        for c in dict.fromkeys([*columns, *sorted(named)])
    )
    engine.execute(
        f"CREATE OR REPLACE TEMP TABLE met AS SELECT n.mine, ({equal}) AS same FROM newest n "
        "JOIN past p ON p._seq = n._seq AND p._row = n._row JOIN landed l ON l._row = n.mine "
        "WHERE NOT EXISTS (SELECT 1 FROM withheld w WHERE w._row = n.mine)"
    )
    engine.execute(
        "INSERT INTO withheld SELECT mine, 'repeat: equal to the newest row known', false FROM met WHERE same"
    )
    return int(str(engine.rows("SELECT count(*) FROM met WHERE NOT same")[0][0]))
