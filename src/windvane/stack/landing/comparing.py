"""What two rows of one key say of each other: the same, however spelled, or another value for a known one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from windvane.domain.batch import Cast
from windvane.sql.alias import columns_of
from windvane.stack.landing.columnar import quoted


class Said(NamedTuple):
    """What the rows of a source mean: the casts of its staging model, and the names of those that weigh.

    A column weighs when readers count with it: another value there for a known row is a restatement. Any other is a
    label, but for codes (whole numbers) that do not change alike in several rows: nobody gave a thing another code,
    the row tells of another thing. `None`: all weigh. `columns` are those that were delivered.
    """

    casts: tuple[Cast, ...]
    columns: tuple[str, ...]
    weighing: frozenset[str] | None = None

    def weighs(self, cast: Cast) -> bool:
        """Whether another value in a column is a restatement."""
        return self.weighing is None or cast.name in self.weighing


class Compared(NamedTuple):
    """SQL: the relations `past` (p) and `landed` (l) with typed values, and conditions over a row of each.

    `numbers` are the further columns a<i> (new) and b<i> (known) of those casts whose sums are compared, `summed`.
    """

    past: str
    landed: str
    same: str
    weighs: str
    differs: str
    numbers: str
    summed: tuple[int, ...]
    recoded: str  # text of each code with what it was before, as columns c<i>; NULL where it is as known
    codes: tuple[int, ...]


def comparison(said: Said, key: frozenset[str]) -> Compared:
    """How the rows of the view `landed` compare with those of the view `past`, both with every column that is read."""
    there = {c.casefold() for c in said.columns}
    read = {i: frozenset(n.casefold() for n in columns_of(c.text)) for i, c in enumerate(said.casts)}
    values = [i for i, c in enumerate(said.casts) if c.name not in key]
    told = [i for i in values if read[i] & there or not read[i]]
    unread = sorted(c for c in said.columns if not any(c.casefold() in names for names in read.values()))
    others = {i: f"(p.v{i} IS NOT NULL AND l.v{i} IS DISTINCT FROM p.v{i})" for i in told}
    summed = tuple(i for i in told if said.weighs(said.casts[i]) and number(said.casts[i].type))
    codes = tuple(i for i in told if not said.weighs(said.casts[i]) and _whole(said.casts[i].type))
    same = [f"l.v{i} IS NOT DISTINCT FROM p.v{i}" for i in values]
    same += [f"NULLIF(l.{quoted(c)}, '') IS NOT DISTINCT FROM NULLIF(p.{quoted(c)}, '')" for c in unread]
    typed = "".join(f", TRY_CAST(({said.casts[i].text}) AS {said.casts[i].type}) AS v{i}" for i in values)
    listed = typed + "".join(f", {quoted(c)}" for c in unread)
    return Compared(
        past=f"SELECT _seq, _row{listed} FROM past",
        landed=f"SELECT _row{listed} FROM landed",
        same=" AND ".join(same) or "true",
        weighs=_any(sql for i, sql in others.items() if said.weighs(said.casts[i])),
        differs=_any(others.values()),
        numbers="".join(f", CAST(l.v{i} AS DOUBLE) AS a{i}, CAST(p.v{i} AS DOUBLE) AS b{i}" for i in summed),
        summed=summed,
        recoded="".join(f", CASE WHEN {others[i]} THEN concat(p.v{i}, ' ', l.v{i}) END AS c{i}" for i in codes),
        codes=codes,
    )


def number(kind: str) -> bool:
    """Whether values of a type add up."""
    return kind.lower().startswith(("bigint", "integer", "decimal", "double", "float", "hugeint"))


def _whole(kind: str) -> bool:
    return kind.lower().startswith(("bigint", "integer", "hugeint"))


def _any(conditions: Iterable[str]) -> str:
    return " OR ".join(conditions) or "false"
