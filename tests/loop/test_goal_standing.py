"""What is said of a goal: met, met in development and missed since, or not met; none of them is a fault."""

from __future__ import annotations

from windvane.app.cli.text.status import sentence
from windvane.app.cli.text.status import status as text
from windvane.app.story.book import Book, read
from windvane.app.story.fulfilment import ended, fulfilments
from windvane.app.story.status import StatusReport
from windvane.domain.entry import Body, Cascaded, Diagnosed, Entry, Scored
from windvane.domain.estimate import Score
from windvane.domain.incident import Incident, Signal

SHORT = Incident(id="I-1", signals=(Signal(kind="shortfall", subject="p"),))


def _book(*bodies: Body) -> Book:
    return read(
        Entry(seq=n, time="2026-01-01T00:00:00", actor="windvane", step="learn", key=str(n), body=b)
        for n, b in enumerate(bodies, 1)
    )


def _end(end: str, head: str) -> Cascaded:
    told = (f"mart.p: {head}: error 4 (3 to 5) (development, 2020 to 2021)", "1 round", "sealed window: error 6")
    return Cascaded(product="p", incident="I-1", round=1, version="v", budget="", end=end, told=told)


def _scored(window: str, *, met: bool, version: str = "v") -> Scored:
    scores = (Score(measure="mae", value=6.0, n=40),)
    return Scored(product="p", version=version, window=window, begins="2022", ends="2023", scores=scores, met=met)


MET = _end("met", "the goal is met")


def test_met_everywhere_needs_no_words() -> None:
    (found,) = fulfilments(_book(_scored("sealed", met=True), MET, _scored("live", met=True)))
    assert found.standing == "met" and not found.then
    assert "not met" not in sentence(StatusReport(since=0, until=1, goals=(found,)))


def test_met_in_development_and_missed_in_the_sealed_window_is_said_with_what_next() -> None:
    (found,) = fulfilments(_book(_scored("sealed", met=False), MET))
    assert found.standing == "met in development, missed since"
    assert "missed in the sealed window" in found.why and "sealed window: error 6" in found.why
    lines = [line.text for line in text(StatusReport(since=0, until=1, goals=(found,)))]
    assert lines[0].endswith("0 questions for you, 1 goal not met")
    assert any("mart.p: met in development, missed since" in t for t in lines)
    assert any("next: windvane products p" in t for t in lines)


def test_missed_in_use_counts_only_for_what_is_in_place_now() -> None:
    (found,) = fulfilments(_book(MET, _scored("live", met=False)))
    assert "missed in use" in found.why
    (before,) = fulfilments(_book(_scored("live", met=False), MET))
    assert before.standing == "met", "the version before was in use then"
    (other,) = fulfilments(_book(_scored("sealed", met=False, version="older"), MET))
    assert other.standing == "met"


def test_a_goal_that_names_no_target_is_not_said_to_be_met_and_asks_for_nothing() -> None:
    (found,) = fulfilments(_book(_end("met", "no target named"), _scored("live", met=False)))
    assert found.standing == "no target named" and found.why.startswith("error 4") and not found.then
    assert "not met" not in sentence(StatusReport(since=0, until=1, goals=(found,)))
    assert not any(line.text == "goals" for line in text(StatusReport(since=0, until=1, goals=(found,))))


def test_an_honest_no_is_an_answer_and_no_fault() -> None:
    book = _book(Diagnosed(incident=SHORT), _end("no", "no, the goal is not met"))
    (found,) = fulfilments(book)
    assert found.standing == "not met" and found.why.startswith("error 4 (3 to 5)")
    assert ended(book, SHORT) and not ended(_book(Diagnosed(incident=SHORT)), SHORT)
