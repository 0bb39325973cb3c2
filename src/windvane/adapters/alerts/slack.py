"""Messages for Slack and whatever takes its incoming webhooks (Mattermost, Discord with `/slack`, Rocket.Chat)."""

from __future__ import annotations

import msgspec

from windvane.adapters.posting import post
from windvane.domain.alert import Alert, Channel, Messenger, text_of


class Slack:
    """Posts `{"text": ...}`; names of data stand in it as text, never as markup or a mention."""

    def send(self, channel: Channel, alert: Alert) -> None:
        """Raises `TryAgain` (`alert.unsent`) when the other side does not take it."""
        text = text_of(alert).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        post(channel.to, msgspec.json.encode({"text": text}))


def messenger() -> Messenger:
    """The Slack-compatible channel."""
    return Slack()
