"""The SQL of steps: from rows to series, from series to jumps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from windvane.stack.quality.table import Table, is_moment, literal, quoted

Scale = Literal["ratio", "difference"]
Form = Literal["panel", "wide", "batches"]
POOLED = "all columns"


@dataclass(frozen=True)
class Plane:
    """How a table is read as series: `form` says what one series is, `columns` which values, on which scale."""

    table: Table
    form: Form
    columns: tuple[tuple[str, Scale], ...]

    @property
    def is_dated(self) -> bool:
        """Whether gaps between points can be told in days."""
        time = self.table.contract.time_column
        return self.form != "batches" and any(c.name == time and is_moment(c.type) for c in self.table.contract.columns)

    @property
    def unit(self) -> str:
        """What one series is, in words."""
        if self.form == "batches":
            return "median of a delivery"
        return "column" if self.form == "wide" else ", ".join(self.table.entities) or "series"


def points(plane: Plane, relation: str, *, arrives: str, where: str = "") -> str:
    """SELECT of (measure, part, entity, moment, value, arrives), a row per point of a series; `part` is the segment.

    There is one point per series and moment, so that no step depends on the order of rows that have none.
    """
    return "\n  UNION ALL\n".join(
        _points(plane, column, scale, f"FROM {relation}", arrives, where) for column, scale in plane.columns
    )


def _points(plane: Plane, column: str, scale: Scale, source: str, arrives: str, where: str) -> str:
    name = f"CAST({quoted(column)} AS DOUBLE PRECISION)"
    value = f"LN({name})" if scale == "ratio" else name
    kept = f"{quoted(column)} > 0" if scale == "ratio" else f"{quoted(column)} IS NOT NULL"
    kept += f" AND {where}" if where else ""
    part = f"COALESCE({quoted(plane.table.segment)}, '')" if plane.table.segment else "CAST('' AS VARCHAR)"
    if plane.form == "batches":
        middle = f"PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY {value})"
        return (
            f"  SELECT {literal(column)} AS measure, {part} AS part, '' AS entity, _seq AS moment,\n"
            f"    {middle} AS value, MAX({arrives}) AS arrives\n  {source} WHERE {kept} GROUP BY _seq, {part}"
        )
    measure = POOLED if plane.form == "wide" else column
    entity = literal(column) if plane.form == "wide" else _entity(plane.table.entities)
    time = quoted(plane.table.contract.time_column)
    middle, alone = f"PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY {value})", ""
    if not plane.table.entities:  # rows of one moment are then different things: which one goes on is not known
        alone = f" HAVING MIN({quoted(column)}) = MAX({quoted(column)})"
    things = "".join(f"{quoted(c)}, " for c in plane.table.entities) if plane.form == "panel" else ""
    segment = f", {part}" if plane.table.segment else ""
    return (
        f"  SELECT {literal(measure)} AS measure, {part} AS part, {entity} AS entity, {time} AS moment,\n"
        f"    {middle} AS value, MAX({arrives}) AS arrives\n"
        f"  {source} WHERE {kept} GROUP BY {things}{time}{segment}{alone}"
    )


def _entity(columns: tuple[str, ...]) -> str:
    parts = [f"COALESCE(CAST({quoted(c)} AS VARCHAR), '')" for c in columns]
    return " || '|' || ".join(parts) if parts else "''"


def jumps(plane: Plane, typical_gap: float) -> str:
    """SELECT of (measure, part, entity, moment, jump, arrives, before) from `points`; a long gap counts as many."""
    gap = "1.0"
    if plane.is_dated:
        gap = f"SQRT(GREATEST(1.0, (CAST(moment AS DATE) - CAST(LAG(moment) OVER w AS DATE)) / {typical_gap:.1f}))"
    return (
        f"  SELECT measure, part, entity, moment, (value - LAG(value) OVER w) / {gap} AS jump, arrives,\n"
        "    LAG(arrives) OVER w AS before\n"
        "  FROM points WINDOW w AS (PARTITION BY measure, part, entity ORDER BY moment)"
    )
