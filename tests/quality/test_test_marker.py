"""A marker of test data stands among few words; a sentence may be about tests."""

from __future__ import annotations

import pytest

from windvane.adapters.warehouses.scratch import Scratch
from windvane.stack.quality.oddities import ODDITIES, holds

TALK = "of the cases told today 758 were found by antigen swabs, beside the test that the regions count themselves"


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("test", True),
        ("TEST TEST", True),
        ("Test customer, please delete", True),
        ("order of a test-user", True),
        ("latest", False),
        (TALK, False),
        (TALK.replace("the test", "lorem ipsum"), True),
    ],
)
def test_a_marker_of_a_test_is_told_from_talk_of_tests(text: str, marked: bool) -> None:
    (oddity,) = (o for o in ODDITIES if o.cause == "test_data")
    assert Scratch().rows(f"SELECT {holds(oddity, 't')} FROM (VALUES (?)) AS v(t)", [text]) == [(marked,)]
