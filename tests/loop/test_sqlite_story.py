"""The same story on SQLite: a file that others write to, followed row by row."""

from __future__ import annotations

import sqlite3
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest
from database_shop import NAMES, found, published, run

TABLES = """
    CREATE TABLE customer (id INTEGER PRIMARY KEY, name TEXT NOT NULL, grade TEXT);
    CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER NOT NULL REFERENCES customer(id),
                         amount NUMERIC, ordered_at TEXT NOT NULL);
    CREATE TABLE visit (page TEXT, seen TEXT);
"""


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """(database, estate that was founded on it and built)."""
    place = tmp_path_factory.mktemp("sqlite")
    file = place / "shop.db"
    with closing(sqlite3.connect(file)) as database:
        database.executescript(TABLES)
        grades = (None, "", "gold", "n/a")
        database.executemany(
            "INSERT INTO customer VALUES (?, ?, ?)", [(i, NAMES[i % 7], grades[i % 4]) for i in range(1, 121)]
        )
        orders = [(i, 1 + i % 120, (i * 7919 % 9000) / 100, _moment(i)) for i in range(1, 1501)]
        database.executemany("INSERT INTO orders VALUES (?, ?, ?, ?)", orders)
        database.executemany(
            "INSERT INTO visit VALUES (?, ?)", [(f"page {i % 7}", f"2026-03-{1 + i % 30:02d}") for i in range(400)]
        )
        database.commit()
    home = found(str(file), place / "estate")
    run(home)
    return file, home


def _moment(i: int) -> str:
    return f"2026-03-{1 + i // 50:02d} {i % 24:02d}:{i % 60:02d}:00"


def _tell(file: Path, script: str) -> None:
    with closing(sqlite3.connect(file)) as database:
        database.executescript(script)


def _same(shop: tuple[Path, Path]) -> bool:
    file, home = shop
    with closing(sqlite3.connect(file)) as database:
        asked = "SELECT id, grade FROM {}customer ORDER BY id"
        assert published(home, asked.format("core.")) == database.execute(asked.format("")).fetchall()
        theirs = database.execute("SELECT id, customer_id, CAST(amount AS REAL), ordered_at FROM orders ORDER BY id")
        ours = (
            "SELECT id, customer_id, CAST(amount AS DOUBLE), CAST(ordered_at AS VARCHAR) FROM core.orders ORDER BY id"
        )
        assert published(home, ours) == theirs.fetchall()
        asked = "SELECT page, CAST(seen AS VARCHAR), COUNT(*) FROM {}visit GROUP BY 1, 2 ORDER BY 1, 2"
        assert published(home, asked.format("core.")) == database.execute(asked.format("")).fetchall()
        theirs = database.execute("SELECT date(ordered_at), round(sum(amount), 2) FROM orders GROUP BY 1 ORDER BY 1")
        ours = "SELECT CAST(day AS VARCHAR), CAST(total_amount AS DOUBLE) FROM mart.daily_total_amount ORDER BY day"
        assert published(home, ours) == theirs.fetchall()
    return True


def test_the_first_run_publishes_what_the_file_says(shop: tuple[Path, Path]) -> None:
    assert _same(shop)
    assert {g for _, g in published(shop[1], "SELECT id, grade FROM core.customer")} == {None, "", "gold", "n/a"}


def test_rows_that_come_change_and_go_come_over(shop: tuple[Path, Path]) -> None:
    file, home = shop
    _tell(file, "DELETE FROM orders WHERE id IN (11, 12)")
    report = run(home)
    assert [i.title for i in report.releases] == ["Admit 0 rows of orders (1,498 delivered), take 2 out"], report
    assert _same(shop), "nothing but rows that go"
    _tell(file, """
        INSERT INTO orders VALUES (1501, 3, 20.25, '2026-03-31 23:59:00'), (1502, 4, NULL, '2026-03-31 08:00:00');
        UPDATE orders SET amount = 1 WHERE id = 99;
        INSERT INTO visit VALUES ('page 1', '2026-03-01');
    """)  # fmt: skip
    report = run(home)
    assert not report.asks and _same(shop), report


def test_many_rows_gone_wait(shop: tuple[Path, Path]) -> None:
    file, home = shop
    with closing(sqlite3.connect(file)) as database:
        rows = database.execute("SELECT * FROM visit WHERE page = 'page 2'").fetchall()
        database.execute("DELETE FROM visit WHERE page = 'page 2'")
        database.commit()
    report = run(home)
    assert report.held and "rows known before are gone" in report.held[0].detail, report
    with closing(sqlite3.connect(file)) as database:
        database.executemany("INSERT INTO visit VALUES (?, ?)", rows)
        database.commit()
    assert not run(home).asks and _same(shop)


def test_a_file_that_somebody_writes_to_is_waited_for(shop: tuple[Path, Path]) -> None:
    file, home = shop
    _tell(file, "UPDATE orders SET amount = 2 WHERE id = 99")
    writer = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
    writer.execute("BEGIN EXCLUSIVE")
    done = threading.Timer(3.0, lambda: writer.execute("ROLLBACK"))
    done.start()
    began = time.monotonic()
    report = run(home)
    assert time.monotonic() - began > 2
    done.join()
    writer.close()
    assert report.rows_accepted == 1 and _same(shop)
