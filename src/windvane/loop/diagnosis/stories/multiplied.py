"""Numbers are multiplied: another unit, another sign, another currency, or they really moved."""

from __future__ import annotations

from windvane.domain.estate import Column
from windvane.domain.incident import Hypothesis
from windvane.stack.quality.drift import Shift, factor
from windvane.stack.repair.case import Case

RULES = ("continuity", "distribution", "arithmetic", "extremes", "sign_share", "range", "reconciliation")


def tells(case: Case) -> tuple[Hypothesis, ...]:
    """The stories of the column that moved most, each with those ruled out."""
    seam = case.seam()
    if seam is None:
        return ()
    shifts = [factor(seam, column=n, meaning=c.meaning) for n in case.broken(*RULES) if (c := _number(case, n))]
    moved = sorted((s for s in shifts if s.hypotheses), key=_size)
    return tuple(h for s in moved[:1] for h in _ranked(s))


def _number(case: Case, name: str) -> Column | None:
    column = case.column(name)
    if column is None or name in case.contract.key:
        return None
    return column if column.type.startswith(("decimal", "double", "bigint")) else None


def _size(shift: Shift) -> tuple[bool, float]:
    return shift.cause == "real_move", -abs(shift.factor - 1)


def _ranked(shift: Shift) -> tuple[Hypothesis, ...]:
    return shift.hypotheses if shift.cause != "real_move" else ()
