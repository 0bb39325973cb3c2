"""What is brought up to date by the rows that changed is, row for row, what a whole build gives."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from estate_kit import SOURCE, PriceRow, careful, land, plan, reject
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from windvane.adapters.warehouses.sqlmesh import SqlmeshWarehouse, open_warehouse, write_project
from windvane.domain.batch import Batch
from windvane.domain.change import Admit, Change, Put, Withdraw
from windvane.domain.estate import Model, Source
from windvane.domain.record import replace

NAMES = Source(name="names", connector="files", location="y", columns=SOURCE.columns)
QUERIES = {
    "core.prices": """SELECT v.day, v.ticker, v.close, v._batch, v._seq, v._row FROM (
      SELECT s.day, s.ticker, s.close, s._batch, s._seq, s._row,
        ROW_NUMBER() OVER (PARTITION BY s.day, s.ticker ORDER BY s._seq DESC, s._row DESC) AS newest
      FROM staging.prices AS s) AS v WHERE v.newest = 1""",
    "core.names": "SELECT n.day, n.ticker, n.close, n._batch, n._seq, n._row FROM staging.names AS n",
    "mart.rows": """SELECT c.day AS day, c.ticker AS symbol, c.close, n.close AS other
      FROM core.prices AS c LEFT JOIN core.names AS n ON n.ticker = c.ticker WHERE c.close > 3""",
    "mart.totals": "SELECT r.symbol, COUNT(*) AS days, SUM(r.close) AS total FROM mart.rows AS r GROUP BY r.symbol",
}
ROW = st.tuples(
    st.sampled_from(["2024-01-02", "2024-01-03"]), st.sampled_from(["AA", "BB", None]), st.integers(1, 9).map(str)
)
# a step: which batches change sides, which of those are read otherwise (10 times), and whether a judge lets it pass
STEP = st.tuples(
    st.sets(st.integers(0, 3), min_size=1), st.sets(st.integers(0, 3)), st.sampled_from([careful, careful, reject])
)


def staging(source: str, close: str = '"Close"') -> Model:
    text = f"""MODEL (
  name staging.{source},
  kind VIEW
);

SELECT
  CAST("Day" AS DATE) AS day,
  CAST("Ticker" AS VARCHAR) AS ticker,
  CAST({close} AS DECIMAL(18, 4)) AS close,
  _batch,
  _seq,
  _row
FROM src.{source}
"""
    return Model(name=f"staging.{source}", text=text)


def read_otherwise(batches: Iterable[Batch]) -> Model:
    """The staging of prices in which these batches are read ten times as large."""
    named = ", ".join(f"'{b.id}'" for b in batches)
    tens = 'CAST(CAST(CAST("Close" AS DECIMAL(18, 4)) * 10 AS DECIMAL(18, 4)) AS VARCHAR)'
    return staging("prices", f'CASE WHEN _batch IN ({named}) THEN {tens} ELSE "Close" END' if named else '"Close"')


def made(name: str) -> Model:
    return Model(name=name, text=f"MODEL (\n  name {name},\n  kind FULL\n);\n\n{QUERIES[name]}\n")


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Prices joined with names, all built once; one batch of names is there."""
    root = tmp_path_factory.mktemp("delta") / "estate"
    root.mkdir()
    write_project(root, [SOURCE, NAMES])
    models = [staging("prices"), staging("names"), *(made(name) for name in QUERIES)]
    first = land(root, [("2024-01-01", "AA", "7"), ("2024-01-01", "ZZ", "8")], seq=1, source="names")
    with open_warehouse(root) as opened:
        built: tuple[Change, ...] = (
            Put(asset=SOURCE),
            Put(asset=NAMES),
            *(Put(asset=m) for m in models),
            Admit(batch=first),
        )
        assert not go(opened, *built).failures
    return root


@pytest.fixture
def root(before: Path, tmp_path: Path) -> Path:
    shutil.copytree(before, tmp_path / "estate")
    return tmp_path / "estate"


@pytest.fixture
def warehouse(root: Path) -> Iterator[SqlmeshWarehouse]:
    with open_warehouse(root) as opened:
        yield opened


def go(warehouse: SqlmeshWarehouse, *changes: Change, judge: object = careful, title: str = "t"):  # type: ignore[no-untyped-def]
    trial, _ = warehouse.transition(plan(*changes, title=title, probes=()), decision="D-1", judge=judge)  # type: ignore[arg-type]
    return trial


def unlike_a_whole_build(warehouse: SqlmeshWarehouse) -> dict[str, object]:
    """Rows that a relation has and its query over what it is made from does not give, or the other way round."""
    ask = warehouse.reader().rows
    found: dict[str, object] = {}
    for name, query in QUERIES.items():
        there = f"SELECT * FROM {name}"
        odd = ask(f"(({there}) EXCEPT ALL ({query})) UNION ALL (({query}) EXCEPT ALL ({there}))")
        found |= {name: odd} if odd else {}
    return found


def tables(warehouse: SqlmeshWarehouse) -> dict[str, str]:
    """In which physical table each relation of production is."""
    found = warehouse.reader().rows(
        "SELECT schema_name || '.' || view_name, sql FROM duckdb_views() WHERE NOT internal"
    )
    return {str(name): str(sql) for name, sql in found if str(name) in QUERIES}


def test_any_plans_on_data_and_how_they_are_read(warehouse: SqlmeshWarehouse, root: Path) -> None:
    """Batches with the same, empty and new keys come and go, some read otherwise: no table is ever built anew."""
    numbers = iter(range(1, 10_000))
    where = tables(warehouse)
    landed: list[Batch] = []

    @settings(max_examples=4, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(batches=st.lists(st.lists(ROW, min_size=1, max_size=4), min_size=4, max_size=4),
           steps=st.lists(STEP, min_size=1, max_size=4))  # fmt: skip
    def run(batches: list[list[PriceRow]], steps: list[tuple[set[int], set[int], object]]) -> None:
        landed[:] = [land(root, rows, seq=next(numbers)) for rows in batches]
        visible: set[int] = set()
        tens: set[int] = set()
        for chosen, other, judge in steps:
            read = (tens - chosen) | (other & (chosen - visible))
            moved = [Withdraw(batch=landed[n]) if n in visible else Admit(batch=landed[n]) for n in sorted(chosen)]
            text = (Put(asset=read_otherwise(landed[n] for n in sorted(read))),) if read != tens else ()
            trial = go(warehouse, *text, *moved, judge=judge, title=f"step {next(numbers)}")
            assert trial.failures == ()
            if judge is careful:
                visible, tens = visible ^ chosen, read
            assert unlike_a_whole_build(warehouse) == {}
            assert tables(warehouse) == where
        back = [Withdraw(batch=landed[n]) for n in sorted(visible)]
        go(warehouse, Put(asset=staging("prices")), *back, title=f"end {next(numbers)}")
        assert warehouse.reader().rows("SELECT COUNT(*) FROM mart.rows") == [(0,)]

    run()


def test_a_text_that_reads_known_rows_otherwise_builds_anew(warehouse: SqlmeshWarehouse, root: Path) -> None:
    """And the old table is not shown again as if it were right: the same text comes back over more batches."""
    first, second = (land(root, [("2024-01-02", t, "5")], seq=n) for n, t in ((2, "AA"), (3, "BB")))
    go(warehouse, Admit(batch=first))
    where = tables(warehouse)
    go(warehouse, Put(asset=read_otherwise([first])), Admit(batch=second), title="known rows are read otherwise")
    assert unlike_a_whole_build(warehouse) == {} and tables(warehouse)["core.prices"] != where["core.prices"]
    go(warehouse, Put(asset=staging("prices")), title="back")
    assert unlike_a_whole_build(warehouse) == {}
    assert warehouse.reader().rows("SELECT SUM(close) FROM core.prices") == [(10,)]


def test_a_table_does_not_tell_by_its_name_how_its_rows_were_read(warehouse: SqlmeshWarehouse, root: Path) -> None:
    """One batch is read otherwise in the same table, then all is built elsewhere, then the first text comes back."""
    batch = land(root, [("2024-01-02", "AA", "5")], seq=2)
    go(warehouse, Put(asset=read_otherwise([batch])), Admit(batch=batch))
    wider = staging("prices", 'CAST(CAST("Close" AS DECIMAL(18, 4)) + 1 AS VARCHAR)')
    go(warehouse, Put(asset=wider), title="all is read otherwise")
    assert warehouse.reader().rows("SELECT close FROM core.prices") == [(6,)]
    go(warehouse, Put(asset=staging("prices")), title="back")
    assert warehouse.reader().rows("SELECT close FROM core.prices") == [(5,)]
    assert unlike_a_whole_build(warehouse) == {}


def test_what_no_key_tells_is_built_as_a_whole(warehouse: SqlmeshWarehouse, root: Path) -> None:
    query = "SELECT DISTINCT r.symbol FROM mart.rows AS r"
    go(warehouse, Put(asset=Model(name="mart.all", text=f"MODEL (\n  name mart.all,\n  kind FULL\n);\n\n{query}\n")))
    for n in (2, 3):
        batch = land(root, [("2024-01-02", f"T{n}", "5")], seq=n)
        assert go(warehouse, Admit(batch=batch), title=f"t{n}").failures == ()
        assert warehouse.reader().rows("SELECT COUNT(*) FROM mart.all") == [(n - 1,)]
        assert unlike_a_whole_build(warehouse) == {}


def test_a_batch_that_comes_back_with_fewer_rows(warehouse: SqlmeshWarehouse, root: Path) -> None:
    whole = land(root, [("2024-01-02", "AA", "5"), ("2024-01-02", "BB", "6"), ("2024-01-03", "BB", "7")], seq=2)
    go(warehouse, Admit(batch=whole))
    thin = land(root, [("2024-01-02", "AA", "5")], seq=2)
    path = root / thin.path
    rows = pq.read_table(path)
    pq.write_table(rows.set_column(3, "_batch", pa.array([whole.id])), path)
    thin = replace(thin, id=whole.id)
    assert go(warehouse, Withdraw(batch=whole), Admit(batch=thin), title="thinner").failures == ()
    assert unlike_a_whole_build(warehouse) == {}
    assert warehouse.reader().rows("SELECT symbol, days FROM mart.totals") == [("AA", 1)]


def test_a_batch_whose_file_is_gone_can_be_let_go(warehouse: SqlmeshWarehouse, root: Path) -> None:
    kept, lost = (land(root, [("2024-01-02", t, "5")], seq=n) for n, t in ((2, "AA"), (3, "BB")))
    go(warehouse, Admit(batch=kept), Admit(batch=lost))
    (root / lost.path).unlink()
    assert go(warehouse, Withdraw(batch=lost), title="let go").failures == ()
    assert warehouse.reader().rows("SELECT ticker FROM core.prices") == [("AA",)]
    assert unlike_a_whole_build(warehouse) == {}
