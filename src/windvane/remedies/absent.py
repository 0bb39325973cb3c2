"""Columns that are not delivered any more and that nobody misses: the deliveries come in without them."""

from __future__ import annotations

from windvane.domain.plan import Plan
from windvane.domain.ports import Remedy, Scene


class Absent:
    """Acts on incidents whose cause is `removed` for certain: hardly a known row has a value in any of the lost
    columns, no key or product rests on them, and no arriving column could be one of them.

    Touches nothing: a column that a delivery lacks is empty in its rows. Verified by every check.
    """

    cause = "removed"

    def propose(self, scene: Scene) -> tuple[Plan, ...]:
        """One plan; none where somebody may miss a column."""
        incident = scene.incident
        if incident is None or incident.cause != self.cause or not incident.signals:
            return ()
        names = ", ".join(f"`{n}`" for n in dict.fromkeys(s.expected for s in incident.signals))
        return (
            Plan(
                incident=incident.id,
                proposer="absent",
                title=f"Take {incident.signals[0].subject} without {names}",
                base="",
                changes=(),
                rationale=f"{names} is not delivered any more, and no product rests on it.",
                evidence=tuple(e for h in incident.hypotheses for e in h.evidence),
                assumptions=("the column was given up at the source",),
            ),
        )


def remedy() -> Remedy:
    """The remedy."""
    return Absent()
