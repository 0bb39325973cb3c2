"""How messy files are read: right, refused with a reason, or wrong.

    python -m benchmarks.messy_files [--data FOLDER] [--seeds 5]

For each file of FOLDER: how it was read, or why it was refused (there is no truth for these: read them yourself).
Then the faults F1 to F18 are injected into a table whose cells are known. `right`: every accepted cell is true, and
every row that is not accepted is in quarantine with a reason. `wrong`: a cell differs, or a row is nowhere. The last
line counts those. Not injected, because no single file can show it: a file that was cut off within its last cell.
"""

from __future__ import annotations

import argparse
import gzip
import io
import json
import random
import tempfile
import zipfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Literal, NamedTuple

from windvane.adapters.warehouses.scratch import Scratch
from windvane.domain.batch import Batch, Delivery
from windvane.domain.errors import WindvaneError
from windvane.domain.estate import Reading, Source
from windvane.stack.landing.land import land
from windvane.stack.landing.rawstore import RawStore

NAMES = ("id", "day", "city", "price", "note")
Rows = list[tuple[str, ...]]
Outcome = Literal["right", "refused", "wrong"]


class Case(NamedTuple):
    """Bytes with a fault, and the rows that they truly hold; `None` when only a refusal is right."""

    fault: str
    data: bytes
    truth: Rows | None
    name: str = "orders.csv"
    known: bool = True  # whether an earlier delivery told dialect and header


def table(rng: random.Random) -> Rows:
    """Rows with commas, quotes, line ends and letters beyond ASCII in free text."""
    cities = ("Zürich", "Paris", "Köln", "Oslo", "New York, NY")
    notes = ("", "plain", 'said "yes"', "two\nlines", "a, b; c", "100 %", 'ends with quote"')
    return [
        (str(i), f"2024-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}", rng.choice(cities),
         f"{rng.uniform(1, 999):.2f}", rng.choice(notes))
        for i in range(1, rng.choice((12, 60, 400)))
    ]  # fmt: skip


def written(rows: Rows, *, delimiter: str = ",", end: str = "\n") -> str:
    """The table as a careful CSV writer makes it."""

    def cell(text: str) -> str:
        odd = any(c in text for c in (delimiter, '"', "\n", "\r"))
        return '"' + text.replace('"', '""') + '"' if odd else text

    return "".join(delimiter.join(map(cell, row)) + end for row in [NAMES, *rows])


def zipped(name: str, data: bytes, *, flag: int = 0) -> bytes:
    """A zip of one file; `flag` 1 marks it as locked with a password."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
    made = bytearray(out.getvalue())
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        made[made.index(mark) + place] |= flag
    return bytes(made)


def _dialects(rows: Rows, rng: random.Random) -> list[Case]:
    made = [Case("F1", written(rows, delimiter=d).encode(), rows, known=k) for d in ";\t|" for k in (True, False)]
    text = written(rows)
    plain = [r for r in rows if not set("".join(r)) & set(',"\n')]
    lines = [",".join(r) for r in plain]
    place = rng.randrange(len(plain))
    torn = [*lines[:place], lines[place] + ",surplus", *lines[place + 1 :]]
    kept = plain[:place] + plain[place + 1 :]
    made.append(Case("F2", "\n".join([",".join(NAMES), *torn, ""]).encode(), kept))
    opened = [*lines[:place], lines[place].replace("2024", '"2024', 1), *lines[place + 1 :]]
    made.append(Case("F3", "\n".join([",".join(NAMES), *opened, ""]).encode(), kept))
    quote = [i for i, c in enumerate(text) if c == '"']
    cut = rng.choice(quote) if quote else 0
    made.append(Case("F3", (text[:cut] + text[cut + 1 :]).encode() if quote else text.encode(), rows))
    return made


def _charsets(rows: Rows, rng: random.Random) -> list[Case]:
    text = written(rows)
    charsets = ("cp1252", "utf-8-sig", "utf-16", "utf-16-le")
    made = [Case("F4", text.encode(c), rows, known=rng.random() < 0.5) for c in charsets]
    french = [(r[0], r[1], r[2].replace("Paris", "Orléans-là"), r[3], r[4]) for r in rows]
    made.append(Case("F4", written(french).encode("cp1252"), french))
    mojibake = [(r[0], r[1], r[2].encode().decode("cp1252"), r[3], r[4]) for r in rows]
    made.append(Case("F5", written(mojibake).encode(), mojibake))  # what was delivered; undoing it is a remedy
    return made


def _values(rows: Rows) -> list[Case]:
    comma = [(*r[:3], r[3].replace(".", ","), r[4]) for r in rows]
    day = [(r[0], "/".join(reversed(r[1].split("-"))), *r[2:]) for r in rows]
    excel = [(*r[:3], "1.2E+11", "12-Aug") for r in rows]
    made = [Case("F6", written(t, delimiter=d).encode(), t) for t in (comma,) for d in ",;\t"]
    return [*made, Case("F7", written(day).encode(), day), Case("F15", written(excel).encode(), excel)]


def _frames(rows: Rows) -> list[Case]:
    text = written(rows)
    other = "sensor,value\n" + "".join(f"s{i},{i}\n" for i in range(3))
    return [
        Case("F8", ("Weekly report\nmade by hand\n\n" + text).encode(), rows),
        Case("F8", ("Weekly report,,,,\n,,,,\n" + text).encode(), rows, known=False),
        Case("F8", (text + "\nSource: the shop\n").encode(), rows),
        Case("F8", text.partition("\n")[2].encode(), rows),
        Case("F8", ("# one\n# two\n" + text).encode(), rows, known=False),
        Case("F16", (text + other).encode(), rows),
    ]


def _broken(rows: Rows, rng: random.Random) -> list[Case]:
    text = written(rows)
    packed = gzip.compress(text.encode())
    tail = f"{len(rows) + 1},2024-01-0"
    bell = [tuple(c.replace("Oslo", "Os\x07lo") for c in r) for r in rows]
    refusals = [
        ("F9", packed[: rng.randrange(20, len(packed) - 1)], "orders.csv.gz"),
        ("F9", zipped("a.csv", text.encode())[:-30], "orders.zip"),
        ("F10", b"", "orders.csv"),
        ("F10", (",".join(NAMES) + "\n").encode(), "orders.csv"),
        ("F11", b"<!doctype html><html><body>503, try later</body></html>", "orders.csv"),
        ("F11", json.dumps({"error": "quota", "status": 429}).encode(), "orders.csv"),
        ("F14", zipped("a.csv", text.encode(), flag=1), "orders.zip"),
        ("F14", b"Rar!\x1a\x07" + packed, "orders.rar"),
    ]
    return [
        *(Case(fault, data, None, name) for fault, data, name in refusals),
        Case("F9", (text + tail).encode(), rows),
        Case("F14", packed, rows, "orders.csv.gz"),
        Case("F14", zipped("orders.csv", text.encode()), rows, "orders.zip"),
        Case("F17", text.replace("Oslo", "Os\0lo").encode(), rows),
        Case("F17", text.replace("Oslo", "Os\x07lo").encode(), bell),
    ]


def _line_ends(rows: Rows, rng: random.Random) -> list[Case]:
    flat = [(*r[:4], r[4].replace("\n", " ")) for r in rows]
    lines = written(flat).split("\n")[:-1]
    mixed = "".join(line + rng.choice(("\n", "\r\n", "\r")) for line in lines)
    return [
        Case("F18", mixed.encode(), flat),
        Case("F18", written(flat, end="\r").encode(), flat, known=False),
        Case("F18", written(rows, end="\r\n").encode(), rows),
    ]


MAKERS: tuple[Callable[[Rows, random.Random], list[Case]], ...] = (
    _dialects,
    _charsets,
    lambda rows, _: _values(rows),
    lambda rows, _: _frames(rows),
    _broken,
    _line_ends,
)


def judge(case: Case, folder: Path, engine: Scratch) -> tuple[Outcome, str]:
    """Land one case and compare every cell with the truth."""
    file = folder / case.name
    file.write_bytes(case.data)
    source = Source(
        name="orders", connector="files", location=str(file), reading=Reading() if case.known else None,
        columns=NAMES if case.known else (),
    )  # fmt: skip
    delivery = Delivery(source="orders", name=case.name)
    try:
        batch = land(source, delivery, file, store=RawStore(folder), engine=engine, seq=1)
    except WindvaneError as refusal:
        return ("refused", refusal.why) if refusal.why else ("wrong", "refused without a reason")
    if case.truth is None:
        return "wrong", f"read {batch.rows_read} rows of what holds none"
    return _compare(batch, case.truth, folder, engine)


def _compare(batch: Batch, truth: Rows, folder: Path, engine: Scratch) -> tuple[Outcome, str]:
    found = engine.rows("SELECT * FROM read_parquet(?) ORDER BY _row", [str(folder / batch.path)])
    cells = [tuple("" if c is None else str(c) for c in row[:-3]) for row in found]
    spare = Counter(truth)
    spare.subtract(Counter(cells))
    if any(count < 0 for count in spare.values()):
        odd = next(row for row, count in spare.items() if count < 0)
        return "wrong", f"accepted {odd}, which was never written"
    missing = sum(spare.values())
    if missing > batch.quarantined:
        return "wrong", f"{missing} rows are missing and {batch.quarantined} are in quarantine"
    return "right", f"{batch.accepted} accepted, {batch.quarantined} in quarantine"


def inject(seeds: int) -> Counter[Outcome]:
    """All faults on `seeds` tables; prints one line for each fault, and every wrong case."""
    tally: dict[str, Counter[Outcome]] = {}
    engine = Scratch()
    for seed in range(seeds):
        rng = random.Random(seed)
        rows = table(rng)
        for case in (c for maker in MAKERS for c in maker(rows, rng)):
            with tempfile.TemporaryDirectory() as name:
                outcome, detail = judge(case, Path(name), engine)
            tally.setdefault(case.fault, Counter())[outcome] += 1
            if outcome == "wrong":
                print(f"  wrong: {case.fault} seed {seed}: {detail}; begins {case.data[:60]!r}")
    engine.close()
    for fault, counts in sorted(tally.items(), key=lambda t: int(t[0][1:])):
        print(f"{fault}: " + " ".join(f"{k}={counts[k]}" for k in ("right", "refused", "wrong")))
    return sum(tally.values(), Counter())


def read_folder(data: Path) -> None:
    """Print how each file of a folder is read, or why it is refused."""
    engine = Scratch()
    for file in sorted(p for p in data.rglob("*") if p.is_file()):
        source = Source(name="file", connector="files", location=str(file))
        delivery = Delivery(source="file", name=file.name)
        with tempfile.TemporaryDirectory() as name:
            try:
                batch = land(source, delivery, file, store=RawStore(Path(name)), engine=engine, seq=1)
            except WindvaneError as refusal:
                print(f"{file.name}: refused ({refusal.code}): {refusal.why}")
                continue
        print(f"{file.name}: {_how(batch)}")
    engine.close()


def _how(batch: Batch) -> str:
    reading = batch.reading or Reading()
    cut = f", cut by {reading.delimiter!r}, header in line {reading.header_line}" if reading.format == "csv" else ""
    shown = ", ".join(batch.columns[:4]) + (", ..." if len(batch.columns) > 4 else "")
    return (
        f"{reading.format} {reading.encoding}{cut}; {len(batch.columns)} columns ({shown}); "
        f"{batch.accepted:,} rows, {batch.quarantined:,} in quarantine"
    )


def main() -> None:
    """Read the folder, if one is given, then inject the faults."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--seeds", type=int, default=5)
    asked = parser.parse_args()
    if asked.data is not None:
        read_folder(asked.data)
    counts = inject(asked.seeds)
    print(f"right={counts['right']} refused={counts['refused']} wrong={counts['wrong']}")


if __name__ == "__main__":
    main()
