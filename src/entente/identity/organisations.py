"""Words of an organisation's name that say less than others: what legal form it has, and what many organisations are called.

A legal form is one word or several («GmbH», «Limited Liability Company», «S. A. R. L.») in a name's Latin letters. Forms are
compared by their kind: a limited company is called LLC, GmbH, OOO or SARL, and a translation turns one into the other; a stock
company is another body than a limited company of the same name.

Written from general knowledge of company law and of how firms are named; no list was copied.
Source: docs/rules/identity.md I35.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from enum import StrEnum


class LegalKind(StrEnum):
    """What kind of body a legal form is, as far as it is the same in many countries."""

    LIMITED = "limited company"
    STOCK = "stock company"
    PARTNERSHIP = "partnership"
    NON_PROFIT = "non-profit organisation"
    ANY = "company"
    """A form of which only a company is said: it agrees with all that are one."""


# One form a comma. A form of two letters, or of one that is a name somewhere, stands only where such forms do.
_FORMS = {
    LegalKind.LIMITED: """
llc, l l c, limited liability company, ltd, limited, co ltd, company ltd, co limited, company limited, pty ltd, proprietary ltd,
proprietary limited, pty limited, pte ltd, pvt ltd, private limited, private ltd, sdn bhd, gmbh, gesellschaft mit beschrankter
haftung, sarl, s a r l, societe a responsabilite limitee, srl, s r l, sociedad de responsabilidad limitada, sociedad limitada, sl,
s l, bv, b v, bvba, b v b a, spzoo, sp zoo, sp z o o, spolka z ograniczona odpowiedzialnoscia, doo, d o o, ood, eood, ooo, o o o,
obshchestvo s ogranichennoy otvetstvennostyu, obshchestvo s ogranichennoi otvetstvennostyu, tov, tovarystvo z obmezhenoyu
vidpovidalnistyu, too, tovarishchestvo s ogranichennoy otvetstvennostyu, mchj, mmc, kft, lda, ltda, limitada, sia, uab, aps, oy,
fze, fzc, fzco, fz llc, wll, shpk, tnhh, ou
""",
    LegalKind.STOCK: """
ag, akg, aktiengesellschaft, sa, s a, sociedad anonima, sociedade anonima, societe anonyme, sas, s a s, spa, s p a, societa per
azioni, nv, n v, inc, incorporated, corp, corporation, plc, p l c, public limited company, jsc, joint stock company, ojsc, open
joint stock company, pjsc, public joint stock company, private joint stock company, cjsc, closed joint stock company, oao, zao,
pao, ao, aktsionernoe obshchestvo, otkrytoe aktsionernoe obshchestvo, publichnoe aktsionernoe obshchestvo, zakrytoe aktsionernoe
obshchestvo, oyj, ab, as, a s, asa, anonim sirketi, kk, kabushiki kaisha, bhd, berhad, tbk, sa de cv, s a de c v, sab de cv, ad,
ead, dd, d d, na, n a
""",
    LegalKind.PARTNERSHIP: "llp, l l p, limited liability partnership, lp, l p, limited partnership, kg, ohg, gmbh co kg, snc",
    LegalKind.NON_PROFIT: "ano, avtonomnaya nekommercheskaya organizatsiya, ev, e v, asbl, ngo",
    LegalKind.ANY: "co, company, cie, compagnie, companhia, compania, kompaniya, sharika, sherkat",
}
_AT_THE_END = frozenset({"ag", "sa", "sl", "ab", "as", "ad", "na", "ou", "dd", "kk", "ev", "co", "sia", "too"})
_AT_THE_BEGINNING = frozenset({"ao", "ano"})

_COMMON = """
agency army association authority bank battalion brigade bureau business capital center centre commerce commercial committee
construction council development engineering enterprise enterprises establishment export exports factory federation finance
financial firm foundation front fund general global group holding holdings import imports industrial industries industry
institute insurance international investment investments logistics management manufacturing marine maritime ministry
movement national office oil organisation organization partners party plant production products project securities service
services ship shipping society solutions state systems technologies technology trade trading transport trust union
university works
"""
COMMON = frozenset(_COMMON.split())
"""Words that stand in the names of many organisations: they say what it does, not which it is."""

FILLERS = frozenset({"and", "the", "of", "for", "und", "et"})
"""Words between the words: in one spelling of an organisation's name and not in the next."""


def _read() -> dict[str, tuple[tuple[tuple[str, ...], LegalKind], ...]]:
    found: dict[str, list[tuple[tuple[str, ...], LegalKind]]] = {}
    for kind, forms in _FORMS.items():
        for form in forms.split(","):
            words = tuple(form.split())
            found.setdefault(words[0], []).append((words, kind))
    return {first: tuple(sorted(rows, key=lambda row: -len(row[0]))) for first, rows in found.items()}


_BY_FIRST_WORD = _read()


def are_plain(words: AbstractSet[str]) -> bool:
    """Tell words among which there is no legal form and no number in words: those of nearly every person's name."""
    return words.isdisjoint(_BY_FIRST_WORD) and words.isdisjoint(_NUMBERS)


def legal_forms(words: Sequence[str]) -> dict[int, LegalKind]:
    """Return the places of the words that are a legal form, and its kind; none where nothing else would be left.

    Source: docs/rules/identity.md I35.
    """
    if _BY_FIRST_WORD.keys().isdisjoint(words):
        return {}
    found: dict[int, LegalKind] = {}
    place = 0
    while place < len(words):
        for form, kind in _BY_FIRST_WORD.get(words[place], ()):
            after = place + len(form)
            if tuple(words[place:after]) == form and _may_stand(form, words, place):
                found |= dict.fromkeys(range(place, after), kind)
                place = after - 1
                break
        place += 1
    return found if len(found) < len(words) else {}


def _may_stand(form: tuple[str, ...], words: Sequence[str], place: int) -> bool:
    if len(form) == 2 and max(map(len, form)) == 1:  # noqa: PLR2004 - «S. A.», which «Ivanov S. A.» has too
        return sum(len(word) > 1 for word in words) > 1
    if form[0] in _AT_THE_BEGINNING and len(form) == 1:
        return place == 0
    behind = words[place + len(form) :]
    return place > 0 and all(word in _BY_FIRST_WORD for word in behind) if form[0] in _AT_THE_END else True


_WORDS = """
one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen
"""
_TEN_WORDS = "twenty thirty forty fifty sixty seventy eighty ninety"


def _numbered(words: str, step: int, first: int) -> dict[str, int]:
    return {word: first + step * place for place, word in enumerate(words.split())}


_TENS = _numbered(_TEN_WORDS, 10, 20) | {"fourty": 40}
_TEENS = _numbered(_WORDS, 1, 1)
_UNITS = {word: number for word, number in _TEENS.items() if number < 10}  # noqa: PLR2004 - numbers of one digit
_NUMBERS = _TEENS | _TENS
_ROMAN_DIGITS = "ivx"
_ROMAN = re.compile(r"(?=[ivx])x{0,3}(?:ix|iv|v?i{0,3})")


def number_at(words: Sequence[str], place: int) -> tuple[str, int]:
    """Return the digits that English words for a number below 100 stand for here, and how many words they are; none: 0.

    Source: docs/rules/identity.md I35.
    """
    first = _NUMBERS.get(words[place], 0)
    if not first:
        return "", 0
    if words[place] in _TENS and place + 1 < len(words):
        behind = words[place + 1]
        unit = _UNITS.get(behind, 0) or (int(behind) if len(behind) == 1 and behind.isdecimal() else 0)
        if unit:
            return str(first + unit), 2
    return str(first), 1


def is_number(word: str) -> bool:
    """Tell a number, in digits or in Roman numerals up to 39."""
    return word.isdecimal() or (word[:1] in _ROMAN_DIGITS and _ROMAN.fullmatch(word) is not None)
