"""What an estimator sees: targets and features on a grid of decision times and entities, and when each target became
known.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

from windvane.domain.errors import Failed

if TYPE_CHECKING:
    import pyarrow as pa

Array: TypeAlias = NDArray[np.float64]
Steps: TypeAlias = NDArray[np.int64]
Mask: TypeAlias = NDArray[np.bool_]
Times: TypeAlias = NDArray[np.datetime64]
Columns: TypeAlias = "Mapping[str, NDArray[np.generic]] | pa.Table"

NEVER = np.datetime64("9999-12-31", "us")


@dataclass(frozen=True)
class Panel:
    """Targets and features of N entities at T decision times.

    `decided` (T,) datetime64[us], increasing; `target` (T, N), NaN where there is none; `known` (T, N), the first step
    at which `target[t]` may be used, T when never; `features` name -> (T, N), NaN where missing; `places` (rows, 2),
    the step and entity of every input row, in the order of the rows (empty when the panel was not made from rows).
    """

    entities: tuple[str, ...]
    decided: Times
    target: Array
    known: Steps
    features: Mapping[str, Array] = field(default_factory=dict)
    places: Steps = field(default_factory=lambda: np.empty((0, 2), dtype=np.int64))

    @property
    def steps(self) -> int:
        """T, the number of decision times."""
        return len(self.decided)

    @property
    def shape(self) -> tuple[int, int]:
        """(T, N)."""
        return len(self.decided), len(self.entities)

    def until(self, step: int) -> Panel:
        """What may be seen at `step`: steps 0..`step`, targets that are not known by then are NaN."""
        seen = slice(0, step + 1)
        unknown = self.known[seen] > step
        return replace(
            self.between(0, step + 1),
            target=np.where(unknown, np.nan, self.target[seen]),
            known=np.where(unknown, step + 1, self.known[seen]),
        )

    def between(self, first: int, last: int) -> Panel:
        """Steps `first` <= t < `last`; targets of those steps stay, also where they become known later (then:
        never).
        """
        part = slice(first, last)
        steps = self.decided[part]
        inside = (self.places[:, 0] >= first) & (self.places[:, 0] < last) if len(self.places) else slice(0)
        return replace(
            self,
            decided=steps,
            target=self.target[part],
            known=np.clip(self.known[part] - first, 0, len(steps)),
            features={name: values[part] for name, values in self.features.items()},
            places=self.places[inside] - np.array([first, 0]),
        )

    def only(self, features: Sequence[str]) -> Panel:
        """The same panel with these features alone, in this order. Raises `Failed` (`estimate.no_feature`)."""
        missing = [name for name in features if name not in self.features]
        if missing:
            raise Failed(
                f"the input has no feature `{missing[0]}`",
                code="estimate.no_feature",
                why=f"there are: {', '.join(self.features) or 'none'}",
                fix="name features of the input relation in the recipe",
            )
        return replace(self, features={name: self.features[name] for name in features})

    def adding(self, features: Mapping[str, Array]) -> Panel:
        """The same panel with more features, each (T, N) or (T, 1)."""
        wide = {
            name: np.broadcast_to(np.asarray(values, dtype=np.float64), self.shape) for name, values in features.items()
        }
        return replace(self, features={**self.features, **wide})

    def of(self, entities: Sequence[int] | Mask) -> Panel:
        """The same panel with these entities (columns) alone."""
        chosen = np.arange(len(self.entities))[np.asarray(entities)]
        return replace(
            self,
            entities=tuple(self.entities[int(n)] for n in chosen),
            target=self.target[:, chosen],
            known=self.known[:, chosen],
            features={name: values[:, chosen] for name, values in self.features.items()},
            places=np.empty((0, 2), dtype=np.int64),
        )

    def column(self, estimate: Array) -> Array:
        """Values (T, N) as one column in the order of the input rows."""
        return estimate[self.places[:, 0], self.places[:, 1]]


def panel_of(rows: Columns, entity_columns: Sequence[str], features: Sequence[str]) -> Panel:
    """The panel of an input relation: columns `decided_at`, `target`, `known_at`, the entity columns and the features.

    `rows` is an Arrow table or columns of equal length. A target that is not finite, or whose `known_at` is NULL, is
    never known. Raises `Failed` (`estimate.repeated_row`) when an entity has two rows at one decision time.
    """
    columns = {name: _column(rows, name) for name in ("decided_at", "target", "known_at", *entity_columns, *features)}
    decided, step = np.unique(_times(columns["decided_at"]), return_inverse=True)
    names = np.array([" | ".join(map(str, key)) for key in zip(*(columns[c] for c in entity_columns), strict=True)])
    names = names if entity_columns else np.full(len(step), "all")
    entities, entity = np.unique(names, return_inverse=True)
    _refuse_repeats(step * len(entities) + entity, names, columns["decided_at"])
    shape = (len(decided), len(entities))

    def grid(name: str) -> Array:
        values = np.full(shape, np.nan)
        values[step, entity] = _floats(columns[name])
        return np.where(np.isfinite(values), values, np.nan)

    known = np.full(shape, len(decided), dtype=np.int64)
    known[step, entity] = np.searchsorted(decided, _times(columns["known_at"]))
    target = grid("target")
    return Panel(
        entities=tuple(map(str, entities)),
        decided=decided,
        target=target,
        known=np.where(np.isnan(target), len(decided), known),
        features={name: grid(name) for name in features},
        places=np.stack([step, entity], axis=1).astype(np.int64),
    )


def _column(rows: Columns, name: str) -> NDArray[np.generic]:
    if name not in (rows if isinstance(rows, Mapping) else rows.column_names):
        raise Failed(
            f"the input has no column `{name}`", code="estimate.no_column", fix="give the input relation this column"
        )
    column = rows[name]
    return np.asarray(column.to_numpy() if hasattr(column, "to_numpy") else np.ma.getdata(column))


def _times(values: NDArray[np.generic]) -> Times:
    """datetime64[us], NEVER where there is none."""
    times = values.astype("datetime64[us]")
    return np.where(np.isnat(times), NEVER, times)


def _floats(values: NDArray[np.generic]) -> Array:
    return values.astype(np.float64)


def _refuse_repeats(place: Steps, names: NDArray[np.str_], decided: NDArray[np.generic]) -> None:
    order = np.argsort(place, kind="stable")
    again = np.flatnonzero(np.diff(place[order]) == 0)
    if len(again):
        row = order[again[0] + 1]
        raise Failed(
            f"entity `{names[row]}` has two rows at {decided[row]}",
            code="estimate.repeated_row",
            why=f"{len(again)} rows repeat an entity and a decision time",
            fix="give the input relation one row per entity and decision time",
        )
