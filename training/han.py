"""Readings of Han characters in Latin letters, for the characters and languages that few pairs hold.

The pairs are mostly names of foreigners written by sound in Mandarin; a bearer of a Han name is read in Mandarin (pinyin, or
Wade-Giles in older and Taiwanese papers), Cantonese, Korean, Hokkien, Vietnamese or Japanese. So each character gets, beside
what the pairs say:
- what its Mandarin syllable becomes in all pairs together, also put together from initial and final (SYLLABLE of pairs'
  weight);
- its readings (READINGS of pairs' weight), shared among the languages as in SHARES.

Source: Unihan 15.0.0 (data/README.md); jyutping to the Hong Kong government's romanisation; Korean syllables as `hangul` spells
them; Wade-Giles; surnames of Singapore and Malaysia as spelt there.
"""

from __future__ import annotations

import lzma
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping

from anyascii import anyascii

from training import hangul
from training.pairs import CHARACTERS_MAX, DATA, LATIN_MAX, Counts, Pair

SYLLABLE = 10.0
READINGS = 10.0
SHARES = {
    "mandarin": 0.43,
    "wade": 0.07,
    "cantonese": 0.17,
    "korean": 0.25,
    "on": 0.05,
    "kun": 0.03,
    "vietnamese": 0.05,
}
FIRST = 0.6
"""Share of a language's first reading where it has several."""
HOKKIEN = 0.3
SYLLABLE_SPELLINGS_MAX = 50

_INITIALS = re.compile("zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw]|")
_UNREAD = "0"

_JYUTPING_INITIALS = {
    "ng": ("ng",), "gw": ("kw", "gw"), "kw": ("kw",), "b": ("p", "b"), "d": ("t", "d"), "g": ("k", "g"), "z": ("ch", "ts"),
    "c": ("ch", "ts"), "j": ("y",),
}  # fmt: skip
_JYUTPING_FINALS = dict(
    row.split("=")
    for row in (
        "aa=a,aai=ai,aau=au,aam=am,aan=an,aang=ang,aap=ap,aat=at,aak=ak,am=am um,an=an un,ei=ei i ee,i=i ee,o=o oh,oi=oi oy,"
        "ou=o ou,oe=eu,oeng=eung,oek=euk,eot=ut,eoi=ui,eon=un,u=u oo,un=un oon,yu=u yu yue,yun=uen un,yut=uet"
    ).split(",")
)
_HOKKIEN = (
    "陳tan 林lim 黃ng,ong,wee 吳goh,go,ng 李lee 張teo,chong,cheong 王ong,heng 劉low,lau,liew 楊yeo,yong,yeoh "
    "蔡chua,tsai,choi 許koh,kho,hui 鄭tay,teh,cheng 郭kuok,quek,kwok 洪ang 沈sim,sum 梁neo,leong 謝chia,cheah,tse "
    "羅loh,lor,law 曾chan,tsang 葉yap,yip 邱khoo,chew 周chew,chow 余yee 符foo 馮fung,pang 何ho,hoe 潘phua,poon "
    "方png,fong 溫oon,wan 顏gan,ngan 白pek 胡oh,foo,woo 施see,si 倪geh,nga 戴tai 徐chee,hsu 朱choo,chu 蘇soh,so "
    "江kang,kong 唐tong,tng 詹chiam 莊chng,chong,ching 高ko 傅poh,foo 魏gooi 賴lai 鍾chong,chung 廖liew,liau "
    "彭pang 范fam 盧loo,lo 孫sng,suen 姚yeow,yiu 薛see,sit 杜toh,to 侯how 龔kong 卓toh 駱loke 陸loke,luk 馬mah,ma "
    "程ching 呂loo,lui 柯kua,quah 歐ow,au 翁ang,yung 伍ng 岑shum 尤yew 湯tong 龍lung"
)


def smoothed(pairs: list[Pair], counts: Counts, by_parts: Counts) -> Counts:
    """Add readings to the counts that the pairs gave, for every character of the list and of the pairs."""
    read = _readings()
    found = defaultdict(float, counts)
    spelt = _syllables(by_parts)
    for character in sorted(set(read) | {sign for pair in pairs for sign in pair.signs}):
        for latin, share in spelt.get(_syllable(character), {}).items():
            found[character, latin] += SYLLABLE * share
        for latin, share in read.get(character, {_syllable(character): 1.0}).items():
            found[character, latin] += READINGS * share
    return dict(sorted(found.items()))


def in_parts(pairs: Iterable[Pair]) -> list[Pair]:
    """Return the pairs with each character replaced by its Mandarin initial and final, a private sign each."""
    return [
        Pair(pair.native, "".join(map(_parts, pair.signs)), pair.latin, pair.weight)
        for pair in pairs
        if len(pair.signs) * 2 < CHARACTERS_MAX and all(map(_syllable, pair.signs))
    ]


def _syllable(character: str) -> str:
    return re.sub("[^a-z]", "", anyascii(character).lower())


def _parts(character: str) -> str:
    syllable = _syllable(character)
    initial = _INITIALS.match(syllable)
    assert initial is not None
    return _sign(f"{initial.group()}-") + _sign(syllable[initial.end() :])


_SIGNS: dict[str, str] = {}


def _sign(part: str) -> str:
    return _SIGNS.setdefault(part, chr(0xE000 + len(_SIGNS)))


def _syllables(by_parts: Counts) -> dict[str, dict[str, float]]:
    """Spell every syllable: as it was spelt whole, and as its initial and final were."""
    rows: dict[str, dict[str, float]] = defaultdict(dict)
    whole = sum(by_parts.values())
    for (native, latin), count in by_parts.items():
        rows[native][latin] = count / whole
    found: dict[str, dict[str, float]] = {}
    for part, initial in list(_SIGNS.items()):
        if part.endswith("-"):
            for other, final in list(_SIGNS.items()):
                if not other.endswith("-") and (spelt := _spelt(rows, initial, final)):
                    found[part[:-1] + other] = spelt
    return found


def _spelt(rows: Mapping[str, Mapping[str, float]], initial: str, final: str) -> dict[str, float]:
    spelt = defaultdict(float, rows.get(initial + final, {}))
    for before, share in rows.get(initial, {}).items():
        for after, part in rows.get(final, {}).items():
            if len(before + after) <= LATIN_MAX:
                spelt[before + after] += share * part
    best = sorted(spelt.items(), key=lambda item: (-item[1], item[0]))[:SYLLABLE_SPELLINGS_MAX]
    whole = sum(share for _, share in best)
    return {latin: share / whole for latin, share in best}


def columns() -> dict[str, list[list[str]]]:
    """Return the readings of each character: Mandarin, Cantonese, Korean, Japanese on and kun, Vietnamese."""
    with lzma.open(DATA / "han_readings.tsv.xz", "rt", encoding="utf-8") as file:
        rows = [line.rstrip("\n").split("\t") for line in file]
    return {character: [column.split() for column in read] for character, *read in rows}


def _readings() -> dict[str, dict[str, float]]:
    hokkien = {word[0]: word[1:].split(",") for word in _HOKKIEN.split()}
    found = {}
    for character, (mandarin, cantonese, korean, on, kun, vietnamese) in columns().items():
        shares: dict[str, float] = defaultdict(float)
        for language, spellings in {
            "mandarin": mandarin,
            "wade": [_wade_giles(mandarin[0])] if mandarin else [],
            "cantonese": [latin for reading in cantonese for latin in _hong_kong(reading)],
            "on": on,
            "kun": kun,
            "vietnamese": vietnamese,
        }.items():
            _share(shares, spellings, SHARES[language])
        for syllable, share in _parted(korean, SHARES["korean"]).items():
            for latin, part in hangul.spelt(syllable).items():
                shares[latin] += share * part
        _share(shares, hokkien.get(character, []), HOKKIEN)
        found[character] = dict(shares)
    return found


def _share(shares: dict[str, float], spellings: Iterable[str], whole: float) -> None:
    for latin, share in _parted([latin for latin in spellings if 0 < len(latin) <= LATIN_MAX], whole).items():
        shares[latin] += share


def _parted(spellings: Iterable[str], whole: float) -> dict[str, float]:
    """Part a share among spellings, the first of several having FIRST of it."""
    first, *others = dict.fromkeys(spellings) or [""]
    if not others:
        return {first: whole} if first else {}
    return {first: whole * FIRST, **dict.fromkeys(others, whole * (1 - FIRST) / len(others))}


def _hong_kong(jyutping: str) -> list[str]:
    initial = next((known for known in _JYUTPING_INITIALS if jyutping.startswith(known) and jyutping != known), "")
    if not initial and jyutping[:1] in "pmftnlkhws" and len(jyutping) > 1:
        initial = jyutping[0]
    final = jyutping[len(initial) :]
    finals = _JYUTPING_FINALS.get(final, final).split()
    spelt = [begun + rest for rest in finals for begun in _JYUTPING_INITIALS.get(initial, (initial,))]
    return [re.sub("^yy", "y", latin) for latin in spelt]


def _wade_giles(pinyin: str) -> str:
    match = _INITIALS.match(pinyin)
    assert match is not None
    initial, final = match.group(), pinyin[match.end() :]
    begun = {"b": "p", "d": "t", "g": "k", "j": "ch", "q": "ch", "x": "hs", "zh": "ch", "z": "ts", "c": "ts", "r": "j"}
    ends = {"ian": "ien", "ie": "ieh", "ong": "ung", "ue": "ueh", "iong": "iung"}
    if initial in {"zh", "ch", "sh", "r"} and final == "i":
        return begun.get(initial, initial) + "ih"
    if initial in {"z", "c", "s"} and final == "i":
        return {"z": "tzu", "c": "tzu", "s": "szu"}[initial]
    if final == "e" and initial in {"g", "k", "h", ""}:
        return begun.get(initial, initial) + "o"
    if final == "uo" and initial not in {"g", "k", "h", "sh"}:
        return begun.get(initial, initial) + "o"
    if initial == "y":
        return {"an": "yen", "e": "yeh", "i": "i", "in": "in", "ing": "ing", "ou": "yu"}.get(final, pinyin)
    return begun.get(initial, initial) + ends.get(final, final)
