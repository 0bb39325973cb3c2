"""One table that can be brought up to date by keys: which relation it follows, and by which columns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from windvane.adapters.warehouses.sqlmesh.builder import LAST, Builder
from windvane.adapters.warehouses.sqlmesh.console import short
from windvane.sql.locality import Local, local

if TYPE_CHECKING:
    from sqlmesh.core.model import Model as SqlModel

BATCH = "_batch"


class Step(NamedTuple):
    """One table to refresh: `parent` is the one relation above it that changes."""

    name: str
    parent: str
    local: Local
    whole: bool  # whether the rows above that changed are all rows above with the keys that changed

    @property
    def alike(self) -> bool:
        """Whether its keys have the names that they have above."""
        return all(above == here for above, here in self.local.keys.items())

    @property
    def keys(self) -> tuple[str, ...]:
        """Its columns of the keys by which it follows, in order of their names."""
        return tuple(sorted(self.local.keys.values()))


def step_of(model: SqlModel, parents: set[str], keys: Mapping[str, tuple[str, ...]]) -> Step | None:
    """How a table follows its one parent that changes; `None` when it cannot be brought up to date by keys."""
    if len(parents) != 1 or not model.kind.is_full or not bare(model):
        return None
    parent = parents.pop()
    found = local(query(model), parent, wanted=keys[parent])
    return Step(short(model.fqn), parent, found, set(found.keys) == set(keys[parent])) if found else None


def keys_of(builder: Builder, relation: str) -> tuple[str, ...]:
    """The columns of the keys by which a table follows its staging; none when it follows otherwise, or several."""
    model = builder.model(relation)
    above = {short(d) for d in model.depends_on} if model is not None else set()
    if model is None or not all(name.startswith("staging.") for name in above):
        return ()
    step = step_of(model, above, {name: (BATCH,) for name in above})
    return step.keys if step and step.alike else ()


def bare(model: SqlModel) -> bool:
    """Whether a model is its query and nothing else: nothing runs before, after or beside it."""
    beside = (model.audits, model.signals, model.pre_statements, model.post_statements, model.on_virtual_update)
    return bool(model.is_sql) and not any(beside)


def query(model: SqlModel) -> str:
    """The query of a model as the engine runs it."""
    text: str = model.render_query_or_raise(execution_time=LAST).sql(dialect="duckdb", comments=False)
    return text
