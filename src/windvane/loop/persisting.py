"""News that stay: a delivery that shows what waiting ones show too, as the third in a row, comes in with them.

A question that nobody answers must not keep out what the source goes on saying. Each of the deliveries breaks no check
but of labels or levels, they agree with each other, and what a fault would leave behind is not there
(`stack/quality/staying.py`). What comes in so is said as a discovery; later deliveries that go on the same way come in
as long as none came without the news in between.
"""

from __future__ import annotations

from typing import NamedTuple

from windvane.domain.batch import Batch
from windvane.domain.change import Admit
from windvane.domain.decision import Decision, Verdict
from windvane.domain.entry import Note
from windvane.domain.estate import Estate, Model, Ref
from windvane.domain.incident import Incident
from windvane.domain.run import CheckResult, Trial
from windvane.loop import discovery, gate, late, lost, propose, settling
from windvane.loop.crew import Crew
from windvane.loop.diagnosis.bound import rule_of
from windvane.loop.logbook import Logbook
from windvane.loop.trial import Judged
from windvane.loop.weighing import used
from windvane.sql.alias import columns_of, quote
from windvane.sql.casts import casts
from windvane.stack.quality.keys import key_of, time_of
from windvane.stack.quality.seams import relation_of
from windvane.stack.quality.staying import LABELS, LEVELS, STOPPED, News, Told, doubt
from windvane.stack.quality.table import is_number

ENOUGH = discovery.PERSISTS  # deliveries in a row, each of another run
MOST = 20  # of them that are compared and let in together
_LATELY = 300  # deliveries that came in last, among which the one of the newest time is looked for
_KIND = {rule: "a trend" for rule in LEVELS} | {rule: "nothing is told any more" for rule in STOPPED}


class Row(NamedTuple):
    """Deliveries in a row with the same kind of news, oldest first, the arriving one last; `known` came before."""

    model: Model
    batches: tuple[Batch, ...]
    known: tuple[Batch, ...]


def admitted(crew: Crew, estate: Estate, incident: Incident, batch: Batch, first: Judged) -> tuple[Decision, ...]:
    """Let a delivery in whose news stay, with those that wait for the same; nothing when they may be a fault."""
    broken = _broken(first.trial)
    if not _only(first.verdict, broken):
        return ()
    row = None if _turned_down(crew, batch.source, broken) else _row(crew, estate, batch)
    why = _doubt(crew, estate, row, broken) if row else "it came too few times"
    if row is None or why:
        return ()
    book = Logbook(crew.ledger)
    there = {b.id for b in book.visible()}
    coming = tuple(b for b in row.batches if b.id not in there)
    names = {c.check for c in broken}
    because = f"{len(row.batches)} deliveries in a row tell it alike, `{row.batches[0].delivery}` the first"

    def answered(verdict: Verdict, trial: Trial) -> Verdict:
        return gate.stayed(verdict, trial, names, because)

    judged = settling.judge(crew, propose.arrival(crew, estate, incident, coming), answered=answered)
    if judged.verdict.outcome != "promote":
        return ()
    for decision in {d.id: d for b in coming if (d := _question(book, b)) is not None}.values():
        late.came(crew, decision, plan=judged.plan.fingerprint())
    made = settling.promoted(crew, judged, incident)
    _tell(crew, made, batch, broken, because)
    return (made,)


def _broken(trial: Trial) -> tuple[CheckResult, ...]:
    return tuple(c for c in trial.checks if not c.passed and c.severity == "block")


def _only(verdict: Verdict, broken: tuple[CheckResult, ...]) -> bool:
    """Whether nothing stands against a delivery but checks of labels, levels and columns that stopped."""
    lacks = {r.rule for r in verdict.reasons if not r.held} - {gate.CERTAIN}
    return lacks == {gate.CHECKS} and {rule_of(c) for c in broken} <= LABELS | LEVELS | STOPPED


def _turned_down(crew: Crew, source: str, broken: tuple[CheckResult, ...]) -> bool:
    """Whether a person said no to what broke such a check of the source, or took back what had come in so."""
    book, names = Logbook(crew.ledger), {c.check for c in broken}
    no = {d for d, said in book.answers.items() if said.act == "reject" and d not in book.superseded} | book.undone()
    for decision in (book.decisions[d] for d in no if d in book.decisions):
        about = {c.batch.source for c in book.plans[decision.plan].changes if isinstance(c, Admit)}
        trial = book.trials.get(decision.plan)
        if source in about and trial is not None and names & {c.check for c in _broken(trial)}:
            return True
    return False


def _row(crew: Crew, estate: Estate, batch: Batch) -> Row | None:
    """The deliveries in a row up to `batch`, when they came in `ENOUGH` runs."""
    book = Logbook(crew.ledger)
    model = estate.find(Ref(kind="model", name=f"staging.{batch.source}"))
    if not isinstance(model, Model):
        return None
    alike = {b.delivery: b for b in _alike(book, model, batch)}
    alike.pop(batch.delivery, None)
    passes = book.passes
    order = {name: n for n, name in enumerate(book.landed)}
    row = sorted((*alike.values(), batch), key=lambda b: order[b.id])
    named = {b.id for b in row}
    known = tuple(b for b in book.visible() if b.source == batch.source and b.id not in named and b.accepted)
    row = _unbroken(crew, book, model, row, known)[-MOST:]
    if not known or len({passes[b.id] for b in row}) < ENOUGH or row[-1] is not batch:
        return None
    return Row(model, tuple(row), known)


def _alike(book: Logbook, model: Model, batch: Batch) -> list[Batch]:
    """Deliveries of the source that wait for an answer about labels or levels, or came in since those stayed."""
    stayed = {
        c.batch.id
        for d in book.decisions.values()
        if d.verdict.outcome == "promote" and any(r.rule == gate.STAYS for r in d.verdict.reasons)
        for c in book.plans[d.plan].changes
        if isinstance(c, Admit)
    }
    found = []
    for fate, other in book.fates.values():
        if other.source != batch.source or not other.accepted:
            continue
        asked = _question(book, other) if fate == "waiting" else None
        trial = book.trials.get(asked.plan) if asked else None
        waits = asked is not None and trial is not None and _only(asked.verdict, _broken(trial))
        if (waits or (fate == "visible" and other.id in stayed)) and not lost.lost(book, model, other):
            found.append(other)
    return found


def _question(book: Logbook, batch: Batch) -> Decision | None:
    """The open question that a delivery waits for."""
    joined = {
        n.detail.partition(" ")[2] for n in book.notes if n.what == "joined" and n.detail.startswith(f"{batch.id} ")
    }
    for decision in book.waiting():
        about = (c.batch.id for c in book.plans[decision.plan].changes if isinstance(c, Admit))
        if decision.id in joined or batch.id in about:
            return decision
    return None


def _unbroken(crew: Crew, book: Logbook, model: Model, row: list[Batch], known: tuple[Batch, ...]) -> list[Batch]:
    """The end of a row after the last delivery that came later, of a later time, without the news."""
    order = {name: n for n, name in enumerate(book.landed)}
    later = [b for b in known if order[b.id] > order[row[0].id]]
    time = time_of(book.findings(), row[0].source, casts(model.text))
    if not later:
        return row
    if not time:
        return [b for b in row if all(order[b.id] > order[k.id] for k in later)]
    newest = _newest(crew, model, (*row, *later), time)
    return [b for b in row if all(order[b.id] > order[k.id] or newest[b.id] > newest[k.id] for k in later)]


def _newest(crew: Crew, model: Model, batches: tuple[Batch, ...], time: str) -> dict[str, str]:
    """The newest time in each delivery, as text."""
    parts = (f"SELECT {n}, CAST(MAX({quote(time)}) AS VARCHAR) FROM {relation_of(crew.root, model, (b,))}"
             for n, b in enumerate(batches))  # fmt: skip
    found = crew.scratch().rows(" UNION ALL ".join(parts))
    return {batches[int(str(n))].id: str(newest or "") for n, newest in found}


def _doubt(crew: Crew, estate: Estate, row: Row, broken: tuple[CheckResult, ...]) -> str:
    """Why the news of a row may be a fault."""
    findings, made = Logbook(crew.ledger).findings(), casts(row.model.text)
    source = row.batches[-1].source
    counted = used(estate, source)
    key, time = key_of(findings, source, made), time_of(findings, source, made)
    lately = row.known[-_LATELY:]
    newest = _newest(crew, row.model, lately, time) if time else {}
    last = max(lately, key=lambda b: newest[b.id]) if time else lately[-1]
    told = Told(
        engine=crew.scratch(),
        known=relation_of(crew.root, row.model, row.known),
        last=relation_of(crew.root, row.model, (last,)),
        rows=tuple(relation_of(crew.root, row.model, (b,)) for b in row.batches),
        entities=tuple(c for c in key if c != time),
        time=time,
        numbers=tuple(c.name for c in made if is_number(c.type) and c.name not in key),
        used=frozenset(c.name for c in made if columns_of(c.text) & counted),
    )
    return doubt(told, tuple(News(rule_of(c), c.broken) for c in broken))


def _tell(crew: Crew, decision: Decision, batch: Batch, broken: tuple[CheckResult, ...], because: str) -> None:
    """Say once what was discovered."""
    for check in broken:
        columns = News(rule_of(check), check.broken).columns
        key = f"{discovery.WHAT}:{batch.source}:{check.check}:{','.join(columns)}"
        if crew.ledger.find(key) is not None:
            continue
        kind = _KIND.get(rule_of(check), "news")
        named = ", ".join(f"`{c}`" for c in columns)
        text = (
            f"{kind} in {batch.source} {named}: {because}, and every other check held ({decision.id}): {check.broken}"
        )
        because_of = (f"decision:{decision.plan}",)
        crew.write(key, Note(what=discovery.WHAT, detail=text), actor="windvane", step="learn", because=because_of)
        crew.say("learn", f"discovered: {text}", subject=batch.source, level="good")
