"""What was measured: results of checks, measurements, and trials."""

from __future__ import annotations

from windvane.domain.estate import Severity
from windvane.domain.estimate import Gain
from windvane.domain.record import Record


class CheckResult(Record):
    """Outcome of one check; `broken` says in words what broke it, without personal values."""

    check: str
    relation: str
    severity: Severity
    passed: bool
    broken: str = ""


class Measurement(Record):
    """One measure of a `Probe`; `value` is `None` when the relation does not exist yet."""

    name: str
    value: float | None


class Trial(Record):
    """The same measures before and after a plan, on the same landed data.

    `broke` is set when the instrument failed (disk, lock, crash of the engine): such a trial is
    no evidence against the plan. A failing model or audit is evidence and stands in `failures`.
    """

    plan: str
    environment: str
    before: tuple[Measurement, ...] = ()
    after: tuple[Measurement, ...] = ()
    checks: tuple[CheckResult, ...] = ()
    failures: tuple[str, ...] = ()
    gains: tuple[Gain, ...] = ()  # of an estimated product: the plan against the version before it
    models_built: int = 0
    cpu_s: float = 0.0
    broke: str = ""
    blamed: tuple[str, ...] = ()  # of several arriving batches those that break a check by themselves

    def moved(self) -> tuple[tuple[str, float | None, float | None], ...]:
        """(measure, before, after) for each measure that is not the same on both sides."""
        was = {m.name: m.value for m in self.before}
        return tuple((m.name, was.get(m.name), m.value) for m in self.after if was.get(m.name) != m.value)
