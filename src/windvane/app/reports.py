"""What the changing commands hand back: records that the command line prints and `--json` writes as they are."""

from __future__ import annotations

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


class ChangeReport(Record, tag="change"):
    """What a steering command did."""

    act: str  # undo, approve, reject, pause, resume
    title: str
    about: str = ""  # the decision that was steered
    decision: str = ""  # the decision this made, when it made one
    release: str = ""
    effects: tuple[str, ...] = ()
    next: tuple[str, ...] = ()
