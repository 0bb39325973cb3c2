"""What a drill is played on: the deliveries that were, the clean deliveries of the next day, and the goal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from windvane.domain.table import Table, written

Derive = Callable[[tuple[Table, ...]], tuple[Table, ...]]


@dataclass(frozen=True)
class Given:
    """Deliveries by source and in order; `arriving` holds one clean delivery of each source that goes on.

    `derive`: the deliveries of a day as the vendor makes them, those made from others anew: by it a fault hides.
    """

    name: str
    goal: str
    history: tuple[Table, ...]
    arriving: tuple[Table, ...]
    derive: Derive | None = None


def write(given: Given, folder: Path) -> None:
    """The files of the history."""
    folder.mkdir(parents=True, exist_ok=True)
    for table in given.history:
        path = folder / table.file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(written(table))


def cut(source: str, rows: list[tuple[str, ...]], columns: tuple[str, ...], *, days: int) -> tuple[Table, ...]:
    """`days` deliveries of about equal size from rows in order, named `source_001.csv` and so on."""
    edges = [round(len(rows) * day / days) for day in range(days + 1)]
    return tuple(
        Table(source=source, file=f"{source}_{day + 1:03d}.csv", columns=columns, rows=tuple(rows[edges[day] : end]))
        for day, end in enumerate(edges[1:])
    )
