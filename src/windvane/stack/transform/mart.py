"""Mart models: what products read; one SELECT with its joins, each with the reason beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from windvane.domain.estate import Model
from windvane.stack.transform.header import Header, comment, listed, model

JoinKind = Literal["LEFT", "INNER"]


@dataclass(frozen=True)
class Output:
    """One column: an expression, its name, and what to know about it."""

    sql: str
    name: str
    remark: str = ""


@dataclass(frozen=True)
class Join:
    """Another relation (or CTE) beside the first; all of `on` must hold."""

    kind: JoinKind
    relation: str
    alias: str
    on: tuple[str, ...]
    remark: str = ""


@dataclass(frozen=True)
class MartTable:
    """What a mart model gives. `ctes` are (name, query); `group_by` holds expressions, not positions."""

    name: str  # without its layer
    columns: tuple[Output, ...]
    relation: str
    alias: str = ""
    joins: tuple[Join, ...] = ()
    ctes: tuple[tuple[str, str], ...] = ()
    where: tuple[str, ...] = ()
    group_by: tuple[str, ...] = ()
    grain: tuple[str, ...] = ()
    about: str = ""
    remarks: tuple[str, ...] = ()


def mart(table: MartTable) -> Model:
    """`mart.<name>`, rebuilt as a whole: windows and last known values look across days."""
    lines = ["WITH " + ", ".join(f"{name} AS (\n{query}\n)" for name, query in table.ctes)] if table.ctes else []
    lines.append("SELECT")
    last = len(table.columns) - 1
    for i, output in enumerate(table.columns):
        own = output.sql == output.name or output.sql.rpartition(".")[2] == output.name
        cell = output.sql if own else f"{output.sql} AS {output.name}"
        lines.append(f"{cell}{',' if i < last else ''} {comment(output.remark)}".rstrip())
    lines.append(f"FROM {table.relation}" + (f" AS {table.alias}" if table.alias else ""))
    for join in table.joins:
        alias = f" AS {join.alias}" if join.alias != join.relation else ""
        lines.append(f"{join.kind} JOIN {join.relation}{alias} {comment(join.remark)}".rstrip())
        lines.append(f"ON {' AND '.join(join.on)}")
    if table.where:
        lines.append(f"WHERE {' AND '.join(table.where)}")
    if table.group_by:
        lines.append(f"GROUP BY {listed(table.group_by)}")
    header = Header(name=f"mart.{table.name}", kind="FULL", grain=table.grain, description=table.about)
    return model(header, query="\n".join(lines), remarks=table.remarks)
