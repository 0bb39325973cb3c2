"""A live database becomes an estate and stays true to it: what it says anew comes in, what it deletes goes out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from database_shop import ROWS, TABLES, found, published, quiet, run

from harness.postgres import Server
from windvane.adapters.ledger import Ledger
from windvane.app import reading, wire
from windvane.app.story import status
from windvane.domain.entry import Proposed, Steering
from windvane.domain.errors import Usage

pytestmark = pytest.mark.postgres
PASSWORD = "hush-hush-4711"
# What is published, and the same asked of Postgres itself.
SAME = {
    "SELECT id, grade FROM core.customer ORDER BY id": "SELECT id, grade FROM customer ORDER BY id",
    "SELECT id, customer_id, amount, ordered_at, paid FROM core.orders ORDER BY id": (
        "SELECT id, customer_id, amount, ordered_at AT TIME ZONE 'UTC', paid FROM orders ORDER BY id"
    ),
    "SELECT page, seen, COUNT(*) FROM core.visit GROUP BY 1, 2 ORDER BY 1, 2": (
        'SELECT page, seen, count(*) FROM visit GROUP BY 1, 2 ORDER BY page COLLATE "C", 2'
    ),
    "SELECT id, customer_id FROM core.settled ORDER BY id": "SELECT id, customer_id FROM settled ORDER BY id",
    "SELECT day, total_amount FROM mart.daily_total_amount ORDER BY day": (
        "SELECT (ordered_at AT TIME ZONE 'Europe/Zurich')::date AS day, sum(amount) FROM orders GROUP BY 1 ORDER BY 1"
    ),
}


@dataclass(frozen=True)
class Shop:
    """The database, and the estate that is founded on it."""

    server: Server
    url: str
    home: Path

    def tell(self, sql: str) -> None:
        """Change the database."""
        import psycopg

        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(sql)

    def ask(self, sql: str) -> list[tuple[object, ...]]:
        """What the database says."""
        import psycopg

        with psycopg.connect(self.url) as connection:
            return connection.execute(sql).fetchall()

    def same(self) -> bool:
        """Whether what is published equals what the database says, table by table."""
        for ours, theirs in SAME.items():
            assert published(self.home, ours) == self.ask(theirs), ours
        return True


@pytest.fixture(scope="module")
def shop(postgres_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """The shop, built by the first run, in the business time of Zurich."""
    place = tmp_path_factory.mktemp("databases")
    url = postgres_server.database("shop", TABLES + ROWS)
    rights = f"CREATE ROLE clerk LOGIN PASSWORD '{PASSWORD}'; GRANT SELECT ON ALL TABLES IN SCHEMA public TO clerk;"
    made = Shop(postgres_server, url, place / "estate")
    made.tell(rights)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SHOP_PASSWORD", PASSWORD)
        found(postgres_server.reader(url, user="clerk", password="${env:SHOP_PASSWORD}"), made.home)
        with (made.home / "windvane.toml").open("a") as heading:
            heading.write('\n[calendar]\nzone = "Europe/Zurich"\n')
        report = run(made.home)
        assert report.rows_quarantined == report.rows_suppressed == 0 and not report.asks, report
        yield made


def test_the_first_run_publishes_what_the_database_says(shop: Shop) -> None:
    assert shop.same()
    assert {v for _, v in published(shop.home, "SELECT id, grade FROM core.customer")} == {None, "", "gold", "n/a"}
    days = shop.ask(
        "SELECT count(*) FROM orders WHERE ordered_at::date <> (ordered_at AT TIME ZONE 'Europe/Zurich')::date"
    )
    assert days[0][0] > 50, "the zone makes a difference"


def test_what_is_declared_is_promised_and_what_is_personal_is_not_shown(shop: Shop) -> None:
    contract = (shop.home / "contracts" / "core.orders.odcs.yaml").read_text()
    assert ("core.customer" in contract and "decimal(" in contract.lower()) or "logicalType: number" in contract
    columns = published(shop.home, "SELECT * FROM core.customer LIMIT 1")[0]
    assert not any("@example.org" in str(v) for v in columns)
    assert "mail" in (shop.home / "models" / "core" / "customer.sql").read_text(), "it is there, and masked"


def test_a_password_is_refused_as_a_literal_and_stands_nowhere(shop: Shop, tmp_path: Path) -> None:
    url = shop.server.reader(shop.url, user="clerk", password=PASSWORD)
    with pytest.raises(Usage) as refused:
        wire.init((url,), "Total amount of orders per day", tmp_path / "estate", emit=quiet, answer=None)
    assert refused.value.code == "secret.literal" and PASSWORD not in str(refused.value.as_dict())
    assert list(tmp_path.iterdir()) == []
    files = [p for p in shop.home.parent.rglob("*") if p.is_file()]
    assert len(files) > 30
    assert [p for p in files if PASSWORD.encode() in p.read_bytes()] == []


def test_a_run_with_nothing_new_does_nothing(shop: Shop) -> None:
    seen = _lines(shop)
    assert not run(shop.home).releases and _lines(shop) == seen


def test_rows_inserted_updated_and_deleted_come_over(shop: Shop) -> None:
    shop.tell("""
        INSERT INTO orders VALUES (2001, 7, 12.50, '2026-04-21 22:30:00+00', true),
            (2002, 8, NULL, '2026-04-21 09:00:00+00', NULL);
        UPDATE orders SET amount = amount + 1 WHERE id IN (100, 200, 300);
        DELETE FROM orders WHERE id IN (5, 7, 1999);
        UPDATE customer SET grade = NULL WHERE id = 2;
        DELETE FROM visit WHERE ctid IN (SELECT ctid FROM visit WHERE page = 'page 3' LIMIT 2);
        INSERT INTO visit VALUES ('page 3', '2026-03-09'), ('page 3', '2026-03-09');
    """)
    report = run(shop.home)
    assert not report.asks and not report.rejected, report
    assert shop.same()
    orders = next(i for i in report.releases if " of orders" in i.title)
    assert "5 rows" in orders.title and "take 3 out" in orders.title
    said = [
        e.body.plan for e in Ledger(shop.home / ".windvane" / "ledger.sqlite").entries() if isinstance(e.body, Proposed)
    ]
    evidence = next(p.evidence for p in said if p.title == orders.title)
    assert any("3 of 1,999 rows restate" in e for e in evidence) and any(
        "3 rows" in e and "no longer" in e for e in evidence
    )


def test_a_departure_can_be_taken_back_and_restored(shop: Shop) -> None:
    decision = next(d for d in _book(shop).decisions.values() if "take 3 out" in d.title)
    undone = wire.undo(shop.home, decision.id, because="a test", emit=quiet)
    there = published(shop.home, "SELECT id FROM core.orders WHERE id IN (5, 7, 1999, 2001) ORDER BY id")
    assert there == [(5,), (7,), (1999,)], "deleted rows were kept, and are back"
    assert not run(shop.home).releases, "nobody redoes it unasked"
    wire.undo(shop.home, undone.decision, because="the test is over", emit=quiet)
    assert shop.same()


def test_many_rows_gone_wait_for_a_person_and_a_whole_table_later_answers(shop: Shop) -> None:
    before = published(shop.home, "SELECT COUNT(*) FROM core.orders")
    shop.tell("CREATE TABLE aside AS SELECT * FROM orders WHERE id % 5 = 0; DELETE FROM orders WHERE id % 5 = 0")
    report = run(shop.home)
    assert len(report.held) == 2 and all("rows known before are gone" in i.detail for i in report.held), report
    assert published(shop.home, "SELECT COUNT(*) FROM core.orders") == before, "readers keep the last good version"
    told = status.status(_book(shop))
    assert told.exit_code == 4 and any("deleted at the source" in o for o in told.asks[0].options)
    shop.tell("INSERT INTO orders SELECT * FROM aside; DROP TABLE aside")
    report = run(shop.home)
    assert not report.asks and shop.same(), "the same rows as before, byte for byte, are a delivery of their own"
    closed = [e for e in Ledger(shop.home / ".windvane" / "ledger.sqlite").entries() if e.key.startswith("superseded:")]
    assert len(closed) == 2 and isinstance(closed[0].body, Steering) and closed[0].actor == "windvane"


def test_many_rows_restated_wait_and_the_answer_counts(shop: Shop) -> None:
    before = published(shop.home, "SELECT SUM(amount) FROM core.orders")
    shop.tell("UPDATE orders SET amount = amount + 0.01 WHERE id % 10 = 0")
    report = run(shop.home)
    assert "were known with other values" in report.held[0].detail, report
    assert published(shop.home, "SELECT SUM(amount) FROM core.orders") == before
    option = "the source corrected its past: take the new values"
    wire.approve(shop.home, report.held[0].id, because="month end", option=option, emit=quiet)
    assert shop.same()


def test_an_empty_table_is_said_and_takes_nothing_out(shop: Shop) -> None:
    shop.tell("CREATE TABLE aside AS SELECT * FROM visit; TRUNCATE visit")
    run(shop.home)
    assert published(shop.home, "SELECT COUNT(*) FROM core.visit") == [(600,)]
    told = status.status(_book(shop))
    assert told.exit_code == 3 and "public.visit` is empty or gone" in told.broken[0].title
    shop.tell("INSERT INTO visit SELECT * FROM aside; DROP TABLE aside")
    run(shop.home)
    assert status.status(_book(shop)).exit_code == 0 and shop.same()


def _book(shop: Shop) -> reading.Book:
    return reading.book(shop.home)


def _lines(shop: Shop) -> int:
    return len(list(Ledger(shop.home / ".windvane" / "ledger.sqlite").entries()))
