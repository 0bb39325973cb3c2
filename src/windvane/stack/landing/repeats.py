"""Finds, by key, rows that say again what is known, and rows that contradict each other."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from windvane.domain.batch import Cast
from windvane.domain.ports import Engine
from windvane.stack import packs
from windvane.stack.landing.columnar import literal, quoted
from windvane.stack.landing.comparing import Compared, Said, comparison
from windvane.stack.landing.pieces import by_hash
from windvane.stack.landing.rowfile import OWN

DIFFER = "key: rows of one"  # begins the reason of rows of one key that say different things


class Met(NamedTuple):
    """What a batch says of rows known before: `restated` and `relabelled` rows, and how far a sum moves (0..1)."""

    restated: int = 0  # another value in a column that weighs
    relabelled: int = 0  # other values in other columns only
    anew: int = 0  # all that are known by their key and not suppressed
    moved: float = 0.0  # the largest sum of changes of a number, as a share of the sum of what was known


def withhold_repeats(
    key: Sequence[Cast],
    columns: tuple[str, ...],
    *,
    history: tuple[Path, ...],
    engine: Engine,
    rows: int,
    said: Said,
) -> Met:
    """Add to the table `withheld` what repeats or contradicts in the view `landed`; returns what the batch tells anew.

    Within the batch: of equal rows (all text columns) the first is kept; rows of one key that differ are all
    quarantined. Against `history`: a row that says the same values as the newest one of its key is suppressed, however
    it spells them; one with another value for a known one restates. A value where none was known, and a column that
    the batch does not have at all, restate nothing.
    A batch of more `rows` than one piece of work may hold is worked on in pieces, all rows of one key in one piece.
    """
    _keyed(key, engine)
    parts = by_hash(_keys(key), rows, engine)
    _within(key, columns, engine, parts)
    if not history:
        return Met()
    _past(key, columns, history, engine)
    compared = comparison(said, frozenset(c.name for c in key))
    engine.execute("CREATE OR REPLACE TEMP TABLE met (mine BIGINT, same BOOLEAN, weighs BOOLEAN, differs BOOLEAN)")
    engine.execute("CREATE OR REPLACE TEMP TABLE recoded (mine BIGINT, code BIGINT, change VARCHAR)")
    engine.execute("CREATE OR REPLACE TEMP TABLE sums (number BIGINT, moved DOUBLE, known DOUBLE)")
    for part in parts:
        _against(key, compared, part, engine)
    engine.execute(
        "INSERT INTO withheld SELECT mine, 'repeat: equal to the newest row known', false FROM met WHERE same"
    )
    return _told(engine)


def _told(engine: Engine) -> Met:
    engine.execute(
        "UPDATE met SET weighs = true WHERE mine IN "
        "(SELECT mine FROM recoded QUALIFY count(*) OVER (PARTITION BY code, change) = 1)"
    )
    restated, relabelled, anew = engine.rows(
        "SELECT count(*) FILTER (weighs), count(*) FILTER (differs AND NOT weighs), count(*) FROM met WHERE NOT same"
    )[0]
    moved = engine.rows(
        "SELECT max(CASE WHEN moved = 0 THEN 0 WHEN known = 0 THEN 1 ELSE least(1, moved / known) END) FROM "
        "(SELECT coalesce(sum(moved), 0) AS moved, coalesce(sum(known), 0) AS known FROM sums GROUP BY number)"
    )[0][0]
    return Met(int(str(restated)), int(str(relabelled)), int(str(anew)), float(str(moved or 0)))


def _keys(key: Sequence[Cast]) -> str:
    return ", ".join(f"k{i}" for i in range(len(key)))


def restating(engine: Engine) -> tuple[int, ...]:
    """The rows that the last call found to be known with other values; ask only when it counted some."""
    return tuple(int(str(r[0])) for r in engine.rows("SELECT mine FROM met WHERE NOT same ORDER BY mine"))


def _keyed(key: Sequence[Cast], engine: Engine) -> None:
    """`keyed`: `_row` and the typed key of each row that is not withheld."""
    typed = ", ".join(f"TRY_CAST(({c.text}) AS {c.type}) AS k{i}" for i, c in enumerate(key))
    engine.execute(
        f"CREATE OR REPLACE TEMP TABLE keyed AS SELECT l._row, {typed} FROM landed l "
        "WHERE NOT EXISTS (SELECT 1 FROM withheld w WHERE w._row = l._row)"
    )


def _within(key: Sequence[Cast], columns: tuple[str, ...], engine: Engine, parts: Sequence[str]) -> None:
    count = len(key)
    differ = literal(f"{DIFFER} {', '.join(c.name for c in key)} differ")
    keys = ", ".join(f"k{i}" for i in range(count))
    same = " AND ".join(f"k.k{i} = t.k{i}" for i in range(count))
    engine.execute("CREATE OR REPLACE TEMP TABLE twins AS SELECT * FROM keyed LIMIT 0")
    for part in parts:
        engine.execute(
            f"INSERT INTO twins SELECT k.* FROM (SELECT * FROM keyed WHERE {part}) k JOIN "
            f"(SELECT {keys} FROM keyed WHERE {part} GROUP BY {keys} HAVING count(*) > 1) t ON {same}"
        )
    if not int(str(engine.rows("SELECT count(*) FROM twins")[0][0])):
        return
    cells = ", ".join(f"l.{quoted(c)}" for c in columns)
    partition = ", ".join(f"t.k{i}" for i in range(count))
    for part in parts:
        engine.execute(
            "CREATE OR REPLACE TEMP TABLE ranked AS "
            "SELECT *, min(first) OVER same_key <> max(first) OVER same_key AS differs "
            f"FROM (SELECT t.*, min(t._row) OVER (PARTITION BY {partition}, {cells}) AS first "
            f"FROM (SELECT * FROM twins WHERE {part}) t JOIN landed l ON l._row = t._row) "
            f"WINDOW same_key AS (PARTITION BY {keys})"
        )
        engine.execute(
            "INSERT INTO withheld SELECT _row, 'repeat: equal to a row of this batch', false "
            "FROM ranked WHERE _row <> first"
        )
        engine.execute(f"INSERT INTO withheld SELECT _row, {differ}, true FROM ranked WHERE _row = first AND differs")


def _past(key: Sequence[Cast], columns: tuple[str, ...], history: tuple[Path, ...], engine: Engine) -> None:
    """The views `past` and `past_keyed` (with its typed key) over `history`."""
    past = packs.relation(history, engine)
    folded = {c.casefold() for c in _named(past, engine)}
    absent = [c for c in columns if c.casefold() not in folded]
    added = "".join(f", CAST(NULL AS VARCHAR) AS {quoted(c)}" for c in absent)
    engine.execute(f"CREATE OR REPLACE TEMP VIEW past AS SELECT *{added} FROM {past}")
    typed = ", ".join(f"TRY_CAST(({c.text}) AS {c.type}) AS k{i}" for i, c in enumerate(key))
    engine.execute(f"CREATE OR REPLACE TEMP VIEW past_keyed AS SELECT _seq, _row, {typed} FROM past")


def _named(relation: str, engine: Engine) -> tuple[str, ...]:
    """The delivered columns of a relation."""
    found = engine.rows(f"SELECT column_name FROM (DESCRIBE SELECT * FROM {relation})")
    return tuple(str(r[0]) for r in found if r[0] not in OWN)


def _against(key: Sequence[Cast], compared: Compared, part: str, engine: Engine) -> None:
    """Add to `met` the rows of one `part` of the keys that are known, and what they say of them."""
    same = " AND ".join(f"p.k{i} = k.k{i}" for i in range(len(key)))
    keys = ", ".join(f"p.k{i}" for i in range(len(key)))
    # The newest row of each key that the batch has; `first` of an ordered group would do, a window keeps memory small.
    engine.execute(
        f"CREATE OR REPLACE TEMP TABLE newest AS SELECT _seq, _row, mine FROM (SELECT p._seq, p._row, k._row AS mine, "
        f"row_number() OVER (PARTITION BY k._row, {keys} ORDER BY p._seq DESC, p._row DESC) AS place "
        f"FROM (SELECT * FROM past_keyed WHERE {part}) p JOIN (SELECT * FROM keyed WHERE {part}) k ON {same}) "
        "WHERE place = 1"
    )
    engine.execute(
        f"CREATE OR REPLACE TEMP TABLE pairs AS SELECT n.mine, ({compared.same}) AS same, "
        f"({compared.weighs}) AS weighs, ({compared.differs}) AS differs{compared.numbers}{compared.recoded} "
        "FROM newest n "
        f"JOIN ({compared.past}) p ON p._seq = n._seq AND p._row = n._row "
        f"JOIN ({compared.landed}) l ON l._row = n.mine "
        "WHERE NOT EXISTS (SELECT 1 FROM withheld w WHERE w._row = n.mine)"
    )
    engine.execute("INSERT INTO met SELECT mine, same, weighs, differs FROM pairs")
    for i in compared.summed:
        engine.execute(f"INSERT INTO sums SELECT {i}, sum(abs(a{i} - b{i})), sum(abs(b{i})) FROM pairs")
    for i in compared.codes:
        engine.execute(f"INSERT INTO recoded SELECT mine, {i}, c{i} FROM pairs WHERE NOT same AND c{i} IS NOT NULL")
