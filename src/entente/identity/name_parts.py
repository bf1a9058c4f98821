"""The words of a name that say less than others: titles, particles, fathers' names; and family names with a gender.

Titles that are never names fall away; honorifics that are names too count little. A father's name is seen by its ending or by
the particle before it; whoever leaves it out has not given another name. The male and the female form of a family name are one
name.

Written from general knowledge of naming customs, not taken from any list; words in the normal form of names (I2).
Source: docs/rules/identity.md I2, I7 and I24; for the customs ICAO 9303-3 section 4.
"""

from __future__ import annotations

from collections.abc import Sequence

from rapidfuzz.distance import Prefix

from entente.identity.scripts import fold


def _words(rows: str) -> list[str]:
    return rows.split()


# Never a person's name. A word that is one anywhere stands below.
TITLES = frozenset(
    _words("""
mr mrs ms miss dr drs prof professor sir messrs esq phd honourable honorable excellency reverend engr monsieur
madame mme mlle herr frau fraulein dipl dott dottssa signora signorina senor senora senorita srta dhr mevrouw
meneer mgr inz shri shrimati smt thiru thirumathi gospodin gospodja gospodina grazhdanin grazhdanka tovarishch
capt lieutenant sgt sergeant brig cpl господин госпожа гражданин гражданка товарищ тов проф полковник капитан
генерал κυριοσ κυρια κοσ δρ καθ ბატონი ქალბატონი პროფ պրն տկն դոկտ الدكتور دكتور الدكتورة الاستاذ المهندس اللواء
العقيد العميد النقيب الملازم السيدة اقاي اقای دکتر مهندس جناب مسٹر محترمہ محترم ڈاکٹر پروفیسر מר גברת דר
פרופ श्री श्रीमती सुश्री डॉ प्रो জনাব শ্রী শ্রীমতী ডঃ ਸ੍ਰੀ ਸ੍ਰੀਮਤੀ શ્રી શ્રીમતી திரு திருமதி శ్రీ శ్రీమతి ಶ್ರೀ
ಶ್ರೀಮತಿ ശ്രീമതി මහතා මෙනවිය ආචාර්ය นาย นาง นางสาว คุณ พลเอก พันเอก ທ້າວ ທ່ານ ນາງ លោក លោកស្រី កញ្ញា አቶ ወይዘሮ ወይዘሪት
ዶክተር 先生 女士 小姐 博士 教授 さん 様
""")
)

# Written together with the given name, longest first; what is left must be a name.
ATTACHED_TITLES = ("เด็กหญิง", "เด็กชาย", "นางสาว", "นาย", "นาง", "ທ້າວ", "ນາງ")
ATTACHED_REST_MIN = 3
"""Letters of the shortest name behind an attached title: Thai given names of two letters are very few."""

# Titles in some names and names in others: they stay and count little, in every script and spelling that folds to the same.
_HONORIFICS = """
sheikh shaykh sheik shekh sheykh cheikh shaikh haji hajji hadji alhaji elhadj hajiya mullah mulla molla mawlawi
maulvi molvi moulavi maulana mawlana qari ustad ustadh ayatollah akhund
"""
# Given and family names as often: they count little only where a given and a family name are left besides.
_NAMES_TOO = """
sayyid sayed syed seyed sayyed seyyed hafiz hafez mirza agha aga begum khanum khatun sahib saheb sardar pasha
effendi efendi hoca pandit swami datuk dato encik puan don dona daw kyai
"""

PARTICLES = frozenset(
    _words("""
al el ul ad ar as at az abu abd bin ben ibn bint binti binte umm ould bou ait ag ap ab mac mc fitz de da di do
dos das du del della delle dello degli dei des la le las los lo van von vom vanden vander ver der den ter ten te
tot zu zum zur af av och y e ogly oglu ogli uulu uly ulu kyzy qizi qyzy kizi gizi ogullari ibni bani beni dit
""")
)
"""Words that many names share; they count little (align.WEIGHT_PARTICLE). Most are particles of descent, place or family."""

SONS = frozenset({"bin", "ibn", "bint", "binti", "binte", "ibni"})
"""Before a father's name."""
CHILDREN = frozenset({"ogly", "oglu", "ogli", "uulu", "uly", "ulu", "kyzy", "qizi", "qyzy", "kizi", "gizi"})
"""Behind a father's name."""
_PATRONYMICS = (
    "ovich", "evich", "ovych", "evych", "yovych", "ovitch", "evitch", "owitsch", "ewitsch", "ovna", "evna", "ivna", "owna",
    "ewna", "ichna",
)  # fmt: skip
_FAMILY_ENDINGS = (
    "ov", "ev", "in", "ova", "eva", "ina", "sky", "skiy", "skii", "ski", "skyi", "skaya", "ska", "ko", "uk", "yan", "ian",
    "shvili", "dze",
)  # fmt: skip
WORDS_LEFT_MIN = 2
"""A given and a family name are left besides a father's name, and besides a title that may be a name."""

# Endings of a man's and of a woman's family name, as they are written in Latin letters.
GENDERED = (
    # Slavic: adjectives, possessives, and the Czech and Slovak -ová behind any name.
    ("skiy", "skaya"), ("skij", "skaja"), ("skyi", "ska"), ("sky", "skaya"), ("sky", "ska"), ("ski", "ska"), ("cki", "cka"),
    ("dzki", "dzka"), ("oy", "aya"), ("ov", "ova"), ("ev", "eva"), ("in", "ina"), ("yn", "yna"), ("ek", "kova"), ("ec", "cova"),
    ("y", "a"), ("", "ova"),
    # Greek: a woman's family name is the genitive of a man's.
    ("opoulos", "opoulou"), ("idis", "idou"), ("adis", "adou"), ("os", "ou"), ("is", "i"), ("as", "a"),
    # Lithuanian, of a wife and of a daughter; Latvian.
    ("as", "iene"), ("as", "aite"), ("is", "iene"), ("is", "yte"), ("ys", "iene"), ("ys", "yte"), ("us", "iene"), ("us", "ute"),
    ("us", "uviene"), ("ins", "ina"), ("ns", "na"), ("s", "a"), ("is", "e"),
)  # fmt: skip
GENDERED_STEM_MIN = 3
"""Letters that a man's and a woman's form share at least: shorter stems are shared by unrelated names (Bos, Bou)."""


_FOLDED_HONORIFICS = frozenset(map(fold, _words(_HONORIFICS)))
_FOLDED_NAMES_TOO = frozenset(map(fold, _words(_NAMES_TOO)))
_FOLDED_TITLES = _FOLDED_HONORIFICS | _FOLDED_NAMES_TOO


def honorifics(folded: Sequence[str]) -> frozenset[int]:
    """Return the places of the folded words that are titles here, though they are names elsewhere.

    Source: docs/rules/identity.md I2 and I24.
    """
    if _FOLDED_TITLES.isdisjoint(folded):
        return frozenset()
    found = {place for place, word in enumerate(folded) if word in _FOLDED_HONORIFICS}
    too = {place for place, word in enumerate(folded) if word in _FOLDED_NAMES_TOO}
    names = sum(word not in PARTICLES for word in folded) - len(found)
    return frozenset(found | too if names - len(too) >= WORDS_LEFT_MIN else found)


def fathers_names(words: Sequence[str]) -> frozenset[int]:
    """Return the places of the words that are a father's name: «Petrovich», what follows «bin», what «ogly» follows.

    Only where a given and a family name are left: the Serbian family name Petrovich is not taken for one in a name of two.

    Source: docs/rules/identity.md I24.
    """
    if len(words) <= WORDS_LEFT_MIN:
        return frozenset()
    found: set[int] = set()
    for place, word in enumerate(words):
        if place and word in SONS and place + 1 < len(words) and words[place + 1] not in PARTICLES:
            found.add(place + 1)
        if place > 1 and word in CHILDREN:
            found.add(place - 1)
    if endings := [place for place, word in enumerate(words) if place and word.endswith(_PATRONYMICS)]:
        last = endings[-1]
        # Last, it is a father's name only behind a family name: «Ivanov Ivan Petrovich».
        if last < len(words) - 1 or words[0].endswith(_FAMILY_ENDINGS):
            found.add(last)
    if not found:
        return frozenset()
    names = sum(word not in PARTICLES for word in words)
    return frozenset(found) if names - len(found) >= WORDS_LEFT_MIN else frozenset()


def are_forms_of_one_family(one: str, other: str) -> bool:
    """Tell whether two folded words are a man's and a woman's form of one family name: Ivanov and Ivanova.

    Source: docs/rules/identity.md I24.
    """
    shared = Prefix.similarity(one, other)
    first = max(GENDERED_STEM_MIN, len(one) - _ENDING_MAX, len(other) - _ENDING_MAX)
    return any((one[stem:], other[stem:]) in _FOLDED_GENDERED for stem in range(first, shared + 1))


_FOLDED = [(fold(his) if his else "", fold(hers)) for his, hers in GENDERED]
_FOLDED_GENDERED = frozenset(_FOLDED) | {(hers, his) for his, hers in _FOLDED}
"""His and hers, and hers and his."""
_ENDING_MAX = max(len(ending) for endings in _FOLDED for ending in endings)
