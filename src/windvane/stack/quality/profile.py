"""Profiles the text Parquet files of a source: spelling decided on a sample, everything counted in one pass."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from windvane.domain.batch import ColumnProfile, Profile
from windvane.domain.ports import Engine
from windvane.domain.record import replace
from windvane.stack import packs
from windvane.stack.quality.grammar import UNSURE, Decision, decide
from windvane.stack.quality.measuring import Asked, measure_each, misfits_of
from windvane.stack.quality.personal import SURE, suspect
from windvane.stack.quality.sampling import SMALL_ROWS, identifier, take_sample

_SAMPLE = "wv_profile_sample"
_TEXTS = 1_000  # distinct texts per column that Python looks at
_GROUPED = 0.6  # share of distinct texts in the sample up to which a column is grouped instead of streamed
_ROUNDS = 3


@dataclass
class _Column:
    """One column on its way: what its texts are, and where they are measured."""

    name: str
    relation: str  # histogram (v, n), or empty for columns that are streamed
    texts: dict[str, int]
    decision: Decision


def profile(engine: Engine, paths: tuple[Path, ...], columns: tuple[str, ...]) -> Profile:
    """The profile of text Parquet files (all VARCHAR, plus `_row`); shares and counts are over all their rows.

    `distinct` is exact below 10,000 and for all columns of small tables, else within about a tenth; quantiles of
    columns with many distinct values come from the sample. Raises `Failed` (`engine.*`) when a file cannot be read.
    """
    if not columns or not paths:
        return Profile(rows=0)
    rows, sampled = take_sample(engine, paths, columns, into=_SAMPLE)
    if not rows:
        empty = tuple(ColumnProfile(name=c, type="varchar", grammar="text", confidence=0.1) for c in columns)
        return Profile(rows=0, columns=empty)
    source = _SAMPLE if rows <= SMALL_ROWS else packs.relation(paths, engine)
    made = [
        _prepare(engine, source, (i, c), grouped=g)
        for i, (c, g) in enumerate(_grouped(engine, columns, (rows, sampled)).items())
    ]
    _settle(made)
    measured = _measure(engine, source, made)
    return Profile(rows=rows, columns=tuple(_finished(c, measured[c.name]) for c in made))


def _grouped(engine: Engine, columns: tuple[str, ...], size: tuple[int, int]) -> dict[str, str]:
    """For each column `histogram` or `stream`, by how many distinct texts the sample has."""
    rows, sampled = size
    if rows <= SMALL_ROWS:
        return dict.fromkeys(columns, "histogram")
    counted = ", ".join(f"approx_count_distinct({identifier(c)})" for c in columns)
    (found,) = engine.rows(f"SELECT {counted} FROM {_SAMPLE}")
    few = _GROUPED * sampled
    return {c: "histogram" if float(str(n)) <= few else "stream" for c, n in zip(columns, found, strict=True)}


def _prepare(engine: Engine, source: str, column: tuple[int, str], *, grouped: str) -> _Column:
    place, name = column
    text = identifier(name)
    relation = ""
    if grouped == "histogram":
        relation = f"wv_profile_{place}"
        counts = f"SELECT {text} AS v, count(*) AS n FROM {source} GROUP BY 1"
        engine.execute(f"CREATE OR REPLACE TEMP TABLE {relation} AS {counts}")
    counted = relation or f"(SELECT {text} AS v, count(*) AS n FROM {_SAMPLE} GROUP BY 1)"
    found = engine.rows(f"SELECT v, n FROM {counted} WHERE v IS NOT NULL ORDER BY hash(v), v LIMIT {_TEXTS}")
    texts = {str(v): int(str(n)) for v, n in found}
    return _Column(name, relation, texts, decide(texts, name=name))


def _settle(columns: list[_Column]) -> None:
    """Columns that alone fit two readings are read like the sure ones beside them."""
    sure = tuple(c.decision.grammar for c in columns if not c.decision.runner_up and c.decision.confidence >= 0.75)
    for column in columns:
        if column.decision.confidence <= UNSURE and column.decision.runner_up:
            column.decision = decide(column.texts, name=column.name, siblings=sure)


def _measure(engine: Engine, source: str, columns: list[_Column]) -> dict[str, ColumnProfile]:
    """Measure all columns; those with texts outside their grammar are decided again with these texts."""
    measured: dict[str, ColumnProfile] = {}
    waiting = columns
    for _ in range(_ROUNDS):
        measured |= measure_each(engine, source, _asked(waiting), sample=_SAMPLE)
        waiting = [c for c in waiting if measured[c.name].misfits and _again(engine, source, c, measured[c.name])]
        if not waiting:
            return measured
    for column in waiting:
        column.decision = _as_text(column.decision)
    return measured | measure_each(engine, source, _asked(waiting), sample=_SAMPLE)


def _asked(columns: list[_Column]) -> tuple[Asked, ...]:
    return tuple(Asked(c.name, c.relation, c.decision) for c in columns)


def _again(engine: Engine, source: str, column: _Column, seen: ColumnProfile) -> bool:
    """Decide once more with the misfits; true when the decision changed and the column must be measured anew."""
    misfits = misfits_of(engine, source, Asked(column.name, column.relation, column.decision))
    column.texts = _merged(column.texts, misfits, seen)
    before, column.decision = column.decision, decide(column.texts, name=column.name, siblings=())
    held = (before.type, before.grammar, before.null_tokens)
    if before.confidence == 0.85 and column.decision.runner_up == before.grammar:  # settled by its siblings
        column.decision = before
    return held != (column.decision.type, column.decision.grammar, column.decision.null_tokens)


def _merged(texts: Mapping[str, int], misfits: Mapping[str, int], seen: ColumnProfile) -> dict[str, int]:
    """Sampled texts weighted up to the whole column, and the misfits found weighted up to all misfits."""
    scale = max(1, round(seen.distinct / max(1, len(texts)))) if len(texts) >= _TEXTS else 1
    every = max(1, seen.misfits // max(1, sum(misfits.values())))
    return {t: n * scale for t, n in texts.items()} | {t: n * every for t, n in misfits.items()}


def _as_text(decision: Decision) -> Decision:
    return replace(decision, type="varchar", grammar="text", runner_up=decision.grammar, confidence=UNSURE, example="")


def _finished(column: _Column, measured: ColumnProfile) -> ColumnProfile:
    """The profile with how sure it is; values of columns that look personal are left out."""
    decision = column.decision
    suspicion = suspect(column.name, dict(list(column.texts.items())[:300]))
    shown = f'"{decision.example}": ' if decision.example and suspicion is None else ""
    found = replace(
        measured,
        confidence=decision.confidence,
        runner_up=decision.runner_up,
        evidence=shown + decision.evidence,
        null_tokens=decision.null_tokens,
    )
    if suspicion is not None and suspicion.confidence >= SURE:
        found = replace(found, minimum="", maximum="", top=())
    return found
