"""A real HTTP server on 127.0.0.1 that answers chat completions as a provider does."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Body = dict[str, object]


class Compatible(ThreadingHTTPServer):
    """Answers in the order of `replies`: a dictionary is a tool call, a number a status, `"hang"` never comes.

    When there are none left, `think` makes the answer from the request.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.replies: list[dict[str, object] | int | str] = []
        self.think: Callable[[Body], dict[str, object]] | None = None
        self.asked: list[dict[str, object]] = []
        self.keys: list[str] = []
        self.released = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v1"

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that gave up waiting is no news."""


class _Handler(BaseHTTPRequestHandler):
    server: Compatible
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append(body)
        self.server.keys.append(self.headers.get("Authorization", ""))
        think = self.server.think
        reply = self.server.replies.pop(0) if self.server.replies or think is None else think(body)
        if reply == "hang":
            self.server.released.wait(20)
            return
        if isinstance(reply, int):
            self._send(
                reply, {"error": {"message": f"trouble {reply} for {self.server.keys[-1]}", "type": "server_error"}}
            )
            return
        tool = body["tools"][0]["function"]["name"]
        call = {"id": "call_1", "type": "function", "function": {"name": tool, "arguments": json.dumps(reply)}}
        message = {"role": "assistant", "content": None, "tool_calls": [call]}
        self._send(
            200,
            {
                "id": "chatcmpl-1",
                "object": "chat.completion",
                "created": int(time.time()),
                "model": body["model"],
                "choices": [{"index": 0, "message": message, "finish_reason": "tool_calls"}],
                "usage": {"prompt_tokens": 1000, "completion_tokens": 100, "total_tokens": 1100},
            },
        )

    def _send(self, status: int, payload: dict[str, object]) -> None:
        data = json.dumps(payload).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Quiet."""


@contextmanager
def compatible() -> Iterator[Compatible]:
    """The server, up; stopped at the end."""
    made = Compatible()
    thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield made
    finally:
        made.released.set()
        made.shutdown()
        made.server_close()
        thread.join()
