"""Errors, exit codes, pipes and terminals: the same shape everywhere, and never a traceback for a person."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from windvane.app import reading
from windvane.app.cli.failure import report
from windvane.app.cli.program import run
from windvane.domain import errors

ALL = ("init", "run", "demo", "status", "log", "why", "diff", "undo", "pause", "resume", "approve", "reject")


def test_every_command_of_the_issue_is_there(capsys: pytest.CaptureFixture[str]) -> None:
    for name in (*ALL, "products", "quarantine"):
        assert run([name, "--help"]) == 0
        assert capsys.readouterr().out.startswith(f"Usage: windvane {name} ")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["nothing"], "usage.command"),
        (["status", "--jsno"], "usage.option"),
        (["log", "--step", "dance"], "usage.value"),
        (["log", "--last", "none"], "usage.value"),
        (["why"], "usage.missing"),
        (["status", "extra"], "usage.call"),
        (["status", "--estate", "/nowhere"], "estate.missing"),
        (["init", "./x"], "goal.missing"),
    ],
)
def test_wrong_calls_exit_2_with_one_shape(words: list[str], code: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(words) == 2
    told = capsys.readouterr()
    assert told.out == ""
    head, *rest = told.err.splitlines()
    assert head.startswith(f"error[{code}]: ") and not head.endswith(".")
    assert rest[-1].startswith("  fix: ")
    assert run([*words, "--json"]) == 2
    told = capsys.readouterr()
    assert told.err == ""
    assert set(json.loads(told.out)) == {"code", "message", "why", "fix"}
    assert json.loads(told.out)["code"] == code


KINDS = (
    errors.Failed,
    errors.Unreadable,
    errors.Usage,
    errors.Unhealthy,
    errors.NeedsPerson,
    errors.BudgetReached,
    errors.TryAgain,
)


@pytest.mark.parametrize("kind", KINDS)
def test_each_error_has_its_exit_code(kind: type[errors.WindvaneError], capsys: pytest.CaptureFixture[str]) -> None:
    error = kind("it went wrong", code="some.code", why="\x1b[31mbecause", fix="do this")
    assert report(error, ["run"]) == kind.exit_code
    told = capsys.readouterr().err
    assert told == "error[some.code]: it went wrong\n  why: \\x1b[31mbecause\n  fix: do this\n"


@pytest.mark.parametrize("place", [["--estate", "ESTATE"], ["--estate=ESTATE"], []])
def test_the_unexpected_is_logged_and_not_shown(
    estate: Path, place: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["run", *(w.replace("ESTATE", str(estate)) for w in place)]
    with contextlib.chdir(estate if not place else estate.parent):
        assert report(surprise(), words) == 1
    told = capsys.readouterr().err
    assert told.startswith("error[internal.error]: ") and "Traceback" not in told and "second line" not in told
    logs = list((estate / ".windvane" / "logs").iterdir())
    assert len(logs) == 1 and str(logs[0]) in told
    assert "ZeroDivisionError: surprise" in logs[0].read_text()


def test_a_developer_sees_the_traceback(estate: Path) -> None:
    code = "from windvane.app.cli.failure import report; report(ZeroDivisionError('surprise'), [])"
    call = [sys.executable, "-c", code]
    for debug in ("1", ""):
        environment = os.environ | {"WINDVANE_DEBUG": debug}
        told = subprocess.run(call, capture_output=True, text=True, cwd=estate, env=environment, check=True).stderr
        assert told.startswith("ZeroDivisionError: surprise") == bool(debug)


@pytest.mark.parametrize(
    ("error", "code", "exit_code"),
    [
        (KeyboardInterrupt(), "interrupted", 130),
        (OSError(errno.ENOSPC, "No space left on device"), "disk.full", 1),
        (PermissionError(errno.EACCES, "denied", "/secret"), "file.denied", 1),
    ],
)
def test_what_the_system_says(
    error: BaseException, code: str, exit_code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert report(error, ["run", "--json"]) == exit_code
    assert json.loads(capsys.readouterr().out)["code"] == code


def surprise() -> ZeroDivisionError:
    try:
        raise ZeroDivisionError("surprise\nsecond line")
    except ZeroDivisionError as error:
        return error


def test_an_estate_is_never_taken_from_elsewhere(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["status", "--estate", str(tmp_path)]) == 2
    assert "it has no `windvane.toml`" in capsys.readouterr().err


def test_a_folder_that_cannot_be_written_can_still_be_read(estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (estate / ".windvane" / "looked").mkdir()  # the mark cannot be kept
    assert run(["status", "--estate", str(estate)]) == 3
    assert reading.looked(estate) == 0
    assert [p.name for p in (estate / ".windvane").iterdir() if p.name.startswith("looked.")] == []


def test_a_closed_pipe_is_quiet(estate: Path) -> None:
    shell = f"'{sys.executable}' -m windvane log --json --estate '{estate}' | true; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", shell], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("locale", ["C", "POSIX"])
def test_any_locale_can_show_any_name(estate: Path, locale: str) -> None:
    plain = {"PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "LC_ALL": locale}
    call = [sys.executable, "-m", "windvane", "why", "D-4", "--estate", str(estate)]
    done = subprocess.run(call, capture_output=True, env=os.environ | plain, check=True)
    assert b"\\U0001f986" in done.stdout


def test_colours_on_a_terminal_only(estate: Path) -> None:
    call = [sys.executable, "-m", "windvane", "status", "--since", "0", "--estate", str(estate)]
    bare = {k: v for k, v in os.environ.items() if k != "NO_COLOR"} | {"TERM": "xterm"}
    piped = subprocess.run(call, capture_output=True, env=bare, check=False).stdout
    assert b"\x1b" not in piped
    assert b"\x1b[1mUntil now" in on_terminal(call, bare, b"")[1]
    assert b"\x1b" not in on_terminal(call, bare | {"NO_COLOR": "1"}, b"")[1]


@pytest.mark.parametrize(("answer", "code"), [(b"n\n", 2), (b"\n", 2)])
def test_a_terminal_is_asked_and_no_means_no(estate: Path, answer: bytes, code: int) -> None:
    ledger = (estate / ".windvane" / "ledger.sqlite").read_bytes()
    call = [sys.executable, "-m", "windvane", "undo", "D-4", "--estate", str(estate)]
    exit_code, shown = on_terminal(call, dict(os.environ), answer)
    assert exit_code == code
    assert b"500 rows of prices-0002 become invisible" in shown and b"Nothing was changed" in shown
    assert (estate / ".windvane" / "ledger.sqlite").read_bytes() == ledger


def test_ctrl_c_ends_with_130_and_no_traceback(estate: Path) -> None:
    call = [sys.executable, "-m", "windvane", "undo", "D-4", "--estate", str(estate)]
    exit_code, shown = on_terminal(call, dict(os.environ), b"\x03", after=b"[y/N]")
    assert exit_code == 130
    assert b"error[interrupted]" in shown and b"Traceback" not in shown


def on_terminal(call: list[str], environment: dict[str, str], typed: bytes, after: bytes = b"") -> tuple[int, bytes]:
    """Run a command on a terminal of its own, type when `after` was shown; exit code and everything shown."""
    ours, theirs = pty.openpty()
    first = (  # Ctrl-C is a signal, also where whoever runs the tests ignores it
        "import fcntl, os, signal, sys, termios; signal.signal(signal.SIGINT, signal.SIG_DFL); "
        "os.setsid(); fcntl.ioctl(0, termios.TIOCSCTTY, 0)"
    )
    call = [sys.executable, "-c", f"{first}; os.execv(sys.argv[1], sys.argv[1:])", *call]
    process = subprocess.Popen(call, stdin=theirs, stdout=theirs, stderr=theirs, env=environment)
    os.close(theirs)
    shown = b""
    while True:
        if typed and after in shown:
            os.write(ours, typed)
            typed = b""
        try:
            part = os.read(ours, 65536)
        except OSError:  # Linux says so when the other side is closed
            break
        shown += part
    os.close(ours)
    return process.wait(timeout=60), shown


def test_reading_while_someone_writes(estate: Path, append: Callable[..., object]) -> None:
    """The ledger is open for writing in this process; another one reads it meanwhile."""
    done = subprocess.run(
        [sys.executable, "-m", "windvane", "log", "--last", "1"], capture_output=True, cwd=estate, check=True
    )
    assert b"disk was busy" in done.stdout
