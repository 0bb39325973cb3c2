"""What a change would do is said before it is done, by the same loop on a copy, and compared with what happened."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

import windvane as wv
from windvane.app import wire
from windvane.app.cli.program import run as program
from windvane.domain.errors import Usage
from windvane.domain.event import Event


def _rows(first: int, last: int, *, factor: float = 1.0) -> str:
    lines = [
        f"{n},2026-{1 + n // 29:02d}-{1 + n % 28:02d},{factor * (20 + n % 3):.2f}\n" for n in range(first, last + 1)
    ]
    return "id,day,amount\n" + "".join(lines)


def _quiet(_: object) -> None:
    """Nobody watches."""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("foresight")
    (home / "files").mkdir()
    (home / "files" / "sales_1.csv").write_text(_rows(1, 60))
    wire.init((str(home / "files"),), "Total amount per day", home / "estate", emit=_quiet, answer=None)
    wire.run(home / "estate", emit=_quiet)
    return home


def _fingerprint(place: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted((place / "estate").rglob("*")):
        if path.is_file() and ".windvane" in path.parts and "ledger" not in path.name:
            digest.update(f"{path} {path.stat().st_size} {path.stat().st_mtime_ns}".encode())
    return digest.hexdigest()


def test_a_plain_day_then_what_happened(place: Path) -> None:
    coming = place / "sales_2.csv"
    coming.write_text(_rows(61, 80))
    before = _fingerprint(place)
    found = wire.foresee_file(place / "estate", coming)
    assert (found.outcome, found.rows_read) == ("promoted", 20)
    core = next(r for r in found.relations if r.relation == "core.sales")
    assert (core.rows_before, core.rows_after) == (60, 80)
    assert _fingerprint(place) == before, "nothing of the estate was touched"
    assert sorted(p.name for p in place.iterdir()) == ["estate", "files", "sales_2.csv"], "the copy is gone"

    coming.rename(place / "files" / "sales_2.csv")
    events: list[Event] = []
    wire.run(place / "estate", emit=events.append)
    assert len(wv.open(place / "estate")["core.sales"].df()) == 80
    assert any("promoted by" in e.text and "as foreseen" in e.text for e in events), [e.text for e in events]


def test_a_day_whose_amount_is_gone_would_be_held(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    coming = place / "sales_3.csv"
    coming.write_text(_rows(81, 100, factor=0.001).replace("amount", "px_last"))
    assert program(["forecast-change", str(coming), "--estate", str(place / "estate")]) == 0
    assert "would be held" in capsys.readouterr().out


def test_a_file_that_no_source_reads_is_refused(place: Path) -> None:
    stranger = place / "weather.csv"
    stranger.write_text("a,b\n1,2\n")
    with pytest.raises(Usage) as caught:
        wire.foresee_file(place / "estate", stranger)
    assert caught.value.code == "forecast.source"
    stranger.unlink()
