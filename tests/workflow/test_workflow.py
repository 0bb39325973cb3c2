"""A killed run goes on where it stopped; a step that meets trouble is tried again, then with less, then raised."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import dbos  # noqa: F401  # before the forks: each child would spend two seconds on it
import pytest
import sqlalchemy  # noqa: F401

from harness.killing import KILLED, child, points, sweep
from windvane.adapters.workflow import DurableWorkflow, Patience, unfinished
from windvane.adapters.workflow.memo import Memo
from windvane.domain.errors import Failed, NeedsPerson, TryAgain, Usage
from windvane.domain.ports import Flow, Resources
from windvane.domain.record import Record

QUICK = Patience(first_wait_s=0.001)


class Count(Record):
    """A result of a step."""

    n: int


def workflow(path: Path, **more) -> DurableWorkflow:
    return DurableWorkflow(path / "workflow.sqlite", patience=QUICK, **more)


def five(place: Path) -> Callable[[Flow], None]:
    """Five steps. Each adds a line to `tries`, and puts its effect in a file of its own: idempotent."""

    def step(i: int) -> Count:
        with (place / "tries").open("a") as tries:
            tries.write(f"{i}\n")
        before = sum(int(f.read_text()) for f in sorted(place.glob("effect-*"))[: i - 1])
        draft = place / f"draft-{i}"
        draft.write_text(str(before + i))
        draft.replace(place / f"effect-{i}")
        return Count(n=before + i)

    def body(flow: Flow) -> None:
        total = 0
        for i in range(1, 6):
            total += flow.step(f"step {i}", lambda _, i=i: step(i), Count).n
        (place / "total").write_text(str(total))

    return body


def empty(place: Path) -> None:
    for file in place.iterdir():
        file.unlink()


def test_killed_at_any_point_a_run_ends_the_same_and_finished_steps_are_not_run_again(tmp_path):
    def run() -> None:
        workflow(tmp_path).run("run-1", five(tmp_path))

    def check(n: int) -> None:
        tries = Counter((tmp_path / "tries").read_text().split())
        assert [(tmp_path / f"effect-{i}").read_text() for i in range(1, 6)] == ["1", "3", "7", "15", "31"], n
        assert (tmp_path / "total").read_text() == "57"
        assert set(tries) == set("12345")
        assert sum(tries.values()) <= 6, (n, tries)  # at most the step that was killed ran twice
        assert unfinished(tmp_path / "workflow.sqlite") == ()

    passed = points(run, lambda: empty(tmp_path))
    kills = sweep(run, check, lambda: empty(tmp_path))

    assert kills == len(passed) == 2 + 5 * 3
    assert passed[1:4] == ("workflow.step.before", "workflow.step.done", "workflow.step.recorded")


def test_killed_in_the_middle_of_each_step_in_turn(tmp_path):
    def run(at: int) -> None:
        def step(i: int) -> int:
            with (tmp_path / "tries").open("a") as tries:
                tries.write(f"{i} ")
            if i == at:
                os.kill(os.getpid(), signal.SIGKILL)
            return i

        def body(flow: Flow) -> None:
            for i in range(1, 6):
                flow.step(f"step {i}", lambda _, i=i: step(i), int)

        workflow(tmp_path).run("run-1", body)

    for at in (1, 2, 3, 4, 5):
        assert child(lambda at=at: run(at), at="1000") == KILLED
        assert unfinished(tmp_path / "workflow.sqlite") == ("run-1",)
    child(lambda: run(0))
    assert (tmp_path / "tries").read_text().split() == ["1", "1", "2", "2", "3", "3", "4", "4", "5", "5"]


def test_a_run_that_ended_is_not_run_again(tmp_path):
    workflow(tmp_path).run("run-1", five(tmp_path))
    workflow(tmp_path).run("run-1", five(tmp_path))
    assert (tmp_path / "tries").read_text().split() == list("12345")
    workflow(tmp_path).run("run-2", five(tmp_path))
    assert len((tmp_path / "tries").read_text().split()) == 10


def test_trouble_is_retried_then_run_with_less_then_raised(tmp_path):
    given: list[Resources] = []
    told: list[str] = []

    def work(resources: Resources) -> int:
        given.append(resources)
        raise TryAgain("the engine holds a lock", code="engine.busy")

    start = Resources(memory_mb=1000, threads=2, chunk_rows=64_000)
    run = workflow(tmp_path, resources=start, tell=lambda step, what: told.append(f"{step}: {what}"))
    with pytest.raises(TryAgain, match="holds a lock"):
        run.run("run-1", lambda flow: print(flow.step("land", work, int)))

    assert [(r.memory_mb, r.threads, r.chunk_rows) for r in given] == (
        [(1000, 2, 64_000)] * 3 + [(1000, 1, 16_000)] * 3 + [(500, 1, 4_000)] * 3
    )
    assert "land: runs again with less: 500 MB, 1 thread, chunks of 4000 rows" in told
    assert run.unfinished() == ()  # it ended, with an error: diagnosis has it now


def test_passing_trouble_passes(tmp_path):
    calls = []

    def work(_: Resources) -> int:
        calls.append(1)
        if len(calls) < 3:
            raise TryAgain("not yet", code="x.y")
        return len(calls)

    got = []
    workflow(tmp_path).run("run-1", lambda flow: got.append(flow.step("fetch", work, int)))
    assert got == [3]


def test_a_lack_of_memory_goes_down_at_once(tmp_path):
    given: list[int] = []

    def work(resources: Resources) -> int:
        given.append(resources.chunk_rows)
        if resources.threads > 1:
            raise MemoryError("no room")
        return 1

    workflow(tmp_path).run("run-1", lambda flow: print(flow.step("land", work, int)))
    assert given == [1_000_000, 250_000]


@pytest.mark.parametrize(
    "error", [Failed("no", code="x.y", why="w", fix="f"), NeedsPerson("?", code="a.b"), ValueError("v")]
)
def test_what_will_not_pass_is_raised_at_once_as_it_is(tmp_path, error):
    calls = []

    def work(_: Resources) -> int:
        calls.append(1)
        raise error

    with pytest.raises(type(error)) as raised:
        workflow(tmp_path).run("run-1", lambda flow: print(flow.step("land", work, int)))
    assert raised.value is error
    assert calls == [1]


def test_a_failed_run_goes_on_with_the_step_that_failed(tmp_path):
    ran, broken = [], [True]

    def body(flow: Flow) -> None:
        flow.step("first", lambda _: ran.append("first"), type(None))
        flow.step("second", second, type(None))

    def second(_: Resources) -> None:
        ran.append("second")
        if broken:
            raise Failed("broken", code="x.y")

    for _ in range(2):
        with pytest.raises(Failed):
            workflow(tmp_path).run("run-1", body)
    broken.clear()
    workflow(tmp_path).run("run-1", body)
    assert ran == ["first", "second", "second", "second"]


def test_a_body_may_hand_a_failed_step_on_and_a_resume_remembers_that_it_failed(tmp_path):
    def body(flow: Flow) -> None:
        try:
            flow.step("land", lambda _: die(), int)
        except Failed as error:
            told = f"{error.code} {error.why}"
            flow.step("diagnose", lambda _: add(told), type(None))
        flow.step("last", lambda _: kill_once(), type(None))

    def die() -> int:
        add("land")
        raise Failed("cannot", code="source.unreadable", why="html")

    def add(text: str) -> None:
        with (tmp_path / "seen").open("a") as seen:
            seen.write(f"{text}\n")

    def kill_once() -> None:
        if not (tmp_path / "killed").exists():
            (tmp_path / "killed").touch()
            os.kill(os.getpid(), signal.SIGKILL)

    def run() -> None:
        workflow(tmp_path).run("run-1", body)

    assert child(run, at="1000") == KILLED
    assert child(run) == 0
    assert (tmp_path / "seen").read_text().splitlines() == ["land", "source.unreadable html"]


def test_a_body_that_takes_another_way_begins_anew(tmp_path):
    def interrupted(flow: Flow) -> None:
        flow.step("old way", lambda _: 1, int)
        raise KeyboardInterrupt

    ran = []

    def other(flow: Flow) -> None:
        try:
            flow.step("new way", lambda _: ran.append("new"), type(None))
        except Exception as error:  # noqa: BLE001  # a body that hands every failure on must not swallow this one
            ran.append(error)

    with pytest.raises(KeyboardInterrupt):
        workflow(tmp_path).run("run-1", interrupted)
    assert workflow(tmp_path).unfinished() == ("run-1",)
    workflow(tmp_path).run("run-1", other)
    assert ran == ["new"]
    assert workflow(tmp_path).unfinished() == ()


@pytest.mark.parametrize("harm", [Path.unlink, lambda p: p.write_bytes(b"no database" * 1000)])
def test_a_lost_workflow_file_costs_only_running_idempotent_steps_again(tmp_path, harm):
    def run() -> None:
        workflow(tmp_path).run("run-1", five(tmp_path))

    assert child(run, at="workflow.step.before:4") == KILLED
    for file in tmp_path.glob("workflow.sqlite-*"):
        file.unlink()
    harm(tmp_path / "workflow.sqlite")
    assert unfinished(tmp_path / "workflow.sqlite") == ()
    child(run)
    assert (tmp_path / "total").read_text() == "57"
    assert (tmp_path / "tries").read_text().split() == list("12312345")


def test_results_are_json_and_nothing_in_the_file_can_run_code(tmp_path):
    def body(flow: Flow) -> None:
        assert flow.step("count", lambda _: Count(n=7), Count) == Count(n=7)
        with pytest.raises(ZeroDivisionError):
            flow.step("odd", lambda _: 1 // 0, int)

    workflow(tmp_path).run("run-1", body)
    with sqlite3.connect(tmp_path / "workflow.sqlite") as raw:
        rows = raw.execute("SELECT output, error, serialization FROM operation_outputs ORDER BY function_id").fetchall()
    raw.close()
    assert rows[0] == ('"{\\"n\\":7}"', None, "windvane_json")
    assert "ZeroDivisionError" in rows[1][1]


def test_errors_come_back_as_what_they_were():
    memo = Memo()
    back = memo.deserialize(memo.serialize(Usage("m", code="c.d", why="w", fix="f")))
    assert type(back) is Usage and back.as_dict() == {"code": "c.d", "message": "m", "why": "w", "fix": "f"}
    assert memo.deserialize(memo.serialize({"args": ["a"]})) == {"args": ["a"]}


def test_nothing_of_dbos_is_left_when_a_run_is_over_and_old_runs_are_forgotten(tmp_path, capfd, monkeypatch):
    import threading

    monkeypatch.setattr("windvane.adapters.workflow.durable._KEPT", 2)
    for i in range(4):
        workflow(tmp_path).run(f"run-{i}", lambda flow: print(flow.step("one", lambda _: 1, int), end=""))
    assert [t.name for t in threading.enumerate() if "dbos" in t.name.lower() or "queue" in t.name] == []
    assert capfd.readouterr() == ("1111", "")
    with sqlite3.connect(tmp_path / "workflow.sqlite") as raw:
        assert [r for (r,) in raw.execute("SELECT workflow_uuid FROM workflow_status")] == ["run-2", "run-3"]
    raw.close()


def test_unfinished_is_known_without_dbos(tmp_path):
    assert child(lambda: workflow(tmp_path).run("run-1", five(tmp_path)), at="workflow.step.done:2") == KILLED
    code = (
        "import sys; from pathlib import Path; from windvane.adapters.workflow import unfinished\n"
        f"print(unfinished(Path({str(tmp_path)!r}) / 'workflow.sqlite'), 'dbos' in sys.modules)"
    )
    seen = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert seen.stdout.strip() == "('run-1',) False"
