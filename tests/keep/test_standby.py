"""Between passes: when a file that arrives is whole, and the process that waits to take it in."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from windvane.adapters.ledger import Ledger
from windvane.app.arrivals import CLOSED_S, OPEN_S, UNKNOWN_S, Arrival, look, needed
from windvane.app.standby import Standby
from windvane.domain.entry import Steering


@pytest.fixture
def estate(tmp_path: Path) -> Path:
    """A heading, a ledger with one line, and a file to watch: enough for `status`."""
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "sales.csv").write_text("id,amount\n1,2.5\n2,3.5\n")
    place = tmp_path / "estate"
    (place / ".windvane").mkdir(parents=True)
    source = f'[sources.sales]\nconnector = "files"\nlocation = "{tmp_path / "files" / "sales*.csv"}"\n'
    (place / "windvane.toml").write_text(f'name = "shop"\n\n{source}')
    ledger = Ledger(place / ".windvane" / "ledger.sqlite")
    ledger.append(actor="person", step="steer", key="init", body=Steering(act="init"))
    ledger.close()
    return place


def until(true: Callable[[], object], *, seconds: float = 90) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.05)


def test_a_file_is_whole_when_nobody_writes_it_any_more(estate: Path) -> None:
    files = estate.parent / "files"
    arrival = Arrival(estate, look(estate))
    assert not arrival.whole()
    with (files / "sales_2.csv").open("w") as copy:
        copy.write("id,amount\n3,4.5\n")
        copy.flush()
        began = time.monotonic()
        while time.monotonic() < began + 2 * CLOSED_S:  # it does not grow, but it is not closed either
            assert not arrival.whole()
            time.sleep(0.1)
        assert needed(copy.name) == OPEN_S
    until(arrival.whole, seconds=5)
    assert needed(copy.name) == CLOSED_S


def test_a_file_that_was_moved_there_and_one_that_went_are_told_at_once(estate: Path) -> None:
    files = estate.parent / "files"
    arrival = Arrival(estate, look(estate))
    hidden = files / ".sales_2.csv"
    hidden.write_text("id,amount\n3,4.5\n")
    time.sleep(2 * CLOSED_S)
    assert not arrival.whole()  # names that begin with a point are nobody's delivery
    hidden.rename(files / "sales_2.csv")
    began = time.monotonic()
    until(arrival.whole, seconds=5)
    assert time.monotonic() - began < CLOSED_S + 1
    gone = Arrival(estate, look(estate))
    (files / "sales_2.csv").unlink()
    until(gone.whole, seconds=5)


def test_where_nobody_can_tell_who_writes_it_takes_longer(estate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(fcntl, "F_SETLEASE")
    assert needed(str(estate.parent / "files" / "sales.csv")) == UNKNOWN_S


def test_one_waits_without_touching_the_estate_and_a_killed_one_is_made_up_for(
    estate: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    standby = Standby(("status", "--estate", str(estate)))
    standby.prepare()
    waiting = standby._waiting
    assert waiting is not None
    standby.prepare()
    assert standby._waiting is waiting  # one is enough
    until(lambda: _asleep(waiting.pid))
    held = [p.readlink() for p in Path(f"/proc/{waiting.pid}/fd").iterdir()]
    assert not [path for path in held if path.is_relative_to(estate)]
    waiting.send_signal(signal.SIGINT)  # Ctrl-C is for the watch, which tells it what to do
    begun = standby.begin()
    assert begun is waiting and begun.wait(60) == 0
    assert "0 questions for you" in capfd.readouterr().out
    standby.prepare()
    assert standby._waiting is not None
    os.kill(standby._waiting.pid, signal.SIGKILL)
    until(lambda: standby._waiting is not None and standby._waiting.poll() is not None)
    assert standby.begin().wait(60) == 0


def test_one_of_an_older_program_is_not_used(estate: Path) -> None:
    standby = Standby(("status", "--estate", str(estate)))
    standby.prepare()
    old, standby._code = standby._waiting, "before an update"
    assert old is not None
    standby.prepare()
    assert old.poll() == -signal.SIGKILL and standby._waiting is not old
    standby.close()
    assert standby._waiting is None


def test_it_ends_with_the_watch_however_that_ends(estate: Path) -> None:
    program = (
        "import time; from windvane.app.standby import Standby; "
        f"s = Standby(('status', '--estate', {str(estate)!r})); s.prepare(); "
        "print(s._waiting.pid, flush=True); time.sleep(300)"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as watch:
        assert watch.stdout is not None
        waiting = int(watch.stdout.readline())
        watch.kill()
    until(lambda: not _lives(waiting))


def _asleep(pid: int) -> bool:
    """Whether a process waits, and has worked before."""
    words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return words[0] == "S" and int(words[11]) > 100


def _lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
