"""How a product is estimated and from what, how well it did, and what a change of it gained."""

from __future__ import annotations

from typing import Literal

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
    corrected for all that was tried in the round), `level` what it had to stay under, `least` the smallest gain that
    counts.
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
    effective_n: float = 0.0  # `n` less what the steps repeat of each other; 0 when not measured

    @property
    def passes(self) -> bool:
        """Whether it is no accident and large enough to be worth it."""
        return self.p <= self.level and self.gain >= self.least

    @property
    def harms(self) -> bool:
        """Whether it is worse, by no accident and by enough to matter."""
        return self.high < 0 and -self.gain >= self.least


class Driver(Record):
    """A feature of an input relation: a value of another relation, as it was known at each decision time.

    `change`: the relative change since the decision time before; `level`: the value itself.
    """

    name: str  # column of the input relation
    relation: str
    column: str
    time: str  # column with the time of the value
    delivery: str  # when a value is available: `same day 15:30`, `2 days later`, `as dated`
    form: Literal["change", "level"] = "change"
    series: str = ""  # label column of a relation in long form, and the label
    label: str = ""
    cadence: str = ""  # of the relation: a value of a period is available after its end


class Cleaning(Record):
    """When the target of a row is not sound and is left out, not estimated and not learnt from."""

    largest: float = 0.0  # a move larger than this is a jump, no move; 0: no limit
    longest: int = 0  # days that the step to the value before may span; 0: no limit
    fewest: float = 0.0  # days with fewer values than this share of the usual number are no days of trading; 0: all are
    repeated: float = 0.0  # unchanged values are repeats where more than this share of all is unchanged; 0: never


class Inputs(Record):
    """The input relation of an estimated product: one row per entity and decision time, as of that time."""

    relation: str  # the fact, a core relation
    entities: tuple[str, ...]
    time: str
    value: str
    quantity: Literal["value", "return", "volatility"]  # what is estimated
    aggregate: str = ""  # how values of one period are put together: sum, avg, last, ...
    grain: str = ""  # period of a target; empty: each row of the fact
    horizon: int = 0  # periods ahead; 0: of the running period, before its value is known
    decided: str = "00:00"  # time of day of a decision
    delivery: str = "same day 21:00"  # when values of the fact are available
    where: tuple[str, ...] = ()  # conditions on rows of the fact
    since: str = ""  # ISO date of the first day that is learnt from; empty: all there are
    cleaning: Cleaning = Cleaning()
    windows: tuple[int, ...] = ()  # rows of the fact itself that own features look back, at its own grain
    drivers: tuple[Driver, ...] = ()
    calendar: tuple[str, ...] = ()  # parts of the decision time: month, weekday
