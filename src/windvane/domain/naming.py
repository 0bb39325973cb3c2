"""Makes names of relations and columns out of whatever a source calls them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection

_LONGEST = 63  # Postgres cuts longer names without an error
# Letters that Unicode does not decompose into a base letter and a mark.
_SPELLED = str.maketrans(
    {
        "ß": "ss", "ẞ": "ss", "æ": "ae", "Æ": "ae", "œ": "oe", "Œ": "oe", "ø": "o", "Ø": "o", "đ": "d", "Đ": "d",
        "ð": "d", "Ð": "d", "þ": "th", "Þ": "th", "ł": "l", "Ł": "l", "ı": "i", "ħ": "h", "Ħ": "h",
        "€": " eur ", "$": " usd ", "£": " gbp ", "%": " pct ", "&": " and ", "°": " deg ", "№": " no ",
    }
)  # fmt: skip
# Words that DuckDB, Postgres or Spark (ANSI) reserve.
_RESERVED = """
    all alter analyse analyze and anti any array as asc asymmetric at authorization between binary both by case
    cast check collate collation column commit concurrently constraint create cross cube current current_catalog
    current_date current_role current_schema current_time current_timestamp current_user database default
    deferrable delete desc describe distinct do drop else end escape except exclude exists extract false fetch
    filter first following for foreign freeze from full function glob grant group grouping having if ilike in
    index initially inner insert intersect interval into is isnull join key lambda last lateral leading left like
    limit local localtime localtimestamp macro map minus natural not notnull null nulls of offset on only or order
    outer over overlaps partition percent pivot pivot_longer pivot_wider placing position preceding primary
    qualify range references replace returning revoke right rollback rollup row rows select semi session_user set
    show similar some start struct summarize symmetric table tablesample then to trailing trigger true truncate
    try_cast unbounded union unique unknown unpivot update user using values variadic verbose view when where
    window with within without
"""
KEYWORDS = frozenset(_RESERVED.split())


def identifier(text: str, taken: Collection[str] = ()) -> str:
    """A lower snake_case ASCII name for `text`: never empty, never a keyword, 63 characters at most, not in `taken`."""
    plain = unicodedata.normalize("NFKD", text.translate(_SPELLED)).encode("ascii", "ignore").decode()
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z][a-z])|(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z]{2})", "_", plain)
    name = re.sub(r"[^a-z0-9]+", "_", parted.lower()).strip("_") or "unnamed"
    if name[0].isdigit():
        name = f"n_{name}"
    if name in KEYWORDS:
        name = f"{name}_"
    return _free(name[:_LONGEST], taken)


def _free(name: str, taken: Collection[str]) -> str:
    if name not in taken:
        return name
    number = 2
    while (candidate := f"{name[: _LONGEST - 1 - len(str(number))].rstrip('_')}_{number}") in taken:
        number += 1
    return candidate
