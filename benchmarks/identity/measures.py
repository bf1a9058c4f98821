"""What is counted: recall and its macro mean; precision, recall and F1 of decisions; calibration; points of a distribution."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from benchmarks.identity.data import MACRO

BINS = 10
"""Of equal width, for the calibration error."""


@dataclass(frozen=True, slots=True)
class Recall:
    """The part of the queries that have a right record first, and among the first ten."""

    queries: int
    first: float
    ten: float


def recall(answers: Iterable[tuple[frozenset[str], Sequence[str]]]) -> Recall:
    """Return the recall of answered queries: of each the right ids, and the ids that were found, best first."""
    count = first = ten = 0
    for gold, found in answers:
        count += 1
        first += bool(gold.intersection(found[:1]))
        ten += bool(gold.intersection(found[:10]))
    return Recall(count, first / count if count else 0.0, ten / count if count else 0.0)


def macro(groups: Mapping[str, Recall]) -> Recall:
    """Return the mean over the groups that MACRO names and that there are; `queries` is how many groups these are.

    Groups weigh alike, whatever their size, so that a script with few queries counts as much as one with many.
    """
    there = [groups[name] for name in MACRO if name in groups] or [
        # A set of queries without those nine still has a mean: over its groups in other scripts than Latin.
        one
        for name, one in sorted(groups.items())
        if name.startswith("xscript")
    ]
    if not there:
        return Recall(0, 0.0, 0.0)
    return Recall(len(there), sum(one.first for one in there) / len(there), sum(one.ten for one in there) / len(there))


@dataclass(frozen=True, slots=True)
class Decided:
    """Decisions at one threshold against what is true."""

    right: int
    """One person, and held for one."""
    wrong: int
    """Two, and held for one."""
    missed: int
    """One, and held for two."""
    pairs: int

    @property
    def precision(self) -> float:
        """Part of what was held for one that is one; 1 where nothing was."""
        return self.right / (self.right + self.wrong) if self.right + self.wrong else 1.0

    @property
    def recall(self) -> float:
        """Part of what is one that was found."""
        return self.right / (self.right + self.missed) if self.right + self.missed else 1.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        return 2 * self.right / (2 * self.right + self.wrong + self.missed) if self.right else 0.0


def decided(scores: Sequence[float], truths: Sequence[bool], threshold: float) -> Decided:
    """Judge scores, each in [0, 1], by one threshold."""
    right = sum(score >= threshold and truth for score, truth in zip(scores, truths, strict=True))
    wrong = sum(score >= threshold and not truth for score, truth in zip(scores, truths, strict=True))
    return Decided(right, wrong, sum(truths) - right, len(scores))


def best_threshold(scores: Sequence[float], truths: Sequence[bool]) -> float:
    """Return the threshold of the greatest F1 on these very pairs: the best that can be said of a peer, in hindsight."""
    order = sorted(zip(scores, truths, strict=True), key=lambda one: -one[0])
    found, best, right = 1.0, 0.0, 0
    matches = sum(truths)
    for place, (score, truth) in enumerate(order, start=1):
        right += truth
        is_last_of_score = place == len(order) or order[place][0] != score
        f1 = 2 * right / (place + matches)
        if is_last_of_score and f1 > best:
            found, best = score, f1
    return found


def calibration_error(scores: Sequence[float], truths: Sequence[bool]) -> float:
    """Return the expected calibration error: by how much, on average, a score differs from the part that is right.

    Over BINS of equal width, each weighed by its pairs. 0 for no pairs.
    """
    held: list[list[tuple[float, bool]]] = [[] for _ in range(BINS)]
    for score, truth in zip(scores, truths, strict=True):
        held[min(int(score * BINS), BINS - 1)].append((score, truth))
    off = (abs(sum(score for score, _ in one) - sum(truth for _, truth in one)) for one in held)
    return sum(off) / len(scores) if scores else 0.0


def is_fitted_half(pair_id: str) -> bool:
    """Say whether a pair belongs to the half on which a calibration may be fitted; the other half judges it."""
    return zlib.crc32(pair_id.encode()) % 2 == 0


def point(values: Sequence[float], per_mille: int) -> float:
    """Return the value below which so many in a thousand lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) * per_mille // 1000, len(ordered) - 1)]
