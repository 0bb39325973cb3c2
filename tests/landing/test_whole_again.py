"""A delivery that comes whole again: what it repeats, changes and no longer has, with a key and without one."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from landing.conftest import Dock
from windvane.adapters.warehouses.scratch import Scratch
from windvane.domain.batch import Batch, Cast
from windvane.stack.landing.screen import screen
from windvane.stack.landing.succession import departed

CASTS = (Cast(name="id", text='"id"', type="bigint"), Cast(name="v", text='"v"', type="varchar"))
KEYED = st.dictionaries(st.integers(0, 12), st.sampled_from(["", "a", "b", "NULL"]), min_size=1)
BARE = st.lists(st.tuples(st.integers(0, 3), st.sampled_from(["", "a", "NULL"])), min_size=1, max_size=20)


def _csv(rows: list[tuple[int, str]]) -> str:
    return "id,v\n" + "".join(f"{i},{'' if v == 'NULL' else chr(34) + v + chr(34)}\n" for i, v in rows)


def _follow(dock: Dock, deliveries: list[list[tuple[int, str]]], key: tuple[str, ...]) -> list[tuple[int, str | None]]:
    """What is visible after all deliveries, as `loop.propose` lets them in."""
    visible: dict[str, Batch] = {}
    for rows in deliveries:
        batch = dock.land(_csv(rows))
        if batch.id in visible:
            return []  # the same bytes again are no delivery here
        earlier = tuple(visible.values())
        paths = tuple(dock.root / b.path for b in earlier)
        fresh = screen(batch, CASTS, root=dock.root, engine=dock.engine, key=key, history=paths, earlier=paths).batch
        lost = departed(batch, earlier, key=[c for c in CASTS if c.name in key], root=dock.root, engine=dock.engine)
        visible |= {b.id: b for b in lost.thinner} | {fresh.id: fresh}
        assert all(b.rows_read == b.accepted + b.suppressed + b.departed for b in visible.values())
    files = ", ".join(f"'{dock.root / b.path}'" for b in visible.values())
    newest = "QUALIFY row_number() OVER (PARTITION BY id ORDER BY _seq DESC) = 1" if key else ""
    return [(int(str(i)), None if v is None else str(v)) for i, v in dock.engine.rows(
        f"SELECT id, v FROM read_parquet([{files}]) {newest}"
    )]  # fmt: skip


def _wanted(rows: list[tuple[int, str]]) -> Counter[tuple[int, str | None]]:
    return Counter((i, None if v == "NULL" else v) for i, v in rows)


@pytest.fixture(scope="module")
def engine() -> Scratch:
    return Scratch()


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(deliveries=st.lists(KEYED, min_size=2, max_size=3, unique_by=lambda d: tuple(sorted(d.items()))))
def test_with_a_key_what_is_visible_is_the_last_delivery(
    tmp_path_factory: pytest.TempPathFactory, engine: Scratch, deliveries: list[dict[int, str]]
) -> None:
    rows = [sorted(d.items()) for d in deliveries]
    found = _follow(Dock(Path(tmp_path_factory.mktemp("keyed")), engine), rows, ("id",))
    assert Counter(found) == _wanted(rows[-1])


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(deliveries=st.lists(BARE, min_size=2, max_size=3, unique_by=tuple))
def test_without_a_key_copies_are_counted(
    tmp_path_factory: pytest.TempPathFactory, engine: Scratch, deliveries: list[list[tuple[int, str]]]
) -> None:
    found = _follow(Dock(Path(tmp_path_factory.mktemp("bare")), engine), deliveries, ())
    assert Counter(found) == _wanted(deliveries[-1])


def test_a_key_that_is_read_otherwise_in_one_delivery_can_be_spelled_anew(dock: Dock) -> None:
    first = dock.land("code,day,a,b,c\n01,2026-01-01,red,7,x\n02,2026-01-01,blue,8,y\n03,2026-01-01,green,9,z\n")
    again = dock.land("code,day,a,b,c\n1,2026-01-01,red,7,x\n02,2026-01-01,blue,8,y\n03,2026-01-01,green,9,z\n")
    rule = f"""CASE WHEN _batch IN ('{first.id}') THEN '0' || LTRIM("code", '0') ELSE "code" END"""
    casts = (
        Cast(name="code", text=rule, type="varchar"),
        *(Cast(name=n, text=f'"{n}"', type="varchar") for n in ("day", "a", "b", "c")),
    )
    lost = departed(again, (first,), key=casts[:2], root=dock.root, engine=dock.engine, casts=casts)
    assert (lost.gone, lost.renamed) == (0, 1), "`1` is `01`: all else of the row is as it was"
