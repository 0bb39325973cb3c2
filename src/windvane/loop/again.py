"""A delivery that was cut and comes again whole: it takes the place of the part that came first."""

from __future__ import annotations

from windvane.domain.batch import Batch
from windvane.domain.change import Withdraw
from windvane.domain.estate import Estate, Model, Ref
from windvane.domain.incident import Incident
from windvane.domain.plan import Plan
from windvane.domain.record import replace
from windvane.loop import propose
from windvane.loop.crew import Crew
from windvane.loop.logbook import Logbook
from windvane.stack.landing.succession import begins


def plan(crew: Crew, estate: Estate, incident: Incident, batch: Batch) -> Plan | None:
    """The admission of `batch` in the place of the newest visible one, when that is its beginning.

    A file that grows gives the same two batches: so this is asked only when the new rows alone do not pass as a
    delivery. Every check then judges the whole one.
    """
    visible = [b for b in Logbook(crew.ledger).visible() if b.source == batch.source]
    part = visible[-1] if visible else None
    if part is None or [b for b in visible if b.delivery == batch.delivery] != [part] or len(visible) < 2:
        return None
    if _has_a_way_of_its_own(estate, part) or not begins(part, batch, root=crew.root, engine=crew.scratch()):
        return None
    draft = Plan(
        incident=incident.id,
        proposer="ingester",
        title="",
        base="",
        changes=(Withdraw(batch=part),),
        rationale=f"`{batch.delivery}` came before with its first {part.accepted:,} rows, and now comes whole.",
        evidence=(f"each row of `{part.id}` stands at its place in `{batch.id}`",),
    )
    made = propose.admit(crew, estate, draft, (batch,))
    rows = sum(b.accepted for b in propose.arriving(made))
    return replace(made, title=f"Admit {rows:,} rows of {batch.source} in the place of the part that came first")


def _has_a_way_of_its_own(estate: Estate, batch: Batch) -> bool:
    """Whether a repair reads this batch otherwise than others."""
    model = estate.find(Ref(kind="model", name=f"staging.{batch.source}"))
    return isinstance(model, Model) and batch.id in model.text
