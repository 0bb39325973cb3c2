"""Finds the estate that a command is about."""

from __future__ import annotations

from pathlib import Path

from windvane.domain.errors import Usage

HEADING = "windvane.toml"


def estate_at(given: Path | None) -> Path:
    """The folder with `windvane.toml`: `given`, or the current folder or its nearest parent that has one.

    Raises `Usage` (`estate.missing`).
    """
    if given is not None:
        if (given / HEADING).is_file():
            return given
        why = f"it has no `{HEADING}`" if given.is_dir() else "there is no such folder"
        raise _missing(f"`{given}` is not an estate", why)
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / HEADING).is_file():
            return folder
    raise _missing("no estate here", f"neither `{here}` nor a folder above it has a `{HEADING}`")


def _missing(message: str, why: str) -> Usage:
    fix = 'windvane init PATH --goal "...", or name the folder with --estate'
    return Usage(message, code="estate.missing", why=why, fix=fix)
