"""Changes are data: applying them and their inverse leads back, whatever they are."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from windvane.domain.batch import Batch
from windvane.domain.change import Admit, Change, Put, Rerun, Retire, Withdraw, apply, invert
from windvane.domain.estate import Contract, Estate, Model, Ref, Source, ref_of

names = st.sampled_from(["a", "b", "staging.a", "core.a"])
assets = st.one_of(
    st.builds(lambda n, t: Model(name=n, text=t), names, st.text(max_size=5)),
    st.builds(lambda n, c: Source(name=n, connector="files", location=c), names, st.text(max_size=5)),
    st.builds(lambda n, d: Contract(relation=n, description=d), names, st.text(max_size=5)),
)
refs = st.builds(Ref, kind=st.sampled_from(["model", "source", "contract"]), name=names)
batch = Batch(
    id="a-1", source="a", delivery="a.csv", digest="1", landed_at="2026-01-01T00:00:00", rows_read=1, accepted=1
)
changes = st.one_of(
    st.builds(lambda a: Put(asset=a), assets),
    st.builds(lambda r: Retire(ref=r), refs),
    st.just(Admit(batch=batch)),
    st.just(Withdraw(batch=batch)),
    st.just(Rerun(relation="core.a", first="2026-01-01", last="2026-01-02")),
)


def _estate(found: list) -> Estate:
    by_ref = {ref_of(a): a for a in found}
    return Estate(name="e", assets=tuple(sorted(by_ref.values(), key=lambda a: str(ref_of(a)))))


def _one_of_each(found: list[Change]) -> tuple[Change, ...]:
    """At most one change per asset, as plans have after `compact`."""
    seen: dict[str, Change] = {}
    for change in found:
        key = str(ref_of(change.asset) if isinstance(change, Put) else getattr(change, "ref", change))
        seen[key] = change
    return tuple(seen.values())


@given(st.lists(assets, max_size=6), st.lists(changes, max_size=6))
def test_the_inverse_leads_back(found: list, wanted: list[Change]) -> None:
    estate = _estate(found)
    todo = _one_of_each(wanted)
    assert apply(apply(estate, todo), invert(estate, todo)) == estate


@given(st.lists(assets, max_size=6), st.lists(changes, max_size=6))
def test_applying_twice_is_applying_once(found: list, wanted: list[Change]) -> None:
    estate = _estate(found)
    once = apply(estate, tuple(wanted))
    assert apply(once, tuple(wanted)) == once


def test_an_admission_is_taken_back_by_a_withdrawal() -> None:
    assert invert(Estate(name="e"), (Admit(batch=batch),)) == (Withdraw(batch=batch),)
