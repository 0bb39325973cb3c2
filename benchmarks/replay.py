"""Plays the real deliveries of a feed in order into one estate: `python -m benchmarks.replay --data FEED`.

FEED is a folder or zip with deliveries.csv (number, committed_at, file, action A, M or D) and the files themselves,
deliveries/NNNNN_date/name; `benchmarks.replay_feed` makes another one. Files that were committed together are copied,
replaced or deleted in the watched folder, then the loop runs once, in this process. After each run what is published is
compared, cell by cell, with the newest version that was taken of each file, as a truth made by hand reads it
(benchmarks/replay_truth/<name of the feed>.toml, or truth.toml in the folder).
Goal: each delivery published, healed or held with its reason; 0 wrong cells; at most 5 % held that ought not to be.
With `--work FOLDER` a run that was stopped goes on where it was when it is started again.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import itertools
import json
import os
import re
import shutil
import signal
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from benchmarks.replay_score import Fate, Scorer, Truth, fates, read_truth
from windvane.app.founding import init
from windvane.app.running import run
from windvane.domain.errors import WindvaneError
from windvane.domain.event import Event

TRUTHS = Path(__file__).parent / "replay_truth"
PLAYED = "played.json"
PROGRESS = 20  # commits after which the sums so far are printed


class Delivery(NamedTuple):
    """One line of deliveries.csv; `path` holds its bytes, `None` when the file was deleted."""

    number: int
    at: datetime
    file: str
    path: Path | None

    @property
    def digest(self) -> str:
        """SHA-256 of the bytes; empty of a deletion."""
        return hashlib.sha256(self.path.read_bytes()).hexdigest() if self.path else ""


@dataclass
class Tally:
    """What became of the deliveries."""

    fates: dict[int, Fate] = field(default_factory=dict)
    rightly: set[int] = field(default_factory=set)  # numbers of deliveries that may be held
    wrong: int = 0
    seconds: list[float] = field(default_factory=list)  # CPU of each pass

    def line(self) -> str:
        """The last line."""
        count = Counter(f.kind for f in self.fates.values())
        wrongly = sum(f.kind == "held" and n not in self.rightly for n, f in self.fates.items())
        return (
            f"deliveries={len(self.fates)} published={count['published']} healed={count['healed']} "
            f"held={count['held']} wrong={self.wrong} wrongly_held={wrongly}"
        )

    def reasons(self) -> str:
        """How many deliveries were held for what, the most frequent first."""
        counts = Counter(_reason(f.why) for f in self.fates.values() if f.kind == "held")
        return ", ".join(f"{n} x {what}" for what, n in counts.most_common())

    def cost(self) -> str:
        """CPU seconds of the last passes."""
        cpu = sorted(self.seconds[-PROGRESS:]) or [0.0]
        return f"cpu_s_per_pass: median of the last {len(cpu)} {cpu[len(cpu) // 2]:.2f}, most {cpu[-1]:.2f}"

    def keep(self, file: Path, before: dict[str, int]) -> None:
        """Write down what was played, with the wrong cells there are of each source."""
        fates = {n: [*f] for n, f in self.fates.items()}
        told = {"fates": fates, "rightly": sorted(self.rightly), "wrong": self.wrong, "seconds": self.seconds}
        file.with_suffix(".new").write_text(json.dumps({**told, "before": before}), encoding="utf-8")
        file.with_suffix(".new").replace(file)

    def take_up(self, file: Path) -> dict[str, int]:
        """What `keep` wrote; returns the wrong cells there are of each source. Nothing without the file."""
        if not file.exists():
            return {}
        told = json.loads(file.read_text(encoding="utf-8"))
        self.fates = {int(n): Fate(*f) for n, f in told["fates"].items()}
        self.rightly, self.wrong, self.seconds = {*told["rightly"]}, told["wrong"], told["seconds"]
        return dict(told["before"])


def main() -> None:
    """Play the feed; one line for each commit in which something is held or wrong, then the sums."""
    options = _options()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with tempfile.TemporaryDirectory(prefix="windvane-replay-") as made:
        work = options.work or Path(made)
        feed = _unpacked(options.data, work / "feed")
        truth = read_truth(options.truth or _truth_of(options.data))
        scorer = Scorer(truth, work / "estate")
        tally = Tally()
        with suppress(KeyboardInterrupt):  # what was played until then is told
            play(feed, truth_of=scorer, work=work, most=options.commits, since=options.since, tally=tally)
    for number, fate in sorted(tally.fates.items()):
        if fate.kind == "held":
            right = "rightly" if number in tally.rightly else "WRONGLY"
            print(f"{number:05d} held {right}: {fate.why[:300]}")
    print(f"held for: {tally.reasons()}")
    through = sorted(n for n in truth.must if n in tally.fates and tally.fates[n].kind != "held")
    print(f"ought to have been held and was not: {through}")
    print(tally.cost())
    print(tally.line(), flush=True)


def _reason(why: str) -> str:
    """What a delivery was held for, without its numbers: the checks that broke, or the words of the first reason."""
    checks = sorted({name.rpartition(".")[2] for name in re.findall(r"`([a-z_]+[.][a-z0-9_.]+)`:", why)})
    return "+".join(checks) or re.sub(r"`[^`]*`|[0-9][0-9.,%]*", "", why.partition(";")[0]).strip(" :()?")[:60]


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder or zip with deliveries.csv")
    parser.add_argument(
        "--truth",
        type=Path,
        help="what each column means; by default truth.toml in the folder, or the one named like the feed",
    )
    parser.add_argument("--commits", type=int, default=10**9, help="how many commits to play")
    parser.add_argument("--since", default="", help="date: found the estate on what lay there before it")
    parser.add_argument("--work", type=Path, help="where to leave the estate; thrown away by default")
    return parser.parse_args()


def _truth_of(data: Path) -> Path:
    """The truth that lies in the folder of a feed, else the one that is named like it."""
    own = data / "truth.toml"
    return own if own.exists() else TRUTHS / f"{data.stem}.toml"


def _unpacked(data: Path, to: Path) -> Path:
    if data.is_dir():
        return data
    if not to.exists():
        with zipfile.ZipFile(data) as packed:
            packed.extractall(to)
    return to


def commits(feed: Path) -> Iterator[tuple[Delivery, ...]]:
    """The deliveries that came together, oldest first."""
    with (feed / "deliveries.csv").open(encoding="utf-8") as handle:
        rows = list(csv.DictReader(handle))
    for at, group in itertools.groupby(rows, key=lambda r: r["committed_at"]):
        yield tuple(_delivery(feed, at, row) for row in group)


def together(feed: Path, since: str) -> Iterator[tuple[Delivery, ...]]:
    """The commits, those before a date as one: of each file the last version that lay there."""
    early: dict[str, Delivery] = {}
    for commit in commits(feed):
        if commit[0].at.isoformat() < since:
            early |= {d.file: d for d in commit}
            continue
        if early:
            yield tuple(d for d in early.values() if d.path is not None)
            early = {}
        yield commit


def _delivery(feed: Path, at: str, row: dict[str, str]) -> Delivery:
    number, moment = int(row["number"]), datetime.fromisoformat(at)
    gone = row["action"] == "D"
    path = None if gone else next(next(feed.glob(f"deliveries/{number:05d}_*")).iterdir())
    return Delivery(number=number, at=moment, file=row["file"], path=path)


def play(feed: Path, *, truth_of: Scorer, work: Path, most: int, since: str = "", tally: Tally | None = None) -> Tally:
    """Found an estate on the first commit, or on all before a date; then let every later one arrive.

    `tally` is filled commit by commit, so that it tells of all that was played when this is interrupted.
    """
    watched, estate = work / "watched", work / "estate"
    tally = tally if tally is not None else Tally()
    truth_of.before = tally.take_up(work / PLAYED)
    for place, commit in enumerate(itertools.islice(together(feed, since), most)):
        if place < len(tally.seconds):
            truth_of.know({d.number: d.digest for d in commit}, commit)
            continue
        for delivery in commit:
            _arrive(delivery, watched)
        began = time.process_time()
        failure = _founded(watched, estate, truth_of.truth) if place == 0 else ""
        failure = failure or _passed(estate)
        tally.seconds.append(time.process_time() - began)
        tally.fates |= _told(commit, fates(estate), failure)
        tally.rightly |= {d.number for d in commit if d.path is None or truth_of.truth.may_wait(d.number, d.file)}
        wrong = truth_of.compare({d.number: d.digest for d in commit}, commit)
        tally.wrong += wrong.cells
        tally.keep(work / PLAYED, truth_of.before)
        _say(commit, tally, wrong.told)
        if place % PROGRESS == PROGRESS - 1:
            print(f"so far {place + 1} commits: {tally.line()}, {tally.cost()}", flush=True)
    return tally


def _arrive(delivery: Delivery, watched: Path) -> None:
    target = watched / delivery.file
    if delivery.path is None:
        target.unlink()
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(delivery.path, target)
    os.utime(target, (delivery.at.timestamp(), delivery.at.timestamp()))


def _founded(watched: Path, estate: Path, truth: Truth) -> str:
    """Found the estate; a person picks what the goal means, and says how a source is read that `init` cannot tell."""
    report = init((str(watched),), truth.goal, estate, emit=_silent, answer=None)
    if report.question is not None:
        meant = next(o.label for o in report.question.options if truth.meant in o.label)
        report = init((str(watched),), truth.goal, estate, emit=_silent, answer=meant)
    known = (estate / "windvane.toml").read_text(encoding="utf-8")
    said = truth.said.replace("{watched}", str(watched.resolve()))
    if said.strip() and said.strip().splitlines()[0] not in known:
        (estate / "windvane.toml").write_text(known + said, encoding="utf-8")
    return ""


def _passed(estate: Path) -> str:
    try:
        run(estate, emit=_silent)
    except WindvaneError as error:
        return f"{error.message}: {error.why}"
    return ""


def _silent(event: Event) -> None:
    """Nobody watches."""


def _told(commit: tuple[Delivery, ...], known: dict[tuple[str, str], Fate], failure: str) -> dict[int, Fate]:
    found = {}
    for d in commit:
        name = Path(d.file).name
        fate = Fate("held", "a file that is gone takes no rows away") if d.path is None else None
        read = known.get((name, d.digest)) or known.get((name, ""))
        found[d.number] = fate or read or Fate("lost", failure or "no line in the ledger")
    return found


def _say(commit: tuple[Delivery, ...], tally: Tally, told: tuple[str, ...]) -> None:
    mine = Counter(tally.fates[d.number].kind for d in commit)
    shown = ", ".join(f"{n} {kind}" for kind, n in sorted(mine.items()))
    print(f"{commit[0].at:%Y-%m-%d %H:%M} {commit[0].number:05d} {shown}, {tally.seconds[-1]:.2f} s", flush=True)
    why = Counter(tally.fates[d.number].why for d in commit if tally.fates[d.number].kind in ("held", "lost"))
    for text, n in why.most_common(4):
        print(f"    {n} x {text[:260]}", flush=True)
    for text in told[:6]:
        print(f"    WRONG {text[:260]}", flush=True)


if __name__ == "__main__":
    main()
