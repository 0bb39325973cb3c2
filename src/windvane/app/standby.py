"""The process of the next pass, started ahead: it has imported what a pass needs, knows no estate yet, and waits."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import sysconfig
from contextlib import suppress
from pathlib import Path

import windvane


class Standby:
    """At most one process that waits; it serves one pass, and the next one gets another. Nothing it holds matters."""

    def __init__(self, words: tuple[str, ...]) -> None:
        self._words = words
        self._waiting: subprocess.Popen[bytes] | None = None
        self._code = ""

    def prepare(self) -> None:
        """Start one when none waits, or one that is of the program as it was before an update."""
        code = _code()
        if self._waiting is not None and (self._waiting.poll() is not None or self._code != code):
            self.close()
        if self._waiting is None:
            command = [sys.executable, "-m", "windvane.app.warm", *self._words]
            self._code = code
            self._waiting = subprocess.Popen(command, stdin=subprocess.PIPE)

    def begin(self) -> subprocess.Popen[bytes]:
        """The process of a pass that begins now: the one that waits, or a new one when it is gone."""
        if self._code != _code():
            self.close()
        waiting, self._waiting = self._waiting, None
        if waiting is not None and waiting.stdin is not None and waiting.poll() is None:
            with suppress(OSError):  # it died this moment
                waiting.stdin.write(b"go\n")
                waiting.stdin.close()
                return waiting
        return subprocess.Popen([sys.executable, "-m", "windvane", *self._words])

    def close(self) -> None:
        """End the one that waits."""
        waiting, self._waiting = self._waiting, None
        if waiting is not None:
            waiting.kill()  # it holds nothing
            waiting.communicate()


def _code() -> str:
    """Changes when the installed program does: a process that has old modules in memory must not load new ones."""
    marks = hashlib.sha256()
    code = [path for folder in windvane.__path__ for path in sorted(Path(folder).rglob("*.py"))]
    for path in (*code, Path(sysconfig.get_path("purelib"))):
        with suppress(OSError):
            stat = path.stat()
            marks.update(f"{path} {stat.st_size} {stat.st_mtime_ns} {stat.st_ino}\n".encode())
    return marks.hexdigest()
