"""The seams: what the inner layers need of the outside, as Protocols; adapters and extensions implement them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol, TypeVar, runtime_checkable

from windvane.domain.batch import Batch, Delivery, Waits
from windvane.domain.decision import Verdict
from windvane.domain.entry import Body, Entry, Step
from windvane.domain.estate import Check, Contract, Estate, Source
from windvane.domain.finding import Finding
from windvane.domain.goal import Goal
from windvane.domain.incident import Incident
from windvane.domain.plan import Plan
from windvane.domain.record import Record
from windvane.domain.run import Trial

if TYPE_CHECKING:
    import pyarrow

Value = str | int | float | bool | bytes | date | datetime | Decimal | None
Row = tuple[Value, ...]
R = TypeVar("R")


class Resources(Record):
    """What a step may use; a step that failed for lack of something is run again with less."""

    memory_mb: int = 2048
    threads: int = 2
    chunk_rows: int = 1_000_000


class Reader(Protocol):
    """The read-only half of a SQL engine; a write raises `Failed`."""

    def rows(self, sql: str, params: Sequence[Value] = ()) -> list[Row]:
        """All rows of a query. Raises `Failed` (code `engine.*`) with the engine's first line as why."""
        ...


class Columns(Reader, Protocol):
    """A reader that also gives whole columns, without a row of Python in between."""

    def arrow(self, sql: str) -> pyarrow.Table:
        """The result of a query as an Arrow table. Raises as `rows` does."""
        ...


class Engine(Reader, Protocol):
    """A private scratch engine in memory: reads files, holds temporary tables, writes Parquet."""

    @property
    def resources(self) -> Resources:
        """What `use` was given last: who works on many rows with the engine takes `chunk_rows` of them at a time."""
        ...

    def execute(self, sql: str, params: Sequence[Value] = ()) -> None:
        """Run a statement without a result. Raises `Failed`, or `TryAgain` when a resource ran out."""
        ...

    def use(self, resources: Resources) -> None:
        """Set memory limit, threads and spill directory for what follows."""
        ...


@dataclass(frozen=True)
class Offer:
    """A table found at a location: a source as it would be added, with what it delivers now."""

    source: Source
    deliveries: tuple[Delivery, ...]
    declared: Contract | None = None  # types, keys and references that a database declares


@dataclass(frozen=True)
class Stray:
    """A thing at a location that cannot be read for certain: why, and how to fix it."""

    name: str
    why: str
    fix: str


@runtime_checkable
class Watcher(Protocol):
    """What a connector may do besides: tell of things at its places that no source reads."""

    def unclaimed(self, offered: tuple[tuple[Source, tuple[Delivery, ...]], ...], *, since: float) -> tuple[Stray, ...]:
        """Things that came after `since` (seconds since 1970) and that none of the deliveries is; cheap."""
        ...


@runtime_checkable
class Archivist(Protocol):
    """What a connector may do besides: find more of a table than its source delivers."""

    def archives(self, source: Source, *, others: tuple[Source, ...], apart: Path) -> tuple[str, ...]:
        """Locations within reach that deliver the table of `source` too and that neither it nor `others` read.

        `apart`: the estate itself, which is none.
        """
        ...


class Connector(Protocol):
    """Reads one kind of place. One module of `stack/sources` each; never writes to the place."""

    def understands(self, location: str) -> bool:
        """Whether this connector is the one for `location`."""
        ...

    def offers(self, location: str) -> tuple[tuple[Offer, ...], tuple[Stray, ...]]:
        """What lies at a location. Raises `Unreadable`, `Usage` or `TryAgain`."""
        ...

    def deliveries(self, source: Source) -> tuple[Delivery, ...]:
        """What the source delivers now, in order of arrival; cheap, reads no content if it can be helped."""
        ...

    def fetch(self, source: Source, delivery: Delivery, *, into: Path) -> Path:
        """A local file with the bytes of a delivery: the original itself, or a new file in the folder `into`.

        Raises `TryAgain` for a dropped connection or a time-out, `Failed` for a refusal.
        """
        ...


@dataclass(frozen=True)
class Scene:
    """All that an agent or a remedy may look at. It holds nothing that can write."""

    root: Path
    estate: Estate
    findings: tuple[Finding, ...] = ()
    batches: tuple[Batch, ...] = ()  # landed and not yet visible
    history: tuple[Batch, ...] = ()  # admitted, oldest first
    asked: tuple[Batch, ...] = ()  # that wait for a person
    incident: Incident | None = None
    goal: Goal | None = None
    archives: tuple[tuple[str, str], ...] = ()  # (source, location) where more of its table lies than it delivers
    declared: tuple[Contract, ...] = ()  # what databases declare of their tables; relation = name of the source
    scratch: Engine | None = None
    reader: Reader | None = None  # of the warehouse as readers see it; None before the first build
    llm: Llm | None = None


class Agent(Protocol):
    """A role. Looks and proposes; holds no credential that can write. One module of `agents` each."""

    def look(self, scene: Scene) -> tuple[Finding, ...]:
        """Claims about the data of `scene`."""
        ...

    def propose(self, scene: Scene) -> tuple[Plan, ...]:
        """Plans for the incident of `scene`; alternatives share `serves`."""
        ...


class Remedy(Protocol):
    """One known repair. One module of `remedies` each."""

    cause: str

    def propose(self, scene: Scene) -> tuple[Plan, ...]:
        """Plans that repair the incident of `scene`, best first; empty when it does not apply."""
        ...


class Commit(Record):
    """The row committed with the data: the only proof that a plan was promoted."""

    plan: str
    decision: str
    at: str
    content: str  # JSON of what the derived lines are made from: a `Settled`


class Settled(Record):
    """What a promotion rested on, stored with it: decode the `content` of a `Commit` as this."""

    trial: Trial
    verdict: Verdict


class Warehouse(Protocol):
    """Where relations live. One writer; readers never wait and see all or nothing."""

    def transition(
        self,
        plan: Plan,
        *,
        decision: str,
        judge: Callable[[Trial], Verdict],
        checks: tuple[Check, ...] = (),
        waiting: tuple[Waits, ...] = (),
    ) -> tuple[Trial, Verdict]:
        """Carry out `plan` inside one transaction, measure, and commit only when `judge` says promote.

        `checks` are asked beside the plan's own, where they read something that it can change: what the contracts
        hold stands in no plan again. `waiting`: days that wait for a person, which checks do not miss.
        Admissions, withdrawals and models may be mixed. A plan that was committed before is not run
        again. Raises `TryAgain` when the engine is busy; any failure leaves everything as it was.
        """
        ...

    def try_out(self, plan: Plan) -> Trial:
        """Build the models of `plan` in an environment of its own and measure both sides; production is untouched."""
        ...

    def rebuild(self, plan: Plan, *, commits: tuple[Commit, ...], admitted_by: Mapping[str, str]) -> Trial:
        """Make production again from nothing, in one transaction; `commits` stand in it as they were.

        For a warehouse that was lost: nothing is decided anew. Raises `Unhealthy` when it cannot be made.
        """
        ...

    def differs(self) -> tuple[str, ...]:
        """Published relations whose rows, as they are now, are not those that readers see."""
        ...

    def committed(self) -> tuple[Commit, ...]:
        """Every promotion, oldest first."""
        ...

    def reader(self) -> Columns:
        """A read-only view of production, usable from any thread while a build goes on."""
        ...

    def changed_by_hand(self) -> str:
        """In words, what someone did to production without windvane; empty when nothing."""
        ...

    def accept_by_hand(self) -> tuple[str, ...]:
        """Take production as a person left it; names the files that differ."""
        ...

    def publish(self, *, release: str) -> tuple[str, ...]:
        """Write what changed of published relations as immutable Parquet and swap the manifest; names the relations."""
        ...

    def use(self, resources: Resources) -> None:
        """Set memory limit and threads for what follows."""
        ...

    def warm(self) -> None:
        """Get ready for a transition beside what the caller does meanwhile; returns at once."""
        ...

    def close(self) -> None:
        """Release the file and the writer thread."""
        ...


class Ledger(Protocol):
    """Append-only, hash-chained."""

    def append(self, *, actor: str, step: Step, key: str, body: Body, because: tuple[int, ...] = ()) -> Entry:
        """Write a line, or return the one already written under `key`."""
        ...

    def together(self) -> AbstractContextManager[None]:
        """Around writes that are one: a kill or an error leaves all of them or none. Read nothing inside."""
        ...

    def entries(self, *, step: Step | None = None, after: int = 0) -> Iterator[Entry]:
        """Lines in order, those with `seq` above `after`."""
        ...

    def find(self, key: str) -> Entry | None:
        """The line written under `key`."""
        ...

    def number(self, prefix: Literal["D", "I", "R"], *, key: str) -> str:
        """The number reserved for `key`, like `D-7`; the same key gets the same number for ever."""
        ...

    def remember(self, key: str, text: str) -> None:
        """Keep a fact that can be found out again, such as the stamp of a file already landed."""
        ...

    def recall(self, key: str) -> str | None:
        """What was remembered under `key`; `None` when nothing was."""
        ...


class Flow(Protocol):
    """What the body of a workflow is given: steps whose results survive a kill."""

    def step(self, name: str, work: Callable[[Resources], R], kind: type[R]) -> R:
        """Run `work` once and remember its result; after a kill the result is given back instead.

        A step that raises `TryAgain` is retried with back-off, then run again with smaller
        `Resources`; what still fails is raised. Steps run at least once: make them idempotent.
        """
        ...


class Workflow(Protocol):
    """Durable execution."""

    def run(self, run_id: str, body: Callable[[Flow], None]) -> None:
        """Run `body` to its end, resuming after the last step that finished under the same `run_id`."""
        ...

    def unfinished(self) -> tuple[str, ...]:
        """Runs that were killed."""
        ...

    def close(self) -> None:
        """Stop the executor."""
        ...


class Field(Record):
    """One field of a closed answer: one (or several) of `options`, or a number when there are none."""

    name: str
    options: tuple[str, ...] = ()
    many: Literal["one", "several"] = "one"
    about: str = ""


class Answer(Record):
    """What a language model said, already checked against the fields; costs in the provider's currency."""

    values: tuple[tuple[str, tuple[str, ...]], ...]
    model: str
    tokens_in: int = 0
    tokens_out: int = 0
    cost: float = 0.0

    def of(self, name: str) -> tuple[str, ...]:
        """The chosen options of one field; a number as its text."""
        return next((v for k, v in self.values if k == name), ())


class Llm(Protocol):
    """A language model. It chooses among literals from the catalog and can name nothing else."""

    def choose(self, *, purpose: str, prompt: str, fields: tuple[Field, ...]) -> Answer:
        """A closed answer. Raises `BudgetReached`, `TryAgain` or `Failed` (`llm.*`); never a free text."""
        ...


class Secrets(Protocol):
    """Turns references into values at the last moment."""

    def resolve(self, text: str) -> str:
        """`text` with every `${env:NAME}` and `${keyring:SERVICE/USER}` replaced. Raises `Usage` (`secret.missing`)."""
        ...
