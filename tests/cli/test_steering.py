"""Commands that change something: told first, done only with a yes, events on the right stream, exit codes right."""

from __future__ import annotations

import inspect
import io
import json
import threading
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from windvane.app import wire
from windvane.app.answer import chosen
from windvane.app.cli import screen
from windvane.app.cli.program import run
from windvane.app.cli.stream import lines
from windvane.app.reports import (
    ChangeReport,
    Chapter,
    DemoReport,
    InitReport,
    Item,
    PlanSeen,
    Preview,
    RunReport,
    SourceSeen,
    Stray,
)
from windvane.domain.errors import Usage
from windvane.domain.event import Emit, Event
from windvane.domain.goal import Goal, Option, Question

GOAL = Goal(sentence="orders per store", measure="orders.id", aggregate="count", entities=("store",), grain="day")
SEEN = InitReport(
    estate="./my-estate",
    sources=(
        SourceSeen(
            name="orders.csv",
            bytes=38 << 20,
            rows=120_000,
            grain="one row per order",
            time_column="ordered_at",
            cadence="day",
            bad_share=0.0008,
        ),
        SourceSeen(
            name="stores.csv", rows=1, key=("store_id",), references=("joins orders on store_id (100 % match)",)
        ),
        SourceSeen(name="\x1b[2Jnotes", files=2, rows=9, personal=("name", "mail"), doubts=("`id` may not be a key",)),
    ),
    strays=(Stray(name="x.csv", why="it is HTML", fix="download it again"),),
    goal=GOAL,
    plan=PlanSeen(models=(("staging", 3), ("core", 1)), products=("orders",), checks=21, seconds=40),
    next=("windvane run --estate ./my-estate",),
)
ASKED = Question(
    text="Which orders?",
    why="two columns fit",
    options=(Option(label="all", goal=GOAL), Option(label="paid", goal=GOAL)),
)
RAN = RunReport(
    seconds=24.2,
    products=("price", "volatility"),
    releases=(Item(id="R-3", title="prices"),),
    healed=(Item(id="D-4", title="renamed column", detail="98 %"),),
    held=(Item(id="D-5", title="x 1.08"),),
    asks=(Item(id="D-5", title="price move or currency?"),),
    rows_read=1500,
    rows_accepted=1488,
    rows_quarantined=12,
    next=("windvane why D-4",),
)
EVENTS = (
    Event(at=0.42, step="sense", text="3 files", subject="prices"),
    Event(at=12.0, step="gate", text="held \x1b[31m", decision="D-5", level="ask"),
)


@dataclass
class Helm:
    """Stands where the wiring is and keeps what it was asked to do."""

    calls: list[tuple[object, ...]] = field(default_factory=list)
    seen: InitReport = SEEN
    ran: RunReport = RAN

    def undo(self, estate: Path, decision: str, *, because: str, emit: Emit) -> ChangeReport:
        return self._change("undo", decision, because)

    def approve(
        self, estate: Path, decision: str, *, because: str, option: str, emit: Emit, scope: str = "once"
    ) -> ChangeReport:
        return self._change("approve", decision, because, option, *([scope] if scope != "once" else []))

    def reject(self, estate: Path, decision: str, *, because: str, emit: Emit) -> ChangeReport:
        return self._change("reject", decision, because)

    def pause(self, estate: Path, *, because: str) -> ChangeReport:
        return self._change("pause", because)

    def resume(self, estate: Path, *, because: str) -> ChangeReport:
        return self._change("resume", because)

    def run(self, estate: Path, *, emit: Emit) -> RunReport:
        for event in EVENTS:
            emit(event)
        return self.ran

    def plan_run(self, estate: Path, *, emit: Emit) -> Preview:
        return Preview(title="Run", does=("land 2 files",))

    def demo(self, estate: Path, *, emit: Emit) -> DemoReport:
        story = (Chapter(title="It built", lines=("5 models",)),)
        return DemoReport(estate=str(estate), seconds=24, products=("a", "b"), healed=1, asks=1, story=story)

    def init(self, paths: tuple[str, ...], goal: str, estate: Path, *, emit: Emit, answer: str | None) -> InitReport:
        self.calls.append(("init", paths, goal, str(estate), answer))
        emit(EVENTS[0])
        return self.seen

    def plan_init(
        self, paths: tuple[str, ...], goal: str, estate: Path, *, emit: Emit, answer: str | None
    ) -> InitReport:
        self.calls.append(("plan_init", paths, goal))
        return self.seen

    def _change(self, act: str, *said: str) -> ChangeReport:
        self.calls.append((act, *said))
        return ChangeReport(act=act, title=f"{act} done", decision="D-6", release="R-4", effects=("rows are back",))


WIRED = [name for name, value in vars(Helm).items() if inspect.isfunction(value) and not name.startswith("_")]


@pytest.fixture
def helm(monkeypatch: pytest.MonkeyPatch) -> Helm:
    """What is behind the wiring has its own tests; here only the shell in front of it is looked at."""
    helm = Helm()
    for name in WIRED:
        monkeypatch.setattr(wire, name, getattr(helm, name))
    return helm


@pytest.mark.parametrize("name", WIRED)
def test_the_wiring_has_what_the_commands_call(name: str) -> None:
    theirs = inspect.signature(getattr(wire, name)).parameters
    assert ["self", *theirs] == list(inspect.signature(getattr(Helm, name)).parameters)


@pytest.mark.parametrize("words", [("undo", "D-4"), ("approve", "D-5"), ("reject", "D-5")])
def test_without_a_terminal_and_a_yes_nothing_happens(
    helm: Helm, estate: Path, words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([*words, "--estate", str(estate)]) == 2
    assert "error[consent.missing]" in capsys.readouterr().err
    assert run([*words, "--estate", str(estate), "--plan"]) == 0
    assert "Nothing has been done" in capsys.readouterr().out
    assert helm.calls == []


@pytest.mark.parametrize(
    ("words", "call"),
    [
        (("undo", "d-4", "--because", "wrong"), ("undo", "D-4", "wrong")),
        (("undo", "R-3"), ("undo", "D-4", "")),
        (("approve", "D-5", "--option", "2"), ("approve", "D-5", "", "it is another currency")),
        (("reject", "D-5"), ("reject", "D-5", "")),
        (("pause", "--because", "holiday"), ("pause", "holiday")),
        (("resume",), ("resume", "")),
    ],
)
def test_with_a_yes_it_is_done(
    helm: Helm, estate: Path, words: tuple[str, ...], call: tuple[object, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([*words, "--yes", "--estate", str(estate)]) == 0
    told = capsys.readouterr()
    assert told.out.startswith(f"Done: {words[0]} done (D-6, R-4)\n  rows are back\n")
    assert run([*words, "--yes", "--json", "--estate", str(estate)]) == 0
    assert json.loads(capsys.readouterr().out)["type"] == "change"
    assert helm.calls == [call, call]


def test_pause_needs_no_yes(helm: Helm, estate: Path) -> None:
    assert run(["pause", "--estate", str(estate)]) == 0
    assert helm.calls == [("pause", "")]


def test_a_run_in_a_pipe_is_a_line_per_event(helm: Helm, estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["run", "--estate", str(estate)]) == 4  # something waits
    told = capsys.readouterr()
    assert told.out.splitlines()[:2] == [
        "   0.4s sense     prices: 3 files",
        "  12.0s gate      ? held \\x1b[31m  [D-5]",
    ]
    assert "Rows: 1,500 read = 1,488 accepted + 12 quarantined + 0 exact duplicates" in told.out
    assert "Done in 24 s. 2 products, 1 incident healed, 1 held, 1 question for you.\n" in told.out
    assert (told.out.splitlines()[-1], told.err) == ("Next: windvane why D-4", "")


def test_a_run_in_json_is_an_event_per_line_then_the_report(
    helm: Helm, estate: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["run", "--json", "--estate", str(estate)]) == 4
    objects = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [o["type"] for o in objects] == ["event", "event", "run"]
    assert objects[1]["text"] == "held \x1b[31m"


@pytest.mark.parametrize(
    ("report", "code"),
    [
        (RunReport(seconds=0.2), 0),
        (RunReport(seconds=1, broken=(Item(id="I-1", title="x"),), asks=(Item(id="D-1", title="y"),)), 3),
        (RunReport(seconds=1, held=(Item(id="D-1", title="y"),)), 4),
    ],
)
def test_exit_codes_of_a_run(helm: Helm, estate: Path, report: RunReport, code: int) -> None:
    helm.ran = report
    assert run(["run", "--estate", str(estate)]) == code


def test_plans_of_run_and_demo_do_nothing(helm: Helm, estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["run", "--plan", "--estate", str(estate)]) == 0
    assert "land 2 files" in capsys.readouterr().out
    assert run(["demo", "--plan", "--estate", "elsewhere"]) == 0
    assert "write elsewhere" in capsys.readouterr().out
    assert run(["demo"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("It built\n  5 models\nDone in 24 s. 2 products, 1 incident healed, 1 question for you.")


def test_init_says_what_it_understood(helm: Helm, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["init", "a.csv", "b.csv", "--goal", "orders per store"]) == 0
    told = capsys.readouterr()
    assert told.err == "   0.4s sense     prices: 3 files\n"  # progress, not data
    assert told.out.splitlines() == [
        "Read 4 files (38 MB), read only. I understood:",
        "  orders.csv    120,000 rows, one row per order; time ordered_at (day); 0.08 % bad rows",
        "  stores.csv    1 row; key store_id; joins orders on store_id (100 % match)",
        "  \\x1b[2Jnotes  2 files, 9 rows; may be personal: name, mail -> masked by default; "
        "not certain: `id` may not be a key",
        "Not read",
        "  x.csv: it is HTML; fix: download it again",
        "Goal: table of count(orders.id) per store by day",
        "Plan: 3 staging + 1 core + 1 product, 21 checks. About 40 s, $0.00. Writes only ./my-estate. Nothing has run.",
        "Next: windvane run --estate ./my-estate",
    ]
    assert run(["init", "a.csv", "--goal", "x", "--plan"]) == 0
    assert [c[0] for c in helm.calls] == ["init", "plan_init"]


def test_an_ambiguous_goal_is_a_question_and_exit_4(helm: Helm, capsys: pytest.CaptureFixture[str]) -> None:
    helm.seen = InitReport(estate="e", sources=SEEN.sources, question=ASKED)
    assert run(["init", "a.csv", "--goal", "orders"]) == 4
    told = capsys.readouterr()
    assert told.out.endswith("Question: Which orders?\n  why: two columns fit\n  1  all\n  2  paid\n")
    assert "--answer NUMBER" in told.err and "Plan:" not in told.out
    assert run(["init", "a.csv", "--goal", "orders", "--json"]) == 4
    assert json.loads(capsys.readouterr().out)["question"]["options"][1]["label"] == "paid"
    assert run(["init", "a.csv", "--goal", "orders", "--answer", "2"]) == 4
    assert helm.calls[-1] == ("init", ("a.csv",), "orders", "my-estate", "2")


@pytest.mark.parametrize(
    ("said", "found"), [("1", "all"), ("2", "paid only"), ("PAID ONLY", "paid only"), ("pai", "paid only")]
)
def test_an_answer_is_a_number_or_a_text(said: str, found: str) -> None:
    assert chosen(("all", "paid only", "all open"), said) == found


@pytest.mark.parametrize("said", ["0", "4", "", "a", "nobody"])
def test_a_doubtful_answer_is_none(said: str) -> None:
    with pytest.raises(Usage, match="none of the options"):
        chosen(("all", "paid only", "all open"), said)


@given(st.text())
def test_no_text_acts_on_a_terminal(text: str) -> None:
    shown = io.StringIO()
    screen.show([lines.line(Event(at=1, step="s", text=text, subject=text))], to=shown)
    assert shown.getvalue().count("\n") == 1
    assert all(c.isprintable() or c in "\n" or ord(c) > 0x9F for c in shown.getvalue())
    assert screen.inert(screen.inert(text)) == screen.inert(text)


def test_a_live_table_takes_events_from_any_thread() -> None:
    from rich.console import Console

    from windvane.app.cli.stream.live import Board, table

    terminal = io.StringIO()
    with table(terminal) as emit:
        threads = [threading.Thread(target=emit, args=(event,)) for event in EVENTS]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert "12.0s gate      ? held \\x1b[31m  [D-5]" in terminal.getvalue()
    board = Board()
    for event in EVENTS:
        board.take(event)
    console = Console(file=io.StringIO(), width=60, record=True)
    console.print(board)
    text = console.export_text()
    assert "sense" in text and "prices: 3 files" in text and "\x1b[31m" not in text
