"""How an operator names things, and how answers name them back: codes and short names rather than digests.

A body is named by its code (`XA-NCB`) or id, an instrument by its short name or id, a record by `CODE/local id`, its id, or
its local id alone for one of ours. Who may know of a record is never decided here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import copy
from dataclasses import dataclass, replace
from typing import cast

from entente.agreements.model import InstrumentState
from entente.bodies.model import Body, GroupReference, MembershipStatus, Officer
from entente.disclosure.ports import DisclosureUnit
from entente.kernel.canonical import Json, JsonObject
from entente.kernel.clock import format_time
from entente.kernel.codec import to_object
from entente.kernel.decision import Decision
from entente.kernel.errors import EntenteError, Invalid, Refused
from entente.kernel.exercise import EXERCISE_WORD
from entente.kernel.ids import BodyId, GroupId, InstrumentId, OfficerId, RecordId
from entente.node import Node
from entente.records.model import Gap


@dataclass(frozen=True, slots=True)
class Names:
    """The bodies and instruments of the node by what people call them, as of one moment."""

    own: Body
    bodies: Mapping[BodyId, Body]
    instruments: Mapping[InstrumentId, InstrumentState]

    def body(self, text: str, field: str) -> Body:
        """Return the body of a code or id; raise Invalid for one that is not in the directory."""
        found = self.bodies.get(BodyId(text)) or next((one for one in self.bodies.values() if one.code == text), None)
        if found is None:
            raise _unknown(field, f"no body of the directory has the code or id «{text[:60]}»", "«entente body list»")
        return found

    def body_ids(self, texts: Iterable[str], field: str) -> frozenset[BodyId]:
        """Return the ids of several bodies."""
        return frozenset(self.body(text, field).id for text in texts)

    def instrument(self, text: str, field: str = "instrument") -> InstrumentState:
        """Return the instrument of a short name or id; raise Invalid when none or several have it."""
        exact = self.instruments.get(InstrumentId(text))
        found = [exact] if exact else [one for one in self.instruments.values() if one.instrument.name == text]
        if not found:
            raise _unknown(field, f"no instrument here is called «{text[:60]}»", "«entente instrument list»")
        if len(found) > 1:
            ids = ", ".join(one.instrument.id for one in found)
            raise _unknown(field, f"several instruments are called «{text[:60]}»: {ids}", "one of these ids")
        return found[0]

    def record(self, text: str) -> RecordId:
        """Return the id of a record as an officer writes it; whether there is one is not looked at."""
        first, slash, local = text.partition("/")
        if not slash:
            return RecordId(f"{self.own.id}/{text}")
        known = next((one.id for one in self.bodies.values() if first in {one.code, one.id}), first)
        return RecordId(f"{known}/{local}")

    def group(self, text: str) -> GroupReference:
        """Return the group of a name: `CODE/name`, or `name` for one of ours; a status after `:` picks one."""
        name, _, status = text.partition(":") if not text.startswith("body:") else (text, "", "")
        first, slash, rest = name.rpartition("/")
        keeper = self.body(first, "group") if slash else self.own
        if status and status not in {*MembershipStatus}:
            raise _unknown("group", f"«{status[:40]}» is no status of a body in a group", "«entente group show»")
        return GroupReference(
            GroupId(f"{keeper.id}/{rest}"), MembershipStatus(status) if status else MembershipStatus.MEMBER
        )

    def group_name(self, group: GroupReference) -> str:
        """Return a group's name with its keeper's code, and the status it is named by: `GS/members:member`."""
        keeper, _, name = group.group.rpartition("/")
        return f"{self.code(keeper)}/{name}:{group.status.value}"

    def code(self, body: str) -> str:
        """Return the code of a body, or its id where it is not in the directory."""
        known = self.bodies.get(BodyId(body))
        return known.code if known is not None else body

    def ref(self, body: str) -> JsonObject:
        """Return how an answer names a body: id, code and name."""
        known = self.bodies.get(BodyId(body))
        return {"id": body, "code": known.code if known else "", "name": known.name if known else ""}

    def record_name(self, record: str) -> str:
        """Return a record's id with its source's code in place of the digest."""
        source, _, local = record.partition("/")
        return f"{self.code(source)}/{local}"

    def gaps(self, gaps: Iterable[Gap]) -> list[Json]:
        """Return what an answer lacks because sources are silent: which, since when (empty: never heard), how many records."""
        return [
            {
                "body": self.ref(gap.source),
                "since": format_time(gap.since) if gap.since is not None else "",
                "records": gap.records,
            }
            for gap in gaps
        ]

    def instrument_name(self, instrument: str | None) -> str:
        """Return the short name of an instrument, or its id where it is not known here."""
        known = self.instruments.get(InstrumentId(instrument or ""))
        return known.instrument.name if known is not None else instrument or ""

    def readable(self, text: str) -> str:
        """Return a sentence with the ids of known bodies and instruments replaced by what people call them."""
        for body in self.bodies.values():
            text = text.replace(body.id, body.code)
        for state in self.instruments.values():
            text = text.replace(state.instrument.id, state.instrument.name)
        return text

    def readable_json(self, value: Json) -> Json:
        """Return an answer with the ids in all its texts replaced by what people call them."""
        match value:
            case str():
                return self.readable(value)
            case list():
                return [self.readable_json(item) for item in value]
            case dict():
                return {key: self.readable_json(item) for key, item in value.items()}
        return value

    def decision(self, decision: Decision) -> JsonObject:
        """Return a decision for people, with ids replaced by what they call them; the trail keeps it with the ids."""
        return to_object(self.readable_decision(decision))

    def readable_decision(self, decision: Decision) -> Decision:
        """Return a decision whose grounds name bodies and instruments as people call them."""
        grounds = tuple(
            replace(
                one, text=self.readable(one.text), source=self.readable(one.source), remedy=self.readable(one.remedy)
            )
            for one in decision.grounds
        )
        return replace(decision, grounds=grounds)


def names_of(node: Node) -> Names:
    """Return the names of the node as of now, read anew only when a body or an instrument changed.

    Between two changes of the store nothing is asked: each verb needs them twice, and a view costs more than all that it reads.
    """
    # Before the view is opened, as in `names_and_officer`.
    changes = node.changes()
    kept = node.names.as_of
    if kept is not None and kept[0] == changes:
        known = kept[1]
        assert isinstance(known, Names), "names alone are remembered there"
        return known
    with node.disclosure.open_unit() as view:
        names = names_in(node, view)
    node.names.as_of = (changes, names)
    return names


def names_in(node: Node, view: DisclosureUnit) -> Names:
    """Return the names of the node as of a view of its store."""
    # Read first, in the same unchanging state as all that follows.
    version = view.classes.governance_version()
    # Read once: another thread may put the names of another version there meanwhile.
    kept = node.names.kept
    if kept is not None and kept[0] == version:
        known = kept[1]
        assert isinstance(known, Names), "names alone are remembered there"
        return known
    names = Names(
        view.bodies.own(),
        {body.id: body for body in view.bodies.bodies()},
        {state.instrument.id: state for state in view.agreements.instruments()},
    )
    node.names.kept = (version, names)
    return names


def names_and_officer(node: Node, wanted: OfficerId) -> tuple[Names, Officer]:
    """Return the names of the node and an officer as of now; one whom nobody entered has no roles, and is refused by the act.

    Between two changes of the store officers who act again and again are not read again. What they may do is asked by each act,
    in its own transaction.
    """
    # Before the view is opened: what it reads is as of this number of changes, or of a later one.
    changes = node.changes()
    kept = node.officers.kept
    if kept is None or kept[0] != changes:
        kept = node.officers.kept = (changes, {})
    known = cast("dict[OfficerId, tuple[Names, Officer]]", kept[1])
    if (found := known.get(wanted)) is not None:
        return found
    with node.disclosure.open_unit() as view:
        names, officer = names_in(node, view), view.bodies.officer(wanted)
    if officer is None:
        # Not kept: whoever is no officer may be called anything.
        return names, Officer(wanted, frozenset())
    return known.setdefault(wanted, (names, officer))


def _unknown(field: str, why: str, where: str) -> Invalid:
    return Invalid(
        f"The field {field} names nothing that is known here.",
        field=field,
        why=f"What is named must stand in this node's own directory or list: {why}.",
        do=f"Look it up with {where}, and write it as it stands there.",
    )


def readable_error(error: EntenteError, names: Names) -> EntenteError:
    """Return the same error in words with codes and short names; what it refused, and why, is unchanged."""
    told = copy(error)
    told.what, told.why, told.do = names.readable(error.what), names.readable(error.why), names.readable(error.do)
    if names.own.is_exercise:
        told.what = f"{EXERCISE_WORD} · {told.what}"
    if isinstance(told, Refused):
        told.decision = names.readable_decision(told.decision)
    return told
