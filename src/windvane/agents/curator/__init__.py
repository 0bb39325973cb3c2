"""The curator: where errors gather at values that are none, a rule that leaves them out."""

from __future__ import annotations

from windvane.agents.curator.rules import Rule, found
from windvane.domain.estate import Product, Ref
from windvane.domain.finding import Finding
from windvane.domain.plan import Effect, Plan
from windvane.domain.ports import Agent, Scene
from windvane.domain.record import replace
from windvane.stack.transform.estimates import revised

CPU_S = 1.0


def agent() -> Agent:
    """The curator."""
    return Curator()


class Curator:
    """Looks where the errors of a product are large, and what those values have in common."""

    def look(self, scene: Scene) -> tuple[Finding, ...]:
        """Nothing: it works on what is published."""
        del scene
        return ()

    def propose(self, scene: Scene) -> tuple[Plan, ...]:
        """One plan for each rule that the published errors speak for."""
        if scene.incident is None or scene.incident.signals[0].kind != "shortfall" or scene.reader is None:
            return ()
        product = scene.estate.find(Ref(kind="product", name=scene.incident.signals[0].subject))
        if not isinstance(product, Product) or product.inputs is None or product.recipe is None:
            return ()
        return tuple(_plan(scene, product, rule) for rule in found(scene, product))


def _plan(scene: Scene, product: Product, rule: Rule) -> Plan:
    assert scene.incident is not None and product.inputs is not None and product.recipe is not None
    inputs = replace(product.inputs, cleaning=rule.cleaning)
    measure = next((t.measure for t in product.goal.targets if "error" in t.measure), "")
    return Plan(
        incident=scene.incident.id,
        proposer="curator",
        title=f"Leave out {rule.what} of {product.inputs.relation}.{product.inputs.value}",
        base=scene.estate.fingerprint(),
        changes=revised(product, inputs, product.recipe),
        rationale=(
            f"errors gather at {rule.what}: they are no values, and what is learnt from them is wrong elsewhere; "
            "the gain counts on the other rows alone"
        ),
        evidence=rule.evidence,
        predicted=(Effect(measure=f"gain of {measure}", expected=rule.gain),) if measure else (),
        cause="dirty_inputs",
        serves=f"version of {product.name}",
        cost=CPU_S,
    )
