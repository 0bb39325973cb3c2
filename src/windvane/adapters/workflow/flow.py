"""What the body of a run is given: steps that are remembered, retried, and run again with less."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

import msgspec

from windvane.adapters.workflow.patience import Patience
from windvane.domain import crash
from windvane.domain.errors import TryAgain
from windvane.domain.event import WITH_LESS
from windvane.domain.ports import Resources
from windvane.domain.record import decode

R = TypeVar("R")
OUT_OF_MEMORY = ("step.memory", "engine.memory")
OUTSIDE = ("source.", "llm.")

Tell = Callable[[str, str], None]  # (step, what happened)


class Remember(Protocol):
    """Runs `work` unless its outcome was written down; gives back that outcome, or raises it."""

    def __call__(self, name: str, work: Callable[[], str]) -> str:
        """The outcome of `work`, JSON."""
        ...


class DurableFlow:
    """The `Flow` port. Each attempt at a step is remembered by itself, so a resumed run goes on with the next one."""

    def __init__(self, remember: Remember, *, patience: Patience, resources: Resources, tell: Tell) -> None:
        self._remember = remember
        self._patience = patience
        self._ladder = patience.ladder(resources)
        self._tell = tell

    def step(self, name: str, work: Callable[[Resources], R], kind: type[R]) -> R:
        """Run `work` once and remember its result as JSON; the result given back is read from that JSON.

        `TryAgain` is retried with back-off at each rung of the ladder, then the last one is raised; a lack of
        memory goes down a rung at once, as waiting does not help; trouble outside (a source, a language model) never
        does, as less would not help. Any other error is raised as it is.
        """
        trouble: TryAgain | None = None
        for rung, resources in enumerate(self._ladder):
            if rung:
                self._tell(name, f"{WITH_LESS}: {_words(resources)}")
            for tried in range(1, self._patience.tries + 1):
                attempt = _Attempt(work, resources)
                try:
                    text = self._remember(f"{name} {rung + 1}.{tried}", attempt)
                except TryAgain as error:
                    trouble = error
                else:
                    if attempt.ran:
                        crash.point("workflow.step.recorded")
                    return decode(text, kind)
                if trouble.code in OUT_OF_MEMORY:
                    break
                self._rest(name, tried, attempt, trouble)
            if trouble is not None and trouble.code.startswith(OUTSIDE):
                break
        assert trouble is not None  # the ladder has a rung and every rung a try
        raise trouble

    def _rest(self, name: str, tried: int, attempt: _Attempt[R], trouble: TryAgain) -> None:
        """Wait before the next try at the same rung; what was only remembered is not waited for again."""
        if attempt.ran and tried < self._patience.tries:
            seconds = self._patience.wait_s(tried)
            self._tell(name, f"try {tried} failed ({trouble}); waits {seconds:.1f} s")
            time.sleep(seconds)


class _Attempt(Generic[R]):
    """One execution of a step; knows whether it ran now or was only remembered."""

    def __init__(self, work: Callable[[Resources], R], resources: Resources) -> None:
        self._work = work
        self._resources = resources
        self.ran = False

    def __call__(self) -> str:
        self.ran = True
        crash.point("workflow.step.before")
        try:
            text = msgspec.json.encode(self._work(self._resources)).decode()
        except MemoryError as error:
            raise TryAgain("memory ran out", code=OUT_OF_MEMORY[0], why=str(error), fix="free some memory") from error
        crash.point("workflow.step.done")
        return text


def _words(resources: Resources) -> str:
    return f"{resources.memory_mb} MB, {resources.threads} thread, chunks of {resources.chunk_rows} rows"
