"""Whether the data can serve a goal, and what to say when they cannot: what is missing, and what there is."""

from __future__ import annotations

import math

from windvane.agents.analyst.catalog import Catalog, CatalogTable
from windvane.agents.analyst.filters import Filter
from windvane.agents.analyst.matching import best_of, entities
from windvane.domain.errors import NeedsPerson
from windvane.domain.goal import AGGREGATES, Goal, Grain

_FINE: tuple[str, ...] = ("minute", "hour", "day", "week", "month", "quarter", "year")
_DAYS = {"day": 1.0, "week": 7.0, "month": 365.25 / 12, "quarter": 365.25 / 4, "year": 365.25}
_MONTHS = {"month": 1, "quarter": 3, "year": 12}
_MOST = 12  # things that a message lists


def steps(number: int, unit: str, grain: str, *, per_day: int) -> int:
    """`number` units as steps of `grain`, rounded up; `per_day` is how many days of a week have data (5 or 7)."""
    if not unit or not grain or unit == grain:
        return number
    if unit in _MONTHS and grain in _MONTHS:
        return math.ceil(number * _MONTHS[unit] / _MONTHS[grain])
    return math.ceil(round(number * _minutes(unit, per_day) / _minutes(grain, per_day), 2))


def _minutes(unit: str, per_day: int) -> float:
    match unit:
        case "minute":
            return 1.0
        case "hour":
            return 60.0
        case "day":
            return 1440.0
        case "week":
            return 1440.0 * per_day
        case _:
            whole = {"month": 30.0, "quarter": 91.0, "year": 365.0}[unit]
            working = {"month": 21.0, "quarter": 63.0, "year": 252.0}[unit]
            return 1440.0 * (whole if per_day == 7 else working)


def no_measure(words: tuple[str, ...], aggregate: str, catalog: Catalog) -> NeedsPerson:
    """Nothing in the data is what should be measured."""
    wanted = " ".join(words)
    if aggregate in ("return", "volatility"):
        what, why = f"there is no price to take a {aggregate} of", "no column is a price or an index level"
    elif wanted:
        what, why = f"nothing in the data is `{wanted}`", "no number and no table has such a name or meaning"
    else:
        what, why = "the goal names nothing that is in the data", "no word of it is the name of a table or a column"
    numbers = [c.label for t in catalog.originals() for c in t.measures()]
    return _unserved(what, f"{why}; numbers there are: {_listed(numbers)}; tables: {_listed(_names(catalog))}")


def no_entity(words: tuple[str, ...], measured: tuple[str, ...], catalog: Catalog) -> NeedsPerson:
    """Nothing that can be reached from the measure is what the product should be about."""
    wanted = " ".join(words)
    others = [c.label for t in catalog.originals() if _leads_to(words, t, catalog) for c in t.measures()]
    if measured and others:
        return _unserved(
            f"{_listed(list(measured))} cannot be told apart by `{wanted}`",
            f"no reference leads there from {_listed(sorted({m.partition('.')[0] for m in measured}))}; "
            f"numbers that can be: {_listed(others)}",
        )
    names = [f"{t.name}.{k}" for t in catalog.originals() for k in (*t.key, *(link.column for link in t.links))]
    texts = [c.label for t in catalog.originals() for c in t.columns if c.values]
    known = list(dict.fromkeys((*names, *texts)))
    return _unserved(
        f"the data cannot be told apart by `{wanted}`",
        f"no column that goes with the measure has such a name or meaning; there are: {_listed(known)}",
    )


def _leads_to(words: tuple[str, ...], table: CatalogTable, catalog: Catalog) -> bool:
    return bool(best_of(entities(words, catalog, near=table.name)))


def no_label(catalog: Catalog) -> NeedsPerson:
    """There is nothing from which a classification could learn."""
    labels = [c.label for t in catalog.originals() for c in t.columns if c.boolean or c.values]
    return _unserved(
        "there is no column that says which rows belong to what",
        f"a classification learns from known cases; columns with few values are: {_listed(labels)}",
    )


def no_time(goal: Goal, table: str, catalog: Catalog) -> NeedsPerson:
    """The goal needs time and the table has none."""
    timed = [f"{t.name}.{t.time_column}" for t in catalog.originals() if t.time_column]
    needs = f"a {goal.kind}" if goal.kind in ("forecast", "nowcast") else "a step or a window of time"
    return _unserved(f"`{table}` has no time column", f"{needs} needs one; time columns there are: {_listed(timed)}")


def too_fine(grain: Grain, table: CatalogTable) -> NeedsPerson | None:
    """The goal asks for smaller steps than the data have."""
    cadence = "day" if table.cadence == "business_day" else table.cadence
    if cadence not in _FINE or _FINE.index(grain) >= _FINE.index(cadence):
        return None
    return _unserved(
        f"`{table.name}` has no value for every {grain}", f"its values come every {cadence}; ask for one per {cadence}"
    )


def counts_itself(table: CatalogTable) -> NeedsPerson:
    """The goal counts the rows of a table for each value of its own key: the answer is 1 everywhere."""
    numbers = [c.label for c in table.columns if c.numeric]
    return _unserved(
        f"`{table.name}` has one row for each `{table.key[0]}`, so there is nothing to count",
        f"numbers that can be measured: {_listed(numbers)}; values that lie in one column for each month or thing "
        "must come in rows first",
    )


def no_filter(wanted: Filter, catalog: Catalog) -> NeedsPerson:
    """No column that goes with the measure holds the value."""
    texts = [c.label for t in catalog.originals() for c in t.columns if c.values]
    return _unserved(
        f"no column that goes with the measure holds `{wanted.words}`",
        f"columns whose values are known: {_listed(texts)}",
    )


def unsupported() -> NeedsPerson:
    """An aggregate that is not offered."""
    return _unserved("medians and percentiles are not offered", f"there are: {_listed([a for a in AGGREGATES if a])}")


def _unserved(what: str, why: str) -> NeedsPerson:
    return NeedsPerson(
        f"{what}, so the goal cannot be served",
        code="goal.unserved",
        why=why,
        fix="say the goal in the words of the data, or add a source that has what is missing",
    )


def _names(catalog: Catalog) -> list[str]:
    return [t.name for t in catalog.originals()]


def _listed(names: list[str]) -> str:
    if not names:
        return "none"
    more = f" and {len(names) - _MOST} more" if len(names) > _MOST else ""
    return ", ".join(f"`{n}`" for n in names[:_MOST]) + more
