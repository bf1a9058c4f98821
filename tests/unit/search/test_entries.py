"""I2, I3, I7: a name as the entries of the index, read quickly or plainly, and written together or apart."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from entente.search.entries import EntryReader, read_entries
from entente.search.ways import joined

PIECES = st.sampled_from((
    "Rustam", "Muhammadov", "RAHIMOV,", "MC", "mcCabe", "McCABE", "Mr.", "Dr", "dr", "McCabe", "O'Neil", "d’Arc", "Abd", "al-",
    "Al-Rahman", "de", "la", "Cruz", "Kyoung-min", "Kim", "Łukasz", "Ünal", "Æthelred", "José", "e\u0301", "\u0301", "´a´", "ﬁ",
    "，", "、", "И́горь", "Йордан", "محمد", "عبدالرحمن", "김정훈", "王小明", "ハリー", "नरेन्द्र", "นายสมชาย", "བཀྲ་ཤིས་", "ཚེ་", "རིང་",
    "1", "٣", "-", "!", "_", "I", "IV", "A.", "B.", "𝔄li",
))  # fmt: skip
NAMES = st.one_of(
    st.lists(PIECES, max_size=20).map(" ".join), st.lists(PIECES, max_size=4).map("".join), st.text(max_size=30)
)
READER = EntryReader()


@given(NAMES)
@example("Mr. Dr")
@example("de")
@example("a\u00a0b\u1680c\x1cd")
def test_what_is_remembered_of_pieces_reads_as_the_whole_name_does(name: str) -> None:
    wanted = read_entries(name)
    assert READER.entries(name) == wanted
    assert READER.entries(name) == wanted, "a second time, when its pieces are remembered"


@given(NAMES)
def test_entries_of_a_name_differ_and_hold_its_letters(name: str) -> None:
    entries = READER.entries(name)
    assert len(set(entries)) == len(entries)
    assert all(word.isascii() and word.isalnum() for entry in entries for word in entry)


@pytest.mark.parametrize(
    ("name", "others"),
    [
        ("Rustam Muhammadov", []),
        ("Kim Lee", []),
        ("Kwon Eun-hee", ["kwoneun hee", "kwon eunhee"]),
        ("Tom McCabe", ["tom mccabe"]),
        ("Maria de la Cruz", ["maria delacruz"]),
        ("Abd al-Rahman Siddiqullah", ["abdalrahman siddiqullah"]),
        ("Ali bin Yusufullah", []),
        ("JaVale McGee", ["ja vale mcgee", "javale mcgee", "ja valemcgee"]),
        ("Anna A Kowalczyk", []),
    ],
)
def test_name_is_held_apart_and_written_together(name: str, others: list[str]) -> None:
    first, *rest = (" ".join(entry) for entry in read_entries(name))
    assert rest == others
    assert {first.replace(" ", ""), *(other.replace(" ", "") for other in others)} == {first.replace(" ", "")}


def test_particle_with_nothing_behind_it_stays() -> None:
    assert joined(("ali", "al")) == ()
    assert joined(("de",)) == ()
