"""Two invented schemas, a school and a shop: keys and references are found, and doubts are said as doubts."""

from __future__ import annotations

import random
from datetime import date, timedelta

from scout.places import Place, claims, one
from windvane.domain.estate import Column, Contract, Reference

FIRST = ["Ada", "Ben", "Cleo", "Dev", "Eva", "Finn", "Gia", "Hugo", "Ida", "Jon", "Kim", "Lea"]
LAST = ["Adler", "Bauer", "Costa", "Dietz", "Engel", "Faber", "Graf", "Huber", "Iten", "Jung"]


def school(place: Place) -> None:
    rng = random.Random(7)
    subjects = ["Maths", "Physics", "Art", "Music", "Latin", "History", "Sport", "Chemistry"]
    place.land("subjects", ["code", "title"], [(s[:3].upper(), s) for s in subjects])
    teachers = [(i, rng.choice(FIRST), rng.choice(LAST), "" if i < 3 else rng.randint(1, 2)) for i in range(1, 31)]
    place.land("teachers", ["teacher_id", "first_name", "last_name", "mentor_id"], teachers)
    classes = [(100 + i, rng.choice(subjects)[:3].upper(), rng.randint(1, 30), rng.randint(1, 12)) for i in range(60)]
    place.land("classes", ["class_no", "subject_code", "head_teacher", "room"], classes)
    pupils = [
        (
            5000 + 3 * i,
            rng.choice(FIRST),
            rng.choice(LAST),
            date(2008, 1, 1) + timedelta(days=rng.randint(0, 900)),
            rng.randint(1, 5),
        )
        for i in range(400)
    ]
    place.land("pupils", ["pupil_id", "first_name", "last_name", "born", "siblings"], pupils)
    pairs = {(rng.choice(pupils)[0], rng.choice(classes)[0], y) for _ in range(2500) for y in (2021, 2022, 2023)}
    chosen = sorted(rng.sample(sorted(pairs), 2000))
    place.land("grades", ["pupil_id", "class_no", "year", "grade"], [(*p, rng.randint(1, 6)) for p in chosen])


def shop(place: Place) -> None:
    rng = random.Random(11)
    place.land(
        "country",
        ["Iso", "Name"],
        [
            ("DE", "Germany"),
            ("FR", "France"),
            ("IT", "Italy"),
            ("ES", "Spain"),
            ("PL", "Poland"),
            ("AT", "Austria"),
            ("CH", "Switzerland"),
            ("NL", "Netherlands"),
        ],
    )
    categories = [(i, f"Category {i}", "" if i <= 4 else rng.randint(1, 4)) for i in range(1, 41)]
    place.land("category", ["Id", "Name", "ParentId"], categories)
    products = [
        (f"P-{10_000 + 7 * i}", f"Thing {i}", rng.randint(1, 40), f"{rng.uniform(1, 500):.2f}", rng.randint(0, 900))
        for i in range(300)
    ]
    place.land("product", ["Sku", "Title", "CategoryId", "Price", "Stock"], products)
    customers = [
        (i, f"c{i}@example.org", rng.choice(["DE", "FR", "IT", "ES"]), rng.randint(0, 99)) for i in range(1, 501)
    ]
    place.land("customer", ["CustomerId", "Email", "Country", "Score"], customers)
    stores = [(i, rng.choice(["DE", "AT", "CH"]), rng.randint(50, 900)) for i in range(1, 13)]
    place.land("store", ["StoreId", "CountryIso", "Area"], stores)
    stock = [(s, p[0], rng.randint(0, 50)) for s in range(1, 13) for p in rng.sample(products, 120)]
    place.land("store_product", ["StoreId", "Sku", "Quantity"], stock)
    orders = [
        (
            900_000 + i,
            rng.randint(1, 500),
            rng.choice(stores)[0],
            date(2023, 1, 1) + timedelta(days=rng.randint(0, 700)),
        )
        for i in range(1500)
    ]
    place.land("orders", ["OrderId", "CustomerId", "StoreId", "OrderedAt"], orders)
    lines = []
    for order in orders:
        for position in range(1, rng.randint(2, 5)):
            line = rng.choice([s for s in stock if s[0] == order[2]])
            lines.append((order[0], position, line[1], order[2], rng.randint(1, 9), f"{rng.uniform(1, 500):.2f}"))
    place.land("order_line", ["OrderId", "LineNo", "Sku", "StoreId", "Quantity", "UnitPrice"], lines)


def test_a_school_is_understood(place: Place) -> None:
    school(place)
    found = place.look()
    assert claims(found, "key") == {
        "subjects": "code",
        "teachers": "teacher_id",
        "classes": "class_no",
        "pupils": "pupil_id",
        "grades": "pupil_id,class_no,year",
    }
    assert claims(found, "reference") == {
        "teachers.mentor_id": "teachers.teacher_id",
        "classes.subject_code": "subjects.code",
        "classes.head_teacher": "teachers.teacher_id",
        "grades.pupil_id": "pupils.pupil_id",
        "grades.class_no": "classes.class_no",
    }
    assert claims(found, "grain")["grades"] == "one row per pupil and class and year"


def test_a_shop_with_composite_keys_and_a_self_reference_is_understood(place: Place) -> None:
    shop(place)
    found = place.look()
    assert claims(found, "key") == {
        "country": "Iso",
        "category": "Id",
        "product": "Sku",
        "customer": "CustomerId",
        "store": "StoreId",
        "store_product": "StoreId,Sku",
        "orders": "OrderId",
        "order_line": "OrderId,LineNo",
    }
    assert claims(found, "reference") == {
        "category.ParentId": "category.Id",
        "product.CategoryId": "category.Id",
        "customer.Country": "country.Iso",
        "store.CountryIso": "country.Iso",
        "store_product.StoreId": "store.StoreId",
        "store_product.Sku": "product.Sku",
        "orders.CustomerId": "customer.CustomerId",
        "orders.StoreId": "store.StoreId",
        "order_line.OrderId": "orders.OrderId",
        "order_line.Sku": "product.Sku",
        "order_line.StoreId": "store.StoreId",
        "order_line.StoreId,Sku": "store_product.StoreId,Sku",
    }


def test_five_unique_rows_do_not_make_a_sure_key(place: Place) -> None:
    place.land("few", ["shade", "grams"], [(c, i * 10) for i, c in enumerate("ABCDE")])
    place.land("many", ["shade", "grams"], [(f"A{i}", i % 50) for i in range(3000)])
    found = place.look()
    assert max((f.confidence for f in found if f.claim == "key" and f.subject == "few"), default=0.0) < 0.5
    assert one(found, "key", "many").value == "shade"
    assert one(found, "key", "many").confidence > 0.9


def test_a_unique_measure_is_no_key(place: Place) -> None:
    rng = random.Random(3)
    rows = [(f"{rng.uniform(0, 1e6):.4f}", rng.choice("xyz"), rng.randint(1, 3)) for _ in range(2000)]
    place.land("readings", ["voltage", "probe", "channel"], rows)
    found = place.look()
    assert not [f for f in found if f.claim == "key" and f.confidence >= 0.5]
    assert one(found, "grain", "readings").confidence < 0.5


def test_small_numbers_do_not_refer_to_every_id(place: Place) -> None:
    rng = random.Random(5)
    place.land("boats", ["boat_id", "name"], [(i, f"Boat {i}") for i in range(1, 201)])
    trips = [(1000 + i, rng.randint(1, 200), rng.randint(1, 9), rng.randint(1, 5)) for i in range(800)]
    place.land("trips", ["trip_id", "boat_id", "crew", "mood"], trips)
    assert claims(place.look(), "reference", above=0.3) == {"trips.boat_id": "boats.boat_id"}


def test_a_key_brought_again_by_a_later_batch_stays_a_key_and_tells_how_data_arrive(place: Place) -> None:
    for day in range(3):
        place.land("accounts", ["account_id", "state"], [(i, "open" if i % 3 else f"s{day}") for i in range(1, 101)])
        place.land("events", ["event_id", "kind"], [(1000 * day + i, "abc"[i % 3]) for i in range(100)])
    found = place.look()
    assert one(found, "key", "accounts").value == "account_id"
    assert claims(found, "delivery") == {"accounts": "snapshot", "events": "append"}


def test_what_a_database_declares_is_believed_only_as_far_as_the_rows_bear_it_out(place: Place) -> None:
    place.land("depot", ["nr", "place"], [(i, f"Town {i % 7}") for i in range(1, 51)])
    place.land("van", ["plate", "home"], [(f"V{i // 2}", 1 + i % 50) for i in range(100)])
    place.declared = (
        Contract(relation="depot", key=("nr",), columns=(Column(name="nr", type="varchar(5)"),)),
        Contract(
            relation="van",
            key=("plate",),
            references=(Reference(columns=("home",), to="depot", to_columns=("nr",), match_share=1.0),),
        ),
    )
    found = place.look()
    assert one(found, "type", "depot.nr").value == "varchar"
    assert one(found, "reference", "van.home").value == "depot.nr"
    assert one(found, "reference", "van.home").confidence > 0.9
    broken = next(f for f in found if f.claim == "key" and f.subject == "van" and f.value == "plate")
    assert broken.confidence < 0.5
    assert "50 rows repeat it" in broken.evidence


def test_a_small_table_is_surer_of_its_key_when_another_repeats_its_values(place: Place) -> None:
    """25 rows alone do not show that tickers stay unique; 20 symbols that all are tickers, row after row, do."""
    tickers = [f"{a}{b}X" for a in "ABCDE" for b in "FGHIJ"]
    place.land("instruments", ["ticker", "place"], [(t, f"Town {i % 3}") for i, t in enumerate(tickers)])
    alone = one(place.look(), "key", "instruments")
    place.land("quotes", ["day", "symbol", "close"], _quotes(tickers[:20]))
    found = place.look()
    key = one(found, "key", "instruments")
    assert key.value == "ticker" and alone.confidence < 0.9 <= key.confidence
    assert "100% of 20 values of `quotes.symbol` are in it" in key.evidence
    reference = one(found, "reference", "quotes.symbol")
    assert reference.value == "instruments.ticker" and reference.confidence >= 0.9
    assert "both mean instrument" in reference.evidence


def test_texts_of_another_meaning_are_not_referred_to_so_surely(place: Place) -> None:
    words = [f"{a}{b}X" for a in "ABCDE" for b in "FGHIJ"]
    place.land("palette", ["shade", "gloss"], [(w, i % 3) for i, w in enumerate(words)])
    place.land("quotes", ["day", "symbol", "close"], _quotes(words[:20]))
    assert one(place.look(), "reference", "quotes.symbol").confidence < 0.9


def _quotes(symbols: list[str]) -> list[tuple[str, str, float]]:
    return [(f"2024-01-{d:02}", s, 10 + d / 4) for d in range(1, 29) for s in symbols]


def test_looking_twice_says_the_same(place: Place) -> None:
    school(place)
    assert place.look() == place.look()


def test_of_two_tables_with_the_same_keys_only_one_refers_to_the_other(place: Place) -> None:
    """Every order was paid once: the payment names its order, and no order waits for its payment."""
    rng = random.Random(17)
    numbers = [1_000_000 + 1000 * (i // 40) + i % 40 for i in range(1200)]
    place.land("orders", ["order_id", "amount"], [(n, f"{rng.uniform(3, 90):.2f}") for n in numbers])
    place.land("payments", ["payment_id", "order_id", "paid"], [(f"P{i:06d}", n, "yes") for i, n in enumerate(numbers)])
    found = place.look()
    assert one(found, "reference", "payments.order_id").confidence >= 0.9
    back = [f for f in found if f.claim == "reference" and f.subject == "orders.order_id"]
    assert all(f.confidence <= 0.5 for f in back), back
