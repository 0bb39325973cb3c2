"""Tables and views of a live Postgres, read only."""

from __future__ import annotations

from pathlib import Path

from windvane.domain.batch import Delivery
from windvane.domain.errors import Usage
from windvane.domain.estate import Reading, Source
from windvane.domain.ports import Engine, Offer, Secrets, Stray
from windvane.stack.sources.postgres.catalogue import Table, declared, filled, stamps, tables
from windvane.stack.sources.postgres.connection import copy_out, opened, without_secret


class Postgres:
    """One source for each table and view that is not the system's; every transaction is read only."""

    def __init__(self, secrets: Secrets) -> None:
        self._secrets = secrets

    def understands(self, location: str) -> bool:
        """Whether `location` is a Postgres URL."""
        return location.startswith(("postgres://", "postgresql://"))

    def offers(self, location: str) -> tuple[tuple[Offer, ...], tuple[Stray, ...]]:
        """The tables and views with what the catalogue declares.

        Raises `Usage` (`secret.literal`, `source.none`), `TryAgain` (`source.unreachable`), `Failed`
        (`source.refused`).
        """
        place = without_secret(location)
        offers, strays = [], []
        with opened(place, self._secrets) as connection:
            found = tables(connection)
            marks = stamps(connection)
            contracts = declared(connection, found)
            for table in found:
                why, fix = _unfit(table) if not table.readable or filled(connection, table) else _EMPTY
                if why:
                    strays.append(Stray(table.full_name, why, fix))
                    continue
                source = _source(place, table)
                delivery = Delivery(source=table.name, name=table.full_name, stamp=marks[table.full_name])
                offers.append(Offer(source, (delivery,), contracts[table.full_name]))
        if not offers and not strays:
            raise Usage(
                "the database holds no tables", code="source.none", why="there is none outside the system's schemas",
                fix="give the database that holds them, and a user who may see them",
            )  # fmt: skip
        return tuple(offers), tuple(strays)

    def deliveries(self, source: Source) -> tuple[Delivery, ...]:
        """The table with a stamp from the server's counters; none when it is gone or empty."""
        with opened(source.location, self._secrets) as connection:
            table = next((t for t in tables(connection) if t.full_name == source.table), None)
            if table is None or not table.readable or not filled(connection, table):
                return ()
            return (Delivery(source=source.name, name=source.table, stamp=stamps(connection)[source.table]),)

    def fetch(self, source: Source, delivery: Delivery, *, into: Path) -> Path:  # noqa: ARG002
        """The table as a CSV in `into` from one read-only snapshot; NULL is empty and an empty text is `""`.

        Raises `TryAgain` (`source.unreachable`) when the connection is lost: no file is left then. `Failed`
        (`source.refused`) when the server says no.
        """
        into.mkdir(parents=True, exist_ok=True)
        target, part = into / f"{source.name}.csv", into / f".{source.name}.csv.part"
        try:
            with opened(source.location, self._secrets) as connection:
                copy_out(connection, source.table, part)
            part.replace(target)
        finally:
            part.unlink(missing_ok=True)
        return target


_EMPTY = ("it has no rows", "nothing; it is offered once it has rows")


def _unfit(table: Table) -> tuple[str, str]:
    return ("", "") if table.readable else ("this user must not read it", "GRANT SELECT on it, or leave it out")


def _source(place: str, table: Table) -> Source:
    return Source(
        name=table.name, connector="postgres", location=place, table=table.full_name,
        reading=Reading(), columns=table.columns,
    )  # fmt: skip


def connector(secrets: Secrets, engine: Engine) -> Postgres:  # noqa: ARG001
    """The connector for Postgres; passwords come from `secrets` at the moment of connecting."""
    return Postgres(secrets)
