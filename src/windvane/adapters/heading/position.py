"""Finds the line of a key in a TOML text, for the messages of errors; the parser itself keeps no positions."""

from __future__ import annotations

import re

Path = tuple[str | int, ...]  # keys, and the 0-based place in an array of tables

_HEADER = re.compile(r"\s*(\[\[?)\s*([^\]]+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"""\s*((?:"[^"]*"|'[^']*'|[\w-]+)(?:\s*\.\s*(?:"[^"]*"|'[^']*'|[\w-]+))*)\s*=""")
_PART = re.compile(r"""\s*(?:"([^"]*)"|'([^']*)'|([\w-]+))\s*""")
_QUOTES = ('"""', "'''")


def line_of(text: str, path: Path) -> int:
    """The 1-based line where `path` is set; of the nearest table around it when it stands inside an inline value."""
    lines = _lines(text)
    while path:
        if path in lines:
            return lines[path]
        path = path[:-1]
    return 1


def _lines(text: str) -> dict[Path, int]:
    found: dict[Path, int] = {}
    counts: dict[Path, int] = {}
    table: Path = ()
    inside = ""  # the quotes of a text over several lines that has not ended yet
    for number, line in enumerate(text.splitlines(), start=1):
        if inside:
            inside = "" if inside in line else inside
            continue
        if header := _HEADER.match(line):
            table = _place(_parts(header[2]), counts)
            if header[1] == "[[":
                counts[table] = counts.get(table, -1) + 1
                found.setdefault(table, number)
                table = (*table, counts[table])
            found.setdefault(table, number)
        elif key := _KEY.match(line):
            found.setdefault(table + _parts(key[1]), number)
            rest = line[key.end() :]
            inside = next((q for q in _QUOTES if rest.count(q) == 1), "")
    return found


def _place(parts: Path, counts: dict[Path, int]) -> Path:
    """`parts` with the current place put behind every array of tables that it goes through."""
    placed: Path = ()
    for part in parts[:-1]:
        placed = (*placed, part)
        if placed in counts:
            placed = (*placed, counts[placed])
    return (*placed, parts[-1]) if parts else placed


def _parts(dotted: str) -> Path:
    return tuple(m[1] or m[2] or m[3] or "" for m in _PART.finditer(dotted))
