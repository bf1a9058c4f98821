"""How alike a query and a record are: a number in thousandths, and the evidence that makes it up, in words.

The weights of the evidence add up to the score, so that an officer sees what each piece did. Nothing is read but the query and
the facts handed in: a fact left out by the caller (rules.visible_record) cannot move anything here.

Source: docs/rules/identity.md I7 to I11. Every weight stands in WEIGHTS, chosen on development pairs.
"""

from __future__ import annotations

import functools
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from entente.identity.align import Crossed, NameComparison, Pairing, compare_names
from entente.identity.dates import BEST_FIRST, DateAgreement, compare_dates, parse_partial
from entente.identity.identifiers import identifier_keys, query_keys, words_for
from entente.identity.model import Evidence, EvidenceKind, Query
from entente.identity.names import read_name
from entente.identity.parts import DATES, NATIONALITY, name_facts
from entente.identity.words import WEIGHT_SHORT, WEIGHT_WORD, Part
from entente.records.model import Fact, Record, Schema


@dataclass(frozen=True, slots=True)
class Weights:
    """Every number of the score, in thousandths."""

    name_ceiling: int = 960
    """A name alone, all of it equal: namesakes exist, so it is never certain."""
    weak_alias_ceiling: int = 560
    """A weak alias confirms and never matches alone: below SHOW_MIN by itself."""
    one_word: int = 100
    """What a name loses of which no more than one word agrees: many share a family name."""
    contrary: int = 2000
    """Times the part of the name where each side has a word of its own: with half of it against each other little is left."""
    contrary_most: int = 950
    other_kind: int = 460
    """«AG» against «GmbH»: two companies of one house."""
    crossed: int = 360
    """One's family name is the other's given name: mostly two persons, sometimes two columns changed over."""
    fathers_crossed: int = 580
    """Abdullah, son of Omar, and Omar, son of Abdullah."""
    number_alone: int = 300
    """«Victory» and «Victory 3»."""
    missing: int = 600
    """What is lost when none of the query's further words is in the record: lists often hold two names of four."""
    missing_beside_one: int = 1000
    """The same where no more than one word agrees."""
    extra_words: int = 280
    """What is lost when none of the record's further words was asked for; a query often has one word of three."""
    extra_beside_common: int = 1000
    """The same where no more agrees than a word that many organisations have."""
    calibration: tuple[tuple[int, int], ...] = (
        (0, 80), (200, 130), (350, 200), (450, 340), (600, 430), (700, 610), (750, 830), (850, 910), (940, 950), (1000, 960),
    )  # fmt: skip
    """What the likeness of a name is worth as a score, at these points and straight between them (I36)."""
    identifier: int = 950
    """A number equal and nothing else known: numbers are mistyped and reused."""
    identifier_name_differs: int = 200
    """A number equal under another name: a false or stolen document is what a checkpoint looks for, so it stays shown."""
    identifier_date_differs: int = 150
    name_differs_below: int = 450
    """A name score under which the name of a number's holder is called different."""
    nationality_equal: int = 150
    nationality_differs: int = 70
    sex_equal: int = 30
    """Half of all people have it."""
    sex_differs: int = 200
    """Rarely recorded wrong, but often guessed from a name. Not measured: the development data has no sex."""
    dates_for: dict[DateAgreement, int] = field(default_factory=lambda: {
        DateAgreement.DATE_EQUAL: 900,
        DateAgreement.SWAPPED: 600,
        DateAgreement.MONTH_EQUAL: 750,
        DateAgreement.YEAR_EQUAL: 650,
    })  # fmt: skip
    """Part of what is still missing to 1,000 that a birth date gives, where the name agrees wholly."""
    dates_against: dict[DateAgreement, int] = field(default_factory=lambda: {
        DateAgreement.YEAR_NEAR: 150,
        DateAgreement.DATE_DIFFERS: 850,
        DateAgreement.YEAR_DIFFERS: 850,
    })  # fmt: skip
    """Part of the score that a differing birth date takes: two persons of one name and two dates are not one (I8)."""


WEIGHTS = Weights()

SHOW_MIN = 600
"""Below it a candidate is not shown. On the labelled development pairs of names this is where precision and recall meet, and
every equal name with another full birth date (at most 150) falls below it. Ours; docs/rules/identity.md I11."""

_COUNTRIES = NATIONALITY | {"country", "mainCountry", "jurisdiction", "flag", "registrationCountry"}
_SEX = frozenset({"gender"})
_SEX_WRITTEN = {"female": "female", "f": "female", "male": "male", "m": "male", "other": "other"}


@dataclass(frozen=True, slots=True)
class Scored:
    """A score with its evidence, and the fact it rests on most (None when nothing agreed)."""

    score: int
    evidence: tuple[Evidence, ...]
    fact: Fact | None


def score_record(query: Query, record: Record, schema: Schema) -> Scored:
    """Score one record as its reader sees it. Facts of properties the schema does not have are not looked at.

    Source: docs/rules/identity.md I7 to I11.
    """
    by_number = _identifier_equal(query, record, schema)
    by_name = _best_name(query.names, name_facts(record, schema))
    fact = by_name.fact if by_number is None else by_number[0]
    if fact is None:
        return Scored(0, (), None)
    has_another = by_number is None and bool(query.identifiers) and _has_identifier(record, schema)
    births = [fact.value for fact in _known(record, DATES)]
    countries = [(fact.value, fact.property in NATIONALITY) for fact in _known(record, _COUNTRIES)]
    sexes = [fact.value for fact in _known(record, _SEX)]
    steps = judged(query, by_name, by_number[1] if by_number else "", births, countries, sexes, has_another=has_another)
    return Scored(steps.total, steps.evidence, fact)


def judged(
    query: Query,
    by_name: Scored,
    number: str,
    births: Sequence[str],
    countries: Sequence[tuple[str, bool]],
    sexes: Sequence[str],
    *,
    has_another: bool,
) -> Steps:
    """Weigh the name, the number that is equal (in words, or nothing), and what else is known of who is held.

    Countries are codes, each with whether it is a nationality. `has_another` says that numbers are held, and none was asked for.
    """
    steps = Steps()
    if number:
        steps.set(WEIGHTS.identifier, f"{number} equal")
        _judge_name_beside_number(steps, query, by_name)
    else:
        steps.begin(by_name)
        if has_another:
            steps.note("number asked for is not among those recorded")
    strength = WEIGHTS.identifier if number else by_name.score
    _judge_birth(steps, query, births, strength, is_number=bool(number))
    _judge_country(steps, query, countries, strength)
    _judge_sex(steps, query, sexes, strength)
    return steps


# A member of an enum is found fifteen times as slowly through its class (Python 3.11).
_FOR, _AGAINST = EvidenceKind.FOR, EvidenceKind.AGAINST
_NOT_CROSSED = Crossed.NOT


@functools.cache
def calibrated(likeness: int) -> int:
    """Return what a likeness of names is worth as a score, both in thousandths.

    Source: docs/rules/identity.md I36.
    """
    points = WEIGHTS.calibration
    place = bisect_right(points, (likeness, 1000)) - 1
    (before, low), (after, high) = points[place], points[min(place + 1, len(points) - 1)]
    return low if after == before else low + (high - low) * (likeness - before) // (after - before)


class Steps:
    """The running total; each step leaves the reason that changed it."""

    def __init__(self) -> None:
        self.total = 0
        self._before: tuple[Evidence, ...] = ()
        self._taken: list[tuple[EvidenceKind, str, int]] = []

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """What it began with and the steps, as evidence whose weights add up to the total."""
        return (*self._before, *[Evidence(kind, text, weight) for kind, text, weight in self._taken])

    def set(self, total: int, text: str) -> None:
        """Make the total this, for the reason given, which agrees."""
        self._take(_FOR, total, text)

    def gain(self, part: int, text: str) -> None:
        """Close a part, in thousandths, of what is missing to 1,000; what agrees speaks for it also where nothing is missing."""
        self._take(_FOR, self.total + (1000 - self.total) * part // 1000, text)

    def lose(self, part: int, text: str) -> None:
        """Lose a part, in thousandths, of the total."""
        self._take(_AGAINST, self.total - self.total * part // 1000, text)

    def _take(self, kind: EvidenceKind, total: int, text: str) -> None:
        total = max(0, min(1000, total))
        self._taken.append((kind, text, total - self.total))
        self.total = total

    def calibrated(self, ceiling: int) -> tuple[Evidence, ...]:
        """Return the evidence that adds up to the total on the scale of I36, of which `ceiling` is the most."""
        agreed = sum([weight for _, _, weight in self._taken if weight > 0])
        evidence, likeness, shown = [], 0, 0
        for kind, text, weight in self._taken:
            likeness += weight
            # What agrees shares what all of it together is worth; each step against it then takes what it costs on the scale.
            worth = calibrated(agreed) * likeness // agreed if weight > 0 else calibrated(likeness)
            worth = worth * ceiling // WEIGHTS.name_ceiling
            evidence.append(Evidence(kind, text, worth - shown))
            shown = worth
        return tuple(evidence)

    def note(self, text: str) -> None:
        """Say what weighs nothing."""
        self._taken.append((EvidenceKind.NEUTRAL, text, 0))

    def begin(self, scored: Scored) -> None:
        """Begin with what was scored before."""
        self.total, self._before = scored.score, scored.evidence


def _best_name(names: Sequence[str], facts: Iterable[Fact]) -> Scored:
    best = Scored(0, (), None)
    for fact in facts:
        found = best_reading(names, fact.value, is_weak=fact.property == "weakAlias")
        if found.score > best.score:
            best = replace(found, fact=fact)
    return best


def best_reading(names: Sequence[str], held: str, *, is_weak: bool = False) -> Scored:
    """Score the best reading of one of several names against the best of a held one."""
    ceiling = WEIGHTS.weak_alias_ceiling if is_weak else WEIGHTS.name_ceiling
    best, best_score = None, 0
    asked = [reading for text in names for reading in read_name(text)]
    for theirs in read_name(held):
        for ours in asked:
            steps = _name_judged(compare_names(ours, theirs), is_weak=is_weak)
            score = 0 if steps is None else calibrated(steps.total) * ceiling // WEIGHTS.name_ceiling
            if score > best_score:
                best, best_score = steps, score
    # Only what is shown is put into words.
    return Scored(0, (), None) if best is None else Scored(best_score, best.calibrated(ceiling), None)


def _name_judged(comparison: NameComparison, *, is_weak: bool) -> Steps | None:
    """Weigh what agrees of two names and what does not, before calibration; None where nothing agrees."""
    paired = sum([pairing.weight for pairing in comparison.pairings])
    if not paired:
        return None
    steps = Steps()
    for text, part in _grouped(comparison.pairings):
        steps.set(steps.total + part // paired, f"{text} (weak alias)" if is_weak else text)
    _judge_rest(steps, comparison, paired)
    return steps


def _judge_rest(steps: Steps, comparison: NameComparison, paired: int) -> None:
    """Take away for what does not agree beside the words that do."""
    missing, extra = comparison.missing - comparison.contrary, comparison.extra - comparison.contrary
    if paired <= WEIGHT_WORD:
        steps.lose(WEIGHTS.one_word, "no more than one word of the name agrees")
    if comparison.contrary:
        part = WEIGHTS.contrary * comparison.contrary // (paired + comparison.contrary)
        steps.lose(min(WEIGHTS.contrary_most, part), "another name in its place")
    if comparison.is_other_kind:
        steps.lose(WEIGHTS.other_kind, "legal form of another kind")
    if comparison.crossed is not _NOT_CROSSED:
        _judge_crossed(steps, comparison.crossed)
    if comparison.is_number_alone:
        steps.lose(WEIGHTS.number_alone, "number on one side only")
    if missing > 0:
        part = WEIGHTS.missing if paired > WEIGHT_WORD else WEIGHTS.missing_beside_one
        steps.lose(part * missing // (paired + missing), "part of the name asked for not in the record")
    if extra > 0:
        part = WEIGHTS.extra_words if paired >= WEIGHT_SHORT else WEIGHTS.extra_beside_common
        steps.lose(part * extra // (paired + extra), "name in the record has more parts")


def _judge_crossed(steps: Steps, crossed: Crossed) -> None:
    if crossed is Crossed.FAMILY:
        steps.lose(WEIGHTS.crossed, "family name and given name crossed")
    else:
        steps.lose(WEIGHTS.fathers_crossed, "own name and father's name crossed")


def _grouped(pairings: Iterable[Pairing]) -> list[tuple[str, int]]:
    """Join pairings that read the same; the part of the likeness each group brings."""
    groups: dict[tuple[Part, str], list[Pairing]] = {}
    for pairing in pairings:
        groups.setdefault((pairing.part, pairing.words or pairing.agreement), []).append(pairing)
    return [
        (
            f"{part}: {words}" if len(found) == 1 else f"{part}: {words} ({len(found)} words)",
            sum([pair.likeness * pair.weight for pair in found]),
        )
        for (part, words), found in groups.items()
    ]


def _identifier_equal(query: Query, record: Record, schema: Schema) -> tuple[Fact, str] | None:
    asked = {key for text in query.identifiers for key in query_keys(text, query.country)}
    for fact in record.facts if asked else ():
        described = None if fact.is_unknown_property else schema.properties.get(fact.property)
        if described and asked.intersection(identifier_keys(fact.property, described.type, fact.value)):
            return fact, words_for(fact.property, described.label)
    return None


def _has_identifier(record: Record, schema: Schema) -> bool:
    return any(
        not fact.is_unknown_property
        and (described := schema.properties.get(fact.property)) is not None
        and identifier_keys(fact.property, described.type, fact.value)
        for fact in record.facts
    )


def _judge_name_beside_number(steps: Steps, query: Query, by_name: Scored) -> None:
    if not query.names:
        return
    if by_name.score < WEIGHTS.name_differs_below:
        steps.lose(WEIGHTS.identifier_name_differs, "name differs")
    else:
        for evidence in by_name.evidence:
            if evidence.kind is EvidenceKind.FOR:
                steps.gain(evidence.weight // 2, evidence.text)


def _judge_birth(steps: Steps, query: Query, births: Sequence[str], strength: int, *, is_number: bool) -> None:
    asked = parse_partial(query.birth_date) if query.birth_date else None
    held = [date for text in births if (date := parse_partial(text)) is not None]
    if asked is None or not held:
        return
    agreement = min((compare_dates(asked, date) for date in held), key=BEST_FIRST.index)
    if agreement in WEIGHTS.dates_for:
        steps.gain(_scaled(WEIGHTS.dates_for[agreement], strength), agreement.value)
    elif is_number:
        steps.lose(WEIGHTS.identifier_date_differs, agreement.value)
    else:
        steps.lose(WEIGHTS.dates_against[agreement], agreement.value)


def _judge_country(steps: Steps, query: Query, countries: Sequence[tuple[str, bool]], strength: int) -> None:
    asked = query.country.upper()
    if not asked or not countries:
        return
    equal = [is_nationality for code, is_nationality in countries if code.upper() == asked]
    if equal:
        steps.gain(_scaled(WEIGHTS.nationality_equal, strength), f"{'nationality' if equal[0] else 'country'} equal")
    else:
        word = "nationality" if any(is_nationality for _, is_nationality in countries) else "country"
        steps.lose(WEIGHTS.nationality_differs, f"{word} differs")


def _judge_sex(steps: Steps, query: Query, sexes: Sequence[str], strength: int) -> None:
    held = {_SEX_WRITTEN.get(text.strip().lower()) for text in sexes} - {None}
    if not query.sex or not held:
        return
    if query.sex in held:
        steps.gain(_scaled(WEIGHTS.sex_equal, strength), "sex equal")
    else:
        steps.lose(WEIGHTS.sex_differs, "sex differs")


def _scaled(part: int, strength: int) -> int:
    """Weigh support by the square of what it supports: a birth year shared by thousands carries no weak name."""
    return part * strength * strength // 1_000_000


def _known(record: Record, properties: frozenset[str]) -> list[Fact]:
    return [fact for fact in record.facts if fact.property in properties and not fact.is_unknown_property]
