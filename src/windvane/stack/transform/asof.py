"""Input relations of estimated products: one row per entity and decision time, all of it available then.

Every value carries the moment at which it became available; a feature is the last value available at the decision time.
Spans of availability are made with LEAD, so the SQL runs everywhere.
"""

from __future__ import annotations

from windvane.domain.estate import Model
from windvane.domain.estimate import Driver, Inputs
from windvane.stack.transform.availability import available_at, read_delivery
from windvane.stack.transform.header import Header, listed, literal, model
from windvane.stack.transform.periods import END_OF_TIME

ROWS_A_YEAR = 252  # days of trading: volatility is per year, in percent
LEAST_ROWS = {"week": 3}  # of a period, for the volatility of its returns; 10 of longer ones
_MONTHS = {"month": 1, "quarter": 3, "year": 12}
_OF_CALENDAR = {"month": "MONTH", "weekday": "DOW"}


def input_name(product: str) -> str:
    """`mart.<product>_input`."""
    return f"mart.{product}_input"


def input_model(product: str, inputs: Inputs) -> Model:
    """The model of an input relation. Raises `Failed` (`sql.not_portable`) when it would not travel."""
    header = Header(
        name=input_name(product),
        grain=(*inputs.entities, "decided_at"),
        description=f"What is known at each decision time of {product}; target: what became known later",
    )
    return model(header, query=input_query(inputs), remarks=_remarks(inputs))


def input_query(inputs: Inputs) -> str:
    """The query of an input relation."""
    ctes = [*_fact(inputs), ("decided", _targets(inputs))]
    joins: list[str] = []
    columns: list[str] = []
    if inputs.drivers:
        ctes.append(("moments", "SELECT DISTINCT decided_at FROM decided"))
    for place, driver in enumerate(inputs.drivers, start=1):
        made, joined, column = _driver(driver, f"d{place}")
        ctes += made
        joins += joined
        columns.append(column)
    own = [f"decided.{name}" for name in window_names(inputs)]
    parts = [f"CAST(EXTRACT({_OF_CALENDAR[p]} FROM decided.decided_at) AS DOUBLE) AS {p}" for p in inputs.calendar]
    keys = [f"decided.{e}" for e in inputs.entities]
    fixed = [*keys, "decided.decided_at", "decided.target_at", "decided.target", "decided.known_at"]
    head = ", ".join(f"{name} AS (\n{query}\n)" for name, query in ctes)
    return f"WITH {head} SELECT {listed([*fixed, *own, *parts, *columns])} FROM decided " + " ".join(joins)


def window_names(inputs: Inputs) -> tuple[str, ...]:
    """Columns of own features: `own_22` looks back 22 rows of the fact."""
    return tuple(f"own_{rows}" for rows in inputs.windows)


def features_of(inputs: Inputs) -> tuple[str, ...]:
    """All feature columns of an input relation, in order."""
    return (*window_names(inputs), *inputs.calendar, *(d.name for d in inputs.drivers))


def _remarks(inputs: Inputs) -> tuple[str, ...]:
    clean = inputs.cleaning
    said = [f"values of {inputs.relation} are available {inputs.delivery}, decisions are made at {inputs.decided}"]
    said += [f"a move larger than {clean.largest:g} is a jump, no move"] if clean.largest else []
    said += [f"a step longer than {clean.longest} days is no step of one day"] if clean.longest else []
    if clean.fewest:
        said.append(f"days with fewer than {clean.fewest:.0%} of the usual number of values are no days of trading")
    if clean.repeated:
        said.append(f"unchanged values are repeats where more than {clean.repeated:.0%} of all are unchanged")
    return (*said, *(f"{d.name}: {d.relation}.{d.column}, available {d.delivery}" for d in inputs.drivers))


def _fact(inputs: Inputs) -> list[tuple[str, str]]:
    """One value per entity and day, the newest delivery wins; then its change from the row before."""
    keys, day = listed(inputs.entities), f"CAST({inputs.time} AS DATE)"
    since = [f"{inputs.time} >= DATE {literal(inputs.since)}"] if inputs.since else []
    where = " AND ".join(
        [f"{inputs.value} IS NOT NULL", *since, *inputs.where, *([f"{inputs.value} > 0"] if _moves(inputs) else [])]
    )
    partition = f"{keys}, {inputs.time}" if keys else inputs.time
    newest = f"ROW_NUMBER() OVER (PARTITION BY {partition} ORDER BY _seq DESC, _row DESC) AS _newest"
    comma = f"{keys}, " if keys else ""
    delivered = (
        f"SELECT {comma}{day} AS day, CAST({inputs.value} AS DOUBLE) AS value, {newest} "
        f"FROM {inputs.relation} WHERE {where}"
    )
    over = f"OVER ({_partition(inputs)}ORDER BY day)"
    rows = f"SELECT {comma}day, value, LAG(value) {over} AS before, LAG(day) {over} AS day_before FROM valued"
    ctes = [("delivered", delivered), *_valued(inputs, comma), ("stepped", rows)]
    if _moves(inputs):
        ctes += _moved(inputs, comma)
    return ctes


def _valued(inputs: Inputs, comma: str) -> list[tuple[str, str]]:
    """One value per entity and day, of the days that count."""
    if not inputs.cleaning.fewest:
        return [("valued", f"SELECT {comma}day, value FROM delivered WHERE _newest = 1")]
    usual = "AVG(CAST(seen AS DOUBLE)) OVER (ORDER BY day ROWS BETWEEN 20 PRECEDING AND CURRENT ROW) AS usual"
    seen = "SELECT day, COUNT(*) AS seen FROM delivered WHERE _newest = 1 GROUP BY day"
    counted = f"SELECT day, seen, {usual} FROM ({seen}) AS n"
    own = listed(f"delivered.{c}" for c in (*inputs.entities, "day", "value"))
    kept = (
        f"SELECT {own} FROM delivered JOIN counted ON counted.day = delivered.day "
        f"WHERE delivered._newest = 1 AND counted.seen >= {inputs.cleaning.fewest:g} * counted.usual"
    )
    return [("counted", counted), ("valued", kept)]


def _moves(inputs: Inputs) -> bool:
    return inputs.quantity in ("return", "volatility")


def _partition(inputs: Inputs) -> str:
    return f"PARTITION BY {listed(inputs.entities)} " if inputs.entities else ""


def _moved(inputs: Inputs, comma: str) -> list[tuple[str, str]]:
    """The change of each row, empty where it is not sound."""
    clean = inputs.cleaning
    ctes = [(
        "changed",
        f"SELECT {comma}day, value, day_before, value / before - 1 AS raw_move, "
        "CASE WHEN value = before THEN 1.0 WHEN before IS NOT NULL THEN 0.0 END AS unchanged FROM stepped",
    )]  # fmt: skip
    bad: list[str] = []
    source = "changed"
    if clean.repeated:
        names = f"{comma}day, value, day_before, raw_move, unchanged"
        ctes.append(
            ("compared", f"SELECT {names}, AVG(unchanged) OVER (PARTITION BY day) AS unchanged_share FROM changed")
        )
        source = "compared"
        bad.append(f"unchanged = 1 AND unchanged_share > {clean.repeated:g}")
    if clean.largest:
        bad.append(f"ABS(raw_move) > {clean.largest:g}")
    if clean.longest:
        bad.append(f"day > day_before + INTERVAL '{clean.longest}' DAY")
    move = "CASE " + " ".join(f"WHEN {b} THEN NULL" for b in bad) + " ELSE raw_move END" if bad else "raw_move"
    over = f"OVER ({_partition(inputs)}ORDER BY day)"
    shown = f"SELECT {comma}day, value, {move} AS move FROM {source}"
    ctes.append(("moves", shown))
    own = [_own(inputs, rows) for rows in inputs.windows]
    more = "".join(f", {sql} AS own_{rows}" for rows, sql in zip(inputs.windows, own, strict=True))
    ctes.append(("measured", f"SELECT {comma}day, value, move, LEAD(day) {over} AS day_after{more} FROM moves"))
    return ctes


def _own(inputs: Inputs, rows: int) -> str:
    """What the entity's own rows up to the decision say: a nowcast does not know the row itself."""
    last = "CURRENT ROW" if inputs.horizon else "1 PRECEDING"
    first = rows - 1 if inputs.horizon else rows
    frame = f"OVER ({_partition(inputs)}ORDER BY day ROWS BETWEEN {first} PRECEDING AND {last})"
    if inputs.quantity == "volatility":
        return f"STDDEV_SAMP(move) {frame} * {_yearly()}"
    return f"SUM(move) {frame}"


def _yearly() -> str:
    return f"SQRT({ROWS_A_YEAR}.0) * 100"


def _targets(inputs: Inputs) -> str:
    """Decision times with their targets."""
    if inputs.grain:
        return _by_period(inputs)
    return _by_row(inputs)


def _by_row(inputs: Inputs) -> str:
    """Each row of the fact is a decision: about itself, before it is known, or about a later row."""
    keys = [*inputs.entities]
    own = [f"own_{rows}" for rows in inputs.windows]
    over = f"OVER ({_partition(inputs)}ORDER BY day)"
    source, amount = ("measured", "move") if _moves(inputs) else ("stepped", "value")
    ahead = inputs.horizon
    if not ahead:
        decided = _at(inputs, "day")
        shown = [
            *keys, f"{decided} AS decided_at", "CAST(day AS TIMESTAMP) AS target_at", f"{amount} AS target",
            f"{available_at('day', inputs.delivery, cadence='')} AS known_at",
            f"LAG({decided}) {over} AS begun_at", *own,
        ]  # fmt: skip
        return f"SELECT {listed(shown)} FROM {source}"
    later = f"LEAD(day, {ahead}) {over}"
    target = (
        f"LEAD(value, {ahead}) {over} / value - 1" if inputs.quantity == "return" else f"LEAD({amount}, {ahead}) {over}"
    )
    decided = available_at("day", inputs.delivery, cadence="")
    shown = [
        *keys, f"{decided} AS decided_at", f"CAST({later} AS TIMESTAMP) AS target_at", f"{target} AS target",
        f"{available_at(later, inputs.delivery, cadence='')} AS known_at", f"LAG({decided}) {over} AS begun_at", *own,
    ]  # fmt: skip
    return f"SELECT {listed(shown)} FROM {source}"


def _at(inputs: Inputs, day: str) -> str:
    hours, _, minutes = inputs.decided.partition(":")
    total = int(hours) * 60 + int(minutes or 0)
    return f"CAST({day} AS TIMESTAMP)" + (f" + INTERVAL '{total}' MINUTE" if total else "")


def _by_period(inputs: Inputs) -> str:
    """Decisions at the end of each period, about a later one; a period that is not over yet is none."""
    keys = listed(inputs.entities)
    comma = f"{keys}, " if keys else ""
    unit = inputs.grain.upper()
    start = f"CAST(DATE_TRUNC('{unit}', day) AS DATE)"
    source = "measured" if _moves(inputs) else "stepped"
    own = "".join(f", own_{rows}" for rows in inputs.windows)
    numbered = (
        f"SELECT {comma}day, value, {'move, ' if _moves(inputs) else ''}{start} AS period{own}, "
        f"ROW_NUMBER() OVER (PARTITION BY {comma}{start} ORDER BY day DESC) AS _last FROM {source}"
    )
    lasts = "".join(f", MAX(CASE WHEN _last = 1 THEN own_{rows} END) AS own_{rows}" for rows in inputs.windows)
    periods = (
        f"SELECT {comma}period, {_amount(inputs)} AS amount{lasts} FROM ({numbered}) AS numbered GROUP BY {comma}period"
    )
    over = f"OVER ({_partition(inputs)}ORDER BY period)"
    ends = _ends(inputs, "period")
    step = _step(inputs.grain, inputs.horizon)
    later = f"LEAD(period, {inputs.horizon}) {over}"
    amount = f"LEAD(amount, {inputs.horizon}) {over}"
    if inputs.quantity == "return":
        amount = f"{amount} / amount - 1"
    target = f"CASE WHEN {later} = CAST(period + INTERVAL {step} AS DATE) THEN {amount} END"
    shown = [
        *inputs.entities, f"{ends} AS decided_at", f"CAST(period + INTERVAL {step} AS TIMESTAMP) AS target_at",
        f"{target} AS target", f"{_ends(inputs, f'(period + INTERVAL {step})')} AS known_at",
        f"LAG({ends}) {over} AS begun_at", *(f"own_{rows}" for rows in inputs.windows),
    ]  # fmt: skip
    return f"SELECT {listed(shown)} FROM ({periods}) AS periods WHERE {_over(inputs, source)}"


def _over(inputs: Inputs, source: str) -> str:
    """Whether a period is over: values lie in a later one, or almost reach its end."""
    end = f"period + INTERVAL {_step(inputs.grain, 1)}"
    return f"{end} <= (SELECT MAX(day) FROM {source}) + INTERVAL '4' DAY"


def _step(grain: str, number: int) -> str:
    if grain in _MONTHS:
        return f"'{number * _MONTHS[grain]}' MONTH"
    return f"'{number * 7}' DAY" if grain == "week" else f"'{number}' {grain.upper()}"


def _ends(inputs: Inputs, period: str) -> str:
    """The moment at which all values of a period are available."""
    how = read_delivery(inputs.delivery)
    days = how.days if how else 1
    end = f"CAST({period} + INTERVAL {_step(inputs.grain, 1)} AS TIMESTAMP)"
    return f"{end} + INTERVAL '{days}' DAY" if days else end


def _amount(inputs: Inputs) -> str:
    if inputs.quantity == "volatility":
        return f"CASE WHEN COUNT(move) >= {LEAST_ROWS.get(inputs.grain, 10)} THEN STDDEV_SAMP(move) * {_yearly()} END"
    if inputs.quantity == "return" or inputs.aggregate == "last":
        return "MAX(CASE WHEN _last = 1 THEN value END)"
    return f"{(inputs.aggregate or 'avg').upper()}(value)"


def _driver(driver: Driver, alias: str) -> tuple[list[tuple[str, str]], list[str], str]:
    """(CTEs, joins, the column) of one driver: spans of availability, then the value at each decision time."""
    where = [f"{driver.column} IS NOT NULL"]
    where += [f"{driver.series} = {literal(driver.label)}"] if driver.series else []
    at = available_at(driver.time, driver.delivery, cadence=driver.cadence)
    known = (
        f"SELECT value, available_at, COALESCE(LEAD(available_at) OVER (ORDER BY available_at, dated), "
        f"CAST({END_OF_TIME} AS TIMESTAMP)) AS until FROM (SELECT CAST({driver.column} AS DOUBLE) AS value, "
        f"{at} AS available_at, {driver.time} AS dated FROM {driver.relation} WHERE {' AND '.join(where)}) AS dated"
    )
    then = (
        f"SELECT moments.decided_at, known.value FROM moments JOIN {alias}_known AS known "
        f"ON moments.decided_at >= known.available_at AND moments.decided_at < known.until"
    )
    ctes = [(f"{alias}_known", known), (f"{alias}_then", then)]
    joins = [f"LEFT JOIN {alias}_then AS {alias} ON {alias}.decided_at = decided.decided_at"]
    if driver.form == "level":
        return ctes, joins, f"{alias}.value AS {driver.name}"
    joins.append(f"LEFT JOIN {alias}_then AS {alias}_before ON {alias}_before.decided_at = decided.begun_at")
    return ctes, joins, f"{alias}.value / NULLIF({alias}_before.value, 0) - 1 AS {driver.name}"
