"""Who and what the loop works with: ports, agents and remedies, handed in by the wiring."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from windvane.domain.change import Change
from windvane.domain.entry import Body, Entry, Step
from windvane.domain.estate import Asset, Contract, Estate
from windvane.domain.event import Emit, Event
from windvane.domain.goal import Goal
from windvane.domain.incident import Incident
from windvane.domain.ports import Agent, Connector, Engine, Ledger, Llm, Remedy, Resources, Scene, Warehouse
from windvane.loop.logbook import Logbook


class Folder(Protocol):
    """The estate folder: standard files, and git where there is one."""

    def read(self) -> Estate:
        """All assets that the files spell."""
        ...

    def write(self, changes: tuple[Change, ...]) -> tuple[str, ...]:
        """Make the files say what `changes` say; names the files that changed. Idempotent."""
        ...

    def edited(self) -> tuple[Asset, ...]:
        """Assets that a person changed since windvane wrote them."""
        ...

    def removed(self, known: tuple[Asset, ...]) -> tuple[Asset, ...]:
        """Those of `known` assets whose file a person took away since windvane wrote it."""
        ...

    def settle(self) -> None:
        """Take the files as they are now as known."""
        ...

    def commit(self, *, decision: str, title: str, body: str) -> str:
        """One git commit for a decision; the hash, or empty without git or without a change."""
        ...


@dataclass(frozen=True)
class Crew:
    """One estate, opened for work. Only `warehouse`, `folder` and `ledger` can write."""

    root: Path
    folder: Folder
    ledger: Ledger
    warehouse: Callable[[], Warehouse]
    scratch: Callable[[], Engine]
    connector: Callable[[str], Connector]
    agent: Callable[[str], Agent]
    remedies: Callable[[], tuple[Remedy, ...]]
    emit: Emit
    clock: Callable[[], float]  # seconds since the command started
    now: Callable[[], str]  # UTC, ISO 8601
    goals: tuple[Goal, ...] = ()
    llm: Llm | None = None
    declared: tuple[Contract, ...] = field(default=())

    def write(self, key: str, body: Body, *, actor: str, step: Step, because: tuple[str, ...] = ()) -> Entry:
        """Put a line in the ledger, following from the lines written under the keys `because` (those there are)."""
        before = tuple(e.seq for e in map(self.ledger.find, because) if e is not None)
        return self.ledger.append(actor=actor, step=step, key=key, body=body, because=before)

    def use(self, resources: Resources) -> None:
        """Work with no more than `resources` from here on."""
        self.scratch().use(resources)
        self.warehouse().use(resources)

    def say(self, step: str, text: str, **more: str) -> None:
        """Tell whoever watches."""
        self.emit(Event(at=self.clock(), step=step, text=text, **more))

    def scene(self, estate: Estate, *, incident: Incident | None = None, goal: Goal | None = None) -> Scene:
        """What agents and remedies may look at; nothing in it can write."""
        book = Logbook(self.ledger)
        return Scene(
            root=self.root,
            estate=estate,
            findings=book.findings(),
            batches=book.pending(),
            history=book.visible(),
            asked=book.unjudged,
            incident=incident,
            goal=goal,
            declared=self.declared,
            scratch=self.scratch(),
            reader=self.warehouse().reader() if book.releases() else None,
            llm=self.llm,
        )
