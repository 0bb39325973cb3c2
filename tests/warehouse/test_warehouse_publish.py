"""Published releases: immutable files reused, masked columns absent, old releases readable, clear errors."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from estate_kit import MART, admit, careful, land, plan, promote

import windvane
from windvane.adapters.warehouses.released import Released
from windvane.adapters.warehouses.sqlmesh import SqlmeshWarehouse, publication
from windvane.domain.change import Put, Retire
from windvane.domain.errors import Failed, TryAgain, Usage
from windvane.domain.estate import Column, Contract, Model, Ref


def published(root: Path) -> Path:
    return root / ".windvane" / "published"


def objects(root: Path) -> set[str]:
    return {p.name for p in published(root).rglob("*.parquet")}


def test_a_release_holds_core_and_mart_and_reuses_what_did_not_change(warehouse: SqlmeshWarehouse, root: Path) -> None:
    assert warehouse.publish(release="R-1") == ("core.prices", "mart.closes")
    one = objects(root)
    assert warehouse.publish(release="R-1") == ("core.prices", "mart.closes")
    assert warehouse.publish(release="R-2") == ("core.prices", "mart.closes")
    assert objects(root) == one
    warehouse.transition(
        plan(Put(asset=Model(name="mart.closes", text=MART.replace("SUM(c.close)", "MAX(c.close)")))),
        decision="D-2",
        judge=promote,
    )
    warehouse.publish(release="R-3")
    assert len(objects(root) - one) == 1
    old, new = (windvane.open(root, release=r).sql("SELECT sum(total) FROM mart.closes").rows() for r in ("R-1", "R-3"))
    assert (float(str(old[0][0])), float(str(new[0][0]))) == (23.25, 21.75)


def test_personal_columns_never_reach_a_published_file(warehouse: SqlmeshWarehouse, root: Path) -> None:
    import pyarrow.parquet as pq

    contract = Contract(
        relation="core.prices",
        columns=(Column(name="ticker", type="varchar", classification="personal"), Column(name="day", type="date")),
    )
    warehouse.transition(plan(Put(asset=contract)), decision="D-2", judge=promote)
    warehouse.publish(release="R-1", masked={"mart.closes": ("Ticker",)})
    for path in published(root).rglob("*.parquet"):
        assert "ticker" not in [n.lower() for n in pq.read_schema(path).names]
        assert b"AA" not in path.read_bytes()
    estate = windvane.open(root)
    assert "ticker" not in estate["core.prices"].df().columns
    assert Released(root).relation("core.prices").masked == ("ticker",)
    warehouse.transition(plan(Retire(ref=Ref(kind="contract", name="core.prices"))), decision="D-3", judge=promote)
    warehouse.publish(release="R-2")
    assert "ticker" in windvane.open(root)["core.prices"].df().columns


def test_a_large_relation_is_written_by_year_and_only_the_changed_year_again(
    warehouse: SqlmeshWarehouse, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publication, "LARGE", 4)
    more = [(f"20{y}-05-0{d}", "AA", "1") for y in (21, 22, 23) for d in range(1, 5)]
    warehouse.transition(admit(land(root, more, seq=2)), decision="D-2", judge=careful)
    warehouse.publish(release="R-1")
    files = Released(root).relation("core.prices").files
    assert [(f.partition, f.rows) for f in files] == [("2021", 4), ("2022", 4), ("2023", 4), ("2024", 3)]
    before = objects(root)
    warehouse.transition(admit(land(root, [("2022-06-01", "ZZ", "1")], seq=3)), decision="D-3", judge=careful)
    warehouse.publish(release="R-2")
    assert len(objects(root) - before) == 2, "the year 2022 of core.prices, and mart.closes"
    assert windvane.open(root).sql("SELECT count(*) FROM core.prices").rows() == [(16,)]


def test_old_releases_are_forgotten_with_the_files_that_only_they_name(
    warehouse: SqlmeshWarehouse, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publication, "KEPT", 2)
    warehouse.publish(release="R-1")
    first = windvane.open(root)
    for n in (2, 3):
        batch = land(root, [(f"2024-02-0{n}", "AA", "1")], seq=n)
        warehouse.transition(admit(batch), decision=f"D-{n}", judge=careful)
        warehouse.publish(release=f"R-{n}")
    assert sorted(p.name for p in published(root).glob("manifest-*")) == ["manifest-R-2.json", "manifest-R-3.json"]
    assert len(objects(root)) == 4
    with pytest.raises(Usage) as caught:
        windvane.open(root, release="R-1")
    assert (caught.value.code, caught.value.why) == ("release.unknown", "kept are: R-2, R-3")
    with pytest.raises(TryAgain) as gone:
        first["core.prices"].df()
    assert gone.value.code == "release.gone"
    assert first.refresh().release == "R-3"
    assert len(first["core.prices"].df()) == 5


def test_an_empty_relation_and_odd_names_are_published(warehouse: SqlmeshWarehouse, root: Path) -> None:
    odd = Model(
        name="mart.odd",
        text='MODEL (name mart.odd, kind VIEW);\nSELECT c.close AS "schluß ""x""", c.day AS "select" '
        "FROM core.prices AS c WHERE c.close > 1000",
    )
    warehouse.transition(plan(Put(asset=odd)), decision="D-2", judge=promote)
    warehouse.publish(release="R-1")
    found = windvane.open(root)["mart.odd"]
    assert list(found.df().columns) == ['schluß "x"', "select"]
    assert (found.arrow().num_rows, found.rows()) == (0, [])


def test_the_python_api_reads_frames_and_explains_mistakes(warehouse: SqlmeshWarehouse, root: Path) -> None:
    with pytest.raises(Usage) as none:
        windvane.open(root)
    assert (none.value.code, "windvane run" in none.value.fix) == ("release.none", True)
    with pytest.raises(Usage) as missing:
        windvane.open(root / "nowhere")
    assert missing.value.code == "estate.missing"
    warehouse.publish(release="R-1")
    estate = windvane.open(str(root))
    assert (estate.release, estate.relations) == ("R-1", ("core.prices", "mart.closes"))
    assert list(estate["mart.closes"].df().columns) == ["ticker", "days", "total"]
    assert estate["core.prices"].sql("SELECT max(close) AS top FROM this").arrow().to_pydict()["top"][0] == 20
    assert "core.prices of R-1" in repr(estate["core.prices"])
    for wrong in (lambda: estate["mart.close"], lambda: estate.sql("FROM mart.close").df()):
        with pytest.raises(Usage) as unknown:
            wrong()
        assert (unknown.value.code, unknown.value.fix) == ("relation.unknown", "did you mean `mart.closes`")
    for write in ("DROP VIEW mart.closes", "COPY mart.closes TO 'x.csv'", "SELECT 1; SELECT 2"):
        with pytest.raises(Failed):
            estate.sql(write).df()
    with pytest.raises(Failed) as outside:
        estate.sql(f"SELECT * FROM read_text('{root}/config.yaml')").df()
    assert "Permission Error" in outside.value.why
    with pytest.raises(Usage) as polars:
        estate["mart.closes"].pl()
    assert polars.value.code == "polars.missing"
    with pytest.raises(AttributeError):
        _ = windvane.nothing  # type: ignore[attr-defined]


def test_importing_windvane_imports_nothing_of_it() -> None:
    program = "import sys, windvane; print([m for m in sys.modules if m.startswith(('windvane', 'duckdb', 'msgspec'))])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "['windvane']\n"


def test_staging_and_sources_are_not_published(warehouse: SqlmeshWarehouse, root: Path) -> None:
    warehouse.publish(release="R-1")
    assert {n.partition(".")[0] for n in windvane.open(root).relations} == {"core", "mart"}
