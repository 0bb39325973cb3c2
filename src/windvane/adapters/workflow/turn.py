"""Hands the body of a run from the thread DBOS chose to the thread that called, so that Ctrl-C stops it at once."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from contextvars import Context, copy_context

from windvane.domain.errors import TryAgain

_PATIENCE_S = 60.0


class Parked(BaseException):
    """Leaves a run unfinished: DBOS writes down the outcome of an `Exception` only."""


class Turn:
    """One execution of one body. A fresh run is called directly; a resumed one arrives in a thread of DBOS."""

    def __init__(self, run_id: str, body: Callable[[], None]) -> None:
        self.run_id = run_id
        self._body = body
        self._caller = threading.get_ident()
        self._contexts: queue.Queue[Context] = queue.Queue()
        self._over = threading.Event()
        self._raised: BaseException | None = None

    def take(self, run_id: str) -> None:
        """What DBOS calls as the workflow. Runs that nobody brought a body for stay as they are."""
        if run_id != self.run_id or self._over.is_set():
            raise Parked
        if threading.get_ident() == self._caller:
            self._body()
            return
        self._contexts.put(copy_context())
        self._over.wait()
        if self._raised is not None:
            raise self._raised

    def run_here(self) -> Exception | None:
        """Run the body of a resumed run in this thread; gives back what it raised. Raises `TryAgain`."""
        try:
            context = self._contexts.get(timeout=_PATIENCE_S)
        except queue.Empty:
            self._over.set()
            raise TryAgain("the run did not start again", code="workflow.busy", fix="try again") from None
        try:
            context.run(self._body)
        except Exception as error:  # noqa: BLE001  # it goes to DBOS first, then to the caller
            self._raised = error
            return error
        except BaseException:
            self._raised = Parked()
            raise
        finally:
            self._over.set()
        return None
