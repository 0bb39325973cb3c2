"""`windvane drill`: faults on copies of a person's own estate, and what would have come of them."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

from windvane.app.drill.judging import Score
from windvane.app.drill.own import build_own, given_of
from windvane.app.drill.playing import Case, known, play
from windvane.app.drill.tally import Row, rows, summary
from windvane.domain.errors import Usage
from windvane.domain.event import Emit, Event
from windvane.domain.record import Record


class DrillReport(Record, tag="drill"):
    """What became of every case; rows by class."""

    estate: str
    seed: int
    seconds: float
    summary: str
    classes: tuple[Row, ...] = ()
    cases: tuple[Score, ...] = ()
    passed: tuple[str, ...] = ()  # faults that found nothing to break in this estate
    kept: str = ""  # the folder that the copies lie in, when a person named one


def drill(estate: Path, faults: tuple[str, ...], seed: int, *, into: Path | None, emit: Emit) -> DrillReport:
    """Build a copy of `estate` from its accepted deliveries but the newest, and break the newest in every way.

    The estate itself is only read. Raises `Usage` (`fault.unknown`, `drill.*`).
    """
    began = time.monotonic()
    chosen = known(faults)
    with _room(into) as root:
        emit(Event(at=0.0, step="drill", text="building a copy of the estate without its newest deliveries"))
        base = build_own(given_of(estate), estate, root)
        order = sorted(chosen)
        Random(seed).shuffle(order)
        cases = tuple(Case((name,), base.name, seed) for name in order)
        scores: list[Score] = []
        for score in play(cases, base):
            scores.append(score)
            level = "info" if score.right else "bad" if score.corrupted or score.lost else "warn"
            emit(Event(at=time.monotonic() - began, step="drill", text=_told(score), subject=score.source, level=level))
    return DrillReport(
        estate=str(estate),
        seed=seed,
        seconds=time.monotonic() - began,
        summary=summary(tuple(scores)),
        classes=rows(tuple(scores)),
        cases=tuple(scores),
        passed=tuple(sorted(set(chosen) - {s.fault for s in scores})),
        kept=str(into or ""),
    )


@contextmanager
def _room(into: Path | None) -> Iterator[Path]:
    if into is None:
        with tempfile.TemporaryDirectory(prefix="windvane-drill-") as folder:
            yield Path(folder) / "drill"
        return
    if into.exists() and any(into.iterdir()):
        raise Usage(f"`{into}` is not empty", code="drill.not_empty", fix="name another folder: --into PATH")
    into.mkdir(parents=True, exist_ok=True)
    yield into


def _told(score: Score) -> str:
    done = {"publish": "shown", "heal": "healed", "hold": "held", "refuse": "refused", "skip": "skipped"}
    wrong = f", {score.corrupted} wrong cells" if score.corrupted else ""
    mark = "" if score.right else f"; {' or '.join(score.wanted)} would have been right"
    return f"{score.id} {score.said}: {done.get(score.got, score.got)}{wrong}{mark}"
