"""Rows that are gone under one spelling of their key and there under another, with all else as it was."""

from __future__ import annotations

from collections.abc import Sequence

from windvane.domain.batch import Cast
from windvane.domain.ports import Engine

_WITNESSES = 3  # values beside the key that two rows must share to be one


def respelled(past: str, there: str, *, key: Sequence[Cast], casts: Sequence[Cast], engine: Engine) -> int:
    """How many of the rows that are away, by the table `followed`, are in `there` with one part of their key anew.

    `past` and `there` are relations with every delivered column that `key` and `casts` read. Two rows are one when all
    their other values are equal, no other row has these, and a key part went from one value to another. Where a value
    always went to the same other one (an hour, a name), rows that changed besides are followed by their new key.
    """
    beside = [c for c in casts if c.name not in {k.name for k in key}]
    if len(beside) < _WITNESSES:
        return 0
    _sides(past, there, key, beside, engine)
    pairs = _pairs(len(key), len(beside))
    engine.execute(f"CREATE OR REPLACE TEMP TABLE paired AS {pairs}")
    for part in range(len(key)):
        engine.execute(f"INSERT INTO paired {_carried(part, len(key))}")
    return int(str(engine.rows("SELECT count(DISTINCT who) FROM paired")[0][0]))


def _sides(past: str, there: str, key: Sequence[Cast], beside: Sequence[Cast], engine: Engine) -> None:
    """The tables `olden`, rows that are away, and `newer`, rows whose key was not known; both typed."""
    keys = ", ".join(f"TRY_CAST(({c.text}) AS {c.type}) AS k{i}" for i, c in enumerate(key))
    values = ", ".join(f"TRY_CAST(({c.text}) AS {c.type}) AS v{i}" for i, c in enumerate(beside))
    listed = ", ".join(f"k{i}" for i in range(len(key)))
    engine.execute(
        f"CREATE OR REPLACE TEMP TABLE olden AS SELECT DISTINCT f.who, p.* EXCLUDE (of_batch, at_row) FROM "
        f"(SELECT _batch AS of_batch, _row AS at_row, {keys}, {values} FROM {past}) p "
        "JOIN followed f ON f._batch = p.of_batch AND f._row = p.at_row WHERE f.away"
    )
    engine.execute(
        f"CREATE OR REPLACE TEMP TABLE newer AS SELECT * FROM (SELECT _row AS place, {keys}, {values} FROM {there}) a "
        f"ANTI JOIN (SELECT DISTINCT {listed} FROM (SELECT {keys} FROM {past})) b USING ({listed})"
    )


def _pairs(keys: int, values: int) -> str:
    parts = " + ".join(f"CAST(o.k{i} IS DISTINCT FROM n.k{i} AS INTEGER)" for i in range(keys))
    filled = " + ".join(f"CAST(o.v{i} IS NOT NULL AS INTEGER)" for i in range(values))
    same = " AND ".join(f"o.v{i} IS NOT DISTINCT FROM n.v{i}" for i in range(values))
    changed = ", ".join(f"o.k{i} AS old{i}, n.k{i} AS new{i}" for i in range(keys))
    return f"""
        WITH found AS (SELECT o.who, n.place, {changed} FROM olden o JOIN newer n ON {same}
            WHERE {parts} = 1 AND {filled} >= {_WITNESSES})
        SELECT * FROM found WHERE who IN (SELECT who FROM found GROUP BY who HAVING count(DISTINCT place) = 1)
            AND place IN (SELECT place FROM found GROUP BY place HAVING count(DISTINCT who) = 1)"""


def _carried(part: int, keys: int) -> str:
    """Further rows whose key is there with the value that one of its parts went to in every pair known."""
    others = " AND ".join(f"o.k{i} IS NOT DISTINCT FROM n.k{i}" for i in range(keys) if i != part) or "true"
    changed = ", ".join(f"o.k{i}, n.k{i}" for i in range(keys))
    return f"""SELECT o.who, n.place, {changed} FROM olden o
        JOIN (SELECT old{part} AS was, min(new{part}) AS now FROM paired WHERE old{part} IS DISTINCT FROM new{part}
            GROUP BY 1 HAVING count(*) > 1 AND count(DISTINCT new{part}) = 1) w ON w.was = o.k{part}
        JOIN newer n ON n.k{part} = w.now AND {others}
        WHERE o.who NOT IN (SELECT who FROM paired) AND n.place NOT IN (SELECT place FROM paired)"""
