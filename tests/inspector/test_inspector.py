"""The inspector on landed batches: one plan, within budget, checks that hold for the data they were made from."""

from __future__ import annotations

import random
from datetime import date, timedelta
from pathlib import Path

import pytest

from windvane.adapters.warehouses.scratch import Scratch
from windvane.agents.inspector import agent
from windvane.domain.batch import Batch, Cast
from windvane.domain.change import Put, apply
from windvane.domain.estate import Check, Column, Contract, Estate, Model, Source
from windvane.domain.finding import Finding
from windvane.domain.ports import Scene
from windvane.stack.products.odcs import parse, render
from windvane.stack.quality.budget import TOTAL

CARRIED = "_batch, _seq, _row"


class Landing:
    """Prices of funds and stocks, two sources delivered as German text, one core relation made of both."""

    def __init__(self, root: Path) -> None:
        self.root, self.scratch = root, Scratch()
        self.batches: list[Batch] = []
        self.levels = {f"F{i}": 50.0 + i for i in range(5)} | {f"S{i}": 20.0 + i for i in range(12)}
        self.rng, self.day = random.Random(8), date(2020, 1, 1)
        history: dict[str, list[list[str]]] = {"fund_prices": [], "stock_prices": []}
        for _ in range(500):
            for source, rows in self.next_day().items():
                history[source] += rows
        for source, rows in history.items():
            self.land(source, rows)

    def next_day(self, times: float = 1.0) -> dict[str, list[list[str]]]:
        """Text rows of the next business day by source."""
        self.day += timedelta(days=3 if self.day.weekday() == 4 else 1)
        common = self.rng.gauss(0, 0.007)
        found: dict[str, list[list[str]]] = {"fund_prices": [], "stock_prices": []}
        for name in self.levels:
            self.levels[name] *= 1 + common + self.rng.gauss(0, 0.004)
            price = f"{self.levels[name] * times:.4f}".replace(".", ",")
            source = "fund_prices" if name.startswith("F") else "stock_prices"
            found[source].append([name, self.day.strftime("%d.%m.%Y"), price, "EUR" if name > "F2" else "USD"])
        return found

    def land(self, source: str, rows: list[list[str]]) -> Batch:
        """Write the Parquet of accepted text rows, as landing does."""
        seq = len(self.batches) + 1
        batch = f"{source}-{seq:012d}"
        csv = self.root / f"{batch}.csv"
        csv.write_text("".join(";".join([*r, batch, str(seq), str(i)]) + "\n" for i, r in enumerate(rows, 1)))
        texts = ", ".join(f"'{n}': 'VARCHAR'" for n in ("Name", "Datum", "Kurs", "Wae", "_batch"))
        kinds = f"{{{texts}, '_seq': 'BIGINT', '_row': 'BIGINT'}}"
        self.scratch.execute(
            f"COPY (SELECT * FROM read_csv('{csv}', header := false, delim := ';', columns := {kinds})) "
            f"TO '{self.root}/{batch}.parquet' (FORMAT parquet)"
        )
        made = Batch(
            id=batch, source=source, delivery=f"{batch}.csv", digest=batch, landed_at="", rows_read=len(rows),
            accepted=len(rows), path=f"{batch}.parquet",
        )  # fmt: skip
        self.batches.append(made)
        return made

    def scene(self, estate: Estate) -> Scene:
        values = '["EUR", "USD"]'
        findings = tuple(
            Finding(by="scout", subject=f"{s}.Wae", claim="category", value=values, confidence=0.9, evidence="")
            for s in ("fund_prices", "stock_prices")
        )
        return Scene(
            root=self.root, estate=estate, batches=tuple(self.batches), scratch=self.scratch, findings=findings
        )


COLUMNS = (
    Column(name="name", type="varchar", nullable=False),
    Column(name="datum", type="date", nullable=False),
    Column(name="kurs", type="decimal(18,6)", meaning="price"),
    Column(name="wae", type="varchar", meaning="currency"),
)
CASTS = (
    Cast(name="name", text='"Name"', type="varchar"),
    Cast(
        name="datum",
        text='SUBSTR("Datum", 7, 4) || \'-\' || SUBSTR("Datum", 4, 2) || \'-\' || SUBSTR("Datum", 1, 2)',
        type="date",
    ),
    Cast(name="kurs", text="REPLACE(\"Kurs\", ',', '.')", type="decimal(18,6)"),
    Cast(name="wae", text='"Wae"', type="varchar"),
)


def _staging(source: str) -> Model:
    cells = ",\n  ".join(f"CAST({c.text} AS {c.type.upper()}) AS {c.name}" for c in CASTS)
    text = f"MODEL (\n  name staging.{source},\n  kind FULL\n);\n\nSELECT\n  {cells},\n  {CARRIED}\nFROM src.{source}\n"
    return Model(name=f"staging.{source}", text=text)


def _estate() -> Estate:
    pieces = "\nUNION ALL\n".join(
        f"SELECT '{s.partition('_')[0]}' AS origin, name, datum, kurs, wae, {CARRIED} FROM staging.{s}"
        for s in ("fund_prices", "stock_prices")
    )
    query = (
        f"WITH delivered AS ({pieces}) SELECT origin, name, datum, kurs, wae, {CARRIED} FROM (SELECT *, "
        "ROW_NUMBER() OVER (PARTITION BY origin, name, datum ORDER BY _seq DESC, _row DESC) AS _version "
        "FROM delivered) AS v WHERE _version = 1"
    )
    mart = "SELECT name, MAX(kurs) AS top FROM core.prices GROUP BY name"
    origin = Column(name="origin", type="varchar", nullable=False)
    return Estate(
        name="e",
        assets=(
            *(Source(name=s, connector="files", location="x") for s in ("fund_prices", "stock_prices")),
            *(_staging(s) for s in ("fund_prices", "stock_prices")),
            *(
                Contract(relation=f"staging.{s}", columns=COLUMNS, time_column="datum")
                for s in ("fund_prices", "stock_prices")
            ),
            Model(name="core.prices", text=f"MODEL (name core.prices, kind FULL);\n\n{query}\n"),
            Contract(relation="core.prices", columns=(origin, *COLUMNS), key=("name", "datum"), time_column="datum"),
            Model(name="mart.top", text=f"MODEL (name mart.top, kind FULL);\n\n{mart}\n"),
            Contract(
                relation="mart.top", columns=(Column(name="name", type="varchar", nullable=False),), key=("name",)
            ),
            Contract(relation="core.without_a_model", columns=COLUMNS),
        ),
    )


@pytest.fixture(scope="module")
def landing(tmp_path_factory: pytest.TempPathFactory) -> Landing:
    return Landing(tmp_path_factory.mktemp("landing"))


def _checks(landing: Landing) -> dict[str, Check]:
    estate = _estate()
    (plan,) = agent().propose(landing.scene(estate))
    built = apply(estate, plan.changes)
    return {k.name: k for c in built.of(Contract) if isinstance(c, Contract) for k in c.checks}


def test_one_plan_with_few_checks_that_say_why(landing: Landing) -> None:
    estate = _estate()
    (plan,) = agent().propose(landing.scene(estate))
    assert plan.serves == "checks"
    assert plan.base == estate.fingerprint()
    put = {c.asset.relation: c.asset for c in plan.changes if isinstance(c, Put) and isinstance(c.asset, Contract)}
    rules = {r: {k.rule for k in c.checks} for r, c in put.items()}
    assert rules["core.prices"] >= {
        "accepted_values", "category_share", "continuity", "extremes", "freshness", "frozen", "future", "not_null",
        "null_share", "range", "row_conservation", "sign_share", "strange_text", "unique", "volume",
    }  # fmt: skip
    assert rules["staging.fund_prices"] <= {"row_conservation", "unique", "volume"}
    assert rules["mart.top"] == {"not_null", "unique"}
    assert "core.without_a_model" not in put
    assert sum(len(r) for r in rules.values()) <= 32
    assert all(k.why for c in put.values() for k in c.checks)
    assert "budget 0.5%" in plan.rationale
    for source in ("fund_prices", "stock_prices"):
        met = (*put[f"staging.{source}"].checks, *put["core.prices"].checks)
        assert sum(k.false_alarm_bound for k in met if k.severity == "block") <= TOTAL
    assert put["staging.fund_prices"].key == (), "the key it was judged with is not written into the contract"


def test_contracts_with_their_checks_survive_the_file(landing: Landing) -> None:
    (plan,) = agent().propose(landing.scene(_estate()))
    for change in plan.changes:
        assert isinstance(change, Put)
        assert isinstance(change.asset, Contract)
        assert parse(render(change.asset)) == change.asset


def test_a_second_look_has_nothing_to_add(landing: Landing) -> None:
    estate = _estate()
    (plan,) = agent().propose(landing.scene(estate))
    assert agent().propose(landing.scene(apply(estate, plan.changes))) == ()
    assert agent().look(landing.scene(estate)) == ()


def test_the_same_landing_gives_the_same_plan(landing: Landing) -> None:
    first, second = (agent().propose(landing.scene(_estate())) for _ in range(2))
    assert first == second


def test_checks_judge_the_next_delivery_of_one_source(tmp_path: Path) -> None:
    """Checks made from text run in a warehouse built from it: funds times 1.08 are stopped, as they are they pass."""
    landing = Landing(tmp_path)
    checks = _checks(landing)
    known = len(landing.batches)
    fresh = landing.next_day()
    landing.land("fund_prices", fresh["fund_prices"])
    raised = [
        [*r[:2], f"{float(r[2].replace(',', '.')) * 1.08:.4f}".replace(".", ","), r[3]] for r in fresh["fund_prices"]
    ]
    landing.land("fund_prices", raised)

    def told(batches: list[Batch], arriving: Batch) -> dict[str, list[str]]:
        engine = _warehouse(landing, batches, arriving)
        return {n: f for n, k in checks.items() if (f := [str(r[0]) for r in engine.rows(k.sql)])}

    good, bad = landing.batches[known], landing.batches[known + 1]
    assert told(landing.batches[: known + 1], good) == {}
    stopped = told([*landing.batches[:known], bad], bad)
    assert list(stopped) == ["core.prices.continuity"]
    assert "median of 5 series" in stopped["core.prices.continuity"][0]


def _warehouse(landing: Landing, batches: list[Batch], arriving: Batch) -> Scratch:
    """The estate built in plain SQL from the text of `batches`."""
    engine = Scratch()
    for schema in ("src", "staging", "core", "mart", "windvane"):
        engine.execute(f"CREATE SCHEMA {schema}")
    for source in ("fund_prices", "stock_prices"):
        paths = ", ".join(f"'{landing.root}/{b.path}'" for b in batches if b.source == source)
        engine.execute(f"CREATE VIEW src.{source} AS SELECT * FROM read_parquet([{paths}], union_by_name := true)")
    for model in _estate().of(Model):
        assert isinstance(model, Model)
        engine.execute(f"CREATE TABLE {model.name} AS {model.text.partition(';')[2]}")
    engine.execute(f"CREATE TABLE windvane.arriving AS SELECT '{arriving.id}' AS batch")
    engine.execute("CREATE TABLE windvane.copies (batch VARCHAR, rows BIGINT)")
    engine.execute('CREATE TABLE windvane.waiting (source VARCHAR, col VARCHAR, "day" DATE)')
    engine.execute("CREATE TABLE windvane.settled (relation VARCHAR, keys VARCHAR, rows BIGINT)")
    return engine


def test_without_an_engine_there_is_nothing_to_measure() -> None:
    assert agent().propose(Scene(root=Path(), estate=_estate())) == ()
