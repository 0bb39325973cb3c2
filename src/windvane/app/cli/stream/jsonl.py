"""Events as JSON lines, each with `"type": "event"`."""

from __future__ import annotations

from typing import TextIO

import msgspec

from windvane.app.cli.screen import json_line
from windvane.domain.event import Event


def write(event: Event, to: TextIO) -> None:
    """Write one event as one line of JSON."""
    to.write(json_line(b'{"type":"event",' + msgspec.json.encode(event)[1:]))
    to.flush()
