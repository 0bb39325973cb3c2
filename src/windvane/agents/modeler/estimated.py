"""The first version of an estimated product: its input relation, as of each decision time, with what is assumed."""

from __future__ import annotations

import math
import re
from typing import Literal

from windvane.agents.modeler.catalog import Catalog, is_number, table_of
from windvane.agents.modeler.clock import adjective, coarser
from windvane.agents.modeler.limits import limits
from windvane.agents.modeler.subject import Subject, Unservable, subject
from windvane.domain.change import Put
from windvane.domain.errors import WindvaneError
from windvane.domain.estate import Contract, Model, Product, Ref, Source
from windvane.domain.estimate import Cleaning, Inputs
from windvane.domain.goal import Goal
from windvane.domain.naming import identifier
from windvane.domain.plan import Plan
from windvane.domain.ports import Scene
from windvane.sql.lineage import reads
from windvane.stack.transform.availability import delivery_of, read_delivery
from windvane.stack.transform.estimates import founded

_STEADY = 0.999  # of all moves are smaller than a third of what is taken as a jump
_WEEK = 7
_HALF = 0.5
_OWN = ("time = ", "known ", "decide ", "report ")  # constraints that say when, not which rows
_YEARS_BEFORE = 2
_LATE = "same day 21:00"


def is_estimated(goal: Goal) -> bool:
    """Whether a goal is one of a number that is estimated before it is known."""
    kinds = ("forecast", "nowcast", "anomaly")
    return goal.kind in kinds and bool(goal.measure) and not goal.measure.endswith(".*")


def estimated(scene: Scene, goal: Goal, known: Catalog) -> Plan:
    """The plan of the first version, without a recipe: the loop finds the best simple one. Raises `Unservable`."""
    about = subject(goal, known)
    where = _where(goal, known, about)
    inputs, assumed = _inputs(scene, goal, about, where=where)
    taken = {p.name for p in scene.estate.of(Product) if isinstance(p, Product) and p.goal != goal}
    taken |= {table_of(m.name) for m in scene.estate.of(Model) if isinstance(m, Model)}
    name = identifier(_name(goal, inputs, about), taken)
    product = Product(
        name=name, kind=goal.kind, relation=f"mart.{name}", goal=goal, description=goal.sentence, inputs=inputs
    )
    types = {c.name: c.type for c in about.fact.columns}
    return Plan(
        incident=scene.incident.id if scene.incident else "",
        proposer="modeler",
        title=f"{product.relation}: first version",
        base=scene.estate.fingerprint(),
        changes=tuple(c for c in founded(product, types) if isinstance(c, Put)),
        rationale="\n".join([
            f"`{goal.sentence}` is about {_quantity(inputs)} of {about.fact.relation}.{inputs.value}",
            f"one row per {' and '.join((*inputs.entities, 'decision time'))}; entities that ended stay in it",
            "everything in a row was available at its decision time; later versions can only add such values",
        ]),
        assumptions=assumed,
        serves=f"mart {name}",
    )  # fmt: skip


def _where(goal: Goal, known: Catalog, about: Subject) -> tuple[str, ...]:
    """Conditions on rows of the fact. Raises `Unservable` for a constraint that an input cannot hold yet."""
    rest = tuple(c for c in goal.constraints if not c.startswith(_OWN) and c != "business days")
    found = limits(rest, known, cadence=about.fact.cadence)
    foreign = [c for place, c in found.conditions if place.relation != about.fact.relation]
    if foreign or found.spans or found.rolling or found.best or found.unbuilt:
        raise Unservable(f"not built for estimates yet: {'; '.join(rest)}")
    return tuple(condition.format(column=place.column) for place, condition in found.conditions)


def _inputs(scene: Scene, goal: Goal, about: Subject, *, where: tuple[str, ...]) -> tuple[Inputs, tuple[str, ...]]:
    fact = about.fact
    own = {c.name for c in fact.columns}
    entities = tuple(e.column for e in about.entities) or tuple(k for k in fact.key if k != fact.time_column)
    elsewhere = any(e.relation != fact.relation for e in about.entities)
    if elsewhere or not set(entities) <= own or about.long_form or about.measure is None:
        raise Unservable("what it is about is not in one table with the measure")
    if not fact.time_column or not is_number(about.measure) or about.aggregate == "count":
        raise Unservable(f"{fact.relation} has no number with a time")
    grain = goal.grain if coarser(goal.grain, fact.cadence) else ""
    if grain in ("hour", "minute") or (grain and goal.kind == "nowcast"):
        raise Unservable(f"a {goal.kind} by {grain} is not built yet")
    delivery, assumed = _delivery(scene, goal, fact)
    quantity: Literal["value", "return", "volatility"] = (
        "return" if about.aggregate == "return" else "volatility" if about.aggregate == "volatility" else "value"
    )
    if quantity == "volatility" and not grain:
        raise Unservable("a volatility needs a period longer than the steps of the data")
    inputs = Inputs(
        relation=fact.relation,
        entities=entities,
        time=fact.time_column,
        value=about.measure.name,
        quantity=quantity,
        aggregate="" if quantity != "value" else about.aggregate,
        grain=grain,
        horizon=0 if goal.kind == "nowcast" else max(1, goal.horizon),
        decided=_decided(goal),
        delivery=delivery,
        since=_since(goal, grain),
        where=where,
    )
    cleaning, said = _cleaning(scene, inputs, fact)
    return _with(inputs, cleaning), (*assumed, *said, *_conventions(inputs))


def _with(inputs: Inputs, cleaning: Cleaning) -> Inputs:
    from windvane.domain.record import replace

    return replace(inputs, cleaning=cleaning)


def _conventions(inputs: Inputs) -> tuple[str, ...]:
    if inputs.quantity == "volatility":
        return ("volatility is the standard deviation of the returns of a period, per year (252 rows), in percent",)
    return ("a return is the change from the value before, 0.01 is 1 %",) if inputs.quantity == "return" else ()


def _decided(goal: Goal) -> str:
    said = (re.fullmatch(r"time = (\d{1,2}:\d{2})", c) for c in goal.constraints)
    return next((m[1] for m in said if m), "00:00" if goal.kind == "forecast" else "12:00")


def _since(goal: Goal, grain: str) -> str:
    """Where what is learnt from begins, when the goal says on which decisions it is judged: a few years before."""
    said = next((c.partition(" ")[2] for c in goal.constraints if c.startswith("decide ")), "")
    year = said[:4]
    return f"{int(year) - (_YEARS_BEFORE if not grain else 3 * _YEARS_BEFORE):04}-01-01" if year.isdigit() else ""


def _delivery(scene: Scene, goal: Goal, fact: Contract) -> tuple[str, tuple[str, ...]]:
    """When values of the fact are available: as the goal says, as its source says, or as is assumed."""
    for text in goal.constraints:
        if text.startswith("known ") and read_delivery(text.removeprefix("known ")) is not None:
            return text.removeprefix("known "), ()
    sources = [s for s in scene.estate.of(Source) if isinstance(s, Source) and _feeds(scene, s, fact.relation)]
    stated = next((s for s in sources if s.delivery), None)
    delivery, assumed = delivery_of(fact, stated)
    if assumed and goal.kind == "nowcast":
        return _LATE, (f"{fact.relation}: a value of a day is available {_LATE}",)
    return delivery, (assumed,) if assumed else ()


def _feeds(scene: Scene, source: Source, relation: str) -> bool:
    model = scene.estate.find(Ref(kind="model", name=relation))
    return isinstance(model, Model) and f"staging.{source.name}" in reads(model.text)


def _cleaning(scene: Scene, inputs: Inputs, fact: Contract) -> tuple[Cleaning, tuple[str, ...]]:
    """What the moves of the values themselves say of jumps and repeats."""
    if inputs.quantity == "value":
        return Cleaning(), ()
    largest = _largest(scene, inputs)
    longest = _WEEK if not inputs.grain and fact.cadence in ("day", "business_day") else 0
    said = f"{inputs.value}: a move of more than {largest:.0%} in one step is an error of the data" if largest else ""
    fewest = _HALF if longest and inputs.entities else 0.0
    return Cleaning(largest=largest, longest=longest, fewest=fewest, repeated=_HALF), (said,) if said else ()


def _largest(scene: Scene, inputs: Inputs) -> float:
    """Three times the move that all but one in a thousand stay below; nothing before there is anything to read."""
    if scene.reader is None:
        return 0.0
    partition = f"PARTITION BY {', '.join(inputs.entities)} " if inputs.entities else ""
    before = f"LAG({inputs.value}) OVER ({partition}ORDER BY {inputs.time})"
    moves = f"SELECT ABS(CAST({inputs.value} AS DOUBLE) / NULLIF({before}, 0) - 1) AS move FROM {inputs.relation}"
    sql = f"SELECT PERCENTILE_CONT({_STEADY}) WITHIN GROUP (ORDER BY move) FROM ({moves}) AS moves WHERE move > 0"
    try:
        value = scene.reader.rows(sql)[0][0]
    except WindvaneError:
        return 0.0
    return math.ceil(300 * float(value)) / 100 if isinstance(value, float) else 0.0


def _name(goal: Goal, inputs: Inputs, about: Subject) -> str:
    what = inputs.quantity if inputs.quantity != "value" else inputs.value
    word = adjective(goal.grain or about.fact.cadence)
    return "_".join(p for p in (word, what, goal.kind) if p)


def _quantity(inputs: Inputs) -> str:
    return "the value" if inputs.quantity == "value" else f"the {inputs.quantity}"
