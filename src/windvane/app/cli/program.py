"""Runs one call of the command line from its words to its exit code."""

from __future__ import annotations

import sys

import click

from windvane.app.cli import failure, screen
from windvane.app.cli.group import Commands

program = Commands(
    name="windvane",
    help="windvane: name your sources and one goal; it builds the stack, runs it, heals it, and explains what it did.",
    epilog="Every command has --help, and --json for programs. Start with: windvane demo",
    context_settings={"help_option_names": ["-h", "--help"]},
    params=[click.Option(["--version"], is_flag=True, is_eager=True, help="Show the version and exit.")],
)


def run(arguments: list[str]) -> int:
    """Run `arguments` (without the program's name) and return the exit code; never raises."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")  # a name no locale can spell must not end a command
    try:
        return _call(arguments)
    except BrokenPipeError:
        screen.silence()
        return 0
    except BaseException as error:  # noqa: BLE001 - the last line of defence: a person never sees a traceback
        return _last_words(error, arguments)


def _call(arguments: list[str]) -> int:
    try:
        # not `program.main`, which answers a closed pipe by ending the process with 1
        with program.make_context("windvane", list(arguments)) as context:
            code = program.invoke(context)
    except click.exceptions.Abort as error:
        raise KeyboardInterrupt from error
    except click.exceptions.Exit as error:
        return error.exit_code
    except click.ClickException as error:
        raise failure.misused(error) from error
    sys.stdout.flush()
    return code if isinstance(code, int) else 0


def _last_words(error: BaseException, arguments: list[str]) -> int:
    try:
        return failure.report(error, arguments)
    except OSError:  # nobody reads, or there is no room: then nothing can be told
        screen.silence()
        return 1
