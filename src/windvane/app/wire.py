"""What changing commands call; each brings in only what it needs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from windvane.app.reports import (
    ChangeReport,
    DemoReport,
    Foresight,
    HeldReport,
    InitReport,
    Personal,
    Preview,
    RunReport,
)
from windvane.domain.event import Emit
from windvane.domain.rule import Scope

if TYPE_CHECKING:
    from windvane.app.drill.drill import DrillReport
    from windvane.loop.mend import Wish


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


def watch(estate: Path, *, every_s: float, emit: Emit, options: tuple[str, ...]) -> None:
    """Passes of the loop, each a process of its own with `options`, until this process is told to stop."""
    from windvane.app.watch import Watch

    Watch(estate, every_s=every_s, emit=emit, options=options).until()


def drill(estate: Path, faults: tuple[str, ...], seed: int, *, into: Path | None, emit: Emit) -> DrillReport:
    """Break copies of the estate in every known way; the estate is only read."""
    from windvane.app.drill import drill as playing

    return playing.drill(estate, faults, seed, into=into, emit=emit)


def undo(estate: Path, decision: str, *, because: str, emit: Emit) -> ChangeReport:
    """Take a promoted decision back; the agents will not redo it unasked."""
    from windvane.app import steering

    return steering.undo(estate, decision, because=because, emit=emit)


def approve(
    estate: Path, decision: str, *, because: str, option: str, emit: Emit, scope: Scope = "once"
) -> ChangeReport:
    """Carry out what waits; `option` is one of the plan's options in full, or empty for the plan as it stands.

    With the scope `always` the answer becomes a rule for every later question of this shape.
    """
    from windvane.app import steering

    return steering.approve(estate, decision, because=because, option=option, emit=emit, scope=scope)


def revoke(estate: Path, rule: str, *, because: str) -> ChangeReport:
    """Take a rule back: from now on it is asked again."""
    from windvane.app import steering

    return steering.revoke(estate, rule, because=because)


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


def held(estate: Path, about: str, *, limit: int, personal: Personal) -> HeldReport:
    """The withheld rows of a batch or a source, with their reasons."""
    from windvane.app import withheld

    return withheld.look(estate, about, limit=limit, personal=personal)


def plan_mend(estate: Path, wish: Wish, *, command: str) -> Preview:
    """What replaying, choosing, correcting or dropping withheld rows would do."""
    from windvane.app import withheld

    return withheld.preview(estate, wish, command=command)


def mend(estate: Path, wish: Wish, *, emit: Emit) -> ChangeReport:
    """Replay, choose, correct or drop withheld rows: a decision like any other."""
    from windvane.app import withheld

    return withheld.carry_out(estate, wish, emit=emit)


def usual_backup(estate: Path) -> Path:
    """Where a backup goes when nobody says."""
    from windvane.app import backup

    return backup.usual(estate)


def plan_backup(to: Path) -> Preview:
    """What a backup would write."""
    from windvane.app import backup

    return backup.plan_backup(to)


def backup(estate: Path, to: Path) -> ChangeReport:
    """Write the whole estate to the new file `to`, and read it back."""
    from windvane.app import backup as keeping

    return keeping.backup(estate, to)


def plan_restore(file: Path, into: Path) -> Preview:
    """What a restore would write; the backup is verified."""
    from windvane.app import backup

    return backup.plan_restore(file, into)


def restore(file: Path, into: Path) -> ChangeReport:
    """Bring an estate back from a backup into the new folder `into`."""
    from windvane.app import backup

    return backup.restore(file, into)


def plan_simplify(estate: Path) -> Preview:
    """What the estate would be tried without; nothing is tried."""
    from windvane.app import simplifying

    return simplifying.plan_simplify(estate)


def simplify(estate: Path, *, emit: Emit) -> ChangeReport:
    """Try the estate without what nothing needs; what leaves every product equal is promoted."""
    from windvane.app import simplifying

    return simplifying.simplify(estate, emit=emit)


def foresee_decision(estate: Path, decision: str) -> Foresight:
    """What approving a waiting decision would do, played on a copy."""
    from windvane.app import foresight

    return foresight.of_decision(estate, decision)


def foresee_file(estate: Path, file: Path) -> Foresight:
    """What delivering `file` would do, played on a copy."""
    from windvane.app import foresight

    return foresight.of_file(estate, file)
