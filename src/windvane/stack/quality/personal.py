"""Rules that tell personal data by header and by checksummed values; shared by the profile and the scout."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from stdnum import iban, luhn
from stdnum.de import idnr
from stdnum.exceptions import ValidationError
from stdnum.us import ssn

from windvane.domain.record import Record

SURE = 0.5  # above it a column is treated as personal

_HEADERS: tuple[tuple[str, str, float], ...] = (
    ("email", r"e ?mail|mail address", 0.9),
    ("phone", r"phone|mobile|telephone|telefon|tel|fax|handy|cell", 0.75),
    (
        "person_name",
        r"(first|last|full|middle|given|family|maiden|sur) ?name|forename|vorname|nachname|lastname|"
        r"firstname|"
        r"fullname|(customer|client|patient|employee|contact|passenger|student|teacher|author|holder|owner|person|"
        r"user) name|"
        r"patient|passenger|nickname|username|user ?login",
        0.8,
    ),
    (
        "address",
        r"(street|home|billing|shipping|mailing|postal|residential) ?address|address|addr|street|"
        r"strasse|straße|anschrift",
        0.6,
    ),
    ("birth_date", r"birth|dob|date of birth|birthdate|birthday|geburtsdatum", 0.9),
    (
        "national_id",
        r"ssn|social security|national id|passport|tax id|steuer ?id|nino|insee|bsn|personnummer|"
        r"identity number",
        0.85,
    ),
    ("bank_account", r"iban|bank account|account holder", 0.8),
    ("card_number", r"(credit|debit) ?card|card (number|no)|cc (number|num)", 0.85),
    ("ip_address", r"ip|ip address|ip ?addr|client ip|remote addr", 0.6),
    ("gender", r"gender|sex|geschlecht", 0.5),
    ("free_text", r"notes?|remarks?|comments?|message|bemerkung(en)?|kommentar|feedback|memo", 0.4),
)
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[A-Za-z]{2,}")
_PHONE = re.compile(
    r"(\+\d[\d ()./-]{7,18}\d|\(\d{3}\) ?\d{3}-\d{4}|0\d{2,4}[ /-]\d[\d -]{4,10}\d|\d{2}-\d{3}-\d{3}-\d{4})"
)
_IP = re.compile(r"(25[0-5]|2[0-4]\d|1?\d?\d)(\.(25[0-5]|2[0-4]\d|1?\d?\d)){3}")
_CARD = re.compile(r"\d{4}[ -]?\d{4}[ -]?\d{4}[ -]?\d{4}")
_SSN = re.compile(r"\d{3}-\d{2}-\d{4}")


_IBAN = re.compile(r"[^\W\d_]{2}\W*\d\W*\d")  # a country and two check digits; the rest costs 50 us a text


class Suspicion(Record):
    """A kind of personal data with the probability that the column holds it, and why."""

    kind: str
    confidence: float
    evidence: str


def suspect(header: str, counts: Mapping[str, int]) -> Suspicion | None:
    """The likeliest kind of personal data of a column, or `None`; no value is repeated in the evidence."""
    by_header = _header(header)
    by_value = _values(tuple(counts))
    if by_header is None or by_value is None:
        return _weighed(by_header, counts) if by_value is None else by_value
    if by_header.kind == by_value.kind:
        both = 1 - (1 - by_header.confidence) * (1 - by_value.confidence)
        return Suspicion(
            kind=by_header.kind,
            confidence=round(min(0.995, both), 3),
            evidence=f"{by_header.evidence}; {by_value.evidence}",
        )
    return max(by_header, by_value, key=lambda s: s.confidence)


def words(header: str) -> str:
    """A header as lower-case words with single spaces: `BillingAddress` gives `billing address`."""
    split = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", header)
    return re.sub(r"[^0-9a-zäöüßéèàç]+", " ", split.lower()).strip()


def _header(header: str) -> Suspicion | None:
    spelled = words(header)
    for kind, form, sure in _HEADERS:
        if re.search(rf"(^|\s)({form})(\s|$)", spelled):
            return Suspicion(kind=kind, confidence=sure, evidence=f"header `{header}`")
    return None


def _weighed(found: Suspicion | None, counts: Mapping[str, int]) -> Suspicion | None:
    """A header alone is less sure when the values do not look like it."""
    if found is None or not counts:
        return found
    lettered = sum(1 for t in counts if any(c.isalpha() for c in t)) / len(counts)
    if found.kind in ("email", "ip_address", "card_number") or (
        found.kind in ("person_name", "address") and lettered < 0.5
    ):
        return Suspicion(
            kind=found.kind,
            confidence=round(found.confidence / 3, 3),
            evidence=f"{found.evidence}, values are not like it",
        )
    if found.kind == "phone" and not any(c.isdigit() for t in counts for c in t):
        return None
    return found


def _values(texts: tuple[str, ...]) -> Suspicion | None:
    checks: tuple[tuple[str, Callable[[str], bool], str], ...] = (
        ("email", lambda t: bool(_EMAIL.fullmatch(t)), "are e-mail addresses"),
        ("bank_account", _iban, "pass the IBAN check digits"),
        ("card_number", _card, "pass the card check digit"),
        ("national_id", _national, "are valid national numbers"),
        ("ip_address", lambda t: bool(_IP.fullmatch(t)), "are IP addresses"),
        ("phone", lambda t: bool(_PHONE.fullmatch(t)), "are written like phone numbers"),
    )
    texts = tuple(sorted(t.strip() for t in texts if t.strip()))[:400]
    for kind, check, say in checks:
        hits = sum(1 for t in texts if check(t))
        share = hits / max(1, len(texts))
        if share >= 0.6:
            sure = min(0.97, (hits + 1) / (hits + 2)) * (0.8 if kind in ("phone", "ip_address") else 1)
            return Suspicion(kind=kind, confidence=round(sure, 3), evidence=f"{share:.0%} of {len(texts)} texts {say}")
        if kind == "email" and share > 0:
            return Suspicion(
                kind="free_text", confidence=0.55, evidence=f"{hits} of {len(texts)} texts are e-mail addresses"
            )
    return _embedded(texts)


def _embedded(texts: tuple[str, ...]) -> Suspicion | None:
    hits = sum(1 for t in texts if len(t) > 12 and (_EMAIL.search(t) or re.search(r"\+\d{9,14}\b", t.replace(" ", ""))))
    if not hits:
        return None
    return Suspicion(
        kind="free_text",
        confidence=0.7,
        evidence=f"{hits} of {len(texts)} texts hold an e-mail address or phone number",
    )


def _iban(text: str) -> bool:
    return len(text) >= 15 and bool(_IBAN.match(text)) and bool(iban.is_valid(text))


def _card(text: str) -> bool:
    return bool(_CARD.fullmatch(text)) and bool(luhn.is_valid(re.sub(r"\D", "", text)))


def _national(text: str) -> bool:
    if _SSN.fullmatch(text):
        return bool(ssn.is_valid(text))
    if len(text) != 11 or not text.isdigit():
        return False
    try:
        idnr.validate(text)
    except ValidationError:
        return False
    return True
