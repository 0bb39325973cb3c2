"""Withholds rows that cannot become values, repeat what is known, or contradict each other; counts each of them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from pathlib import Path

from windvane.domain.batch import Batch, Cast
from windvane.domain.errors import Failed
from windvane.domain.ports import Engine
from windvane.domain.record import Record, canonical, replace
from windvane.stack.landing.columnar import literal, quoted
from windvane.stack.landing.fits import fits, in_doubt
from windvane.stack.landing.rawstore import RawStore, written
from windvane.stack.landing.repeats import withhold_repeats
from windvane.stack.landing.rowfile import OWN
from windvane.stack.landing.succession import withhold_known

_NAMES = re.compile(r'"((?:[^"]|"")+)"')


class Screened(Record):
    """A batch after screening; `restated`: rows whose key is known with other values; `reasons`: (reason, rows)."""

    batch: Batch
    restated: int = 0
    reasons: tuple[tuple[str, int], ...] = ()


def screen(  # noqa: PLR0913
    batch: Batch,
    casts: tuple[Cast, ...],
    *,
    root: Path,
    engine: Engine,
    key: tuple[str, ...] = (),
    history: tuple[Path, ...] = (),
    earlier: tuple[Path, ...] = (),
) -> Screened:
    """Withhold the rows of `batch` that `casts` cannot turn into values exactly.

    `key` names casts. With a key: rows without a key value and rows that contradict each other are quarantined, exact
    repeats are suppressed, within the batch and against the newest row of that key in `history` (Parquet files of
    admitted batches, oldest first). Without one, exact copies of rows in `earlier` (files of those batches that came
    under the same name) are suppressed: the delivery came whole again. Files are replaced by new ones only when
    something is withheld, under names that follow from what is asked, so the same call gives the same files.

    Raises `Failed` (`screen.expression`, `screen.key`, `landing.miscount`).
    """
    missing = sorted(set(key) - {c.name for c in casts})
    if missing:
        raise Failed("a key names no column", code="screen.key", why=f"there is no cast for {', '.join(missing)}")
    _view(batch, casts, root=root, engine=engine)
    engine.execute("CREATE OR REPLACE TEMP TABLE withheld (_row BIGINT, reason VARCHAR, quarantined BOOLEAN)")
    _misfits(casts, key, engine)
    restated = 0
    if key:
        columns = tuple(str(r[0]) for r in engine.rows("SELECT column_name FROM (DESCRIBE landed)") if r[0] not in OWN)
        named = tuple(c for c in casts if c.name in key)
        paths = tuple(p for p in history if p != root / batch.path)
        restated = withhold_repeats(named, columns, history=paths, engine=engine)
    elif earlier:
        withhold_known(batch.columns, earlier=earlier, engine=engine)
    asked = (batch.path, casts, key, [str(p) for p in (*history, *earlier)])
    mark = hashlib.sha256(canonical(asked)).hexdigest()[:8]
    made = replace(_separate(batch, mark, root=root, engine=engine), restated=restated)
    return Screened(batch=made, restated=restated, reasons=_reasons(engine))


def _view(batch: Batch, casts: tuple[Cast, ...], *, root: Path, engine: Engine) -> None:
    """`landed`: the rows of the batch, with NULL for columns that the casts name and the batch has not."""
    source = f"read_parquet({literal(str(root / batch.path))})"
    there = {str(r[0]).casefold() for r in engine.rows(f"SELECT column_name FROM (DESCRIBE SELECT * FROM {source})")}
    named = {n.replace('""', '"') for c in casts for n in _NAMES.findall(c.text)}
    absent = sorted(n for n in named if n.casefold() not in there)
    added = "".join(f", CAST(NULL AS VARCHAR) AS {quoted(n)}" for n in absent)
    engine.execute(f"CREATE OR REPLACE TEMP VIEW landed AS SELECT *{added} FROM {source}")


def _misfits(casts: Sequence[Cast], key: tuple[str, ...], engine: Engine) -> None:
    """Withhold rows without a key value or with a text that fits no value; only doubtful columns are read twice."""
    if not casts:
        return
    texts = ", ".join(f"({c.text}) AS t{i}" for i, c in enumerate(casts))
    try:
        tests = [w for i in _doubtful(casts, key, texts, engine) for w in _tests(i, casts[i], key)]
        if tests:
            engine.execute(
                f"INSERT INTO withheld SELECT * FROM (SELECT _row, CASE {' '.join(tests)} END AS reason, true "
                f"FROM (SELECT _row, {texts} FROM landed)) WHERE reason IS NOT NULL"
            )
    except Failed as error:
        raise Failed(
            "the casts do not run on this batch", code="screen.expression", why=error.why,
            fix="correct the staging model, or map the columns that were delivered under other names",
        ) from error  # fmt: skip


def _doubtful(casts: Sequence[Cast], key: tuple[str, ...], texts: str, engine: Engine) -> list[int]:
    """Places of the casts that may have rows to withhold, told in one pass."""
    counts = []
    for i, cast in enumerate(casts):
        empty = f" OR t{i} IS NULL OR t{i} = ''" if cast.name in key else ""
        counts.append(f"count(*) FILTER (WHERE {in_doubt(f't{i}', cast.type)}{empty})")
    found = engine.rows(f"SELECT {', '.join(counts)} FROM (SELECT {texts} FROM landed)")[0]
    return [i for i, count in enumerate(found) if count]


def _tests(place: int, cast: Cast, key: tuple[str, ...]) -> list[str]:
    tests = []
    if cast.name in key:
        tests.append(f"WHEN t{place} IS NULL OR t{place} = '' THEN {literal(f'key: no value in {cast.name}')}")
    rule = fits(f"t{place}", cast.type)
    if rule != "true":
        reason = literal(f"column {cast.name}: not {cast.type}")
        tests.append(f"WHEN t{place} IS NOT NULL AND NOT {rule} THEN {reason}")
    return tests


def _reasons(engine: Engine) -> tuple[tuple[str, int], ...]:
    found = engine.rows("SELECT reason, count(*) FROM withheld GROUP BY reason ORDER BY 2 DESC, 1")
    return tuple((str(r[0]), int(str(r[1]))) for r in found)


def _separate(batch: Batch, mark: str, *, root: Path, engine: Engine) -> Batch:
    counts = engine.rows("SELECT count(*) FILTER (quarantined), count(*) FILTER (NOT quarantined) FROM withheld")
    quarantined, suppressed = (int(str(n)) for n in counts[0])
    if not quarantined + suppressed:
        return batch
    store = RawStore(root)
    name = f"{batch.id}.{mark}"
    kept = _copy(
        "SELECT l.* FROM landed l LEFT JOIN withheld w ON w._row = l._row WHERE w._row IS NULL", store.text(name),
        engine, batch,
    )  # fmt: skip
    aside = batch.quarantine_path
    if quarantined:
        aside = _quarantine(batch, store.quarantine(name), engine=engine, root=root)
    if kept + quarantined + suppressed != batch.accepted:
        raise Failed(
            "the rows of a batch could not be accounted for", code="landing.miscount",
            why=f"{batch.accepted:,} before; {kept:,} kept, {quarantined:,} quarantined, {suppressed:,} suppressed",
        )  # fmt: skip
    return replace(
        batch,
        accepted=kept,
        quarantined=batch.quarantined + quarantined,
        suppressed=batch.suppressed + suppressed,
        path=store.relative(store.text(name)),
        quarantine_path=aside,
    )


def _copy(query: str, target: Path, engine: Engine, batch: Batch) -> int:
    """Write the delivered columns of `query` in order of `_row`; returns the rows written."""
    own = [*(quoted(c) for c in batch.columns), *OWN]
    picked = ", ".join(f"q.{c}" for c in own)
    with written(target) as temporary:
        engine.execute(
            f"COPY (SELECT {picked} FROM ({query}) q ORDER BY q._row) TO {literal(str(temporary))} "
            "(FORMAT parquet, COMPRESSION zstd)"
        )
        return int(str(engine.rows("SELECT count(*) FROM read_parquet(?)", [str(temporary)])[0][0]))


def _quarantine(batch: Batch, target: Path, *, engine: Engine, root: Path) -> str:
    """Write what was set aside before and now into one file; a row as a JSON object of its texts."""
    cells = ", ".join(f"{literal(c)}: l.{quoted(c)}" for c in batch.columns)
    before = ""
    if batch.quarantine_path:
        before = f"SELECT * FROM read_parquet({literal(str(root / batch.quarantine_path))}) UNION ALL "
    query = (
        f"{before}SELECT l._batch, l._row, w.reason, CAST(to_json({{{cells}}}) AS VARCHAR) AS raw "
        "FROM landed l JOIN withheld w ON w._row = l._row WHERE w.quarantined"
    )
    with written(target) as temporary:
        engine.execute(
            f"COPY (SELECT * FROM ({query}) ORDER BY _row) TO {literal(str(temporary))} "
            "(FORMAT parquet, COMPRESSION zstd)"
        )
    return RawStore(root).relative(target)
