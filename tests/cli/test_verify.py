"""`log --verify` and `status` find a ledger that somebody meddled with, and say where it begins to be wrong."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from windvane.adapters.ledger import Ledger
from windvane.app.cli.program import run
from windvane.domain.entry import Note

Told = tuple[int, str]


@pytest.fixture
def tell(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., Told]:
    (tmp_path / "windvane.toml").write_text('name = "x"\n')
    (tmp_path / ".windvane").mkdir()
    ledger = Ledger(tmp_path / ".windvane" / "ledger.sqlite")
    for n in range(1, 9):
        ledger.append(actor="windvane", step="sense", key=f"k{n}", body=Note(what=f"rest {n}"))
    ledger.close()

    def call(*words: str) -> Told:
        code = run([*words, "--estate", str(tmp_path)])
        return code, capsys.readouterr().out

    return call


def meddle(place: Path, statement: str) -> None:
    with sqlite3.connect(place / ".windvane" / "ledger.sqlite") as file:
        for (name,) in file.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            file.execute(f"DROP TRIGGER {name}")
        file.execute(statement)
    file.close()


def test_a_whole_ledger_is_called_whole(tell: Callable[..., Told]) -> None:
    code, out = tell("log", "--verify")
    assert code == 0 and out.startswith("the ledger is whole: 8 lines")
    assert tell("status")[0] == 0


@pytest.mark.parametrize(
    ("statement", "broken", "says"),
    [
        ("UPDATE entries SET body = replace(body, 'rest 5', 'rest X') WHERE seq = 5", 5, "line 5 was edited"),
        ("UPDATE entries SET body = 'no json' WHERE seq = 2", 2, "line 2 was edited"),
        ("DELETE FROM entries WHERE seq IN (3, 4)", 3, "lines 3 to 4 were dropped"),
        ("DELETE FROM entries WHERE seq > 6", 7, "the tail was cut off"),
    ],
)
def test_the_first_broken_line_is_named(
    tell: Callable[..., Told], tmp_path: Path, statement: str, broken: int, says: str
) -> None:
    meddle(tmp_path, statement)
    code, out = tell("log", "--verify")
    assert code == 3 and f"broken at line {broken}: {broken - 1} of" in out and says in out
    code, out = tell("log", "--verify", "--json")
    told = json.loads(out)
    assert (told["broken"], told["holds"], code) == (broken, broken - 1, 3)
    if "no json" not in statement:
        code, out = tell("status")
        assert code == 3 and says in out and "windvane log --verify" in out


def test_a_glance_at_a_large_ledger_looks_at_its_newest_lines(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.sqlite")
    for n in range(6):
        ledger.append(actor="windvane", step="sense", key=f"k{n}", body=Note(what="x" * 1_500_000))
    (tmp_path / ".windvane").mkdir()
    assert ledger.glance() == ()
    ledger.close()
    (tmp_path / "ledger.sqlite").rename(tmp_path / ".windvane" / "ledger.sqlite")
    meddle(tmp_path, "UPDATE entries SET actor = 'nobody' WHERE seq IN (1, 6)")
    ledger = Ledger(tmp_path / ".windvane" / "ledger.sqlite")
    assert [f.seq for f in ledger.glance()] == [6] and [f.seq for f in ledger.examine()] == [1, 6]
    ledger.close()
