"""What is read from left to right stands so within a text that runs from right to left (docs/rules/desk.md W27)."""

from __future__ import annotations

import re
import time
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from entente.web.reading_order import in_order, marked, whole_codes
from entente.web.wording import Wording

APART = re.compile(r'<bdi dir="ltr">(.*?)</bdi>')


@pytest.mark.parametrize(
    ("text", "apart"),
    [
        ("هاتف +992 93 555-01-00.", ["+992 93 555-01-00"]),
        ("هاتف +44 (0) 20 7946 0958", ["+44 (0) 20 7946 0958"]),
        ("هاتف +992935550100", ["+992935550100"]),
        ("هاتف 93 555 01 00", ["93 555 01 00"]),
        ("سيارة 01 AB 777 (رمادية)", ["01 AB 777"]),
        ("(سيارة 01 AB 777)", ["01 AB 777"]),
        ("وُلد في 1979-03-14، عمّان", ["1979-03-14"]),
        ("رقم XA-NCB/w-1: راجع", ["XA-NCB/w-1"]),
        ("P<UTOMUHAMMADOV<<ABDULLO<<<<\nالسطر", ["P&lt;UTOMUHAMMADOV&lt;&lt;ABDULLO&lt;&lt;&lt;&lt;"]),
        ("https://x.example/a?b=1 هنا", ["https://x.example/a?b=1"]),
        ("رقم A4، ثم AB 3, CD 4", ["AB 3", "CD 4"]),
        ("a.b@example.org هنا", ["a.b@example.org"]),
        ("עמוד 12 AB 3", ["12 AB 3"]),
        ("وُلد في 1979-05 تقريبا", ["1979-05"]),
        # What the direction of the text orders rightly.
        ("الأعوام 2024-2026", []),
        ("الصفحات 5 6 7", []),
        ("جواز AB123456 وحده", []),
        ("كما كتب: see the file", []),
        ("No word of it: 01 AB 777", []),
        ("Номер 01 AB 777", []),
    ],
)
def test_w27_numbers_and_plates_stand_apart_where_they_would_be_turned_around(text: str, apart: list[str]) -> None:
    shown = in_order(text)
    assert APART.findall(shown) == apart
    assert unescape(APART.sub(r"\1", str(shown))) == text


@given(st.text(alphabet="ع ab<>&\"'12+-./(،", max_size=60))
def test_w27_nothing_is_added_to_a_text_and_all_of_it_is_escaped(text: str) -> None:
    shown = APART.sub(r"\1", str(in_order(text)))
    assert unescape(shown) == text
    assert not set(shown) & set("<>\"'")


def test_w27_markup_stays_and_a_long_text_is_read_in_time() -> None:
    assert in_order(Markup("<b>ع 1 a</b>")) == "<b>ع 1 a</b>"
    began = time.process_time()
    for hostile in ("a" + "." * 100_000, "1(" * 50_000, "a " * 50_000, "+1" * 50_000, "a." * 50_000 + "!"):
        in_order("ع" + hostile)
    # Some hundred times what it takes; a search that begins anew at each letter takes minutes.
    assert time.process_time() - began < 5


def test_w27_date_in_a_text_of_ours_is_read_as_it_is_to_be_written() -> None:
    assert marked("مثل 1979-05-04 أو 1979-05 أو 1979.") == "مثل \u200e1979-05-04 أو \u200e1979-05 أو 1979."
    assert marked("مثل +33 1 23 45 67 89، أو AB 123456") == "مثل \u200e+33 1 23 45 67 89، أو AB 123456"
    assert marked("for example 1979-05-04") == "for example 1979-05-04"
    assert "\u200e1979-05-04" in Wording("ar").text("help.birth_date")


@pytest.mark.parametrize(
    ("title", "whole"),
    [
        ("Hit on XA-NCB/w-1", ["XA-NCB/w-1"]),
        ("What XA-NCB and XB-NCB share.", ["XA-NCB", "XB-NCB"]),
        ("Leave for XB-NCB/o-1, twice", ["XB-NCB/o-1"]),
        ("مطابقة على XA-NCB/w-1", ["XA-NCB/w-1"]),
        ("Split 2026/000001 & <b>", []),
        ("withdrawal-of-an-agreement", []),
    ],
)
def test_w107_code_in_a_headline_is_one_word_and_nothing_else_changes(title: str, whole: list[str]) -> None:
    shown = whole_codes(in_order(title))
    apart = re.compile(r'<bdi class="whole">(.*?)</bdi>')
    assert apart.findall(shown) == whole
    assert apart.sub(r"\1", shown) == in_order(title)
