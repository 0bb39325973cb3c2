"""A connector whose errors hold no secret: a server may say back what it was told."""

from __future__ import annotations

from pathlib import Path

from windvane.adapters import discretion
from windvane.domain.batch import Delivery
from windvane.domain.estate import Source
from windvane.domain.ports import Archivist, Connector, Offer, Stray, Watcher


class Discreet:
    """The `Connector` port around another one."""

    def __init__(self, connector: Connector) -> None:
        self._connector = connector

    def understands(self, location: str) -> bool:
        """As the connector inside says."""
        return self._connector.understands(location)

    def offers(self, location: str) -> tuple[tuple[Offer, ...], tuple[Stray, ...]]:
        """What lies at a location; raises what the connector inside raises, without secrets."""
        with discretion.errors():
            return self._connector.offers(location)

    def deliveries(self, source: Source) -> tuple[Delivery, ...]:
        """What the source delivers now; raises what the connector inside raises, without secrets."""
        with discretion.errors():
            return self._connector.deliveries(source)

    def fetch(self, source: Source, delivery: Delivery, *, into: Path) -> Path:
        """A file with the bytes of a delivery; raises what the connector inside raises, without secrets."""
        with discretion.errors():
            return self._connector.fetch(source, delivery, into=into)

    def unclaimed(self, offered: tuple[tuple[Source, tuple[Delivery, ...]], ...], *, since: float) -> tuple[Stray, ...]:
        """What no source reads, where the connector inside looks for it."""
        return self._connector.unclaimed(offered, since=since) if isinstance(self._connector, Watcher) else ()

    def archives(self, source: Source, *, others: tuple[Source, ...], apart: Path) -> tuple[str, ...]:
        """Where more of a table lies, where the connector inside looks for it."""
        if not isinstance(self._connector, Archivist):
            return ()
        return self._connector.archives(source, others=others, apart=apart)
