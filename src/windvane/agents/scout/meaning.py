"""What columns mean, from headers and values: one of the closed list of meanings, and their units."""

from __future__ import annotations

import json
import re

from windvane.agents.scout import wording
from windvane.agents.scout.personal import suspicion, texts
from windvane.agents.scout.table import Table
from windvane.domain.batch import ColumnProfile
from windvane.domain.finding import Finding
from windvane.domain.ports import Engine
from windvane.stack.quality.personal import Suspicion
from windvane.stack.quality.spelling import read
from windvane.stack.quality.units import CURRENCIES, HEADER_UNITS, SYMBOLS, UNITS

Meant = tuple[str, float, str]
_MOST_CATEGORIES = 50
_WRITTEN = (
    ("url", r"https?://\S+", 0.97, "web addresses"),
    ("instrument", r"[A-Z]{2}[A-Z0-9]{9}\d", 0.9, "written like an ISIN"),
)
_COUNTRIES_WORDS = (
    "AD AE AF AG AI AL AM AO AR AT AU AW AZ BA BB BD BE BF BG BH BI BJ BM BN BO BR BS BT BW BY BZ CA CD CF CG CH "
    "CI CL CM CN CO CR CU CV CY CZ DE DJ DK DM DO DZ EC EE EG ER ES ET FI FJ FR GA GB GD GE GH GM GN GQ GR GT GW "
    "GY HK HN HR HT HU ID IE IL IN IQ IR IS IT JM JO JP KE KG KH KM KP KR KW KZ LA LB LC LI LK LR LS LT LU LV LY "
    "MA MC MD ME MG MK ML MM MN MO MR MT MU MV MW MX MY MZ NA NE NG NI NL NO NP NZ OM PA PE PG PH PK PL PR PS PT "
    "PY QA RO RS RU RW SA SB SC SD SE SG SI SK SL SM SN SO SR SS ST SV SY SZ TD TG TH TJ TL TM TN TO TR TT TW TZ "
    "UA UG UK US UY UZ VA VC VE VN VU WS YE ZA ZM ZW"
)
_COUNTRIES = frozenset(_COUNTRIES_WORDS.split())
_NUMBERS: tuple[tuple[str, str, float], ...] = (
    ("latitude", r"lat|latitude", 0.9),
    ("longitude", r"lon|lng|long|longitude", 0.9),
    ("year", r"year|jahr", 0.85),
    ("percentage", r"pct|percent|percentage|%", 0.9),
    ("amount", r"(total|extended|line|order|gross|net|full) ?(price|cost)", 0.85),
    ("price", r"price|close|open|high|low|adj close|nav|kurs|preis|prix|bid|ask|quote|unit price", 0.8),
    ("rate", r"rate|ratio|yield|tax|discount|fx|zins", 0.75),
    ("index_level", r"index|index level|level", 0.7),
    ("quantity", r"qty|quantity|count|units|volume|number of .*|anzahl|menge|stock|passengers|seats|cases|deaths", 0.8),
    (
        "amount",
        r"amount|total|subtotal|revenue|sales|cost|fee|balance|bal|acctbal|betrag|salary|income|spend|"
        r"value|umsatz|cash",
        0.8,
    ),
)
_TEXTS: tuple[tuple[str, str, float], ...] = (
    ("currency", r"currency|ccy|curr|waehrung|währung", 0.85),
    ("country", r"country|nation|land|pays", 0.85),
    ("city", r"city|town|stadt|ort|ville|municipality", 0.85),
    (
        "postcode",
        r"post ?code|zip|zip ?code|postal|"
        r"plz|postal code",
        0.9,
    ),
    ("url", r"url|link|website|homepage|uri", 0.8),
    (
        "instrument",
        r"ticker|symbol|isin|instrument|security|"
        r"fund|scheme|etf|cusip",
        0.85,
    ),
    (
        "organisation",
        r"company|organi[sz]ation|employer|firm|manufacturer|vendor|fund house|institution|school|"
        r"university|hospital",
        0.75,
    ),
    ("description", r"description|comment|comments|notes?|remarks?|text|summary|details|beschreibung", 0.8),
    ("version", r"version|revision|release", 0.75),
    (
        "category",
        r"type|category|status|class|kind|group|"
        r"segment|genre|priority|mode",
        0.7,
    ),
    ("name", r"name|title|label|bezeichnung", 0.6),
)
_PERSONAL = {
    "email": "email",
    "phone": "phone",
    "person_name": "person_name",
    "address": "address",
    "birth_date": "date",
    "national_id": "identifier",
    "bank_account": "identifier",
    "card_number": "identifier",
}


def findings(engine: Engine, table: Table) -> list[Finding]:
    """Meaning, unit and, for a few repeated texts, the categories of every column."""
    made: list[Finding] = []
    for seen in table.profile.columns:
        subject = f"{table.source}.{seen.name}"
        value, sure, why = meant(engine, table, seen)
        made.append(Finding(by="scout", subject=subject, claim="meaning", value=value, confidence=sure, evidence=why))
        unit = _unit(table, seen)
        if unit is not None:
            made.append(
                Finding(by="scout", subject=subject, claim="unit", value=unit[0], confidence=unit[1], evidence=unit[2])
            )
        made += _categories(engine, table, seen, value)
    return made


def meant(engine: Engine, table: Table, seen: ColumnProfile) -> Meant:
    """The likeliest meaning of a column with confidence and evidence."""
    values = texts(engine, table, seen.name)
    spelled = table.words[seen.name]
    numeric = _numeric(seen)
    return (
        _as_personal(suspicion(engine, table, seen.name))
        or _by_type(seen)
        or _by_value(seen, values)
        or _as_identifier(seen, spelled)
        or _by_header(seen, spelled, _NUMBERS if numeric else _TEXTS)
        or (_number_by_shape(seen) if numeric else _text_by_shape(table, seen))
    )


def _numeric(seen: ColumnProfile) -> bool:
    return seen.type in ("bigint", "double") or seen.type.startswith("decimal")


def _as_personal(found: Suspicion | None) -> Meant | None:
    if found is None or found.kind not in _PERSONAL or found.confidence < 0.5:
        return None
    return _PERSONAL[found.kind], found.confidence, found.evidence


def _by_type(seen: ColumnProfile) -> Meant | None:
    if seen.type == "boolean":
        return "flag", 0.95, "two truth values"
    if seen.type in ("date", "timestamp"):
        return seen.type, min(0.98, seen.confidence + 0.2), seen.evidence
    return None


def _as_identifier(seen: ColumnProfile, spelled: tuple[str, ...]) -> Meant | None:
    measured = seen.type == "double" or seen.type.startswith("decimal")
    if measured or not wording.is_id(spelled) or re.search(r"post|zip", seen.name.lower()):
        return None
    return "identifier", 0.85, f"header `{seen.name}`"


def _by_value(seen: ColumnProfile, values: dict[str, int]) -> Meant | None:
    """Meanings that the values themselves prove, or nearly."""
    if seen.type != "varchar" or not values:
        return None
    header, distinct = seen.name.lower(), set(values)
    if distinct <= CURRENCIES and (len(values) > 1 or re.search("curr|ccy", header)):
        return "currency", 0.95, f"all {len(values)} distinct texts are currency codes"
    for meaning, form, sure, say in _WRITTEN:
        if all(re.fullmatch(form, t) for t in values):
            return meaning, sure, f"all texts are {say}"
    named = bool(re.search(r"countr|nation|land", header))
    if distinct <= _COUNTRIES and (named or len(values) >= 5):
        return "country", 0.95 if named else 0.7, f"all {len(values)} distinct texts are country codes"
    return None


def _by_header(
    seen: ColumnProfile, spelled: tuple[str, ...], rules: tuple[tuple[str, str, float], ...]
) -> Meant | None:
    """The rule that matches the end of the header: `country_name` is a name of a country, `price_type` a category."""
    joined = " ".join(spelled)
    found = [(m, s, len(hit[0])) for m, form, s in rules if (hit := re.search(rf"(?:^|\s)(?:{form})$", joined))]
    whole = found or [
        (m, s - 0.15, len(hit[0])) for m, form, s in rules if (hit := re.search(rf"(?:^|\s)(?:{form})(?:\s|$)", joined))
    ]
    fitting = [(m, s, n) for m, s, n in whole if _in_range(m, seen)]
    if not fitting:
        return None
    best = max(fitting, key=lambda msn: (msn[1], msn[2]))
    if best[0] == "name" and len(fitting) == 1 and len(spelled) > 1:
        return _named_after(spelled, seen)
    return best[0], round(best[1], 3), f"header `{seen.name}`, {seen.type}"


def _named_after(spelled: tuple[str, ...], seen: ColumnProfile) -> Meant:
    inner = next((m for m, form, _ in _TEXTS if re.search(rf"(?:^|\s)(?:{form})$", " ".join(spelled[:-1]))), "name")
    kept = inner if inner in ("country", "city", "organisation", "instrument") else "name"
    return kept, 0.7, f"header `{seen.name}`, {seen.type}"


def _in_range(meaning: str, seen: ColumnProfile) -> bool:
    """Whether numbers can have the meaning at all."""
    limits = {"latitude": (-90, 90), "longitude": (-180, 180), "year": (1500, 2200)}
    if meaning not in limits or not seen.quantiles:
        return True
    low, high = limits[meaning]
    return low <= float(seen.minimum) and float(seen.maximum) <= high


def _number_by_shape(seen: ColumnProfile) -> Meant:
    if seen.distinct == 2 and (seen.minimum, seen.maximum) == ("0", "1"):
        return "flag", 0.8, "only 0 and 1"
    return "measure", 0.35, f"numbers from {seen.minimum} to {seen.maximum}"


def _text_by_shape(table: Table, seen: ColumnProfile) -> Meant:
    """What is left for texts: categories, descriptions and names, none of them sure."""
    if not seen.distinct:
        return "description", 0.05, "no values"
    if seen.distinct <= _MOST_CATEGORIES and seen.distinct <= 0.2 * table.rows:
        return "category", 0.65, f"{seen.distinct} distinct texts in {table.rows:,} rows"
    if seen.max_length > 60:
        return "description", 0.6, f"texts of up to {seen.max_length} characters"
    return "name", 0.3, f"{seen.distinct:,} distinct short texts"


def _unit(table: Table, seen: ColumnProfile) -> tuple[str, float, str] | None:
    """A unit written beside the numbers, in the header, or in a column of currencies that has one value."""
    if not _numeric(seen):
        return None
    spelling = read(seen.grammar)
    beside = (spelling.prefix or spelling.suffix).strip()
    if beside:
        return SYMBOLS.get(beside, beside), 0.97, f"`{beside}` stands beside the numbers"
    bracket = re.search(r"[\[(]\s*([^\])]{1,12}?)\s*[\])]", seen.name)
    if bracket and (bracket[1] in UNITS or bracket[1] in CURRENCIES or bracket[1] in SYMBOLS):
        return SYMBOLS.get(bracket[1], bracket[1]), 0.95, f"header `{seen.name}`"
    last = table.words[seen.name][-1] if table.words[seen.name] else ""
    if len(table.words[seen.name]) > 1 and last in HEADER_UNITS:
        return HEADER_UNITS[last], 0.85, f"header `{seen.name}`"
    return _currency_beside(table, seen)


def _currency_beside(table: Table, seen: ColumnProfile) -> tuple[str, float, str] | None:
    if not re.search(
        r"price|amount|total|cost|revenue|value|fee|balance|close|open|high|low|nav", " ".join(table.words[seen.name])
    ):
        return None
    for other in table.profile.columns:
        if re.search(r"curr|ccy", other.name.lower()) and other.distinct == 1 and other.minimum in CURRENCIES:
            return other.minimum, 0.8, f"`{other.name}` is {other.minimum} in every row"
    return None


def _categories(engine: Engine, table: Table, seen: ColumnProfile, meaning: str) -> list[Finding]:
    """The values of a text column with few of them; how sure the list is complete follows Good and Turing."""
    few = 2 <= seen.distinct <= _MOST_CATEGORIES and seen.distinct <= 0.2 * table.rows
    if not few or seen.type != "varchar" or meaning in _PERSONAL.values() or meaning in ("description", "identifier"):
        return []
    values = texts(engine, table, seen.name, every="row")
    once = sum(1 for n in values.values() if n == 1)
    sure = max(0.05, 0.98 - once / max(1, len(values)) - 3 / max(3, table.rows))
    listed = json.dumps(sorted(values), ensure_ascii=False)
    why = f"{len(values)} distinct texts in {table.rows:,} rows, {once} of them once"
    return [
        Finding(
            by="scout",
            subject=f"{table.source}.{seen.name}",
            claim="category",
            value=listed,
            confidence=round(sure, 3),
            evidence=why,
        )
    ]
