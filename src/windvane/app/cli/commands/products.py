"""`windvane products`: products as they are published now, or the data card of one."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import click

from windvane.app.cli import options, screen
from windvane.app.cli.options import Shape
from windvane.app.cli.place import estate_at

SECTION, PLACE = "Look at data", 1


@click.command("products", short_help="Products as they are published now.")
@click.argument("name", required=False, default="")
@click.option("--svg", metavar="FILE", default="", help="Draw actual against estimate into FILE.")
@click.option("--png", metavar="FILE", default="", help="The same as pixels.")
@options.estate
@options.shape
def command(*, name: str, svg: str, png: str, estate: Path | None, shape: Shape) -> None:
    """List the products of promoted plans, with the release that readers see and the goal each serves.

    With NAME: its data card, with what was measured on which window, what it was made from, its limits and decisions;
    of what is estimated a chart too. Works during a run. --json gives one object per line.
    """
    from windvane.app import reading
    from windvane.app.cli.text import holdings as text
    from windvane.app.story import holdings

    root = estate_at(estate)
    if name:
        _card(root, name, _Files(svg, png), shape)
        return
    found = holdings.products(reading.book(root))
    if shape is Shape.TEXT:
        screen.show(text.products(found))
    else:
        for line in found:
            screen.data(line)


class _Files(NamedTuple):
    """Where pictures are wanted; empty for none."""

    svg: str
    png: str


def _card(root: Path, name: str, files: _Files, shape: Shape) -> None:
    from windvane.app import drawing, reading
    from windvane.app.cli.text.card import card as text
    from windvane.app.story.card import card

    found = card(reading.book(root), name)
    if files.svg:
        drawing.svg(root, found.relation, Path(files.svg))
    if files.png:
        drawing.png(root, found.relation, Path(files.png))
    if shape is Shape.JSON:
        screen.data(found)
        return
    screen.show(text(found, drawing.terminal(root, found.relation) if found.estimator else ""))
