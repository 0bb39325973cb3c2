"""The process that the soak kills: delivers day by day, runs the loop, lets the person act, goes on after a kill."""

from __future__ import annotations

import json
import os
import resource
import signal
import threading
import time
from pathlib import Path
from random import Random
from typing import NamedTuple

from benchmarks.soak_person import Person, Shown, looked, put, quiet
from benchmarks.soak_world import SOURCES, Calendar, Day, Sizes, given
from windvane.app import running
from windvane.app.drill import trouble
from windvane.app.drill.base import ESTATE, FILES, build, opened_again
from windvane.app.drill.case import copy
from windvane.app.drill.given import Given
from windvane.domain.errors import WindvaneError
from windvane.domain.injecting import sent
from windvane.domain.record import Record, canonical, decode
from windvane.domain.table import Table

BASE, SOAK, CLEAN = "base", "soak", "clean"
TRIES = 4  # rounds that a person takes over one day at most


class Length(NamedTuple):
    """How long the soak is: days before it and in it, orders a day."""

    before: int = 30
    days: int = 120
    many: int = 40
    sources: tuple[str, ...] = SOURCES

    @property
    def given(self) -> Given:
        """What the estate is founded on."""
        return given(before=self.before, many=self.many, sources=self.sources)


class Plan(NamedTuple):
    """What happens, and when the process is killed."""

    length: Length
    seed: int = 0
    faults: tuple[str, ...] = ()
    kills: tuple[int, ...] = ()  # indices of days


def founded(root: Path, plan: Plan) -> None:
    """The estate on the days before, and two copies of it."""
    build(plan.length.given, root / BASE)
    copy(root / BASE, root / SOAK)
    copy(root / BASE, root / CLEAN)


def calendar(root: Path, plan: Plan) -> Calendar:
    """The days of a soak, from the estate as it was founded."""
    length = plan.length
    base = opened_again(length.given, root / BASE)
    sizes = Sizes(length.before, length.many, length.sources)
    return Calendar(base.world, sizes=sizes, seed=plan.seed, faults=plan.faults)


class Line(Record):
    """What came of one day: whether readers saw the truth at its end, and what it took."""

    day: int
    fault: str
    what: str
    right: bool
    said: tuple[str, ...]
    wall_s: float
    cpu_s: float
    peak_mb: float
    rss_mb: float
    kept_kb: tuple[tuple[str, float], ...]

    @property
    def wrong(self) -> tuple[str, ...]:
        """What readers saw that was not true, and was taken back."""
        return tuple(s for s in self.said if s.startswith("WRONG"))


class Worker:
    """The process: goes on where it was killed, day by day."""

    def __init__(self, root: Path, plan: Plan) -> None:
        self._root, self._plan, self._home = root, plan, root / SOAK
        self._calendar = calendar(root, plan)
        self._person = Person(self._home)
        self._said: list[str] = []
        self._mark = root / "at.json"
        self._heading = (root / SOAK / ESTATE / "windvane.toml", root / "heading.toml")

    def work(self) -> None:
        """All days that are left."""
        self._recover()
        first, phase = self._at()
        for index in range(first, self._plan.length.days):
            began, cpu = time.monotonic(), time.process_time()
            if index in self._plan.kills:
                self._arm(index)
            self._fresh_peak()
            day = self._calendar.day(index)
            right = self._day(index, day, phase if index == first else 0)
            peak, rss = _memory()
            took, used = time.monotonic() - began, time.process_time() - cpu
            self._keep(
                Line(day=index, fault=day.fault, what=day.said, right=right, said=tuple(self._said), wall_s=took,
                     cpu_s=used, peak_mb=peak, rss_mb=rss, kept_kb=_kept(self._home / ESTATE))
            )  # fmt: skip
            self._reached(index + 1, 0)

    def _day(self, index: int, day: Day, phase: int) -> bool:
        """The waves of a day with a run after each; then the person, until readers see what is true."""
        waves = day.injection.waves
        troubles = day.injection.trouble if phase == 0 else ()
        with trouble.made(self._home / ESTATE, self._home / FILES, troubles) as machine:
            for number, wave in enumerate(waves):
                if number < phase:
                    continue
                for file in wave:
                    put(self._home / FILES / file.name, file.content)
                if machine.killed_at:
                    trouble.run_killed(self._home / ESTATE, machine.killed_at)
                else:
                    self._run()
                machine.recover()
                self._reached(index, number + 1)
        return self._put_right(index, day, max(phase, len(waves)))

    def _put_right(self, index: int, day: Day, phase: int) -> bool:
        first = phase - len(day.injection.waves)
        for attempt in range(first, TRIES):
            asked = self._person.answer(day, self._said)
            seen = self._looked(index, (*day.mended, *day.truth))
            if seen.right and not asked and self._all_there(day):
                return True
            if seen.wrong and not attempt and not self._may_be_seen(index, day):
                self._said.append(f"WRONG {seen.told}; taken back: {self._person.take_back(day)}")
            if not seen.right or attempt:
                self._person.send_again(day, attempt=attempt)
            self._run()
            self._reached(index, len(day.injection.waves) + attempt + 1)
        self._person.answer(day, self._said)
        return self._looked(index, (*day.mended, *day.truth)).right

    def _looked(self, index: int, tables: tuple[Table, ...]) -> Shown:
        """What readers see of some deliveries; no row may be there that is in none of the true ones."""
        return looked(self._home, tables, ever=(*self._calendar.truths(index + 1), *tables))

    def _may_be_seen(self, index: int, day: Day) -> bool:
        """Whether what is shown is what may be shown before the day is put right."""
        return bool(day.allowed) and not self._looked(index, day.allowed).wrong

    def _all_there(self, day: Day) -> bool:
        """Whether the files of all days are in the folder; those that were deleted are brought back."""
        if not any(t.kind == "deleted" for t in day.injection.trouble):
            return True
        folder, whole = self._home / FILES, True
        for table in self._calendar.truths(len(self._calendar.days)):
            if not (folder / table.file).exists():
                put(folder / table.file, sent(table).content)
                whole = False
        return whole

    def _run(self) -> None:
        try:
            report = running.run(self._home / ESTATE, emit=quiet)
        except WindvaneError as error:
            self._said.append(f"error {error.code}: {error.message}")
            return
        self._said += [f"healed {item.title}" for item in report.healed]

    def _recover(self) -> None:
        """The machine is as it should be again, whatever befell it when the process was killed."""
        heading, kept = self._heading
        if kept.exists():
            put(heading, kept.read_bytes())
        else:
            kept.write_bytes(heading.read_bytes())
        away = self._home / "away"
        if away.exists():
            for path in (self._home / FILES).glob("*"):
                path.replace(away / path.name)
            if (self._home / FILES).exists():
                (self._home / FILES).rmdir()
            away.rename(self._home / FILES)

    def _arm(self, index: int) -> None:
        """Kill this process at a random moment of the day, once."""
        mark = self._root / f"killed_{index}"
        if mark.exists():
            return
        usual = [line.wall_s for line in told(self._root)][-8:]
        delay = Random(f"{self._plan.seed} kill {index}").random() * (sum(usual) / len(usual) if usual else 2.0)
        timer = threading.Timer(delay, _die, (mark,))
        timer.daemon = True
        timer.start()

    def _at(self) -> tuple[int, int]:
        if not self._mark.exists():
            return 0, 0
        index, phase = json.loads(self._mark.read_text())
        return index, phase

    def _reached(self, index: int, phase: int) -> None:
        """Remembered in one step, so that no kill finds half of it."""
        self._mark.with_suffix(".part").write_text(json.dumps([index, phase]))
        self._mark.with_suffix(".part").replace(self._mark)

    def _fresh_peak(self) -> None:
        """Let the system measure the most memory anew from here (Linux)."""
        if Path("/proc/self/clear_refs").exists():
            Path("/proc/self/clear_refs").write_text("5")

    def _keep(self, line: Line) -> None:
        self._said = []
        with (self._root / "days.jsonl").open("ab") as file:
            file.write(canonical(line) + b"\n")


def _die(mark: Path) -> None:
    mark.touch()
    os.kill(os.getpid(), signal.SIGKILL)


def told(root: Path) -> list[Line]:
    """What the worker wrote down of each day."""
    path = root / "days.jsonl"
    return [decode(line, Line) for line in path.read_text().splitlines()] if path.exists() else []


def _memory() -> tuple[float, float]:
    """MB: the most that the process held since it was last asked anew, and what it holds now (Linux)."""
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20, 0.0
    found = dict(line.split(":", 1) for line in status.read_text().splitlines() if ":" in line)
    return int(found["VmHWM"].split()[0]) / 1024, int(found["VmRSS"].split()[0]) / 1024


def _kept(estate: Path) -> tuple[tuple[str, float], ...]:
    """KB of what an estate keeps."""
    private = estate / ".windvane"
    names = {"ledger": "ledger.sqlite*", "warehouse": "warehouse.duckdb*", "workflow": "workflow.sqlite*"}
    found = {k: list(private.glob(v)) for k, v in names.items()}
    found |= {k: [p for p in (private / k).rglob("*") if p.is_file()] for k in ("raw", "published")}
    return tuple((k, sum(p.stat().st_size for p in paths) / 1024) for k, paths in found.items())
