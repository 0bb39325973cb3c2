"""A product that misses its goal changes the stack behind it, and proves it: on real components, in a small world."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import fund_world
import pytest

import windvane
from windvane.app import founding, running, steering
from windvane.app.opening import opened
from windvane.app.reports import RunReport
from windvane.domain.event import Event
from windvane.loop.logbook import Logbook


class Story:
    """One estate, founded and run once."""

    def __init__(self, root: Path) -> None:
        self.home = root / "estate"
        self.events: list[Event] = []
        self.data = root / "data"
        fund_world.make(self.data)
        founding.init((str(root / "data"),), fund_world.GOAL, self.home, emit=self.events.append, answer="1")
        self.report: RunReport = running.run(self.home, emit=self.events.append)

    def book(self) -> Logbook:
        """What the ledger says now."""
        with opened(self.home, emit=lambda _: None) as work:
            book = Logbook(work.crew.ledger)
            _ = book.decisions, book.scores, book.trials, book.plans, book.incidents, book.rounds, book.scored
            return book

    def said(self, text: str) -> list[str]:
        """Lines that hold a text."""
        return [e.text for e in self.events if text in e.text]


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    yield Story(tmp_path_factory.mktemp("cascade"))


def test_what_costs_nothing_is_said_first_and_is_where_the_product_starts(story: Story) -> None:
    first = next(i for i, e in enumerate(story.events) if "what costs nothing" in e.text)
    assert any("the last known value" in e.text for e in story.events[first : first + 4])
    assert any("misses its goal" in e.text for e in story.events[first:])


def test_the_index_is_joined_the_unrelated_series_and_the_placebo_are_turned_down(story: Story) -> None:
    book = story.book()
    outcome = {d.title: d.verdict.outcome for d in book.decisions.values()}
    joined = [t for t, o in outcome.items() if "broad_index" in t and o == "promote"]
    assert len(joined) == 1 and not any("oil" in t and o == "promote" for t, o in outcome.items())
    fakes = [d for d in book.decisions.values() if d.title.startswith("Placebo")]
    assert fakes and all(d.verdict.outcome == "reject" for d in fakes)
    assert all(g.p > g.level for d in fakes for g in book.trials[d.plan].gains)


def test_what_won_has_gains_that_are_no_accident_and_a_canary_of_exactly_zero(story: Story) -> None:
    book = story.book()
    won = [
        book.trials[d.plan] for d in book.decisions.values() if "broad_index" in d.title and not d.title.startswith("P")
    ]
    assert all(g.passes and g.low > 0 for g in won[0].gains)
    assert "canary 0" in {c.check for c in won[0].checks if c.passed}


def test_the_goal_is_met_and_the_sealed_window_is_told_once(story: Story) -> None:
    end = story.book().rounds[-1]
    assert end.end == "met"
    assert "the goal is met: " in end.told[0] and "sealed window, opened once" in end.told[-1]
    assert "the target is met there too; what costs nothing reached" in end.told[-1]


def test_readers_see_estimates_beside_what_really_happened_also_of_funds_that_ended(story: Story) -> None:
    released = windvane.open(story.home)
    relation = story.report.products[0]
    rows = released.sql(
        f"SELECT COUNT(*), COUNT(DISTINCT fund), AVG(CASE WHEN actual BETWEEN low AND high THEN 1.0 ELSE 0 END) "
        f"FROM mart.{relation} WHERE actual IS NOT NULL"
    ).rows()
    count, funds, inside = rows[0]
    assert int(str(count)) > 1000 and funds == fund_world.FUNDS and 0.85 <= float(str(inside)) <= 0.96


def test_nothing_new_is_a_matter_of_moments_and_tries_nothing(story: Story) -> None:
    before = len(story.book().decisions)
    report = running.run(story.home, emit=lambda _: None)
    assert not report.releases and len(story.book().decisions) == before


def test_new_values_are_estimated_as_they_come_and_scored_on_what_happened(story: Story) -> None:
    relation = f"mart.{story.report.products[0]}"
    before = windvane.open(story.home).sql(f"SELECT MAX(decided_at) FROM {relation}").rows()[0][0]
    fund_world.make(story.data, days=fund_world.ALL)
    report = running.run(story.home, emit=lambda _: None)
    assert any(i.title.startswith("Estimate ") and "new values" in i.title for i in report.releases)
    after = windvane.open(story.home).sql(f"SELECT MAX(decided_at) FROM {relation}").rows()[0][0]
    assert str(after) > str(before)
    live = [s for s in story.book().scores.values() if s.window == "live"]
    assert live and next(s.value for s in live[0].scores if s.measure == "mae") < 0.006


def test_a_person_takes_the_join_back_and_agents_do_not_go_on_unasked(story: Story) -> None:
    book = story.book()
    won = next(d for d in book.decisions.values() if "broad_index" in d.title and d.verdict.outcome == "promote")
    steering.undo(story.home, won.id, because="to see what it was worth", emit=lambda _: None)
    running.run(story.home, emit=lambda _: None)
    titles = [d.title for d in story.book().decisions.values()]
    assert [t for t in titles if not t.startswith("Estimate ")][-1].startswith("Take back")
    released = windvane.open(story.home)
    versions = released.sql(f"SELECT DISTINCT version FROM mart.{story.report.products[0]}").rows()
    first = next(s.version for s in book.scored if s.window == "development")
    assert versions == [(first,)], "the estimates of the first version are back, also of what came since"
