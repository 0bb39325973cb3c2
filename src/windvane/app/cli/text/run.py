"""What a run or the demo did."""

from __future__ import annotations

from collections.abc import Iterator

from windvane.app.cli.screen import Line
from windvane.app.cli.text.listing import section
from windvane.app.reports import DemoReport, Item, RunReport
from windvane.app.story.words import count


def run(report: RunReport) -> Iterator[Line]:
    """One paragraph per kind of outcome, then one sentence, then what to type next."""
    yield from section("Published", [item(i) for i in report.releases], "good")
    yield from section("Healed", [item(i) for i in report.healed], "good")
    yield from section("Held (readers keep the last good version)", [item(i) for i in report.held], "warn")
    yield from section("Not chosen", [item(i) for i in report.rejected])
    yield from section("Broken", [item(i) for i in report.broken], "bad")
    yield from section("Not read", [f"{s.name}: {s.why}; fix: {s.fix}" for s in report.strays], "warn")
    yield from section("Asks you", [item(i) for i in report.asks], "ask")
    if report.rows_read:
        kept = f"{report.rows_accepted:,} accepted + {report.rows_quarantined:,} quarantined"
        yield Line(f"Rows: {report.rows_read:,} read = {kept} + {report.rows_suppressed:,} exact duplicates")
    yield Line(sentence(report), "head")
    yield from (Line(f"Next: {command}", "dim") for command in report.next)


def demo(report: DemoReport) -> Iterator[Line]:
    """The account, chapter by chapter."""
    for chapter in report.story:
        yield from section(chapter.title, chapter.lines)
    done = [f"{count(len(report.products), 'product')}", f"{count(report.healed, 'incident')} healed"]
    asks = f"{count(report.asks, 'question')} for you"
    yield Line(f"Done in {report.seconds:.0f} s. {', '.join([*done, asks])}. The estate is {report.estate}", "head")
    yield from (Line(f"Next: {command}", "dim") for command in report.next)


def sentence(report: RunReport) -> str:
    """`Done in 24 s. 2 products, 1 incident healed, 1 question for you.`, leaving out what did not happen."""
    told = [
        (len(report.products), count(len(report.products), "product")),
        (len(report.healed), f"{count(len(report.healed), 'incident')} healed"),
        (len(report.held), f"{len(report.held)} held"),
        (len(report.broken), f"{len(report.broken)} broken"),
        (len(report.asks), f"{count(len(report.asks), 'question')} for you"),
    ]
    parts = [text for many, text in told if many]
    took = f"{report.seconds:.1f}" if report.seconds < 10 else f"{report.seconds:.0f}"
    return f"Done in {took} s. {', '.join(parts) or 'Nothing was new'}."


def item(told: Item) -> str:
    """One outcome in one line."""
    return f"{told.id}  {told.title}" + (f": {told.detail}" if told.detail else "")


def exit_code(report: RunReport) -> int:
    """3 when something is broken, 4 when something waits for a person, 0 otherwise."""
    return 3 if report.broken else 4 if report.asks or report.held else 0
