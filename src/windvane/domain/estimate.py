"""How a product is estimated, how well it did, and what a change of it gained."""

from __future__ import annotations

from windvane.domain.record import Record


class Recipe(Record):
    """How estimates are made from the input relation of a product.

    `estimator` names a module of `stack.estimation.estimators`; `features` are columns of the input relation.
    """

    estimator: str
    features: tuple[str, ...] = ()
    window: int = 0  # decision times to learn from; 0: all that are known
    refit: int = 1  # learn anew every so many decision times
    coverage: float = 0.9  # nominal share of actual values inside the interval
    parameters: tuple[tuple[str, float], ...] = ()
    seed: int = 0


class Score(Record):
    """How well estimates did on one measure: the mean over `n` decision times, with its interval."""

    measure: str
    value: float
    n: int
    low: float | None = None
    high: float | None = None
    unit: str = ""


class Gain(Record):
    """What a change did to a measure on the same decision times; positive is better whatever the measure.

    `low`..`high` is the interval of the mean gain, `p` the probability of at least this gain by chance (one-sided,
    corrected for all that was tried in the round), `level` what it had to stay under, `least` the smallest gain that counts.
    """

    measure: str
    before: float
    after: float
    gain: float
    low: float
    high: float
    p: float
    level: float
    least: float
    n: int
    unit: str = ""

    @property
    def passes(self) -> bool:
        """Whether it is no accident and large enough to be worth it."""
        return self.p <= self.level and self.gain >= self.least
