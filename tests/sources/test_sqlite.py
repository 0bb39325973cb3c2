"""Tables of a SQLite file become sources with what they declare; the file is never changed."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from windvane.adapters.warehouses.scratch import Scratch
from windvane.domain.errors import Unreadable, Usage, WindvaneError
from windvane.stack.landing.land import land
from windvane.stack.landing.rawstore import RawStore
from windvane.stack.sources.files import Files
from windvane.stack.sources.sqlite import Sqlite

SHOP = """
    CREATE TABLE Artist (ArtistId INTEGER NOT NULL PRIMARY KEY, Name NVARCHAR(120));
    CREATE TABLE "Album; --" (AlbumId INTEGER PRIMARY KEY, Title TEXT NOT NULL, ArtistId INT REFERENCES Artist,
                              price NUMERIC(10,2), bought DATETIME);
    CREATE TABLE Empty (x);
    INSERT INTO Artist VALUES (2, 'Ann "A" O''Neil'), (1, NULL), (3, '');
    INSERT INTO "Album; --" VALUES (1, 'line' || char(10) || 'two', 1, 9.5, '2024-01-01 00:00:00'),
        (2, 'x,y', NULL, 1e300, NULL);
"""


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    path = tmp_path / "shop.db"
    database = sqlite3.connect(path)
    database.executescript(SHOP)
    database.close()
    return path


def test_tables_are_offered_with_types_keys_and_references(shop: Path) -> None:
    offers, strays = Sqlite().offers(str(shop))
    assert [(o.source.name, o.source.table) for o in offers] == [("album", "Album; --"), ("artist", "Artist")]
    assert [s.name for s in strays] == ["Empty"]
    album = offers[0].declared
    assert album is not None
    assert album.key == ("AlbumId",)
    assert [(c.name, c.type) for c in album.columns] == [
        ("AlbumId", "bigint"), ("Title", "varchar"), ("ArtistId", "bigint"), ("price", "decimal(10,2)"),
        ("bought", "timestamp"),
    ]  # fmt: skip
    reference = album.references[0]
    assert (reference.columns, reference.to, reference.to_columns) == (("ArtistId",), "artist", ("ArtistId",))


def test_every_cell_arrives_and_null_stays_apart_from_an_empty_text(shop: Path, tmp_path: Path) -> None:
    connector, engine = Sqlite(), Scratch()
    before = shop.read_bytes()
    landed = {}
    for seq, offer in enumerate(connector.offers(str(shop))[0]):
        file = connector.fetch(offer.source, offer.deliveries[0], into=tmp_path / "work")
        batch = land(offer.source, offer.deliveries[0], file, store=RawStore(tmp_path / "e"), engine=engine, seq=seq)
        rows = engine.rows("SELECT * FROM read_parquet(?) ORDER BY _row", [str(tmp_path / "e" / batch.path)])
        landed[offer.source.name] = [r[:-3] for r in rows]
    engine.close()
    assert landed["artist"] == [("1", None), ("2", 'Ann "A" O\'Neil'), ("3", "")]
    assert landed["album"] == [
        ("1", "line\ntwo", "1", "9.5", "2024-01-01 00:00:00"),
        ("2", "x,y", None, "1e+300", None),
    ]
    assert shop.read_bytes() == before


def test_a_change_gives_another_stamp_and_no_change_the_same(shop: Path) -> None:
    connector = Sqlite()
    source = connector.offers(str(shop))[0][0].source
    first = connector.deliveries(source)
    assert connector.deliveries(source) == first
    database = sqlite3.connect(shop)
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("INSERT INTO Artist VALUES (4, 'new')")
    database.commit()
    assert connector.deliveries(source) != first
    database.close()


def test_who_is_asked_is_told_by_the_first_bytes(shop: Path, tmp_path: Path) -> None:
    other = tmp_path / "really.db"
    other.write_text("a,b\n1,2\n")
    assert Sqlite().understands(str(shop)) and not Files().understands(str(shop))
    assert Files().understands(str(other)) and not Sqlite().understands(str(other))


def test_damage_and_absence_are_said(tmp_path: Path, shop: Path) -> None:
    with pytest.raises(Usage):
        Sqlite().offers(str(tmp_path / "none.db"))
    damaged = tmp_path / "damaged.db"
    damaged.write_bytes(shop.read_bytes()[:100] + b"\0" * 5000)
    with pytest.raises(WindvaneError) as refused:
        Sqlite().offers(str(damaged))
    assert isinstance(refused.value, Unreadable | Usage) or refused.value.why
