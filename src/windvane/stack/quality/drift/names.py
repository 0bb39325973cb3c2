"""How much two column names speak of the same thing."""

from __future__ import annotations

import re
import unicodedata
from difflib import SequenceMatcher

# words that make another quantity of the same noun
# fmt: off
QUALIFIERS = frozenset({
    "adj", "adjusted", "prev", "previous", "prior", "next", "avg", "average", "mean", "min", "max", "low", "high",
    "median", "est", "estimated", "target", "planned", "expected", "forecast", "actual", "net", "gross", "start",
    "end", "first", "last", "old", "new", "open", "close", "bid", "ask", "buy", "sell", "billing", "shipping",
    "total", "sub", "in", "out", "from", "to", "source", "local", "foreign", "lag", "lead", "delta", "change",
    "diff", "pct", "percent", "ratio", "std", "var", "cum", "ytd",
})
# fmt: on
_NOISE = frozenset({"col", "column", "field", "value", "val", "the", "of", "a", "x"})


def words(name: str) -> tuple[str, ...]:
    """The words of a name, without accents, case and separators; `closePrice2` gives close, price, 2."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    spaced = re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", plain)
    return tuple(w for w in re.split(r"[^a-z0-9]+", re.sub(r"(\d+)", r" \1 ", spaced).lower()) if w)


def name_likeness(one: str, other: str) -> float:
    """0..1: 1 for the same words, 0.9 in another order or form, about 0.8 for a word more or an abbreviation, 0 when a
    qualifier differs.

    `close` and `adj_close` are 0: a qualifier on one side only names another quantity.
    """
    a, b = words(one), words(other)
    if a == b or "".join(a) == "".join(b):
        return 1.0
    if _same_words(a, b):
        return 0.9
    rest_a, rest_b = _left(a, b), _left(b, a)
    if not rest_a or not rest_b:
        extra = (set(rest_a) | set(rest_b)) - _NOISE
        return 0.0 if extra & QUALIFIERS and set(a) & set(b) else 0.85
    if (set(rest_a) | set(rest_b)) & QUALIFIERS and not (_short(rest_a, rest_b) or _short(rest_b, rest_a)):
        return 0.0
    if _short(rest_a, rest_b) or _short(rest_b, rest_a):
        return 0.8
    return 0.7 * SequenceMatcher(None, "".join(a), "".join(b)).ratio()


def _same_words(a: tuple[str, ...], b: tuple[str, ...]) -> bool:
    """Whether two or more words are the same in another order, each in one of its forms (`totale`, `totali`)."""
    if len(a) != len(b) or len(a) < 2:
        return False
    pairs = zip(sorted(a), sorted(b), strict=True)
    return all(x == y or _forms(x, y) for x, y in pairs)


def _forms(one: str, other: str) -> bool:
    """Whether two words differ by no more than their last letter."""
    stem = min(len(one), len(other)) - (len(one) == len(other))
    return (
        max(len(one), len(other)) - stem == 1
        and stem >= 4
        and one[:stem] == other[:stem]
        and not (one + other).isdigit()
    )


def _left(a: tuple[str, ...], b: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(w for w in a if w not in b)


def _short(short: tuple[str, ...], long: tuple[str, ...]) -> bool:
    """Whether each word abbreviates the word at its place: first letter kept, the others in order, two or more."""
    return len(short) == len(long) and all(_abbreviates(s, w) for s, w in zip(short, long, strict=True))


def _abbreviates(short: str, word: str) -> bool:
    if short == word:
        return True
    if len(short) < 2 or len(short) >= len(word) or short[0] != word[0]:
        return False
    letters = iter(word)
    return all(c in letters for c in short)
