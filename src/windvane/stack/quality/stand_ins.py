"""Values that people and programs write when they have none."""

from __future__ import annotations

from windvane.domain.ports import Value

NUMBERS = (-1, -9, -99, -999, -9999, -99999, -999999, 99, 999, 9999, 99999, 999999, 9999999, 99999999, 999999999)
MOMENTS = ("0001-01-01", "1899-12-30", "1899-12-31", "1900-01-01", "1901-01-01", "1970-01-01", "1999-12-31",
           "2099-12-31", "2999-12-31", "9999-01-01", "9999-12-31")  # fmt: skip
WORDS = (
    "unknown", "unbekannt", "inconnu", "n/a", "na", "n.a.", "none", "null", "nil", "nan", "-", "--", "---",
    "?", "??", "???", ".", "..", "missing", "undefined", "not available", "not specified", "unspecified",
    "default", "tbd", "tba", "tbc", "to be defined", "no data", "empty", "(empty)", "(null)", "<null>", "#n/a",
    "k.a.", "s/o", "xx", "xxx", "xxxx", "99999", "00000", "0000",
)  # fmt: skip


def outside(values: tuple[int, ...], kind: str, low: Value, high: Value) -> tuple[int, ...]:
    """Those of `values` that a column of type `kind` can hold and that lie outside `low` to `high`, its known range."""
    if low is None or high is None:
        return ()
    least, most = float(str(low)), float(str(high))
    return tuple(v for v in values if abs(v) < _room(kind) and not least <= v <= most)


def _room(kind: str) -> float:
    """What a type can hold."""
    name, _, arguments = kind.partition("(")
    if name == "decimal" and arguments:
        precision, scale = (int(p) for p in arguments.rstrip(")").split(","))
        return 10.0 ** (precision - scale)
    return {"integer": 2.0**31, "smallint": 2.0**15}.get(name, 1e18)
