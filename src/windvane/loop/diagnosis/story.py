"""How stories are told and gathered."""

from __future__ import annotations

from importlib import import_module
from typing import Protocol, cast

from windvane.domain.incident import Hypothesis
from windvane.domain.registry import load, names
from windvane.stack.repair.case import Case

PACKAGE = "windvane.loop.diagnosis.stories"


class Story(Protocol):
    """One module of `windvane.loop.diagnosis.stories`."""

    def tells(self, case: Case) -> tuple[Hypothesis, ...]:
        """The hypotheses of this kind that fit what broke; none when the kind does not fit at all."""
        ...


def one(cause: str, probability: float, evidence: tuple[str, ...]) -> Hypothesis:
    """A hypothesis, with at most a few pieces of evidence."""
    return Hypothesis(cause=cause, probability=probability, evidence=evidence[:4])


def stories(case: Case) -> tuple[Hypothesis, ...]:
    """What every kind of story says of a case: one hypothesis per cause, most probable first, ruled out last."""
    import_module(PACKAGE)
    told = [h for name in names(PACKAGE) for h in cast("Story", load(PACKAGE, name)).tells(case)]
    best: dict[tuple[str, bool], Hypothesis] = {}
    for hypothesis in told:
        key = (hypothesis.cause, bool(hypothesis.ruled_out_by))
        if key not in best or hypothesis.probability > best[key].probability:
            best[key] = hypothesis
    return tuple(sorted(best.values(), key=lambda h: (bool(h.ruled_out_by), -h.probability)))
