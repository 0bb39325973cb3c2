"""A column that goes by a new name again and again, and beside another one that does."""

from __future__ import annotations

from pathlib import Path

import pytest
import shop

import windvane as wv
from windvane.adapters.ledger import Ledger
from windvane.app import wire
from windvane.loop.logbook import Logbook

_HEADERS = (
    "order_id,ordered_on,store_id,amount_value",
    "order_id,ordered_on,store_id,amt",
    "order_id,ordered_on,StoreId,amount_value",
)


def test_each_new_name_is_healed_also_after_others_were(tmp_path: Path) -> None:
    shop.found(tmp_path / "files", days=40)
    home = tmp_path / "estate"
    wire.init((str(tmp_path / "files"),), shop.GOAL, home, emit=lambda _: None, answer=None)
    wire.run(home, emit=lambda _: None)
    for number, header in enumerate(_HEADERS):
        shop.orders(tmp_path / "files" / f"orders_{2 + number}.csv", first=40 + 8 * number, days=8, header=header)
        report = wire.run(home, emit=lambda _: None)
        assert len(report.healed) == 1 and not report.held, (header, report)
    found = wv.open(home).sql("SELECT COUNT(*) AS n, COUNT(amount) AS a, COUNT(store_id) AS s FROM core.orders").df()
    assert found.n[0] == found.a[0] == found.s[0] == shop.rows(0, 64)


@pytest.mark.parametrize(("header", "held"), [(_HEADERS[0], False), ("order_id,ordered_on,store_id,c4", True)])
def test_one_new_name_in_many_files_is_one_incident(tmp_path: Path, header: str, held: bool) -> None:
    """Six files with the same new name: one trial and one decision for all; what comes later is a plain arrival."""
    shop.found(tmp_path / "files", days=40)
    home = tmp_path / "estate"
    wire.init((str(tmp_path / "files"),), shop.GOAL, home, emit=lambda _: None, answer=None)
    wire.run(home, emit=lambda _: None)
    for n in range(6):
        shop.orders(tmp_path / "files" / f"orders_{2 + n}.csv", first=40 + n, days=1, header=header)
    report = wire.run(home, emit=lambda _: None)
    if held:
        assert len(report.asks) == 1 and not report.healed, report
        wire.approve(home, report.asks[0].id, because="it is", option="", emit=lambda _: None)
    else:
        assert len(report.healed) == 1 and not report.asks, report
    book = Logbook(Ledger(home / ".windvane" / "ledger.sqlite"))
    (found,) = (i for i in book.incidents.values() if i.signals[0].kind == "schema_drift")
    assert len({s.batch for s in found.signals}) == 6 and {s.expected for s in found.signals} == {"amount"}
    plans = [p for p in book.plans.values() if p.incident == found.id]
    assert len(plans) == 1 and len(plans[0].options) == 2, "one plan, and one answer each way"
    shop.orders(tmp_path / "files" / "orders_8.csv", first=46, days=1, header=header)
    later = wire.run(home, emit=lambda _: None)
    assert not later.healed and not later.asks and later.rows_accepted == shop.rows(46, 1)
    rows = wv.open(home).sql("SELECT COUNT(*) AS n, COUNT(amount) AS a FROM core.orders").df()
    assert rows.n[0] == rows.a[0] == shop.rows(0, 47)
