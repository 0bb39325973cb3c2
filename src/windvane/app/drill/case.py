"""Plays one case: a copy of the base, the files of each wave, a run after each, and what the ledger says then."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from windvane.app import library, running
from windvane.app.drill import trouble
from windvane.app.drill.base import ESTATE, FILES, Base
from windvane.app.drill.oracle import Relation
from windvane.app.drill.trouble import Machine
from windvane.app.opening import opened
from windvane.domain import registry
from windvane.domain.batch import Batch
from windvane.domain.decision import Decision
from windvane.domain.entry import Diagnosed, Noticed
from windvane.domain.errors import WindvaneError
from windvane.domain.event import Event
from windvane.domain.fault import Injection, Sent
from windvane.domain.incident import Incident, Signal
from windvane.domain.plan import Plan
from windvane.domain.run import Trial
from windvane.loop.logbook import Fate, Logbook


@dataclass(frozen=True)
class Outcome:
    """What was done with the deliveries of a case. `relations`: what readers see at the end."""

    fates: tuple[tuple[Fate, Batch], ...]
    healed: frozenset[str]  # sources whose batch came in with a remedy
    decisions: tuple[tuple[Decision, Plan], ...]
    signals: tuple[Signal, ...]
    incidents: tuple[Incident, ...]
    trials: tuple[Trial, ...]
    relations: tuple[tuple[str, tuple[str, ...]], ...]  # name and columns
    root: Path
    errors: tuple[str, ...] = ()
    cpu_s: float = 0.0

    def published(self, name: str, columns: tuple[str, ...]) -> Relation:
        """What readers see of one relation."""
        named = ", ".join(f'"{c}"' for c in columns)
        estate = library.open(self.root / ESTATE)
        rows = estate.sql(f"SELECT {named} FROM {name}").rows() if columns else []
        return Relation(name, columns, tuple(rows))

    def batches(self, source: str, *fates: Fate) -> tuple[Batch, ...]:
        """New batches of a source that met one of `fates`."""
        return tuple(b for fate, b in self.fates if b.source == source and fate in fates)


@contextmanager
def played(base: Base, injection: Injection) -> Iterator[Outcome]:
    """The outcome of an injection on a copy of `base`; the copy is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="windvane-drill-") as folder:
        root = Path(folder) / "case"
        copy(base.root, root)
        began = time.process_time()
        errors: list[str] = []
        with trouble.made(root / ESTATE, root / FILES, injection.trouble) as machine:
            for wave in injection.waves:
                _deliver(root / FILES, wave)
                errors += _run(root / ESTATE, machine)
                machine.recover()
        yield _read(base, root, tuple(errors), time.process_time() - began)


def copy(base: Path, root: Path) -> None:
    """A copy whose sources lie in the copy."""
    shutil.copytree(base, root)
    heading = root / ESTATE / "windvane.toml"
    heading.write_text(heading.read_text("utf-8").replace(str(base / FILES), str(root / FILES)), "utf-8")


def _deliver(folder: Path, wave: tuple[Sent, ...]) -> None:
    for file in wave:
        path = folder / file.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.content)


def _run(estate: Path, machine: Machine) -> list[str]:
    if machine.killed_at:
        trouble.run_killed(estate, machine.killed_at)
        return []
    try:
        running.run(estate, emit=_quiet)
    except WindvaneError as error:
        return [f"{error.code}: {error.message}: {error.why}"]
    except Exception as error:  # noqa: BLE001 - a traceback is a finding of the drill, not its end
        return [f"traceback {type(error).__name__}: {error}"]
    return []


def _quiet(event: Event) -> None:
    """Say nothing."""


def _read(base: Base, root: Path, errors: tuple[str, ...], cpu_s: float) -> Outcome:
    remedies = set(registry.names("windvane.remedies"))
    with opened(root / ESTATE, emit=_quiet) as work:
        book = Logbook(work.crew.ledger)
        fresh = tuple((fate, batch) for i, (fate, batch) in book.fates.items() if i not in base.batches)
        decided = tuple((d, book.plans[d.plan]) for d in book.decisions.values() if d.plan in book.plans)
        known = {b.id: b for _, b in fresh}
        new = tuple((d, p) for d, p in decided if any(b in known for b in _admitted(p)))
        healed = {
            known[b].source
            for d, p in new
            if d.verdict.outcome == "promote" and d.proposer in remedies
            for b in _admitted(p)
            if b in known
        }
        lines = list(work.crew.ledger.entries(after=base.lines))
        released = library.open(root / ESTATE)
        return Outcome(
            fates=fresh,
            healed=frozenset(healed),
            decisions=new,
            signals=tuple(e.body.signal for e in lines if isinstance(e.body, Noticed)),
            incidents=tuple(e.body.incident for e in lines if isinstance(e.body, Diagnosed)),
            trials=tuple(book.trials[p.fingerprint()] for _, p in new if p.fingerprint() in book.trials),
            relations=tuple((n, tuple(released[n].arrow().column_names)) for n in released.relations),
            root=root,
            errors=errors,
            cpu_s=cpu_s,
        )


def _admitted(plan: Plan) -> tuple[str, ...]:
    from windvane.domain.change import Admit

    return tuple(c.batch.id for c in plan.changes if isinstance(c, Admit))
