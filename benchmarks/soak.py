"""Weeks of bad days without pause: faults day after day, one process killed again and again. Goal: equal=true.

    python -m benchmarks.soak [--days 120] [--kills 10] [--seed 0] [--faults a,b]

A shop delivers orders, payments and visits every day; every second day something is wrong with them, the other days are
controls. One process works through the days: it delivers, runs the loop, answers what is asked by what is true, and has
wrong files sent again. `kill -9` ends it at random moments; it is started again. In the end every published table must
equal, cell by cell, that of an estate that only ever got the true files, one day after the other, and was never killed.
Memory, CPU and the growth of what is kept are reported.
"""

from __future__ import annotations

import argparse
import multiprocessing
import signal
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from random import Random

import windvane as wv
from benchmarks.soak_person import Person, put, quiet
from benchmarks.soak_worker import CLEAN, SOAK, TRIES, Length, Line, Plan, Worker, calendar, founded, told
from benchmarks.soak_world import contents
from windvane.app import running
from windvane.app.drill.base import ESTATE, FILES
from windvane.app.drill.compare import Difference, difference
from windvane.app.drill.oracle import Relation


def clean(root: Path, plan: Plan, *, at_once: int = 1) -> None:
    """The same truth without faults, kills or corrections: a run after every `at_once` days; all that waits is let in.

    What was corrected later comes as it was first, and then as it is.
    """
    home, days, person = root / CLEAN, calendar(root, plan), Person(root / CLEAN)
    for index in range(plan.length.days):
        day = days.day(index)
        for name, content in contents(day).items():
            put(home / FILES / name, content)
        if (index + 1) % at_once == 0 or index + 1 == plan.length.days:
            running.run(home / ESTATE, emit=quiet)
            for _ in range(TRIES):
                if not any(person.answer(days.day(i), []) for i in range(max(0, index + 1 - at_once), index + 1)):
                    break
                running.run(home / ESTATE, emit=quiet)


def differences(root: Path) -> list[Difference]:
    """Every published table of the clean estate against the same of the one that was soaked, cell by cell."""
    right, seen = (wv.open(root / name / ESTATE) for name in (CLEAN, SOAK))
    found = []
    for name in right.relations:
        there = seen[name].arrow().column_names if name in seen.relations else []
        columns = tuple(c for c in right[name].arrow().column_names if not c.startswith("_"))
        if not set(columns) <= set(there):
            found.append(Difference(name, extra=1, width=len(columns)))
            continue
        named = ", ".join(f'"{c}"' for c in columns)
        a, b = (Relation(name, columns, tuple(e.sql(f"SELECT {named} FROM {name}").rows())) for e in (right, seen))
        found.append(difference(a, b))
    return found


def main() -> None:
    """Found, soak under kills, run clean, compare, report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--days", type=int, default=120)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--faults", default="", help="names, ids or classes, with commas between; all by default")
    parser.add_argument("--keep", type=Path, help="an empty folder to work in and leave as it is")
    options = parser.parse_args()
    faults = tuple(filter(None, options.faults.split(",")))
    days = range(1, max(2, options.days - 1))
    kills = tuple(sorted(Random(options.seed).sample(days, min(options.kills, len(days)))))
    plan = Plan(Length(days=options.days), options.seed, faults, kills)
    with tempfile.TemporaryDirectory(prefix="windvane-soak-") as folder:
        root = options.keep or Path(folder)
        root.mkdir(parents=True, exist_ok=True)
        _well(founded, root, plan)
        killed = soaked(root, plan)
        _well(clean, root, plan)
        for line in report(told(root)):
            print(line)
        found = differences(root)
        for d in found:
            if d.corrupted or d.missing:
                print(f"{d.relation}: {d.corrupted} cells or rows too many, {len(d.missing)} rows missing")
        equal = not any(d.corrupted or d.missing for d in found)
        print(last_line(told(root), kills=killed, equal=equal))


def soaked(root: Path, plan: Plan) -> int:
    """Start the worker until it comes to the end; how often it was killed."""
    killed = 0
    while (code := _apart(_work, root, plan)) == -signal.SIGKILL:
        killed += 1
        print(f"killed {killed} times, last on day {len(told(root)) + 1}", flush=True)
    if code:
        raise SystemExit(f"the worker ended with {code} on day {len(told(root)) + 1}")
    return killed


def _work(root: Path, plan: Plan) -> None:
    Worker(root, plan).work()


def _well(work: Callable[[Path, Plan], None], root: Path, plan: Plan) -> None:
    code = _apart(work, root, plan)
    if code:
        raise SystemExit(f"`{work.__name__}` ended with {code}")


def _apart(work: Callable[[Path, Plan], None], root: Path, plan: Plan) -> int:
    """Do it in a process of its own; its exit code."""
    process = multiprocessing.get_context("spawn").Process(target=work, args=(root, plan))
    process.start()
    process.join()
    return process.exitcode or 0


def report(lines: list[Line]) -> list[str]:
    """What became of the days, and what it took."""
    said = Counter(_kind(s) for line in lines for s in line.said)
    right = sum(line.right for line in lines)
    found = [f"{', '.join(f'{k} {n}' for k, n in sorted(said.items()))}; {right} of {len(lines)} days put right"]
    for line in lines:
        if line.wrong or not line.right:
            found.append(f"day {line.day} {line.fault} ({line.what}): right={line.right} {'; '.join(line.wrong)}")
    for line in lines[:: max(1, len(lines) // 6)]:
        kept = ", ".join(f"{name} {kb:,.0f} KB" for name, kb in line.kept_kb)
        found.append(
            f"day {line.day:>3}: {line.cpu_s:>5.1f} CPU s, at most {line.peak_mb:.0f} MB, {line.rss_mb:.0f} MB after; "
            f"{kept}"
        )
    return found


def _kind(said: str) -> str:
    return said.split()[1].strip(":") if said.startswith("D-") else said.partition(" ")[0]


def last_line(lines: list[Line], *, kills: int, equal: bool) -> str:
    """The figures in one line; `rss_mb` is the most that any day took."""
    first, last = (dict(line.kept_kb)["ledger"] for line in (lines[0], lines[-1]))
    grown = (last - first) / max(1, len(lines) - 1)
    peak = max(line.peak_mb for line in lines)
    return f"days={len(lines)} kills={kills} equal={str(equal).lower()} rss_mb={peak:.0f} ledger_kb_per_day={grown:.0f}"


if __name__ == "__main__":
    main()
