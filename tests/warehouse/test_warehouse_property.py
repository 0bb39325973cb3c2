"""Whatever is admitted and withdrawn in whatever order, readers see what a plain Python model says."""

from __future__ import annotations

import shutil
from pathlib import Path

from estate_kit import PriceRow, careful, closes, land, plan, reject, withdraw
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from windvane.adapters.warehouses.sqlmesh import SqlmeshWarehouse, open_warehouse
from windvane.domain.batch import Batch
from windvane.domain.change import Admit, Withdraw

DAYS = st.sampled_from(
    ["1926-07-01", "1969-12-31", "1999-12-31", "2024-01-02", "2024-01-03", "2027-01-01", "2099-12-31"]
)
ROW = st.tuples(DAYS, st.sampled_from(["AA", "BB"]), st.integers(1, 99).map(str))
BATCHES = st.lists(st.lists(ROW, min_size=1, max_size=4), min_size=3, max_size=3)
# one step: which batches change sides, and whether the judge lets it pass
STEPS = st.lists(
    st.tuples(st.sets(st.integers(0, 2), min_size=1), st.sampled_from([careful, careful, reject])),
    min_size=1,
    max_size=4,
)


def expected(batches: list[list[PriceRow]], visible: set[int]) -> dict[str, tuple[int, float]]:
    """The newest value per day and ticker (later batch, then later row), counted and summed per ticker."""
    newest: dict[tuple[str, str], int] = {}
    for number in sorted(visible):
        newest.update({(day, ticker): int(close) for day, ticker, close in batches[number]})
    found: dict[str, tuple[int, float]] = {}
    for (_, ticker), close in newest.items():
        days, total = found.get(ticker, (0, 0.0))
        found[ticker] = (days + 1, total + close)
    return dict(sorted(found.items()))


def step(warehouse: SqlmeshWarehouse, landed: list[Batch], visible: set[int], chosen: set[int]) -> tuple[object, ...]:
    """Admissions of what is not visible and withdrawals of what is."""
    return tuple(Withdraw(batch=landed[n]) if n in visible else Admit(batch=landed[n]) for n in sorted(chosen))


def test_any_sequence_of_admissions_and_withdrawals(built: tuple[Path, Batch], tmp_path: Path) -> None:
    root = tmp_path / "estate"
    shutil.copytree(built[0], root)
    numbers = iter(range(10_000))

    with open_warehouse(root) as warehouse:
        warehouse.transition(withdraw(built[1]), decision="D-0", judge=careful)

        @settings(max_examples=8, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
        @given(batches=BATCHES, steps=STEPS)
        def run(batches: list[list[PriceRow]], steps: list[tuple[set[int], object]]) -> None:
            landed = [land(root, rows, seq=1000 * next(numbers)) for rows in batches]
            visible: set[int] = set()
            for chosen, judge in steps:
                changes = step(warehouse, landed, visible, chosen)
                trial, verdict = warehouse.transition(
                    plan(*changes, title=f"step {next(numbers)}"),  # type: ignore[arg-type]
                    decision="D-1",
                    judge=judge,  # type: ignore[arg-type]
                )
                assert trial.failures == ()
                if verdict.outcome == "promote":
                    visible ^= chosen
                assert closes(warehouse) == expected(batches, visible)
            if visible:
                back = [Withdraw(batch=landed[n]) for n in visible]
                warehouse.transition(plan(*back, title=f"end {next(numbers)}"), decision="D-2", judge=careful)
            assert closes(warehouse) == {}

        run()
