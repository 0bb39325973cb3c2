"""Tells people what broke, what waits for them and what is over: once for each, grouped by incident."""

from __future__ import annotations

from collections.abc import Iterator

from windvane.adapters.secrets import References
from windvane.app import reading
from windvane.app.opening import Estate
from windvane.app.story.book import Book
from windvane.app.story.status import Asks, status
from windvane.domain import registry
from windvane.domain.alert import Alert, Channel, Messenger
from windvane.domain.entry import Note
from windvane.domain.errors import WindvaneError

_OWED = "alerts owed"


def owed(work: Estate) -> bool:
    """Whether a message could not be handed over the last time."""
    return bool(work.heading.alerts) and bool(work.crew.ledger.recall(_OWED))


def tell(work: Estate) -> int:
    """Send what was not sent yet to every channel; how many messages went out.

    A message that nobody takes is no reason to fail: it is said, remembered as owed, and sent by the next run.
    """
    if not work.heading.alerts:
        return 0
    sent, failed = 0, 0
    alerts = tuple(_alerts(reading.book(work.crew.root), work.heading.name))
    for channel in work.heading.alerts:
        for alert in alerts:
            done = _send(work, channel, alert)
            sent += done is True
            failed += done is False
    work.crew.ledger.remember(_OWED, str(failed) if failed else "")
    return sent


def _send(work: Estate, channel: Channel, alert: Alert) -> bool | None:
    """Whether it went out; `None` when it need not, because it did before or what is over was never told."""
    ledger, mark = work.crew.ledger, channel.fingerprint()
    key = f"alert:{mark}:{alert.fingerprint()}"
    told = ledger.recall(f"told:{mark}:{alert.about}") or ""
    if ledger.find(key) is not None or (alert.urgency == "over" and told != "open"):
        return None
    try:
        _messenger(channel).send(_resolved(channel), alert)
    except WindvaneError as error:
        work.crew.say("learn", f"{error.message}: {error.why}", subject=channel.kind, level="warn")
        return False
    note = Note(what="alert", detail=f"{alert.about} {alert.urgency} by {channel.kind}")
    work.crew.write(key, note, actor="windvane", step="learn")
    ledger.remember(f"told:{mark}:{alert.about}", "" if alert.urgency == "over" else "open")
    return True


def _alerts(book: Book, estate: str) -> Iterator[Alert]:
    """One for each incident that is broken, waits, or is over."""
    report = status(book)
    open_now: set[str] = set()
    for asked in report.asks:
        about = _incident_of(book, asked)
        open_now.add(about)
        yield Alert(estate=estate, about=about, urgency="asks", title=asked.title, why=asked.why,
                    options=asked.options, commands=(asked.answer, f"windvane why {about}"))  # fmt: skip
    for trouble in report.broken:
        open_now.add(trouble.about)
        yield Alert(estate=estate, about=trouble.about, urgency="broken", title=trouble.title, why=trouble.why,
                    commands=(trouble.fix,) if trouble.fix else ())  # fmt: skip
    for number in book.incidents:
        if number not in open_now:
            yield Alert(estate=estate, about=number, urgency="over", title="answered, healed or gone by itself",
                        commands=(f"windvane why {number}",))  # fmt: skip


def _incident_of(book: Book, asked: Asks) -> str:
    decision = book.decisions.get(asked.id)
    return decision.incident if decision is not None else asked.id


def _resolved(channel: Channel) -> Channel:
    secrets = References()
    return Channel(kind=channel.kind, to=secrets.resolve(channel.to), through=secrets.resolve(channel.through),
                   sender=channel.sender)  # fmt: skip


def _messenger(channel: Channel) -> Messenger:
    made: Messenger = registry.load("windvane.adapters.alerts", channel.kind).messenger()
    return made
