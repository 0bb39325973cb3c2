"""diff reads files from the commit of a release when there is one, and from the plan when there is none."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from cli_story import HEALED, STAGING

from windvane.app import reading
from windvane.app.cli.program import run
from windvane.app.story.diff import diff
from windvane.domain.entry import Promoted
from windvane.domain.record import replace

NAME = 'odd "\U0001f986".sql'


def git(folder: Path, *words: str) -> str:
    who = ("-c", "user.name=w", "-c", "user.email=w@example.org", "-c", "commit.gpgsign=false")
    call = ["git", "-C", str(folder), *who, *words]
    return subprocess.run(call, capture_output=True, text=True, check=True).stdout.strip()


@pytest.fixture
def committed(estate: Path, append: Callable[..., object]) -> str:
    """D-4's release with a real commit; the estate is a folder inside the repository."""
    repository, model = estate.parent, estate / "models" / "staging" / "prices.sql"
    git(repository, "init", "-q")
    model.parent.mkdir(parents=True)
    model.write_text(STAGING)
    (repository / "elsewhere.txt").write_text("not ours")
    git(repository, "add", "my-estate/models", "elsewhere.txt")
    git(repository, "commit", "-qm", "before")
    model.write_text(HEALED + "-- \x1b[31mred\n")
    (estate / "models" / NAME).write_text("SELECT 1\n")
    (repository / "elsewhere.txt").write_text("changed")
    git(repository, "add", "-A", "my-estate/models", "elsewhere.txt")
    git(repository, "commit", "-qm", "D-4")
    commit = git(repository, "rev-parse", "HEAD")
    release = replace(reading.book(estate).releases["D-4"], commit=commit)
    append("promote", "windvane", Promoted(release=release))
    return commit


def test_files_come_from_the_commit(estate: Path, committed: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["diff", "D-4", "--json", "--estate", str(estate)]) == 0
    report = json.loads(capsys.readouterr().out)
    assert (report["origin"], report["commit"]) == ("commit", committed)
    files = {file["path"]: file["diff"] for file in report["files"]}
    assert set(files) == {"models/staging/prices.sql", f"models/{NAME}"}
    assert "+  CAST(COALESCE(p, preis) AS decimal(18, 6)) AS price" in files["models/staging/prices.sql"]
    assert run(["diff", "D-4", "--estate", str(estate)]) == 0
    shown = capsys.readouterr().out
    assert f"files, from commit {committed[:12]}" in shown and "+-- \\x1b[31mred\n" in shown


def test_without_that_commit_the_plan_tells(estate: Path, committed: str) -> None:
    book = reading.book(estate)
    book.releases["D-4"] = replace(book.releases["D-4"], commit="f" * 40)
    report = diff(book, book.decisions["D-4"], estate)
    assert (report.origin, [f.path for f in report.files]) == ("plan", ["models/staging/prices.sql"])


@pytest.mark.parametrize("commit", ["--output=stolen", "HEAD", "$(id)"])
def test_a_commit_that_is_no_hash_reaches_no_program(estate: Path, committed: str, commit: str) -> None:
    book = reading.book(estate)
    book.releases["D-4"] = replace(book.releases["D-4"], commit=commit)
    assert diff(book, book.decisions["D-4"], estate).origin == "plan"
    assert not list(estate.parent.rglob("stolen"))


def test_rows_are_told_with_their_difference(estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(["diff", "D-3", "--estate", str(estate)])
    assert "  mart.price: - -> 24 (+24)\n" in capsys.readouterr().out
