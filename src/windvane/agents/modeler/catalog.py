"""The core layer as the modeler sees it: contracts, and the way from a name of a goal to a column."""

from __future__ import annotations

import json
from dataclasses import dataclass

from windvane.domain.estate import Column, Contract, Estate, Model
from windvane.domain.finding import Finding
from windvane.sql.lineage import origins, reads

NUMBERS = ("bigint", "integer", "double", "decimal")


@dataclass(frozen=True)
class Place:
    """One column of one core relation; `column` is `*` for all of it."""

    relation: str
    column: str


@dataclass(frozen=True)
class Catalog:
    """Core contracts by relation, and the models they rest on."""

    contracts: dict[str, Contract]
    models: dict[str, str]
    findings: tuple[Finding, ...] = ()
    zone: str = "UTC"  # of business days

    def resolve(self, name: str) -> Place | None:
        """The core column that `source.column`, `core.table.column` or `table.column` means."""
        table, _, column = name.removeprefix("core.").partition(".")
        for relation in self._homes(table):
            if column == "*" or any(c.name == column for c in self.contracts[relation].columns):
                return Place(relation, column)
            for own in self.contracts[relation].columns:
                if (f"src.{table}", column) in self._origins(relation, own.name):
                    return Place(relation, own.name)
        return None

    def column(self, place: Place) -> Column | None:
        """What the contract says of a column."""
        return next((c for c in self.contracts[place.relation].columns if c.name == place.column), None)

    def label(self, place: Place) -> str:
        """A column as its source calls it."""
        found = {column for _, column in self._origins(place.relation, place.column)}
        return next(iter(found)) if len(found) == 1 else place.column

    def values_of(self, place: Place) -> tuple[str, ...]:
        """The values that a category column is known to have."""
        rests_on = self._origins(place.relation, place.column)
        subjects = {f"{relation.removeprefix('src.')}.{column}" for relation, column in rests_on}
        found = [f for f in self.findings if f.claim == "category" and f.subject in subjects and f.confidence >= 0.8]
        return tuple(dict.fromkeys(str(v) for f in found for v in json.loads(f.value)))

    def _homes(self, table: str) -> list[str]:
        """Core relations that hold a source, the one of the same name first."""
        own = [r for r in (f"core.{table}",) if r in self.contracts]
        through = [r for r in self.contracts if f"staging.{table}" in reads(self.models.get(r, _NOTHING))]
        return list(dict.fromkeys([*through, *own]))

    def _origins(self, relation: str, column: str) -> set[tuple[str, str]]:
        if relation not in self.models:
            return set()
        return {(o.relation, o.column) for o in origins(self.models, relation, column)}


_NOTHING = "MODEL (name core.nothing); SELECT 1 AS nothing"


def catalog(estate: Estate, findings: tuple[Finding, ...]) -> Catalog:
    """The catalog of an estate."""
    contracts = [c for c in estate.of(Contract) if isinstance(c, Contract) and c.relation.startswith("core.")]
    models = [m for m in estate.of(Model) if isinstance(m, Model)]
    return Catalog({c.relation: c for c in contracts}, {m.name: m.text for m in models}, findings, estate.calendar.zone)


def is_number(column: Column) -> bool:
    """Whether a column can be added up."""
    return column.type.startswith(NUMBERS)


def time_of(contract: Contract) -> str:
    """The time column of a contract; of one that is not sure of it, the only column that is a date or a time."""
    dated = [c.name for c in contract.columns if c.type in ("date", "timestamp")]
    return contract.time_column or (dated[0] if len(dated) == 1 else "")


def table_of(relation: str) -> str:
    """A relation without its layer."""
    return relation.rpartition(".")[2]
