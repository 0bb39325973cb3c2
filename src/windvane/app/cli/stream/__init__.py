"""One stream of events, three renderers: a live table on a terminal, a line each in a pipe, JSON lines."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

from windvane.app.cli import screen
from windvane.app.cli.options import Shape
from windvane.domain.event import Emit, Event


@contextmanager
def watching(shape: Shape) -> Iterator[Emit]:
    """For commands whose events are their data (`run`, `demo`): standard output."""
    if shape is Shape.JSON:
        from windvane.app.cli.stream.jsonl import write

        yield _unread(lambda event: write(event, sys.stdout))
    else:
        with _shown(sys.stdout) as emit:
            yield emit


@contextmanager
def progress(shape: Shape) -> Iterator[Emit]:
    """For commands whose events only show that something goes on: standard error, and nothing with `--json`."""
    if shape is Shape.JSON:
        yield _ignore
    else:
        with _shown(sys.stderr) as emit:
            yield emit


@contextmanager
def _shown(to: TextIO) -> Iterator[Emit]:
    if to.isatty() and screen.colours(to):
        from windvane.app.cli.stream.live import table

        with table(to) as emit:
            yield emit
    else:
        from windvane.app.cli.stream.lines import write

        yield _unread(lambda event: write(event, to))


def _unread(emit: Emit) -> Emit:
    """`emit` that goes quiet when the pipe is closed: work must not end half way because nobody reads."""
    closed: list[bool] = []

    def quietly(event: Event) -> None:
        if closed:
            return
        try:
            emit(event)
        except BrokenPipeError:
            closed.append(True)
            screen.silence()

    return quietly


def _ignore(event: Event) -> None:
    """Show nothing."""
