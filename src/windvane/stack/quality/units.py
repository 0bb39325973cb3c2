"""Units and currencies that may stand beside a number, and how headers spell them."""

from __future__ import annotations

_CURRENCIES_WORDS = (
    "AED ARS AUD BGN BRL CAD CHF CLP CNY COP CZK DKK EGP EUR GBP HKD HUF IDR ILS INR ISK JPY KRW KWD MAD MXN MYR "
    "NGN NOK NZD PEN PHP PKR PLN QAR RON RSD RUB SAR SEK SGD THB TRY TWD UAH USD UYU VND ZAR GBX GBp"
)
CURRENCIES = frozenset(_CURRENCIES_WORDS.split())
SYMBOLS = {"$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY", "₹": "INR", "US$": "USD", "₽": "RUB", "₩": "KRW",
"R$": "BRL",
           "CHF": "CHF", "kr": "kr"}  # fmt: skip
_UNITS_WORDS = (
    "% ‰ ° °C °F K C F kg g mg µg lb lbs oz t km m cm mm µm mi ft in yd l L ml dl gal h hr hrs min s sec ms us ns "
    "d days W kW MW GW kWh MWh GWh Wh V A Hz kHz MHz GHz Pa hPa kPa bar psi N J kJ cal kcal B kB KB MB GB TB bit "
    "bps Mbps km/h mph m/s rpm Nm ppm pcs pc st. Stk x bp pp"
)
UNITS = frozenset(_UNITS_WORDS.split())
HEADER_UNITS = {
    "kg": "kg", "lb": "lb", "lbs": "lb", "km": "km", "miles": "mi", "cm": "cm", "mm": "mm", "celsius": "°C",
    "degc": "°C",
    "fahrenheit": "°F", "kelvin": "K", "pct": "%", "percent": "%", "percentage": "%", "bps": "bp", "seconds": "s",
    "secs": "s",
    "milliseconds": "ms", "millis": "ms", "ms": "ms", "minutes": "min", "mins": "min", "hours": "h", "hrs": "h",
    "days": "d",
    "bytes": "B", "kb": "kB", "mb": "MB", "gb": "GB", "kwh": "kWh", "mwh": "MWh", "rpm": "rpm", "nm": "Nm",
    "mph": "mph",
    "kmh": "km/h", "cents": "ct", "euro": "EUR", "euros": "EUR", "dollars": "USD", "usd": "USD", "eur": "EUR",
    "gbp": "GBP",
    "chf": "CHF", "jpy": "JPY", "inr": "INR", "grams": "g", "liters": "l", "litres": "l", "meters": "m", "metres": "m",
    "years": "y", "months": "mo", "weeks": "wk",
}  # fmt: skip


def before_numbers(text: str) -> bool:
    """Whether `text` may stand before a number as its unit; other letters make an identifier of it (`name12`)."""
    return (
        text in SYMBOLS
        or text in CURRENCIES
        or (len(text) == 1 and not text.isalnum() and text not in '#@_/\\:=*(<>~^&!?"|[{')
    )


def after_numbers(text: str) -> bool:
    """Whether `text` may stand behind a number as its unit; one letter needs a blank before it (`12A` is a seat)."""
    bare = text.strip()
    if len(bare) == 1 and bare.isalpha() and bare == text:
        return False
    return bare in UNITS or bare in SYMBOLS or bare in CURRENCIES
