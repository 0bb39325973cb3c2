"""What headers and table names say: their words, entities, roles, and whether one means the other."""

from __future__ import annotations

import re
from collections import Counter

from windvane.agents.scout.vocabulary import COUNTED, GENERIC, ID_WORDS, NUMBERS, SELF_ROLES, STAFF, STAFF_ROLES

_LAYERS = frozenset(
    {"dim", "fact", "tbl", "stg", "raw", "src", "t", "table", "v", "vw", "ref", "lookup", "lkp", "data"}
)
_SUFFIXES = ("identifier", "number", "code", "date", "name", "amount", "price", "cost", "qty", "key", "id", "no", "nr")
_WHOLE_WORDS = (
    "paid valid void bid grid solid hybrid covid invalid rapid fluid acid rid said avoid android monkey turkey "
    "key id no code piano casino domino volcano update rename encode decode postcode zipcode surname barcode "
    "filename username"
)
_WHOLE = frozenset(_WHOLE_WORDS.split())


def words(name: str) -> tuple[str, ...]:
    """Lower-case words of a name; camel case, digits and run-together endings are split: `custKey`, `custkey`."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", name)
    found: list[str] = []
    for word in re.findall(r"[^\W_]+", spaced.lower()):
        found += _ending(word)
    return tuple(found)


def _ending(word: str) -> list[str]:
    if word in _WHOLE:
        return [word]
    for suffix in _SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= (4 if len(suffix) == 2 else 3):
            return [word[: -len(suffix)], suffix]
    return [word]


def singular(word: str) -> str:
    """A rough singular: `categories` -> `category`, `addresses` -> `address`, `orders` -> `order`."""
    if word in ("people", "persons"):
        return "person"
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 4 and re.search(r"(s|x|z|ch|sh)es$", word):
        return word[:-2]
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")) else word


def entity(table: str) -> tuple[str, ...]:
    """The words of what one row of a table is: `dim_customers` gives (`customer`,)."""
    found = [w for w in words(table) if not w.isdigit()]
    kept = [w for w in found if w not in _LAYERS] or found
    return tuple([*kept[:-1], singular(kept[-1])]) if kept else ()


def column_words(columns: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """The words of each column without a short first word that nearly all columns of the table share (`l_`, `ps_`)."""
    split = {c: words(c) for c in columns}
    first = Counter(w[0] for w in split.values() if len(w) > 1)
    prefix, count = first.most_common(1)[0] if first else ("", 0)
    shared = len(columns) >= 2 and count >= 0.8 * len(columns) and len(prefix) <= 4 and prefix not in ID_WORDS
    return {c: w[1:] if shared and len(w) > 1 and w[0] == prefix else w for c, w in split.items()}


def stem(spelled: tuple[str, ...]) -> tuple[str, ...]:
    """The words without what says identifier at their end: (`customer`, `id`) gives (`customer`,)."""
    kept = list(spelled)
    while kept and kept[-1] in ID_WORDS:
        kept.pop()
    return tuple(singular(w) for w in kept)


def is_id(spelled: tuple[str, ...]) -> bool:
    """Whether the words end in one that says identifier; a line number only counts."""
    return (
        bool(spelled)
        and spelled[-1] in ID_WORDS
        and not (len(spelled) > 1 and spelled[-2] in COUNTED and spelled[-1] in NUMBERS)
    )


def says(spelled: tuple[str, ...], vocabulary: frozenset[str]) -> bool:
    """Whether any word (also in the singular) is in the vocabulary."""
    return any(w in vocabulary or singular(w) in vocabulary for w in spelled)


def abbreviates(short: str, long: str) -> bool:
    """`cust` for `customer`, `dept` for `department`: same first letter, at least three letters in order."""
    if short == long:
        return True
    if len(short) < 3 or len(short) >= len(long) or short[0] != long[0]:
        return False
    rest = iter(long)
    return long.startswith(short) or (len(short) <= 5 and all(c in rest for c in short))


def same_thing(left: tuple[str, ...], right: tuple[str, ...]) -> float:
    """How surely words name the same entity, 0..1; `left` may have words of a role before it (`billing address`)."""
    if not left or not right:
        return 0.0
    if "".join(left) == "".join(right):
        return 1.0
    if left[-len(right) :] == right:
        return 0.9
    if len(left) == len(right) and all(map(_abbreviated, left, right)):
        return 0.85
    if len(right) == 1 and abbreviates(left[-1], right[-1]):
        return 0.75
    return 0.5 if left[-1] == right[-1] and left[-1] not in GENERIC else 0.0


def _abbreviated(one: str, other: str) -> bool:
    return abbreviates(one, other) or abbreviates(other, one)


def points_to(spelled: tuple[str, ...], *, table: str, key: tuple[str, ...], own: str) -> float:
    """How surely the words of a column in table `own` say that it refers to `key` of `table`, 0..1."""
    about, thing, keyed = stem(spelled), entity(table), stem(key)
    if not about:
        return 0.0
    score = same_thing(about, thing)
    if keyed and keyed[-1] not in GENERIC:
        score = max(score, same_thing(about, keyed) * (1.0 if same_thing(keyed, thing) else 0.85))
    if says(spelled, SELF_ROLES) and table == own:
        score = max(score, 0.7)
    if says(spelled, STAFF_ROLES) and thing and thing[-1] in STAFF:
        score = max(score, 0.6)
    return score
