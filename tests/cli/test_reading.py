"""status, log, why and diff tell the story of a ledger exactly, and names that attack stay inert."""

from __future__ import annotations

import contextlib
import json
import os
import re
import sqlite3
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from windvane.app.cli.program import run
from windvane.domain.decision import Lesson
from windvane.domain.entry import Decided, Landed, Learned, Promoted, Proposed, Steering
from windvane.domain.record import replace

SNAPSHOTS = Path(__file__).parent / "snapshots"
Told = tuple[int, str, str]


@pytest.fixture
def tell(estate: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., Told]:
    def call(*words: str) -> Told:
        code = run([*words, "--estate", str(estate)])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


def same_as(name: str, text: str) -> None:
    """Compare with the file; `WINDVANE_SNAPSHOTS=write` writes it anew, for review in the diff."""
    path = SNAPSHOTS / f"{name}.txt"
    text = re.sub(r"P-[0-9a-f]{16}", "P-0123456789abcdef", text)  # a new field of a record changes all of them
    if os.environ.get("WINDVANE_SNAPSHOTS") == "write":
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "words", "code"),
    [
        ("status", ("status",), 3),
        ("log", ("log",), 0),
        ("why-healed", ("why", "D-4"), 0),
        ("why-rival", ("why", "D-3"), 0),
        ("why-held", ("why", "d-5"), 0),
        ("why-incident", ("why", "I-2"), 0),
        ("diff-healed", ("diff", "D-4"), 0),
        ("diff-built", ("diff", "R-1"), 0),
        ("products", ("products",), 0),
        ("quarantine", ("quarantine",), 0),
        ("incidents", ("incidents",), 0),
        ("undo-plan", ("undo", "D-4", "--plan"), 0),
    ],
)
def test_a_person_reads(tell: Callable[..., Told], name: str, words: tuple[str, ...], code: int) -> None:
    assert tell(*words) == (code, _shown(tell, words), "")
    same_as(name, _shown(tell, words))


def _shown(tell: Callable[..., Told], words: tuple[str, ...]) -> str:
    extra = ("--since", "0") if words[0] == "status" else ()
    return tell(*words, *extra)[1]


READING = [
    ("status",),
    ("log",),
    ("why", "D-4"),
    ("why", "I-2"),
    ("diff", "D-4"),
    ("quarantine",),
    ("undo", "D-4", "--plan"),
]


@pytest.mark.parametrize("words", READING)
def test_names_that_attack_are_inert(tell: Callable[..., Told], words: tuple[str, ...]) -> None:
    _, out, _ = tell(*words)
    assert "\U0001f986" in out  # an emoji is only a name
    assert "\\x1b[31mred" in out  # spelled out, not acting
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", out)
    assert not any(line.startswith("  undo: rm") for line in out.splitlines())  # no forged line


@pytest.mark.parametrize("words", READING)
def test_json_says_the_same_and_is_inert_too(tell: Callable[..., Told], words: tuple[str, ...]) -> None:
    _, out, _ = tell(*words, "--json")
    objects = [json.loads(line) for line in out.splitlines()]
    assert objects and all(isinstance(o["type"], str) for o in objects)
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", out)
    assert "\x1b[31mred" in json.dumps(objects, ensure_ascii=False).replace("\\u001b", "\x1b")


def test_status_counts_from_the_last_look(tell: Callable[..., Told], append: Callable[..., object]) -> None:
    _, first, _ = tell("status")
    assert first.startswith("Until now: 3 changes, 1 broken, 1 question for you")
    assert tell("status")[1].startswith("Since you last looked: 0 changes, 1 broken, 1 question for you")
    append("steer", "person", Steering(act="pause", because="holiday"))
    report = json.loads(tell("status", "--json")[1])
    assert report["paused"].startswith("2026-11-23T10:00") and report["changed"] == []
    again = json.loads(tell("status", "--json", "--since", "0")[1])
    assert [c["decision"] for c in again["changed"]] == ["D-1", "D-3", "D-4"]
    assert [a["options"] for a in again["asks"]] == [["it is a price move", "it is another currency"]]


def test_a_look_by_a_program_does_not_count(tell: Callable[..., Told]) -> None:
    tell("status", "--json")
    tell("status", "--since", "3")
    assert tell("status")[1].startswith("Until now: 3 changes")


def test_answers_and_new_deliveries_settle_what_waited(
    tell: Callable[..., Told], estate: Path, append: Callable[..., object]
) -> None:
    append("steer", "person", Steering(act="reject", about="D-5", because="currency"))
    report = json.loads(tell("status", "--json")[1])
    assert report["asks"] == []
    from cli_story import batch

    landed = replace(batch("0009", 3), source="rates")
    append("sense", "ingester", Landed(batch=landed))
    assert tell("status")[0] == 0
    assert "declined" in tell("why", "D-5")[1] and "reject" in tell("why", "D-5")[1]


def test_an_undone_decision_says_so(tell: Callable[..., Told], estate: Path, append: Callable[..., object]) -> None:
    from cli_story import PROMOTE, decision, release

    plan = _plan_of(tell, "D-4")
    back = replace(plan, title="Take back D-4", undoes="D-4", proposer="person", changes=plan.inverse)
    append("propose", "person", Proposed(plan=back))
    made = replace(decision("D-6", back, PROMOTE), undoes="D-4")
    append("gate", "gate", Decided(decision=made))
    append("promote", "windvane", Promoted(release=release("R-4", made, "R-3")))
    assert "undone by D-6" in tell("status", "--since", "0")[1]
    assert "windvane undo D-6, which brings it back" in tell("why", "D-4")[1]
    assert "takes back D-4" in tell("why", "D-6")[1]
    code, _, err = tell("undo", "D-4", "--plan")
    assert (code, "D-6 took it back already" in err) == (2, True)
    assert tell("undo", "D-1", "--plan")[0] == 0


def test_a_regret_keeps_what_was_measured(tell: Callable[..., Told], append: Callable[..., object]) -> None:
    append(
        "learn", "windvane", Learned(lesson=Lesson(decision="D-4", proposer="rename", cause="wrong", regretted=True))
    )
    told = tell("why", "D-4")[1]
    assert "  rows staging.prices: predicted 1,488, measured 1,488\n  regretted: wrong\n" in told


def _plan_of(tell: Callable[..., Told], decision: str) -> object:
    lines = [
        json.loads(line) for line in tell("log", "--decision", decision, "--step", "propose", "--json")[1].splitlines()
    ]
    plans = [line["body"] for line in lines if line["body"]["type"] == "proposed"]
    return msgspec.convert(plans[-1], Proposed).plan


@pytest.mark.parametrize(
    ("words", "count"),
    [
        ((), 33),
        (("--step", "gate"), 5),
        (("--about", "I-2"), 3),
        (("--about", "mart.price"), 5),
        (("--about", "price"), 6),
        (("--about", "nothing at all"), 0),
        (("--last", "3"), 3),
        (("--decision", "D-5"), 4),
        (("--decision", "D-5", "--step", "gate"), 1),
    ],
)
def test_log_filters(tell: Callable[..., Told], words: tuple[str, ...], count: int) -> None:
    code, out, _ = tell("log", *words)
    assert (code, len(out.splitlines())) == (0, count)


def test_why_takes_the_start_of_a_fingerprint(tell: Callable[..., Told]) -> None:
    plan = json.loads(tell("log", "--decision", "D-2", "--step", "gate", "--json")[1])["body"]["decision"]["plan"]
    assert tell("why", f"P-{plan[:6]}")[1] == tell("why", "D-2")[1]


@pytest.mark.parametrize(
    ("words", "code", "why"),
    [
        (("why", "D-77"), "decision.unknown", "there are D-1, D-2, D-3, D-4, D-5"),
        (("why", "I-9"), "incident.unknown", "there are I-1, I-2, I-3"),
        (("why", "R-9"), "release.unknown", "there are R-1, R-2, R-3"),
        (("why", "P-0000000000"), "plan.unknown", "there are P-"),
        (("why", "seven"), "id.invalid", "ids are D-n"),
        (("diff", "I-1"), "id.kind", "`I-1` is no decision"),
        (("undo", "D-2", "--plan"), "decision.not_undoable", "it is rejected and changed nothing"),
        (("undo", "D-1", "--plan"), "decision.not_undoable", "D-4 came later"),
        (("approve", "D-4", "--plan"), "decision.not_waiting", "these wait: D-5"),
        (("approve", "D-5", "--option", "9", "--plan"), "answer.unknown", "1 it is a price move"),
    ],
)
def test_a_wrong_name_names_those_there_are(
    tell: Callable[..., Told], words: tuple[str, ...], code: str, why: str
) -> None:
    exit_code, out, err = tell(*words)
    assert (exit_code, out) == (2, "")
    assert err.startswith(f"error[{code}]: ") and why in err
    shape = json.loads(tell(*words, "--json")[1])
    assert set(shape) == {"code", "message", "why", "fix"} and shape["code"] == code


def test_before_the_first_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "windvane.toml").touch()
    (tmp_path / "models").mkdir()
    with contextlib.chdir(tmp_path / "models"):  # the estate is found above
        assert [run([c]) for c in ("status", "log", "products", "quarantine")] == [0, 0, 0, 0]
    assert "nothing has run yet" in capsys.readouterr().out
    assert not (tmp_path / ".windvane").exists()  # reading writes nothing where there is nothing


def test_a_line_edited_by_hand_is_an_unhealthy_estate(tell: Callable[..., Told], estate: Path) -> None:
    with sqlite3.connect(estate / ".windvane" / "ledger.sqlite") as file:
        file.execute("DROP TRIGGER entries_no_update")
        file.execute("""UPDATE entries SET body = '{"type":"decided","decision":7}' WHERE seq = 9""")
    code, _, err = tell("status")
    assert (code, err.startswith("error[ledger.edited]: ")) == (3, True)
