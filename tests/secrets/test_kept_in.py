"""A server may say back what it was told: no secret reaches a person, a program, the ledger, a log or git."""

from __future__ import annotations

import json
import os
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from harness.compatible import Compatible, compatible
from windvane.adapters import discretion
from windvane.adapters.heading import write_heading
from windvane.adapters.ledger import Ledger
from windvane.adapters.secrets import HIDDEN, References
from windvane.app.cli.failure import report
from windvane.app.cli.program import run
from windvane.domain.decision import Reason, Verdict
from windvane.domain.entry import Note
from windvane.domain.errors import Failed
from windvane.domain.estate import Source
from windvane.domain.event import Event
from windvane.domain.heading import Heading
from windvane.domain.ports import Connector
from windvane.domain.record import replace

PASSWORD = 'tr0ub4dor&3 "quoted"'
KEY = "a-key-of-no-known-shape-31415"


class Gossip(threading.Thread):
    """A server that speaks enough of Postgres' protocol to ask for a password, and to say it in its refusal."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port = self.server.getsockname()[1]
        self.heard: list[str] = []

    def run(self) -> None:
        while True:
            try:
                client, _ = self.server.accept()
            except OSError:
                return
            with client, client.makefile("rwb") as stream:
                self._refuse(stream)

    def _refuse(self, stream) -> None:
        size, code = struct.unpack("!II", stream.read(8))
        if code == 80877103:  # may we encrypt? no
            stream.write(b"N")
            stream.flush()
            size, code = struct.unpack("!II", stream.read(8))
        stream.read(size - 8)
        stream.write(b"R" + struct.pack("!II", 8, 3))  # say your password
        stream.flush()
        _, size = struct.unpack("!cI", stream.read(5))
        self.heard.append(stream.read(size - 4).rstrip(b"\0").decode())
        text = f"SFATAL\0C28P01\0Mpassword {self.heard[-1]} is wrong\0\0".encode()
        stream.write(b"E" + struct.pack("!I", len(text) + 4) + text)
        stream.flush()


@pytest.fixture
def gossip() -> Iterator[Gossip]:
    made = Gossip()
    made.start()
    yield made
    made.server.close()


@pytest.fixture
def estate(tmp_path: Path, gossip: Gossip, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GOSSIP", PASSWORD)
    monkeypatch.delenv("WINDVANE_DEBUG", raising=False)
    location = f"postgresql://ada:${{env:GOSSIP}}@127.0.0.1:{gossip.port}/shop"
    source = Source(name="orders", connector="postgres", location=location, table="public.orders")
    (tmp_path / "estate").mkdir()
    write_heading(tmp_path / "estate", Heading(name="shop", sources=(source,)))
    return tmp_path / "estate"


def everything(place: Path) -> bytes:
    """All bytes of all files there."""
    return b"".join(p.read_bytes() for p in place.rglob("*") if p.is_file())


def leaks(data: bytes | str, secret: str) -> bool:
    text = data if isinstance(data, str) else data.decode(errors="replace")
    return any(form in text for form in (secret, json.dumps(secret)[1:-1], repr(secret)[1:-1]))


def told_by(words: list[str], estate: Path, **more: str) -> str:
    """What a call in a process of its own says, whatever its end."""
    call = [sys.executable, "-m", "windvane", *words, "--estate", str(estate)]
    done = subprocess.run(call, env={**os.environ, **more}, capture_output=True, text=True, check=False, timeout=60)
    return done.stdout + done.stderr


@pytest.mark.parametrize(("words", "debug"), [(["run"], "1"), (["run", "--json"], "")])
def test_a_refusal_that_quotes_the_password_is_told_without_it(
    estate: Path, gossip: Gossip, words: list[str], debug: str
) -> None:
    told = told_by(words, estate, WINDVANE_DEBUG=debug)
    assert gossip.heard and set(gossip.heard) == {PASSWORD}, "it was really said to the server"
    assert "source.refused" in told and HIDDEN in told and not leaks(told, PASSWORD)
    assert not leaks(told_by(["log"], estate) + told_by(["status"], estate), PASSWORD)
    kept = everything(estate)
    assert not leaks(kept, PASSWORD) and HIDDEN.encode() in kept, "the ledger says that there was one"


def test_a_language_model_that_quotes_its_key_is_told_without_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "orders.csv").write_text("id,amount\n" + "".join(f"{i},{i}.5\n" for i in range(30)))
    with compatible() as server:
        _configured(server, monkeypatch)
        server.replies = [401] * 20
        words = ["init", str(tmp_path / "files"), "--goal", "total amount", "--estate", str(tmp_path / "estate")]
        run([*words, "--json"])
        assert any(KEY in key for key in server.keys), "it was really said to the server"
    assert not leaks("".join(capsys.readouterr()), KEY) and not leaks(everything(tmp_path), KEY)
    assert f"Bearer {HIDDEN}".encode() in everything(tmp_path), "what the model said is on record"


def _configured(server: Compatible, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "WINDVANE_LLM": "openai:gpt-5-mini", "WINDVANE_LLM_BASE_URL": server.url, "WINDVANE_LLM_KEY": KEY,
        "WINDVANE_LLM_BUDGET": "1", "WINDVANE_LLM_PRICE": "2/10",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)


@pytest.fixture
def resolved() -> str:
    References({"DOOR": PASSWORD}).resolve("${env:DOOR}")
    return PASSWORD


def test_every_door_is_watched(resolved: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ledger = Ledger(tmp_path / "ledger.sqlite", clean=discretion.record)
    ledger.append(actor="x", step="sense", key="k", body=Note(what="trouble", detail=f"with {resolved}"))
    ledger.close()
    assert not leaks(everything(tmp_path), resolved)
    seen: list[Event] = []
    discretion.event(seen.append)(Event(at=0, step="sense", text=f"not read: {resolved}"))
    assert seen[0].text == f"not read: {HIDDEN}"
    for words in (["status"], ["status", "--json"]):
        report(RuntimeError(f"unexpected {resolved}"), words)
        report(Failed("refused", code="source.refused", why=f"said {resolved}"), words)
    assert not leaks("".join(capsys.readouterr()), resolved)


def test_a_record_keeps_its_names_and_loses_the_secret(resolved: str) -> None:
    References({"DOOR": "orders"}).resolve("${env:DOOR}")  # somebody took the name of a table for a password
    verdict = Verdict(outcome="reject", reasons=(Reason(rule="orders", held=False, detail=f"{resolved} in orders"),))
    clean = discretion.record(verdict)
    assert clean.reasons[0] == Reason(rule="orders", held=False, detail=f"{HIDDEN} in {HIDDEN}")
    same = replace(verdict, reasons=(replace(verdict.reasons[0], detail="nothing"),))
    assert discretion.record(same) == same


def test_a_connector_inside_is_heard_without_its_secrets(resolved: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from windvane.app.discreet import Discreet

    class Loud:
        def understands(self, location: str) -> bool:
            return True

        def __getattr__(self, name: str) -> Callable[..., None]:
            def fail(*_: object, **__: object) -> None:
                raise Failed(f"no: {resolved}", code="x.y", why=resolved, fix=resolved)

            return fail

    quiet: Connector = Discreet(Loud())  # type: ignore[arg-type]
    source = Source(name="x", connector="x", location="x")
    for ask in (lambda: quiet.offers("x"), lambda: quiet.deliveries(source)):
        with pytest.raises(Failed) as told:
            ask()
        assert str(told.value) == f"no: {HIDDEN}" and told.value.why == told.value.fix == HIDDEN
