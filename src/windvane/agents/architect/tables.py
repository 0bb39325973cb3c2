"""A source as the architect understands it: columns with types, key, time, and how it is delivered."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from windvane.agents.architect.claims import (
    DELIVERY_SURE,
    KEY_SURE,
    MEANING_SURE,
    TIME_SURE,
    Claims,
    claims_about,
)
from windvane.domain.batch import Batch, ColumnProfile
from windvane.domain.estate import Column, Source
from windvane.domain.naming import identifier
from windvane.domain.ports import Scene
from windvane.domain.record import replace
from windvane.stack import packs
from windvane.stack.quality.grammar import canonical_sql
from windvane.stack.quality.moments import is_instant
from windvane.stack.quality.spelling import read
from windvane.stack.transform.header import quoted
from windvane.stack.transform.staging import StagedColumn

# Rule of three: no null among 3,000 rows means fewer than 1 in 1,000, at 95 % confidence.
ROWS_TO_PROMISE_NOT_NULL = 3000
OWNED_SURE = 0.9  # that a column belongs to the thing that a part of the key names


@dataclass(frozen=True)
class Table:
    """One source, understood. `names` maps delivered names to those of the models."""

    claims: Claims
    names: dict[str, str]
    columns: tuple[Column, ...]
    staged: tuple[StagedColumn, ...]
    key: tuple[str, ...]  # only when sure
    doubted: str  # why there is no sure key, for people; empty when there is one
    time_column: str
    cadence: str
    delivery: str
    grain: str
    rows: int
    batches: tuple[Batch, ...]

    @property
    def source(self) -> str:
        """Name of the source."""
        return self.claims.source

    def column(self, name: str) -> Column:
        """One column by its name in the models."""
        return next(c for c in self.columns if c.name == name)

    def profile_of(self, name: str) -> ColumnProfile | None:
        """The profile of a column in the newest batch that has one."""
        delivered = next(d for d, n in self.names.items() if n == name)
        profiles = [b.profile for b in self.batches if b.profile is not None]
        return profiles[-1].column(delivered) if profiles else None


def understand(source: Source, scene: Scene) -> Table:
    """The table that a source delivers, as far as the findings of the scene are sure."""
    batches = tuple(b for b in (*scene.history, *scene.batches) if b.source == source.name)
    delivered = columns_now(source, batches)
    claims = claims_about(source.name, delivered, findings=scene.findings, declared=scene.declared)
    names = name_columns(delivered)
    found, confidence, evidence = claims.key()
    sure = bool(found) and confidence >= KEY_SURE
    key = tuple(names[c] for c in found) if sure else ()
    time = claims.value("time_column", sure=TIME_SURE)
    nulls = _nulls(scene, batches, delivered)
    rows = sum(b.accepted for b in batches)
    parts = found if sure else ()
    columns = tuple(
        _column(claims, d, names[d], nulls=nulls.get(d) if rows else None, rows=_witnesses(claims, d, parts, batches))
        for d in delivered
    )
    promised = {*key, names.get(time, "")}
    return Table(
        claims=claims,
        names=names,
        columns=tuple(replace(c, nullable=False) if c.name in promised else c for c in columns),
        staged=tuple(stage(claims, d, names[d]) for d in delivered),
        key=key,
        doubted="" if sure else _doubt(found, confidence, evidence),
        time_column=names.get(time, ""),
        cadence=claims.value("cadence", sure=TIME_SURE),
        delivery=claims.value("delivery", sure=DELIVERY_SURE),
        grain=claims.value("grain", sure=MEANING_SURE),
        rows=rows,
        batches=batches,
    )


def _nulls(scene: Scene, batches: tuple[Batch, ...], delivered: tuple[str, ...]) -> dict[str, int]:
    """Rows without a value per column, over all batches; of many only some are profiled, so the rows are asked."""
    whole = [b for b in batches if b.accepted]
    if all(b.profile is not None for b in whole):
        found: Counter[str] = Counter()
        for batch in whole:
            there = {c.name: c.nulls for c in batch.profile.columns} if batch.profile else {}
            found.update({name: there.get(name, batch.accepted) for name in delivered})
        return dict(found)
    engine = scene.scratch
    if engine is None or not delivered:
        return {}
    counts = ", ".join(f"count(*) - count(NULLIF({quoted(c)}, ''))" for c in delivered)
    rows = engine.rows(f"SELECT {counts} FROM {packs.relation([scene.root / b.path for b in whole], engine)}")
    return {name: int(str(n)) for name, n in zip(delivered, rows[0], strict=True)}


def columns_now(source: Source, batches: tuple[Batch, ...]) -> tuple[str, ...]:
    """Columns as delivered, those of later batches appended."""
    found = dict.fromkeys(source.columns)
    for batch in batches:
        found |= dict.fromkeys(batch.columns)
    return tuple(found)


def name_columns(delivered: tuple[str, ...], taken: dict[str, str] | None = None) -> dict[str, str]:
    """Delivered name -> name in the models; `taken` are names given before and stay as they are."""
    names = dict(taken or {})
    for column in delivered:
        if column not in names:
            names[column] = identifier(column, {*names.values(), "_batch", "_seq", "_row"})
    return names


def stage(claims: Claims, delivered: str, name: str) -> StagedColumn:
    """The cleaning rule of one column, with its evidence."""
    grammar, tokens = claims.grammar_of(delivered), claims.null_tokens(delivered)
    if grammar == "text" and claims.declared is not None:  # a database tells NULL from '' and from `n/a` by itself
        return StagedColumn(name, quoted(delivered), claims.type_of(delivered), claims.evidence_of(delivered))
    return StagedColumn(
        name,
        canonical_sql(grammar, quoted(delivered), tokens),
        claims.type_of(delivered),
        claims.evidence_of(delivered),
    )


def _witnesses(claims: Claims, delivered: str, key: tuple[str, ...], batches: tuple[Batch, ...]) -> int:
    """Rows that say of themselves that a column has a value: what belongs to a thing says so once for each thing."""
    about = f"{claims.source}.{delivered}"
    told = (f for f in claims.findings if f.claim == "depends_on" and f.subject == about and f.confidence >= OWNED_SURE)
    owner = next((f.value for f in told if f.value in key), "")
    shapes = [b.profile for b in batches if b.profile is not None]
    if owner and len(key) > 1 and shapes:
        return max((c.distinct for s in shapes if (c := s.column(owner)) is not None), default=0)
    return sum(b.accepted for b in batches)


def _column(claims: Claims, delivered: str, name: str, *, nulls: int | None, rows: int) -> Column:
    declared = next((c for c in claims.declared.columns if c.name == delivered), None) if claims.declared else None
    return Column(
        name=name,
        type=claims.type_of(delivered),
        nullable=declared.nullable if declared else not (nulls == 0 and rows >= ROWS_TO_PROMISE_NOT_NULL),
        classification="personal" if claims.is_personal(delivered) else "open",
        meaning=claims.value("meaning", delivered, sure=MEANING_SURE),
        unit=_unit(claims, delivered),
        description="" if name == delivered else f"delivered as `{delivered}`",
    )


def _unit(claims: Claims, delivered: str) -> str:
    """The unit of a column; of a moment that says its zone, `UTC`: staging takes the zone off."""
    if claims.type_of(delivered) == "timestamp" and is_instant(read(claims.grammar_of(delivered))):
        return "UTC"
    return claims.value("unit", delivered, sure=MEANING_SURE)


def _doubt(found: tuple[str, ...], confidence: float, evidence: str) -> str:
    if not found:
        return f"no sure key ({evidence})" if evidence else "no sure key"
    return f"({', '.join(found)}) is a key with {confidence:.0%} confidence only, {KEY_SURE:.0%} is needed: {evidence}"
