"""I1, I6 and I13: what may be asked, why, and what is indexed."""

from dataclasses import replace

import pytest

from entente.identity.identifiers import IDENTIFIER_CHARACTERS_MAX
from entente.identity.model import QUERY_NAME_CHARACTERS_MAX, QUERY_TERMS_MAX, Query
from entente.identity.rules import check_occasion, check_query, query_from_text, with_line
from entente.kernel.errors import Invalid
from tests.unit.identity.search_world import LISTS, OCCASION


@pytest.mark.parametrize(
    "query",
    [
        Query(names=("Мухаммедов",), birth_date="1979", country="XA"),
        Query(identifiers=("PA 123456",)),
        Query(names=("王小明", "Wang"), birth_date="1979-05-04"),
    ],
)
def test_i1_a_name_or_a_number_can_be_searched(query: Query) -> None:
    check_query(query, LISTS)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        (Query(), "names"),
        (Query(birth_date="1979", country="XA"), "names"),
        (Query(names=("…",)), "names"),
        (Query(names=("a" * (QUERY_NAME_CHARACTERS_MAX + 1),)), "names"),
        (Query(names=("Rahimov",) * (QUERY_TERMS_MAX + 1)), "names"),
        (Query(identifiers=("12",)), "identifiers"),
        (Query(identifiers=("1" * (IDENTIFIER_CHARACTERS_MAX + 1),)), "identifiers"),
        (Query(names=("Rahimov",), country="QQQ"), "country"),
        (Query(names=("Rahimov",), birth_date="1979-02-30"), "birth_date"),
        (Query(names=("Rahimov",), birth_date="yesterday"), "birth_date"),
    ],
)
def test_i1_query_that_points_at_nobody_or_is_impossible_is_invalid(query: Query, field: str) -> None:
    with pytest.raises(Invalid) as caught:
        check_query(query, LISTS)
    assert caught.value.field == field


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("Muhammadov, 1979", Query(names=("Muhammadov",), birth_date="1979")),
        ("Rahimov, Akmal, 1979-05-04", Query(names=("Rahimov, Akmal",), birth_date="1979-05-04")),
        ("PA 123456", Query(identifiers=("PA 123456",))),
        ("王小明", Query(names=("王小明",))),
        ("Muhammadov, 14.03.1979", Query(names=("Muhammadov",), birth_date="1979-03-14")),
        ("Muhammadov, 14/3/1979", Query(names=("Muhammadov",), birth_date="1979-03-14")),
        ("Muhammadov, 3/14/1979", Query(names=("Muhammadov",), birth_date="1979-03-14")),
        ("Мухаммедов Абдулло 14.03.1979", Query(names=("Мухаммедов Абдулло",), birth_date="1979-03-14")),
        (
            "Muhammadov 1979-03-14, AB 123456",
            Query(names=("Muhammadov",), birth_date="1979-03-14", identifiers=("AB 123456",)),
        ),
        ("AB 12.12.2012 7", Query(identifiers=("AB 12.12.2012 7",))),
        ("31.02.1979", Query(identifiers=("31.02.1979",))),
        # The commas and digits of other keyboards.
        ("حداد، ليلى، ١٩٨٥", Query(names=("حداد, ليلى",), birth_date="1985")),
        ("حداد، ١٤/٠٣/١٩٧٩، ب ١٢٣٤٥٦", Query(names=("حداد",), birth_date="1979-03-14", identifiers=("ب ١٢٣٤٥٦",))),
        ("王小明，1979，AB123456", Query(names=("王小明",), birth_date="1979", identifiers=("AB123456",))),
        ("王小明、1979", Query(names=("王小明",), birth_date="1979")),
        ("", Query()),
    ],
)
def test_i1_one_line_is_read_as_name_date_and_number(text: str, query: Query) -> None:
    assert query_from_text(text) == query


def test_i1_line_with_two_dates_of_birth_is_invalid_and_neither_is_left_out() -> None:
    for stated, line in ((Query(), "Rahimov, 1979, 1980"), (Query(birth_date="1979"), "Rahimov, 1980")):
        with pytest.raises(Invalid) as caught:
            with_line(stated, line)
        assert caught.value.field == "line"


def test_i1_line_adds_to_what_is_stated_beside_it() -> None:
    stated = Query(names=("Akmal",), country="TJ", identifiers=("AB123456",))
    assert with_line(stated, "Rahimov, 1979, PA 654321") == Query(
        names=("Akmal", "Rahimov"), birth_date="1979", country="TJ", identifiers=("AB123456", "PA 654321")
    )
    assert with_line(stated, " ") == stated


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"purpose": "curiosity"}, "purpose"),
        ({"crime_area": "gossip"}, "crime_area"),
        ({"case": "", "occasion": " "}, "case"),
        ({"occasion": "a" * 201}, "occasion"),
        ({"occasion": "control\x1b[2J at lane 2"}, "occasion"),
        ({"case": "2031/\u202e000017"}, "case"),
    ],
)
def test_i13_search_without_a_stated_why_is_invalid(changes: dict[str, str], field: str) -> None:
    check_occasion(OCCASION, LISTS)
    check_occasion(replace(OCCASION, case="", occasion="vehicle check at the bridge post"), LISTS)
    with pytest.raises(Invalid) as caught:
        check_occasion(replace(OCCASION, **changes), LISTS)
    assert caught.value.field == field
