"""What a decision changed: files, relations, batches, and rows before and after."""

from __future__ import annotations

import difflib
import subprocess
from pathlib import Path

import msgspec

from windvane.app.story import words
from windvane.app.story.book import Book
from windvane.domain.change import Admit, Put, Rerun, Retire, Withdraw
from windvane.domain.decision import Decision
from windvane.domain.estate import Asset, Check, Contract, Metric, Model, Product, Ref, Source, ref_of
from windvane.domain.plan import Plan
from windvane.domain.record import Record

_GIT_SECONDS = 20


class FileDiff(Record):
    """One file, with its unified diff."""

    path: str
    diff: tuple[str, ...]


class RowsMoved(Record):
    """Rows of a relation on both sides."""

    relation: str
    before: float | None
    after: float | None


class DiffReport(Record, tag="diff"):
    """`origin` says what the files were read from: the git `commit`, or the changes of the `plan`."""

    id: str
    title: str
    release: str = ""
    commit: str = ""
    origin: str = "plan"
    files: tuple[FileDiff, ...] = ()
    relations: tuple[str, ...] = ()
    batches: tuple[str, ...] = ()
    reruns: tuple[str, ...] = ()
    rows: tuple[RowsMoved, ...] = ()


def diff(book: Book, decision: Decision, estate: Path) -> DiffReport:
    """What `decision` changed, or would change while it waits. Runs `git show` when the release has a commit."""
    plan, release = book.plans.get(decision.plan), book.releases.get(decision.id)
    commit = release.commit if release else ""
    files = _from_git(estate, commit)
    trial = book.trials.get(decision.plan)
    was = {m.name: m.value for m in trial.before} if trial else {}
    rows = [m for m in dict.fromkeys(trial.after) if m.name.startswith("rows ")] if trial else []
    return DiffReport(
        id=decision.id,
        title=decision.title,
        release=release.id if release else "",
        commit=commit,
        origin="plan" if files is None else "commit",
        files=files if files is not None else _from_plan(book, decision, plan) if plan else (),
        relations=release.relations if release else (),
        batches=tuple(words.change(c) for c in plan.changes if isinstance(c, Admit | Withdraw)) if plan else (),
        reruns=tuple(words.change(c) for c in plan.changes if isinstance(c, Rerun)) if plan else (),
        rows=tuple(RowsMoved(relation=m.name[5:], before=was.get(m.name), after=m.value) for m in rows),
    )


def _from_git(estate: Path, commit: str) -> tuple[FileDiff, ...] | None:
    """The files of a commit, or `None` without git, repository or commit."""
    if not commit or not all(c in "0123456789abcdef" for c in commit):
        return None
    call = ["git", "-C", str(estate), "--no-optional-locks", "-c", "core.quotePath=false", "show", "--no-color"]
    call += ["--no-ext-diff", "--no-textconv", "--no-renames", "--relative", "--format=", commit, "--"]
    try:
        done = subprocess.run(call, capture_output=True, timeout=_GIT_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return _by_file(done.stdout.decode("utf-8", "backslashreplace")) if done.returncode == 0 else None


def _by_file(text: str) -> tuple[FileDiff, ...]:
    """Git's output, cut at the lines that begin a file; content lines always begin with a blank, `+`, `-` or `@`."""
    files: list[tuple[str, list[str]]] = []
    for line in text.split("\n"):
        if line.startswith("diff --git "):
            files.append((_named(line), []))
        elif files and not line.startswith(("index ", "new file", "deleted file", "old mode", "new mode")):
            files[-1][1].append(line)
    return tuple(FileDiff(path=path, diff=_trimmed(lines)) for path, lines in files)


def _named(line: str) -> str:
    """The path in `diff --git a/old b/new`; git quotes names with quotes, backslashes or control characters."""
    if line.endswith('"'):
        return line.rpartition(' "b/')[2][:-1].replace('\\"', '"').replace("\\\\", "\\")
    return line.rpartition(" b/")[2]


def _trimmed(lines: list[str]) -> tuple[str, ...]:
    while lines and not lines[-1]:
        lines.pop()
    return tuple(lines)


def _from_plan(book: Book, decision: Decision, plan: Plan) -> tuple[FileDiff, ...]:
    """The files as the plan's assets spell them, against what earlier promoted plans put there."""
    before = _assets_before(book, decision)
    found = []
    for change in plan.changes:
        match change:
            case Put(asset=asset):
                found.append(_file(before.get(ref_of(asset)), asset))
            case Retire(ref=ref):
                found.append(_file(before.get(ref), None, ref))
            case _:
                pass
    return tuple(f for f in found if f.diff)


def _assets_before(book: Book, decision: Decision) -> dict[Ref, Asset]:
    assets: dict[Ref, Asset] = {}
    for earlier in book.decisions.values():
        if earlier.id == decision.id:
            break
        plan = book.plans.get(earlier.plan)
        if plan is None or earlier.verdict.outcome != "promote":
            continue
        for change in plan.changes:
            if isinstance(change, Put):
                assets[ref_of(change.asset)] = change.asset
            elif isinstance(change, Retire):
                assets.pop(change.ref, None)
    return assets


def _file(before: Asset | None, after: Asset | None, ref: Ref | None = None) -> FileDiff:
    asset = after or before
    path = _path(asset) if asset else str(ref)
    was, now = _text(before), _text(after)
    label = "/dev/null"
    lines = difflib.unified_diff(was, now, f"a/{path}" if was else label, f"b/{path}" if now else label, lineterm="")
    return FileDiff(path=path, diff=tuple(lines))


def _text(asset: Asset | None) -> list[str]:
    if asset is None:
        return []
    if isinstance(asset, Model):
        return asset.text.split("\n")
    return msgspec.json.format(msgspec.json.encode(asset), indent=2).decode().split("\n")


def _path(asset: Asset) -> str:
    match asset:
        case Model():
            return asset.path
        case Contract():
            return f"contracts/{asset.relation}.odcs.yaml"
        case Product():
            return f"products/{asset.name}.odps.yaml"
        case Metric():
            return f"metrics/{asset.name}.osi.yaml"
        case Check():
            return f"contracts/{asset.relation}.odcs.yaml ({asset.name})"
        case Source():
            return f"windvane.toml ({asset.name})"
