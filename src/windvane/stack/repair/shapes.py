"""Whether texts made of other columns of a batch are the values that a column always had."""

from __future__ import annotations

import math

from windvane.sql.alias import columns_of, put_in, quote
from windvane.stack.quality.table import is_moment, is_number
from windvane.stack.repair.case import Case

FEWEST = 20  # different texts, or shared keys, that say something
FEW = 3  # different texts that say something when all of them are known
SHARED = 0.8  # of the different texts were known
PROVEN = 0.999  # of the values on shared keys are equal
MISFITS = 0.001  # of the rows
NEAR = math.log(5)  # how far the median may lie from the known one


def gone(case: Case) -> tuple[str, ...]:
    """Columns of staging none of whose delivered columns came."""
    there = set(case.batch.columns)
    return tuple(c.name for c in case.made if (read := columns_of(c.text)) and not read & there)


def fresh(case: Case) -> tuple[str, ...]:
    """Delivered columns that staging does not read."""
    read = {n for c in case.made for n in columns_of(c.text)}
    return tuple(n for n in case.batch.columns if n not in read)


def read_from(case: Case, column: str, made: str) -> str:
    """How `column` is read when the text `made` (SQL over delivered columns) stands where its own stood."""
    text = case.text(column)
    return put_in(text, sorted(columns_of(text))[0], made)


def fits_in(case: Case, column: str, text: str) -> bool:
    """Whether the texts are values of the type, about as large as known ones; of texts, that most were known."""
    cast = case.cast(column)
    if cast is None or case.misfits(column, text) > MISFITS * max(1, case.batch.accepted) or _empty(case, column, text):
        return False
    if is_number(cast.type):
        return near(case, column, text)
    return is_moment(cast.type) or cast.type == "boolean" or familiar(case, column, text)


def familiar(case: Case, column: str, text: str) -> bool:
    """Whether most of many different values were known, or all of a few."""
    name = quote(column)
    new, shared = case.rows(
        f"SELECT COUNT(DISTINCT {name}), COUNT(DISTINCT {name}) FILTER ({name} IN (SELECT {name} FROM {case.known})) "
        f"FROM {case.arriving({column: text})}"
    )[0]
    there, met = int(str(new)), int(str(shared))
    return met >= SHARED * there if there >= FEWEST else FEW <= there == met


def equal(case: Case, column: str, text: str) -> bool:
    """Whether rows known by their key have the values that they had."""
    key = case.contract.key
    if not key or column in key:
        return False
    name, same = quote(column), " AND ".join(f"n.{quote(k)} = o.{quote(k)}" for k in key)
    older = ", ".join(f"o.{quote(k)}" for k in key)
    met, alike = case.rows(
        f"SELECT COUNT(*), COUNT(*) FILTER (old IS NOT DISTINCT FROM n.{name}) FROM (SELECT {older}, "
        f"arg_max(o.{name}, o._seq) AS old FROM {case.known.removesuffix(' AS side')} AS o GROUP BY {older}) AS o "
        f"JOIN {case.arriving({column: text}).removesuffix(' AS side')} AS n ON {same}"
    )[0]
    return int(str(met)) >= FEWEST and int(str(alike)) >= PROVEN * int(str(met))


def _empty(case: Case, column: str, text: str) -> bool:
    name = quote(column)
    old, new = (
        case.rows(f"SELECT AVG(CASE WHEN {name} IS NULL THEN 1.0 ELSE 0.0 END) FROM {side}")[0][0]
        for side in (case.known, case.arriving({column: text}))
    )
    return float(str(new or 0)) > float(str(old or 0)) + 0.5


def near(case: Case, column: str, text: str) -> bool:
    """Whether the median of the sizes is about the known one: what a thousand times more is not."""
    size = f"MEDIAN(ABS(CAST({quote(column)} AS DOUBLE))) FILTER ({quote(column)} <> 0)"
    old, new = (case.rows(f"SELECT {size} FROM {side}")[0][0] for side in (case.known, case.arriving({column: text})))
    if not isinstance(old, float) or not isinstance(new, float) or old <= 0 or new <= 0:
        return False
    return abs(math.log(new / old)) <= NEAR
