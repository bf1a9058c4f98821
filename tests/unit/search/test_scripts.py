"""I3, I22 and I23: names of scripts without training pairs find their Latin forms among names that sound alike."""

from __future__ import annotations

import pytest

from entente.search.index import Index
from entente.search.names_builder import IndexRecord

# Invented persons: common given and family names put together, the usual Latin form, and names that sound like it.
PEOPLE = {
    "שמעון מאיר": ("Shimon Meir", "Simone Maier", "Shimshon Mayer"),
    "גולדה פרס": ("Golda Peres", "Gilda Peretz", "Goldie Pérez"),
    "Κυριάκος Γκάλης": ("Kyriakos Galis", "Kyriaki Kalis", "Cyriac Galles"),
    "Νίκος Μητσάκης": ("Nikos Mitsakis", "Nikos Mitsotis", "Nico Metaxakis"),
    "მიხეილ გამყრელიძე": ("Mikheil Gamkrelidze", "Mikhail Gamkrelishvili", "Michel Gamsa"),
    "ზვიად კვარაცხელია": ("Zviad Kvaratskhelia", "Zviadi Kvirikashvili", "Zaid Karaskhi"),
    "Սերժ Մարտիրոսյան": ("Serzh Martirosyan", "Serge Martinosian", "Sergo Martis"),
    "Նիկոլ Սարգսյան": ("Nikol Sargsyan", "Nikolai Sargis", "Nicole Sarkissian"),
    "नरेन्द्र देशमुख": ("Narendra Deshmukh", "Narender Deshpande", "Nadira Desmond"),
    "सचिन कुलकर्णी": ("Sachin Kulkarni", "Sacha Kulkar", "Sachi Colcarny"),
    "สมชาย ใจดี": ("Somchai Chaidi", "Somsak Jaidi", "Samchi Chady"),
    "সত্যজিৎ সেন": ("Satyajit Sen", "Satya Sein", "Surjit Shen"),
    "রহিম হোসেন": ("Rahim Hossain", "Rahman Hassan", "Karim Hosny"),
    "သိန်းအောင်": ("Thein Aung", "Theisen Ang", "Tin Ong"),
    "မင်းစိန်": ("Min Sein", "Ming Seine", "Mina Stein"),
    "አብይ ታደሰ": ("Abiy Tadesse", "Abe Taddeo", "Habib Tades"),
    "መለስ ገብሬ": ("Meles Gebre", "Miles Gabre", "Melissa Gibran"),
}


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Index:
    names = [name for row in PEOPLE.values() for name in row]
    return Index.build([IndexRecord(name, (name,)) for name in names], tmp_path_factory.mktemp("scripts"))


@pytest.mark.parametrize("written", PEOPLE)
def test_i23_name_in_its_own_script_comes_first(index: Index, written: str) -> None:
    assert [one.id for one in index.search(written, 1)] == [PEOPLE[written][0]]
