"""Folders of files become sources; what is none is named with why and fix, and nothing odd is fatal."""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

from windvane.domain.errors import Usage
from windvane.stack.sources.files import Files

HEAD = "day,ticker,close\n"


def prices(year: int, rows: int = 5) -> str:
    return HEAD + "".join(f"{year}-01-{d + 1:02},ABC,{d}.5\n" for d in range(rows))


@pytest.fixture
def files() -> Files:
    return Files()


def names(offers: tuple) -> dict[str, list[str]]:
    return {o.source.name: [d.name for d in o.deliveries] for o in offers}


def aged(path: Path, minutes: int) -> None:
    """Make a file as old as that."""
    at = time.time() - minutes * 60
    os.utime(path, (at, at))


def test_one_family_of_names_and_one_header_is_one_source(files: Files, tmp_path: Path) -> None:
    (tmp_path / "prices_2014.csv").write_text(prices(2014))
    (tmp_path / "prices_2015.csv.gz").write_bytes(gzip.compress(prices(2015).encode()))
    with zipfile.ZipFile(tmp_path / "prices_2016.zip", "w") as archive:
        archive.writestr("export.csv", prices(2016))
    (tmp_path / "stores.json").write_text('[{"id": 1, "city": "Bern"}]')
    offers, strays = files.offers(str(tmp_path))
    assert names(offers) == {
        "prices": ["prices_2014.csv", "prices_2015.csv.gz", "prices_2016.zip!export.csv"],
        "stores": ["stores.json"],
    }
    assert strays == ()
    source = offers[0].source
    assert source.columns == ("day", "ticker", "close")
    assert files.deliveries(source) == offers[0].deliveries
    kept = files.fetch(source, offers[0].deliveries[2], into=tmp_path / "work")
    assert kept.read_text() == prices(2016)
    assert files.fetch(source, offers[0].deliveries[0], into=tmp_path / "work") == tmp_path / "prices_2014.csv"


def test_a_file_that_arrives_later_is_delivered_by_its_family(files: Files, tmp_path: Path) -> None:
    for name in ("prices_2014.csv", "orders.csv"):
        (tmp_path / name).write_text(prices(2014))
        aged(tmp_path / name, 90)
    offers, _ = files.offers(str(tmp_path))
    later = {o.source.name: o.source for o in offers}
    (tmp_path / "prices_2015-02-01.csv").write_text(prices(2015))
    (tmp_path / "orders_2.csv").write_text(prices(2014))
    (tmp_path / "prices_old.csv").write_text(prices(2013))
    assert [d.name for d in files.deliveries(later["prices"])] == ["prices_2014.csv", "prices_2015-02-01.csv"]
    assert [d.name for d in files.deliveries(later["orders"])] == ["orders.csv", "orders_2.csv"]


def test_a_file_written_again_is_a_new_delivery(files: Files, tmp_path: Path) -> None:
    path = tmp_path / "prices.csv"
    path.write_text(prices(2014))
    source = files.offers(str(path))[0][0].source
    before = files.deliveries(source)
    assert files.deliveries(source) == before
    path.write_text(prices(2014, 6))
    assert files.deliveries(source)[0].stamp != before[0].stamp


def test_arrival_decides_the_order_and_numbers_within_one_arrival(files: Files, tmp_path: Path) -> None:
    for name, minutes in (("p_9.csv", 10), ("p_10.csv", 10), ("p_1.csv", 5), ("p_2.csv", 500)):
        (tmp_path / name).write_text(prices(2014))
        aged(tmp_path / name, minutes)
    offers, _ = files.offers(str(tmp_path))
    assert names(offers)["p"] == ["p_2.csv", "p_9.csv", "p_10.csv", "p_1.csv"]


def test_same_names_in_different_folders_do_not_collide(files: Files, tmp_path: Path) -> None:
    for folder in ("eu", "us"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "orders.csv").write_text(prices(2014, 3 if folder == "eu" else 4))
    for year in ("2014", "2015"):
        (tmp_path / year).mkdir()
        (tmp_path / year / "trades.csv").write_text(prices(int(year)))
    offers, _ = files.offers(str(tmp_path))
    assert names(offers) == {
        "orders": ["orders.csv"],
        "us_orders": ["orders.csv"],
        "trades": ["2014/trades.csv", "2015/trades.csv"],
    }
    paths = {o.source.name: files.fetch(o.source, o.deliveries[0], into=tmp_path / "w") for o in offers}
    assert paths["us_orders"] == tmp_path / "us" / "orders.csv"


def test_numbers_that_are_part_of_a_name_make_sources_of_their_own(files: Files, tmp_path: Path) -> None:
    for name in ("NIFTY50", "NIFTY200", "q1", "q2", "q3"):
        (tmp_path / f"{name}.csv").write_text(prices(2014))
    offers, _ = files.offers(str(tmp_path))
    assert set(names(offers)) == {"nifty50", "nifty200", "q"}


def test_one_family_with_two_headers_is_two_sources(files: Files, tmp_path: Path) -> None:
    for number in range(4):
        (tmp_path / f"part_{number}.csv").write_text(prices(2014))
    (tmp_path / "part_9.csv").write_text("sensor,reading\na,1\nb,2\n")
    offers, _ = files.offers(str(tmp_path))
    assert {len(o.deliveries) for o in offers} == {4, 1}
    for offer in offers:
        assert files.deliveries(offer.source) == offer.deliveries


def test_strays_are_named_with_why_and_fix_and_are_not_fatal(files: Files, tmp_path: Path) -> None:
    (tmp_path / "good.csv").write_text(prices(2014))
    (tmp_path / "empty.csv").write_text("")
    (tmp_path / "head.csv").write_text(HEAD)
    (tmp_path / "page.csv").write_text("<html><body>Bad gateway</body></html>")
    (tmp_path / "answer.json").write_text('{"error": "nope"}')
    (tmp_path / "read.me").write_text("hello")
    (tmp_path / "broken.zip").write_bytes(b"PK\x03\x04 and nothing more")
    (tmp_path / ".hidden.csv").write_text(prices(2014))
    (tmp_path / "~$lock.csv").write_text("x")
    offers, strays = files.offers(str(tmp_path))
    assert set(names(offers)) == {"good"} or "answer" in names(offers)
    assert {"empty.csv", "head.csv", "page.csv", "read.me", "broken.zip"} <= {s.name for s in strays}
    assert all(s.why and s.fix for s in strays)
    assert not any(s.name.startswith((".", "~")) for s in strays)


def test_an_estate_inside_the_folder_is_not_data(files: Files, tmp_path: Path) -> None:
    (tmp_path / "good.csv").write_text(prices(2014))
    estate = tmp_path / "my-estate"
    (estate / "models").mkdir(parents=True)
    (estate / "windvane.toml").write_text("")
    (estate / "models" / "seed.csv").write_text(prices(2014))
    (tmp_path / "windvane.toml").write_text("")
    offers, strays = files.offers(str(tmp_path))
    assert set(names(offers)) == {"good"}
    assert strays == ()


def test_odd_names_are_inert(files: Files, tmp_path: Path) -> None:
    odd = [
        "a'; DROP TABLE x; --.csv",
        'say "hi".csv',
        "naïve 😀.csv",
        "[1]*?.csv",
        "a|b!c.csv",
        "select.csv",
        "$HOME.csv",
    ]
    for name in odd:
        (tmp_path / name).write_text(prices(2014))
    offers, strays = files.offers(str(tmp_path))
    assert strays == ()
    assert sorted(d.name for o in offers for d in o.deliveries) == sorted(odd)
    for offer in offers:
        assert files.deliveries(offer.source) == offer.deliveries
        assert offer.source.name.isidentifier() and offer.source.name.isascii()
    assert len({o.source.name for o in offers}) == len(odd)


def test_nothing_there_is_said(files: Files, tmp_path: Path) -> None:
    with pytest.raises(Usage) as none:
        files.offers(str(tmp_path))
    assert none.value.code == "source.none" and none.value.fix
    with pytest.raises(Usage) as missing:
        files.offers(str(tmp_path / "nowhere"))
    assert missing.value.code == "source.missing"


def test_three_thousand_files_and_a_few_strays_are_quick(files: Files, tmp_path: Path) -> None:
    for number in range(3000):
        (tmp_path / f"reading_{number:05}.csv").write_text(prices(2014, 3))
    (tmp_path / "reading_99999.csv").write_text("<html></html>")
    (tmp_path / "notes.md").write_text("x")
    began = time.process_time()
    offers, strays = files.offers(str(tmp_path))
    assert time.process_time() - began < 6
    assert [len(o.deliveries) for o in offers] == [3000]
    assert {s.name for s in strays} == {"reading_99999.csv", "notes.md"}
    began = time.process_time()
    assert len(files.deliveries(offers[0].source)) == 3001  # the page is seen, and refused when it is landed
    assert time.process_time() - began < 1


def test_looking_for_deliveries_loads_nothing_heavy(tmp_path: Path) -> None:
    (tmp_path / "prices.csv").write_text(prices(2014))
    program = (
        "import sys\n"
        "from windvane.domain.estate import Source\n"
        "from windvane.stack.sources.files import Files\n"
        f"source = Source(name='prices', connector='files', location={str(tmp_path / 'prices.csv')!r})\n"
        "assert len(Files().deliveries(source)) == 1\n"
        "heavy = {'duckdb', 'pyarrow', 'numpy', 'charset_normalizer', 'psycopg', 'sqlglot'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_names_are_portable_identifiers() -> None:
    from windvane.domain.naming import KEYWORDS, identifier

    assert identifier("Zürich Straße") == "zurich_strasse"
    assert identifier("orderID") == "order_id"
    assert identifier("HTTPServer") == "http_server"
    assert identifier("Select") == "select_"
    assert identifier("2014 sales") == "n_2014_sales"
    assert identifier("日本") == identifier("") == "unnamed"
    assert identifier("a", {"a", "a_2"}) == "a_3"
    assert len(identifier("x" * 200, {"x" * 63})) == 63
    assert all(identifier(k) not in KEYWORDS for k in KEYWORDS)
