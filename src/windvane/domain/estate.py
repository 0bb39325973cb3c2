"""What an estate consists of: sources, models, contracts, checks, metrics, products and the rules over them."""

from __future__ import annotations

from typing import Literal

from windvane.domain.estimate import Inputs, Recipe
from windvane.domain.goal import Goal
from windvane.domain.record import Record

Layer = Literal["staging", "core", "mart"]
Severity = Literal["warn", "block"]
Classification = Literal["open", "personal", "secret"]
Autonomy = Literal["observe", "propose", "act_if_reversible", "act"]
Kind = Literal["source", "model", "contract", "check", "metric", "product"]


class Ref(Record):
    """The name of one asset: its kind and its name."""

    kind: Kind
    name: str

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"


class Column(Record):
    """One column of a relation; `type` is a portable SQL type in lower case, like `decimal(18,6)`."""

    name: str
    type: str
    nullable: bool = True
    classification: Classification = "open"
    meaning: str = ""  # a term such as `price`, `currency`, `country`; empty when not known
    unit: str = ""
    description: str = ""


class Reading(Record):
    """How the bytes of a file become rows of text; all values were decided from the bytes, not assumed."""

    format: Literal["csv", "json", "ndjson", "parquet"] = "csv"
    encoding: str = "utf-8"
    delimiter: str = ","
    quote: str = '"'
    escape: str = '"'
    header_line: int = 1  # 1-based line of the header; 0 when the file has none
    skip_footer: int = 0  # lines at the end that are no rows
    comment: str = ""


class Source(Record, tag="source"):
    """One table that the estate can reach, whatever files or queries deliver it."""

    name: str
    connector: str  # name of a module of `windvane.stack.sources`
    location: str  # path, glob or URL; secrets only by reference, as in `${env:PGPASSWORD}`
    table: str = ""  # for databases: schema.table
    reading: Reading | None = None
    columns: tuple[str, ...] = ()  # names as delivered, in order
    cursor: str = ""  # column by which new rows are asked for
    delivery: str = ""  # when its data are available: the guard against look-ahead


class Model(Record, tag="model"):
    """One SQL model: `text` is the whole SQLMesh file, which is the truth."""

    name: str  # layer.table, as in `staging.prices`
    text: str

    @property
    def layer(self) -> str:
        """The part of the name before the dot."""
        return self.name.partition(".")[0]

    @property
    def path(self) -> str:
        """Where the file lies in the estate folder."""
        layer, _, table = self.name.partition(".")
        return f"models/{layer}/{table}.sql"


class Reference(Record):
    """Columns of one relation whose values are keys of another."""

    columns: tuple[str, ...]
    to: str
    to_columns: tuple[str, ...]
    match_share: float  # of non-null values, 0..1


class Check(Record, tag="check"):
    """A rule that must hold: `sql` returns the rows that break it, at most a few, and none when it holds."""

    name: str
    relation: str
    rule: str  # name of the kind: not_null, unique, references, accepted_values, range, volume, continuity, ...
    sql: str
    severity: Severity = "block"
    why: str = ""  # the evidence it was made from
    false_alarm_bound: float = 0.0  # upper bound on the share of benign batches it stops


class Contract(Record, tag="contract"):
    """What a relation promises its readers; written as an ODCS 3.2 file."""

    relation: str
    description: str = ""
    columns: tuple[Column, ...] = ()
    key: tuple[str, ...] = ()
    references: tuple[Reference, ...] = ()
    time_column: str = ""
    cadence: str = ""
    checks: tuple[Check, ...] = ()
    extra: str = ""  # JSON of what a person wrote into the file and no field here holds; kept as it is


class Metric(Record, tag="metric"):
    """A governed measure over one relation."""

    name: str
    relation: str
    expression: str
    dimensions: tuple[str, ...] = ()
    grain: str = ""
    filters: tuple[str, ...] = ()
    unit: str = ""
    description: str = ""
    extra: str = ""  # as in `Contract`


class Product(Record, tag="product"):
    """What is published for people and AI clients; written as an ODPS 1.0 file."""

    name: str
    kind: str
    relation: str
    goal: Goal
    description: str = ""
    metrics: tuple[str, ...] = ()
    recipe: Recipe | None = None  # of an estimated product
    inputs: Inputs | None = None  # of an estimated product: what the model `<relation>_input` is made from
    extra: str = ""  # as in `Contract`


class Calendar(Record):
    """Business time: a zone name of the IANA database, and days off: `2026-12-25`, `12-25` of every year, `sunday`."""

    zone: str = "UTC"
    days_off: tuple[str, ...] = ()


class Policy(Record):
    """What windvane may do by itself, and how much."""

    autonomy: Autonomy = "act_if_reversible"
    max_quarantined_share: float = 0.01
    max_restated_share: float = 0.01  # of the rows delivered
    max_moved_share: float = 0.01  # of a sum: how far a row or two that are restated may move it
    max_departed_share: float = 0.01  # of the rows known: gone from a delivery that comes whole again
    slow_query_s: float = 2.0  # CPU seconds the query of a product's input may take before other storage is tried
    memory_mb: int = 2048
    model_spend: float = 0.0  # currency units a language model may cost per run; 0 means none


Asset = Source | Model | Check | Contract | Metric | Product


class Estate(Record):
    """All assets as one value; the files of the estate folder are its source of truth."""

    name: str
    goals: tuple[str, ...] = ()
    assets: tuple[Asset, ...] = ()
    calendar: Calendar = Calendar()
    policy: Policy = Policy()

    def of(self, kind: type[Asset]) -> tuple[Asset, ...]:
        """The assets of one kind, in order."""
        return tuple(a for a in self.assets if isinstance(a, kind))

    def find(self, ref: Ref) -> Asset | None:
        """The asset that `ref` names, or `None`."""
        return next((a for a in self.assets if ref_of(a) == ref), None)


def ref_of(asset: Asset) -> Ref:
    """The name of an asset as a reference."""
    match asset:
        case Source():
            return Ref(kind="source", name=asset.name)
        case Model():
            return Ref(kind="model", name=asset.name)
        case Check():
            return Ref(kind="check", name=asset.name)
        case Contract():
            return Ref(kind="contract", name=asset.relation)
        case Metric():
            return Ref(kind="metric", name=asset.name)
        case Product():
            return Ref(kind="product", name=asset.name)
