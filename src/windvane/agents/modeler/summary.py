"""The summary mart of a goal: rows of the detail mart put together by entity and period."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from windvane.agents.modeler.catalog import table_of
from windvane.agents.modeler.clock import adjective, coarser
from windvane.agents.modeler.detail import Detail
from windvane.agents.modeler.limits import Limits
from windvane.agents.modeler.subject import Subject, Unservable
from windvane.domain import record
from windvane.domain.estate import Column, Contract, Model
from windvane.domain.goal import Goal
from windvane.domain.naming import identifier
from windvane.stack.transform.mart import MartTable, Output, mart
from windvane.stack.transform.periods import change, last_rows, period

_FUNCTIONS = {
    "sum": "SUM",
    "avg": "AVG",
    "min": "MIN",
    "max": "MAX",
    "stddev": "STDDEV_SAMP",
    "volatility": "STDDEV_SAMP",
}
_NOUNS = {"sum": "total", "avg": "average", "min": "lowest", "max": "highest"}
_SAME = {
    "total": "total sum",
    "average": "average avg mean",
    "lowest": "lowest min minimum",
    "highest": "highest max maximum",
}


@dataclass(frozen=True)
class Summary:
    """A summary mart: its value column and the expression over the detail mart that the value is."""

    model: Model
    contract: Contract
    value: str
    expression: str  # over the detail mart; empty when only the summary has the value


@dataclass(frozen=True)
class _Shape:
    """What a summary is grouped by, and what it computes."""

    groups: tuple[Output, ...]
    period: str
    value: Output
    over: str  # the column of the detail mart that is put together
    columns: tuple[Column, ...]  # of the groups
    kind: str  # type of the value


def summary(subject: Subject, goal: Goal, detail: Detail, limits: Limits, *, taken: Collection[str] = ()) -> Summary:
    """The summary mart, under a name not in `taken`.

    Raises `Unservable` when it needs a period and rows have no time.
    """
    shape = _shape(subject, goal, detail, limits)
    name = summary_name(subject, goal, shape.value.name, taken=taken)
    made = replace(_table(subject, detail, shape, limits, name=name), about=goal.sentence)
    key = tuple(g.name for g in shape.groups)
    value = Column(name=shape.value.name, type=shape.kind, unit=_unit(subject), description=shape.value.remark)
    counted = (Column(name="observations", type="bigint", nullable=False),) if _observed(subject, limits) else ()
    contract = Contract(
        relation=f"mart.{name}",
        description=f"One row per {' and '.join(key)}" if key else "One row",
        columns=(*shape.columns, value, *counted),
        key=key,
        time_column=shape.period,
        cadence=goal.grain or (subject.fact.cadence if shape.period else ""),
    )
    rewritten = subject.aggregate in ("last", "return") or limits.rolling
    return Summary(mart(made), contract, shape.value.name, "" if rewritten else shape.value.sql)


def summary_name(subject: Subject, goal: Goal, value: str, *, taken: Collection[str] = ()) -> str:
    """`monthly_volatility`; `total_amount_by_country` without a period, or where there is another `total_amount`."""
    word = adjective(goal.grain)
    if value in _SAME:
        value = f"{table_of(subject.fact.relation)}_{value}"  # `invoice_total`: what is it the total of
    short = value if value.startswith(word) else f"{word}_{value}"
    by = "_".join(e.column.removesuffix("_id") for e in subject.entities)
    long = f"{short}_by_{by}" if by else short
    return identifier(short if word and short not in taken else long, taken)


def _shape(subject: Subject, goal: Goal, detail: Detail, limits: Limits) -> _Shape:
    types = {c.name: c for c in detail.contract.columns}
    groups = [Output(detail.names[e], detail.names[e]) for e in subject.entities if e in detail.names]
    columns = [types[g.name] for g in groups]
    made = _period(subject, goal, detail, limits)
    if made is not None and made.name not in {g.name for g in groups}:
        groups.append(made)
        stamp = "timestamp" if goal.grain in ("hour", "minute") else "date"
        like = types[made.name] if made.name in types else Column(name=made.name, type=stamp, meaning="date")
        columns.append(record.replace(like, nullable=False))
    over = detail.returns or subject.measure_name
    value, kind = _value(subject, goal, over, types.get(over))
    return _Shape(tuple(groups), made.name if made else "", value, over, tuple(columns), kind)


def _period(subject: Subject, goal: Goal, detail: Detail, limits: Limits) -> Output | None:
    time = detail.contract.time_column
    if not goal.grain and not limits.rolling:
        return None
    if not time:
        raise Unservable(f"{subject.fact.relation} has no sure time column, so it has no {goal.grain or 'window'}s")
    stamped = any(c.name == time and c.type == "timestamp" for c in detail.contract.columns)
    same = not coarser(goal.grain, subject.fact.cadence) and not (stamped and goal.grain)
    if limits.rolling or (same and subject.fact.cadence):
        return Output(time, time)
    if goal.grain in ("hour", "minute"):  # two hours of one name, when clocks go back, stay two
        return Output(period(time, grain=goal.grain), goal.grain, "its start")
    clock = subject.clock(time)
    told = f"its first day{f' in {subject.zone}' if clock != time else ''}"
    return Output(period(clock, grain=goal.grain), goal.grain, told)


def _value(subject: Subject, goal: Goal, over: str, column: Column | None) -> tuple[Output, str]:
    """The value column and its type."""
    how, kind = subject.aggregate, column.type if column else "bigint"
    table = table_of(subject.fact.relation)
    if how == "count":
        rows = subject.measure is None or (subject.measure.name,) == subject.key
        noun = table if rows else over
        return Output("COUNT(*)" if rows else f"COUNT(DISTINCT {over})", f"{noun}_count"), "bigint"
    if how == "last":
        return Output(over, over, "at the end of the period"), kind
    if how == "return":
        return Output(over, f"{adjective(goal.grain) or 'period'}_return", "end of period to end of period"), "double"
    name = "volatility" if how == "volatility" else f"{over}_stddev" if how == "stddev" else _named(_NOUNS[how], over)
    remark = "standard deviation of the returns, not annualised" if how == "volatility" else ""
    spread = kind if how in ("min", "max") else "double" if how in ("avg", "stddev", "volatility") else _summed(kind)
    return Output(f"{_FUNCTIONS[how]}({over})", name, remark), spread


def _named(noun: str, over: str) -> str:
    """`total_amount`; a column that says so itself keeps its name: `line_total`, `max_speed`."""
    return over if {*_SAME[noun].split()} & {*over.split("_")} else f"{noun}_{over}"


def _summed(kind: str) -> str:
    """The type of a sum: decimals widen to 38 digits, whole numbers too."""
    if kind.startswith("decimal"):
        return f"decimal(38,{kind.rstrip(')').rpartition(',')[2]})"
    return "decimal(38,0)" if kind in ("bigint", "integer") else kind


def _table(subject: Subject, detail: Detail, shape: _Shape, limits: Limits, *, name: str) -> MartTable:
    relation, grain = detail.contract.relation, tuple(g.name for g in shape.groups)
    if limits.rolling:
        return _rolling(subject, shape, limits.rolling, relation=relation, name=name)
    if subject.aggregate in ("last", "return"):
        return _at_the_end(subject, detail, shape, name=name)
    counted = (Output(f"COUNT({shape.over})", "observations"),) if _observed(subject, limits) else ()
    made = MartTable(
        name=name,
        columns=(*shape.groups, shape.value, *counted),
        relation=relation,
        group_by=tuple(g.sql for g in shape.groups),
        grain=grain,
    )
    return _ranked(made, shape, limits.best) if limits.best else made


def _observed(subject: Subject, limits: Limits) -> bool:
    return subject.aggregate in ("avg", "stddev", "volatility") and not limits.rolling and not limits.best


def _at_the_end(subject: Subject, detail: Detail, shape: _Shape, *, name: str) -> MartTable:
    """The last value of each period; for returns, its change since the period before."""
    time = detail.contract.time_column
    entities = tuple(g.name for g in shape.groups if g.name != shape.period)
    groups = tuple(g.sql for g in shape.groups)
    last = last_rows(detail.contract.relation, columns=(*entities, time, shape.over), groups=groups, time=time)
    value = shape.value
    if subject.aggregate == "return":
        value = Output(change(shape.over, entities=entities, time=time), value.name, value.remark)
    grain = tuple(g.name for g in shape.groups)
    return MartTable(
        name=name,
        columns=(*shape.groups, value),
        relation="last_rows",
        ctes=(("last_rows", last),),
        grain=grain,
    )


def _rolling(subject: Subject, shape: _Shape, window: tuple[int, str], *, relation: str, name: str) -> MartTable:
    if "DISTINCT" in shape.value.sql or subject.aggregate not in (*_FUNCTIONS, "count"):
        raise Unservable(f"a rolling {subject.aggregate} is not built yet")
    number, unit = window
    entities = [g.name for g in shape.groups if g.name != shape.period]
    partition = f"PARTITION BY {', '.join(entities)} " if entities else ""
    reach = f"INTERVAL '{number - 1 if unit == 'day' else number}' {unit.upper()}"
    frame = f"{partition}ORDER BY {shape.period} RANGE BETWEEN {reach} PRECEDING AND CURRENT ROW"
    value = Output(f"{shape.value.sql} OVER ({frame})", shape.value.name, f"over {number} {unit}s up to this day")
    grain = tuple(g.name for g in shape.groups)
    return MartTable(name=name, columns=(*shape.groups, value), relation=relation, grain=grain)


def _ranked(made: MartTable, shape: _Shape, best: int) -> MartTable:
    """The first (or last) few of each period, or of all."""
    inner = ", ".join(o.name if o.sql == o.name else f"{o.sql} AS {o.name}" for o in made.columns)
    group = f" GROUP BY {', '.join(made.group_by)}" if made.group_by else ""
    names = ", ".join(o.name for o in made.columns)
    partition = f"PARTITION BY {shape.period} " if shape.period else ""
    order = f"{shape.value.name} {'DESC' if best > 0 else 'ASC'}, {names}"
    ranked = f"SELECT {names}, ROW_NUMBER() OVER ({partition}ORDER BY {order}) AS _rank FROM totals"
    return MartTable(
        name=made.name,
        columns=tuple(Output(o.name, o.name, o.remark) for o in made.columns),
        relation="ranked",
        ctes=(("totals", f"SELECT {inner} FROM {made.relation}{group}"), ("ranked", ranked)),
        where=(f"_rank <= {abs(best)}",),
        grain=made.grain,
    )


def _unit(subject: Subject) -> str:
    return subject.measure.unit if subject.measure and subject.aggregate in ("sum", "avg", "min", "max", "last") else ""
