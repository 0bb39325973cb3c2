"""Plans that read a batch in another way, or set some of its rows aside: a visible rule, a proof, an undo."""

from __future__ import annotations

from typing import NamedTuple

from windvane.domain.batch import Withhold
from windvane.domain.change import Put
from windvane.domain.estate import Contract, Model, Ref, Source
from windvane.domain.plan import Plan, Probe
from windvane.domain.ports import Scene
from windvane.domain.record import replace
from windvane.sql.alias import columns_of, quote
from windvane.sql.casts import casts
from windvane.sql.repair import Way, read_otherwise
from windvane.stack.repair.case import Case

REFUSE = "no, refuse the batch"


class Fix(NamedTuple):
    """Column `column` of the batch is read by `text`; `because` is the comment above it; `kind` a wider type."""

    column: str
    text: str
    because: str
    kind: str = ""


class Claim(NamedTuple):
    """What a remedy says of its repair; `doubt` is why it may not be the only story, empty when it is."""

    proposer: str
    title: str
    rationale: str
    evidence: tuple[str, ...] = ()
    doubt: str = ""
    assumptions: tuple[str, ...] = ()


def reading(case: Case, fixes: tuple[Fix, ...], claim: Claim) -> Plan:
    """The plan that changes how staging reads this batch, and nothing else."""
    text = case.model.text
    for fix in fixes:
        way = Way((case.batch.id,), fix.text)
        text = read_otherwise(text, fix.column, way, kind=fix.kind, because=f"`{case.batch.delivery}`: {fix.because}")
    changes = (*_known(case, fixes), Put(asset=replace(case.model, text=text)))
    return _plan(case, claim, changes, ())


def _known(case: Case, fixes: tuple[Fix, ...]) -> tuple[Put, ...]:
    """The source with the columns that are read for the first time; nothing when all are known."""
    source = case.scene.estate.find(Ref(kind="source", name=case.source))
    read = sorted({n for f in fixes for n in columns_of(f.text)} & set(case.batch.columns))
    if not isinstance(source, Source) or set(read) <= set(source.columns):
        return ()
    return (Put(asset=replace(source, columns=tuple(dict.fromkeys((*source.columns, *read))))),)


def setting_aside(case: Case, rows: tuple[int, ...], *, reason: str, claim: Claim) -> Plan:
    """The plan that quarantines some rows of the batch, by their ordinals."""
    listed = ", ".join(str(r) for r in rows)
    aside = (Withhold(batch=case.batch.id, where=f"_row IN ({listed})", reason=reason),)
    return _plan(case, claim, (), aside)


def _plan(case: Case, claim: Claim, changes: tuple[Put, ...], aside: tuple[Withhold, ...]) -> Plan:
    return Plan(
        incident=case.incident.id,
        proposer=claim.proposer,
        title=claim.title,
        base="",
        changes=changes,
        rationale=claim.rationale,
        evidence=claim.evidence,
        probes=history_probes(case.scene, case.source) if changes else (),
        assumptions=claim.assumptions,
        identifiable=not claim.doubt,
        doubt=claim.doubt,
        options=(f"yes: {claim.title}", REFUSE),
        declines=(REFUSE,),
        withhold=aside,
        serves=f"repair {case.batch.id}",
    )


def history_probes(scene: Scene, source: str) -> tuple[Probe, ...]:
    """Measures of the rows known before, which a repair must not move: their number and the sum of each number."""
    contract = scene.estate.find(Ref(kind="contract", name=f"staging.{source}"))
    seen = ", ".join("'" + b.id.replace("'", "''") + "'" for b in scene.history if b.source == source)
    if not seen or not isinstance(contract, Contract):
        return ()
    where = f"FROM staging.{source} WHERE _batch IN ({seen})"
    numbers = [c.name for c in contract.columns if c.type.startswith(("decimal", "double"))]
    sums = (Probe(name=f"known sum of {c}", sql=f"SELECT SUM({quote(c)}) {where}", better="equal") for c in numbers)
    return (Probe(name="known rows", sql=f"SELECT COUNT(*) {where}", better="equal"), *sums)


def joined(first: Plan, second: Plan) -> Plan:
    """Two repairs of one batch as one plan: `second` was made on the estate after `first`, so its models hold both."""
    mine = {c.asset.name for c in second.changes if isinstance(c, Put) and isinstance(c.asset, Model)}
    kept = tuple(c for c in first.changes if not (isinstance(c, Put) and getattr(c.asset, "name", "") in mine))
    return replace(
        second,
        title=f"{first.title}; {second.title}",
        changes=(*kept, *second.changes),
        rationale=f"{first.rationale} {second.rationale}",
        evidence=(*first.evidence, *second.evidence),
        probes=tuple(dict.fromkeys((*first.probes, *second.probes))),
        withhold=(*first.withhold, *second.withhold),
        identifiable=first.identifiable and second.identifiable,
        doubt="; ".join(d for d in (first.doubt, second.doubt) if d),
        proposer=f"{first.proposer}+{second.proposer}",
    )


def effect(case: Case, plan: Plan) -> str:
    """A mark over all values of the batch as `plan` reads them, and over the rows it sets aside."""
    model = next((c.asset for c in plan.changes if isinstance(c, Put) and isinstance(c.asset, Model)), case.model)
    made = casts(model.text) if model.name == case.model.name else case.made
    texts = {c.name: c.text for c in made if case.cast(c.name)}
    cells = ", ".join(quote(n) for n in texts)
    found = case.rows(f"SELECT SUM(hash(_row, {cells}) % 1000000007) FROM {case.arriving(texts)}")[0][0]
    return f"{found!s} {plan.withhold!r}"
