"""When the input of an estimated product takes long to ask: other storage is tried, and kept when it is faster."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from windvane.domain.decision import Decision
from windvane.domain.entry import Diagnosed
from windvane.domain.estate import Product, Ref
from windvane.domain.incident import Incident, Signal
from windvane.loop import gate, propose, rank, trial
from windvane.loop.crew import Crew
from windvane.loop.logbook import Logbook
from windvane.loop.trial import Judged

if TYPE_CHECKING:
    from windvane.domain.plan import Plan

STORAGE = "storage for "  # what a plan of the keeper serves, and the product


def slow(crew: Crew, name: str, *, at_least: float | None = None) -> Incident | None:
    """The incident of a product whose input takes `at_least` so many seconds to ask; asked once for each version.

    None: as many as `slow_query_s` of the policy says.
    """
    estate = crew.folder.read()
    product = estate.find(Ref(kind="product", name=name))
    if not isinstance(product, Product) or product.inputs is None or product.recipe is None:
        return None
    key = _key(crew, product)
    if crew.ledger.recall(key) is not None:
        return None
    at_least = estate.policy.slow_query_s if at_least is None else at_least
    seconds = _seconds(crew, product)
    if seconds < at_least:
        crew.ledger.remember(key, f"{seconds:.3f}")
        return None
    signal = Signal(kind="slow", subject=name, expected=f"at most {at_least:g} s", observed=f"{seconds:.1f} s")
    incident = Incident(id=crew.ledger.number("I", key=key), signals=(signal,), place=product.inputs.relation)
    crew.write(f"incident:{incident.id}", Diagnosed(incident=incident), actor="windvane", step="diagnose")
    crew.say("diagnose", f"the input of {product.relation} takes {seconds:.1f} s to ask", subject=name, level="warn")
    return incident


def tried(crew: Crew, incident: Incident) -> tuple[Judged, ...]:
    """Every alternative in an environment of its own, with the seconds before and after; at most one passes."""
    estate = crew.folder.read()
    plans = crew.agent("keeper").propose(crew.scene(estate, incident=incident))
    judged = [_one(crew, propose.finish(estate, incident, plan)) for plan in plans]
    return rank.best_only(tuple(judged))


def asked_again(crew: Crew, done: Decision) -> str:
    """After an undo of other storage: what the query takes now, and before; it is left as it is. Empty otherwise."""
    book = Logbook(crew.ledger)
    undone = book.decisions.get(done.undoes)
    first = undone
    while first is not None and first.undoes:
        first = book.decisions.get(first.undoes)
    if undone is None or first is None or not book.plans[first.plan].serves.startswith(STORAGE):
        return ""
    name = book.plans[first.plan].serves.removeprefix(STORAGE)
    product = crew.folder.read().find(Ref(kind="product", name=name))
    if not isinstance(product, Product):
        return ""
    seconds = _seconds(crew, product)
    settled(crew, name)
    known = [m.value for m in book.trials[undone.plan].after if m.name.startswith("seconds ") and m.value is not None]
    before = f", {known[0]:.2f} s before" if known else ""
    said = f"the input of {product.relation} measured again: {seconds:.2f} s to ask{before}"
    crew.say("learn", said, subject=name, decision=done.id)
    return said


def _seconds(crew: Crew, product: Product) -> float:
    """CPU seconds that the input of a product takes to ask now, whatever else the machine does."""
    from windvane.stack.transform.asof import input_query

    assert product.inputs is not None
    began = time.process_time()
    crew.warehouse().reader().rows(f"SELECT COUNT(*), SUM(target) FROM ({input_query(product.inputs)}) AS asked")
    return time.process_time() - began


def settled(crew: Crew, name: str) -> None:
    """What was tried for a product as it is now is not tried again."""
    product = crew.folder.read().find(Ref(kind="product", name=name))
    if isinstance(product, Product):
        crew.ledger.remember(_key(crew, product), "tried")


def _key(crew: Crew, product: Product) -> str:
    """What the query of a product is made of: its version, and the models that it reads."""
    from windvane.loop.estimating import version_of

    estate, inputs = crew.folder.read(), product.inputs
    read = (inputs.relation, *(d.relation for d in inputs.drivers)) if inputs is not None else ()
    models = [estate.find(Ref(kind="model", name=name)) for name in dict.fromkeys(read)]
    parts = [version_of(product), *(m.fingerprint()[:6] for m in models if m is not None)]
    return f"slow:{product.name}:{'-'.join(parts)}"


def _one(crew: Crew, plan: Plan) -> Judged:
    propose.write(crew, plan)
    known = Logbook(crew.ledger).trials.get(plan.fingerprint())
    measured = known or trial.alone(crew, plan)
    return Judged(plan=plan, trial=measured, verdict=gate.judge(plan, measured, trial.policy_of(crew)))
