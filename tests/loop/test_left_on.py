"""Left on: what is estimated is held against what happens; drift works upstream, the worse version goes, by itself."""

from __future__ import annotations

import shutil
from pathlib import Path

import demand_world
import pytest

from windvane.app import founding, reading, running, steering
from windvane.app.story import incidents
from windvane.app.story.book import Book
from windvane.app.story.status import status
from windvane.domain.change import Put
from windvane.domain.estate import Product


class Life:
    """One estate whose data grow; `branch` lets another future begin here."""

    def __init__(self, root: Path, home: Path) -> None:
        self.data, self.home = root / "data", home

    def live(self, later: demand_world.Later, *, days: int) -> Life:
        demand_world.make(self.data, later, days=days)
        running.run(self.home, emit=lambda _: None)
        return self

    def branch(self, name: str) -> Life:
        shutil.copytree(self.home, self.home.with_name(name))
        return Life(self.data.parent, self.home.with_name(name))

    def book(self) -> Book:
        return reading.book(self.home)

    def kinds(self) -> list[str]:
        """Signals of the incidents about the product."""
        found = (i.signals[0].kind for i in self.book().incidents.values())
        return [k for k in found if k in ("shortfall", "drift", "setback")]

    def window(self) -> int:
        """How many decision times the version in place learns from; 0: all."""
        book = self.book()
        made = (d for d in book.decisions.values() if d.id in book.releases and not book.undone_by(d.id))
        puts = (c.asset for d in made for c in book.plans[d.plan].changes if isinstance(c, Put))
        recipe = [a for a in puts if isinstance(a, Product)][-1].recipe
        assert recipe is not None and recipe.estimator == "own_mean"
        return recipe.window


@pytest.fixture(scope="module")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Life:
    root = tmp_path_factory.mktemp("left_on")
    life = Life(root, root / "estate")
    demand_world.make(life.data, demand_world.quiet, days=0)
    founding.init((str(life.data),), demand_world.GOAL, life.home, emit=lambda _: None, answer="1")
    running.run(life.home, emit=lambda _: None)
    return life


@pytest.fixture(scope="module")
def changed(founded: Life) -> Life:
    """The level moved; looked at soon after, and again when more has come."""
    life = founded.branch("moved")
    return life.live(demand_world.moved, days=100).live(demand_world.moved, days=160)


def test_what_costs_nothing_is_held_against_the_sealed_window_too(founded: Life) -> None:
    end = founded.book().rounds[-1]
    assert end.end == "met" and founded.kinds() == []
    assert "what costs nothing meets it" in end.told[1] and "sealed window, opened once" in end.told[-1]


def test_nothing_is_told_in_a_quiet_year(founded: Life) -> None:
    life = founded.branch("quiet").live(demand_world.quiet, days=365)
    assert life.kinds() == [] and life.window() == 0
    live = [s for _, s in life.book().scored if s.window == "live"]
    assert live[-1].met and {s.measure for s in live[-1].scores} == {"mae", "coverage"}


def test_another_relation_is_an_incident_and_what_learns_anew_takes_the_place(changed: Life) -> None:
    book = changed.book()
    drift = [i for i in book.incidents.values() if i.signals[0].kind == "drift"]
    assert drift and {i.cause for i in drift} == {"drift"}
    assert "before" in drift[0].signals[0].observed
    assert changed.window() == 60
    won = next(d for d in book.decisions.values() if d.title.startswith("Learn ") and d.id in book.releases)
    gains = book.trials[won.plan].gains
    assert gains and all(g.passes and g.low > 0 for g in gains)
    assert won.incident == drift[-1].id and incidents.incidents(book)[-1].fate == "healed"


def test_the_times_that_chose_first_choose_no_second_time(changed: Life) -> None:
    spans = [(s.begins, s.ends) for _, s in changed.book().scored if s.window == "development"]
    first, second = dict.fromkeys(s for s in spans if s[0] > "2022-08-29")
    assert first[1] < second[0]


def test_what_learns_anew_and_is_no_better_stays_out(founded: Life) -> None:
    life = founded.branch("noisy").live(demand_world.noisy, days=120)
    book = life.book()
    assert life.kinds() == ["drift"] and life.window() == 0
    tried = [d for d in book.decisions.values() if d.title.startswith("Learn ")]
    assert tried and all(d.verdict.outcome == "reject" for d in tried)
    assert "the version in place stays until one is better" in book.rounds[-1].told
    report = status(book)
    assert not report.broken and report.exit_code == 0 and report.goals[0].standing == "not met"


def test_intervals_that_hold_less_while_errors_stay_as_they_were_are_a_drift_that_is_worked_on(founded: Life) -> None:
    life = founded.branch("spread").live(demand_world.spread, days=200)
    book = life.book()
    (drift,) = [i for i in book.incidents.values() if i.signals[0].kind == "drift"]
    assert drift.signals[0].expected == "intervals that hold as much as when it was promoted"
    live = next(s for _, s in book.scored if s.window == "live")
    told = {s.measure: s.value for s in live.scores}
    assert live.met and told["mae"] < 5.5 and told["coverage"] < 0.87
    rounds = [r for r in book.rounds if r.incident == drift.id]
    assert rounds[0].tried and rounds[-1].end, "the work on it came to an end"
    gains = [g.measure for p in rounds[0].tried if p in book.trials for g in book.trials[p].gains]
    assert "loss of the intervals" in gains


def test_a_version_that_does_worse_than_the_one_before_goes_and_a_person_may_bring_it_back(changed: Life) -> None:
    life = changed.branch("returned").live(demand_world.returned, days=200)
    book = life.book()
    back = next(d for d in book.decisions.values() if ": back to the version before " in d.title)
    assert back.id in book.releases and life.kinds()[-1] == "setback" and life.window() == 0
    (gain,) = book.trials[back.plan].gains
    assert gain.passes and gain.before > gain.after
    assert incidents.incidents(book)[-1].cause == "worse version"
    steering.undo(life.home, back.id, because="I know better", emit=lambda _: None)
    assert life.window() == 60
    life.live(demand_world.returned, days=230)
    assert life.window() == 60, "what a person wants is not sent back again"
