"""A built estate that faults are let loose on copies of, and what it knows of its sources."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from windvane.app import founding, library, running
from windvane.app.drill.given import Given, write
from windvane.app.opening import opened
from windvane.domain.errors import Failed
from windvane.domain.estate import Column, Contract, Estate, Model, Ref
from windvane.domain.event import Event
from windvane.domain.fault import Kind, Shape, Trait, World
from windvane.loop.logbook import Logbook
from windvane.sql.alias import columns_of
from windvane.sql.casts import casts

FILES, ESTATE = "files", "estate"
_KINDS: tuple[tuple[str, Kind], ...] = (
    ("bigint", "integer"), ("decimal", "number"), ("double", "number"), ("date", "date"), ("timestamp", "timestamp"),
    ("boolean", "boolean"),
)  # fmt: skip


@dataclass(frozen=True)
class Base:
    """An estate in `root/estate` over files in `root/files`, built once; cases work on copies of `root`."""

    name: str
    root: Path
    given: Given
    estate: Estate
    world: World
    batches: frozenset[str]  # all that were landed
    shown: dict[str, tuple[str, ...]]  # published columns by relation
    lines: int  # of the ledger


def build(given: Given, root: Path) -> Base:
    """Found an estate on the history and run it. Raises `Failed` (`drill.base`) when a delivery is not visible."""
    write(given, root / FILES)
    founding.init((str(root / FILES),), given.goal, root / ESTATE, emit=_quiet, answer="1")
    running.run(root / ESTATE, emit=_quiet)
    return opened_again(given, root)


def opened_again(given: Given, root: Path) -> Base:
    """The base that was built in `root`. Raises as `build` does."""
    with opened(root / ESTATE, emit=_quiet) as work:
        book = Logbook(work.crew.ledger)
        estate = work.crew.folder.read()
        _refuse_half(given, {b.source for b in book.visible()}, book)
        shown = _shown(root / ESTATE)
        shapes = tuple(_shape(estate, source, shown) for source in sorted({t.source for t in given.history}))
        world = World(
            target="",
            arriving=given.arriving,
            history=given.history,
            shapes=shapes,
            aside=estate.policy.max_quarantined_share,
            restated=estate.policy.max_restated_share,
        )
        return Base(
            name=given.name,
            root=root,
            given=given,
            estate=estate,
            world=world,
            batches=frozenset(book.landed),
            shown=shown,
            lines=max(entry.seq for entry in work.crew.ledger.entries()),
        )


def _quiet(event: Event) -> None:
    """Say nothing."""


def _refuse_half(given: Given, visible: set[str], book: Logbook) -> None:
    wanted = {t.source for t in given.history}
    waiting = book.waiting()
    if wanted <= visible and not waiting:
        return
    why = "; ".join(d.title for d in waiting) or f"nothing of {', '.join(sorted(wanted - visible))} is visible"
    raise Failed("the estate for the drill does not build", code="drill.base", why=why, fix="windvane run, then drill")


def _shown(root: Path) -> dict[str, tuple[str, ...]]:
    """Published columns by relation."""
    released = library.open(root)
    return {name: tuple(released[name].arrow().column_names) for name in released.relations}


def _shape(estate: Estate, source: str, shown: dict[str, tuple[str, ...]]) -> Shape:
    model = estate.find(Ref(kind="model", name=f"staging.{source}"))
    staged = estate.find(Ref(kind="contract", name=f"staging.{source}"))
    core = estate.find(Ref(kind="contract", name=f"core.{source}"))
    assert isinstance(model, Model)
    contracts = [c for c in (core, staged) if isinstance(c, Contract)]
    key = next((c.key for c in contracts if c.key), ())
    refers = {
        ",".join(r.columns): f"{r.to.partition('.')[2]}.{','.join(r.to_columns)}"
        for c in contracts
        for r in c.references
    }
    columns = {c.name: c for contract in reversed(contracts) for c in contract.columns}
    traits = tuple(
        Trait(
            name=delivered,
            kind=_kind(columns.get(cast.name), cast.type),
            key=cast.name in key,
            refers=refers.get(cast.name, ""),
            shown=cast.name in shown.get(f"core.{source}", ()),
        )
        for cast in casts(model.text)
        for delivered in sorted(columns_of(cast.text))[:1]
    )
    return Shape(source=source, traits=traits)


def _kind(column: Column | None, type_: str) -> Kind:
    said = (column.type if column else type_).lower()
    return next((kind for start, kind in _KINDS if said.startswith(start)), "text")
