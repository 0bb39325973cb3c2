"""The modeler: alternative marts for one goal, each with what it would prove; the trial decides, not the modeler."""

from __future__ import annotations

from windvane.agents.modeler.alternatives import alternatives
from windvane.agents.modeler.catalog import catalog
from windvane.agents.modeler.estimated import estimated, is_estimated
from windvane.agents.modeler.subject import Unservable
from windvane.domain.estate import Model, Product, Ref
from windvane.domain.finding import Finding
from windvane.domain.goal import Goal
from windvane.domain.plan import Plan
from windvane.domain.ports import Agent, Scene


def agent() -> Agent:
    """The modeler."""
    return Modeler()


class Modeler:
    """Proposes the marts, the metric and the product of a goal over the core layer."""

    def look(self, scene: Scene) -> tuple[Finding, ...]:
        """Why the goal of the scene cannot be served, when it cannot; otherwise nothing."""
        if scene.goal is None:
            return ()
        try:
            _plans(scene, scene.goal)
        except Unservable as error:
            about = scene.goal.measure or scene.goal.sentence
            said = Finding(
                by="modeler", subject=about, claim="quality", value="unservable", confidence=1.0, evidence=str(error)
            )
            return (said,)
        return ()

    def propose(self, scene: Scene) -> tuple[Plan, ...]:
        """Plans that serve the same goal in different ways; none when it is served already or cannot be."""
        if scene.goal is None or _served(scene, scene.goal):
            return ()
        try:
            return _plans(scene, scene.goal)
        except Unservable:
            return ()


def _plans(scene: Scene, goal: Goal) -> tuple[Plan, ...]:
    """The first version of an estimated product, else alternative marts. Raises `Unservable`."""
    known = catalog(scene.estate, scene.findings)
    if is_estimated(goal):
        try:
            return (estimated(scene, goal, known),)
        except Unservable:  # what cannot be estimated yet is still served with the rows it would be estimated from
            pass
    return alternatives(scene, goal, known)


def _served(scene: Scene, goal: Goal) -> bool:
    """Whether a product was made for exactly this goal and its model is there."""
    products = [p for p in scene.estate.of(Product) if isinstance(p, Product) and p.goal == goal]
    return any(isinstance(scene.estate.find(Ref(kind="model", name=p.relation)), Model) for p in products)
