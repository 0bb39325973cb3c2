"""When the input of an estimated product takes long to ask: other storage is tried, and kept when it is faster."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from windvane.domain.entry import Diagnosed
from windvane.domain.estate import Product, Ref
from windvane.domain.incident import Incident, Signal
from windvane.loop import gate, propose, rank, trial
from windvane.loop.crew import Crew
from windvane.loop.logbook import Logbook
from windvane.loop.trial import Judged

if TYPE_CHECKING:
    from windvane.domain.plan import Plan

SLOW_S = 2.0  # seconds from which on the query of an input is worth a trial of other storage


def slow(crew: Crew, name: str, *, at_least: float = SLOW_S) -> Incident | None:
    """The incident of a product whose input takes `at_least` so many seconds to ask; asked once for each version."""
    from windvane.stack.transform.asof import input_query

    product = crew.folder.read().find(Ref(kind="product", name=name))
    if not isinstance(product, Product) or product.inputs is None or product.recipe is None:
        return None
    key = _key(crew, product)
    if crew.ledger.recall(key) is not None:
        return None
    began = time.monotonic()
    crew.warehouse().reader().rows(f"SELECT COUNT(*), SUM(target) FROM ({input_query(product.inputs)}) AS asked")
    seconds = time.monotonic() - began
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
