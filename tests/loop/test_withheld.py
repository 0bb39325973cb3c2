"""Rows that were set aside come back by a person's hand: counted at every moment, once, and undoable."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
import shop

import windvane as wv
from windvane.adapters.ledger import Ledger
from windvane.app import wire
from windvane.app.cli.program import run as windvane
from windvane.domain.batch import Batch
from windvane.loop.logbook import Logbook

FIRST = 20


def _quiet(_: object) -> None:
    pass


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A shop with a second delivery of 600 rows: three hold no number, two of one key contradict, one is no row."""
    place = tmp_path_factory.mktemp("withheld") / "here"
    shop.found(place / "files", days=FIRST)
    wire.init((str(place / "files"),), shop.GOAL, place / "estate", emit=_quiet, answer=None)
    wire.run(place / "estate", emit=_quiet)
    path = shop.orders(place / "files" / "orders_2.csv", first=FIRST, days=30)
    lines = path.read_text().splitlines()
    for at in (3, 4, 5):
        lines[at] = lines[at].rpartition(",")[0] + f",12.{at}O"
    lines[8] = lines[7].rpartition(",")[0] + ",1.00"
    lines.append("oops,only two")
    path.write_text("\n".join(lines) + "\n")
    report = wire.run(place / "estate", emit=_quiet)
    assert not report.held, report
    return place


@pytest.fixture
def home(stage: Path, tmp_path: Path) -> Path:
    """That shop, to do with as one likes."""
    shutil.copytree(stage, tmp_path / "here")
    toml = tmp_path / "here" / "estate" / "windvane.toml"
    toml.write_text(toml.read_text().replace(str(stage), str(tmp_path / "here")))
    return tmp_path / "here" / "estate"


def second(home: Path) -> Batch:
    ledger = Ledger(home / ".windvane" / "ledger.sqlite")
    fates = Logbook(ledger).fates
    ledger.close()
    fate, batch = next(v for v in fates.values() if v[1].delivery == "orders_2.csv")
    assert fate == "visible"
    return batch


def conserved(home: Path) -> Batch:
    """Every row of the delivery is in exactly one place, and readers see those accepted."""
    batch = second(home)
    accepted = duckdb.sql(f"SELECT _row FROM read_parquet('{home / batch.path}')").fetchall()
    aside = duckdb.sql(f"SELECT _row FROM read_parquet('{home / batch.quarantine_path}')").fetchall()
    rows = [r for (r,) in (*accepted, *aside)]
    assert len(rows) == len(set(rows)) == batch.rows_read - batch.suppressed
    assert (len(accepted), len(aside)) == (batch.accepted, batch.quarantined)
    seen = wv.open(home).sql(f"SELECT COUNT(*) FROM core.orders WHERE ordered_on >= DATE '2026-01-{FIRST + 1}'").rows()
    assert seen == [(batch.accepted,)]
    return batch


Call = Callable[..., tuple[int, str, str]]


@pytest.fixture
def call(home: Path, capsys: pytest.CaptureFixture[str]) -> Call:
    def told(*words: str) -> tuple[int, str, str]:
        code = windvane([*words, "--estate", str(home)])
        found = capsys.readouterr()
        return code, found.out, found.err

    return told


def test_a_person_sees_what_is_held_and_why(home: Path, call: Call) -> None:
    code, out, _ = call("quarantine", "orders")
    batch = conserved(home)
    assert code == 0 and batch.quarantined == 6
    assert "row 3, line 4: column amount: not decimal" in out and "amount=12.3O" in out
    assert "key: rows of one order_id differ" in out and "oops,only two" in out
    assert f"{batch.rows_read:,} rows read = {batch.accepted:,} accepted + 6 quarantined" in out
    _, first, _ = call("quarantine", batch.id, "--limit", "1", "--json")
    row = json.loads(first)
    assert row["row"] == 3 and row["line"] == 4 and dict(row["cells"])["amount"] == "12.3O"
    assert call("quarantine", "nothing-there")[0] == 2


def test_a_correction_is_a_decision_and_undo_takes_it_back(home: Path, call: Call) -> None:
    before = conserved(home)
    words = ("quarantine", "orders", "--fix", "amount=12.30", "--rows", "3-4")
    code, _, err = call(*words)
    assert code == 2 and "needs a yes" in err and conserved(home) == before, "nothing without a yes"
    code, out, _ = call(*words, "--plan")
    assert code == 0 and "2 rows move from quarantined to accepted: 3, 4" in out and conserved(home) == before
    code, out, _ = call(*words, "--yes")
    after = conserved(home)
    assert code == 0 and after.accepted == before.accepted + 2 and after.quarantined == before.quarantined - 2
    assert (home / after.corrections[0]).read_text().splitlines()[1] == "3,amount,12.3O,12.30"
    made = out.split("(")[1].split(",")[0]
    assert "Correct amount in 2 withheld rows of orders_2.csv" in call("why", made)[1]
    assert call("undo", made, "--yes")[0] == 0 and conserved(home) == before
    assert call(*words, "--yes")[0] == 0 and conserved(home).accepted == after.accepted, "and it can be done again"
    assert windvane(["run", "--estate", str(home)]) == 0


def test_only_what_a_person_can_overrule_is_accepted(home: Path, call: Call) -> None:
    code, _, err = call("quarantine", "orders", "--accept", "3", "--yes")
    assert code == 1 and "nothing to accept" in err, "no word of a person makes `12.3O` a number"
    assert call("quarantine", "orders", "--accept", "7,8", "--yes")[0] == 1, "both cannot be true"
    assert call("quarantine", "orders", "--accept", "8", "--yes")[0] == 0
    assert conserved(home).quarantined == 5
    seen = wv.open(home).sql("SELECT COUNT(*) FROM core.orders WHERE amount = 1").rows()
    assert seen == [(1,)]
    code, _, err = call("quarantine", "orders", "--accept", "7", "--yes")
    assert code == 1 and "differ" in err


def test_dropped_rows_stay_counted(home: Path, call: Call) -> None:
    assert call("quarantine", "orders", "--drop", "all", "--yes")[0] == 2, "a loss needs a reason"
    assert call("quarantine", "orders", "--drop", "all", "--because", "test orders", "--yes")[0] == 0
    batch = conserved(home)
    assert (batch.closed, batch.quarantined) == (6, 6)
    assert "6 closed" in call("quarantine")[1] and "dropped: test orders" in call("quarantine", "orders")[1]


def test_an_edited_staging_model_lets_rows_in_again(home: Path, call: Call) -> None:
    assert call("quarantine", "orders", "--replay", "--yes")[0] == 1, "nothing has changed"
    model = home / "models" / "staging" / "orders.sql"
    text = model.read_text()
    assert '"amount"' in text
    model.write_text(text.replace('"amount"', "REPLACE(\"amount\", 'O', '0')"))
    code, _, err = call("quarantine", "orders", "--replay", "--yes")
    assert code == 2 and "not in force yet" in err
    assert windvane(["run", "--estate", str(home)]) == 0
    before = conserved(home)
    assert before.quarantined == 6, "nothing comes in unasked"
    assert call("quarantine", "orders", "--replay", "--yes")[0] == 0
    assert conserved(home).quarantined == 3 and conserved(home).accepted == before.accepted + 3


MINE = """
      - name: staging.orders.small
        type: sql
        dimension: accuracy
        severity: block
        description: nobody buys for more.
        query: SELECT count(*) FROM (SELECT 'too much' AS broken FROM staging.orders WHERE amount > 100000) AS broken
        mustBe: 0
        customProperties:
          - property: rule
            value: range
"""


def test_a_value_that_breaks_a_check_waits_for_an_answer(home: Path, call: Call) -> None:
    contract = home / "contracts" / "staging.orders.odcs.yaml"
    contract.write_text(contract.read_text().replace("    quality:\n", f"    quality:{MINE}", 1))
    code, _, err = call("quarantine", "orders", "--fix", "amount=999999", "--rows", "3", "--yes")
    assert code == 4 and "staging.orders.small" in err, err
    assert conserved(home).quarantined == 6
    asked = err.split("`")[1]
    assert call("quarantine", "orders", "--fix", "amount=5", "--rows", "4", "--yes")[0] == 2, "one question at a time"
    assert call("reject", asked, "--yes")[0] == 0 and conserved(home).quarantined == 6
    call("quarantine", "orders", "--fix", "amount=999998", "--rows", "3", "--yes")
    admitted = f"D-{int(asked[2:]) - 1}"
    assert call("undo", admitted, "--yes")[0] == 0, "the delivery itself is taken back meanwhile"
    code, _, err = call("approve", "D-5", "--yes")
    assert code == 2 and "rows that changed since" in err
    assert call("undo", "D-6", "--yes")[0] == 0
    assert call("approve", "D-5", "--yes")[0] == 0 and conserved(home).quarantined == 5, "a person may overrule it"


@pytest.mark.parametrize("at", ["warehouse.commit:1", "warehouse.committed:1", "publish:1"])
def test_killed_in_between_every_row_comes_in_once(home: Path, at: str) -> None:
    words = ["quarantine", "orders", "--fix", "amount=12.30", "--rows", "3-5", "--yes", "--estate", str(home)]
    environment = {**os.environ, "WINDVANE_CRASH_AT": at}
    done = subprocess.run([sys.executable, "-m", "windvane", *words], env=environment, capture_output=True, check=False)
    assert done.returncode == -9, done.stderr.decode()
    assert windvane(["run", "--estate", str(home)]) == 0
    batch = conserved(home)
    moved = at != "warehouse.commit:1"
    assert batch.quarantined == (3 if moved else 6)
    assert windvane(words) == (1 if moved else 0)
    assert conserved(home).quarantined == 3
