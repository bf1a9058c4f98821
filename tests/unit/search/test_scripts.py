"""I3, I22 and I23: names of scripts without training pairs find their Latin forms among names that sound alike."""

from __future__ import annotations

import pytest

from entente.search.index import Index
from entente.search.names_builder import IndexRecord

# Names of public life in their own script, the usual Latin form, and made names that sound like it.
PEOPLE = {
    "שמעון פרס": ("Shimon Peres", "Simone Peretz", "Shimshon Pérez"),
    "גולדה מאיר": ("Golda Meir", "Gilda Maier", "Goldie Mayer"),
    "Κυριάκος Μητσοτάκης": ("Kyriakos Mitsotakis", "Kyriaki Mitsaki", "Cyriac Metaxakis"),
    "Νίκος Γκάλης": ("Nikos Galis", "Nikos Kalis", "Nico Galles"),
    "მიხეილ სააკაშვილი": ("Mikheil Saakashvili", "Mikhail Sakashvili", "Michel Saakadze"),
    "ზვიად გამსახურდია": ("Zviad Gamsakhurdia", "Zviadi Gamkrelidze", "Zaid Gamsa"),
    "Սերժ Սարգսյան": ("Serzh Sargsyan", "Serge Sargis", "Sergo Sarkissian"),
    "Նիկոլ Փաշինյան": ("Nikol Pashinyan", "Nikolai Pashin", "Nicole Pachinian"),
    "नरेन्द्र मोदी": ("Narendra Modi", "Narender Mehdi", "Nadira Moody"),
    "सचिन तेंडुलकर": ("Sachin Tendulkar", "Sacha Tandul", "Sachi Tindal"),
    "ทักษิณ ชินวัตร": ("Thaksin Shinawatra", "Taksim Chinawat", "Thaksa Shiwatra"),
    "সত্যজিৎ রায়": ("Satyajit Ray", "Satya Roy", "Surjit Rai"),
    "শেখ হাসিনা": ("Sheikh Hasina", "Sheikh Hassan", "Shaikh Husain"),
    "သိန်းစိန်": ("Thein Sein", "Theisen Stein", "Tin Sen"),
    "မင်းအောင်လှိုင်": ("Min Aung Hlaing", "Ming Ang Lin", "Mina Hung"),
    "አብይ አህመድ": ("Abiy Ahmed", "Abe Ahmadi", "Habib Hamed"),
    "መለስ ዜናዊ": ("Meles Zenawi", "Miles Zanni", "Melissa Zinoway"),
}


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Index:
    names = [name for row in PEOPLE.values() for name in row]
    return Index.build([IndexRecord(name, (name,)) for name in names], tmp_path_factory.mktemp("scripts"))


@pytest.mark.parametrize("written", PEOPLE)
def test_i23_name_in_its_own_script_comes_first(index: Index, written: str) -> None:
    assert [one.id for one in index.search(written, 1)] == [PEOPLE[written][0]]
