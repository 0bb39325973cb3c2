"""A goal in one line, for the options of a question."""

from __future__ import annotations

from windvane.domain.goal import Goal, write_target

_AGGREGATES = {"avg": "average", "sum": "sum", "stddev": "standard deviation", "min": "minimum", "max": "maximum"}


def label(goal: Goal) -> str:
    """Like ``forecast: sum of `orders.amount` per `orders.store_id`, by day, 14 ahead``."""
    aggregate = _AGGREGATES.get(goal.aggregate, goal.aggregate)
    measured = f"{aggregate} of `{goal.measure}`" if aggregate else f"`{goal.measure}`"
    about = " and ".join(f"`{e}`" for e in goal.entities)
    if goal.measure:
        text = f"{goal.kind}: {measured}" + (f" per {about}" if about else "")
    else:
        text = f"{goal.kind}: {about or 'everything'}"
    text += f", by {goal.grain}" if goal.grain else ""
    text += f", {goal.horizon} ahead" if goal.horizon else ""
    text += "".join(f", {c}" for c in goal.constraints)
    return text + "".join(f", {write_target(t)}" for t in goal.targets)
