"""Which columns are promised to readers to have a value: those whose many rows bear witness each for itself."""

from __future__ import annotations

from pathlib import Path

from windvane.agents.architect.tables import ROWS_TO_PROMISE_NOT_NULL, understand
from windvane.domain.batch import Batch, ColumnProfile, Profile
from windvane.domain.estate import Estate, Source
from windvane.domain.finding import Finding
from windvane.domain.ports import Scene

COLUMNS = ("day", "region", "lat", "cases")
DAYS, REGIONS = 200, 20


def test_what_belongs_to_a_thing_is_not_promised_on_the_word_of_its_many_days() -> None:
    """Twenty regions say 4,000 times where they lie, and that is twenty witnesses; of cases each row is one."""
    distinct = {"day": DAYS, "region": REGIONS, "lat": REGIONS, "cases": 900}
    shape = Profile(
        rows=DAYS * REGIONS,
        columns=tuple(
            ColumnProfile(name=c, type="bigint", grammar="integer", distinct=distinct[c], confidence=1.0)
            for c in COLUMNS
        ),
    )
    assert shape.rows > ROWS_TO_PROMISE_NOT_NULL
    batch = Batch(
        id="daily-1", source="daily", delivery="daily.csv", digest="0", landed_at="", rows_read=shape.rows,
        accepted=shape.rows, columns=COLUMNS, profile=shape,
    )  # fmt: skip
    told = (
        Finding(by="scout", subject="daily", claim="key", value="day,region", confidence=0.99, evidence=""),
        Finding(
            by="scout", subject="daily.lat", claim="depends_on", value="name_of_region", confidence=0.99, evidence=""
        ),
        Finding(by="scout", subject="daily.lat", claim="depends_on", value="region", confidence=0.98, evidence=""),
    )
    source = Source(name="daily", connector="files", location="daily.csv", columns=COLUMNS)
    scene = Scene(root=Path(), estate=Estate(name="e", assets=(source,)), findings=told, batches=(batch,))
    columns = {c.name: c.nullable for c in understand(source, scene).columns}
    assert columns == {"day": False, "region": False, "lat": True, "cases": False}
