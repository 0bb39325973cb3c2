"""The door to DBOS: start it, put a run into its hands, stop it. Importing this takes two seconds; do it late."""

from __future__ import annotations

import sqlite3
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy
from dbos import DBOS, DBOSClient, SetWorkflowID
from dbos._error import DBOSUnexpectedStepError

from windvane.adapters.workflow import runs
from windvane.adapters.workflow.memo import Memo
from windvane.adapters.workflow.turn import Turn
from windvane.domain.errors import TryAgain

DatabaseTrouble = sqlalchemy.exc.DBAPIError
NAME = "windvane"
_RESUME = "windvane-resume"  # a queue that exists only while a run is being resumed: it is polled often
_PRAGMAS = ("busy_timeout = 30000", "journal_mode = WAL", "synchronous = NORMAL", "foreign_keys = ON")
_SUBSECONDS = (3, 42)  # the SQLite that knows `unixepoch('subsec')`; an older one is common under a newer Python
_POLL_S = 0.02
_PATIENCE_S = 30.0


class Diverged(BaseException):
    """The body asked for another step than the one remembered; no `except Exception` of a body may swallow it."""


def remember(name: str, work: Callable[[], str]) -> str:
    """A step of the run this thread is in."""
    try:
        text: str = DBOS.run_step({"name": name}, work)
    except DBOSUnexpectedStepError as error:
        raise Diverged(str(error)) from error
    return text


def unixepoch(modifier: str) -> float | None:
    """What `unixepoch('subsec')` gives since SQLite 3.42; DBOS asks for it on Python 3.12 and newer."""
    return time.time() if modifier in ("subsec", "subsecond") else None


@contextmanager
def engine(path: Path) -> Iterator[sqlalchemy.Engine]:
    """The database of DBOS with writers that wait for each other. NORMAL is enough: a lost step is only run again."""
    made = sqlalchemy.create_engine(sqlalchemy.URL.create("sqlite", database=str(path)))

    @sqlalchemy.event.listens_for(made, "connect")
    def _connected(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = "IMMEDIATE"
        for pragma in _PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
        if sqlite3.sqlite_version_info < _SUBSECONDS:
            connection.create_function("unixepoch", 1, unixepoch)

    try:
        yield made
    finally:
        made.dispose()


def enqueue(database: sqlalchemy.Engine, run_id: str, *, state: str) -> None:
    """Make a run that began before due again; `state` is what is known of it.

    `ERROR`: from the attempts at the step that failed; `CHANGED`: from its start; others: after the last step.
    """
    client = DBOSClient(system_database_engine=database, serializer=Memo(), application_name=NAME)
    try:
        client.register_queue(_RESUME, polling_interval_sec=_POLL_S)
        if state == "ERROR":
            client.rewind_workflow(run_id, start_step=_first_failed(client, run_id), queue_name=_RESUME)
        elif state == "CHANGED":
            client.cancel_workflow(run_id)
            client.rewind_workflow(run_id, queue_name=_RESUME)
        else:
            client.resume_workflow(run_id, queue_name=_RESUME)
    finally:
        client.destroy()


def _first_failed(client: DBOSClient, run_id: str) -> int:
    """Position of the first attempt at the step that ended the run; behind the last when no step did."""
    steps = sorted(client.list_workflow_steps(run_id), key=lambda s: int(s["function_id"]))
    first = 1 + max((int(s["function_id"]) for s in steps), default=0)
    last = _without_attempt(steps[-1]["function_name"]) if steps else ""
    for step in reversed(steps):
        if step["error"] is None or _without_attempt(step["function_name"]) != last:
            break
        first = int(step["function_id"])
    return first


def _without_attempt(name: str) -> str:
    return name.rpartition(" ")[0]


@contextmanager
def launched(database: sqlalchemy.Engine, turn: Turn) -> Iterator[Callable[[str], None]]:
    """DBOS up and running with `turn` as the only thing it can do; yields the workflow, to be called with its id.

    The executor's name is new each time: DBOS starts what its own name left behind as soon as it is up, before
    there is a body for it. The version is pinned, or an update of our code would strand killed runs.
    """
    DBOS(
        config={
            "name": NAME,
            "system_database_engine": database,
            "application_version": "1",
            "executor_id": f"{NAME}-{uuid.uuid4()}",
            "serializer": Memo(),
            "log_level": "CRITICAL",
            "enable_otlp": False,
            "notification_listener_polling_interval_sec": 0.05,  # how long stopping takes
        }
    )
    try:

        def take(run_id: str) -> None:
            turn.take(run_id)

        workflow: Callable[[str], None] = DBOS.workflow(name=NAME, max_recovery_attempts=None)(take)
        DBOS.launch()
        yield workflow
    finally:
        DBOS.destroy(destroy_registry=True)


def start(workflow: Callable[[str], None], turn: Turn) -> None:
    """Begin a run that is new, in this thread. Raises what its body raises."""
    DBOS.delete_queue(_RESUME)
    with SetWorkflowID(turn.run_id):
        workflow(turn.run_id)


def resume(turn: Turn, path: Path) -> None:
    """Go on with a run that `enqueue` made due, in this thread. Raises what its body raises, or `TryAgain`."""
    raised = turn.run_here()
    DBOS.delete_queue(_RESUME)
    patience = time.monotonic() + _PATIENCE_S
    while runs.status(path, turn.run_id) not in runs.ENDED:
        if time.monotonic() > patience:
            raise TryAgain("the end of the run could not be written", code="workflow.busy", fix="try again")
        time.sleep(_POLL_S / 4)
    if raised is not None:
        raise raised


def forget(run_ids: tuple[str, ...]) -> None:
    """Drop what is remembered of runs that ended long ago."""
    if run_ids:
        DBOS.delete_workflows(list(run_ids))
