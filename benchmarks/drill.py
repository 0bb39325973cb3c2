"""Lets every fault loose on copies of built estates: `python -m benchmarks.drill --data PATH` (PATH/chinook.sqlite).

Chinook and TPC-H as daily deliveries in two sizes each, and an estate of other public data. Faults come alone, in pairs
and hidden upstream, between as many days on which nothing is wrong. Every case is scored against the truth cell by
cell. Goal: 0 corrupted cells, 0 lost rows, 0 harmed cells, >= 97 % right decisions,
<= 0.5 % of checks fire on controls.
"""

from __future__ import annotations

import argparse
import multiprocessing
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random

from benchmarks import drill_bases
from windvane.app.drill.base import Base, build, opened_again
from windvane.app.drill.judging import Score
from windvane.app.drill.playing import Case, known, play
from windvane.app.drill.tally import summary, told
from windvane.domain.fault import Fault

CHUNK = 6  # cases that are handed out at once
CHUNKS = 12  # that one process plays on average before it is replaced


@dataclass(frozen=True)
class Share:
    """Of how many cases what kind are."""

    alone: float = 0.76
    pairs: float = 0.14


def main() -> None:
    """Build every base once, play the cases, print a line for each and the sums."""
    options = _options()
    began = time.time()
    scores: list[Score] = []
    with tempfile.TemporaryDirectory(prefix="windvane-bases-") as folder:
        bases = options.bases.split(",")
        for name in bases:
            _built(name, options.data, Path(folder))
            print(f"built {name} after {time.time() - began:.0f} s", flush=True)
        cases = drawn(known(tuple(filter(None, options.faults.split(",")))), bases, options)
        for score in _played(cases, options, Path(folder)):
            scores.append(score)
            print(line(score), flush=True)
            if options.out:
                _shown(options.out, scores)
    for text in told(tuple(scores)):
        print(text)
    print(summary(tuple(scores)))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder with chinook.sqlite")
    parser.add_argument("--bases", default=",".join(drill_bases.NAMES), help="names, with commas between")
    parser.add_argument("--faults", default="", help="names, ids or classes, with commas between; all by default")
    parser.add_argument("--cases", type=int, default=500, help="faults to play; as many controls come beside them")
    parser.add_argument("--controls", type=int, help="days on which nothing is wrong; by default as many as faults")
    parser.add_argument("--seed", type=int, default=0, help="where the seeds begin")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--out", type=Path, help="file for one line a case, misses first, written anew as they come")
    return parser.parse_args()


def drawn(faults: dict[str, Fault], bases: list[str], options: argparse.Namespace) -> tuple[Case, ...]:
    """Cases enough for what is asked, faults and controls by turns; each base meets each fault with other seeds."""
    wrong = [n for n, f in faults.items() if not f.control]
    right = [n for n, f in faults.items() if f.control]
    share, many = Share(), options.cases
    found = _alone(wrong, bases, round(many * (share.alone if len(wrong) > 1 else 1.0)), options.seed)
    if len(wrong) > 1:
        found += _pairs(wrong, bases, round(many * share.pairs), options.seed)
        found += _hidden(wrong, bases, many - len(found), options.seed)
    beside = many if options.controls is None else options.controls
    controls = _alone(right, bases, beside, options.seed)
    mixed = [c for pair in zip(found, controls, strict=False) for c in pair]
    return tuple(mixed + found[len(controls) :] + controls[len(found) :])


def _alone(names: list[str], bases: list[str], many: int, seed: int) -> list[Case]:
    order = [(name, base) for base in bases for name in names]
    Random(seed).shuffle(order)
    return [Case((name,), base, seed + i // len(order)) for i, (name, base) in _around(order, many)]


def _around(order: list[tuple[str, str]], many: int) -> Iterator[tuple[int, tuple[str, str]]]:
    for i in range(many if order else 0):
        yield i, order[i % len(order)]


def _pairs(names: list[str], bases: list[str], many: int, seed: int) -> list[Case]:
    rng = Random(f"pairs {seed}")
    return [Case(tuple(rng.sample(names, 2)), rng.choice(bases), seed + i) for i in range(many)]


def _hidden(names: list[str], bases: list[str], many: int, seed: int) -> list[Case]:
    rng = Random(f"hidden {seed}")
    fit = [b for b in bases if b.partition("-")[0] in drill_bases.DERIVED]
    return [Case((rng.choice(names),), rng.choice(fit), seed + i, hidden=True) for i in range(many if fit else 0)]


def _built(name: str, data: Path, folder: Path) -> None:
    """Build one base, in a process of its own: what it leaves in memory must not slow the cases."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        pool.submit(_build, name, data, folder).result()


def _build(name: str, data: Path, folder: Path) -> None:
    build(drill_bases.given(name, data), folder / name)


def _played(cases: tuple[Case, ...], options: argparse.Namespace, folder: Path) -> Iterator[Score]:
    chunks: list[tuple[str, tuple[Case, ...]]] = []
    step = CHUNK * len({c.base for c in cases})
    for start in range(0, len(cases), step):
        part = cases[start : start + step]
        chunks += [(b, tuple(c for c in part if c.base == b)) for b in sorted({c.base for c in part})]
    context = multiprocessing.get_context("spawn")
    for start in range(0, len(chunks), CHUNKS * options.workers):  # new processes for each lot: old ones have grown
        with ProcessPoolExecutor(options.workers, mp_context=context) as pool:
            lot = chunks[start : start + CHUNKS * options.workers]
            waiting = [pool.submit(_some, name, part, options.data, folder) for name, part in lot]
            for done in as_completed(waiting):
                yield from done.result()


def _some(name: str, cases: tuple[Case, ...], data: Path, folder: Path) -> list[Score]:
    return list(play(cases, _base(name, data, folder)))


@cache
def _base(name: str, data: Path, folder: Path) -> Base:
    """Read once in each process."""
    return opened_again(drill_bases.given(name, data), folder / name)


def line(score: Score) -> str:
    """One case in one line."""
    mark = "ok  " if score.right else "MISS"
    done = f"wanted {'/'.join(score.wanted)} got {score.got}"
    done += f" corrupted={score.corrupted} lost={score.lost} harmed={score.harmed}"
    seen = f" unseeable={score.unseeable}" if score.unseeable else ""
    place = f"{score.base} seed={score.seed} {score.source}"
    told = f"{score.said} | {score.why[:400]}".replace("\n", " ")
    return f"{mark} {score.id} {score.fault} {place}: {done}{seen} cpu={score.cpu_s:.1f} | {told}"


def _shown(path: Path, scores: list[Score]) -> None:
    ordered = sorted(scores, key=lambda s: (-(s.corrupted + s.lost + s.harmed), s.right, s.kind, s.id))
    head = f"# {time.strftime('%H:%M:%S')} {summary(tuple(scores))}"
    path.with_suffix(".part").write_text("\n".join([head, *map(line, ordered)]) + "\n")
    path.with_suffix(".part").replace(path)


if __name__ == "__main__":
    main()
