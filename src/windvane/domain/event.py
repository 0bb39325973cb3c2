"""What a person or a program sees while work goes on: one stream, rendered three ways."""

from __future__ import annotations

from collections.abc import Callable

from windvane.domain.record import Record


class Event(Record):
    """`step` did `text` about `subject`; `at` is seconds since the command started."""

    at: float
    step: str
    text: str
    subject: str = ""
    decision: str = ""
    level: str = "info"  # info, good, warn, ask


WITH_LESS = "runs again with less"  # how the event begins that tells of a step run with smaller resources
Emit = Callable[[Event], None]
