"""Finds extensions: the modules of a package, and what installed packages add by entry points `windvane.<kind>`."""

from __future__ import annotations

import importlib
import pkgutil
from importlib.metadata import entry_points
from types import ModuleType

from windvane.domain.errors import Usage


def names(package: str) -> tuple[str, ...]:
    """Names of the extensions in `package`, like `windvane.remedies`: its modules and the installed ones, sorted."""
    found = importlib.import_module(package)
    own = {m.name for m in pkgutil.iter_modules(found.__path__) if not m.name.startswith("_")}
    return tuple(sorted(own | {e.name for e in entry_points(group=_group(package))}))


def load(package: str, name: str) -> ModuleType:
    """The module of one extension. Raises `Usage` (`extension.unknown`) naming those there are."""
    if any(e.name == name for e in entry_points(group=_group(package))):
        return next(_module(e.load()) for e in entry_points(group=_group(package)) if e.name == name)
    if name not in names(package):
        raise Usage(
            f"unknown {_group(package).rpartition('.')[2]} `{name}`",
            code="extension.unknown",
            why=f"there are: {', '.join(names(package))}",
            fix="correct the name, or install the package that adds it",
        )
    return importlib.import_module(f"{package}.{name}")


def _module(loaded: object) -> ModuleType:
    if not isinstance(loaded, ModuleType):
        raise Usage("an entry point must name a module", code="extension.invalid", fix="point it at the module")
    return loaded


def _group(package: str) -> str:
    return f"windvane.{package.rpartition('.')[2]}"
