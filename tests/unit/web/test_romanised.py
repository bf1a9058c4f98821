"""A name in Arabic letters is shown so that it can be said (docs/rules/desk.md W27)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from entente.web.desk.naming import name_shown, reading_shown

LIST = Path(__file__).parents[3] / "src" / "entente" / "data" / "arabic_names.yaml"


@pytest.mark.parametrize(
    ("written", "latin"),
    [
        ("محمد علي حسن", "Muhammad Ali Hasan"),
        ("عبد الله", "Abdullah"),
        ("عبدالرحمن بن خالد", "Abd al-Rahman bin Khalid"),
        ("عبد الرحمن", "Abd al-Rahman"),
        ("عبد الصبور", "Abd al-Sbwr"),
        ("فاطمة الزهراء", "Fatima al-Zahra"),
        ("أبو سالم (Abu Salim)", "Abu Salim (Abu Salim)"),
        ("«أحمد» الشريف", "«Ahmad» al-Sharif"),
        ("مُحَمَّد", "Muhammad"),
        # Of Central Asia, and in Persian letters.
        ("محمدوف عبد الله", "Muhammadov Abdullah"),
        ("کریم علی", "Karim Ali"),
        ("مصطفى", "Mustafa"),
        # Of no list: letter by letter, as the search reads it.
        ("خوجة", "Khwjh"),
    ],
)
def test_w27_arabic_name_is_shown_as_it_is_said_and_letter_by_letter_where_no_list_has_it(
    written: str, latin: str
) -> None:
    shown = name_shown(written)
    assert (shown.written, shown.latin) == (written, latin)


def test_w27_what_the_search_reads_is_told_as_it_reads_it() -> None:
    assert reading_shown("محمد علي").latin == "Mhmd Ly"
    assert name_shown("Мухаммедов Абдулло").latin == reading_shown("Мухаммедов Абдулло").latin == "Mukhammedov Abdullo"
    assert name_shown("Muhammad Ali").latin == ""


def test_w27_list_of_names_holds_arabic_words_and_plain_latin_ones() -> None:
    read = yaml.safe_load(LIST.read_text("utf-8"))
    for part in ("names", "parts"):
        assert read[part]
        for written, latin in read[part].items():
            assert re.fullmatch("[\u0621-\u064a]+", written), written
            assert re.fullmatch(r"[A-Za-z]+(?:[ -][A-Za-z]+)*", latin), latin
