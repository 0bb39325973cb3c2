"""Tells 8-bit and Asian charsets apart by the words they give, and refuses when two readings are left."""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise
from typing import NamedTuple

from windvane.domain.errors import Unreadable
from windvane.stack.landing.letters import ASIAN, fit

# In order of how common they are; of those that give the same text the first is taken.
CANDIDATES = (
    "cp1252", "iso8859_15", "cp1250", "iso8859_2", "cp1251", "koi8_r", "cp1253", "cp1254", "cp1257", "cp850", "cp437",
    "mac_roman", "gb18030", "big5", "shift_jis", "euc_kr", "euc_jp",
)  # fmt: skip
_BETWEEN = re.compile(
    r"[\x00-&(-/:-@\[-`{-\x7f\xa0\u3000-\u3004\u3008-\u303f\u30fb\uff00-\uff0f\uff1a-\uff20]+"
)  # ASCII and full-width characters that are no letter, digit or apostrophe
_COMPOUND = re.compile(rf"(?:(?!{_BETWEEN.pattern}).|(?<=\S)-)+")  # hyphens join words of one language
_MOST = 1 << 16  # bytes looked at
_THOUSANDFOLD = 7.0  # natural logarithm
_LEAST = -1.5  # mean of a letter in a text that is one
_CLOSING = "’ʼ·°²³®™…”»ªº"  # may end a word


def choose(name: str, lines: bytes, *, hint: str = "") -> str:
    """The charset of `lines`, the lines of a file that are not UTF-8; `hint` settles it when it decodes them.

    A candidate falls when it cannot decode a line or gives words that are none: a symbol or another script inside a
    word, capitals within small letters. What is left must give one text, or one that fits the languages of its charset
    a thousand times better than the next. Raises `Unreadable` (`source.encoding`).
    """
    if hint and not hint.startswith("utf") and _decodes(lines, hint):
        return hint
    sample = lines[: lines.rfind(b"\n", 0, _MOST) + 1] or lines
    readings: dict[tuple[str, ...], list[str]] = {}
    for charset in _likely(sample, lines):
        readings.setdefault(_words(sample.decode(charset)), []).append(charset)
    if readings and (certain := _certain(sample, list(readings.values()))):
        return certain
    shown = "; ".join(f"`{_difference(words, readings)}` if {found[0]}" for words, found in list(readings.items())[:3])
    raise Unreadable(
        f"cannot decode `{name}` for certain",
        code="source.encoding",
        why=f"it is not UTF-8, and {'its words would read ' + shown if shown else 'no known charset gives words'}",
        fix='deliver it as UTF-8, or say which: `encoding = "cp1252"` in the reading of the source',
    )


def recognised(lines: bytes, known: frozenset[str]) -> tuple[str, str]:
    """(charset, one of the words) under which `lines` hold words that are `known`; empty when not one alone does.

    Only words count in which the readings differ: half of those at least are known in one, and none in any other.
    """
    sample = lines[: lines.rfind(b"\n", 0, _MOST) + 1] or lines
    readings: dict[frozenset[str], str] = {}
    for charset in _likely(sample, lines):
        readings.setdefault(frozenset(_words(sample.decode(charset))), charset)
    alike = frozenset[str].intersection(*readings) if len(readings) > 1 else frozenset()
    met = [(words - alike, charset) for words, charset in readings.items() if (words - alike) & known]
    if len(met) != 1 or 2 * len(met[0][0] & known) < len(met[0][0]):
        return "", ""
    return met[0][1], min(met[0][0] & known)


def words_of(text: str) -> tuple[str, ...]:
    """The words of a text that have a letter beyond ASCII."""
    return _words(text)


class _Read(NamedTuple):
    """One text that the bytes may be: its words beyond ASCII, and the charsets that give it."""

    words: frozenset[str]
    charsets: list[str]

    def fit(self, asked: frozenset[str]) -> float:
        """How well those words stand in the best of its charsets."""
        return max(fit(self.words, asked, c) for c in self.charsets)

    def well(self, asked: frozenset[str]) -> bool:
        """Whether those may be words at all."""
        letters = sum(not c.isascii() for w in asked for c in w)
        return self.fit(asked) >= _LEAST * (letters + 3)  # the first few may be anything

    def beats(self, other: _Read) -> bool:
        """Whether what differs is far better in this text, and well in itself; Asian charsets look all alike."""
        if set(self.charsets) <= ASIAN and set(other.charsets) & ASIAN:
            return False
        differing = self.words - other.words
        apart = self.fit(differing) - other.fit(other.words - self.words)
        whole = self.fit(self.words) - other.fit(other.words)
        return min(apart, whole) >= _THOUSANDFOLD and self.well(differing)


def _certain(sample: bytes, groups: list[list[str]]) -> str:
    """The charset whose words are words of its languages where others read them otherwise; empty when two may be."""
    found = []
    for charsets in groups:
        words = _COMPOUND.findall(sample.decode(charsets[0]))
        found.append(_Read(frozenset(w for w in words if not w.isascii()), charsets))
    for one in found:
        if one.well(one.words) and all(one.beats(other) for other in found if other is not one):
            return one.charsets[0]
    return ""


def _words(text: str) -> tuple[str, ...]:
    return tuple(w for w in _BETWEEN.split(text) if w and not w.isascii())


def _likely(sample: bytes, lines: bytes) -> list[str]:
    return [c for c in CANDIDATES if _decodes(lines, c) and all(map(_word, _words(sample.decode(c))))]


def _decodes(data: bytes, charset: str) -> bool:
    try:
        data.decode(charset)
    except (UnicodeError, LookupError):
        return False
    return True


def _word(word: str) -> bool:
    """Whether `word` could be one: letters of one script, no symbol among them, no capital after a small letter."""
    if any(unicodedata.category(c) in ("Cc", "Co", "Cn") for c in word):
        return False
    scripts = {_script(c) for c in word.rstrip("ªº") if c.isalpha()}
    pairs = tuple(pairwise(word))
    return len(scripts) < 2 and "symbol" not in scripts and not any(_torn(a, b) for a, b in pairs)


def _torn(before: str, after: str) -> bool:
    """Whether no word has these two characters in a row: a symbol after a letter, or a capital after a small letter."""
    if before.isascii() and after.isascii():
        return False
    if before.isalpha() and not after.isalnum():
        return not (unicodedata.combining(after) or after in _CLOSING or after == "'")
    return before.islower() and after.isupper()


def _script(letter: str) -> str:
    name = unicodedata.name(letter, "")
    first = name.partition(" ")[0].lower()
    if letter in "ªºµ":
        return "symbol"
    return first if first in ("latin", "greek", "cyrillic") else "asian"


def _difference(words: tuple[str, ...], readings: dict[tuple[str, ...], list[str]]) -> str:
    others = [o for o in readings if o != words]
    odd = (w for place, w in enumerate(words) if any(place >= len(o) or o[place] != w for o in others))
    return next(odd, words[0] if words else "")[:20]
