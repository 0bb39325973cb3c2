"""Renamed columns: staging reads the new name where the old one is missing, and the batch comes in with the change."""

from __future__ import annotations

from windvane.domain.change import Put
from windvane.domain.estate import Contract, Model, Ref, Source
from windvane.domain.incident import Incident
from windvane.domain.plan import Plan, Probe
from windvane.domain.ports import Remedy, Scene
from windvane.domain.record import replace
from windvane.sql.alias import add_alias, quote

_REFUSE = "no, refuse the batch"


class Alias:
    """Acts on incidents whose cause is `renamed`; when the cause is not certain it proposes, and the gate asks."""

    cause = "renamed"

    def propose(self, scene: Scene) -> tuple[Plan, ...]:
        """One plan with all aliases of the incident; none when a lost column has no candidate, and may be missed."""
        incident = scene.incident
        if incident is None or (incident.cause != self.cause and any(not s.observed for s in incident.signals)):
            return ()
        name = incident.signals[0].subject
        source = scene.estate.find(Ref(kind="source", name=name))
        model = scene.estate.find(Ref(kind="model", name=f"staging.{name}"))
        if not isinstance(source, Source) or not isinstance(model, Model):
            return ()
        pairs = list(
            dict.fromkeys((s.expected, s.observed) for s in incident.signals if s.observed)
        )  # each batch names them
        text = model.text
        for lost, new in pairs:
            text = add_alias(
                text, lost, new, because=f"{quote(lost)} is delivered as {quote(new)} since {_first(scene)}"
            )
        known = replace(source, columns=tuple(dict.fromkeys((*source.columns, *(new for _, new in pairs)))))
        return (_plan(scene, incident, pairs, (Put(asset=known), Put(asset=replace(model, text=text)))),)


def _plan(scene: Scene, incident: Incident, pairs: list[tuple[str, str]], changes: tuple[Put, ...]) -> Plan:
    name = incident.signals[0].subject
    told = ", ".join(f"`{new}` as `{lost}`" for lost, new in pairs)
    return Plan(
        incident=incident.id,
        proposer="alias",
        title=f"Read {told} in {name}",
        base="",
        changes=changes,
        rationale=f"{told.capitalize()}: the values go on where the known ones end, and no other column fits as well.",
        evidence=tuple(e for h in incident.hypotheses for e in h.evidence),
        probes=_history_probes(scene, name),
        assumptions=("the vendor keeps the new name",),
        identifiable=incident.cause == "renamed",
        doubt="; ".join(e for h in incident.hypotheses for e in h.evidence if e.startswith("not certain")),
        options=(*(f"yes, `{new}` is `{lost}`" for lost, new in pairs), _REFUSE),
        declines=(_REFUSE,),
    )


def _history_probes(scene: Scene, name: str) -> tuple[Probe, ...]:
    """Measures of the rows known before, which a rename must not move: their number and the sum of each number."""
    contract = scene.estate.find(Ref(kind="contract", name=f"staging.{name}"))
    seen = ", ".join("'" + b.id.replace("'", "''") + "'" for b in scene.history if b.source == name)
    if not seen or not isinstance(contract, Contract):
        return ()
    where = f"FROM staging.{name} WHERE _batch IN ({seen})"
    numbers = [c.name for c in contract.columns if c.type.startswith(("decimal", "double"))]
    sums = (Probe(name=f"known sum of {c}", sql=f"SELECT SUM({quote(c)}) {where}", better="equal") for c in numbers)
    return (Probe(name="known rows", sql=f"SELECT COUNT(*) {where}", better="equal"), *sums)


def _first(scene: Scene) -> str:
    batch = next((b for b in scene.batches if scene.incident and b.id == scene.incident.signals[0].batch), None)
    return f"`{batch.delivery}`" if batch else "the last delivery"


def remedy() -> Remedy:
    """The remedy."""
    return Alias()
