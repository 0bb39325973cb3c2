"""What a person is told at night: one message for one incident, over real HTTP and real SMTP, and once."""

from __future__ import annotations

import json
import shutil
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from windvane.app import wire

ROWS = "id,day,amount\n" + "".join(f"{n},2026-01-{n:02d},{20 + n % 3}.50\n" for n in range(1, 29))


def _quiet(_: object) -> None:
    """Nobody watches."""


class Post:
    """A place that takes messages, or answers what it is told to answer."""

    def __init__(self) -> None:
        self.got: list[dict[str, object]] = []
        self.answers = 200
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if outer.answers == 200:
                    outer.got.append(json.loads(body))
                self.send_response(outer.answers)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Silent."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/hook"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def post() -> Iterator[Post]:
    place = Post()
    yield place
    place.close()


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("alerts")
    (place / "files").mkdir()
    (place / "files" / "sales.csv").write_text(ROWS)
    wire.init((str(place / "files"),), "Total amount per day", place / "estate", emit=_quiet, answer=None)
    wire.run(place / "estate", emit=_quiet)
    return place


@pytest.fixture
def place(built: Path, tmp_path: Path) -> Path:
    copy = shutil.copytree(built, tmp_path / "place")
    heading = copy / "estate" / "windvane.toml"
    heading.write_text(heading.read_text().replace(str(built), str(copy)))
    return copy


def _channel(place: Path, text: str) -> None:
    heading = place / "estate" / "windvane.toml"
    heading.write_text(heading.read_text() + f"\n[[alerts]]\n{text}\n")


def _lose_the_source(place: Path) -> None:
    (place / "files" / "sales.csv").rename(place / "files" / "kept.away")


def test_a_source_that_vanishes_is_told_once_and_its_return_too(place: Path, post: Post) -> None:
    _channel(place, f'kind = "webhook"\nto = "{post.url}"')
    wire.run(place / "estate", emit=_quiet)
    assert post.got == [], "nothing is wrong, and what is over was never told"
    _lose_the_source(place)
    wire.run(place / "estate", emit=_quiet)
    wire.run(place / "estate", emit=_quiet)
    assert [(m["urgency"], m["about"]) for m in post.got] == [("broken", post.got[0]["about"])]
    (place / "files" / "kept.away").rename(place / "files" / "sales.csv")
    wire.run(place / "estate", emit=_quiet)
    assert [m["urgency"] for m in post.got] == ["broken", "over"]
    assert len({m["about"] for m in post.got}) == 1, "one incident"


def test_a_message_that_nobody_takes_is_sent_by_the_next_run(place: Path, post: Post) -> None:
    _channel(place, f'kind = "slack"\nto = "{post.url}"')
    post.answers = 503
    _lose_the_source(place)
    assert wire.run(place / "estate", emit=_quiet).broken, "the run itself ends as always"
    assert post.got == []
    post.answers = 200
    wire.run(place / "estate", emit=_quiet)
    assert len(post.got) == 1 and "is broken" in str(post.got[0]["text"])


def test_the_address_is_a_secret_and_stays_one(place: Path, post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOOK_ADDRESS", post.url)
    _channel(place, 'to = "${env:HOOK_ADDRESS}"')
    _lose_the_source(place)
    wire.run(place / "estate", emit=_quiet)
    assert len(post.got) == 1
    ledger = (place / "estate" / ".windvane" / "ledger.sqlite").read_bytes()
    assert post.url.encode() not in ledger


def test_mail_goes_through_a_real_smtp_conversation(place: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        heard: list[str] = []
        thread = threading.Thread(target=_take_mail, args=(server, heard), daemon=True)
        thread.start()
        port = server.getsockname()[1]
        _channel(place, f'kind = "email"\nto = "night@example.org"\nthrough = "smtp://127.0.0.1:{port}"')
        _lose_the_source(place)
        wire.run(place / "estate", emit=_quiet)
        thread.join(10)
    text = "\n".join(heard)
    assert "rcpt to:<night@example.org>" in text.lower() and "Subject: [estate] I-" in text


def _take_mail(server: socket.socket, heard: list[str]) -> None:
    """The least that an SMTP server must say."""
    connection, _ = server.accept()
    with connection, connection.makefile("rw", newline="\r\n") as line:
        line.write("220 here\r\n")
        line.flush()
        in_data = False
        for said in line:
            heard.append(said.rstrip("\r\n"))
            word = said.strip().upper()
            if in_data and word != ".":
                continue
            in_data = word == "DATA"
            line.write("354 go on\r\n" if in_data else "221 bye\r\n" if word == "QUIT" else "250 well\r\n")
            line.flush()
            if word == "QUIT":
                return
