"""What a goal demands of estimates, as measures with a direction and a unit; and how far scores are from it."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Literal

from windvane.domain.estimate import Inputs, Score
from windvane.domain.goal import Goal, Target
from windvane.domain.record import Record

_MEASURES: tuple[tuple[str, Literal["higher", "lower"], tuple[str, ...]], ...] = (
    ("rank_correlation", "higher", ("rank correlation", "correlation")),
    ("mae", "lower", ("mean absolute error", "error", "median absolute error")),
    ("rmse", "lower", ("root mean squared error",)),
    ("mape", "lower", ("mean absolute percentage error",)),
    ("average_precision", "higher", ("average precision",)),
    ("auc", "higher", ("auc",)),
    ("brier", "lower", ("brier score",)),
    ("log_loss", "lower", ("log loss",)),
)
_PLAIN = ("rank_correlation", "average_precision", "auc", "brier", "log_loss")
_OF_RETURNS = {"basis points": 1e4, "%": 100.0, "points": 100.0, "percentage points": 100.0, "": 1.0}
_OF_VOLATILITY = {"basis points": 100.0}  # it is in percent already


class Aim(Record):
    """One target: `measure` of `stack.estimation.measures`; scores times `factor` are in `unit`, as `value` is."""

    measure: str
    better: Literal["higher", "lower"]
    value: float | None = None  # None: no target, shown all the same
    factor: float = 1.0
    unit: str = ""
    said: str = ""  # the measure as people say it

    def met(self, score: float) -> bool:
        """Whether a score (not yet times the factor) reaches the target."""
        if self.value is None:
            return True
        own = score * self.factor
        return own >= self.value if self.better == "higher" else own <= self.value

    def short(self, score: float) -> float:
        """How far a score is from the target, as a share of it; 0 when it is met, 1 when there is no score."""
        if self.value is None or self.met(score):
            return 0.0
        if score != score:
            return 1.0
        return abs(self.value - score * self.factor) / max(abs(self.value), 1e-12)

    def tell(self, score: float) -> str:
        """A score in words: `error 34.1 basis points`."""
        if score != score:
            return f"no {self.said}"
        return f"{self.said} {score * self.factor:.3g}" + (f" {self.unit}" if self.unit else "")

    def goal(self) -> str:
        """The target in words."""
        return "" if self.value is None else f"{'at least' if self.better == 'higher' else 'at most'} {self.value:g}"


INTERVAL = Aim(measure="pinball", better="lower", said="loss of the intervals")  # asked of versions after a drift of it


def aims(goal: Goal, inputs: Inputs) -> tuple[Aim, ...]:
    """The aims of a goal, in its order; the mean absolute error when it states none that can be measured."""
    found = [aim for t in goal.targets if (aim := _aim(t, inputs)) is not None]
    if inputs.labels is not None:
        return _of_class(tuple(found))
    return tuple(found) or (Aim(measure="mae", better="lower", factor=_factor("", inputs), said="mean absolute error"),)


def _of_class(found: tuple[Aim, ...]) -> tuple[Aim, ...]:
    """Of a class both the order of cases and their probability count, also where the goal names one alone."""
    ranked = Aim(measure="average_precision", better="higher", said="average precision")
    known = {a.measure for a in found}
    found = found if known & {"average_precision", "auc"} else (*found, ranked)
    return found if "brier" in known else (*found, Aim(measure="brier", better="lower", said="brier score"))


def _aim(target: Target, inputs: Inputs) -> Aim | None:
    for measure, better, names in _MEASURES:
        if target.measure in names:
            unit = target.unit
            factor = 100.0 if measure == "mape" else 1.0 if measure in _PLAIN else _factor(unit, inputs)
            return Aim(
                measure=measure, better=better, value=target.value, factor=factor, unit=unit, said=target.measure
            )
    return None


def _factor(unit: str, inputs: Inputs) -> float:
    known = _OF_RETURNS if inputs.quantity == "return" else _OF_VOLATILITY if inputs.quantity == "volatility" else {}
    return known.get(unit, 1.0)


def value_of(scores: Iterable[Score], measure: str) -> float:
    """The score of one measure; NaN when there is none."""
    return next((s.value for s in scores if s.measure == measure), float("nan"))


def short_of(aims_: Iterable[Aim], scores: Iterable[Score]) -> float:
    """How far scores are from all aims together; 0 when all are met."""
    known = tuple(scores)
    return sum(a.short(value_of(known, a.measure)) for a in aims_)


def off(aims_: Iterable[Aim], scores: Iterable[Score]) -> float:
    """What tells two versions apart that both meet (or miss) all aims: the first aim's score, smaller is better."""
    first = next(iter(aims_))
    score = value_of(scores, first.measure)
    return math.inf if score != score else -score if first.better == "higher" else score


def told(aims_: Iterable[Aim], scores: Iterable[Score]) -> str:
    """Scores in words, those of the aims."""
    known = tuple(scores)
    return ", ".join(a.tell(value_of(known, a.measure)) for a in aims_)
