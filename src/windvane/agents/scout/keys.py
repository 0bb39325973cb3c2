"""Primary keys, single and composite: minimal, unique, never empty, and weighed against what chance would give.

Scoring follows the features of Papenbrock and Naumann ("Data-driven schema normalization", 2017): name, position,
length
and type; the weight of uniqueness is its surprise: values drawn at random from the range seen would have collided.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import combinations

from windvane.agents.scout import vocabulary, wording
from windvane.agents.scout.table import Table, count
from windvane.domain.batch import ColumnProfile
from windvane.domain.finding import Finding
from windvane.domain.ports import Engine
from windvane.stack.quality.personal import suspect
from windvane.stack.quality.sampling import identifier

SHOWN = 0.15
_TRIED = 9  # columns that may be part of a composite key
_PARTS = 4
_CAP = 0.99
_NEARLY = 0.75  # distinct values are counted approximately in large tables, up to a tenth off


@dataclass(frozen=True)
class Key:
    """Columns that identify a row, with the probability that they are meant to and why."""

    columns: tuple[str, ...]
    confidence: float
    evidence: str


def keys(engine: Engine, table: Table) -> tuple[Key, ...]:
    """Candidate keys of a table, likeliest first; empty when nothing identifies its rows."""
    singles = [k for k in (_single(engine, table, p) for p in table.profile.columns) if k is not None]
    found = singles
    if max((k.confidence for k in singles), default=0.0) < 0.7:
        found = singles + _composites(engine, table, {k.columns[0] for k in singles if k.confidence >= 0.5})
    found = _declared(engine, table, found)
    return tuple(sorted((k for k in found if k.confidence >= SHOWN), key=lambda k: (-k.confidence, k.columns)))[:5]


def findings(table: Table, found: tuple[Key, ...]) -> list[Finding]:
    """The keys as findings, and the grain in words."""
    made = [
        Finding(
            by="scout",
            subject=table.source,
            claim="key",
            value=",".join(k.columns),
            confidence=k.confidence,
            evidence=k.evidence,
        )
        for k in found
    ]
    grain, confidence, why = _grain(table, found)
    return [
        *made,
        Finding(by="scout", subject=table.source, claim="grain", value=grain, confidence=confidence, evidence=why),
    ]


def _grain(table: Table, found: tuple[Key, ...]) -> tuple[str, float, str]:
    if not found or found[0].confidence < 0.3:
        return "one row per line delivered", 0.3, "no columns identify a row"
    best = found[0]
    named = [" ".join(wording.stem(table.words[c]) or wording.entity(table.source)) for c in best.columns]
    if len(best.columns) == 1 and wording.is_id(table.words[best.columns[0]]):
        named = [" ".join(wording.entity(table.source))]
    return f"one row per {' and '.join(dict.fromkeys(named))}", best.confidence, f"key {', '.join(best.columns)}"


def unique_rows(engine: Engine, table: Table, columns: tuple[str, ...]) -> int:
    """Rows minus repeats of the columns within a batch (a later batch may bring a key again with newer values)."""
    listed = ", ".join(identifier(c) for c in columns)
    batch = "_batch, " if table.batches > 1 else ""
    return count(engine, f"SELECT count(*) FROM (SELECT DISTINCT {batch}{listed} FROM {table.relation})")


def _single(engine: Engine, table: Table, seen: ColumnProfile) -> Key | None:
    if seen.nulls or seen.misfits or table.rows < 2 or seen.distinct * table.batches < _NEARLY * table.rows:
        return None
    missing = table.rows - unique_rows(engine, table, (seen.name,))
    if missing > 0.005 * table.rows:
        return None
    prior = _alone(table, seen)
    if table.columns.index(seen.name) == 0:
        prior = prior * 2 / (1 + prior)
    sure = _posterior(prior, _surprise(table.rows / table.batches, _space(table, seen)), table.rows)
    evidence = f"unique and never empty in {table.rows:,} rows"
    if missing:
        sure, evidence = sure * 0.4, f"{missing:,} of {table.rows:,} rows repeat a value"
    return Key((seen.name,), round(sure, 3), evidence)


def _posterior(prior: float, surprise: float, rows: int) -> float:
    """Odds of the prior times how much likelier uniqueness is for a key; few rows say little (rule of three)."""
    ratio = max(1.0, min(math.exp(min(surprise, 20.0)), rows / 3))
    odds = prior / (1 - prior) * ratio
    return min(_CAP, odds / (1 + odds))


def _surprise(rows: float, space: float) -> float:
    """Expected pairs of equal values, were `rows` values drawn at random from `space` (birthday problem)."""
    return rows * rows / (2 * max(space, 1.0))


def _space(table: Table, seen: ColumnProfile) -> float:
    """From how many values a column that is no key would be drawn."""
    if seen.quantiles and seen.minimum and seen.maximum:
        scale = int(seen.type.rpartition(",")[2].rstrip(")")) if seen.type.startswith("decimal") else 0
        spread = (float(seen.maximum) - float(seen.minimum)) * 10**scale + 1
        return spread if seen.type != "double" else math.inf
    if seen.type == "varchar":
        code = seen.max_length <= 24 and not wording.says(table.words[seen.name], vocabulary.GENERIC)
        return table.rows**2 / (2 * math.log(1 + table.rows)) if code else float(table.rows) ** 2
    return float(table.rows) ** 2 if seen.type == "timestamp" and not _days(seen) else float(table.rows)


def _days(seen: ColumnProfile) -> bool:
    """Whether timestamps are days in disguise: both ends stand at midnight."""
    return seen.type == "timestamp" and all(t.endswith("00:00:00") for t in (seen.minimum, seen.maximum))


def _alone(table: Table, seen: ColumnProfile) -> float:
    """Prior probability that a column by itself is meant as the key, from its name and type only."""
    spelled = table.words[seen.name]
    thing = wording.entity(table.source)
    if _continuous(seen):
        return 0.005
    if wording.is_id(spelled):
        about = wording.stem(spelled)
        return 0.7 if not about or wording.same_thing(about, thing) >= 0.5 else 0.45
    rules = (
        (seen.type == "varchar" and seen.max_length > 40, 0.005),
        (suspect(seen.name, {}) is not None, 0.02),
        (wording.says(spelled, vocabulary.MEASURES), 0.01),
        (seen.type == "date" or _days(seen), 0.25),
        (seen.type == "timestamp", 0.08),
        (wording.says(spelled, vocabulary.GENERIC), 0.1),
    )
    named = max(0.15, 0.5 * wording.same_thing(tuple(wording.singular(w) for w in spelled), thing))
    return next((prior for holds, prior in rules if holds), named)


def _continuous(seen: ColumnProfile) -> bool:
    return seen.type in ("double", "boolean") or seen.type.startswith("decimal")


def _part(table: Table, seen: ColumnProfile) -> float:
    """How well a column serves as one part of a composite key, 0..1."""
    spelled = table.words[seen.name]
    free = seen.type == "varchar" and (seen.max_length > 40 or suspect(seen.name, {}) is not None)
    rules = (
        (_continuous(seen), 0.01),
        (wording.is_id(spelled), 0.85),
        (seen.type in ("date", "timestamp"), 0.6),
        (wording.says(spelled, vocabulary.TIMES), 0.6),
        (wording.says(spelled, vocabulary.MEASURES), 0.03),
        (wording.says(spelled, vocabulary.ORDINALS), 0.7),
        (free, 0.02),
        (seen.type == "varchar", 0.35),
    )
    return next((score for holds, score in rules if holds), 0.3)


def _composites(engine: Engine, table: Table, unique: set[str]) -> list[Key]:
    """Minimal composite keys of two to four columns; pairs that repeat in the first rows are never counted in full."""
    able = _able(table, unique)
    found: list[Key] = []
    for size in range(2, min(_PARTS, len(able)) + 1):
        for parts in combinations(able, size):
            if _worth_counting(table, parts, found):
                found += _composite(engine, table, parts)
        if max((k.confidence for k in found), default=0.0) >= 0.5:
            break
    return found


def _able(table: Table, unique: set[str]) -> list[ColumnProfile]:
    """The columns likeliest to be parts of a key, in the order of the table."""
    whole = [p for p in table.profile.columns if not p.nulls + p.misfits and p.distinct > 1 and p.name not in unique]
    ranked = sorted(whole, key=lambda p: (-_part(table, p), table.columns.index(p.name)))[:_TRIED]
    return sorted((p for p in ranked if _part(table, p) >= 0.05), key=lambda p: table.columns.index(p.name))


def _worth_counting(table: Table, parts: tuple[ColumnProfile, ...], found: list[Key]) -> bool:
    """Whether the columns can be unique at all and no key is within them."""
    names = {p.name for p in parts}
    enough = math.prod(p.distinct for p in parts) * table.batches >= table.rows
    return enough and not any(names.issuperset(k.columns) for k in found)


def _composite(engine: Engine, table: Table, parts: tuple[ColumnProfile, ...]) -> list[Key]:
    names = tuple(p.name for p in parts)
    if not _unique_in_sample(engine, table, names) or unique_rows(engine, table, names) < table.rows:
        return []
    scores = [_part(table, p) for p in parts]
    prior = math.prod(scores) ** (1 / len(scores)) * 0.6 ** (len(scores) - 1)
    if table.columns.index(names[0]) == 0:
        prior = prior * 2 / (1 + prior)
    space = math.prod(float(p.distinct) for p in parts)
    apart = 1 if _never_again(engine, table, names) else table.batches
    expected = _surprise(table.rows / apart, space)
    evidence = (
        f"unique and never empty in {table.rows:,} rows, where chance alone would give about {expected:,.0f} repeats"
    )
    return [Key(names, round(_posterior(prior, expected, table.rows), 3), evidence)]


def _never_again(engine: Engine, table: Table, columns: tuple[str, ...]) -> bool:
    """Whether no later batch brings a value of the columns again: then all rows together bear witness."""
    listed = ", ".join(identifier(c) for c in columns)
    return table.batches > 1 and table.rows == count(
        engine, f"SELECT count(*) FROM (SELECT DISTINCT {listed} FROM {table.relation})"
    )


def _unique_in_sample(engine: Engine, table: Table, columns: tuple[str, ...]) -> bool:
    listed = ", ".join(identifier(c) for c in columns)
    return not engine.rows(f"SELECT 1 FROM {table.sample} GROUP BY _batch, {listed} HAVING count(*) > 1 LIMIT 1")


def _declared(engine: Engine, table: Table, found: list[Key]) -> list[Key]:
    """A key that the database declares is believed as far as the data bear it out."""
    key = table.declared.key if table.declared is not None else ()
    if not key or any(c not in table.by_name for c in key):
        return found
    repeats = table.rows - unique_rows(engine, table, key)
    empty = sum(table.by_name[c].nulls for c in key)
    sure = _CAP if not repeats and not empty else 0.2
    said = "and holds" if sure == _CAP else f"but {repeats:,} rows repeat it and {empty:,} are empty"
    rest = [k for k in found if k.columns != key]
    return [*rest, Key(key, sure, f"declared by the database, {said} in {table.rows:,} rows")]
