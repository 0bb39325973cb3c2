"""Tables that share nothing with a fact but time: rates, indices, weather; on the same day, or as last known."""

from __future__ import annotations

import re
from dataclasses import dataclass

from windvane.agents.modeler.catalog import Catalog, Place, is_number, table_of
from windvane.agents.modeler.clock import lag
from windvane.domain.estate import Column, Contract, Estate, Ref, Source
from windvane.domain.naming import identifier
from windvane.stack.transform.header import literal
from windvane.stack.transform.mart import Join, JoinKind, Output
from windvane.stack.transform.periods import known_from_until, known_on, pivoted, shifted

FEW = 6  # series of a long table that become columns
MOST = 4  # tables that are joined by time without being named in the goal


@dataclass(frozen=True)
class Beside:
    """One table to join by time; `series` is its label column when it is in long form, with the labels it has."""

    contract: Contract
    values: tuple[Column, ...]
    series: str
    labels: tuple[str, ...]
    known: tuple[int, str, str]  # see `clock.lag`

    @property
    def alias(self) -> str:
        """Its name in queries."""
        return table_of(self.contract.relation)


@dataclass(frozen=True)
class Clause:
    """What a join by time adds to a mart: CTEs, joins, columns, and which outputs are values."""

    ctes: tuple[tuple[str, str], ...]
    joins: tuple[Join, ...]
    outputs: tuple[Output, ...]
    columns: tuple[Column, ...]  # one per output


def candidates(
    catalog: Catalog, estate: Estate, fact: Contract, *, taken: set[str], sentence: str
) -> tuple[Beside, ...]:
    """Tables whose key is time alone, or time and a label with few values; those named in the sentence first."""
    found = [
        b
        for relation, contract in sorted(catalog.contracts.items())
        if relation not in taken and (b := _beside(catalog, estate, contract, fact)) is not None
    ]
    named = [b for b in found if _mentioned(b, sentence)]
    return tuple((named or found)[: max(MOST, len(named))])


def mentioned(tables: tuple[Beside, ...], sentence: str) -> tuple[Beside, ...]:
    """Those of `tables` that the sentence names."""
    return tuple(t for t in tables if _mentioned(t, sentence))


def same_day(table: Beside, *, moment: str, kind: JoinKind) -> Clause:
    """The values of the very day of the fact."""
    time = table.contract.time_column
    if not table.series:
        relation, columns = table.contract.relation, [(c.name, c) for c in table.values]
        ctes: tuple[tuple[str, str], ...] = ()
    else:
        value = table.values[0]
        labels = _labels(table)
        relation = f"{table.alias}_by_day"
        query = pivoted(table.contract.relation, time=time, series=table.series, value=value.name, labels=labels)
        ctes, columns = ((relation, query),), [(name, value) for _, name in labels]
    outputs = tuple(Output(f"{table.alias}.{own}", own if table.series else _named(table, own)) for own, _ in columns)
    join = Join(kind, relation, table.alias, (f"{moment} = {table.alias}.{time}",), "values of the same day")
    return Clause(ctes, (join,), outputs, _columns(outputs, [c for _, c in columns]))


def last_known(table: Beside, *, moment: str, days: str) -> Clause:
    """The values that were the last ones known on the day of the fact, never a later one; `days`: CTE of its days."""
    time = table.contract.time_column
    number, unit, reason = table.known
    known = shifted(time, by=number, unit=unit)
    values = tuple(c.name for c in table.values)
    span, cte = f"{table.alias}_known", f"{table.alias}_on_day"
    query = known_from_until(table.contract.relation, time=time, known=known, values=values, series=table.series)
    joins: list[Join] = []
    outputs: list[Output] = []
    columns: list[Column] = []
    for label, alias in _labels(table) or ((None, table.alias),):
        on = [f"{moment} = {alias}.known_on"]
        if label is not None:
            on.insert(0, f"{alias}.{table.series} = {literal(label)}")
        joins.append(Join("LEFT", cte, alias, tuple(on), f"the last value known on that day; {reason}"))
        own = [Output(f"{alias}.{c.name}", alias if label is not None else _named(table, c.name)) for c in table.values]
        as_of = Output(f"{alias}.{time}", f"{alias}_as_of", "its own date")
        outputs += [*own, as_of]
        dates = Column(name=as_of.name, type="date", meaning="date", description="date of the value beside it")
        columns += [*_columns(tuple(own), list(table.values)), dates]
    chosen = known_on(days, span, columns=(*([table.series] if table.series else []), time, *values))
    return Clause(((span, query), (cte, chosen)), tuple(joins), tuple(outputs), tuple(columns))


def _beside(catalog: Catalog, estate: Estate, contract: Contract, fact: Contract) -> Beside | None:
    time = contract.time_column
    if not time or time not in contract.key or len(contract.key) > 2 or _type(contract, time) != "date":
        return None
    series = next((k for k in contract.key if k != time), "")
    values = tuple(
        c for c in contract.columns if c.name not in contract.key and c.classification == "open" and is_number(c)
    )
    labels = catalog.values_of(Place(contract.relation, series)) if series else ()
    if not values or (series and (len(values) != 1 or not 0 < len(labels) <= FEW)):
        return None
    source = estate.find(Ref(kind="source", name=table_of(contract.relation)))
    known = lag(contract, source if isinstance(source, Source) else None, cadence=fact.cadence)
    if not known[0] and _type(fact, fact.time_column) == "timestamp":
        known = (1, "day", "the value of a day counts as known when that day is over")
    return Beside(contract, values, series, labels, known)


def _type(contract: Contract, name: str) -> str:
    return next((c.type for c in contract.columns if c.name == name), "")


def _mentioned(table: Beside, sentence: str) -> bool:
    words = set(re.findall(r"[a-z0-9]+", sentence.lower()))
    names = [table.alias, *(c.name for c in table.values), *(identifier(text) for text in table.labels)]
    parts = {p for name in names for p in name.split("_") if len(p) > 2}
    return bool(words & (parts | {p.rstrip("s") for p in parts} | {p + "s" for p in parts}))


def _labels(table: Beside) -> tuple[tuple[str, str], ...]:
    """(label, name of its column) of a table in long form."""
    named: dict[str, str] = {}
    for label in table.labels:
        named[label] = identifier(label, set(named.values()))
    return tuple(named.items())


def _named(table: Beside, column: str) -> str:
    return column if column.startswith(table.alias) else f"{table.alias}_{column}"


def _columns(outputs: tuple[Output, ...], columns: list[Column]) -> tuple[Column, ...]:
    return tuple(
        Column(name=o.name, type=c.type, meaning=c.meaning, unit=c.unit, description=c.description)
        for o, c in zip(outputs, columns, strict=True)
    )
