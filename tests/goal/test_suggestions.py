"""Who asks for what the data cannot serve is told what they could ask; every such goal can be asked."""

from __future__ import annotations

import re

import pytest
from goal_worlds import WORLDS, made_of

from windvane.agents.analyst import understand
from windvane.agents.analyst.catalog import Catalog
from windvane.agents.analyst.suggesting import suggestions
from windvane.domain.entry import Understood
from windvane.domain.errors import NeedsPerson


@pytest.mark.parametrize("world", sorted(set(WORLDS) - {"odd"}))  # its blobs have nothing that can be measured
def test_what_is_suggested_is_served_and_unambiguous(world: str) -> None:
    catalog = made_of(world)
    with pytest.raises(NeedsPerson) as refused:
        understand("Average xylophone temperature per galaxy", catalog, None)
    told = re.findall(r"`([^`]+)`", refused.value.fix.partition("you could ask: ")[2])
    assert 2 <= len(told) <= 3 and len(set(told)) == len(told), refused.value.fix
    for goal in told:
        read = understand(goal, catalog, None)
        assert isinstance(read, Understood) and read.goal.measure.partition(".")[0] in {t.name for t in catalog.tables}


def test_what_is_near_the_words_asked_comes_first() -> None:
    world = next(w for w in sorted(WORLDS) if len(made_of(w).originals()) > 2)
    catalog = made_of(world)
    last = suggestions(catalog)[-1]
    assert suggestions(catalog, near=last)[0] == last


def test_where_nothing_can_be_asked_nothing_is_said() -> None:
    assert suggestions(Catalog()) == ()
    with pytest.raises(NeedsPerson) as refused:
        understand("Average temperature", Catalog(), None)
    assert "you could ask" not in refused.value.fix
