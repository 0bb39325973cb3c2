"""What the features at hand could reach if their coefficients were known in advance."""

from __future__ import annotations

import numpy as np

from windvane.stack.estimation.causes import Case
from windvane.stack.estimation.measures import score, summary
from windvane.stack.estimation.panel import Array


def best_with_hindsight(case: Case) -> float:
    """The measure with each entity's least squares fitted to the tested steps themselves: no honest line does better.

    Without features the entity's mean over the tested steps. It is optimistic by one coefficient per feature and
    entity.
    """
    part = case.result.steps
    columns = [case.panel.features[name][part] for name in case.recipe.features]
    fitted = np.full(case.result.actual.shape, np.nan)
    for n in range(len(case.panel.entities)):
        x = np.column_stack([np.ones(len(fitted)), *(np.nan_to_num(c[:, n]) for c in columns)])
        rows = np.isfinite(case.result.actual[:, n])
        if rows.sum() > 2 * x.shape[1]:
            fitted[:, n] = x @ np.linalg.lstsq(x[rows], case.result.actual[rows, n], rcond=None)[0]
    return summary(case.measure, score(case.measure, case.result.actual, fitted)).value


def lag_one(errors: Array) -> float:
    """Correlation of errors with those of the next step, all entities together; 0 where there are too few."""
    a, b = errors[:-1].ravel(), errors[1:].ravel()
    both = np.isfinite(a) & np.isfinite(b)
    if both.sum() < 10 or not np.ptp(a[both]) or not np.ptp(b[both]):
        return 0.0
    return float(np.corrcoef(a[both], b[both])[0, 1])
