"""Lines of the ledger with what they say, filtered by step, thing and decision."""

from __future__ import annotations

from windvane.app.story import words
from windvane.app.story.abouts import abouts
from windvane.app.story.book import Book
from windvane.domain.change import Admit, Withdraw
from windvane.domain.entry import Body, Entry, Step
from windvane.domain.record import Record


class Wanted(Record):
    """Which lines: all filters must hold; empty ones do not count."""

    step: Step | None = None
    about: str = ""  # a source, relation, batch, incident, decision or plan
    decision: str = ""  # D-n, with everything it rests on
    last: int = 0


class LogLine(Record, tag="line"):
    """One line of the ledger, with its words and the names it is about."""

    seq: int
    time: str
    actor: str
    step: Step
    says: str
    about: tuple[str, ...]
    because: tuple[int, ...]
    key: str
    hash: str
    body: Body


def log(book: Book, wanted: Wanted) -> tuple[LogLine, ...]:
    """The lines that `wanted` lets through, in order."""
    roots = _of_decision(book, wanted.decision) if wanted.decision else None
    lines = [
        line(e)
        for e in book.entries
        if (wanted.step is None or e.step == wanted.step)
        and (roots is None or e.seq in roots)
        and (not wanted.about or _matches(abouts(e.body), wanted.about))
    ]
    return tuple(lines[-wanted.last :] if wanted.last else lines)


def line(entry: Entry) -> LogLine:
    """One entry with its words."""
    return LogLine(
        seq=entry.seq,
        time=entry.time,
        actor=entry.actor,
        step=entry.step,
        says=words.says(entry.body),
        about=tuple(dict.fromkeys(a for a in abouts(entry.body) if a)),
        because=entry.because,
        key=entry.key,
        hash=entry.hash,
        body=entry.body,
    )


def _matches(names: tuple[str, ...], wanted: str) -> bool:
    said = wanted.casefold()
    return any(a.casefold() == said or said in a.casefold().split(".") for a in names)


def _of_decision(book: Book, decision: str) -> set[int]:
    """Lines about the decision, its plan and its batches, its incident's diagnosis, and the lines these follow from."""
    made = book.decisions[decision]
    names = {decision, f"P-{made.plan}"}
    plan = book.plans.get(made.plan)
    names |= {c.batch.id for c in (plan.changes if plan else ()) if isinstance(c, Admit | Withdraw)}
    by_seq = {e.seq: e for e in book.entries}
    todo = [e.seq for e in book.entries if names & set(abouts(e.body))]
    todo += [book.diagnosed_at[made.incident].seq] if made.incident in book.diagnosed_at else []
    found: set[int] = set()
    while todo:
        seq = todo.pop()
        if seq in by_seq and seq not in found:
            found.add(seq)
            todo += by_seq[seq].because
    return found
