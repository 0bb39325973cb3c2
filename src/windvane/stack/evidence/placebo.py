"""A feature that looks like the real one and can tell nothing: the same values, shuffled in blocks of time.

Blocks keep what the values are and how they follow each other (as in the block bootstrap of Kuensch, Annals of
Statistics 1989); their order is what a relation to the target would need.
"""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from windvane.stack.evidence.longrun import Array


def placebo(values: Array, *, seed: int, block: int = 0) -> Array:
    """`values` (T,) or (T, N) with its blocks of time in another order, the same order for all columns."""
    return values[order(len(values), seed=seed, block=block)]


def order(steps: int, *, seed: int, block: int = 0) -> NDArray[np.int64]:
    """Positions 0..steps-1 in blocks of `block` steps (0: about the square root of them), none of which stays in place.

    The cuts are moved by a random part of a block, so that they are not those of the calendar.
    """
    length = block or max(1, math.isqrt(steps))
    random = np.random.default_rng(seed)
    start = int(random.integers(0, length)) if steps > length else 0
    edges = [0, *range(start or length, steps, length), steps]
    blocks = [np.arange(a, b) for a, b in pairwise(edges)]
    where = random.permutation(
        len(blocks)
    )  # Sattolo-like: each block takes the place of the next one of a random cycle
    taken = np.empty(len(blocks), dtype=np.int64)
    taken[where] = np.roll(where, 1)
    return np.concatenate([blocks[i] for i in taken]) if steps else np.arange(0)
