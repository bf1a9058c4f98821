r"""The learned transliteration of five scripts: how likely a word of one of them is written by a Latin word.

The model (data/transliteration/model.bin, its card beside it) holds for each of Arab, Cyrl, Hang, Hani and Kana a table: chunks
of one to three signs (`units`), and for each the Latin chunks it becomes, each with a cost. Chunks and costs come from an EM
over CC0 token pairs (`make train`). With n a native and l a Latin chunk,

    cost(n, l) = -(ln p(l|n) + ln p(n|l)) / 2        in thousandths, 0 to 65,535

so that both directions count alike: measured among 167,000 Latin tokens this ranked better than either direction or the joint
probability, and neighbouring signs as context added less than the noise of the measurement at eight times the size.

**The score of a native word against a Latin one** is the sum of the costs along the cheapest way to cut both into chunks
(Viterbi), left to right over the signs, with no context across chunks: the state is the place in the signs and the place in the
Latin word (or the node of a trie of Latin words) alone. Beside the chunks a way may leave a sign unread at SIGN_SKIPPED, or a
Latin letter unexplained at LETTER_SKIPPED, so that a slip of spelling costs and does not forbid. A search through a trie may
leave these two steps out. To rank the words of a vocabulary, 0.3 × ln(count of the word) taken off the score in nats puts the
usual spelling first; scores of one native word need no other normalisation.

`likelihood` makes the score comparable between words and scripts: a logistic function of the score and of the two lengths,
fitted for each script on held-out pairs against wrong words that the model itself finds near, half and half, and then made more
lenient by the same amount for all scripts, as whole names of other lists asked for (training/calibrate.py).

**The file**: little-endian; every array has its length before it (u32, in elements).
magic `ENTENTE-T1\n` · the Latin chunks, joined by `\n` (bytes) · u32 number of scripts · for each script: 4 bytes ISO 15924 ·
4 × f64 of the logistic function (constant, score in nats, signs, letters) · the native chunks, joined by `\n` (UTF-8, sorted
by code point) · u32[chunks + 1] where each chunk's row begins · u16[] Latin chunk of each entry (a row's cheapest first) ·
u16[] its cost.

Source: docs/rules/identity.md I22. The table is code in the shape of a file, as anyascii's are; hence this room's module reads
it (docs/decisions/0038-the-transliteration-model-is-read-where-it-is-used.md).
"""

from __future__ import annotations

import functools
import math
import struct
import sys
from array import array
from collections.abc import Callable, Iterator, KeysView, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from heapq import heappop, heappush
from importlib.resources import files
from typing import NamedTuple, TypeAlias

from anyascii import anyascii

from entente.identity.channel import LATIN_LETTERS_MAX, NATIVE_CHARACTERS_MAX
from entente.identity.units import script_code, units

MAGIC = b"ENTENTE-T1\n"
COST_SCALE = 1000
"""Costs are thousandths of a nat."""
SIGN_SKIPPED = 6000
LETTER_SKIPPED = 5000
"""About what a chunk costs that was seen once in ten thousand times: dearer than nearly every reading, cheaper than two slips."""
SIGNS_MAX = 40
LETTERS_MAX = 30
"""Longer words are compared by these beginnings; the longest token of the training pairs has 31 letters."""
LETTERS_A_SIGN_MAX = {"Arab": 3, "Cyrl": 2, "Hang": 2, "Hani": 5, "Kana": 2}
"""Of 17,000 training pairs with a likelihood of .5 and more, two have more Latin letters for each sign."""
CACHED_PAIRS = 65_536
CACHED_WORDS = 4_096
LIKELY_MIN = 0.05
"""A likelihood under it is 0: ways that could only end there are left, which with words that differ is soon."""
_FAR = 1 << 30

_Chunks = tuple[tuple[int, dict[str, int]], ...]
"""Of chunks that begin at one sign: length in signs, and what they become at what cost, cheapest first."""
_Fitting = tuple[int, dict[str, int], AbstractSet[str]]
"""Of one chunk: length in signs, what it becomes at what cost, and what of that is a piece of the Latin word."""


@dataclass(frozen=True, slots=True)
class Table:
    """One script of the model as flat arrays; row i is entries `starts[i]` to `starts[i + 1]`."""

    script: str
    chunks: tuple[str, ...]
    """Native chunks in signs, sorted by code point."""
    latin: tuple[str, ...]
    """Latin chunks, one table for all scripts."""
    starts: array[int]
    latin_ids: array[int]
    costs: array[int]
    logistic: tuple[float, float, float, float]
    """Constant, and the factors of the score in nats, the number of signs and the number of letters."""


class Rows(Mapping[str, dict[str, int]]):
    """The rows of a table by native chunk, made when first asked for: Latin chunk to cost."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self.script = table.script
        self._place = {chunk: place for place, chunk in enumerate(table.chunks)}
        self._made: dict[str, dict[str, int]] = {}

    def __getitem__(self, chunk: str) -> dict[str, int]:
        row = self._made.get(chunk)
        if row is None:
            table, place = self._table, self._place[chunk]
            entries = slice(table.starts[place], table.starts[place + 1])
            row = dict(zip(map(table.latin.__getitem__, table.latin_ids[entries]), table.costs[entries], strict=True))
            self._made[chunk] = row
        return row

    def __iter__(self) -> Iterator[str]:
        return iter(self._table.chunks)

    def __len__(self) -> int:
        return len(self._table.chunks)

    def __contains__(self, chunk: object) -> bool:
        return chunk in self._place

    def chunks(self, signs: str) -> _Chunks:
        """Return the chunks that the first one, two or three of these signs are: how many, and what they become at what cost."""
        found = []
        for size in range(1, len(signs) + 1):
            chunk = signs[:size]
            if (row := self._made.get(chunk)) is not None or (chunk in self._place and (row := self[chunk])):
                found.append((size, row))
        if self.script == "Hani" and signs[0] not in self and (reading := _plain(signs[0])):
            # A character that neither a pair nor the list of readings held: its Mandarin syllable stands for it.
            found.append((1, {reading[:LATIN_LETTERS_MAX]: UNSEEN}))
        return tuple(found)


@functools.cache
def tables() -> Mapping[str, Table]:
    """Return the tables by script; read once for a process."""
    return read_model((files("entente.data") / "transliteration" / "model.bin").read_bytes())


def read_model(document: bytes) -> dict[str, Table]:
    """Read a model file (its form: this module). It travels with the package: one that does not fit is a broken installation."""
    assert document.startswith(MAGIC), "the transliteration model is of another format than this code"
    cursor = _Cursor(document, len(MAGIC))
    latin = tuple(cursor.text().split("\n"))
    found = {}
    for _ in range(cursor.number()):
        script = cursor.taken(4).decode()
        logistic = struct.unpack("<4d", cursor.taken(32))
        chunks = tuple(cursor.text().split("\n"))
        starts, latin_ids, costs = (cursor.numbers(kind) for kind in "IHH")
        found[script] = Table(script, chunks, latin, starts, latin_ids, costs, logistic)
    assert cursor.place == len(document), "the transliteration model is longer than it says"
    return found


class _Cursor:
    def __init__(self, document: bytes, place: int) -> None:
        self._document, self.place = document, place

    def taken(self, count: int) -> bytes:
        self.place += count
        assert self.place <= len(self._document), "the transliteration model is cut off"
        return self._document[self.place - count : self.place]

    def number(self) -> int:
        return int.from_bytes(self.taken(4), "little")

    def text(self) -> str:
        return self.taken(self.number()).decode()

    def numbers(self, kind: str) -> array[int]:
        found: array[int] = array(kind)
        found.frombytes(self.taken(self.number() * found.itemsize))
        if sys.byteorder == "big":
            found.byteswap()
        return found


@functools.cache
def _rows(script: str) -> Rows:
    return Rows(tables()[script])


def is_learned(word: str) -> bool:
    """Tell whether the model reads a word: all of it is in one of the learned scripts."""
    return _signs(word) is not None


def is_long_enough(native: str, letters: int) -> bool:
    """Tell whether a word of a learned script may be written by so many Latin letters: LETTERS_A_SIGN_MAX for each sign.

    Source: docs/rules/identity.md I22.
    """
    word = _signs(native)
    return word is not None and letters <= len(word.signs) * LETTERS_A_SIGN_MAX[word.script]


@functools.lru_cache(maxsize=CACHED_PAIRS)
def likelihood(native: str, latin: str, at_least: float = LIKELY_MIN) -> float:
    """Return how likely a word of a learned script is written by a Latin word, in [0, 1].

    Both in a name's normal form (I2), the Latin one in the letters a to z. Under `at_least` it is 0, and so it is for a word
    the model does not read: the more is asked for, the sooner words that differ are left.

    Source: docs/rules/identity.md I22.
    """
    word = _signs(native)
    if word is None or not latin:
        return 0.0
    constant, by_score, by_sign, by_letter = tables()[word.script].logistic
    latin = latin[:LETTERS_MAX]
    lengths = constant + by_sign * len(word.signs) + by_letter * len(latin)
    dearest = round(COST_SCALE * (lengths - math.log(at_least / (1 - at_least))) / by_score)
    least = _way_costs[-1](native, latin, dearest)
    return 0.0 if least is None else 1 / (1 + math.exp(by_score * least / COST_SCALE - lengths))


class _Signs(NamedTuple):
    """A word of a learned script in the signs that count."""

    script: str
    signs: str


@functools.lru_cache(maxsize=CACHED_WORDS)
def _signs(word: str) -> _Signs | None:
    script = script_code(word)
    return _Signs(script, units(word, script)[:SIGNS_MAX]) if script else None


def way_cost_of(native: str, latin: str, dearest: int) -> int | None:
    """Return `way_cost` of a word that the model reads."""
    return way_cost(_prepared(native), latin, dearest)


_WayCost: TypeAlias = Callable[[str, str, int], int | None]
_way_costs: list[_WayCost] = [way_cost_of]


def cost_ways_by(way_cost: _WayCost) -> None:
    """Have every likelihood of this process cost its ways by a function that returns what `way_cost_of` does, sooner.

    Source: docs/decisions/0045-comparisons-are-quicker-where-the-compiler-is.md.
    """
    _way_costs[:] = [way_cost]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A native word as its table reads it."""

    steps: tuple[_Chunks, ...]
    """For each sign the chunks that begin there."""


@functools.lru_cache(maxsize=CACHED_WORDS)
def _prepared(native: str) -> Prepared:
    word = _signs(native)
    assert word is not None, "the word is of a learned script"
    return prepare(_rows(word.script), word.signs)


def prepare(rows: Rows, signs: str) -> Prepared:
    """Look up the chunks of a word in signs, of which SIGNS_MAX count."""
    signs = signs[:SIGNS_MAX]
    return Prepared(tuple(rows.chunks(signs[start : start + NATIVE_CHARACTERS_MAX]) for start in range(len(signs))))


def way_cost(word: Prepared, latin: str, dearest: int = _FAR) -> int | None:
    """Return the cost of the cheapest way through both words in thousandths of a nat; None when it costs more than `dearest`.

    Most words that are asked for differ, so two bounds come before the ways: what the signs cost at least where they become
    nothing but pieces of this Latin word, and what the letters cost besides that none of those pieces explains.

    Source: docs/rules/identity.md I22; the formula: this module.
    """
    pieces = _pieces(latin)
    signs = _signs_alone(word, pieces)
    if signs[0] > dearest:
        return None
    fitting = [[(size, row, row.keys() & pieces) for size, row in chunks] for chunks in word.steps]
    explained = "".join([piece for chunks in fitting for _, _, fits in chunks for piece in fits])
    letters = [0]
    for letter in reversed(latin):
        letters.append(letters[-1] if letter in explained else letters[-1] + LETTER_SKIPPED)
    if signs[0] + letters[-1] > dearest:
        return None
    letters.reverse()
    return _cheapest_way(latin, fitting, signs, letters, dearest)


def _cheapest_way(
    latin: str, fitting: Sequence[Sequence[_Fitting]], signs: Sequence[int], letters: Sequence[int], dearest: int
) -> int | None:
    """Follow the ways through both words, the most promising first (A*).

    `signs` and `letters` are what is left of each from every place on costs at least.
    """
    ways = [(signs[0] + letters[0], 0, 0, 0)]
    reached = {(0, 0): 0}
    while ways:
        _, sign, letter, so_far = heappop(ways)
        if reached[sign, letter] < so_far:
            continue
        onward = [(sign, letter + 1, so_far + LETTER_SKIPPED)] if letter < len(latin) else []
        if sign < len(fitting):
            onward.append((sign + 1, letter, so_far + SIGN_SKIPPED))
            onward += [
                (sign + size, letter + len(piece), so_far + row[piece])
                for size, row, fits in fitting[sign]
                for piece in fits
                if latin.startswith(piece, letter)
            ]
        elif letter == len(latin):
            return so_far
        for there, behind, cost in onward:
            least = cost + signs[there] + letters[behind]
            if least <= dearest and cost < reached.get((there, behind), _FAR):
                reached[there, behind] = cost
                heappush(ways, (least, there, behind, cost))
    return None


@functools.lru_cache(maxsize=CACHED_WORDS)
def _pieces(latin: str) -> KeysView[str]:
    """Return what a chunk may become within one Latin word, nothing included."""
    # Keys of a dict, because two of those are intersected by the smaller one.
    return dict.fromkeys(map(latin.__getitem__, _cuts(len(latin)))).keys()


@functools.cache
def _cuts(count: int) -> tuple[slice, ...]:
    """Return where the pieces of a word of so many letters (LETTERS_MAX at most) begin and end."""
    ends = (
        (start, end) for start in range(count + 1) for end in range(start, min(start + LATIN_LETTERS_MAX, count) + 1)
    )
    return tuple(slice(start, end) for start, end in ends)


def _signs_alone(word: Prepared, pieces: KeysView[str]) -> list[int]:
    """Return what the signs from each one on cost at least where they become any of these pieces."""
    rest = [0]
    is_piece = pieces.__contains__
    for chunks in reversed(word.steps):
        least = SIGN_SKIPPED + rest[-1]
        for size, row in chunks:
            for cheapest in filter(is_piece, row):
                least = min(least, row[cheapest] + rest[-size])
                break
        rest.append(least)
    rest.reverse()
    return rest


UNSEEN = 3000
"""Cost of the Mandarin reading of a Han character that the model does not hold."""


def _plain(sign: str) -> str:
    return "".join(letter for letter in anyascii(sign).lower() if letter.isascii() and letter.isalpha())
