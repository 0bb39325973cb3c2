"""The sign convention turned: history has one sign, every row of the batch the other, in the same size."""

from __future__ import annotations

from windvane.domain.plan import Plan
from windvane.domain.ports import Remedy, Scene
from windvane.stack.quality.drift import factor
from windvane.stack.repair.case import case_of
from windvane.stack.repair.plans import Claim, Fix, reading

RULES = ("sign_share", "continuity", "distribution", "range", "arithmetic")


class SignFlip:
    """Needs: one sign in all known rows, the other in all arriving ones. Touches the column in this batch.

    Verified by every check on the numbers with their sign turned.
    """

    cause = "sign_flip"

    def propose(self, scene: Scene) -> tuple[Plan, ...]:
        """One plan that turns the sign of each such column."""
        case = case_of(scene)
        seam = case.seam() if case else None
        if case is None or seam is None:
            return ()
        wanted = [n for n in case.broken(*RULES) if not case.is_key(n)]
        kinds = {c.name: c.type for c in case.made}
        shifts = [factor(seam, column=n) for n in wanted if kinds[n].startswith(("decimal", "double", "bigint"))]
        sure = [s for s in shifts if s.cause == "sign_flip"]
        if not sure:
            return ()
        fixes = tuple(Fix(s.column, _negated(case.text(s.column)), s.evidence[0]) for s in sure)
        claim = Claim(
            proposer="sign_flip",
            title=f"Turn the sign of {', '.join(f'`{s.column}`' for s in sure)} in {case.source}",
            rationale="Every row came with the other sign and in the usual size.",
            evidence=tuple(e for s in sure for e in s.evidence),
        )
        return (reading(case, fixes, claim),)


def _negated(text: str) -> str:
    return (
        f"CASE WHEN {text} LIKE '-%' THEN SUBSTRING({text}, 2) WHEN {text} LIKE '+%' THEN '-' || SUBSTRING({text}, 2) "
        f"ELSE '-' || {text} END"
    )


def remedy() -> Remedy:
    """The remedy."""
    return SignFlip()
