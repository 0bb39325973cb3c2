"""A language model is asked over real HTTP: beside the parser, within its budget, and on record; it decides nothing."""

from __future__ import annotations

import json
import random
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import shop

from harness.compatible import Body, Compatible, compatible
from windvane.adapters.ledger import Ledger
from windvane.app import reading, wire
from windvane.app.reports import InitReport
from windvane.app.story.log import Wanted, log
from windvane.app.story.why import of_decision
from windvane.domain.entry import Asked, Found, Understood
from windvane.domain.entry import Body as LedgerBody
from windvane.domain.errors import Usage

KEY = "sk-very-private-0815-4711-key"
OTHER = {
    "kind": "metric", "measure": "orders.amount", "aggregate": "avg", "entities": ["stores.store_id"], "grain": "week",
    "horizon": 0,
}  # fmt: skip


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Compatible]:
    """A provider, and an environment that names it."""
    with compatible() as made:
        monkeypatch.setenv("WINDVANE_LLM", "openai:tiny")
        monkeypatch.setenv("WINDVANE_LLM_BASE_URL", made.url)
        monkeypatch.setenv("WINDVANE_LLM_KEY", KEY)
        monkeypatch.setenv("WINDVANE_LLM_BUDGET", "1")
        monkeypatch.setenv("WINDVANE_LLM_PRICE", "2/10")
        made.think = _thoughts
        yield made


def _properties(body: Body) -> dict[str, dict[str, object]]:
    tool = body["tools"][0]["function"]  # type: ignore[index]
    found: dict[str, dict[str, object]] = tool["parameters"]["properties"]
    return found


def _thoughts(body: Body) -> dict[str, object]:
    """A model with one opinion: goals are weekly averages, unclear columns quantities."""
    asked = _properties(body)
    return OTHER if "aggregate" in asked else dict.fromkeys(asked, "quantity")


def _found(place: Path) -> InitReport:
    """The shop with a column whose name and values say nothing."""
    files = shop.found(place / "files", days=20)
    lines = (files / "orders_1.csv").read_text().splitlines()
    source = random.Random(7)
    unclear = [lines[0] + ",zq7", *(f"{line},{source.uniform(-3, 900):.3f}" for line in lines[1:])]
    (files / "orders_1.csv").write_text("\n".join(unclear) + "\n")
    return wire.init((str(files),), shop.GOAL, place / "estate", emit=lambda _: None, answer=None)


def _bodies(place: Path) -> list[LedgerBody]:
    return [e.body for e in Ledger(place / "estate" / ".windvane" / "ledger.sqlite").entries()]


def _asked(place: Path) -> list[Asked]:
    return [b for b in _bodies(place) if isinstance(b, Asked)]


def test_both_readings_of_the_goal_and_the_meaning_of_columns_are_on_record(server: Compatible, tmp_path: Path) -> None:
    report = _found(tmp_path)
    assert report.goal is not None and (report.goal.aggregate, report.goal.grain) == ("sum", "day"), (
        "the parser is sure"
    )
    read = next(b for b in _bodies(tmp_path) if isinstance(b, Understood))
    assert read.other is not None and (read.other.aggregate, read.other.grain) == ("avg", "week")
    assert read.other.proposer == "openai:tiny"
    meant = [f for b in _bodies(tmp_path) if isinstance(b, Found) for f in b.findings if f.by == "llm:openai:tiny"]
    assert ("orders.zq7", "quantity") in {(f.subject, f.value) for f in meant}
    told = {a.purpose: a for a in _asked(tmp_path)}
    assert set(told) == {"goal", "meaning of columns"}
    assert (told["goal"].tokens_in, told["goal"].tokens_out, told["goal"].cost) == (1000, 100, pytest.approx(0.003))
    assert json.loads(told["goal"].answer)["aggregate"] == ["avg"] and all(a.accepted for a in told.values())


def test_people_are_shown_both(server: Compatible, tmp_path: Path) -> None:
    _found(tmp_path)
    wire.run(tmp_path / "estate", emit=lambda _: None)
    book = reading.book(tmp_path / "estate")
    said = [line.says for line in log(book, Wanted())]
    assert any(
        "read as metric of sum(orders.amount)" in s and "openai:tiny read it as metric of avg" in s for s in said
    )
    assert any(s.startswith("goal: openai:tiny, 1,100 tokens, 0.0030, used") for s in said)
    product = next(d for d in book.decisions.values() if "mart.daily_total" in d.title and d.id in book.releases)
    readings = of_decision(book, product).readings
    assert len(readings) == 2 and "sum(orders.amount)" in readings[0] and "avg(orders.amount)" in readings[1]


def test_the_key_stands_nowhere(server: Compatible, tmp_path: Path) -> None:
    _found(tmp_path)
    heard: list[str] = []
    wire.run(tmp_path / "estate", emit=lambda event: heard.append(str(event)))
    assert set(server.keys) == {f"Bearer {KEY}"}, "it was used"
    files = [p for p in tmp_path.rglob("*") if p.is_file()]
    assert len(files) > 20
    assert [p for p in files if KEY.encode() in p.read_bytes()] == []
    assert KEY not in "".join(heard)
    git = subprocess.run(["git", "log", "-p", "--all"], cwd=tmp_path / "estate", capture_output=True, check=False)
    assert KEY.encode() not in git.stdout


def test_the_model_sees_names_and_shapes_never_values(server: Compatible, tmp_path: Path) -> None:
    _found(tmp_path)
    sent = json.dumps(server.asked)
    assert "orders.amount" in sent and "zq7" in sent
    assert "Bern" not in sent and "1000000" not in sent


def test_a_name_outside_the_catalog_never_gets_through(server: Compatible, tmp_path: Path) -> None:
    server.think = lambda body: (
        OTHER | {"measure": "payroll.salary"}
        if "aggregate" in _properties(body)
        else {"zq7": "salary", "no_such": "price"}
    )
    report = _found(tmp_path)
    assert report.goal is not None and report.goal.measure == "orders.amount"
    assert all(not a.accepted and "llm.invalid" in a.answer and a.cost > 0 for a in _asked(tmp_path))
    assert len(_asked(tmp_path)) >= 2
    others = [b for b in _bodies(tmp_path) if not isinstance(b, Asked)]
    assert "payroll" not in str(others) and "salary" not in str(others)


def test_a_reached_budget_leaves_the_deterministic_reading(
    server: Compatible, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WINDVANE_LLM_BUDGET", "0.001")
    report = _found(tmp_path)
    assert server.asked == [], "nothing is sent that could not be paid"
    assert report.goal is not None and report.goal.grain == "day" and report.plan.products
    read = next(b for b in _bodies(tmp_path) if isinstance(b, Understood))
    assert read.other is None
    refused = _asked(tmp_path)
    assert refused and all("llm.budget" in a.answer and not a.accepted and a.model == "openai:tiny" for a in refused)


def test_a_provider_in_trouble_changes_nothing(server: Compatible, tmp_path: Path) -> None:
    server.think = None
    server.replies = [400] * 20
    report = _found(tmp_path)
    assert report.goal is not None and report.goal.grain == "day"
    assert all("llm." in a.answer and KEY not in a.answer for a in _asked(tmp_path))


def test_wrong_settings_are_said(server: Compatible, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WINDVANE_LLM_BUDGET", "plenty")
    with pytest.raises(Usage) as wrong:
        _found(tmp_path)
    assert wrong.value.code == "llm.environment" and "WINDVANE_LLM_BUDGET" in wrong.value.message
    assert not (tmp_path / "estate").exists()
    monkeypatch.setenv("WINDVANE_LLM_BUDGET", "1")
    monkeypatch.delenv("WINDVANE_LLM_PRICE")
    with pytest.raises(Usage) as unknown:
        _found(tmp_path)
    assert unknown.value.code == "llm.price_unknown" and "WINDVANE_LLM_PRICE" in unknown.value.fix


def test_a_later_run_asks_as_the_heading_says(
    server: Compatible, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("WINDVANE_LLM")
    _found(tmp_path)
    assert server.asked == []
    heading = tmp_path / "estate" / "windvane.toml"
    (tmp_path / "files" / "zz.csv").write_text(
        "kk,vv\n" + "".join(f"{n},{n * 37 % 1000 / 7:.3f}\n" for n in range(200))
    )
    with heading.open("a") as file:
        file.write(f"""
[llm]
provider = "openai:tiny"
base_url = "{server.url}"
key = "${{env:WINDVANE_LLM_KEY}}"
budget = 1
[llm.prices.tiny]
input = 2
output = 10

[sources.zz]
connector = "files"
location = "{tmp_path / "files" / "zz.csv"}"
""")
    wire.run(tmp_path / "estate", emit=lambda _: None)
    assert server.asked and any("zz" in json.dumps(a) for a in server.asked)
    assert {a.purpose for a in _asked(tmp_path)} == {"meaning of columns"}
    assert KEY not in heading.read_text()
