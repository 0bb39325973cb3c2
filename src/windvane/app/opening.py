"""Opens an estate for work: the one place that knows which adapters exist."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from windvane.adapters import discretion
from windvane.adapters.heading import read_heading
from windvane.adapters.ledger import Ledger
from windvane.adapters.llms.recorded import Recorded
from windvane.adapters.secrets import References
from windvane.app import rest
from windvane.app.discreet import Discreet
from windvane.app.environment import asked_for
from windvane.app.folder import Folder
from windvane.app.late import Late, LateEngine
from windvane.domain import registry
from windvane.domain.entry import Asked
from windvane.domain.errors import Usage
from windvane.domain.estate import Contract
from windvane.domain.event import Emit
from windvane.domain.heading import Heading
from windvane.domain.ports import Agent, Connector, Llm, Remedy, Resources, Warehouse
from windvane.domain.record import canonical, decode
from windvane.loop.crew import Crew


@dataclass(frozen=True)
class Estate:
    """An opened estate: its heading and the crew that works on it."""

    heading: Heading
    crew: Crew


@contextmanager
def opened(root: Path, *, emit: Emit, declared: tuple[Contract, ...] = ()) -> Iterator[Estate]:
    """The estate in `root`, closed again at the end. Raises `Usage` when there is none."""
    heading = read_heading(root)
    private = root / ".windvane"
    private.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    secrets = References()
    engine = LateEngine(private / "spill", heading.engine)
    warehouse: Late[Warehouse] = Late(lambda: _warehouse(root, heading))
    connectors: dict[str, Connector] = {}

    def connector(name: str) -> Connector:
        if name not in connectors:
            made = registry.load("windvane.stack.sources", name).connector(secrets, engine)
            connectors[name] = Discreet(made)
        return connectors[name]

    ledger = Ledger(private / "ledger.sqlite", clean=discretion.record)
    crew = Crew(
        root=root,
        folder=Folder(root, ledger),
        ledger=ledger,
        warehouse=warehouse,
        scratch=lambda: engine,
        connector=connector,
        agent=_agent,
        remedies=_remedies,
        emit=discretion.event(emit),
        clock=lambda: time.monotonic() - began,
        now=lambda: datetime.now(UTC).isoformat(timespec="milliseconds"),
        goals=tuple(w.goal for w in heading.goals if w.goal is not None),
        llm=_llm(heading, secrets, ledger),
        declared=_declared(heading, ledger, declared),
    )
    try:
        with discretion.errors():
            yield Estate(heading, crew)
    finally:
        if warehouse.made:
            warehouse().close()
            rest.leave(root, ledger)
        engine.close()
        ledger.close()


def _declared(heading: Heading, ledger: Ledger, given: tuple[Contract, ...]) -> tuple[Contract, ...]:
    """What databases declare of their tables: told by `init`, remembered for every later run."""
    for contract in given:
        ledger.remember(f"declared:{contract.relation}", canonical(contract).decode())
    told = {c.relation: c for c in given}
    known = {s.name: ledger.recall(f"declared:{s.name}") for s in heading.sources if s.table and s.name not in told}
    return (*given, *(decode(text, Contract) for text in known.values() if text))


def connector_for(location: str, root: Path) -> Connector:
    """The connector that understands a place; `root` is the estate's folder, for scratch files."""
    engine = LateEngine(root / ".windvane" / "spill", Resources())
    for name in registry.names("windvane.stack.sources"):
        made: Connector = registry.load("windvane.stack.sources", name).connector(References(), engine)
        if made.understands(location):
            return Discreet(made)
    raise Usage(
        f"cannot tell what `{location}` is",
        code="source.unknown",
        why="it is no file or folder that is there, no SQLite file, and no database address",
        fix="check the path, or write an address like `postgresql://user:${env:PGPASSWORD}@host/db`",
    )


def _warehouse(root: Path, heading: Heading) -> Warehouse:
    from windvane.adapters.warehouses.sqlmesh import open_warehouse

    return open_warehouse(root, resources=heading.engine)


def _agent(name: str) -> Agent:
    made: Agent = registry.load("windvane.agents", name).agent()
    return made


def _remedies() -> tuple[Remedy, ...]:
    return tuple(registry.load("windvane.remedies", n).remedy() for n in registry.names("windvane.remedies"))


def _llm(heading: Heading, secrets: References, ledger: Ledger) -> Llm | None:
    """The language model that the heading or the environment names; none of it is imported before it is asked."""
    settings = heading.llm or asked_for(os.environ)
    if settings is None:
        return None
    name = settings.provider.partition(":")[0]
    module = name if name in registry.names("windvane.adapters.llms") else "provider"
    made: Llm = registry.load("windvane.adapters.llms", module).connect(settings, secrets)
    return Recorded(made, lambda asked: _note(ledger, asked), name=settings.provider)


def _note(ledger: Ledger, asked: Asked) -> None:
    """Put a question to a language model, with its answer and cost, in the ledger."""
    key = f"asked:{asked.fingerprint()}:{ledger.head().seq}"
    ledger.append(actor=f"llm:{asked.model}", step="diagnose", key=key, body=asked)
