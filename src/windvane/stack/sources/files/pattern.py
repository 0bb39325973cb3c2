"""The location of a source of files: patterns separated by `|`, those that begin with `!` take files out again.

A pattern is an absolute path in which `*`, `?` and `[...]` match within one folder. It is matched against the name that
a file has when it is unpacked: `/data/prices_[0-9]*.csv` finds `prices_2015.csv.gz` and `prices_2016.zip` too.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from pathlib import Path

from windvane.stack.sources.files.tree import Found, hidden, looked_at, plain_name

_BETWEEN = re.compile(r"(?<!\[)\|(?!\])")
_MAGIC = re.compile(r"[*?\[]")
# A counter or a date: digits that do not follow a letter, or four and more. `NIFTY50` is a name of its own.
_RUN = re.compile(r"(?:(?<![A-Za-z0-9])\d+|\d{4,})(?:[-_.T:]\d+)*(?![A-Za-z])")
_ATTACHED = re.compile(r"(?<=[A-Za-z])(\d{1,3})(?=\.[^.]*$)")
_ESCAPED = re.compile(r"\[([*?\[\]|])\]")
ANY = "[0-9]*"


def escape(text: str) -> str:
    """`text` as a pattern that matches only itself."""
    return re.sub(r"([*?\[\]|])", r"[\1]", text)


def counted(logicals: Iterable[str]) -> frozenset[str]:
    """Names up to short numbers that end them without a break, where those numbers count: `q1`, `q2`, `q3`."""
    numbers: dict[str, set[int]] = {}
    for logical in logicals:
        found = _ATTACHED.search(logical)
        if found:
            numbers.setdefault(logical[: found.start()], set()).add(int(found[1]))
    return frozenset(p for p, n in numbers.items() if len(n) > 2 and max(n) - min(n) == len(n) - 1)


def family(logical: str, anchor: str, counters: frozenset[str] = frozenset()) -> str:
    """The pattern of the names below the folder `anchor` that differ from this one by a number or a date only."""
    found = _ATTACHED.search(logical)
    if found and logical[: found.start()] in counters:
        return f"{family(logical[: found.start()] + '.', anchor)[:-1]}{ANY}{escape(logical[found.end() :])}"
    above = f"{anchor.rstrip('/')}/"
    below = logical.removeprefix(above)
    folder, slash, file = below.rpartition("/")
    stem, dot, suffix = file.rpartition(".")
    folders = "/".join(_loosened(p) for p in folder.split("/"))
    return f"{escape(above) if below != logical else ''}{folders}{slash}{_loosened(stem)}{dot}{escape(suffix)}"


def base(logical: str, counters: frozenset[str] = frozenset()) -> str:
    """The name of the family without numbers: `prices` for `prices_2014.csv`."""
    found = _ATTACHED.search(logical)
    if found and logical[: found.start()] in counters:
        logical = f"{logical[: found.start()]}{logical[found.end() :]}"
    stem = logical.rpartition("/")[2].rpartition(".")[0]
    return _RUN.sub("", stem).strip(" _-.()")


def widened(pattern: str) -> tuple[str, ...]:
    """The pattern of one name, and those of later files that carry a number or a date after it."""
    stem, dot, suffix = pattern.rpartition(".")
    return (pattern,) if ANY in stem.rpartition("/")[2] else (pattern, f"{stem}[-_. ]{ANY}{dot}{suffix}")


def _loosened(part: str) -> str:
    made, at = [], 0
    for run in _RUN.finditer(part):
        made += [escape(part[at : run.start()]), ANY]
        at = run.end()
    return "".join([*made, escape(part[at:])])


def split(location: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(patterns, exceptions) of a location, all absolute."""
    parts = [p.strip() for p in _BETWEEN.split(location) if p.strip()]
    wanted = tuple(_absolute(p) for p in parts if not p.startswith("!"))
    return wanted, tuple(_absolute(p[1:]) for p in parts if p.startswith("!"))


def _absolute(pattern: str) -> str:
    path = Path(pattern).expanduser()
    return path.as_posix() if path.is_absolute() else (Path.cwd() / path).as_posix()


def root_of(location: str) -> Path:
    """The folder that names of deliveries are relative to: the last one before a wildcard."""
    parts = split(location)[0][0].split("/")
    fixed = next((i for i, p in enumerate(parts) if _MAGIC.search(_plain(p))), len(parts) - 1)
    root = Path("/".join(_plain(p) for p in parts[: min(fixed, len(parts) - 1)]) or "/")
    while not root.is_dir() and root != root.parent:  # the rest of the path lies in a zip
        root = root.parent
    return root


def _plain(part: str) -> str:
    """A part of a pattern with its escapes taken off."""
    bare = _ESCAPED.sub("", part)
    return part if _MAGIC.search(bare) else _ESCAPED.sub(r"\1", part)


def matches(logical: str, location: str) -> bool:
    """Whether a file with this unpacked path belongs to the location."""
    wanted, unwanted = split(location)
    return any(_fits(logical, p) for p in wanted) and not any(_fits(logical, p) for p in unwanted)


def _fits(logical: str, pattern: str) -> bool:
    names, patterns = logical.split("/"), pattern.split("/")
    return len(names) == len(patterns) and all(fnmatchcase(n, p) for n, p in zip(names, patterns, strict=True))


def matching(location: str) -> tuple[Found, ...]:
    """The files that a location delivers now; looks only into folders that a pattern leads to.

    A later pattern may lead out of the folder of the first one: names are then like `../archive/prices_2003.csv`.
    """
    wanted, unwanted = split(location)
    root = root_of(location)
    found: dict[str, Found] = {}
    for pattern in wanted:
        start = root if pattern.startswith(f"{root.as_posix().rstrip('/')}/") else root_of(pattern)
        rest = pattern.split("/")[len(start.as_posix().rstrip("/").split("/")) :]
        for one in _descend(start, rest, root):
            if _fits(one.logical, pattern) and not any(_fits(one.logical, p) for p in unwanted):
                found.setdefault(one.name, one)
    return tuple(found.values())


def _descend(folder: Path, parts: list[str], root: Path) -> Iterator[Found]:
    try:
        entries = sorted(os.scandir(folder), key=lambda e: e.name)
    except OSError:  # the folder is gone: nothing is delivered
        return
    for entry in entries:
        if hidden(entry.name):
            continue
        packed = entry.name.lower().endswith(".zip")
        if len(parts) > 1 and entry.is_dir() and fnmatchcase(entry.name, parts[0]):
            yield from _descend(Path(entry.path), parts[1:], root)
        elif (packed or (len(parts) == 1 and fnmatchcase(plain_name(entry.name), parts[0]))) and entry.is_file():
            yield from looked_at(Path(entry.path), root)
