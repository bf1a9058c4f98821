"""Pairs: whether two descriptions are of one person, by the product and its peers, each at one threshold."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from benchmarks.identity import ours
from benchmarks.identity.data import Pair, read_pairs
from benchmarks.identity.measures import Decided, best_threshold, calibration_error, decided, is_fitted_half
from benchmarks.identity.options import Options
from benchmarks.identity.peer_searching import may_install
from benchmarks.identity.peers import nomenklatura_env, rapidfuzz_pairs
from benchmarks.identity.peers.nomenklatura_env import Scored
from benchmarks.identity.peers.not_run import NotRunError
from benchmarks.identity.searching import apart

NAMED = ("nk_cases", "nk_entity_checks", "xscript")
"""Families of groups by which pairs are judged: cases of names, checks of entities, across scripts. Whether a nickname or a
translated name is one person's no comparison can know, so these stand in the table and in no bound."""


@dataclass(frozen=True, slots=True)
class Compared:
    """What one way of comparing showed."""

    name: str
    threshold: float
    groups: Mapping[str, Decided]
    """By group, and by family: what stands before the stroke."""
    calibration: float
    """The expected calibration error over all pairs."""
    calibration_halves: tuple[float, float]
    """Of the pairs of NAMED: the half on which something may be fitted, and the other."""
    a_second: float


def compared(options: Options) -> list[Compared | str]:
    """Compare all pairs by the product, which stands first, and by every peer; in the place of one that cannot run stands why."""
    pairs = read_pairs(options.pairs)
    found: list[Compared | str] = [apart(_ours, options)]
    for name, threshold, score in _peers(options):
        try:
            found.append(_judged(name, pairs, score(pairs), threshold))
        except NotRunError as error:
            found.append(f"{name} not run: {error}")
    return found


def _ours(options: Options) -> Compared:
    pairs = read_pairs(options.pairs)
    ours.scored(pairs[:200])  # tables are read and loops compiled before the clock runs
    return _judged("entente", pairs, ours.scored(pairs), ours.THRESHOLD)


def _peers(options: Options) -> Iterator[tuple[str, float | None, Callable[[Sequence[Pair]], Scored]]]:
    if "nomenklatura" in options.peers:
        for algorithm, threshold in nomenklatura_env.ALGORITHMS.items():
            score = partial(nomenklatura_env.scored, algorithm=algorithm, may_install=may_install())
            yield f"nomenklatura {algorithm}", threshold, score
    if "rapidfuzz" in options.peers:
        for ratio in rapidfuzz_pairs.RATIOS:
            yield f"rapidfuzz {ratio}", None, partial(rapidfuzz_pairs.scored, ratio=ratio)


def _judged(name: str, pairs: Sequence[Pair], scored: Scored, threshold: float | None) -> Compared:
    truths = [pair.is_match for pair in pairs]
    at = best_threshold(scored.scores, truths) if threshold is None else threshold
    named = [place for place, pair in enumerate(pairs) if pair.group.split("/")[0] in NAMED] or list(range(len(pairs)))
    halves = [[place for place in named if is_fitted_half(pairs[place].id) is is_first] for is_first in (True, False)]
    first, second = (
        calibration_error([scored.scores[place] for place in half], [truths[place] for place in half])
        for half in halves
    )
    return Compared(
        name, at, _by_group(pairs, scored.scores, at),
        calibration_error(scored.scores, truths), (first, second), scored.a_second,
    )  # fmt: skip


def _by_group(pairs: Sequence[Pair], scores: Sequence[float], threshold: float) -> dict[str, Decided]:
    groups: dict[str, list[int]] = defaultdict(list)
    for place, pair in enumerate(pairs):
        family = pair.group.split("/")[0]
        for name in {family, pair.group, "all"}:
            groups[name].append(place)
    return {
        name: decided([scores[place] for place in places], [pairs[place].is_match for place in places], threshold)
        for name, places in sorted(groups.items())
    }
