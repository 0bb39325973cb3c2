"""Drivers of an input relation as SQL: the last value of another relation that was known at each decision time."""

from __future__ import annotations

from collections.abc import Iterable

from windvane.domain.estimate import Driver
from windvane.stack.transform.availability import available_at
from windvane.stack.transform.header import listed, literal
from windvane.stack.transform.periods import END_OF_TIME

Made = tuple[list[tuple[str, str]], list[str], str]


def moments(drivers: Iterable[Driver]) -> list[tuple[str, str]]:
    """CTEs of the decision times that drivers are asked at: `moments`, and one for each set of entity columns."""
    wanted = dict.fromkeys(tuple(e for e, _ in d.keys) for d in drivers)
    return [(_moments(keys), f"SELECT DISTINCT {listed([*keys, 'decided_at'])} FROM decided") for keys in wanted]


def driving(driver: Driver, alias: str) -> Made:
    """(CTEs, joins, the column) of one driver: spans of availability, then the value at each decision time."""
    ctes = [(f"{alias}_known", _known(driver)), (f"{alias}_then", _then(driver, alias))]
    now = _on(driver, alias, "decided_at")
    joins = [f"LEFT JOIN {alias}_then AS {alias} ON {now}"]
    if driver.form == "level":
        return ctes, joins, f"{alias}.value AS {driver.name}"
    joins.append(f"LEFT JOIN {alias}_then AS {alias}_before ON {_on(driver, f'{alias}_before', 'begun_at')}")
    return ctes, joins, f"{alias}.value / NULLIF({alias}_before.value, 0) - 1 AS {driver.name}"


def _known(driver: Driver) -> str:
    """Each value with the span of time during which it was the last one known."""
    where = [f"{driver.column} IS NOT NULL"]
    where += [f"{driver.series} = {literal(driver.label)}"] if driver.series else []
    at = available_at(driver.time, driver.delivery, cadence=driver.cadence)
    own = "".join(f"{column} AS {entity}, " for entity, column in driver.keys)
    keys = "".join(f"{entity}, " for entity, _ in driver.keys)
    each = f"PARTITION BY {listed(e for e, _ in driver.keys)} " if driver.keys else ""
    return (
        f"SELECT {keys}value, available_at, COALESCE(LEAD(available_at) OVER ({each}ORDER BY available_at, dated), "
        f"CAST({END_OF_TIME} AS TIMESTAMP)) AS until FROM (SELECT {own}CAST({driver.column} AS DOUBLE) AS value, "
        f"{at} AS available_at, {driver.time} AS dated FROM {driver.relation} WHERE {' AND '.join(where)}) AS dated"
    )


def _then(driver: Driver, alias: str) -> str:
    entities = [e for e, _ in driver.keys]
    name = _moments(entities)
    on = [f"{name}.{e} = known.{e}" for e in entities]
    on += [f"{name}.decided_at >= known.available_at", f"{name}.decided_at < known.until"]
    shown = listed(f"{name}.{c}" for c in (*entities, "decided_at"))
    return f"SELECT {shown}, known.value FROM {name} JOIN {alias}_known AS known ON {' AND '.join(on)}"


def _on(driver: Driver, alias: str, moment: str) -> str:
    same = [f"{alias}.{e} = decided.{e}" for e, _ in driver.keys]
    return " AND ".join([*same, f"{alias}.decided_at = decided.{moment}"])


def _moments(entities: Iterable[str]) -> str:
    return "_".join(("moments", *entities))
