"""Columns that a known source did not deliver before: landed nullable, and left out of what is published."""

from __future__ import annotations

from dataclasses import dataclass

from windvane.agents.architect.claims import MEANING_SURE, claims_about
from windvane.agents.architect.tables import columns_now, name_columns, stage
from windvane.domain.change import Change, Put
from windvane.domain.estate import Column, Contract, Estate, Model, Ref, Source
from windvane.domain.ports import Scene
from windvane.domain.record import replace
from windvane.sql.casts import casts, delivered
from windvane.sql.edit import insert_projection
from windvane.sql.lineage import reads
from windvane.sql.parse import parse_model
from windvane.stack.transform.staging import StagedColumn, projection


@dataclass(frozen=True)
class Newcomers:
    """New columns of one source, as they would be staged, with the changes that land them."""

    source: str
    columns: tuple[StagedColumn, ...]
    changes: tuple[Change, ...]
    relations: tuple[str, ...]
    left_out: tuple[str, ...] = ()  # core relations that do not take them by themselves


def newcomers(source: Source, scene: Scene) -> Newcomers | None:
    """What is new in the newest batch of a source that has a staging model; nothing when a known column is missing.

    A missing column beside a new one may be a renamed one: that is not decided here.
    """
    staged = scene.estate.find(Ref(kind="model", name=f"staging.{source.name}"))
    newest = next((b for b in reversed(scene.batches) if b.source == source.name and b.columns), None)
    if not isinstance(staged, Model) or newest is None:
        return None
    known = delivered(staged.text)
    new = tuple(c for c in newest.columns if c not in known and c not in source.columns)
    if not new or set(known) - set(newest.columns):
        return None
    columns, promised = _understood(source, new, scene, taken=tuple(c.name for c in casts(staged.text)))
    core = [m for m in scene.estate.of(Model) if isinstance(m, Model) and _is_core_of(m, source.name)]
    open_to, closed = [m for m in core if _takes(m)], [m for m in core if not _takes(m)]
    changes: list[Change] = [Put(asset=replace(source, columns=columns_now(source, (newest,))))]
    for model in (staged, *open_to):
        changes += _model_and_contract(model, columns, scene.estate, promised)
    names = tuple(m.name for m in (staged, *open_to))
    return Newcomers(source.name, columns, tuple(changes), names, tuple(m.name for m in closed))


def _understood(
    source: Source, new: tuple[str, ...], scene: Scene, *, taken: tuple[str, ...]
) -> tuple[tuple[StagedColumn, ...], tuple[Column, ...]]:
    """How new columns are staged, and what the contracts say of them: that they may be empty."""
    claims = claims_about(source.name, new, findings=scene.findings, declared=scene.declared)
    names = name_columns(new, {f"\0{name}": name for name in taken})
    promised = tuple(
        Column(
            name=names[c],
            type=claims.type_of(c),
            classification="personal" if claims.is_personal(c) else "open",
            meaning=claims.value("meaning", c, sure=MEANING_SURE),
            unit=claims.value("unit", c, sure=MEANING_SURE),
            description="" if names[c] == c else f"delivered as `{c}`",
        )
        for c in new
    )
    return tuple(stage(claims, c, names[c]) for c in new), promised


def _is_core_of(model: Model, source: str) -> bool:
    return model.layer == "core" and f"staging.{source}" in reads(model.text)


def _takes(model: Model) -> bool:
    """Whether a new column can travel through a core model: it reads one staging model and carries `_batch`."""
    return len(reads(model.text)) == 1 and "_batch" in [p.name for p in parse_model(model.text).projections]


def _model_and_contract(
    model: Model, columns: tuple[StagedColumn, ...], estate: Estate, promised: tuple[Column, ...]
) -> list[Change]:
    text = model.text
    for column in columns:
        line = projection(column) if model.layer == "staging" else f"{column.name},"
        text = insert_projection(text, line, before="_batch")
    changes: list[Change] = [Put(asset=replace(model, text=text))]
    contract = estate.find(Ref(kind="contract", name=model.name))
    if isinstance(contract, Contract):
        changes.append(Put(asset=replace(contract, columns=(*contract.columns, *promised))))
    return changes
