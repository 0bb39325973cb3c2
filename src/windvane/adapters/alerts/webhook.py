"""Messages as JSON, posted to a URL."""

from __future__ import annotations

import msgspec

from windvane.adapters.posting import post
from windvane.domain.alert import Alert, Channel, Messenger


class Webhook:
    """Posts the fields of a message as they are."""

    def send(self, channel: Channel, alert: Alert) -> None:
        """Raises `TryAgain` (`alert.unsent`) when the other side does not take it."""
        post(channel.to, msgspec.json.encode(alert))


def messenger() -> Messenger:
    """The webhook."""
    return Webhook()
