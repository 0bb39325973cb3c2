"""A newer Python beside an older SQLite: DBOS asks for fractions of a second that the engine may not know."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
import sqlalchemy

from windvane.adapters.workflow import executor


def test_the_engine_knows_fractions_of_a_second(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(executor, "_SUBSECONDS", (99, 0))  # as if this SQLite were old
    with executor.engine(tmp_path / "w.sqlite") as database, database.begin() as connection:
        connection.execute(
            sqlalchemy.text("CREATE TABLE v (t INTEGER NOT NULL DEFAULT (unixepoch('subsec') * 1000), n)")
        )
        connection.execute(sqlalchemy.text("INSERT INTO v (n) VALUES (1)"))
        (stamp,) = connection.execute(sqlalchemy.text("SELECT t FROM v")).one()
    assert abs(stamp / 1000 - time.time()) < 60
