"""Carries out what a person does with withheld rows: replay, accept, fix, drop; each a plan on the ordinary road."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from windvane.domain.batch import Batch, Cast
from windvane.domain.change import Admit, Withdraw
from windvane.domain.decision import Decision
from windvane.domain.entry import Steering
from windvane.domain.errors import Failed, NeedsPerson, Usage
from windvane.domain.estate import Model, Ref
from windvane.domain.plan import Effect, Plan, Probe
from windvane.domain.record import Record
from windvane.loop import gate, promote, propose, trial
from windvane.loop.crew import Crew
from windvane.loop.logbook import Logbook
from windvane.sql.alias import columns_of
from windvane.sql.casts import casts
from windvane.stack.landing.mend import Mended, Rules, Wanted, chosen, dropped, replayed
from windvane.stack.quality.keys import key_of

Act = Literal["replay", "accept", "fix", "drop"]


class Wish(Record):
    """What a person wants of the withheld rows of a batch; no `rows` means all of them."""

    batch: str
    act: Act
    rows: tuple[int, ...] = ()
    fixes: tuple[tuple[str, str], ...] = ()  # column, as delivered or as staging calls it, and its new text
    because: str = ""


class Prepared(Record):
    """The plan that fulfils a wish, and what it would do to the rows."""

    plan: Plan
    mended: Mended
    before: Batch


def prepare(crew: Crew, wish: Wish) -> Prepared:
    """What a wish would do. Raises `Usage` (`quarantine.*`), or `Failed` (`quarantine.still_held`) when nothing."""
    batch = visible(crew, wish.batch)
    made = _mended(crew, batch, wish)
    if made.batch == batch:
        counted = "; ".join(f"{count:,} rows: {reason}" for reason, count in made.reasons)
        raise Failed(
            f"nothing to {wish.act} in `{batch.id}`",
            code="quarantine.still_held",
            why=counted or "no withheld row is asked about",
            fix=f"windvane quarantine {batch.id}, which shows the rows with their reasons",
        )
    return Prepared(plan=_plan(crew, batch, made, wish), mended=made, before=batch)


def carry_out(crew: Crew, wish: Wish) -> Decision:
    """Fulfil a wish: checked like any plan and undoable.

    Raises `NeedsPerson` when the checks hold it (it waits under its number), and what `prepare` raises.
    """
    prepared = prepare(crew, wish)
    plan = prepared.plan
    said = Steering(act=wish.act, about=wish.batch, because=wish.because, detail=plan.title)
    crew.write(f"steer:{wish.act}:{wish.batch}:{crew.now()}", said, actor="person", step="steer")
    propose.write(crew, plan, actor="person")
    policy = trial.policy_of(crew)
    number = promote.number(crew, plan)
    measured, verdict = crew.warehouse().transition(plan, decision=number, judge=lambda t: gate.judge(plan, t, policy))
    trial.record(crew, measured)
    done = promote.decide(crew, plan, verdict)
    if verdict.outcome != "promote":
        raise NeedsPerson(
            f"the checks do not let it pass: `{done.id}` waits for your answer",
            code="quarantine.held",
            why="; ".join(r.detail for r in verdict.reasons if not r.held),
            fix=f"windvane approve {done.id}, or windvane reject {done.id}",
        )
    promote.derive(crew, done, plan)
    return done


def visible(crew: Crew, name: str) -> Batch:
    """The batch as readers see it now. Raises `Usage` when they do not, saying what to do first."""
    book = Logbook(crew.ledger)
    fate, batch = book.fates[name]
    asking = [d.id for d in book.waiting() for c in book.plans[d.plan].changes if _about(c, name)]
    if fate == "visible" and not asking:
        return batch
    told = f"`{asking[0]}` waits for your answer about it" if asking else f"the batch is {fate}"
    fix = f"windvane approve {asking[0]}, or windvane reject {asking[0]}" if asking else "windvane run"
    raise Usage(f"the rows of `{name}` cannot be changed now", code="quarantine.not_visible", why=told, fix=fix)


def _about(change: object, batch: str) -> bool:
    return isinstance(change, Admit | Withdraw) and change.batch.id == batch


def _mended(crew: Crew, batch: Batch, wish: Wish) -> Mended:
    if not batch.quarantine_path:
        return Mended(batch=batch)
    root, engine = crew.root, crew.scratch()
    if wish.act == "drop":
        return dropped(batch, wish.rows, because=wish.because, root=root, engine=engine)
    rules = _rules(crew, batch)
    if wish.act == "accept":
        return chosen(batch, rules, wish.rows, root=root, engine=engine)
    wanted = Wanted(rows=wish.rows, fixes=tuple((_delivered(c, batch, rules.casts), v) for c, v in wish.fixes))
    return replayed(batch, rules, wanted, root=root, engine=engine)


def _rules(crew: Crew, batch: Batch) -> Rules:
    """Today's screen of the source; older batches count, so that the rows come in as if they had then."""
    name = f"staging.{batch.source}"
    model = crew.folder.read().find(Ref(kind="model", name=name))
    edited = any(isinstance(a, Model) and a.name == name for a in crew.folder.edited())
    if not isinstance(model, Model) or edited:
        raise Usage(
            f"the rows of `{batch.source}` cannot be screened yet", code="quarantine.no_model",
            why=f"the edit of `{name}` is not in force yet" if edited else f"there is no model `{name}`",
            fix="windvane run",
        )  # fmt: skip
    book = Logbook(crew.ledger)
    landed = [b.id for b in book.landed.values() if b.source == batch.source]
    place = landed.index(batch.id)
    made = casts(model.text)
    return Rules(
        casts=made,
        key=key_of(book.findings(), batch.source, made),
        seq=place + 1,
        history=tuple(b.path for b in book.visible() if b.id in landed[:place]),
    )


def _delivered(column: str, batch: Batch, made: Sequence[Cast]) -> str:
    """The delivered column that a person means. Raises `Usage` (`quarantine.column`)."""
    there = {c.casefold(): c for c in batch.columns}
    if column.casefold() in there:
        return there[column.casefold()]
    read = {n for c in made if c.name == column.casefold() for n in columns_of(c.text) if n in batch.columns}
    if len(read) == 1:
        return read.pop()
    raise Usage(
        f"no column `{column}` in `{batch.delivery}`",
        code="quarantine.column",
        why=f"it has: {', '.join(batch.columns)}",
        fix="name one of them",
    )


def _plan(crew: Crew, before: Batch, made: Mended, wish: Wish) -> Plan:
    estate = crew.folder.read()
    after, measure = made.batch, f"rows staging.{before.source}"
    rows = sum(b.accepted for b in Logbook(crew.ledger).visible() if b.source == before.source)
    repeats = (f"{len(made.known):,} of the rows repeat what is known",) if made.known else ()
    draft = Plan(
        incident="",
        proposer="person",
        title=_title(wish, made, before),
        base="",
        changes=(Withdraw(batch=before), Admit(batch=after)),
        rationale=f"A person asked to {wish.act} withheld rows of `{before.delivery}`"
        + (f": {wish.because}." if wish.because else "."),
        evidence=(*repeats, *(f"cells before and after: {path}" for path in after.corrections), f"asked {crew.now()}"),
        probes=(Probe(name=measure, sql=f"SELECT COUNT(*) FROM staging.{before.source}"),),
        predicted=(Effect(measure=measure, expected=float(rows - before.accepted + after.accepted)),),
        acceptance=propose.contract_checks(estate),
    )
    return propose.finish(estate, None, draft)


def _title(wish: Wish, made: Mended, batch: Batch) -> str:
    many = len(made.passed) + len(made.known)
    rows = f"{many:,} withheld {'row' if many == 1 else 'rows'} of {batch.delivery}"
    match wish.act:
        case "replay":
            return f"Replay {rows}"
        case "accept":
            return f"Accept {rows}, chosen by a person"
        case "fix":
            return f"Correct {', '.join(c for c, _ in wish.fixes)} in {rows}"
        case "drop":
            return f"Close {rows} as known losses"
