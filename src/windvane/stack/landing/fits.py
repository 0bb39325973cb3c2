"""Predicates that say whether text spells a value of a type exactly: no rounding, no overflow, no guess."""

from __future__ import annotations

import re

_INTEGERS = {"bigint": "bigint", "integer": "integer", "int": "integer", "smallint": "smallint", "tinyint": "tinyint"}
_DAY = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
_STAMP = _DAY + r"[ T][0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]{1,6})?)?"
_REAL = r"[+-]?([0-9]+([.][0-9]*)?|[.][0-9]+)([eE][+-]?[0-9]+)?"
_TEXTS = ("varchar", "text", "string")


def fits(text: str, kind: str) -> str:
    """SQL that is true when `text` (a SQL expression that is not NULL) spells a `kind` (a portable type) exactly.

    Whole numbers fit their width; decimals fit precision and scale; doubles have at most 17 significant digits and
    stay finite; dates and times exist. A type that is not known here must convert and come back as the same text.
    """
    kind = kind.lower().strip()
    decimal = re.fullmatch(r"(?:decimal|numeric)\((\d+), *(\d+)\)", kind)
    if decimal:
        return _decimal(text, int(decimal[1]), int(decimal[2]))
    if kind in _INTEGERS:
        return f"(regexp_full_match({text}, '[+-]?[0-9]+') AND TRY_CAST({text} AS {_INTEGERS[kind]}) IS NOT NULL)"
    if kind in ("double", "double precision", "float8"):
        return _double(text)
    if kind in _TEXTS or kind.startswith("varchar"):
        return "true"
    return _other(text, kind)


def in_doubt(text: str, kind: str) -> str:
    """SQL that is not true when `text` spells a `kind` or is NULL, told by one cheap function; else `fits` decides.

    Columns in which it is true nowhere need not be looked at again: most columns, most of the time.
    """
    kind = kind.lower().strip()
    decimal = re.fullmatch(r"(?:decimal|numeric)\((\d+), *(\d+)\)", kind)
    if decimal and int(decimal[1]) > int(decimal[2]):
        digits = int(decimal[1]) - int(decimal[2])
        return f"NOT regexp_full_match({text}, '[+-]?[0-9]{{1,{digits}}}([.][0-9]{{0,{decimal[2]}}})?')"
    if kind == "bigint":
        return f"NOT regexp_full_match({text}, '[+-]?[0-9]{{1,18}}')"
    if kind in ("double", "double precision", "float8"):
        return f"NOT regexp_full_match({text}, '[+-]?[0-9]{{1,8}}([.][0-9]{{0,8}})?')"
    if kind in ("date", "timestamp"):
        spelled = f"regexp_full_match({text}, '{_DAY if kind == 'date' else _STAMP}')"
        return f"NOT {spelled} OR ({text} IS NOT NULL AND TRY_CAST({text} AS {kind}) IS NULL)"
    return "false" if kind in _TEXTS or kind.startswith("varchar") else f"{text} IS NOT NULL"


def _decimal(text: str, precision: int, scale: int) -> str:
    digits, part = precision - scale, f"([.][0-9]{{0,{scale}}}0*)?"
    grammar = f"[+-]?0*[0-9]{{0,{digits}}}{part}"
    return f"(regexp_full_match({text}, '{grammar}') AND regexp_matches({text}, '[0-9]'))"


def _double(text: str) -> str:
    # Zeros on both ends and the exponent carry no digit that a double could lose.
    bare = f"regexp_replace(regexp_replace({text}, '[eE].*$', ''), '[.+-]', '', 'g')"
    few = f"(length({text}) <= 17 OR length(trim({bare}, '0')) <= 17)"
    value = f"TRY_CAST({text} AS DOUBLE)"
    grown = f"(isfinite({value}) AND ({value} <> 0 OR NOT regexp_matches({bare}, '[1-9]')))"
    return f"(regexp_full_match({text}, '{_REAL}') AND {few} AND coalesce({grown}, false))"


def _other(text: str, kind: str) -> str:
    if kind == "date":
        return f"(regexp_full_match({text}, '{_DAY}') AND TRY_CAST({text} AS DATE) IS NOT NULL)"
    if kind == "timestamp":
        return f"(regexp_full_match({text}, '{_STAMP}') AND TRY_CAST({text} AS TIMESTAMP) IS NOT NULL)"
    if kind in ("timestamptz", "timestamp with time zone"):
        zone = "(Z|[+-][0-9]{2}(:?[0-9]{2})?)"
        return f"(regexp_full_match({text}, '{_STAMP}{zone}') AND TRY_CAST({text} AS TIMESTAMPTZ) IS NOT NULL)"
    if kind in ("boolean", "bool"):
        return f"(lower({text}) IN ('true', 'false', 't', 'f', '1', '0'))"
    return f"coalesce(CAST(TRY_CAST({text} AS {kind}) AS VARCHAR) = {text}, false)"
