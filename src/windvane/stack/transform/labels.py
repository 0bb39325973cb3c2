"""Input relations of classes: each row with what it and its keys say by then, and whether it turned out a case.

A label is empty until it can be known: a case that shows early is no reason to learn from it before the others.
"""

from __future__ import annotations

from windvane.domain.estimate import Inputs, Keyed, Labels
from windvane.stack.transform.availability import available_at
from windvane.stack.transform.calendar import ABOUT
from windvane.stack.transform.header import listed

SLOT = "slot"
_DAY = 86_400  # seconds
_EVENTS_BACK = 90  # days over which an entity's own cases are counted
BEFORE = f"cases_{_EVENTS_BACK}"


def label_features(labels: Labels) -> tuple[str, ...]:
    """Feature columns: those of the row, those of its keys, and where events tell, how many there were before."""
    own = (*(name for name, _ in labels.columns), *(k.name for k in labels.keyed))
    return (*own, BEFORE) if labels.events and own else own


def labelled(inputs: Inputs) -> list[tuple[str, str]]:
    """The CTEs up to `decided`, with decision time, target, when it is known, and features."""
    assert inputs.labels is not None
    made = _within(inputs, inputs.labels) if inputs.labels.events else _rows(inputs, inputs.labels)
    return [*made]


def _rows(inputs: Inputs, labels: Labels) -> list[tuple[str, str]]:
    """Each row of the fact is decided about when its day is over."""
    keys = listed(inputs.entities)
    happened = f"CASE WHEN {labels.truth} THEN 1.0 WHEN NOT ({labels.truth}) THEN 0.0 END AS happened"
    shown = listed([*inputs.entities, _moment(inputs), happened, *_columns(labels), *_keys(inputs, labels)])
    day = "CAST(CAST(moment AS DATE) AS TIMESTAMP)"
    decided = f"{day} + INTERVAL '1' DAY"
    number = f"ROW_NUMBER() OVER (PARTITION BY CAST(moment AS DATE) ORDER BY moment, {keys}) AS {SLOT}"
    fixed = [
        *inputs.entities, number, f"{decided} AS decided_at", "moment AS target_at", "happened AS target",
        f"{day} + INTERVAL '{1 + max(1, labels.late)}' DAY AS known_at", f"{day} AS begun_at",
        f"CAST(moment AS DATE) AS {ABOUT}",
    ]  # fmt: skip
    own = [name for name, _ in labels.columns]
    windows = [f"{_windowed(k, labels)} AS {k.name}" for k in labels.keyed]
    return [
        ("delivered", f"SELECT {shown} FROM {inputs.relation}{_where(inputs)}"),
        ("decided", f"SELECT {listed([*fixed, *own, *windows])} FROM delivered"),
    ]


def _within(inputs: Inputs, labels: Labels) -> list[tuple[str, str]]:
    """Each row of an entity is a decision: will there be an event of it within the horizon?"""
    shown = listed([*inputs.entities, _moment(inputs), *_columns(labels)])
    pairs = zip(labels.event_keys, inputs.entities, strict=True)
    same = " AND ".join(f"events.{entity} = delivered.{entity}" for _, entity in pairs)
    at = [f"{theirs} AS {own}" for theirs, own in zip(labels.event_keys, inputs.entities, strict=True)]
    events = f"SELECT {listed([*at, f'CAST({labels.event_time} AS TIMESTAMP) AS happened_at'])} FROM {labels.events}"
    row = listed([*(f"delivered.{e}" for e in inputs.entities), "delivered.moment"])
    own = [name for name, _ in labels.columns]

    def counted(name: str, first: str, last: str) -> str:
        span = f"events.happened_at > {first} AND events.happened_at <= {last}"
        return (
            f"SELECT {row}, COUNT(events.happened_at) AS {name} FROM delivered LEFT JOIN events "
            f"ON {same} AND {span} GROUP BY {row}"
        )

    moment, horizon = "delivered.moment", f"delivered.moment + INTERVAL '{inputs.horizon}' DAY"
    decided = available_at("delivered.moment", inputs.delivery, cadence="")
    over = f"{horizon} <= (SELECT MAX(moment) FROM delivered)"
    fixed = [
        *(f"delivered.{e}" for e in inputs.entities), f"{decided} AS decided_at", f"{horizon} AS target_at",
        f"CASE WHEN {over} THEN CASE WHEN later.cases > 0 THEN 1.0 ELSE 0.0 END END AS target",
        f"{decided} + INTERVAL '{inputs.horizon + max(1, labels.late)}' DAY AS known_at",
        "delivered.moment AS begun_at",
        f"CAST(delivered.moment AS DATE) AS {ABOUT}",
    ]  # fmt: skip
    features = [f"delivered.{name} AS {name}" for name in own]
    features += [f"{_windowed(k, labels, prefix='delivered.')} AS {k.name}" for k in labels.keyed]
    features += [f"CAST(earlier.{BEFORE} AS DOUBLE) AS {BEFORE}"] if BEFORE in label_features(labels) else []
    joins = [_on_row("later", inputs), *([_on_row("earlier", inputs)] if BEFORE in label_features(labels) else [])]
    back = f"delivered.moment - INTERVAL '{_EVENTS_BACK}' DAY"
    return [
        ("delivered", f"SELECT {shown} FROM {inputs.relation}{_where(inputs)}"),
        ("events", events),
        ("later", counted("cases", moment, horizon)),
        ("earlier", counted(BEFORE, back, moment)),
        ("decided", f"SELECT {listed([*fixed, *features])} FROM delivered {' '.join(joins)}"),
    ]


def _on_row(alias: str, inputs: Inputs) -> str:
    same = " AND ".join(f"{alias}.{name} = delivered.{name}" for name in (*inputs.entities, "moment"))
    return f"LEFT JOIN {alias} ON {same}"


def _moment(inputs: Inputs) -> str:
    return f"CAST({inputs.time} AS TIMESTAMP) AS moment"


def _columns(labels: Labels) -> list[str]:
    return [f"CAST({sql} AS DOUBLE) AS {name}" for name, sql in labels.columns]


def _keys(inputs: Inputs, labels: Labels) -> list[str]:
    return [k for k in dict.fromkeys(k.key for k in labels.keyed) if k not in inputs.entities]


def _where(inputs: Inputs) -> str:
    where = [f"{inputs.time} IS NOT NULL", *inputs.where]
    where += [f"{inputs.time} >= DATE '{inputs.since}'"] if inputs.since else []
    return f" WHERE {' AND '.join(where)}"


def _windowed(keyed: Keyed, labels: Labels, prefix: str = "") -> str:
    """A window of time over one key; labels only as far as they were known to every row of its day.

    Rows younger than `days` days: a row of exactly that age is out, and of rows of one moment all are in, as they are
    decided about together. `stack.estimation.keyed` counts the same row by row.
    """
    behind = labels.late + 1
    back, until = keyed.days * _DAY - 1, "CURRENT ROW"
    if keyed.of == "cases":
        back, until = back + behind * _DAY, f"INTERVAL '{behind}' DAY PRECEDING"
    asked = {"rows": "CAST(COUNT(*) AS DOUBLE)", "cases": "AVG(happened)", "mean": f"AVG({prefix}{keyed.column})"}
    frame = (
        f"OVER (PARTITION BY {prefix}{keyed.key} ORDER BY {prefix}moment "
        f"RANGE BETWEEN INTERVAL '{back}' SECOND PRECEDING AND {until})"
    )
    return f"CAST(COUNT(*) {frame} AS DOUBLE)" if keyed.of == "rows" else f"{asked[keyed.of]} {frame}"
