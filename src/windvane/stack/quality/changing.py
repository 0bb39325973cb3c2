"""How often an attribute of a thing changes: a column that another one decides, and what history says of exceptions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from windvane.stack.quality.table import Table, is_number, quoted

THINGS = 5_000  # that are looked at
ENOUGH, DIFFERENT = 40, 5  # times that it can be told whether things keep it, and values that attributes have
MOST = 0.05  # share of those times at which they did not: beyond, nothing is decided
PRIOR = 3  # of the rule of three
DELIVERY = 20  # things of a delivery from which its share says something
STRIDE = (7_919, 10_007)  # primes that scatter what is drawn
COLUMNS, DECIDING = 6, 3  # attributes of one deciding column, and deciding columns


@dataclass(frozen=True)
class Attribute:
    """`column` is decided by `by`: of `again` times that a thing came again, or twice, it had changed `changed` times.

    `worst` is the largest share of such things of one delivery that had changed.
    """

    column: str
    by: str
    again: int
    changed: int
    worst: float

    @property
    def rate(self) -> float:
        """The share that is ordinary: the worst so far, never less than the rule of three allows."""
        return min(1.0, max(self.worst, (self.changed + PRIOR) / (self.again + PRIOR)))


def attributes(table: Table) -> tuple[Attribute, ...]:
    """Columns that things keep from delivery to delivery."""
    if table.role != "whole" or not table.rows:
        return ()
    return tuple(a for by, columns in _decided(table).items() for a in _kept(table, by, columns))


def _decided(table: Table) -> dict[str, list[str]]:
    """Columns by the one that decides them; numbers are measured, not kept, unless they are whole ones."""
    kinds = {c.name: c.type for c in table.contract.columns}
    found: dict[str, list[str]] = {}
    for column, by in table.decided:
        whole = not is_number(kinds[column]) or kinds[column] in ("bigint", "integer", "smallint")
        if whole and column not in table.contract.key:
            found.setdefault(by, []).append(column)
    widest = sorted(found, key=lambda by: -len(found[by]))[:DECIDING]
    return {by: found[by][:COLUMNS] for by in widest}


def _kept(table: Table, by: str, columns: list[str]) -> Iterator[Attribute]:
    """Those of `columns` that hardly ever change; each thing counts once in a delivery."""
    name = quoted(by)
    chosen = (
        f"SELECT {name} AS _thing FROM {table.history} WHERE {name} IS NOT NULL GROUP BY {name} "
        f"ORDER BY MIN(MOD(_row * {STRIDE[0]}, {STRIDE[1]})), {name} LIMIT {THINGS}"
    )
    for column in columns:
        cell = quoted(column)
        found = table.engine.rows(f"""WITH seen AS (
  SELECT _thing, _seq, COUNT(*) AS n, MIN({cell}) AS low, MAX({cell}) AS high FROM {table.history}
  JOIN ({chosen}) AS chosen ON chosen._thing = {name} WHERE {cell} IS NOT NULL GROUP BY _thing, _seq
), steps AS (
  SELECT _seq, n, low, high, LAG(high) OVER (PARTITION BY _thing ORDER BY _seq) AS was FROM seen
), counts AS (
  SELECT _seq, SUM(CASE WHEN was IS NOT NULL OR n > 1 THEN 1 ELSE 0 END) AS again,
    SUM(CASE WHEN low <> high OR (was IS NOT NULL AND was <> high) THEN 1 ELSE 0 END) AS changed
  FROM steps GROUP BY _seq
)
SELECT SUM(again), SUM(changed),
  MAX(CASE WHEN again >= {DELIVERY} THEN changed / CAST(again AS DOUBLE PRECISION) ELSE 0 END),
  (SELECT COUNT(DISTINCT high) FROM seen) FROM counts""")[0]
        again, changed, worst, values = (float(str(v or 0)) for v in found)
        if again >= ENOUGH and values >= DIFFERENT and changed <= MOST * again:
            yield Attribute(column, by, int(again), int(changed), worst)
