"""Input relations of estimated products: one row per entity and decision time, all of it available then.

Every value carries the moment at which it became available; a feature is the last value available at the decision time.
Spans of availability are made with LEAD, so the SQL runs everywhere.
"""

from __future__ import annotations

from windvane.domain.estate import Model
from windvane.domain.estimate import Inputs
from windvane.stack.transform.availability import available_at, read_delivery
from windvane.stack.transform.behaviour import behaved, behaviour_features
from windvane.stack.transform.calendar import ABOUT, day_ahead, part_of
from windvane.stack.transform.driving import driving, moments
from windvane.stack.transform.facts import fact, measured, moves, partition, yearly
from windvane.stack.transform.header import Header, listed, model
from windvane.stack.transform.labels import SLOT, label_features, labelled

LEAST_ROWS = {"week": 3}  # of a period, for the volatility of its returns; 10 of longer ones
_MONTHS = {"month": 1, "quarter": 3, "year": 12}


def input_name(product: str) -> str:
    """`mart.<product>_input`."""
    return f"mart.{product}_input"


def input_model(product: str, inputs: Inputs) -> Model:
    """The model of an input relation. Raises `Failed` (`sql.not_portable`) when it would not travel."""
    header = Header(
        name=input_name(product),
        grain=(*inputs.entities, "decided_at"),
        description=f"What is known at each decision time of {product}; target: what became known later",
    )
    return model(header, query=input_query(inputs), remarks=_remarks(inputs))


def input_query(inputs: Inputs) -> str:
    """The query of an input relation."""
    ctes = _decisions(inputs)
    joins: list[str] = []
    columns: list[str] = []
    ctes += moments(inputs.drivers)
    for place, driver in enumerate(inputs.drivers, start=1):
        made, joined, column = driving(driver, f"d{place}")
        ctes += made
        joins += joined
        columns.append(column)
    own = [f"decided.{name}" for name in window_names(inputs)]
    parts = [f"{part_of(p, inputs.days_off)} AS {p}" for p in inputs.calendar]
    keys = [f"decided.{e}" for e in inputs.entities]
    slot = [f"decided.{SLOT}"] if SLOT in inputs.lanes else []
    fixed = [*keys, *slot, "decided.decided_at", "decided.target_at", "decided.target", "decided.known_at"]
    head = ", ".join(f"{name} AS (\n{query}\n)" for name, query in ctes)
    return f"WITH {head} SELECT {listed([*fixed, *own, *parts, *columns])} FROM decided " + " ".join(joins)


def _decisions(inputs: Inputs) -> list[tuple[str, str]]:
    """The CTEs up to `decided`: one row per entity and decision time, with its target and own features."""
    if inputs.quantity == "segment":
        return behaved(inputs)
    return labelled(inputs) if inputs.labels is not None else [*fact(inputs), ("decided", _targets(inputs))]


def window_names(inputs: Inputs) -> tuple[str, ...]:
    """Columns of own features: `own_22` looks back 22 rows of the fact; of a class, what its rows and keys say."""
    if inputs.quantity == "segment":
        return behaviour_features(inputs)
    own = label_features(inputs.labels) if inputs.labels is not None else ()
    return (*(f"own_{rows}" for rows in inputs.windows), *own)


def features_of(inputs: Inputs) -> tuple[str, ...]:
    """All feature columns of an input relation, in order."""
    return (*window_names(inputs), *inputs.calendar, *(d.name for d in inputs.drivers))


def _remarks(inputs: Inputs) -> tuple[str, ...]:
    clean = inputs.cleaning
    said = [f"values of {inputs.relation} are available {inputs.delivery}, decisions are made at {inputs.decided}"]
    said += [f"a move larger than {clean.largest:g} is a jump, no move"] if clean.largest else []
    said += [f"values of rows with {c} are no values" for c in clean.unsound]
    said += [f"a value {clean.spike:g} times larger or smaller than both before it is left out"] if clean.spike else []
    said += [f"a step longer than {clean.longest} days is no step of one day"] if clean.longest else []
    if clean.fewest:
        said.append(f"days with fewer than {clean.fewest:.0%} of the usual number of values are no days of trading")
    if clean.repeated:
        said.append(f"unchanged values are repeats where more than {clean.repeated:.0%} of all are unchanged")
    return (*said, *(f"{d.name}: {d.relation}.{d.column}, available {d.delivery}" for d in inputs.drivers))


def _targets(inputs: Inputs) -> str:
    """Decision times with their targets."""
    if inputs.grain:
        return _by_period(inputs)
    return _by_row(inputs)


def _by_row(inputs: Inputs) -> str:
    """Each row of the fact is a decision: about itself, before it is known, or about a later row."""
    keys = [*inputs.entities]
    own = [f"own_{rows}" for rows in inputs.windows]
    over = f"OVER ({partition(inputs)}ORDER BY day)"
    source, amount = measured(inputs), "move" if moves(inputs) else "value"
    ahead = inputs.horizon
    if not ahead:
        decided = _at(inputs, "day")
        shown = [
            *keys, f"{decided} AS decided_at", "CAST(day AS TIMESTAMP) AS target_at", f"{amount} AS target",
            f"{available_at('day', inputs.delivery, cadence='')} AS known_at",
            f"LAG({decided}) {over} AS begun_at", *own, f"day AS {ABOUT}",
        ]  # fmt: skip
        return f"SELECT {listed(shown)} FROM {source}"
    later = f"LEAD(day, {ahead}) {over}"
    target = (
        f"LEAD(value, {ahead}) {over} / value - 1" if inputs.quantity == "return" else f"LEAD({amount}, {ahead}) {over}"
    )
    decided = available_at("day", inputs.delivery, cadence="")
    shown = [
        *keys, f"{decided} AS decided_at", f"CAST({later} AS TIMESTAMP) AS target_at", f"{target} AS target",
        f"{available_at(later, inputs.delivery, cadence='')} AS known_at", f"LAG({decided}) {over} AS begun_at", *own,
        f"{day_ahead('day', ahead, inputs.cadence)} AS {ABOUT}",
    ]  # fmt: skip
    return f"SELECT {listed(shown)} FROM {source}"


def _at(inputs: Inputs, day: str) -> str:
    hours, _, minutes = inputs.decided.partition(":")
    total = int(hours) * 60 + int(minutes or 0)
    return f"CAST({day} AS TIMESTAMP)" + (f" + INTERVAL '{total}' MINUTE" if total else "")


def _by_period(inputs: Inputs) -> str:
    """Decisions at the end of each period, about a later one; a period that is not over yet is none."""
    keys = listed(inputs.entities)
    comma = f"{keys}, " if keys else ""
    unit = inputs.grain.upper()
    start = f"CAST(DATE_TRUNC('{unit}', day) AS DATE)"
    source = measured(inputs)
    own = "".join(f", own_{rows}" for rows in inputs.windows)
    numbered = (
        f"SELECT {comma}day, value, {'move, ' if moves(inputs) else ''}{start} AS period{own}, "
        f"ROW_NUMBER() OVER (PARTITION BY {comma}{start} ORDER BY day DESC) AS _last FROM {source}"
    )
    lasts = "".join(f", MAX(CASE WHEN _last = 1 THEN own_{rows} END) AS own_{rows}" for rows in inputs.windows)
    periods = (
        f"SELECT {comma}period, {_amount(inputs)} AS amount{lasts} FROM ({numbered}) AS numbered GROUP BY {comma}period"
    )
    over = f"OVER ({partition(inputs)}ORDER BY period)"
    ends = _ends(inputs, "period")
    step = _step(inputs.grain, inputs.horizon)
    later = f"LEAD(period, {inputs.horizon}) {over}"
    amount = f"LEAD(amount, {inputs.horizon}) {over}"
    if inputs.quantity == "return":
        amount = f"{amount} / amount - 1"
    target = f"CASE WHEN {later} = CAST(period + INTERVAL {step} AS DATE) THEN {amount} END"
    shown = [
        *inputs.entities, f"{ends} AS decided_at", f"CAST(period + INTERVAL {step} AS TIMESTAMP) AS target_at",
        f"{target} AS target", f"{_ends(inputs, f'(period + INTERVAL {step})')} AS known_at",
        f"LAG({ends}) {over} AS begun_at", *(f"own_{rows}" for rows in inputs.windows),
        f"CAST(period + INTERVAL {step} AS DATE) AS {ABOUT}",
    ]  # fmt: skip
    return f"SELECT {listed(shown)} FROM ({periods}) AS periods WHERE {_over(inputs, source)}"


def _over(inputs: Inputs, source: str) -> str:
    """Whether a period is over: values lie in a later one, or almost reach its end."""
    end = f"period + INTERVAL {_step(inputs.grain, 1)}"
    return f"{end} <= (SELECT MAX(day) FROM {source}) + INTERVAL '4' DAY"


def _step(grain: str, number: int) -> str:
    if grain in _MONTHS:
        return f"'{number * _MONTHS[grain]}' MONTH"
    return f"'{number * 7}' DAY" if grain == "week" else f"'{number}' {grain.upper()}"


def _ends(inputs: Inputs, period: str) -> str:
    """The moment at which all values of a period are available."""
    how = read_delivery(inputs.delivery)
    days = how.days if how else 1
    end = f"CAST({period} + INTERVAL {_step(inputs.grain, 1)} AS TIMESTAMP)"
    return f"{end} + INTERVAL '{days}' DAY" if days else end


def _amount(inputs: Inputs) -> str:
    if inputs.quantity == "volatility":
        return f"CASE WHEN COUNT(move) >= {LEAST_ROWS.get(inputs.grain, 10)} THEN STDDEV_SAMP(move) * {yearly()} END"
    if inputs.quantity == "return" or inputs.aggregate == "last":
        return "MAX(CASE WHEN _last = 1 THEN value END)"
    return f"{(inputs.aggregate or 'avg').upper()}(value)"
