"""`windvane quarantine`: rows that were not accepted; look at them, let them in again, or close them."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import click

from windvane.app.cli import options, screen, stream
from windvane.app.cli.options import Consent, Shape
from windvane.app.cli.place import estate_at
from windvane.app.reports import ChangeReport, Personal
from windvane.domain.errors import Usage

if TYPE_CHECKING:
    from windvane.loop.mend import Wish

SECTION, PLACE = "Look at data", 2
_ACTS = ("replay", "accept", "fix", "drop")
_HIGHEST = 1_000_000  # row numbers a range may span


@click.command("quarantine", short_help="Rows that were not accepted: see, replay, accept, fix, drop.")
@click.argument("batch", metavar="[BATCH]", required=False, default="")
@click.option("--replay", is_flag=True, help="Ask today's screen again: a staging model may read them now.")
@click.option("--accept", metavar="ROWS", help="Choose these among rows of one key that contradict each other.")
@click.option("--fix", metavar="COLUMN=VALUE", multiple=True, help="Correct cells; the original is kept. Repeatable.")
@click.option("--rows", metavar="ROWS", default="all", help="For --fix: which rows, like 3,7-9; by default all held.")
@click.option("--drop", metavar="ROWS", help="Close these (or all) as known losses; needs --because.")
@click.option("--limit", type=click.IntRange(1), metavar="N", default=20, help="Show at most N rows; by default 20.")
@click.option("--show-personal", "personal", flag_value=Personal.SHOWN, default=Personal.MASKED, type=Personal,
              help="Show values of columns that look personal.")  # fmt: skip
@options.estate
@options.because
@options.yes
@options.shape
def command(*, batch: str, estate: Path | None, shape: Shape, consent: Consent, **asked: object) -> int:
    """List batches with rows that were set aside; with a batch or a source, show its rows with their reasons.

    ROWS are row numbers as shown, like 3,7-9, or all. Rows that come in again keep their place in the batch; every
    row stays counted: read = accepted + quarantined + suppressed. Each change is a decision and can be undone.
    """
    folder = estate_at(estate)
    acts = [act for act in _ACTS if asked[act]]
    if acts:
        return _change(folder, _wish(batch, acts, asked), consent, shape)
    if not batch:
        return _list(folder, shape)
    return _show(folder, batch, asked, shape)


def _list(folder: Path, shape: Shape) -> int:
    from windvane.app import reading
    from windvane.app.cli.text import holdings as text
    from windvane.app.story import holdings

    found = holdings.quarantine(reading.book(folder))
    if shape is Shape.TEXT:
        screen.show(text.quarantine(found))
    else:
        for line in found:
            screen.data(line)
    return 0


def _show(folder: Path, batch: str, asked: dict[str, object], shape: Shape) -> int:
    from windvane.app import wire
    from windvane.app.cli.text import holdings as text

    limit, personal = asked["limit"], asked["personal"]
    assert isinstance(limit, int) and isinstance(personal, Personal)
    report = wire.held(folder, batch, limit=limit, personal=personal)
    if shape is Shape.TEXT:
        screen.show(text.held(report))
    else:
        for row in report.rows:
            screen.data(row)
    return 0


def _change(folder: Path, wish: Wish, consent: Consent, shape: Shape) -> int:
    from windvane.app import wire
    from windvane.app.cli.consent import carry_out

    def work() -> ChangeReport:
        with stream.progress(shape) as emit:
            return wire.mend(folder, wish, emit=emit)

    return carry_out(wire.plan_mend(folder, wish, command=_spelled(wish)), consent, shape, work)


def _wish(batch: str, acts: list[str], asked: dict[str, object]) -> Wish:
    """What is wanted of the rows. Raises `Usage` for a call that says too little or too much."""
    from windvane.loop.mend import Wish

    if len(acts) > 1 or not batch:
        why = "no batch is named" if not batch else f"--{' and --'.join(acts)} are different things to do"
        raise Usage("say one thing about one batch", code="usage.call", why=why, fix="windvane quarantine --help")
    act, because = acts[0], str(asked["because"])
    if act == "drop" and not because:
        raise Usage(
            "a loss needs a reason", code="usage.missing", fix="windvane quarantine BATCH --drop ROWS --because TEXT"
        )
    given = asked["rows"] if act == "fix" else asked[act] if act in ("accept", "drop") else "all"
    pairs = asked["fix"]
    fixes = tuple(_pair(str(text)) for text in pairs) if isinstance(pairs, tuple) else ()
    return Wish(batch=batch, act=act, rows=_numbers(str(given)), fixes=fixes, because=because)  # type: ignore[arg-type]


def _pair(text: str) -> tuple[str, str]:
    column, mark, value = text.partition("=")
    if not mark or not column:
        raise Usage(f"`{text}` is no correction", code="usage.value", why="it has the form COLUMN=VALUE")
    return column, value


def _numbers(text: str) -> tuple[int, ...]:
    """`3,7-9` as row numbers; `all` as none. Raises `Usage` (`usage.value`)."""
    if text.strip().casefold() == "all":
        return ()
    found: set[int] = set()
    for part in text.split(","):
        first, dash, last = (p.strip() for p in part.partition("-"))
        if not first.isdecimal() or (dash and not last.isdecimal()) or int(last or first) - int(first) > _HIGHEST:
            raise Usage(f"`{text}` names no rows", code="usage.value", why="rows are numbers like 3,7-9, or all")
        found |= set(range(int(first), int(last or first) + 1))
    return tuple(sorted(found))


def _spelled(wish: Wish) -> str:
    """The call that does it."""
    rows = ",".join(map(str, wish.rows)) or "all"
    parts = ["windvane", "quarantine", wish.batch]
    parts += [f"--{wish.act}"] if wish.act == "replay" else []
    parts += [f"--{wish.act}", rows] if wish.act in ("accept", "drop") else []
    parts += [word for column, value in wish.fixes for word in ("--fix", f"{column}={value}")]
    parts += ["--rows", rows] if wish.act == "fix" and wish.rows else []
    parts += ["--because", wish.because] if wish.because else []
    return shlex.join(parts)
