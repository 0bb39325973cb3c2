"""What the SQL room understands of a model file: header, casts, lineage, portability."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from windvane.adapters.warehouses.scratch import Scratch
from windvane.domain.batch import Cast
from windvane.domain.errors import Failed, Usage
from windvane.domain.naming import identifier
from windvane.sql.casts import casts, delivered
from windvane.sql.edit import insert_projection
from windvane.sql.fingerprint import fingerprint
from windvane.sql.format import pretty
from windvane.sql.house import normal
from windvane.sql.lineage import ColumnOf, downstream, earliest, origins, parents, tables, upstream
from windvane.sql.parse import parse_model
from windvane.sql.portable import objections, require_portable, transpiled
from windvane.stack.quality.grammar import canonical_sql
from windvane.stack.transform.header import quoted
from windvane.stack.transform.staging import StagedColumn, staging

HEAD = "MODEL (name staging.t, kind VIEW);\n"


def test_the_header_says_name_kind_time_and_grain() -> None:
    parsed = parse_model(
        "-- mine\nMODEL (\n  name core.t,\n  kind INCREMENTAL_BY_TIME_RANGE (time_column (day, '%Y'), batch_size 3),\n"
        "  grain (a, day), description 'it''s; all', owner me\n);\nSELECT a, day, @start_date AS s FROM staging.t"
    )
    assert (parsed.name, parsed.kind, parsed.time_column) == ("core.t", "INCREMENTAL_BY_TIME_RANGE", "day")
    assert (parsed.grain, parsed.description) == (("a", "day"), "it's; all")
    assert [(p.name, p.sql) for p in parsed.projections] == [("a", "a"), ("day", "day"), ("s", "@start_date")]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("SELECT 1", "model.no_header"),
        ("MODEL (name a.b", "model.no_header"),
        ("MODEL (kind FULL);\nSELECT 1", "model.no_name"),
        ("MODEL (name a.b);\n", "model.no_query"),
        ("MODEL (name a.b);\nSELECT 1; SELECT 2", "model.no_query"),
        ("MODEL (name a.b);\nSELECT FROM WHERE", "sql.unreadable"),
        ("MODEL (name a.b);\nSELECT 'open", "sql.unreadable"),
        ("MODEL (name a.b);\nJINJA_QUERY_BEGIN;\nSELECT {{ x }};\nJINJA_END;", "model.jinja"),
    ],
)
def test_a_broken_model_ends_in_a_clear_error(text, code) -> None:
    with pytest.raises(Usage) as caught:
        parse_model(text)
    assert caught.value.code == code
    assert "\x1b" not in caught.value.why


@pytest.mark.parametrize(
    ("edited", "cast"),
    [
        ('CAST("a" AS DATE) AS d', Cast(name="d", text='"a"', type="date")),
        ('s."a"::DECIMAL(18, 6) AS d', Cast(name="d", text='"a"', type="decimal(18,6)")),
        ("(cast(coalesce(new, s.old) as double)) d", Cast(name="d", text="COALESCE(new, old)", type="double")),
        ('"A B" AS d', Cast(name="d", text='"A B"', type="varchar")),
        ("UPPER(TRIM(s.a)) AS d", Cast(name="d", text="UPPER(TRIM(a))", type="varchar")),
        ("'EUR' AS d", Cast(name="d", text="'EUR'", type="varchar")),
        ("CAST(a AS TEXT) AS d", Cast(name="d", text="a", type="varchar")),
        (
            "CAST(STRPTIME(a, '%d.%m.%Y') AS DATE) AS d -- mine",
            Cast(name="d", text="STRPTIME(a, '%d.%m.%Y')", type="date"),
        ),
    ],
)
def test_an_edit_within_reason_is_followed(edited, cast) -> None:
    assert casts(f"{HEAD}SELECT {edited}\n, _batch, _seq, _row FROM src.t AS s") == (cast,)


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("SELECT CAST(a AS DATE) AS d FROM src.t WHERE a <> ''", "staging.shape"),
        ("SELECT DISTINCT a FROM src.t", "staging.shape"),
        ("SELECT t.a FROM src.t JOIN src.u ON t.a = u.a", "staging.shape"),
        ("SELECT a FROM src.t UNION ALL SELECT a FROM src.u", "staging.shape"),
        ("SELECT a, COUNT(*) AS n FROM src.t GROUP BY a", "staging.shape"),
        ("SELECT * FROM src.t", "staging.column"),
        ("SELECT TRY_CAST(a AS DATE) AS d FROM src.t", "staging.column"),
        ("SELECT CAST(TRY_CAST(a AS DOUBLE) AS BIGINT) AS d FROM src.t", "staging.column"),
        ("SELECT a || b FROM src.t", "staging.column"),
        ("SELECT CAST(a AS DOUBLE) * 100 AS d FROM src.t", "staging.column"),
        ("SELECT LENGTH(a) AS d FROM src.t", "staging.column"),
        ("SELECT CAST(MAX(a) OVER () AS DATE) AS d FROM src.t", "staging.column"),
    ],
)
def test_an_edit_that_could_lose_something_is_refused_with_a_way_out(query, code) -> None:
    with pytest.raises(Usage) as caught:
        casts(HEAD + query)
    assert caught.value.code == code
    assert caught.value.why and caught.value.fix


NAMES = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=12)
GRAMMARS = st.sampled_from(
    [
        ("integer:group=,", "bigint"),
        ("decimal:point=,;group=.", "decimal(18,6)"),
        ("decimal:point=.;suffix= EUR", "double"),
        ("date:%d.%m.%Y", "date"),
        ("date:%d %b %Y", "date"),
        ("timestamp:%Y-%m-%d %H:%M:%S", "timestamp"),
        ("boolean:true=ja;false=nein", "boolean"),
        ("epoch:ms", "timestamp"),
        ("text", "varchar"),
    ]
)
REMARKS = st.text(max_size=40)


@settings(max_examples=25, deadline=None, derandomize=True)
@given(st.lists(st.tuples(NAMES, GRAMMARS, REMARKS), min_size=1, max_size=5, unique_by=lambda c: c[0]))
def test_casts_give_back_what_a_staging_model_was_made_of(columns) -> None:
    """Whatever the columns are called and the evidence says, the model is read back, portable, and stays laid out."""
    taken: set[str] = set()
    made: list[StagedColumn] = []
    for name, (grammar, kind), remark in columns:
        own = identifier(name, taken)
        taken.add(own)
        made.append(StagedColumn(own, canonical_sql(grammar, quoted(name)), kind, (remark,)))
    text = staging("t", tuple(made)).text
    wanted = tuple(Cast(name=c.name, text=normal(c.text), type=c.type) for c in made)
    assert tuple(Cast(name=c.name, text=normal(c.text), type=c.type) for c in casts(text)) == wanted
    assert delivered(text) == tuple(name for name, _, _ in columns)
    assert pretty(text) == text
    require_portable(text)


@settings(max_examples=25, deadline=None, derandomize=True)
@given(st.lists(NAMES, min_size=1, max_size=4, unique_by=str.lower))
def test_any_name_survives_the_engine(names) -> None:
    """DuckDB runs the model over columns of these names and gives the values back under identifiers."""
    names = [n for n in names if "\0" not in n]
    taken: list[str] = []
    for name in names:
        taken.append(identifier(name, taken))
    made = tuple(StagedColumn(own, quoted(name), "varchar") for own, name in zip(taken, names, strict=True))
    engine = Scratch()
    engine.execute("CREATE SCHEMA src")
    columns = ", ".join(f"'{i}' AS {quoted(n)}" for i, n in enumerate(names))
    engine.execute(f"CREATE TABLE src.t AS SELECT {columns}, 'b' AS _batch, 1 AS _seq, 1 AS _row")
    query = parse_model(staging("t", made).text).query
    assert engine.rows(f"SELECT {', '.join(taken)} FROM ({query}) AS s") == [tuple(map(str, range(len(names))))]
    engine.close()


MODELS = {
    "staging.a": 'MODEL (name staging.a);\nSELECT CAST("X.Y" AS DATE) AS day, CAST(v AS DOUBLE) AS v FROM src.a',
    "core.a": "MODEL (name core.a);\nWITH n AS (SELECT s.day, s.v * 2 AS w FROM staging.a AS s) SELECT day, w FROM n",
    "core.b": "MODEL (name core.b);\nSELECT day AS d FROM core.a UNION ALL SELECT other FROM src.b",
    "mart.m": "MODEL (name mart.m);\nSELECT a.day, SUM(a.w) AS total FROM core.a JOIN core.b ON a.day = d GROUP BY 1",
}


def test_lineage_reaches_the_source_through_ctes_unions_and_models() -> None:
    assert tables("WITH x AS (SELECT 1 FROM a.b) SELECT * FROM x, c.d") == ("a.b", "c.d")
    assert parents(MODELS["core.a"], "w") == (ColumnOf("staging.a", "v"),)
    assert origins(MODELS, "mart.m", "total") == (ColumnOf("src.a", "v"),)
    assert origins(MODELS, "core.b", "d") == (ColumnOf("src.a", "X.Y"), ColumnOf("src.b", "other"))
    assert upstream(MODELS, "mart.m") == ("src.a", "staging.a", "core.a", "src.b", "core.b")
    assert downstream(MODELS, "core.a") == ("core.b", "mart.m")
    assert earliest(MODELS, ["mart.m", "core.b", "staging.a"]) == ("staging.a",)
    assert earliest(MODELS, ["src.b", "staging.a", "mart.m"]) == ("src.b", "staging.a")


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * FROM a.b",
        "SELECT * EXCLUDE (x) FROM a.b",
        "SELECT TRY_CAST(x AS DATE) AS d FROM a.b",
        "SELECT x::DATE AS d FROM a.b",
        "SELECT ARG_MAX(x, y) AS d FROM a.b",
        "SELECT x, COUNT(*) AS n FROM a.b GROUP BY ALL",
        "SELECT x FROM a.b QUALIFY ROW_NUMBER() OVER (ORDER BY x) = 1",
        "SELECT b.x FROM a.b ASOF JOIN c.d ON b.t >= d.t",
        "SELECT LIST_SORT(x) AS d FROM a.b",
        "SELECT [1, 2] AS d FROM a.b",
        "SELECT d FROM (PIVOT a.b ON x USING SUM(y))",
    ],
)
def test_what_does_not_travel_is_refused(query) -> None:
    assert objections(HEAD + query)
    with pytest.raises(Failed) as caught:
        require_portable(HEAD + query)
    assert caught.value.code == "sql.not_portable"


def test_a_portable_model_is_spelled_for_other_engines() -> None:
    text = HEAD + 'SELECT CAST("a b" AS DOUBLE) AS d, COUNT(*) AS n FROM src.t GROUP BY "a b"'
    assert objections(text) == ()
    assert "DOUBLE PRECISION" in transpiled(text, "postgres")
    assert "`a b`" in transpiled(text, "spark")


def test_the_printer_keeps_every_comment_and_layout_is_stable() -> None:
    text = HEAD + (
        "-- top\nWITH c AS (SELECT a -- one\n FROM src.t -- two\n WHERE a > 1 -- three\n AND b)\n"
        "SELECT a, -- four\n/* five */ x IS NOT NULL AND y NOT IN (1, 2) AS b, _batch -- six\n FROM c -- seven\n"
        "LEFT JOIN d ON c.a = d.a -- eight\n GROUP BY a -- nine\n HAVING COUNT(*) > 1 ORDER BY a -- ten"
    )
    printed = pretty(text)
    for word in ("top", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"):
        assert printed.count(f"-- {word}") == 1
    assert pretty(printed) == printed
    assert "x IS NOT NULL AND y NOT IN (1, 2) AS b" in printed


def test_a_comment_that_the_parser_would_drop_leaves_the_model_as_it_is() -> None:
    text = HEAD + "select a from src.t union all -- why both\nselect a from src.u"
    assert pretty(text) == text


def test_inserting_a_column_touches_nothing_else() -> None:
    text = (
        HEAD + "select  a ,  b  -- odd spacing\n  , _batch\nfrom (select a, b,\n  _batch from src.t where _batch = 'x')"
    )
    edited = insert_projection(text, "c, -- new", before="_batch")
    assert edited.replace("c, -- new\n", "").split() == text.split()
    assert [p.name for p in parse_model(edited).projections] == ["a", "b", "c", "_batch"]
    with pytest.raises(Usage):
        insert_projection(text, "c,", before="_seq")


def test_fingerprints_hold_shapes_and_never_values() -> None:
    one = fingerprint("select A, 'ann@example.org' from Mart.m where x in (1, 2, 3) limit 5")
    two = fingerprint("SELECT a, 'bob@example.org' FROM mart.M WHERE x IN (7) LIMIT 9")
    assert one == two and one.tables == ("mart.m",)
    assert "example.org" not in one.shape
    assert "secret" not in fingerprint("SELEC 'secret' FRM").shape
    assert fingerprint("'open").shape == "unreadable"
