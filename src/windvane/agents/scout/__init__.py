"""The scout: looks at what has landed and says what it is, with honest confidence."""

from __future__ import annotations

from windvane.agents.scout import (
    delivery,
    dependencies,
    drivers,
    duplicates,
    joinability,
    keys,
    kinds,
    meaning,
    personal,
    quality,
    references,
    referred,
    time,
)
from windvane.agents.scout.opinion import opinions
from windvane.agents.scout.overlap import overlaps
from windvane.agents.scout.table import Table, tables
from windvane.domain.finding import Finding
from windvane.domain.plan import Plan
from windvane.domain.ports import Agent, Engine, Scene

_SHARED = 0.5  # distinct values two columns must share to be looked at together


class Scout:
    """Profiles every source and finds keys, references, time, meaning; proposes drivers of estimates."""

    def look(self, scene: Scene) -> tuple[Finding, ...]:
        """Findings about all sources with batches, those of the language model (if there is one) beside the others.

        Raises `Failed` when a landed file cannot be read.
        """
        if scene.scratch is None:
            return ()
        seen = tables(scene, scene.scratch)
        found = _between(scene.scratch, seen)
        for table in seen:
            told = tuple(_within(scene.scratch, table))
            found += told
            if scene.llm is not None:
                found += opinions(scene.llm, table, told)
        return tuple(sorted(found, key=lambda f: (f.subject, f.claim, -f.confidence, f.value)))

    def propose(self, scene: Scene) -> tuple[Plan, ...]:
        """Drivers within reach for a product that misses its goal; of anything else a scout only says what it is."""
        if scene.incident is None or scene.incident.signals[0].kind not in ("shortfall", "drift"):
            return ()
        return drivers.proposals(scene)


def agent() -> Agent:
    """The factory that the registry calls."""
    return Scout()


def _within(engine: Engine, table: Table) -> list[Finding]:
    """What each table says by itself, apart from its keys."""
    return [
        *kinds.findings(table),
        *dependencies.findings(engine, table),
        *meaning.findings(engine, table),
        *personal.findings(engine, table),
    ]


def _between(engine: Engine, seen: tuple[Table, ...]) -> list[Finding]:
    """Keys, and what tables say about each other with them."""
    known = {t.source: keys.keys(engine, t) for t in seen}
    shared = overlaps(engine, seen, at_least=_SHARED)
    referred.supported(seen, known, shared)
    links = references.references(engine, seen, known, shared)
    made = (
        references.findings(links)
        + joinability.findings(seen, shared, links)
        + duplicates.findings(engine, seen, shared)
    )
    for table in seen:
        made += keys.findings(table, known[table.source])
        made += time.findings(engine, table, known[table.source])
        made += delivery.findings(engine, table, known[table.source])
        made += quality.findings(engine, table, links)
    return made
