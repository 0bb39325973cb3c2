"""Messages as mail, through an SMTP server that the heading names."""

from __future__ import annotations

import smtplib
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

from windvane.domain.alert import Alert, Channel, Messenger, text_of
from windvane.domain.errors import TryAgain, Usage

_WAIT_S = 20


class Email:
    """Plain text; one thread of mails for one incident."""

    def send(self, channel: Channel, alert: Alert) -> None:
        """Raises `TryAgain` (`alert.unsent`), or `Usage` (`alert.channel`) when the server's address is none."""
        server = urlsplit(channel.through)
        if server.scheme not in ("smtp", "smtps") or not server.hostname:
            raise Usage("the mail server of an alert is not understood", code="alert.channel",
                        why="`through` is not an address of a mail server",
                        fix='write `through = "smtp://host:25"` or `"smtps://user:${env:NAME}@host:465"`')  # fmt: skip
        secure = server.scheme == "smtps"
        make = smtplib.SMTP_SSL if secure else smtplib.SMTP
        try:
            with make(server.hostname, server.port or (465 if secure else 25), timeout=_WAIT_S) as smtp:
                if server.username:
                    smtp.login(unquote(server.username), unquote(server.password or ""))
                smtp.send_message(_mail(channel, alert))
        except (OSError, smtplib.SMTPException) as error:
            raise TryAgain(
                "a mail could not be sent",
                code="alert.unsent",
                why=type(error).__name__,
                fix="see whether the mail server is up; it is sent again by the next run",
            ) from error


def _mail(channel: Channel, alert: Alert) -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = channel.sender or channel.to
    mail["To"] = channel.to
    mail["Subject"] = " ".join(f"[{alert.estate}] {alert.about}: {alert.title}".split())[:200]
    mail["References"] = f"<{alert.about}.{alert.estate}@windvane>"
    mail.set_content(text_of(alert))
    return mail


def messenger() -> Messenger:
    """The mail channel."""
    return Email()
