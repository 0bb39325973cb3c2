"""Which columns share values: bottom-k sketches of the distinct values, compared in one self join.

The k smallest hashes of two columns compare fairly up to the smaller of their largest hashes (Beyer et al., "On
synopses for distinct-value estimation", SIGMOD 2007); columns with at most k values are compared exactly.
"""

from __future__ import annotations

from dataclasses import dataclass

from windvane.agents.scout.table import Table
from windvane.domain.batch import ColumnProfile
from windvane.domain.ports import Engine
from windvane.stack.quality.sampling import identifier

_K = 4_000


@dataclass(frozen=True)
class Overlap:
    """Distinct values of column `left` that are in column `right`: `share` 0..1 of those compared, `compared` "
    "of them."""

    left: tuple[str, str]  # source, column
    right: tuple[str, str]
    share: float
    compared: int


def overlaps(engine: Engine, tables: tuple[Table, ...], *, at_least: float) -> tuple[Overlap, ...]:
    """Ordered pairs of columns of a like type of which at least the given share of left is in right."""
    engine.execute("CREATE OR REPLACE TEMP TABLE wv_seen (c INTEGER, kind VARCHAR, h UBIGINT)")
    columns = [(t, p) for t in tables for p in t.profile.columns if _kind(p)]
    for place, (table, seen) in enumerate(columns):
        name = identifier(seen.name)
        engine.execute(
            f"INSERT INTO wv_seen SELECT {place}, '{_kind(seen)}', h FROM (SELECT DISTINCT hash(CAST({name} AS "
            f"VARCHAR)) AS h "
            f"FROM {table.relation} WHERE {name} IS NOT NULL) ORDER BY h LIMIT {_K}"
        )
    engine.execute(
        f"CREATE OR REPLACE TEMP TABLE wv_bound AS SELECT c, CASE WHEN count(*) < {_K} THEN 18446744073709551615 "
        "ELSE max(h) END AS top FROM wv_seen GROUP BY c"
    )
    found = engine.rows(
        "WITH p AS (SELECT x.c AS a, y.c AS b, count(*) AS both FROM wv_seen x JOIN wv_seen y ON x.h = y.h AND "
        "x.kind = y.kind "
        "AND x.c <> y.c GROUP BY 1, 2), "
        "q AS (SELECT p.a, p.b, p.both, least(m.top, n.top) AS top FROM p JOIN wv_bound m ON m.c = p.a JOIN "
        "wv_bound n ON n.c = p.b) "
        "SELECT q.a, q.b, q.both, count(*) FROM q JOIN wv_seen s ON s.c = q.a AND s.h <= q.top GROUP BY 1, 2, 3 "
        f"HAVING q.both >= {at_least} * count(*) ORDER BY 1, 2"
    )
    made = []
    for a, b, both, compared in found:
        left, right = columns[int(str(a))], columns[int(str(b))]
        share = int(str(both)) / int(str(compared))
        made.append(
            Overlap((left[0].source, left[1].name), (right[0].source, right[1].name), share, int(str(compared)))
        )
    return tuple(made)


def _kind(seen: ColumnProfile) -> str:
    """Columns are compared within a kind; measures, flags and constants are not compared at all."""
    if seen.distinct < 1 or seen.type in ("double", "boolean", "timestamp"):
        return ""
    if seen.type.startswith("decimal"):
        return ""
    return {"bigint": "number", "date": "date"}.get(seen.type, "text")
