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
    keys: tuple[tuple[str, str], ...] = ()  # entity column, column of the relation: the value is of that entity alone


class Cleaning(Record):
    """When the target of a row is not sound and is left out, not estimated and not learnt from."""

    largest: float = 0.0  # a move larger than this is a jump, no move; 0: no limit
    longest: int = 0  # days that the step to the value before may span; 0: no limit
    fewest: float = 0.0  # days with fewer values than this share of the usual number are no days of trading; 0: all are
    repeated: float = 0.0  # unchanged values are repeats where more than this share of all is unchanged; 0: never
    unsound: tuple[str, ...] = ()  # conditions on rows of the fact whose values are left out
    spike: float = 0.0  # a value so many times its entity's last two, up or down, is left out; 0: no limit


class Keyed(Record):
    """A feature of a row: what happened to one of its keys in the days up to it, as it was known then.

    `rows`: how many; `mean` of a `column`; `cases`: the share of them, of labels that were known.
    """

    name: str  # column of the input relation
    key: str  # column of the fact
    of: Literal["rows", "mean", "cases"]
    days: int
    column: str = ""  # a feature of the row


class Labels(Record):
    """How the class of a row becomes known: by a condition on the row itself, or by events within the horizon."""

    truth: str = ""  # condition on a row that makes it a case; empty when `events` tell
    events: str = ""  # relation whose rows are the cases
    event_time: str = ""
    event_keys: tuple[str, ...] = ()  # of `events`, in the order of the entities
    late: int = 1  # days after a decision (or the end of its horizon) at which the label is known
    columns: tuple[tuple[str, str], ...] = ()  # (feature, expression) of the row itself
    keyed: tuple[Keyed, ...] = ()


class Inputs(Record):
    """The input relation of an estimated product: one row per entity and decision time, as of that time."""

    relation: str  # the fact, a core relation
    entities: tuple[str, ...]
    time: str
    value: str
    quantity: Literal["value", "return", "volatility", "class", "segment"]  # what is estimated
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
    calendar: tuple[str, ...] = ()  # parts of the decision time: month, weekday; of the target's day: see `calendar.py`
    cadence: str = ""  # of the fact, where the day that a target will have is asked of it
    days_off: tuple[str, ...] = ()  # `2026-12-25`, or `12-25` of every year
    labels: Labels | None = None  # of a class

    @property
    def lanes(self) -> tuple[str, ...]:
        """Columns that tell apart the rows of one decision time: each row of its own has a number, `slot`."""
        return ("slot",) if self.labels is not None and self.labels.truth else self.entities
