"""The time column of a table and how often it ticks."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import pairwise

from windvane.agents.scout import vocabulary, wording
from windvane.agents.scout.keys import Key
from windvane.agents.scout.table import Table
from windvane.domain.batch import ColumnProfile
from windvane.domain.finding import Finding
from windvane.domain.ports import Engine
from windvane.stack.quality.sampling import identifier

_BORN = frozenset({"birth", "dob", "birthday", "born", "expiry", "expires", "due", "hire", "hired"})
_LATER = frozenset(
    {"updated", "modified", "loaded", "ingested", "changed", "deleted", "commit", "receipt", "shipped", "required"}
)
_ALONE = 0.15  # nothing else in the table can tell the time
_NEAR = 0.1  # moments this close in what their names say are told apart by which comes first
_FEWEST = 10  # different instants that a claim by elimination needs
_MOST = 20_000  # distinct instants looked at
_DAYS = {"day": (0.9, 1.1), "week": (6.5, 7.5), "month": (27.5, 31.5), "quarter": (89, 93), "year": (364, 367)}


def findings(engine: Engine, table: Table, keys: tuple[Key, ...]) -> list[Finding]:
    """The likeliest time column with its cadence; nothing when no column holds dates, timestamps or years."""
    scored = [(s, p) for p in table.profile.columns if (s := _score(table, p, keys)) > 0]
    if not scored:
        return []
    scored.sort(key=lambda sp: -sp[0])
    best, seen = scored[0]
    rivals = [p for s, p in scored[1:] if best - s <= _NEAR]
    first = _first(engine, table, [seen, *rivals]) if rivals and seen.distinct >= _FEWEST else None
    alone = len(scored) == 1 and seen.distinct >= _FEWEST
    seen = first or seen
    best += _ALONE if alone or first else 0.0
    sure = round(min(0.98, best) * (0.75 if rivals and not first else 1.0), 3)
    told = f"{seen.type} in {table.rows - seen.nulls:,} of {table.rows:,} rows, from {seen.minimum} to {seen.maximum}"
    told += f"; never after {' or '.join(p.name for p in (scored[0][1], *rivals) if p is not seen)}" if first else ""
    made = [
        Finding(by="scout", subject=table.source, claim="time_column", value=seen.name, confidence=sure, evidence=told)
    ]
    cadence, share, why = _cadence(engine, table, seen)
    return [
        *made,
        Finding(by="scout", subject=table.source, claim="cadence", value=cadence, confidence=share, evidence=why),
    ]


def _first(engine: Engine, table: Table, rivals: list[ColumnProfile]) -> ColumnProfile | None:
    """The one of several moments that no other ever comes before: a stay happens when it begins."""
    if any(p.type != rivals[0].type for p in rivals):
        return None
    for seen in rivals:
        others = [identifier(p.name) for p in rivals if p is not seen]
        name = identifier(seen.name)
        counts = ", ".join(f"count(*) FILTER ({o} < {name}), count(*) FILTER ({o} > {name})" for o in others)
        (found,) = engine.rows(f"SELECT {counts} FROM {table.relation}")
        before, after = found[::2], found[1::2]
        if not seen.nulls and not any(before) and all(int(str(n)) >= table.rows / 2 for n in after):
            return seen
    return None


def _score(table: Table, seen: ColumnProfile, keys: tuple[Key, ...]) -> float:
    """How likely a column says when a row happened, 0..1; 0 for columns that hold no time."""
    spelled = table.words[seen.name]
    timed = seen.type in ("date", "timestamp")
    if not seen.distinct or not (timed or _is_year(spelled, seen)):
        return 0.0
    bonus = (
        (0.2, wording.says(spelled, vocabulary.TIMES)),
        (0.15, table.columns.index(seen.name) <= 1),
        (0.2, any(seen.name in k.columns for k in keys[:1])),
        (-0.35, wording.says(spelled, _BORN)),
        (-0.2, wording.says(spelled, _LATER)),
    )
    score = (0.5 if timed else 0.4) + sum(weight for weight, holds in bonus if holds)
    return score * (1 - seen.nulls / max(1, table.rows))


def _is_year(spelled: tuple[str, ...], seen: ColumnProfile) -> bool:
    return seen.type == "bigint" and "year" in spelled and seen.minimum >= "1500" and seen.maximum <= "2200"


def _cadence(engine: Engine, table: Table, seen: ColumnProfile) -> tuple[str, float, str]:
    """(cadence, confidence, evidence) from the gaps between distinct instants."""
    name = identifier(seen.name)
    found = engine.rows(
        f"SELECT DISTINCT {name} FROM {table.relation} WHERE {name} IS NOT NULL ORDER BY 1 LIMIT {_MOST}"
    )
    instants = [v for (v,) in found]
    if len(instants) < 3:
        return "irregular", 0.2, f"only {len(instants)} distinct instants"
    if seen.type == "bigint":
        return _yearly([int(str(v)) for v in instants])
    stamps = [
        v if isinstance(v, datetime) else datetime(v.year, v.month, v.day) for v in instants if isinstance(v, date)
    ]
    if all(s.time() == stamps[0].time() for s in stamps):
        return _daily([s.date() for s in stamps])
    return _timed(stamps)


def _sure(share: float, steps: int) -> float:
    return round(min(0.99, share * (steps / (steps + 2))), 3)


def _yearly(years: list[int]) -> tuple[str, float, str]:
    share = sum(1 for a, b in pairwise(years) if b - a == 1) / (len(years) - 1)
    if share <= 0.7:
        return _irregular(len(years))
    return "year", _sure(share, len(years)), f"{share:.0%} of the steps are one year"


def _irregular(steps: int) -> tuple[str, float, str]:
    return "irregular", _sure(0.8, steps), f"no step prevails among {steps:,} distinct instants"


def _daily(days: list[date]) -> tuple[str, float, str]:
    gaps = [(b - a).days for a, b in pairwise(days)]
    weekdays = sum(1 for d in days if d.weekday() < 5) / len(days)
    near = _within(gaps, 1, 5)
    steady = weekdays > 0.98 and near > 0.95 and _within(gaps, 1, 1) + _within(gaps, 3, 3) > 0.8
    if steady and len(days) >= 7 and max(gaps) > 1:
        breaks = round((_within(gaps, 2, 2) + _within(gaps, 4, 5)) * len(gaps))
        told = f"Monday to Friday in {weekdays:.1%} of {len(days):,} days, {breaks} breaks"
        return "business_day", _sure(near, len(days)), told
    best, share = max(((c, _within(gaps, low, high)) for c, (low, high) in _DAYS.items()), key=lambda cs: cs[1])
    if share >= 0.7:
        return best, _sure(share, len(days)), f"{share:.0%} of {len(gaps):,} steps are one {best}"
    return _irregular(len(days))


def _within(gaps: list[int], low: float, high: float) -> float:
    return sum(1 for g in gaps if low <= g <= high) / len(gaps)


def _timed(stamps: list[datetime]) -> tuple[str, float, str]:
    gaps = [b - a for a, b in pairwise(stamps)]
    for cadence, step in (("minute", timedelta(minutes=1)), ("hour", timedelta(hours=1)), ("day", timedelta(days=1))):
        share = sum(1 for g in gaps if abs(g - step) <= step * 0.02) / len(gaps)
        if share >= 0.7:
            return cadence, _sure(share, len(stamps)), f"{share:.0%} of {len(gaps):,} steps are one {cadence}"
    return _irregular(len(stamps))
