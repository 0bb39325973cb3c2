"""How far the probabilities of a class, and the alarms that follow from them, can be relied on."""

from __future__ import annotations

import numpy as np

from windvane.domain.estate import Product
from windvane.domain.estimate import Score
from windvane.loop.estimating import Case
from windvane.stack.estimation.backtest import Backtest
from windvane.stack.estimation.calibration import alarmed, calibration_error
from windvane.stack.estimation.panel import Array, Mask
from windvane.stack.transform.alarms import Alarms, alarms

CALIBRATION, PRECISION = "calibration_error", "alarm_precision"
_MONDAY = 3  # days from the Monday before 1 January 1970 to it


def reliance(case: Case, product: Product, test: Backtest) -> tuple[Score, ...]:
    """The scores of `relied` for a backtest."""
    return relied(case, product, test.estimate, test.steps)


def relied(case: Case, product: Product, estimate: Array, steps: slice) -> tuple[Score, ...]:
    """How far shares that came true are from the probabilities, by rows; and where the goal says which rows are worth a
    look, the share of them that were cases, by alarms. Of rows whose label is known; nothing when it is no class.

    `estimate` is (steps, N) of the steps of the panel.
    """
    if case.inputs.labels is None:
        return ()
    actual = case.panel.target[steps]
    known = np.isfinite(actual) & np.isfinite(estimate)
    if not known.any():
        return ()
    error = calibration_error(actual[known], estimate[known])
    found = [Score(measure=CALIBRATION, value=error, n=int(known.sum()))]
    wanted = alarms(product.goal)
    if wanted.most or wanted.least != Alarms(0.5).least:
        raised = _raised(case, wanted, estimate, steps) & known
        if raised.any():
            found.append(Score(measure=PRECISION, value=float(actual[raised].mean()), n=int(raised.sum())))
    return tuple(found)


def _raised(case: Case, wanted: Alarms, estimate: Array, steps: slice) -> Mask:
    """The alarms (steps, N) that readers see, also those whose label is not known yet: they take a place."""
    decided = case.panel.decided[steps]
    period = np.broadcast_to(_periods(decided, wanted.unit)[:, None], estimate.shape)
    there = np.isfinite(estimate)
    raised = np.zeros(estimate.shape, dtype=np.bool_)
    raised[there] = alarmed(estimate[there], period[there], least=wanted.least, most=wanted.most)
    return raised


def _periods(decided: np.ndarray, unit: str) -> np.ndarray:
    """The number of the day, week (from Monday) or month of each decision."""
    days = decided.astype("datetime64[D]")
    if unit == "month":
        return days.astype("datetime64[M]").astype(np.int64)
    numbers = days.astype(np.int64)
    return (numbers + _MONDAY) // 7 if unit == "week" else numbers
