"""Text that nobody should type and somebody will: for whatever reads names, numbers and zones.

Empty, one letter, ten thousand characters, scripts mixed in one word, digits of every script, emoji, bidirectional controls,
combining marks on nothing, letters that look like others, halves of characters, zones with faults, dates that do not exist.
A seeded `Random` chooses everything.
"""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from typing import Final

from tests.support.build_mrz import SPECIMENS, Holder, zone

LONG: Final = 10_000
LONG_SHARE: Final = 0.01
CONTROLS: Final = (
    "\u200b\u200c\u200d\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff\0\x1b\u00ad"
)
MARKS: Final = (
    "\u0300\u0301\u0308\u0327\u0338\u0345\u0483\u05b0\u064b\u0651\u0670\u093c\u094d\u0e31\u0e4d\u1dc4\u20dd\ufe0f\u3099"
)
BLANKS: Final = " \t\n\r\v\f\u00a0\u2003\u2028\u2029\u3000\u1680"
SIGNS: Final = "'’ʼ\"«»-–—_.,;:/\\|()[]{}<>@#%&*+=~^`´·•⸱؟،。、・ー々〆"
EMOJI: Final = ("😀", "👨‍👩‍👧‍👦", "🇹🇯", "👍🏽", "🏴󠁧󠁢󠁳󠁣󠁴󠁿", "❤️", "1️⃣", "🧿")
DIGITS: Final = "0123456789٠١٢٣۴۵۶०१२३௧௨๑๒０１２３①②Ⅷ½²"
LOOK_ALIKES: Final = str.maketrans(
    "aceiopxyABCEHIKMOPTXSZ0", "асеіорхуΑВСЕНІКМОРТΧЅΖО"
)  # Latin letters to the Cyrillic and Greek ones that are cut like them
PARTS: Final = (
    "bin", "ibn", "al-", "van der", "de la", "Dr.", "Sayed", "ogly", "дочь", "بن", "ال", "عبد", "-san", "Jr.", "née",
    "Alexandrovich", "O'", "Mc", "x", "王", "김", "ー", "ッ", "ん", "ا", "ء", "ь", "ъ", "й", "ё", "ß", "ı", "İ", "ﷺ", "ǆ", "㍿",
    "ﷲ", "ﬁ", "ſ", "ͅ", "ꙮ", "𐍈", "𒐫", "〇", "㐀", "𠀀", "豈", "ﾊﾟ", "ヴ", "ㄱ", "ᄀ", "ᆨ",
)  # fmt: skip
SCRIPTS: Final = (
    (0x41, 0x7A), (0xC0, 0x24F), (0x370, 0x3FF), (0x400, 0x52F), (0x531, 0x587), (0x5D0, 0x5EA), (0x600, 0x6FF), (0x700, 0x74F),
    (0x780, 0x7B1), (0x900, 0x97F), (0x980, 0x9FF), (0xA00, 0xA7F), (0xA80, 0xAFF), (0xB00, 0xB7F), (0xB80, 0xBFF),
    (0xC00, 0xC7F), (0xC80, 0xCFF), (0xD00, 0xD7F), (0xD80, 0xDFF), (0xE00, 0xE7F), (0xE80, 0xEFF), (0xF00, 0xFFF),
    (0x1000, 0x109F), (0x10A0, 0x10FF), (0x1100, 0x11FF), (0x1200, 0x137F), (0x13A0, 0x13FF), (0x1780, 0x17FF), (0x1800, 0x18AF),
    (0x1E00, 0x1EFF), (0x2D30, 0x2D7F), (0x3040, 0x309F), (0x30A0, 0x30FF), (0x3105, 0x312F), (0x3400, 0x4DBF), (0x4E00, 0x9FFF),
    (0xAC00, 0xD7A3), (0xFB1D, 0xFDFF), (0xFE70, 0xFEFF), (0xFF00, 0xFFEF), (0x10300, 0x1032F), (0x1D400, 0x1D7FF),
    (0x20000, 0x2A6DF),
)  # fmt: skip
"""Blocks of Unicode, unassigned places too."""
NUMBERS: Final = (
    "AB 123456", "P1234567", "1HGCM82633A004352", "IMO 9074729", "490154203237518", "DE89 3704 0044 0532 0130 00",
    "+992 37 221 0000", "0044 20 7946 0958", "a@b.example", "192.0.2.7", "2001:db8::1", "AA-123-BB", "А123ВС 777",
    "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4",
    "0x52908400098527886E0F7030069857D2E4169EE7", "X7AcgcsBL6XDcUb289X4mJ8djcdyKaB5hJDWMArnXr61cqZ",
    "bitcoincash:qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a", "TJRabPrwbZy45sbavfcjinPJC18kjpRTv8", "123-45-6789",
)  # fmt: skip
DATES: Final = (
    "1979", "1979-05", "1979-05-04", "1979-02-30", "1979-13-01", "1979-00-00", "0000", "9999-12-31", "1849-12-31",
    "-1979", "1979-5-4", "04.05.1979", "２０３１", "١٩٧٩", "1979-02-29", "2000-02-29", "1900-02-29", "1979-05-04T00:00",
    "1979-05-04 ", " ", "x", "1979-W05", "99999",
)  # fmt: skip
COUNTRIES: Final = ("", "TJ", "RU", "KR", "XX", "tj", "TJK", "T", "\0\0", "ТЈ", "😀", "US")
SEXES: Final = ("", "female", "male", "other", "F", "мужской", "\u202emale")

_NAMES: Final = Path(__file__).resolve().parent.parent / "unit" / "identity" / "names_by_script.tsv"


def true_names() -> list[str]:
    """Return names of many scripts and their spellings, as people write them."""
    rows = [line.split("\t") for line in _NAMES.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    return [name for row in rows for name in (row[2], *row[3].split())]


class Hostile:
    """Makes hostile text."""

    def __init__(self, names: Sequence[str]) -> None:
        self._names = names

    def name(self, chance: Random) -> str:
        """Return what is given as a name: true, spoilt, or none at all."""
        if chance.random() < LONG_SHARE:
            return self._long(chance)
        return self._ways(chance, (self._true, self._spoilt, self._spoilt, self._mixed, self._strange, self._random))

    def number(self, chance: Random) -> str:
        """Return what is given as a number: one of many kinds, spoilt, a zone, or none at all."""
        if chance.random() < LONG_SHARE:
            return self._long(chance)
        return self._ways(chance, (self._number, self._number, self._zone, self._zone, self._digits, self._strange))

    def line(self, chance: Random) -> str:
        """Return a typed line, parts between commas."""
        makers = (self.name, self.name, self.number, self.date)
        return ", ".join(chance.choice(makers)(chance) for _ in range(chance.randrange(5)))

    def date(self, chance: Random) -> str:
        """Return what is given as a date of birth."""
        if chance.random() < 0.3:
            return f"{chance.randrange(1800, 2100):04}-{chance.randrange(15):02}-{chance.randrange(34):02}"
        return self._spoil(chance.choice(DATES), chance) if chance.random() < 0.2 else chance.choice(DATES)

    def _ways(self, chance: Random, makers: Sequence[Callable[[Random], str]]) -> str:
        return chance.choice(makers)(chance)

    def _true(self, chance: Random) -> str:
        return " ".join(chance.choice(self._names) for _ in range(chance.randrange(1, 5)))

    def _spoilt(self, chance: Random) -> str:
        return self._spoil(self._true(chance), chance)

    def _spoil(self, text: str, chance: Random) -> str:
        """Change a text in some places."""
        if chance.random() < 0.2:
            text = text.translate(LOOK_ALIKES)
        letters = list(text)
        for _ in range(chance.randrange(1, 6)):
            place = chance.randrange(len(letters) + 1)
            match chance.randrange(7):
                case 0:
                    letters[place : place + 1] = []
                case 1:
                    letters[place:place] = chance.choice(CONTROLS)
                case 2:
                    letters[place:place] = [chance.choice(MARKS) for _ in range(chance.choice((1, 2, 30)))]
                case 3:
                    letters[place:place] = chance.choice((BLANKS, SIGNS, DIGITS, *EMOJI, *PARTS))
                case 4:
                    letters[place : place + 2] = reversed(letters[place : place + 2])
                case 5:
                    letters[place : place + 1] = self._letter(chance)
                case _:
                    letters[place:place] = letters[: chance.randrange(12)]
        spoilt = "".join(letters)
        return (
            chance.choice((str.upper, str.lower, str.title, str.swapcase))(spoilt) if chance.random() < 0.2 else spoilt
        )

    def _mixed(self, chance: Random) -> str:
        """Return words whose letters are of several scripts."""
        words = (
            "".join(self._letter(chance) for _ in range(chance.randrange(1, 14))) for _ in range(chance.randrange(1, 6))
        )
        return chance.choice((" ", "-", ", ", "")).join(words)

    def _strange(self, chance: Random) -> str:
        """Return text with hardly a letter, or with one alone."""
        makers: tuple[Callable[[], str], ...] = (
            str,
            lambda: chance.choice(BLANKS) * chance.randrange(1, 4),
            lambda: self._letter(chance),
            lambda: "".join(chance.choice(MARKS) for _ in range(chance.randrange(1, 200))),
            lambda: "".join(chance.choice(CONTROLS) for _ in range(chance.randrange(1, 20))),
            lambda: "".join(chance.choice(EMOJI) for _ in range(chance.randrange(1, 20))),
            lambda: "".join(chance.choice(SIGNS) for _ in range(chance.randrange(1, 40))),
            lambda: " ".join(chance.choice(PARTS) for _ in range(chance.randrange(1, 30))),
            lambda: self._digits(chance),
            lambda: self._letter(chance) + "".join(chance.choice(MARKS) for _ in range(chance.randrange(1, 190))),
        )
        return chance.choice(makers)()

    def _random(self, chance: Random) -> str:
        """Return characters from anywhere, halves of pairs too; one script of one word at times."""
        if chance.random() < 0.5:
            return "".join(chr(chance.randrange(sys.maxunicode + 1)) for _ in range(chance.randrange(1, 40)))
        first, last = chance.choice(SCRIPTS)
        return "".join(chr(chance.randint(first, last)) for _ in range(chance.randrange(1, 201)))

    def _digits(self, chance: Random) -> str:
        return "".join(chance.choice(DIGITS) for _ in range(chance.choice((1, 4, 9, 14, 17, 40, 199))))

    def _number(self, chance: Random) -> str:
        text = chance.choice(NUMBERS)
        return self._spoil(text, chance) if chance.random() < 0.7 else text

    def _zone(self, chance: Random) -> str:
        """Return a zone with faults, cut, joined, out of order or with lines of another."""
        if chance.random() < 0.3:
            lines = list(chance.choice(tuple(SPECIMENS.values())))
        else:
            holder = Holder(
                surname="".join(chance.choice("ABCXYZ <") for _ in range(chance.randrange(40))),
                number="".join(chance.choice("0123456789ABKO<") for _ in range(chance.randrange(1, 14))),
                born=f"{chance.randrange(10**6):06}",
                expires=f"{chance.randrange(10**6):06}",
                nationality=chance.choice(("TJK", "UTO", "D", "XXX", "QQQ")),
                sex=chance.choice("MF<X"),
            )
            lines = list(zone(chance.choice(tuple(SPECIMENS)), holder))
        for _ in range(chance.randrange(6)):
            place = chance.randrange(len(lines))
            line = lines[place]
            at = chance.randrange(len(line) + 1)
            match chance.randrange(6):
                case 0:
                    lines[place] = line[:at] + chance.choice("<0O1I5S8B2ZKC«‹ .\u00ad") + line[at + 1 :]
                case 1:
                    lines[place] = line[:at] + line[at + 1 :]
                case 2:
                    lines[place] = line[:at] + chance.choice("<0Aа٣\u202e😀") + line[at:]
                case 3:
                    chance.shuffle(lines)
                case 4:
                    lines.insert(place, chance.choice(tuple(SPECIMENS.values()))[0])
                case _:
                    lines[place] = line.lower() if chance.random() < 0.5 else self._spoil(line, chance)
        return chance.choice(("\n", "\r\n", "", " ", "\n\n")).join(lines)

    def _long(self, chance: Random) -> str:
        """Return up to ten thousand characters."""
        length = chance.choice((201, 1_000, LONG))
        makers: tuple[Callable[[], str], ...] = (
            lambda: self._letter(chance),
            lambda: chance.choice(self._names),
            lambda: chance.choice(self._names) + " ",
            lambda: chance.choice((*PARTS, *EMOJI, *MARKS, *CONTROLS, *SIGNS, *DIGITS)),
            lambda: "".join(self._letter(chance) for _ in range(length)),
            lambda: " ".join(self._letter(chance) for _ in range(length)),
            lambda: chance.choice(NUMBERS),
            lambda: "\n".join(chance.choice(tuple(SPECIMENS.values()))),
            lambda: "".join(self._spoilt(chance) for _ in range(100)),
            lambda: "<",
            lambda: "1,",
        )
        piece = chance.choice(makers)() or " "
        return (piece * (length // len(piece) + 1))[:length]

    def _letter(self, chance: Random) -> str:
        first, last = chance.choice(SCRIPTS)
        letter = chr(chance.randint(first, last))
        return letter if unicodedata.category(letter) != "Cn" else chance.choice("aбγ")
