"""What a rule may look at when it makes a check: the contract, and what is known of the table until now."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Literal, Protocol

from windvane.domain.estate import Calendar, Check, Column, Contract, Reference, Severity
from windvane.domain.ports import Reader

NUMBERS = ("bigint", "integer", "smallint", "double", "real", "float", "decimal", "hugeint")
FEW_BATCHES = 8  # fewer may all be first loads
Role = Literal["whole", "landing", "result"]


_NO_DAY_OFF = Calendar()


@dataclass(frozen=True)
class Other:
    """A relation that rows refer to by `reference`, with its known rows in `history`, a relation of the same engine."""

    reference: Reference
    contract: Contract
    history: str

    @property
    def relation(self) -> str:
        """Name of the relation."""
        return self.contract.relation

    @property
    def measures(self) -> tuple[Column, ...]:
        """Numeric columns that measure something."""
        return measures_of(self.contract)


@dataclass(frozen=True)
class Table:
    """A relation under contract and its history.

    `role` says which rules fit: `whole` is where one row stands for one thing and batches can be told apart,
    `landing` a staging relation that has such a relation behind it, `result` a mart, which knows no batches.
    """

    contract: Contract
    engine: Reader
    history: str  # SQL relation of `engine` with the known rows; empty when nothing is known yet
    role: Role = "whole"
    rows: int = 0
    batches: tuple[int, ...] = ()  # rows of each known batch, oldest first
    upstream: tuple[str, ...] = ()  # relations whose rows, or keys, are its rows one by one; empty when not known
    segment: str = ""  # column with one value per batch: which part of the whole a delivery is about
    accepted: tuple[tuple[str, tuple[str, ...]], ...] = field(default=())  # category columns with their known values
    calendar: Calendar = _NO_DAY_OFF  # days off: nothing is missed on them
    others: tuple[Other, ...] = ()  # what its rows refer to, where every known row has a counterpart
    decided: tuple[tuple[str, str], ...] = ()  # columns, each with one that seems to decide it

    @property
    def relation(self) -> str:
        """Name of the relation."""
        return self.contract.relation

    @property
    def entities(self) -> tuple[str, ...]:
        """Key columns beside the time column: what one series is about."""
        return tuple(c for c in self.contract.key if c != self.contract.time_column)

    @property
    def is_panel(self) -> bool:
        """Whether a row is one thing at one time, so that each thing is a series."""
        return bool(self.contract.time_column) and self.contract.time_column in self.contract.key

    @property
    def measures(self) -> tuple[Column, ...]:
        """Numeric columns that measure something."""
        return measures_of(self.contract)

    @property
    def per_batch(self) -> float:
        """Rows that one batch is expected to bring: the median of the later half, else those of one moment."""
        if len(self.batches) >= FEW_BATCHES:
            later = sorted(self.batches[len(self.batches) // 2 :])
            return float(later[len(later) // 2])
        if self.history and self.contract.time_column:
            times = self.engine.rows(f"SELECT COUNT(DISTINCT {quoted(self.contract.time_column)}) FROM {self.history}")
            return self.rows / max(1, _int(times[0][0]))
        return float(self.rows)


@dataclass(frozen=True)
class Wish:
    """A check that a rule would like to make.

    `weight` is its claim on the false-alarm budget, 0 for rules that are true by definition; `past` the number of
    known cases that its limit would rest on; `fixed` the bound of a rule that never had an exception.
    """

    rule: str
    columns: tuple[str, ...] = ()
    weight: float = 0.0
    past: int = 0
    fixed: float = 0.0


@dataclass(frozen=True)
class Share:
    """What the budget gives to a wish: its part `alpha`, and whether it may stop a batch."""

    wish: Wish
    alpha: float = 0.0
    severity: Severity = "block"


class Rule(Protocol):
    """One module of `windvane.stack.quality.checks`."""

    def wishes(self, table: Table) -> tuple[Wish, ...]:
        """The checks that fit a table, before the budget is split."""
        ...

    def render(self, table: Table, share: Share) -> Check | None:
        """The check, or `None` when its limit would be too wide to be of use."""
        ...


def measures_of(contract: Contract) -> tuple[Column, ...]:
    """Numeric columns that measure something: no part of a key or reference, no identifier."""
    linked = {c for r in contract.references for c in r.columns}
    apart = {*contract.key, *linked, contract.time_column}
    return tuple(
        c
        for c in contract.columns
        if is_number(c.type) and c.name not in apart and c.meaning not in ("identifier", "year", "flag", "version")
    )


def is_number(kind: str) -> bool:
    """Whether a portable SQL type holds numbers."""
    return kind.partition("(")[0].lower() in NUMBERS


def is_moment(kind: str) -> bool:
    """Whether a portable SQL type is a date or a timestamp."""
    return kind.lower().startswith(("date", "timestamp"))


def quoted(name: str) -> str:
    """A column name that may be a reserved word."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text in SQL."""
    return "'" + text.replace("'", "''") + "'"


def number(value: float) -> str:
    """A number in SQL: six significant digits, never in a spelling that an engine reads as text."""
    shown = f"{value:.6g}"
    return f"CAST({literal(shown)} AS DOUBLE PRECISION)" if "e" in shown or "n" in shown else shown


def check_of(table: Table, share: Share, *, sql: str, why: str) -> Check:
    """The check of a rule on a table; what only warns stops no batch, so its bound is 0."""
    bound = share.alpha if share.severity == "block" else 0.0
    suffix = f".{'_'.join(share.wish.columns)}" if share.wish.rule == "references" else ""
    return Check(
        name=f"{table.relation}.{share.wish.rule}{suffix}",
        relation=table.relation,
        rule=share.wish.rule,
        sql=sql,
        severity=share.severity,
        why=why,
        false_alarm_bound=math.floor(bound * 1e7) / 1e7,  # never rounded up, so that sums stay within the budget
    )


def _int(value: object) -> int:
    return value if isinstance(value, int) else 0
