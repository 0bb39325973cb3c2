"""Turns whatever went wrong into one error shape, shown to people on standard error and to programs as JSON."""

from __future__ import annotations

import errno
import os
import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING

from windvane.app.cli import screen
from windvane.app.cli.screen import Line
from windvane.domain.errors import Failed, Usage, WindvaneError

if TYPE_CHECKING:
    from click import ClickException

INTERRUPTED = 130


def report(error: BaseException, arguments: list[str]) -> int:
    """Show `error` and return the exit code; `WINDVANE_DEBUG=1` adds the traceback."""
    told = told_as(error, arguments)
    if os.environ.get("WINDVANE_DEBUG") == "1":
        screen.show((Line(t) for t in "".join(traceback.format_exception(error)).splitlines()), to=sys.stderr)
    if wants_json(arguments):
        screen.data(told.as_dict())
    else:
        screen.show(lines(told), to=sys.stderr)
    return INTERRUPTED if isinstance(error, KeyboardInterrupt) else told.exit_code


def lines(error: WindvaneError) -> list[Line]:
    """`error[code]: message`, `why:` and `fix:`; what is not known is left out."""
    head = Line(f"error[{error.code}]: {error.message}", "bad")
    rest = [Line(f"  {word}: {text}") for word, text in (("why", error.why), ("fix", error.fix)) if text]
    return [head, *rest]


def wants_json(arguments: list[str]) -> bool:
    """Whether the call has `--json`, also when it could not be parsed."""
    options = arguments[: arguments.index("--")] if "--" in arguments else arguments
    return "--json" in options


def told_as(error: BaseException, arguments: list[str]) -> WindvaneError:
    """The error a person can act on."""
    if isinstance(error, WindvaneError):
        return error
    if isinstance(error, KeyboardInterrupt):
        return Failed("interrupted", code="interrupted", fix="run it again; what was finished stays finished")
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return Failed("the disk is full", code="disk.full", why=str(error), fix="free some space, then run it again")
    if isinstance(error, PermissionError):
        what = f"may not open `{error.filename}`" if error.filename else "a permission is missing"
        return Failed(what, code="file.denied", why=str(error), fix="give this user the right, or name another place")
    return _unexpected(error, arguments)


def misused(error: ClickException) -> Usage:
    """Click's complaint in the house style."""
    from click.exceptions import BadParameter, MissingParameter, NoSuchOption

    context = getattr(error, "ctx", None)
    path = context.command_path if context else "windvane"
    if isinstance(error, NoSuchOption):
        near = " or ".join(f"`{name}`" for name in error.possibilities or ())
        why = f"did you mean {near}?" if near else ""
        return Usage(f"unknown option `{error.option_name}`", code="usage.option", why=why, fix=f"{path} --help")
    missing, wrong = isinstance(error, MissingParameter), isinstance(error, BadParameter)
    code = "usage.missing" if missing else "usage.value" if wrong else "usage.call"
    message = error.format_message().rstrip(".").replace("'", "`")
    return Usage(message[:1].lower() + message[1:], code=code, fix=f"{path} --help")


def _unexpected(error: BaseException, arguments: list[str]) -> Failed:
    from windvane.adapters.secrets import hide

    first = (hide(str(error)).splitlines() or [""])[0][:200]
    kept = _keep(error, arguments)
    return Failed(
        "windvane stopped for a reason it did not expect",
        code="internal.error",
        why=f"{type(error).__name__}: {first}" if first else type(error).__name__,
        fix=f"run it again; if it stays, report it with `{kept}`",
    )


def _keep(error: BaseException, arguments: list[str]) -> str:
    """Write the traceback beside the estate (or, without one, to the temporary folder); give its path."""
    import tempfile
    import time

    from windvane.adapters.secrets import hide

    name = f"error-{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}.log"
    text = hide("\n".join((f"windvane {arguments[:1]}", *traceback.format_exception(error))))
    for folder in (_logs(arguments), Path(tempfile.gettempdir()) / "windvane-logs"):
        try:
            if folder is not None:
                folder.mkdir(parents=True, exist_ok=True)
                (folder / name).write_text(text, encoding="utf-8", errors="backslashreplace")
                return str(folder / name)
        except OSError:
            continue
    return "no log: nothing could be written"


def _logs(arguments: list[str]) -> Path | None:
    from windvane.app.cli.place import estate_at

    split = [word for argument in arguments for word in argument.split("=", 1)]
    given = split[split.index("--estate") + 1 :][:1] if "--estate" in split else []
    try:
        return estate_at(Path(given[0]) if given else None) / ".windvane" / "logs"
    except WindvaneError:
        return None
