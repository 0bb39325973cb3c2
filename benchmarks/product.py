"""The way of a product: files and one sentence through `init` and `run`, and what readers see of it.

For benchmarks that print it beside what is made by hand from the same rows.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

import windvane
from windvane.app import founding, reading, running
from windvane.app.story.card import Card, card
from windvane.stack.estimation.panel import Array


class Built(NamedTuple):
    """A product as readers see it: its estate, its name, its card and the CPU seconds it took."""

    home: Path
    name: str
    card: Card
    cpu_s: float

    def rows(self, sql: str) -> list[tuple[object, ...]]:
        """Rows of the release; `{p}` in the query is the relation of the product."""
        return list(windvane.open(self.home).sql(sql.replace("{p}", f"mart.{self.name}")).rows())

    def last_window(self, *keys: str) -> tuple[Array, Array, list[tuple[str, ...]]]:
        """Estimates and what came true, in the window that was reported last; with the `keys` of each row."""
        last = self.card.measured[-1]
        between = f"decided_at BETWEEN TIMESTAMP '{last.begins}' AND TIMESTAMP '{last.ends}'"
        columns = ", ".join(("estimate", "actual", *keys))
        rows = self.rows(f"SELECT {columns} FROM {{p}} WHERE actual IS NOT NULL AND {between}")
        values = np.array([[float(str(v)) for v in row[:2]] for row in rows])
        return values[:, 0], values[:, 1], [tuple(map(str, row[2:])) for row in rows]


def write(file: Path, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A delivery as a file of comma-separated values."""
    file.parent.mkdir(parents=True, exist_ok=True)
    lines = [",".join(map(str, row)) for row in rows]
    file.write_text("\n".join([",".join(columns), *lines]) + "\n")


def built(data: Path, sentence: str, home: Path) -> Built:
    """Found an estate on the files of a folder and one sentence, and run it once."""
    started = time.process_time()
    founding.init((str(data),), sentence, home, emit=lambda _: None, answer="1")
    (name,) = running.run(home, emit=lambda _: None).products
    return Built(home, name, card(reading.book(home), name), time.process_time() - started)
