"""Month names, mixed date formats, offsets and accounting negatives: read as what they spell, or left as text."""

from __future__ import annotations

import calendar
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import duckdb
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from windvane.sql.portable import require_portable
from windvane.stack.quality.grammar import canonical_sql, castable_sql, decide
from windvane.stack.quality.telling import telling

CONNECTION = duckdb.connect()
SHORT, FULL = calendar.month_abbr[1:], calendar.month_name[1:]


def read(grammar: str, type_name: str, texts: list[str]) -> list[object]:
    """The values that a staging model gives; `misfit` where the screen would stop the row."""
    sql = canonical_sql(grammar, "t")
    value = f"CASE WHEN {castable_sql(type_name, sql)} THEN CAST(TRY_CAST({sql} AS {type_name}) AS VARCHAR) END"
    found = CONNECTION.execute(f"SELECT coalesce({value}, 'misfit') FROM (SELECT unnest(?) AS t)", [texts])
    return [v for (v,) in found.fetchall()]


def decided(*texts: str) -> tuple[str, str, list[object]]:
    """(type, grammar, values) of a column with these texts."""
    found = decide(dict.fromkeys(texts, 1))
    return found.type, found.grammar, read(found.grammar, found.type, list(texts))


@pytest.mark.parametrize(
    ("texts", "grammar"),
    [
        (("3-April-1984", "13-May-1984"), "date:%-d-%B-%Y"),
        (("03-APR-1984", "13-may-1984"), "date:%d-%b-%Y"),
        (("03/April/1984", "13/May/1984"), "date:%d/%B/%Y"),
        (("3 April 1984", "13 May 1984"), "date:%-d %B %Y"),
        (("03APR1984", "13MAY1984"), "date:%d%b%Y"),
        (("03-Apr-84", "13-May-84"), "date:%d-%b-%y"),
        (("Apr 3, 1984", "May 13, 1984"), "date:%b %-d, %Y"),
        (("April 3, 1984", "May 13, 1984"), "date:%B %-d, %Y"),
        (("1984-Apr-03", "1984-May-13"), "date:%Y-%b-%d"),
        (("03-Apr-1984", "13-May-1984", "3-April-1984", "13-May-1984"), "date:%-d-%-b-%Y"),
        (("3 Sept 1984", "13 May 1984", "13 October 1984"), "date:%-d %-b %Y"),
        (("1984-04-03", "1984-05-13", "13.05.1984", "03.04.1984"), "date:%Y-%m-%d|%d.%m.%Y"),
        (("1984-04-03", "19840513"), "date:%Y-%m-%d|%Y%m%d"),
    ],
)
def test_each_text_is_the_day_it_spells(texts: tuple[str, ...], grammar: str) -> None:
    kind, found, values = decided(*texts)
    assert (kind, found) == ("date", grammar)
    assert set(values) <= {"1984-04-03", "1984-05-13", "1984-09-03", "1984-10-13"}


def test_one_writer_after_another_is_a_rule_with_a_branch_each() -> None:
    kind, grammar, values = decided("03/Apr/1990", "3 April 1984", "Apr 3, 1984", "1984-Apr-03", "13 May 1999")
    assert kind == "date"
    assert values == ["1990-04-03", "1984-04-03", "1984-04-03", "1984-04-03", "1999-05-13"]
    found = decide(dict.fromkeys(("2021-01-05", "31.12.2021"), 1))
    assert found.evidence == "dates as 2021-12-31 or 31.12.2021"
    assert telling(found.evidence)
    assert canonical_sql(grammar, "t").count(" LIKE ") >= 4


def test_a_few_rows_of_another_writer_are_read_and_not_withheld() -> None:
    texts = {f"{d:02}-{m}-{y}": 1 for d in range(1, 29) for m in SHORT for y in (1990, 1991)} | {"3-April-1992": 1}
    assert decide(texts).grammar == "date:%-d-%-b-%Y"


@pytest.mark.parametrize(
    "texts",
    [
        ("31/12/2020", "12/31/2020"),  # day first and month first in one column
        ("2024-03-31T01:30:00", "2024-03-31T01:30:00Z"),  # some say their zone, some do not
        ("2024-03-31", "2024-03-31 01:30:00"),
        ("03-Apr-1984", "03-Avr-1984"),
        ("31-June-1984", "31-April-1984"),
    ],
)
def test_what_is_two_things_stays_text(texts: tuple[str, ...]) -> None:
    assert decide(dict.fromkeys(texts, 1)).type == "varchar"


def test_a_format_that_alone_is_doubtful_is_doubtful_beside_another() -> None:
    found = decide(dict.fromkeys(("2020-01-05", "2020-02-06", "11.12.2020", "01.02.2021"), 1))
    assert found.confidence <= 0.6
    assert {found.grammar, found.runner_up} == {"date:%Y-%m-%d|%d.%m.%Y", "date:%Y-%m-%d|%m.%d.%Y"}


def test_years_of_two_digits_are_doubted_where_readers_differ() -> None:
    clear = decide({f"{d:02}-Apr-{y}": 1 for d in range(1, 29) for y in ("84", "21")})
    born = decide({f"{d:02}-Apr-{y}": 1 for d in range(1, 29) for y in ("44", "21")})
    assert clear.confidence >= 0.8 > 0.6 >= born.confidence
    assert "30 to 68" in born.evidence


def test_offsets_are_taken_off_and_it_is_said() -> None:
    texts = ("2024-03-31T01:30:00+01:00", "2024-03-31T01:30:00Z", "2024-02-29T23:30:00.25-0530")
    kind, grammar, values = decided(*texts)
    assert kind == "timestamp"
    assert values == ["2024-03-31 00:30:00", "2024-03-31 01:30:00", "2024-03-01 05:00:00.25"]
    assert decide(dict.fromkeys(texts, 1)).evidence.endswith("taken to UTC")
    odd = ["2023-02-29T01:00:00+01:00", "2024-04-31T01:00:00+01:00", "1900-02-29T01:00:00+01:00",
           "2024-03-31T24:00:00+01:00", "2024-03-31T01:30:00+15:00", "2024-03-31T01:30:00"]  # fmt: skip
    assert read(grammar, "timestamp", odd) == ["misfit"] * len(odd)


@pytest.mark.parametrize(
    ("texts", "kind", "values"),
    [
        (("(1,234.50)", "12.25", "1,300.00"), "decimal(18,2)", ["-1234.50", "12.25", "1300.00"]),
        (("($5.00)", "$12.25", "$(7.50)", "$1.00", "$2.00"), "decimal(18,2)",
         ["-5.00", "12.25", "-7.50", "1.00", "2.00"]),
        (("(12,5 %)", "7,5 %", "8 %"), "decimal(18,1)", ["-12.5", "7.5", "8.0"]),
        (("1.234,50-", "45,10", "77,00"), "decimal(18,2)", ["-1234.50", "45.10", "77.00"]),
        (("123-", "45", "77"), "bigint", ["-123", "45", "77"]),
        (("-$5", "$7", "$-3"), "bigint", ["-5", "7", "-3"]),
    ],
)  # fmt: skip
def test_numbers_below_zero_as_bookkeepers_write_them(texts: tuple[str, ...], kind: str, values: list[object]) -> None:
    found, _, got = decided(*texts)
    assert (found, got) == (kind, values)


@pytest.mark.parametrize(
    "texts",
    [
        ("(1)", "(2)", "(3)"),  # footnotes
        ("0.52", "(0.03)", "0.71", "(0.02)"),  # estimates with their errors below
        ("-5", "(5)", "7", "8"),  # two ways to say it: one of them is something else
        ("5-", "(5)", "7", "8", "9"),
        ("'123", "'456", "789"),  # a spreadsheet was told that these are text
        ("65-", "70-", "75-"),
    ],
)
def test_brackets_and_marks_that_may_mean_something_else_stay_text(texts: tuple[str, ...]) -> None:
    assert decide(dict.fromkeys(texts, 1)).type == "varchar"


def test_a_minus_that_comes_later_in_another_place_is_stopped() -> None:
    odd = ["-5", "(5", "5)", "((5))", "(1,23)", "(-5)", "()"]
    assert read("decimal:point=.;group=,;minus=()", "decimal(18,2)", odd) == ["misfit"] * len(odd)
    assert read("integer:minus=-", "bigint", ["-5", "5--", "-", "5-5"]) == ["misfit"] * 4


NAMED = ["%d-%b-%Y", "%-d-%B-%Y", "%-d %B %Y", "%d/%b/%Y", "%b %-d, %Y", "%B %-d, %Y", "%Y-%b-%d", "%d%b%Y"]
PLAIN = ["%Y-%m-%d", "%Y/%m/%d", "%d.%m.%Y", "%-d.%-m.%Y"]


@settings(max_examples=150, deadline=None)
@given(
    days=st.lists(st.dates(date(1000, 1, 1), date(2999, 12, 31)), min_size=4, max_size=12),
    forms=st.lists(st.sampled_from(NAMED + PLAIN), min_size=1, max_size=4, unique=True),
    case=st.sampled_from([str.upper, str.lower, str.title]),
)
def test_a_column_of_several_formats_reads_back_or_stays_text(days: list[date], forms: list[str], case: object) -> None:
    texts = [case(_spelled(d, forms[i % len(forms)])) for i, d in enumerate(days)]  # type: ignore[operator]
    found = decide(dict.fromkeys(texts, 1))
    assume(found.type == "date")
    values = read(found.grammar, "date", texts)
    if found.confidence > 0.6:
        assert values == [d.isoformat() for d in days]
    if not set(forms) & {"%d.%m.%Y", "%-d.%-m.%Y"}:
        assert "misfit" not in values


@settings(max_examples=80, deadline=None)
@given(days=st.lists(st.dates(date(1000, 1, 1), date(2999, 12, 31)), min_size=2, max_size=9, unique=True))
def test_named_months_are_never_left_as_text(days: list[date]) -> None:
    texts = [_spelled(d, NAMED[i % 2]) for i, d in enumerate(days)]
    kind, _, values = decided(*texts)
    assert (kind, values) == ("date", [d.isoformat() for d in days])


@settings(max_examples=150, deadline=None)
@given(
    moments=st.lists(st.datetimes(datetime(1900, 1, 2), datetime(2200, 1, 1)), min_size=3, max_size=6),
    minutes=st.lists(st.integers(-14 * 60, 14 * 60), min_size=3, max_size=3),
    style=st.sampled_from(["%:z", "%z"]),
)
def test_instants_read_back_whatever_their_offset(moments: list[datetime], minutes: list[int], style: str) -> None:
    zones = [timezone(timedelta(minutes=m)) for m in minutes]
    texts = [m.replace(tzinfo=zones[i % 3]).isoformat() for i, m in enumerate(moments)]
    texts = texts if style == "%:z" else [t[:-3] + t[-2:] for t in texts]
    values = read(f"timestamp:%Y-%m-%dT%H:%M:%S%-f{style}", "timestamp", texts)
    known = [m.replace(tzinfo=zones[i % 3]).astimezone(UTC).replace(tzinfo=None) for i, m in enumerate(moments)]
    assert [datetime.fromisoformat(str(v).ljust(26, "0") if "." in str(v) else str(v)) for v in values] == known


@settings(max_examples=60, deadline=None)
@given(numbers=st.lists(st.decimals(Decimal(-99999), Decimal(99999), places=2), min_size=1, max_size=9))
def test_brackets_read_back(numbers: list[Decimal]) -> None:
    around = [f"({-n:,})" if n < 0 else f"{abs(n):,}" for n in numbers]
    behind = [f"{-n:,}-" if n < 0 else f"{abs(n):,}" for n in numbers]
    for texts, minus in ((around, "()"), (behind, "-")):
        values = read(f"decimal:point=.;group=,;minus={minus}", "decimal(18,2)", texts)
        assert [Decimal(str(v)) for v in values] == numbers


def _spelled(day: date, form: str) -> str:
    made = form.replace("%-d", str(day.day)).replace("%-m", str(day.month)).replace("%d", f"{day.day:02}")
    made = made.replace("%m", f"{day.month:02}").replace("%Y", f"{day.year:04}")
    return made.replace("%b", SHORT[day.month - 1]).replace("%B", FULL[day.month - 1])


@pytest.mark.parametrize(
    "grammar",
    [
        "date:%-d-%-b-%Y|%Y-%m-%d|%d.%m.%Y",
        "date:%b %-d, %Y|%-d %B %Y;trim",
        "timestamp:%Y-%m-%dT%H:%M:%S%-fZ|%Y-%m-%dT%H:%M:%S%-f%:z|%Y-%m-%dT%H:%M:%S%-f%z",
        "timestamp:%Y-%m-%d %H:%M %z|%Y-%m-%d %H:%M:%S%-f%-z",
        "decimal:point=,;group=.;prefix=$;minus=()",
        "integer:suffix=%;minus=-",
    ],
)
def test_the_rules_travel_to_other_engines(grammar: str) -> None:
    sql = canonical_sql(grammar, "delivered", ("N/A",))
    require_portable(f"MODEL (name staging.x, kind FULL);\n\nSELECT CAST({sql} AS VARCHAR) AS x FROM src.x AS s")
