"""Tries estimated products with fewer features: what is dropped must cost no measure of the goal more than a margin."""

from __future__ import annotations

from typing import NamedTuple

from windvane.domain.estate import Product
from windvane.domain.estimate import Gain, Inputs
from windvane.domain.plan import Plan
from windvane.domain.record import replace
from windvane.loop import versions
from windvane.loop.crew import Crew
from windvane.loop.deadwood import about
from windvane.loop.logbook import Logbook


class Leaner(NamedTuple):
    """A plan that drops features, landed with its new estimates, and what each measure of the goal becomes."""

    plan: Plan
    gains: tuple[Gain, ...]


def ready(crew: Crew) -> tuple[Product, ...]:
    """Estimated products with several features whose goal is met, or whose cascade has come to its end."""
    book = Logbook(crew.ledger)
    found = (a for a in crew.folder.read().assets if isinstance(a, Product))
    return tuple(p for p in found if _leanable(p) and _rests(book, p))


def _leanable(product: Product) -> bool:
    """Whether it has several features that something is estimated from; those of segments are what they are."""
    segment = product.inputs is not None and product.inputs.quantity == "segment"
    return product.recipe is not None and len(product.recipe.features) > 1 and not segment


def wanting(crew: Crew) -> bool:
    """Whether an estimated product misses its goal, or was not scored yet: any source may still be needed."""
    book = Logbook(crew.ledger)
    found = (a for a in crew.folder.read().assets if isinstance(a, Product))
    return any(p.inputs is not None and not _met(book, p) for p in found)


def _met(book: Logbook, product: Product) -> bool:
    from windvane.loop.estimating import version_of

    scored = book.scores.get((product.name, version_of(product), "development"))
    return scored is not None and scored.met


def _rests(book: Logbook, product: Product) -> bool:
    last = next((r for r in reversed(book.rounds) if r.product == product.name), None)
    return bool(last.end) if last is not None else _met(book, product)


def lean(crew: Crew, product: Product, *, known: frozenset[frozenset[str]]) -> Leaner | None:
    """The product without the features that it does not need; `None` when it needs all, or that was tried (`known`).

    Looks at the development window only.
    """
    from windvane.loop.estimating import case_of
    from windvane.stack.evidence.leaner import leaner
    from windvane.stack.transform.estimates import revised

    recipe, inputs = product.recipe, product.inputs
    assert recipe is not None and inputs is not None
    case = case_of(crew, product.name, inputs, product.goal)
    quiet = replace(recipe, coverage=0.0)
    found = leaner(
        recipe.features,
        lambda names: case.test(replace(quiet, features=names)).per_step,
        better={aim.measure: aim.better for aim in case.aims},
    )
    if not found.dropped:
        return None
    fewer, fed = replace(recipe, features=found.kept), _fed(inputs, found.kept)
    changes = revised(product, fed, fewer)
    if about(changes) in known:
        return None
    estate = crew.folder.read()
    draft = Plan(
        incident="",
        proposer="simplifier",
        title=f"{product.relation}: estimate without {', '.join(found.dropped)}",
        base="",
        changes=changes,
        rationale="Fewer features, as good on every measure of the goal but for two percent of it at most.",
        evidence=tuple(f"{g.measure}: {g.gain:+.3g} ({g.low:.3g} to {g.high:.3g})" for g in found.gains),
        serves=f"mart {product.name}",
    )
    own = case_of(crew, product.name, fed, product.goal)
    plan = versions.completed(crew, estate, None, draft, case=own)
    factors = {aim.measure: (aim.factor, aim.unit, aim.said) for aim in case.aims}
    return Leaner(plan, tuple(_in_units(g, *factors[g.measure]) for g in found.gains))


def _fed(inputs: Inputs, kept: tuple[str, ...]) -> Inputs:
    """The inputs without what fed the features that were dropped."""
    return replace(
        inputs,
        windows=tuple(w for w in inputs.windows if f"own_{w}" in kept),
        calendar=tuple(c for c in inputs.calendar if c in kept),
        drivers=tuple(d for d in inputs.drivers if d.name in kept),
    )


def _in_units(gain: Gain, factor: float, unit: str, said: str) -> Gain:
    scaled = {k: getattr(gain, k) * factor for k in ("before", "after", "gain", "low", "high", "least")}
    return replace(gain, measure=said or gain.measure, unit=unit, **scaled)
