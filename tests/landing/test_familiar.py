"""A file whose bytes are words in several charsets is read by the words that came before, and else refused."""

from __future__ import annotations

import pytest

from landing.conftest import Dock
from windvane.domain.errors import Unreadable
from windvane.stack.landing.charsets import recognised
from windvane.stack.landing.familiar import familiar

ROWS = "town,cases\nForlì,3\nCesena,4\nBologna,5\n"


def test_a_word_that_came_before_settles_the_charset(dock: Dock) -> None:
    earlier = [dock.land(ROWS, name=f"towns-{n}.csv") for n in range(3)]
    with pytest.raises(Unreadable):
        dock.land(ROWS.encode("cp1252"), name="towns-3.csv")
    file = dock.root / "incoming" / "towns-3.csv"
    told = familiar(file, earlier, root=dock.root, engine=dock.engine)
    assert told is not None
    assert (told.reading.encoding, told.word) == ("cp1252", "Forlì")
    batch = dock.land(ROWS.encode("cp1252"), name="towns-3.csv", reading=told.reading)
    assert dock.cells(batch) == dock.cells(earlier[0])


@pytest.mark.parametrize("before", ["Forli", "Hélène"])
def test_without_the_word_it_stays_a_question(dock: Dock, before: str) -> None:
    earlier = [dock.land(ROWS.replace("Forlì", before), name="towns-0.csv")]
    file = dock.root / "incoming" / "towns-1.csv"
    file.write_bytes(ROWS.encode("cp1252"))
    assert familiar(file, earlier, root=dock.root, engine=dock.engine) is None


def test_words_known_in_two_readings_settle_nothing() -> None:
    data = "Forlì\n".encode("cp1252")
    assert recognised(data, frozenset({"Forlì"})) == ("cp1252", "Forlì")
    assert recognised(data, frozenset({"Forlì", "Forlě"})) == ("", "")
    assert recognised(data + "Hélène\nGenève\n".encode("cp1252"), frozenset({"Forlì"})) == ("", "")
