"""How long healing takes: from the arrival of a file to the healed publication. Goal: <= 5 s on 1M rows.

    python -m benchmarks.heal_time [--rows 1000000] [--rounds 2]

An estate over a table of that many rows is built. Then the orders of another 20 days arrive: with a column renamed, or
in cents instead of whole units. Served: `windvane run --every 1h` is running and idle; a file has arrived when it is
renamed into its place, or when the process that copies it slowly closes it. Cold: nobody watches, a whole process
`windvane run` heals it. Until the manifest that readers see is swapped, wall seconds. What was published is compared,
cell by cell, with what was sold. At last both faults come in one delivery, each known by then: what becomes of it is
told.
"""

from __future__ import annotations

import argparse
import json
import os
import queue
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple, TypedDict

import duckdb

from benchmarks import sample_shop
from benchmarks.child import windvane

DAYS = 20
RENAMED = ("order_amount", "amount_value", "amt", "amount_of_order")
SLOWLY_S = 3.0
CELLS = "order_id::BIGINT, ordered_on::DATE, store_id::BIGINT, product::VARCHAR, amount::DECIMAL(18, 2)"


class Fault(NamedTuple):
    """What is wrong with a delivery."""

    name: str
    column: str = "amount"
    times: int = 1


class Report(TypedDict):
    """What a pass says of itself, as far as it is asked here."""

    healed: list[dict[str, str]]
    held: list[dict[str, str]]
    cpu_s: float  # imports, when they were done ahead, are not in it


class Healed(NamedTuple):
    """How long it took, and what the pass said of it."""

    seconds: float
    report: Report


class Shop:
    """A copy of the built estate with its own folder of files; deliveries go on where the last one ended."""

    def __init__(self, built: Path, root: Path, *, rows: int) -> None:
        shutil.copytree(built, root)
        heading = root / "estate" / "windvane.toml"
        heading.write_text(heading.read_text().replace(str(built), str(root)))
        (root / "sold").mkdir()
        self.root = root
        self.manifest = root / "estate" / ".windvane" / "published" / "manifest.json"
        self._a_day = rows // sample_shop.DAYS
        self._number = 0

    def made(self, fault: Fault) -> tuple[Path, Path]:
        """The next delivery, where the source does not look, and its place; what it ought to say is noted."""
        first = sample_shop.DAYS + DAYS * self._number
        self._number += 1
        sold = self.root / "sold" / f"{self._number}.csv"
        sample_shop.orders(sold, first=first, days=DAYS, rows_a_day=self._a_day)
        place = self.root / "files" / f"orders_{1000 + self._number}.csv"
        hidden = place.with_name(f".{place.name}")
        value = f"amount * {fault.times}" if fault.times == 1 else f"(amount * {fault.times})::BIGINT"
        columns = ", ".join(f"{value} AS {fault.column}" if c == "amount" else c for c in sample_shop.HEADER)
        read = f"read_csv('{sold}', types = {{'amount': 'DECIMAL(18, 2)'}})"
        duckdb.sql(f"COPY (SELECT {columns} FROM {read}) TO '{hidden}' (HEADER, DELIMITER ',')")
        return hidden, place

    def wrong(self, *, without: int = 0) -> int:
        """Rows of the release that were not sold so, or were sold and are not there; `without` the last deliveries."""
        folder = self.manifest.parent
        relations = json.loads(self.manifest.read_text())["relations"]
        files = [str(folder / f["path"]) for r in relations if r["name"] == "core.orders" for f in r["files"]]
        sold = [str(self.root / "sold" / f"{n}.csv") for n in range(1, self._number + 1 - without)]
        sold += [str(p) for p in (self.root / "files").glob("orders_0*.csv")]
        shown = f"SELECT {CELLS} FROM read_parquet({files})"
        truth = f"SELECT {CELLS} FROM read_csv({sold}, all_varchar = true)"
        odd = f"(({shown}) EXCEPT ALL ({truth})) UNION ALL (({truth}) EXCEPT ALL ({shown}))"
        return int(str(duckdb.sql(f"SELECT count(*) FROM ({odd})").fetchall()[0][0]))


class Served:
    """An estate that `windvane run --every 1h` keeps alive."""

    def __init__(self, shop: Shop, bytecode: Path) -> None:
        self.shop = shop
        command = [sys.executable, "-m", "windvane", "run", "--every", "1h", "--json"]
        self._process = subprocess.Popen(
            command, cwd=shop.root / "estate", env=_environment(bytecode), text=True,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        self._reports: queue.Queue[Report] = queue.Queue()
        threading.Thread(target=self._listen, daemon=True).start()
        self._reports.get(timeout=300)

    def heal(self, fault: Fault, bring: Callable[[Path, Path], float]) -> Healed:
        """Let a delivery arrive and wait for the end of the pass over it."""
        made = self.shop.made(fault)
        self._idle()
        arrived = bring(*made)
        report = self._reports.get(timeout=300)
        return Healed(self.shop.manifest.stat().st_mtime - arrived, report)

    def close(self) -> None:
        """Stop it as a person would."""
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(60)

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            told = json.loads(line)
            if "healed" in told:
                self._reports.put(told)

    def _idle(self) -> None:
        """Until neither the watch nor a process of it works any more."""
        before = -1.0
        while (now := _cpu(self._process.pid)) > before + 0.1:
            before = now
            time.sleep(2)


def renamed_into_place(hidden: Path, place: Path) -> float:
    """Move the whole file there; the moment it arrived."""
    hidden.rename(place)
    return time.time()


def copied_slowly(hidden: Path, place: Path) -> float:
    """Copy it in pieces; the moment the copy was closed."""
    content = hidden.read_bytes()
    step = len(content) // 10 + 1
    with place.open("wb") as copy:
        for start in range(0, len(content), step):
            copy.write(content[start : start + step])
            copy.flush()
            time.sleep(SLOWLY_S / 10)
    hidden.unlink()
    return time.time()


def cold(shop: Shop, fault: Fault, bytecode: Path) -> Healed:
    """The delivery is there; a whole process heals it."""
    began = renamed_into_place(*shop.made(fault))
    spent = windvane("run", "--json", cwd=shop.root / "estate", bytecode=bytecode)
    report: Report = json.loads(spent.out.strip().splitlines()[-1])
    report["cpu_s"] = spent.cpu_s
    return Healed(shop.manifest.stat().st_mtime - began, report)


def told(how: str, fault: Fault, healed: Healed, shop: Shop) -> Healed:
    """Say how it went; it must be healed, and right."""
    assert len(healed.report["healed"]) == 1, healed.report
    wrong = shop.wrong()
    spent, load = healed.report["cpu_s"], os.getloadavg()[0]
    said = f"healed after {healed.seconds:.2f} s ({spent:.2f} CPU s, {load:.1f} processes want the machine)"
    print(f"{how}, {fault.name}: {said}, wrong rows {wrong}", flush=True)
    assert wrong == 0
    return healed


def main() -> None:
    """Build once; let deliveries arrive in a served estate and in one that nobody watches."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000, help="rows of the table")
    parser.add_argument("--rounds", type=int, default=2, choices=range(1, len(RENAMED)), help="deliveries of a kind")
    options = parser.parse_args()
    faults = [Fault("renamed", column=name) for name in RENAMED[: options.rounds]]
    faults += [Fault("in cents", times=100)] * options.rounds
    found: dict[tuple[str, str], list[Healed]] = {}
    with tempfile.TemporaryDirectory() as folder:
        built, bytecode = Path(folder) / "built", Path(folder) / "bytecode"
        sample_shop.write(built / "files", rows=options.rows)
        sample_shop.found(built, bytecode=bytecode)
        with _served(Shop(built, Path(folder) / "served", rows=options.rows), bytecode) as served:
            for number, fault in enumerate(faults):
                bring = copied_slowly if number % 2 else renamed_into_place
                how = f"served, {bring.__name__.replace('_', ' ')}"
                healed = told(how, fault, served.heal(fault, bring), served.shop)
                found.setdefault(("served", fault.name), []).append(healed)
            both = served.heal(Fault("both", column=RENAMED[-1], times=100), renamed_into_place)
            after = "healed" if both.report["healed"] else "held" if both.report["held"] else "neither healed nor held"
            took = (
                f"{both.seconds:.2f} s, {both.report['cpu_s']:.2f} CPU s" if after == "healed" else "a question is open"
            )
            wrong = served.shop.wrong(without=after != "healed")
            print(f"served, both at once, each known by now: {after} ({took}), wrong rows {wrong}", flush=True)
        shop = Shop(built, Path(folder) / "cold", rows=options.rows)
        for fault in (faults[0], faults[-1]):
            found["cold", fault.name] = [told("cold", fault, cold(shop, fault, bytecode), shop)]
    print(f"rows={options.rows} arriving={DAYS * (options.rows // sample_shop.DAYS)} goal=5 both_at_once={after}")
    names = {("served", "renamed"): "heal", ("served", "in cents"): "heal_unit", ("cold", "renamed"): "cold",
             ("cold", "in cents"): "cold_unit"}  # fmt: skip
    walls = {name: statistics.median(h.seconds for h in found[key]) for key, name in names.items()}
    spent = {name: statistics.median(h.report["cpu_s"] for h in found[key]) for key, name in names.items()}
    print(" ".join(f"{name}_cpu_s={seconds:.2f}" for name, seconds in spent.items()))
    print(" ".join(f"{name}_s={seconds:.2f}" for name, seconds in walls.items()))


@contextmanager
def _served(shop: Shop, bytecode: Path) -> Iterator[Served]:
    served = Served(shop, bytecode)
    try:
        yield served
    finally:
        served.close()


def _environment(bytecode: Path) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    return kept | {"PYTHONPYCACHEPREFIX": str(bytecode)}


def _cpu(pid: int) -> float:
    """CPU seconds of a process and of its children that live."""
    total = 0.0
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            words = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(path.parent.name) == pid or int(words[1]) == pid:
            total += (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")
    return total


if __name__ == "__main__":
    main()
