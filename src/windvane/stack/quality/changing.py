"""How often an attribute of a thing changes: a column that another one decides, and what history says of exceptions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from windvane.stack.quality.table import Table, quoted

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
    """Columns by the one that decides them; what is measured is not kept, as all prices may rise in a day, and names
    nothing: two things that are equally many are not the same."""
    measured = {c.name for c in table.measures}
    apart = {*table.contract.key, *measured}
    found: dict[str, list[str]] = {}
    for column, by in table.decided:
        if column not in apart and by not in measured:
            found.setdefault(by, []).append(column)
    widest = sorted(found, key=lambda by: -len(found[by]))[:DECIDING]
    return {by: found[by][:COLUMNS] for by in widest}


def _kept(table: Table, by: str, columns: list[str]) -> Iterator[Attribute]:
    """Those of `columns` that hardly ever change; each thing counts once in a delivery."""
    name = quoted(by)
    found = table.engine.rows(f"""WITH chosen AS (
  SELECT {name} AS _thing FROM {table.history} WHERE {name} IS NOT NULL GROUP BY {name}
  ORDER BY MIN(MOD(_row * {STRIDE[0]}, {STRIDE[1]})), {name} LIMIT {THINGS}
), seen AS (
  SELECT _thing, _seq, {_each(columns, "COUNT({cell}) AS n{i}, MIN({cell}) AS low{i}, MAX({cell}) AS high{i}")}
  FROM {table.history} JOIN chosen ON chosen._thing = {name} GROUP BY _thing, _seq
), steps AS (
  SELECT *, {_each(columns, "LAG(high{i}) OVER (PARTITION BY _thing ORDER BY _seq) AS was{i}")} FROM seen
), counts AS (
  SELECT _seq, {_each(columns, _AGAIN)} FROM steps GROUP BY _seq
)
SELECT {_each(columns, _SUMS)} FROM counts""")[0]
    numbers = [float(str(v or 0)) for v in found]
    for place, column in enumerate(columns):
        again, changed, worst, values = numbers[4 * place : 4 * place + 4]
        if again >= ENOUGH and values >= DIFFERENT and changed <= MOST * again:
            yield Attribute(column, by, int(again), int(changed), worst)


_AGAIN = (
    "SUM(CASE WHEN n{i} > 1 OR (was{i} IS NOT NULL AND n{i} > 0) THEN 1 ELSE 0 END) AS again{i}, "
    "SUM(CASE WHEN low{i} <> high{i} OR was{i} <> high{i} THEN 1 ELSE 0 END) AS changed{i}"
)
_SUMS = (
    "SUM(again{i}), SUM(changed{i}), MAX(CASE WHEN again{i} >= " + str(DELIVERY) + " THEN changed{i} / "
    "CAST(again{i} AS DOUBLE PRECISION) ELSE 0 END), (SELECT COUNT(DISTINCT high{i}) FROM seen)"
)  # fmt: skip


def _each(columns: list[str], text: str) -> str:
    """The text for each column, with its place and its cell."""
    return ", ".join(text.format(i=i, cell=quoted(c)) for i, c in enumerate(columns))
