"""What the fuzzer does with a few hundred bytes: it changes fields of what nodes say to each other, and judges what comes of it.

The bytes choose everything (`Chance`), so that an input replays what it did, whether a coverage-guided fuzzer made it, a seeded
generator or the corpus in tests/vectors/fuzz. The world is real: four nodes with their rooms and stores, under the
demonstration's instruments. The hostile peer is XA-NCB, known to all, with its own valid keys, its heads' too: what it says is
changed inside, then signed and sealed anew, so that every rule behind the signature is reached.

Nothing it brings is committed: a commit runs all that runs before one and is then undone, so that the world is the same for
every input and a million of them take no disk. A Finding is an error outside the tree, a fault of a room, a hang, a write by
what proved nothing, or a statement taken in that nobody with the right keys signed.
"""

from __future__ import annotations

import copy
import json
import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from demo import refusing, sharing
from demo.stage import Teller
from entente.bodies.rules import verify_by_node
from entente.exchange.bundles import heading, take_in
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
from entente.exchange.model import Envelope, EnvelopeBody, Lane, Receipt, WaitingEnvelope
from entente.exchange.receipts import believe_receipt
from entente.exchange.service import Exchange
from entente.kernel.canonical import Json, JsonObject
from entente.kernel.codec import from_json
from entente.kernel.errors import EntenteError
from entente.kernel.ids import BodyId, InstrumentId
from entente.kernel.ports import Outgoing
from entente.kernel.signing import Context, Signer, encode_bytes
from entente.kernel.statement import Statement, draft
from entente.kernel.statement import from_json as statement_from_json
from entente.storage.keys import KeyFiles
from entente.storage.unit_of_work import SqlUnitOfWork
from tests.support.hostile import open_world
from tests.support.nodes import PASSPHRASE, Network
from tests.support.story_world import InOneProcess

SECONDS_MAX = 5.0
"""An input that takes longer is a hang: the largest honest batch takes well under a second."""
LIAR, VICTIM, OTHER = "XA-NCB", "XB-NCB", "GS"
SEEDS_OF_KIND_MAX = 4
DEEP_OF = 8
"""One input in so many goes through the store: a million inputs then take about half an hour a processor."""
CHANGES_MAX = 3
NESTED = 200

_encoder = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)


class Finding(AssertionError):  # noqa: N818 - the fuzzer's own word
    """Something that no input may bring about."""


class Chance:
    """Chooses by the bytes of an input, the first choice when they are used up."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._place = 0

    def number(self, below: int) -> int:
        """Return a number from 0 to below `below`."""
        size = 1 if below <= 256 else 4
        piece = self._data[self._place : self._place + size]
        self._place += size
        return int.from_bytes(piece, "big") % below

    def one_of(self, choices: Sequence[Any]) -> Any:  # noqa: ANN401 - whatever it is given
        """Return one of the choices."""
        return choices[self.number(len(choices))]

    def piece(self, most: int) -> bytes:
        """Return a run of the input's own bytes."""
        size = self.number(most + 1)
        found = self._data[self._place : self._place + size]
        self._place += size
        return found


@dataclass(slots=True)
class Arena:
    """The world that inputs are tried on."""

    network: Network
    exchange: Exchange
    """The victim's, whose commits are undone."""
    seeds: list[tuple[InstrumentId, Statement]]
    """Statements of every kind that the demonstration sent, each with the instrument it went under."""
    heads: list[Signer]
    commits: list[int]
    faults: list[str]
    ids: dict[str, BodyId]
    waiting: WaitingEnvelope
    receipt: bytes
    """A receipt of the liar's node for `waiting`, as it came."""
    outcomes: dict[str, int] = field(default_factory=dict)

    def liar(self) -> Exchange:
        """Return the hostile peer's own exchange: its keys and its streams."""
        return self.network[LIAR].exchange

    def try_input(self, data: bytes) -> str:
        """Try one input; return what came of it in a word or two. Raise Finding for what no input may bring about."""
        chance = Chance(data)
        target = chance.one_of(_QUICK) if chance.number(DEEP_OF) else chance.one_of(_DEEP)
        self.commits.clear()
        self.faults.clear()
        began = time.monotonic()
        try:
            outcome = target(self, chance)
        except EntenteError as error:
            outcome = f"{type(error).__name__} {getattr(error, 'reason', '')}".strip()
        except Finding:
            raise
        except Exception as error:
            raise Finding(f"{target.__name__}: an error outside the tree: {error!r}") from error
        took = time.monotonic() - began
        if took > SECONDS_MAX:
            raise Finding(f"{target.__name__}: it took {took:.1f} s")
        if self.faults:
            raise Finding(f"{target.__name__}: a room failed: {self.faults}")
        outcome = f"{target.__name__}: {outcome}"
        self.outcomes[outcome] = self.outcomes.get(outcome, 0) + 1
        return outcome


@contextmanager
def open_arena(folder: Path) -> Iterator[Arena]:
    """Open the world, hear every kind that the demonstration's nodes say, and undo every later commit of the victim's."""
    with open_world(folder) as network:
        _busy_day(Teller(InOneProcess(network, folder), lambda _: None))
        seeds = _seeds(network)
        waiting, receipt = _a_receipt(network)
        keys = KeyFiles(network.folders[LIAR] / "keys")
        heads: list[Signer] = [keys.head_signer(name, PASSPHRASE) for name in ("1", "2")]
        commits: list[int] = []
        faults: list[str] = []
        real = network[VICTIM].exchange

        def unit() -> Any:  # noqa: ANN401 - every room's own
            return _undone(real.open_unit(), commits)

        def on_fault(statement: Statement, error: Exception) -> None:
            faults.append(f"«{statement.kind}»: {error!r}")

        exchange = replace(real, open_unit=unit, on_fault=on_fault)
        ids = {code: network.id(code) for code in network.nodes}
        yield Arena(network, exchange, seeds, heads, commits, faults, ids, waiting, receipt)


def _undone(unit: Any, commits: list[int]) -> Any:  # noqa: ANN401 - the one unit of every room
    """Have a unit do all that comes before its commit, and then undo it."""
    assert isinstance(unit, SqlUnitOfWork), "the victim's store is real"

    def commit() -> None:
        unit._run_hooks()  # noqa: SLF001 - a commit but for its last step
        unit.trail.flush()
        commits.append(1)

    unit.commit = commit  # type: ignore[method-assign]
    return unit


def _busy_day(teller: Teller) -> None:
    """Have officers do what makes their nodes send every other kind of statement."""
    sharing.find(teller)
    sharing.confirm(teller)
    refusing.forward_on_leave(teller)
    told = {"officer": "duty-1", "instrument": "charter", "subject": "Enquiry", "text": "Is the person known?"}
    for to in ("XB-NCB", "GS"):
        teller.ask("XA-NCB", "message_send", to=to, **told)
    terms = {
        "officer": "head-1", "instrument": "drug-data-programme", "toward": ["RC"], "decided_by": "Council", "document": "17",
        "reason": "reciprocity", "review_on": "2099-01-01",
    }  # fmt: skip
    teller.world.heads_sign("XA-NCB", teller.ask("XA-NCB", "suspend_draft", **terms))
    teller.world.settle()
    for record in ("xa-person-12", "xa-person-11"):
        teller.ask("XA-NCB", "record_withdraw", officer="duty-1", record=f"XA-NCB/{record}", reason="Arrested.")
    teller.world.settle()


def _seeds(network: Network) -> list[tuple[InstrumentId, Statement]]:
    found: dict[str, list[tuple[InstrumentId, Statement]]] = {}
    for node in network.nodes.values():
        with node.exchange.open_view() as view:
            assert isinstance(view, SqlUnitOfWork), "the stores are real"
            rows = view._connection_in_use().exec_driver_sql(  # noqa: SLF001 - one query of the fuzzer alone
                "SELECT kind, instrument, document FROM outbox_statement WHERE document IS NOT NULL ORDER BY number"
            )
            for kind, instrument, document in rows:
                of_kind = found.setdefault(kind, [])
                if len(of_kind) < SEEDS_OF_KIND_MAX:
                    of_kind.append((InstrumentId(instrument), statement_from_json(json.loads(document))))
    return [one for kind in sorted(found) for one in found[kind]]


def _a_receipt(network: Network) -> tuple[WaitingEnvelope, bytes]:
    """Have the victim send something to the liar, and keep envelope and answer."""
    victim, to = network[VICTIM], network.id(LIAR)
    own = network.own(VICTIM)
    said = draft("addresses", own.id, victim.clock.now(), {"addresses": list(own.addresses)})
    with victim.exchange.open_unit() as unit:
        unit.outbox.put(Outgoing(to, InstrumentId(""), said.with_signature(victim.exchange.signer), is_control=True))
        unit.commit()
    parcel = victim.exchange.collect(to)
    assert parcel is not None, "something waits"
    answers = network[LIAR].exchange.receive(parcel.batch)
    return parcel.envelopes[0], answers


# What inputs do


def changed_batch(arena: Arena, chance: Chance) -> str:
    """Post a batch whose text was changed: fields of its document, then bytes of its text."""
    document: Any = json.loads(batch_to_bytes([_honest_envelope(arena, chance)]))
    change(document, chance, arena)
    text = change_bytes(_written(document), chance)
    return _post_unproved(arena, text)


def changed_header(arena: Arena, chance: Chance) -> str:
    """Post an envelope whose header was changed and signed anew, as its own sender can."""
    honest = _honest_envelope(arena, chance)
    header: Any = json.loads(honest.header_bytes)
    change(header, chance, arena)
    data = _written(header)
    signature = arena.liar().signer.sign(Context.ENVELOPE, data)
    document: JsonObject = {
        **envelope_to_json(honest),
        "header": data.decode("utf-8", "replace"),
        "signature": {"key": signature.key_id, "value": encode_bytes(signature.value)},
    }
    return _post(arena, _written({"envelopes": [document], "v": 1}), frozenset())


def changed_body(arena: Arena, chance: Chance) -> str:
    """Read a body whose text was changed."""
    _, statement = chance.one_of(arena.seeds)
    document: Any = {"salt": encode_bytes(bytes(16)), "statements": [statement.to_json()]}
    change(document, chance, arena)
    body = read_body(change_bytes(_written(document), chance))
    return f"{len(body.statements)} statements"


def changed_statement(arena: Arena, chance: Chance) -> str:
    """Send a statement whose content was changed, signed anew by the liar's node and, by choice, its heads."""
    statements = []
    instrument = InstrumentId("")
    for _ in range(1 + chance.number(3)):
        instrument, seed = chance.one_of(arena.seeds)
        content: Any = copy.deepcopy(seed.content)
        change(content, chance, arena)
        body = chance.one_of([arena.ids[LIAR], arena.ids[LIAR], seed.body, arena.ids[OTHER], BodyId("body:nobody")])
        kind = seed.kind if chance.number(8) else chance.one_of([one.kind for _, one in arena.seeds])
        at = arena.exchange.clock.now() + timedelta(seconds=chance.one_of([0, -1, 60, -86_400, 86_400 * 400]))
        made = _drafted(kind, body, at, content if isinstance(content, dict) else {"content": content})
        if made is None:
            continue
        for signer in ([arena.liar().signer], arena.heads, [], [arena.liar().signer, *arena.heads])[chance.number(4)]:
            made = made.with_signature(signer)
        if chance.number(8) == 7:
            made = replace(made, signatures=(*made.signatures, *seed.signatures)[:16])
        statements.append(made)
    if not statements:
        return "nothing to send"
    lane = chance.one_of([Lane.DATA, Lane.CONTROL])
    envelope = _envelope(arena, lane, instrument, statements)
    own = arena.ids[LIAR]
    lies = frozenset(one.id for one in statements if one.body != own)
    return _post(arena, batch_to_bytes([envelope]), lies)


def changed_call(arena: Arena, chance: Chance) -> str:
    """Call with a question whose content was changed."""
    kind = chance.one_of(sorted({"pull", "call_refused", *arena.exchange.answers}))
    content: Any = {
        "taken": [],
        "records": [],
        "since": "",
        "id": "",
        "offset": 0,
        "query": {},
        "stream": "",
        "lane": "",
    }
    for name in list(content):
        if chance.number(2):
            del content[name]
    change(content, chance, arena)
    made = _drafted(kind, arena.ids[LIAR], arena.exchange.clock.now(), content if isinstance(content, dict) else {})
    if made is None:
        return "nothing to ask"
    envelope = _envelope(arena, Lane.CALL, InstrumentId(""), [made.with_signature(arena.liar().signer)])
    return f"{len(batch_from_bytes(arena.exchange.receive(batch_to_bytes([envelope]))))} answers"


def changed_receipt(arena: Arena, chance: Chance) -> str:
    """Answer an envelope of the victim's with a receipt whose statement was changed, signed and sealed anew."""
    (item,) = batch_from_bytes(arena.receipt)
    honest = envelope_from_json(item)
    said = open_envelope(honest, arena.exchange.opener).statements[0]
    content: Any = copy.deepcopy(said.content)
    change(content, chance, arena)
    made = _drafted(said.kind, said.body, said.at, content if isinstance(content, dict) else {})
    if made is None:
        return "nothing to answer"
    postmark = _postmark(arena, Lane.RECEIPT, honest.header.instrument, 0, honest.header.previous)
    envelope = _sealed(arena, postmark, [made.with_signature(arena.liar().signer)])
    now = arena.exchange.clock.now()
    found = believe_receipt(
        envelope, arena.waiting, arena.network.own(LIAR), arena.ids[VICTIM], arena.exchange.keys, now
    )
    return f"believed {found.receipt.outcome}"


def changed_bundle(arena: Arena, chance: Chance) -> str:
    """Take in a bundle whose lines were changed, left out or doubled."""
    lines = [
        heading(arena.ids[LIAR], arena.ids[VICTIM], arena.exchange.clock.now()),
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
    document: Any = {"envelopes": [copy.deepcopy(item)], "v": 1}
    if chance.number(2):
        header: Any = json.loads(document["envelopes"][0]["header"])
        change(header, chance, arena)
        document["envelopes"][0]["header"] = _encoder.encode(header)
    change(document, chance, arena)
    read = [envelope_from_json(one) for one in batch_from_bytes(change_bytes(_written(document), chance))]
    return f"{len(read)} envelopes"


def raw_bytes(arena: Arena, chance: Chance) -> str:
    """Post the input itself."""
    return _post_unproved(arena, chance.piece(255))


_DEEP: tuple[Callable[[Arena, Chance], str], ...] = (
    changed_statement,
    changed_statement,
    changed_statement,
    changed_statement,
    changed_header,
    changed_batch,
    changed_call,
    changed_bundle,
)
"""What reaches the rooms and the store, some milliseconds each."""
_QUICK: tuple[Callable[[Arena, Chance], str], ...] = (changed_body, read_envelope, changed_receipt, raw_bytes)
"""What is judged before anything is asked of the store."""


# How fields are changed


def change(document: Any, chance: Chance, arena: Arena) -> None:  # noqa: ANN401 - any JSON
    """Change up to CHANGES_MAX fields of a document, wherever they stand."""
    for _ in range(chance.number(CHANGES_MAX + 1)):
        places = list(_places(document))
        if not places:
            return
        holder, name = chance.one_of(places)
        match chance.number(5):
            case 0:
                del holder[name]
            case 1 if isinstance(holder, dict):
                holder[chance.one_of(["x", "v", "kind", "body", "at", "ключ"])] = _value(chance, arena, holder[name])
            case 1:
                holder.append(copy.deepcopy(holder[name]))
            case 2:
                holder[name] = copy.deepcopy(chance.one_of([other[key] for other, key in places]))
            case _:
                holder[name] = _value(chance, arena, holder[name])


def _places(document: Any) -> Iterator[tuple[Any, Any]]:  # noqa: ANN401 - any JSON
    """Yield every holder and name under which a value stands in a document."""
    if isinstance(document, dict | list):
        for name in list(document) if isinstance(document, dict) else range(len(document)):
            yield document, name
            yield from _places(document[name])


def _value(chance: Chance, arena: Arena, old: Any) -> Any:  # noqa: ANN401 - any JSON
    """Return a value to stand where another stood."""
    nested: Any = []
    for _ in range(NESTED):
        nested = [nested]
    near: list[Any] = [old]
    if isinstance(old, int) and not isinstance(old, bool):
        near += [old + 1, old - 1, -old]
    if isinstance(old, str):
        near += [old + "x", old[:-1], old.upper(), old[::-1], old * 40, f" {old}"]
    made = [nested, arena.ids[VICTIM], arena.ids[LIAR], arena.ids[OTHER], encode_bytes(chance.piece(32))]
    return copy.deepcopy(chance.one_of([*near, *made, *_HOSTILE]))


_HOSTILE: tuple[Any, ...] = (
    None, True, False, 0, 1, -1, 2**53 - 1, 2**53, -(2**63), 10**400, 1.5, "", " ", "\x00", "\ud800", "\u202e", "é" * 5_000,
    "0000-00-00T00:00:00.000000Z", "9999-12-31T23:59:59.999999Z", "0001-01-01", "2031-02-30", "body:", "instrument:x",
    "statement:" + "0" * 64, "../../x", "A" * 44, [], {}, [None], {"": ""},
)  # fmt: skip
"""Types, ends of ranges, texts and moments that a reader may stumble over."""


def change_bytes(data: bytes, chance: Chance) -> bytes:
    """Change a few bytes of a text: one, a run, its end; often none."""
    changed = bytearray(data)
    for _ in range(max(chance.number(6) - 3, 0)):
        place = chance.number(max(len(changed), 1))
        match chance.number(4):
            case 0:
                changed[place : place + 1] = chance.piece(4)
            case 1:
                del changed[place:]
            case 2:
                changed[place:place] = changed[: chance.number(64)]
            case _:
                changed[place : place + chance.number(16)] = b""
    return bytes(changed)


# How they are posted, and judged


def _post_unproved(arena: Arena, batch: bytes) -> str:
    """Post what nobody signed anew: where the signature does not hold, nothing may be written."""
    is_proved = _is_proved(arena, batch)
    outcome = _post(arena, batch, frozenset())
    if arena.commits and not is_proved:
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
    signer = arena.liar().signer
    return envelope.signature.value == signer.sign(Context.ENVELOPE, envelope.header_bytes).value


def _post(arena: Arena, batch: bytes, lies: frozenset[str]) -> str:
    """Post a batch to the victim, and read its answers as the liar: none of the lies may have been taken in."""
    words = []
    for item in batch_from_bytes(arena.exchange.receive(batch)):
        answer = envelope_from_json(item)
        (said,) = open_envelope(answer, arena.liar().opener).statements
        verify_by_node(arena.network.own(VICTIM), said)
        if answer.header.lane is not Lane.RECEIPT:
            words.append(said.kind)
            continue
        receipt = from_json(Receipt, said.content)
        taken = {one.statement for one in receipt.results if one.is_accepted and not one.reason}
        if found := taken & lies:
            raise Finding(f"a statement was taken in that its body did not sign: {found}")
        words.append(
            f"{receipt.outcome} {receipt.reason} {' '.join(sorted({one.reason or 'taken' for one in receipt.results}))}".strip()
        )
    return ", ".join(words) or "no answer"


def _honest_envelope(arena: Arena, chance: Chance) -> Envelope:
    instrument, seed = chance.one_of(arena.seeds)
    return _envelope(arena, Lane.DATA, instrument, [seed])


def _envelope(arena: Arena, lane: Lane, instrument: InstrumentId, statements: Sequence[Statement]) -> Envelope:
    sequence, previous, incarnation = 0, "", "call-fuzz"
    if lane in {Lane.DATA, Lane.CONTROL}:
        with arena.exchange.open_view() as view:
            stream = view.inbox.stream(arena.ids[LIAR], lane)
        sequence, previous = (1, "") if stream is None else (stream.sequence + 1, stream.head)
        incarnation = "20310101T000000000000Z.fuzz" if stream is None else stream.incarnation
    return _sealed(
        arena, replace(_postmark(arena, lane, instrument, sequence, previous), incarnation=incarnation), statements
    )


def _postmark(arena: Arena, lane: Lane, instrument: InstrumentId, sequence: int, previous: str) -> Postmark:
    now = arena.exchange.clock.now()
    return Postmark(
        sender=arena.ids[LIAR], recipient=arena.ids[VICTIM], lane=lane, instrument=instrument, epoch=1, incarnation="fuzz",
        sequence=sequence, previous=previous, sent_at=now, expires_at=now + timedelta(seconds=60),
    )  # fmt: skip


def _sealed(arena: Arena, postmark: Postmark, statements: Sequence[Statement]) -> Envelope:
    liar = arena.liar()
    key = sealing_key_of(arena.network.own(VICTIM), postmark.sent_at)
    body = EnvelopeBody(bytes(16), tuple(statements))
    return make_envelope(postmark, body, key, signer=liar.signer, sealer=liar.sealer)


def _drafted(kind: str, body: BodyId, at: Any, content: JsonObject) -> Statement | None:  # noqa: ANN401 - a moment
    try:
        return draft(kind, body, at, content)
    except EntenteError:
        # What has no canonical form cannot be signed; as text it is tried by `changed_batch` and `changed_body`.
        return None


def _written(document: Json) -> bytes:
    return _encoder.encode(document).encode("utf-8", "surrogatepass")


def random_inputs(seed: int, count: int) -> Iterator[bytes]:
    """Yield inputs of a seeded generator."""
    chance = random.Random(seed)
    for _ in range(count):
        yield chance.randbytes(chance.randrange(8, 160))
