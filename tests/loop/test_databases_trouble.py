"""A database that stops, hangs up half way or takes too long: nothing is half landed, readers keep what they have."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from database_shop import found, published, run

from harness.postgres import Server
from windvane.adapters.ledger import Ledger
from windvane.app import reading
from windvane.app.story import status
from windvane.domain.entry import Landed
from windvane.domain.errors import TryAgain

pytestmark = pytest.mark.postgres
TABLES = """
    CREATE TABLE parcel (id int PRIMARY KEY, sent_on date NOT NULL, weight numeric(8,3), note varchar(900));
    INSERT INTO parcel SELECT i, date '2026-01-01' + i / 40, (i % 97) / 8.0, repeat('x', 200)
    FROM generate_series(1, 2000) i;
"""
Tell = Callable[[str], None]


@pytest.fixture(scope="module")
def parcels(postgres_server: Server, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Tell]:
    """The estate of a database with one table, built; and how to change that database."""
    import psycopg

    url = postgres_server.database("parcels", TABLES)
    home = found(url, tmp_path_factory.mktemp("trouble") / "estate", goal="Total weight of parcel per day")
    run(home)

    def tell(sql: str) -> None:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(sql)

    return home, tell


def _unharmed(home: Path, rows: int) -> None:
    """The release is as it was, the ledger whole, no file of a delivery lies about."""
    assert published(home, "SELECT COUNT(*) FROM core.parcel") == [(rows,)]
    ledger = Ledger(home / ".windvane" / "ledger.sqlite")
    assert ledger.verify() == ()
    landed = {e.body.batch.id for e in ledger.entries() if isinstance(e.body, Landed)}
    texts = {p.name.partition(".parquet")[0].partition(".")[0] for p in (home / ".windvane" / "raw" / "text").iterdir()}
    assert texts <= landed, "nothing is half landed"
    assert not [p for p in (home / ".windvane").iterdir() if p.name.startswith("tmp")]


def test_a_server_that_stopped_is_waited_for(postgres_server: Server, parcels: tuple[Path, Tell]) -> None:
    home, tell = parcels
    tell("INSERT INTO parcel VALUES (2001, '2026-02-20', 1.5, 'late')")
    postgres_server.embedded.stop()
    try:
        with pytest.raises(TryAgain) as stopped:
            run(home)
    finally:
        postgres_server.embedded.start()
    assert stopped.value.code == "source.unreachable" and stopped.value.exit_code == 75 and stopped.value.fix
    _unharmed(home, 2000)
    told = status.status(reading.book(home))
    assert told.exit_code == 3 and "cannot be reached" in told.broken[0].title, told.broken
    run(home)
    _unharmed(home, 2001)
    assert status.status(reading.book(home)).exit_code == 0, "what helped closes the incident"


def test_a_connection_dropped_half_way_lands_nothing(postgres_server: Server, parcels: tuple[Path, Tell]) -> None:
    home, tell = parcels
    tell("UPDATE parcel SET note = repeat('y', 900) WHERE id = 1")
    tell(
        "CREATE TABLE filler AS SELECT * FROM parcel; INSERT INTO parcel SELECT i, date '2026-02-20', 1, "
        "repeat('z', 900) FROM generate_series(10001, 90000) i"
    )
    with _cutting(postgres_server), pytest.raises(TryAgain) as lost:
        run(home)
    assert lost.value.code == "source.unreachable"
    _unharmed(home, 2001)
    tell("DELETE FROM parcel WHERE id > 10000")
    assert not run(home).asks
    _unharmed(home, 2001)


def test_a_statement_that_takes_too_long_is_passing_trouble(parcels: tuple[Path, Tell]) -> None:
    home, tell = parcels
    tell("INSERT INTO parcel VALUES (2002, '2026-02-20', 2.5, 'later')")
    tell("ALTER ROLE postgres SET statement_timeout = 1; ")
    tell(
        "SET statement_timeout = 0; INSERT INTO parcel "
        "SELECT i, date '2026-02-20', (i % 97) / 8.0, repeat('x', 200) FROM generate_series(3001, 3020) i"
    )
    try:
        with pytest.raises(TryAgain) as late:
            run(home)
    finally:
        tell("SET statement_timeout = 0; ALTER ROLE postgres RESET statement_timeout")
    assert "canceling statement" in late.value.why, late.value.as_dict()
    _unharmed(home, 2001)
    again = run(home)
    assert again.rows_accepted == 21, again.held
    _unharmed(home, 2022)


@contextmanager
def _cutting(server: Server) -> Iterator[None]:
    """Hang up on whoever copies a table."""
    import psycopg

    stop = threading.Event()

    def cut() -> None:
        with psycopg.connect(server.url, autocommit=True) as connection:
            while not stop.is_set():
                connection.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE application_name = 'windvane' AND query LIKE 'COPY%'"
                )

    cutter = threading.Thread(target=cut)
    cutter.start()
    try:
        yield
    finally:
        stop.set()
        cutter.join()
