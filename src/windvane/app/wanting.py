"""Adds a goal to an estate: the sentence is typed against what is known of its data, and written into the heading."""

from __future__ import annotations

from pathlib import Path

from windvane.adapters.heading import write_heading
from windvane.app.answer import chosen
from windvane.app.opening import opened
from windvane.domain import registry
from windvane.domain.entry import Understood
from windvane.domain.estate import Source
from windvane.domain.event import Emit
from windvane.domain.goal import Goal, Question
from windvane.domain.heading import Wish
from windvane.domain.record import replace
from windvane.loop import propose


def want(estate: Path, sentence: str, *, answer: str, emit: Emit) -> Goal:
    """The goal as it was typed; `answer` picks among readings when there are several. Raises as the analyst does."""
    with opened(estate, emit=emit) as work:
        crew = work.crew
        found = propose.findings(crew, crew.folder.read())
        analyst = registry.load("windvane.agents", "analyst")
        sources = [a for a in crew.folder.read().assets if isinstance(a, Source)]
        read: Understood | Question = analyst.understand(sentence, analyst.catalog_of(found, sources), crew.llm)
        understood: Understood
        if isinstance(read, Understood):
            understood = read
        else:
            understood = analyst.answer(read, chosen(tuple(o.label for o in read.options), answer))
        understood = replace(understood, question=None)
        crew.ledger.append(actor="analyst", step="diagnose", key=f"goal:{sentence}", body=understood)
        kept = tuple(w for w in work.heading.goals if w.sentence != sentence)
        wishes = (*kept, Wish(sentence=sentence, goal=understood.goal))
        write_heading(crew.root, replace(work.heading, goals=wishes))
        return understood.goal
