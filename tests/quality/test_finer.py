"""Numbers with more digits than ever: told finer, or multiplied, or of another kind."""

from __future__ import annotations

import random
from types import SimpleNamespace
from typing import Any, cast

import pytest

from windvane.adapters.warehouses.scratch import Scratch
from windvane.stack.repair.case import Case
from windvane.stack.repair.finer import doubt

RNG = random.Random(1)
KNOWN = [round(RNG.lognormvariate(3, 0.5), 2) for _ in range(800)]
WIDE = [round(RNG.uniform(1, 900), 2) for _ in range(800)]


def case(texts: list[str], known: list[float]) -> Case:
    """A batch of one column `v` beside its known numbers, on a real engine."""
    engine = Scratch()
    rows = ", ".join(f"('{t}', {i})" for i, t in enumerate(texts))
    engine.execute(f"CREATE TABLE landed AS SELECT * FROM (VALUES {rows}) AS t(v, _row)")
    rows = ", ".join(f"({v}, {i}, 'b')" for i, v in enumerate(known))
    engine.execute(f"CREATE TABLE known AS SELECT * FROM (VALUES {rows}) AS t(v, _row, _batch)")
    found: Any = SimpleNamespace(landed="landed", known="known", rows=engine.rows, raw=lambda _: '"v"', engine=engine)
    return cast("Case", found)


def drawn(many: int, seed: int) -> list[float]:
    rng = random.Random(seed)
    return [rng.choice(KNOWN) for _ in range(many)]


@pytest.mark.parametrize("factor", [1.609344, 1.6093, 0.3048, 2.2046226])
def test_numbers_on_the_grid_of_a_factor_are_doubted(factor: float) -> None:
    fit = [v for v in WIDE if v * factor < 900][:40]
    rng = random.Random(2)
    known = [round(rng.uniform(1, 900 * min(1.0, factor)), 2) for _ in range(800)]
    told = doubt(case([f"{v * factor:.4f}" for v in fit], known), "v", before=2)
    assert "makes of numbers with 2" in told


def test_numbers_of_another_size_are_doubted() -> None:
    told = doubt(case([f"{v / 100:.4f}" for v in drawn(30, 3)], KNOWN), "v", before=2)
    assert "lower than usual" in told


def test_known_numbers_told_finer_are_not() -> None:
    rng = random.Random(4)
    told = doubt(case([f"{v + rng.uniform(-0.0049, 0.0049):.4f}" for v in drawn(60, 4)], KNOWN), "v", before=2)
    assert not told


def test_new_numbers_with_more_digits_are_asked_about() -> None:
    rng = random.Random(5)
    told = doubt(case([f"{rng.lognormvariate(3, 0.5):.4f}" for _ in range(60)], KNOWN), "v", before=2)
    assert "no numbers that it had" in told


def test_fractions_where_whole_numbers_were_are_no_doubt_by_themselves() -> None:
    rng = random.Random(6)
    whole = [float(rng.randrange(1, 200)) for _ in range(500)]
    assert not doubt(case([f"{rng.uniform(1, 200):.2f}" for _ in range(60)], whole), "v", before=0)
    told = doubt(case([f"{v * 3.6:.1f}" for v in whole if v * 3.6 < 200][:40], whole), "v", before=0)
    assert "a factor of 3.6" in told


def test_a_few_places_told_finer_are_the_same_places() -> None:
    places = [45 + i / 7 for i in range(20)]
    known = [round(p, 6) for p in places for _ in range(30)]
    assert not doubt(case([f"{round(p, 6):.6f}000001" for p in places[5:7]], known), "v", before=6)
    assert doubt(case([f"{round(p * 1.01, 6):.6f}000001" for p in places[5:7]], known), "v", before=6)


def test_few_numbers_say_nothing() -> None:
    assert "only 3" in doubt(case(["1.234", "2.345", "3.456"], KNOWN), "v", before=2)
