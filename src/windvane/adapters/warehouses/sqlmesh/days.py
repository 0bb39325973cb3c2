"""Which event days a change of batches touches, found from the staging SQL itself, so that nothing is left stale."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import duckdb

from windvane.adapters.warehouses.sqlmesh.builder import LAST, START, Builder
from windvane.adapters.warehouses.sqlmesh.intake import Intake
from windvane.adapters.warehouses.sqlmesh.storefile import identifier, rows
from windvane.domain.change import Rerun

_ALWAYS = ("0002-01-01", "9998-12-31")  # wider than START..LAST, so that rows outside are noticed


@dataclass(frozen=True)
class Days:
    """Event days `first`..`last`, ISO dates, both included."""

    first: str
    last: str

    def widened(self, other: Days) -> Days:
        """The smallest range that holds both."""
        return Days(min(self.first, other.first), max(self.last, other.last))

    def within(self) -> bool:
        """Whether models cover all of these days."""
        return self.first >= START and self.last <= LAST


EVERYTHING = Days(START, LAST)


def touched(builder: Builder, intake: Intake, *, source: str, files: Iterable[str]) -> Days | None:
    """Event days of the rows in `files` of a source, over the time columns of all models that follow from it.

    `None` when no model that is computed by time follows, or there are no rows. A time column that no staging model
    has means every day. The view of the source shows only `files` for a moment, inside the writer's transaction.
    """
    staging = builder.children(f"src.{source}")
    wanted = {c for name in staging for c in _time_columns(builder, {name} | builder.descendants(name))}
    if not wanted:
        return None
    found: list[Days] = []
    intake.show_files(source, files)
    for name in sorted(staging):
        found += _of_staging(builder, name)
    intake.show(source)
    days = found[0] if found else None
    for other in found[1:]:
        days = days.widened(other) if days else other
    return days


def arrived(cursor: duckdb.DuckDBPyConnection, *, source: str, days: Days) -> None:
    """Write the event days of the arriving batches of a source down."""
    cursor.execute(
        "UPDATE windvane.admitted SET first_day = ?, last_day = ? "
        "WHERE source = ? AND batch IN (SELECT batch FROM windvane.arriving)",
        [days.first, days.last, source],
    )


def reruns(changes: Iterable[object]) -> tuple[set[str], Days | None]:
    """The relations that a plan wants computed again, and the days."""
    asked = [c for c in changes if isinstance(c, Rerun)]
    days: Days | None = None
    for change in asked:
        one = Days(change.first or START, change.last or LAST)
        days = days.widened(one) if days else one
    return {c.relation for c in asked}, days


def _time_columns(builder: Builder, names: set[str]) -> set[str]:
    found = set()
    for name in names:
        model = builder.model(name)
        if model is not None and model.kind.is_incremental_by_time_range:
            found.add(str(model.time_column.column.name).lower())
    return found


def _of_staging(builder: Builder, name: str) -> list[Days]:
    model = builder.model(name)
    if model is None:
        return []
    wanted = _time_columns(builder, {name} | builder.descendants(name))
    have = {column.lower() for column in model.columns_to_types or {}}
    if not wanted:
        return []
    if wanted - have:
        return [EVERYTHING]
    query = model.render_query_or_raise(start=_ALWAYS[0], end=_ALWAYS[1], execution_time=LAST).sql(dialect="duckdb")
    ends = [f"min({identifier(c)})::DATE::VARCHAR, max({identifier(c)})::DATE::VARCHAR" for c in sorted(wanted)]
    row = rows(builder.cursor, f"SELECT {', '.join(ends)} FROM ({query}) AS arriving")[0]
    texts = sorted(str(value) for value in row if value is not None)
    return [Days(texts[0], texts[-1])] if texts else []
