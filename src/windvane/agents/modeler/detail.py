"""The detail mart of a goal: the fact, its references, and what is joined by time, one row per row of the fact."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from windvane.agents.modeler.beside import Beside, Clause, last_known, same_day
from windvane.agents.modeler.catalog import Catalog, Place, table_of
from windvane.agents.modeler.clock import adjective
from windvane.agents.modeler.limits import Limits
from windvane.agents.modeler.relate import Related, attributes
from windvane.agents.modeler.subject import Subject, Unservable
from windvane.domain.estate import Column, Contract, Model
from windvane.domain.naming import identifier
from windvane.domain.record import replace
from windvane.stack.transform.mart import Join, JoinKind, MartTable, Output, mart
from windvane.stack.transform.periods import change, days_of

ByTime = Literal["last known", "same day", "not"]


@dataclass(frozen=True)
class Variant:
    """One way to join: references, and tables beside the fact."""

    references: JoinKind
    by_time: ByTime


@dataclass(frozen=True)
class Detail:
    """A detail mart with what is known of it."""

    model: Model
    contract: Contract
    names: dict[Place, str]  # core column -> column of the mart
    returns: str  # name of the column with returns; empty when there is none
    joined: tuple[str, ...]  # columns that come from other tables and may be empty
    dates: tuple[tuple[str, str], ...]  # (column with the date of a value, column with the date of the row)
    own_rows: str  # query that counts the rows of the fact this mart should have; empty when joins decide
    unbuilt: tuple[str, ...]


class _Draft:
    """Columns as they are chosen, each name once."""

    def __init__(self) -> None:
        self.outputs: list[Output] = []
        self.columns: list[Column] = []
        self.names: dict[Place, str] = {}

    def add(self, output: Output, column: Column, place: Place | None = None) -> None:
        self.outputs.append(output)
        self.columns.append(replace(column, name=output.name))
        if place is not None:
            self.names[place] = output.name

    def free(self, name: str, *, owner: str) -> str:
        taken = {o.name for o in self.outputs}
        return name if name not in taken else identifier(f"{owner}_{name}", taken)


def detail(
    subject: Subject, catalog: Catalog, *, beside: tuple[Beside, ...], limits: Limits, variant: Variant, name: str
) -> Detail:
    """The detail mart of one variant. Raises `Unservable` when rows have no order in time that is needed."""
    draft = _Draft()
    _own_columns(draft, subject)
    returns = _returns(draft, subject)
    before = len(draft.outputs)
    for table in subject.tables:
        _related_columns(draft, table, catalog, subject, variant=variant)
    clauses = tuple(_clause(b, subject, variant=variant) for b in beside if variant.by_time != "not")
    for clause in clauses:
        _beside_columns(draft, clause, variant)
    where, unbuilt, only_own = _where(subject, limits)
    relation, ctes = _base(subject, returns)
    joins = [Join(variant.references, t.relation, t.alias, t.on, _why(t)) for t in subject.tables]
    made_of = MartTable(
        name=name,
        columns=tuple(draft.outputs),
        relation=relation,
        alias=subject.alias if relation != subject.alias else "",
        joins=(*joins, *(j for c in clauses for j in c.joins)),
        ctes=(*ctes, *_days(subject, clauses, variant=variant), *(cte for c in clauses for cte in c.ctes)),
        where=where,
        grain=subject.key,
        about=subject.fact.description,
    )
    time = draft.names.get(subject.time) if subject.time else None
    joined = tuple(o.name for o in draft.outputs[before:])
    dates = tuple((j, time) for j in joined if j.endswith("_as_of") and time)
    rows = _own_rows(subject, where) if only_own else ""
    contract = Contract(
        relation=f"mart.{name}",
        description=subject.fact.description,
        columns=tuple(draft.columns),
        key=subject.key,
        time_column=time or "",
        cadence=subject.fact.cadence,
    )
    return Detail(mart(made_of), contract, draft.names, returns, joined, dates, rows, (*limits.unbuilt, *unbuilt))


def _own_columns(draft: _Draft, subject: Subject) -> None:
    """Key, time, measure, then the others; personal columns only where something stands on them."""
    fact = subject.fact
    wanted = {e.column for e in subject.entities if e.relation == fact.relation} | {*subject.key, subject.measure_name}
    order = [*subject.key, fact.time_column, subject.measure_name, *(c.name for c in fact.columns)]
    for name in dict.fromkeys(n for n in order if n):
        column = next(c for c in fact.columns if c.name == name)
        if name in wanted or column.classification == "open":
            draft.add(Output(f"{subject.alias}.{name}", name), column, Place(fact.relation, name))


def _related_columns(draft: _Draft, table: Related, catalog: Catalog, subject: Subject, *, variant: Variant) -> None:
    contract = catalog.contracts[table.relation]
    for own, other in zip(table.reference.columns, table.reference.to_columns, strict=True):
        if table.parent == subject.alias and Place(subject.fact.relation, own) in draft.names:
            draft.names[Place(table.relation, other)] = draft.names[Place(subject.fact.relation, own)]
    asked = {p.column for p in (*subject.entities, subject.time) if p and p.relation == table.relation}
    shown = attributes(table, contract)
    forced = tuple(
        c
        for c in contract.columns
        if c.name in asked and c not in shown and Place(table.relation, c.name) not in draft.names
    )
    for column in (*forced, *shown):
        name = draft.free(column.name, owner=table.alias)
        nullable = column.nullable or variant.references == "LEFT"
        output = Output(f"{table.alias}.{column.name}", name)
        draft.add(output, replace(column, nullable=nullable), Place(table.relation, column.name))


def _beside_columns(draft: _Draft, clause: Clause, variant: Variant) -> None:
    empty = variant.by_time != "same day" or variant.references == "LEFT"
    for output, column in zip(clause.outputs, clause.columns, strict=True):
        own = Output(output.sql, draft.free(output.name, owner="other"), output.remark)
        draft.add(own, replace(column, nullable=empty))


def _clause(table: Beside, subject: Subject, *, variant: Variant) -> Clause:
    moment = _day(subject, f"{subject.alias}.{subject.fact.time_column}")
    if variant.by_time == "last known":
        return last_known(table, moment=moment, days=f"{subject.alias}_days")
    return same_day(table, moment=moment, kind=variant.references)


def _days(subject: Subject, clauses: tuple[Clause, ...], *, variant: Variant) -> tuple[tuple[str, str], ...]:
    """The CTE of the days of the fact, when something is looked up by day."""
    if not clauses or variant.by_time != "last known":
        return ()
    relation = subject.long_form[0] if subject.long_form else subject.fact.relation
    return ((f"{subject.alias}_days", days_of(relation, moment=_day(subject, subject.fact.time_column))),)


def _day(subject: Subject, column: str) -> str:
    """The day of a row of the fact."""
    time = next(c for c in subject.fact.columns if c.name == subject.fact.time_column)
    return column if time.type == "date" else f"CAST({subject.clock(column)} AS DATE)"


def _why(table: Related) -> str:
    share = table.reference.match_share
    return "every value has one row there" if share == 1 else f"{share:.1%} of the values have one row there"


def _returns(draft: _Draft, subject: Subject) -> str:
    """The name of the column with returns, added when they are asked for."""
    if subject.aggregate != "volatility" and (subject.aggregate != "return" or subject.summed_up):
        return ""
    name = f"{adjective(subject.fact.cadence) or 'period'}_return"
    rate = Column(name=name, type="double", meaning="rate", description="value / value before - 1; 0.01 is 1 %")
    draft.add(Output(f"{subject.alias}.{name}", name), rate)
    return name


def _base(subject: Subject, returns: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    """(relation or CTE to read the fact from, the CTEs it takes)."""
    ctes = (subject.long_form,) if subject.long_form else ()
    relation = subject.long_form[0] if subject.long_form else subject.fact.relation
    if not returns:
        return relation, ctes
    if subject.fact.time_column not in subject.key:
        raise Unservable(f"{subject.fact.relation} has no sure key with its time in it, so no value is the one before")
    entities = tuple(k for k in subject.key if k != subject.fact.time_column)
    changed = change(subject.measure_name, entities=entities, time=subject.fact.time_column)
    names = [c.name for c in subject.fact.columns]
    query = f"SELECT {', '.join(names)}, {changed} AS {returns} FROM {relation}"
    return f"{subject.alias}_changes", (*ctes, (f"{subject.alias}_changes", query))


def _where(subject: Subject, limits: Limits) -> tuple[tuple[str, ...], tuple[str, ...], bool]:
    """(conditions, constraints that cannot be built, whether all conditions are about the fact itself)."""
    aliases = {subject.fact.relation: subject.alias, **{t.relation: t.alias for t in reversed(subject.tables)}}
    conditions: list[str] = []
    unbuilt: list[str] = []
    for place, condition in limits.conditions:
        if place.relation in aliases:
            conditions.append(condition.format(column=f"{aliases[place.relation]}.{place.column}"))
        else:
            unbuilt.append(condition.format(column=f"{place.relation}.{place.column}"))
    time = subject.time
    for span in limits.spans:
        if time is None:
            unbuilt.append(span.format(time="time", newest="newest"))
            continue
        newest = f"(SELECT MAX({subject.clock(time.column)}) FROM {time.relation})"
        own = subject.clock(f"{aliases[time.relation]}.{time.column}")
        conditions.append(span.format(time=own, newest=newest))
    used = [p.relation for p, _ in limits.conditions] + ([time.relation] if time and limits.spans else [])
    return tuple(conditions), tuple(unbuilt), all(r == subject.fact.relation for r in used)


def _own_rows(subject: Subject, where: Iterable[str]) -> str:
    conditions = " AND ".join(where)
    relation = subject.fact.relation
    each = ""
    if subject.long_form:
        cte, query = subject.long_form
        each, relation = f"WITH {cte} AS ({query}) ", cte
    return f"{each}SELECT COUNT(*) FROM {relation} AS {subject.alias}" + (f" WHERE {conditions}" if conditions else "")


def detail_name(subject: Subject) -> str:
    """`daily_prices` for the fact `core.prices` with a value per day."""
    word, table = adjective(subject.fact.cadence), table_of(subject.fact.relation)
    return f"{word}_{table}" if word and not table.startswith(word) else table
