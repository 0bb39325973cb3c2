"""Readers never wait, never write, and see all of a change or nothing of it: in threads and in other processes."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from estate_kit import MODELS, SEEN, admit, careful, closes, land, plan

from windvane.adapters.warehouses.sqlmesh import SqlmeshWarehouse, open_warehouse
from windvane.adapters.warehouses.sqlmesh.querylog import fingerprint, normal
from windvane.domain.change import Put
from windvane.domain.errors import Failed, TryAgain
from windvane.domain.estate import Model

COUNTS = (
    "SELECT (SELECT count(*) FROM src.prices), (SELECT count(*) FROM staging.prices), "
    "(SELECT sum(days) FROM mart.closes)"
)


@contextmanager
def reading(warehouse: SqlmeshWarehouse, sql: str) -> Iterator[set[object]]:
    """Reads in another thread until the block ends; gives the distinct answers."""
    seen: set[object] = set()
    stop = threading.Event()
    errors: list[Exception] = []

    def work() -> None:
        reader = warehouse.reader()
        while not stop.is_set():
            try:
                seen.add(reader.rows(sql)[0])
            except Failed as error:
                errors.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield seen
    finally:
        stop.set()
        thread.join()
    assert errors == []


def test_a_thread_sees_all_of_a_change_or_nothing(warehouse: SqlmeshWarehouse, root: Path) -> None:
    changed = Model(name="mart.closes", text=MODELS[2].text.replace("COUNT(*)", "CAST(SUM(1) AS BIGINT)"))
    with reading(warehouse, COUNTS) as seen:
        for seq in range(2, 5):
            batch = land(root, [(f"2024-02-0{seq}", "AA", "1"), (f"2024-02-1{seq}", "BB", "1")], seq=seq)
            changes = admit(batch) if seq != 3 else plan(*admit(batch).changes, Put(asset=changed))
            warehouse.transition(changes, decision=f"D-{seq}", judge=careful)
        time.sleep(0.05)
    assert seen <= {(n, n, n) for n in (3, 5, 7, 9)}
    assert (9, 9, 9) in seen


def test_a_trial_is_invisible_while_it_builds(warehouse: SqlmeshWarehouse) -> None:
    with reading(warehouse, "SELECT ticker, days, total FROM mart.closes WHERE ticker = 'AA'") as seen:
        warehouse.try_out(plan(Put(asset=Model(name="mart.closes", text=MODELS[2].text.replace("SUM(c", "MAX(c")))))
    assert len(seen) == 1
    assert closes(warehouse) == SEEN


def test_another_process_sees_whole_releases_only(warehouse: SqlmeshWarehouse, root: Path) -> None:
    warehouse.publish(release="R-1")
    program = (
        "import sys, time, windvane\n"
        "seen, end = set(), time.time() + 30\n"
        "while time.time() < end:\n"
        "    estate = windvane.open(sys.argv[1])\n"
        "    counts = 'SELECT (SELECT count(*) FROM core.prices), (SELECT sum(days) FROM mart.closes)'\n"
        "    rows = estate.sql(counts).rows()\n"
        "    seen.add((estate.release, *map(int, rows[0])))\n"
        "    print('ready', flush=True) if len(seen) == 1 else None\n"
        "    if estate.release == 'R-4': break\n"
        "print(sorted(seen))\n"
    )
    other = subprocess.Popen([sys.executable, "-c", program, str(root)], stdout=subprocess.PIPE, text=True)
    assert other.stdout is not None
    other.stdout.readline()
    for seq in range(2, 5):
        batch = land(root, [(f"2024-02-0{seq}", "AA", "1")], seq=seq)
        warehouse.transition(admit(batch), decision=f"D-{seq}", judge=careful)
        warehouse.publish(release=f"R-{seq}")
    seen = eval(other.communicate(timeout=60)[0].splitlines()[-1])
    assert set(seen) <= {("R-1", 3, 3), ("R-2", 4, 4), ("R-3", 5, 5), ("R-4", 6, 6)}
    assert ("R-4", 6, 6) in seen


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM windvane.admitted",
        "CREATE TABLE x (a INT)",
        "COPY (SELECT 1) TO 'x.parquet'",
        "SET threads = 1",
        "SELECT 1; DROP VIEW src.prices",
        "ATTACH 'x.db'",
    ],
)
def test_a_reader_refuses_to_write(warehouse: SqlmeshWarehouse, sql: str) -> None:
    with pytest.raises(Failed) as caught:
        warehouse.reader().rows(sql)
    assert caught.value.code == "engine.write"
    assert closes(warehouse) == SEEN


def test_a_wrong_query_is_an_error_with_the_reason(warehouse: SqlmeshWarehouse) -> None:
    with pytest.raises(Failed) as caught:
        warehouse.reader().rows("SELECT clse FROM core.prices")
    assert caught.value.code == "engine.refused"
    assert "clse" in caught.value.why
    assert warehouse.reader().rows("SELECT count(*) FROM core.prices WHERE ticker = ?", ["AA"]) == [(2,)]


def test_queries_are_logged_without_their_literals(root: Path) -> None:
    with open_warehouse(root) as warehouse:
        for name in ("Ann Miller", "Bob O''Neill"):
            warehouse.reader().rows(f"SELECT 17, '{name}' AS who -- {name}\nFROM core.prices")
    with sqlite3.connect(root / ".windvane" / "queries.sqlite") as log:
        shapes = log.execute("SELECT text FROM shapes").fetchall()
        queries = log.execute("SELECT fingerprint, rows, ms > 0 FROM queries").fetchall()
    assert shapes == [("SELECT ?, ? AS who FROM core.prices",)]
    assert queries == [(fingerprint("select 1, 'x' as WHO from core.prices"), 3, 1)] * 2


def test_the_normal_form_keeps_names_with_digits() -> None:
    assert (
        normal('SELECT t1.c2, "Q3 4", 1.5e3 FROM t1 WHERE x=7 /* 8 */') == 'SELECT t1.c2, "Q3 4", ? FROM t1 WHERE x=?'
    )


def test_a_second_opening_is_told_who_holds_the_estate(warehouse: SqlmeshWarehouse, root: Path) -> None:
    with pytest.raises(TryAgain) as caught:
        open_warehouse(root)
    assert (caught.value.code, caught.value.exit_code) == ("estate.busy", 75)
    program = (
        "import sys, pathlib\nfrom windvane.adapters.warehouses.sqlmesh import open_warehouse\n"
        "from windvane.domain.errors import WindvaneError\n"
        "try: open_warehouse(pathlib.Path(sys.argv[1]))\n"
        "except WindvaneError as error: print(error.message); sys.exit(error.exit_code)\n"
    )
    done = subprocess.run([sys.executable, "-c", program, str(root)], capture_output=True, text=True, check=False)
    holder = (root / ".windvane" / "lock").read_text().strip()
    assert (done.returncode, done.stdout) == (75, f"the estate is in use by process `{holder}`\n")


def test_the_lock_of_a_dead_process_is_taken_over(root: Path) -> None:
    (root / ".windvane" / "lock").write_text("999999\n")
    with open_warehouse(root) as warehouse:
        assert closes(warehouse) == SEEN


def test_a_file_held_by_a_foreign_program_is_busy_too(root: Path) -> None:
    program = "import duckdb, sys\nheld = duckdb.connect(sys.argv[1])\nprint(1, flush=True)\nsys.stdin.read()\n"
    file = str(root / ".windvane" / "warehouse.duckdb")
    other = subprocess.Popen([sys.executable, "-c", program, file], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert other.stdout is not None
    other.stdout.readline()
    with pytest.raises(TryAgain) as caught:
        open_warehouse(root)
    assert caught.value.code == "estate.busy"
    assert str(other.pid) in caught.value.message
    other.communicate()
    with open_warehouse(root) as warehouse:
        assert closes(warehouse) == SEEN


def test_opening_and_reading_does_not_import_sqlmesh(root: Path) -> None:
    program = (
        "import sys, pathlib\nfrom windvane.adapters.warehouses.sqlmesh import open_warehouse\n"
        "with open_warehouse(pathlib.Path(sys.argv[1])) as w:\n"
        "    w.committed(), w.reader().rows('FROM mart.closes'), w.changed_by_hand(), w.publish(release='R-1')\n"
        "print([m for m in ('sqlmesh', 'sqlglot', 'pandas', 'pyarrow') if m in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", program, str(root)], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("[]\n", "")
