"""How a file is to be read is decided from its bytes, and refused with a reason when it cannot be."""

from __future__ import annotations

import gzip
import io
import os
import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from landing.conftest import Dock
from windvane.domain.batch import Delivery
from windvane.domain.errors import TryAgain, Unreadable
from windvane.domain.estate import Reading, Source
from windvane.stack.landing.land import land
from windvane.stack.landing.rawstore import RawStore

ORDERS = "id,city,price\n1,Paris,2.50\n2,Rome,30.9\n3,Oslo,7\n"
ROWS = [("1", "Paris", "2.50"), ("2", "Rome", "30.9"), ("3", "Oslo", "7")]


@pytest.mark.parametrize(
    "text",
    [
        ORDERS,
        ORDERS.replace(",", ";"),
        ORDERS.replace(",", "\t"),
        ORDERS.replace(",", "|"),
        ORDERS.replace("\n", "\r\n"),
        ORDERS.replace("\n", "\r"),
        ORDERS.replace("2.50\n", "2.50\r\n", 1),
        ORDERS.rstrip("\n"),
        ORDERS + "\n\n\n",
        "\ufeff" + ORDERS,
        ORDERS.replace("Paris", '"Paris"'),
        "Orders of the week\nfrom the shop\n\n" + ORDERS,
        "# made by hand, do not edit\n" + ORDERS,
        ORDERS + "\nSource: the shop\n",
        ORDERS + "3 rows\n",
        ORDERS.replace("2.50\n", "2.50,\n").replace("30.9\n", "30.9,\n").replace("7\n", "7,\n"),
        ORDERS.replace("Rome", "Ro\0me"),
    ],
    ids=lambda text: repr(text)[:30],
)
def test_the_same_rows_come_out_of_every_spelling(dock: Dock, text: str) -> None:
    batch = dock.land(text)
    assert batch.columns == ("id", "city", "price")
    assert dock.cells(batch) == ROWS
    assert (batch.rows_read, batch.accepted, batch.quarantined) == (3, 3, 0)
    assert dock.row_numbers(batch) == [1, 2, 3]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_charsets_that_are_certain_are_decoded(dock: Dock, encoding: str) -> None:
    text = ORDERS.replace("Paris", "Zürich").replace("Rome", "Köln")
    batch = dock.land(text.encode(encoding))
    assert [row[1] for row in dock.cells(batch)] == ["Zürich", "Köln", "Oslo"]


def test_two_charsets_that_differ_are_refused_unless_the_reading_says_which(dock: Dock) -> None:
    data = ORDERS.replace("Paris", "Hélène").encode("cp1252")
    with pytest.raises(Unreadable) as refused:
        dock.land(data)
    assert refused.value.code == "source.encoding"
    assert "`Hélène` if cp1252" in refused.value.why
    assert "orders.csv" in refused.value.message
    batch = dock.land(data, reading=Reading(encoding="cp1252"), columns=("id", "city", "price"))
    assert dock.cells(batch)[0][1] == "Hélène"


def test_a_few_damaged_lines_of_a_utf8_file_are_set_aside(dock: Dock) -> None:
    rows = "".join(f"{i},Zürich,{i}.5\n" for i in range(100)).encode()
    batch = dock.land(b"id,city,price\n" + rows + b"100,Z\xfcrich,1\n101,Bern,2\n")
    assert (batch.rows_read, batch.accepted, batch.quarantined) == (102, 101, 1)
    assert dock.aside(batch) == [(101, "line: not UTF-8", "100,Z\\xfcrich,1")]


def test_ragged_and_unterminated_lines_cost_one_line_each(dock: Dock) -> None:
    body = [f"{i},Bern,{i}" for i in range(1, 41)]
    body[9] = "10,Bern,10,surplus"
    body[19] = '20,"Bern,20'
    body[29] = '30,Be"rn,30'
    batch = dock.land("id,city,price\n" + "\n".join(body) + '\n41,"x ""y"" z",41\n')
    assert [(row, reason) for row, reason, _ in dock.aside(batch)] == [
        (10, "line: 4 fields, 3 expected"),
        (20, "line: unterminated quote"),
        (30, "line: unterminated quote"),
    ]
    assert dock.aside(batch)[1][2] == body[19]
    assert batch.accepted == 38
    assert dock.cells(batch)[-1] == ("41", 'x "y" z', "41")


def test_a_cell_that_lost_its_opening_quote_takes_the_line_above_along(dock: Dock) -> None:
    rows = "".join(f"{i},Bern,fine\n" for i in range(1, 21))
    batch = dock.land('id,city,note\n0,Rome,"a ""b"""\n' + rows + '21,Oslo,two\nlines"\n22,Bern,fine\n')
    assert [(row, raw) for row, _, raw in dock.aside(batch)] == [(22, "21,Oslo,two"), (23, 'lines"')]
    assert batch.rows_read == 24


def test_a_last_line_that_ends_early_is_set_aside_as_cut_off(dock: Dock) -> None:
    batch = dock.land("id,city,price\n" + "".join(f"{i},Bern,{i}\n" for i in range(20)) + "20,Be")
    assert dock.aside(batch) == [(21, "line: 2 fields, 3 expected; the file may be cut off", "20,Be")]


def test_quotes_inside_cells_are_letters_where_nothing_is_quoted(dock: Dock) -> None:
    batch = dock.land('size\tname\n5" disk\tsmall\n12" disk\tlarge\n8" disk\tmiddle\n')
    assert dock.cells(batch)[1] == ('12" disk', "large")


def test_backslashes_escape_where_nothing_else_explains_the_quotes(dock: Dock) -> None:
    batch = dock.land('id,text\n1,"say \\"hi\\", he said"\n2,"plain"\n3,"a, b"\n')
    assert dock.cells(batch) == [("1", 'say "hi", he said'), ("2", "plain"), ("3", "a, b")]


def test_no_value_and_an_empty_text_stay_apart(dock: Dock) -> None:
    assert dock.cells(dock.land('id,note\n1,\n2,""\n3,x\n')) == [("1", None), ("2", ""), ("3", "x")]


def test_cells_of_several_lines_keep_their_line_ends(dock: Dock) -> None:
    batch = dock.land('id,note\n1,"a\r\nb\n\nc"\n2,"d"\n3,e\n')
    assert dock.cells(batch)[0] == ("1", "a\r\nb\n\nc")


def test_columns_without_a_name_or_with_the_same_get_one(dock: Dock) -> None:
    batch = dock.land("id,,Id,_row\n1,2,3,4\n5,6,7,8\n9,1,2,3\n")
    assert batch.columns == ("id", "column_2", "Id_2", "_row_2")
    assert dock.cells(batch)[0] == ("1", "2", "3", "4")


def test_a_file_without_header_keeps_its_first_row(dock: Dock) -> None:
    batch = dock.land("1,2.5,2024-01-01\n2,3.5,2024-01-02\n3,4.5,2024-01-03\n")
    assert batch.reading is not None and batch.reading.header_line == 0
    assert len(dock.cells(batch)) == 3


def test_a_value_after_the_last_column_is_set_aside(dock: Dock) -> None:
    body = "".join(f"{i},a,{i},\n" for i in range(1, 5))
    far = "".join(f"{i},b,{i},\n" for i in range(5, 30_000)) + "30000,b,1,surprise\n"
    batch = dock.land("id,city,price\n" + body + far)
    assert batch.rows_read == 30_000
    assert [(row, reason) for row, reason, _ in dock.aside(batch)] == [(30_000, "line: a value after the last column")]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "source.empty"),
        (b"\n\n", "source.empty"),
        (b"id,city\n", "source.empty"),
        (b"<!DOCTYPE html><html><body>502</body></html>", "source.markup"),
        (b"<html>\n<p>a,b</p>\n</html>", "source.markup"),
        (b"<?xml version='1.0'?><a/>", "source.markup"),
        (b'{"error": "not found", "status": 404}', "source.markup"),
        (b"A note, with a comma here.\nAnother line without one\nAnd, well, two of them\nEnd\n", "source.ragged"),
        (b"%PDF-1.7 ...", "source.format"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest", "source.format"),
        (b"Anna,Bern\nBruno,Rome\nClara,Oslo\n", "source.header"),
        (gzip.compress(ORDERS.encode() * 500)[:-30], "source.truncated"),
    ],
)
def test_what_cannot_be_read_for_certain_is_refused_with_why(dock: Dock, data: bytes, code: str) -> None:
    with pytest.raises(Unreadable) as refused:
        dock.land(data)
    assert refused.value.code == code
    assert "orders.csv" in refused.value.message
    assert refused.value.fix
    assert not list((dock.root / ".windvane/raw/text").glob("*"))
    assert not list((dock.root / ".windvane/raw/quarantine").glob("*"))


def test_a_changed_delimiter_is_healed_by_the_known_header(dock: Dock) -> None:
    known = Reading(delimiter=",")
    batch = dock.land(ORDERS.replace(",", ";"), reading=known, columns=("id", "city", "price"))
    assert batch.reading is not None and batch.reading.delimiter == ";"
    assert dock.cells(batch) == ROWS


def packed(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def test_gz_and_zip_are_looked_through(dock: Dock) -> None:
    assert dock.cells(dock.land(gzip.compress(ORDERS.encode()), "orders.csv.gz")) == ROWS
    assert dock.cells(dock.land(packed({"a.csv": ORDERS.encode(), "__MACOSX/._a.csv": b"x"}), "orders.zip")) == ROWS


def test_a_zip_of_several_files_or_with_a_password_is_refused(dock: Dock) -> None:
    several = packed({"a.csv": ORDERS.encode(), "b.csv": ORDERS.encode()})
    with pytest.raises(Unreadable, match="which file"):
        dock.land(several, "orders.zip")
    locked = bytearray(packed({"a.csv": ORDERS.encode()}))
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        locked[locked.index(mark) + place] |= 1
    with pytest.raises(Unreadable) as refused:
        dock.land(bytes(locked), "orders.zip")
    assert refused.value.code == "source.encrypted"


def test_json_keeps_numbers_as_they_are_spelled_and_nested_values_as_text(dock: Dock) -> None:
    lines = (
        '{"id": 12345678901234567890, "price": 1.10, "tags": ["a", 2.0], "ok": true}\n'
        '{"id": 2, "extra": "ü"}\nnot json\n'
    )
    batch = dock.land(lines, "orders.ndjson")
    assert batch.columns == ("id", "price", "tags", "ok", "extra")
    assert dock.cells(batch) == [
        ("12345678901234567890", "1.10", '["a", 2.0]', "true", None),
        ("2", None, None, None, "ü"),
    ]
    assert dock.aside(batch) == [(3, "line: not JSON", "not json")]
    listed = dock.land('[{"id": 1e3, "b": {"c": null}},\n {"id": "x"}]', "orders.json")
    assert dock.cells(listed) == [("1e3", '{"c": null}'), ("x", None)]


@pytest.mark.parametrize("text", ['{"error": "x"}', "[1, 2]x", '[{"a": 1},', "[]"])
def test_json_that_is_no_list_of_rows_is_refused(dock: Dock, text: str) -> None:
    with pytest.raises(Unreadable):
        dock.land(text, "orders.json")


def test_parquet_lands_as_text(dock: Dock, tmp_path: Path) -> None:
    table = pa.table({"id": [1, None], "x": [0.1, 1e300], "Name": ["a", ""], "nest": [[1, 2], None]})
    out = io.BytesIO()
    pq.write_table(table, out)
    batch = dock.land(out.getvalue(), "orders.parquet")
    assert dock.cells(batch) == [("1", "0.1", "a", "[1,2]"), (None, "1e+300", "", None)]
    with pytest.raises(Unreadable) as refused:
        dock.land(out.getvalue()[:-7], "orders.parquet")
    assert refused.value.code == "source.truncated"


def test_original_bytes_are_kept_once_under_their_hash(dock: Dock) -> None:
    first, second = dock.land(ORDERS), dock.land(ORDERS, "again.csv")
    assert first.id == second.id
    path = str(dock.root / second.path)
    assert dock.engine.rows("SELECT DISTINCT _seq FROM read_parquet(?)", [path]) == [(1,)]  # rows may be in use
    kept = RawStore(dock.root).object(first.digest)
    assert kept.read_bytes() == ORDERS.encode()
    assert len(list((dock.root / ".windvane/raw/objects").rglob("*"))) == 2  # one folder, one file


def test_a_file_that_changes_while_it_is_read_is_tried_again_later(dock: Dock, tmp_path: Path) -> None:
    fifo_like = tmp_path / "growing.csv"
    fifo_like.write_bytes(b"id\n" + b"1\n" * 3_000_000)

    class Growing(type(fifo_like)):  # a path whose file grows between the first look and the last
        looks = 0

        def stat(self, **kwargs: bool) -> os.stat_result:
            Growing.looks += 1
            if Growing.looks == 2:
                with Path(self).open("ab") as more:
                    more.write(b"2\n")
            return super().stat(**kwargs)

    with pytest.raises(TryAgain) as later:
        RawStore(dock.root).put(Growing(fifo_like))
    assert later.value.code == "source.changed"
    assert not [p for p in (dock.root / ".windvane/raw/objects").rglob("*") if p.is_file()]


def test_a_full_disk_leaves_nothing_half_written(dock: Dock, tmp_path: Path) -> None:
    import resource

    file = tmp_path / "big.csv"
    file.write_bytes(b"id\n" + b"1\n" * 2_000_000)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, before[1]))
    try:
        with pytest.raises(TryAgain) as full:
            source = Source(name="big", connector="files", location=str(file))
            land(source, Delivery(source="big", name="big.csv"), file, store=dock.store, engine=dock.engine, seq=1)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert full.value.code == "disk.full"
    assert not [p for p in (dock.root / ".windvane").rglob("*") if p.is_file()]
