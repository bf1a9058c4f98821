"""Scores of a trained table on the held-out pairs, and the logistic function that makes its costs comparable."""

from __future__ import annotations

import random
from collections.abc import Sequence

import numpy as np

from entente.identity.transliteration import COST_SCALE, Table, prepare, way_cost
from entente.identity.transliteration import Rows as TableRows
from training.pairs import SEED, Pair
from training.vocabulary import Rows, Vocabulary
from training.write import Scores

LOOKED_UP_MAX = 250
"""Held-out pairs a script that are looked up; the error of a recall is then three points at most."""
NEAR = range(20, 400)
"""Places in the ranking from which a wrong word is drawn: nearer ones are often another spelling of the right name."""
LENIENCE = 4.4
TEMPER = 0.35
"""What is added to the fitted logarithm of the odds, and what it is then multiplied by, alike for all scripts: other lists
spell more freely than the pairs, and wrong words are seldom the nearest. Chosen on the development pairs of whole names."""
STEPS = 30
RIDGE = 1e-3


def look_up(held: Sequence[Pair], rows: Rows, vocabulary: Vocabulary) -> tuple[Scores, list[tuple[Pair, str]]]:
    """Return the scores, and for each pair found among the NEAR ones, or before, a wrong token of theirs.

    A pair that is not found so near is most often misaligned; nothing is fitted to it.
    """
    chance = random.Random(SEED)
    asked = chance.sample(list(held), min(LOOKED_UP_MAX, len(held)))
    right: dict[str, set[str]] = {}
    for pair in held:
        right.setdefault(pair.signs, set()).add(pair.latin)
    places, wrong = [], []
    for pair in asked:
        numbers, _ = vocabulary.nearest(pair.signs, rows)
        found = np.flatnonzero(numbers == vocabulary.number[pair.latin])
        places.append(int(found[0]) if len(found) else len(vocabulary.tokens))
        near = [vocabulary.tokens[number] for number in numbers[NEAR.start : NEAR.stop]]
        usable = [token for token in near if token not in right[pair.signs]]
        if usable and places[-1] < NEAR.stop:
            wrong.append((pair, chance.choice(usable)))
    share = [sum(place < limit for place in places) / len(places) for limit in (1, 10, 100)]
    return Scores(len(asked), *share), wrong


def fit(wrong: Sequence[tuple[Pair, str]], table: Table) -> tuple[float, float, float, float]:
    """Fit the logistic function of cost, signs and letters to right pairs and near wrong ones, half and half (Newton).

    It is returned tempered (LENIENCE, TEMPER).
    """
    costs = TableRows(table)
    right = [_features(pair.signs, pair.latin, costs) for pair, _ in wrong]
    others = [_features(pair.signs, token, costs) for pair, token in wrong]
    inputs = np.array(right + others)
    answers = np.concatenate([np.ones(len(right)), np.zeros(len(others))])
    factors = np.zeros(4)
    for _ in range(STEPS):
        likely = 1 / (1 + np.exp(-inputs @ factors))
        slope = inputs.T @ (answers - likely) - RIDGE * factors
        bend = (inputs * (likely * (1 - likely))[:, None]).T @ inputs + RIDGE * np.eye(4)
        factors += np.linalg.solve(bend, slope)
    return tempered(*(round(float(factor), 6) for factor in factors))


def tempered(constant: float, by_score: float, by_sign: float, by_letter: float) -> tuple[float, float, float, float]:
    """Return the logistic function that is shipped for the one that was fitted."""
    return (
        round((constant + LENIENCE) * TEMPER, 6),
        round(by_score * TEMPER, 6),
        round(by_sign * TEMPER, 6),
        round(by_letter * TEMPER, 6),
    )


def _features(signs: str, latin: str, rows: TableRows) -> tuple[float, float, float, float]:
    least = way_cost(prepare(rows, signs), latin)
    assert least is not None, "signs and letters can all be skipped"
    return 1.0, -least / COST_SCALE, float(len(signs)), float(len(latin))
