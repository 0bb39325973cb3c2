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


def steps(seam: Seam, known: str, arriving: str) -> tuple[float, ...]:
    """ln(first arriving / last known) per series, of positive values; `known` and `arriving` are column names."""
    if not seam.time:
        return ()
    entity = ", ".join(quoted(e) for e in seam.entities) or "'' AS one"
    group = ", ".join(quoted(e) for e in seam.entities) or "one"
    value = "LN(TRY_CAST({} AS DOUBLE))"
    when = f"TRY_CAST({quoted(seam.time)} AS TIMESTAMP)"
    before, after = quoted(known), quoted(arriving)
    rows = seam.engine.rows(f"""
        WITH fresh AS (
          SELECT {entity}, MIN({when}) AS moment, MIN_BY({value.format(after)}, {when}) AS value
          FROM {seam.arriving} WHERE TRY_CAST({after} AS DOUBLE) > 0 GROUP BY {group}
        ), old AS (
          SELECT {entity}, {when} AS moment, {value.format(before)} AS value FROM {seam.known}
          WHERE TRY_CAST({before} AS DOUBLE) > 0)
        SELECT fresh.value - MAX_BY(old.value, old.moment)
        FROM fresh JOIN old ON {_same(seam)} AND old.moment < fresh.moment
        GROUP BY {", ".join(f"fresh.{quoted(e)}" for e in seam.entities) or "fresh.one"}, fresh.value
        ORDER BY 1""")
    return tuple(r[0] for r in rows if isinstance(r[0], float))


def history(seam: Seam, column: str) -> tuple[float, ...]:
    """Median over the series of known steps ln(value / value before), one per point in time, in order."""
    if not seam.time:
        return ()
    entity = ", ".join(quoted(e) for e in seam.entities) or "1"
    when = f"TRY_CAST({quoted(seam.time)} AS TIMESTAMP)"
    rows = seam.engine.rows(f"""
        SELECT moment, MEDIAN(step) FROM (
          SELECT {when} AS moment, LN(TRY_CAST({quoted(column)} AS DOUBLE)) - LN(LAG(
            TRY_CAST({quoted(column)} AS DOUBLE)) OVER (PARTITION BY {entity} ORDER BY {when})) AS step
          FROM {seam.known} WHERE TRY_CAST({quoted(column)} AS DOUBLE) > 0)
        WHERE step IS NOT NULL GROUP BY moment ORDER BY moment""")
    return tuple(r[1] for r in rows if isinstance(r[1], float))


def surprise(seam: Seam, known: str, arriving: str) -> float | None:
    """Conformal p-value of the median step from `known` to `arriving` among known steps; `None` without a seam.

    Beyond the largest known step it falls as a tail of index 2 does (see `conformal`).
    """
    now, past = steps(seam, known, arriving), history(seam, known)
    if not now or len(past) < 8:
        return None
    size, largest = abs(median(now)), max(abs(p) for p in past)
    beyond = (largest / size) ** 2 if size > largest else 1.0
    return beyond * (1 + sum(abs(p) >= size for p in past)) / (1 + len(past))


def agreement(seam: Seam, known: str, arriving: str) -> tuple[int, float]:
    """Rows that both sides have (same entities and time), and the share of them with equal values.

    A key that a side has more than once says nothing about which rows are the same: it is left out.
    """
    if not seam.time:
        return 0, 0.0
    when = f"TRY_CAST({quoted(seam.time)} AS TIMESTAMP)"
    keys = ", ".join([*(quoted(e) for e in seam.entities), f"{when} AS moment"])
    once = f"GROUP BY {', '.join(str(n + 1) for n in range(len(seam.entities) + 1))} HAVING COUNT(*) = 1"
    found = seam.engine.rows(f"""
        WITH old AS (SELECT {keys}, MIN({quoted(known)}) AS value FROM {seam.known} {once}),
             fresh AS (SELECT {keys}, MIN({quoted(arriving)}) AS value FROM {seam.arriving} {once})
        SELECT COUNT(*), AVG(CASE WHEN COALESCE(TRY_CAST(old.value AS DOUBLE) = TRY_CAST(fresh.value AS DOUBLE),
                   CAST(old.value AS VARCHAR) = CAST(fresh.value AS VARCHAR)) THEN 1.0 ELSE 0.0 END)
        FROM fresh JOIN old ON {_same(seam)} AND old.moment = fresh.moment
        WHERE fresh.value IS NOT NULL AND old.value IS NOT NULL""")
    count, share = found[0]
    return (count if isinstance(count, int) else 0), (float(share) if isinstance(share, int | float) else 0.0)


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
    """ln(arriving / known) at five quantiles of positive values, of as many newest known rows; empty without them."""
    name = f"TRY_CAST({quoted(column)} AS DOUBLE)"
    when = f"ORDER BY TRY_CAST({quoted(seam.time)} AS TIMESTAMP) DESC" if seam.time else ""
    wanted = "QUANTILE_CONT(LN(v), [0.05, 0.25, 0.5, 0.75, 0.95])"
    rows = seam.engine.rows(f"""
        WITH fresh AS (SELECT {name} AS v FROM {seam.arriving} WHERE {name} > 0),
             old AS (SELECT {name} AS v FROM {seam.known} WHERE {name} > 0 {when}
                     LIMIT (SELECT GREATEST(COUNT(*), 1) FROM fresh))
        SELECT a, b FROM (SELECT UNNEST((SELECT {wanted} FROM fresh)) AS a, UNNEST((SELECT {wanted} FROM old)) AS b)""")
    return tuple(a - b for a, b in rows if isinstance(a, float) and isinstance(b, float))


def _same(seam: Seam) -> str:
    pairs = [f"CAST(old.{quoted(e)} AS VARCHAR) = CAST(fresh.{quoted(e)} AS VARCHAR)" for e in seam.entities]
    return " AND ".join(pairs) or "TRUE"
