"""One message to several bodies, some for action and some for information; before it goes, who would get it and who would not.

Each body is sent a message of its own, with its own delivery, answer and recall, and the list of all it went to unless its sender
keeps that back. That they went out in one act its sender's node alone keeps (M27). A group is resolved as of the moment of the
act, and what it resolved to stands in the trail.

Source: docs/rules/correspondence.md M22, M23 and M26; DESIGN sections 2 (groups) and 6 (action and information addressees).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from entente.bodies.model import GroupReference
from entente.bodies.rules import resolve_group
from entente.correspondence.addressees import ADDRESSEES_MAX, GROUPS_MAX, named_to_all
from entente.correspondence.channels import may_write
from entente.correspondence.desk import RESUME_OR_WRITE, detail_of
from entente.correspondence.messages import Going, Letter, Messages, check_letter
from entente.correspondence.model import Message, NamedAddressee
from entente.correspondence.ports import CorrespondenceUnit
from entente.correspondence.rules import bad
from entente.kernel.decision import Decision
from entente.kernel.errors import Conflict, Refused
from entente.kernel.ids import BodyId, InstrumentId, OfficerId
from entente.kernel.ports import Act


@dataclass(frozen=True, slots=True)
class Address:
    """Whom an officer writes to: a body, or the bodies of one status in a group."""

    to: BodyId | GroupReference
    is_for_action: bool


@dataclass(frozen=True, slots=True)
class GroupSeen:
    """What a group resolved to."""

    group: GroupReference
    version: int
    bodies: tuple[BodyId, ...]


@dataclass(frozen=True, slots=True)
class Addressee:
    """A body that is written to, and what it will be able to do."""

    body: BodyId
    is_for_action: bool
    groups: tuple[GroupReference, ...]
    """By which groups it is one; none where it was named itself."""
    may_get: Decision
    may_answer: Decision
    """Whether it may write back under the same instrument."""


@dataclass(frozen=True, slots=True)
class Addressed:
    """Whom a message would go to now."""

    on: date
    addressees: tuple[Addressee, ...]
    """Those for action first, each by its id; ourselves never."""
    groups: tuple[GroupSeen, ...]

    @property
    def reached(self) -> frozenset[BodyId]:
        """Who would get it."""
        return frozenset(one.body for one in self.addressees if one.may_get.allowed)


class Circulating(Messages):
    """The verbs about messages to several bodies."""

    def preview_message(self, officer: OfficerId, addresses: Sequence[Address], instrument: InstrumentId) -> Addressed:
        """Say who would get a message under an instrument, who would not and why, and who could answer; nothing is sent.

        Raises Refused for an officer who may not send messages, Invalid for a group that is not known here and for nobody at all.
        Source: docs/rules/correspondence.md M22.
        """
        with self.open_unit() as unit:
            self._officer(unit, officer, "send_message", "preview", self.clock.now())
            return self._addressed(unit, addresses, instrument)

    def circulate_message(
        self,
        officer: OfficerId,
        addresses: Sequence[Address],
        instrument: InstrumentId,
        letter: Letter,
        *,
        case: str = "",
        seen: Collection[BodyId] | None = None,
        keeps_list: bool = False,
    ) -> tuple[Message, ...]:
        """Send a message to several bodies in one act; return what was sent, one message for each.

        `seen` is who, as the officer was shown, gets it: those that are refused are left out then, and where others would get
        it by now it is a Conflict and nothing is sent. Without it everybody must be allowed, else Refused, with the grounds of
        the first. With `keeps_list` no addressee is told of the others.
        Source: docs/rules/correspondence.md M23 and M26.
        """
        with self.open_unit() as unit:
            now = self.clock.now()
            writer = self._officer(unit, officer, "send_message", "several", now)
            check_letter(letter, self.lists)
            self._case_of_letter(unit, case, writer)
            found = self._addressed(unit, addresses, instrument)
            refused = next((one for one in found.addressees if not one.may_get.allowed), None)
            if seen is None and refused is not None:
                own = unit.bodies.own().id
                detail = detail_of("refused", refused.may_get, case=case)
                error = Refused("The message was sent to nobody.", decision=refused.may_get, do=RESUME_OR_WRITE)
                self._refuse(unit, Act("send_message", own, writer.id, refused.body, detail), error)
            if not found.reached or (seen is not None and frozenset(seen) != found.reached):
                raise _others_now()
            groups = {
                one.group: f"{one.group.group}:{one.group.status.value} version {one.version}" for one in found.groups
            }
            reached = [one for one in found.addressees if one.may_get.allowed]
            listed = () if keeps_list else named_to_all(_named(one) for one in reached)
            # Of one message to one body nothing went out together.
            act = self.ids.new_id("act") if len(reached) > 1 else ""
            sent = []
            for one in reached:
                by = tuple(groups[group] for group in one.groups)
                going = Going(one.body, instrument, case, groups=by, addressees=listed, act=act)
                to_one = letter.to_one(is_for_action=one.is_for_action)
                sent.append(self._send(unit, writer.id, to_one, going, one.may_get))
            if act:
                unit.correspondence.put_act(act, [one.header.id for one in sent])
            unit.commit()
            return tuple(sent)

    def _addressed(self, unit: CorrespondenceUnit, addresses: Sequence[Address], instrument: InstrumentId) -> Addressed:
        now, own = self.clock.now(), unit.bodies.own().id
        groups = {
            one.to: _resolved(unit, one.to, now.date()) for one in addresses if isinstance(one.to, GroupReference)
        }
        wanted = _wanted(addresses, groups, own)
        if not 0 < len(wanted) <= ADDRESSEES_MAX:
            raise bad("to", f"{len(wanted)} other bodies are named, and a message goes to 1 to {ADDRESSEES_MAX}")
        situation = self.disclosure.situation_in(unit)
        addressees = [
            Addressee(
                body,
                is_for_action,
                by,
                may_write(situation, own, body, instrument, now),
                may_write(situation, body, own, instrument, now),
            )
            for body, (is_for_action, by) in wanted.items()
        ]
        addressees.sort(key=lambda one: (not one.is_for_action, one.body))
        return Addressed(now.date(), tuple(addressees), tuple(groups.values()))


def _wanted(
    addresses: Iterable[Address], groups: dict[GroupReference, GroupSeen], own: BodyId
) -> dict[BodyId, tuple[bool, tuple[GroupReference, ...]]]:
    """Return each body once: for action where any address says so, and by which groups, none where it was named itself."""
    wanted: dict[BodyId, tuple[bool, tuple[GroupReference, ...]]] = {}
    named: set[BodyId] = set()
    for one in addresses:
        group = one.to if isinstance(one.to, GroupReference) else None
        bodies = groups[group].bodies if group is not None else (one.to,)
        for body in bodies:
            assert not isinstance(body, GroupReference), "a group holds bodies"
            if body == own:
                continue
            if group is None:
                named.add(body)
            is_for_action, by = wanted.get(body, (False, ()))
            by = () if body in named else (*by, *([group] if group is not None and group not in by else []))
            wanted[body] = (is_for_action or one.is_for_action, by)
    return wanted


def _named(one: Addressee) -> NamedAddressee:
    return NamedAddressee(one.body, one.is_for_action, one.groups[:GROUPS_MAX])


def _resolved(unit: CorrespondenceUnit, wanted: GroupReference, on: date) -> GroupSeen:
    group = unit.bodies.group(wanted.group)
    if group is None:
        raise bad(
            "to", f"neither a body nor a group that is known here is called «{wanted.group.rpartition('/')[2][:60]}»"
        )
    return GroupSeen(wanted, group.version, tuple(sorted(resolve_group(group, wanted.status, on))))


def _others_now() -> Conflict:
    return Conflict(
        "The message was sent to nobody: others would get it than you were shown.",
        why="A group, an instrument or a participation changed since (docs/rules/correspondence.md M23).",
        do="Look again who gets it, and send it then.",
    )
