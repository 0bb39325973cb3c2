"""Secrets from the environment."""

from __future__ import annotations

import os
import re

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
