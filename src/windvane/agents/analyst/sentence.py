"""A sentence as plain lower-case words: numbers spelled out become digits, slips of the finger are put right."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from windvane.agents.analyst.vocabulary import known, root, singular

_CODE = r"\b([A-Z][A-Za-z]*-\d[\w-]*)"  # M-17, SKU-001: a value as if it stood in quotes
_QUOTED = re.compile(r"[\"“”«»]([^\"“”«»]+)[\"“”«»]|(?<![\w])'([^']+)'(?!\w)|" + _CODE)
_TOKEN = re.compile(
    r"\d{4}-\d{2}-\d{2}|\d{1,2}:\d{2}|\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|%|<=|>=|[<>=≤≥#,;:]|[^\W\d_]+(?:['’][^\W\d_]+)?|[.!?]"
)
_ONES = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
_TEENS = "seventeen eighteen nineteen"
_TENS = {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90}
_NUMBERS = {w: n for n, w in enumerate(f"{_ONES} {_TEENS}".split())} | _TENS | {"dozen": 12, "hundred": 100}
_SAME = {"≤": "<=", "≥": ">=", "#": "number of", ";": "|", ":": "|", "!": "|", "?": "|", ".": "|"}
_PHRASES = (
    (r"\bhalf an? hour\b", "30 minutes"),
    (r"\ban? (?:dozen|12)\b", "12"),
    (r"\b(?:a )?fortnight\b", "2 weeks"),
    (r"\bfortnightly\b", "every 2 weeks"),
    (r"\b(\d0) ([1-9])\b(?! ?%)", lambda m: str(int(m[1]) + int(m[2]))),
    (r"\bper cent\b|\bpercent\b|\bpct\b", "%"),
    (r"\bno of\b", "number of"),
    (r"\bkpis?\b", "kpi"),
    # "which customers spend the most": spending per customer
    (r"^which (\w+) (\w+(?: \w+){0,2}?) (?:the )?(?:most|least)\b(?: often)?", r"\2 per \1"),
)
_GRAMMAR = """
    per for each every by of in at on with and or from to the a an over next last past previous coming following ahead
    day days week weeks month months quarter quarters year years hour hours minute minutes daily weekly hourly monthly
    quarterly yearly annual annually nightly night trading business working calendar total average mean maximum minimum
    highest lowest peak number count most recent latest current volatility return returns standard deviation forecast
    predict nowcast classify cluster segment anomaly anomalies unusual outlier outliers table list metric where only
    excluding except without not top bottom least more than less under below above within between since until before
    after during this today tomorrow yesterday noon midnight error absolute squared accuracy precision recall
    correlation rank basis points point broken down split grouped across whether which who how many much all our what
    rolling moving trailing older younger longer shorter larger smaller greater higher lower because so that help
    according versus sum overall typical variability spread share proportion fraction percentage rate ratio median
    later known available published investigate review inspect cost costs miss missed false alarm alarms score
    label labels percentile likely probability risk will churn horizon advance out weather their them then when people
    place places
"""
GRAMMAR = frozenset(_GRAMMAR.split())


class Sentence:
    """The words of a sentence; what a pattern recognised is taken out of them, so that nothing is read twice."""

    def __init__(self, raw: str, names: Iterable[str]) -> None:
        self.quoted: dict[str, str] = {}  # placeholder -> what stood in quotes
        self.spelled: dict[str, str] = {}  # lower-case word -> as the person wrote it, where that has a capital letter
        self.corrected: list[tuple[str, str]] = []  # (as written, as read)
        marked = _QUOTED.sub(self._hold, raw)
        words = self._corrected([self._lowered(t) for t in _tokens(marked)], frozenset(names))
        text = re.sub(r"\b([^\W\d]+)['’]s?(?!\w)", r"\1", " ".join(words))
        text = " ".join(str(_NUMBERS.get(w, w)) if w not in ("second",) else w for w in text.split())
        for pattern, plain in _PHRASES:
            text = re.sub(pattern, plain, text)
        self.text = text

    def take(self, pattern: str, *, leave: str = " | ") -> list[re.Match[str]]:
        """All matches of a pattern of whole words, taken out; `leave` stays in their place (`|` divides phrases)."""
        whole = re.compile(rf"(?<!\S)(?:{pattern})(?!\S)")
        found = list(whole.finditer(self.text))
        if found:
            self.text = " ".join(whole.sub(leave, self.text).split())
        return found

    def has(self, pattern: str) -> bool:
        """Whether a pattern of whole words is still there."""
        return re.search(rf"(?<!\S)(?:{pattern})(?!\S)", self.text) is not None

    def _hold(self, match: re.Match[str]) -> str:
        name = f"quoted{'abcdefghij'[len(self.quoted) % 10]}"
        self.quoted[name] = match[1] or match[2] or match[3]
        return f" {name} "

    def _lowered(self, token: str) -> str:
        lower = token.lower()
        if lower != token:
            self.spelled.setdefault(lower, token)
        return _SAME.get(lower, lower.replace(",", "") if lower[:1].isdigit() else lower)

    def _corrected(self, words: list[str], names: frozenset[str]) -> list[str]:
        familiar = known() | GRAMMAR | names | _NUMBERS.keys() | self.quoted.keys()
        forms = {singular(w) for w in familiar} | {root(w) for w in familiar}
        targets: dict[str, list[str]] = {}  # by the first letter, which is never mistyped
        for target in sorted(w for w in GRAMMAR | names | known() if len(w) >= 4):
            targets.setdefault(target[0], []).append(target)

        def read(word: str) -> str:
            if len(word) < 5 or not word.isalpha() or {word, singular(word), root(word)} & (familiar | forms):
                return word
            close = _nearest(word, targets.get(word[0], []))
            if close:
                self.corrected.append((word, close))
                if word in self.spelled:
                    self.spelled.setdefault(close, self.spelled[word])
            return close or word

        return [read(w) for w in words]


def plain(value: str) -> str:
    """A value of the data in the words of a sentence, for finding it there."""
    return " ".join(_SAME.get(t.lower(), t.lower()) for t in _tokens(value))


@lru_cache(maxsize=65_536)
def parts(name: str) -> tuple[str, ...]:
    """The words of an identifier: `unitPrice_EUR` gives unit, price, eur."""
    split = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", name)
    return tuple(w.lower() for w in re.findall(r"[^\W\d_]+|\d+", split))


def _tokens(text: str) -> list[str]:
    return _TOKEN.findall(text)


def _nearest(word: str, targets: list[str]) -> str:
    """The one word that differs by a slip (two in words of eight letters or more); nothing when several do."""
    allowed = 2 if len(word) >= 8 else 1
    distances = [(d, t) for t in targets if (d := _slips(word, t, allowed)) <= allowed]
    if not distances:
        return ""
    least = min(distances)[0]
    closest = {singular(t) for d, t in distances if d == least}
    return next(t for d, t in distances if d == least) if len(closest) == 1 else ""


def _slips(one: str, other: str, limit: int) -> int:
    """Letters wrong, missing, too many or swapped (Damerau 1964, restricted); a wrong first letter is no slip."""
    if one[0] != other[0] or abs(len(one) - len(other)) > limit:
        return limit + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, start=1):
        last, row = row, [i]
        for j, wanted in enumerate(other, start=1):
            best = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (letter != wanted))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == wanted:
                best = min(best, before[j - 2] + 1)
            row.append(best)
        before = last
    return row[-1]
