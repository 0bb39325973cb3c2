"""SQL over time that runs everywhere: periods, last known values, changes from one row to the next."""

from __future__ import annotations

from windvane.stack.transform.header import listed, literal

END_OF_TIME = "DATE '9999-12-31'"


def period(column: str, *, grain: str) -> str:
    """The first day of the period that `column` lies in; for hours and minutes its start."""
    start = f"DATE_TRUNC({literal(grain.upper())}, {column})"
    return start if grain in ("hour", "minute") else f"CAST({start} AS DATE)"


def local(moment: str, *, zone: str) -> str:
    """A moment in UTC as the clocks of `zone` (a name of the IANA database) show it.

    Two steps, because one alone means opposite things on Postgres and on Spark; both know the zone's summer times.
    """
    return f"{moment} AT TIME ZONE 'UTC' AT TIME ZONE {literal(zone)}" if zone != "UTC" else moment


def shifted(column: str, *, by: int, unit: str) -> str:
    """A date, `by` units later."""
    return f"CAST({column} + INTERVAL '{by}' {unit.upper()} AS DATE)" if by else column


def known_from_until(relation: str, *, time: str, known: str, values: tuple[str, ...], series: str = "") -> str:
    """Each row of `relation` with the span of days during which it was the last value known.

    `known` is the expression for the first day on which a row could be known: the guard against look-ahead.
    Rows without any value are passed over.
    """
    partition = f"PARTITION BY {series} " if series else ""
    until = f"COALESCE(LEAD({known}) OVER ({partition}ORDER BY {time}), {END_OF_TIME})"
    columns = [*([series] if series else []), time, *values, f"{known} AS known_from", f"{until} AS known_until"]
    some = " OR ".join(f"{v} IS NOT NULL" for v in values)
    return f"SELECT {listed(columns)} FROM {relation} WHERE {some}"


def days_of(relation: str, *, moment: str) -> str:
    """Each day of `relation` once: `moment` is the expression for the day of a row."""
    return f"SELECT DISTINCT {moment} AS known_on FROM {relation}"


def known_on(days: str, known: str, *, columns: tuple[str, ...]) -> str:
    """For each day of `days` (see `days_of`) the row of `known` (see `known_from_until`) that was the last one known.

    Engines compare every pair for a join by spans; over days that is little, over all rows of a fact it is not.
    """
    own = listed(["days.known_on", *(f"known.{c}" for c in columns)])
    span = "days.known_on >= known.known_from AND days.known_on < known.known_until"
    return f"SELECT {own} FROM {days} AS days JOIN {known} AS known ON {span}"


def change(column: str, *, entities: tuple[str, ...], time: str) -> str:
    """The relative change since the row before of the same entity: 0.01 is one percent."""
    partition = f"PARTITION BY {listed(entities)} " if entities else ""
    before = f"LAG({column}) OVER ({partition}ORDER BY {time})"
    return f"CAST({column} AS DOUBLE) / NULLIF({before}, 0) - 1"


def last_rows(relation: str, *, columns: tuple[str, ...], groups: tuple[str, ...], time: str) -> str:
    """The newest row of each group: the value at the end of a period."""
    number = f"ROW_NUMBER() OVER (PARTITION BY {listed(groups)} ORDER BY {time} DESC) AS _newest"
    names = listed(columns)
    return f"SELECT {names} FROM (SELECT {names}, {number} FROM {relation}) AS numbered WHERE _newest = 1"


def unpivoted(
    relation: str, *, keep: tuple[str, ...], series: tuple[tuple[str, str], ...], names: tuple[str, str]
) -> str:
    """A wide table in long form: `series` are (label, column), `names` those of the label and the value."""
    label, value = names
    cases = " ".join(f"WHEN {literal(text)} THEN {column}" for text, column in series)
    rows = ", ".join(f"({literal(text)})" for text, _ in series)
    return (
        f"SELECT {listed([*keep, f'series.{label}'])}, CASE series.{label} {cases} END AS {value} "
        f"FROM {relation} CROSS JOIN (VALUES {rows}) AS series({label})"
    )


def pivoted(relation: str, *, time: str, series: str, value: str, labels: tuple[tuple[str, str], ...]) -> str:
    """A long table with one row per time: `labels` are (text, name of its column); portable, for a few labels."""
    cells = [f"MAX(CASE WHEN {series} = {literal(text)} THEN {value} END) AS {name}" for text, name in labels]
    return f"SELECT {listed([time, *cells])} FROM {relation} GROUP BY {time}"
