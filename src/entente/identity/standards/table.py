"""A script's letters as a reviewer of that script reads them, and how they become a channel.

A row is a key of `channel` (`ხ`, `^[ե]`, `[յ]$`, `α[υ]π`), then what it becomes, the usual spelling first; `-` is
nothing. Weights may stand behind a colon (`kh:7 x:2`); without them each spelling is half as usual as the one before. A line that
begins with `#` is a remark.

What many scripts share is done here, once, and not in their rows:

- an unwritten vowel after a consonant (`Unwritten`): the inherent vowel of the Brahmic scripts, which may be silent, and the
  vowels that Hebrew, Syriac and Thai leave out;
- a vowel sign or a mark that silences takes that vowel's place (`signs`);
- a vowel written before its consonant is moved behind it (`moved`, Thai and Lao);
- syllables that are read apart (`parted`, Tibetan), and letters below others, which take the vowel of those;
- a longer chunk goes before the letters it is made of.

A consonant that is pronounced twice and written once needs nothing here: folding makes one of two letters (scripts.fold).

Source: docs/rules/identity.md I23.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from entente.identity.channel import END, NATIVE_CHARACTERS_MAX, START, Alternatives, Channel

SPELLINGS_MAX = 6
"""Latin chunks of one native chunk that are kept: what follows is rarer than one in a hundred."""
CUT_APART = 0.02
"""Share of its probability that a letter keeps where a longer chunk holds it: «ou» is read apart once in fifty."""
_KEY = re.compile(r"(?:(?P<before>[^\[\]])?\[(?P<inner>[^\[\]]+)\](?P<after>[^\[\]])?|(?P<chunk>[^\[\]]+))")


@dataclass(frozen=True, slots=True)
class Unwritten:
    """The vowel that is heard after a consonant and not written, in the spelling of rows."""

    inside: str
    """Before another consonant."""
    last: str
    """At the end of the word."""
    first: str = ""
    """After the first letter of the word, where it is hardly ever silent; as `inside` where nothing is said."""
    last_of_cluster: str = ""
    """At the end, after two consonants (Narendra); as `last` where nothing is said."""
    beside_sign: str = "-"
    """Before a vowel sign or vowel letter; in Hebrew waw and yod may be consonants, so that a vowel can come between."""


@dataclass(frozen=True, slots=True)
class Table:
    """The letters of one script."""

    script: str
    """ISO 15924."""
    letters: str = ""
    """Rows of what is read as it stands."""
    consonants: str = ""
    """Rows of letters after which an unwritten vowel may be heard."""
    signs: str = ""
    """Rows of what replaces the unwritten vowel: vowel signs, vowel letters, marks that silence."""
    silencers: str = ""
    """Marks between two consonants of one cluster (virama)."""
    closings: str = ""
    """Rows of what closes a syllable and colours its vowel (Burmese consonants under asat), read with the consonant before."""
    unwritten: Unwritten | None = None
    moved: str = ""
    """Vowels that are written before their consonant and read after it."""
    moved_over: tuple[str, str] = ("", "")
    """Letters that begin a cluster and letters that follow in it: a moved vowel is read after both, if a letter follows."""
    open_vowels: str = ""
    """Moved vowels that nothing closes: what ends the word behind them belongs to a cluster."""
    tones: str = ""
    """Marks of tone, which no usual romanisation writes."""
    parted: str = ""
    """The mark between syllables that are read apart (the tsheg of Tibetan)."""
    same_as: Mapping[int, int] = field(default_factory=dict)
    """Letters that are read as others of the table, by code point (katakana as hiragana)."""

    def prepared(self, word: str) -> str:
        """Return the word without tones and in the order it is read in: «เก้» as «กเ»."""
        word = word.translate(self.same_as)
        if self.tones:
            word = "".join(letter for letter in word if letter not in self.tones)
        if not self.moved or not any(letter in self.moved for letter in word):
            return word
        first, second = self.moved_over
        behind = f"[{first}][{second}](?:(?<=[{self.open_vowels}]..)|(?=.))"
        return re.sub(f"([{self.moved}])({behind}|[^{self.moved}])", r"\2\1", word)

    def channel(self) -> Channel:
        """Return the channel of this table; its words are expected `prepared`."""
        rows = _Rows()
        consonants, signs = list(_parsed(self.consonants)), list(_parsed(self.signs))
        closings = list(_parsed(self.closings))
        taking = {place[1][0] for place, _ in signs}
        # A letter written below another (Khmer, Tibetan, Burmese medials) takes the vowel of that one too.
        taking |= {place[1][0] for place, _ in consonants if unicodedata.category(place[1][0]).startswith("M")}
        # Rows for one neighbour come after those for any, and keep what they say.
        for place, spelt in sorted(consonants, key=lambda row: bool(row[0][0])):
            rows.update(self._carrying(place, spelt, taking))
            rows.update(_closed(place, spelt, closings))
        by_hand = [row for row in consonants if row[0][2]] + [*_parsed(self.letters), *signs]
        rows.update(by_hand)
        for (before, chunk, after), spelt in by_hand:
            # What is said of a neighbour holds at the beginning of the word and in a cluster too.
            rows.update(
                {
                    (start, chunk, after): spelt
                    for start in (START, *self.silencers)
                    if not before and (start, chunk, after) in rows
                }
            )
        rows.update(by_hand)
        rows.prefer_longer({place for place, _ in by_hand})
        return Channel(self.script, {_key(place): spelt for place, spelt in rows.items()})

    def _carrying(
        self, place: _Place, spelt: Alternatives, taking: Iterable[str]
    ) -> Iterator[tuple[_Place, Alternatives]]:
        """Give a consonant with its unwritten vowel in each surrounding."""
        vowel = self.unwritten
        before, chunk, after = place
        if vowel is None or after:
            yield place, spelt
            return
        inside, last, beside = (
            _joined(spelt, _spellings(row.split())) for row in (vowel.inside, vowel.last, vowel.beside_sign)
        )
        first = _joined(spelt, _spellings((vowel.first or vowel.inside).split()))
        clustered = _joined(spelt, _spellings((vowel.last_of_cluster or vowel.last).split()))
        surroundings = [(before, inside, last)]
        if not before:
            surroundings += [(START, first, first), *((silencer, inside, clustered) for silencer in self.silencers)]
        for preceding, within, ending in surroundings:
            yield (preceding, chunk, ""), within
            yield (preceding, chunk, END), ending
            yield from (((preceding, chunk, sign), beside) for sign in taking)


_Place = tuple[str, str, str]
"""What stands before, the chunk, what stands after; empty for anything."""


class _Rows(dict[_Place, Alternatives]):
    """The rows of a table; one that is given by hand is never overwritten by one that a mechanism makes."""

    def prefer_longer(self, by_hand: Iterable[_Place]) -> None:
        """Weaken every shorter chunk that would cut a longer one in two, but for the rows given by hand."""
        weakened: dict[_Place, Alternatives] = {}
        befores: dict[str, set[str]] = defaultdict(set)
        anywhere = set()
        for before, chunk, after in self:
            befores[chunk].add(before)
            if not after:
                anywhere.add(chunk)
        for whole in anywhere:
            for size in range(1, len(whole)):
                first, after = whole[:size], whole[size]
                for before in befores.get(first, ()) if whole[: size + 1] in anywhere else ():
                    if spelt := self._fitting(before, first, after):
                        weakened[before, first, after] = tuple((latin, share * CUT_APART) for latin, share in spelt)
        self.update((place, spelt) for place, spelt in weakened.items() if place not in by_hand)

    def _fitting(self, before: str, chunk: str, after: str) -> Alternatives:
        places = ((before, chunk, after), (before, chunk, ""), ("", chunk, after), ("", chunk, ""))
        return next((self[place] for place in places if place in self), ())


def _closed(
    place: _Place, spelt: Alternatives, closings: Iterable[tuple[_Place, Alternatives]]
) -> Iterator[tuple[_Place, Alternatives]]:
    before, chunk, after = place
    for (_, closing, _), rhyme in closings:
        if not after and len(chunk + closing) <= NATIVE_CHARACTERS_MAX:
            yield (before, chunk + closing, ""), _joined(spelt, rhyme)


def _parsed(rows: str) -> Iterator[tuple[_Place, Alternatives]]:
    for line in rows.splitlines():
        cells = line.split()
        if cells and not line.startswith("#"):
            yield _place(cells[0]), _spellings(cells[1:])


def _place(key: str) -> _Place:
    found = _KEY.fullmatch(unicodedata.normalize("NFKC", key))
    assert found is not None, f"a row begins with a chunk or a chunk in brackets, not «{key}»"
    chunk = found["chunk"] or found["inner"]
    assert len(chunk) <= NATIVE_CHARACTERS_MAX, f"«{chunk}» is longer than a chunk"
    return found["before"] or "", chunk, found["after"] or ""


def _key(place: _Place) -> str:
    before, chunk, after = place
    return f"{before}[{chunk}]{after}" if before or after else chunk


def _spellings(cells: Iterable[str]) -> Alternatives:
    weights: dict[str, float] = {}
    for rank, cell in enumerate(cells):
        latin, _, weight = cell.partition(":")
        weights["" if latin == "-" else latin] = float(weight) if weight else 0.5**rank
    return _shares(weights)


def _joined(first: Alternatives, second: Alternatives) -> Alternatives:
    weights: dict[str, float] = {}
    for head, share in first:
        for tail, part in second:
            weights[head + tail] = weights.get(head + tail, 0.0) + share * part
    return _shares(weights)


def _shares(weights: dict[str, float]) -> Alternatives:
    kept = sorted(weights.items(), key=lambda item: -item[1])[:SPELLINGS_MAX]
    total = sum(weight for _, weight in kept)
    return tuple((latin, weight / total) for latin, weight in kept)
