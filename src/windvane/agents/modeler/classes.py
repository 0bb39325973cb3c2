"""The first version of a class: which rows turn out a case, or which things have an event within the horizon."""

from __future__ import annotations

import math
import re
from typing import NamedTuple

from windvane.agents.modeler.catalog import Catalog, Place, is_number, table_of, time_of
from windvane.agents.modeler.limits import limits
from windvane.agents.modeler.subject import Unservable
from windvane.domain.change import Put
from windvane.domain.errors import WindvaneError
from windvane.domain.estate import Column, Contract, Model, Product
from windvane.domain.estimate import Inputs, Labels
from windvane.domain.goal import Goal
from windvane.domain.naming import identifier
from windvane.domain.plan import Plan
from windvane.domain.ports import Scene
from windvane.stack.transform.availability import read_delivery
from windvane.stack.transform.estimates import founded
from windvane.stack.transform.header import literal

_YES = ("true", "yes", "y", "ja", "oui", "si", "1", "t")
_WORKLOAD = re.compile(r"at most \d+ per |a miss costs |an alarm costs |known |decide |report |time = |business days")
_DAYS = {"": 1, "day": 1, "week": 7, "month": 30, "quarter": 91, "year": 365}
_LAST = 30  # days of a horizon that nobody states
_DAILY = ("day", "business_day", "week", "month", "")


class _Found(NamedTuple):
    """The inputs of a class, what is assumed, and its name."""

    inputs: Inputs
    assumed: tuple[str, ...]
    name: str
    about: str


def is_class(goal: Goal) -> bool:
    """Whether a goal asks which rows or things turn out to be of a class."""
    return goal.kind == "classification" and bool(goal.measure)


def classes(scene: Scene, goal: Goal, known: Catalog) -> Plan:
    """The plan of the first version, without a recipe: the loop finds the best simple one. Raises `Unservable`."""
    found = _by_events(scene, goal, known) if goal.measure.endswith(".*") else _by_label(scene, goal, known)
    taken = {p.name for p in scene.estate.of(Product) if isinstance(p, Product) and p.goal != goal}
    taken |= {table_of(m.name) for m in scene.estate.of(Model) if isinstance(m, Model)}
    name = identifier(found.name, taken)
    product = Product(
        name=name,
        kind=goal.kind,
        relation=f"mart.{name}",
        goal=goal,
        description=goal.sentence,
        inputs=found.inputs,
    )
    types = {c.name: c.type for c in known.contracts[found.inputs.relation].columns}
    return Plan(
        incident=scene.incident.id if scene.incident else "",
        proposer="modeler",
        title=f"{product.relation}: first version",
        base=scene.estate.fingerprint(),
        changes=tuple(c for c in founded(product, types) if isinstance(c, Put)),
        rationale="\n".join([
            f"`{goal.sentence}` is about {found.about}",
            "a label is learnt from once it is known, whatever the delay; everything else in a row was known before",
        ]),
        assumptions=found.assumed,
        serves=f"mart {name}",
    )  # fmt: skip


def _by_label(scene: Scene, goal: Goal, known: Catalog) -> _Found:
    """Rows with a column that says which of them were cases."""
    place = known.resolve(goal.measure)
    fact = known.contracts.get(place.relation) if place is not None else None
    column = known.column(place) if place is not None else None
    if place is None or fact is None or column is None or not time_of(fact) or not fact.key:
        raise Unservable(f"`{goal.measure}` is no column of rows that have a key and a time")
    truth = _truth(scene, known, place, column)
    late, assumed = _late(goal, f"{fact.relation}.{column.name}")
    inputs = Inputs(
        relation=fact.relation, entities=fact.key, time=time_of(fact), value=column.name, quantity="class",
        delivery="next day", where=_where(goal, known, fact), labels=Labels(truth=truth, late=late),
    )  # fmt: skip
    assumed = (*assumed, "the rows of a day are decided about when the day is over")
    about = f"rows of {fact.relation} with {truth}"
    return _Found(inputs, assumed, f"{column.name}_risk", about)


def _by_events(scene: Scene, goal: Goal, known: Catalog) -> _Found:
    """Things that are looked at again and again, and a table of what happened to them."""
    place = known.resolve(goal.measure)
    events = known.contracts.get(place.relation) if place is not None else None
    if events is None or not time_of(events):
        raise Unservable(f"`{goal.measure}` has no time")
    key = next((p.column for e in goal.entities if (p := known.resolve(e)) and p.relation == events.relation), "")
    fact, own = _panel(scene, known, events, key)
    horizon = (goal.horizon or 1) * _DAYS.get(goal.grain, 1) if goal.horizon else _LAST
    late, assumed = _late(goal, events.relation)
    said = () if goal.horizon else (f"nothing is said of how far to look ahead, taken to be {_LAST} days",)
    inputs = Inputs(
        relation=fact.relation, entities=(own,), time=time_of(fact), value="", quantity="class", horizon=horizon,
        delivery="next day", where=_where(goal, known, fact), cadence=fact.cadence,
        labels=Labels(events=events.relation, event_time=time_of(events), event_keys=(key,), late=late),
    )  # fmt: skip
    about = f"{own} of {fact.relation} with a row in {events.relation} within {horizon} days"
    return _Found(inputs, (*assumed, *said), f"{table_of(events.relation)}_risk", about)


def _panel(scene: Scene, known: Catalog, events: Contract, key: str) -> tuple[Contract, str]:
    """The relation that looks at the same things over time, and its column for them; the one with most rows."""
    found = []
    for contract in known.contracts.values():
        if contract.relation == events.relation or not time_of(contract) or contract.cadence not in _DAILY:
            continue
        own = next((c.name for c in contract.columns if c.name == key or _joined(scene, contract, c, events, key)), "")
        rest = {k for k in contract.key if k not in (own, time_of(contract))}
        if own and not rest and any(is_number(c) for c in contract.columns):
            found.append((_rows(scene, contract.relation), contract, own))
    if not key or not found:
        raise Unservable(f"no relation says how the things of {events.relation} are over time")
    _, contract, own = max(found, key=lambda f: (f[0], f[1].relation))
    return contract, own


def _joined(scene: Scene, contract: Contract, column: Column, events: Contract, key: str) -> bool:
    """Whether findings say that a column holds the same things as the key of the events."""
    ends = {f"{table_of(contract.relation)}.{column.name}", f"{table_of(events.relation)}.{key}"}
    return any(f.claim in ("reference", "joinable") and {f.subject, f.value} == ends for f in scene.findings)


def _rows(scene: Scene, relation: str) -> int:
    if scene.reader is None:
        return 0
    try:
        return int(str(scene.reader.rows(f"SELECT COUNT(*) FROM {relation}")[0][0]))
    except WindvaneError:
        return 0


def _truth(scene: Scene, known: Catalog, place: Place, column: Column) -> str:
    """The condition that makes a row a case: yes, one, or the rarer of two values. Raises `Unservable`."""
    if column.type == "boolean":
        return column.name
    values = known.values_of(place)
    if is_number(column):
        return f"{column.name} = 1"
    yes = next((v for v in values if v.lower() in _YES), "")
    if yes or len(values) != 2 or scene.reader is None:
        if not yes:
            raise Unservable(f"`{column.name}` does not say yes or no")
        return f"{column.name} = {literal(yes)}"
    sql = f"SELECT {column.name}, COUNT(*) AS n FROM {place.relation} GROUP BY {column.name} ORDER BY n, 1"
    try:
        rarer = next((str(r[0]) for r in scene.reader.rows(sql) if r[0] is not None), values[0])
    except WindvaneError:
        rarer = values[0]
    return f"{column.name} = {literal(rarer)}"


def _late(goal: Goal, about: str) -> tuple[int, tuple[str, ...]]:
    for text in goal.constraints:
        how = read_delivery(text.removeprefix("known ")) if text.startswith("known ") else None
        if how is not None:
            return max(1, how.days + math.ceil(how.minutes / 1440)), ()
    return 1, (f"{about}: nothing is said of when it is known, taken to be the day after",)


def _where(goal: Goal, known: Catalog, fact: Contract) -> tuple[str, ...]:
    """Conditions on rows of the fact. Raises `Unservable` for a constraint that an input cannot hold yet."""
    rest = tuple(c for c in goal.constraints if not _WORKLOAD.match(c))
    found = limits(rest, known, cadence=fact.cadence)
    foreign = [c for place, c in found.conditions if place.relation != fact.relation]
    if foreign or found.spans or found.rolling or found.best or found.unbuilt:
        raise Unservable(f"not built for classes yet: {'; '.join(rest)}")
    return tuple(condition.format(column=place.column) for place, condition in found.conditions)
