"""The ingester: looks for older deliveries of a table that the estate has, where a product learns from too little."""

from __future__ import annotations

import os
from pathlib import Path

from windvane.domain.change import Put
from windvane.domain.estate import Model, Product, Ref, Source
from windvane.domain.finding import Finding
from windvane.domain.plan import Plan
from windvane.domain.ports import Agent, Scene
from windvane.domain.record import replace
from windvane.sql.lineage import reads

CPU_S = 3.0


def agent() -> Agent:
    """The ingester."""
    return Ingester()


class Ingester:
    """Proposes to land what lies in reach of a source and is not delivered by it."""

    def look(self, scene: Scene) -> tuple[Finding, ...]:
        """Nothing: what a delivery is, the scout says."""
        del scene
        return ()

    def propose(self, scene: Scene) -> tuple[Plan, ...]:
        """One plan for each archive of a source below a product that misses its goal; the loop lands and tries it."""
        if scene.incident is None or scene.incident.signals[0].kind != "shortfall":
            return ()
        found = scene.estate.find(Ref(kind="product", name=scene.incident.signals[0].subject))
        if not isinstance(found, Product) or found.inputs is None:
            return ()
        sources = [s for s in scene.estate.of(Source) if isinstance(s, Source) and _feeds(scene, s, found)]
        return tuple(_plan(scene, found, s, where) for s in sources for name, where in scene.archives if name == s.name)


def _feeds(scene: Scene, source: Source, product: Product) -> bool:
    assert product.inputs is not None
    model = scene.estate.find(Ref(kind="model", name=product.inputs.relation))
    return isinstance(model, Model) and f"staging.{source.name}" in reads(model.text)


def _short(source: Source, where: str) -> str:
    """A location as it lies from the folder of the source."""
    return os.path.relpath(where.partition("|")[0], Path(source.location.partition("|")[0]).parent)


def _plan(scene: Scene, product: Product, source: Source, where: str) -> Plan:
    assert scene.incident is not None
    wider = replace(source, location=f"{source.location}|{where}")
    return Plan(
        incident=scene.incident.id,
        proposer="ingester",
        title=f"Backfill {source.name} from {_short(source, where)}",
        base=scene.estate.fingerprint(),
        changes=(Put(asset=wider), Put(asset=product)),
        rationale=f"files at {where} have the columns of {source.name} and no source reads them: more to learn from",
        cause="too_little_history",
        serves=f"version of {product.name}",
        cost=CPU_S,
    )
