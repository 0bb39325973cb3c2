"""When a value becomes available: what a source states of its delivery, or an assumption that is said; as SQL."""

from __future__ import annotations

import re
from dataclasses import dataclass

from windvane.domain.estate import Contract, Source

_CLOCK = r"(?: (?:at )?(?P<hour>\d{1,2}):(?P<minute>\d{2}))?"
_FORMS: tuple[tuple[str, int], ...] = (
    (rf"same (?:day|evening|morning){_CLOCK}", 0),
    (rf"next (?:business |working |trading )?(?:day|morning){_CLOCK}", 1),
    (rf"(?P<days>\d+) days? later{_CLOCK}", 0),
    (r"as dated", 0),
)
_PERIODS = {"week": "'7' DAY", "month": "'1' MONTH", "quarter": "'3' MONTH", "year": "'1' YEAR"}
_END_OF_DAY = 24 * 60
_EXCHANGE = "same day 15:30"
_CAUTIOUS = "next day"
_QUOTED = frozenset(("close", "closing", "open", "high", "low", "last", "settle"))


@dataclass(frozen=True)
class Availability:
    """Days and minutes after the start of the day of a value at which it is available."""

    days: int
    minutes: int
    dated: bool = False  # exactly at its own time


def read_delivery(text: str) -> Availability | None:
    """What a text such as `same day 15:30` says, or `None` when it says nothing of the kind.

    Without a time of day a value is available when its day is over, at 09:00 of a later day; `same evening` is 21:00.
    """
    plain = " ".join(text.lower().split()).removeprefix("the ")
    for form, days in _FORMS:
        found = re.fullmatch(form, plain)
        if found is None:
            continue
        parts = found.groupdict()
        ahead = int(parts.get("days") or days)
        if parts.get("hour"):
            return Availability(ahead, int(parts["hour"]) * 60 + int(parts["minute"]))
        usual = 21 * 60 if "evening" in plain else 9 * 60 if ahead or "morning" in plain else _END_OF_DAY
        return Availability(0, 0, dated=True) if plain == "as dated" else Availability(ahead, usual)
    return None


def delivery_of(contract: Contract, source: Source | None) -> tuple[str, str]:
    """(delivery, assumption): what the source states, else what is assumed of such values, in words."""
    if source is not None and read_delivery(source.delivery) is not None:
        return source.delivery, ""
    if _is_timestamp(contract) and contract.cadence in ("minute", "hour"):
        return "as dated", f"{contract.relation}: a value is available at its own time"
    if contract.cadence in _PERIODS:
        said = f"{contract.relation}: a value of a {contract.cadence} is available when that {contract.cadence} is over"
        return "same day", said
    if _quoted(contract):
        return _EXCHANGE, f"{contract.relation}: quotes of an exchange, taken to be available the {_EXCHANGE}"
    return _CAUTIOUS, f"{contract.relation}: nothing is said of its delivery, taken to be available the {_CAUTIOUS}"


def available_at(time: str, delivery: str, *, cadence: str) -> str:
    """The moment at which a value dated `time` (an expression) is available; of a period, counted from its end."""
    how = read_delivery(delivery) or Availability(1, _END_OF_DAY)
    if how.dated:
        return f"CAST({time} AS TIMESTAMP)"
    if cadence in _PERIODS:
        start = f"CAST(DATE_TRUNC('{cadence.upper()}', {time}) AS TIMESTAMP) + INTERVAL {_PERIODS[cadence]}"
        minutes = how.days * _END_OF_DAY + (how.minutes if how.minutes < _END_OF_DAY else 0)
    else:
        start = f"CAST(CAST({time} AS DATE) AS TIMESTAMP)"
        minutes = how.days * _END_OF_DAY + how.minutes
    return f"{start} + INTERVAL '{minutes}' MINUTE" if minutes else start


def _is_timestamp(contract: Contract) -> bool:
    return any(c.name == contract.time_column and c.type == "timestamp" for c in contract.columns)


def _quoted(contract: Contract) -> bool:
    """Whether the values are quotes: index levels, or columns that are named as exchanges name prices."""
    names = {part for c in contract.columns for part in c.name.lower().split("_")}
    levels = any(c.meaning == "index_level" for c in contract.columns)
    return contract.cadence in ("day", "business_day") and (levels or bool(names & _QUOTED))
