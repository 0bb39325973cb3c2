"""What a goal can be about: the tables and columns there are, with what the scout found of them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Protocol

from windvane.domain.estate import Source
from windvane.domain.finding import Claim, Finding
from windvane.domain.record import Record

NUMBERS = ("price", "amount", "quantity", "rate", "percentage", "index_level", "measure")
_NO_NUMBERS = (
    "identifier",
    "latitude",
    "longitude",
    "year",
    "postcode",
    "phone",
    "date",
    "timestamp",
    "version",
    "flag",
)
_SURE = 0.5  # a key or a reference that is less probable than this is not built upon
_WIDE = 3  # this many columns of one meaning, and no other numbers, are one measure laid out in columns


class CatalogColumn(Record):
    """One column as delivered; `values` are all its values when it is a category, else nothing."""

    table: str
    name: str
    type: str = ""
    meaning: str = ""
    unit: str = ""
    values: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """The name a goal uses: `table.column`."""
        return f"{self.table}.{self.name}"

    @property
    def boolean(self) -> bool:
        """Whether it is yes or no."""
        return self.type == "boolean" or self.meaning == "flag"

    @property
    def numeric(self) -> bool:
        """Whether it can be measured: a number that is no name for something."""
        if self.meaning in NUMBERS:
            return True
        return self.type.startswith(("bigint", "decimal", "double")) and self.meaning not in _NO_NUMBERS


class Link(Record):
    """A column whose values are keys of another table."""

    column: str
    to: str


class CatalogTable(Record):
    """One table; `copy_of` names another table with the same content."""

    name: str
    columns: tuple[CatalogColumn, ...]
    key: tuple[str, ...] = ()
    time_column: str = ""
    cadence: str = ""
    links: tuple[Link, ...] = ()
    copy_of: str = ""

    def measures(self) -> tuple[CatalogColumn, ...]:
        """Columns that can be measured."""
        names = {*self.key, self.time_column, *(link.column for link in self.links)}
        return tuple(c for c in self.columns if c.numeric and c.name not in names)

    def wide(self) -> bool:
        """Whether its numbers are one measure laid out in columns, one for each thing."""
        measures = self.measures()
        return bool(self.time_column) and len(measures) >= _WIDE and len({(c.meaning, c.unit) for c in measures}) == 1


class Catalog(Record):
    """All tables, copies included, in the order of their names."""

    tables: tuple[CatalogTable, ...] = ()

    def table(self, name: str) -> CatalogTable:
        """The table of that name; `KeyError` when there is none."""
        found = next((t for t in self.tables if t.name == name), None)
        if found is None:
            raise KeyError(name)
        return found

    def originals(self) -> tuple[CatalogTable, ...]:
        """Tables that are no copy of another one."""
        return tuple(t for t in self.tables if not t.copy_of)

    def column(self, label: str) -> CatalogColumn | None:
        """The column that `table.column` names."""
        table, _, name = label.partition(".")
        return next((c for t in self.tables if t.name == table for c in t.columns if c.name == name), None)

    def reachable(self, start: str) -> tuple[str, ...]:
        """Tables of which every row of `start` has one row: itself first, then by references, nearest first."""
        return tuple(self.distances(start))

    def distances(self, start: str) -> dict[str, int]:
        """The tables that `reachable` gives, with how many references lead there."""
        found = {start: 0}
        waiting = [start]
        for name in waiting:
            for link in self.table(name).links:
                if link.to not in found and self._has(link.to):
                    found[link.to] = found[name] + 1
                    waiting.append(link.to)
        return found

    def time_of(self, table: str) -> CatalogTable | None:
        """The nearest table with a time column that a row of `table` reaches."""
        return next((t for t in map(self.table, self.reachable(table)) if t.time_column), None)

    def _has(self, name: str) -> bool:
        return any(t.name == name for t in self.tables)


def catalog_of(findings: Iterable[Finding], sources: Iterable[Source]) -> Catalog:
    """The catalog of `sources`; of several findings about the same thing the most confident one counts."""
    best: dict[tuple[str, Claim], Finding] = {}
    every: dict[tuple[str, Claim], list[Finding]] = {}
    for finding in findings:
        key = (finding.subject, finding.claim)
        every.setdefault(key, []).append(finding)
        if key not in best or finding.confidence > best[key].confidence:
            best[key] = finding
    tables = (_table(s, best, every) for s in sources)
    return Catalog(tables=tuple(sorted(tables, key=lambda t: t.name)))


def _table(
    source: Source,
    best: dict[tuple[str, Claim], Finding],
    every: dict[tuple[str, Claim], list[Finding]],
) -> CatalogTable:
    def said(subject: str, claim: Claim, least: float = 0.0) -> str:
        found = best.get((subject, claim))
        return found.value if found is not None and found.confidence >= least else ""

    columns = source.columns or _named(source.name, every)
    links = (Link(column=c, to=_target(said(f"{source.name}.{c}", "reference", _SURE))) for c in columns)
    key = said(source.name, "key", _SURE)
    return CatalogTable(
        name=source.name,
        columns=tuple(_column(source.name, c, said) for c in columns),
        key=tuple(key.split(",")) if key else (),
        time_column=said(source.name, "time_column"),
        cadence=said(source.name, "cadence"),
        links=tuple(link for link in links if link.to and link.to != source.name),
        copy_of=said(source.name, "near_duplicate", _SURE),
    )


def _column(table: str, name: str, said: Said) -> CatalogColumn:
    subject = f"{table}.{name}"
    values = json.loads(said(subject, "category") or "[]")
    return CatalogColumn(
        table=table,
        name=name,
        type=said(subject, "type"),
        meaning=said(subject, "meaning"),
        unit=said(subject, "unit"),
        values=tuple(str(v) for v in values),
    )


def _named(table: str, every: dict[tuple[str, Claim], list[Finding]]) -> tuple[str, ...]:
    """Columns that findings speak of, when the source does not list them."""
    subjects = (subject.partition(".") for subject, _ in every)
    return tuple(dict.fromkeys(c for t, _, c in subjects if t == table and c and "," not in c))


def _target(reference: str) -> str:
    return "" if "," in reference else reference.partition(".")[0]


class Said(Protocol):
    """What the most confident finding says, or nothing."""

    def __call__(self, subject: str, claim: Claim, least: float = 0.0) -> str:
        """The value of the claim about `subject` when its confidence is `least` or more."""
        ...
