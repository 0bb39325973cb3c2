"""The numbers of a profile: SQL over a histogram where texts repeat, over the stream of all rows where they do not."""

from __future__ import annotations

from dataclasses import dataclass

from windvane.domain.batch import ColumnProfile
from windvane.domain.ports import Engine, Row, Value
from windvane.domain.record import replace
from windvane.stack.quality.canonical import canonical_sql, render_sql, spells_sql, without_nulls_sql
from windvane.stack.quality.grammar import Decision
from windvane.stack.quality.numbers import number_type
from windvane.stack.quality.quoting import quoted
from windvane.stack.quality.sampling import identifier
from windvane.stack.quality.spelling import read

_QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
_SHOWN = 100  # characters of a minimum, maximum or top value
_MISFITS = 200
_HEAVY = 0.01  # share of the sample from which a value of a streamed column is counted


@dataclass(frozen=True)
class Asked:
    """A column to measure: its histogram table (v, n), or empty to stream the source, and how it is spelled."""

    name: str
    histogram: str
    decision: Decision


def measure_each(engine: Engine, source: str, asked: tuple[Asked, ...], *, sample: str) -> dict[str, ColumnProfile]:
    """The profile of each column; all streamed columns share one pass over `source`."""
    streamed = tuple(a for a in asked if not a.histogram)
    found = {a.name: _from_histogram(engine, a) for a in asked if a.histogram}
    return found | (_from_stream(engine, source, streamed, sample=sample) if streamed else {})


def misfits_of(engine: Engine, source: str, asked: Asked) -> dict[str, int]:
    """The most frequent texts that are not in the grammar, with their counts."""
    column = "v" if asked.histogram else identifier(asked.name)
    weight = "sum(n)" if asked.histogram else "count(*)"
    _, fits = _expressions(asked, "t")
    inner = f"SELECT *, {_value_text(asked, column)} AS t FROM {asked.histogram or source}"
    found = engine.rows(
        f"SELECT {column}, {weight} FROM ({inner}) WHERE t IS NOT NULL AND NOT coalesce({fits}, FALSE) "
        f"GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {_MISFITS}"
    )
    return {str(v): int(str(n)) for v, n in found}


def _expressions(asked: Asked, text: str) -> tuple[str, str]:
    """(canonical text, predicate that it is exactly in the grammar and in the calendar) over text without nulls."""
    decision = asked.decision
    spelling = replace(read(decision.grammar), blanks="")
    canonical = render_sql(spelling, text)
    fits = spells_sql(str(spelling), text)
    if decision.type in ("date", "timestamp"):
        fits = f"({fits} AND TRY_CAST({canonical} AS {decision.type}) IS NOT NULL)"
    return canonical, fits


def _value_text(asked: Asked, column: str) -> str:
    decision = asked.decision
    return without_nulls_sql(column, decision.null_tokens, blanks=read(decision.grammar).blanks)


def _kind(decision: Decision) -> str:
    """`number`, `moment` or `text`: what may be computed of the values."""
    if decision.type in ("bigint", "double") or decision.type.startswith("decimal"):
        return "number"
    return "moment" if decision.type in ("date", "timestamp") else "text"


def _inner(asked: Asked, place: int) -> str:
    """x<i>, the text in its canonical form, and v<i>, its value, over t<i>, the text or NULL; misfits have no value."""
    canonical, fits = _expressions(asked, f"t{place}")
    kind = _kind(asked.decision)
    number = "BIGINT" if asked.decision.type == "bigint" else "DOUBLE"
    value = f"TRY_CAST({canonical} AS {number if kind == 'number' else asked.decision.type})"
    if kind == "text":
        value = canonical
    exact = _round_trip(asked.decision, f"t{place}")
    quick = f"WHEN {exact} THEN {value} " if exact else ""
    return f"{canonical} AS x{place}, CASE {quick}WHEN {fits} THEN {value} END AS v{place}"


def _round_trip(decision: Decision, text: str) -> str:
    """A predicate cheaper than the pattern that most texts of plain grammars pass; empty for the others."""
    grammar = decision.grammar.removesuffix(";trim").removesuffix(":trim")
    if grammar == "integer":
        return f"CAST(TRY_CAST({text} AS BIGINT) AS VARCHAR) = {text} AND strlen({text}) <= 18"
    if grammar in ("decimal:point=.", "date:%Y-%m-%d", "timestamp:%Y-%m-%d %H:%M:%S") and decision.type != "double":
        return f"CAST(TRY_CAST({text} AS {decision.type}) AS VARCHAR) = {text}"
    return ""


def _sums(asked: Asked, place: int, weight: str) -> list[str]:
    """Aggregates every column has: texts, values, minimum, maximum, longest; decimals also digits and exponents."""
    x, v = f"x{place}", f"v{place}"
    counts = [f"count({x})", f"count({v})"]
    if weight != "1":
        counts = [f"sum({weight}) FILTER (WHERE {c} IS NOT NULL)" for c in (x, v)]
    found = [*counts, f"CAST(min({v}) AS VARCHAR)", f"CAST(max({v}) AS VARCHAR)", f"max(strlen({x}))"]
    if read(asked.decision.grammar).kind == "decimal":
        point = f"strpos({x}, '.')"
        found += [
            f"max(CASE WHEN {point} > 0 AND {v} IS NOT NULL THEN strlen({x}) - {point} ELSE 0 END)",
            f"strlen(CAST(CAST(trunc(max(abs({v}))) AS HUGEINT) AS VARCHAR))",
            f"bool_or(contains(lower({x}), 'e') AND {v} IS NOT NULL)" if asked.decision.type == "double" else "FALSE",
        ]
    return found


def _from_histogram(engine: Engine, asked: Asked) -> ColumnProfile:
    inner = f"SELECT n, {_inner(asked, 0)} FROM (SELECT n, {_value_text(asked, 'v')} AS t0 FROM {asked.histogram})"
    aggregates = [*_sums(asked, 0, "n"), "count(DISTINCT x0)"]
    (row,) = engine.rows(f"SELECT sum(n), {', '.join(aggregates)} FROM ({inner})")
    top = engine.rows(
        f"SELECT left(x0, {_SHOWN}), sum(n) FROM ({inner}) WHERE x0 IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 10"
    )
    moments = _weighted(engine, inner) if _kind(asked.decision) == "number" else None
    return _made(asked, row, moments, tuple((str(v), int(str(n))) for v, n in top))


def _weighted(engine: Engine, inner: str) -> tuple[Value, ...]:
    """(mean, sample deviation, quantiles ...) of a histogram."""
    marks = ", ".join(f"min(v) FILTER (WHERE seen >= {q} * total)" for q in _QUANTILES)
    (row,) = engine.rows(
        f"WITH h AS (SELECT CAST(v0 AS DOUBLE) AS v, sum(n) AS n FROM ({inner}) WHERE v0 IS NOT NULL GROUP BY 1), "
        "m AS (SELECT sum(v * n) / sum(n) AS mean, sum(n) AS total FROM h), "
        "o AS (SELECT v, n, mean, total, sum(n) OVER (ORDER BY v) AS seen FROM h CROSS JOIN m) "
        f"SELECT max(mean), CASE WHEN max(total) > 1 THEN "
        f"sqrt(sum(n * (v - mean) * (v - mean)) / (max(total) - 1)) END, {marks} FROM o"
    )
    return row


def _from_stream(engine: Engine, source: str, asked: tuple[Asked, ...], *, sample: str) -> dict[str, ColumnProfile]:
    heavy = [_heavy(engine, a, sample) for a in asked]
    texts: list[str] = []
    inner: list[str] = []
    outer: list[str] = []
    slices: list[tuple[int, int]] = []
    for place, column in enumerate(asked):
        texts.append(f"{_value_text(column, identifier(column.name))} AS t{place}")
        inner.append(_inner(column, place))
        made = [*_sums(column, place, "1"), f"approx_count_distinct(x{place})"]
        if _kind(column.decision) == "number":
            made += [f"avg(v{place})", f"stddev_samp(v{place})"]
        made += [f"count(*) FILTER (WHERE x{place} = {quoted(text)})" for text in heavy[place]]
        slices.append((len(outer), len(outer) + len(made)))
        outer += made
    (row,) = engine.rows(
        f"SELECT count(*), {', '.join(outer)} FROM (SELECT {', '.join(inner)} FROM (SELECT {', '.join(texts)} "
        f"FROM {source}))"
    )
    return {
        column.name: _streamed(engine, column, ((row[0], *row[a + 1 : b + 1]), sample), heavy[place])
        for place, (column, (a, b)) in enumerate(zip(asked, slices, strict=True))
    }


def _heavy(engine: Engine, asked: Asked, sample: str) -> list[str]:
    """Values of the sample frequent enough to be counted in the pass, at most three."""
    canonical = canonical_sql(asked.decision.grammar, identifier(asked.name), asked.decision.null_tokens)
    found = engine.rows(
        f"SELECT {canonical} AS x FROM {sample} GROUP BY 1 "
        f"HAVING x IS NOT NULL AND count(*) >= {_HEAVY} * (SELECT count(*) FROM {sample}) "
        "ORDER BY count(*) DESC, 1 LIMIT 3"
    )
    return [str(v) for (v,) in found]


def _streamed(engine: Engine, asked: Asked, measured: tuple[Row, str], heavy: list[str]) -> ColumnProfile:
    row, sample = measured
    counts = row[len(row) - len(heavy) :] if heavy else ()
    top = sorted(
        ((t[:_SHOWN], int(str(n))) for t, n in zip(heavy, counts, strict=True)), key=lambda kv: (-kv[1], kv[0])
    )
    if _kind(asked.decision) != "number":
        return _made(asked, row[: len(row) - len(heavy)], None, tuple(top))
    end = len(row) - len(heavy)
    canonical = canonical_sql(asked.decision.grammar, identifier(asked.name), asked.decision.null_tokens)
    marks = ", ".join(f"quantile_cont(TRY_CAST({canonical} AS DOUBLE), {q})" for q in _QUANTILES)
    (quantiles,) = engine.rows(f"SELECT {marks} FROM {sample}")
    return _made(asked, row[: end - 2], (*row[end - 2 : end], *quantiles), tuple(top))


def _made(asked: Asked, row: Row, moments: tuple[Value, ...] | None, top: tuple[tuple[str, int], ...]) -> ColumnProfile:
    rows, texts, values = map(_whole, row[:3])
    numbers = [None if m is None else float(str(m)) for m in moments or (None, None)]
    return ColumnProfile(
        name=asked.name,
        type=_measured_type(asked.decision, row),
        grammar=asked.decision.grammar,
        nulls=rows - texts,
        misfits=texts - values,
        distinct=min(_whole(row[-1]), texts),
        minimum=str(row[3])[:_SHOWN] if row[3] is not None else "",
        maximum=str(row[4])[:_SHOWN] if row[4] is not None else "",
        mean=numbers[0],
        deviation=numbers[1],
        quantiles=tuple(q for q in numbers[2:] if q is not None),
        max_length=_whole(row[5]),
        top=top,
    )


def _whole(value: Value) -> int:
    return int(str(value or 0))


def _measured_type(decision: Decision, row: Row) -> str:
    """The type decided, for decimals with the digits that all rows have."""
    if read(decision.grammar).kind != "decimal" or row[6] is None:
        return decision.type
    return number_type(
        read(decision.grammar), (_whole(row[7]), _whole(row[6]), bool(row[8]) or decision.type == "double")
    )
