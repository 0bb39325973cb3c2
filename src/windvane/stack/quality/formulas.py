"""What a number of one row may be, made from the rows that refer to it: sums of products, counts, the largest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from typing import Literal, NamedTuple

import numpy as np

from windvane.stack.quality.table import number, quoted

Kind = Literal["sum", "count", "max", "min"]
Values = Mapping[str, np.ndarray]


class Span(NamedTuple):
    """A numeric column with its smallest and largest value."""

    name: str
    low: float
    high: float


class Part(NamedTuple):
    """One factor `1 + scale * column`: what is left after a discount, what there is with a tax."""

    column: str
    scale: float  # -1, 1 for shares, -0.01, 0.01 for percentages

    @property
    def told(self) -> str:
        """In words."""
        return f"(1 {'-' if self.scale < 0 else '+'} `{self.column}`{' / 100' if abs(self.scale) < 1 else ''})"


@dataclass(frozen=True)
class Formula:
    """An aggregate over rows: of the product of `factors` and `parts`; a count has neither."""

    kind: Kind
    factors: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns it reads."""
        return (*self.factors, *(p.column for p in self.parts))

    @property
    def told(self) -> str:
        """In words."""
        if self.kind == "count":
            return "the number"
        line = " x ".join([*(f"`{f}`" for f in self.factors), *(p.told for p in self.parts)])
        return f"the {'sum' if self.kind == 'sum' else 'largest' if self.kind == 'max' else 'smallest'} of {line}"

    @property
    def roundings(self) -> int:
        """How often each row may have been rounded on the way: once per product; sums of plain numbers are exact."""
        return len(self.columns) - 1 if self.kind == "sum" else 0

    def sql(self, alias: str) -> str:
        """The aggregate over the rows of `alias`; NULL where a row lacks one of its columns."""
        if self.kind == "count":
            return "COUNT(*)"
        cells = {c: f"CAST({alias}.{quoted(c)} AS DOUBLE PRECISION)" for c in self.columns}
        parts = (f"(1 {'-' if p.scale < 0 else '+'} {number(abs(p.scale))} * {cells[p.column]})" for p in self.parts)
        line = " * ".join([*(cells[f] for f in self.factors), *parts])
        return f"CASE WHEN COUNT({line}) = COUNT(*) THEN {self.kind.upper()}({line}) END"

    def of(self, values: Values, starts: np.ndarray) -> np.ndarray:
        """The aggregate of each group of consecutive rows (each begins at one of `starts`); NaN as in SQL NULL."""
        if self.kind == "count":
            return np.diff(np.append(starts, len(next(iter(values.values()))))).astype(float)
        line = np.prod([values[f] for f in self.factors], axis=0)
        for part in self.parts:
            line = line * (1 + part.scale * values[part.column])
        taken = {"sum": np.add, "max": np.maximum, "min": np.minimum}[self.kind]
        made: np.ndarray = taken.reduceat(line, starts)
        return made


def formulas(columns: Sequence[Span]) -> Iterator[Formula]:
    """Every formula over these columns, simplest first."""
    names = [c.name for c in columns]
    yield Formula("count")
    yield from (Formula("sum", (n,)) for n in names)
    yield from (Formula(kind, (n,)) for n in names for kind in ("max", "min"))
    bases = [(n,) for n in names] + list(combinations(names, 2))
    yield from (Formula("sum", pair) for pair in bases if len(pair) == 2)
    for many, base in product((1, 2), bases):
        for parts in _parts([c for c in columns if c.name not in base], many):
            yield Formula("sum", base, parts)


def _parts(columns: Sequence[Span], many: int) -> Iterator[tuple[Part, ...]]:
    for chosen in combinations([(c, s) for c in columns if (s := _scale(c))], many):
        for signs in product((-1, 1), repeat=many):
            yield tuple(Part(c.name, sign * scale) for (c, scale), sign in zip(chosen, signs, strict=True))


def _scale(column: Span) -> float:
    """1 for shares, 0.01 for percentages, 0 for what is neither."""
    if column.low < 0 or column.high <= 0 or column.high > 100:
        return 0.0
    return 1.0 if column.high <= 1 else 0.01
