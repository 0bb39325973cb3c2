"""The one door to standard output and error: makes text inert, hides secrets, colours by role."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from typing import NamedTuple, TextIO

from windvane.domain.record import Record

_INVISIBLE = [*range(0x20), *range(0x7F, 0xA0), 0x61C, 0x200B, 0x200E, 0x200F, 0xFEFF]
_INVISIBLE += [*range(0x2028, 0x202F), *range(0x2066, 0x206A)]
_INERT = {c: f"\\x{c:02x}" if c < 0x100 else f"\\u{c:04x}" for c in _INVISIBLE} | {9: "\\t", 10: "\\n", 13: "\\r"}
_IN_JSON = {c: f"\\u{c:04x}" for c in _INVISIBLE if c >= 0x7F}
_COLOURS = {"head": "1", "good": "32", "warn": "33", "bad": "31", "dim": "2", "ask": "36", "add": "32", "cut": "31"}


class Line(NamedTuple):
    """A line of text for a person; `role` says what it is and becomes a colour on a terminal only."""

    text: str
    role: str = ""


def inert(text: str) -> str:
    """`text` with control, invisible and direction-changing characters spelled out, so that none acts."""
    return text.translate(_INERT)


def show(lines: Iterable[Line], *, to: TextIO | None = None) -> None:
    """Write lines: data to standard output, or the rest to `to`."""
    from windvane.adapters.secrets import hiding

    hide = hiding()
    out = to or sys.stdout
    coloured = colours(out)
    for line in lines:
        text = inert(hide(line.text))
        code = _COLOURS.get(line.role, "")
        out.write(f"\x1b[{code}m{text}\x1b[0m\n" if code and coloured else f"{text}\n")
    out.flush()


def note(text: str, role: str = "") -> None:
    """Write one line to standard error."""
    show([Line(text, role)], to=sys.stderr)


def data(record: Record | dict[str, str]) -> None:
    """Write one object as one line of JSON to standard output."""
    import msgspec

    from windvane.adapters.discretion import encoded

    sys.stdout.write(json_line(encoded(msgspec.json.encode(record))))
    sys.stdout.flush()


def json_line(encoded: bytes) -> str:
    """Encoded JSON as a line whose invisible characters are escaped: they stand inside strings only."""
    return encoded.decode().translate(_IN_JSON) + "\n"


def colours(stream: TextIO) -> bool:
    """Whether colour codes may be written: a terminal, and `NO_COLOR` is not set."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def interactive() -> bool:
    """Whether a person can be asked: keyboard and standard error are a terminal."""
    return sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty()


def silence() -> None:
    """After a closed pipe: send what is still buffered nowhere, so that the interpreter ends without a word."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (BrokenPipeError, ValueError):
            os.dup2(nowhere, stream.fileno())
