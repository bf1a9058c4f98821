"""Cutting our own body off from everything but the charter's channel, in one step; and returning.

A cut-off is one suspension with the same id in each instrument that we take part in: everything, both ways, toward every party.
Heads sign each stand, and `service.submit_all` takes all of them in one transaction. An instrument whose channel stays open is
not touched (A5.1). The return takes exactly these suspensions away; others of ours stay.

Source: docs/rules/agreements.md A10; DESIGN section 11, day 14.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime

from entente.agreements.channel import force_now, members_now
from entente.agreements.model import (
    ClauseEffect,
    Direction,
    InstrumentState,
    Participation,
    ParticipationState,
    Suspension,
    SuspensionPreview,
    SuspensionTerms,
)
from entente.agreements.participation import resume_where, stops_the_whole, suspend
from entente.agreements.ports import AgreementsUnit
from entente.agreements.preview import preview_of
from entente.agreements.standing import require_stand
from entente.agreements.statements import draft_participation
from entente.bodies.authority import Record, authorise
from entente.handling.model import CodeLists
from entente.kernel.clock import Clock
from entente.kernel.errors import Conflict
from entente.kernel.ids import BodyId, Ids, InstrumentId, OfficerId
from entente.kernel.statement import Statement

CUT_OFF = "cut-off"
"""What the ids of these suspensions begin with: by it every node tells a cut-off from another suspension."""


@dataclass(frozen=True, slots=True)
class CutOffTerms:
    """Who decided that our body cuts itself off, and when it is looked at again."""

    decided_by: str
    document: str
    reason: str
    """A code of data/reasons.yaml, suspension_reasons."""
    review_on: date


@dataclass(frozen=True, slots=True)
class CutOffPreview:
    """What will stop when a cut-off is signed; shown before."""

    stops: tuple[SuspensionPreview, ...]
    """One for each instrument that will be suspended, by its name; what stays open of them all is said once, below."""
    stopped_before: tuple[InstrumentId, ...]
    """Suspended in full toward everybody already, and left as they are."""
    stays_open: tuple[InstrumentId, ...]
    """In force with us, with a channel that nobody can suspend."""


@dataclass(frozen=True, slots=True)
class CutOff:
    """A cut-off of ours that stands."""

    id: str
    since: datetime
    decided_by: str
    document: str
    review_on: date
    instruments: tuple[InstrumentId, ...]
    """What it suspends, by name."""
    goes_on: tuple[InstrumentId, ...]
    """What we take part in and have not suspended in full toward everybody: signed since, or resumed alone."""


@dataclass(frozen=True, slots=True)
class CuttingOff:
    """The services of cutting off and returning. Safe from several threads: each verb is one unit of work."""

    open_unit: Callable[[], AgreementsUnit]
    open_view: Callable[[], AgreementsUnit]
    clock: Clock
    ids: Ids
    lists: CodeLists
    record: Record

    def preview_cut_off(self, officer: OfficerId, terms: CutOffTerms) -> CutOffPreview:
        """Say what will stop and what stays open if this is signed; Conflict where nothing is left to stop. Changes nothing."""
        with self.open_unit() as unit:
            now = self.clock.now()
            self._authorise(unit, officer, "suspend")
            taken = tuple(_taken_part_in(unit, now))
            return CutOffPreview(
                stops=tuple(
                    replace(preview_of(unit, state, _terms_for(state, terms), now), stays_open=())
                    for state, _ in _require_some(_to_stop(taken))
                ),
                stopped_before=tuple(
                    state.instrument.id for state, stand in taken if not _has_channel(state) and _is_stopped(stand)
                ),
                stays_open=tuple(
                    state.instrument.id
                    for state, _ in taken
                    if _has_channel(state) and force_now(unit, state, now).holds
                ),
            )

    def draft_cut_off(self, officer: OfficerId, terms: CutOffTerms) -> tuple[Statement, ...]:
        """Return, for each instrument to stop, our stand with one more suspension, for our heads to sign.

        Raises Conflict where nothing is left to stop, Refused for terms that are not founded (A5.2). Keeps nothing.
        """
        now = self.clock.now()
        suspension = Suspension(
            id=self.ids.new_id(CUT_OFF),
            counterparts=frozenset(),
            kinds=frozenset(),
            rights=frozenset(),
            direction=Direction.BOTH,
            decided_by=terms.decided_by,
            document=terms.document,
            reason=terms.reason,
            since=now,
            review_on=terms.review_on,
        )
        with self.open_unit() as unit:
            self._authorise(unit, officer, "suspend")
            chosen = _require_some(_to_stop(tuple(_taken_part_in(unit, now))))
            stands = [(state, old, suspend(old, suspension, now)) for state, old in chosen]
            return self._drafts(unit, stands, now)

    def draft_return(self, officer: OfficerId) -> tuple[Statement, ...]:
        """Return our stands without what a cut-off suspended, for our heads to sign; other suspensions of ours stay.

        Raises Conflict where we are not cut off. Keeps nothing.
        """
        now = self.clock.now()
        with self.open_unit() as unit:
            self._authorise(unit, officer, "resume")
            stands = [
                (state, old, resume_where(old, is_cut_off, now))
                for state, old in _taken_part_in(unit, now)
                if any(is_cut_off(one) for one in old.suspensions)
            ]
            if not stands:
                raise _not_cut_off()
            return self._drafts(unit, stands, now)

    def standing(self) -> tuple[CutOff, ...]:
        """Return the cut-offs of ours that stand, oldest first; none while our body is not cut off."""
        with self.open_view() as unit:
            taken = tuple(_taken_part_in(unit, self.clock.now()))
        goes_on = tuple(state.instrument.id for state, _ in _to_stop(taken))
        found: dict[str, tuple[Suspension, list[InstrumentId]]] = {}
        for state, stand in taken:
            for one in stand.suspensions:
                if is_cut_off(one):
                    found.setdefault(one.id, (one, []))[1].append(state.instrument.id)
        return tuple(
            CutOff(one.id, one.since, one.decided_by, one.document, one.review_on, tuple(stopped), goes_on)
            for one, stopped in sorted(found.values(), key=lambda pair: (pair[0].since, pair[0].id))
        )

    def _drafts(
        self,
        unit: AgreementsUnit,
        stands: list[tuple[InstrumentState, Participation, Participation]],
        now: datetime,
    ) -> tuple[Statement, ...]:
        for state, old, new in stands:
            require_stand(unit, state, old, new, now, self.lists)
        return tuple(draft_participation(new) for _, _, new in stands)

    def _authorise(self, unit: AgreementsUnit, officer: OfficerId, verb: str) -> None:
        own = unit.bodies.own().id
        authorise(unit, officer, verb, subject=own, now=self.clock.now(), lists=self.lists, record=self.record)


def is_cut_off(suspension: Suspension) -> bool:
    """Say whether a suspension is part of a cut-off: by its id, and because it stops everything toward everybody."""
    return suspension.id.startswith(f"{CUT_OFF}-") and stops_the_whole(suspension)


def _taken_part_in(unit: AgreementsUnit, now: datetime) -> Iterator[tuple[InstrumentState, Participation]]:
    """Yield the instruments that our body signed and is still a party of, and that have not ended, each with our stand.

    One that is not in force yet is among them: it may come into force while we are cut off.
    """
    own: BodyId = unit.bodies.own().id
    today = now.date()
    for state in unit.agreements.instruments():
        stand, ends_on = state.participations.get(own), state.instrument.ends_on
        if stand is None or own not in state.signatures or stand.state is ParticipationState.WITHDRAWN:
            continue
        has_ended = ends_on is not None and ends_on <= today
        if not has_ended and own in members_now(unit, state.instrument, today):
            yield state, stand


def _to_stop(
    taken: tuple[tuple[InstrumentState, Participation], ...],
) -> tuple[tuple[InstrumentState, Participation], ...]:
    return tuple((state, stand) for state, stand in taken if not _has_channel(state) and not _is_stopped(stand))


def _has_channel(state: InstrumentState) -> bool:
    return state.instrument.clause_with(ClauseEffect.CHANNEL) is not None


def _is_stopped(stand: Participation) -> bool:
    return any(stops_the_whole(one) for one in stand.suspensions)


def _terms_for(state: InstrumentState, terms: CutOffTerms) -> SuspensionTerms:
    return SuspensionTerms(
        instrument=state.instrument.id,
        direction=Direction.BOTH,
        decided_by=terms.decided_by,
        document=terms.document,
        reason=terms.reason,
        review_on=terms.review_on,
    )


def _require_some(
    chosen: tuple[tuple[InstrumentState, Participation], ...],
) -> tuple[tuple[InstrumentState, Participation], ...]:
    if not chosen:
        raise Conflict(
            "Nothing is left to cut off.",
            why="Our body takes part in no instrument that it could suspend and has not suspended in full already: the charter's "
            "channel stays open whatever happens (docs/rules/agreements.md A5, A10).",
            do="Look at how we stand with «entente instrument list»; a charter can be left with «entente instrument withdraw».",
        )
    return chosen


def _not_cut_off() -> Conflict:
    return Conflict(
        "Our body is not cut off.",
        why="None of its suspensions is part of a cut-off (docs/rules/agreements.md A10).",
        do="A suspension of another kind ends with «entente instrument resume».",
    )
