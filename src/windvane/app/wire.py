"""What changing commands call; each brings in only what it needs."""

from __future__ import annotations

from pathlib import Path

from windvane.app.reports import ChangeReport, DemoReport, InitReport, Preview, RunReport
from windvane.domain.event import Emit


def plan_init(paths: tuple[str, ...], goal: str, estate: Path, *, emit: Emit, answer: str | None) -> InitReport:
    """As `init`, without writing anything."""
    from windvane.app import founding

    return founding.plan_init(paths, goal, estate, emit=emit, answer=answer)


def init(paths: tuple[str, ...], goal: str, estate: Path, *, emit: Emit, answer: str | None) -> InitReport:
    """Look at `paths` (read only), type the goal, and write the estate folder, unless a question waits.

    `answer` is a person's answer to that question, as `windvane.app.answer.chosen` reads it.
    """
    from windvane.app import founding

    return founding.init(paths, goal, estate, emit=emit, answer=answer)


def plan_run(estate: Path, *, emit: Emit) -> Preview:
    """What a run would land; nothing is landed."""
    from windvane.app import running

    return running.plan_run(estate, emit=emit)


def run(estate: Path, *, emit: Emit) -> RunReport:
    """One pass of the loop, resuming a killed one first. Raises `TryAgain` (75) while another run holds the estate."""
    from windvane.app import running

    return running.run(estate, emit=emit)


def demo(estate: Path, *, emit: Emit) -> DemoReport:
    """Build, break, heal and explain an estate from the prices that are shipped."""
    from windvane.app.demo import story

    return story.demo(estate, emit=emit)


def undo(estate: Path, decision: str, *, because: str, emit: Emit) -> ChangeReport:
    """Take a promoted decision back; the agents will not redo it unasked."""
    from windvane.app import steering

    return steering.undo(estate, decision, because=because, emit=emit)


def approve(estate: Path, decision: str, *, because: str, option: str, emit: Emit) -> ChangeReport:
    """Carry out what waits; `option` is one of the plan's options in full, or empty for the plan as it stands."""
    from windvane.app import steering

    return steering.approve(estate, decision, because=because, option=option, emit=emit)


def reject(estate: Path, decision: str, *, because: str, emit: Emit) -> ChangeReport:
    """Turn down what waits."""
    from windvane.app import steering

    return steering.reject(estate, decision, because=because, emit=emit)


def pause(estate: Path, *, because: str) -> ChangeReport:
    """Stop the agents: a run in progress stops before its next decision."""
    from windvane.app import steering

    return steering.pause(estate, because=because)


def resume(estate: Path, *, because: str) -> ChangeReport:
    """Let the agents act again."""
    from windvane.app import steering

    return steering.resume(estate, because=because)
