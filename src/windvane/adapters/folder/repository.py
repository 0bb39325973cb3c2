"""The git repository of an estate, through the `git` program; everything works, and says so, when there is none."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from pathlib import Path
from typing import Literal

from windvane.domain import crash
from windvane.domain.errors import Failed, TryAgain

By = Literal["windvane", "person"]
_PASSED_ON = (
    "PATH",
    "HOME",
    "XDG_CONFIG_HOME",
    "TMPDIR",
    "GIT_CONFIG_GLOBAL",
    "GIT_CONFIG_SYSTEM",
    "GIT_CONFIG_NOSYSTEM",
)
_SETTINGS = {"LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0", "GIT_LITERAL_PATHSPECS": "1", "GIT_OPTIONAL_LOCKS": "0"}
_IGNORED = (".windvane/", ".cache/", "logs/")  # the last two are SQLMesh's
_BUSY = ("MERGE_HEAD", "CHERRY_PICK_HEAD", "REVERT_HEAD", "rebase-merge", "rebase-apply")
_WINDVANE = "windvane <windvane@localhost>"
_PERSON = "person <person@localhost>"
_LOCK_PATIENCE_S = 5.0
_LONGEST_MESSAGE = 50_000


class Repository:
    """A repository whose working tree is the estate folder itself, also when that lies inside another repository."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._program = shutil.which("git") or ""

    def begin(self) -> str:
        """Make the repository and its `.gitignore` where they are missing. Empty, or why git cannot be used now."""
        if not self._program:
            return "git is not installed; decisions are kept in the ledger only"
        try:
            if not (self._root / ".git").exists():
                crash.point("git.init.before")
                self._run("init", "-q", "-b", "main")
                crash.point("git.init.after")
            self._ignore()
            place = self._root / self._run("rev-parse", "--git-dir").strip()
            under_way = [name for name in _BUSY if (place / name).exists()]
            if under_way:
                return f"git is in the middle of something (`{under_way[0]}`); decisions are kept in the ledger only"
            self._identify()
        except Failed as error:
            return f"git does not work here ({error.why}); decisions are kept in the ledger only"
        return ""

    def find(self, decision: str) -> str:
        """The hash of the commit whose subject begins with `decision`; empty when there is none."""
        if not self._has_head():
            return ""
        found = self._run("log", "--format=%H %s", "--fixed-strings", f"--grep={decision} ")
        for line in found.splitlines():
            commit, _, subject = line.partition(" ")
            if subject.startswith(f"{decision} "):
                return commit
        return ""

    def different(self, places: tuple[str, ...]) -> tuple[str, ...]:
        """Files at or below `places` that are not as the last commit has them, or are not in it."""
        listed = self._run("status", "--porcelain=v1", "-z", "--no-renames", "--untracked-files=all", "--", *places)
        return tuple(sorted(line[3:] for line in listed.split("\0") if line))

    def commit(self, paths: tuple[str, ...], *, message: str, by: By) -> str:
        """Commit these files and no other, as they are now; the hash, or empty when nothing differs.

        Hooks and signing are left out: a commit of a decision must not wait for anybody. What is staged of
        other files stays staged. Raises `TryAgain` (`git.busy`) when another git holds the repository.
        """
        if not paths:
            return ""
        text = message.replace("\0", "")[:_LONGEST_MESSAGE]
        listed = "\0".join(paths)
        files = ("--pathspec-from-file=-", "--pathspec-file-nul")
        author = () if (name := self._author(by)) is None else ("--author", name)
        crash.point("git.commit.before")
        self._run("add", "--all", "--force", *files, stdin=listed)
        try:
            self._run(
                "commit", "-q", "--only", "--no-verify", "--cleanup=verbatim", *author, "-m", text, *files, stdin=listed
            )
        except Failed as error:
            if "nothing" in error.why or "no changes" in error.why:
                return ""
            raise
        crash.point("git.commit.after")
        return self._run("rev-parse", "HEAD").strip()

    def _author(self, by: By) -> str | None:
        """Who made a commit; a person with a configured name is found by git itself."""
        if by == "windvane":
            return _WINDVANE
        return _PERSON if self._ask("config", "user.name") == "windvane" else None

    def _identify(self) -> None:
        """Give git a name to commit under, in this repository only, when it has none at all."""
        for key, value in (("user.name", "windvane"), ("user.email", "windvane@localhost")):
            if not self._ask("config", key):
                self._run("config", "--local", key, value)

    def _ignore(self) -> None:
        file = self._root / ".gitignore"
        text = file.read_text(encoding="utf-8", errors="surrogateescape") if file.exists() else ""
        missing = [line for line in _IGNORED if line not in text.splitlines()]
        if missing:
            start = text if not text or text.endswith("\n") else f"{text}\n"
            draft = file.with_name(".gitignore.windvane")
            draft.write_text(start + "".join(f"{m}\n" for m in missing), encoding="utf-8", errors="surrogateescape")
            draft.replace(file)

    def _has_head(self) -> bool:
        return bool(self._ask("rev-parse", "--verify", "-q", "HEAD"))

    def _ask(self, *arguments: str) -> str:
        """What git prints; empty when it says no."""
        try:
            return self._run(*arguments).strip()
        except Failed:
            return ""

    def _run(self, *arguments: str, stdin: str = "") -> str:
        """Run git once, or until a lock is free. Raises `Failed` (`git.refused`), `TryAgain` (`git.busy`)."""
        patience = time.monotonic() + _LOCK_PATIENCE_S
        while True:
            done = self._once(arguments, stdin)
            said = done.stderr.decode(errors="replace") + done.stdout.decode(errors="replace")
            if done.returncode == 0:
                return done.stdout.decode(errors="surrogateescape")
            if ".lock': File exists" not in said:
                why = (said.strip() or f"it ended with {done.returncode}").splitlines()
                raise Failed(f"git refused `git {arguments[0]}`", code="git.refused", why="; ".join(why[-2:]))
            if time.monotonic() > patience:
                fix = f"if no git runs in `{self._root}`, remove the lock file it names"
                raise TryAgain("another git holds the repository", code="git.busy", why=said.splitlines()[0], fix=fix)
            time.sleep(0.05)

    def _once(self, arguments: tuple[str, ...], stdin: str) -> subprocess.CompletedProcess[bytes]:
        """Only what git needs of the environment is passed on: inside a hook it would name another repository."""
        environment = {k: os.environ[k] for k in _PASSED_ON if k in os.environ} | _SETTINGS
        fixed = ("-c", f"safe.directory={self._root.resolve()}", "-c", "core.hooksPath=/dev/null")
        command = [self._program, *fixed, "-c", "commit.gpgSign=false", "-c", "core.quotePath=false", *arguments]
        return subprocess.run(
            command,
            cwd=self._root,
            env=environment,
            input=stdin.encode(errors="surrogateescape"),
            capture_output=True,
            check=False,
        )
