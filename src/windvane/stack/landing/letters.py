"""How well words of letters beyond ASCII fit the languages that are written in a charset."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from math import log

# Letters of each language beyond a to z; after `/` those that it hardly uses.
_LANGUAGES = {
    "fr": "éèêëàâîïôùûçœ/æÿü", "de": "äöüß", "es": "áéíóúñ/üç", "pt": "áâãàçéêíóôõú/ü", "it": "àèéìòù/îóí",
    "ca": "àçèéíïòóúü", "sv": "åäö/éü", "da": "æøå/éöüäô", "fi": "äö/åšž", "is": "áðéíóúýþæö", "nl": "ëéï/èöüêó",
    "et": "äõöü/šž", "ga": "áéíóú", "pl": "ąćęłńóśźż", "cs": "áčďéěíňóřšťúůýž", "sk": "áäčďéíľňóôšťúýž/ĺŕ",
    "hu": "áéíóöőúüű", "ro": "ăâîşţ", "hr": "čćđšž", "sq": "çë", "lt": "ąčęėįšųūž", "lv": "āčēģīķļņšūž/ŗō",
    "tr": "çğıöşü/âîû", "el": "αβγδεζηθικλμνξοπρςστυφχψωάέήίόύώ/ϊϋΐΰ",
    "ru": "абвгдежзийклмнопрстуфхцчшщъыьэюя/ё", "uk": "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя",
    "bg": "абвгдежзийклмнопрстуфхцчшщъьюя", "sr": "абвгдђежзијклљмнњопрстћуфхцчџш",
    "be": "абвгдеёжзійклмнопрстуўфхцчшыьэюя",
}  # fmt: skip
_WEST = ("fr", "de", "es", "pt", "it", "ca", "sv", "da", "fi", "is", "nl", "et", "ga")
_CENTRAL = ("pl", "cs", "sk", "hu", "ro", "hr", "sq", "de")
_WRITTEN = {
    "cp1252": _WEST, "iso8859_15": _WEST, "mac_roman": _WEST, "cp850": _WEST, "cp437": _WEST,
    "cp1250": _CENTRAL, "iso8859_2": _CENTRAL, "cp1254": ("tr", *_WEST),
    "cp1257": ("lt", "lv", "et", "pl", "de", "sv", "da", "fi"), "cp1253": ("el",),
    "cp1251": ("ru", "uk", "bg", "sr", "be"), "koi8_r": ("ru",),
}  # fmt: skip
# First bytes of the characters that texts are mostly made of: the first level of each standard, kana and Hangul.
_COMMON = {
    "gb18030": (0xA4, 0xD7), "big5": (0xA4, 0xC6), "euc_kr": (0xB0, 0xC8), "euc_jp": (0xA4, 0xCF),
    "shift_jis": (0x82, 0x97),
}  # fmt: skip
ASIAN = frozenset(_COMMON)
_RARE, _FOREIGN, _NONE, _ODD = -3.0, -3.0, -8.0, -4.0  # hardly used, another language, no language, out of place
_COMMON_SIGN = -0.8  # a pair of bytes is one by chance as often as two letters stand well
_VOWELS = frozenset("aeiouyæœøıαεηιουωаеёиоуыэюяіїєў") | frozenset("ŕĺ")  # both stand for a vowel
_SIGNS = frozenset("ьъ")
# Share of vowels among letters between these neighbours: V, C, or # for the edge of a word.
_VOWEL = {"CC": 0.85, "VV": 0.25, "CV": 0.25, "VC": 0.35, "C#": 0.6, "V#": 0.3, "#C": 0.6, "#V": 0.2, "##": 0.8}
_SELDOM = frozenset(
    {"koi8_r", "cp1253", "cp1254", "cp1257", "cp850", "cp437", "mac_roman"}
)  # less common in deliveries
_OPENING = frozenset("“‘«„‚¿¡–—-'’€£¥©")
_CLOSING = frozenset("“’”»«–—…™®ªº†")
_PLAIN = frozenset("€£¥§°²³µ·…–—‘’“”«»„‚•™®©½¼¾±×÷¿¡ªº‰†")


def fit(words: frozenset[str], differing: frozenset[str], charset: str) -> float:
    """Log-odds, at most 0, of the `differing` ones of these words in the languages of `charset`.

    A word is judged by the alphabet of the language that fits all words best, and by where its letters stand:
    consonants and vowels take turns in every language, and some letters have their places. Words of a second language
    cost little. The same letter between the same neighbours counts once: compounds of one word are one word.
    """
    prior = -2.0 * (charset in _SELDOM) - (charset not in ("cp1252", "iso8859_15"))
    spots = {spot for w in differing for spot in _spots(w)}
    score = prior + sum(_placed(*spot) for spot in spots)
    common = _COMMON.get(charset)
    if common is not None:
        return score + sum(_COMMON_SIGN if _usual(c, charset, common) else _RARE for _, c, _ in spots)
    spelled = {w: _spelled(w, charset) for w in sorted(words)}
    totals = [
        sum(max(own[at], max(own) + _FOREIGN) for own in spelled.values()) for at in range(len(_WRITTEN[charset]))
    ]
    main = totals.index(max(totals))
    return score + sum(max(spelled[w][main], max(spelled[w]) + _FOREIGN) for w in differing)


def _small(word: str) -> str:
    return word.replace("İ", "i").lower()  # Python makes two characters of it


def _spots(word: str) -> Iterator[tuple[str, str, str]]:
    """Each character beyond ASCII with its neighbours; `#` is the edge of the word."""
    lower = f"#{_small(word)}#"
    return (s for s in zip(lower, lower[1:], lower[2:], strict=False) if not s[1].isascii())


@lru_cache(maxsize=64)
def _alphabet(language: str) -> dict[str, float]:
    core, _, rare = _LANGUAGES[language].partition("/")
    return dict.fromkeys(core, 0.0) | dict.fromkeys(rare, _RARE)


def _spelled(word: str, charset: str) -> tuple[float, ...]:
    """For each language of the charset how well its alphabet has the letters of the word."""
    letters = [c for c in _small(word) if c.isalpha() and not c.isascii() and c not in _PLAIN]
    found = []
    for language in _WRITTEN[charset]:
        alphabet = _alphabet(language)
        found.append(max(_NONE, sum(alphabet.get(c, _NONE) for c in letters)))
    return tuple(found)


def _placed(before: str, letter: str, after: str) -> float:
    """How well a character beyond ASCII stands between its neighbours."""
    if not letter.isalpha() or letter in _PLAIN:
        return _symbol(before, letter, after)
    if letter in _SIGNS:
        return _NONE if before == "#" else 0.0
    return _turn(before, letter, after) + _place(before, letter, after)


def _symbol(before: str, letter: str, after: str) -> float:
    if letter not in _PLAIN:
        return _NONE if unicodedata.category(letter) in ("So", "Sm") else _ODD
    opens = after.isalpha() and letter not in _OPENING
    return _ODD if opens or (before.isalpha() and letter not in _CLOSING) else 0.0


def _turn(before: str, letter: str, after: str) -> float:
    """Vowels and consonants take turns; characters of Asian scripts are neither."""
    if unicodedata.category(letter) == "Lo":
        return 0.0
    share = _VOWEL[_kind(before) + _kind(after)]
    return log(share if _kind(letter) == "V" else 1 - share)


@lru_cache(maxsize=2048)
def _kind(letter: str) -> str:
    if not letter.isalpha():
        return "#"
    base = letter if letter in _VOWELS else unicodedata.normalize("NFD", letter)[0]
    return "V" if base in _VOWELS else "C"


def _place(before: str, letter: str, after: str) -> float:
    """Places that letters never have, or hardly: `ñ` stands before vowels, the Polish `ń` never does."""
    if before.isdigit():
        return _ODD
    odd = {
        "ñ": _kind(after) != "V",
        "ń": _kind(after) == "V",
        "ŕ": _kind(after) != "C" or _kind(before) == "V",
        "ĺ": _kind(after) != "C" or _kind(before) == "V",
        "ě": before not in "dtnbpvmf",
        "þ": after == "#",
        "ð": before == "#",
        "ß": before == "#",
        "ů": before == "#",
        "ğ": _kind(before) != "V",
        "ы": before == "#",
        "ς": after != "#",
    }.get(letter, False)
    hardly = (letter in "ìù" and after != "#") or (letter in "įų" and after not in "#sšzž")
    hardly |= letter == "й" and before != "#" and before not in _SIGNS and _kind(before) == "C"
    return _NONE if odd else _RARE if hardly else 0.0


def _usual(letter: str, charset: str, common: tuple[int, int]) -> bool:
    if letter.isascii():
        return True
    code = letter.encode(charset, "replace")
    return len(code) == 2 and common[0] <= code[0] <= common[1]
