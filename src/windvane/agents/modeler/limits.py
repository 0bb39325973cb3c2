"""The constraints of a goal as SQL conditions, windows and ranks; what cannot be built is said, never dropped."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from windvane.agents.modeler.catalog import Catalog, Place
from windvane.stack.transform.header import literal

_COMPARED = re.compile(r"([\w.*]+(?:\.[^<>=]+?)?)\s*(=|<>|>=|<=|>|<)\s*('(?:[^']|'')*'|-?\d+(?:\.\d+)?)")
_CLOCK = r"(\d{1,2}):(\d{2})"
_DATE = r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?"


@dataclass(frozen=True)
class Limits:
    """What must hold: conditions with the column each is about, conditions on the time column (`{time}`), and more."""

    conditions: tuple[tuple[Place, str], ...] = ()  # the condition with `{column}` for the column
    spans: tuple[str, ...] = ()  # conditions with `{time}`, and `{newest}` for the newest time there is
    rolling: tuple[int, str] | None = None  # (30, "day")
    best: int = 0  # 5 for `top 5`, -5 for `bottom 5`
    unbuilt: tuple[str, ...] = field(default=())


def limits(constraints: tuple[str, ...], catalog: Catalog, *, cadence: str) -> Limits:
    """The constraints of a goal, taken apart."""
    conditions: list[tuple[Place, str]] = []
    spans: list[str] = []
    unbuilt: list[str] = []
    rolling: tuple[int, str] | None = None
    best = 0
    for text in (c.strip() for c in constraints):
        compared = _COMPARED.fullmatch(text)
        place = catalog.resolve(compared[1]) if compared else None
        if compared and place is not None and place.column != "*":
            conditions.append((place, f"{{column}} {compared[2]} {compared[3]}"))
        elif (span := _span(text)) is not None:
            spans.append(span)
        elif found := re.fullmatch(r"rolling (\d+) (day|week|month|year)s?", text):
            rolling = (int(found[1]), found[2])
        elif found := re.fullmatch(r"(top|bottom) (\d+)", text):
            best = int(found[2]) if found[1] == "top" else -int(found[2])
        elif text != "business days" or cadence != "business_day":
            unbuilt.append(text)
    return Limits(tuple(conditions), tuple(spans), rolling, best, tuple(unbuilt))


def _span(text: str) -> str | None:
    for form, make in _SPANS:
        found = re.fullmatch(form, text)
        if found:
            return make(found)
    return None


def _first(year: str, month: str | None = None, day: str | None = None) -> str:
    return "DATE " + literal("-".join([year, month or "01", day or "01"]))


def _after(year: str, month: str | None = None, day: str | None = None) -> str:
    """The first day after a year, month or day."""
    unit = "DAY" if day else "MONTH" if month else "YEAR"
    return f"CAST({_first(year, month, day)} + INTERVAL '1' {unit} AS DATE)"


def _minutes(hours: str, minutes: str) -> int:
    return int(hours) * 60 + int(minutes)


_OF_DAY = "EXTRACT(HOUR FROM {time}) * 60 + EXTRACT(MINUTE FROM {time})"
_Make = Callable[[re.Match[str]], str]
_SPANS: tuple[tuple[str, _Make], ...] = (
    (
        r"last (\d+ )?(day|week|month|quarter|year)s?",
        lambda m: (
            f"{{time}} > {{newest}} - INTERVAL '{int(m[1] or 1) * (3 if m[2] == 'quarter' else 1)}' "
            f"{('month' if m[2] == 'quarter' else m[2]).upper()}"
        ),
    ),
    (
        r"this (week|month|quarter|year)",
        lambda m: f"{{time}} >= DATE_TRUNC('{m[1].upper()}', {{newest}})",
    ),
    (rf"since {_DATE}", lambda m: f"{{time}} >= {_first(m[1], m[2], m[3])}"),
    (rf"before {_DATE}", lambda m: f"{{time}} < {_first(m[1], m[2], m[3])}"),
    (
        rf"in {_DATE}",
        lambda m: f"{{time}} >= {_first(m[1], m[2], m[3])} AND {{time}} < {_after(m[1], m[2], m[3])}",
    ),
    (
        rf"between {_DATE} and {_DATE}",
        lambda m: f"{{time}} >= {_first(m[1], m[2], m[3])} AND {{time}} < {_after(m[4], m[5], m[6])}",
    ),
    (rf"time = {_CLOCK}", lambda m: f"{_OF_DAY} = {_minutes(m[1], m[2])}"),
    (
        rf"time between {_CLOCK} and {_CLOCK}",
        lambda m: f"{_OF_DAY} BETWEEN {_minutes(m[1], m[2])} AND {_minutes(m[3], m[4])}",
    ),
)
