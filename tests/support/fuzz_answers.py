"""What the hostile peer answers when it is asked: its node's true answers, changed and signed anew.

The hearer's own verbs ask: they consult, fetch a file, take back what they had said, erase again what was erased, pull.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from entente.correspondence.model import Header
from entente.correspondence.requests import Wanted
from entente.correspondence.statements import ConsultContent, Kind
from entente.exchange.calls import CALL_REFUSED_KIND, PULLED_KIND
from entente.exchange.catching_up import CATCH_UP_KIND, CatchUp, Position
from entente.exchange.envelopes import batch_to_bytes
from entente.exchange.model import STREAM_LANES, Lane
from entente.exchange.receipts import make_answer
from entente.kernel.clock import format_time
from entente.kernel.codec import to_object
from entente.kernel.ids import BlobId, BodyId, InstrumentId, RecordId
from entente.kernel.statement import Statement, draft
from entente.records.blobs import Looking
from entente.records.statements import (
    BLOB_FETCH,
    ERASED_SINCE,
    SIGNED_IN_AS_OPERATOR,
    BlobFetch,
    ErasedSince,
)
from entente.transport.caller import Caller
from tests.support.every_kind import AGREEMENT, HEARER, SPEAKER, WHY, Background
from tests.support.fuzz_changes import Chance, change
from tests.support.memory_exchange import PlainSealer
from tests.support.nodes import DUTY

if TYPE_CHECKING:
    from tests.support.fuzzing import Arena

CONSULTED, WITH_FILE = "xa-person-08", "xa-person-03"


@dataclass(frozen=True, slots=True)
class _Asking:
    """A verb of the hearer's that asks, and what the speaker's node truly answers."""

    run: Callable[[Arena, Ask], object]
    answers: Sequence[Statement]


Ask = Callable[[BodyId, Statement, InstrumentId], tuple[Statement, ...]]


def true_answers(background: Background) -> tuple[_Asking, ...]:
    """Have the hearer ask everything once, and keep what it was answered."""
    network = background.network
    hearer, to, own = network[HEARER], background.id(SPEAKER), background.id(HEARER)
    agreement, now = network.instrument(AGREEMENT), network.clock.now()
    caller = Caller(hearer.exchange, network.post)
    header = Header("consult-true", own, to, agreement, DUTY, "", "", now)
    consult = ConsultContent(
        header,
        RecordId(f"{to}/{CONSULTED}"),
        "wanted_person",
        "arrest",
        "fugitives",
        ("duty_officer",),
        SIGNED_IN_AS_OPERATOR,
    )
    nothing = {lane.value: Position() for lane in STREAM_LANES}
    asked: Sequence[tuple[Callable[[Arena, Ask], object], str, object]] = (
        (_consults, Kind.CONSULT, consult),
        (_fetches, BLOB_FETCH, BlobFetch(background.copied_file.id, with_manifest=True, first=0, count=1)),
        (_takes_back, CATCH_UP_KIND, CatchUp(nothing, nothing)),
        (_erases_again, ERASED_SINCE, ErasedSince(now - timedelta(days=1), 0)),
    )
    return tuple(
        _Asking(
            run,
            caller(to, draft(kind, own, now, to_object(content)).with_signature(hearer.exchange.signer), agreement),
        )
        for run, kind, content in asked
    )


def changed_answer(arena: Arena, chance: Chance) -> str:
    """Have the hearer ask, and answer it with what was changed."""
    number = chance.number(len(arena.asking) + 1)
    if number == len(arena.asking):
        return _pulls(arena, chance)
    asking = arena.asking[number]

    def ask(recipient: BodyId, statement: Statement, instrument: InstrumentId) -> tuple[Statement, ...]:
        call = arena.exchange.call(recipient, statement, instrument)
        said = [_changed(arena, chance, one, statement) for one in asking.answers]
        if chance.number(8) == 7:
            said.insert(chance.number(len(said) + 1), said[chance.number(len(said))])
        if chance.number(16) == 15:
            said = [_signed(arena, CALL_REFUSED_KIND, {"code": chance.one_of(["not_found", "x", 7]), "what": "No."})]
        given = tuple(said[: chance.number(8) or None])
        sealed = make_answer(
            call.envelope, arena.hearer_entry, given, bytes(16), arena.ids[SPEAKER], Lane.ANSWER, signer=arena.speaker,
            sealer=PlainSealer(),
        )  # fmt: skip
        return arena.exchange.answered(call, batch_to_bytes([sealed]))

    asking.run(arena, ask)
    arena.became(asking.answers[0].kind, "taken")
    return f"{asking.answers[0].kind} believed"


def _changed(arena: Arena, chance: Chance, true: Statement, question: Statement) -> Statement:
    """Return one statement of an answer, changed and signed anew; what is the hearer's own word only without its signature."""
    if true.body != arena.ids[SPEAKER] and chance.number(4) != 3:
        return true
    content: Any = json.loads(json.dumps(true.content))
    asked = question.content.get("header")
    if true.kind == Kind.CONSULT_ANSWER and isinstance(asked, dict):
        content["consult"], content["header"]["at"] = asked["id"], format_time(arena.exchange.clock.now())
    change(content, chance, arena.others)
    return _signed(arena, true.kind, content, true.body)


def _signed(arena: Arena, kind: str, content: Any, body: BodyId | None = None) -> Statement:  # noqa: ANN401 - any JSON
    at = arena.exchange.clock.now()
    return draft(kind, body or arena.ids[SPEAKER], at, content).with_signature(arena.speaker)


def _consults(arena: Arena, ask: Ask) -> None:
    network, source = arena.background.network, arena.ids[SPEAKER]
    wanted = Wanted(source, RecordId(f"{source}/{CONSULTED}"), "wanted_person")
    agreement = network.instrument(AGREEMENT)
    about = replace(WHY, instrument=agreement)
    arena.node.correspondence.consult_record(DUTY, wanted, agreement, about, arena.node.schemata, ask)


def _fetches(arena: Arena, ask: Ask) -> None:
    blobs = replace(arena.node.blobs, files=MemoryFiles(), call=ask)
    record = RecordId(f"{arena.ids[SPEAKER]}/{WITH_FILE}")
    blobs.open_file(DUTY, record, "face.jpg", Looking("arrest", "fugitives", ""), lambda _: None, lambda _: None)


def _takes_back(arena: Arena, ask: Ask) -> None:
    recovering, peer, now = arena.node.recovery.recovering, arena.ids[SPEAKER], arena.exchange.clock.now()
    with arena.exchange.open_view() as view:
        question = recovering.question(view, peer, 0, now)
    given = ask(peer, question, InstrumentId(""))
    with arena.exchange.open_unit() as unit:
        unit.state.allow()
        recovering.take(unit, given, peer, now)
        unit.commit()


def _erases_again(arena: Arena, ask: Ask) -> None:
    arena.node.erasing.erase_what_is_known_at(arena.ids[SPEAKER], ask)


def _pulls(arena: Arena, chance: Chance) -> str:
    call = arena.exchange.pull(arena.ids[SPEAKER])
    content: Any = {}
    change(content, chance, arena.others)
    said = _signed(arena, PULLED_KIND, content)
    sealed = make_answer(
        call.envelope, arena.hearer_entry, (said,), bytes(16), arena.ids[SPEAKER], Lane.ANSWER, signer=arena.speaker,
        sealer=PlainSealer(),
    )  # fmt: skip
    brought = arena.exchange.take_in(arena.exchange.brought_by(call, batch_to_bytes([sealed, *arena.honest(chance)])))
    return f"pulled {len(brought.names)}"


@dataclass
class MemoryFiles:
    """The sealed chunks of records' files, as far as a fetch asks for them."""

    manifests: dict[BlobId, bytes] = field(default_factory=dict)
    kept: dict[BlobId, list[bytes]] = field(default_factory=dict)

    def new(self) -> Any:  # noqa: ANN401 - never asked for
        raise AssertionError("the hearer attaches nothing")

    def begin(self, blob: BlobId, manifest: bytes) -> None:
        self.manifests[blob] = manifest
        self.kept.setdefault(blob, [])

    def manifest(self, blob: BlobId) -> bytes | None:
        return self.manifests.get(blob)

    def chunks(self, blob: BlobId) -> int:
        return len(self.kept.get(blob, []))

    def chunk(self, blob: BlobId, index: int) -> bytes | None:
        kept = self.kept.get(blob, [])
        return kept[index] if 0 <= index < len(kept) else None

    def append(self, blob: BlobId, index: int, sealed: bytes) -> bool:
        assert index == len(self.kept[blob]), "chunks come in order"
        self.kept[blob].append(sealed)
        return True

    def finish(self, blob: BlobId) -> bool:
        return blob in self.manifests

    def erase(self, blob: BlobId) -> None:
        self.manifests.pop(blob, None)
        self.kept.pop(blob, None)

    def erase_others(self, known: frozenset[BlobId]) -> int:
        gone = self.manifests.keys() - known
        for blob in gone:
            self.erase(blob)
        return len(gone)
