"""A valid example of every kind of statement that a node takes in, answers or is answered with; said by one body to another.

The world is the demonstration's, with what the examples need besides: records and files of the hearer's own, what it asked and
was not answered yet, what it was told before. An example is accepted as it stands; a test compares their kinds with the node's
own tables, so that a new kind is a new example.

The speaker is XA-NCB, the hearer XB-NCB; what only another body may say is carried by the speaker.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from demo import sharing
from demo.stage import HERE, Teller
from entente.agreements.model import (
    Measure,
    MeasurePolicy,
    ProposalKind,
    ProposalState,
)
from entente.agreements.participation import narrow
from entente.agreements.rules import instrument_id
from entente.agreements.statements import (
    AgreementKind,
    OpenWordContent,
    RecordedContent,
    SuccessorContent,
    draft_measure,
    draft_open_word,
    draft_participation,
    draft_proposal,
    draft_recorded,
    draft_signature,
    draft_successor,
    proposal_to_instrument,
)
from entente.bodies.model import (
    BodyKind,
    ContactDays,
    ContactKind,
    ContactPoint,
    Genesis,
    GroupEntry,
    MembershipStatus,
    Unit,
    UnitKind,
)
from entente.bodies.rules import body_id
from entente.bodies.statements import NewAddresses, NewContacts, NewGroup, NewName, NewUnits, keys_content
from entente.correspondence.desk import About
from entente.correspondence.model import AnswerOutcome, Header, Step
from entente.correspondence.requests import Wanted
from entente.correspondence.statements import (
    ConsultContent,
    EvidenceContent,
    GrantedLeave,
    HitAnswerContent,
    HitContent,
    Kind,
    MessageContent,
    PermissionAnswerContent,
    PermissionRequestContent,
    RecallAnswerContent,
    RecallContent,
    RecordAnswerContent,
    RecordRequestContent,
)
from entente.disclosure.model import DisclosureClass
from entente.exchange.calls import PULL_KIND
from entente.exchange.catching_up import CATCH_UP_KIND, CatchUp, Position
from entente.exchange.model import Lane
from entente.exchange.renewing import RENEWAL_KIND
from entente.handling.model import DisclosureAct, Retention, ReviewState
from entente.kernel.canonical import JsonObject
from entente.kernel.codec import to_object
from entente.kernel.ids import BlobId, BodyId, InstrumentId, RecordId, StatementId
from entente.kernel.sealing import HpkeOpener, new_sealing_secret
from entente.kernel.signing import Ed25519Signer, Signer
from entente.kernel.statement import Statement, draft
from entente.records.importing import Import, ImportPlan
from entente.records.model import BlobReference, Fact, MediaType, Record, RecordDraft, SealedFile
from entente.records.statements import (
    BLOB_FETCH,
    ERASED_SINCE,
    ERASURE,
    SIGNED_IN_AS_OPERATOR,
    WITHDRAWAL,
    BlobFetch,
    EndConfirmedContent,
    ErasedSince,
    ErasureConfirmedContent,
    PassedOnContent,
    blob_statement,
    end_confirmed_statement,
    end_statement,
    erasure_confirmed_statement,
    erasure_statement,
    passed_on_statement,
    record_statement,
    withdrawal_statement,
)
from entente.storage.keys import KeyFiles
from tests.support.build_disclosure import a_class
from tests.support.nodes import DUTY, HEAD, PASSPHRASE, Network, open_network
from tests.support.story_world import InOneProcess

SPEAKER, HEARER, THIRD, CENTRE = "XA-NCB", "XB-NCB", "GS", "RC"
AGREEMENT, CHARTER = "police-data-agreement", "charter"
NO_INSTRUMENT = InstrumentId("")
REPLACED = BodyId("body:" + "0" * 32)
"""Whose place the hearer's genesis claims: a body that nobody knows."""
PICTURE = b"\xff\xd8\xff\xe0" + bytes(range(200))
WHY = About("arrest", "fugitives", "")


@dataclass(frozen=True, slots=True)
class Example:
    """A statement that its hearer accepts, or answers when it is a call."""

    kind: str
    instrument: InstrumentId
    statement: Statement
    by: str
    """The code of the body whose keys signed it."""
    needs_heads: bool = False
    lane: Lane = Lane.DATA


@dataclass(frozen=True, slots=True)
class Background:
    """What the examples speak of."""

    network: Network
    own_record: RecordId
    """The hearer's own, which the speaker and, through it, the third hold."""
    own_file: BlobReference
    copied_file: BlobReference
    """Of the speaker's record xa-person-03."""
    sent: str
    """A message of the hearer's that the speaker has."""
    recalled: str
    """Another, recalled since; the speaker has not heard of that yet."""
    received: str
    """A message of the speaker's that the hearer has."""
    hit: str
    """A hit of the hearer's on the speaker's record, not answered."""
    leave_asked: str
    record_asked: str
    proposed: StatementId
    """Of the hearer's: a request for leave, one for a record, a proposal; the speaker has not answered."""
    erasure: StatementId
    """Of another record of the hearer's own, that the speaker passed on; the speaker has not heard of it yet."""
    newcomer_heads: tuple[Signer, ...]

    def id(self, code: str) -> BodyId:
        """Return the id of a body."""
        return self.network.id(code)

    def heads(self, code: str) -> list[Signer]:
        """Return two of a body's heads."""
        keys = KeyFiles(self.network.folders[code] / "keys")
        return [keys.head_signer(name, PASSPHRASE) for name in ("1", "2")]


@dataclass(frozen=True, slots=True)
class _Picture:
    name: str = "face.jpg"
    size: int = len(PICTURE)

    def chunks(self, _: int) -> Iterator[bytes]:
        yield PICTURE


@contextmanager
def open_background(folder: Path) -> Iterator[Background]:
    """Open the demonstration's bodies after a busy day, with what the examples need; the clock stands still from here on."""
    with open_network(folder / "nodes", is_introduced=False, replaces={HEARER: REPLACED}) as network:
        _busy_day(Teller(InOneProcess(network, folder), lambda _: None))
        background = _prepared(network)
        network.clock.stop()
        network.clock.move(seconds=1)
        yield background


def _busy_day(teller: Teller) -> None:
    """Have the bodies meet, sign and share their own records; one suspends a programme and withdraws two."""
    sharing.meet(teller)
    sharing.sign(teller)
    for file, kind, to in (("wanted", "wanted", HEARER), ("seizures", "drugs", CENTRE)):
        terms = (HERE / "terms" / f"{kind}.yaml").read_text(encoding="utf-8")
        teller.ask(
            SPEAKER, "record_import", officer="duty-1", file=str(HERE / "data" / f"{file}_xa.ftm.jsonl"), terms=terms,
            share_with=[to], rejects=str(teller.world.scratch / f"{file}.jsonl"),
        )  # fmt: skip
    teller.world.settle()
    suspension = {
        "officer": "head-1", "instrument": "drug-data-programme", "toward": ["RC"], "decided_by": "Council", "document": "17",
        "reason": "reciprocity", "review_on": "2099-01-01",
    }  # fmt: skip
    teller.world.heads_sign(SPEAKER, teller.ask(SPEAKER, "suspend_draft", **suspension))
    teller.world.settle()
    for record in ("xa-person-12", "xa-person-11"):
        teller.ask(SPEAKER, "record_withdraw", officer="duty-1", record=f"{SPEAKER}/{record}", reason="Arrested.")
    teller.world.settle()


def _prepared(network: Network) -> Background:
    speaker, hearer = network[SPEAKER], network[HEARER]
    own_record, erased = (_shared_by_the_hearer(network, local_id) for local_id in ("xb-person-01", "xb-person-02"))
    own_file = hearer.blobs.attach(DUTY, own_record, _Picture(), None, _unwatched)
    copied_file = speaker.blobs.attach(DUTY, _of(network, "xa-person-03"), _Picture(), None, _unwatched)
    network.deliver()
    for record in (own_record, erased):
        speaker.correspondence.forward_record(DUTY, record, network.id(THIRD), WHY)
    teller = Teller(InOneProcess(network, network.folders[HEARER]), lambda _: None)
    told = {"officer": "duty-1", "instrument": CHARTER, "subject": "Enquiry", "text": "Is the person known?"}
    sent, recalled = (_message(teller, HEARER, SPEAKER, told) for _ in range(2))
    received = _message(teller, SPEAKER, HEARER, told)
    hit = teller.ask(
        HEARER, "hit_confirm", officer="duty-1", record=f"{SPEAKER}/xa-person-06", version=1, score=900,
        circumstances="At the gate.", purpose="arrest", crime_area="fugitives",
    )["hit"]["id"]  # fmt: skip
    leave = teller.ask(
        HEARER, "permission_ask", officer="duty-1", record=f"{SPEAKER}/xa-person-05", acts=["forward"], forward_to=THIRD,
        justification="A notice is prepared.", purpose="arrest", crime_area="fugitives",
    )["permission"]["id"]  # fmt: skip
    network.deliver()
    # What the speaker's node would answer by itself stays on its way.
    agreement = network.instrument(AGREEMENT)
    wanted = Wanted(network.id(SPEAKER), _of(network, "xa-person-08"), "wanted_person")
    asked = hearer.correspondence.request_record(DUTY, wanted, agreement, WHY).header.id
    hearer.correspondence.recall_message(DUTY, recalled, "Sent in error.")
    erasure = _erased_by_the_hearer(network, erased)
    speaker.erasing.erase(HEAD, _of(network, "xa-person-10"), "unlawful")
    proposed = hearer.agreements.propose_governance(HEAD, ProposalKind.MEASURE, network.id(CENTRE), "A meeting.").id
    heads = tuple(Ed25519Signer(Ed25519PrivateKey.generate()) for _ in range(3))
    return Background(
        network,
        own_record,
        own_file,
        copied_file,
        sent,
        recalled,
        received,
        hit,
        leave,
        asked,
        proposed,
        erasure,
        heads,
    )


def _shared_by_the_hearer(network: Network, local_id: str) -> RecordId:
    given = RecordDraft(
        local_id, "Person", "wanted_person", (_class_of(network, HEARER),),
        (Fact("name", "Rengor Vosharko"), Fact("birthDate", "1981-02-03")), (), Retention(date(2027, 1, 1), date(2029, 1, 1)),
    )  # fmt: skip
    plan = ImportPlan(DUTY, frozenset({network.id(SPEAKER)}), _unwatched, _never)
    Import(network[HEARER].records, plan).run([given], "none")
    network.deliver()
    return RecordId(f"{network.id(HEARER)}/{local_id}")


def _erased_by_the_hearer(network: Network, record: RecordId) -> StatementId:
    hearer = network[HEARER]
    hearer.erasing.erase(HEAD, record, "unlawful")
    with hearer.exchange.open_view() as view:
        waiting = view.outbox.first_waiting(network.id(SPEAKER), ERASURE)
    assert waiting is not None, "who was sent a copy is told"
    return waiting.outgoing.statement.id


def _class_of(network: Network, code: str) -> DisclosureClass:
    return a_class(
        source=network.id(code), instrument=network.instrument(AGREEMENT), purposes=frozenset({"arrest", "identify"}),
        crime_areas=frozenset({"fugitives"}), handling=frozenset({"H1"}), review=ReviewState.NOT_REQUIRED,
    )  # fmt: skip


def _message(teller: Teller, sender: str, to: str, told: dict[str, str]) -> str:
    return str(teller.ask(sender, "message_send", to=to, **told)["message"]["id"])


def _of(network: Network, local_id: str) -> RecordId:
    return RecordId(f"{network.id(SPEAKER)}/{local_id}")


def _unwatched(_: int) -> None:
    """Take progress that nobody looks at."""


def _never(rejected: object) -> None:
    raise AssertionError(rejected)


def examples(background: Background) -> tuple[Example, ...]:
    """Return the examples of what is accepted and what is answered, several of a kind where its forms differ."""
    say = _Speaker(background)
    return (
        *_of_the_directory(say),
        *_of_agreements(say),
        *_of_records(say),
        *_of_correspondence(say),
        *_calls(say),
    )


class _Speaker:
    """Makes examples."""

    def __init__(self, background: Background) -> None:
        self.of = background
        self.network = background.network
        self.node = self.network[SPEAKER]
        self.own = self.network.own(SPEAKER)
        self.hearer = background.id(HEARER)
        self.third = background.id(THIRD)
        self.centre = background.id(CENTRE)
        self.now = self.network.clock.now()
        self.signer = self.node.exchange.signer
        self.charter = self.network.instrument(CHARTER)
        self.agreement = self.network.instrument(AGREEMENT)

    def node_says(self, kind: str, content: object, instrument: InstrumentId = NO_INSTRUMENT) -> Example:
        """Make an example that the speaker's node signs, from its content."""
        document: JsonObject = content if isinstance(content, dict) else to_object(content)
        return self.signed(draft(kind, self.own.id, self.now, document), instrument)

    def signed(self, unsigned: Statement, instrument: InstrumentId = NO_INSTRUMENT) -> Example:
        """Make an example that the speaker's node signs."""
        return self.as_is(unsigned.with_signature(self.signer), instrument)

    def as_is(self, statement: Statement, instrument: InstrumentId) -> Example:
        """Make an example of what the speaker's node signed."""
        return Example(statement.kind, instrument, statement, SPEAKER)

    def heads_say(self, unsigned: Statement, instrument: InstrumentId = NO_INSTRUMENT, by: str = SPEAKER) -> Example:
        """Make an example that a body's heads sign."""
        for head in self.of.heads(by):
            unsigned = unsigned.with_signature(head)
        return Example(unsigned.kind, instrument, unsigned, by, needs_heads=True)

    def header(self, kind: Kind, instrument: InstrumentId) -> Header:
        """Return the header of an item from the speaker to the hearer."""
        made = self.node.ids.new_id(kind.value.replace("_", "-"))
        return Header(made, self.own.id, self.hearer, instrument, DUTY, "2031/17", "", self.now)

    def record(self, local_id: str) -> Record:
        """Return a record of the speaker's as it holds it."""
        wanted = RecordId(f"{self.own.id}/{local_id}")
        with self.node.records.open_unit() as unit:
            stored = unit.records.get(wanted)
        assert stored is not None, local_id
        return stored.record


def _of_the_directory(say: _Speaker) -> Iterator[Example]:
    keys = say.own.current_keys
    fresh = Ed25519Signer(Ed25519PrivateKey.generate()).public_key
    following = replace(
        keys, version=keys.version + 1, node_key=fresh, sealing_key=HpkeOpener(new_sealing_secret()).public_key,
        valid_from=say.now,
    )  # fmt: skip
    since = say.now - timedelta(seconds=1)
    for version in (following, replace(following, compromised_since=max(since, keys.valid_from))):
        yield say.heads_say(draft("keys", say.own.id, say.now, keys_content(version)))
    yield say.node_says("name", NewName("Bureau of XA, renamed", say.now.date()))
    yield say.node_says("addresses", NewAddresses(("http://again.test",), (say.third,)))
    units = (
        Unit("desk", UnitKind.UNIT, "Duty desk"),
        Unit("east", UnitKind.REGIONAL_BRANCH, "Eastern branch", "The east", "desk"),
    )
    yield say.node_says("units", NewUnits(units))
    point = ContactPoint(
        "desk", ContactKind.DUTY_DESK, "Duty desk", "+1 555 0100", "", ("en",), "UTC", ContactDays.ALWAYS
    )
    yield say.node_says("contacts", NewContacts((point,)))
    entry = GroupEntry(say.centre, MembershipStatus.MEMBER, date(2031, 1, 1), "Decision 1")
    yield say.node_says("group", NewGroup("members", "Members", 1, (entry,)))
    yield say.node_says("introduction", introduction(say.of, b"0" * 16))
    yield say.node_says(RENEWAL_KIND, {"to": say.hearer})


def introduction(background: Background, nonce: bytes) -> JsonObject:
    """Return the content of an introduction of a body that exists nowhere, signed by heads of its own."""
    keys = background.network.own(SPEAKER).current_keys
    genesis = Genesis(
        BodyKind.INTERNATIONAL_ENTITY, "NEWCOMER", "A body", "", "UTC",
        tuple(head.public_key for head in background.newcomer_heads), 2, keys.node_key, keys.sealing_key, nonce,
    )  # fmt: skip
    first = draft("genesis", BodyId(""), background.network.clock.now(), to_object(genesis))
    for head in background.newcomer_heads[:2]:
        first = first.with_signature(head)
    return {"about": body_id(first.signed), "statements": [first.to_json()]}


def _of_agreements(say: _Speaker) -> Iterator[Example]:
    with say.node.agreements.open_unit() as unit:
        known = unit.agreements.instrument(say.agreement)
    assert known is not None
    named = replace(known.instrument, name="another-agreement")
    other = replace(named, id=instrument_id(named))
    yield say.signed(proposal_to_instrument(say.own.id, say.now, other, HEAD), say.charter)
    yield say.heads_say(draft_signature(say.own.id, say.now, other), say.charter)
    for word_kind in (AgreementKind.TAKEN_BACK, AgreementKind.REFUSED):
        word = OpenWordContent(say.agreement, "The ministry did not agree.", HEAD)
        yield say.signed(draft_open_word(word_kind, say.own.id, say.now, word), say.charter)
    stand = known.participations[say.own.id]
    yield say.heads_say(draft_participation(narrow(stand, frozenset({"wanted_person"}), say.now)), say.charter)
    measure = Measure(
        "measure-1", say.charter, say.centre, MeasurePolicy.PAUSED, "Council", "Panel", say.now, say.now + timedelta(days=9),
        "A vote", "The panel",
    )  # fmt: skip
    yield say.heads_say(draft_measure(say.third, say.now, measure), say.charter, by=THIRD)
    for kind in (ProposalKind.EXPULSION, ProposalKind.MEASURE):
        yield say.signed(
            draft_proposal(say.own.id, say.now, say.charter, kind, say.centre, "A proposal.", HEAD), say.charter
        )
    recorded = RecordedContent(say.of.proposed, say.charter, ProposalState.RECORDED, "3")
    yield say.signed(draft_recorded(say.own.id, say.now, recorded), say.charter)
    yield say.signed(draft_successor(say.own.id, say.now, SuccessorContent(say.hearer, REPLACED)), say.charter)


def _of_records(say: _Speaker) -> Iterator[Example]:
    own, now, officer, signer = say.own.id, say.now, DUTY, say.signer
    for local_id in ("xa-person-01", "xa-passport-01", "xa-offence-01", "xa-person-03"):
        known = say.record(local_id)
        later = replace(known, version=known.version + 1, at=now)
        yield say.as_is(record_statement(later, officer, now, signer), say.agreement)
    held = say.record("xa-person-01").id
    yield say.as_is(withdrawal_statement(held, own, "Arrested.", officer, now, signer), say.agreement)
    yield say.as_is(end_statement(held, 2, own, officer, now, signer), say.agreement)
    yield say.as_is(erasure_statement(held, own, officer, now, signer), say.agreement)
    ours = say.of.own_record
    passed_on = PassedOnContent(officer, SIGNED_IN_AS_OPERATOR, ours, 1, say.centre)
    yield say.as_is(passed_on_statement(passed_on, own, now, signer), say.agreement)
    ended = EndConfirmedContent("node", "node", ours, say.third, WITHDRAWAL)
    yield say.as_is(end_confirmed_statement(ended, own, now, signer), say.agreement)
    erased = ErasureConfirmedContent("node", "node", say.of.erasure, say.third)
    yield say.as_is(erasure_confirmed_statement(erased, own, now, signer), say.agreement)


def _of_correspondence(say: _Speaker) -> Iterator[Example]:
    of, at, charter, agreement = say.of, SIGNED_IN_AS_OPERATOR, say.charter, say.agreement

    def item(kind: Kind, instrument: InstrumentId, make: Callable[[Header], object]) -> Example:
        return say.node_says(kind, make(say.header(kind, instrument)), instrument)

    yield item(Kind.MESSAGE, charter, lambda head: MessageContent(head, "Gate 4", "Seen?", "normal", True, "", at))  # noqa: FBT003
    file = SealedFile(
        BlobId("blob:" + "7" * 64), bytes(32), len(PICTURE), MediaType.JPEG, "gate.jpg", sha256(PICTURE).hexdigest()
    )
    yield item(
        Kind.MESSAGE, charter,
        lambda head: MessageContent(head, "Gate 4", "This one?", "normal", False, "", at, (file,)),  # noqa: FBT003
    )  # fmt: skip
    for step, reason in ((Step.OPENED, ""), (Step.REFUSED, "not_competent")):
        yield say.node_says(Kind.EVIDENCE, EvidenceContent(of.sent, step, reason, DUTY, at), charter)
    for message in (of.received, "message-not-here-yet"):
        yield item(Kind.RECALL, charter, lambda head, about=message: RecallContent(head, about, "In error.", at))  # type: ignore[misc]
    yield item(
        Kind.RECALL_ANSWER,
        charter,
        lambda head: RecallAnswerContent(head, of.recalled, True, False, "node"),  # noqa: FBT003
    )
    yield item(
        Kind.HIT, agreement,
        lambda head: HitContent(head, of.own_record, 1, "arrest", "fugitives", "confirmed", 900, "At the gate.", at),
    )  # fmt: skip
    yield item(Kind.HIT_ANSWER, agreement, lambda head: HitAnswerContent(head, of.hit, True, "Yes.", at))  # noqa: FBT003
    yield item(Kind.PERMISSION_REQUEST, agreement, lambda head: _wish(say, head))
    granted = GrantedLeave(
        "leave-1", say.hearer, frozenset({_of(say.network, "xa-person-05")}), frozenset({DisclosureAct.FORWARD}), say.third,
        "arrest", say.now, say.now + timedelta(days=7),
    )  # fmt: skip
    for leave, reason in ((granted, ""), (None, "not_competent")):
        yield item(
            Kind.PERMISSION_ANSWER, agreement,
            lambda head, given=leave, why=reason: PermissionAnswerContent(head, of.leave_asked, given, why, "", at),  # type: ignore[misc]
        )  # fmt: skip
    yield item(
        Kind.RECORD_REQUEST, agreement,
        lambda head: RecordRequestContent(head, of.own_record, "wanted_person", "arrest", "fugitives", at),
    )  # fmt: skip
    for outcome in (AnswerOutcome.REFUSED, AnswerOutcome.NOT_FOUND):
        yield item(
            Kind.RECORD_ANSWER, agreement,
            lambda head, said=outcome: RecordAnswerContent(head, of.record_asked, said, "No.", ("D2 · Not in force",), "node"),  # type: ignore[misc]
        )  # fmt: skip


def _wish(say: _Speaker, head: Header) -> PermissionRequestContent:
    return PermissionRequestContent(
        head, say.of.own_record, frozenset({DisclosureAct.USE_AS_EVIDENCE}), None, "arrest", "fugitives", "For the court.",
        "normal", say.now + timedelta(days=7), SIGNED_IN_AS_OPERATOR,
    )  # fmt: skip


def _calls(say: _Speaker) -> Iterator[Example]:
    for one in _questions(say):
        yield replace(one, lane=Lane.CALL)


def _questions(say: _Speaker) -> Iterator[Example]:
    yield say.node_says(PULL_KIND, {"taken": ["0" * 64], "after": {Lane.DATA.value: "0" * 64}})
    with say.node.exchange.open_view() as view:
        known = {lane.value: view.outbox.stream(say.hearer, lane) for lane in (Lane.DATA, Lane.CONTROL)}
    ours = {lane: Position(one.incarnation, 1) for lane, one in known.items() if one is not None}
    nothing = {lane.value: Position() for lane in (Lane.DATA, Lane.CONTROL)}
    for from_us in (ours, nothing):
        yield say.node_says(CATCH_UP_KIND, CatchUp(nothing, {**nothing, **from_us}))
    content = ConsultContent(
        say.header(Kind.CONSULT, say.agreement), say.of.own_record, "wanted_person", "arrest", "fugitives",
        ("duty_officer",), SIGNED_IN_AS_OPERATOR,
    )  # fmt: skip
    yield say.node_says(Kind.CONSULT, content, say.agreement)
    yield say.node_says(ERASED_SINCE, ErasedSince(say.now - timedelta(days=1), 0))
    asked = BlobFetch(say.of.own_file.id, with_manifest=True, first=0, count=1)
    yield say.as_is(blob_statement(BLOB_FETCH, asked, say.own.id, say.now, say.signer), say.agreement)
