"""Leaves out of a plan the features that are the target under another name: the rest of it may still help."""

from __future__ import annotations

import re

from windvane.domain.change import Change, Put
from windvane.domain.estate import Estate, Model, Product
from windvane.domain.estimate import Inputs, Labels
from windvane.domain.incident import Incident
from windvane.domain.plan import Plan
from windvane.domain.record import replace
from windvane.loop import propose
from windvane.loop.crew import Crew
from windvane.loop.proving import Bench, added, leaking
from windvane.loop.versions import product_of, version
from windvane.stack.transform.asof import input_model, input_name

_WORD = re.compile(r"[a-z_][a-z0-9_]*")


def without_twins(
    crew: Crew, estate: Estate, incident: Incident, made: Bench, plans: tuple[Plan, ...]
) -> tuple[Plan, ...]:
    """The plans, each without the added features that know too much; one that would add nothing else stays as it is.

    That one is refused when it is tried, with the reason.
    """
    odd = leaking(made, plans)
    found: list[Plan] = []
    versions: set[str] = set()
    for plan in plans:
        names = added(made.product, plan)
        twins = tuple(n for n in names if n in odd)
        if not twins or len(twins) == len(names):
            found.append(plan)
            continue
        reasons = tuple(f"{n} is left out: {odd[n]}" for n in twins)
        less = propose.finish(estate, incident, narrower(plan, twins, reasons))
        if version(less) in versions:
            continue  # without them it is what another plan is without them
        versions.add(version(less))
        for reason in reasons:
            crew.say("propose", f"  {plan.title}: {reason}", subject=made.product.name)
        if plan.fingerprint() in made.alone:
            made.alone[less.fingerprint()] = made.alone[plan.fingerprint()]
        found.append(less)
    return tuple(found)


def narrower(plan: Plan, names: tuple[str, ...], reasons: tuple[str, ...]) -> Plan:
    """The plan without some features and what is made of them; `reasons` stand in its rationale."""
    product = product_of(plan)
    assert product is not None and product.inputs is not None and product.recipe is not None
    inputs = less(product.inputs, names)
    gone = {*names, *_made_of(product.inputs.labels, names)}
    features = tuple(f for f in product.recipe.features if f not in gone)
    after = replace(product, inputs=inputs, recipe=replace(product.recipe, features=features))
    return replace(
        plan,
        title=f"{plan.title}, without {', '.join(names)}",
        changes=tuple(_changed(c, after) for c in plan.changes),
        rationale="\n".join((plan.rationale, *reasons)),
        inverse=(),  # made anew from the changes
    )


def less(inputs: Inputs, names: tuple[str, ...]) -> Inputs:
    """The inputs without some features, and without what is made of them."""
    return replace(
        inputs,
        windows=tuple(w for w in inputs.windows if f"own_{w}" not in names),
        drivers=tuple(d for d in inputs.drivers if d.name not in names),
        calendar=tuple(c for c in inputs.calendar if c not in names),
        labels=_less(inputs.labels, names) if inputs.labels is not None else None,
    )


def _less(labels: Labels, names: tuple[str, ...]) -> Labels:
    gone = {*names, *_made_of(labels, names)}
    return replace(
        labels,
        columns=tuple(c for c in labels.columns if c[0] not in gone),
        keyed=tuple(k for k in labels.keyed if k.name not in gone),
    )


def _made_of(labels: Labels | None, names: tuple[str, ...]) -> tuple[str, ...]:
    """Features that are made of what is left out: means over keys, differences and products; its value is in them."""
    if labels is None:
        return ()
    mixed = tuple(name for name, sql in labels.columns if set(_WORD.findall(sql)) & set(names))
    return (*mixed, *(k.name for k in labels.keyed if k.column in (*names, *mixed)))


def _changed(change: Change, product: Product) -> Change:
    """A change of the plan, where it puts the product or its input, of the narrower ones."""
    if not isinstance(change, Put) or product.inputs is None:
        return change
    if isinstance(change.asset, Product):
        return Put(asset=product)
    if isinstance(change.asset, Model) and change.asset.name == input_name(product.name):
        return Put(asset=input_model(product.name, product.inputs))
    return change
