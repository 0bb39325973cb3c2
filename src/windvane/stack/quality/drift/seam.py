"""Where known rows end and arriving ones begin, and what can be measured there."""

from __future__ import annotations

from dataclasses import dataclass

from windvane.domain.ports import Engine, Reader
from windvane.stack.quality.conformal import median
from windvane.stack.quality.table import quoted


@dataclass(frozen=True)
class Seam:
    """Two SQL relations of `engine`: rows known until now and rows that arrive, both with typed or plain text values.

    `entities` and `time` are columns of both; together they are the key when a row is one thing at one time.
    A relation is anything that may stand behind FROM: a table, `read_parquet('...')`, `(SELECT ...) AS x`.
    """

    engine: Engine | Reader
    known: str
    arriving: str
    entities: tuple[str, ...] = ()
    time: str = ""
    beside: str = ""  # rows that were delivered as known ones are, and wait for a person


def steps(seam: Seam, known: str, arriving: str) -> tuple[float, ...]:
    """ln(first arriving / last known) per series, of positive values; `known` and `arriving` are column names."""
    if not (_are_series(seam, seam.known, known) and _are_series(seam, seam.arriving, arriving)):
        return ()
    entity = _entity(seam)
    rows = seam.engine.rows(f"""
        WITH fresh AS ({_points(seam, seam.arriving, arriving)}), old AS ({_points(seam, _met(seam), known)}),
        first AS (SELECT {entity}, moment, value FROM fresh
          QUALIFY ROW_NUMBER() OVER (PARTITION BY {entity} ORDER BY moment) = 1),
        last AS (SELECT {_entity(seam, "old")}, old.value FROM old JOIN first AS fresh ON {_same(seam)}
          AND old.moment < fresh.moment
          QUALIFY ROW_NUMBER() OVER (PARTITION BY {_entity(seam, "old")} ORDER BY old.moment DESC) = 1)
        SELECT fresh.value - old.value FROM first AS fresh JOIN last AS old ON {_same(seam)} ORDER BY 1""")
    return tuple(r[0] for r in rows if isinstance(r[0], float))


def history(seam: Seam, column: str) -> tuple[float, ...]:
    """Median over the series of known steps ln(value / value before), one per point in time, in order."""
    if not _are_series(seam, seam.known, column) or not _goes_on(seam, column):
        return ()
    rows = seam.engine.rows(f"""
        SELECT moment, MEDIAN(step) FROM (
          SELECT moment, value - LAG(value) OVER (PARTITION BY {_entity(seam)} ORDER BY moment) AS step
          FROM ({_points(seam, seam.known, column)}))
        WHERE step IS NOT NULL GROUP BY moment ORDER BY moment""")
    return tuple(r[1] for r in rows if isinstance(r[1], float))


def _met(seam: Seam) -> str:
    """The known rows of the entities that arrive: most keys of events are met once, and need no look at history."""
    if not seam.entities:
        return seam.known
    listed = ", ".join(quoted(e) for e in seam.entities)
    texts = ", ".join(f"CAST({quoted(e)} AS VARCHAR)" for e in seam.entities)
    return (
        f"(SELECT * FROM (SELECT * FROM {seam.known}) AS one WHERE ({texts}) IN "
        f"(SELECT ({texts}) FROM (SELECT DISTINCT {listed} FROM {seam.arriving}) AS other)) AS met"
    )


def _points(seam: Seam, relation: str, column: str) -> str:
    """SELECT of (the entities, moment, value = ln of positive values), one row per series and moment.

    Rows of one thing at one moment, as a restatement brings them, count as their median: their order means nothing.
    """
    entity = ", ".join(quoted(e) for e in seam.entities) or "'' AS one"
    value = f"TRY_CAST({quoted(column)} AS DOUBLE)"
    return (
        f"SELECT {entity}, {_when(seam)} AS moment, MEDIAN(LN(CASE WHEN {value} > 0 THEN {value} END)) AS value "
        f"FROM {relation} WHERE {value} > 0 AND {_when(seam)} IS NOT NULL GROUP BY {_entity(seam)}, moment"
    )


def _are_series(seam: Seam, relation: str, column: str) -> bool:
    """Whether rows can be put in the order of time. Without entities they are one series only where no moment has
    two values: which row of a moment goes on from which row of the one before is not known."""
    if not seam.time or seam.entities:
        return bool(seam.time)
    found = seam.engine.rows(f"""
        SELECT 1 FROM {relation} WHERE {quoted(column)} IS NOT NULL
        GROUP BY {_when(seam)} HAVING MIN({quoted(column)}) <> MAX({quoted(column)}) LIMIT 1""")
    return not found


def _goes_on(seam: Seam, column: str) -> bool:
    """Whether anything known was met at two moments: of events, each with a key of its own, none was."""
    if not seam.entities:
        return True
    found = seam.engine.rows(f"""
        SELECT 1 FROM {seam.known} WHERE TRY_CAST({quoted(column)} AS DOUBLE) > 0
        GROUP BY {_entity(seam)} HAVING MIN({_when(seam)}) < MAX({_when(seam)}) LIMIT 1""")
    return bool(found)


def _when(seam: Seam) -> str:
    return f"TRY_CAST({quoted(seam.time)} AS TIMESTAMP)"


def _entity(seam: Seam, side: str = "") -> str:
    mark = f"{side}." if side else ""
    return ", ".join(f"{mark}{quoted(e)}" for e in seam.entities) or f"{mark}one"


def surprise(seam: Seam, known: str, arriving: str) -> float | None:
    """Conformal p-value of the median step from `known` to `arriving` among known steps; `None` without a seam.

    Beyond the largest known step it falls as a tail of index 2 does (see `conformal`).
    """
    now = steps(seam, known, arriving)
    past = history(seam, known) if now else ()
    if len(past) < 8:
        return None
    size, largest = abs(median(now)), max(abs(p) for p in past)
    beyond = (largest / size) ** 2 if size > largest else 1.0
    return beyond * (1 + sum(abs(p) >= size for p in past)) / (1 + len(past))


def agreement(seam: Seam, known: str, arriving: str) -> tuple[int, float]:
    """Rows that both sides have (same entities and time), and the share of them with equal values.

    A key that a side has more than once says nothing about which rows are the same: it is left out. Rows `beside` are
    of the known side here: what a source corrected is no evidence that two columns differ, though nobody admitted it.
    """
    if not seam.time:
        return 0, 0.0
    when = f"TRY_CAST({quoted(seam.time)} AS TIMESTAMP)"
    keys = ", ".join([*(quoted(e) for e in seam.entities), f"{when} AS moment"])
    once = f"GROUP BY {', '.join(str(n + 1) for n in range(len(seam.entities) + 1))} HAVING COUNT(*) = 1"
    found = seam.engine.rows(f"""
        WITH old AS (SELECT {keys}, MIN({quoted(known)}) AS value FROM {_delivered(seam, known)} {once}),
             fresh AS (SELECT {keys}, MIN({quoted(arriving)}) AS value FROM {seam.arriving} {once})
        SELECT COUNT(*), AVG(CASE WHEN COALESCE(TRY_CAST(old.value AS DOUBLE) = TRY_CAST(fresh.value AS DOUBLE),
                   CAST(old.value AS VARCHAR) = CAST(fresh.value AS VARCHAR)) THEN 1.0 ELSE 0.0 END)
        FROM fresh JOIN old ON {_same(seam)} AND old.moment = fresh.moment
        WHERE fresh.value IS NOT NULL AND old.value IS NOT NULL""")
    count, share = found[0]
    return (count if isinstance(count, int) else 0), (float(share) if isinstance(share, int | float) else 0.0)


def _delivered(seam: Seam, column: str) -> str:
    if not seam.beside:
        return _met(seam)
    cells = ", ".join(quoted(c) for c in dict.fromkeys((*seam.entities, seam.time, column)))
    return f"(SELECT {cells} FROM {_met(seam)} UNION ALL SELECT {cells} FROM {seam.beside}) AS delivered"


def overlap(seam: Seam, known: str, arriving: str) -> tuple[int, float]:
    """Distinct arriving values, and the share of them that `known` has too."""
    found = seam.engine.rows(f"""
        SELECT COUNT(*), AVG(CASE WHEN old.value IS NULL THEN 0.0 ELSE 1.0 END) FROM
          (SELECT DISTINCT CAST({quoted(arriving)} AS VARCHAR) AS value FROM {seam.arriving}) AS fresh
          LEFT JOIN (SELECT DISTINCT CAST({quoted(known)} AS VARCHAR) AS value FROM {seam.known}) AS old USING (value)
        WHERE fresh.value IS NOT NULL""")
    count, share = found[0]
    return (count if isinstance(count, int) else 0), (float(share) if isinstance(share, int | float) else 0.0)


def quantile_ratios(seam: Seam, column: str) -> tuple[float, ...]:
    """ln(arriving / known) at five quantiles of positive values, of as many newest known rows (of all of
    them without a time); empty without them."""
    name = f"TRY_CAST({quoted(column)} AS DOUBLE)"
    newest = ""
    if seam.time:  # rows of the moment in which the number is reached all count: none of them is newer
        age = f"RANK() OVER (ORDER BY {_when(seam)} DESC NULLS LAST)"
        newest = f"QUALIFY {age} <= (SELECT GREATEST(COUNT(*), 1) FROM fresh)"
    wanted = "QUANTILE_CONT(LN(v), [0.05, 0.25, 0.5, 0.75, 0.95])"
    rows = seam.engine.rows(f"""
        WITH fresh AS (SELECT {name} AS v FROM {seam.arriving} WHERE {name} > 0),
             old AS (SELECT {name} AS v FROM {seam.known} WHERE {name} > 0 {newest})
        SELECT a, b FROM (SELECT UNNEST((SELECT {wanted} FROM fresh)) AS a, UNNEST((SELECT {wanted} FROM old)) AS b)""")
    return tuple(a - b for a, b in rows if isinstance(a, float) and isinstance(b, float))


def _same(seam: Seam) -> str:
    pairs = [f"CAST(old.{quoted(e)} AS VARCHAR) = CAST(fresh.{quoted(e)} AS VARCHAR)" for e in seam.entities]
    return " AND ".join(pairs) or "TRUE"


def filled(seam: Seam, column: str) -> tuple[int, int]:
    """Known rows, and those of them with a value in a column."""
    rows, there = seam.engine.rows(f"SELECT COUNT(*), COUNT({quoted(column)}) FROM {seam.known}")[0]
    return int(str(rows)), int(str(there))
