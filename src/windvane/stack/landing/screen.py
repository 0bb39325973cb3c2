"""Withholds rows that cannot become values, repeat what is known, or contradict each other; counts each of them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from pathlib import Path

from windvane.domain.batch import Batch, Cast, Withhold
from windvane.domain.errors import Failed
from windvane.domain.ports import Engine
from windvane.domain.record import Record, canonical, replace
from windvane.stack import packs
from windvane.stack.landing.columnar import literal, quoted
from windvane.stack.landing.comparing import Said
from windvane.stack.landing.fits import fits, in_doubt
from windvane.stack.landing.pieces import Where, by_row, copied
from windvane.stack.landing.rawstore import RawStore, written
from windvane.stack.landing.repeats import Met, withhold_repeats
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
    aside: tuple[Withhold, ...] = (),
    weighing: frozenset[str] | None = None,
) -> Screened:
    """Withhold the rows of `batch` that `casts` cannot turn into values exactly.

    `key` names casts. With a key: rows without a key value and rows that contradict each other are quarantined, exact
    repeats are suppressed, within the batch and against the newest row of that key in `history` (Parquet files of
    admitted batches, oldest first). Without one, exact copies of rows in `earlier` (files of those batches that came
    under the same name) are suppressed: the delivery came whole again. Files are replaced by new ones only when
    something is withheld, under names that follow from what is asked, so the same call gives the same files.
    `aside` names rows that are quarantined besides: those of this batch of which its condition is true. Of rows known
    with other values those count as restated that differ in a column of `weighing` (all when it is not told).

    Raises `Failed` (`screen.expression`, `screen.key`, `landing.miscount`).
    """
    missing = sorted(set(key) - {c.name for c in casts})
    if missing:
        raise Failed("a key names no column", code="screen.key", why=f"there is no cast for {', '.join(missing)}")
    view([root / batch.path], casts, engine=engine)
    engine.execute("CREATE OR REPLACE TEMP TABLE withheld (_row BIGINT, reason VARCHAR, quarantined BOOLEAN)")
    spans = by_row("landed", batch.accepted, engine)
    _misfits(casts, key, spans, engine)
    mine = tuple(w for w in aside if w.batch == batch.id)
    _set_aside(mine, casts, engine)
    met = Met()
    if key:
        columns = tuple(str(r[0]) for r in engine.rows("SELECT column_name FROM (DESCRIBE landed)") if r[0] not in OWN)
        named = tuple(c for c in casts if c.name in key)
        paths = tuple(p for p in history if p != root / batch.path)
        said = Said(casts, batch.columns, weighing)
        met = withhold_repeats(named, columns, history=paths, engine=engine, rows=batch.accepted, said=said)
    elif earlier:
        withhold_known(batch.columns, earlier=earlier, engine=engine, rows=batch.accepted)
    asked = (batch.path, casts, key, [str(p) for p in (*history, *earlier)], *mine)
    mark = hashlib.sha256(canonical(asked)).hexdigest()[:8]
    made = _separate(batch, mark, spans, root=root, engine=engine)
    told = replace(made, restated=met.restated, relabelled=met.relabelled, anew=met.anew, moved=met.moved)
    return Screened(batch=told, restated=met.restated, reasons=_reasons(engine))


def view(files: Sequence[Path], casts: Sequence[Cast], *, engine: Engine) -> None:
    """`landed`: the rows of text Parquet files, with NULL for columns that the casts name and the files have not."""
    source = packs.relation(files, engine)
    there = {str(r[0]).casefold() for r in engine.rows(f"SELECT column_name FROM (DESCRIBE SELECT * FROM {source})")}
    named = {n.replace('""', '"') for c in casts for n in _NAMES.findall(c.text)}
    absent = sorted(n for n in named if n.casefold() not in there)
    added = "".join(f", CAST(NULL AS VARCHAR) AS {quoted(n)}" for n in absent)
    engine.execute(f"CREATE OR REPLACE TEMP VIEW landed AS SELECT *{added} FROM {source}")


def _misfits(casts: Sequence[Cast], key: tuple[str, ...], spans: Sequence[Where], engine: Engine) -> None:
    """Withhold rows without a key value or with a text that fits no value; only doubtful columns are read twice."""
    if not casts:
        return
    texts = ", ".join(f"({c.text}) AS t{i}" for i, c in enumerate(casts))
    try:
        tests = [w for i in _doubtful(casts, key, texts, engine) for w in _tests(i, casts[i], key)]
        for where in spans if tests else ():
            engine.execute(
                f"INSERT INTO withheld SELECT * FROM (SELECT _row, CASE {' '.join(tests)} END AS reason, true "
                f"FROM (SELECT _row, {texts} FROM landed WHERE {where('_row')})) WHERE reason IS NOT NULL"
            )
    except Failed as error:
        raise Failed(
            "the casts do not run on this batch", code="screen.expression", why=error.why,
            fix="correct the staging model, or map the columns that were delivered under other names",
        ) from error  # fmt: skip


def _set_aside(aside: tuple[Withhold, ...], casts: Sequence[Cast], engine: Engine) -> None:
    """Withhold the rows that a decision names."""
    typed = ", ".join(f"TRY_CAST(({c.text}) AS {c.type}) AS {quoted(c.name)}" for c in casts)
    for rule in aside:
        engine.execute(
            f"INSERT INTO withheld SELECT _row, {literal(rule.reason)}, true FROM (SELECT _row, {typed} FROM landed) "
            f"WHERE ({rule.where}) AND _row NOT IN (SELECT _row FROM withheld)"
        )


def _doubtful(casts: Sequence[Cast], key: tuple[str, ...], texts: str, engine: Engine) -> list[int]:
    """Places of the casts that may have rows to withhold, told in one pass."""
    counts = [f"count(*) FILTER (WHERE {doubts(i, cast, key)})" for i, cast in enumerate(casts)]
    found = engine.rows(f"SELECT {', '.join(counts)} FROM (SELECT {texts} FROM landed)")[0]
    return [i for i, count in enumerate(found) if count]


def doubts(place: int, cast: Cast, key: Sequence[str]) -> str:
    """SQL over t<place>, the text of a cast: whether it may be one to withhold."""
    empty = f" OR t{place} IS NULL OR t{place} = ''" if cast.name in key else ""
    return f"{in_doubt(f't{place}', cast.type)}{empty}"


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


def _separate(batch: Batch, mark: str, spans: Sequence[Where], *, root: Path, engine: Engine) -> Batch:
    counts = engine.rows("SELECT count(*) FILTER (quarantined), count(*) FILTER (NOT quarantined) FROM withheld")
    quarantined, suppressed = (int(str(n)) for n in counts[0])
    if not quarantined + suppressed:
        return batch
    store = RawStore(root)
    name = f"{batch.id}.{mark}"
    kept = _copy(batch, spans, store.text(name), engine)
    aside = batch.quarantine_path
    if quarantined:
        aside = _quarantine(batch, spans, store.quarantine(name), engine=engine, root=root)
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


def _copy(batch: Batch, spans: Sequence[Where], target: Path, engine: Engine) -> int:
    """Write the delivered columns of the rows that are not withheld, in order of `_row`; returns how many."""
    picked = ", ".join(f"l.{c}" for c in [*(quoted(c) for c in batch.columns), *OWN])
    queries = tuple(
        f"SELECT {picked} FROM landed l LEFT JOIN (SELECT _row FROM withheld WHERE {where('_row')}) w "
        f"ON w._row = l._row WHERE w._row IS NULL AND {where('l._row')} ORDER BY l._row"
        for where in spans
    )
    with written(target) as temporary:
        return copied(queries, temporary, engine)


def _quarantine(batch: Batch, spans: Sequence[Where], target: Path, *, engine: Engine, root: Path) -> str:
    """Write what was set aside before and now into one file; a row as a JSON object of its texts."""
    cells = ", ".join(f"{literal(c)}: l.{quoted(c)}" for c in batch.columns)
    before = ""
    if batch.quarantine_path:
        before = f"SELECT * FROM read_parquet({literal(str(root / batch.quarantine_path))}) UNION ALL "
    queries = tuple(
        f"SELECT * FROM (SELECT * FROM ({before}"
        f"SELECT l._batch, l._row, w.reason, CAST(to_json({{{cells}}}) AS VARCHAR) AS raw "
        f"FROM landed l JOIN withheld w ON w._row = l._row WHERE w.quarantined) WHERE {where('_row')}) ORDER BY _row"
        for where in spans
    )
    with written(target) as temporary:
        copied(queries, temporary, engine)
    return RawStore(root).relative(target)
