"""I38: a native name stands in an index under its likely Latin spellings."""

from pathlib import Path

import pytest

from entente.identity.names import name_forms, normalise
from entente.search import Index
from entente.search.learned_forms import SPELLINGS, learned_forms, spellings

NATIVE = {
    "ar": ("محمد يوسف", "Muhammad Yusuf"),
    "ru": ("Юрченко Оксана", "Yurchenko Oksana"),
    "ko": ("김정훈", "Kim Jeong-hoon"),
    "zh": ("潘兆平", "Pan Zhaoping"),
    "ja": ("ハーコート・ブロッケル", "Harcourt Brockel"),
}


def test_spellings_are_few_latin_and_the_same_each_time() -> None:
    for native, _ in NATIVE.values():
        for word in normalise(native).split():
            found = spellings(word)
            assert 0 < len(found) <= SPELLINGS
            assert len(set(found)) == len(found)
            assert all(one.isascii() and one.isalpha() and one == one.lower() for one in found)
            assert spellings(word) == found


@pytest.mark.parametrize("name", ["Yurchenko Oksana", "Елена", "ელენე ბერიძე", "", "1234", "Muñoz"])
def test_only_words_that_are_read_by_what_was_learned_have_some(name: str) -> None:
    assert bool(learned_forms(name)) == (name == "Елена")


def test_word_of_another_script_stays_as_it_is_beside_learned_ones() -> None:
    assert all(form.split()[1] == "smith" for form in learned_forms("Елена Smith"))


def test_latin_query_finds_the_native_record_first(tmp_path: Path) -> None:
    noise = ["Mahmud Yasin", "Yurchak Olga", "Kim Jihun", "Pang Chaoming", "Harold Brock", "Mohamad Yasuf Ali Hasan"]
    records = [{"id": key, "name": native} for key, (native, _) in NATIVE.items()]
    records += [{"id": f"n{place}", "name": name} for place, name in enumerate(noise)]
    index = Index.build(records, tmp_path)
    for key, (_, latin) in NATIVE.items():
        assert index.search(latin, 3)[0].id == key


def test_what_was_learned_adds_to_the_standards() -> None:
    assert "muhammad" not in " ".join(name_forms("محمد")).split()
    assert "muhammad" in spellings("محمد")
