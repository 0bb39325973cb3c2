"""What `windvane drill` prints: what went wrong first, the table by class, one line at the end."""

from __future__ import annotations

import os
from pathlib import Path

from windvane.app.cli.text.drill import drill as text
from windvane.app.cli.text.drill import exit_code
from windvane.app.drill.drill import DrillReport
from windvane.app.drill.judging import Score
from windvane.app.drill.tally import rows, summary
from windvane.domain.fault import Class

SNAPSHOT = Path(__file__).parent / "snapshots" / "drill.txt"


def score(fault: str, id_: str, kind: Class, got: str, **more: object) -> Score:
    wanted = {"renamed_column": ("heal",), "currency": ("hold", "heal"), "plain_day": ("nothing",)}[fault]
    plain: dict[str, object] = {"right": True, "detected": True, "named": True, "placed": True, "checks": 20}
    return Score(
        fault=fault, id=id_, kind=kind, base="funds", seed=7, source="prices", said="`close` comes as `px`",
        wanted=wanted, got=got, **(plain | more),
    )  # type: ignore[arg-type]  # fmt: skip


def report(*scores: Score) -> DrillReport:
    return DrillReport(
        estate="funds", seed=7, seconds=31.4, summary=summary(scores), classes=rows(scores), cases=scores,
        passed=("shifted_hours",),
    )  # fmt: skip


WRONG = (
    score("renamed_column", "S3", "schema", "heal"),
    score("currency", "V11", "value", "publish", right=False, detected=False, corrupted=12),
    score("renamed_column", "S3", "schema", "hold", right=False),
    score("plain_day", "B0", "control", "publish"),
)


def test_the_text_is_the_one_on_file() -> None:
    shown = "".join(f"{line.text}\n" for line in text(report(*WRONG)))
    if os.environ.get("WINDVANE_SNAPSHOTS") == "write":
        SNAPSHOT.write_text(shown, encoding="utf-8")
    assert shown == SNAPSHOT.read_text(encoding="utf-8")


def test_a_wrong_value_is_exit_code_3() -> None:
    assert exit_code(report(*WRONG)) == 3
    assert exit_code(report(*WRONG[:1], *WRONG[2:])) == 0, "held without need is no danger"
