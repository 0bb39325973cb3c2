"""Numbers in texts are multiplied without a digit lost, the short ones in a quicker way."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal, localcontext
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from windvane.adapters.warehouses.scratch import Scratch
from windvane.domain.ports import Resources
from windvane.stack.repair.numbers import times

SPELLED = st.from_regex(r"\A[+-]?[0-9]{1,13}([.][0-9]{1,9})?\Z")
FACTORS = ("0.01", "0.010000000", "100", "1000.000", "0.001")


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Scratch]:
    made = Scratch(tmp_path, Resources())
    yield made
    made.close()


def exactly(text: str, factor: str, digits: int) -> str:
    """The product as a person would write it, halves away from zero."""
    with localcontext() as context:
        context.prec = 60
        product = (Decimal(text) * Decimal(factor)).quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)
    return format(abs(product) if product == 0 else product, "f")


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    texts=st.lists(SPELLED, min_size=1, max_size=30),
    factor=st.sampled_from(FACTORS),
    digits=st.sampled_from([0, 2, 9]),
)
def test_every_digit_is_that_of_the_product(engine: Scratch, texts: list[str], factor: str, digits: int) -> None:
    listed = ", ".join(f"('{t}')" for t in texts)
    found = engine.rows(f"SELECT {times('t', f'* {factor}', digits=digits)} FROM (VALUES {listed}) AS v(t)")
    assert [r[0] for r in found] == [exactly(t, factor, digits) for t in texts]


def test_what_spells_no_number_stays(engine: Scratch) -> None:
    odd = ["", "n/a", "1,5", "12.", ".5", "1e3", "999999999.999999999", "1234567890.5"]
    listed = ", ".join(f"('{t}')" for t in odd)
    found = engine.rows(f"SELECT {times('t', '* 1000', digits=2)} FROM (VALUES {listed}) AS v(t)")
    assert [r[0] for r in found] == [*odd[:6], "1000000000000.00", "1234567890500.00"]
