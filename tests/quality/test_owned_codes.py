"""Codes without their leading noughts: given back where their owner always had them, else left to a person."""

from __future__ import annotations

from pathlib import Path

import pytest

from windvane.adapters.warehouses.scratch import Scratch
from windvane.domain.batch import Batch
from windvane.domain.estate import Column, Contract, Estate, Model
from windvane.domain.finding import Finding
from windvane.domain.incident import Incident, Signal
from windvane.domain.ports import Scene
from windvane.sql.casts import casts
from windvane.stack.repair.case import Case
from windvane.stack.repair.owned import given_back, owned

Pairs = list[tuple[str, str]]
KNOWN: Pairs = [("ann", "00123"), ("bob", "0815"), ("cid", "77345"), ("dan", "AB 1"), ("ann", "00123")]
COLUMNS = ("customer", "code")
MODEL = """MODEL (name staging.orders, kind FULL);
SELECT CAST("customer" AS VARCHAR) AS customer, CAST("code" AS VARCHAR) AS code, _batch, _seq, _row FROM src.orders
"""


def _batch(root: Path, engine: Scratch, name: str, rows: Pairs) -> Batch:
    cells = ", ".join(f"('{a}', '{b}', '{name}', 1, {i})" for i, (a, b) in enumerate(rows, 1))
    query = f"SELECT * FROM (VALUES {cells}) AS t(customer, code, _batch, _seq, _row)"
    engine.execute(f"COPY ({query}) TO '{root / name}.parquet' (FORMAT PARQUET)")
    return Batch(
        id=name, source="orders", delivery=name, digest=name, landed_at="", rows_read=len(rows), accepted=len(rows),
        columns=COLUMNS, path=f"{name}.parquet",
    )  # fmt: skip


def _case(root: Path, rows: Pairs, *, classification: str = "open") -> Case:
    engine = Scratch()
    model = Model(name="staging.orders", text=MODEL)
    contract = Contract(
        relation="staging.orders",
        columns=tuple(Column(name=c, type="varchar", classification=classification) for c in COLUMNS),  # type: ignore[arg-type]
    )
    known, fresh = _batch(root, engine, "old", KNOWN), _batch(root, engine, "new", rows)
    depends = Finding(
        by="scout", subject="orders.code", claim="depends_on", value="customer", confidence=0.95, evidence=""
    )
    scene = Scene(root=root, estate=Estate(name="shop"), findings=(depends,), history=(known,), batches=(fresh,))
    signal = Signal(
        kind="quarantine_spike", subject="core.orders", expected="`core.orders.attributes` holds",
        observed="column `code`: 1 `customer` come with the code", batch="new",
    )  # fmt: skip
    incident = Incident(id="I-1", signals=(signal,))
    return Case(scene, incident, engine, model, contract, fresh, (known,), casts(MODEL))


def test_each_code_is_what_its_owner_always_had(tmp_path: Path) -> None:
    case = _case(tmp_path, [("ann", "123"), ("bob", "815"), ("cid", "77345"), ("dan", "AB 1")])
    assert owned(case) == {"code": ("customer", {"123": "00123", "815": "0815"})}
    text = given_back(case.text("code"), {"123": "00123", "815": "0815"})
    read = case.rows(f"SELECT code FROM {case.arriving({'code': text})} ORDER BY _row")
    assert [str(c) for (c,) in read] == ["00123", "0815", "77345", "AB 1"]


@pytest.mark.parametrize(
    "rows",
    [
        [("ann", "123"), ("eve", "456")],  # a code of digits whose owner nobody knows may have lost some too
        [("ann", "123"), ("cid", "99999")],  # one that moved, or did it?
        [("ann", "123"), ("eve", "123")],  # the same short code of two owners, one of them unknown
        [("ann", "23")],  # more than noughts is gone
    ],
)
def test_where_one_code_is_in_doubt_none_is_filled(tmp_path: Path, rows: Pairs) -> None:
    assert owned(_case(tmp_path, rows)) == {}


def test_codes_of_people_are_not_spelled_out_in_a_model(tmp_path: Path) -> None:
    assert owned(_case(tmp_path, [("ann", "123")], classification="personal")) == {}
