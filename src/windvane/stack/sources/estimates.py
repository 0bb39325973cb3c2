"""Estimates that windvane makes itself: landed by the loop that makes them, offered by no place."""

from __future__ import annotations

from pathlib import Path

from windvane.domain.batch import Delivery
from windvane.domain.errors import Usage
from windvane.domain.estate import Source
from windvane.domain.ports import Engine, Offer, Secrets, Stray


class Estimates:
    """A source whose batches the loop lands when it has made them; there is nothing to look for outside."""

    def understands(self, location: str) -> bool:  # noqa: ARG002
        """No place is one of estimates."""
        return False

    def offers(self, location: str) -> tuple[tuple[Offer, ...], tuple[Stray, ...]]:
        """Raises `Usage` (`source.missing`)."""
        raise Usage(f"there are no estimates at `{location}`", code="source.missing", fix="windvane run makes them")

    def deliveries(self, source: Source) -> tuple[Delivery, ...]:  # noqa: ARG002
        """Nothing that would have to be fetched."""
        return ()

    def fetch(self, source: Source, delivery: Delivery, *, into: Path) -> Path:  # noqa: ARG002
        """The file that the loop wrote."""
        return Path(source.location) / delivery.name


def connector(secrets: Secrets, engine: Engine) -> Estimates:  # noqa: ARG001
    """The connector of estimates."""
    return Estimates()
