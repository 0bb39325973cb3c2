"""Types goals that a person wrote into `windvane.toml` after the estate was founded; never guesses."""

from __future__ import annotations

from windvane.adapters.heading import write_heading
from windvane.app.opening import Estate
from windvane.app.reports import Item
from windvane.domain import registry
from windvane.domain.entry import Note, Understood
from windvane.domain.errors import NeedsPerson
from windvane.domain.estate import Source
from windvane.domain.goal import Goal, Question
from windvane.domain.heading import Wish
from windvane.domain.record import replace
from windvane.loop.logbook import Logbook

WITHDRAWN = "goal withdrawn"  # what a note says of a sentence that is no goal any more


def typed(work: Estate) -> bool:
    """Type the sentences that are new; whether `windvane.toml` was written. What cannot be typed is on record."""
    fresh = [w for w in work.heading.goals if w.goal is None and work.crew.ledger.find(_asked(w.sentence)) is None]
    if not fresh or not Logbook(work.crew.ledger).findings():
        return False
    read = {w.sentence: _understood(work, w.sentence) for w in fresh}
    goals = {s: u.goal for s, u in read.items() if u.question is None}
    for sentence, understood in read.items():
        key = _asked(sentence) if understood.question else f"goal:{sentence}"
        work.crew.write(key, understood, actor="analyst", step="diagnose")
        said = understood.question.text if understood.question else "understood; it is planned now"
        work.crew.say("diagnose", f"goal `{sentence}`: {said}", level="ask" if understood.question else "info")
    if goals:
        wishes = tuple(Wish(sentence=w.sentence, goal=goals.get(w.sentence, w.goal)) for w in work.heading.goals)
        write_heading(work.crew.root, replace(work.heading, goals=wishes))
    return bool(goals)


def asks(work: Estate) -> tuple[Item, ...]:
    """The goals that wait for other words, with the question."""
    waiting = (work.crew.ledger.find(_asked(w.sentence)) for w in work.heading.goals if w.goal is None)
    asked = [e.body.question for e in waiting if e is not None and isinstance(e.body, Understood)]
    return tuple(Item(id="goal", title=q.text, detail=_detail(q)) for q in asked if q is not None)


def withdraw(work: Estate) -> None:
    """Close the questions about sentences that a person has changed or taken out since."""
    said = {w.sentence for w in work.heading.goals}
    for key, sentence in Logbook(work.crew.ledger).asked_goals():
        if sentence not in said:
            note = Note(what=WITHDRAWN, detail=sentence)
            work.crew.write(f"{key}:withdrawn", note, actor="person", step="diagnose")


def _understood(work: Estate, sentence: str) -> Understood:
    """The goal, or the question that only a person can answer: what is meant, or what else they want."""
    analyst = registry.load("windvane.agents", "analyst")
    sources = [a for a in work.crew.folder.read().assets if isinstance(a, Source)]
    catalog = analyst.catalog_of(Logbook(work.crew.ledger).findings(), sources)
    try:
        read: Understood | Question = analyst.understand(sentence, catalog, work.crew.llm)
    except NeedsPerson as error:
        read = Question(text=f"`{sentence}`: {error.message}", why=f"{error.why}; {error.fix}", options=())
    return read if isinstance(read, Understood) else Understood(goal=Goal(sentence=sentence), question=read)


def _detail(question: Question) -> str:
    options = "; ".join(f"{n}  {o.label}" for n, o in enumerate(question.options, 1))
    return ". ".join(t for t in (question.why, options, "say it in other words in `windvane.toml`") if t)


def _asked(sentence: str) -> str:
    return f"goal:{sentence}:asked"
