"""`windvane run --every`: passes on schedule and on arrival, survives the death of a pass, and stops when told."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import windvane as wv
from windvane.app import wire
from windvane.app.watch import Watch, seconds
from windvane.domain.errors import WindvaneError
from windvane.domain.event import Event


def _quiet(_: object) -> None:
    """Nobody watches."""


def _rows(first: int, last: int) -> str:
    return "id,day,amount\n" + "".join(f"{n},2026-01-{n:02d},{20 + n % 3}.50\n" for n in range(first, last + 1))


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "sales.csv").write_text(_rows(1, 20))
    wire.init((str(tmp_path / "files"),), "Total amount per day", tmp_path / "estate", emit=_quiet, answer=None)
    return tmp_path


def _until(true: object, *, seconds: float = 90) -> None:
    """Wait until `true()`."""
    end = time.monotonic() + seconds
    while not true():  # type: ignore[operator]
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.1)


def _seen(place: Path) -> int:
    try:
        return len(wv.open(place / "estate")["core.sales"].df())
    except WindvaneError:
        return 0


def test_a_night_alone(place: Path) -> None:
    """It builds, takes in a file that arrives long before the schedule, and ends when told."""
    command = [sys.executable, "-m", "windvane", "run", "--every", "1h", "--estate", str(place / "estate")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as watch:
        try:
            _until(lambda: _seen(place) == 20)
            (place / "files" / "sales_2.csv").write_text(_rows(21, 25))
            _until(lambda: _seen(place) == 25)
            watch.send_signal(signal.SIGTERM)
            _, told = watch.communicate(timeout=30)
        finally:
            watch.kill()
    assert watch.returncode == 0
    assert "files arrived" in told


def test_a_pass_that_dies_is_finished_by_the_next_and_what_is_bad_is_tried_less_often(place: Path) -> None:
    told: list[str] = []
    watch = Watch(place / "estate", every_s=4, emit=lambda e: told.append(_text(e)))
    os.environ["WINDVANE_CRASH_AT"] = "warehouse.commit:1"
    try:
        watch.until(lambda tally: tally.passes == 1)
        assert watch.tally.last_exit == -signal.SIGKILL and watch.tally.failed == 1
        assert _seen(place) == 0
    finally:
        del os.environ["WINDVANE_CRASH_AT"]
    watch.until(lambda tally: tally.passes == 2)
    assert watch.tally.last_exit == 0 and watch.tally.failed == 0 and _seen(place) == 20
    assert any("the next pass finishes what it had begun" in text for text in told)
    pauses = []
    for watch.tally.failed in (1, 2, 9):
        pauses.append(watch._pause())
    assert pauses == [2, 4, 4]


@pytest.mark.parametrize(("text", "span"), [("90s", 90), ("5m", 300), ("2h", 7200), ("1d", 86_400), ("45", 45)])
def test_spans(text: str, span: float) -> None:
    assert seconds(text) == span


@pytest.mark.parametrize("text", ["", "soon", "5x", "0s", "-5m"])
def test_no_spans(text: str) -> None:
    with pytest.raises(ValueError):
        seconds(text)


def _text(event: Event) -> str:
    return event.text
