"""The values of a fact as an input relation takes them: one per entity and day, sound, with what its own past says."""

from __future__ import annotations

from windvane.domain.estimate import Inputs
from windvane.stack.transform.availability import read_delivery
from windvane.stack.transform.header import listed, literal

ROWS_A_YEAR = 252  # days of trading: volatility is per year, in percent


def fact(inputs: Inputs) -> list[tuple[str, str]]:
    """One value per entity and day, the newest delivery wins; then its change from the row before."""
    keys, day = listed(inputs.entities), f"CAST({inputs.time} AS DATE)"
    since = [f"{inputs.time} >= DATE {literal(inputs.since)}"] if inputs.since else []
    where = " AND ".join(
        [f"{inputs.value} IS NOT NULL", *since, *inputs.where, *([f"{inputs.value} > 0"] if moves(inputs) else [])]
    )
    each = f"{keys}, {inputs.time}" if keys else inputs.time
    newest = f"ROW_NUMBER() OVER (PARTITION BY {each} ORDER BY _seq DESC, _row DESC) AS _newest"
    comma = f"{keys}, " if keys else ""
    value = f"CAST({inputs.value} AS DOUBLE)"
    if inputs.cleaning.unsound:
        value = f"CASE WHEN {' OR '.join(f'({c})' for c in inputs.cleaning.unsound)} THEN NULL ELSE {value} END"
    delivered = f"SELECT {comma}{day} AS day, {value} AS value, {newest} FROM {inputs.relation} WHERE {where}"
    over = f"OVER ({partition(inputs)}ORDER BY day)"
    rows = f"SELECT {comma}day, value, LAG(value) {over} AS before, LAG(day) {over} AS day_before FROM {_sound(inputs)}"
    ctes = [("delivered", delivered), *_valued(inputs, comma), *_without_spikes(inputs, comma), ("stepped", rows)]
    if moves(inputs):
        return ctes + _moved(inputs, comma)
    if inputs.windows:
        more = "".join(f", {_own(inputs, rows)} AS own_{rows}" for rows in inputs.windows)
        ctes.append(("measured", f"SELECT {comma}day, value{more} FROM stepped"))
    return ctes


def _sound(inputs: Inputs) -> str:
    return "sound" if inputs.cleaning.spike else "valued"


def _without_spikes(inputs: Inputs, comma: str) -> list[tuple[str, str]]:
    """Values without those far from both before them: what is known at the time, so a shift of level costs one row."""
    if not inputs.cleaning.spike:
        return []
    over = f"OVER ({partition(inputs)}ORDER BY day)"
    near = f"SELECT {comma}day, value, LAG(value) {over} AS last_one, LAG(value, 2) {over} AS one_before FROM valued"
    far = [
        f"ABS(value) {sign} ABS({other}) * {by}"
        for sign, by in ((">", f"{inputs.cleaning.spike:g}"), ("<", f"{1 / inputs.cleaning.spike:.6g}"))
        for other in ("last_one", "one_before")
    ]
    odd = f"({far[0]} AND {far[1]}) OR ({far[2]} AND {far[3]})"
    kept = f"SELECT {comma}day, CASE WHEN {odd} THEN NULL ELSE value END AS value FROM near"
    return [("near", near), ("sound", kept)]


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


def moves(inputs: Inputs) -> bool:
    """Whether it is changes of the values that count."""
    return inputs.quantity in ("return", "volatility")


def measured(inputs: Inputs) -> str:
    """The CTE with the rows and what the entity's own past says at each."""
    return "measured" if moves(inputs) or inputs.windows else "stepped"


def partition(inputs: Inputs) -> str:
    """The part of a window that keeps entities apart."""
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
    over = f"OVER ({partition(inputs)}ORDER BY day)"
    shown = f"SELECT {comma}day, value, {move} AS move FROM {source}"
    ctes.append(("moves", shown))
    own = [_own(inputs, rows) for rows in inputs.windows]
    more = "".join(f", {sql} AS own_{rows}" for rows, sql in zip(inputs.windows, own, strict=True))
    ctes.append(("measured", f"SELECT {comma}day, value, move, LEAD(day) {over} AS day_after{more} FROM moves"))
    return ctes


def _own(inputs: Inputs, rows: int) -> str:
    """What the entity's own rows up to the decision say: a nowcast does not know the row itself."""
    back = 0 if inputs.horizon else _rows_back(inputs)
    last = f"{back} PRECEDING" if back else "CURRENT ROW"
    frame = f"OVER ({partition(inputs)}ORDER BY day ROWS BETWEEN {rows - 1 + back} PRECEDING AND {last})"
    if inputs.quantity == "value":
        return f"AVG(value) {frame}"
    if inputs.quantity == "volatility":
        return f"STDDEV_SAMP(move) {frame} * {yearly()}"
    return f"SUM(move) {frame}"


def _rows_back(inputs: Inputs) -> int:
    """How many rows back the newest one is that is available when a row itself is decided about, at least one."""
    how = read_delivery(inputs.delivery)
    hours, _, minutes = inputs.decided.partition(":")
    late = (how.days * 1440 + how.minutes if how else 2880) - (int(hours) * 60 + int(minutes or 0))
    return max(1, -(-late // 1440))


def yearly() -> str:
    """The factor from the spread of daily returns to volatility per year, in percent."""
    return f"SQRT({ROWS_A_YEAR}.0) * 100"
