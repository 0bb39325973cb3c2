"""Events as a live table: one row per step with what it did last, and lines above it for what must not be missed."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from windvane.app.cli.screen import inert
from windvane.app.cli.stream.lines import line
from windvane.domain.event import Emit, Event

_STYLES = {"good": "green", "warn": "yellow", "ask": "cyan"}
_A_SECOND = 4  # refreshes


class Board:
    """The table's state; Rich asks for it anew at every refresh."""

    def __init__(self) -> None:
        self._start = time.monotonic()
        self._steps: dict[str, tuple[int, Event]] = {}

    def take(self, event: Event) -> None:
        """Remember an event as the last of its step; that step moves to the end."""
        many, _ = self._steps.pop(event.step, (0, event))
        self._steps[event.step] = (many + 1, event)

    def __rich__(self) -> Table:
        """The table as it is now."""
        table = Table(box=None, show_header=False, pad_edge=False, expand=True)
        for _ in range(2):
            table.add_column(no_wrap=True)
        table.add_column(no_wrap=True, overflow="ellipsis", ratio=1)
        for step, (many, event) in self._steps.items():
            style = _STYLES.get(event.level, "")
            what = ": ".join(part for part in (event.subject, event.text) if part)
            table.add_row(Text(f"{many:>5}"), Text(inert(step), style="bold"), Text(inert(what), style=style))
        elapsed = time.monotonic() - self._start
        table.add_row(Text(f"{elapsed:4.0f}s", style="dim"), Text("elapsed", style="dim"), Text(""))
        return table


@contextmanager
def table(to: TextIO) -> Iterator[Emit]:
    """A live table on a terminal; it disappears at the end, the lines above it stay."""
    console = Console(file=to, highlight=False, markup=False, emoji=False)
    board = Board()
    with Live(board, console=console, refresh_per_second=_A_SECOND, transient=True) as live:

        def emit(event: Event) -> None:
            board.take(event)
            if event.level != "info":
                text = line(event)
                live.console.print(Text(inert(text.text), style=_STYLES.get(event.level, "")), soft_wrap=True)

        yield emit
