"""The modeler: alternative marts for one goal, each with what it would prove; the trial decides, not the modeler."""

from __future__ import annotations

from windvane.agents.modeler.alternatives import alternatives
from windvane.agents.modeler.catalog import catalog
from windvane.agents.modeler.classes import classes, is_class
from windvane.agents.modeler.estimated import estimated, is_estimated
from windvane.agents.modeler.others import others
from windvane.agents.modeler.retrained import retrained
from windvane.agents.modeler.segments import is_segments, segments
from windvane.agents.modeler.signs import signs
from windvane.agents.modeler.subject import Unservable
from windvane.domain.estate import Model, Product, Ref
from windvane.domain.finding import Finding
from windvane.domain.goal import Goal
from windvane.domain.plan import Plan
from windvane.domain.ports import Agent, Scene

_ESTIMATED = ((is_class, classes), (is_segments, segments), (is_estimated, estimated))


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
        kind = scene.incident.signals[0].kind if scene.incident is not None else ""
        if kind in ("drift", "shortfall") and scene.goal is not None and is_class(scene.goal):
            return (*signs(scene), *retrained(scene))
        if kind == "drift":
            return retrained(scene)
        if kind == "shortfall":
            return others(scene)
        if scene.goal is None or _served(scene, scene.goal):
            return ()
        try:
            return _plans(scene, scene.goal)
        except Unservable:
            return ()


def _plans(scene: Scene, goal: Goal) -> tuple[Plan, ...]:
    """The first version of an estimated product, else alternative marts. Raises `Unservable`."""
    known = catalog(scene.estate, scene.findings)
    found = next((make for fits, make in _ESTIMATED if fits(goal)), None)
    if found is not None:
        try:
            return (found(scene, goal, known),)
        except Unservable:  # what cannot be estimated yet is still served with the rows it would be estimated from
            pass
    return alternatives(scene, goal, known)


def _served(scene: Scene, goal: Goal) -> bool:
    """Whether a product was made for exactly this goal and its model is there."""
    products = [p for p in scene.estate.of(Product) if isinstance(p, Product) and p.goal == goal]
    return any(isinstance(scene.estate.find(Ref(kind="model", name=p.relation)), Model) for p in products)
