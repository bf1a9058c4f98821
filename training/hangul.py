"""Syllables of Korean names in Latin letters, which few pairs hold: theirs are names of foreigners written by sound.

A Korean is spelt by the Revised Romanisation, by McCune and Reischauer, as in the North and in older papers, or as the family
has always done. So each syllable that a Han character is read as gets, beside what the pairs say:
- the spellings which those give its letters, and the usual family names their own (KOREAN of pairs' weight);
- the Mandarin syllables of the characters that are read so (MANDARIN of pairs' weight): Chinese of older times stand in Korean
  texts by the Korean reading of their characters.

Source: Revised Romanisation of Korean (2000); McCune and Reischauer, «Romanization of the Korean Language», 1939; Unihan 15.0.0
(data/README.md). How often each spelling is used is our estimate.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping

from training.pairs import LATIN_MAX, Counts

KOREAN = 30.0
MANDARIN = 15.0
OWN = 0.5
"""Share of the spellings of its own that a syllable of `_HABITS` has."""
SPELLINGS_MAX = 24
MANDARIN_MAX = 6

# Letters of Hangul in the order of Unicode 15.0, section 3.12, each with its spellings and their shares in per cent.
_ONSETS = (
    "g45 k55,kk60 k20 gg10 g10,n,d70 t30,tt60 dd20 d10 t10,r55 l35 y5 n5,m,b70 p30,pp60 bb20 b10 p10,s,ss60 s40,,j70 ch30,"
    "jj60 j20 ch20,ch,k,t,p,h"
).split(",")
_VOWELS = (
    "a95 ah5,ae80 e8 ai8 ay4,ya,yae,eo42 u33 o20 uh5,e85 ae15,yeo40 yu22 yo20 you15 yuh3,ye80 e20,o95 oh5,wa90 oa10,wae,"
    "oe50 oi40 we10,yo,u60 oo40,wo70 weo15 uo10 o5,we,wi85 wee10 ui5,yu55 yoo30 you15,eu62 u33 oo5,ui40 eui25 ee20 i15,"
    "i82 ee13 y5"
).split(",")
_CODAS = ",k85 g15,kk,ks,n,nj,nh,t,l90 r10,lk,lm,lb,ls,lt,lp,lh,m,p85 b15,ps,t70 s30,t,ng,t,t,k,t,p,t".split(",")
_WITHOUT_ONSET = {"ᅵ": "i40 yi25 lee15 ee10 ri5 li5", "ᅮ": "u35 woo40 wu15 oo10"}
_SYLLABIC_S = "s55 sh45"
"""Before i."""
_HABITS = (
    "김kim 이lee,yi,rhee 박park,pak 최choi,choe 정jung,chung,jeong 강kang 조cho,jo 윤yoon,yun 장jang,chang 임lim,im,rim "
    "오oh 서seo,suh 신shin,sin 권kwon 안ahn,an 류ryu,yoo,yu 유yoo,yu,ryu 전jeon,chun,jun 고ko,koh 문moon,mun 손son,sohn "
    "배bae,pae 백baek,paik 허heo,huh,hur 심shim,sim 노noh,roh,ro 곽kwak 성sung,seong 주joo,ju,chu 우woo 구koo,ku 진jin,chin "
    "나na,ra 지ji,jee 엄um,eom 천chun,cheon 방bang,pang 공kong 현hyun,hyeon 변byun,byeon 추choo,chu 석seok,suk 선sun,seon "
    "길gil,kil 표pyo 명myung,myeong 기ki,gi 금keum,geum 육yook,yuk 국kook 양yang 여yeo 염yeom,yum 시si,shi 희hee,hui"
)
_SPELT_AS = {word[0]: word[1:].split(",") for word in _HABITS.split()}


def with_korean(counts: Counts, characters: Iterable[tuple[list[str], list[str]]]) -> Counts:
    """Add the spellings of Korean syllables to the counts that the pairs gave.

    `characters`: the Mandarin and the Korean readings of each Han character.
    """
    found = defaultdict(float, counts)
    for syllable, mandarin in _mandarin(characters).items():
        chunk = unicodedata.normalize("NFD", syllable)
        for latin, share in spelt(syllable).items():
            found[chunk, latin] += KOREAN * share
        for latin, share in mandarin.items():
            found[chunk, latin] += MANDARIN * share
    return dict(sorted(found.items()))


def spelt(syllable: str) -> dict[str, float]:
    """Return the usual spellings of a syllable of Hangul with their shares."""
    onset, vowel, *coda = tuple(unicodedata.normalize("NFD", syllable))
    before = _ONSETS[ord(onset) - ord("ᄀ")]
    within = _VOWELS[ord(vowel) - ord("ᅡ")]
    if onset == "ᄋ":
        within = _WITHOUT_ONSET.get(vowel, within)
    elif onset == "ᄉ" and vowel == "ᅵ":
        before = _SYLLABIC_S
    found: dict[str, float] = defaultdict(float)
    for first, begun in _shares(before).items():
        for second, share in _shares(within).items():
            for third, part in _shares(_CODAS[ord(coda[0]) - ord("ᆨ") + 1] if coda else "").items():
                found[first + second + third] += begun * share * part
    best = [(latin, share) for latin, share in found.items() if len(latin) <= LATIN_MAX]
    best = sorted(best, key=lambda one: (-one[1], one[0]))[:SPELLINGS_MAX]
    own = _SPELT_AS.get(syllable, [])
    whole = sum(share for _, share in best) / (1 - OWN if own else 1)
    usual = defaultdict(float, {latin: share / whole for latin, share in best})
    for place, latin in enumerate(own):
        # Each half as usual as the one before, all together OWN.
        usual[latin] += OWN * 0.5**place / (2 - 0.5 ** (len(own) - 1))
    return dict(usual)


def _mandarin(characters: Iterable[tuple[list[str], list[str]]]) -> Mapping[str, dict[str, float]]:
    """Return, for each Korean syllable, the Mandarin ones of the characters that are read so, with their shares."""
    counted: dict[str, dict[str, float]] = {}
    for mandarin, korean in characters:
        for place, syllable in enumerate(korean):
            row = counted.setdefault(syllable, defaultdict(float))
            for latin in mandarin[:1]:
                row[latin] += 1 / (1 + place)
    return {
        syllable: {
            latin: share / sum(row.values())
            for latin, share in sorted(row.items(), key=lambda one: (-one[1], one[0]))[:MANDARIN_MAX]
        }
        for syllable, row in sorted(counted.items())
    }


def _shares(spellings: str) -> dict[str, float]:
    """Read spellings with their shares in per cent; one alone has none written."""
    found = {}
    for written in spellings.split() or [""]:
        latin = written.rstrip("0123456789")
        found[latin] = float(written[len(latin) :] or 100) / 100
    return found
