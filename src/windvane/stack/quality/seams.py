"""Makes the two sides of a seam from Parquet text and the casts of a staging model: typed values, delivered names."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from windvane.domain.batch import Batch, Cast, Profile
from windvane.domain.estate import Model
from windvane.domain.packs import select
from windvane.domain.ports import Scene
from windvane.sql.alias import columns_of, quote, swap_column
from windvane.sql.casts import casts
from windvane.stack import packs
from windvane.stack.quality.drift import Seam
from windvane.stack.quality.keys import key_of, time_of
from windvane.stack.recall import Recalled


def seam_of(
    scene: Scene,
    model: Model,
    batches: tuple[Batch, ...],
    *,
    lost: tuple[str, ...] = (),
    shape: Profile | None = None,
) -> Seam | None:
    """Known rows of a source against those of `batches` (at least one, all with the same columns), or `None` when
    nothing is known yet.

    Columns carry the names of `model` where the batches have them. With `lost` (delivered names that they lack)
    they carry delivered names, and each new column is read as the lost one it may be: by its values in all the
    batches (`shape`), else in the newest whose shape is known.
    """
    batch, arrived = batches[0], {b.id for b in batches}
    history = [b for b in scene.history if b.source == batch.source and b.id not in arrived]
    if not history or scene.scratch is None:
        return None
    made = casts(model.text)
    known = [_typed(c, _name(c, lost)) for c in made]
    arriving = [_typed(c, _name(c, lost)) for c in made if columns_of(c.text) & set(batch.columns)]
    arriving += [] if not lost else _candidates(made, shape or _profiled(batches).profile, batch.columns, lost)
    wanted = dict.fromkeys(key_of(scene.findings, batch.source, made))
    time = time_of(scene.findings, batch.source, made)
    entities, time = _seam_key(made, (*wanted, time), lost, set(batch.columns))
    shapes = {b.columns for b in history}
    beside = [b for b in scene.asked if b.source == batch.source and b.id not in arrived and b.columns in shapes]
    return Seam(
        engine=Recalled(scene.scratch),
        known=_relation(known, packs.relation(_files(scene.root, history), scene.scratch), history, made),
        beside=_relation(known, select(_files(scene.root, beside)), beside, made) if beside else "",
        arriving=_relation(arriving, select(_files(scene.root, batches)), batches, made),
        entities=entities,
        time=time,
    )


def relation_of(root: Path, model: Model, batches: tuple[Batch, ...]) -> str:
    """SQL relation of the rows of batches, typed and named as `model` does; what does not fit its type is empty."""
    made = casts(model.text)
    return _relation([_typed(c, c.name) for c in made], select(_files(root, batches)), batches, made)


def _files(root: Path, batches: Sequence[Batch]) -> list[Path]:
    return [root / b.path for b in batches]


def _profiled(batches: tuple[Batch, ...]) -> Batch:
    """The newest batch whose shape is known: of many that came at once not all are profiled."""
    return next((b for b in reversed(batches) if b.profile is not None), batches[0])


def _candidates(
    made: tuple[Cast, ...], shape: Profile | None, columns: tuple[str, ...], lost: tuple[str, ...]
) -> list[str]:
    """Each column that no cast reads, spelled as the lost column whose type it may have."""
    read = {name for c in made for name in columns_of(c.text)}
    gone = [c for c in made if columns_of(c.text) & set(lost)]
    found = []
    for new in (c for c in columns if c not in read):
        profile = shape.column(new) if shape else None
        like = next((c for c in gone if profile and _family(c.type) == _family(profile.type)), None)
        if like is not None:
            text = like.text
            for old in columns_of(like.text):  # one name, or all under which the column came so far
                text = swap_column(text, old, new)
            found.append(_typed(Cast(name=new, text=text, type=like.type), new))
    return found


def _family(kind: str) -> str:
    return "number" if kind.startswith(("decimal", "double", "bigint")) else kind


def _seam_key(
    made: tuple[Cast, ...], wanted: tuple[str, ...], lost: tuple[str, ...], there: set[str]
) -> tuple[tuple[str, ...], str]:
    """Entities and time of the table, under the names of the seam; none of it when a part is what was lost.

    `wanted` is the key and, last, the time.
    """
    cast = {c.name: c for c in made}
    *key, time = wanted
    if not time or any(not columns_of(cast[n].text) & there for n in wanted):
        return (), ""
    return tuple(_name(cast[n], lost) for n in key if n != time), _name(cast[time], lost)


def _name(cast: Cast, lost: tuple[str, ...]) -> str:
    return min(columns_of(cast.text), default=cast.name) if lost else cast.name


def _typed(cast: Cast, name: str) -> str:
    return f"TRY_CAST({cast.text} AS {cast.type}) AS {quote(name)}"


def _relation(columns: list[str], rows: str, batches: Sequence[Batch], made: tuple[Cast, ...]) -> str:
    """The `rows` of `batches`; a name that none of them delivers is empty, as it is in the view of the source."""
    there = {name for b in batches for name in b.columns}
    absent = sorted({name for c in made for name in columns_of(c.text)} - there)
    source = f"SELECT {', '.join(['*', *(f'CAST(NULL AS VARCHAR) AS {quote(n)}' for n in absent)])}"
    return f"(SELECT {', '.join(columns)} FROM ({source} FROM {rows})) AS side"
