"""The tables a scout looks at: their batches as one typed relation in the scratch engine, with a profile."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from windvane.agents.scout.wording import column_words
from windvane.domain.batch import Batch, ColumnProfile, Profile
from windvane.domain.estate import Contract
from windvane.domain.ports import Engine, Scene
from windvane.stack import packs
from windvane.stack.quality.grammar import canonical_sql, castable_sql
from windvane.stack.quality.personal import Suspicion
from windvane.stack.quality.profile import profile
from windvane.stack.quality.sampling import identifier

HELD_ROWS = 300_000  # tables up to this size are kept typed in memory, larger ones are read as needed
SAMPLE_ROWS = 20_000


@dataclass(frozen=True)
class Table:
    """A source: `relation` is typed (misfits are NULL) and has `_batch`, `_seq`, `_row`; `sample` the start of "
    "each batch."""

    source: str
    columns: tuple[str, ...]
    profile: Profile
    relation: str
    sample: str
    batches: int
    declared: Contract | None = None

    @property
    def rows(self) -> int:
        """Rows of all batches."""
        return self.profile.rows

    @cached_property
    def words(self) -> dict[str, tuple[str, ...]]:
        """The words of each header, without a prefix shared by the table."""
        return column_words(self.columns)

    @cached_property
    def texts(self) -> dict[str, dict[str, int]]:
        """Texts of the first rows with their counts, by column, as far as they were asked for: asking costs a query."""
        return {}

    @cached_property
    def suspicions(self) -> dict[str, Suspicion | None]:
        """Whether columns look personal, as far as it was asked."""
        return {}

    @cached_property
    def by_name(self) -> dict[str, ColumnProfile]:
        """The profile of each column."""
        return {c.name: c for c in self.profile.columns}


def tables(scene: Scene, engine: Engine) -> tuple[Table, ...]:
    """One table per source that has batches with rows, in the order of names; raises `Failed` when a file is gone."""
    grouped: dict[str, list[Batch]] = {}
    for batch in {b.id: b for b in (*scene.history, *scene.batches)}.values():
        if batch.path and batch.accepted:
            grouped.setdefault(batch.source, []).append(batch)
    declared = {c.relation: c for c in scene.declared}
    return tuple(
        _table(engine, scene.root, (place, name, grouped[name]), declared.get(name))
        for place, name in enumerate(sorted(grouped))
    )


def _table(engine: Engine, root: Path, found: tuple[int, str, list[Batch]], declared: Contract | None) -> Table:
    place, source, batches = found
    paths = tuple(root / b.path for b in batches)
    columns = tuple(dict.fromkeys(c for b in batches for c in b.columns)) or _delivered(engine, paths)
    seen = _profiled(engine, batches, (paths, columns))
    typed = ", ".join(f"{_typed(c)} AS {identifier(c.name)}" for c in seen.columns)
    kind = "TABLE" if seen.rows <= HELD_ROWS else "VIEW"
    relation, sample = f"wv_scout_{kind.lower()}_{place}", f"wv_scout_sample_{place}"
    query = f"SELECT {typed}, _batch, _seq, _row FROM {packs.relation(paths, engine)}"
    engine.execute(f"CREATE OR REPLACE TEMP {kind} {relation} AS {query}")
    few = f" WHERE _row <= {max(1, SAMPLE_ROWS // len(batches))}" if seen.rows > SAMPLE_ROWS else ""
    first = f"SELECT * FROM {relation}{few} ORDER BY _seq, _row"
    engine.execute(f"CREATE OR REPLACE TEMP TABLE {sample} AS {first}")
    return Table(source, columns, seen, relation, sample, len(batches), declared)


def _profiled(engine: Engine, batches: list[Batch], of: tuple[tuple[Path, ...], tuple[str, ...]]) -> Profile:
    """The profile made at landing when there is one batch with all columns, else one over all batches."""
    known = batches[0].profile if len(batches) == 1 else None
    if known is not None and {c.name for c in known.columns} == set(of[1]):
        return known
    return profile(engine, *of)


def _delivered(engine: Engine, paths: tuple[Path, ...]) -> tuple[str, ...]:
    found = engine.rows(f"SELECT column_name FROM (DESCRIBE SELECT * FROM {packs.relation(paths, engine)})")
    return tuple(str(name) for (name,) in found if name not in ("_batch", "_seq", "_row"))


def _typed(column: ColumnProfile) -> str:
    text = canonical_sql(column.grammar, identifier(column.name), column.null_tokens)
    if column.type == "varchar":
        return text
    return f"CASE WHEN {castable_sql(column.type, text)} THEN TRY_CAST({text} AS {column.type}) END"


def count(engine: Engine, sql: str) -> int:
    """The one whole number that a query gives."""
    ((found,),) = engine.rows(sql)
    return int(str(found or 0))
