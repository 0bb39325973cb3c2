"""Eight-bit text is read where its words can be words of one charset only, and refused where two fit."""

from __future__ import annotations

import random

import pytest

from windvane.domain.errors import Unreadable
from windvane.stack.landing.charsets import choose

TOWNS = {
    "cp1252": "Orléans Genève Besançon Nîmes Sète Évreux François Benoît Zoé là déjà Noël",
    "iso8859_15": "España Núñez Muñoz Málaga Córdoba año León",
    "cp1250": "Łódź Kraków Gdańsk Poznań Wrocław Częstochowa Białystok Rzeszów gęślą Śląsk",
    "iso8859_2": "Dvořák Plzeň Břeclav Třebíč Děčín Novák Růžička Jiří Šťastný Náchod",
    "cp1257": "Šiauliai Panevėžys Klaipėda Žemaitė Vilkaviškį Kėdainių Mažeikiai ąžuolas",
    "cp1251": "Москва Петербург Новосибирск Екатеринбург Казань Иванов Пётр Ольга",
    "koi8_r": "москва петербург новосибирск екатеринбург казань иванов пётр ольга",
    "cp1253": "Αθήνα Θεσσαλονίκη Πάτρα Ηράκλειο Λάρισα Βόλος",
    "mac_roman": "Orléans Genève Besançon Nîmes Sète Évreux François Hélène",
}
NORTH = "Ærø Tønder Århus Sæby Nørrebro Østerbro Søren Jørgen Västerås Malmö Göteborg Mårten Skåne Umeå"
IBERIA = "São Conceição Brasília Goiânia Maceió Belém Maranhão Coração Guimarães"


def lines(words: str) -> str:
    return "\n".join(words.split()) + "\n"


@pytest.mark.parametrize(
    ("charset", "words"), [*TOWNS.items(), ("cp1252", NORTH), ("cp1252", IBERIA), ("cp1252", "Zürich Köln Straße")]
)
def test_words_of_one_language_tell_their_charset(charset: str, words: str) -> None:
    data = lines(words).encode(charset)
    assert data.decode(choose("towns.csv", data)) == lines(words)


@pytest.mark.parametrize(
    ("charset", "words"),
    [
        ("cp1252", "Hélène"),  # and `Hélčne`
        ("cp1251", "Москва"),  # one word is chance
        ("euc_jp", "東京 大阪"),  # characters of three countries
        ("iso8859_15", "5€ 7€"),  # or `5¤`
    ],
)
def test_what_two_charsets_may_say_is_refused_with_both_readings(charset: str, words: str) -> None:
    with pytest.raises(Unreadable) as refused:
        choose("towns.csv", lines(words).encode(charset))
    assert refused.value.code == "source.encoding"
    assert words.split()[0] in refused.value.why or "would read" in refused.value.why
    assert "encoding = " in refused.value.fix


@pytest.mark.parametrize("charset", sorted(TOWNS))
def test_a_few_words_are_read_right_or_refused_and_never_wrong(charset: str) -> None:
    draw = random.Random(charset)
    for size in (1, 2, 4):
        for _ in range(8):
            text = lines(" ".join(draw.choices(TOWNS[charset].split(), k=size)))
            data = text.encode(charset)
            if data.isascii():
                continue
            try:
                found = choose("towns.csv", data)
            except Unreadable:
                continue
            assert data.decode(found) == text


def test_the_range_that_only_windows_uses_and_ordinals() -> None:
    for text in ("Œuvre à 5 €\ncœur\nsœur\nnœud\nmœurs\nvœux\n", "1º\n2ª\nNº\n"):
        data = text.encode("cp1252")
        assert data.decode(choose("towns.csv", data)) == text
