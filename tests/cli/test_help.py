"""Help is text rendered beforehand: it says what the commands say, and costs next to nothing."""

from __future__ import annotations

import importlib.util
import os
import resource
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from windvane.app.cli.help import answer
from windvane.app.cli.program import run

ROOT = Path(__file__).parents[2]
HEAVY = {
    "duckdb",
    "sqlmesh",
    "sqlglot",
    "dbos",
    "pydantic",
    "pydantic_ai",
    "pyarrow",
    "pandas",
    "numpy",
    "rich",
    "yaml",
}
TEXT_ONLY = {"click", "msgspec", "sqlite3", "pathlib", "json", "windvane.domain.record"}


@pytest.fixture(scope="module")
def rendering() -> ModuleType:
    spec = importlib.util.spec_from_file_location("render_help", ROOT / "scripts" / "render_help.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_texts_are_those_of_the_commands(rendering: ModuleType) -> None:
    shipped = {path.stem: path.read_text(encoding="utf-8") for path in rendering.TEXTS.glob("*.txt")}
    assert shipped == rendering.texts(), "run: python scripts/render_help.py"


def test_the_reference_is_current(rendering: ModuleType) -> None:
    assert rendering.REFERENCE.read_text(encoding="utf-8") == rendering.reference(), (
        "run: python scripts/render_help.py"
    )


def test_every_command_is_in_the_reference_with_plan_and_json(rendering: ModuleType) -> None:
    changing = {
        "init",
        "run",
        "demo",
        "undo",
        "approve",
        "reject",
        "pause",
        "resume",
        "quarantine",
        "rules",
        "backup",
        "restore",
        "simplify",
    }
    for name, command in rendering.commands().items():
        options = {option for parameter in command.params for option in parameter.opts}
        assert f"## windvane {name}\n" in rendering.reference()
        assert "--json" in options
        assert ("--plan" in options) == (name in changing)


@pytest.mark.parametrize(
    ("words", "start"),
    [
        ([], "Usage: windvane [OPTIONS] COMMAND"),
        (["--help"], "Usage: windvane [OPTIONS] COMMAND"),
        (["-h"], "Usage: windvane [OPTIONS] COMMAND"),
        (["why", "--help"], "Usage: windvane why [OPTIONS]"),
        (["why", "D-1", "-h"], "Usage: windvane why [OPTIONS]"),
        (["--version"], "windvane 0."),
    ],
)
def test_served_before_click(words: list[str], start: str) -> None:
    assert (answer(words) or "").startswith(start)


@pytest.mark.parametrize(
    "words", [["why", "--", "--help"], ["status"], ["../../__init__", "--help"], ["nothing", "--help"]]
)
def test_left_to_click(words: list[str]) -> None:
    assert answer(words) is None


def test_help_of_a_misspelt_command_is_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["stattus", "--help"]) == 2
    assert "did you mean `status`" in capsys.readouterr().err


@pytest.mark.parametrize("words", [["--help"], ["run", "--help"], ["--version"]])
def test_help_imports_nothing(words: list[str]) -> None:
    assert loaded(words, ROOT) & (HEAVY | TEXT_ONLY) <= {"pathlib"} & loaded(["-"], ROOT)


READING = ("status", "log", "why D-4", "diff D-4", "products", "quarantine", "undo D-4 --plan", "pause --plan")


@pytest.mark.parametrize("words", [call.split() for call in READING])
def test_reading_imports_no_engine(words: list[str], estate: Path) -> None:
    modules = loaded(words, estate)
    assert "windvane.app.story.book" in modules
    assert not modules & HEAVY
    assert "windvane.app.wire" not in modules


def test_help_is_quick(tmp_path: Path) -> None:
    """The goal is 50 ms; three times that, as the least of five, because the machine is shared."""
    assert min(cpu_ms(["run", "--help"], tmp_path) for _ in range(6)) < 150


def loaded(words: list[str], folder: Path) -> set[str]:
    """Modules that a call has imported when it ends; `-` imports nothing of ours."""
    code = f"import sys; sys.argv[1:] = {words!r}\n"
    code += "" if words == ["-"] else "from windvane.__main__ import main; main()\n"
    code += "print(*sys.modules, sep='\\n', file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=folder, check=True)
    return set(done.stderr.splitlines())


def cpu_ms(words: list[str], cache: Path) -> float:
    """CPU of one process, its bytecode cached as an installation has it."""
    kept = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    environment = kept | {"PYTHONPYCACHEPREFIX": str(cache)}
    subprocess.run([sys.executable, "-m", "windvane", *words], capture_output=True, env=environment, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) * 1000
