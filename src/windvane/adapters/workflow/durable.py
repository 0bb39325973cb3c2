"""Runs the bodies of workflows on DBOS: one process, one SQLite file, no network, no telemetry, quiet."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from windvane.adapters.workflow import runs
from windvane.adapters.workflow.flow import DurableFlow, Tell
from windvane.adapters.workflow.patience import Patience
from windvane.adapters.workflow.turn import Turn
from windvane.domain import crash
from windvane.domain.errors import TryAgain, Unhealthy, WindvaneError
from windvane.domain.ports import Flow, Resources

_one_at_a_time = threading.RLock()  # DBOS is one per process, also for two estates
_KEPT = 50


class DurableWorkflow:
    """The `Workflow` port.

    DBOS is started by `run` and stopped before it returns, so an idle process has none of its threads, and
    estates do not share any state. The file decides nothing: steps must be idempotent anyway, so when it is lost
    or broken the run begins anew and its steps find their work done (the file that was no database is kept as
    `*.broken`). The body runs in the calling thread. Only the process that owns the estate may run workflows.
    """

    def __init__(
        self,
        path: Path,
        *,
        resources: Resources | None = None,
        patience: Patience | None = None,
        tell: Tell = lambda _step, _what: None,
    ) -> None:
        self._path = path
        self._resources = resources or Resources()
        self._patience = patience or Patience()
        self._tell = tell

    def run(self, run_id: str, body: Callable[[Flow], None]) -> None:
        """Run `body` to its end, resuming after the last step that finished under the same `run_id`.

        A run that ended well is not run again. One that ended with an error goes on with the step that failed.
        A body that takes another way than it did before the kill is run from its start, steps included.
        Raises what the body raises; or `TryAgain`, or `Unhealthy` (`workflow.damaged`).
        """
        with _one_at_a_time:
            runs.set_aside_if_broken(self._path)
            state = runs.status(self._path, run_id)
            if state == "SUCCESS":
                return
            if state:
                self._tell(run_id, "goes on where it stopped")
            self._run(run_id, body, state=state)

    def unfinished(self) -> tuple[str, ...]:
        """Runs that were killed, oldest first; costs no import of DBOS."""
        return runs.unfinished(self._path)

    def close(self) -> None:
        """Nothing is held between two runs; waits for the one that another thread is in."""
        with _one_at_a_time:
            pass

    def _run(self, run_id: str, body: Callable[[Flow], None], *, state: str) -> None:
        from windvane.adapters.workflow import executor

        flow = DurableFlow(executor.remember, patience=self._patience, resources=self._resources, tell=self._tell)
        crash.point("workflow.run.before")
        try:
            self._once(Turn(run_id, lambda: body(flow)), state=state)
        except executor.Diverged:
            self._tell(run_id, "took another way than before; begins anew")
            self._once(Turn(run_id, lambda: body(flow)), state="CHANGED")
        except executor.DatabaseTrouble as error:
            raise _translate(str(error.orig), self._path) from error
        crash.point("workflow.run.after")

    def _once(self, turn: Turn, *, state: str) -> None:
        from windvane.adapters.workflow import executor

        with executor.engine(self._path) as database:
            if state:
                executor.enqueue(database, turn.run_id, state=state)
            with executor.launched(database, turn) as workflow:
                if state:
                    executor.resume(turn, self._path)
                else:
                    executor.start(workflow, turn)
                executor.forget(runs.succeeded(self._path, beyond=_KEPT))


def _translate(why: str, path: Path) -> WindvaneError:
    """Trouble with the workflow file as ours; it holds nothing that cannot be made again."""
    if "malformed" in why or "not a database" in why:
        fix = f"delete `{path.name}`; nothing is lost, steps are run again"
        return Unhealthy(f"`{path.name}` is damaged", code="workflow.damaged", why=why, fix=fix)
    fix = "free some disk space, or try again"
    return TryAgain(f"cannot write `{path.name}`", code="workflow.disk", why=why, fix=fix)
