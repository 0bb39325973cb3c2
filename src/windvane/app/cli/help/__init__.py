"""Help as text files that were rendered beforehand (`scripts/render_help.py`): served before Click is imported."""

from __future__ import annotations


def answer(arguments: list[str]) -> str | None:
    """The text for `--help`, `CMD --help`, `--version` and an empty call; `None` when there is work to do."""
    asked = arguments[: arguments.index("--")] if "--" in arguments else arguments
    if asked[:1] == ["--version"]:
        from windvane import __version__

        return f"windvane {__version__}\n"
    if not asked or asked[0] in ("--help", "-h"):
        return page("windvane")
    if "--help" in asked or "-h" in asked:
        return page(asked[0])
    return None


def page(name: str) -> str | None:
    """The rendered help of one command, or of `windvane` itself; `None` when there is none by that name."""
    if not name.replace("-", "").isalnum():
        return None
    try:
        with open(f"{__path__[0]}/{name}.txt", encoding="utf-8") as file:  # noqa: PTH123 - pathlib costs 5 ms
            return file.read()
    except OSError:
        return None
