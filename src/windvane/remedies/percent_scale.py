"""Shares that came as percentages: known values lie between 0 and 1, arriving ones a hundred times higher."""

from __future__ import annotations

from windvane.domain.plan import Plan
from windvane.domain.ports import Remedy, Scene
from windvane.sql.alias import quote
from windvane.stack.repair.case import Case, case_of
from windvane.stack.repair.numbers import MOST_DIGITS, digits_of, times
from windvane.stack.repair.plans import Claim, Fix, reading

MOST_BELOW = 0.2  # share of arriving non-zero values that also fit undivided: 0.5 may be half a percent or a half


class PercentScale:
    """Needs: no known value outside 0..1, no arriving one outside 0..100, and a hundredth of them where the known lie.

    Touches the column in this batch. Verified by every check on the divided values.
    """

    cause = "percent_scale"

    def propose(self, scene: Scene) -> tuple[Plan, ...]:
        """One plan for all such columns."""
        case = case_of(scene)
        if case is None:
            return ()
        fixes = tuple(f for n in case.broken("unit_interval") if (f := _fix(case, n)) is not None)
        if not fixes:
            return ()
        claim = Claim(
            proposer="percent_scale",
            title=f"Divide {', '.join(f'`{f.column}`' for f in fixes)} by 100 in {case.source}",
            rationale="Known values are shares between 0 and 1; the arriving ones are the same shares in percent.",
            evidence=tuple(f.because for f in fixes),
        )
        return (reading(case, fixes, claim),)


def _fix(case: Case, column: str) -> Fix | None:
    name = f"CAST({quote(column)} AS DOUBLE)"
    wanted = f"MIN({name}), MAX({name}), MEDIAN(CASE WHEN {name} <> 0 THEN {name} END)"
    low, high, middle = (_float(v) for v in case.rows(f"SELECT {wanted} FROM {case.known}")[0])
    new = case.rows(
        f"SELECT {wanted}, AVG(CASE WHEN {name} <= 1 THEN 1.0 ELSE 0.0 END) FILTER ({name} <> 0) FROM {case.arriving()}"
    )[0]
    new_low, new_high, new_middle, below = (_float(v) for v in new)
    digits = digits_of(case, column, case.arriving()) + 2
    inside = low >= 0 and high <= 1 and new_low >= 0 and new_high <= 100 * max(high, 0.01) * 1.5 and below <= MOST_BELOW
    if not inside or not middle or not 1 / 3 <= new_middle / 100 / middle <= 3 or digits > MOST_DIGITS:
        return None
    told = (
        f"known values lie in {low:g} to {high:g}, median {middle:g}; arriving in {new_low:g} to "
        f"{new_high:g}, median {new_middle:g}"
    )
    return Fix(column, times(case.text(column), "* 0.01", digits=digits), told)


def _float(value: object) -> float:
    return float(str(value)) if value is not None else 0.0


def remedy() -> Remedy:
    """The remedy."""
    return PercentScale()
