"""What changed since a person last looked: changed by itself, broken, asks, and goals that are not met."""

from __future__ import annotations

from windvane.app.reports import Stray
from windvane.app.story import words
from windvane.app.story.book import Book, standing
from windvane.app.story.fulfilment import Fulfilment, ended, fulfilments
from windvane.app.story.holdings import products
from windvane.domain.decision import Decision
from windvane.domain.entry import Entry, Noticed
from windvane.domain.incident import Incident
from windvane.domain.record import Record

_TROUBLE = ("unreadable", "missing", "failed_step")


class Changed(Record):
    """A decision that was carried out; `undo` is the command that takes it back, empty when nothing can."""

    decision: str
    title: str
    proposer: str
    at: str
    cause: str = ""
    release: str = ""
    undo: str = ""
    undone_by: str = ""


class Broken(Record):
    """Something that nothing has helped yet: an incident, or a delivery that cannot be read."""

    about: str  # I-n, or the source
    title: str
    why: str = ""
    at: str = ""
    fix: str = ""  # what a person can do, when it is known


class Asks(Record):
    """What waits for a person: a held decision (`id` D-n) or a question about a goal."""

    id: str
    title: str
    why: str
    options: tuple[str, ...] = ()
    at: str = ""
    answer: str = ""  # the command that answers


class StatusReport(Record, tag="status"):
    """`since` and `until` are lines of the ledger; broken and asks do not depend on when one last looked."""

    since: int
    until: int
    paused: str = ""  # when it was paused; empty while windvane may act
    changed: tuple[Changed, ...] = ()
    broken: tuple[Broken, ...] = ()
    asks: tuple[Asks, ...] = ()
    goals: tuple[Fulfilment, ...] = ()  # products whose work on the goal ended: an honest no is no trouble
    strays: tuple[Stray, ...] = ()  # files that no source reads
    release: str = ""  # the one readers see
    released_at: str = ""

    @property
    def exit_code(self) -> int:
        """3 when something is broken, 4 when something waits for a person, 0 otherwise."""
        return 3 if self.broken else 4 if self.asks else 0


def status(book: Book, *, since: int = 0, faults: tuple[str, ...] = ()) -> StatusReport:
    """The state of the estate, with the changes in lines after `since` and the `faults` of the ledger's chain."""
    last = list(book.releases.values())[-1:]
    return StatusReport(
        since=since,
        until=book.entries[-1].seq if book.entries else 0,
        paused=paused(book),
        changed=tuple(_changed(book, d) for d in book.decisions if _at(book, d) > since and d in book.releases),
        broken=(*_chain(faults), *_incidents(book), *_deliveries(book)),
        asks=(*_held(book), *_questions(book)),
        goals=_goals(book),
        strays=tuple(Stray(name=n, why=s.observed, fix=s.expected) for n, s in book.strays.items()),
        release=last[0].id if last else "",
        released_at=book.released_at[last[0].decision].time if last else "",
    )


def _goals(book: Book) -> tuple[Fulfilment, ...]:
    there = {p.name for p in products(book)}
    return tuple(f for f in fulfilments(book) if f.product in there)


def paused(book: Book) -> str:
    """Since when the agents are stopped; empty while they may act."""
    acts = [(e, s) for e, s in book.said if s.act in ("pause", "resume")]
    return acts[-1][0].time if acts and acts[-1][1].act == "pause" else ""


def _at(book: Book, decision: str) -> int:
    line = book.released_at.get(decision)
    return line.seq if line else 0


def _changed(book: Book, decision: str) -> Changed:
    made, release = book.decisions[decision], book.releases[decision]
    plan, incident = book.plans.get(made.plan), book.incidents.get(made.incident)
    back = book.undone_by(decision)
    return Changed(
        decision=decision,
        title=made.title,
        proposer=made.proposer,
        at=book.released_at[decision].time,
        cause=incident.cause if incident else "",
        release=release.id,
        undo="" if back or (plan is not None and not plan.reversible) else f"windvane undo {decision}",
        undone_by=back,
    )


def _chain(faults: tuple[str, ...]) -> list[Broken]:
    why = "; ".join(faults[:3])
    fix = "windvane log --verify says how many lines hold"
    return [Broken(about="ledger", title="it is not as it was written", why=why, fix=fix)] if faults else []


def _incidents(book: Book) -> list[Broken]:
    return [
        Broken(
            about=i.id, title=words.incident(i), why=_why_open(book, i), at=book.diagnosed_at[i.id].time, fix=_fix(i)
        )
        for i in book.incidents.values()
        if _open(book, i)
    ]


def _open(book: Book, incident: Incident) -> bool:
    """Whether nothing has helped: every decision about it is a rejection by the gate, or there is none."""
    tried = all(standing(book, d) == "rejected" for d in book.of_incident(incident.id))
    return tried and incident.id not in book.recovered and not ended(book, incident)


def _why_open(book: Book, incident: Incident) -> str:
    turned_down = book.of_incident(incident.id)
    if not turned_down and incident.signals[0].kind == "failed_step":
        return "it was retried, and tried with less; the next run tries it again"
    if incident.signals[0].kind == "missing":
        return "it delivered before; no row is lost, and readers keep the last good version"
    if not turned_down:
        return "no plan has been decided yet"
    broken = [r.detail for r in turned_down[-1].verdict.reasons if not r.held]
    return f"{turned_down[-1].id} was rejected: {'; '.join(broken) or turned_down[-1].title}"


def _fix(incident: Incident) -> str:
    if incident.signals[0].kind != "missing":
        return ""
    return f"put it back, or correct the location of `{incident.place}` in `windvane.toml`; then windvane run"


def _deliveries(book: Book) -> list[Broken]:
    """Signals of trouble after which nothing was landed for the same source, and that no incident explains."""
    latest: dict[str, tuple[Entry, Noticed]] = {}
    for entry in book.entries:
        if isinstance(entry.body, Noticed) and entry.body.signal.kind in _TROUBLE:
            latest[entry.body.signal.subject] = (entry, entry.body)
        elif isinstance(entry.body, Noticed) and entry.body.signal.kind == "arrival":
            latest.pop(entry.body.signal.subject, None)
    known = {s.subject for i in book.incidents.values() for s in i.signals if s.kind in _TROUBLE}
    landed = {b.batch.source: e.seq for e, b in book.landed}
    return [
        Broken(about=subject, title=words.signal(said.signal), at=entry.time)
        for subject, (entry, said) in latest.items()
        if subject not in known and landed.get(subject, 0) < entry.seq
    ]


def _held(book: Book) -> list[Asks]:
    return [_ask(book, d) for d in book.decisions.values() if standing(book, d) == "waiting"]


def _ask(book: Book, held: Decision) -> Asks:
    plan = book.plans.get(held.plan)
    return Asks(
        id=held.id,
        title=held.title + _joined(book, held),
        why="; ".join(r.detail for r in held.verdict.reasons if not r.held) or held.verdict.reasons[0].detail,
        options=plan.options if plan else (),
        at=book.decided_at[held.id].time,
        answer=f"windvane approve {held.id}, or windvane reject {held.id}",
    )


def _joined(book: Book, held: Decision) -> str:
    """The answer holds for later deliveries with the same drift too."""
    more = len(book.joined.get(held.id, ()))
    return f" (and {words.count(more, 'later delivery')} like it)" if more else ""


def _questions(book: Book) -> list[Asks]:
    """The last word on each goal, when it is a question."""
    last = {u.goal.sentence: (e, u) for e, u in book.understood}
    return [
        Asks(
            id="goal",
            title=said.question.text,
            why=said.question.why,
            options=tuple(o.label for o in said.question.options),
            at=entry.time,
            answer="say it in other words in `windvane.toml`" if book.releases else "windvane init ... --answer NUMBER",
        )
        for entry, said in last.values()
        if said.question
    ]
