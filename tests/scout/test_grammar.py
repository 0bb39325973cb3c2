"""How text spells values: what is decided, what is doubted, and that canonical text is exactly the value spelled."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from windvane.sql.portable import require_portable
from windvane.stack.quality.grammar import canonical_sql, castable_sql, decide
from windvane.stack.quality.telling import telling

CONNECTION = duckdb.connect()
GROUPS = {",": ".", ".": ",", " ": ",", "'": ".", "\u202f": ","}


def counted(*texts: str) -> dict[str, int]:
    return dict.fromkeys(texts, 1)


def cast(grammar: str, type_name: str, text: str, nulls: tuple[str, ...] = ()) -> object:
    """The value that a staging model would give, or `misfit` when the screen would stop it."""
    sql = canonical_sql(grammar, "t", nulls)
    ((fits, empty),) = CONNECTION.execute(
        f"SELECT {castable_sql(type_name, sql)}, ({sql}) IS NULL FROM (SELECT ? AS t)", [text]
    ).fetchall()
    if empty:
        return None
    if not fits:
        return "misfit"
    return CONNECTION.execute(f"SELECT CAST({sql} AS {type_name}) FROM (SELECT ? AS t)", [text]).fetchall()[0][0]


@pytest.mark.parametrize(
    ("texts", "type_name", "grammar"),
    [
        (("1", "2", "30"), "bigint", "integer"),
        (("1.5", "20"), "decimal(18,1)", "decimal:point=."),
        (("1,5", "20,25"), "decimal(18,2)", "decimal:point=,"),
        (("1.234,5", "12,3"), "decimal(18,1)", "decimal:point=,;group=."),
        (("1,234.50", "1,000,000.25"), "decimal(18,2)", "decimal:point=.;group=,"),
        (("1,234,567", "12"), "bigint", "integer:group=,"),
        (("30 EUR", "2.5 EUR"), "decimal(18,1)", "decimal:point=.;suffix= EUR"),
        (("$1,000.00", "-$5.50"), "decimal(18,2)", "decimal:point=.;group=,;prefix=$"),
        (("5%", "6%"), "bigint", "integer:suffix=%"),
        (("1e5", "2.5E-3"), "double", "decimal:point=."),
        (("0.12345678901", "3"), "double", "decimal:point=."),
        (("2020-01-05", "2020-12-31"), "date", "date:%Y-%m-%d"),
        (("31.12.2020", "01.01.2021"), "date", "date:%d.%m.%Y"),
        (("1.2.2020", "13.10.2021"), "date", "date:%-d.%-m.%Y"),
        (("12/31/2020", "01/02/2021"), "date", "date:%m/%d/%Y"),
        (("05-Jan-2021", "16-Feb-2022"), "date", "date:%d-%b-%Y"),
        (("January 5, 2020", "May 12, 2021"), "date", "date:%B %-d, %Y"),
        (("2020-01-05 10:00:00", "2020-01-05 11:30:59"), "timestamp", "timestamp:%Y-%m-%d %H:%M:%S"),
        (("13/01/2020 10:00", "14/01/2020 11:00"), "timestamp", "timestamp:%d/%m/%Y %H:%M"),
        (("ja", "nein"), "boolean", "boolean:true=ja;false=nein"),
        (("0042", "1234"), "varchar", "text"),
        (("1234567890123456789", "12"), "varchar", "text"),
        (("12A", "13"), "varchar", "text"),
        (("name1", "name2"), "varchar", "text"),
        ((" a", "b "), "varchar", "text:trim"),
        ((" 1", "2 "), "bigint", "integer:trim"),
        (("31.02.2020", "30.02.2021"), "varchar", "text"),
    ],
)  # fmt: skip
def test_texts_are_read_for_what_they_are(texts: tuple[str, ...], type_name: str, grammar: str) -> None:
    found = decide(counted(*texts))
    assert (found.type, found.grammar) == (type_name, grammar)


@pytest.mark.parametrize(
    ("texts", "readings"),
    [
        (("1,234", "2,345", "12,001"), {"integer:group=,", "decimal:point=,"}),
        (("1.234", "2.345"), {"integer:group=.", "decimal:point=."}),
        (("03/04/2020", "05/06/2021"), {"date:%d/%m/%Y", "date:%m/%d/%Y"}),
        (("03.04.2020", "12.06.2021"), {"date:%d.%m.%Y", "date:%m.%d.%Y"}),
    ],
)
def test_two_readings_that_fit_alike_are_both_said_with_little_confidence(
    texts: tuple[str, ...], readings: set[str]
) -> None:
    found = decide(counted(*texts))
    assert {found.grammar, found.runner_up} == readings
    assert found.confidence <= 0.6
    assert all(f"`{r}`" in found.evidence for r in readings)


def test_sure_siblings_settle_an_ambiguous_column() -> None:
    assert decide(counted("1,234", "2,345"), siblings=("decimal:point=,;group=.",)).grammar == "decimal:point=,"
    assert decide(counted("1,234", "2,345"), siblings=("decimal:point=.",)).grammar == "integer:group=,"
    settled = decide(counted("03/04/2020"), siblings=("date:%m/%d/%Y",))
    assert (settled.grammar, settled.confidence) == ("date:%m/%d/%Y", 0.85)


def test_digits_are_dates_or_moments_only_where_the_header_says_so() -> None:
    assert (
        decide(counted("20200105", "20201231"), name="order_date").confidence
        > decide(counted("20200105", "20201231")).confidence
    )
    assert decide(counted("1600000000", "1600000001"), name="created_at").grammar == "epoch:s"
    assert decide(counted("1600000000", "1600000001"), name="phone").grammar == "integer"


def test_words_for_no_value_are_null_tokens_but_not_in_text_where_they_may_be_values() -> None:
    assert decide(counted("1", "2", "N/A", "-", "")).null_tokens == ("-", "N/A")
    assert decide(counted("Namibia", "NA", "None", "NULL")).null_tokens == ("NULL",)


def test_more_texts_make_it_surer() -> None:
    few, many = decide(counted("1", "2")), decide(counted(*map(str, range(500))))
    assert few.confidence < 0.8 < many.confidence


def test_one_in_a_thousand_may_misfit_one_in_twenty_may_not() -> None:
    good = {str(i): 1 for i in range(999)}
    assert decide(good | {"twelve": 1}).type == "bigint"
    assert decide({str(i): 1 for i in range(19)} | {"twelve": 1}).type == "varchar"


numbers = st.decimals(min_value=-(10**12), max_value=10**12, places=3, allow_nan=False, allow_infinity=False)


def spelled(value: Decimal, group: str, point: str) -> str:
    text = f"{abs(value):,.3f}".replace(",", "\x00").replace(".", point).replace("\x00", group)
    return ("-" if value < 0 else "") + text


@settings(max_examples=25, deadline=None)
@given(value=numbers, group=st.sampled_from(sorted(GROUPS)))
def test_grouped_decimals_keep_every_digit(value: Decimal, group: str) -> None:
    point = GROUPS[group]
    for text in (spelled(value, group, point), spelled(value, "", point)):
        assert cast(f"decimal:point={point};group={group}", "decimal(24,3)", text) == value
    assert cast(f"decimal:point={point}", "decimal(24,3)", spelled(value, "", point)) == value
    for unit in ("$", " EUR", "%", "°C"):
        place = "prefix" if unit == "$" else "suffix"
        bare = spelled(abs(value), group, point)
        text = unit + bare if place == "prefix" else bare + unit
        assert cast(f"decimal:point={point};group={group};{place}={unit}", "decimal(24,3)", text) == abs(value)


@settings(max_examples=40, deadline=None)
@given(value=st.integers(-(10**17), 10**17), group=st.sampled_from([",", ".", " ", "'"]))
def test_grouped_integers_keep_every_digit(value: int, group: str) -> None:
    assert cast(f"integer:group={group}", "bigint", f"{value:,}".replace(",", group)) == value
    assert cast("integer", "bigint", str(value)) == value
    assert cast("integer:suffix= kg", "bigint", f"{value} kg") == value


@settings(max_examples=80, deadline=None)
@given(text=st.text("0123456789,.", min_size=1, max_size=12))
def test_odd_groups_and_points_are_misfits_and_never_another_number(text: str) -> None:
    """What is cast is the one value that a reader of the grammar would give."""
    found = cast("decimal:point=.;group=,", "decimal(24,9)", text)
    whole, _, rest = text.partition(".")
    head, *groups = whole.split(",")
    well = (
        "," not in rest and "." not in rest and all(len(g) == 3 for g in groups) and (not groups or 1 <= len(head) <= 3)
    )
    if found != "misfit":
        assert well
        assert found == Decimal((whole.replace(",", "") or "0") + "." + (rest or "0"))
    elif well and whole and len(whole.replace(",", "")) <= 15:
        assert len(rest) > 9


DATES = ["%Y-%m-%d", "%Y/%m/%d", "%d.%m.%Y", "%m/%d/%Y", "%d-%m-%Y", "%-d.%-m.%Y", "%-m/%-d/%Y", "%Y%m%d", "%d "
"%b %Y", "%d-%b-%Y",
         "%b %-d, %Y", "%-d %B %Y", "%B %d, %Y", "%d/%m/%y", "%-d-%b-%y"]  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(value=st.dates(date(1970, 1, 1), date(2067, 12, 31)), form=st.sampled_from(DATES))
def test_dates_are_the_day_that_was_spelled(value: date, form: str) -> None:
    assert cast(f"date:{form}", "date", value.strftime(form)) == value
    assert cast(f"date:{form};trim", "date", f" {value.strftime(form)} ") == value
    other = "%d.%m.%Y" if form != "%d.%m.%Y" else "%d/%m/%Y"
    if form not in ("%-d.%-m.%Y",):
        assert cast(f"date:{form}", "date", value.strftime(other)) == "misfit"


TURNED = ["%d.%m.%Y", "%m/%d/%Y", "%d/%m/%Y", "%d-%m-%Y", "%m-%d-%Y", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d"]


@settings(max_examples=300, deadline=None)
@given(
    value=st.dates(date(1000, 1, 1), date(2999, 12, 31)),
    form=st.sampled_from(TURNED),
    clock=st.sampled_from(["", " %H:%M", "T%H:%M:%S"]),
    places=st.lists(st.tuples(st.integers(0, 18), st.sampled_from("0139./-: ?")), max_size=3),
    cut=st.integers(-3, 3),
)
def test_a_text_with_slips_is_the_date_it_spells_or_a_misfit(
    value: date, form: str, clock: str, places: list[tuple[int, str]], cut: int
) -> None:
    """The pieces are put in order without looking at them first: nothing that is spelled otherwise may pass."""
    clock = clock if form != "%Y%m%d" else ""
    text = datetime(value.year, value.month, value.day, 16, 5, 9).strftime(form + clock)
    for at, letter in places:
        text = text[:at] + letter + text[at + 1 :]
    text = text[:cut] if cut < 0 else text + "0" * cut if cut else text
    found = cast(f"timestamp:{form}{clock}" if clock else f"date:{form}", "timestamp" if clock else "date", text)
    if found not in ("misfit", None) and "0000" not in text:  # Python knows no year 0
        spelled_with = [clock, " %H:%M", "T%H:%M", " %H:%M:%S", "T%H:%M:%S"] if clock else [""]
        readings = [datetime.strptime(text, form + c) for c in spelled_with if _reads(text, form + c)]
        assert readings and found == (readings[0] if clock else readings[0].date())
        assert len(text) >= len(value.strftime(form))  # no digit was made up


def _reads(text: str, form: str) -> bool:
    try:
        datetime.strptime(text, form)
    except ValueError:
        return False
    return True


@settings(max_examples=200, deadline=None)
@given(text=st.text("01., $EUR+-", min_size=1, max_size=11))
def test_a_unit_or_a_group_out_of_place_is_a_misfit(text: str) -> None:
    for grammar, unit in (("decimal:point=.;group=,;prefix=$", "$"), ("decimal:point=.;group=,;suffix= EUR", "EUR")):
        found = cast(grammar, "decimal(24,9)", text)
        if found not in ("misfit", None):
            bare = text.replace(unit, "", 1).replace(" ", "", 1)
            head, *groups = bare.partition(".")[0].lstrip("+-").split(",")
            assert unit not in bare and " " not in bare and all(len(g) == 3 for g in groups)
            assert found == Decimal(bare.replace(",", "")) and (not groups or 1 <= len(head) <= 3)


@settings(max_examples=40, deadline=None)
@given(
    value=st.datetimes(datetime(1970, 1, 1), datetime(2067, 12, 31)),
    day=st.sampled_from(DATES[:6]),
    gap=st.sampled_from([" ", "T"]),
    clock=st.sampled_from(["%H:%M", "%H:%M:%S", "%H:%M:%S.%f", "%H:%M:%SZ"]),
)
def test_timestamps_are_the_moment_that_was_spelled(value: datetime, day: str, gap: str, clock: str) -> None:
    form = f"{day}{gap}{clock}"
    known = value.replace(microsecond=0) if "%f" not in clock else value
    known = known.replace(second=0) if "%S" not in clock else known
    if day.startswith("%-") or not form.startswith("%Y-%m-%d"):
        form = form.removesuffix("Z")
    assert cast(f"timestamp:{form}", "timestamp", known.strftime(form)) == known


@settings(max_examples=40, deadline=None)
@given(value=st.datetimes(datetime(2002, 1, 1), datetime(2037, 1, 1)), unit=st.sampled_from(["s", "ms", "us"]))
def test_epochs_are_the_moment_that_was_counted(value: datetime, unit: str) -> None:
    micros = (value - datetime(1970, 1, 1)) // timedelta(microseconds=1)
    size = {"s": 10**6, "ms": 1000, "us": 1}[unit]
    counted_units = micros // size
    expected = value - timedelta(microseconds=micros % size)
    assert cast(f"epoch:{unit}", "timestamp", str(counted_units)) == expected
    assert cast(f"epoch:{unit}", "timestamp", f"{counted_units}.9") == "misfit"


@pytest.mark.parametrize(
    ("grammar", "type_name", "text"),
    [
        ("integer", "bigint", "30.9"),
        ("integer", "bigint", "1e3"),
        ("integer", "bigint", "0x1F"),
        ("integer", "bigint", "1_000"),
        ("decimal:point=.", "decimal(18,2)", "1.005"),
        ("decimal:point=,", "decimal(18,2)", "1.5"),
        ("decimal:point=.;group=,", "decimal(18,2)", "1.234,5"),
        ("decimal:point=,;group=.", "decimal(18,2)", "1.23"),
        ("integer:group=,", "bigint", "1,23"),
        ("integer:group=,", "bigint", "1234,567"),
        ("date:%Y-%m-%d", "date", "2020-01-05 10:00"),
        ("date:%Y-%m-%d", "date", "2020-01-1?"),
        ("date:%d.%m.%Y", "date", "10/11/2012"),
        ("date:%d.%m.%Y", "date", "05.01.20201"),
        ("date:%d.%m.%Y", "date", "31.02.2020"),
        ("timestamp:%Y-%m-%d %H:%M:%S.%f", "timestamp", "2020-01-05 10:00:00.1234567"),
        ("boolean:true=ja;false=nein", "boolean", "yes"),
    ],
)
def test_nothing_is_silently_rounded_cut_or_turned(grammar: str, type_name: str, text: str) -> None:
    assert cast(grammar, type_name, text) == "misfit"


def test_no_value_is_null_and_nothing_else() -> None:
    assert cast("integer", "bigint", "") is None
    assert cast("integer:trim", "bigint", "   ") is None
    assert cast("decimal:point=,", "decimal(18,2)", "N/A", ("N/A",)) is None
    assert cast("text", "varchar", " kept as delivered ") == " kept as delivered "
    assert cast("boolean:true=ja;false=nein", "boolean", "JA") is True


@pytest.mark.parametrize(
    "grammar",
    [
        "text:trim",
        "integer:group= ;suffix=%",
        "decimal:point=,;group=.;prefix=$",
        "boolean:true=ja;false=nein",
        "epoch:ms",
        *(f"date:{form}" for form in DATES),
        "timestamp:%d.%m.%Y %H:%M:%S.%f",
    ],
)
def test_canonical_text_travels_to_other_engines(grammar: str) -> None:
    sql = canonical_sql(grammar, "delivered", ("N/A",))
    require_portable(f"MODEL (name staging.x, kind FULL);\n\nSELECT CAST({sql} AS VARCHAR) AS x FROM src.x AS s")


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        (("52,7", "1,25"), "decimal comma"),
        (("1.234,5", "12,3"), "decimal comma, points between thousands"),
        (("30 EUR", "2.5 EUR"), "EUR taken off"),
        (("31.12.2020", "01.01.2021"), "dates as 31.12.2021"),
        (("13/01/2020 10:00", "14/01/2020 11:00"), "times as 31/12/2021 16:05"),
        (("0042", "1234"), "1 values with leading zeros: no numbers"),
        (("ja", "nein"), "ja or nein"),
    ],
)
def test_evidence_is_said_as_a_colleague_would(texts: tuple[str, ...], said: str) -> None:
    found = decide(counted(*texts))
    assert found.evidence == said
    assert telling(f"{said} in all 2 rows")


@pytest.mark.parametrize(
    "texts", [("1", "2"), (" a", "b "), ("1.5", "2"), ("2020-01-05", "2020-12-31"), ("name1", "b")]
)
def test_what_goes_without_saying_is_not_said(texts: tuple[str, ...]) -> None:
    assert not telling(f"{decide(counted(*texts)).evidence} in all 2 rows")


def test_each_column_stands_for_no_value_once() -> None:
    for grammar in ("date:%d.%m.%Y", "decimal:point=.;group=,;prefix=$", "integer:suffix= kg", "epoch:ms"):
        assert canonical_sql(grammar, "t").count("NULLIF(") == 1
