"""The server of a provider, and a watch on the network."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator

import pytest

from harness.compatible import Compatible, compatible


@pytest.fixture
def server() -> Iterator[Compatible]:
    with compatible() as made:
        yield made


@pytest.fixture(autouse=True)
def reached(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every host that was connected to or looked up; nothing but loopback gets through."""
    hosts: list[str] = []
    connect, lookup = socket.socket.connect, socket.getaddrinfo

    def watched(plain: Callable[..., object], host: object) -> Callable[..., object]:
        hosts.append(str(host))
        if str(host) not in ("127.0.0.1", "localhost"):
            raise OSError(f"no network in tests: {host}")
        return plain

    monkeypatch.setattr(socket.socket, "connect", lambda s, a: watched(connect, a[0])(s, a))
    monkeypatch.setattr(socket, "getaddrinfo", lambda h, *a, **k: watched(lookup, h)(h, *a, **k))
    return hosts
