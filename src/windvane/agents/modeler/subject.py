"""What a goal is about: the fact, its entities, its time, and the quantity that is asked for."""

from __future__ import annotations

import re
from dataclasses import dataclass

from windvane.agents.modeler.catalog import Catalog, Place, is_number, table_of
from windvane.agents.modeler.clock import coarser
from windvane.agents.modeler.relate import Related, needed, related
from windvane.domain.estate import Column, Contract
from windvane.domain.goal import Goal
from windvane.domain.naming import identifier
from windvane.stack.transform.periods import local, unpivoted

_ADDED = ("amount", "quantity")
_LEVELS = ("price", "index_level", "rate", "percentage")
_MODELLED = ("forecast", "nowcast", "classification", "segmentation", "anomaly")


class Unservable(Exception):
    """The goal cannot be served from the core layer; the message says why."""


@dataclass(frozen=True)
class Subject:
    """A goal, resolved. Names without a table are columns of the detail mart."""

    fact: Contract
    alias: str
    measure: Column | None  # None when rows are counted or shown as they are
    measure_name: str
    entities: tuple[Place, ...]
    time: Place | None
    tables: tuple[Related, ...]
    aggregate: str  # resolved: never empty when rows are put together
    summed_up: bool  # whether a second mart puts rows together
    long_form: tuple[str, str] | None = None  # (CTE, its query) when the fact is wide
    series: str = ""  # name of the label column of a wide fact
    zone: str = "UTC"  # of business days
    in_utc: bool = False  # whether the time is a moment that says its zone; another is taken as it was written

    def clock(self, moment: str) -> str:
        """`moment`, an expression for the time of a row, as business clocks show it: for its day, month or hour."""
        return local(moment, zone=self.zone) if self.in_utc else moment

    @property
    def returns(self) -> bool:
        """Whether the change from row to row is asked for."""
        return self.aggregate in ("return", "volatility")

    @property
    def key(self) -> tuple[str, ...]:
        """Key of the fact as it is read here."""
        return (*self.fact.key, self.series) if self.series and self.fact.key else self.fact.key


def subject(goal: Goal, catalog: Catalog) -> Subject:
    """The subject of a goal. Raises `Unservable`."""
    place = _main(goal, catalog)
    fact = catalog.contracts[place.relation]
    reachable = related(catalog, place.relation, table_of(place.relation))
    entities = _entities(goal, catalog, place)
    _require_reached(entities, place, reachable)
    time = _time(fact, reachable, catalog)
    wide = place.column == "*" and goal.aggregate != "count" and goal.measure != ""
    measure = None if place.column == "*" else catalog.column(place)
    tables = needed(reachable, (*entities, *((time,) if time else ())))
    aggregate = _aggregate(goal, measure, fact)
    found = Subject(
        fact=fact,
        alias=table_of(place.relation),
        measure=measure,
        measure_name=measure.name if measure else "",
        entities=tuple(e for e in entities if e.column != "*"),
        time=time,
        tables=tables,
        aggregate=aggregate,
        summed_up=_summed_up(goal, fact, aggregate, entities, time),
        zone=catalog.zone,
        in_utc=_in_utc(catalog, time),
    )
    _require_number(found)
    return _long(found, catalog) if wide else found


def _main(goal: Goal, catalog: Catalog) -> Place:
    name = goal.measure or next((e for e in goal.entities if e.endswith(".*")), "") or next(iter(goal.entities), "")
    place = catalog.resolve(name) if name else None
    if place is None:
        raise Unservable(
            f"`{name}` is in no core relation" if name else "the goal names nothing that could be measured"
        )
    if not goal.measure:
        return Place(place.relation, "*")
    return place


def _entities(goal: Goal, catalog: Catalog, main: Place) -> tuple[Place, ...]:
    found: list[Place] = []
    for name in goal.entities:
        place = catalog.resolve(name)
        if place is None:
            raise Unservable(f"`{name}` is in no core relation")
        if place.column == "*" and place.relation != main.relation:
            place = next((Place(place.relation, k) for k in catalog.contracts[place.relation].key), place)
        found.append(place)
    return tuple(dict.fromkeys(found))


def _require_reached(entities: tuple[Place, ...], main: Place, reachable: tuple[Related, ...]) -> None:
    for entity in entities:
        if entity.relation != main.relation and all(r.relation != entity.relation for r in reachable):
            raise Unservable(f"no verified reference leads from {main.relation} to {entity.relation}")


def _time(fact: Contract, reachable: tuple[Related, ...], catalog: Catalog) -> Place | None:
    if fact.time_column:
        return Place(fact.relation, fact.time_column)
    for table in reachable:
        contract = catalog.contracts[table.relation]
        if contract.time_column:
            return Place(table.relation, contract.time_column)
    return None


def _in_utc(catalog: Catalog, time: Place | None) -> bool:
    column = catalog.column(time) if time is not None else None
    return column is not None and column.type == "timestamp" and column.unit == "UTC"


def _aggregate(goal: Goal, measure: Column | None, fact: Contract) -> str:
    if goal.aggregate:
        return goal.aggregate
    if measure is None:
        return "count" if goal.kind in ("metric", *_MODELLED) or goal.grain else ""
    if re.search(r"\breturns?\b", goal.sentence.lower()) and measure.meaning in _LEVELS:
        return "return"
    if coarser(goal.grain, fact.cadence):
        return "sum" if measure.meaning in _ADDED else "last" if measure.meaning in _LEVELS else "avg"
    return ""


def _summed_up(goal: Goal, fact: Contract, aggregate: str, entities: tuple[Place, ...], time: Place | None) -> bool:
    """Whether the rows asked for are fewer than those of the fact."""
    if not aggregate or (aggregate in ("return", "last") and not coarser(goal.grain, fact.cadence)):
        return False
    own = {e.column for e in entities if e.relation == fact.relation}
    whole = bool(fact.key) and {*fact.key} <= own | (
        {time.column} if time and time.relation == fact.relation else set()
    )
    finest = (
        goal.grain and not coarser(goal.grain, fact.cadence) and fact.cadence in ("day", "business_day", goal.grain)
    )
    return not (whole and finest) or aggregate in ("count", "stddev", "volatility")


def _require_number(found: Subject) -> None:
    if found.measure is None or found.aggregate in ("", "count", "last") or is_number(found.measure):
        return
    raise Unservable(f"{found.fact.relation}.{found.measure.name} is {found.measure.type}, no number")


def _long(found: Subject, catalog: Catalog) -> Subject:
    """A wide fact in long form: every column that is a number becomes a series."""
    fact = found.fact
    wide = [c for c in fact.columns if is_number(c) and c.name not in fact.key and c.classification == "open"]
    if not wide:
        raise Unservable(f"{fact.relation} has no column that is a number")
    keep = tuple(fact.key) or ((fact.time_column,) if fact.time_column else ())
    meanings = {c.meaning for c in wide}
    value = identifier(meanings.pop() if len(meanings) == 1 and "" not in meanings else "value", keep)
    label = identifier("series", {*keep, value})
    cte = f"{found.alias}_by_series"
    labelled = tuple((catalog.label(Place(fact.relation, c.name)), c.name) for c in wide)
    query = unpivoted(fact.relation, keep=keep, series=labelled, names=(label, value))
    measure = Column(name=value, type=_widest(wide), meaning=wide[0].meaning, unit=wide[0].unit)
    columns = (
        *(c for c in fact.columns if c.name in keep),
        Column(name=label, type="varchar", nullable=False),
        measure,
    )
    return Subject(
        fact=Contract(
            relation=fact.relation,
            description=fact.description,
            columns=columns,
            key=fact.key,
            time_column=fact.time_column,
            cadence=fact.cadence,
        ),
        alias=found.alias,
        measure=measure,
        measure_name=value,
        entities=(*(e for e in found.entities if e.column in keep), Place(fact.relation, label)),
        time=found.time,
        tables=(),
        aggregate=found.aggregate,
        summed_up=found.summed_up,
        long_form=(cte, query),
        series=label,
        zone=found.zone,
        in_utc=found.in_utc,
    )


def _widest(columns: list[Column]) -> str:
    types = {c.type for c in columns}
    return types.pop() if len(types) == 1 else "double"
