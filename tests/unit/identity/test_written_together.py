"""Arabic names written as one word and as several are one name, in either script and across the two (I7)."""

from __future__ import annotations

import pytest

from entente.identity.score import best_reading

FOUND, DOUBTED = 850, 600

SAME = (
    ("عبدالرحمن القاسمي", "عبد الرحمن القاسمي"),
    ("عبدالرحمن سالم القاسمي", "عبد الرحمن سالم القاسمي"),
    ("نورالدين سالم", "نور الدين سالم"),
    ("سيف الدين", "سيفالدين"),
    ("Abdulrahman Salim al-Qasimi", "عبد الرحمن سالم القاسمي"),
    ("Abdurrahman Salim", "عبد الرحمن سالم"),
    ("Abderrahmane Salem", "عبد الرحمن سالم"),
    ("Abdelkader Benali", "عبد القادر بن علي"),
    ("Nureddin Salim", "نور الدين سالم"),
    ("Nur al-Din Salim", "نورالدين سالم"),
    ("Abdulrahman Salim al-Qasimi", "Abd al-Rahman Salim al-Qasimi"),
    ("Abdurrahman Salim", "Abd al-Rahman Salim"),
    ("Abdelrahman Salim", "Abd al-Rahman Salim"),
    ("Abderahman Salim", "Abd er-Rahman Salim"),
    ("Nureddin Salim", "Nur ad-Din Salim"),
)
OTHER = (
    ("عبدالرحيم سالم", "عبد الرحمن سالم"),
    ("عبدالكريم القاسمي", "عبد الرحمن القاسمي"),
    ("Abdulkarim Salim", "عبد الرحمن سالم"),
    ("Nasreddin Salim", "نور الدين سالم"),
    ("Abdulkarim Salim", "Abd al-Rahman Salim"),
    ("Nureddin Salim", "Badr ad-Din Salim"),
    ("Benali Salim", "بن عمر سالم"),
)


@pytest.mark.parametrize(("one", "other"), SAME)
def test_i7_name_is_one_however_its_words_are_joined(one: str, other: str) -> None:
    assert best_reading([one], other).score >= FOUND
    assert best_reading([other], one).score >= FOUND


@pytest.mark.parametrize(("one", "other"), OTHER)
def test_i7_other_name_of_the_same_head_or_end_stays_another(one: str, other: str) -> None:
    assert best_reading([one], other).score < DOUBTED
    assert best_reading([other], one).score < DOUBTED
