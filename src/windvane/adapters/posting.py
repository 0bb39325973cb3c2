"""One JSON document over HTTP, handed over or not: no redirect is followed and no answer is read far."""

from __future__ import annotations

import urllib.error
import urllib.request
from typing import NoReturn

from windvane.domain.errors import TryAgain, Usage

_WAIT_S = 20


class _Still(urllib.request.HTTPRedirectHandler):
    """Refuses redirects: what is meant for one place is not carried to another."""

    def redirect_request(self, *args: object, **kwargs: object) -> None:  # noqa: ARG002
        return None


def post(url: str, body: bytes) -> None:
    """Raises `TryAgain` (`alert.unsent`) unless the answer is 2xx; `Usage` when `url` is no web address."""
    if not url.startswith(("https://", "http://")):
        raise Usage("the address of an alert is not understood", code="alert.channel", why="it is no web address",
                    fix='write `to = "https://..."`, or `"${env:NAME}"` for one that holds a secret')  # fmt: skip
    request = urllib.request.Request(url, data=body, headers={"Content-Type": "application/json"}, method="POST")
    try:
        with urllib.request.build_opener(_Still).open(request, timeout=_WAIT_S) as answer:
            answer.read(1)
    except urllib.error.HTTPError as error:
        _unsent(f"the other side answers {error.code}", error)
    except OSError as error:
        _unsent(type(getattr(error, "reason", error)).__name__, error)


def _unsent(why: str, error: Exception) -> NoReturn:
    fix = "see whether the address is right and up; it is sent again by the next run"
    raise TryAgain("a message could not be handed over", code="alert.unsent", why=why, fix=fix) from error
