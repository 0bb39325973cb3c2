"""Which rows of a class are worth a look: as many as can be handled, from the probability that pays; as SQL."""

from __future__ import annotations

import re
from typing import NamedTuple

from windvane.domain.estate import Product
from windvane.domain.goal import Goal
from windvane.stack.transform.header import listed

_FEW = re.compile(r"at most (\d+) per (day|week|month)")
_COST = re.compile(r"(a miss|an alarm) costs (\d+(?:\.\d+)?)")


class Alarms(NamedTuple):
    """From which probability on, and how many in each `unit` of time; `most` 0 means no limit."""

    least: float
    most: int = 0
    unit: str = ""


def alarms(goal: Goal) -> Alarms:
    """What a goal says of alarms: an alarm pays from alarm / (alarm + miss) on, one half where no costs are told.

    Where only their number is limited, the most probable ones are raised, whatever their probability.
    """
    few = next((m for c in goal.constraints if (m := _FEW.fullmatch(c))), None)
    costs = {m[1]: float(m[2]) for c in goal.constraints if (m := _COST.fullmatch(c))}
    miss, alarm = costs.get("a miss", 1.0), costs.get("an alarm", 1.0)
    least = alarm / (alarm + miss) if alarm + miss > 0 else 0.5
    if few is None:
        return Alarms(least)
    return Alarms(least if costs else 0.0, int(few[1]), few[2])


def about_alarms(goal: Goal) -> str:
    """The same in words."""
    found = alarms(goal)
    told = [f"from a probability of {found.least:.3g} on"] if found.least else []
    told += [f"the {found.most} most probable of each {found.unit}"] if found.most else []
    return ", ".join(told)


def raised(product: Product) -> str:
    """The expression over the rows `made`."""
    found = alarms(product.goal)
    assert product.inputs is not None
    tests = [f"made.estimate >= {found.least:g}"]
    if found.most:
        keys = listed(f"made.{e}" for e in product.inputs.entities)
        period = f"DATE_TRUNC('{found.unit.upper()}', made.decided_at)"
        over = f"OVER (PARTITION BY {period} ORDER BY made.estimate DESC, {keys})"
        tests.append(f"ROW_NUMBER() {over} <= {found.most}")
    return f"CASE WHEN {' AND '.join(tests)} THEN TRUE ELSE FALSE END"
