"""What an indicator of STIX 2.1 points at: the things that its pattern names by their values.

Only a value that alone is enough names a thing: an alternative that is met by one observation of one object, compared by `=` or
`IN`. An address that counts only together with another, or five times in an hour, is not what the indicator is about, and a
record of it would bring an innocent thing before an officer. What is left out is counted by reason; the original has it whole.

Source: docs/rules/records.md R54; OASIS, STIX Version 2.1, sections 4.7 and 9; decision 0111.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from entente.formats.list_drafts import UnfitError
from entente.formats.stix_neutral import code_of
from entente.formats.stix_pattern import (
    Compared,
    Comparison,
    Either,
    Every,
    Observation,
    PatternError,
    Seen,
    parse_pattern,
)
from entente.formats.stix_words import SCHEMATA

INDICATOR: Final = "indicator"
LANGUAGE: Final = "stix"
"""Of a pattern; others are of programs that search in traffic or files."""
VALUES_MAX: Final = 1_000
"""Of one indicator: half of the facts that a record may have; feeds name some dozens."""
BENIGN: Final = "benign"
_FILE: Final = "file"
_IDENTIFYING: Final[Mapping[str, frozenset[str]]] = {
    "cryptocurrency-wallet": frozenset({"value", "address"}),
    "user-account": frozenset({"account_login", "user_id"}),
    _FILE: frozenset({"hashes"}),
    **dict.fromkeys(("domain-name", "email-addr", "ipv4-addr", "ipv6-addr", "mac-addr", "url"), frozenset({"value"})),
}
"""Of each type that a pattern may name: the properties of which one is enough to know the thing again."""
_SCHEMATA: Final[Mapping[str, str]] = {
    _FILE: "Document",
    **{kind: SCHEMATA[kind][0] for kind in _IDENTIFYING if kind != _FILE},
}


@dataclass(frozen=True, slots=True)
class Named:
    """One property of a thing, as a pattern names it."""

    kind: str
    steps: tuple[str, ...]
    value: str

    @property
    def name(self) -> str:
        """The property as an object of its type would have it; of what lies within one, all its steps."""
        return self.steps[0] if self.kind == _FILE and self.steps[0] == "hashes" else " ".join(self.steps)

    @property
    def identifies(self) -> bool:
        """Whether the thing is known again by this alone."""
        return self.steps[0] in _IDENTIFYING[self.kind] and (len(self.steps) == 1 or self.name == "hashes")


@dataclass(frozen=True, slots=True)
class Indicated:
    """What an indicator is about."""

    things: Mapping[str, tuple[Named, ...]]
    """By schema, in the order in which the pattern names them; the first has the indicator's own id."""
    left: Counter[str]
    """What was left out, by reason (stix_bundle.LOSSES)."""
    never: tuple[str, ...] = ()
    """Codes of what is never carried and stands in the pattern."""


def indicated(found: Mapping[str, object]) -> Indicated:
    """Return what an indicator is about; raise UnfitError where its pattern is none."""
    pattern, language = found.get("pattern"), found.get("pattern_type")
    if not isinstance(language, str) or not isinstance(pattern, str):
        raise UnfitError("pattern", "an indicator has a pattern, and says in which language it is")
    if language != LANGUAGE:
        return Indicated({}, Counter({"pattern_language": 1}))
    kinds = found.get("indicator_types")
    if isinstance(kinds, list) and BENIGN in kinds:
        return Indicated({}, Counter({"benign": 1}))
    try:
        observation = _parsed(pattern)
    except PatternError as error:
        raise UnfitError("pattern", f"its pattern cannot be read: {error}") from error
    never = tuple(filter(None, (code_of(step) for one in _compared(observation) for step in one.steps)))
    if never:
        return Indicated({}, Counter(), never)
    reading = _Reading()
    things: dict[str, list[Named]] = {}
    for named in reading.alternatives(observation):
        things.setdefault(_SCHEMATA[named[0].kind], []).extend(named)
    if sum(map(len, things.values())) > VALUES_MAX:
        raise UnfitError("pattern", f"it names more than {VALUES_MAX:,} values, and one record has no place for them")
    if not things:
        reading.left["no_thing"] += 1
    return Indicated({schema: tuple(dict.fromkeys(named)) for schema, named in things.items()}, reading.left)


_parsed = lru_cache(maxsize=4)(parse_pattern)
"""One object is asked several times."""


def names_a_thing(found: Mapping[str, object]) -> bool:
    """Say whether a record is made of an indicator."""
    try:
        return bool(indicated(found).things)
    except UnfitError:
        return False


@dataclass(slots=True)
class _Reading:
    """Reads one pattern, and counts what it leaves out."""

    left: Counter[str] = field(default_factory=Counter)

    def alternatives(self, observation: Observation) -> Iterator[list[Named]]:
        """Yield each thing that alone meets the pattern."""
        if observation.repeats > 1 or not (isinstance(observation, Seen) or observation.one_is_enough):
            self.left["pattern_together"] += 1
            return
        self.left["qualifier"] += observation.is_timed
        if isinstance(observation, Seen):
            yield from self._things(observation.comparison)
            return
        for part in observation.parts:
            yield from self.alternatives(part)

    def _things(self, comparison: Comparison) -> Iterator[list[Named]]:
        if isinstance(comparison, Either):
            for part in comparison.parts:
                yield from self._things(part)
            return
        named = self._named(comparison)
        if named is not None and any(one.identifies for one in named):
            yield named
        elif named is not None:
            self.left["pattern_comparison"] += 1

    def _named(self, comparison: Comparison) -> list[Named] | None:
        """Return what one thing has; None where that is not said by values of one object alone."""
        if isinstance(comparison, Compared):
            return self._compared(comparison)
        parts = [self._named(part) for part in comparison.parts]
        if isinstance(comparison, Either):
            read = [one for part in parts if part is not None for one in part]
            return read or None
        if any(part is None for part in parts):
            return None
        named = [one for part in parts if part is not None for one in part]
        if len({one.kind for one in named}) > 1:
            self.left["pattern_together"] += 1
            return None
        return named

    def _compared(self, comparison: Compared) -> list[Named] | None:
        if comparison.kind not in _IDENTIFYING:
            self.left["pattern_type"] += 1
            return None
        values = [value for value in comparison.values if value]
        if comparison.operator not in {"=", "IN"} or not values or len(values) < len(comparison.values):
            self.left["pattern_comparison"] += 1
            return None
        return [Named(comparison.kind, comparison.steps, value) for value in values]


def _compared(observation: Observation) -> Iterator[Compared]:
    """Yield every comparison of a pattern."""
    if not isinstance(observation, Seen):
        for joined in observation.parts:
            yield from _compared(joined)
        return
    waiting: list[Comparison] = [observation.comparison]
    while waiting:
        comparison = waiting.pop()
        if isinstance(comparison, Every | Either):
            waiting += comparison.parts
        else:
            yield comparison
