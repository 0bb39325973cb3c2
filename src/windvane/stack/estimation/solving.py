"""Many small symmetric systems at once: a Cholesky factor over whole grids that grows by one column at a time.

A factor is a tuple of rows; row i holds i + 1 grids. Every grid cell is computed on its own, so that garbage in one
cannot touch another in its last bit, and a factor that has grown is the same, to the bit, as one made at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np

from windvane.stack.estimation.panel import Array

Row: TypeAlias = tuple[Array, ...]
Rows: TypeAlias = tuple[Row, ...]

_FLOOR = 1e-9  # a pivot is at least this share of its diagonal: a column that repeats others then adds nothing
_NOTHING = 1e-100  # a column whose squares sum to no more is not there: its coefficient is zero


def next_row(lower: Rows, row: Row) -> Row:
    """The row that `row` of the symmetric matrix (its entries up to the diagonal) adds to the factor `lower`."""
    *entries, diagonal = row
    left = _forward(lower, entries)
    pivot = diagonal - _dot(left, left)
    root = np.sqrt(np.maximum(pivot, _FLOOR * np.abs(diagonal)))
    return (*left, np.where(diagonal > _NOTHING, root, np.inf))


def solve(lower: Rows, right: Sequence[Array]) -> list[Array]:
    """b with L L' b = right."""
    z = _forward(lower, right)
    found: list[Array] = [np.empty(0)] * len(z)
    for i in reversed(range(len(z))):
        below = range(i + 1, len(z))
        found[i] = (z[i] - _dot([lower[k][i] for k in below], [found[k] for k in below])) / lower[i][i]
    return found


def _forward(lower: Rows, right: Sequence[Array]) -> list[Array]:
    """z with L z = right."""
    found: list[Array] = []
    for row, value in zip(lower, right, strict=True):
        found.append((value - _dot(row[:-1], found)) / row[-1])
    return found


def _dot(a: Sequence[Array], b: Sequence[Array]) -> Array | float:
    """Sum of products, in order."""
    total: Array | float = 0.0
    for x, y in zip(a, b, strict=True):
        total = total + x * y
    return total
