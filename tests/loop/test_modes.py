"""Memory, locks and disks that run out: tried again, tried with less, then an incident; nothing half done."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import shop

import windvane as wv
from windvane.adapters.ledger import Ledger
from windvane.app import reading, wire
from windvane.app.reports import RunReport
from windvane.app.story import status
from windvane.domain.errors import TryAgain

# One value that is larger than the memory allowed: no number of threads and no disk helps.
HUNGRY = "SUM(amount) + 0 * (SELECT LENGTH(STRING_AGG(REPEAT(city, 4000), '')) FROM core.stores, core.orders)"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a built shop; tests take copies."""
    place = tmp_path_factory.mktemp("modes")
    shop.found(place / "files", days=30)
    wire.init((str(place / "files"),), shop.GOAL, place / "estate", emit=lambda _: None, answer=None)
    wire.run(place / "estate", emit=lambda _: None)
    return place


def _run(home: Path, heard: list[str] | None = None) -> RunReport:
    return wire.run(home, emit=lambda event: heard.append(event.text) if heard is not None else None)


def _count(home: Path) -> int:
    return int(wv.open(home).sql("SELECT COUNT(*) AS n FROM core.orders").df().n[0])


def _broken(home: Path) -> tuple[str, ...]:
    return tuple(b.title for b in status.status(reading.book(home)).broken)


def _whole(home: Path) -> bool:
    return Ledger(home / ".windvane" / "ledger.sqlite").verify() == ()


def test_a_step_that_needs_too_much_memory_is_run_with_less_and_then_handed_to_diagnosis(
    built: Path, tmp_path: Path
) -> None:
    home = Path(shutil.copytree(built / "estate", tmp_path / "estate"))
    mart = next((home / "models" / "mart").glob("*total*.sql"))
    good = mart.read_text()
    mart.write_text(good.replace("SUM(amount)", HUNGRY))
    heading = home / "windvane.toml"
    heading.write_text(heading.read_text() + "\n[engine]\nmemory_mb = 64\nthreads = 2\n")
    before, heard = wv.open(home).release, []
    with pytest.raises(TryAgain) as caught:
        _run(home, heard)
    assert caught.value.code == "engine.memory" and "memory" in caught.value.message and caught.value.fix
    assert any("runs again with less: 64 MB, 1 thread" in text for text in heard), heard
    assert wv.open(home).release == before and _whole(home)
    assert [t for t in _broken(home) if "failed step in serve" in t and "engine.memory" in t], _broken(home)
    heading.write_text(heading.read_text().replace("memory_mb = 64", "memory_mb = 1024"))
    assert [i for i in _run(home).releases if "edit" in i.title], "with enough memory the person's will is done"
    assert _broken(home) == (), "what ends well closes the incident"


def test_a_warehouse_that_another_program_holds(built: Path, tmp_path: Path) -> None:
    files = Path(shutil.copytree(built, tmp_path / "here")) / "files"
    home = _with_files(files.parent / "estate", files)
    shop.orders(files / "orders_2.csv", first=30, days=2)
    before = _count(home)
    held = [
        sys.executable,
        "-c",
        "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('open', flush=True); input()",
    ]
    with subprocess.Popen(
        [*held, str(home / ".windvane" / "warehouse.duckdb")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None and holder.stdout.readline() == "open\n"
        with pytest.raises(TryAgain) as caught:
            _run(home)
        assert caught.value.code == "estate.busy" and str(holder.pid) in caught.value.message
        assert _count(home) == before, "readers do not wait"
        holder.communicate("\n")
    _run(home)
    assert _count(home) == before + shop.rows(30, 2)


def test_a_full_disk_stops_a_run_and_space_lets_it_go_on(built: Path, tmp_path: Path) -> None:
    files = Path(shutil.copytree(built / "files", tmp_path / "files"))
    with _disk(tmp_path / "disk", room=_size(built / "estate") + 400_000) as disk:
        home = _with_files(Path(shutil.copytree(built / "estate", disk / "estate")), files)
        before, release = _count(home), wv.open(home).release
        shop.orders(files / "orders_2.csv", first=30, days=15)
        _fill(disk / "ballast")
        done = subprocess.run(
            [sys.executable, "-m", "windvane", "run", "--json"], cwd=home, capture_output=True, text=True, check=False,
            timeout=120, env={**os.environ, "TMPDIR": str(tmp_path)},
        )  # fmt: skip
        assert done.returncode == TryAgain.exit_code, (done.returncode, done.stdout[-600:], done.stderr[-1500:])
        assert "Traceback" not in done.stderr and '"fix"' in done.stdout
        assert wv.open(home).release == release and _count(home) == before
        (disk / "ballast").unlink()
        subprocess.run(["mount", "-o", "remount,size=256m", str(disk)], check=True)
        _run(home)
        assert _count(home) == before + shop.rows(30, 15) and _whole(home)
        assert _broken(home) == ()


def _with_files(home: Path, files: Path) -> Path:
    """The copy of an estate with its sources where their files are now."""
    heading = home / "windvane.toml"
    text = heading.read_text()
    old = next(line for line in text.splitlines() if line.startswith("location"))
    heading.write_text(text.replace(old.partition('"')[2].partition("/files")[0] + "/files", str(files)))
    return home


def _size(folder: Path) -> int:
    return sum(4096 * (1 + p.stat().st_size // 4096) for p in folder.rglob("*"))


def _fill(path: Path) -> None:
    """Take all the space that is left, but for a little."""
    free = os.statvfs(path.parent).f_bavail * 4096 - 100_000
    path.write_bytes(b"\0" * max(0, free))


@contextmanager
def _disk(place: Path, *, room: int) -> Iterator[Path]:
    """A disk of its own, as small as asked for."""
    place.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={room}", "tmpfs", str(place)], capture_output=True, text=True, check=False
    )
    if made.returncode:
        pytest.skip(f"this machine does not let us make a small disk: {made.stderr.strip()}")
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", str(place)], check=False)
