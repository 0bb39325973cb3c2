"""What a sentence says in set phrases: targets, windows of time, horizon, grain, kind and aggregate."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from windvane.agents.analyst.sentence import Sentence
from windvane.agents.analyst.targets import read_targets
from windvane.domain.goal import Grain, ProductKind, Target

_UNIT = r"(minute|min|hour|hr|h|night|day|week|wk|month|quarter|year|yr|d|w|m|y)s?"
_DAYS = r"(?:(?:calendar|business|trading|working|week|school) )?"
GRAINS: dict[str, Grain] = {
    "minute": "minute",
    "min": "minute",
    "hour": "hour",
    "hr": "hour",
    "h": "hour",
    "night": "day",
    "day": "day",
    "d": "day",
    "week": "week",
    "wk": "week",
    "w": "week",
    "month": "month",
    "m": "month",
    "quarter": "quarter",
    "year": "year",
    "yr": "year",
    "y": "year",
}
_ADVERBS: dict[str, Grain] = {
    "minutely": "minute",
    "hourly": "hour",
    "daily": "day",
    "nightly": "day",
    "weekly": "week",
    "monthly": "month",
    "quarterly": "quarter",
    "yearly": "year",
    "annual": "year",
    "annually": "year",
}
_COMING = r"(?:next|coming|following|upcoming)"

_DATE = r"(\d{4}-\d{2}-\d{2}|(?:\d{1,2} )?[a-z]{3,9} (?:19|20)\d\d|(?:19|20)\d\d)"
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_CLOCK = r"(\d{1,2}:\d{2}|\d{1,2})(?: ?(am|pm|o'clock))?"

FORECAST = (
    r"forecast(?:s|ing|ed)?|predict(?:s|ed|ing|ions?)?|projections?|project the|outlook|anticipate|extrapolate"
    r"|what will|will be|will there be|do we expect|expected"
)
_KINDS: tuple[tuple[ProductKind, str], ...] = (
    (
        "nowcast",
        r"nowcast(?:s|ing)?|flash estimate|current estimate|estimate (?:the )?(?:current|today)"
        r"|estimate(?= (?:.* )?(?:for|of|on) (?:that|the same|the running) (?:day|week|month|quarter|year))",
    ),
    (
        "classification",
        r"classif(?:y|ication|ies|ier)|categori[sz]e|predict (?:if|whether|which|who)|whether|likel(?:y|ihood)"
        r"|probability|risk of|at risk|churners?",
    ),
    (
        "anomaly",
        r"anomal(?:y|ies|ous)|outliers?|unusual(?:ly)?|abnormal(?:ly)?|suspicious|odd|strange|weird|irregularit(?:y|ies)"
        r"|fraud(?:ulent)?|out of the ordinary|spikes",
    ),
    ("segmentation", r"segment(?:s|ation|ing)?|cluster(?:s|ing)?|personas?|similar groups?|groups? (?:of )?similar"),
    ("forecast", FORECAST),
    ("classification", r"(?:flag(?:ging)?|detect(?:ing)?|spot(?:ting)?|catch(?:ing)?)(?= \w)"),  # what, a column says
    ("table", r"table|list|dataset|data set|extract|1 row per|one row per|listing"),
)
_AGGREGATES: tuple[tuple[str, str], ...] = (
    ("count", r"(?:the )?(?:number|count) of|how many|counts?"),
    ("unsupported", r"median|percentiles?|quantiles?|mode of"),
    ("stddev", r"standard deviations?|stddev|std dev|std|variability|spread|dispersion"),
    ("volatility", r"volatility|volatilities|vol"),
    ("return", r"returns?|performance"),
    ("avg", r"(?:the )?(?:average|mean|avg|typical)(?: of)?"),
    ("sum", r"(?:the )?(?:total|sum|overall|cumulative|how much)(?: of)?"),
    ("max", r"(?:the )?(?:maximum|max|highest|peak|largest|hottest|longest|biggest)"),
    ("min", r"(?:the )?(?:minimum|min|lowest|smallest|coldest|shortest)"),
    ("last", r"(?:the )?(?:latest|most recent|newest|current|last)"),
    ("share", r"(?:the )?(?:share|proportion|fraction|percentage|rate|%) of"),
)


@dataclass
class Said:
    """What the set phrases of one sentence say."""

    kind: ProductKind | None = None
    aggregate: str = ""
    grains: list[Grain] = field(default_factory=list)
    horizon: int = 0
    horizon_unit: Grain = ""
    targets: list[Target] = field(default_factory=list)
    constraints: list[str] = field(default_factory=list)
    published: tuple[str, ...] = ()  # words for values of which the sentence says when they appear


def read_phrases(sentence: Sentence) -> Said:
    """Take every set phrase out of `sentence`."""
    said = Said()
    said.targets = read_targets(sentence)
    _availability(sentence, said)
    _dates(sentence, said)
    _clock(sentence, said)
    looks_ahead = sentence.has(FORECAST) or sentence.has(_KINDS[1][1])
    _horizon(sentence, said, "ahead" if looks_ahead else "any")
    _window(sentence, said)
    _grain(sentence, said)
    for m in sentence.take(r"(top|bottom|best|worst) (\d+)", leave=""):
        said.constraints.append(f"{'top' if m[1] in ('top', 'best') else 'bottom'} {m[2]}")
    return said


def read_kind(sentence: Sentence, said: Said) -> None:
    """Which kind of product the words ask for; the words stay, they may also be names of columns."""
    for kind, pattern in _KINDS:
        if sentence.has(pattern):
            said.kind = kind
            break
    if said.horizon and said.kind in (None, "table"):
        said.kind = "forecast"


def read_aggregate(sentence: Sentence, said: Said, *, keep: frozenset[str]) -> None:
    """Take the words of an aggregate out, except those in `keep`: names of columns and tables of the catalog."""
    for aggregate, pattern in _AGGREGATES:
        whole = rf"(?<!\S)(?:{pattern})(?!\S)"
        found = re.search(whole, sentence.text)
        if found is None or (found[0].split()[-1] in keep and aggregate != "count"):
            continue
        said.aggregate = said.aggregate or aggregate
        sentence.text = " ".join(re.sub(whole, " ", sentence.text, count=1).split())


def _availability(sentence: Sentence, said: Said) -> None:
    """When the values of what is estimated appear, as in `net asset values appear the same evening`."""
    when = (
        r"(?P<when>(?:the |on the |in the )?(?:same (?:day|evening|morning)|next (?:business |working |trading )?"
        r"(?:day|morning)|\d+ days? later)(?: at (?P<clock>\d{1,2}:\d{2}))?)"
    )
    verbs = (
        r"(?:(?:appear|arrive|come|become available|come out|are|is|get)s?|becomes available|comes out)"
        r"(?: only)?(?: (?:published|known|available|released|delivered))?"
    )
    for m in sentence.take(rf"(?:and |, )?(?:whose |their |its |the )?(?P<what>(?:[a-z]+ ){{1,4}}){verbs} {when}"):
        day = re.sub(r"^(?:on |in )?the ", "", m["when"])
        known = {"same evening": "same day 21:00", "same morning": "same day 09:00", "next morning": "next day 09:00"}
        said.constraints.append(f"known {known.get(day, day.replace(' at ', ' '))}")
        said.published = tuple(m["what"].split())


def _dates(sentence: Sentence, said: Said) -> None:
    keep = said.constraints
    for m in sentence.take(rf"(?:between|from) {_DATE} (?:and|to|until|till) {_DATE}"):
        keep.append(f"between {_date(m[1])} and {_date(m[2])}")
    for m in sentence.take(rf"(?:since|after|starting(?: in| from)?|from) {_DATE}(?: on| onwards?)?"):
        keep.append(f"since {_start(m[1])}")
    for m in sentence.take(rf"(?:before|until|till|up to) {_DATE}"):
        keep.append(f"before {_start(m[1])}")
    for m in sentence.take(rf"(?:in|during|for|of|on) (?:the year )?{_DATE}"):
        keep.append(f"in {_date(m[1])}")
    for m in sentence.take(r"(?:in |of )?this (day|week|month|quarter|year)"):
        keep.append(f"this {m[1]}")
    if sentence.take(r"year to date|ytd"):
        keep.append("this year")
    if sentence.take("(?:of |from )?yesterday"):
        keep.append("last 1 day")


def _date(text: str) -> str:
    """`2023`, `2023-03` or `2023-03-01` from a year, a month with its year, or a day; the text itself otherwise."""
    words = text.split()
    if len(words) == 1:
        return text
    month = next((n for n, m in enumerate(_MONTHS, start=1) if words[-2].startswith(m)), 0)
    if not month:
        return text
    return f"{words[-1]}-{month:02}" + (f"-{int(words[0]):02}" if len(words) == 3 else "")


def _start(text: str) -> str:
    date = _date(text)
    return date + "-01-01"[: 10 - len(date)] if len(date) == 4 else date + "-01" if len(date) == 7 else date


def _clock(sentence: Sentence, said: Said) -> None:
    sentence.take(r"at noon", leave="at 12:00")
    sentence.take(r"at midnight", leave="at 0:00")
    clear = r"(?=\d{1,2}:|\d{1,2} ?(?:am|pm|o'clock))"
    for m in sentence.take(rf"(?:between|from) {clear}{_CLOCK} (?:and|to|until) {_CLOCK}"):
        said.constraints.append(f"time between {_time(m[1], m[2] or m[4])} and {_time(m[3], m[4])}")
    for m in sentence.take(rf"(after|from|since|before|until|till) {clear}{_CLOCK}(?: on| onwards?)?"):
        op = ">=" if m[1] in ("after", "from", "since") else "<"
        said.constraints.append(f"time {op} {_time(m[2], m[3])}")
    for m in sentence.take(rf"at {clear}{_CLOCK}"):
        said.constraints.append(f"time = {_time(m[1], m[2])}")


def _time(text: str, half: str | None) -> str:
    hour, _, minute = text.partition(":")
    hours = int(hour) % 12 + 12 * (half == "pm") if half in ("am", "pm") else int(hour)
    return f"{hours:02}:{minute or '00'}"


def _horizon(sentence: Sentence, said: Said, direction: str) -> None:
    day = rf"{_DAYS}{_UNIT}"
    forms = [
        rf"(?:(?:for|over|in|during|within|of|through) )?(?:the )?{_COMING} (?:(\d+) )?{day}",
        rf"(\d+) {day} (?:ahead|out|in advance|forward|later|from now|into the future)",
        rf"()(?<!per ){day} ahead",
        rf"(\d+) {day} (?=forecast|prediction|outlook|projection|horizon|nowcast)",
        rf"(?:with )?(?:an? )?(?:horizon(?: of)?|up to|out to) (\d+) {day}(?: horizon)?",
    ]
    if direction == "ahead":
        forms.append(rf"(?:for|over|in|within|during) (?:(\d+)|an?|the) {day}")
    for form in forms:
        for m in sentence.take(form):
            said.horizon, said.horizon_unit = int(m[1] or 1), GRAINS[m[2]]
            _business(m[0], said)
    if sentence.take(r"(?:for |of )?tomorrow"):
        said.horizon, said.horizon_unit = 1, "day"


def _window(sentence: Sentence, said: Said) -> None:
    day = rf"{_DAYS}{_UNIT}"
    for m in sentence.take(
        rf"(?:rolling|moving|trailing) (\d+) {day}|(\d+) {day} (?:rolling|moving|trailing)", leave=""
    ):
        number, unit = int(m[1] or m[3]), GRAINS[m[2] or m[4]]
        said.constraints.append(f"rolling {number} {unit}{'s' if number > 1 else ''}")
    past = r"(?:last|past|previous|preceding|recent)"
    for m in sentence.take(rf"(?:over |in |during |for |from |within |of )?(?:the |our )?{past} (?:(\d+) )?{day}"):
        number = int(m[1] or 1)
        said.constraints.append(f"last {number} {GRAINS[m[2]]}{'s' if number > 1 else ''}")


def _grain(sentence: Sentence, said: Said) -> None:
    for m in sentence.take(rf"(?:per|by|each|every) {_DAYS}{_UNIT} (?:and|,)(?! the)", leave="per"):
        said.grains.append(GRAINS[m[1]])
        _business(m[0], said)
    if sentence.has("per|by|each|every"):
        for m in sentence.take(rf"(?:and|,) (?:by |per )?{_DAYS}{_UNIT}"):
            said.grains.append(GRAINS[m[1]])
            _business(m[0], said)
    for m in sentence.take(rf"(?:every|each) (\d+) {_UNIT}"):
        said.grains.append(GRAINS[m[2]])
        said.constraints.append(f"every {m[1]} {GRAINS[m[2]]}s")
    for m in sentence.take(rf"(?:on an? )?({'|'.join(_ADVERBS)})(?: (?:basis|level|granularity))?", leave=""):
        said.grains.append(_ADVERBS[m[1]])
    each = r"(?:per|for each|for every|for any|in each|on each|every single|each|every|by the|by|a|an)"
    for m in sentence.take(rf"{each} {_DAYS}{_UNIT}(?! of)"):
        said.grains.append(GRAINS[m[1]])
        _business(m[0], said)
    for m in sentence.take(r"on (?:business|trading|working|week) ?days(?: only)?"):
        _business(m[0], said)
    for m in sentence.take(r"(?P<u>day|week|month|year|hour|quarter) (?:by|over|on) (?P=u)"):
        said.grains.append(GRAINS[m["u"]])


def _business(words: str, said: Said) -> None:
    if re.search(r"\b(?:business|trading|working|week) day", words) and "business days" not in said.constraints:
        said.constraints.append("business days")
