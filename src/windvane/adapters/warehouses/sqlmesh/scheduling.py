"""A SQLMesh context that does not unroll two centuries into days for models that are computed in one piece anyway."""

from __future__ import annotations

import os

os.environ["SQLMESH__DISABLE_ANONYMIZED_ANALYTICS"] = "true"
os.environ["MAX_FORK_WORKERS"] = "1"

from collections.abc import Iterable
from typing import TYPE_CHECKING

from sqlmesh.core.context import Context
from sqlmesh.core.node import IntervalUnit
from sqlmesh.core.scheduler import Scheduler
from sqlmesh.core.snapshot import definition

if TYPE_CHECKING:
    from sqlmesh.core.snapshot import Snapshot
    from sqlmesh.core.snapshot.definition import Intervals
    from sqlmesh.core.snapshot.evaluator import SnapshotEvaluator


DAY_MS = 86_400_000
stepped = definition.expand_range


def days(start_ts: int, end_ts: int, interval_unit: IntervalUnit) -> list[int]:
    """What SQLMesh's `expand_range` gives, in a thousandth of the time for whole days: it steps through a cron."""
    if interval_unit is not IntervalUnit.DAY or start_ts % DAY_MS or end_ts < start_ts:
        found: list[int] = stepped(start_ts, end_ts, interval_unit)
        return found
    found = list(range(start_ts, end_ts + 1, DAY_MS))
    return found if found[-1] == end_ts else [*found, end_ts]


definition.expand_range = days


class WholeScheduler(Scheduler):  # type: ignore[misc]
    """Gives each contiguous range as one batch, as SQLMesh does after unrolling, unless a model asks for batches."""

    def batch_intervals(
        self, merged_intervals: dict[Snapshot, Intervals], *args: object, **options: object
    ) -> dict[Snapshot, Intervals]:
        """Batches per snapshot, in the order of `merged_intervals`; the order of work comes from the graph later."""
        if any(s.is_model and (s.node.batch_size or s.model.signals) for s in merged_intervals):
            found: dict[Snapshot, Intervals] = super().batch_intervals(merged_intervals, *args, **options)
            return found
        return {snapshot: list(intervals) for snapshot, intervals in merged_intervals.items()}


class WholeContext(Context):  # type: ignore[misc]
    """A context with that scheduler."""

    def create_scheduler(self, snapshots: Iterable[Snapshot], snapshot_evaluator: SnapshotEvaluator) -> Scheduler:
        """The scheduler of plans and runs."""
        return WholeScheduler(
            snapshots,
            snapshot_evaluator,
            self.state_sync,
            default_catalog=self.default_catalog,
            max_workers=self.concurrent_tasks,
            console=self.console,
            notification_target_manager=self.notification_target_manager,
        )
