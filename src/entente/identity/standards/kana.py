"""Hiragana and katakana.

Modified Hepburn (as in Japanese passports, MOFA) first, then ISO 3602 (Kunrei) where names are written with it: si,
ti, tu, hu, zi, sya. Long vowels are left out, doubled, or written with h (Ono, Oono, Ohno). Katakana is turned into
hiragana before reading.
"""

from entente.identity.standards.table import Table

_ROWS = {
    "k": "かきくけこ", "g": "がぎぐげご", "n": "なにぬねの", "b": "ばびぶべぼ", "p": "ぱぴぷぺぽ", "m": "まみむめも",
    "r": "らりるれろ",
    "": "あいうえお",
}  # fmt: skip
_SMALL = {"ゃ": "a", "ゅ": "u", "ょ": "o"}
_PALATAL = {
    "き": "ky", "ぎ": "gy", "し": "sh sy", "じ": "j zy", "ち": "ch ty", "に": "ny", "ひ": "hy", "び": "by", "ぴ": "py",
    "み": "my", "り": "ry", "ぢ": "j zy",
}  # fmt: skip
_OTHERS = """
さ   sa
し   shi:9 si:1
す   su:8 s:2
せ   se
そ   so
ざ   za
じ   ji:9 zi:1
ず   zu
ぜ   ze
ぞ   zo
た   ta
ち   chi:9 ti:1
つ   tsu:9 tu:1
て   te
と   to
だ   da
ぢ   ji:8 di:2
づ   zu:8 du:2
で   de
ど   do
は   ha
ひ   hi
ふ   fu:9 hu:1
へ   he
ほ   ho
や   ya
ゆ   yu
よ   yo
わ   wa
ゐ   i
ゑ   e
を   o:8 wo:2
ん   n
[ん]ば n:5 m:5
[ん]び n:5 m:5
[ん]ぶ n:5 m:5
[ん]べ n:5 m:5
[ん]ぼ n:5 m:5
[ん]ぱ n:5 m:5
[ん]ま n:5 m:5
[ん]み n:5 m:5
[ん]も n:5 m:5
っ   t:3 k:3 p:2 s:2
[っ]か k
[っ]き k
[っ]く k
[っ]け k
[っ]こ k
[っ]ち t:6 c:4
[っ]さ s
[っ]し s
[っ]ぱ p
[っ]ぴ p
[っ]ぷ p
[っ]た t
[っ]て t
[っ]と t
ー   -
おお o:6 oo:2 oh:2
こう ko:8 kou:1 koh:1
とう to:8 tou:1 toh:1
そう so:8 sou:1
ろう ro:8 rou:1 roh:1
のう no
もう mo
ほう ho
よう yo:8 you:1
どう do
ごう go
ぞう zo
おう o
しょう sho:8 shou:1 shoh:1
じょう jo:8 jou:1
ちょう cho:8
きょう kyo:8 kyou:1
りょう ryo:8 ryou:1
ゆう yu:8 yuu:1
しゅう shu:8
じゅう ju
りゅう ryu
ちゅう chu
きゅう kyu
ゔ   v:5 b:5
ぁ   a
ぃ   i
ぅ   u
ぇ   e
ぉ   o
ふぁ fa
ふぃ fi
ふぇ fe
ふぉ fo
てぃ ti
でぃ di
じぇ je
しぇ she
ちぇ che
うぃ wi
うぇ we
うぉ wo
ゔぁ va
ゔぃ vi
ゔぇ ve
ゔぉ vo
つぁ tsa
でゅ du:6 dyu:4
とぅ tu
どぅ du
"""


def _rows() -> str:
    rows = [_OTHERS]
    rows += [
        f"{letter} {head}{vowel}" for head, row in _ROWS.items() for letter, vowel in zip(row, "aiueo", strict=True)
    ]
    rows += [
        " ".join([first + small, *(head + vowel for head in heads.split())])
        for first, heads in _PALATAL.items()
        for small, vowel in _SMALL.items()
    ]
    return "\n".join(rows)


_KATAKANA = {code: code - 0x60 for code in range(ord("ァ"), ord("ヶ") + 1)}
"""The two syllabaries stand in one order."""

TABLE = Table("Hira", letters=_rows(), same_as=_KATAKANA)
