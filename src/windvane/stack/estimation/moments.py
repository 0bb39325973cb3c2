"""Rolling second moments of features and target per entity, drawn to the cross-section, and the coefficients that
follow.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from windvane.stack.estimation.panel import Array, Mask, Panel
from windvane.stack.estimation.rolling import Release
from windvane.stack.estimation.solving import Row, Rows, next_row, solve

_SAME = 1e-6  # share added to the diagonal of the pooled moments, so that features that repeat each other can be solved

_ABSURD = 1000.0


@dataclass(frozen=True)
class Shrinkage:
    """How far the coefficients of one entity are drawn to those of all, in observations of everybody's average.

    `slopes` along all directions, `level` more along the intercept, `ridge` more along each feature on its own, which
    holds where features nearly repeat each other.
    """

    slopes: float
    level: float
    ridge: float


@dataclass(frozen=True)
class Regression:
    """A regression per entity as of each step, built column by column; a column added later costs only its own
    moments.

    `columns` (T, N) or (T, 1), the first all ones; `mean` the pooled means (T, 1) of x x', row by row; `whole` and
    `single` the Cholesky factors of everybody's and of each entity's moments.
    """

    known: Release
    by: Shrinkage
    columns: tuple[Array, ...] = ()
    mean: Rows = ()
    whole: Rows = ()
    single: Rows = ()
    squares: Row = ()
    everybody: Array = field(default_factory=lambda: np.ones((1, 1)))

    def grown(self, column: Array) -> Regression:
        """The regression with one more column."""
        square = np.maximum(self.known.sums(column * column), 0.0)
        sums = [self.known.sums(other * column) for other in self.columns]
        sums = [*(_within(s, own, square) for s, own in zip(sums, self.squares, strict=True)), square]
        count = self.everybody if self.columns else np.maximum(sums[0].sum(axis=1, keepdims=True), 1.0)
        mean = tuple(s.sum(axis=1, keepdims=True) / count for s in sums)
        more = self.by.ridge if self.columns else self.by.level
        own = [s + self.by.slopes * m for s, m in zip(sums, mean, strict=True)]
        own[-1] = own[-1] + more * mean[-1]
        whole: Row = (*mean[:-1], mean[-1] * (1.0 + _SAME))
        return replace(
            self,
            columns=(*self.columns, column),
            mean=(*self.mean, mean),
            whole=(*self.whole, next_row(self.whole, whole)),
            single=(*self.single, next_row(self.single, tuple(own))),
            squares=(*self.squares, square),
            everybody=count,
        )

    def pooled(self, target: Array) -> list[Array]:
        """Coefficients (T, 1) of one regression over all entities."""
        return self._centre(self._cross(target))

    def shrunk(self, target: Array) -> list[Array]:
        """Coefficients (T, N) of every entity, drawn to the pooled ones."""
        cross = self._cross(target)
        centre = self._centre(cross)
        for i, entry in enumerate(cross):
            prior = sum(self._prior(i, j) * b for j, b in enumerate(centre))
            cross[i] = entry + prior
        return solve(self.single, cross)

    def fitted(self, coefficients: Sequence[Array]) -> Array:
        """The estimates (T, N or 1) at each step's own features."""
        total = coefficients[0] * self.columns[0]
        for b, column in zip(coefficients[1:], self.columns[1:], strict=True):
            total = total + b * column
        return total

    def _cross(self, target: Array) -> list[Array]:
        return [self.known.sums(column * target) for column in self.columns]

    def _centre(self, cross: list[Array]) -> list[Array]:
        return solve(self.whole, [c.sum(axis=1, keepdims=True) / self.everybody for c in cross])

    def _prior(self, i: int, j: int) -> Array:
        mean = self.mean[max(i, j)][min(i, j)]
        more = 0.0 if i != j else self.by.ridge if i else self.by.level
        return (self.by.slopes + more) * mean


def regression(known: Release, columns: Sequence[Array], by: Shrinkage) -> Regression:
    """The regression on ones and `columns`."""
    made = Regression(known=known, by=by).grown(np.ones((known.shape[0], 1)))
    for column in columns:
        made = made.grown(column)
    return made


def _within(product: Array, a: Array, b: Array) -> Array:
    """Sums of products no larger than sums of squares allow: huge values that entered and left may leave a rest."""
    most = np.sqrt(a) * np.sqrt(b)
    return np.clip(product, -most, most)


def design(panel: Panel) -> list[Array]:
    """The features, those common to all entities as (T, 1); a missing value becomes the mean of what was seen
    before.
    """
    return [_filled(_narrow(values)) for values in panel.features.values()]


def _narrow(values: Array) -> Array:
    first = values[:, :1]
    common = values.shape[1] > 1 and bool(np.all((values == first) | (np.isnan(values) & np.isnan(first))))
    return first if common else values


def _filled(values: Array) -> Array:
    """Without gaps and without what is absurd: further from zero than a thousand times what was usual before."""
    seen = np.isfinite(values)
    plain = np.where(seen, values, 0.0)
    usual = np.square(_mean_so_far(np.sqrt(np.abs(plain)), seen))
    before = np.concatenate([np.zeros((1, 1)), usual[:-1]])
    reach = np.where(before > 0, _ABSURD * before, np.inf)
    sane = np.clip(plain, -reach, reach)
    return np.where(seen, sane, _mean_so_far(sane, seen))


def _mean_so_far(values: Array, seen: Mask) -> Array:
    """(T, 1): mean over the steps so far of each step's mean over entities, 0 before the first.

    A step at which all entities agree counts with that value itself, to the bit: whether a feature is common to all is
    decided for the whole panel, and must not be felt in steps before it ceased to be.
    """
    count = seen.sum(axis=1)
    low = np.where(seen, values, np.inf).min(axis=1)
    high = np.where(seen, values, -np.inf).max(axis=1)
    mean = values.sum(axis=1, where=seen) / np.maximum(count, 1)
    total = np.cumsum(np.where(count > 0, np.where(low == high, low, mean), 0.0))
    mean_so_far: Array = (total / np.maximum(np.cumsum(count > 0), 1))[:, None]
    return mean_so_far
