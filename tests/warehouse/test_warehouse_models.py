"""Models are tried beside production, promoted without building again, and rolled back without rebuild."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from estate_kit import (
    CORE,
    MART,
    MODELS,
    SEEN,
    TOTAL,
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

from windvane.adapters.warehouses.sqlmesh import SqlmeshWarehouse, open_warehouse, write_project
from windvane.domain.change import Admit, Put, Retire
from windvane.domain.estate import Check, Model, Ref, Source
from windvane.domain.plan import Probe
from windvane.domain.record import replace

HIGHEST = Model(name="mart.closes", text=MART.replace("SUM(c.close)", "MAX(c.close)"))
RANGE = Model(
    name="mart.ranges",
    text="MODEL (name mart.ranges, kind FULL);\n"
    "SELECT c.ticker AS ticker, MAX(c.close) - MIN(c.close) AS width FROM core.prices AS c GROUP BY c.ticker",
)


def test_a_trial_builds_only_what_changed_and_does_not_touch_production(warehouse: SqlmeshWarehouse) -> None:
    before = {k: v for k, v in production(warehouse).items() if not k.startswith("_") and k != "tables"}
    change = plan(Put(asset=HIGHEST))
    trial = warehouse.try_out(change)
    assert (trial.failures, trial.broke, trial.models_built) == ((), "", 1)
    assert [m.value for m in trial.before] == [23.25, 3.0]
    assert [m.value for m in trial.after] == [21.75, 3.0], "the same SQL reads the environment"
    assert {k: v for k, v in production(warehouse).items() if not k.startswith("_") and k != "tables"} == before
    left = warehouse.reader().rows("SELECT schema_name FROM duckdb_views() WHERE schema_name LIKE '%trial%'")
    assert left == []


def test_promotion_after_a_trial_builds_nothing_and_rolling_back_builds_nothing(warehouse: SqlmeshWarehouse) -> None:
    change = plan(Put(asset=HIGHEST))
    warehouse.try_out(change)
    trial, _ = warehouse.transition(change, decision="D-2", judge=careful)
    assert (trial.failures, trial.models_built) == ((), 0)
    assert closes(warehouse) == {"AA": (2, 1.75), "BB": (1, 20.0)}
    trial, _ = warehouse.transition(plan(Put(asset=MODELS[2]), title="back"), decision="D-3", judge=careful)
    assert (trial.failures, trial.models_built) == ((), 0)
    assert closes(warehouse) == SEEN


def test_a_table_tried_or_replaced_before_the_data_changed_is_built_again(
    warehouse: SqlmeshWarehouse, root: Path
) -> None:
    """Its days are complete for SQLMesh, so it would be shown as it is, without the new row."""
    change = plan(Put(asset=HIGHEST))
    warehouse.try_out(change)
    warehouse.transition(admit(land(root, [("2024-01-04", "AA", "9")], seq=2)), decision="D-2", judge=careful)
    trial, _ = warehouse.transition(change, decision="D-3", judge=careful)
    assert trial.models_built == 1
    assert closes(warehouse)["AA"] == (3, 9.0)
    warehouse.transition(admit(land(root, [("2024-01-05", "AA", "8")], seq=3)), decision="D-4", judge=careful)
    warehouse.transition(plan(Put(asset=MODELS[2]), title="back"), decision="D-5", judge=careful)
    assert closes(warehouse)["AA"] == (4, 20.25)


def test_alternatives_are_tried_one_after_the_other_and_only_the_promoted_one_stays(
    warehouse: SqlmeshWarehouse,
) -> None:
    plans = [
        plan(Put(asset=HIGHEST)),
        plan(Put(asset=RANGE), probes=(Probe(name="w", sql="SELECT max(width) FROM mart.ranges"),)),
    ]
    trials = [warehouse.try_out(p) for p in plans]
    assert trials[1].before[0].value is None
    assert trials[1].after[0].value == 0.25
    warehouse.transition(plans[0], decision="D-2", judge=reject)
    warehouse.transition(plans[1], decision="D-3", judge=careful)
    assert closes(warehouse) == SEEN
    assert warehouse.reader().rows("SELECT count(*) FROM mart.ranges") == [(2,)]
    trial = warehouse.try_out(plan(Retire(ref=Ref(kind="model", name="mart.ranges")), probes=plans[1].probes))
    assert trial.before[0].value == 0.25
    assert trial.failures == ("probe `w` cannot be measured: Catalog Error: Table with name ranges does not exist!",)
    assert warehouse.reader().rows("SELECT count(*) FROM mart.ranges") == [(2,)]


def test_a_model_that_fails_in_a_trial_is_evidence_and_leaves_nothing(warehouse: SqlmeshWarehouse) -> None:
    before = production(warehouse)
    expected = {
        MART.replace("c.close", "c.clse"): 'mart.closes: Binder Error: Table "c" does not have a column',
        MART.replace(
            "SUM(c.close)", "CAST(c.ticker AS INT)"
        ): "mart.closes: Conversion Error: Could not convert string '...'",
        "MODEL (oops": "Failed to load model from file 'models/mart/closes.sql': Required keyword",
    }
    for text, said in expected.items():
        trial = warehouse.try_out(plan(Put(asset=Model(name="mart.closes", text=text))))
        assert trial.failures[0].startswith(said)
        assert not trial.broke
    assert production(warehouse) == before


def test_checks_of_a_plan_run_in_its_environment(warehouse: SqlmeshWarehouse) -> None:
    high = Check(
        name="high", relation="mart.closes", rule="range", sql="SELECT ticker FROM mart.closes WHERE total > 21"
    )
    low = replace(high, name="low", sql="SELECT ticker FROM mart.closes WHERE total < 2")
    trial = warehouse.try_out(replace(plan(Put(asset=HIGHEST)), acceptance=(high, low)))
    assert [(c.check, c.passed, c.broken) for c in trial.checks] == [("high", True, ""), ("low", False, "AA")]


def test_changing_a_model_in_the_middle_builds_what_follows_from_it(warehouse: SqlmeshWarehouse) -> None:
    oldest = Model(name="core.prices", text=CORE.replace("ranked.close AS close", "ranked.close * 2 AS close"))
    trial = warehouse.try_out(plan(Put(asset=oldest)))
    assert trial.models_built == 2
    assert trial.after[0].value == 46.5
    assert closes(warehouse) == SEEN


def test_a_keyed_incremental_and_a_monthly_mart_follow_the_data(warehouse: SqlmeshWarehouse, root: Path) -> None:
    """A time column that staging does not have, and one computed by key: both are computed as a whole."""
    month = Model(
        name="mart.months",
        text="MODEL (name mart.months, kind INCREMENTAL_BY_TIME_RANGE (time_column month));\n"
        "SELECT CAST(DATE_TRUNC('month', c.day) AS DATE) AS month, COUNT(*) AS n FROM core.prices AS c "
        "WHERE CAST(DATE_TRUNC('month', c.day) AS DATE) BETWEEN @start_date AND @end_date GROUP BY 1",
    )
    latest = Model(
        name="mart.latest",
        text="MODEL (name mart.latest, kind INCREMENTAL_BY_UNIQUE_KEY (unique_key ticker));\n"
        "SELECT c.ticker AS ticker, MAX(c.day) AS day FROM core.prices AS c GROUP BY c.ticker",
    )
    warehouse.transition(plan(Put(asset=month), Put(asset=latest)), decision="D-2", judge=promote)
    batch = land(root, [("2024-01-31", "CC", "9"), ("1999-02-20", "AA", "9")], seq=2)
    warehouse.transition(admit(batch), decision="D-3", judge=careful)
    ask = warehouse.reader().rows
    assert ask("SELECT month::VARCHAR, n FROM mart.months ORDER BY 1") == [("1999-02-01", 1), ("2024-01-01", 4)]
    assert [t for (t,) in ask("SELECT ticker FROM mart.latest ORDER BY 1")] == ["AA", "BB", "CC"]
    warehouse.transition(withdraw(batch), decision="D-4", judge=careful)
    assert ask("SELECT month::VARCHAR, n FROM mart.months ORDER BY 1") == [("2024-01-01", 3)]
    assert [t for (t,) in ask("SELECT ticker FROM mart.latest ORDER BY 1")] == ["AA", "BB"]


def test_two_sources_meet_and_only_what_follows_from_the_changed_one_is_built(
    warehouse: SqlmeshWarehouse, root: Path
) -> None:
    other = Source(name="quotes", connector="files", location="y", columns=("Day", "Ticker", "Close"))
    staging = Model(name="staging.quotes", text=MODELS[0].text.replace("prices", "quotes"))
    both = Model(
        name="mart.both",
        text="MODEL (name mart.both, kind FULL);\nSELECT p.ticker AS ticker, q.close AS close FROM core.prices AS p "
        "JOIN staging.quotes AS q ON q.ticker = p.ticker AND q.day = p.day",
    )
    quotes = land(root, [("2024-01-02", "AA", "7")], seq=2, source="quotes")
    grow = plan(Put(asset=other), Put(asset=staging), Put(asset=both), Admit(batch=quotes))
    trial, _ = warehouse.transition(grow, decision="D-2", judge=careful)
    assert (trial.failures, trial.models_built) == ((), 2)
    more = land(root, [("2024-01-03", "AA", "8")], seq=3, source="quotes")
    trial, _ = warehouse.transition(admit(more), decision="D-3", judge=careful)
    assert trial.models_built == 2
    assert warehouse.reader().rows("SELECT count(*) FROM mart.both") == [(2,)]


def test_a_person_can_run_sqlmesh_plan_in_the_folder_and_it_is_noticed(root: Path) -> None:
    for model in MODELS:
        (root / model.path).parent.mkdir(parents=True, exist_ok=True)
        (root / model.path).write_text(model.text)
    assert (
        write_project(root, [Source(name="prices", connector="f", location="", columns=("Day", "Ticker", "Close"))])
        == ()
    )
    with open_warehouse(root) as warehouse:
        assert warehouse.changed_by_hand() == ""
    said = _sqlmesh_plan(root, then=HIGHEST)
    assert said[0].count("No changes to plan") == 1
    assert "mart.closes" in said[1]
    with open_warehouse(root) as warehouse:
        assert warehouse.changed_by_hand().endswith("mart.closes")
        assert closes(warehouse) == {"AA": (2, 1.75), "BB": (1, 20.0)}
        assert warehouse.accept_by_hand() == ("models/mart/closes.sql",)
        assert warehouse.changed_by_hand() == ""
        batch = land(root, [("2024-01-04", "AA", "9")], seq=2)
        warehouse.transition(admit(batch), decision="D-2", judge=careful)
        assert closes(warehouse)["AA"] == (3, 9.0), "the person's model stays"
        assert warehouse.changed_by_hand() == ""


def test_an_unfinished_edit_in_the_folder_does_not_slip_into_production(
    warehouse: SqlmeshWarehouse, root: Path
) -> None:
    (root / "models" / "mart").mkdir(parents=True)
    (root / "models" / "mart" / "closes.sql").write_text("MODEL (name mart.closes); SELECT half a sent")
    warehouse.transition(admit(land(root, [("2024-01-04", "AA", "9")], seq=2)), decision="D-2", judge=careful)
    assert closes(warehouse)["AA"] == (3, 12.25)


def test_what_a_killed_trial_left_is_swept_by_the_next(warehouse: SqlmeshWarehouse) -> None:
    from windvane.adapters.warehouses.sqlmesh.tryout import TryOut

    class Killed(TryOut):
        def _take_down(self, name: str) -> None:
            pass

    stays = Killed(warehouse._builder(), warehouse._store, warehouse._log)
    warehouse._write(lambda: stays.run(plan(Put(asset=RANGE)), ()))
    count = "SELECT count(*) FROM duckdb_views() WHERE schema_name LIKE 'mart__trial%'"
    assert warehouse.reader().rows(count) == [(1,)]
    warehouse.try_out(plan(Put(asset=HIGHEST), probes=(TOTAL,)))
    assert warehouse.reader().rows(count) == [(0,)]


def _sqlmesh_plan(root: Path, *, then: Model) -> list[str]:
    """What `sqlmesh plan` says before and after a person edits a model, both run by one interpreter to save time."""
    program = (
        "import pathlib, sys\nfrom sqlmesh.cli.main import cli\n"
        "plan = ['plan', '--auto-apply', '--no-prompts', '--skip-tests']\n"
        "cli(plan, standalone_mode=False)\nprint('@@@')\n"
        "pathlib.Path(sys.argv[1]).write_text(sys.argv[2])\ncli(plan, standalone_mode=False)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, then.path, then.text],
        cwd=root,
        env={**os.environ, "MAX_FORK_WORKERS": "1", "SQLMESH__DISABLE_ANONYMIZED_ANALYTICS": "true"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.split("@@@")
