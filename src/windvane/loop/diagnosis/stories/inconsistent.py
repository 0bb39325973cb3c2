"""Numbers that must agree do not any more, in one row or between tables: which of them is wrong is rarely known."""

from __future__ import annotations

from windvane.domain.incident import Hypothesis
from windvane.loop.diagnosis.story import one
from windvane.stack.repair.case import Case
from windvane.stack.repair.usual import unusual


def tells(case: Case) -> tuple[Hypothesis, ...]:
    """The stories of this kind that fit what broke; between tables with what this side says for itself."""
    told = case.observed("arithmetic", "regression")
    found = (one("inconsistent", 0.4, told),) if told else ()
    between = case.observed("reconciliation")
    if not between:
        return found
    own = case.broken("reconciliation")
    odd = tuple(text for name in own if (text := unusual(case, name)))
    usual = f"for themselves {', '.join(f'`{c}`' for c in own)} of {case.source} are as ever: the others may be wrong"
    return (*found, one("contradicted", 0.7 if odd else 0.4, (*between, *(odd or ((usual,) if own else ())))))
