"""A unit of work in memory with the classes, records, cases and correspondence, on top of memory_unit's first rooms.

`DeskStore` is what is durable; a unit works on a copy of it, and only `commit` puts the copy in its place.
"""

from __future__ import annotations

import copy
import sys
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime
from types import TracebackType
from typing import Self, TypeVar

from entente.cases.model import NOBODY, Knowing
from entente.correspondence.model import (
    DecisionBasis,
    FailedDelivery,
    FailureNoted,
    Hit,
    HitState,
    ItemNews,
    Message,
    MessageChoice,
    PermissionRequest,
    PermissionState,
    Recall,
    RecordRequest,
    Step,
    StepTaken,
    Way,
    WentTo,
)
from entente.disclosure.model import DisclosureClass, Leave
from entente.identity.indexed import facts_of
from entente.kernel.ids import BlobId, BodyId, InstrumentId, KeyId, RecordId, StatementId
from entente.kernel.statement import Statement
from entente.records.model import ChangedFacts, Fragment, Holder, HolderState, OnwardHolder, Record, StoredRecord
from entente.records.ports import HeldBlob, Page, RecordWrite
from entente.records.rules import is_live
from tests.support.memory_cases import MemoryCases
from tests.support.memory_state import MemoryAhead, MemoryState
from tests.support.memory_unit import MemoryAgreements, MemoryBodies, MemoryHoldings, MemoryOutbox, MemoryTrail
from tests.support.no_named_lists import NoNamedLists
from tests.support.nothing_erased import NothingErased

T = TypeVar("T")


def kept_before(kept: Mapping[str, T], item: str) -> list[T]:
    """Return what was kept before an item, newest first; all where none is named, nothing where it is not here."""
    names = list(kept)
    until = names.index(item) if item in kept else 0 if item else len(names)
    return [kept[name] for name in reversed(names[:until])]


@dataclass
class MemoryClasses:
    numbered: dict[int, DisclosureClass] = field(default_factory=dict)
    granted: dict[tuple[BodyId, str], tuple[Leave, Statement]] = field(default_factory=dict)
    version: int = 1

    def number_of(self, cls: DisclosureClass) -> int:
        known = next((number for number, entry in self.numbered.items() if entry == cls), None)
        if known is None:
            known = len(self.numbered) + 1
            self.numbered[known] = cls
        return known

    def classes(self) -> Mapping[int, DisclosureClass]:
        return dict(self.numbered)

    def class_count(self) -> int:
        return len(self.numbered)

    def governance_version(self) -> int:
        return self.version

    def leaves(self) -> tuple[Leave, ...]:
        return tuple(leave for leave, _ in self.granted.values())

    def put_leave(self, leave: Leave, statement: Statement) -> None:
        self.granted[leave.source, leave.id] = (leave, statement)
        self.version += 1

    def leave_statement(self, source: BodyId, leave: str) -> Statement | None:
        found = self.granted.get((source, leave))
        return found[1] if found is not None else None


@dataclass
class MemoryRecords:
    held: dict[RecordId, StoredRecord] = field(default_factory=dict)
    withdrawals: dict[RecordId, Statement] = field(default_factory=dict)
    copies: dict[tuple[RecordId, str], Holder] = field(default_factory=dict)
    fragments: dict[RecordId, Fragment] = field(default_factory=dict)
    reissued_up_to: dict[int, int] = field(default_factory=dict)
    before: dict[RecordId, list[StoredRecord]] = field(default_factory=dict)

    def earlier(self, record: RecordId) -> tuple[StoredRecord, ...]:
        return tuple(self.before.get(record, ()))

    def get(self, record: RecordId) -> StoredRecord | None:
        return self.held.get(record)

    def get_many(self, numbers: Sequence[int]) -> tuple[StoredRecord, ...]:
        by_number = {stored.number: stored for stored in self.held.values()}
        return tuple(by_number[number] for number in numbers if number in by_number)

    contents = get_many

    def sequences(self, numbers: Sequence[int]) -> dict[int, int]:
        return {stored.number: stored.change_sequence for stored in self.get_many(numbers)}

    def last_change(self) -> int:
        return max((stored.change_sequence for stored in self.held.values()), default=0)

    def digests(self, records: Sequence[RecordId]) -> dict[RecordId, tuple[int, bytes]]:
        found = [self.held[record] for record in records if record in self.held]
        return {stored.record.id: (stored.record.version, b"") for stored in found}

    def withdrawn(self, records: Sequence[RecordId]) -> frozenset[RecordId]:
        return frozenset(record for record in records if record in self.withdrawals)

    def put_many(self, writes: Sequence[RecordWrite]) -> None:
        for write in writes:
            known = self.held.get(write.record.id)
            if known is not None and known.received_from is None:
                self.before.setdefault(write.record.id, []).append(known)
            self.held[write.record.id] = StoredRecord(
                known.number if known is not None else len(self.held) + 1,
                write.record,
                write.statement,
                write.class_numbers,
                write.received_from,
                write.received_at,
                None,
                write.change_sequence,
            )
            if write.fragment is not None:
                self.fragments[write.record.id] = write.fragment

    def set_withdrawn(self, record: RecordId, at: datetime, change_sequence: int) -> None:
        self.held[record] = replace(self.held[record], withdrawn_at=at, change_sequence=change_sequence)

    def copies_signed_by(self, source: BodyId, key: KeyId, since: datetime) -> tuple[RecordId, ...]:
        return tuple(
            stored.record.id
            for stored in self.held.values()
            if stored.record.source == source
            and stored.received_from is not None
            and stored.received_at >= since
            and stored.gone_at is None
            and key in {signature.key_id for signature in stored.statement.signatures}
        )

    def set_doubted(self, records: Sequence[RecordId], at: datetime, change_sequence: int) -> None:
        for record in records:
            self.held[record] = replace(self.held[record], doubted_at=at, change_sequence=change_sequence)

    def set_ended(self, record: RecordId, at: datetime, change_sequence: int) -> None:
        self.held[record] = replace(self.held[record], ended_at=at, change_sequence=change_sequence)

    def given(self, *, after: int, limit: int) -> tuple[StoredRecord, ...]:
        found = {record for (record, _), holder in self.copies.items() if holder.state is HolderState.SENT}
        stored = sorted((self.held[record] for record in found), key=lambda one: one.number)
        return tuple(one for one in stored if one.number > after)[:limit]

    def reissued(self, version: int) -> int:
        return self.reissued_up_to.get(version, 0)

    def put_reissued(self, version: int, number: int) -> None:
        self.reissued_up_to[version] = number

    def put_withdrawal(self, record: RecordId, statement: Statement) -> None:
        self.withdrawals[record] = statement

    def withdrawal(self, record: RecordId) -> Statement | None:
        return self.withdrawals.get(record)

    def page(self, allowed: frozenset[int], *, today: date, after: int, limit: int, kind: str = "") -> Page:
        found = [
            stored
            for stored in sorted(self.held.values(), key=lambda stored: stored.number)
            if stored.number > after
            and allowed & set(stored.class_numbers)
            and is_live(stored.record.retention.erase_on, stored.gone_at, today)
            and kind in ("", stored.record.kind)
        ]
        return Page(tuple(found[:limit]), found[limit - 1].number if len(found) > limit else None)

    def count(self, allowed: frozenset[int], *, today: date, kind: str = "") -> int:
        return len(self.page(allowed, today=today, after=0, limit=len(self.held) + 1, kind=kind).records)

    def count_changed(self, sequence: int) -> int:
        return len(self.changed_since(sequence, sys.maxsize))

    def facts_since(self, sequence: int, limit: int, properties: frozenset[str]) -> tuple[ChangedFacts, ...]:
        return tuple(facts_of(one) for one in self.changed_since(sequence, limit))

    def changed_since(self, sequence: int, limit: int) -> tuple[StoredRecord, ...]:
        changed = [stored for stored in self.held.values() if stored.change_sequence > sequence]
        return tuple(sorted(changed, key=lambda stored: stored.change_sequence)[:limit])

    def fragment(self, record: RecordId) -> Fragment | None:
        return self.fragments.get(record)

    def holders(self, record: RecordId) -> tuple[Holder, ...]:
        return tuple(holder for (held, _), holder in self.copies.items() if held == record)

    def put_holder(self, record: RecordId, holder: Holder) -> None:
        self.copies[record, holder.body] = holder

    def linking(
        self, record: RecordId, allowed: frozenset[int], *, today: date, limit: int
    ) -> tuple[StoredRecord, ...]:
        found = [one for one in self.held.values() if record in {link.to for link in one.record.links}]
        listed = [one for one in found if one.gone_at is None and not allowed.isdisjoint(one.class_numbers)]
        return tuple(sorted(listed, key=lambda one: one.number)[:limit])

    def with_blobs(self, records: Sequence[RecordId]) -> dict[RecordId, Record]:
        return {one: self.held[one].record for one in records if one in self.held and self.held[one].record.blobs}

    def records_with(self, blob: BlobId) -> tuple[RecordId, ...]:
        return tuple(
            stored.record.id
            for stored in self.held.values()
            if stored.withdrawn_at is None and blob in {one.id for one in stored.record.blobs}
        )


@dataclass
class MemoryBlobs:
    held: dict[BlobId, HeldBlob] = field(default_factory=dict)

    def get(self, blob: BlobId) -> HeldBlob | None:
        return self.held.get(blob)

    def put(self, held: HeldBlob) -> None:
        self.held[held.blob] = held

    def bytes_held(self) -> int:
        return sum(held.size for held in self.held.values())

    def forget_unreferenced(self) -> tuple[BlobId, ...]:
        raise AssertionError("the records are another part of this store; tests/storage covers it")

    def known(self) -> frozenset[BlobId]:
        return frozenset(self.held)


@dataclass
class MemoryCorrespondence:
    kept_messages: dict[str, tuple[Way, Message]] = field(default_factory=dict)
    taken: dict[str, tuple[StepTaken, ...]] = field(default_factory=dict)
    noted: dict[str, FailureNoted] = field(default_factory=dict)
    answered: dict[str, datetime] = field(default_factory=dict)
    kept_hits: dict[str, tuple[Way, Hit]] = field(default_factory=dict)
    kept_permissions: dict[str, tuple[Way, PermissionRequest]] = field(default_factory=dict)
    kept_requests: dict[str, tuple[Way, RecordRequest]] = field(default_factory=dict)
    kept_consults: dict[str, tuple[Way, RecordRequest]] = field(default_factory=dict)
    recalls_ahead: dict[tuple[BodyId, str], Recall] = field(default_factory=dict)
    kept_bases: list[DecisionBasis] = field(default_factory=list)
    acts: dict[str, str] = field(default_factory=dict)

    def put_act(self, act: str, messages: Collection[str]) -> None:
        assert not set(messages) & set(self.acts), "a message belongs to one act"
        self.acts.update(dict.fromkeys(messages, act))

    def act_of(self, message: str) -> str:
        return self.acts.get(message, "")

    def sent_in(self, act: str) -> tuple[WentTo, ...]:
        kept = [self.kept_messages[one][1] for one, of in self.acts.items() if of == act]
        return tuple(WentTo(one.header.id, one.header.recipient, one.is_for_action, one.recall) for one in kept)

    def put_basis(self, basis: DecisionBasis, record_number: int) -> None:
        self.kept_bases.append(basis)

    def bases(self, *, case: str = "", item: str = "") -> tuple[DecisionBasis, ...]:
        return tuple(one for one in self.kept_bases if (one.case == case if case else one.item == item))

    def cases_of(self, items: Collection[str]) -> dict[str, str]:
        raise AssertionError("events are told by a node; tests/api covers it")

    def put_message(self, message: Message, way: Way) -> None:
        assert message.header.id not in self.kept_messages, "a message is kept once"
        self.kept_messages[message.header.id] = (way, message)

    def change_message(self, message: Message, way: Way) -> None:
        assert message.header.id in self.kept_messages, "only a message that is kept is changed"
        self.kept_messages[message.header.id] = (way, message)

    def put_recall_ahead(self, sender: BodyId, message: str, recall: Recall) -> None:
        self.recalls_ahead[sender, message] = recall

    def recall_ahead(self, sender: BodyId, message: str) -> Recall | None:
        return self.recalls_ahead.get((sender, message))

    def drop_recall_ahead(self, sender: BodyId, message: str) -> None:
        del self.recalls_ahead[sender, message]

    def count_recalls_ahead(self, sender: BodyId) -> int:
        return sum(of == sender for of, _ in self.recalls_ahead)

    def message(self, message: str) -> Message | None:
        return self.kept_messages[message][1] if message in self.kept_messages else None

    def sent_with(self, blob: BlobId) -> tuple[Message, ...]:
        return tuple(
            message
            for way, message in self.kept_messages.values()
            if way is Way.SENT and any(one.id == blob for one in message.attachments)
        )

    def put_step(self, message: str, taken: StepTaken) -> None:
        known = self.taken.setdefault(message, ())
        if taken.step not in {one.step for one in known}:
            self.taken[message] = (*known, taken)

    def steps(self, message: str) -> tuple[StepTaken, ...]:
        return self.taken.get(message, ())

    def steps_of_each(self, messages: Collection[str]) -> Mapping[str, tuple[StepTaken, ...]]:
        return {message: self.taken[message] for message in messages if message in self.taken}

    # That lists leave out what belongs to a case with a team is the tables' work: tests/storage covers it.
    def messages(
        self,
        limit: int,
        case: str = "",
        before: str = "",
        knowing: Knowing = NOBODY,
        *,
        counterpart: BodyId | None = None,
        choice: MessageChoice | None = None,
    ) -> tuple[tuple[Way, Message], ...]:
        found = [
            (way, message)
            for way, message in kept_before(self.kept_messages, before)
            if case in ("", message.header.our_reference if way is Way.SENT else message.header.your_reference)
            and counterpart in (None, message.header.recipient if way is Way.SENT else message.header.sender)
            and (choice is None or self._is_chosen(way, message, choice))
        ]
        return tuple(found[:limit])

    def _is_chosen(self, way: Way, message: Message, choice: MessageChoice) -> bool:
        if choice is MessageChoice.SENT or way is Way.SENT:
            return (choice is MessageChoice.SENT) is (way is Way.SENT)
        taken = {one.step for one in self.steps(message.header.id)}
        is_open = message.is_for_action and message.recall is None and not taken - {Step.OPENED}
        is_unread = message.recall is None and not taken
        return {MessageChoice.UNREAD: is_unread, MessageChoice.OPEN: is_open}.get(choice, True)

    def answers_to(
        self, messages: Collection[str], limit: int, knowing: Knowing = NOBODY
    ) -> tuple[tuple[Way, Message], ...]:
        return tuple(one for one in self.kept_messages.values() if one[1].answers in messages)[:limit]

    def put_hit(self, hit: Hit, way: Way) -> None:
        self.kept_hits[hit.header.id] = (way, hit)

    def hit(self, hit: str) -> tuple[Way, Hit] | None:
        return self.kept_hits.get(hit)

    def hits(
        self,
        limit: int,
        before: str = "",
        knowing: Knowing = NOBODY,
    ) -> tuple[tuple[Way, Hit], ...]:
        return tuple(kept_before(self.kept_hits, before))[:limit]

    def put_permission(self, request: PermissionRequest, way: Way) -> None:
        self.kept_permissions[request.header.id] = (way, request)

    def permission(self, request: str) -> tuple[Way, PermissionRequest] | None:
        return self.kept_permissions.get(request)

    def permissions(
        self,
        limit: int,
        before: str = "",
        knowing: Knowing = NOBODY,
    ) -> tuple[tuple[Way, PermissionRequest], ...]:
        return tuple(kept_before(self.kept_permissions, before))[:limit]

    def open_hits(
        self,
        limit: int,
        knowing: Knowing = NOBODY,
    ) -> tuple[tuple[Way, Hit], ...]:
        waits = {(Way.RECEIVED, HitState.TOLD), (Way.SENT, HitState.HELD)}
        return tuple((way, hit) for way, hit in self.kept_hits.values() if (way, hit.state) in waits)[:limit]

    def open_permissions(
        self,
        limit: int,
        knowing: Knowing = NOBODY,
    ) -> tuple[PermissionRequest, ...]:
        waits = Way.RECEIVED, PermissionState.WAITING
        return tuple(one for way, one in self.kept_permissions.values() if (way, one.state) == waits)[:limit]

    def open_for_information(
        self,
        limit: int,
        knowing: Knowing = NOBODY,
    ) -> tuple[Message, ...]:
        return tuple(one for one in self._open_messages() if not one.is_for_action)[:limit]

    def _open_messages(self) -> list[Message]:
        found = []
        for way, message in self.kept_messages.values():
            steps = {one.step for one in self.steps(message.header.id)}
            is_done = steps & {Step.ACTED_ON, Step.REFUSED} if message.is_for_action else steps
            if way is Way.RECEIVED and message.recall is None and not is_done:
                found.append(message)
        return found

    def open_for_action(self, limit: int, knowing: Knowing = NOBODY) -> tuple[Message, ...]:
        return tuple(one for one in self._open_messages() if one.is_for_action)[:limit]

    def failed_messages(self, limit: int, knowing: Knowing = NOBODY) -> tuple[Message, ...]:
        return ()  # It has no queue in which anything could end: tests/storage covers it.

    def failed_deliveries(self, limit: int, knowing: Knowing = NOBODY) -> tuple[FailedDelivery, ...]:
        return ()  # Likewise.

    def failed_deliveries_of(self, item: str) -> tuple[FailedDelivery, ...]:
        return ()

    def put_leave_answered(self, request: PermissionRequest, at: datetime) -> None:
        self.answered[request.header.id] = at

    def item_news(self, limit: int, hearer: str, knowing: Knowing = NOBODY) -> tuple[ItemNews, ...]:
        # Withdrawals are entered by the store of records: tests/storage covers them.
        asked = [(self.kept_permissions[item][1], at) for item, at in self.answered.items() if item not in self.noted]
        return tuple(ItemNews(one, at) for one, at in asked if one.header.officer == hearer)[:limit]

    def leave_to_hear_of(self, record: RecordId) -> tuple[PermissionRequest, ...]:
        asked = [self.kept_permissions[item][1] for item in self.answered if item not in self.noted]
        return tuple(one for one in asked if one.record == record)

    def news_of(self, item: str) -> datetime | None:
        return self.answered.get(item)

    def put_failure_noted(self, message: str, noted: FailureNoted) -> None:
        self.noted.setdefault(message, noted)

    def failure_noted(self, message: str) -> FailureNoted | None:
        return self.noted.get(message)

    def put_record_request(self, request: RecordRequest, way: Way) -> None:
        self.kept_requests[request.header.id] = (way, request)

    def record_request(self, request: str) -> tuple[Way, RecordRequest] | None:
        return self.kept_requests.get(request)

    def put_consult(self, request: RecordRequest, way: Way) -> None:
        self.kept_consults[request.header.id] = (way, request)

    def consult(self, request: str) -> tuple[Way, RecordRequest] | None:
        return self.kept_consults.get(request)

    def count_record_requests(
        self, way: Way, counterpart: BodyId, instrument: InstrumentId, kind: str, since: datetime
    ) -> int:
        return sum(
            kept_way is way
            and counterpart in {request.header.sender, request.header.recipient}
            and (request.header.instrument, request.kind) == (instrument, kind)
            and request.header.at >= since
            for kept_way, request in (*self.kept_requests.values(), *self.kept_consults.values())
        )

    def record_requests(
        self,
        limit: int,
        before: str = "",
        knowing: Knowing = NOBODY,
    ) -> tuple[tuple[Way, RecordRequest], ...]:
        return tuple(kept_before(self.kept_requests, before))[:limit]


@dataclass
class Reported:
    onward: dict[tuple[RecordId, BodyId, BodyId], OnwardHolder] = field(default_factory=dict)
    ends: dict[RecordId, datetime] = field(default_factory=dict)


@dataclass
class DeskState:
    reported: Reported = field(default_factory=Reported)
    bodies: MemoryBodies = field(default_factory=MemoryBodies)
    agreements: MemoryAgreements = field(default_factory=MemoryAgreements)
    holdings: MemoryHoldings = field(default_factory=MemoryHoldings)
    trail: MemoryTrail = field(default_factory=MemoryTrail)
    outbox: MemoryOutbox = field(default_factory=MemoryOutbox)
    classes: MemoryClasses = field(default_factory=MemoryClasses)
    records: MemoryRecords = field(default_factory=MemoryRecords)
    blobs: MemoryBlobs = field(default_factory=MemoryBlobs)
    cases: MemoryCases = field(default_factory=MemoryCases)
    correspondence: MemoryCorrespondence = field(default_factory=MemoryCorrespondence)

    def copied(self) -> DeskState:
        """Copy the lists and dictionaries; the values in them are frozen."""
        fresh = DeskState()
        for part in fields(DeskState):
            changed = copy.copy(getattr(self, part.name))
            for name, value in vars(changed).items():
                if isinstance(value, dict | list):
                    setattr(changed, name, value.copy())
            setattr(fresh, part.name, changed)
        return fresh


class MemoryCopies:
    """The CopyStore over the records of a state."""

    def __init__(self, state: DeskState) -> None:
        self._records = state.records
        self._known = state.reported

    def holders_of(self, records: Sequence[RecordId]) -> dict[RecordId, tuple[Holder, ...]]:
        found = {record: self._records.holders(record) for record in records}
        return {record: holders for record, holders in found.items() if holders}

    def drop_holder(self, record: RecordId, body: BodyId) -> None:
        del self._records.copies[record, body]

    def ended_elsewhere(self, *, after: int, limit: int) -> tuple[tuple[int, RecordId], ...]:
        ended = {record for (record, _), one in self._records.copies.items() if one.state is HolderState.END_SENT}
        held = [self._records.held[record] for record in ended]
        found = sorted((one.number, one.record.id) for one in held if one.gone_at is None and one.number > after)
        return tuple(found[:limit])

    def put_onward(self, record: RecordId, onward: OnwardHolder) -> None:
        self._known.onward[record, onward.forwarder, onward.body] = onward

    def onward(self, record: RecordId) -> tuple[OnwardHolder, ...]:
        return tuple(one for (of, _, _), one in sorted(self._known.onward.items()) if of == record)

    def put_end(self, record: RecordId, at: datetime) -> None:
        self._known.ends[record] = max(at, self._known.ends.get(record, at))

    def end_of(self, record: RecordId) -> datetime | None:
        return self._known.ends.get(record)


class DeskStore:
    """What is durable. `state` is replaced whole by each commit."""

    def __init__(self) -> None:
        self.state = DeskState()
        self.ahead = MemoryAhead()
        """Not undone with a unit: no test of this room rests on that."""
        self.opened = 0

    def open_unit(self) -> DeskUnit:
        return DeskUnit(self)


class NothingTakenIn:
    """The inbox of a unit without an exchange: it keeps no statement, so that there is none to empty."""

    def empty(self, statement: StatementId) -> None: ...

    def empty_naming(self, sender: BodyId, kind: str, item: str) -> None: ...
    def forget_aside_item(self, sender: BodyId, kind: str, item: str) -> None: ...


class DeskUnit:
    """One transaction on a copy of the store."""

    def __init__(self, store: DeskStore) -> None:
        self._store = store
        self._work: DeskState | None = None
        self.state = MemoryState()
        self.ahead = store.ahead
        self.inbox = NothingTakenIn()

    def __enter__(self) -> Self:
        self._work = self._store.state.copied()
        # Tests change what the gate rests on beside the units: no two of them find the same version of it.
        self._store.opened += 1
        self._work.classes.version = self._store.opened
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._work = None

    def holds_committed_alone(self) -> bool:
        return False

    def while_waiting(self, step: Callable[[], bool]) -> None:
        """Wait for nobody."""

    def commit(self) -> None:
        self._store.state = self._open.copied()

    @property
    def bodies(self) -> MemoryBodies:
        return self._open.bodies

    @property
    def agreements(self) -> MemoryAgreements:
        return self._open.agreements

    @property
    def holdings(self) -> MemoryHoldings:
        return self._open.holdings

    @property
    def trail(self) -> MemoryTrail:
        return self._open.trail

    @property
    def outbox(self) -> MemoryOutbox:
        return self._open.outbox

    @property
    def classes(self) -> MemoryClasses:
        return self._open.classes

    @property
    def records(self) -> MemoryRecords:
        return self._open.records

    @property
    def erasures(self) -> NothingErased:
        return NothingErased()

    @property
    def blobs(self) -> MemoryBlobs:
        return self._open.blobs

    @property
    def named_lists(self) -> NoNamedLists:
        return NoNamedLists()

    @property
    def copies(self) -> MemoryCopies:
        return MemoryCopies(self._open)

    @property
    def cases(self) -> MemoryCases:
        return self._open.cases

    @property
    def correspondence(self) -> MemoryCorrespondence:
        return self._open.correspondence

    @property
    def _open(self) -> DeskState:
        assert self._work is not None, "a unit of work is used inside its with block"
        return self._work
