"""The group of all commands: one file each in `commands/`, found by name and imported only when called."""

from __future__ import annotations

import importlib
from collections.abc import Iterable
from types import ModuleType
from typing import TYPE_CHECKING

import click

from windvane.domain.errors import Usage

if TYPE_CHECKING:
    from click import Context, HelpFormatter

PACKAGE = "windvane.app.cli.commands"
SECTIONS = ("First minutes", "See and ask", "Steer", "Look at data", "Keep")


class Commands(click.Group):
    """Lists commands by scanning the folder's names; loads one by importing its module.

    A command module has `command` (a `click.Command`) and `SECTION` (one of `SECTIONS`). Installed
    packages add commands by the entry point group `windvane.commands`.
    """

    def list_commands(self, ctx: Context) -> list[str]:  # noqa: ARG002 - Click's signature
        """All names, sorted; imports none of them."""
        from windvane.domain.registry import names

        return [name.replace("_", "-") for name in names(PACKAGE)]

    def get_command(self, ctx: Context, cmd_name: str) -> click.Command | None:
        """The command by that name, or `None`."""
        found = module(cmd_name) or self._installed(ctx, cmd_name)
        return None if found is None else _command(found)

    def resolve_command(self, ctx: Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        """The command of a call. Raises `Usage` (`usage.command`) with the nearest names."""
        command = self.get_command(ctx, args[0])
        if command is None:
            if args[0].startswith("-"):
                return super().resolve_command(ctx, args)
            raise unknown("command", args[0], self.list_commands(ctx))
        return command.name, command, args[1:]

    def format_commands(self, ctx: Context, formatter: HelpFormatter) -> None:
        """Write the commands by section, in the order in which people meet them."""
        found = {name: module(name) for name in self.list_commands(ctx)}
        for section in SECTIONS:
            own = sorted((m for m in found.values() if m and section == m.SECTION), key=_place)
            if own:
                with formatter.section(section):
                    formatter.write_dl([(_command(m).name or "", _command(m).get_short_help_str(80)) for m in own])

    def _installed(self, ctx: Context, name: str) -> ModuleType | None:
        from windvane.domain.registry import load

        return load(PACKAGE, name.replace("-", "_")) if name in self.list_commands(ctx) else None


def unknown(what: str, name: str, known: Iterable[str]) -> Usage:
    """The error for a misspelt name, with up to three nearest ones."""
    from difflib import get_close_matches

    near = get_close_matches(name, list(known), n=3, cutoff=0.6)
    hint = " or ".join(f"`{n}`" for n in near)
    return Usage(
        f"unknown {what} `{name}`",
        code=f"usage.{what}",
        why=f"did you mean {hint}?" if near else "nothing by that name, or near it, is known",
        fix="windvane --help",
    )


def module(name: str) -> ModuleType | None:
    if not (name.isascii() and name.replace("-", "a").isalnum()):
        return None
    path = f"{PACKAGE}.{name.replace('-', '_')}"
    try:
        return importlib.import_module(path)
    except ModuleNotFoundError as error:
        if error.name == path:
            return None
        raise


def _command(module: ModuleType) -> click.Command:
    command = module.command
    if not isinstance(command, click.Command):
        raise TypeError(f"{module.__name__}.command is not a click.Command")
    return command


def _place(module: ModuleType) -> int:
    place = getattr(module, "PLACE", 99)
    return place if isinstance(place, int) else 99
