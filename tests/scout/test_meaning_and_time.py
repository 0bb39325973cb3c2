"""What columns mean, when things happened, what is personal, what decides what, and what a language model adds."""

from __future__ import annotations

import json
import random
from datetime import date, datetime, timedelta

from scout.places import Place, claims, one
from windvane.domain.errors import TryAgain
from windvane.domain.ports import Answer, Field


def business_days(count: int) -> list[date]:
    days = (date(2020, 1, 1) + timedelta(days=i) for i in range(3 * count))
    return [d for d in days if d.weekday() < 5 and (d.month, d.day) not in ((1, 1), (12, 25))][:count]


def test_daily_prices_are_one_row_per_ticker_and_business_day(place: Place) -> None:
    rng = random.Random(1)
    rows = [
        (d, t, f"{rng.uniform(10, 900):.2f}", rng.randint(1, 10**7), "USD")
        for d in business_days(300)
        for t in ("AAA", "BBB", "CCC")
    ]
    place.land("prices", ["date", "ticker", "close", "volume", "currency"], rows)
    found = place.look()
    assert one(found, "key", "prices").value == "date,ticker"
    assert one(found, "grain", "prices").value == "one row per date and ticker"
    assert one(found, "time_column", "prices").value == "date"
    assert one(found, "cadence", "prices").value == "business_day"
    assert one(found, "cadence", "prices").confidence > 0.9
    meanings = claims(found, "meaning")
    assert meanings["prices.close"] == "price"
    assert meanings["prices.ticker"] == "instrument"
    assert meanings["prices.currency"] == "currency"
    assert meanings["prices.volume"] == "quantity"
    assert one(found, "unit", "prices.close").value == "USD"


def test_cadences_from_minutes_to_years(place: Place) -> None:
    start = datetime(2024, 3, 1)
    ticks = {
        "minute": [start + timedelta(minutes=i) for i in range(90)],
        "hour": [start + timedelta(hours=i) for i in range(90)],
        "day": [(start + timedelta(days=i)).date() for i in range(90)],
        "week": [(start + timedelta(days=7 * i)).date() for i in range(40)],
        "month": [date(2000 + i // 12, i % 12 + 1, 1) for i in range(60)],
        "quarter": [date(2000 + i // 4, 3 * (i % 4) + 1, 1) for i in range(40)],
        "year": [date(1960 + i, 12, 31) for i in range(40)],
        "irregular": [(start + timedelta(days=i * i)).date() for i in range(60)],
    }
    for name, stamps in ticks.items():
        place.land(f"t_{name}", ["at", "level"], [(t, i) for i, t in enumerate(stamps)])
    assert claims(place.look(), "cadence") == {f"t_{name}": name for name in ticks}


def test_personal_data_is_found_by_header_and_by_check_digits_and_never_repeated(place: Place) -> None:
    rng = random.Random(2)
    people = [
        (
            i,
            f"person{i}@mail.example",
            f"+49 30 {rng.randint(1_000_000, 9_999_999)}",
            "DE89370400440532013000",
            f"case {i % 40}",
            i % 7,
        )
        for i in range(200)
    ]
    place.land("people", ["id", "x1", "x2", "x3", "remarks", "level"], people)
    found = place.look()
    personal = {f.subject: (f.value, f.confidence) for f in found if f.claim == "personal"}
    assert personal["people.x1"][0] == "email"
    assert personal["people.x1"][1] > 0.9
    assert personal["people.x2"][0] == "phone"
    assert personal["people.x3"][0] == "bank_account"
    assert personal["people.remarks"][0] == "free_text"
    assert 0.3 <= personal["people.remarks"][1] < 0.7, "a header alone is a doubt"
    assert "people.level" not in personal
    spoken = " ".join(f.evidence + f.value for f in found)
    assert "person1@" not in spoken
    assert "DE8937" not in spoken


def test_a_city_decides_its_country_and_noise_decides_nothing(place: Place) -> None:
    rng = random.Random(4)
    cities = {"Rome": "IT", "Milan": "IT", "Paris": "FR", "Lyon": "FR", "Berlin": "DE", "Bonn": "DE", "Wien": "AT"}
    rows = []
    for i in range(500):
        city = rng.choice(list(cities))
        guide = cities[city] if rng.random() > 0.06 else rng.choice("XYZ")  # nearly, but too often not
        typed = cities[city] if i % 100 else f"?{i}"  # five typing errors
        rows.append((i, city, cities[city], guide, typed, rng.choice("pqrs")))
    place.land("visits", ["visit_id", "city", "country", "guide", "typed", "tag"], rows)
    found = place.look()
    rules = {(f.subject, f.value) for f in found if f.claim == "depends_on"}
    by_city = {("visits.country", "city"), ("visits.typed", "city")}
    assert rules == by_city | {("visits.country", "typed"), ("visits.typed", "country")}
    assert (
        min(f.confidence for f in found if f.subject == "visits.typed" and f.claim == "depends_on")
        < one(found, "depends_on", "visits.country").confidence
    )
    assert json.loads(one(found, "category", "visits.tag").value) == ["p", "q", "r", "s"]
    assert claims(found, "meaning")["visits.country"] == "country"


def test_a_copy_under_other_names_is_a_near_duplicate(place: Place) -> None:
    rows = [(f"K{i}", f"Town {i % 30}", date(2024, 1, 1) + timedelta(days=i)) for i in range(120)]
    place.land("sites", ["site_code", "town", "opened"], rows)
    place.land("places", ["ref", "ort", "eroeffnet"], rows[:115])
    place.land(
        "other",
        ["site_code", "town", "opened"],
        [(f"Z{i}", f"Ville {i}", date(1990, 1, 1) + timedelta(days=i)) for i in range(120)],
    )
    found = [f for f in place.look() if f.claim == "near_duplicate"]
    assert [(f.subject, f.value) for f in found] == [("places", "sites")]
    assert "3 renamed" in found[0].evidence


def test_sources_join_without_equal_names(place: Place) -> None:
    codes = [f"QX{i:04d}" for i in range(400)]
    place.land("meters", ["serial", "watts"], [(c, i % 17) for i, c in enumerate(codes) for _ in range(2)])
    place.land("visits", ["geraet", "tech"], [(c, i % 3) for i, c in enumerate(codes[:300]) for _ in range(3)])
    found = place.look()
    joins = {(f.subject, f.value): f.confidence for f in found if f.claim == "joinable"}
    assert joins[("visits.geraet", "meters.serial")] > 0.8
    assert len(joins) == 1, "three or seventeen small numbers are no reason to join"


def test_what_looks_wrong_is_said_without_values(place: Place) -> None:
    rows = [
        (
            i,
            "-999" if i % 9 == 0 else f"{i * 7 % 400}",
            "MÃ¼ller" if i == 5 else "x",
            "only",
            " pad" if i == 3 else f"pad {i % 5}",
        )
        for i in range(1, 501)
    ]
    place.land("sensors", ["sensor_id", "temp_c", "label", "site", "note"], rows)
    said = {f.subject: f.value for f in place.look() if f.claim == "quality"}
    assert "may stand for unknown" in said["sensors.temp_c"]
    assert said["sensors.label"] == "letters broken by a wrong encoding"
    assert said["sensors.site"] == "the same value in every row"
    assert said["sensors.note"] == "some texts have blanks around them"


def test_units_come_from_numbers_and_headers(place: Place) -> None:
    place.land("parcels", ["weight_kg", "price", "Power [kW]"], [(i, f"{i}.50 EUR", i) for i in range(30)])
    found = place.look()
    assert claims(found, "unit") == {"parcels.weight_kg": "kg", "parcels.price": "EUR", "parcels.Power [kW]": "kW"}
    assert one(found, "grammar", "parcels.price").value == "decimal:point=.;suffix= EUR"


class Scripted:
    """A language model that answers from a script and remembers what it was asked."""

    def __init__(self, answers: dict[str, str]) -> None:
        self.answers = answers
        self.asked: list[tuple[str, tuple[Field, ...]]] = []

    def choose(self, *, purpose: str, prompt: str, fields: tuple[Field, ...]) -> Answer:
        self.asked.append((prompt, fields))
        return Answer(
            values=tuple((f.name, (self.answers[f.name],)) for f in fields if f.name in self.answers), model="scripted"
        )


class Down:
    """A language model that cannot be reached."""

    def choose(self, *, purpose: str, prompt: str, fields: tuple[Field, ...]) -> Answer:
        raise TryAgain("the model does not answer", code="llm.timeout")


def odd(place: Place) -> None:
    rng = random.Random(9)
    place.land(
        "odd",
        ["odd_id", "zz1", "zz2"],
        [(i, f"{rng.gauss(50, 9):.3f}", f"w{rng.randint(0, 10**6)}") for i in range(300)],
    )


def test_a_language_model_is_asked_only_where_statistics_are_unsure_and_stands_beside_them(place: Place) -> None:
    odd(place)
    place.llm = model = Scripted({"zz1": "percentage", "zz2": "not a meaning"})
    found = place.look()
    assert len(model.asked) == 1
    prompt, fields = model.asked[0]
    assert [f.name for f in fields] == ["zz1", "zz2"]
    assert "identifier" in fields[0].options
    assert not any(f"w{n}" in prompt for n in range(100, 1000)), "no value leaves"
    said = {(f.by, f.value) for f in found if f.subject == "odd.zz1" and f.claim == "meaning"}
    assert said == {("scout", "measure"), ("llm:scripted", "percentage")}
    assert {f.by for f in found if f.subject == "odd.zz2"} == {"scout"}, "an answer outside the list is dropped"


def test_a_language_model_that_fails_changes_nothing(place: Place) -> None:
    odd(place)
    plain = place.look()
    place.llm = Down()
    assert place.look() == plain


def test_a_stay_happens_when_it_begins(place: Place) -> None:
    """Of two moments that their names do not tell apart, the one that is never later says when."""
    stays = [
        (i, f"2024-{1 + i % 12:02}-05 10:00:00", f"2024-{1 + i % 12:02}-{6 + i % 9:02} 10:00:00") for i in range(90)
    ]
    place.land("stays", ["stay_id", "bed", "ended_at", "begun_at"], [(i, i % 7, b, a) for i, a, b in stays])
    told = one(place.look(), "time_column", "stays")
    assert told.value == "begun_at" and told.confidence >= 0.8 and "never after ended_at" in told.evidence
    mixed = [(i, i % 7, b, a) if i % 2 else (i, i % 7, a, b) for i, a, b in stays]
    place.land("swaps", ["swap_id", "bed", "one_at", "two_at"], mixed)
    assert one(place.look(), "time_column", "swaps").confidence < 0.8


def test_a_price_of_a_whole_order_adds_up(place: Place) -> None:
    place.land("orders", ["order_id", "total_price", "unit_price"], [(i, f"{i}.50", "1.25") for i in range(1, 60)])
    found = place.look()
    assert one(found, "meaning", "orders.total_price").value == "amount"
    assert one(found, "meaning", "orders.unit_price").value == "price"
