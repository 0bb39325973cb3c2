"""windvane: a self-steering data stack."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from windvane.app.library import Estate, Table, open  # noqa: A004

__version__ = "0.4.0"
__all__ = ["Estate", "Table", "__version__", "open"]


def __getattr__(name: str) -> object:
    """The public API, imported when it is first used: `import windvane` itself costs next to nothing."""
    if name in ("Estate", "Table", "open"):
        from windvane.app import library

        return getattr(library, name)
    raise AttributeError(f"module `windvane` has no `{name}`")
