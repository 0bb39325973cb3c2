"""Words that headers are made of, by what they say: identifiers, ordinals, measures, times, roles."""

from __future__ import annotations

_IDENTIFYING = "id key code no nr num number uuid guid pk fk sk ref identifier sku iso iso2 iso3 isin ean cusip sedol"
ID_WORDS = frozenset(_IDENTIFYING.split())
_ORDINALS_WORDS = (
    "line row seq sequence position pos index idx ordinal rank item step version revision episode stage lap order "
    "slot part"
)
ORDINALS = frozenset(_ORDINALS_WORDS.split())
COUNTED = frozenset(
    {"line", "row", "sequence", "seq", "position", "item", "step", "version", "revision", "page", "lap"}
)
NUMBERS = frozenset({"no", "nr", "num", "number"})
_MEASURES_WORDS = (
    "qty quantity amount amt price cost total subtotal sum balance bal value val count cnt size weight "
    "height width length depth area volume score rating age duration seconds minutes hours days milliseconds "
    "bytes rate ratio percent pct percentage discount tax fee salary wage income revenue sales profit margin "
    "budget spend units stock level temp temperature pressure speed distance latitude longitude lat lon "
    "lng points grade mark marks capacity population share return open high low close nav yield mean avg min max "
    "std priority credits"
)
MEASURES = frozenset(_MEASURES_WORDS.split())
_TIMES_WORDS = "date time day month year week quarter timestamp datetime at period ts dt datum tag monat jahr hour"
TIMES = frozenset(_TIMES_WORDS.split())
GENERIC = frozenset({"name", "type", "value", "status", "description", "text", "title", "label", "comment"})
_STAFF_WORDS = "employee staff worker personnel user person people agent member salesperson teammember"
STAFF = frozenset(_STAFF_WORDS.split())
_STAFF_ROLES_WORDS = (
    "rep representative manager supervisor boss agent seller salesperson assignee assigned owner approver "
    "approved creator handler clerk advisor adviser head lead leader mentor reviewer assistant by responsible "
    "contact author"
)
STAFF_ROLES = frozenset(_STAFF_ROLES_WORDS.split())
_SELF_ROLES_WORDS = (
    "parent manager supervisor boss reports predecessor previous prev next successor original replaces replaced "
    "mentor superior root master leader prerequisite requires"
)
SELF_ROLES = frozenset(_SELF_ROLES_WORDS.split())
