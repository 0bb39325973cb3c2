"""SQL that tells arriving rows from known ones inside a transition.

Where columns of a person's table and our own are in one scope, ours begin with an underscore.
"""

from __future__ import annotations

from windvane.stack.quality.table import Table, quoted

BATCHES = "SELECT batch FROM windvane.arriving"
FRESH = "(SELECT batch AS _fresh FROM windvane.arriving) AS fresh ON fresh._fresh = _batch"  # behind LEFT JOIN
ARRIVES = f"_batch IN ({BATCHES})"
KNOWN = f"_batch NOT IN ({BATCHES})"


def counted(column: str) -> str:
    """A whole number as text."""
    return f"CAST({column} AS VARCHAR)"


def share(value: str) -> str:
    """A share as a percentage in text, one digit."""
    return f"CAST(CAST(100.0 * {value} AS DECIMAL(18, 1)) AS VARCHAR) || ' %'"


def rounded(value: str, digits: int = 4) -> str:
    """A double as text with a few digits, on every engine (`round` of a double is not)."""
    return f"CAST(CAST({value} AS DECIMAL(38, {digits})) AS VARCHAR)"


def order_of(table: Table) -> str:
    """Columns that put rows in the order of time, else of arrival."""
    time = (quoted(table.contract.time_column),) if table.contract.time_column else ()
    return ", ".join((*time, "_seq", "_row"))


FEW = 24  # slices of known rows below which slices are made smaller than a delivery
SMALLEST = 20  # rows of a slice: quantiles of fewer say little
MANY = 2_000  # arriving rows beyond which every so many-th row stands for all: quantiles of these are exact to 2 %
STRIDE = (7_919, 10_007)  # primes that scatter the rows drawn, so that no rhythm of a file is met


def windows(table: Table, columns: tuple[str, ...], *, most: int = 400) -> str:
    """CTEs `arrived` (`_size`) and `slices`: the arriving rows as `_slice` 0, and the known ones, newest first, in
    slices 1, 2, ... of `_size` rows (an incomplete last one is left out); at most `most` slices.

    `_size` is the number of arriving rows, or less where the known rows would make fewer than `FEW` slices: a month
    that follows one month of history is compared with its parts, which vary more, never with nothing. Of long
    deliveries a share of the rows is drawn, the same share of what is known.
    """
    kept = ", ".join(quoted(c) for c in columns)
    time = (table.contract.time_column,) if table.contract.time_column else ()
    read = ", ".join(dict.fromkeys(quoted(c) for c in (*columns, *time)))
    return f"""drawn AS (
  SELECT {read}, _seq, _row, CASE WHEN {ARRIVES} THEN 1 ELSE 0 END AS _arrives
  FROM {table.relation} CROSS JOIN (
    SELECT GREATEST(1.0, COUNT(*) / {MANY}.0) AS _every FROM {table.relation} WHERE {ARRIVES}) AS sampling
  WHERE MOD(_row * {STRIDE[0]}, {STRIDE[1]}) * _every < {STRIDE[1]}{_same_part(table)}
), arrived AS (
  SELECT CASE WHEN COUNT(*) = 0 THEN 0 ELSE LEAST(COUNT(*), GREATEST({SMALLEST}, (
    SELECT CAST(FLOOR(COUNT(*) / {FEW}.0) AS INTEGER) FROM drawn WHERE _arrives = 0))) END AS _size
  FROM drawn WHERE _arrives = 1
), aged AS (
  SELECT {kept}, ROW_NUMBER() OVER (ORDER BY {_descending(order_of(table))}) AS _age FROM drawn WHERE _arrives = 0
), slices AS (
  SELECT 0 AS _slice, {kept} FROM drawn WHERE _arrives = 1
  UNION ALL
  SELECT 1 + CAST(FLOOR((_age - 1) / CAST(_size AS DOUBLE PRECISION)) AS INTEGER), {kept}
  FROM aged CROSS JOIN arrived
  WHERE _size > 0 AND _age <= {most} * _size
    AND _age <= _size * FLOOR((SELECT COUNT(*) FROM aged) / CAST(_size AS DOUBLE PRECISION))
)"""


def _same_part(table: Table) -> str:
    """Known rows of the parts that arrive, where deliveries are about parts."""
    if not table.segment:
        return ""
    part = quoted(table.segment)
    return f" AND {part} IN (SELECT {part} FROM {table.relation} WHERE {ARRIVES})"


def _descending(order: str) -> str:
    return ", ".join(f"{c} DESC" for c in order.split(", "))


def stretched(alpha: float, *, past: str, highest: str) -> str:
    """SQL of a conformal limit at `alpha` (see `conformal`) on the cases known at that moment: their highest, stretched
    while they are fewer than `1 / alpha`."""
    return f"{highest} * SQRT(GREATEST(1.0, 1.0 / ({alpha:.8f} * ({past} + 1))))"
