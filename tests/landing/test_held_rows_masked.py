"""Withheld rows are shown to a person without what looks personal, unless they ask for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from landing.conftest import Dock
from windvane.adapters.heading import write_heading
from windvane.adapters.ledger import Ledger
from windvane.app.cli.program import run
from windvane.domain.batch import Cast
from windvane.domain.entry import Found, Landed
from windvane.domain.estate import Source
from windvane.domain.finding import Finding
from windvane.domain.heading import Heading
from windvane.stack.landing.screen import screen

CASTS = (Cast(name="id", text='"id"', type="bigint"), Cast(name="mail", text='"Mail"', type="varchar"))


@pytest.fixture
def estate(dock: Dock) -> Path:
    landed = dock.land("id,Mail\n1,a@b.ch\n2,c@d.ch\nx,ada@lovelace.uk\nbob@x.org only,two,three\n")
    batch = screen(landed, CASTS, root=dock.root, engine=dock.engine, key=("id",)).batch
    source = Source(name="orders", connector="files", location=str(dock.root / "incoming" / "*.csv"))
    write_heading(dock.root, Heading(name="x", sources=(source,)))
    ledger = Ledger(dock.root / ".windvane" / "ledger.sqlite")
    personal = Finding(
        by="scout", subject="orders.Mail", claim="personal", value="email", confidence=0.9, evidence="2 of 2"
    )
    ledger.append(actor="ingester", step="sense", key=f"landed:{batch.id}", body=Landed(batch=batch))
    ledger.append(actor="scout", step="diagnose", key="found", body=Found(findings=(personal,)))
    ledger.close()
    return dock.root


def test_personal_values_are_masked_unless_asked_for(estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["quarantine", "orders", "--estate", str(estate)]) == 0
    told = capsys.readouterr().out
    assert "id=x, Mail=***" in told and "masked, they look personal: Mail" in told
    assert "lovelace" not in told and "bob@x.org" not in told, "a line that is no row is masked as a whole"
    assert run(["quarantine", "orders", "--json", "--estate", str(estate)]) == 0
    assert "lovelace" not in capsys.readouterr().out
    assert run(["quarantine", "orders", "--show-personal", "--estate", str(estate)]) == 0
    told = capsys.readouterr().out
    assert "Mail=ada@lovelace.uk" in told and "bob@x.org only,two,three" in told


def test_what_is_not_visible_cannot_be_changed(estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["quarantine", "orders", "--fix", "id=3", "--rows", "3", "--plan", "--estate", str(estate)]
    assert run(words) == 2
    told = capsys.readouterr().err
    assert "error[quarantine.not_visible]" in told and "fix: windvane run" in told


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--replay"], "usage.call"),
        (["orders", "--replay", "--accept", "1"], "usage.call"),
        (["orders", "--accept", "one"], "usage.value"),
        (["orders", "--fix", "id"], "usage.value"),
        (["orders", "--drop", "1"], "usage.missing"),
        (["nobody", "--drop", "1", "--because", "x"], "quarantine.unknown"),
    ],
)
def test_a_call_that_says_too_little_or_too_much(
    estate: Path, capsys: pytest.CaptureFixture[str], words: list[str], code: str
) -> None:
    assert run(["quarantine", *words, "--yes", "--estate", str(estate)]) == 2
    assert f"error[{code}]" in capsys.readouterr().err
