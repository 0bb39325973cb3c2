"""Codes without their leading noughts are filled up to the one width that codes of the column have."""

from __future__ import annotations

from windvane.domain.plan import Plan
from windvane.domain.ports import Remedy, Scene
from windvane.stack.repair.case import case_of
from windvane.stack.repair.codes import filled, shortened
from windvane.stack.repair.plans import Claim, Fix, reading


class PadCodes:
    """Needs: known codes are digits of one width, and each shorter one, filled up, is a known code.

    Touches how the column is read in this batch. Verified by every check.
    """

    cause = "lost_zeros"

    def propose(self, scene: Scene) -> tuple[Plan, ...]:
        """One plan for all columns of such codes."""
        case = case_of(scene)
        widths = shortened(case) if case is not None else {}
        if case is None or not widths:
            return ()
        fixes = tuple(
            Fix(column, filled(case.text(column), width), f"with noughts to {width} letters")
            for column, width in widths.items()
        )
        claim = Claim(
            proposer="pad_codes",
            title=f"Fill {', '.join(f'`{f.column}` {f.because}' for f in fixes)} in {case.source}",
            rationale="Codes had one width; filled up, each of the shorter ones is a code that is known.",
            evidence=tuple(f"`{f.column}`: {f.because}, all of them known codes" for f in fixes),
        )
        return (reading(case, fixes, claim),)


def remedy() -> Remedy:
    """The remedy."""
    return PadCodes()
