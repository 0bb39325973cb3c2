"""The whole demo with a watch on the process: no connection, no look-up, no request; and with no network at all."""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import windvane as wv
from windvane.adapters.ledger import Ledger
from windvane.app.demo import deliveries

# Run before anything of windvane is imported: every attempt is written down and refused.
WATCH = """
import json, os, sys
attempts, telemetry = [], {}
WATCHED = ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr", "socket.sendto",
           "socket.sendmsg", "urllib.Request", "http.client.connect", "smtplib.connect", "ftplib.connect")
SWITCHES = {"sqlmesh": "SQLMESH__DISABLE_ANONYMIZED_ANALYTICS", "dlt": "RUNTIME__DLTHUB_TELEMETRY"}

def watch(event, args):
    if event in WATCHED:
        where = args[1] if event.startswith("socket.connect") or event.startswith("socket.send") else args
        attempts.append([event, str(where)])
        raise PermissionError(f"no network in this test: {event} {where}")
    if event == "import" and args[0] in SWITCHES and args[0] not in telemetry:
        telemetry[args[0]] = os.environ.get(SWITCHES[args[0]], "")

sys.addaudithook(watch)
from pathlib import Path
from windvane.app import wire
heard = []
report = wire.demo(Path(sys.argv[1]), emit=lambda event: heard.append(event.text))
import msgspec
import socket
interfaces = [name for _, name in socket.if_nameindex()]
print(json.dumps({"attempts": attempts, "interfaces": interfaces, "telemetry": telemetry, "heard": heard,
                  "report": json.loads(msgspec.json.encode(report))}))
"""


def _namespace() -> tuple[str, ...]:
    """The command that takes all networks away from what follows; empty where this machine does not allow it."""
    alone = shutil.which("unshare")
    if alone is None or subprocess.run([alone, "-n", "true"], capture_output=True, check=False).returncode:
        return ()
    return (alone, "-n")


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, object]]:
    """(folder, what the process told) of one demo under watch, without any network interface where that can be."""
    place = tmp_path_factory.mktemp("offline")
    (place / "home").mkdir()
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("SQLMESH", "WINDVANE", "DO_NOT_TRACK", "DLT"))}
    kept["HOME"] = str(place / "home")  # no settings and no extensions of whoever runs the tests
    command = [*_namespace(), sys.executable, "-c", WATCH, str(place / "demo")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=240, env=kept, cwd=place)
    assert done.returncode == 0, done.stderr[-3000:]
    told: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    return place / "demo", told


def test_nothing_is_attempted_and_telemetry_is_off_before_its_library_comes(
    played: tuple[Path, dict[str, object]],
) -> None:
    told = played[1]
    assert told["attempts"] == []
    assert told["telemetry"] == {"sqlmesh": "true"}


def test_the_account_of_the_demo(played: tuple[Path, dict[str, object]]) -> None:
    report = played[1]["report"]
    assert report["healed"] == 1 and report["asks"] == 1 and report["seconds"] < 120, report
    story = {chapter["title"]: "\n".join(chapter["lines"]) for chapter in report["story"]}
    assert "promoted as R-1" in story["Built"] and "promoted as R-2" in story["Built"]
    assert story["Broken on purpose"].count("healed:") == 1 and story["Broken on purpose"].count(" held,") == 1
    assert "took" in story["Undone and restored"] and "restored it" in story["Undone and restored"]
    assert report["products"], "a product was published"


def test_every_row_that_was_shipped_is_published_and_no_other(played: tuple[Path, dict[str, object]]) -> None:
    estate = wv.open(played[0] / "estate")
    relation = f"mart.{played[1]['report']['products'][0]}"  # type: ignore[index, call-overload]
    columns = list(estate[relation].df().columns)
    day, name, price = (next(c for c in columns if c in names) for names in (("date",), NAMES, PRICES))
    found = estate.sql(f"SELECT CAST({day} AS VARCHAR), {name}, {price} FROM {relation} ORDER BY 1, 2").rows()
    shipped = sorted(_shipped())
    assert len(found) == len(shipped)
    assert [(str(d), str(n), float(str(p))) for d, n, p in found] == shipped
    assert Ledger(played[0] / "estate" / ".windvane" / "ledger.sqlite").verify() == ()


NAMES, PRICES = ("symbol", "fund", "instrument"), ("close", "price", "close_price")


def _shipped() -> Iterator[tuple[str, str, float]]:
    """(day, name, price) of the funds up to 2021 and of the stocks up to 2022: what the story ends with."""
    funds = (deliveries.PRICES / "etf_prices_2014_2021.csv").read_text("utf-8-sig").splitlines()
    for line in funds[funds.index("Date;Fund;Close") + 1 :]:
        day, fund, close = line.split(";")
        yield "-".join(reversed(day.split("."))), fund, float(close.replace(",", "."))
    for path in (*(deliveries.PRICES / "stock_prices").glob("*.gz"), *(deliveries.PRICES / "later").glob("*.gz")):
        for row in csv.DictReader(io.StringIO(gzip.decompress(path.read_bytes()).decode())):
            yield row["date"], row["symbol"], float(row["close"])


def test_no_network_is_needed(played: tuple[Path, dict[str, object]]) -> None:
    if not _namespace():
        pytest.skip("this machine does not let us make a network namespace (`unshare -n`): only attempts were watched")
    assert set(played[1]["interfaces"]) <= {"lo"}  # type: ignore[call-overload]
