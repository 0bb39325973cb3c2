"""Writes the price files that `windvane demo` ships: facts from the packages `skfolio` and `arch`, in odd formats.

Run: `python scripts/pack_demo_prices.py` (needs `pip install skfolio arch`). The values are those of the packages; only
the spelling (delimiter, decimal sign, date order, container) differs from file to file, as between real vendors.
"""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import arch.data.default
import arch.data.vix
import pandas as pd
from skfolio.datasets import load_factors_dataset, load_sp500_dataset, load_sp500_index

TARGET = Path(__file__).parent.parent / "src" / "windvane" / "app" / "demo" / "prices"
FIRST = "2000-01-01"  # of stocks, index, volatility index and yields; the funds begin in 2014

NAMES = {
    "MTUM": ("iShares MSCI USA Momentum Factor ETF", "fund", "NYSE Arca"),
    "QUAL": ("iShares MSCI USA Quality Factor ETF", "fund", "NYSE Arca"),
    "SIZE": ("iShares MSCI USA Size Factor ETF", "fund", "NYSE Arca"),
    "USMV": ("iShares MSCI USA Min Vol Factor ETF", "fund", "Cboe BZX"),
    "VLUE": ("iShares MSCI USA Value Factor ETF", "fund", "Cboe BZX"),
    "AAPL": ("Apple Inc.", "stock", "Nasdaq"),
    "AMD": ("Advanced Micro Devices, Inc.", "stock", "Nasdaq"),
    "BAC": ("Bank of America Corporation", "stock", "NYSE"),
    "BBY": ("Best Buy Co., Inc.", "stock", "NYSE"),
    "CVX": ("Chevron Corporation", "stock", "NYSE"),
    "GE": ("General Electric Company", "stock", "NYSE"),
    "HD": ("The Home Depot, Inc.", "stock", "NYSE"),
    "JNJ": ("Johnson & Johnson", "stock", "NYSE"),
    "JPM": ("JPMorgan Chase & Co.", "stock", "NYSE"),
    "KO": ("The Coca-Cola Company", "stock", "NYSE"),
    "LLY": ("Eli Lilly and Company", "stock", "NYSE"),
    "MRK": ("Merck & Co., Inc.", "stock", "NYSE"),
    "MSFT": ("Microsoft Corporation", "stock", "Nasdaq"),
    "PEP": ("PepsiCo, Inc.", "stock", "Nasdaq"),
    "PFE": ("Pfizer Inc.", "stock", "NYSE"),
    "PG": ("The Procter & Gamble Company", "stock", "NYSE"),
    "RRC": ("Range Resources Corporation", "stock", "NYSE"),
    "UNH": ("UnitedHealth Group Incorporated", "stock", "NYSE"),
    "WMT": ("Walmart Inc.", "stock", "NYSE"),
    "XOM": ("Exxon Mobil Corporation", "stock", "NYSE"),
}


def main() -> None:
    """Write every file anew; equal inputs give equal bytes."""
    (TARGET / "stock_prices").mkdir(parents=True, exist_ok=True)
    (TARGET / "later").mkdir(parents=True, exist_ok=True)
    funds = _long(load_factors_dataset())
    stocks = _long(load_sp500_dataset())
    _funds(funds[funds.date < "2022"], TARGET / "etf_prices_2014_2021.csv")
    _funds(funds[funds.date >= "2022"], TARGET / "later" / "etf_prices_2022.csv")
    for year, rows in stocks.groupby(stocks.date.str[:4]):
        folder = TARGET / ("later" if year == "2022" else "stock_prices")
        _stocks(rows, folder / f"stock_prices_{year}.csv.gz")
    _index(load_sp500_index().loc[FIRST:"2021-12-31"], TARGET / "sp500_index.tsv")
    _yields(arch.data.default.load().loc[FIRST:], TARGET / "corporate_yields.ndjson")
    arch.data.vix.load().loc[FIRST:].reset_index().to_parquet(TARGET / "vix.parquet", index=False)
    _instruments(TARGET / "instruments.json")


def _long(wide: pd.DataFrame) -> pd.DataFrame:
    wide = wide.loc[FIRST:]
    long = wide.reset_index(names="date").melt("date", var_name="ticker", value_name="close").dropna()
    long["date"] = long.date.dt.strftime("%Y-%m-%d")
    return long.sort_values(["date", "ticker"])


def _funds(rows: pd.DataFrame, path: Path) -> None:
    lines = ["Factor funds - daily closing prices", "adjusted for splits and distributions", "", "Date;Fund;Close"]
    for row in rows.itertuples():
        year, month, day = row.date.split("-")
        lines.append(f"{day}.{month}.{year};{row.ticker};{row.close!r}")
    body = [*lines[:4], *(_comma(line) for line in lines[4:])]
    path.write_text("\r\n".join(body) + "\r\n", encoding="utf-8-sig", newline="")


def _comma(line: str) -> str:
    day, fund, close = line.split(";")
    return f"{day};{fund};{close.replace('.', ',')}"


def _stocks(rows: pd.DataFrame, path: Path) -> None:
    text = rows.rename(columns={"ticker": "symbol"})[["date", "symbol", "close"]].to_csv(
        index=False, lineterminator="\n"
    )
    path.write_bytes(gzip.compress(text.encode(), mtime=0))


def _index(frame: pd.DataFrame, path: Path) -> None:
    lines = ["Trade Date\tLevel"]
    lines += [f"{day:%m/%d/%Y}\t{level:,.2f}" for day, level in frame.iloc[:, 0].items()]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _yields(frame: pd.DataFrame, path: Path) -> None:
    rows = [{"month": f"{day:%Y-%m-%d}", "aaa": row.AAA, "baa": row.BAA} for day, row in frame.iterrows()]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def _instruments(path: Path) -> None:
    rows = [
        {"ticker": ticker, "name": name, "class": kind, "exchange": place, "currency": "USD"}
        for ticker, (name, kind, place) in NAMES.items()
    ]
    path.write_text(json.dumps(rows, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
