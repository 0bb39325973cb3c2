"""`windvane.toml`: read by every command, written with a person's comments and order kept."""

from __future__ import annotations

from pathlib import Path

from windvane.adapters.heading.reading import parse
from windvane.domain.errors import Failed, Usage
from windvane.domain.heading import Heading

FILE = "windvane.toml"


def read_heading(root: Path) -> Heading:
    """The heading of the estate in `root`.

    Raises `Usage`: `heading.missing`, `heading.invalid`, `heading.unknown_key`, `heading.wrong_type`,
    `heading.bad_value`, `heading.bad_zone` (each with its line), or `secret.literal`.
    """
    path = root / FILE
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except (FileNotFoundError, NotADirectoryError):
        raise Usage(
            f"`{root}` is not an estate",
            code="heading.missing",
            why=f"it has no `{FILE}`",
            fix='windvane init SOURCES --goal "..."',
        ) from None
    except UnicodeDecodeError as error:
        raise Usage(
            f"`{FILE}` is not UTF-8", code="heading.invalid", why=f"byte {error.start}", fix="save it as UTF-8"
        ) from None
    except OSError as error:
        raise Failed(f"cannot read `{path}`", code="heading.unreadable", why=str(error.strerror)) from None
    return parse(text, name=root.resolve().name)


def write_heading(root: Path, heading: Heading) -> None:
    """Write what differs from the file that is there; comments, order and spelling of the rest stay.

    The file is swapped in one rename, and only after it was read back as exactly `heading`. Raises `Usage`
    (`secret.literal`) when a value of `heading` is a literal secret.
    """
    from windvane.adapters.heading.writing import save  # tomlkit is only needed here

    save(root / FILE, heading)
