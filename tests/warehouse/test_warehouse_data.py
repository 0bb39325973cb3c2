"""Data become visible in one transaction or not at all: late, early, future, twice, withdrawn, and bad ones."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from estate_kit import (
    FIRST,
    MODELS,
    SEEN,
    SOURCE,
    STAGING,
    admit,
    careful,
    closes,
    land,
    plan,
    production,
    promote,
    reject,
    withdraw,
)

from windvane.adapters.warehouses.sqlmesh import SqlmeshWarehouse, open_warehouse
from windvane.domain.batch import Batch
from windvane.domain.change import Admit, Put, Rerun, Retire, Withdraw
from windvane.domain.errors import Failed, TryAgain
from windvane.domain.estate import Check, Model, Ref, Source
from windvane.domain.plan import Probe
from windvane.domain.ports import Resources, Settled
from windvane.domain.record import decode, replace
from windvane.domain.run import Trial


def test_a_late_an_early_and_a_future_row_all_arrive(warehouse: SqlmeshWarehouse, root: Path) -> None:
    late = land(root, [("2023-12-29", "AA", "1"), ("1926-07-01", "CC", "3"), ("2027-03-02", "BB", "22")], seq=2)
    trial, verdict = warehouse.transition(admit(late), decision="D-2", judge=careful)
    assert verdict.outcome == "promote"
    assert trial.failures == ()
    assert trial.moved() == (("total", 23.25, 49.25), ("rows", 3.0, 6.0))
    assert closes(warehouse) == {"AA": (3, 4.25), "BB": (2, 42.0), "CC": (1, 3.0)}
    found = warehouse.reader().rows("SELECT first_day::VARCHAR, last_day::VARCHAR FROM windvane.admitted ORDER BY seq")
    assert found == [("2024-01-02", "2024-01-03"), ("1926-07-01", "2027-03-02")]


def test_a_newer_batch_corrects_a_value_and_withdrawing_it_brings_the_old_one_back(
    warehouse: SqlmeshWarehouse, root: Path
) -> None:
    correction = land(root, [("2024-01-03", "BB", "21")], seq=2)
    warehouse.transition(admit(correction), decision="D-2", judge=careful)
    assert closes(warehouse)["BB"] == (1, 21.0)
    warehouse.transition(withdraw(correction), decision="D-3", judge=careful)
    assert closes(warehouse) == SEEN
    warehouse.transition(admit(correction, title="again"), decision="D-4", judge=careful)
    assert closes(warehouse)["BB"] == (1, 21.0)
    assert [c.decision for c in warehouse.committed()] == ["D-1", "D-2", "D-3", "D-4"]


def test_a_rejected_plan_leaves_everything_as_it_was(warehouse: SqlmeshWarehouse, root: Path) -> None:
    before = production(warehouse)
    batch = land(root, [("2024-01-04", "AA", "9")], seq=2)
    changed = Model(name="mart.closes", text=MODELS[2].text.replace("SUM", "MAX"))
    extra = Source(name="other", connector="files", location="y", columns=("a",))
    bold = plan(Admit(batch=batch), Put(asset=changed), Put(asset=extra))
    trial, _ = warehouse.transition(bold, decision="D-2", judge=reject)
    assert trial.after[0].value == 29.0
    assert production(warehouse) == before
    with pytest.raises(ZeroDivisionError):
        warehouse.transition(bold, decision="D-2", judge=lambda _: 1 / 0)
    assert production(warehouse) == before
    warehouse.transition(bold, decision="D-2", judge=careful)
    assert closes(warehouse) == {"AA": (3, 9.0), "BB": (1, 20.0)}


def test_a_committed_plan_gives_its_stored_answer_and_is_not_run_again(warehouse: SqlmeshWarehouse, root: Path) -> None:
    batch = admit(land(root, [("2024-01-04", "AA", "9")], seq=2))
    first = warehouse.transition(batch, decision="D-2", judge=careful)
    assert warehouse.transition(batch, decision="D-2", judge=reject) == first
    commit = warehouse.committed()[-1]
    assert (commit.plan, commit.decision) == (batch.fingerprint(), "D-2")
    assert decode(commit.content, Settled) == Settled(trial=first[0], verdict=first[1])


def test_the_same_batch_cannot_be_admitted_twice_nor_withdrawn_twice(warehouse: SqlmeshWarehouse, root: Path) -> None:
    batch = land(root, [("2024-01-04", "AA", "9")], seq=2)
    trial, verdict = warehouse.transition(admit(batch, batch), decision="D-2", judge=careful)
    assert verdict.outcome == "reject"
    assert trial.failures == (f"batch `{batch.id}` is admitted already",)
    assert trial.models_built == 0
    trial, _ = warehouse.transition(withdraw(batch), decision="D-2", judge=careful)
    assert trial.failures == (f"batch `{batch.id}` is not admitted",)
    assert closes(warehouse) == SEEN


def test_rows_that_a_model_leaves_out_are_noticed(warehouse: SqlmeshWarehouse, root: Path) -> None:
    """A model that starts too late computes without an error and loses the row; only conservation tells."""
    starts = Model(name="staging.prices", text=STAGING.replace("kind INC", "start '2000-01-01', kind INC"))
    warehouse.transition(plan(Put(asset=starts)), decision="D-2", judge=promote)
    old = admit(land(root, [("1999-12-31", "AA", "9")], seq=2))
    trial, verdict = warehouse.transition(old, decision="D-3", judge=careful)
    assert verdict.outcome == "reject"
    assert trial.failures == ("rows are not conserved: 4 rows in src.prices, 3 in staging.prices",)
    assert not trial.checks[0].passed
    with pytest.raises(Failed, match="a plan that failed cannot be promoted"):
        warehouse.transition(old, decision="D-3", judge=promote)
    assert closes(warehouse) == SEEN


def test_a_row_outside_of_all_days_is_named(warehouse: SqlmeshWarehouse, root: Path) -> None:
    odd = admit(land(root, [("9998-12-31", "AA", "9"), ("2024-01-04", "AA", "9")], seq=2))
    trial, _ = warehouse.transition(odd, decision="D-2", judge=careful)
    assert trial.failures == (
        "rows of `prices` are dated 2024-01-04 to 9998-12-31, models cover 1900-01-01 to 2099-12-31",
    )


def test_a_file_with_other_rows_than_were_accepted_is_noticed(warehouse: SqlmeshWarehouse, root: Path) -> None:
    batch = land(root, [("2024-01-04", "AA", "9")], seq=2)
    lying = replace(batch, accepted=2, rows_read=2)
    trial, _ = warehouse.transition(admit(lying), decision="D-2", judge=careful)
    said = f"batch {batch.id}: 2 rows accepted, 1 rows visible"
    assert trial.failures == (f"rows are not conserved: {said}",)


def test_a_blocking_audit_a_bad_value_and_wrong_sql_are_evidence(warehouse: SqlmeshWarehouse, root: Path) -> None:
    empty = land(root, [("2024-01-04", "", "9")], seq=2)
    nameless = Model(
        name="core.prices", text=MODELS[1].text.replace("ranked.ticker AS", "NULLIF(ranked.ticker, '') AS")
    )
    trial, _ = warehouse.transition(plan(Admit(batch=empty), Put(asset=nameless)), decision="D-2", judge=careful)
    assert trial.failures == ("core.prices: audit `not_null` found 1 rows",)
    wrong = land(root, [("2024-01-04", "AA", "dear")], seq=3)
    trial, _ = warehouse.transition(admit(wrong), decision="D-2", judge=careful)
    assert len(trial.failures) == 1
    assert trial.failures[0].startswith("staging.prices: Conversion Error")
    broken = plan(Put(asset=Model(name="mart.closes", text=MODELS[2].text.replace("c.close", "c.clse"))))
    trial, _ = warehouse.transition(broken, decision="D-2", judge=careful)
    assert "clse" in trial.failures[0]
    assert closes(warehouse) == SEEN


def test_checks_run_on_what_was_built_and_see_what_arrives(warehouse: SqlmeshWarehouse, root: Path) -> None:
    jump = Check(
        name="jump",
        relation="core.prices",
        rule="range",
        sql="SELECT p.ticker || ' above 100' FROM core.prices AS p JOIN windvane.arriving AS a ON a.batch = p._batch "
        "WHERE p.close > 100",
        severity="warn",
    )
    unable = Check(name="unable", relation="core.prices", rule="x", sql="SELECT nothing FROM nowhere")
    batch = land(root, [("2024-01-04", "AA", "101")], seq=2)
    trial, _ = warehouse.transition(replace(admit(batch), acceptance=(jump,)), decision="D-2", judge=careful)
    assert [(c.check, c.passed, c.broken) for c in trial.checks] == [
        ("conservation", True, ""),
        ("jump", False, "AA above 100"),
    ]
    again = replace(plan(Rerun(relation="mart.closes", first="", last="")), acceptance=(jump, unable))
    trial, verdict = warehouse.transition(again, decision="D-3", judge=careful)
    assert verdict.outcome == "reject"
    assert trial.models_built == 1
    assert trial.checks[0].passed, "nothing arrives with this plan"
    assert trial.failures == ("check `unable` cannot run: Catalog Error: Table with name nowhere does not exist!",)


def test_one_transaction_repairs_a_model_and_admits_the_batch_that_needs_it(
    warehouse: SqlmeshWarehouse, root: Path
) -> None:
    import pyarrow.parquet as pq

    batch = land(root, [("2024-01-04", "AA", "2")], seq=2)
    table = pq.read_table(root / batch.path).rename_columns(["Day", "Ticker", "Last", "_batch", "_seq", "_row"])
    pq.write_table(table, root / batch.path)
    renamed = replace(batch, columns=("Day", "Ticker", "Last"))
    trial, _ = warehouse.transition(admit(renamed), decision="D-2", judge=careful)
    assert trial.after[0].value == 23.25, "the value is missing, nothing else"
    both = Model(name="staging.prices", text=STAGING.replace('"Close" AS DEC', 'COALESCE("Close", "Last") AS DEC'))
    wide = replace(SOURCE, columns=(*SOURCE.columns, "Last"))
    remedy = plan(Put(asset=wide), Put(asset=both), Admit(batch=renamed))
    warehouse.transition(withdraw(renamed), decision="D-3", judge=careful)
    trial, _ = warehouse.transition(remedy, decision="D-4", judge=careful)
    assert (trial.failures, trial.models_built) == ((), 3)
    assert closes(warehouse)["AA"] == (3, 5.25)


def test_a_source_without_batches_is_an_empty_relation_with_its_columns(
    warehouse: SqlmeshWarehouse, first: Batch
) -> None:
    warehouse.transition(withdraw(first), decision="D-2", judge=careful)
    assert closes(warehouse) == {}
    described = warehouse.reader().rows("SELECT column_name FROM (DESCRIBE src.prices)")
    assert [name for (name,) in described] == ["Day", "Ticker", "Close", "_batch", "_seq", "_row"]


def test_a_moved_estate_folder_finds_its_files_again(warehouse: SqlmeshWarehouse, built: tuple[Path, object]) -> None:
    shown = warehouse.reader().rows("SELECT count(*) FROM src.prices")
    view = warehouse.reader().rows("SELECT sql FROM duckdb_views() WHERE view_name = 'prices' AND schema_name = 'src'")
    assert shown == [(len(FIRST),)]
    assert str(built[0]) not in str(view)


def test_what_runs_out_of_memory_is_not_evidence(warehouse: SqlmeshWarehouse, root: Path) -> None:
    before = production(warehouse)
    heavy = Model(
        name="mart.heavy",
        text="MODEL (name mart.heavy, kind FULL);\nSELECT r.range AS n, repeat('x', 200) || r.range AS t, c.ticker "
        "FROM range(3000000) AS r CROSS JOIN core.prices AS c ORDER BY hash(r.range)",
    )
    warehouse.use(Resources(memory_mb=40, threads=1))
    shutil.rmtree(root / ".windvane" / "spill", ignore_errors=True)
    (root / ".windvane" / "spill").write_text("a file where the spill folder should be: nothing can be spilled")
    with pytest.raises(TryAgain) as caught:
        warehouse.transition(plan(Put(asset=heavy)), decision="D-2", judge=promote)
    assert caught.value.code == "warehouse.resources"
    with pytest.raises(TryAgain):
        warehouse.try_out(plan(Put(asset=heavy)))
    warehouse.use(Resources())
    assert production(warehouse) == before


def test_a_missing_file_is_passing_trouble_and_loses_nothing(warehouse: SqlmeshWarehouse, root: Path) -> None:
    batch = land(root, [("2024-01-04", "AA", "9")], seq=2)
    (root / batch.path).rename(root / "elsewhere")
    with pytest.raises(TryAgain):
        warehouse.transition(admit(batch), decision="D-2", judge=promote)
    assert closes(warehouse) == SEEN
    (root / "elsewhere").rename(root / batch.path)
    warehouse.transition(admit(batch), decision="D-2", judge=careful)
    assert closes(warehouse)["AA"] == (3, 12.25)


def test_retiring_models_and_their_source_leaves_no_trace_for_readers(
    warehouse: SqlmeshWarehouse, first: Batch
) -> None:
    gone = plan(
        Withdraw(batch=first),
        *(Retire(ref=Ref(kind="model", name=m.name)) for m in reversed(MODELS)),
        Retire(ref=Ref(kind="source", name="prices")),
        probes=(Probe(name="one", sql="SELECT 1"),),
    )
    trial, verdict = warehouse.transition(gone, decision="D-2", judge=careful)
    assert (trial.failures, verdict.outcome) == ((), "promote")
    left = warehouse.reader().rows("SELECT 1 FROM duckdb_views() WHERE schema_name IN ('src', 'core', 'mart')")
    assert left == []


def test_a_judge_sees_a_trial_with_both_sides(warehouse: SqlmeshWarehouse, root: Path) -> None:
    seen: list[Trial] = []
    batch = land(root, [("2024-01-04", "AA", "9")], seq=2)
    warehouse.transition(admit(batch), decision="D-2", judge=lambda t: (seen.append(t), reject(t))[1])
    assert [m.value for m in seen[0].before] == [23.25, 3.0]
    assert [m.value for m in seen[0].after] == [32.25, 4.0]
    assert seen[0].cpu_s > 0


def test_the_warehouse_opens_again_where_it_was_left(root: Path) -> None:
    batch = land(root, [("2024-01-04", "AA", "9")], seq=2)
    with open_warehouse(root) as one:
        one.transition(admit(batch), decision="D-2", judge=careful)
    with open_warehouse(root) as other:
        assert closes(other)["AA"] == (3, 12.25)
        assert other.admitted()["prices"][-1] == batch.id
        other.transition(withdraw(batch), decision="D-3", judge=careful)
        assert closes(other) == SEEN
