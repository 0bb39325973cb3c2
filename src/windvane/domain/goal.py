"""What a person wants, typed from one sentence."""

from __future__ import annotations

import hashlib
import re
from typing import Literal

from windvane.domain.record import Record

ProductKind = Literal["table", "metric", "forecast", "nowcast", "classification", "segmentation", "anomaly"]
Grain = Literal["", "minute", "hour", "day", "week", "month", "quarter", "year"]
AGGREGATES = ("", "sum", "avg", "count", "min", "max", "stddev", "last", "return", "volatility")
_TARGET = re.compile(r"\s*(.+?)\s*(<=|>=|=)\s*(-?\d+(?:\.\d+)?(?:e-?\d+)?)\s*(.*?)\s*")


class Target(Record):
    """A condition on a quality measure of the product: `measure` `op` `value` (in `unit`)."""

    measure: str
    op: Literal["<=", ">=", "="]
    value: float
    unit: str = ""


class Goal(Record):
    """A typed goal. Names are those of the catalog: `source.column`, or `source.*`.

    `source.*` as the measure of a count means rows; as any other measure, every measure column of a wide table, one
    series each, and then it stands among the entities too. `source.*` as the only entity of a table means its rows.
    A count of a key counts rows, of any other column its distinct values. `return` is the change of a price over one
    grain, `volatility` the standard deviation of the returns of the data's own cadence within one grain.

    Constraints are texts of these forms, all of which must hold: `source.column = 'value'`, `source.column <> 'value'`,
    `source.column > 5` (also `>=`, `<`, `<=`), `time = 16:00`, `time >= 18:00`, `time < 06:00`,
    `time between 09:00 and 17:00`, `last 12 months`,
    `this year`, `since 2020-01-01`, `before 2024-01-01`, `in 2023`, `between 2020 and 2022`, `rolling 30 days`,
    `every 15 minutes`, `business days`, `top 5`, `bottom 5`; of a class `at most 100 per day`, `a miss costs 50`,
    `an alarm costs 2`, `known 7 days later`.

    The measure of a classification is the column that tells, or `source.*`, rows of which are the cases; that of a
    segmentation by what was done is `source.*` too.
    """

    sentence: str
    kind: ProductKind = "table"
    measure: str = ""  # the quantity: `source.column` once resolved
    aggregate: str = ""  # one of `AGGREGATES`; empty: the value itself
    entities: tuple[str, ...] = ()  # what one row or one series is about
    grain: Grain = ""
    horizon: int = 0  # in units of the grain; 0 when the product looks at the past only
    targets: tuple[Target, ...] = ()
    constraints: tuple[str, ...] = ()
    proposer: str = "parser"  # parser, or the language model that proposed it


class Option(Record):
    """One way to read an ambiguous goal."""

    label: str
    goal: Goal


class Question(Record):
    """What only a person can answer about a goal: the question and one to five options."""

    text: str
    why: str
    options: tuple[Option, ...]


def sentence_mark(sentence: str) -> str:
    """Eight hexadecimal digits that tell whether a typed goal was made from this sentence or from an older one."""
    return hashlib.sha256(sentence.encode()).hexdigest()[:8]


def read_target(text: str) -> Target | None:
    """The target that a text such as `mean absolute error <= 7.5 points` spells, or `None`."""
    match = _TARGET.fullmatch(text)
    if match is None:
        return None
    return Target(measure=match[1], op=match[2], value=float(match[3]), unit=match[4])  # type: ignore[arg-type]


def write_target(target: Target) -> str:
    """The text from which `read_target` makes `target`."""
    value = int(target.value) if target.value == int(target.value) else target.value
    return f"{target.measure} {target.op} {value} {target.unit}".strip()
