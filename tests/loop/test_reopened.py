"""An honest no is no last word: when something new comes within reach the work on the goal goes on."""

from __future__ import annotations

from pathlib import Path

import pytest
import sales_world

from windvane.app import founding, reading, running
from windvane.app.story.book import Book
from windvane.app.story.status import status

DAYS = 100


class Estate:
    """Shops whose sales follow the rain, of which nothing is known at first."""

    def __init__(self, root: Path) -> None:
        self.data, self.home = root / "data", root / "estate"
        sales_world.write(self.data / "sales.csv", "day,shop,units", sales_world.sales(DAYS, weekly=0.0))
        goal = "Forecast tomorrow's units of each shop, mean absolute error at most 6"
        founding.init((str(self.data / "sales.csv"),), goal, self.home, emit=lambda _: None, answer="1")

    def run(self) -> Book:
        running.run(self.home, emit=lambda _: None)
        return reading.book(self.home)

    def reach(self, name: str) -> None:
        """A person names one source more in `windvane.toml`."""
        heading = self.home / "windvane.toml"
        more = f'\n[sources.{name}]\nconnector = "files"\nlocation = "{self.data / name}.csv"\n'
        heading.write_text(heading.read_text() + more)


@pytest.fixture(scope="module")
def refused(tmp_path_factory: pytest.TempPathFactory) -> tuple[Estate, Book]:
    estate = Estate(tmp_path_factory.mktemp("reopened"))
    return estate, estate.run()


def test_a_no_stays_a_no_while_nothing_new_is_within_reach_and_goes_on_when_a_relation_comes(
    refused: tuple[Estate, Book],
) -> None:
    estate, book = refused
    first = book.rounds[-1]
    assert first.end == "no" and first.reach == ("core.sales",) and status(book).goals[0].standing == "not met"
    assert len(estate.run().rounds) == len(book.rounds), "nothing is tried again"
    sales_world.write(estate.data / "weather.csv", "date,town,rain_mm", sales_world.rain(DAYS))
    estate.reach("weather")
    after = estate.run()
    fresh = after.rounds[len(book.rounds) :]
    assert fresh[0].round == 1 and fresh[0].incident != first.incident
    assert fresh[-1].end == "met" and set(fresh[-1].reach) == {"core.sales", "core.weather"}
    won = [d.title for d in after.decisions.values() if d.verdict.outcome == "promote" and d.title.startswith("Join ")]
    assert won == ["Join core.weather.rain_mm by town as of each decision"]
    assert status(after).goals[0].standing == "met"
