"""The analyst: turns a sentence into a typed goal, or into a question with options; never into a guess."""

from __future__ import annotations

from windvane.agents.analyst.asking import ask
from windvane.agents.analyst.catalog import Catalog, catalog_of
from windvane.agents.analyst.label import label
from windvane.agents.analyst.reading import MOST_OPTIONS, Reading, read
from windvane.agents.analyst.suggesting import with_suggestions
from windvane.domain.entry import Understood
from windvane.domain.errors import BudgetReached, Failed, TryAgain, Usage
from windvane.domain.finding import Finding
from windvane.domain.goal import Goal, Option, Question
from windvane.domain.plan import Plan
from windvane.domain.ports import Llm, Scene
from windvane.domain.record import replace

__all__ = ["Analyst", "Catalog", "agent", "answer", "catalog_of", "understand"]

SURE = 0.7  # below this the parser does not insist against a language model that reads otherwise


class Analyst:
    """The role among the agents. It works on sentences, by `understand`, before there is an incident."""

    def look(self, scene: Scene) -> tuple[Finding, ...]:  # noqa: ARG002
        """It claims nothing about data."""
        return ()

    def propose(self, scene: Scene) -> tuple[Plan, ...]:  # noqa: ARG002
        """It proposes no plans."""
        return ()


def agent() -> Analyst:
    """The analyst as an agent."""
    return Analyst()


def understand(sentence: str, catalog: Catalog, llm: Llm | None) -> Understood | Question:
    """The goal that `sentence` spells in `catalog`, or a question when more than one reading fits.

    The parser reads first; `llm` is asked too when there is one, and its reading is kept beside the parser's. A model
    that fails, or whose budget is reached, changes nothing. Raises `Usage` (`goal.empty`) for an empty sentence and
    `NeedsPerson` (`goal.unserved`) when the data cannot serve the goal: what is missing, what there is, and two or
    three goals that could be asked instead.
    """
    if not sentence.strip():
        raise Usage(
            "the goal is empty",
            code="goal.empty",
            why="a goal is one sentence, like `Forecast orders per store for 14 days`",
            fix='give it with --goal "..."',
        )
    reading, problem = read(sentence.strip(), catalog)
    other = _second(reading, catalog, llm)
    if problem is not None and other is None:
        raise with_suggestions(problem, sentence, catalog)
    if not reading.goals and other is not None:
        why = problem.message if problem is not None else "the parser found no reading"
        return _question(sentence, (other,), why)
    return _compared(sentence, reading, other)


def answer(question: Question, choice: int | str) -> Understood:
    """The goal a person chose: by its number, from 1, or by its label. Raises `Usage` (`goal.no_such_option`)."""
    for number, option in enumerate(question.options, start=1):
        if choice in (number, str(number), option.label):
            return Understood(goal=option.goal, question=question)
    raise Usage(
        f"there is no option `{choice}`",
        code="goal.no_such_option",
        why="; ".join(f"{n}: {o.label}" for n, o in enumerate(question.options, start=1)),
        fix=f"choose 1 to {len(question.options)}",
    )


def _second(reading: Reading, catalog: Catalog, llm: Llm | None) -> Goal | None:
    if llm is None or reading.said is None:
        return None
    try:
        return ask(llm, reading.said, catalog)
    except (Failed, TryAgain, BudgetReached):
        return None  # whoever wants to know about it records the model's answers; the deterministic reading stands


def _compared(sentence: str, reading: Reading, other: Goal | None) -> Understood | Question:
    agreeing = [g for g in reading.goals if other is not None and _same(g, other)]
    if len(reading.goals) > 1:
        extra = (other,) if other is not None and not agreeing else ()
        return _question(sentence, (*reading.goals[: MOST_OPTIONS - len(extra)], *extra), _doubt(reading))
    goal, confidence = reading.goals[0], reading.confidence
    if agreeing:
        return Understood(goal=goal, other=other, confidence=round(1 - (1 - confidence) / 2, 3))
    if other is not None and confidence < SURE:
        return _question(sentence, (goal, other), "the parser and the language model read it differently")
    return Understood(goal=goal, other=other, confidence=confidence)


def _doubt(reading: Reading) -> str:
    return f"the data have more than one answer to {reading.why}" if reading.why else "more than one reading fits"


def _question(sentence: str, goals: tuple[Goal, ...], why: str) -> Question:
    options = tuple(Option(label=label(g), goal=g) for g in goals)
    return Question(text=f"What is meant by `{sentence}`?", why=why, options=options)


def _same(one: Goal, other: Goal) -> bool:
    """Whether two readings want the same product; the order of entities says nothing."""
    alike = replace(other, proposer=one.proposer, entities=one.entities)
    return alike == one and set(one.entities) == set(other.entities)
