"""What a name that fits so well comes to with the date of birth and the country beside it, and the list of the best records.

The weights are those of `identity.score`; a record counts as much as its best entry.

Source: docs/rules/identity.md I7 to I9.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np

from entente.identity.dates import BEST_FIRST, DateAgreement
from entente.identity.score import Weights
from entente.search.compiling import compiled
from entente.search.matching import DAYS_A_YEAR

Array = np.ndarray[Any, np.dtype[Any]]

_AGREEMENTS: Final = {agreement: number for number, agreement in enumerate(BEST_FIRST)}
_EQUAL: Final = _AGREEMENTS[DateAgreement.DATE_EQUAL]
_SWAPPED: Final = _AGREEMENTS[DateAgreement.SWAPPED]
_MONTH: Final = _AGREEMENTS[DateAgreement.MONTH_EQUAL]
_YEAR: Final = _AGREEMENTS[DateAgreement.YEAR_EQUAL]
_YEAR_NEAR: Final = _AGREEMENTS[DateAgreement.YEAR_NEAR]
_DIFFERS: Final = _AGREEMENTS[DateAgreement.DATE_DIFFERS]
_YEAR_DIFFERS: Final = _AGREEMENTS[DateAgreement.YEAR_DIFFERS]
NEW_YEAR: Final = 101
"""The first of January is what registers write when they do not know the day (I8)."""


class Scales(NamedTuple):
    """The weights of `identity.score` in parts of one."""

    ceiling: float
    gains: Array
    """f64 by how two dates agree, best first."""
    losses: Array
    """f64 by how two dates agree, best first."""
    country_gain: float
    country_loss: float


class Beside(NamedTuple):
    """What was asked beside the name."""

    born: int
    """yyyymmdd with 0 for what is not known."""
    country: int
    """Its two letters, 0 for none."""
    scales: Scales


class Best(NamedTuple):
    """The best records, best first."""

    records: Array
    """i64[limit]"""
    scores: Array
    """f64[limit]"""


def scales_of(weights: Weights) -> Scales:
    """Return the weights as compiled functions take them."""
    return Scales(
        weights.name_ceiling / 1000,
        np.array([weights.dates_for.get(agreement, 0) / 1000 for agreement in BEST_FIRST]),
        np.array([weights.dates_against.get(agreement, 0) / 1000 for agreement in BEST_FIRST]),
        weights.nationality_equal / 1000,
        weights.nationality_differs / 1000,
    )


@compiled
def score_of(fit: float, beside: Beside, born: int, country: int) -> float:
    """Return the score of a name that fits so well; what supports it counts by the square of the fit (I8, I9)."""
    scales = beside.scales
    score = fit * scales.ceiling
    if beside.born and born:
        # A u32 beside an i64 would make floating numbers.
        agreement = agreement_of(beside.born, int(born))
        score += (1.0 - score) * scales.gains[agreement] * fit * fit
        score *= 1.0 - scales.losses[agreement]
    if beside.country and country:
        if beside.country == country:
            score += (1.0 - score) * scales.country_gain * fit * fit
        else:
            score *= 1.0 - scales.country_loss
    return score


@compiled
def highest_score(fit: float, beside: Beside) -> float:
    """Return the score of a name that fits so well where all that was asked for beside it agrees."""
    scales = beside.scales
    score = fit * scales.ceiling
    if beside.born:
        score += (1.0 - score) * scales.gains[_EQUAL] * fit * fit
    if beside.country:
        score += (1.0 - score) * scales.country_gain * fit * fit
    return score


@compiled
def place_among(record: int, score: float, best: Best, found: int) -> int:
    """Put a record among the best `found`, of equal ones the lower number first, none twice; return how many are then."""
    records, scores = best.records, best.scores
    if found == records.size and (
        score < scores[found - 1] or (score == scores[found - 1] and record >= records[found - 1])
    ):
        return found
    at = 0
    while at < found and records[at] != record:
        at += 1
    if at < found:
        if scores[at] >= score:
            return found
    elif found < records.size:
        found += 1
    else:
        at = found - 1
    while at > 0 and (scores[at - 1] < score or (scores[at - 1] == score and records[at - 1] > record)):
        records[at], scores[at] = records[at - 1], scores[at - 1]
        at -= 1
    records[at], scores[at] = record, score
    return found


@compiled
def is_full(date: int) -> bool:
    """Tell whether a packed date says the day, as `PartialDate.is_full` does."""
    return date % 100 > 0 and date % DAYS_A_YEAR != NEW_YEAR


@compiled
def agreement_of(ours: int, theirs: int) -> int:
    """Say how two packed dates agree, as `compare_dates` does: a place in BEST_FIRST."""
    if is_full(ours) and is_full(theirs):
        day = theirs % DAYS_A_YEAR
        swapped = theirs // DAYS_A_YEAR * DAYS_A_YEAR + day % 100 * 100 + day // 100
        return _EQUAL if ours == theirs else _SWAPPED if ours == swapped else _DIFFERS
    apart = abs(ours // DAYS_A_YEAR - theirs // DAYS_A_YEAR)
    if apart:
        return _YEAR_NEAR if apart == 1 else _YEAR_DIFFERS
    month, other = ours // 100 % 100, theirs // 100 % 100
    if month == 0 or other == 0 or ours % DAYS_A_YEAR == NEW_YEAR or theirs % DAYS_A_YEAR == NEW_YEAR:
        return _YEAR
    return _MONTH if month == other else _DIFFERS
