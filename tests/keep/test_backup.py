"""An estate goes into one file and comes back whole, on another machine too; a torn backup brings nothing back."""

from __future__ import annotations

import json
import shutil
import tarfile
from pathlib import Path

import pytest

import windvane as wv
from windvane.adapters.archive import pack, verify
from windvane.adapters.ledger import Ledger
from windvane.adapters.warehouses.sqlmesh.lock import Lock
from windvane.app import wire
from windvane.app.cli.program import run as program
from windvane.domain.errors import Failed, TryAgain, Usage

ROWS = "id,day,amount\n" + "".join(f"{n},2026-01-{n:02d},{n}.50\n" for n in range(1, 29))


def _quiet(_: object) -> None:
    """Nobody watches."""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("keep")
    (place / "files").mkdir()
    (place / "files" / "sales.csv").write_text(ROWS)
    wire.init((str(place / "files"),), "Total amount per day", place / "estate", emit=_quiet, answer=None)
    wire.run(place / "estate", emit=_quiet)
    return place


def test_a_lost_estate_comes_back_with_its_rows_its_history_and_goes_on(built: Path, tmp_path: Path) -> None:
    place = shutil.copytree(built, tmp_path / "place")
    _repoint(place, was=built)
    seen = wv.open(place / "estate")["core.sales"].df()
    wire.backup(place / "estate", tmp_path / "kept.tar")
    shutil.rmtree(place / "estate")

    report = wire.restore(tmp_path / "kept.tar", place / "back")
    assert "the ledger's chain is whole" in report.effects
    assert wv.open(place / "back")["core.sales"].df().equals(seen)
    (place / "files" / "sales_2.csv").write_text("id,day,amount\n29,2026-01-29,29.50\n")
    wire.run(place / "back", emit=_quiet)
    assert len(wv.open(place / "back")["core.sales"].df()) == len(seen) + 1


def test_nothing_secret_passing_or_half_done_is_in_it(built: Path, tmp_path: Path) -> None:
    wire.backup(built / "estate", tmp_path / "kept.tar")
    names = [m.name for m in _members(tmp_path / "kept.tar")]
    assert not [n for n in names if n.endswith(("-wal", "-shm", "/lock")) or "/spill/" in n or ".windvane/logs/" in n]
    assert {"windvane.toml", ".windvane/ledger.sqlite", ".windvane/warehouse.duckdb"} <= set(names)


@pytest.mark.parametrize("at", [0.2, 0.5, 0.8])
def test_one_flipped_byte_is_found_and_nothing_is_written(built: Path, tmp_path: Path, at: float) -> None:
    kept = tmp_path / "kept.tar"
    wire.backup(built / "estate", kept)
    where = next(m.offset_data for m in _members(kept) if m.size > 2_000 and m.offset_data > at * kept.stat().st_size)
    data = bytearray(kept.read_bytes())
    data[where + 1_000] ^= 1
    kept.write_bytes(data)
    with pytest.raises(Failed) as caught:
        wire.restore(kept, tmp_path / "back")
    assert caught.value.code == "backup.torn" and not (tmp_path / "back").exists()


def test_a_backup_cut_short_is_no_backup(built: Path, tmp_path: Path) -> None:
    kept = tmp_path / "kept.tar"
    wire.backup(built / "estate", kept)
    kept.write_bytes(kept.read_bytes()[: kept.stat().st_size // 2])
    with pytest.raises(Failed):
        verify(kept)
    (tmp_path / "letter.tar").write_text("Dear all")
    with pytest.raises(Failed):
        verify(tmp_path / "letter.tar")


def test_it_never_replaces_a_file_mixes_into_a_folder_or_reads_while_another_writes(
    built: Path, tmp_path: Path
) -> None:
    kept = tmp_path / "kept.tar"
    kept.write_text("mine")
    with pytest.raises(Usage, match="there already"):
        wire.backup(built / "estate", kept)
    assert kept.read_text() == "mine"
    wire.backup(built / "estate", tmp_path / "other.tar")
    with pytest.raises(Usage, match="not empty"):
        wire.restore(tmp_path / "other.tar", built / "files")
    lock = Lock(built / "estate" / ".windvane" / "lock")
    try:
        with pytest.raises(TryAgain):
            wire.backup(built / "estate", tmp_path / "third.tar")
    finally:
        lock.release()


def test_a_file_that_wants_to_be_elsewhere_is_refused(tmp_path: Path) -> None:
    (tmp_path / "estate").mkdir()
    (tmp_path / "estate" / "windvane.toml").write_text('name = "x"\n')
    pack(tmp_path / "estate", tmp_path / "kept.tar", head="0:")
    with tarfile.open(tmp_path / "kept.tar") as tar:
        listed = json.loads(tar.extractfile("windvane-backup.json").read())  # type: ignore[union-attr]
    listed["files"][0]["path"] = "../windvane.toml"
    with tarfile.open(tmp_path / "evil.tar", "w") as tar:
        (tmp_path / "list").write_text(json.dumps(listed))
        tar.add(tmp_path / "estate" / "windvane.toml", arcname="../windvane.toml")
        tar.add(tmp_path / "list", arcname="windvane-backup.json")
    with pytest.raises(Failed):
        wire.restore(tmp_path / "evil.tar", tmp_path / "back")
    assert not (tmp_path / "back").exists()


def test_the_commands_say_what_they_did(built: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kept, back = str(tmp_path / "kept.tar"), str(tmp_path / "back")
    assert program(["backup", kept, "--estate", str(built / "estate"), "--plan"]) == 0
    assert not Path(kept).exists()
    assert program(["backup", kept, "--estate", str(built / "estate")]) == 0
    assert program(["restore", kept, "--into", back, "--json"]) == 0
    report = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert report["act"] == "restore" and report["next"] == [f"windvane status --estate {back}"]
    ledger = Ledger(built / "estate" / ".windvane" / "ledger.sqlite")
    assert ledger.verify() == ()
    ledger.close()


def _members(archive: Path) -> list[tarfile.TarInfo]:
    with tarfile.open(archive) as tar:
        return tar.getmembers()


def _repoint(place: Path, *, was: Path) -> None:
    heading = place / "estate" / "windvane.toml"
    heading.write_text(heading.read_text().replace(str(was), str(place)))
