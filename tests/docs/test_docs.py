"""What the documents say is there, and nothing in the project names the machine it was made on."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from windvane.domain import registry

ROOT = Path(__file__).parent.parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
TEXT = {p: p.read_text(encoding="utf-8") for p in PAGES}


def _commands() -> set[str]:
    return {p.stem for p in (ROOT / "src/windvane/app/cli/commands").glob("*.py")} - {"__init__"}


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_named_commands_modules_and_files_are_there(page: Path) -> None:
    text = TEXT[page]
    for block in re.findall(r"```sh\n(.*?)```", text, re.DOTALL):
        for command in re.findall(r"(?:^|&& |; )windvane ([\w-]+)", block, re.MULTILINE):
            assert command.replace("-", "_") in _commands(), command
    for module in re.findall(r"python -m benchmarks\.(\w+)", text):
        assert (ROOT / "benchmarks" / f"{module}.py").exists(), module
    for path in re.findall(r"`((?:tests|docs|scripts)/[\w/.*-]+)`", text) + re.findall(
        r"pytest ((?:tests/[\w/.]+ ?)+)", text
    ):
        for one in path.split():
            assert list(ROOT.glob(one.rstrip("/"))), one
    for target in re.findall(r"\]\((?!http)([^)#]+)\)", text):
        assert (page.parent / target).exists(), target


@pytest.mark.parametrize("package", ["agents", "remedies", "stack.quality.checks"])
def test_every_extension_is_documented(package: str) -> None:
    page = TEXT[ROOT / "docs" / "how-it-works.md"]
    for name in registry.names(f"windvane.{package}"):
        assert f"`{name}`" in page, name


def test_decisions_are_numbered_without_gaps() -> None:
    pages = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    for number, page in enumerate(pages, 1):
        assert page.name.startswith(f"{number:04}-"), page.name
        assert TEXT[page].startswith(f"# {number}. "), page.name


def test_the_readme_shows_what_the_demo_prints() -> None:
    sys.path.insert(0, str(ROOT / "scripts"))
    import render_readme

    def told(text: str) -> list[str]:
        lines = [re.sub(r"^ +\d+\.\ds ", "", line) for line in text.splitlines()]
        return [re.sub(r"Done in \d+ s", "Done", line) for line in lines]

    assert told(render_readme.played()) == told(render_readme.shown(TEXT[ROOT / "README.md"]))


def test_nothing_names_the_machine_or_a_registry() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout.split(
        "\n"
    )
    own = "/".join(["", "work", ""])
    banned = (
        own,
        "shared/" + "data",
        "shared/" + "design",
        "/." + "library",
        "pypi" + ".org",
        "python" + "hosted.org",
        "npmjs" + ".org",
    )
    for name in filter(None, listed):
        path = ROOT / name
        if path.suffix in (".gz", ".parquet") or not path.is_file():
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        found = [word for word in banned if word in text]
        assert not found, f"{name}: {found}"
