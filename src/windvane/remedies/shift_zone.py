"""Times in another zone: the rhythm of the day is the known one, turned by whole hours."""

from __future__ import annotations

import math

from windvane.domain.plan import Plan
from windvane.domain.ports import Remedy, Scene
from windvane.sql.alias import quote
from windvane.stack.repair.case import Case, case_of
from windvane.stack.repair.plans import Claim, Fix, reading

FLOOR = 0.002  # share of an hour without any row
MARGIN = math.log(1e6)  # by which one turn must be likelier than every other
LEAST = 2  # hours: one hour is also what a change to summer time, or of business hours, does


class ShiftZone:
    """Needs: one turn of two hours or more that explains the arriving hours a million times better than any other.

    Touches the column in this batch. Verified by every check on the shifted times.
    """

    cause = "time_zone"

    def propose(self, scene: Scene) -> tuple[Plan, ...]:
        """One plan for all turned columns."""
        case = case_of(scene)
        if case is None:
            return ()
        names = case.broken("hours")
        fixes = tuple(f for n in names if (f := _fix(case, n)) is not None)
        if not fixes or len(fixes) != len(names):
            return ()
        claim = Claim(
            proposer="shift_zone",
            title=f"Shift {', '.join(f'`{f.column}` {f.because}' for f in fixes)} in {case.source}",
            rationale="The rows come with the known rhythm of the day, turned by whole hours: another time zone.",
            evidence=tuple(f"`{f.column}`: {f.because}" for f in fixes),
        )
        return (reading(case, fixes, claim),)


def _fix(case: Case, column: str) -> Fix | None:
    usual, fresh = (_hours(case, side, column) for side in (case.known, case.arriving()))
    whole = sum(usual) or 1
    weight = [math.log(FLOOR + n / whole) for n in usual]
    likely = sorted(((sum(n * weight[(h - t) % 24] for h, n in enumerate(fresh)), t) for t in range(24)), reverse=True)
    (best, turn), (second, _) = likely[:2]
    hours = turn if turn <= 12 else turn - 24
    if best - second < MARGIN or abs(hours) < LEAST:
        return None
    text = case.text(column)
    moved = f"CAST(CAST({text} AS TIMESTAMP) {'-' if hours > 0 else '+'} INTERVAL '{abs(hours)}' HOUR AS VARCHAR)"
    plain = f"REGEXP_MATCHES({text}, '^[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}[ T][0-9]{{2}}:[0-9]{{2}}')"
    return Fix(column, f"CASE WHEN {plain} THEN {moved} ELSE {text} END", f"by {-hours:+d} hours")


def _hours(case: Case, relation: str, column: str) -> list[int]:
    name = quote(column)
    rows = case.rows(f"SELECT hour({name}), COUNT(*) FROM {relation} WHERE {name} IS NOT NULL GROUP BY 1")
    found = {int(str(h)): int(str(n)) for h, n in rows}
    return [found.get(h, 0) for h in range(24)]


def remedy() -> Remedy:
    """The remedy."""
    return ShiftZone()
