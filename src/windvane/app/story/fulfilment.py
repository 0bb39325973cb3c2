"""What is to be said of each estimated product against its goal: what it met, when, and what can be done now."""

from __future__ import annotations

from typing import Literal

from windvane.app.story.book import Book
from windvane.domain.entry import Cascaded, Scored
from windvane.domain.incident import Incident
from windvane.domain.record import Record

Standing = Literal["met", "met in development, missed since", "not met", "no target named"]
FINE: tuple[Standing, ...] = ("met", "no target named")  # nothing is to be said or done
_NOT_MET: Standing = "not met"
_SINCE: Standing = "met in development, missed since"
_NO_TARGET: Standing = "no target named"
_ABOUT_GOALS = ("shortfall", "drift", "setback")


class Fulfilment(Record):
    """A product whose work on its goal came to an end; `then` is what a person can do, empty when nothing is to do."""

    product: str
    relation: str
    standing: Standing
    why: str  # what was reached, and where
    then: str = ""


def fulfilments(book: Book) -> tuple[Fulfilment, ...]:
    """One for each product, also one that was retired since, whose work on its goal ended."""
    ends: dict[str, Cascaded] = {}
    live: dict[str, Scored] = {}  # since the work ended: what is in place now
    for entry in book.entries:
        match entry.body:
            case Cascaded(product=name, end=end) as last if end:
                ends[name] = last
                live.pop(name, None)
            case Scored(product=name, window="live") as scored:
                live[name] = scored
            case _:
                pass
    return tuple(_one(book, f"mart.{name}", last, live.get(name)) for name, last in ends.items())


def ended(book: Book, incident: Incident) -> bool:
    """Whether an incident was about a goal and the work on it came to its end: an answer, no trouble."""
    return incident.signals[0].kind in _ABOUT_GOALS and any(r.incident == incident.id and r.end for r in book.rounds)


def _one(book: Book, relation: str, last: Cascaded, live: Scored | None) -> Fulfilment:
    head, *rest = last.told or ("",)
    name, reached = last.product, head.partition(": ")[2].partition(": ")[2]
    if last.end != "met":
        why, then, standing = "; ".join((reached, *rest)), _after_a_no(name), _NOT_MET
        return Fulfilment(product=name, relation=relation, standing=standing, why=why, then=then)
    if head.partition(": ")[2].startswith(_NO_TARGET):
        return Fulfilment(product=name, relation=relation, standing=_NO_TARGET, why=reached)
    sealed = (s for _, s in reversed(book.scored) if s.product == name and s.window == "sealed")
    own = next((s for s in sealed if s.version == last.version), None)
    missed = [words for words, s in (("in the sealed window", own), ("in use", live)) if s is not None and not s.met]
    if not missed:
        return Fulfilment(product=name, relation=relation, standing="met", why=reached)
    why = "; ".join((reached, f"missed {' and '.join(missed)}", *rest[-1:]))
    return Fulfilment(product=name, relation=relation, standing=_SINCE, why=why, then=_after_a_miss(name))


def _after_a_no(name: str) -> str:
    return (
        f"windvane products {name} says what was tried; add a source that says more and windvane run, "
        "or ask for less in `windvane.toml`"
    )


def _after_a_miss(name: str) -> str:
    return (
        f"windvane products {name} shows both; count on what the later window says, ask for less in `windvane.toml`, "
        "or add a source that says more and windvane run"
    )
