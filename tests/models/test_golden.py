"""Given findings, the expected models: a folder per case; `WINDVANE_GOLDEN=rewrite` writes what is proposed now."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from casebook import GOLDEN, Case, models_of, open_case

from windvane.domain.plan import Plan
from windvane.sql.format import pretty
from windvane.sql.portable import ENGINES, require_portable, transpiled

CASES = sorted(p.parent.name for p in GOLDEN.glob("*/given.yaml"))


@pytest.fixture(params=CASES)
def case(request, tmp_path) -> Case:
    return open_case(GOLDEN / request.param, tmp_path)


def test_proposals_are_as_expected_build_and_give_the_rows_stated(case: Case) -> None:
    layers = case.layers()
    said = {"layers.txt": layers.rationale + "\n"} | {f"{m.name}.sql": m.text for m in models_of(layers)}
    case.build(layers)
    _accepted(case, layers)
    for number, goal in enumerate(case.given.get("goals", []), 1):
        expected = goal.pop("then", [])
        for plan, letter in zip(case.marts(goal), "abcd", strict=False):
            said |= {f"{m.name}.{number}{letter}.sql": m.text for m in models_of(plan)}
            said[f"goal.{number}{letter}.txt"] = _summary(plan)
            case.build(plan)
            _measured(case, plan)
            if letter == "a":
                _accepted(case, plan)
                _gives(case, expected)
    _gives(case, case.given.get("then", []))
    _compare(case.folder / "expected", said)


def test_models_travel_and_laying_them_out_again_changes_nothing(case: Case) -> None:
    plans = [case.layers(), *(p for g in case.given.get("goals", []) for p in case.marts(_bare(g)))]
    for model in [m for plan in plans for m in models_of(plan)]:
        require_portable(model.text)
        assert pretty(model.text) == model.text
        assert all(transpiled(model.text, engine) for engine in ENGINES)
        assert max(map(len, model.text.splitlines())) <= 160, model.name


def _bare(goal: dict) -> dict:
    return {k: v for k, v in goal.items() if k != "then"}


def _accepted(case: Case, plan: Plan) -> None:
    for check in plan.acceptance:
        assert case.engine.rows(check.sql) == [], check.name
    if any("rows" in table for table in case.given["sources"].values()):
        return  # the case pretends to have more rows than it delivers
    after = {p.name: float(str(case.engine.rows(p.sql)[0][0])) for p in plan.probes}
    slack = {p.name: p.tolerance for p in plan.probes}
    for effect in plan.predicted:
        assert after[effect.measure] == pytest.approx(effect.expected, abs=slack[effect.measure] + 1e-6), effect


def _measured(case: Case, plan: Plan) -> None:
    for probe in plan.probes:
        assert len(case.engine.rows(probe.sql)) == 1, probe.name


def _gives(case: Case, expected: list[dict]) -> None:
    for want in expected:
        rows = [[_plain(v) for v in row] for row in case.engine.rows(want["sql"])]
        assert rows == want["rows"], want["sql"]


def _plain(value: object) -> object:
    if isinstance(value, bool | int | None):
        return value
    return round(value, 6) if isinstance(value, float) else str(value)


def _summary(plan: Plan) -> str:
    lines = [plan.title, f"serves {plan.serves}", "", plan.rationale, ""]
    lines += [f"assumes {a}" for a in plan.assumptions]
    lines += [f"measures {p.name} ({p.better})" for p in plan.probes]
    lines += [f"requires {c.name}" for c in plan.acceptance]
    assets = [c.asset for c in plan.changes]
    metrics = [a for a in assets if type(a).__name__ == "Metric"]
    lines += [f"metric {m.name} = {m.expression} over {m.relation} by {', '.join(m.dimensions)}" for m in metrics]
    return "\n".join(lines) + "\n"


def _compare(folder: Path, said: dict[str, str]) -> None:
    if os.environ.get("WINDVANE_GOLDEN") == "rewrite":
        folder.mkdir(exist_ok=True)
        for old in folder.iterdir():
            old.unlink()
        for name, text in said.items():
            (folder / name).write_text(text, "utf-8")
    assert {p.name for p in folder.iterdir()} == set(said)
    for name, text in said.items():
        assert text == (folder / name).read_text("utf-8"), name
