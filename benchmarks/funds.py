"""Funds: from raw files and one sentence to estimates before the values appear, with no hint of the answer.

    python -m benchmarks.funds --data DIR [--decide 2005:2010] [--report 2009:2010] [--goal SENTENCE] [--estate DIR]

`--decide`: the years on which versions are chosen; `--report`: those reported once at the end, sealed until then.
Without it the years of deciding are reported. The last line is `rank_correlation=... error_bp=...` of those years.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from pathlib import Path

from windvane.adapters.heading import read_heading, write_heading
from windvane.app import founding, running
from windvane.app.opening import opened
from windvane.domain.entry import Scored
from windvane.domain.event import Event
from windvane.domain.record import replace
from windvane.loop.logbook import Logbook

GOAL = (
    "Every trading day at 16:00, estimate each equity fund's return for that day; net asset values appear the same "
    "evening; mean daily rank correlation at least 0.45 and mean absolute error at most 35 basis points"
)


def main() -> None:
    """Found, run, report."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    asked = _asked()
    with tempfile.TemporaryDirectory(prefix="funds-") as folder:
        estate = asked.estate or Path(folder) / "estate"
        landing = _founded(asked.data, asked.goal, estate, _windows(asked.decide, asked.report))
        began = time.process_time()
        running.run(estate, emit=_tell)
        print(f"landing {landing:.1f} CPU s, all after it {time.process_time() - began:.1f} CPU s")
        _report(estate, "sealed" if asked.report else "development")


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True, help="folder with the values and whatever else there is")
    parser.add_argument("--decide", default="2005:2010", help="FROM:TO, years of deciding")
    parser.add_argument("--report", default="", help="FROM:TO, years reported once at the end")
    parser.add_argument("--goal", default=GOAL)
    parser.add_argument("--estate", type=Path, default=None, help="keep the estate here")
    return parser.parse_args()


def _windows(decide: str, report: str) -> tuple[str, ...]:
    return (f"decide {decide}", *([f"report {report}"] if report else []))


def _founded(data: str, goal: str, estate: Path, windows: tuple[str, ...]) -> float:
    """Found the estate and say in its heading on which years it is decided; CPU seconds."""
    began = time.process_time()
    report = founding.init((data,), goal, estate, emit=lambda _: None, answer="1")
    print(f"goal read as: {report.goal}")
    heading = read_heading(estate)
    wish = heading.goals[0]
    assert wish.goal is not None
    typed = replace(wish.goal, constraints=(*wish.goal.constraints, *windows))
    write_heading(estate, replace(heading, goals=(replace(wish, goal=typed),)))
    return time.process_time() - began


def _tell(event: Event) -> None:
    print(f"{event.at:7.1f} s  {event.step:9} {event.text}", flush=True)


def _report(estate: Path, window: str) -> None:
    with opened(estate, emit=lambda _: None) as work:
        book = Logbook(work.crew.ledger)
        trials = book.trials.values()
        canaries = {c.check for t in trials for c in t.checks if c.check.startswith("canary")}
        fakes = [d for d in book.decisions.values() if d.title.startswith("Placebo")]
        scored = [s for s in book.scores.values() if s.window == window][-1:]
    print("; ".join(sorted(canaries)) or "no canary: nothing was promoted upstream")
    print(f"{len(fakes)} placebos, {sum(d.verdict.outcome == 'reject' for d in fakes)} rejected")
    for line in scored:
        print(_line(line))


def _line(scored: Scored) -> str:
    found = {s.measure: s.value for s in scored.scores}
    rank, error = found.get("rank_correlation", float("nan")), found.get("mae", float("nan"))
    return f"rank_correlation={rank:.4f} error_bp={error * 1e4:.2f}"


if __name__ == "__main__":
    main()
