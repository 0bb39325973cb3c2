"""Finds extensions: the modules of a package, and what installed packages add by entry points `windvane.<kind>`."""

from __future__ import annotations

import importlib
import pkgutil
import sys
from functools import cache
from importlib.metadata import EntryPoints, entry_points
from types import ModuleType

from windvane.domain.errors import Usage


def names(package: str) -> tuple[str, ...]:
    """Names of the extensions in `package`, like `windvane.remedies`: its modules and the installed ones, sorted."""
    found = importlib.import_module(package)
    own = {m.name for m in pkgutil.iter_modules(found.__path__) if not m.name.startswith("_")}
    return tuple(sorted(own | {e.name for e in _installed(package)}))


def load(package: str, name: str) -> ModuleType:
    """The module of one extension. Raises `Usage` (`extension.unknown`) naming those there are."""
    for entry in _installed(package):
        if entry.name == name:
            return _module(entry.load())
    if name not in names(package):
        raise Usage(
            f"unknown {_group(package).rpartition('.')[2]} `{name}`",
            code="extension.unknown",
            why=f"there are: {', '.join(names(package))}",
            fix="correct the name, or install the package that adds it",
        )
    return importlib.import_module(f"{package}.{name}")


def _installed(package: str) -> EntryPoints:
    return _entries(_group(package), tuple(sys.path))


@cache
def _entries(group: str, _path: tuple[str, ...]) -> EntryPoints:
    """Read once for a search path: it costs 10 ms, and a build asks hundreds of times."""
    return entry_points(group=group)


def _module(loaded: object) -> ModuleType:
    if not isinstance(loaded, ModuleType):
        raise Usage("an entry point must name a module", code="extension.invalid", fix="point it at the module")
    return loaded


def _group(package: str) -> str:
    return f"windvane.{package.rpartition('.')[2]}"
