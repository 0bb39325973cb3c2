"""Codes without their leading noughts are filled up: to the one width that codes have, or to what their owner had."""

from __future__ import annotations

from windvane.domain.plan import Plan
from windvane.domain.ports import Remedy, Scene
from windvane.stack.repair.case import Case, case_of
from windvane.stack.repair.codes import filled, shortened
from windvane.stack.repair.owned import given_back, owned
from windvane.stack.repair.plans import Claim, Fix, reading


class PadCodes:
    """Needs: known codes are digits of one width, and each shorter one, filled up, is a known code; or every code of
    digits belongs to a known thing, and is what that thing always had, with noughts or without.

    Touches how the column is read in this batch. Verified by every check.
    """

    cause = "lost_zeros"

    def propose(self, scene: Scene) -> tuple[Plan, ...]:
        """One plan for all columns of such codes."""
        case = case_of(scene)
        fixes = _fixes(case) if case is not None else ()
        if case is None or not fixes:
            return ()
        claim = Claim(
            proposer="pad_codes",
            title=f"Fill {', '.join(f'`{f.column}` {f.because}' for f in fixes)} in {case.source}",
            rationale="Codes lost their leading noughts; with them, each is the one that history knows.",
            evidence=tuple(f"`{f.column}`: {f.because}, all of them known codes" for f in fixes),
        )
        return (reading(case, fixes, claim),)


def _fixes(case: Case) -> tuple[Fix, ...]:
    widths = shortened(case)
    wide = [Fix(c, filled(case.text(c), w), f"with noughts to {w} letters") for c, w in widths.items()]
    told = [
        Fix(c, given_back(case.text(c), codes), f"with the noughts that each `{by}` always had")
        for c, (by, codes) in owned(case).items()
        if c not in widths
    ]
    return (*wide, *told)


def remedy() -> Remedy:
    """The remedy."""
    return PadCodes()
