"""Lists of words stand in the order of the reader's alphabet; W130 of docs/rules/desk.md."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest

from entente.formats.codelists import load_code_lists
from entente.web.wording import LANGUAGES, Wording


@pytest.mark.parametrize(
    ("language", "in_order"),
    [
        ("en", ["Åland Islands", "Albania", "Côte d’Ivoire", "Croatia", "Réunion", "Zimbabwe"]),
        ("fr", ["Danemark", "Égypte", "Émirats arabes unis", "Équateur", "Espagne", "Éthiopie", "Zimbabwe"]),
        ("es", ["Canadá", "Nuevo", "Ñandú", "Omán"]),
        ("ar", ["أرمينيا", "إسبانيا", "أفغانستان", "ألمانيا", "بلجيكا", "XA"]),
        ("ru", ["Ёлка", "Ель", "Ель-2", "Жук", "XA"]),
        ("zh", ["阿富汗", "埃及", "德国", "法国", "梵语", "斐济", "芬兰", "瑙鲁", "尼泊尔", "中国", "XA"]),
    ],
)
def test_w130_words_stand_as_in_the_readers_alphabet(language: str, in_order: list[str]) -> None:
    turned = [in_order[-1], *in_order[1:-1], in_order[0]]
    assert sorted(turned, key=Wording(language).place) == in_order


@pytest.mark.parametrize("language", LANGUAGES)
def test_w130_every_country_has_a_place_of_its_own(language: str) -> None:
    say, listed = Wording(language), load_code_lists().countries
    names = {str(say.country(code, listed)) for code in listed}
    ordered = sorted(names, key=say.place)
    assert all(say.place(one) < say.place(other) for one, other in pairwise(ordered))
    own = [name for name in ordered if not re.match("[A-Z]{2} ?[(（]", name)]
    assert language in {"en", "fr", "es"} or ordered[: len(own)] == own, "those of the reader's script come first"
