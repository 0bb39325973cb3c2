"""Whether what is new in a delivery stays: deliveries in a row that show the same news and agree with each other.

One delivery with new labels may be broken; several in a row that say the same of the same things are what the source
has to say. Persistence alone tells a fault that stays from a change that stays no better than one delivery does, so
each kind of news has its own evidence besides: what would be so of a fault, and is not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from windvane.domain.ports import Engine, Row
from windvane.sql.alias import quote
from windvane.stack.quality.trend import goes_on

LABELS = frozenset({"accepted_values", "attributes", "cut_texts", "null_share"})
LEVELS = frozenset({"continuity"})
STOPPED = frozenset({"extremes", "point_mass", "sentinel"})
_OF = re.compile(r"column `([^`]+)`: [\d,]+ of [\d,]+ `([^`]+)` come with another")
_AT = re.compile(r"column `([^`]+)`: [\d,]+ of [\d,]+ texts end at")
_NAMED = re.compile(r"column `([^`]+)`")
_USUAL = 0.05  # share of the known rows from which a label is one that comes as a rule
_MOST = 0.5  # share of known things that may be called otherwise: beyond, the codes have changed
_EMPTY = 0.03  # share of empty values that is always taken as ordinary
_VALUES = 2_000  # different labels up to which a column holds labels at all


class Told(NamedTuple):
    """What deliveries in a row tell: SQL relations, the oldest delivery first, all with the same columns.

    `last` is the newest delivery known before them; `entities` the key without its time, `numbers` what is counted,
    `used` the columns that a product rests on.
    """

    engine: Engine
    known: str
    last: str
    rows: tuple[str, ...]
    entities: tuple[str, ...]
    time: str
    numbers: tuple[str, ...]
    used: frozenset[str] = frozenset()


class News(NamedTuple):
    """What checks of one rule said was new."""

    rule: str
    said: str

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that they named."""
        return tuple(dict.fromkeys(_NAMED.findall(self.said)))


def doubt(told: Told, news: Sequence[News]) -> str:
    """Why the news may be a fault all the same; empty when nothing speaks for one."""
    labels = [n for n in news if n.rule in LABELS]
    levels = dict.fromkeys(c for n in news if n.rule in LEVELS for c in n.columns)
    stopped = dict.fromkeys(c for n in news if n.rule in STOPPED for c in n.columns)
    asked = _Labels(told, labels).doubts() if labels else iter(())
    moved = (t for t in [goes_on(told, tuple(levels))] if t) if levels else iter(())
    return next(asked, "") or next(iter(moved), "") or _speaking(told, tuple(stopped))


def _speaking(told: Told, columns: tuple[str, ...]) -> str:
    """Why columns have not just stopped telling anything: one value in every row, which nobody counts with."""
    every = " UNION ALL ".join(f"SELECT * FROM {r}" for r in told.rows)
    for column in columns:
        name = quote(column)
        if column in told.used:
            return f"a product rests on `{column}`"
        found = told.engine.rows(f"SELECT COUNT(*) - COUNT({name}), COUNT(DISTINCT {name}) FROM ({every}) AS e")[0]
        if found != (0, 1):
            return f"`{column}` has not one value in every row"
    return ""


class _Labels:
    """What rows are called, under which keys."""

    def __init__(self, told: Told, news: list[News]) -> None:
        self._told, self._news = told, news
        self._new = told.rows[-1]
        self._every = "(" + " UNION ALL ".join(f"SELECT {i} AS d, * FROM {r}" for i, r in enumerate(told.rows)) + ")"
        self._texts = tuple(dict.fromkeys(c for n in news if n.rule != "null_share" for c in n.columns))
        self._empties = tuple(dict.fromkeys(c for n in news if n.rule == "null_share" for c in n.columns))

    def doubts(self) -> Iterator[str]:
        """What speaks against it, the hardest first."""
        if not self._texts:
            yield "only empty values are new"
            return
        yield from self._of_things()
        for column in self._texts:
            yield from self._of_column(column)
        yield from self._of_cuts()
        yield from self._of_empties()
        yield from self._of_sums()

    def _of_things(self) -> Iterator[str]:
        """The same things are called the same in every delivery, most are called as ever, and none is gone."""
        for by, columns in self._decided().items():
            cells = ", ".join(quote(c) for c in columns)
            if self._one(f"SELECT COUNT(*) FROM (SELECT {by} FROM (SELECT DISTINCT {by}, {cells} FROM {self._every} "
                         f"AS e) AS w GROUP BY {by} HAVING COUNT(*) > 1) AS two"):  # fmt: skip
                yield f"the deliveries do not agree on {cells}"
            if not self._again(by):
                continue
            before, now = (f"SELECT DISTINCT {by} FROM {r}" for r in (self._told.last, self._new))
            if self._one(f"SELECT COUNT(*) FROM ({before} EXCEPT {now}) AS gone"):
                yield "not every known thing is there"
            both, now = (f"SELECT DISTINCT {by}, {cells} FROM {r}" for r in (self._told.last, self._new))
            kept = self._one(f"SELECT COUNT(*) FROM ({both} INTERSECT {now}) AS kept")
            if kept <= _MOST * self._one(f"SELECT COUNT(*) FROM ({before}) AS b"):
                yield f"most things are called otherwise in {cells}"

    def _of_column(self, column: str) -> Iterator[str]:
        """The new labels are the same ones each time; where no key tells what became of a label, none is gone."""
        name = quote(column)
        if self._one(f"SELECT COUNT(DISTINCT {name}) FROM {self._told.known}") > _VALUES:
            yield f"`{column}` holds no labels"
        found = self._rows(f"SELECT DISTINCT d, {name} FROM {self._every} AS e WHERE {name} IS NOT NULL "
                           f"AND {name} NOT IN ({self._labels(name)})")  # fmt: skip
        each = [{v for d, v in found if d == i} for i in range(len(self._told.rows))]
        if any(labels != each[-1] for labels in each):
            yield f"the new labels of `{column}` are not the same each time"
        if not any(self._again(by) for by, columns in self._decided().items() if column in columns) and self._one(
            f"SELECT COUNT(*) FROM (SELECT {name} AS v, COUNT(*) AS n FROM {self._told.known} GROUP BY {name}) AS k "
            f"WHERE v IS NOT NULL AND n >= {_USUAL} * (SELECT COUNT(*) FROM {self._told.known}) "
            f"AND v NOT IN (SELECT {name} FROM {self._every} AS e WHERE {name} IS NOT NULL)"
        ):
            yield f"a usual label of `{column}` is gone: it may be called otherwise"

    def _of_cuts(self) -> Iterator[str]:
        """Where texts end at one length, those of that length are not the beginnings of known ones."""
        for said in (n.said for n in self._news if n.rule == "cut_texts"):
            if len(_AT.findall(said)) != len(_NAMED.findall(said)):
                yield "texts are shorter than any known one"
            for name in map(quote, _AT.findall(said)):
                if self._one(
                    f"SELECT COUNT(*) FROM (SELECT DISTINCT {name} AS v FROM {self._new} WHERE LENGTH({name}) = "
                    f"(SELECT MAX(LENGTH({name})) FROM {self._new})) AS cut JOIN ({self._labels(name)}) AS k "
                    f"ON LENGTH(k.{name}) > LENGTH(v) AND LEFT(k.{name}, LENGTH(v)) = v"
                ):
                    yield f"the longest texts of {name} are the beginnings of known ones"

    def _of_empties(self) -> Iterator[str]:
        """What is empty is empty in rows that are new otherwise."""
        for column in self._empties:
            name = quote(column)
            empty = f"AVG(CASE WHEN {name} IS NULL THEN 1.0 ELSE 0.0 END)"
            usual = self._share(f"SELECT {empty} FROM {self._told.last}")
            if self._share(f"SELECT {empty} FROM {self._new} WHERE NOT ({self._is_new()})") > usual + _EMPTY:
                yield f"`{column}` is empty in rows that were known before"

    def _of_sums(self) -> Iterator[str]:
        """The new rows are not the sum of the others, nor the others again under another name."""
        if not self._told.numbers or not self._one(f"SELECT COUNT(*) FROM {self._new} WHERE {self._is_new()}"):
            return
        new = self._is_new()
        sums = ", ".join(
            f"SUM(CASE WHEN {new} THEN {quote(c)} END), SUM(CASE WHEN NOT ({new}) THEN {quote(c)} END)"
            for c in self._told.numbers
        )
        found = self._rows(f"SELECT {sums} FROM {self._new}")[0]
        for column, mine, others in zip(self._told.numbers, found[::2], found[1::2], strict=True):
            if mine is not None and mine == others and float(str(mine)) != 0:
                yield f"`{column}` of the new rows is the sum of the others"

    def _is_new(self) -> str:
        """SQL: a row is of a thing that was not known, or is called what nothing was called."""
        parts = [f"{quote(c)} NOT IN ({self._labels(quote(c))})" for c in self._texts]
        for by in self._decided():
            if self._again(by):
                parts.append(f"({by}) NOT IN (SELECT {by} FROM {self._told.known})")
        return " OR ".join(f"COALESCE({p}, FALSE)" for p in parts)

    def _decided(self) -> dict[str, list[str]]:
        """The labels by what decides them: what a check names, else the key without its time."""
        found: dict[str, list[str]] = {}
        for said in (n.said for n in self._news if n.rule == "attributes"):
            for column, by in _OF.findall(said):
                found.setdefault(quote(by), []).append(column)
        key = ", ".join(quote(c) for c in self._told.entities)
        rest = [c for c in self._texts if c not in self._told.entities]
        if key and rest and (key in found or self._again(key)):
            found[key] = list(dict.fromkeys((*found.get(key, ()), *rest)))
        return found

    def _again(self, by: str) -> bool:
        """Whether things come again in the next delivery."""
        before, now = (f"SELECT DISTINCT {by} FROM {r}" for r in (self._told.last, self._new))
        return self._one(f"SELECT COUNT(*) FROM ({before} INTERSECT {now}) AS common") > 0

    def _labels(self, name: str) -> str:
        return f"SELECT DISTINCT {name} FROM {self._told.known} WHERE {name} IS NOT NULL"

    def _rows(self, sql: str) -> list[Row]:
        return self._told.engine.rows(sql)

    def _one(self, sql: str) -> int:
        return int(str(self._rows(sql)[0][0]))

    def _share(self, sql: str) -> float:
        return float(str(self._rows(sql)[0][0] or 0))
