"""What a person is told without asking: one message for one incident, wherever they want to read it."""

from __future__ import annotations

from typing import Literal, Protocol

from windvane.domain.record import Record

Urgency = Literal["asks", "broken", "over"]


class Channel(Record):
    """Where messages go: `kind` names a module of `windvane.adapters.alerts`; secrets only by reference."""

    kind: str
    to: str  # a URL, or a mail address
    through: str = ""  # for mail: smtp://host:port or smtps://user:${env:NAME}@host:port
    sender: str = ""  # for mail


class Alert(Record):
    """One message: about an incident (I-n) or a decision (D-n) of an estate."""

    estate: str
    about: str
    urgency: Urgency
    title: str
    why: str = ""
    options: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()


class Messenger(Protocol):
    """Sends messages through one kind of channel. One module of `adapters.alerts` each: `def messenger() -> ...`."""

    def send(self, channel: Channel, alert: Alert) -> None:
        """Hand a message over; `channel` has its secrets already. Raises `TryAgain` when nobody took it."""
        ...


def text_of(alert: Alert) -> str:
    """The message in plain lines."""
    head = {"asks": "asks you", "broken": "is broken", "over": "is over"}[alert.urgency]
    options = [f"  {n}  {option}" for n, option in enumerate(alert.options, 1)]
    return "\n".join(
        line for line in (f"{alert.estate}: {alert.about} {head}: {alert.title}", alert.why, *options, *alert.commands)
        if line
    )  # fmt: skip
