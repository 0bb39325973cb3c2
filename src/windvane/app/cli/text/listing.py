"""Pieces that several texts are made of: sections, bullets and aligned columns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from windvane.app.cli.screen import Line, inert


def section(title: str, lines: Iterable[str], role: str = "") -> Iterator[Line]:
    """A heading with indented lines; nothing at all when there are none."""
    first = True
    for text in lines:
        if first:
            yield Line(title, "head")
            first = False
        yield Line(f"  {text}", role)


def columns(rows: Sequence[Sequence[str]], indent: str = "  ") -> Iterator[Line]:
    """Rows with every column but the last as wide as its widest cell, at most 48 characters."""
    clean = [[inert(cell) for cell in row] for row in rows]
    widths = [min(48, max(len(row[i]) for row in clean)) for i in range(len(clean[0]) - 1)] if clean else []
    for row in clean:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=False)]
        yield Line((indent + "  ".join([*cells, row[-1]])).rstrip())
