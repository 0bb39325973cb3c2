"""Columns that deliveries lack: which of the new ones they are, which are gone for good, and whether that is known."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from windvane.domain.batch import Batch, ColumnProfile, Profile
from windvane.domain.estate import Contract, Estate, Model, Ref
from windvane.domain.incident import Hypothesis, Signal
from windvane.domain.record import replace
from windvane.loop.crew import Crew
from windvane.loop.logbook import Logbook
from windvane.loop.weighing import used
from windvane.sql.alias import columns_of
from windvane.sql.casts import casts
from windvane.stack.quality.drift import ColumnMatch, Seam, filled, match_columns, same_kind
from windvane.stack.quality.keys import key_of, time_of
from windvane.stack.quality.profile import profile
from windvane.stack.quality.seams import seam_of

HARDLY = 0.1  # share of known rows with a value up to which a column is one that need not be there


class Drift(NamedTuple):
    """What became of lost columns; `cause` is `renamed` or `removed` when that is certain, else empty."""

    cause: str
    signals: tuple[Signal, ...]
    stories: tuple[Hypothesis, ...]


def new(model: Model, batch: Batch) -> frozenset[str]:
    """Delivered columns that the staging model does not read."""
    return frozenset(batch.columns) - {name for c in casts(model.text) for name in columns_of(c.text)}


def missing(model: Model, batch: Batch) -> tuple[str, ...]:
    """Delivered columns that the staging model reads and that the batch lacks, under all names it knows for them."""
    there = set(batch.columns)
    wanted = [sorted(columns_of(c.text)) for c in casts(model.text)]
    return tuple(names[0] for names in wanted if names and not there & set(names))


def lost(book: Logbook, model: Model, batch: Batch) -> tuple[str, ...]:
    """What `missing` tells, where that is a drift: not for columns that most deliveries came without, nor for a
    delivery with the very columns of one that came in."""
    lacks = missing(model, batch)
    if not lacks:
        return ()
    shapes = Counter(b.columns for b in book.visible() if b.source == batch.source)
    if any(set(columns) == set(batch.columns) for columns in shapes):
        return ()
    absent: Counter[str] = Counter()
    for columns, times in shapes.items():
        absent.update(dict.fromkeys(missing(model, replace(batch, columns=columns)), times))
    return tuple(n for n in lacks if 2 * absent[n] <= shapes.total())


def drift(crew: Crew, estate: Estate, model: Model, batches: tuple[Batch, ...], gone: tuple[str, ...]) -> Drift:
    """Batches that all lack the same columns: which of their new ones are they, and can that be known?"""
    source = batches[0].source
    known, arriving = _known(crew, source, model, gone), _shape(crew, batches)
    seam = seam_of(crew.scene(estate), model, batches, lost=gone, shape=arriving)
    matches: tuple[ColumnMatch, ...] = ()
    if known is not None and arriving is not None:
        known, arriving = _as_read(known, model), _as_read(arriving, model)
        matches = match_columns(known, arriving, seam=seam)
    told = {m.lost: m for m in matches if m.score > 0}
    spare = _spare(known, arriving, matches)
    why = {n: _dispensable(crew, estate, model, n, seam) for n in gone if n not in told}
    left = {n for n, text in why.items() if text and not any(same_kind(_column(known, n), b) for b in spare)}
    sure = bool(gone) and all(n in left or (n in told and told[n].identifiable) for n in gone)
    seen = {n: told[n].new if n in told else "" for n in gone}
    where = f" in {len(batches)} deliveries" if len(batches) > 1 else ""
    for name in gone:
        said = f", `{seen[name]}` is new" if seen[name] else ", and nothing new is like it"
        crew.say("diagnose", f"`{name}` is gone{where}{said}", subject=source, level="warn")
    shapes = () if sure else _reshaped(gone, new(model, batches[0]))
    return Drift(
        cause=("renamed" if any(seen.values()) else "removed") if sure else "",
        signals=tuple(
            Signal(kind="schema_drift", subject=source, expected=name, observed=seen[name], batch=batch.id)
            for batch in batches
            for name in gone
        ),
        stories=(*(_story(told.get(n), n, why.get(n, "")) for n in gone), *shapes),
    )


def _known(crew: Crew, source: str, model: Model, gone: tuple[str, ...]) -> Profile | None:
    """The shape of known rows: of the newest delivery, or of all with its columns where a lost one is empty in it."""
    history = [b for b in Logbook(crew.ledger).visible() if b.source == source]
    newest = next((b for b in reversed(history) if b.profile and not set(gone) & set(missing(model, b))), None)
    if newest is None or newest.profile is None:
        return next((b.profile for b in reversed(history) if b.profile), None)
    shown = {c.name: c for c in _as_read(newest.profile, model).columns}
    if all(n in shown and shown[n].distinct for n in gone):
        return newest.profile
    return profile(
        crew.scratch(),
        tuple(crew.root / b.path for b in history if b.columns == newest.columns and b.accepted),
        newest.columns,
    )


def _shape(crew: Crew, batches: tuple[Batch, ...]) -> Profile | None:
    """The shape of all rows of batches with the same columns."""
    if len(batches) == 1:
        return batches[0].profile
    return profile(crew.scratch(), tuple(crew.root / b.path for b in batches), batches[0].columns)


def _as_read(shape: Profile, model: Model) -> Profile:
    """The profile under the names of the seam: a column that the model knows under several goes by the first."""
    there = {c.name for c in shape.columns}
    first: dict[str, str] = {}
    for cast in casts(model.text):
        names = sorted(columns_of(cast.text))
        other = next((n for n in names if n in there), "")
        if other and names[0] not in there:
            first[other] = names[0]
    return replace(shape, columns=tuple(replace(c, name=first.get(c.name, c.name)) for c in shape.columns))


def _spare(known: Profile | None, arriving: Profile | None, matches: tuple[ColumnMatch, ...]) -> list[ColumnProfile]:
    """Arriving columns with values that are new, and no known one under another name for certain."""
    if known is None or arriving is None:
        return []
    there = {c.name for c in known.columns} | {m.new for m in matches if m.identifiable}
    return [c for c in arriving.columns if c.name not in there and c.distinct]


def _column(shape: Profile | None, name: str) -> ColumnProfile:
    found = shape.column(name) if shape else None
    return found or ColumnProfile(name=name, type="varchar", grammar="text")


def _dispensable(crew: Crew, estate: Estate, model: Model, name: str, seam: Seam | None) -> str:
    """Why nobody misses a column: hardly a row ever had a value in it, and no key or product rests on it; or empty."""
    made = casts(model.text)
    cast = next((c for c in made if name in columns_of(c.text)), None)
    source = model.name.partition(".")[2]
    core = estate.find(Ref(kind="contract", name=f"core.{source}"))
    linked = {c for r in core.references for c in r.columns} | {*core.key} if isinstance(core, Contract) else set()
    findings = Logbook(crew.ledger).findings()
    kept = {*key_of(findings, source, made), time_of(findings, source, made), *linked}
    if cast is None or seam is None or cast.name in kept or columns_of(cast.text) & used(estate, source):
        return ""
    rows, there = filled(seam, name)
    if not rows or there > HARDLY * rows:
        return ""
    return f"`{name}` had a value in {there:,} of {rows:,} known rows, and no product rests on it"


def _reshaped(gone: tuple[str, ...], arrived: frozenset[str]) -> tuple[Hypothesis, ...]:
    """Columns may have come as one, or one in parts: whether they did, the remedies find out."""
    named = ", ".join(f"`{n}`" for n in sorted(arrived))
    merged = Hypothesis(cause="merged", probability=0.3, evidence=(f"{len(gone)} are gone, {named} came",))
    parted = Hypothesis(cause="parted", probability=0.3, evidence=(f"`{gone[0]}` is gone, {named} came",))
    return (merged,) * (len(gone) > 1 and len(arrived) > 0) + (parted,) * (len(gone) == 1 and len(arrived) > 1)


def _story(match: ColumnMatch | None, name: str, why: str) -> Hypothesis:
    if match is None:
        told = (f"no arriving column is like `{name}`", why) if why else (f"no arriving column is like `{name}`",)
        return Hypothesis(cause="removed", probability=0.9, evidence=told)
    held = (f"not certain: {match.held_by}",) if match.held_by else ()
    return Hypothesis(cause="renamed", probability=match.score, evidence=(*match.evidence, *held))
