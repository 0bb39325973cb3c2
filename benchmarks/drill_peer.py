"""The drill's cases through dlt and SQLMesh audits alone, as a careful person sets them up, beside what windvane does.

    python -m benchmarks.drill_peer --data PATH [--bases chinook-small] [--cases 60] [--seed 0] [--alone]

Needs `dlt` (pip install dlt). dlt loads each new file (`filesystem | read_csv`, texts as text, merged by key); SQLMesh
builds the same core models and marts on it, each core model with the audits that a contract names: not null, unique,
accepted values, a row at least. Readers see what SQLMesh's production shows after `run`. Faults of the machine are left
out: they befall another machine. A cell counts as corrupted when it should not be seen as it is, a row as lost when its
delivery was taken and nothing says where it is. With `--alone` windvane is not run beside it.
"""

from __future__ import annotations

import argparse
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from benchmarks import drill_bases
from benchmarks.drill import drawn as cases_of
from benchmarks.peer_stack import Peer
from windvane.app.drill.base import Base, build
from windvane.app.drill.compare import difference
from windvane.app.drill.judging import Score
from windvane.app.drill.oracle import Oracle, Relation
from windvane.app.drill.playing import Case, drawn, known, load, play
from windvane.domain.fault import CLASSES, Injection


@dataclass(frozen=True)
class PeerScore:
    """What became of one case: cells of core that should not be seen, rows that are nowhere, and whether it stopped."""

    fault: str
    kind: str
    corrupted: int
    lost: int
    stopped: str
    unseeable: bool


def scored(name: str, injection: Injection, peer: Peer, *, base: Base, oracle: Oracle) -> PeerScore:
    """Play a case on a copy of the peer's stack and compare what it shows with what is true."""
    with peer.copied() as copy:
        before = {s: copy.mark(s) for s in _sources(base)}
        stopped = ""
        for wave in injection.waves:
            stopped = copy.take(tuple(wave)) or stopped
        taken = {s for s in before if copy.mark(s) != before[s]}
        truth = injection.truth
        oracle.day(tuple(t for t in truth.tables if t.source in taken))
        corrupted = lost = 0
        for source in sorted(before):
            relation = f"core.{source}"
            columns = tuple(c for c in base.shown.get(relation, ()) if not c.startswith("_"))
            right = oracle.relation(relation, columns)
            seen = Relation(relation, columns, copy.rows(relation, columns), right.key)
            found = difference(right, seen)
            gone = len(found.missing) if right.key else max(0, len(right.rows) - len(seen.rows))
            corrupted, lost = corrupted + found.corrupted, lost + gone
        wanted = truth.rights[0] not in ("hold", "skip") and not stopped
        lost += sum(len(t.rows) for t in truth.tables if wanted and t.source not in taken)
    first = next((f for f in map(load, name.split("+")) if not f.control), load(name.split("+")[0]))
    return PeerScore(name, first.kind, corrupted, lost, stopped, truth.unseeable)


def _sources(base: Base) -> tuple[str, ...]:
    return tuple(s.source for s in base.world.shapes if f"core.{s.source}" in base.shown)


def main() -> None:
    """Play every case on both, print them and the sums by class."""
    options = _options()
    ours: list[Score] = []
    theirs: list[PeerScore] = []
    faults = known(tuple(filter(None, options.faults.split(","))))
    chosen = cases_of(faults, options.bases.split(","), options)
    for name in options.bases.split(","):
        with tempfile.TemporaryDirectory(prefix="windvane-peer-") as folder:
            base = build(drill_bases.given(name, options.data), Path(folder) / "base")
            oracle, peer = Oracle(base), Peer(base, Path(folder) / "peer")
            for case in (c for c in chosen if c.base == name):
                found = _one(case, base, oracle, peer)
                if found is None:
                    continue
                mine = [] if options.alone else list(play((case,), base))
                theirs.append(found)
                ours += mine
                print(_line(found, mine[0] if mine else None), flush=True)
            oracle.close()
    for text in _by_class(theirs, ours):
        print(text)
    print(summary(theirs))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder with chinook.sqlite")
    parser.add_argument("--bases", default="chinook-small", help="names, with commas between")
    parser.add_argument("--faults", default="", help="names, ids or classes, with commas between; all by default")
    parser.add_argument("--cases", type=int, default=60, help="faults to play")
    parser.add_argument("--controls", type=int, default=10, help="days on which nothing is wrong")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--alone", action="store_true", help="the peer only")
    return parser.parse_args()


def _one(case: Case, base: Base, oracle: Oracle, peer: Peer) -> PeerScore | None:
    injection = None if case.hidden else drawn(case, tuple(map(load, case.faults)), base)
    if injection is None or injection.trouble:
        return None
    return scored("+".join(case.faults), injection, peer, base=base, oracle=oracle)


def _line(found: PeerScore, mine: Score | None) -> str:
    told = f"{found.kind:<8} {found.fault}: peer corrupted={found.corrupted} lost={found.lost}"
    told += f" stopped={found.stopped[:90]!r}" if found.stopped else ""
    told += " (nothing in the data tells it)" if found.unseeable else ""
    return told + (f"; windvane {mine.got} corrupted={mine.corrupted} lost={mine.lost}" if mine else "")


def _by_class(theirs: list[PeerScore], ours: list[Score]) -> list[str]:
    """Cases with a wrong cell, a lost row, or a stop, by class, on both sides."""
    lines = [
        f"{'class':<16}{'cases':>6}{'peer wrong':>11}{'lost':>6}{'stopped':>8}{'our wrong':>11}{'lost':>6}{'held':>6}"
    ]
    mine: Counter[tuple[str, str]] = Counter()
    for s in ours:
        mine.update({(s.kind, k): 1 for k, on in (("w", s.corrupted), ("l", s.lost), ("h", s.held)) if on})
    for kind in CLASSES:
        some = [s for s in theirs if s.kind == kind]
        if some:
            wrong, lost, stopped = (sum(map(f, some)) for f in (_wrong, _lost, _stopped))
            lines.append(
                f"{kind:<16}{len(some):>6}{wrong:>11}{lost:>6}{stopped:>8}"
                f"{mine[kind, 'w']:>11}{mine[kind, 'l']:>6}{mine[kind, 'h']:>6}"
            )
    return lines


def _wrong(s: PeerScore) -> bool:
    return s.corrupted > 0 and not s.unseeable


def _lost(s: PeerScore) -> bool:
    return s.lost > 0 and not s.unseeable


def _stopped(s: PeerScore) -> bool:
    return bool(s.stopped)


def summary(theirs: list[PeerScore]) -> str:
    """Cases in one line, the controls apart."""
    faults = [s for s in theirs if s.kind != "control"]
    return (
        f"peer_cases={len(faults)} peer_corrupted={sum(map(_wrong, faults))} peer_lost={sum(map(_lost, faults))} "
        f"peer_stopped={sum(map(_stopped, faults))}"
    )


if __name__ == "__main__":
    main()
