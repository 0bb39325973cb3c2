"""A live Postgres becomes sources: read only, NULL kept apart from '', passwords never written down."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from sources.conftest import FromEnvironment
from windvane.adapters.warehouses.scratch import Scratch
from windvane.domain.errors import Failed, TryAgain, Usage
from windvane.stack.landing.land import land
from windvane.stack.landing.rawstore import RawStore
from windvane.stack.sources.postgres import Postgres

SHOP = """
    CREATE TABLE customer (id int PRIMARY KEY, name text NOT NULL, mail varchar(50));
    CREATE TABLE "order Line" (day date, no int, customer int REFERENCES customer, amount numeric(10,2), free numeric,
                               at timestamptz, ok boolean, PRIMARY KEY (day, no));
    CREATE SCHEMA archive;
    CREATE TABLE archive.customer (id int, name text);
    CREATE TABLE empty_one (id int);
    CREATE VIEW big AS SELECT id, name FROM customer WHERE id > 1;
    INSERT INTO customer VALUES (2, 'Zoë "Z"', ''), (1, E'two\\nlines, one', NULL);
    INSERT INTO "order Line" VALUES ('2024-01-02', 1, 1, 9.50, 1.10, '2024-01-02 10:00:00+02', true);
    INSERT INTO archive.customer VALUES (1, 'old');
    CREATE ROLE reader LOGIN PASSWORD 'hush-hush';
    GRANT SELECT ON customer TO reader;
"""

pytestmark = pytest.mark.postgres


@pytest.fixture(scope="module")
def shop(postgres: str) -> Iterator[str]:
    import psycopg

    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(SHOP)
    yield postgres


@pytest.fixture
def connector(secrets: FromEnvironment) -> Postgres:
    return Postgres(secrets)


def test_tables_and_views_are_offered_with_what_they_declare(shop: str, connector: Postgres) -> None:
    offers, strays = connector.offers(shop)
    assert {o.source.name: o.source.table for o in offers} == {
        "big": "public.big",
        "customer": "public.customer",
        "order_line": "public.order Line",
        "archive_customer": "archive.customer",
    }
    assert [s.name for s in strays] == ["public.empty_one"]
    line = next(o.declared for o in offers if o.source.name == "order_line")
    assert line is not None and line.key == ("day", "no")
    assert [(c.name, c.type) for c in line.columns] == [
        ("day", "date"), ("no", "bigint"), ("customer", "bigint"), ("amount", "decimal(10,2)"), ("at", "timestamp"),
        ("ok", "boolean"),
    ]  # fmt: skip
    assert (line.references[0].to, line.references[0].columns) == ("customer", ("customer",))


def test_every_cell_arrives(shop: str, connector: Postgres, tmp_path: Path) -> None:
    engine, landed = Scratch(), {}
    for seq, offer in enumerate(connector.offers(shop)[0]):
        file = connector.fetch(offer.source, offer.deliveries[0], into=tmp_path / "work")
        batch = land(offer.source, offer.deliveries[0], file, store=RawStore(tmp_path / "e"), engine=engine, seq=seq)
        rows = engine.rows("SELECT * FROM read_parquet(?) ORDER BY _row", [str(tmp_path / "e" / batch.path)])
        landed[offer.source.name] = [r[:-3] for r in rows]
    engine.close()
    assert landed["customer"] == [("1", "two\nlines, one", None), ("2", 'Zoë "Z"', "")]
    assert landed["order_line"] == [("2024-01-02", "1", "1", "9.50", "1.10", "2024-01-02 08:00:00+00", "t")]
    assert landed["big"] == [("2", 'Zoë "Z"')]


def test_rows_that_change_change_the_stamp(shop: str, connector: Postgres) -> None:
    import psycopg

    source = next(o.source for o in connector.offers(shop)[0] if o.source.name == "archive_customer")
    before = connector.deliveries(source)
    assert connector.deliveries(source) == before
    with psycopg.connect(shop, autocommit=True) as connection:
        connection.execute("UPDATE archive.customer SET name = 'older'")
    assert connector.deliveries(source) != before


def test_the_connection_can_only_read(shop: str, secrets: FromEnvironment) -> None:
    from windvane.stack.sources.postgres.connection import opened

    with pytest.raises(Failed) as refused, opened(shop, secrets) as connection:
        connection.execute("CREATE TABLE mine (x int)")
    assert "read-only" in refused.value.why


def test_a_literal_password_is_refused_before_anything_is_tried(connector: Postgres) -> None:
    for url in ("postgresql://me:hush@nowhere/db", "postgresql://me@nowhere/db?password=hush"):
        with pytest.raises(Usage) as refused:
            connector.offers(url)
        assert refused.value.code == "secret.literal"
        assert "${env:PGPASSWORD}" in refused.value.fix
        assert "hush" not in str(refused.value.as_dict())


def test_a_password_by_reference_is_never_part_of_the_source(
    shop: str, connector: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOP_PASSWORD", "hush-hush")
    parts = urlsplit(shop)
    url = f"postgresql://reader:${{env:SHOP_PASSWORD}}@/postgres?{parts.query}"
    offers, strays = connector.offers(url)
    assert [o.source.name for o in offers] == ["customer"]
    assert offers[0].source.location == url
    assert {s.why for s in strays} == {"this user must not read it"}
    monkeypatch.delenv("SHOP_PASSWORD")
    with pytest.raises(Usage) as missing:
        connector.deliveries(offers[0].source)
    assert missing.value.code == "secret.missing"


def test_a_refusal_is_final_and_an_unreachable_server_is_not(shop: str, connector: Postgres) -> None:
    with pytest.raises(Failed) as refused:
        connector.offers(shop.replace("/postgres?", "/no_such_database?"))
    assert refused.value.code == "source.refused" and "no_such_database" in refused.value.why
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(TryAgain) as unreachable:
        connector.offers(f"postgresql://me@127.0.0.1:{port}/db")
    assert unreachable.value.code == "source.unreachable"


def test_a_server_that_never_answers_is_given_up(connector: Postgres) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        port = silent.getsockname()[1]
        with pytest.raises(TryAgain) as late:
            connector.offers(f"postgresql://me@127.0.0.1:{port}/db?connect_timeout=2")
    assert late.value.code == "source.unreachable"


def test_a_connection_lost_half_way_leaves_nothing(shop: str, connector: Postgres, tmp_path: Path) -> None:
    import psycopg

    with psycopg.connect(shop, autocommit=True) as connection:
        connection.execute("CREATE TABLE wide AS SELECT i, repeat('x', 500) AS pad FROM generate_series(1, 400000) i")
    source = next(o.source for o in connector.offers(shop)[0] if o.source.name == "wide")
    delivery = connector.deliveries(source)[0]
    stop = threading.Event()

    def cut() -> None:
        with psycopg.connect(shop, autocommit=True) as connection:
            while not stop.is_set():
                connection.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'windvane' "
                    "AND query LIKE 'COPY%'"
                )

    cutter = threading.Thread(target=cut)
    cutter.start()
    try:
        with pytest.raises(TryAgain) as lost:
            connector.fetch(source, delivery, into=tmp_path / "work")
    finally:
        stop.set()
        cutter.join()
    assert lost.value.code == "source.unreachable"
    assert list((tmp_path / "work").iterdir()) == []
