"""The files of the demo: what lies there at first, and the two deliveries that come later, broken on purpose."""

from __future__ import annotations

import gzip
import shutil
from pathlib import Path

PRICES = Path(__file__).parent / "prices"
FACTOR = 1.08


def first(inbox: Path) -> tuple[Path, ...]:
    """Copy the files that an estate is founded on to `inbox`; the paths of what was copied."""
    inbox.mkdir(parents=True, exist_ok=True)
    copied = []
    for path in sorted(PRICES.rglob("*")):
        relative = path.relative_to(PRICES)
        if path.is_dir() or path.suffix == ".md" or relative.parts[0] == "later":
            continue
        target = inbox / relative
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
        copied.append(target)
    return tuple(copied)


def renamed(inbox: Path) -> Path:
    """The stock prices of 2022, real values, with the column `close` called `close_price`."""
    source = PRICES / "later" / "stock_prices_2022.csv.gz"
    header, _, rows = gzip.decompress(source.read_bytes()).partition(b"\n")
    target = inbox / "stock_prices" / source.name
    target.write_bytes(gzip.compress(header.replace(b"close", b"close_price") + b"\n" + rows, mtime=0))
    return target


def inflated(inbox: Path) -> Path:
    """The fund prices of 2022 with every price times 1.08, as if quoted in another currency."""
    source = PRICES / "later" / "etf_prices_2022.csv"
    lines = source.read_text(encoding="utf-8-sig").splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith("Date;"))
    body = [_times(line) for line in lines[start + 1 :] if line]
    target = inbox / source.name
    target.write_text("\r\n".join([*lines[: start + 1], *body]) + "\r\n", encoding="utf-8-sig", newline="")
    return target


def _times(line: str) -> str:
    day, fund, close = line.split(";")
    price = float(close.replace(",", ".")) * FACTOR
    return f"{day};{fund};{price:.3f}".replace(f"{price:.3f}", f"{price:.3f}".replace(".", ","))
