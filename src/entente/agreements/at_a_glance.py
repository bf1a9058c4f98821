"""Who shares with whom, of all bodies at once: for each two how many rights flow, which way, and whether something is stopped.

The same answer as `sharing.shared_between` gives for two, for hundreds of bodies in milliseconds: most parties of an instrument
stop nothing, so that what flows among them is said once for all of them, and a party that stops something is asked once for all
toward whom it stops the same. What stops a flow is asked of `stops`, as the gate asks it.

A set of bodies is a whole number here, with a bit for each body at its place.

Source: docs/rules/agreements.md A11 and A13.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace

from entente.agreements.model import Direction, InstrumentState, Right
from entente.agreements.sharing import FlowState, Standing, Terms, kinds_carried, may_stop
from entente.agreements.stops import How, stands_toward, stops_of
from entente.bodies.succession import predecessors
from entente.kernel.ids import BodyId

EVERY_RIGHT = frozenset(Right)


@dataclass(frozen=True, slots=True)
class Glance:
    """What two bodies share, in one cell."""

    gives: tuple[Right, ...]
    """The rights under which anything flows from the first to the second."""
    gets: tuple[Right, ...]
    stopped: frozenset[How]
    """By what something that an instrument carries is stopped, either way; empty where nothing is."""
    is_agreed: bool
    """Whether an instrument in force between them carries what was asked for."""

    @property
    def state(self) -> FlowState | None:
        """Return whether all of it flows, some or none; None where no instrument is in force between them."""
        if not self.is_agreed:
            return None
        if not self.stopped:
            return FlowState.OPEN
        return FlowState.PART if self.gives or self.gets else FlowState.STOPPED


@dataclass(frozen=True, slots=True)
class Counted:
    """How many pairs of two sets of bodies share something."""

    pairs: int
    """Of a body of the first and another one of the second."""
    sharing: int
    """Those between which anything flows, either way."""
    stopped: int
    """Those between which something is stopped."""


@dataclass(frozen=True, slots=True)
class Overview:
    """What all bodies share with each other. Build it with `overview_of`."""

    places: Mapping[BodyId, int]
    gives: Mapping[Right, list[int]]
    """By the place of the giver, to whom anything flows."""
    gets: Mapping[Right, list[int]]
    """By the place of the receiver, from whom."""
    agreed: list[int]
    """With whom an instrument in force carries what was asked for."""
    stopped: Mapping[How, list[int]]
    """With whom something is stopped, either way, by what."""
    sharing: list[int]
    """With whom anything flows, either way, under any of the rights."""
    halted: list[int]
    """With whom something is stopped, by whatever."""

    def glance(self, one: BodyId, other: BodyId) -> Glance:
        """Return what two bodies of the overview share."""
        place, bit = self.places[one], 1 << self.places[other]
        return Glance(
            gives=tuple(right for right, masks in self.gives.items() if masks[place] & bit),
            gets=tuple(right for right, masks in self.gets.items() if masks[place] & bit),
            stopped=frozenset(how for how, masks in self.stopped.items() if masks[place] & bit),
            is_agreed=bool(self.agreed[place] & bit),
        )

    def set_of(self, bodies: Iterable[BodyId]) -> int:
        """Return a set of bodies of the overview."""
        return _union(1 << self.places[body] for body in bodies)

    def counted(self, some: int, others: int) -> Counted:
        """Count the pairs of two sets; of a set with itself each two once."""
        pairs = sharing = stopped = 0
        for place in range(some.bit_length()):
            if some >> place & 1:
                among = others & ~(1 << place)
                pairs += among.bit_count()
                sharing += (self.sharing[place] & among).bit_count()
                stopped += (self.halted[place] & among).bit_count()
        each = 2 if some == others else 1
        return Counted(pairs // each, sharing // each, stopped // each)


def overview_of(
    bodies: Sequence[BodyId],
    terms: Terms,
    rights: AbstractSet[Right] = EVERY_RIGHT,
    kinds: AbstractSet[str] = frozenset(),
) -> Overview:
    """Return what all these bodies share with each other under the instruments in force; no kinds means all of them.

    Source: docs/rules/agreements.md A13.
    """
    places = {body: place for place, body in enumerate(bodies)}
    asked = [right for right in Right if right in rights]
    found = Overview(
        places=places,
        gives={right: [0] * len(bodies) for right in asked},
        gets={right: [0] * len(bodies) for right in asked},
        agreed=[0] * len(bodies),
        stopped={how: [0] * len(bodies) for how in How},
        sharing=[0] * len(bodies),
        halted=[0] * len(bodies),
    )
    for standing in terms.instruments:
        under = _under(standing, places, kinds, terms)
        if under is not None:
            for place in under.parties.values():
                found.agreed[place] |= under.everybody & ~(1 << place)
            for right in asked:
                if right in standing.state.instrument.rights:
                    _add(found, under, right)
    for place in range(len(bodies)):
        found.sharing[place] = _union(masks[place] for ways in (found.gives, found.gets) for masks in ways.values())
        found.halted[place] = _union(masks[place] for masks in found.stopped.values())
    return found


@dataclass(frozen=True, slots=True)
class _Class:
    """Bodies toward whom a party stops the same."""

    state: InstrumentState
    """The instrument as it stands toward them (stops.stands_toward)."""
    bodies: list[BodyId]


@dataclass(frozen=True, slots=True)
class _Under:
    """One instrument, and what is the same of it for every right and direction."""

    parties: Mapping[BodyId, int]
    """Those of the overview, each with its place."""
    everybody: int
    carried: tuple[str, ...]
    alike: Mapping[BodyId, list[_Class]]
    """Each party that may stop something: the others in classes, those toward whom it stops the same together."""
    terms: Terms


def _under(standing: Standing, places: Mapping[BodyId, int], kinds: AbstractSet[str], terms: Terms) -> _Under | None:
    """Return what is asked of an instrument; None for one that nothing of it is about."""
    state = standing.state
    carried = tuple(kind for kind in kinds_carried(state.instrument, terms.lists) if not kinds or kind in kinds)
    parties = {body: places[body] for body in standing.parties if body in places}
    if not carried or len(parties) < 2:  # noqa: PLR2004 - nothing flows but between two
        return None
    alike = {author: _alike(state, author, parties, terms) for author in parties if may_stop(state, author)}
    return _Under(parties, _union(1 << place for place in parties.values()), carried, alike, terms)


def _add(found: Overview, under: _Under, right: Right) -> None:
    """Add what one right of one instrument lets flow between its parties."""
    sending, receiving = (_stops(under, right, direction) for direction in (Direction.SENDING, Direction.RECEIVING))
    is_free = not (sending.by or receiving.by)
    for place in under.parties.values():
        others = under.everybody & ~(1 << place)
        if is_free:
            found.gives[right][place] |= others
            found.gets[right][place] |= others
            continue
        for ways, own, theirs in ((found.gives, sending, receiving), (found.gets, receiving, sending)):
            flowing = others
            for stopped, toward in _met(own.by.get(place, ()), theirs.toward(place), others):
                for how in stopped.how:
                    found.stopped[how][place] |= toward
                if len(stopped.kinds) == len(under.carried):
                    flowing &= ~toward
            ways[right][place] |= flowing


@dataclass(frozen=True, slots=True)
class _Stopped:
    """Which kinds are stopped, and by what."""

    kinds: frozenset[str]
    how: frozenset[How]

    def and_(self, other: _Stopped) -> _Stopped:
        return _Stopped(self.kinds | other.kinds, self.how | other.how)


@dataclass(frozen=True, slots=True)
class _Stops:
    """What the parties of an instrument stop of one right in one direction."""

    by: dict[int, list[tuple[_Stopped, int]]] = field(default_factory=dict)
    """By the place of the author: what is stopped, and toward whom. No two of them are toward the same body."""
    toward_all: dict[_Stopped, int] = field(default_factory=dict)
    """What is stopped toward every other party: by whom."""
    toward_some: dict[int, dict[_Stopped, int]] = field(default_factory=dict)
    """By the place of the other: what else is stopped toward it, by whom."""

    def toward(self, place: int) -> Iterator[tuple[_Stopped, int]]:
        """Yield what is stopped toward a body, and by whom; no two of them by the same."""
        yield from self.toward_all.items()
        yield from self.toward_some.get(place, {}).items()


def _stops(under: _Under, right: Right, direction: Direction) -> _Stops:
    """Ask each party that may stop something what it stops of a right in a direction, once for all toward whom it is the same."""
    found = _Stops()
    for author, classes in under.alike.items():
        place = under.parties[author]
        for alike in classes:
            stopped = _stopped(under, author, alike, right, direction)
            if not stopped.kinds:
                continue
            mask = _union(1 << under.parties[one] for one in alike.bodies)
            found.by.setdefault(place, []).append((stopped, mask))
            if mask == under.everybody & ~(1 << place):
                found.toward_all[stopped] = found.toward_all.get(stopped, 0) | 1 << place
                continue
            for one in alike.bodies:
                some = found.toward_some.setdefault(under.parties[one], {})
                some[stopped] = some.get(stopped, 0) | 1 << place
    return found


def _stopped(under: _Under, author: BodyId, alike: _Class, right: Right, direction: Direction) -> _Stopped:
    toward = frozenset(alike.bodies[:1])
    found = _Stopped(frozenset(), frozenset())
    for kind in under.carried:
        stops = stops_of(alike.state, author, toward, direction, kind, right, under.terms.now)
        if how := frozenset(one.how for one in stops):
            found = found.and_(_Stopped(frozenset({kind}), how))
    return found


def _alike(state: InstrumentState, author: BodyId, parties: Iterable[BodyId], terms: Terms) -> list[_Class]:
    """Return the other parties in classes: those toward whom the author stops the same, however many suspensions say so."""
    stand = state.participations.get(author)
    others = [one for one in parties if one != author]
    if stand is None or not any(one.counterparts for one in stand.suspensions):
        return [_Class(state, others)]
    classes: dict[frozenset[tuple[object, ...]], _Class] = {}
    for other in others:
        toward = stands_toward(stand, predecessors(other, terms.successors) | {other}, terms.now)
        key = frozenset((one.direction, one.rights, one.kinds) for one in toward.suspensions)
        if key not in classes:
            classes[key] = _Class(replace(state, participations={author: toward}), [])
        classes[key].bodies.append(other)
    return list(classes.values())


def _met(
    own: Sequence[tuple[_Stopped, int]], theirs: Iterator[tuple[_Stopped, int]], others: int
) -> Iterator[tuple[_Stopped, int]]:
    """Yield what is stopped by either side between a body and others, and with whom; no two of them with the same."""
    left = list(own)
    for stopped, by in theirs:
        rest = by & others
        still: list[tuple[_Stopped, int]] = []
        for ours, toward in left:
            if both := toward & rest:
                yield stopped.and_(ours), both
                rest &= ~both
            if alone := toward & ~by:
                still.append((ours, alone))
        left = still
        if rest:
            yield stopped, rest
    yield from ((ours, toward & others) for ours, toward in left if toward & others)


def _union(masks: Iterable[int]) -> int:
    whole = 0
    for mask in masks:
        whole |= mask
    return whole
