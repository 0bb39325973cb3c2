"""The keeper: how relations are stored, where a query that a product needs takes long."""

from __future__ import annotations

import re

from windvane.domain.change import Put
from windvane.domain.estate import Model, Product, Ref
from windvane.domain.estimate import Inputs
from windvane.domain.finding import Finding
from windvane.domain.plan import Plan, Probe
from windvane.domain.ports import Agent, Scene
from windvane.domain.record import replace
from windvane.sql.parse import parse_model
from windvane.stack.transform.asof import input_query

CPU_S = 2.0
_KIND = re.compile(r"\bkind\s+VIEW\b", re.IGNORECASE)
_ORDERED = re.compile(r"\bORDER\s+BY\b[^()]*$", re.IGNORECASE)


def agent() -> Agent:
    """The keeper."""
    return Keeper()


class Keeper:
    """Proposes to write down what is computed at every query, or to sort what is read in order."""

    def look(self, scene: Scene) -> tuple[Finding, ...]:
        """Nothing: how long a query takes is measured, not guessed."""
        del scene
        return ()

    def propose(self, scene: Scene) -> tuple[Plan, ...]:
        """Alternatives for the relations that the input of a slow product reads; the trial measures the seconds."""
        if scene.incident is None or scene.incident.signals[0].kind != "slow":
            return ()
        product = scene.estate.find(Ref(kind="product", name=scene.incident.signals[0].subject))
        if not isinstance(product, Product) or product.inputs is None:
            return ()
        read = dict.fromkeys((product.inputs.relation, *(d.relation for d in product.inputs.drivers)))
        models = [m for name in read if isinstance(m := scene.estate.find(Ref(kind="model", name=name)), Model)]
        return tuple(p for m in models for p in (*_written(scene, product, m), *_sorted(scene, product, m)))


def _written(scene: Scene, product: Product, model: Model) -> list[Plan]:
    if model.layer == "staging" or parse_model(model.text).kind != "VIEW":
        return []
    after = replace(model, text=_KIND.sub("kind FULL", model.text, count=1))
    why = f"{model.name} is a view: it is computed anew by every query, and the input of {product.name} asks it"
    return [_plan(scene, product, after, f"Write down {model.name}", why)] if after != model else []


def _sorted(scene: Scene, product: Product, model: Model) -> list[Plan]:
    inputs = product.inputs
    if inputs is None or model.name != inputs.relation or parse_model(model.text).kind != "FULL":
        return []
    if _ORDERED.search(model.text):
        return []
    order = ", ".join((*inputs.entities, inputs.time))
    after = replace(model, text=f"{model.text.rstrip().rstrip(';')}\nORDER BY {order}\n")
    why = f"the input of {product.name} reads {model.name} by {order}: what lies in that order is read in one go"
    return [_plan(scene, product, after, f"Sort {model.name} by {order}", why)]


def _plan(scene: Scene, product: Product, model: Model, title: str, why: str) -> Plan:
    assert scene.incident is not None and product.inputs is not None
    return Plan(
        incident=scene.incident.id,
        proposer="keeper",
        title=title,
        base=scene.estate.fingerprint(),
        changes=(Put(asset=model),),
        rationale=why,
        probes=(_seconds(product, product.inputs), *_same(product.inputs, model)),
        serves=f"storage for {product.name}",
        cost=CPU_S,
    )


def _seconds(product: Product, inputs: Inputs) -> Probe:
    sql = f"SELECT COUNT(*), SUM(target) FROM ({input_query(inputs)}) AS asked"
    return Probe(name=f"seconds mart.{product.name}_input", sql=sql, better="lower", of="seconds")


def _same(inputs: Inputs, model: Model) -> list[Probe]:
    """The rows are the same, however they are stored."""
    found = [Probe(name=f"rows {model.name}", sql=f"SELECT COUNT(*) FROM {model.name}", better="equal")]
    if model.name == inputs.relation:
        total = f"SELECT SUM(CAST({inputs.value} AS DECIMAL(38, 6))) FROM {model.name}"
        found.append(Probe(name=f"sum {model.name}.{inputs.value}", sql=total, better="equal"))
    return found
