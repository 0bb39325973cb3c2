"""SQL that tells arriving rows from known ones inside a transition.

Where columns of a person's table and our own are in one scope, ours begin with an underscore.
"""

from __future__ import annotations

from windvane.stack.quality.table import Table, is_moment, quoted

COPIES = "windvane.copies"  # (batch, rows): how many rows of an admitted batch only repeated others
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


FEW = 24  # slices of known rows below which slices are made smaller than a delivery
SMALLEST = 20  # rows of a slice: quantiles of fewer say little
MANY = 2_000  # arriving rows beyond which every so many-th row stands for all: quantiles of these are exact to 2 %
STRIDE = (7_919, 10_007)  # primes that scatter the rows drawn, so that no rhythm of a file is met
_DRAWN = f"MOD(_row * {STRIDE[0]}, {STRIDE[1]}) * _every < {STRIDE[1]}"
SOME = 20_000  # known values that are asked first
WEEK, LONGEST = 7, 400  # days before what arrives, beside twice its own but no more, where as many rows mostly are


def some(table: Table, column: str) -> str:
    """A few known values of a column, behind FROM: those that an engine comes upon first. What is known among them is
    known among all, so that a question that they answer is not asked of every row."""
    name = quoted(column)
    return f"(SELECT {name} FROM {table.relation} WHERE {KNOWN} AND {name} IS NOT NULL LIMIT {SOME}) AS some_known"


def lately(table: Table, columns: tuple[str, ...]) -> str:
    """CTEs `fresh`, the arriving rows; `arrived` (`_size`); and `lately`: the arriving rows as `_slice` 0, the newest
    `_size` known ones as 1 (fewer, where more than a few days or `2 * MANY` rows would have to be looked through).

    `_size` is the number of arriving rows, or less where the known rows would make fewer than `FEW` slices: a month
    that follows one month of history is compared with its parts, which vary more, never with nothing. Of long
    deliveries a share of the rows is drawn, the same share of what is known.
    """
    kept, read = _listed(columns), _listed((*columns, *_time(table)))
    part = (table.segment,) if table.segment else ()
    since = _since(table)
    return f"""sampling AS (
  SELECT GREATEST(1.0, COUNT(*) / {MANY}.0) AS _every{since and f", {since} AS _since"}
  FROM {table.relation} WHERE {ARRIVES}
), fresh AS (
  SELECT {kept} FROM (
    SELECT {_listed((*columns, *part))}, _row, GREATEST(1.0, COUNT(*) OVER () / {MANY}.0) AS _every
    FROM {table.relation} WHERE {ARRIVES}
  ) AS come WHERE {_DRAWN}{"".join(f" AND {quoted(p)} IS NOT NULL" for p in part)}
), arrived AS (
  SELECT CASE WHEN COUNT(*) = 0 THEN 0 ELSE LEAST(COUNT(*), GREATEST({SMALLEST}, (
    SELECT CAST(FLOOR(COUNT(*) / {FEW}.0) AS INTEGER) FROM (
      SELECT _row FROM {_drawn(table)} AND {KNOWN} LIMIT {FEW * 2 * MANY}) AS enough))) END AS _size FROM fresh
), lately AS (
  SELECT 0 AS _slice, {kept} FROM fresh
  UNION ALL
  SELECT 1, {kept} FROM (
    SELECT {kept}, ROW_NUMBER() OVER (ORDER BY {_newest(table)}) AS _age FROM (
      SELECT {read}, _seq, _row FROM {_drawn(table)} AND {KNOWN}
        {since and f"AND {quoted(table.contract.time_column)} >= _since "}ORDER BY {_newest(table)} LIMIT {2 * MANY}
    ) AS newest
  ) AS aged CROSS JOIN arrived WHERE _age <= _size
)"""


def windows(table: Table, columns: tuple[str, ...], *, most: int = 400) -> str:
    """CTE `slices`, after those of `lately`: the arriving rows as `_slice` 0, and the known ones, newest first, in
    slices 1, 2, ... of `_size` rows (an incomplete last one is left out); at most `most` slices.

    A relation `odd` says whether the step to what arrives can be one that is told: where it has no row nothing known
    is put in order, which is what costs time. Where `lately` does not hold all `_size` rows, all are looked at.
    """
    kept = _listed(columns)
    return f"""aged AS (
  SELECT {kept}, ROW_NUMBER() OVER (ORDER BY {_newest(table)}) AS _age FROM {_drawn(table)} AND {KNOWN}
    AND EXISTS (SELECT 1 FROM odd UNION ALL
      SELECT 1 FROM arrived WHERE _size > (SELECT COUNT(*) FROM lately WHERE _slice = 1))
), slices AS (
  SELECT 0 AS _slice, {kept} FROM fresh
  UNION ALL
  SELECT 1 + CAST(FLOOR((_age - 1) / CAST(_size AS DOUBLE PRECISION)) AS INTEGER), {kept}
  FROM aged CROSS JOIN arrived
  WHERE _size > 0 AND _age <= {most} * _size
    AND _age <= _size * FLOOR((SELECT COUNT(*) FROM aged) / CAST(_size AS DOUBLE PRECISION))
)"""


def _drawn(table: Table) -> str:
    """The rows that stand for all, behind FROM; more conditions may follow."""
    return f"{table.relation} CROSS JOIN sampling\n    WHERE {_DRAWN}{_same_part(table)}"


def _listed(columns: tuple[str, ...]) -> str:
    return ", ".join(dict.fromkeys(quoted(c) for c in columns))


def _time(table: Table) -> tuple[str, ...]:
    return (table.contract.time_column,) if table.contract.time_column else ()


def _since(table: Table) -> str:
    """The day from which on the newest known rows are looked for; empty where times are no days."""
    kind = next((c.type for c in table.contract.columns if c.name == table.contract.time_column), "")
    if not is_moment(kind):
        return ""
    first, last = (f"CAST({f}({quoted(table.contract.time_column)}) AS DATE)" for f in ("MIN", "MAX"))
    return f"{first} - CAST({WEEK} + LEAST({LONGEST}, 2 * ({last} - {first})) AS INTEGER)"


def _newest(table: Table) -> str:
    return ", ".join(f"{c} DESC" for c in (*map(quoted, _time(table)), "_seq", "_row"))


def _same_part(table: Table) -> str:
    """Known rows of the parts that arrive, where deliveries are about parts."""
    if not table.segment:
        return ""
    part = quoted(table.segment)
    return f" AND {part} IN (SELECT {part} FROM {table.relation} WHERE {ARRIVES})"


def stretched(alpha: float, *, past: str, highest: str) -> str:
    """SQL of a conformal limit at `alpha` (see `conformal`) on the cases known at that moment: their highest, stretched
    while they are fewer than `1 / alpha`."""
    return f"{highest} * SQRT(GREATEST(1.0, 1.0 / ({alpha:.8f} * ({past} + 1))))"
