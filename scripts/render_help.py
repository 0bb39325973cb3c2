"""Renders the help texts that the package ships, and `docs/cli.md`: `python scripts/render_help.py`."""

from __future__ import annotations

from pathlib import Path

import click

from windvane.app.cli.group import SECTIONS, module
from windvane.app.cli.program import program

ROOT = Path(__file__).resolve().parent.parent
TEXTS = ROOT / "src" / "windvane" / "app" / "cli" / "help"
REFERENCE = ROOT / "docs" / "cli.md"
WIDTH = 100

HEAD = """# Command line

Made from the commands by `python scripts/render_help.py`; a test holds it to them.

Data go to standard output, the rest to standard error. `--json` gives one object or JSON lines, errors too:
`{"code", "message", "why", "fix"}`. Commands that change a decision show what would happen and ask; `--plan` stops
after that, `--yes` does not ask. Without a terminal and without `--yes` they do nothing and exit 2. Colours only on a
terminal, and never with `NO_COLOR`. `WINDVANE_DEBUG=1` shows tracebacks.

| exit code | meaning |
|---|---|
| 0 | ok |
| 1 | failed |
| 2 | the call is wrong, or needs `--yes` |
| 3 | the estate is unhealthy: something is broken |
| 4 | something waits for a person |
| 5 | a budget was reached |
| 75 | passing trouble, try again |
| 130 | interrupted |
"""


def texts() -> dict[str, str]:
    """Help by the name of the command; `windvane` is the whole program's."""
    found = {"windvane": _help(program, _context())}
    for name, command in commands().items():
        found[name] = _help(command, click.Context(command, info_name=name, parent=_context(), terminal_width=WIDTH))
    return found


def commands() -> dict[str, click.Command]:
    """All commands by name, in the order of the help."""
    names = program.list_commands(click.Context(program))
    found = {name: module(name) for name in names}
    ordered = sorted(found.items(), key=lambda nm: (SECTIONS.index(nm[1].SECTION), nm[1].PLACE))
    return {name: found.command for name, found in ordered}


def reference() -> str:
    """The whole of `docs/cli.md`."""
    parts = [HEAD]
    for name, text in texts().items():
        title = "windvane" if name == "windvane" else f"windvane {name}"
        parts.append(f"## {title}\n\n```text\n{text}```\n")
    return "\n".join(parts)


def _context() -> click.Context:
    names = ["-h", "--help"]
    return click.Context(program, info_name="windvane", terminal_width=WIDTH, help_option_names=names)


def _help(command: click.Command, context: click.Context) -> str:
    return "\n".join(line.rstrip() for line in command.get_help(context).splitlines()) + "\n"


def main() -> None:
    """Write every text, and take away those of commands that are gone."""
    rendered = texts()
    for old in TEXTS.glob("*.txt"):
        if old.stem not in rendered:
            old.unlink()
    for name, text in rendered.items():
        (TEXTS / f"{name}.txt").write_text(text, encoding="utf-8")
    REFERENCE.parent.mkdir(exist_ok=True)
    REFERENCE.write_text(reference(), encoding="utf-8")


if __name__ == "__main__":
    main()
