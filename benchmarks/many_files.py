"""What one of many small files costs: CPU of `windvane init` and `windvane run` on 3,000 files and a few strays.

    python -m benchmarks.many_files [--files 3000]

The files hold the orders of one day each. Among them: one with a ragged line and one with an amount that is none (a row
each goes to quarantine), an error page, an empty file and an image (refused, each with its reason). Then ten more days
arrive, one with a column renamed. Imports count; they are the same for one file.
"""

from __future__ import annotations

import argparse
import datetime
import json
import random
import tempfile
from pathlib import Path

from benchmarks.child import windvane

GOAL = "Total quantity per shop and day"
HEADER = "order_id,day,shop,product,quantity,amount"
ROWS = 20
FIRST = datetime.date(2010, 1, 1)


def write(folder: Path, files: int, *, first: int = 0, header: str = HEADER) -> None:
    """`sales_<day>.csv` for `files` days from day number `first` on; the same for the same days."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(first, first + files):
        chance = random.Random(number)
        day = FIRST + datetime.timedelta(days=number)
        lines = [header]
        for row in range(ROWS):
            what = f"S{chance.randint(1, 9)},prod-{chance.randint(1, 200)},{chance.randint(1, 12)}"
            lines.append(f"{100_000 + number * ROWS + row},{day},{what},{chance.uniform(1, 99):.2f}")
        (folder / f"sales_{day:%Y%m%d}.csv").write_text("\n".join([*lines, ""]))


def stray(folder: Path) -> None:
    """Three things that are no table, and two tables with a bad line each."""
    (folder / "sales_19990101.csv").write_text("<html><body>502 Bad Gateway</body></html>\n")
    (folder / "sales_19990102.csv").write_text("")
    (folder / "logo.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    for day, line in (("20100103", "1,2,3\n"), ("20100104", "99,2010-01-04,S1,prod-1,3,free\n")):
        with (folder / f"sales_{day}.csv").open("a") as file:
            file.write(line)


def main() -> None:
    """Found, run, let ten more days arrive."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=3_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        write(root / "files", options.files)
        stray(root / "files")
        estate, code = root / "estate", root / "bytecode"
        init = windvane("init", str(root / "files"), "--goal", GOAL, "--estate", str(estate), cwd=root, bytecode=code)
        run = windvane("run", "--json", cwd=estate, bytecode=code)
        report = json.loads(run.out.strip().splitlines()[-1])
        read = options.files * ROWS + 2
        counted = (report["rows_read"], report["rows_accepted"], report["rows_quarantined"])
        assert counted == (read, read - 2, 2), report
        print(f"init {init.cpu_s:.1f} CPU s, run {run.cpu_s:.1f} CPU s; {read:,} rows read, {counted[2]} withheld")
        write(root / "files", 9, first=options.files)
        write(root / "files", 1, first=options.files + 9, header=HEADER.replace("amount", "amount_paid"))
        more = windvane("run", "--json", cwd=estate, bytecode=code)
        report = json.loads(more.out.strip().splitlines()[-1])
        assert report["rows_accepted"] == 10 * ROWS and len(report["healed"]) == 1, report
        print(f"ten more days, one with a column renamed: {more.cpu_s:.1f} CPU s")
    spent = init.cpu_s + run.cpu_s
    print(f"files={options.files} cpu_per_file_ms={1000 * spent / options.files:.1f}")


if __name__ == "__main__":
    main()
