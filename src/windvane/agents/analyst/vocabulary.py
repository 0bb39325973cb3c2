"""The words people use for data: synonyms, abbreviations, what meanings are called, and words that say nothing."""

from __future__ import annotations

from functools import cache, lru_cache

_GROUPS = """
revenue sales turnover income takings earnings proceeds
cost expense expenditure outlay
spend spending
price quote quotation
amount sum value total
quantity unit piece volume
customer client buyer shopper consumer
store shop branch outlet
product item article sku good
patient inpatient
doctor physician clinician
hospital clinic
ward department
machine device equipment
sensor probe meter
fund etf
stock share equity
security instrument asset ticker symbol
ride trip journey rental
driver chauffeur
student pupil learner
school college
teacher instructor
class classroom
course subject
grade mark score
employee staff worker colleague
salary wage pay
order purchase
visit session
country nation
city town
region area district territory
wait waiting queue
duration length millisecond
temperature heat
energy electricity consumption usage load
failure breakdown fault malfunction outage fail failed
churn attrition
admission intake admit admitted
readmission readmit readmitted
cancellation cancel cancelled canceled
drop dropout dropped
purchase bought buy
departure depart departed
arrival arrive arrived
death died deceased
birth born
conversion convert converted
default defaulted
pass passed
station stop dock
supplier vendor
delivery shipment consignment
crash accident collision
rain rainfall precipitation
wind gust
ticket case
passenger traveller traveler
demand need
stock inventory
profit margin
tip gratuity
fare fee charge
distance mileage
absence absenteeism
test exam examination
user member subscriber
invoice bill
project initiative
campaign promotion
click clickthrough
defect flaw
speed velocity
crop harvest yield
fraud fraudulent scam
farm field
bike bicycle
car vehicle
room apartment
booking reservation
game match
team club
attendance turnout
""".strip()

_SHORT = {
    "qty": "quantity",
    "amt": "amount",
    "avg": "average",
    "cnt": "count",
    "num": "number",
    "nr": "number",
    "dt": "date",
    "ts": "timestamp",
    "cat": "category",
    "cust": "customer",
    "emp": "employee",
    "dept": "department",
    "acct": "account",
    "txn": "transaction",
    "trx": "transaction",
    "inv": "invoice",
    "addr": "address",
    "pct": "percentage",
    "perc": "percentage",
    "temp": "temperature",
    "hum": "humidity",
    "vib": "vibration",
    "prod": "product",
    "pat": "patient",
    "dur": "duration",
    "dist": "distance",
    "rev": "revenue",
    "px": "price",
    "nav": "price",
    "adj": "adjusted",
    "vol": "volume",
    "stn": "station",
    "wt": "weight",
    "ht": "height",
    "bal": "balance",
    "sal": "salary",
    "dep": "departure",
    "arr": "arrival",
    "kwh": "energy",
    "mach": "machine",
    "equip": "equipment",
    "desc": "description",
    "mgr": "manager",
    "org": "organisation",
    "los": "length of stay",
}

MEANING_WORDS = {
    "price": "price quote close nav rate_of_exchange",
    "amount": "amount revenue value money payment sum spend sell",
    "quantity": "quantity unit piece volume number demand sell sold",
    "percentage": "percentage percent share rate",
    "rate": "rate ratio share",
    "index_level": "index level",
    "currency": "currency",
    "country": "country",
    "city": "city",
    "postcode": "postcode zip",
    "instrument": "instrument fund stock ticker symbol security asset share company",
    "organisation": "organisation company firm supplier",
    "person_name": "person name",
    "category": "category type kind",
    "email": "email",
}

_EXTENSIVE = (
    "amount revenue cost quantity unit piece energy consumption passenger visit visitor click order sale ride trip "
    "rainfall precipitation distance rental call item profit tip fare fee payment budget spend donation birth death "
    "downtime uptime overtime case admission booking attendance absence emission"
    " production output yield volume kwh kilowatt mwh liter litre "
    "ton tonne import export pageview view download injury defect count casualty attendee patient arrival "
    "withdrawal deposit kilometre kilometer mile goal point step"
)
_INTENSIVE = (
    "temperature speed pressure humidity score rating level rate ratio share percentage percent age grade vibration "
    "price index pulse bmi wait waiting delay duration weight height voltage current flow satisfaction occupancy "
    "latency density concentration pm10 pm25 ph minute length stay salary wage balance torque rpm mark efficiency "
    "utilization utilisation power load stock inventory heart noise wind size"
)
_NEUTRAL = "id key code no number name value nr num uid ref is has was flag the of in at usd eur gbp"

_SILENT = (
    "please i we want need would like to know see me us our my the a an show give build make create get tell what is "
    "are was were be been do does did can could you your how much that which this these it its there have has had "
    "so using use based on will shall should must let lets help find compute calculate work out monitor track watch "
    "keep an eye measure report dashboard kpi metric figure analysis analyse analyze overview about into as all any "
    "some also expected future upcoming detect spot flag who whose where when why he she they them if whether not "
    "data dataset clean cleaned table list model forecast forecasting forecasts predict prediction predictions "
    "predicting estimate estimating nowcast classify classification categorise categorize segment segments "
    "segmentation cluster clusters group groups similar anomaly anomalies anomalous outlier outliers unusual abnormal "
    "suspicious odd strange weird projection projections outlook anticipate level basis just each every one row rows "
    "single own am i'd best possible good new different various up down product information now right "
    "real actual certain alert alerts warn behaviour behavior go going over time development trend evolution history "
    "historical distinct unique really simply quick quickly view being alike"
)
EXTENSIVE = frozenset(_EXTENSIVE.split())  # may be added up
INTENSIVE = frozenset(_INTENSIVE.split())  # may not
NEUTRAL = frozenset(_NEUTRAL.split())  # parts of names that tell nothing
SILENT = frozenset(_SILENT.split())  # words of sentences that name nothing


_IRREGULAR = {
    "people": "person",
    "children": "child",
    "men": "man",
    "women": "woman",
    "indices": "index",
    "criteria": "criterion",
    "analyses": "analysis",
    "series": "series",
    "staff": "staff",
    "lives": "life",
    "countries": "country",
}
_ENDINGS = ("ings", "ing", "ments", "ment", "als", "al", "ers", "ed", "er", "e", "y", "s")


@cache
def known() -> frozenset[str]:
    """Every word of the vocabulary, for telling a rare word from a mistyped one."""
    meanings = {w for words in MEANING_WORDS.values() for w in words.split()}
    return frozenset({*_GROUPS_OF, *_SHORT, *_SHORT.values(), *SILENT, *EXTENSIVE, *INTENSIVE, *meanings})


@lru_cache(maxsize=65_536)
def singular(word: str) -> str:
    """`word` without its plural; words that only look like plurals stay."""
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if len(word) < 4 or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies"):
        return f"{word[:-3]}y"
    if word.endswith(("sses", "shes", "ches", "xes", "zes", "uses")):
        return word[:-2]
    return word[:-1] if word.endswith("s") else word


def _synonyms() -> dict[str, frozenset[int]]:
    found: dict[str, set[int]] = {}
    for number, line in enumerate(_GROUPS.splitlines()):
        for word in line.split():
            found.setdefault(singular(word), set()).add(number)
    return {word: frozenset(groups) for word, groups in found.items()}


_GROUPS_OF = _synonyms()


@lru_cache(maxsize=65_536)
def root(word: str) -> str:
    """What `close`, `closing` and `closed`, or `rent` and `rental`, have in common; at least four letters."""
    word = singular(word)
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            stem = word[: -len(ending)]
            return stem[:-1] if len(stem) > 4 and stem[-1] == stem[-2] else stem
    return word


@lru_cache(maxsize=65_536)
def alike(word: str, part: str) -> float:
    """How surely `word` of a sentence means `part` of a name: 1 for the same word, 0 for no relation."""
    one, other = singular(word), singular(part)
    if one == other:
        return 1.0
    if _SHORT.get(other) == one or _SHORT.get(one) == other:
        return 0.95
    if root(one) == root(other):
        return 0.95
    other, one = _SHORT.get(other, other), _SHORT.get(one, one)
    if _GROUPS_OF.get(one, frozenset()) & _GROUPS_OF.get(other, frozenset()):
        return 0.85
    return _by_letters(one, other)


def _by_letters(one: str, other: str) -> float:
    short, long = sorted((one, other), key=len)
    if len(short) >= 4 and long.startswith(short):
        return 0.75
    if len(short) >= 4 and short in long:
        return 0.7
    if len(other) >= 3 and other == short and one[0] == other[0] and len(long) >= 5 and _subsequence(short, long):
        return 0.6
    return 0.0


def _subsequence(short: str, long: str) -> bool:
    rest = iter(long)
    return all(letter in rest for letter in short)
