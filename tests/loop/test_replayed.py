"""A feed that comes again and again: the same score as for the real one, on deliveries made up here.

Daily files of made-up prices. The whole past is delivered anew with another time format, a new column, a column under
another name, one that is given up, one with more digits and a label that was corrected; single days are corrected a
little, and one is wrong. The last one comes in an older charset, which one word that came before tells.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from random import Random

from benchmarks.replay import play
from benchmarks.replay_score import Scorer, SourceTruth, Truth

import windvane as wv

TRUTH = Truth(
    goal="sum of turnover per ticker and day",
    encodings=("utf-8", "cp1252"),
    sources=(
        SourceTruth(
            name="prices",
            files="prices-",
            marks="ticker",
            key=("day", "ticker"),
            numbers=frozenset({"close", "turnover", "lat"}),
            times=frozenset({"day"}),
            reads={"eod_value": "close"},
            ignored=frozenset(),
        ),
    ),
    held=frozenset(),
    must=frozenset(),
    files=(),
)
HEAD = ("day", "ticker", "company", "lat", "close", "turnover", "note")


@dataclass(frozen=True)
class File:
    """One day's file."""

    day: date
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    encoding: str = "utf-8"

    def each(self, change: Callable[[dict[str, str]], dict[str, str]]) -> File:
        """The file with every row changed; the header follows."""
        rows = [change(dict(zip(self.head, row, strict=True))) for row in self.rows]
        return replace(self, head=tuple(rows[0]), rows=tuple(tuple(r.values()) for r in rows))


def _days(many: int) -> Iterator[File]:
    """Random walks of twenty prices with their turnover."""
    rng, start = Random(7), date(2021, 3, 1)
    close = [20.0 + 7 * i for i in range(20)]
    for n in range(many):
        close = [c * math.exp(rng.gauss(0.0003, 0.012)) for c in close]
        day = start + timedelta(days=n)
        rows = tuple(
            (
                f"{day} 18:00:00",
                f"T{i:02d}",
                f"Company {chr(65 + i)}" if i else "Hélène",
                f"{45 + i / 7:.6f}",
                f"{c:.2f}",
                str(rng.randint(20_000, 90_000)),
                "ex dividend" if i == 3 else "",
            )
            for i, c in enumerate(close)
        )
        yield File(day, HEAD, rows)


def _again(row: dict[str, str]) -> dict[str, str]:
    """Another time format, a new column that a few rows fill, and one label corrected."""
    told = {**row, "day": row["day"].replace(" ", "T"), "venue": "Chur" if row["ticker"] == "T04" else ""}
    return {**told, "company": "Company D plc"} if row["ticker"] == "T03" else told


def _renamed(row: dict[str, str]) -> dict[str, str]:
    """One column under another name, one that hardly ever had a value is given up, one has more digits in two rows."""
    told = {**row, "lat": f"{row['lat']}000001"} if row["ticker"] in ("T05", "T06") else row
    return {"eod_value" if k == "close" else k: v for k, v in told.items() if k != "note"}


def _corrected(row: dict[str, str]) -> dict[str, str]:
    return {**row, "turnover": str(int(row["turnover"]) + 50)} if row["ticker"] == "T05" else row


def _doubled(row: dict[str, str]) -> dict[str, str]:
    return {**row, "turnover": str(2 * int(row["turnover"]))}


class _Feed:
    """Writes deliveries as the real feed has them."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.lines: list[tuple[object, ...]] = []

    def commit(self, *files: File, gone: tuple[File, ...] = ()) -> list[int]:
        """Files that come together; their numbers."""
        at = f"2021-04-{1 + len({x[1] for x in self.lines}):02d}T19:00:00+00:00"
        numbers = []
        for file in (*files, *gone):
            number, name = len(self.lines) + 1, f"prices-{file.day:%Y%m%d}.csv"
            numbers.append(number)
            self.lines.append((number, at, f"prices/{name}", "D" if file in gone else "M", ""))
            if file not in gone:
                folder = self.root / "deliveries" / f"{number:05d}_{file.day}"
                folder.mkdir(parents=True)
                text = "\n".join(",".join(r) for r in (file.head, *file.rows)) + "\n"
                (folder / name).write_text(text, encoding=file.encoding)
        with (self.root / "deliveries.csv").open("w", newline="") as handle:
            csv.writer(handle).writerows([("number", "committed_at", "file", "action", "blob"), *self.lines])
        return numbers


def test_a_feed_that_comes_again_is_shown_as_it_was_last_delivered(tmp_path: Path) -> None:
    """Everything but the day that is twice what it was gets in by itself, and no cell is wrong at any moment."""
    feed = _Feed(tmp_path / "feed")
    past, fresh = (days := list(_days(16)))[:14], days[14:]
    feed.commit(*past)
    again = [f.each(_again) for f in past]
    retold = feed.commit(*again)
    small = feed.commit(again[4].each(_corrected))
    wrong = feed.commit(again[6].each(_doubled))
    renamed = feed.commit(*(f.each(_again).each(_renamed) for f in (*past[10:], fresh[0])))
    later = feed.commit(replace(fresh[1].each(_again).each(_renamed), encoding="cp1252"))
    gone = feed.commit(gone=(past[2],))

    score = Scorer(replace(TRUTH, held=frozenset(wrong)), tmp_path / "work" / "estate")
    tally = play(feed.root, truth_of=score, work=tmp_path / "work", most=99)

    told = {n: f.kind for n, f in tally.fates.items()}
    assert tally.wrong == 0
    assert {told[n] for n in (*retold, *small, *later)} == {"published"}, tally.fates
    assert {told[n] for n in renamed} == {"healed"}, tally.fates
    assert {told[n] for n in (*wrong, *gone)} == {"held"}
    assert (
        "come with other values" in tally.fates[wrong[0]].why
        or "restat" in tally.fates[wrong[0]].why
        or ("known with other values" in tally.fates[wrong[0]].why)
    )


def test_a_day_that_came_under_an_unknown_name_comes_in_once_the_past_proves_it(tmp_path: Path) -> None:
    """The first day under the new name says nothing of it; the past that comes anew does, and the day is not lost."""
    feed = _Feed(tmp_path / "feed")
    past, fresh = (days := list(_days(14)))[:12], days[12:]
    feed.commit(*past)
    asked = feed.commit(fresh[0].each(_renamed))
    again = feed.commit(*(f.each(_renamed) for f in past))
    feed.commit(fresh[1].each(_renamed))

    score = Scorer(TRUTH, tmp_path / "work" / "estate")
    tally = play(feed.root, truth_of=score, work=tmp_path / "work", most=99)

    assert {tally.fates[n].kind for n in asked} == {"held"}
    assert {tally.fates[n].kind for n in again} == {"healed"}, tally.fates
    assert tally.wrong == 0
    shown = wv.open(tmp_path / "work" / "estate")["core.prices"].arrow().to_pylist()
    assert {str(row["day"])[:10] for row in shown} == {f"{f.day}" for f in days}
