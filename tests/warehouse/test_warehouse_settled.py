"""Checks that look at arriving keys alone find what they find over all rows, and look at all where that is not sure."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from estate_kit import PriceRow, careful, land, plan, promote, reject
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_warehouse_delta import QUERIES, ROW, before, made, read_otherwise, root, staging, warehouse  # noqa: F401

from windvane.adapters.warehouses.scratch import Scratch
from windvane.adapters.warehouses.sqlmesh import SqlmeshWarehouse, open_warehouse
from windvane.domain.batch import Batch
from windvane.domain.change import Admit, Change, Put, Withdraw
from windvane.domain.estate import Check, Column, Contract, Model
from windvane.domain.record import replace
from windvane.domain.run import Trial
from windvane.stack.quality.checks import row_conservation, unique
from windvane.stack.quality.settled import come_again, coming, met
from windvane.stack.quality.table import Share, Table, Wish

SETTLED = "SELECT 'only arriving keys' AS broken FROM windvane.settled WHERE EXISTS (SELECT 1 FROM core.prices)"


def table(name: str) -> Table:
    columns = (Column(name="day", type="date"), Column(name="ticker", type="varchar"))
    contract = Contract(relation=f"core.{name}", columns=columns, key=("day", "ticker"))
    return Table(contract=contract, engine=Scratch(), history="", upstream=(f"staging.{name}",))


def checks_of(name: str) -> tuple[Check, ...]:
    """Both rules as they are asked, and over all rows whatever is settled."""
    about = table(name)
    asked = (
        unique.render(about, Share(Wish("unique", about.contract.key))),
        row_conservation.render(about, Share(Wish("row_conservation"))),
    )
    nothing = "(SELECT '' AS relation, '' AS keys, 0 AS rows WHERE FALSE) AS nothing"
    whole = [
        replace(c, name=f"all {c.name}", rule="whole", sql=c.sql.replace("windvane.settled", nothing)) for c in asked
    ]
    return (*asked, *whole, new_keys(about))


def new_keys(about: Table) -> Check:
    """What is told to be new alone was never known."""
    sql = (
        f"WITH {coming(about)}, {come_again(about)} SELECT 'a known key' AS broken FROM coming JOIN "
        f"{about.upstream[0]} AS old ON {met(about, 'old', 'coming')} WHERE NOT EXISTS (SELECT 1 FROM known_keys) "
        "AND old._batch NOT IN (SELECT batch FROM windvane.arriving)"
    )
    return Check(name=f"{about.relation}.new", relation=about.relation, rule="identity", sql=sql, severity="block")


CHECKS = (*checks_of("prices"), *checks_of("names"))
LOOKED = replace(CHECKS[0], name="looked", rule="orphans", sql=SETTLED, severity="warn")


def go(opened: SqlmeshWarehouse, *changes: Change, title: str, judge: object = promote) -> Trial:
    plan_ = plan(*changes, title=title, probes=())
    trial, _ = opened.transition(plan_, decision="D-1", judge=judge, checks=(*CHECKS, LOOKED))  # type: ignore[arg-type]
    assert trial.failures == () and not trial.broke
    return trial


def told(trial: Trial) -> dict[str, str]:
    return {c.check: c.broken for c in trial.checks if c.broken}


def test_any_deliveries(warehouse: SqlmeshWarehouse, root: Path) -> None:  # noqa: F811
    """Of two tables, one keeps keys that come twice: what is asked of arriving keys says what is of all."""
    numbers = iter(range(1, 10_000))
    step = st.tuples(
        st.sets(st.integers(0, 4), min_size=1, max_size=2), st.booleans(), st.sampled_from([promote] * 3 + [reject])
    )
    settled, broken = [], []

    @settings(max_examples=3, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(batches=st.lists(st.lists(ROW, min_size=1, max_size=3), min_size=5, max_size=5),
           steps=st.lists(step, min_size=2, max_size=4))  # fmt: skip
    def run(batches: list[list[PriceRow]], steps: list[tuple[set[int], bool, object]]) -> None:
        sources = ("prices", "prices", "prices", "names", "names")
        twice = [r + r[:1] * (s == "names") for r, s in zip(batches, sources, strict=True)]
        landed = [land(root, r, seq=next(numbers), source=s) for r, s in zip(twice, sources, strict=True)]
        visible: set[int] = set()
        for chosen, tens, judge in steps:
            moved = [Withdraw(batch=landed[n]) if n in visible else Admit(batch=landed[n]) for n in sorted(chosen)]
            read = [landed[n] for n in sorted(chosen - visible) if n < 3] if tens else []
            text = (Put(asset=read_otherwise(read)),) if read else ()
            found = told(go(warehouse, *text, *moved, title=f"step {next(numbers)}", judge=judge))
            settled.append("looked" in found)
            broken.append(any(n.startswith("core.names") for n in found))
            for name in ("prices", "names"):
                for rule in ("unique", "row_conservation"):
                    assert found.get(f"core.{name}.{rule}") == found.get(f"all core.{name}.{rule}"), found
                assert f"core.{name}.new" not in found
            visible ^= chosen if judge is promote else set()
        back = [Withdraw(batch=landed[n]) for n in sorted(visible)]
        go(warehouse, Put(asset=staging("prices")), *back, title=f"end {next(numbers)}")

    run()
    assert any(settled) and not all(settled) and any(broken)


def test_what_is_not_sure_is_asked_of_all(warehouse: SqlmeshWarehouse, root: Path) -> None:  # noqa: F811
    """Settled is what was asked at the last commit and changed by arriving keys alone."""
    batches = [land(root, [("2024-02-01", f"T{n}", "5")], seq=n) for n in range(2, 9)]

    def looked(*changes: Change, judge: object = promote) -> bool:
        return "looked" in told(go(warehouse, *changes, title=f"{len(changes)} {changes}", judge=judge))

    def admit(batch: Batch) -> Admit:
        return Admit(batch=batch)

    assert not looked(admit(batches[0]))  # never asked before
    assert looked(admit(batches[1]), judge=reject) and looked(admit(batches[2]))
    assert not looked(Withdraw(batch=batches[2]))  # rows went that no arriving key names
    assert looked(admit(batches[3]))
    empty = land(root, [("2024-02-01", None, "5")], seq=20)  # type: ignore[list-item]
    assert not told(go(warehouse, admit(empty), title="an empty key")).keys() - {"looked"}
    other = made("core.prices").text.replace("v.newest = 1", "v.newest < 3")
    assert not looked(Put(asset=Model(name="core.prices", text=other)), admit(batches[4]))  # another query


HANDS = {
    "a row twice": ("INSERT INTO {0} SELECT * FROM {0} WHERE ticker = 'T2'", "1 keys stand on more than one row"),
    "a key over another": ("UPDATE {0} SET ticker = 'T2' WHERE ticker = 'T3'", "1 keys stand on more than one row"),
    "a key that nobody sent": ("UPDATE {0} SET ticker = 'T9' WHERE ticker = 'T3'", None),
}


@pytest.mark.parametrize("hand", HANDS)
def test_a_table_that_a_person_wrote_into_is_asked_as_a_whole(root: Path, hand: str) -> None:  # noqa: F811
    first, second, third = (land(root, [("2024-02-01", f"T{n}", "5")], seq=n) for n in (2, 3, 4))
    statement, twice = HANDS[hand]
    with open_warehouse(root) as opened:
        go(opened, Admit(batch=first), title="first")
        assert "looked" in told(go(opened, Admit(batch=second), title="second"))
    with duckdb.connect(str(root / ".windvane" / "warehouse.duckdb")) as link:
        where = link.sql(
            "SELECT sql FROM duckdb_views() WHERE schema_name = 'core' AND view_name = 'prices'"
        ).fetchall()
        link.execute(statement.format(str(where[0][0]).rstrip(";").rpartition(" FROM ")[2]))
    with open_warehouse(root) as opened:
        found = told(go(opened, Admit(batch=third), title="third", judge=careful))
    assert "looked" not in found
    assert found.get("core.prices.unique") == twice
    assert ("core.prices.row_conservation" in found) == (hand == "a row twice")


def test_keys_that_come_again_leave_a_table_settled(root: Path) -> None:  # noqa: F811
    """What came and what it took the place of is reckoned into what is known of the keys."""
    days = [[("2024-02-01", f"T{n}", "5") for n in names] for names in ((1, 2), (3,), (2, 3, 4), (3,), (5,))]
    with open_warehouse(root) as opened:
        found = [told(go(opened, Admit(batch=land(root, d, seq=n)), title=f"day {n}")) for n, d in enumerate(days, 2)]
    assert ["looked" in f for f in found] == [False, True, True, True, True]
