"""The ledger keeps every line once, in order, for ever, and shows when somebody meddled with it."""

from __future__ import annotations

import multiprocessing
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness.killing import sweep
from windvane.adapters.ledger import Ledger
from windvane.adapters.ledger.chain import faults, store
from windvane.domain.decision import Decision, Reason, Verdict
from windvane.domain.entry import Decided, Entry, Note, Steering, seal
from windvane.domain.errors import Unhealthy


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.sqlite"


def note(ledger: Ledger, key: str, what: str = "rest", because: tuple[int, ...] = ()):
    return ledger.append(actor="windvane", step="sense", key=key, body=Note(what=what), because=because)


def written(path: Path, *whats: str) -> Ledger:
    ledger = Ledger(path)
    for i, what in enumerate(whats, 1):
        note(ledger, f"k{i}", what, because=(i - 1,) if i > 1 else ())
    return ledger


def meddle(path: Path, *statements: str) -> None:
    """What somebody with an editor can do: the triggers are dropped first."""
    with sqlite3.connect(path) as raw:
        for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            raw.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            raw.execute(statement)
    raw.close()


def test_lines_follow_each_other_and_survive_closing(path):
    ledger = written(path, "one", "two")
    decision = Decision(
        id="D-1",
        incident="I-1",
        plan="p",
        title="t",
        proposer="x",
        verdict=Verdict(outcome="promote", reasons=(Reason(rule="r", held=True, detail="d"),)),
    )
    ledger.append(actor="gate", step="gate", key="d", body=Decided(decision=decision), because=(1, 2))
    ledger.close()

    lines = list(Ledger(path).entries())

    assert [e.seq for e in lines] == [1, 2, 3]
    assert [e.previous for e in lines] == ["", lines[0].hash, lines[1].hash]
    assert all(seal(e) == e.hash for e in lines)
    assert lines[2].body == Decided(decision=decision)
    assert lines[2].because == (1, 2)
    assert [e.key for e in Ledger(path).entries(step="gate")] == ["d"]
    assert [e.seq for e in Ledger(path).entries(after=2)] == [3]
    assert Ledger(path).verify() == ()


def test_a_key_is_written_once_whatever_is_retried(path):
    ledger = written(path, "first")
    again = note(ledger, "k1", "another body")
    assert again.body == Note(what="first")
    assert ledger.head().seq == 1
    assert ledger.find("k1") == again
    assert ledger.find("unknown") is None


def test_a_line_cannot_follow_from_one_that_is_not_there(path):
    with pytest.raises(ValueError, match="cannot follow"):
        note(written(path, "one"), "k2", because=(2,))
    assert Ledger(path).head().seq == 1


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE entries SET actor = 'me' WHERE seq = 2",
        "DELETE FROM entries WHERE seq = 3",
        "INSERT OR REPLACE INTO entries SELECT seq, time, 'me', step, key, kind, body, because, previous, hash"
        " FROM entries WHERE seq = 2",
        "INSERT INTO entries SELECT seq + 9, time, actor, step, 'new', kind, body, because, hash, 'x' FROM entries"
        " WHERE seq = 3",
        "UPDATE numbers SET number = 9",
        "DELETE FROM numbers",
        "INSERT OR REPLACE INTO numbers VALUES ('D', 1, 'mine')",
    ],
)
def test_the_file_itself_refuses_everything_but_an_append(path, statement):
    ledger = written(path, "one", "two", "three")
    ledger.number("D", key="plan")
    before = list(ledger.entries())
    with sqlite3.connect(path) as raw, pytest.raises(sqlite3.IntegrityError):
        raw.execute(statement)
    assert list(ledger.entries()) == before
    assert ledger.number("D", key="plan") == "D-1"


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE entries SET body = replace(body, 'two', 'TWO') WHERE seq = 2", "line 2 was edited"),
        ("UPDATE entries SET actor = 'person' WHERE seq = 2", "line 2 was edited"),
        ("UPDATE entries SET time = '2000-01-01T00:00:00.000+00:00' WHERE seq = 1", "line 1 was edited"),
        ("UPDATE entries SET because = '[]' WHERE seq = 3", "line 3 was edited"),
        ("UPDATE entries SET kind = 'decided' WHERE seq = 3", "line 3 was edited"),
        ("DELETE FROM entries WHERE seq = 2", "lines 2 to 2 were dropped"),
        ("DELETE FROM entries WHERE seq = 1", "lines 1 to 1 were dropped"),
        ("DELETE FROM entries WHERE seq = 4", "tail was cut off"),
        ("DELETE FROM entries", "tail was cut off"),
    ],
)
def test_verify_names_what_was_done_to_the_chain(path, statement, said):
    written(path, "one", "two", "three", "four").close()
    meddle(path, statement)
    assert said in "\n".join(Ledger(path).verify())


def test_verify_sees_two_lines_that_changed_places(path):
    written(path, "one", "two", "three").close()
    swap = "UPDATE entries SET seq = CASE seq WHEN -2 THEN 3 WHEN -3 THEN 2 END WHERE seq < 0"
    meddle(path, "UPDATE entries SET seq = -seq WHERE seq > 1", swap)
    faults = Ledger(path).verify()
    assert any("moved" in f for f in faults)
    assert any(f.startswith("line 2") for f in faults)


def test_a_chain_written_anew_is_seen_by_a_head_kept_elsewhere(path):
    ledger = written(path, "one", "two", "three")
    kept = str(ledger.head())
    ledger.close()
    for file in path.parent.iterdir():
        file.unlink()
    forged = written(path, "one", "never happened", "three")
    assert forged.verify() == ()  # whoever rewrites both files fools the ledger alone
    assert any("written anew" in f for f in forged.verify(kept))


def test_a_record_that_gains_a_field_later_breaks_no_old_line(path):
    line = next(written(path, "one").lines())
    older = line._replace(body='{"type":"note","what":"one"}')  # as written before `detail` was there
    older = older._replace(hash=older.digest())
    assert older.entry().body == Note(what="one")
    assert seal(older.entry()) != older.hash
    assert faults([older]) == ()
    assert [f.what for f in faults([older._replace(body=line.body)])] == ["line 1 was edited"]


def test_numbers_are_kept_for_ever_and_counted_per_prefix(path):
    ledger = Ledger(path)
    assert [ledger.number("D", key=k) for k in "abab"] == ["D-1", "D-2", "D-1", "D-2"]
    assert ledger.number("I", key="b") == "I-1"
    ledger.close()
    assert Ledger(path).number("D", key="b") == "D-2"
    assert Ledger(path).number("D", key="c") == "D-3"


def test_a_cache_is_remembered_and_replaced(path):
    ledger = Ledger(path)
    assert ledger.recall("files") is None
    ledger.remember("files", "1")
    ledger.remember("files", "2")
    ledger.close()
    assert Ledger(path).recall("files") == "2"
    assert Ledger(path).head().seq == 0


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(keys=st.lists(st.text(max_size=8), max_size=25))
def test_any_sequence_of_keys_gives_one_line_each_in_order_of_first_use(tmp_path_factory, keys):
    ledger = Ledger(tmp_path_factory.mktemp("keys") / "ledger.sqlite")
    first = {key: note(ledger, key, f"{i}") for i, key in reversed(list(enumerate(keys)))}
    for key in keys:
        assert note(ledger, key, "late") == first[key]
    assert [e.key for e in ledger.entries()] == list(dict.fromkeys(reversed(keys)))
    assert ledger.verify() == ()
    ledger.close()


def _append_many(path: Path, name: str, start) -> None:
    ledger = Ledger(path)
    start.wait()
    for i in range(60):
        note(ledger, f"{name}{i}")
        note(ledger, f"shared{i}", name)
        ledger.number("D", key=f"plan{i}")


def test_two_processes_and_their_threads_append_one_chain(path):
    fork = multiprocessing.get_context("fork")
    start = fork.Barrier(2)
    workers = [fork.Process(target=_append_many, args=(path, name, start)) for name in "ab"]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert [w.exitcode for w in workers] == [0, 0]

    ledger = Ledger(path)
    threads = [threading.Thread(target=note, args=(ledger, f"thread{i % 10}")) for i in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    keys = [e.key for e in ledger.entries()]
    assert len(keys) == len(set(keys)) == 60 * 3 + 10
    assert sorted(int(ledger.number("D", key=f"plan{i}")[2:]) for i in range(60)) == list(range(1, 61))
    assert ledger.verify() == ()


def test_a_reader_does_not_wait_for_a_writer_in_another_process(path):
    written(path, "one").close()
    writer = sqlite3.connect(path, isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    began = time.monotonic()
    imports = "from pathlib import Path; from windvane.adapters.ledger import Ledger"
    code = f"{imports}\nprint(Ledger(Path({str(path)!r})).head().seq)"
    seen = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=20)
    assert seen.stdout.strip() == "1"
    assert time.monotonic() - began < 10  # the writer still holds its lock
    writer.execute("ROLLBACK")
    writer.close()


def test_lines_that_come_while_reading_are_read_too_and_none_twice(path, monkeypatch):
    monkeypatch.setattr("windvane.adapters.ledger.store._PAGE", 2)
    ledger = written(path, "one", "two", "three")
    seen = []
    for line in ledger.lines():
        seen.append(line.seq)
        if line.seq < 6:
            note(ledger, f"more{line.seq}")
    assert seen == list(range(1, len(seen) + 1)) and len(seen) >= 6


def test_killed_at_any_point_each_line_is_there_once(tmp_path):
    path = tmp_path / "ledger.sqlite"

    def fresh() -> None:
        for file in tmp_path.iterdir():
            file.unlink()

    def run() -> None:
        ledger = Ledger(path)
        for i in range(4):
            number = ledger.number("D", key=f"plan{i}")
            ledger.append(actor="person", step="steer", key=f"k{i}", body=Steering(act="approve", about=number))

    def check(n: int) -> None:
        ledger = Ledger(path)
        assert [e.body.about for e in ledger.entries()] == ["D-1", "D-2", "D-3", "D-4"], n
        assert ledger.verify() == ()

    assert sweep(run, check, fresh) == 4 * 4


def test_a_file_that_is_no_ledger_is_refused_with_a_way_out(path):
    path.write_bytes(b"this is no database at all" * 100)
    with pytest.raises(Unhealthy) as refused:
        Ledger(path)
    assert refused.value.code == "ledger.damaged"
    assert path.read_bytes().startswith(b"this is no database")


def test_ten_thousand_lines_are_listed_cheaply_and_nothing_heavy_is_imported(path):
    ledger = written(path, "one")
    body = Note(what="listing", detail="x" * 2_000)
    with ledger._writing():
        rows = [
            store(Entry(seq=i, time="t", actor="a", step="learn", key=f"m{i}", body=body, previous="", hash=f"{i}"))
            for i in range(2, 10_001)
        ]
        ledger._connection.execute("DROP TRIGGER entries_in_order")
        ledger._connection.executemany(f"INSERT INTO entries VALUES ({', '.join('?' * 10)})", rows)
    began = time.process_time()
    assert sum(1 for _ in ledger.lines()) == 10_000
    assert time.process_time() - began < 0.5
    heavy = "{'dbos', 'duckdb', 'sqlmesh', 'sqlglot', 'pyarrow', 'numpy', 'pandas', 'yaml', 'rich', 'sqlalchemy'}"
    rooms = "windvane.adapters.ledger, windvane.adapters.folder, windvane.adapters.workflow"
    code = f"import sys, {rooms}\nprint(sorted({heavy} & set(sys.modules)))"
    seen = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert seen.stdout.strip() == "[]"
