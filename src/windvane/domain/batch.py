"""What arrives: deliveries, and the batches they become, with every row accounted for."""

from __future__ import annotations

from datetime import date

from windvane.domain.estate import Reading
from windvane.domain.record import Record


class Delivery(Record):
    """One thing a connector can fetch now: a file, or a table of a database."""

    source: str
    name: str  # path relative to the location, or schema.table
    size: int = 0  # bytes; 0 when not known
    stamp: str = ""  # changes when the content may have changed: modification time in ns, or a counter
    digest: str = ""  # SHA-256 of the bytes once they were read
    again: int = 0  # ordinal of a delivery whose bytes came before, and others since: it is a batch of its own


class Cast(Record):
    """How a typed column comes from text: `CAST(text AS type) AS name`, `text` being SQL over delivered columns."""

    name: str
    text: str
    type: str


class Withhold(Record):
    """Rows to set aside at the screen, with the reason: `where` is SQL over the typed columns of staging and `_row`.

    It is true of the rows of `batch` (id) that are meant; it holds no personal value.
    """

    batch: str
    where: str
    reason: str


class Waits(Record):
    """A day of which rows of a source wait for a person; `column` is the one of its staging model that tells it."""

    source: str
    column: str
    day: date


class ColumnProfile(Record):
    """What one pass over one column of text found; shares are 0..1 of all rows."""

    name: str
    type: str
    grammar: str = ""
    nulls: int = 0
    distinct: int = 0  # approximate above 10,000
    minimum: str = ""
    maximum: str = ""
    mean: float | None = None
    deviation: float | None = None
    quantiles: tuple[float, ...] = ()  # 0.05 0.25 0.5 0.75 0.95 of numbers
    max_length: int = 0
    top: tuple[tuple[str, int], ...] = ()  # most frequent values with their counts; empty for personal data
    null_tokens: tuple[str, ...] = ()  # texts that mean no value, besides the empty one
    misfits: int = 0  # values that are not in the grammar
    confidence: float = 1.0  # that type and grammar are right
    runner_up: str = ""  # the grammar that fits as well, or next best
    evidence: str = ""


class Profile(Record):
    """The shape of one batch or one table."""

    rows: int
    columns: tuple[ColumnProfile, ...] = ()

    def column(self, name: str) -> ColumnProfile | None:
        """The profile of one column, or `None`."""
        return next((c for c in self.columns if c.name == name), None)


class Batch(Record):
    """A delivery that was landed: text rows in Parquet, original bytes kept, rows accounted for.

    `rows_read == accepted + quarantined + suppressed + departed` always holds, or the batch cannot be made.
    """

    id: str  # source + "-" + first 12 digits of the digest (+ "+" and the ordinal, when it came again); the write key
    source: str
    delivery: str
    digest: str
    landed_at: str  # UTC, ISO 8601
    rows_read: int
    accepted: int
    reading: Reading | None = None
    columns: tuple[str, ...] = ()  # as delivered
    quarantined: int = 0
    closed: int = 0  # of the quarantined: a person has closed them as known losses
    suppressed: int = 0
    departed: int = 0  # accepted once; the source has deleted them since, and a decision took that over
    restated: int = 0  # of the accepted: known before with other values where readers count with them
    relabelled: int = 0  # of the accepted: known before with other values, but only where nobody counts with them
    anew: int = 0  # of the accepted: their key was known before, or is only spelled anew
    moved: float = 0.0  # by how much of itself a sum over the rows known before moves at most, 0..1
    gone: int = 0  # rows of earlier deliveries of the same name that this one, which is whole, no longer has
    path: str = ""  # Parquet of accepted rows, relative to the estate folder; all text, plus _batch and _row
    quarantine_path: str = ""  # Parquet: _batch, _row, reason, raw
    unended: bool = False  # the last line of the file has no end
    cut: str = ""  # why the file seems to have been cut; empty when it does not
    corrections: tuple[str, ...] = ()  # CSV of cells that a person corrected: row, column, was, now
    profile: Profile | None = None

    def __post_init__(self) -> None:
        if self.rows_read != self.accepted + self.quarantined + self.suppressed + self.departed:
            raise ValueError(
                f"batch {self.id} loses rows: read {self.rows_read}, accepted {self.accepted}, "
                f"quarantined {self.quarantined}, suppressed {self.suppressed}, departed {self.departed}"
            )

    @property
    def restated_share(self) -> float:
        """Rows known before with other values, as a share of the rows delivered."""
        return self.restated / self.rows_read if self.rows_read else 0.0

    @property
    def relabelled_share(self) -> float:
        """Rows known before with other labels, as a share of the rows delivered."""
        return self.relabelled / self.rows_read if self.rows_read else 0.0

    @property
    def gone_share(self) -> float:
        """Rows known before and no longer there, as a share of those and the rows delivered."""
        return self.gone / (self.gone + self.rows_read) if self.gone else 0.0
