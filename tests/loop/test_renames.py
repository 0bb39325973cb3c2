"""A column that goes by a new name again and again, and beside another one that does."""

from __future__ import annotations

from pathlib import Path

import shop

import windvane as wv
from windvane.app import wire

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
