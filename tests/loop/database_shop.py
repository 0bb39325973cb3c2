"""A shop in a database: declared keys and references, NULL beside '', a view, a table without a key."""

from __future__ import annotations

from pathlib import Path

import windvane as wv
from windvane.app import wire
from windvane.app.reports import RunReport

GOAL = "Total amount of orders per day"
NAMES = ("Anna Meier", "Luca Rossi", "Jean Dupont", "Mia Keller", "Noah Weber", "Lea Favre", "Tim Huber")

TABLES = """
    CREATE TABLE customer (id int PRIMARY KEY, name text NOT NULL, mail varchar(60), grade text);
    CREATE TABLE orders (id bigint PRIMARY KEY, customer_id int NOT NULL REFERENCES customer, amount numeric(12,2),
                         ordered_at timestamptz NOT NULL, paid boolean);
    CREATE TABLE visit (page text, seen date);
    CREATE VIEW settled AS SELECT id, customer_id FROM orders WHERE paid;
"""
ROWS = f"""
    INSERT INTO customer SELECT i, (array{list(NAMES)})[1 + i % 7], 'c' || i || '@example.org',
        CASE i % 4 WHEN 0 THEN '' WHEN 1 THEN NULL WHEN 2 THEN 'gold' ELSE 'n/a' END FROM generate_series(1, 200) i;
    INSERT INTO orders SELECT i, 1 + i % 200, round((10 + (i * 7919 % 9000) / 100.0)::numeric, 2),
        timestamptz '2026-03-01 00:00:00+00' + i * interval '37 minutes', i % 3 = 0 FROM generate_series(1, 2000) i;
    INSERT INTO visit SELECT 'page ' || (i % 7), date '2026-03-01' + i % 30 FROM generate_series(1, 600) i;
"""


def quiet(_: object) -> None:
    """Tell nobody."""


def found(url: str, home: Path, *, goal: str = GOAL) -> Path:
    """The estate in `home`, founded on the database and not yet built."""
    report = wire.init((url,), goal, home, emit=quiet, answer=None)
    assert report.question is None, report.question
    return home


def run(home: Path) -> RunReport:
    """One run."""
    return wire.run(home, emit=quiet)


def published(home: Path, sql: str) -> list[tuple[object, ...]]:
    """Rows of the newest release."""
    return [tuple(r) for r in wv.open(home).sql(sql).rows()]
