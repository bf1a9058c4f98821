"""What the fuzzer does with a few hundred bytes: it changes fields of what nodes say to each other, and judges what comes of it.

The world is real: four nodes with their rooms and stores, under the demonstration's instruments. The hostile peer is known to
all, with its own valid keys, its heads' too, and has every kind of statement to say (`every_kind`): what it says is changed
inside, then signed anew, so that every rule behind the signature is reached. Bodies are sealed by a digest alone
(memory_exchange); what HPKE makes of hostile bytes is tried beside that.

Nothing it brings stays: all that an input made its hearer commit is undone (`undone_store`), so that the world is the same for
every input and a million of them take no disk. A Finding is an error outside the tree, a fault of a room, an input that takes
too long, a row that a refusal changed, or a statement taken in that nobody with the right keys signed.
"""

from __future__ import annotations

import json
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

from entente.app import open_parts, parts_of
from entente.bodies.model import Body
from entente.bodies.rules import verify_by_node
from entente.exchange.bundles import heading, take_in
from entente.exchange.calls import CALL_REFUSED_KIND
from entente.exchange.envelopes import (
    Postmark,
    batch_from_bytes,
    batch_to_bytes,
    envelope_from_json,
    envelope_to_json,
    make_envelope,
    open_envelope,
    read_body,
    sealing_key_of,
)
from entente.exchange.model import (
    STREAM_LANES,
    Envelope,
    EnvelopeBody,
    Lane,
    Receipt,
    ReceiptOutcome,
    WaitingEnvelope,
)
from entente.exchange.receipts import believe_receipt
from entente.exchange.rules import ALWAYS_OPEN_KINDS, Terms, judge_statement
from entente.exchange.service import Exchange
from entente.exchange.standing import terms_between
from entente.kernel.canonical import JsonObject
from entente.kernel.codec import from_json
from entente.kernel.errors import EntenteError
from entente.kernel.ids import BodyId, InstrumentId, KeyId
from entente.kernel.ports import Outgoing
from entente.kernel.sealing import HpkeSealer, Opener
from entente.kernel.signing import Context, Signer, encode_bytes, key_id
from entente.kernel.statement import Statement, draft
from entente.node import Node
from entente.settings import Settings
from entente.storage.folder import Folder
from entente.storage.key_ring import KeyRing
from entente.storage.keys import KeyFiles
from entente.storage.store import Store
from tests.support.every_kind import HEARER, SPEAKER, THIRD, Background, Example, examples, open_background
from tests.support.fuzz_answers import changed_answer, true_answers
from tests.support.fuzz_changes import CHANGES_MAX, Chance, change, change_bytes, written
from tests.support.fuzz_mending import mended
from tests.support.hostile import OF_THE_LINE
from tests.support.memory_exchange import PlainOpener, PlainSealer
from tests.support.undone_store import UndoneStore

SECONDS_MAX = 3.0
"""Of the processor's time; an input that takes more is a hang: the largest honest batch takes well under a second."""
NOBODY = BodyId("body:nobody")


class Finding(AssertionError):  # noqa: N818 - the fuzzer's own word
    """Something that no input may bring about."""


class EitherOpener:
    """Opens what was sealed by a digest alone, and what was sealed truly."""

    def __init__(self, real: Opener) -> None:
        self._real = real
        self._plain = PlainOpener(real.public_key)

    @property
    def public_key(self) -> bytes:
        """The public sealing key."""
        return self._real.public_key

    def open(self, sealed: bytes, info: bytes) -> bytes:
        """Return the plain bytes; raise Untrusted when they were sealed in neither way."""
        try:
            return self._plain.open(sealed, info)
        except EntenteError:
            return self._real.open(sealed, info)


class AnyOpener:
    """Reads what was sealed by a digest alone, to whichever key: the speaker may have changed its own by what it just said."""

    public_key = b""

    def open(self, sealed: bytes, _: bytes) -> bytes:
        """Return the plain bytes, which the envelope's header names by their digest."""
        return sealed[32:]


class EitherRing(KeyRing):
    """A node's keys, of which the sealing ones open both."""

    def opener_of(self, key: KeyId) -> Opener | None:
        """Return the opener of a key."""
        found = super().opener_of(key)
        return None if found is None else EitherOpener(found)


@dataclass(slots=True)
class Arena:
    """The world that inputs are tried on."""

    background: Background
    node: Node
    """The hearer, whose commits are undone."""
    store: UndoneStore
    exchange: Exchange
    seeds: Sequence[Seed]
    keys: dict[str, tuple[list[Signer], list[Signer]]]
    """By code, a body's node as a signer, and its heads."""
    faults: list[str]
    ids: dict[str, BodyId]
    others: Sequence[str]
    waiting: WaitingEnvelope
    receipt: bytes
    """A receipt of the speaker's node for `waiting`, as it came."""
    speaker_entry: Body
    hearer_entry: Body
    asking: Sequence[Any]
    """What the hearer asks, with the speaker's true answers (fuzz_answers)."""
    situation: Any
    """What the gate remembers of how things stood before any input."""
    outcomes: Counter[str] = field(default_factory=Counter)
    kinds: dict[str, Counter[str]] = field(default_factory=dict)
    """By kind of statement, what became of it."""

    @property
    def speaker(self) -> Signer:
        """The hostile peer's node key."""
        return self.keys[SPEAKER][0][0]

    def try_input(self, data: bytes) -> str:
        """Try one input; return what came of it in a word or two. Raise Finding for what no input may bring about."""
        chance = Chance(data)
        target = chance.one_of(TARGETS)
        self.faults.clear()
        began = time.thread_time()
        try:
            outcome = target(self, chance)
        except EntenteError as error:
            outcome = f"{type(error).__name__} {getattr(error, 'reason', '')}".strip()
        except Finding:
            raise
        except Exception as error:
            raise Finding(f"{target.__name__}: an error outside the tree: {error!r}") from error
        finally:
            self.undo()
        took = time.thread_time() - began
        if took > SECONDS_MAX:
            raise Finding(f"{target.__name__}: it took {took:.1f} s")
        if self.faults:
            raise Finding(f"{target.__name__}: a room failed: {self.faults}")
        outcome = f"{target.__name__}: {outcome}"
        self.outcomes[outcome] += 1
        return outcome

    def undo(self) -> None:
        """Have the hearer stand where it stood, in its store and in what it remembers of it."""
        self.store.held.undo()
        remembered = cast("Any", self.node.disclosure)
        # What it has may be of what was undone.
        remembered._committed, remembered._open = self.situation, None  # noqa: SLF001

    def honest(self, chance: Chance) -> list[Envelope]:
        """Return an envelope of an honest statement, or none."""
        return [] if chance.number(2) else [_honest_envelope(self, chance)]

    def became(self, kind: str, outcome: str) -> None:
        """Count what became of a statement."""
        self.kinds.setdefault(kind, Counter())[outcome] += 1


@dataclass(frozen=True, slots=True)
class Seed:
    """An example, ready to be changed."""

    example: Example
    content: str
    """Its content as text, which is read anew each time."""


@contextmanager
def open_arena(folder: Path) -> Iterator[Arena]:
    """Open the world, and undo every later commit of the hearer's."""
    with open_background(folder) as background, ExitStack() as stack:
        network = background.network
        waiting, receipt = _a_receipt(background)
        asking = true_answers(background)
        network.close(HEARER)
        settings, holder = Settings.at(network.folders[HEARER]), Folder(network.folders[HEARER])
        parts = replace(
            parts_of(settings),
            clock=network.clock,
            ring=EitherRing(KeyFiles(holder.keys)),
            sealer=PlainSealer(),
            open_store=lambda hooks: UndoneStore.open(holder, hooks),
        )
        node, store = stack.enter_context(open_parts(settings, parts))
        network.nodes[HEARER] = node
        # Closed by this stack, and not by the network.
        network.opened[HEARER] = ExitStack()
        del network.bodies[HEARER]
        yield _arena(background, node, store, waiting, receipt, asking)


def _arena(
    background: Background, node: Node, store: Store, waiting: WaitingEnvelope, receipt: bytes, asking: Sequence[Any]
) -> Arena:
    assert isinstance(store, UndoneStore), "the hearer was opened over one"
    network = background.network
    ids = {code: network.id(code) for code in network.nodes}
    faults: list[str] = []

    def on_fault(statement: Statement, error: Exception) -> None:
        faults.append(f"«{statement.kind}»: {error!r}")

    keys: dict[str, tuple[list[Signer], list[Signer]]] = {
        code: ([network[code].exchange.signer], background.heads(code)) for code in (SPEAKER, THIRD)
    }
    seeds = [Seed(one, json.dumps(one.statement.content)) for one in examples(background)]
    others = (
        *ids.values(), background.own_record, f"{ids[SPEAKER]}/xa-person-01", f"{ids[SPEAKER]}/xa-person-12", background.sent,
        background.received, background.recalled, background.hit, background.leave_asked, background.record_asked,
        background.proposed, background.own_file.id, *(network.instrument(name) for name in ("charter", "police-data-agreement")),
        network.instrument("drug-data-programme"),
    )  # fmt: skip
    store.stop()
    node.disclosure.situation()
    exchange = replace(node.exchange, on_fault=on_fault)
    return Arena(
        background, node, store, exchange, seeds, keys, faults, ids, others, waiting, receipt, network.own(SPEAKER),
        network.own(HEARER), asking, cast("Any", node.disclosure)._committed,  # noqa: SLF001
    )  # fmt: skip


def _a_receipt(background: Background) -> tuple[WaitingEnvelope, bytes]:
    """Have the hearer send something to the speaker, and keep envelope and answer."""
    network = background.network
    hearer, to, own = network[HEARER], network.id(SPEAKER), network.own(HEARER)
    said = draft("addresses", own.id, hearer.clock.now(), {"addresses": list(own.addresses), "relays": []})
    with hearer.exchange.open_unit() as unit:
        unit.outbox.put(Outgoing(to, InstrumentId(""), said.with_signature(hearer.exchange.signer), is_control=True))
        unit.commit()
    parcel = hearer.exchange.collect(to)
    assert parcel is not None, "something waits"
    control = next(one for one in parcel.envelopes if one.envelope.header.lane is Lane.CONTROL)
    answers = network[SPEAKER].exchange.receive(batch_to_bytes([control.envelope]))
    return control, answers


# What inputs do


def changed_word(arena: Arena, chance: Chance) -> str:
    """Hand a room a statement whose content was changed, signed anew, as the door in would: no envelope stands before it."""
    made = _changed(arena, chance, [one for one in arena.seeds if one.example.lane is not Lane.CALL])
    if made is None:
        return "nothing to say"
    statement, instrument, is_lie = made
    own, sender, now = arena.ids[HEARER], arena.ids[SPEAKER], arena.exchange.clock.now()
    with arena.exchange.open_unit() as unit:
        known = unit.bodies.body(statement.body) is not None
        accept, terms = arena.exchange.accept, Terms("", "", "")
        if statement.kind not in ALWAYS_OPEN_KINDS:
            terms = terms_between(unit, instrument, sender=sender, recipient=own, now=now)
        refusal = judge_statement(statement, is_body_known=known, kinds=accept.keys(), terms=terms, now=now)
        if refusal is not None:
            arena.became(statement.kind, refusal.reason.value)
            return refusal.reason.value
        try:
            accept[statement.kind](unit, statement, sender)
        except EntenteError as error:
            arena.became(statement.kind, error.code)
            return error.code
        unit.commit()
    if is_lie and arena.store.held.changed:
        raise Finding(f"a statement was taken in that its body did not sign: «{statement.kind}»")
    arena.became(statement.kind, "taken")
    return "taken"


def changed_statement(arena: Arena, chance: Chance) -> str:
    """Send statements whose content was changed, signed anew by the speaker's node and, by choice, its heads."""
    found = []
    seeds = [one for one in arena.seeds if one.example.lane is not Lane.CALL]
    for _ in range(1 + max(chance.number(8) - 5, 0)):
        made = _changed(arena, chance, seeds)
        if made is not None:
            found.append(made)
    instrument = found[0][1] if found else InstrumentId("")
    lane = Lane.CONTROL if chance.number(4) == 3 else Lane.DATA
    envelope = enveloped(arena, lane, instrument, [one for one, _, _ in found], is_sealed_truly=chance.number(16) == 15)
    lies = frozenset(one.id for one, _, is_lie in found if is_lie)
    return _post(arena, batch_to_bytes([envelope]), [one for one, _, _ in found], lies)


def changed_call(arena: Arena, chance: Chance) -> str:
    """Call with a question whose content was changed."""
    made = _changed(arena, chance, [one for one in arena.seeds if one.example.lane is Lane.CALL])
    if made is None:
        return "nothing to ask"
    envelope = enveloped(arena, Lane.CALL, made[1], [made[0]])
    return _post(arena, batch_to_bytes([envelope]), [made[0]], frozenset())


def changed_batch(arena: Arena, chance: Chance) -> str:
    """Post a batch whose text was changed: fields of its document, then bytes of its text."""
    document: Any = json.loads(batch_to_bytes([_honest_envelope(arena, chance)]))
    change(document, chance, arena.others)
    return _post_unproved(arena, change_bytes(written(document), chance))


def changed_header(arena: Arena, chance: Chance) -> str:
    """Post an envelope whose header was changed and signed anew, as its own sender can."""
    honest = _honest_envelope(arena, chance)
    header: Any = json.loads(honest.header_bytes)
    change(header, chance, arena.others)
    data = written(header)
    signature = arena.speaker.sign(Context.ENVELOPE, data)
    document: JsonObject = {
        **envelope_to_json(honest),
        "header": data.decode("utf-8", "replace"),
        "signature": {"key": signature.key_id, "value": encode_bytes(signature.value)},
    }
    return _post(arena, written({"envelopes": [document], "v": 1}), [], frozenset())


def changed_body(arena: Arena, chance: Chance) -> str:
    """Read a body whose text was changed."""
    statement = chance.one_of(arena.seeds).example.statement
    document: Any = {"salt": encode_bytes(bytes(16)), "statements": [statement.to_json()]}
    change(document, chance, arena.others)
    body = read_body(change_bytes(written(document), chance))
    return f"{len(body.statements)} statements"


def changed_receipt(arena: Arena, chance: Chance) -> str:
    """Answer an envelope of the hearer's with a receipt whose statement was changed, signed and sealed anew."""
    (item,) = batch_from_bytes(arena.receipt)
    honest = envelope_from_json(item)
    said = open_envelope(honest, arena.exchange.opener).statements[0]
    content: Any = json.loads(json.dumps(said.content))
    change(content, chance, arena.others)
    made = drafted(said.kind, said.body, said.at, content)
    if made is None:
        return "nothing to answer"
    postmark = _postmark(arena, Lane.RECEIPT, honest.header.instrument, 0, honest.header.previous)
    envelope = _sealed(arena, postmark, [made.with_signature(arena.speaker)])
    if chance.number(4) == 3:
        # As a parcel's answer, with all that follows from it in the outbox.
        arena.exchange.receive(batch_to_bytes([envelope]))
        return "posted"
    now = arena.exchange.clock.now()
    own, keys = arena.ids[HEARER], arena.exchange.keys
    found = believe_receipt(envelope, arena.waiting, arena.speaker_entry, own, keys, now)
    return f"believed {found.receipt.outcome}"


def changed_bundle(arena: Arena, chance: Chance) -> str:
    """Take in a bundle whose lines were changed, left out or doubled."""
    lines = [
        heading(arena.ids[SPEAKER], arena.ids[HEARER], arena.exchange.clock.now()),
        *(batch_to_bytes([_honest_envelope(arena, chance)]) + b"\n" for _ in range(2)),
    ]
    for _ in range(1 + chance.number(CHANGES_MAX)):
        place = chance.number(len(lines))
        lines[place] = change_bytes(lines[place], chance)
        if chance.number(4) == 3:
            lines.insert(place, lines[chance.number(len(lines))])
    answers: list[bytes] = []
    taken = take_in(arena.exchange, lines, answers.append, lambda _: None)
    return f"{taken.envelopes} envelopes, {len(taken.unreadable)} unreadable"


def read_envelope(arena: Arena, chance: Chance) -> str:
    """Read a batch whose document, header and text were changed."""
    (item,) = batch_from_bytes(arena.receipt)
    document: Any = {"envelopes": [json.loads(json.dumps(item))], "v": 1}
    if chance.number(2):
        header: Any = json.loads(document["envelopes"][0]["header"])
        change(header, chance, arena.others)
        document["envelopes"][0]["header"] = written(header).decode("utf-8", "surrogatepass")
    change(document, chance, arena.others)
    read = [envelope_from_json(one) for one in batch_from_bytes(change_bytes(written(document), chance))]
    return f"{len(read)} envelopes"


def raw_bytes(arena: Arena, chance: Chance) -> str:
    """Post the input itself."""
    return _post_unproved(arena, chance.piece(255))


TARGETS: tuple[Callable[[Arena, Chance], str], ...] = (
    *[changed_word] * 64,
    *[changed_statement] * 5,
    *[changed_call] * 3,
    *[changed_answer] * 3,
    *[changed_header] * 3,
    *[changed_batch] * 3,
    *[changed_bundle] * 1,
    *[changed_receipt] * 6,
    *[changed_body] * 18,
    *[read_envelope] * 18,
    *[raw_bytes] * 4,
)
"""By how often each is tried; what reaches the rooms the most."""


# How statements are changed


def _changed(arena: Arena, chance: Chance, seeds: Sequence[Seed]) -> tuple[Statement, InstrumentId, bool] | None:
    """Return a statement changed and signed anew, its instrument, and whether nobody with the right keys signed it."""
    example = (seed := chance.one_of(seeds)).example
    content: Any = json.loads(seed.content)
    is_odd = chance.number(8) == 7
    at = example.statement.at
    kind, body = example.kind, example.statement.body
    if is_odd:
        at += timedelta(seconds=chance.one_of([-1, 60, -86_400, 86_400 * 400]))
        body = chance.one_of([arena.ids[SPEAKER], arena.ids[THIRD], arena.ids[HEARER], NOBODY, body])
        kind = chance.one_of(seeds).example.kind if chance.number(4) == 3 else kind
    if example.kind == "introduction":
        content = changed_newcomer(content, chance, arena)
    change(content, chance, arena.others)
    if chance.number(8) != 7:
        content = mended(kind, content, at)
    made = drafted(kind, body, at, content)
    if made is None:
        return None
    by_node, by_heads = arena.keys[example.by]
    signers = by_heads if example.needs_heads else by_node
    if is_odd:
        own_node, own_heads = arena.keys[SPEAKER]
        signers = chance.one_of([signers, own_node, own_heads, [], [*own_node, *own_heads], by_heads[:1]])
    for signer in signers:
        made = made.with_signature(signer)
    if is_odd and chance.number(4) == 3:
        made = replace(made, signatures=(*made.signatures, *example.statement.signatures)[:16])
    instrument = example.instrument if chance.number(16) != 15 else chance.one_of(arena.others)
    return made, InstrumentId(instrument), _is_lie(arena, made)


def _is_lie(arena: Arena, statement: Statement) -> bool:
    """Say whether neither the node nor two heads of the body that it names signed it."""
    code = next((code for code, one in arena.ids.items() if one == statement.body), "")
    if code not in arena.keys:
        return True
    signed = {one.key_id for one in statement.signatures}
    node, heads = ({key_id(one.public_key) for one in some} for some in arena.keys[code])
    needs_heads = statement.kind in {"keys", "instrument_signature", "participation", "measure"}
    return not heads <= signed if needs_heads else not node <= signed


def changed_newcomer(content: Any, chance: Chance, arena: Arena) -> Any:  # noqa: ANN401 - any JSON
    """Return an introduction whose newcomer's own genesis was changed and signed anew by its heads."""
    signed = json.loads(content["statements"][0]["signed"])
    change(signed["content"], chance, arena.others)
    made = drafted("genesis", BodyId(""), arena.exchange.clock.now(), signed["content"])
    if made is None:
        return content
    for head in arena.background.newcomer_heads[:2]:
        made = made.with_signature(head)
    return mended("introduction", {**content, "statements": [made.to_json()]}, arena.exchange.clock.now())


def drafted(kind: str, body: BodyId, at: Any, content: Any) -> Statement | None:  # noqa: ANN401 - a moment; any JSON
    """Return an unsigned statement; None for what has no canonical form, which `changed_batch` and `changed_body` try as text."""
    try:
        return draft(kind, body, at, content if isinstance(content, dict) else {"content": content})
    except EntenteError:
        return None


# How they are posted, and judged


def _post_unproved(arena: Arena, batch: bytes) -> str:
    """Post what nobody signed anew: where the signature does not hold, nothing may be written."""
    is_proved = _is_proved(arena, batch)
    outcome = _post(arena, batch, [], frozenset())
    if arena.store.held.commits and not is_proved:
        raise Finding("the node wrote for a batch that proved nothing")
    return outcome


def _is_proved(arena: Arena, batch: bytes) -> bool:
    try:
        envelopes = [envelope_from_json(item) for item in batch_from_bytes(batch)]
    except EntenteError:
        # One that can be read may stand beside one that cannot.
        return b'"header"' in batch
    senders = set(arena.ids.values())
    return any(one.header.sender not in senders or _is_signed(arena, one) for one in envelopes)


def _is_signed(arena: Arena, envelope: Envelope) -> bool:
    return envelope.signature.value == arena.speaker.sign(Context.ENVELOPE, envelope.header_bytes).value


def _post(arena: Arena, batch: bytes, said: Sequence[Statement], lies: frozenset[str]) -> str:
    """Post a batch to the hearer, and read its answers as the speaker: no lie was taken in, and no refusal changed a row."""
    words = []
    may_change: set[str] = set()
    is_anything_taken = False
    kinds = {one.id: one.kind for one in said}
    for item in batch_from_bytes(arena.exchange.receive(batch)):
        answer = envelope_from_json(item)
        if answer.header.lane in STREAM_LANES:
            # What waits for whoever pulls.
            is_anything_taken = True
            continue
        statements = open_envelope(answer, _READER).statements
        verify_by_node(arena.hearer_entry, statements[0])
        if answer.header.lane is not Lane.RECEIPT:
            is_refused = statements[0].kind == CALL_REFUSED_KIND
            is_anything_taken = is_anything_taken or not is_refused
            word = str(statements[0].content["code"]) if is_refused else statements[0].kind
            for one in said:
                arena.became(one.kind, word)
            words.append(word)
            continue
        receipt = from_json(Receipt, statements[0].content)
        taken = {one.statement for one in receipt.results if one.is_accepted and not one.reason}
        may_change |= _CHANGED_BY_REFUSAL
        for result in receipt.results:
            may_change |= _CHANGED_BESIDE.get(result.reason, set())
        # Our own word that comes back is old news: it is acknowledged without a look at its signatures, and changes nothing.
        if taken and taken <= lies and (found := set(arena.store.held.changed) - may_change - {"inbox_statement"}):
            raise Finding(f"a statement was taken in that its body did not sign: it changed {found}")
        is_anything_taken = is_anything_taken or bool(taken) or receipt.outcome is not ReceiptOutcome.STORED
        for result in receipt.results:
            code = result.detail.partition(":")[0] if result.reason == "not_accepted" else result.reason
            arena.became(kinds.get(result.statement, "as it stands"), code or "taken")
        words.append(
            f"{receipt.outcome} {receipt.reason} {' '.join(sorted({one.reason or 'taken' for one in receipt.results}))}".strip()
        )
    if not is_anything_taken and (found := set(arena.store.held.changed) - may_change):
        raise Finding(f"a refusal changed rows of {found}")
    return ", ".join(words) or "no answer"


_READER = AnyOpener()
_CHANGED_BY_REFUSAL = {*OF_THE_LINE, "body_heard"}
"""What an envelope changes though each of its statements is refused: a control envelope was heard all the same."""
_CHANGED_BESIDE = {"unknown_kind": {"inbox_aside"}, "unknown_sender": {"counter"}}


def _honest_envelope(arena: Arena, chance: Chance) -> Envelope:
    example = chance.one_of(arena.seeds).example
    return enveloped(
        arena, example.lane, example.instrument, [example.statement], is_sealed_truly=chance.number(8) == 7
    )


def enveloped(
    arena: Arena,
    lane: Lane,
    instrument: InstrumentId,
    statements: Sequence[Statement],
    *,
    is_sealed_truly: bool = False,
) -> Envelope:
    """Put statements in the next envelope of the speaker's stream, or in a call's."""
    sequence, previous, incarnation = 0, "", "call-fuzz"
    if lane in {Lane.DATA, Lane.CONTROL}:
        with arena.exchange.open_view() as view:
            stream = view.inbox.stream(arena.ids[SPEAKER], lane)
        sequence, previous = (1, "") if stream is None else (stream.sequence + 1, stream.head)
        incarnation = "20310101T000000000000Z.fuzz" if stream is None else stream.incarnation
    postmark = replace(_postmark(arena, lane, instrument, sequence, previous), incarnation=incarnation)
    return _sealed(arena, postmark, statements, is_sealed_truly=is_sealed_truly)


def _postmark(arena: Arena, lane: Lane, instrument: InstrumentId, sequence: int, previous: str) -> Postmark:
    now = arena.exchange.clock.now()
    return Postmark(
        sender=arena.ids[SPEAKER], recipient=arena.ids[HEARER], lane=lane, instrument=instrument, epoch=1, incarnation="fuzz",
        sequence=sequence, previous=previous, sent_at=now, expires_at=now + timedelta(seconds=60),
    )  # fmt: skip


def _sealed(
    arena: Arena, postmark: Postmark, statements: Sequence[Statement], *, is_sealed_truly: bool = False
) -> Envelope:
    key = sealing_key_of(arena.hearer_entry, postmark.sent_at)
    body = EnvelopeBody(bytes(16), tuple(statements))
    sealer = HpkeSealer() if is_sealed_truly else PlainSealer()
    return make_envelope(postmark, body, key, signer=arena.speaker, sealer=sealer)


def random_inputs(seed: int, count: int) -> Iterator[bytes]:
    """Yield inputs of a seeded generator."""
    chance = random.Random(seed)
    for _ in range(count):
        yield chance.randbytes(chance.randrange(8, 160))
