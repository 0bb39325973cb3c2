"""The ends of what machines count with: a number that ran over, or was never set, often stands at one of them."""

from __future__ import annotations

_BITS = (16, 32, 64)
ENDS = tuple(sorted({e for b in _BITS for e in (-(2 ** (b - 1)), 2 ** (b - 1) - 1, 2**b - 1)}))
_APART = 0.5  # of the known range: numbers that count on may pass an end on their way


def at_end(value: str, low: str, high: str) -> str:
    """SQL: `value` is an end of a range of whole numbers, apart from all known values, `low` to `high`."""
    listed = ", ".join(f"CAST({e} AS DOUBLE PRECISION)" for e in ENDS)
    span = f"{_APART} * ({high} - {low})"
    below = f"({low} >= 0 AND {value} < 0)"
    return f"({value} IN ({listed}) AND ({value} > {high} + {span} OR {value} < {low} - {span} OR {below}))"
