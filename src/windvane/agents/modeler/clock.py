"""Time grains and cadences: which is coarser, what they are called, when a value is known."""

from __future__ import annotations

import re

from windvane.domain.estate import Contract, Source

_ORDER = ("minute", "hour", "day", "business_day", "week", "month", "quarter", "year")
_ADJECTIVE = {
    "minute": "minutely",
    "hour": "hourly",
    "day": "daily",
    "business_day": "daily",
    "week": "weekly",
    "month": "monthly",
    "quarter": "quarterly",
    "year": "yearly",
}
_LAG = re.compile(r"\+?\s*(\d+)\s*(d|day|days|h|hours?)\b")
PERIODS = {"week": ("week", 1), "month": ("month", 1), "quarter": ("month", 3), "year": ("year", 1)}


def adjective(grain: str) -> str:
    """`daily` for `day`; empty for none."""
    return _ADJECTIVE.get(grain, "")


def coarser(grain: str, cadence: str) -> bool:
    """Whether a grain holds several steps of a cadence; never for a cadence that is not known."""
    if grain not in _ORDER or cadence not in _ORDER:
        return bool(grain) and cadence == "irregular"
    same_day = {grain, cadence} <= {"day", "business_day"}
    return not same_day and _ORDER.index(grain) > _ORDER.index(cadence)


def lag(contract: Contract, source: Source | None, *, cadence: str) -> tuple[int, str, str]:
    """(number, unit, reason): how long after its own date a value is known.

    The delivery that the source states counts; otherwise a value of a period longer than the fact's steps is taken
    as known one period later, because its date may be the first of the period.
    """
    stated = _LAG.search(source.delivery) if source is not None else None
    if source is not None and stated:
        days = int(stated[1]) if stated[2].startswith("d") else 1
        return days, "day", f"known {days} days after its date: delivery `{source.delivery}`"
    if coarser(contract.cadence, cadence or "day") and contract.cadence in PERIODS:
        unit, number = PERIODS[contract.cadence]
        return number, unit, f"a value of a {contract.cadence} counts as known when that {contract.cadence} is over"
    return 0, "day", "known on its date"
