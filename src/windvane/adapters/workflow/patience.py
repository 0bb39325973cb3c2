"""How often a step that met passing trouble is tried again, how long to wait, and with how much less it must do."""

from __future__ import annotations

import random

from windvane.domain.ports import Resources
from windvane.domain.record import Record, replace

_LEAST_MEMORY_MB = 128
_LEAST_CHUNK_ROWS = 1_000


class Patience(Record):
    """Tries at each rung of the ladder, and the waits between them: `first_wait_s * factor ** n`, times 0.5 to 1.5."""

    tries: int = 3
    first_wait_s: float = 0.2
    factor: float = 4.0
    longest_wait_s: float = 10.0
    rungs: int = 3

    def wait_s(self, tried: int) -> float:
        """Seconds to wait after `tried` (1 or more) failures; jittered, so that two processes do not meet again."""
        planned = min(self.longest_wait_s, self.first_wait_s * self.factor ** (tried - 1))
        return planned * random.uniform(0.5, 1.5)

    def ladder(self, resources: Resources) -> tuple[Resources, ...]:
        """What each rung may use.

        The first smaller rung keeps the memory and gives up parallel work and large chunks: an engine that ran
        into its limit needs less, not a lower limit. The next ones halve the memory as well, which makes the
        engine spill to disk earlier: the cure when the machine, not the limit, ran out.
        """
        steps = [resources]
        for rung in range(1, self.rungs):
            chunk_rows = max(_LEAST_CHUNK_ROWS, steps[-1].chunk_rows // 4)
            memory_mb = steps[-1].memory_mb if rung == 1 else max(_LEAST_MEMORY_MB, steps[-1].memory_mb // 2)
            steps.append(replace(resources, threads=1, chunk_rows=chunk_rows, memory_mb=memory_mb))
        return tuple(steps)
