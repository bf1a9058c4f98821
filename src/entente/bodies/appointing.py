"""Officers entered, changed and ended: who may, what may not be done to whom, and what a change would do.

Nobody changes their own entry, and no change leaves the body without somebody who may enter officers. What was changed from a
page or a file names the version that it was made from, so that of two who change the same officer the second is told. An
officer is never deleted: what they did stands under their id.

Source: docs/rules/bodies.md B24 and B25; decision 0132.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final

from entente.bodies.authority import Record, authorise
from entente.bodies.finding import has_all, words_of
from entente.bodies.model import Officer, Role
from entente.bodies.ports import BodiesUnit, BodyLists
from entente.bodies.powers import is_active
from entente.kernel.canonical import JsonObject, canonical_bytes
from entente.kernel.clock import Clock
from entente.kernel.codec import to_object
from entente.kernel.decision import Decision, Ground
from entente.kernel.errors import Conflict, Invalid, NotFound, Refused
from entente.kernel.ids import OfficerId
from entente.kernel.ports import Act

VERB: Final = "manage_officers"
"""The verb of data/roles.yaml that all of it needs."""
OFFICER_CHARACTERS_MAX: Final = 64
"""Of an officer's id; personnel numbers have 6 to 12."""
NEW: Final = "new"
"""The version that who enters an officer anew has seen: none is there."""
_VERSION_CHARACTERS: Final = 16
_NEVER: Final = datetime.max.replace(tzinfo=UTC)
"""After every end: what has none."""


class EndReason(StrEnum):
    """Why an officer's entry ends: a closed list, because the trail keeps it and is no place for what is said of somebody."""

    LEFT = "left"
    """Left the body's service."""
    MOVED = "moved"
    """Has other duties."""
    STOOD_DOWN = "stood_down"
    """Does not act until something is settled."""
    COMPROMISED = "compromised"
    """Somebody else may act in the officer's place."""
    MISTAKE = "mistake"
    """Was entered in error."""


class OfficerState(StrEnum):
    """Whether an officer acts for the body at a moment."""

    ACTIVE = "active"
    COMING = "coming"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What a change of an officer would do; nothing is done yet."""

    known: Officer | None
    """As they stand; None for one who is not entered."""
    wanted: Officer
    decision: Decision
    administrators_left: int
    """How many could enter officers after it."""


@dataclass(frozen=True, slots=True)
class Appointing:
    """The verbs about the body's officers. Safe from several threads: each is one unit of work."""

    open_unit: Callable[[], BodiesUnit]
    clock: Clock
    lists: BodyLists
    record: Record
    end_sessions: Callable[[Any, Officer], int]
    """End the sessions that an officer, as now entered, may not have; says how many (sessions.Sessions.end_beyond)."""

    def put(self, by: OfficerId, officer: Officer, seen: str | None = None) -> Officer:
        """Enter an officer or machine account, or change one; return it as it stands now.

        Sessions that they may not have any more end with it (W3). Who is active keeps the moment since when. `seen`: the version
        that it was made from, NEW for none; where it is None, what stood before is replaced unseen.
        Raises Refused for who may not and for what B24 and B25 forbid, Invalid, and Conflict for one that was changed meanwhile.
        """
        with self.open_unit() as unit:
            self._authorise(unit, by, officer.id)
            check_officer(officer, self.lists.roles)
            known = unit.bodies.officer(officer.id)
            check_seen(officer.id, known, seen)
            if known is not None and is_active(known, self.clock.now()):
                officer = replace(officer, active_from=known.active_from)
            self._keep(unit, by, officer, {})
            unit.commit()
        return officer

    def end(self, by: OfficerId, officer: OfficerId, reason: EndReason, seen: str | None = None) -> int:
        """End an officer's entry now, and every session with it; return how many. Who it was stays in the list.

        Raises NotFound for nobody, Conflict for who does not act any more or was changed meanwhile, else as `put` does.
        """
        now = self.clock.now()
        with self.open_unit() as unit:
            self._authorise(unit, by, officer)
            known = unit.bodies.officer(officer)
            if known is None:
                raise NotFound
            check_seen(officer, known, seen)
            if state_of(known, now) is OfficerState.ENDED:
                raise Conflict(
                    f"{officer} does not act for this body any more.",
                    why="An entry ends once (docs/rules/bodies.md B25).",
                    do="Change the entry, with another end or none, if the officer is to act again.",
                )
            ended = self._keep(unit, by, ended_at(known, now), {"reason": reason.value})
            unit.commit()
        return ended

    def foresee(self, by: OfficerId, officer: OfficerId, change: Callable[[Officer | None], Officer]) -> Foreseen:
        """Say what a change of an officer would do, and whether it may be done by who asks; nothing is changed."""
        with self.open_unit() as unit:
            self._authorise(unit, by, officer)
            known, officers = unit.bodies.officer(officer), unit.bodies.officers()
            wanted = change(known)
            check_officer(wanted, self.lists.roles)
            now = self.clock.now()
            decision = judge_change(by, wanted, officers, self.lists.roles, now)
            left = [one for one in administrators(_with(officers, wanted), self.lists.roles) if is_active(one, now)]
            return Foreseen(known, wanted, decision, len(left))

    def shown(self, by: OfficerId) -> tuple[Officer, ...]:
        """Return all officers and machine accounts by id, for who may enter them."""
        with self.open_unit() as unit:
            self._authorise(unit, by, OfficerId("officers"))
            return unit.bodies.officers()

    def _keep(self, unit: BodiesUnit, by: OfficerId, officer: Officer, more: JsonObject) -> int:
        """Keep an officer as they are to stand, if that may be done; return how many sessions ended."""
        decision = judge_change(by, officer, unit.bodies.officers(), self.lists.roles, self.clock.now())
        own = unit.bodies.own().id
        if not decision.allowed:
            refused: JsonObject = {"outcome": "refused", "decision": to_object(decision)}
            self.record(unit, Act(VERB, own, by, officer.id, refused))
            unit.commit()
            raise Refused(
                f"The entry of {officer.id} was not changed.",
                decision=decision,
                do="Do what the grounds name, and try again.",
            )
        unit.bodies.put_officer(officer)
        self.record(unit, Act(VERB, own, by, officer.id, {"officer": to_object(officer), **more}))
        return self.end_sessions(unit, officer)

    def _authorise(self, unit: BodiesUnit, by: OfficerId, subject: OfficerId) -> None:
        authorise(unit, by, VERB, subject=subject, now=self.clock.now(), lists=self.lists, record=self.record)


def judge_change(
    by: OfficerId, wanted: Officer, officers: Collection[Officer], roles: Mapping[str, Role], now: datetime
) -> Decision:
    """Decide whether an officer may be entered or changed so by somebody who may enter officers.

    Source: docs/rules/bodies.md B24 and B25, in that order.
    """
    return Decision.of((_another(by, wanted, officers), _somebody_stays(wanted, officers, roles, now)))


def check_officer(officer: Officer, roles: Mapping[str, Role]) -> None:
    """Raise Invalid for an id or roles that no officer has."""
    name = officer.id
    if not name.isascii() or not name.isprintable() or not 1 <= len(name) <= OFFICER_CHARACTERS_MAX:
        raise _bad("officer.id", f"an officer's id has 1 to {OFFICER_CHARACTERS_MAX} ASCII characters")
    if not officer.roles or not officer.roles <= set(roles):
        raise _bad("officer.roles", f"an officer has at least one role, of: {', '.join(roles)}")


def check_seen(officer: OfficerId, known: Officer | None, seen: str | None) -> None:
    """Raise Conflict where an officer does not stand as who changes them saw; None where nothing was looked at before."""
    if seen is None or seen == version_of(known):
        return
    if seen == NEW:
        raise Conflict(
            f"{officer} is entered already.",
            why="An id belongs to one officer for good: what they did stands under it (docs/rules/bodies.md B24).",
            do="Give the new officer another id, or change the entry that is there.",
        )
    raise Conflict(
        f"The entry of {officer} was changed meanwhile.",
        why="Somebody else changed it after it was shown (docs/rules/bodies.md B24).",
        do="Look at it as it stands now, and change it again if it is still needed.",
    )


def version_of(officer: Officer | None) -> str:
    """Return the version of an officer's entry: a digest of all that it says; NEW for none."""
    if officer is None:
        return NEW
    return hashlib.sha256(canonical_bytes(to_object(officer))).hexdigest()[:_VERSION_CHARACTERS]


def state_of(officer: Officer, now: datetime) -> OfficerState:
    """Say whether an officer or machine account acts for the body now, has yet to begin, or has ended."""
    if officer.active_until is not None and officer.active_until <= now:
        return OfficerState.ENDED
    is_coming = officer.active_from is not None and now < officer.active_from
    return OfficerState.COMING if is_coming else OfficerState.ACTIVE


def ended_at(officer: Officer, now: datetime) -> Officer:
    """Return an officer whose entry ends now."""
    return replace(officer, active_until=now)


def administrators(officers: Iterable[Officer], roles: Mapping[str, Role]) -> tuple[Officer, ...]:
    """Return the humans among officers whose role may enter officers, whether they are active or not."""
    may_enter = {code for code, role in roles.items() if VERB in role.verbs}
    return tuple(one for one in officers if not one.is_machine and one.roles & may_enter)


def find_officers(
    officers: Iterable[Officer],
    text: str,
    now: datetime,
    *,
    role: str = "",
    unit: str | None = None,
    state: OfficerState | None = None,
    called: Callable[[str], str] = str,
) -> tuple[Officer, ...]:
    """Return the officers, in the order they come in, whose id, or unit as it is `called`, holds every word.

    `unit` narrows to one unit, empty to those of none; None narrows nothing.
    """
    words = words_of(text)
    return tuple(
        one
        for one in officers
        if (not role or role in one.roles)
        and (unit is None or one.unit == unit)
        and (state is None or state_of(one, now) is state)
        and has_all(words, one.id, one.unit, called(one.unit))
    )


def _another(by: OfficerId, wanted: Officer, officers: Collection[Officer]) -> Ground:
    if by != wanted.id or wanted in officers:
        return Ground("B24", allows=True, text="Another officer changes the entry, or nothing of it changes.")
    return Ground(
        "B24",
        allows=False,
        text="Nobody changes their own entry: roles are given by another.",
        remedy="Have another officer do it who may enter officers; enter one first where there is none.",
    )


def _somebody_stays(wanted: Officer, officers: Collection[Officer], roles: Mapping[str, Role], now: datetime) -> Ground:
    until, then = (_last_end(administrators(some, roles), now) for some in (officers, _with(officers, wanted)))
    if then >= until or then == _NEVER:
        return Ground("B25", allows=True, text="Others stay who may enter officers.")
    return Ground(
        "B25",
        allows=False,
        text="Nobody would be left who may enter officers.",
        remedy="Give another officer a role that may, without an end, and do it then.",
    )


def _last_end(some: Iterable[Officer], now: datetime) -> datetime:
    """Return until when somebody of these acts for the body; now for nobody."""
    return max((one.active_until or _NEVER for one in some if state_of(one, now) is OfficerState.ACTIVE), default=now)


def _with(officers: Iterable[Officer], wanted: Officer) -> tuple[Officer, ...]:
    return (*(one for one in officers if one.id != wanted.id), wanted)


def _bad(field: str, why: str) -> Invalid:
    return Invalid(
        f"The field {field} does not hold what it should.",
        field=field,
        why=f"The directory takes only what docs/rules/bodies.md allows: {why}.",
        do="Mend the field and try again.",
    )
