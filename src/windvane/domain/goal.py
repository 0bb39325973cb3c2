"""What a person wants, typed from one sentence."""

from __future__ import annotations

from typing import Literal

from windvane.domain.record import Record

ProductKind = Literal["table", "metric", "forecast", "nowcast", "classification", "segmentation", "anomaly"]
Grain = Literal["", "minute", "hour", "day", "week", "month", "quarter", "year"]


class Target(Record):
    """A condition on a quality measure of the product: `measure` `op` `value` (in `unit`)."""

    measure: str
    op: Literal["<=", ">=", "="]
    value: float
    unit: str = ""


class Goal(Record):
    """A typed goal. Names are those of the catalog (`source.column`) wherever `resolved` is true."""

    sentence: str
    kind: ProductKind = "table"
    measure: str = ""  # the quantity: `source.column` once resolved
    aggregate: str = ""  # sum, avg, count, min, max, stddev, last; empty: the value itself
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
