"""Another unit: every number of a column is a known factor too large or too small, and nothing else explains it."""

from __future__ import annotations

import math

from windvane.domain.plan import Plan
from windvane.domain.ports import Remedy, Scene
from windvane.sql.alias import quote
from windvane.stack.quality.drift import Shift, factor
from windvane.stack.repair.case import Case, case_of
from windvane.stack.repair.numbers import MOST_DIGITS, digits_of, times
from windvane.stack.repair.plans import Claim, Fix, reading

TENS = 1e-9
RULES = ("continuity", "distribution", "arithmetic", "extremes", "unit_interval", "range", "category_share")
FEWEST = 10  # numbers on the other unit's grid that prove it
SPARSE = 0.6  # share of possible numbers that lie on that grid, at most


class UnitFactor:
    """Needs: one factor of the catalogue for all rows, and that the numbers can be taken back without a digit lost.

    Touches only the column in this batch. Verified by every check of the source on the numbers divided.
    """

    cause = "unit_change"

    def propose(self, scene: Scene) -> tuple[Plan, ...]:
        """One plan for all columns that came in another unit; none when a factor is not certain."""
        case = case_of(scene)
        seam = case.seam() if case else None
        if case is None or seam is None:
            return ()
        found = []
        for name in case.broken(*RULES):
            column = case.column(name)
            if column is None or case.is_key(name) or not column.type.startswith(("decimal", "double", "bigint")):
                continue
            shift = factor(seam, column=name, meaning=column.meaning)
            if shift.cause == "unit_change" and shift.exact != 1.0:
                found.append((shift, _fix(case, shift)))
        fixes = tuple(f for _, f in found if f is not None)
        if not fixes or len(fixes) != len(found):
            return ()
        told = ", ".join(f"`{s.column}` by {s.exact:.10g}" for s, _ in found)
        claim = Claim(
            proposer="unit_factor",
            title=f"Divide {told} in {case.source}",
            rationale=f"All rows came in another unit ({', '.join(s.unit for s, _ in found)}); divided, they go on "
            "where the known ones end.",
            evidence=tuple(e for s, _ in found for e in (*s.evidence, *(h for x in s.hypotheses for h in x.evidence))),
            assumptions=("the next delivery is judged by itself: the rule is for this batch only",),
        )
        return (reading(case, fixes, claim),)


def _fix(case: Case, shift: Shift) -> Fix | None:
    """The division, when it gives back exactly what stood there before; `None` when digits are lost."""
    known, new = (digits_of(case, shift.column, side) for side in (case.known, case.arriving()))
    power = math.log10(shift.exact)
    if abs(power - round(power)) < TENS:
        if new + round(power) > MOST_DIGITS or (power < 0 and new < min(known, MOST_DIGITS) - round(power)):
            return None
        by = f"* {10.0 ** -round(power):.9f}" if power > 0 else f"* {10.0 ** -round(power):.0f}"
        digits = max(0, min(MOST_DIGITS, new + round(power)))
    else:
        if known > MOST_DIGITS or new > MOST_DIGITS or not _on_grid(case, shift, known, new):
            return None
        by, digits = f"/ {shift.exact:.10f}", known
    text = times(case.text(shift.column), by, digits=digits)
    return Fix(shift.column, text, f"{shift.unit}, factor {shift.exact:.10g}, {shift.series or 'no'} series")


def _on_grid(case: Case, shift: Shift, known: int, new: int) -> bool:
    """Whether each number is what a number of `known` digits becomes when it is multiplied and rounded to `new`.

    Only where few numbers are is that a proof, and only then does the way back lose nothing.
    """
    if 10.0**known / shift.exact > SPARSE * 10.0**new:
        return False
    name = f"CAST({quote(shift.column)} AS DOUBLE)"
    back = f"round({name} / {shift.exact!r}, {known})"
    off, rows = case.rows(
        f"SELECT COUNT(*) FILTER (abs(round({back} * {shift.exact!r}, {new}) - {name}) > 0.4 * 1e-{new}), COUNT(*) "
        f"FROM {case.arriving()} WHERE {quote(shift.column)} IS NOT NULL"
    )[0]
    return off == 0 and isinstance(rows, int) and rows >= FEWEST


def remedy() -> Remedy:
    """The remedy."""
    return UnitFactor()
