"""Another unit: every number of a column is a known factor too large or too small, and nothing else explains it."""

from __future__ import annotations

import math

from windvane.domain.estate import Column
from windvane.domain.plan import Plan
from windvane.domain.ports import Remedy, Scene
from windvane.sql.alias import quote
from windvane.stack.quality.drift import Shift, factor
from windvane.stack.repair.case import Case, case_of
from windvane.stack.repair.numbers import MOST_DIGITS, digits_of, times
from windvane.stack.repair.plans import Claim, Fix, reading

TENS = 1e-9
RULES = (
    "continuity",
    "distribution",
    "arithmetic",
    "extremes",
    "unit_interval",
    "range",
    "category_share",
    "reconciliation",
)
FEWEST = 10  # different numbers on the other unit's grid that prove it
SPARSE = 0.6  # share of possible numbers that lie on that grid, at most


class UnitFactor:
    """Needs: one factor of the catalogue for all rows, that the numbers can be taken back without a digit lost, and
    that their digits say they were multiplied; where they do not, the world may have moved, and a person is asked.

    Touches only the column in this batch. Verified by every check of the source on the numbers divided.
    """

    cause = "unit_change"

    def propose(self, scene: Scene) -> tuple[Plan, ...]:
        """One plan for all columns that came in another unit; none when a factor is not certain."""
        case = case_of(scene)
        seam = case.seam() if case else None
        if case is None or seam is None:
            return ()
        wanted = [c for n in case.broken(*RULES) if not case.is_key(n) and (c := case.column(n)) and _number(c)]
        shifts = [factor(seam, column=c.name, meaning=c.meaning) for c in wanted]
        sure = [s for s in shifts if s.cause == "unit_change" and s.exact != 1.0]
        fixes = tuple(f for s in sure if (f := _fix(case, s)) is not None)
        if not fixes or len(fixes) != len(sure):
            return ()
        told = ", ".join(f"`{s.column}` by {s.exact:.10g}" for s in sure)
        claim = Claim(
            proposer="unit_factor",
            title=f"Divide {told} in {case.source}",
            rationale=f"All rows came in another unit ({', '.join(s.unit for s in sure)}); divided, they go on "
            "where the known ones end.",
            evidence=tuple(e for s in sure for e in (*s.evidence, *(h for x in s.hypotheses for h in x.evidence))),
            doubt="; ".join(d for s in sure if (d := _doubt(case, s))),
            assumptions=("the next delivery is judged by itself: the rule is for this batch only",),
        )
        return (reading(case, fixes, claim),)


def _number(column: Column) -> bool:
    return column.type.startswith(("decimal", "double", "bigint"))


def _fix(case: Case, shift: Shift) -> Fix | None:
    """The division, when it gives back exactly what stood there before; `None` when digits are lost."""
    known, new = _digits(case, shift)
    power = math.log10(shift.exact)
    if _whole(power):
        if new + round(power) > MOST_DIGITS or (power < 0 and new < min(known, MOST_DIGITS) - round(power)):
            return None
        by = f"* {10.0 ** -round(power):.9f}" if power > 0 else f"* {10.0 ** -round(power):.0f}"
        digits = max(0, min(MOST_DIGITS, new + round(power)))
    else:
        if known > MOST_DIGITS or new > MOST_DIGITS or not _on_grid(case, shift):
            return None
        by, digits = f"/ {shift.exact:.10f}", known
    text = times(case.text(shift.column), by, digits=digits)
    return Fix(shift.column, text, f"{shift.unit}, factor {shift.exact:.10g}, {shift.series or 'no'} series")


def _doubt(case: Case, shift: Shift) -> str:
    """Why the world may really have moved by the factor; empty when the digits say that numbers were multiplied.

    A price that is a hundred times higher still has its cents; one in cents has none.
    """
    known, new = _digits(case, shift)
    power = math.log10(shift.exact)
    finer = _whole(power) and power < 0 and new == known - round(power)
    if finer or _on_grid(case, shift):
        return ""
    return f"`{shift.column}` may really have moved {shift.exact:.6g}-fold: its digits are as they always were"


def _digits(case: Case, shift: Shift) -> tuple[int, int]:
    return digits_of(case, shift.column, case.known), digits_of(case, shift.column, case.arriving())


def _whole(power: float) -> bool:
    return abs(power - round(power)) < TENS


def _on_grid(case: Case, shift: Shift) -> bool:
    """Whether each number is what a number of as many digits as before becomes when it is multiplied and rounded.

    Only where few numbers would be, those known before among them, is that a proof, and only then does the way back
    lose nothing.
    """
    known, new = _digits(case, shift)
    fine = max(known, new)
    if fine > MOST_DIGITS or 10.0**known / shift.exact > SPARSE * 10.0**fine:
        return False
    name = f"CAST({quote(shift.column)} AS DOUBLE)"
    off = f"abs(round(round({name} / {shift.exact!r}, {known}) * {shift.exact!r}, {fine}) - {name}) > 0.4 * 1e-{fine}"
    asked = f"COUNT(DISTINCT {name}) FILTER ({off}), COUNT(DISTINCT {name}) FILTER ({name} <> 0)"
    beside, here = (case.rows(f"SELECT {asked} FROM {side}")[0] for side in (case.known, case.arriving()))
    odd, many, wrong, fresh = (int(str(n)) for n in (*beside, *here))
    return wrong == 0 and fresh >= FEWEST and odd >= (1 - SPARSE) * many


def remedy() -> Remedy:
    """The remedy."""
    return UnitFactor()
