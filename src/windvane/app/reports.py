"""What the changing commands hand back: records that the command line prints and `--json` writes as they are."""

from __future__ import annotations

from enum import Enum

from windvane.domain.goal import Goal, Question
from windvane.domain.record import Record


class Stray(Record):
    """A file or table that is not read: why, and how to fix it."""

    name: str
    why: str
    fix: str = ""


class SourceSeen(Record):
    """What `init` understood of one source; empty means: not found out."""

    name: str  # as a person knows it: the file, or schema.table
    files: int = 1
    bytes: int = 0
    rows: int = 0
    grain: str = ""  # words: "one row per order"
    time_column: str = ""
    cadence: str = ""
    key: tuple[str, ...] = ()
    references: tuple[str, ...] = ()  # words: "joins stores on store_id (100 % match)"
    bad_share: float = 0.0  # rows that would be quarantined, 0..1
    personal: tuple[str, ...] = ()  # columns that look personal; masked by default
    doubts: tuple[str, ...] = ()  # what is not certain, in words


class PlanSeen(Record):
    """What `run` would build."""

    models: tuple[tuple[str, int], ...] = ()  # layer and number of models, in order
    products: tuple[str, ...] = ()
    checks: int = 0
    seconds: float = 0.0  # predicted, wall
    cost: float = 0.0  # predicted spend on language models


class InitReport(Record, tag="init"):
    """What was understood and planned. Nothing is written while `question` waits."""

    estate: str  # path of the folder
    sources: tuple[SourceSeen, ...] = ()
    strays: tuple[Stray, ...] = ()
    goal: Goal | None = None
    plan: PlanSeen = PlanSeen()
    question: Question | None = None
    written: tuple[str, ...] = ()  # files, relative to `estate`; empty when only planned
    next: tuple[str, ...] = ()  # commands


class Item(Record):
    """One thing that happened: a decision, incident or release, with its title and a detail."""

    id: str
    title: str
    detail: str = ""


class RunReport(Record, tag="run"):
    """What one run did; all empty but `seconds` when nothing was new."""

    seconds: float
    cpu_s: float = 0.0
    products: tuple[str, ...] = ()  # certified and published now
    releases: tuple[Item, ...] = ()
    healed: tuple[Item, ...] = ()
    held: tuple[Item, ...] = ()  # readers keep the last good version
    rejected: tuple[Item, ...] = ()  # plans that lost, with the reason
    asks: tuple[Item, ...] = ()
    broken: tuple[Item, ...] = ()  # nothing tried has helped
    strays: tuple[Stray, ...] = ()  # files that no source reads
    rows_read: int = 0
    rows_accepted: int = 0
    rows_quarantined: int = 0
    rows_suppressed: int = 0
    next: tuple[str, ...] = ()


class Chapter(Record):
    """One part of the demo's account."""

    title: str
    lines: tuple[str, ...] = ()


class DemoReport(Record, tag="demo"):
    """What the demo did, told in order."""

    estate: str
    seconds: float
    products: tuple[str, ...] = ()
    healed: int = 0
    asks: int = 0
    story: tuple[Chapter, ...] = ()
    next: tuple[str, ...] = ()


class Preview(Record, tag="preview"):
    """What a changing command would do; nothing has been done."""

    title: str
    does: tuple[str, ...] = ()  # restored, published, written
    loses: tuple[str, ...] = ()  # what readers would no longer see
    seconds: float = 0.0
    command: str = ""  # what carries it out


class ChainReport(Record, tag="chain"):
    """Whether the ledger is as it was written: the first `holds` of its `lines` are."""

    lines: int = 0
    holds: int = 0
    broken: int = 0  # the first line that does not hold; 0 when all do
    faults: tuple[str, ...] = ()

    @property
    def exit_code(self) -> int:
        """3 when the chain is broken."""
        return 3 if self.faults else 0


class Personal(Enum):
    """Whether values of columns that look personal are shown."""

    MASKED = "masked"
    SHOWN = "shown"


class HeldRow(Record, tag="held_row"):
    """One withheld row: its ordinal in the delivery, its line when that is certain, why it is held, what it says."""

    batch: str
    delivery: str
    row: int
    reason: str
    line: int = 0
    cells: tuple[tuple[str, str | None], ...] = ()  # as delivered; empty for a line that is no row
    raw: str = ""  # such a line
    masked: tuple[str, ...] = ()  # columns whose values are not shown


class HeldReport(Record, tag="held"):
    """Withheld rows of a batch or a source, the first of `total`."""

    rows: tuple[HeldRow, ...]
    total: int
    masked: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()  # words: read = accepted + quarantined + suppressed, per batch


class ChangeReport(Record, tag="change"):
    """What a steering command did."""

    act: str  # undo, approve, reject, pause, resume
    title: str
    about: str = ""  # the decision that was steered
    decision: str = ""  # the decision this made, when it made one
    release: str = ""
    effects: tuple[str, ...] = ()
    next: tuple[str, ...] = ()


class Foreseen(Record):
    """One published relation before and after a change that was only played."""

    relation: str
    rows_before: int
    rows_after: int
    bytes_before: int = 0
    bytes_after: int = 0


class Foresight(Record, tag="foresight"):
    """What a change would do: played on a copy by the same loop, and kept to be compared with what happens."""

    about: str  # SHA-256 of the file, or fingerprint of the plan
    title: str
    outcome: str = ""  # promoted, healed, held, nothing
    detail: str = ""
    relations: tuple[Foreseen, ...] = ()  # those that would change
    untouched: int = 0
    rows_read: int = 0
    cpu_s: float = 0.0
