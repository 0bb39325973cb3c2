"""The total row at the end of a table is no row: set aside where the evidence is there, kept where it is not."""

from __future__ import annotations

import pytest

from landing.conftest import Dock

HEAD = "city,orders,revenue\nParis,3,10.50\nOslo,4,20.25\nRome,5,0.25\n"


@pytest.mark.parametrize(
    ("total", "kept"),
    [
        ("Total,12,31.00\n", 3),
        ("TOTAL:,12,31\n", 3),
        ("Grand total,,31.00\n", 3),
        ("Gesamt,12,31.00\n", 3),
        ("Total général,12,31.00\n", 3),
        ("Summe,12,31.00\n\nSource: the shop\n", 3),
        ("Totale,,\n", 3),
        ("Total,12,31.01\n", 4),  # not the sum: somebody's city, or a mistake that a person must see
        ("Total,12,n/a\n", 4),
        ("Total,0,0.00\n", 4),
        ("Totalville,12,31.00\n", 4),
        ("Nice,12,31.00\n", 4),
        ("Total,Sum,31.00\n", 4),
    ],
)
def test_a_total_row_is_set_aside_only_with_evidence(dock: Dock, total: str, kept: int) -> None:
    batch = dock.land(HEAD + total)
    assert [row[0] for row in dock.cells(batch)][:3] == ["Paris", "Oslo", "Rome"]
    assert batch.accepted == kept
    assert batch.rows_read == 4
    aside = dock.aside(batch)
    assert [(row, reason) for row, reason, _ in aside] == ([(4, "line: total row")] if kept == 3 else [])
    assert all(raw == total.partition("\n")[0] for _, _, raw in aside)


def test_numbers_are_added_up_as_they_are_spelled(dock: Dock) -> None:
    data = 'Stadt;Umsatz\nKöln;"1.234,50"\nBonn;2.000,25\nMainz;0,25\nSumme;3.235,00\n'
    assert dock.land(data).accepted == 3
    brackets = 'unit,result\nA,"1,200.00"\nB,(200.50)\nC,0.50\nTotal,"1,000.00"\n'
    assert dock.land(brackets, "results.csv").accepted == 3


@pytest.mark.parametrize(
    "data",
    [
        "sex,people\nTotal,30\nmen,10\nwomen,20\nTotal,60\n",  # a category of its own
        "name,comment\nShell,\nBP,\nTotal,\n",  # a company like the others
        "name,orders\nBP,4\nTotal,4\n",  # one row is no sum
        "Total\nTotal\nTotal\nTotal\n",
    ],
)
def test_a_word_alone_is_no_evidence(dock: Dock, data: str) -> None:
    assert dock.land(data).quarantined == 0


def test_only_the_last_row_is_asked_about(dock: Dock) -> None:
    lines = [f"city {i},{i}" for i in range(200_000)]
    batch = dock.land("\n".join(["city,orders", *lines, f"Total,{sum(range(200_000))}", ""]))
    assert (batch.accepted, batch.quarantined) == (200_000, 1)
    assert dock.row_numbers(batch)[-1] == 200_000
    early = dock.land("city,orders\nTotal,7\nOslo,3\nRome,4\n", "early.csv")
    assert early.accepted == 3
