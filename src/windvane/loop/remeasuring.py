"""What an undo is worth: the product as it is again, measured on the data that are there again, not remembered."""

from __future__ import annotations

from windvane.domain.estate import Product, Ref
from windvane.domain.estimate import Score
from windvane.domain.plan import Plan
from windvane.loop import versions
from windvane.loop.aims import told
from windvane.loop.crew import Crew
from windvane.loop.logbook import Logbook


def measured_again(crew: Crew, plan: Plan, *, decision: str) -> str:
    """Measure the estimated product that `plan` brought back, put it on record under `decision`, and tell it.

    Empty when the plan brings no estimated product back.
    """
    touched = versions.product_of(plan)
    product = crew.folder.read().find(Ref(kind="product", name=touched.name)) if touched is not None else None
    if not isinstance(product, Product) or product.inputs is None or product.recipe is None:
        return ""
    from windvane.loop.estimating import case_of, one_thread, reached
    from windvane.loop.reliance import reliance

    last = _last(crew, product.name)
    with one_thread():
        case = case_of(crew, product.name, product.inputs, product.goal)
        test = case.test(product.recipe)
        scores = (*reached(test), *reliance(case, product, test))
    body = versions.scored_of(case, product, scores)
    crew.write(f"scored:{product.name}:{body.version}:{decision}", body, actor="windvane", step="trial")
    before = f", {told(case.aims, last)} before" if last else ""
    said = f"{product.relation} measured again: {told(case.aims, scores)}{before}"
    crew.say("learn", said, subject=product.name, decision=decision)
    return said


def _last(crew: Crew, name: str) -> tuple[Score, ...]:
    scored = [s for s in Logbook(crew.ledger).scored if s.product == name and s.window == "development"]
    return scored[-1].scores if scored else ()
