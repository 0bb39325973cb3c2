"""The demo's story: build an estate from real prices, break two deliveries on purpose, heal, hold, undo, restore."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

from windvane.app import founding, library, running, steering, wanting
from windvane.app.demo import deliveries
from windvane.app.opening import opened
from windvane.app.reports import Chapter, DemoReport, RunReport
from windvane.domain.decision import Decision
from windvane.domain.errors import Usage
from windvane.domain.estate import Metric, Product
from windvane.domain.event import Emit, Event
from windvane.loop.logbook import Logbook

GOAL = "Daily closing price and return of every fund and stock"
VOLATILITY = "Forecast next month's volatility of each asset, error at most 7.5 points"
RANKING = "Rank next month's returns of each fund, mean monthly rank correlation at least 0.20"


def demo(estate: Path, *, emit: Emit) -> DemoReport:
    """Play the story in the folder `estate`, which is made; a demo that is there is played anew.

    Raises `Usage` (`demo.not_empty`) when the folder holds anything else.
    """
    began = time.monotonic()
    _clear(estate)
    prices, home = estate / "prices", estate / "estate"
    watch = _Watch(emit, began)
    deliveries.first(prices)
    watch.title("1  Build: odd files of real prices become a certified table")
    founding.init((str(prices),), GOAL, home, emit=watch, answer="1")
    built = running.run(home, emit=watch)
    watch.title("2  Two deliveries arrive, broken on purpose: a renamed column, and every price times 1.08")
    deliveries.renamed(prices)
    deliveries.inflated(prices)
    later = running.run(home, emit=watch)
    chapters = [_built(built), _met(later)]
    if later.healed:
        watch.title("3  A person takes the healing back, and then restores it")
        chapters.append(_steered(home, later.healed[0].id, watch))
    chapters.append(_seen(home, built))
    watch.title("4  A goal that asks for estimates: what is missing is looked for upstream, and proved")
    chapters.append(_estimated(home, VOLATILITY, watch))
    watch.title("5  A goal that cannot be met")
    chapters.append(_estimated(home, RANKING, watch))
    products = _products(home)
    return DemoReport(
        estate=str(home),
        seconds=time.monotonic() - began,
        products=products,
        healed=len(later.healed),
        asks=len(later.asks),
        story=tuple(chapters),
        next=_next(home, later, products),
    )


def _clear(folder: Path) -> None:
    if not folder.exists() or not any(folder.iterdir()):
        return
    if {p.name for p in folder.iterdir()} <= {"prices", "estate"} and (folder / "prices" / "instruments.json").exists():
        shutil.rmtree(folder)
        return
    raise Usage(
        f"`{folder}` is not empty", code="demo.not_empty", why="it holds something else than a demo",
        fix="name another folder: windvane demo --estate PATH",
    )  # fmt: skip


class _Watch:
    """Shifts the clocks of the parts onto one clock for the whole story."""

    def __init__(self, emit: Emit, began: float) -> None:
        self._emit = emit
        self._began = began

    def __call__(self, event: Event) -> None:
        at = time.monotonic() - self._began
        self._emit(Event(at=at, step=event.step, text=event.text, subject=event.subject, decision=event.decision,
                         level=event.level))  # fmt: skip

    def title(self, text: str) -> None:
        """Begin a part of the story."""
        self(Event(at=0.0, step="demo", text=text, level="good"))


def _built(report: RunReport) -> Chapter:
    rejected = [f"{i.id} rejected: {i.title}: {i.detail.partition('; ')[0]}" for i in report.rejected]
    lines = [
        f"{report.rows_read:,} rows read = {report.rows_accepted:,} accepted + {report.rows_quarantined:,} quarantined"
        f" + {report.rows_suppressed:,} suppressed",
        *(f"{i.detail} promoted as {i.id}: {i.title}" for i in report.releases),
        *rejected,
    ]
    return Chapter(title="Built", lines=tuple(lines))


def _met(report: RunReport) -> Chapter:
    healed = [f"{i.id} healed: {i.title}" for i in report.healed]
    held = [f"{i.id} held, readers keep the last good version: {i.detail}" for i in report.held]
    return Chapter(title="Broken on purpose", lines=(*healed, *held))


def _steered(home: Path, decision: str, watch: _Watch) -> Chapter:
    undone = steering.undo(home, decision, because="to see what undo does", emit=watch)
    restored = steering.undo(home, undone.decision, because="the healing was right", emit=watch)
    lines = (
        f"{undone.decision} took {decision} back: {'; '.join(undone.effects)}",
        f"{restored.decision} restored it: {'; '.join(restored.effects)}",
    )
    return Chapter(title="Undone and restored", lines=lines)


def _seen(home: Path, built: RunReport) -> Chapter:
    """What readers get from the published release, and the value of the metric on it, by where the rows are from."""
    estate = library.open(home)
    with opened(home, emit=lambda _: None) as work:
        assets = work.crew.folder.read().assets
    product = next(a for a in assets if isinstance(a, Product) and a.name in built.products)
    metric = next(a for a in assets if isinstance(a, Metric) and a.name in product.metrics)
    rows = estate.sql(
        f"SELECT origin, COUNT(*), MIN(date), MAX(date), {metric.expression} FROM {product.relation} "
        "GROUP BY origin ORDER BY origin"
    ).rows()
    lines = tuple(
        f"{origin!s:<6} {int(str(count)):>7,} rows  {first!s} to {last!s}  {metric.expression} {float(str(value)):+.4%}"
        for origin, count, first, last, value in rows
    )
    return Chapter(title=f"What readers see: {product.relation} in {estate.release}", lines=lines)


def _estimated(home: Path, sentence: str, watch: _Watch) -> Chapter:
    """A goal more, and the run that works on it: what costs nothing, what was tried with its numbers, how it ended."""
    goal = wanting.want(home, sentence, answer="1", emit=watch)
    running.run(home, emit=watch)
    with opened(home, emit=lambda _: None) as work:
        book = Logbook(work.crew.ledger)
        product = next(a for a in work.crew.folder.read().assets if isinstance(a, Product) and a.goal == goal)
        ended = next(r for r in reversed(book.rounds) if r.product == product.name and r.end)
        tried = [d for d in book.decisions.values() if d.incident == ended.incident]
    return Chapter(title=sentence, lines=(*(_proved(d) for d in tried), *ended.told))


def _proved(decision: Decision) -> str:
    shown = next(r.detail for r in decision.verdict.reasons if r.rule == "it gains")
    done = "promoted" if decision.verdict.outcome == "promote" else "rejected"
    return f"{decision.id} {done}: {decision.title}: {shown}"


def _products(home: Path) -> tuple[str, ...]:
    """Names of all that is published at the end, in the order of the files."""
    with opened(home, emit=lambda _: None) as work:
        return tuple(a.name for a in work.crew.folder.read().assets if isinstance(a, Product))


def _next(home: Path, later: RunReport, products: tuple[str, ...]) -> tuple[str, ...]:
    asked = [f"windvane why {i.id}" for i in later.held[:1]]
    healed = [f"windvane why {i.id}" for i in later.healed[:1]]
    card = [f"windvane products {name}" for name in products if "volatility" in name]
    return (f"cd {home}", *healed, *asked, *card, "windvane status", "windvane log --last 20")
