"""`windvane.toml` is read with every mistake named, and written without touching what a person wrote."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from windvane.adapters.heading import FILE, read_heading, write_heading
from windvane.domain.errors import Usage
from windvane.domain.estate import Calendar, Policy, Reading, Source
from windvane.domain.goal import Goal, Target
from windvane.domain.heading import Heading, LlmSettings, ModelPrice, Wish
from windvane.domain.ports import Resources
from windvane.domain.record import replace

WRITTEN = """\
# The heading of our funds. Ask Ada before you change the zone.
name = "funds"   # short, please

[calendar]
days_off = ["saturday", "sunday", "12-25", 2026-04-03]  # Good Friday
zone = "Europe/Berlin"

# what the desk asked for
[[goals]]
sentence = "Volatility per fund and month"  # 2026-01

[sources.prices]
location = "../prices/*.csv"
connector = "files"

[sources."odd name"]
connector = "postgres"
location = "postgres://reader:${env:PGPASSWORD}@db/market"
table = "public.trades"

[policy]
autonomy = "propose"
"""
GOAL = Goal(
    sentence="Volatility per fund and month",
    kind="metric",
    measure="prices.close",
    aggregate="volatility",
    entities=("prices.ticker",),
    grain="month",
    targets=(Target(measure="mean absolute error", op="<=", value=3.5, unit="points"),),
    constraints=("since 2015-01-01",),
)


def estate(root: Path, text: str) -> Path:
    (root / FILE).write_text(text, "utf-8")
    return root


def refused(root: Path, text: str) -> Usage:
    with pytest.raises(Usage) as caught:
        read_heading(estate(root, text))
    return caught.value


def test_what_a_person_wrote_is_read(tmp_path):
    heading = read_heading(estate(tmp_path, WRITTEN))
    assert heading.name == "funds"
    assert heading.goals == (Wish(sentence=GOAL.sentence),)
    assert heading.calendar == Calendar(zone="Europe/Berlin", days_off=("saturday", "sunday", "12-25", "2026-04-03"))
    assert [s.name for s in heading.sources] == ["prices", "odd name"]
    assert heading.sources[1].table == "public.trades"
    assert heading.policy.autonomy == "propose"
    assert heading.llm is None


def test_an_empty_file_is_an_estate_named_like_its_folder(tmp_path):
    assert read_heading(estate(tmp_path, "")) == Heading(name=tmp_path.name)


def test_writing_what_was_read_changes_not_a_letter(tmp_path):
    root = estate(tmp_path, WRITTEN)
    write_heading(root, read_heading(root))
    assert (root / FILE).read_text("utf-8") == WRITTEN


def test_a_resolved_goal_is_added_and_everything_else_stays(tmp_path):
    root = estate(tmp_path, WRITTEN)
    heading = read_heading(root)
    resolved = replace(heading, goals=(Wish(sentence=GOAL.sentence, goal=GOAL), Wish(sentence="Price per fund")))
    write_heading(root, resolved)
    text = (root / FILE).read_text("utf-8")
    assert read_heading(root) == resolved
    assert 'targets = ["mean absolute error <= 3.5 points"]' in text
    written = iter(text.splitlines())
    assert all(line in written for line in WRITTEN.splitlines())  # every line, in its order


def test_a_source_that_is_taken_away_takes_only_its_own_lines(tmp_path):
    root = estate(tmp_path, WRITTEN)
    heading = read_heading(root)
    write_heading(root, replace(heading, sources=heading.sources[:1]))
    text = (root / FILE).read_text("utf-8")
    assert "postgres" not in text
    assert "# what the desk asked for" in text and "# 2026-01" in text


def test_goals_that_change_places_keep_their_comments(tmp_path):
    root = estate(tmp_path, WRITTEN + '\n[[goals]]\nsentence = "Return per fund"  # 2026-02\n')
    heading = read_heading(root)
    write_heading(root, replace(heading, goals=heading.goals[::-1]))
    assert read_heading(root).goals == heading.goals[::-1]
    assert "# 2026-01" in (root / FILE).read_text("utf-8")


def test_a_sentence_that_was_edited_is_to_be_understood_again(tmp_path):
    root = estate(tmp_path, WRITTEN)
    write_heading(root, replace(read_heading(root), goals=(Wish(sentence=GOAL.sentence, goal=GOAL),)))
    assert read_heading(root).goals[0].goal == GOAL
    text = (root / FILE).read_text("utf-8").replace("per fund and month", "per fund and week")
    assert read_heading(estate(root, text)).goals == (Wish(sentence="Volatility per fund and week"),)


def test_a_typed_goal_that_a_person_edits_is_their_will(tmp_path):
    root = estate(tmp_path, WRITTEN)
    write_heading(root, replace(read_heading(root), goals=(Wish(sentence=GOAL.sentence, goal=GOAL),)))
    text = (root / FILE).read_text("utf-8").replace('grain = "month"', 'grain = "week"')
    assert read_heading(estate(root, text)).goals[0].goal == replace(GOAL, grain="week")


def test_a_literal_secret_is_neither_read_nor_written(tmp_path):
    assert (
        refused(tmp_path, '[sources.a]\nconnector = "pg"\nlocation = "postgres://u:pw@h/d"\n').code == "secret.literal"
    )
    root = estate(tmp_path, WRITTEN)
    heading = read_heading(root)
    leaking = replace(heading, sources=(Source(name="a", connector="pg", location="postgres://u:hunter2@h/d"),))
    with pytest.raises(Usage) as caught:
        write_heading(root, leaking)
    assert caught.value.code == "secret.literal"
    assert (root / FILE).read_text("utf-8") == WRITTEN
    assert [p.name for p in root.iterdir()] == [FILE]


@pytest.mark.parametrize(
    ("text", "code", "line", "hint"),
    [
        ('nme = "x"', "heading.unknown_key", 1, "`name`"),
        ('name = "x"\n\n[calender]\nzone = "UTC"', "heading.unknown_key", 3, "`calendar`"),
        ('[calendar]\n# a note\nzon = "UTC"', "heading.unknown_key", 3, "`zone`"),
        ('[[goals]]\nsentence = "a"\n\n[[goals]]\nsentence = "b"\nhorizn = 3', "heading.unknown_key", 6, "`horizon`"),
        ('[[goals]]\nsentense = "a"', "heading.unknown_key", 2, "`sentence`"),
        ('[sources.a]\nconnector = "f"\nlocation = "l"\nreading.quot = ";"', "heading.unknown_key", 4, "quote"),
        ('[llm]\nprovider = "a:b"\n[llm.prices."m"]\ninput = 1\nouput = 2', "heading.unknown_key", 5, "`output`"),
        ("name = 3", "heading.wrong_type", 1, ""),
        ('goals = ["a"]', "heading.wrong_type", 1, ""),
        ('[engine]\nthreads = "2"', "heading.wrong_type", 2, ""),
        ("[engine]\nthreads = true", "heading.wrong_type", 2, ""),
        ("calendar = 3", "heading.wrong_type", 1, ""),
        ("[calendar]\ndays_off = [1]", "heading.wrong_type", 2, ""),
        ("[engine]\nmemory_mb = 1", "heading.bad_value", 2, ""),
        ("[policy]\nmax_quarantined_share = 1.5", "heading.bad_value", 2, ""),
        ('[policy]\nautonomy = "obsrve"', "heading.bad_value", 2, "`observe`"),
        ('[calendar]\ndays_off = ["25.12."]', "heading.bad_value", 2, ""),
        ('[calendar]\nzone = "Europe/Berln"', "heading.bad_zone", 2, "`Europe/Berlin`"),
        ('[calendar]\nzone = "berlin"', "heading.bad_zone", 2, "`Europe/Berlin`"),
        ('[calendar]\nzone = "../../etc/passwd"', "heading.bad_zone", 2, ""),
        ('[sources.a]\nconnector = "files"', "heading.missing_key", 1, "location"),
        ('[llm]\nprovider = "gpt"', "heading.bad_value", 2, ""),
        ('[llm]\nprovider = "a:b"\nkey = "abc"', "secret.literal", 3, "env"),
        ('name = "a"\nname = "b"', "heading.invalid", 2, ""),
        ('name = "a\n', "heading.invalid", 1, ""),
        ('[[goals]]\nsentence = "a"\nkind = "metric"\ntargets = ["soon"]', "heading.bad_value", 4, ""),
        ('[[goals]]\nsentence = """\n[calendar]\nzone = 3\n"""\nkind = "metrc"', "heading.bad_value", 6, "`metric`"),
    ],
)  # fmt: skip
def test_every_slip_is_told_with_its_line(tmp_path, text, code, line, hint):
    error = refused(tmp_path, text)
    assert error.code == code
    assert f"line {line}" in error.message
    assert hint in error.fix
    assert error.fix


def test_no_file_and_no_text_are_told(tmp_path):
    with pytest.raises(Usage) as caught:
        read_heading(tmp_path)
    assert caught.value.code == "heading.missing"
    (tmp_path / FILE).write_bytes(b"name = '\xff'")
    with pytest.raises(Usage) as caught:
        read_heading(tmp_path)
    assert caught.value.code == "heading.invalid"


WORD = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), min_size=1, max_size=12)
GOALS = st.builds(
    Goal,
    sentence=WORD,
    kind=st.sampled_from(["table", "metric", "forecast"]),
    measure=st.just("a.b"),
    entities=st.tuples(WORD),
    horizon=st.integers(0, 50),
)
HEADINGS = st.builds(
    Heading,
    name=WORD,
    goals=st.lists(GOALS, max_size=3, unique_by=lambda g: g.sentence).map(
        lambda gs: tuple(Wish(sentence=g.sentence, goal=g) for g in gs)
    ),
    sources=st.lists(
        st.builds(
            Source,
            name=WORD,
            connector=st.just("files"),
            location=st.just("../x"),
            reading=st.none() | st.builds(Reading, delimiter=st.sampled_from([";", "\t", "|"])),
            columns=st.lists(WORD, max_size=3).map(tuple),
        ),
        max_size=3,
        unique_by=lambda s: s.name,
    ).map(tuple),
    engine=st.builds(Resources, threads=st.integers(1, 9)),
    llm=st.none()
    | st.builds(
        LlmSettings,
        provider=st.just("openai:x"),
        prices=st.just((ModelPrice(model="a.b", input=1.5, output=2.0),)),
    ),
).map(lambda h: replace(h, policy=Policy(memory_mb=h.engine.memory_mb)))


@settings(max_examples=60, deadline=None, derandomize=True)
@given(first=HEADINGS, second=HEADINGS)
def test_whatever_is_written_is_read_back(tmp_path_factory, first, second):
    root = tmp_path_factory.mktemp("heading")
    write_heading(root, first)
    assert read_heading(root) == first
    write_heading(root, second)
    assert read_heading(root) == second
    tomllib.loads((root / FILE).read_text("utf-8"))


def test_reading_imports_nothing_heavy(tmp_path):
    estate(tmp_path, WRITTEN)
    code = (
        "import sys, pathlib\n"
        "from windvane.adapters.heading import read_heading\n"
        "import windvane.domain.calendar, windvane.adapters.secrets\n"
        f"read_heading(pathlib.Path({str(tmp_path)!r}))\n"
        "heavy = ('tomlkit', 'pydantic', 'pydantic_ai', 'keyring', 'duckdb', 'sqlglot', 'difflib', 'asyncio')\n"
        "print([m for m in heavy if m in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
