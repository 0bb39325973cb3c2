"""The words of a drill: the world before a fault, what is sent instead, and the truth that goes with it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Literal

from windvane.domain.record import Record, replace
from windvane.domain.table import Dialect, Table

Kind = Literal["integer", "number", "date", "timestamp", "boolean", "text"]
Right = Literal["heal", "hold", "quarantine", "retry", "skip", "notice", "nothing"]
Class = Literal["schema", "file", "value", "key", "time", "infrastructure", "code", "control"]
CLASSES: tuple[Class, ...] = ("schema", "file", "value", "key", "time", "infrastructure", "code", "control")

_FEW = 12  # distinct values that a category has at most
_MANY = 0.2  # share of distinct values that a category has at most


class Trait(Record):
    """What is known of one column."""

    name: str
    kind: Kind
    key: bool = False
    refers: str = ""  # source.column
    shown: bool = True  # whether readers see it; personal columns are masked


class Shape(Record):
    """What is known of one source: its columns in order, and how its files are written."""

    source: str
    traits: tuple[Trait, ...]
    dialect: Dialect = Dialect()

    def trait(self, column: str) -> Trait | None:
        """What is known of a column, or `None`."""
        return next((t for t in self.traits if t.name == column), None)

    @property
    def key(self) -> tuple[str, ...]:
        """The columns that name a row; none when no key is known."""
        return tuple(t.name for t in self.traits if t.key)


class World(Record):
    """One day of an estate: what would arrive, what came before, and the source that a fault is to break."""

    target: str
    arriving: tuple[Table, ...]
    history: tuple[Table, ...]  # of all sources, oldest first
    shapes: tuple[Shape, ...]
    aside: float = 0.01  # share of a delivery that may be put aside without asking
    restated: float = 0.01  # share of a delivery that may tell anew what was known, without asking

    @property
    def table(self) -> Table:
        """The clean delivery of the target."""
        return self.delivery(self.target)

    @property
    def shape(self) -> Shape:
        """What is known of the target."""
        return self.shape_of(self.target)

    def shape_of(self, source: str) -> Shape:
        """What is known of a source."""
        return next(s for s in self.shapes if s.source == source)

    def delivery(self, source: str) -> Table:
        """The clean delivery of a source."""
        return next(t for t in self.arriving if t.source == source)

    def before(self, source: str = "") -> tuple[Table, ...]:
        """Earlier deliveries of a source (the target), oldest first."""
        return tuple(t for t in self.history if t.source == (source or self.target))

    def past(self, source: str = "") -> Table:
        """All rows that a source (the target) delivered before, as one table."""
        tables = self.before(source)
        return replace(tables[-1], rows=tuple(row for t in tables for row in t.only(tables[-1].columns).rows))

    def of(self, *kinds: Kind) -> tuple[str, ...]:
        """Columns of the target that readers see, are of one of `kinds`, and neither name rows nor refer to others."""
        named = {t.refers for shape in self.shapes for t in shape.traits}
        plain = (t for t in self.shape.traits if not t.key and not t.refers and t.shown)
        plain = (t for t in plain if f"{self.target}.{t.name}" not in named)
        return tuple(t.name for t in plain if t.kind in kinds and any(self.table.values(t.name)))

    def filled(self, *kinds: Kind) -> tuple[str, ...]:
        """Those of them that never were empty."""
        past = self.past()
        return tuple(c for c in self.of(*kinds) if all(past.values(c)) and all(self.table.values(c)))

    def categories(self) -> tuple[str, ...]:
        """Texts of few values, none of them rare."""
        past = self.past()
        found = ((name, [v for v in past.values(name) if v]) for name in self.of("text"))
        return tuple(n for n, v in found if 1 < len(set(v)) <= min(_FEW, _MANY * len(v)))

    def names(self) -> tuple[str, ...]:
        """Texts of many values."""
        few = self.categories()
        return tuple(n for n in self.of("text") if n not in few and len(set(self.table.values(n))) > 1)

    def numbers(self) -> tuple[str, ...]:
        """Numbers that vary, and mostly are not nought: a factor changes them."""
        return tuple(n for n in self.of("number", "integer") if _varied(self.table.values(n)))

    def days(self) -> tuple[str, ...]:
        """Columns of days or moments, in which the delivery goes on where the past ends."""
        past = self.past()
        return tuple(n for n in self.of("date", "timestamp") if max(self.table.values(n)) >= max(past.values(n)))


def _varied(values: Sequence[str]) -> bool:
    return len(set(values)) > 1 and sum(bool(v) and float(v) != 0 for v in values) > len(values) / 2


class Sent(Record):
    """A file that is put at the place of a source. `rows`: how many it holds as a person would count them."""

    source: str
    name: str
    content: bytes
    rows: int = -1  # not to be counted


class Trouble(Record):
    """What befalls the machine, not the data; carried out by the drill."""

    kind: str  # the name of one that the drill knows how to make
    about: str = ""  # a source, or a point of the program


class Truth(Record):
    """What is right. `rights`: the decision wanted, then others that are as good.

    `tables`: what readers may see of the day; a source that is not among them must stay as it was.
    """

    rights: tuple[Right, ...]
    tables: tuple[Table, ...]
    place: str  # source, or source.column
    aside: tuple[int, ...] = ()  # rows (from 1) of the target's table that may be put aside as well
    unseeable: bool = False  # no evidence in the data could tell the batch from a good one


class Injection(Record):
    """A fault that happened: files by wave (each wave ends with a run), trouble, and the truth."""

    said: str  # in words: what was done to which column
    waves: tuple[tuple[Sent, ...], ...]
    truth: Truth
    trouble: tuple[Trouble, ...] = ()
    broken: Table | None = None  # the rows as sent, when they still are a table: what a second fault may break further


@dataclass(frozen=True)
class Fault:
    """One thing that can go wrong (or a control, that must not be taken for one). One module of `faults` each."""

    id: str  # of the taxonomy, like `S3`; twins and controls share the one that they look like
    kind: Class
    inject: Callable[[World, Random], Injection | None]  # `None`: this world has nothing that it could break
    about: str = ""

    @property
    def control(self) -> bool:
        """Whether nothing is wrong in it."""
        return self.kind == "control"
