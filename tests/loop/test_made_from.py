"""Totals agree with lines that are wrong, since they were made from them: to agree is no proof then."""

from __future__ import annotations

from pathlib import Path

import pytest
from till import Till, build, day, made_from

BOTH = ["Admit invoices as delivered", "Admit lines as delivered"]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("made"))


def test_totals_of_lines_that_came_twice_wait_and_those_of_the_lines_themselves_do_not(
    built: Path, tmp_path: Path
) -> None:
    till, (invoices, lines) = Till(built, tmp_path / "one"), day(12)
    twice = [*lines, *lines[:14]]
    report = till.arrives(invoices=made_from(invoices, twice), lines=twice)
    assert [a.title for a in report.asks] == BOTH
    assert not till.shown("invoices")
    till = Till(built, tmp_path / "two")
    assert [a.title for a in till.arrives(invoices=invoices, lines=twice).asks] == BOTH[1:]
    assert len(till.shown("invoices")) == len(invoices)


def test_totals_wait_while_two_lines_of_one_key_contradict_each_other(built: Path, tmp_path: Path) -> None:
    till, (invoices, lines) = Till(built, tmp_path), day(12)
    torn = [*lines, lines[3] | {"price": "99.90"}]
    report = till.arrives(invoices=made_from(invoices, torn), lines=torn)
    assert [a.title for a in report.asks] == BOTH
    assert not till.shown("invoices") and not till.shown("lines")
    assert not till.arrives(invoices=invoices, lines=lines).asks
    assert (len(till.shown("invoices")), len(till.shown("lines"))) == (len(invoices), len(lines))
