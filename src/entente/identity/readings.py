"""The likeliest Latin readings of one word through a channel.

Every cutting of the word into chunks competes (`channel`); of the readings that several cuttings share, the probabilities add up.

Source: docs/rules/identity.md I23.
"""

from __future__ import annotations

import functools
import heapq
from operator import itemgetter

from anyascii import anyascii

from entente.identity.channel import END, NATIVE_CHARACTERS_MAX, START, Alternatives, Channel

BEAM = 12
"""Beginnings of a reading that are followed at once, at least: three times the readings a name may have (I3)."""
UNKNOWN_SHARE = 0.001
"""Probability of a letter that the channel does not know; then anyascii reads it."""
CHARACTERS_MAX = 40
"""Letters of a word that are read in several ways; the longest word of our check lists has 20, and what is beyond costs time."""


def romanisations(channel: Channel, word: str, limit: int) -> tuple[str, ...]:
    """Return the likeliest readings of a word in Latin letters, the best first, at most `limit`; none for an empty word.

    Source: docs/rules/identity.md I23.
    """
    word = word[:CHARACTERS_MAX]
    beam = max(BEAM, limit)
    at: list[dict[str, float]] = [{} for _ in range(len(word) + 1)]
    at[0][""] = 1.0
    for start in range(len(word)):
        begun = _likeliest(at[start], beam)
        if not begun:
            continue
        for end, spelt in _chunks(channel, word, start):
            follow = at[end]
            for reading, share in begun:
                for latin, part in spelt:
                    whole = reading + latin
                    follow[whole] = follow.get(whole, 0.0) + share * part
    return tuple(reading for reading, _ in _likeliest(at[-1], limit + 1) if reading)[:limit]


def _chunks(channel: Channel, word: str, start: int) -> list[tuple[int, Alternatives]]:
    before = word[start - 1] if start else START
    found: list[tuple[int, Alternatives]] = []
    for end in range(start + 1, min(start + NATIVE_CHARACTERS_MAX, len(word)) + 1):
        spelt = channel.alternatives(before, word[start:end], word[end] if end < len(word) else END)
        if spelt:
            found.append((end, spelt))
    if not found or found[0][0] != start + 1:
        found.append((start + 1, ((_letter(word[start]), UNKNOWN_SHARE),)))
    return found


@functools.lru_cache(maxsize=4096)
def _letter(character: str) -> str:
    return "".join(latin for latin in anyascii(character).lower() if latin.isascii() and latin.isalnum())


def _likeliest(readings: dict[str, float], count: int) -> list[tuple[str, float]]:
    if len(readings) <= count:
        return sorted(readings.items(), key=itemgetter(1), reverse=True)
    return heapq.nlargest(count, readings.items(), key=itemgetter(1))
