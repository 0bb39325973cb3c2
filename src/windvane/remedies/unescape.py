"""HTML codes in texts: what `&amp;` stands for is put in its place."""

from __future__ import annotations

import html

from windvane.domain.plan import Plan
from windvane.domain.ports import Remedy, Scene
from windvane.stack.quality.oddities import ODDITIES
from windvane.stack.repair.case import case_of
from windvane.stack.repair.letters import replacing
from windvane.stack.repair.plans import Claim, reading


class Unescape:
    """Needs: every code is one of HTML, and escaping once more gives the delivered text or an equal one.

    Touches those codes in this batch. Verified by every check.
    """

    cause = "escaped"

    def propose(self, scene: Scene) -> tuple[Plan, ...]:
        """One plan for all columns with codes; none when one text cannot be taken back."""
        case = case_of(scene)
        if case is None:
            return ()
        odd = next(o for o in ODDITIES if o.cause == self.cause)
        fixes = tuple(f for n in case.broken("strange_text") if (f := replacing(case, n, odd, _back)) is not None)
        if not fixes:
            return ()
        claim = Claim(
            proposer="unescape",
            title=f"Unescape {', '.join(f'`{f.column}`' for f in fixes)} in {case.source}",
            rationale="Texts came with HTML codes that no known text has; what they stand for is put in their place.",
            evidence=tuple(f"`{f.column}`: {f.because}" for f in fixes),
        )
        return (reading(case, fixes, claim),)


def _back(text: str) -> str | None:
    found = html.unescape(text)
    return found if found != text and html.unescape(found) == found else None


def remedy() -> Remedy:
    """The remedy."""
    return Unescape()
