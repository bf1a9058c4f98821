"""R51: what is signed before its turn has come counts only where it still says the same."""

from __future__ import annotations

from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from entente.kernel.clock import StepBack, clock_stepped_back
from entente.kernel.errors import Unavailable
from entente.kernel.signing import Context, Ed25519Signer, GuardedSigner, Signature, is_signed_by
from entente.records.checking import Prepared, prepared
from entente.records.model import RecordDraft
from entente.records.rules import record_id
from entente.records.signing_ahead import SignedAhead
from tests.support.build_correspondence import DUTY, NOW, Desk, Network, a_network, a_record, terms_of
from tests.support.memory_desk import MemoryRecords


class Counting:
    """A signer that counts, and whose key may be changed."""

    def __init__(self) -> None:
        self.count = 0
        self.key = Ed25519Signer(Ed25519PrivateKey.from_private_bytes(bytes(range(32))))

    @property
    def public_key(self) -> bytes:
        return self.key.public_key

    def sign(self, context: Context, data: bytes) -> Signature:
        self.count += 1
        return self.key.sign(context, data)


@pytest.fixture
def net() -> Network:
    return a_network()


def row(desk: Desk, net: Network, local_id: str) -> Prepared:
    record = a_record(desk, terms_of(desk, net.agreement), local_id=local_id)
    return prepared(RecordDraft(local_id, "Person", record.kind, record.terms, record.facts, (), record.retention))


def test_r51_what_was_signed_ahead_is_not_signed_again(net: Network) -> None:
    signer, one = Counting(), row(net.xa, net, "p-1")
    ahead, wanted = SignedAhead(signer, DUTY), record_id(net.xa.id, "p-1")
    ahead.look(net.xa.store.open_unit, [one], NOW)
    assert signer.count == 0
    assert [ahead.step(), signer.count] == [True, 1]
    assert [ahead.step(), signer.count] == [False, 1]
    record, statement = ahead.of(one, wanted, net.xa.id, 1, NOW)
    assert (record.id, record.version, signer.count) == (wanted, 1, 1)
    assert is_signed_by(signer.public_key, statement.signatures[0], Context.STATEMENT, statement.signed)


def test_r51_another_version_draft_or_key_is_signed_anew(net: Network) -> None:
    signer, one = Counting(), row(net.xa, net, "p-1")
    ahead, wanted = SignedAhead(signer, DUTY), record_id(net.xa.id, "p-1")
    ahead.look(net.xa.store.open_unit, [one], NOW)
    ahead.finish()
    # Somebody wrote the record meanwhile, or the draft got the files that it has.
    assert ahead.of(one, wanted, net.xa.id, 2, NOW)[0].version == 2
    other = replace(one, draft=replace(one.draft))
    assert ahead.of(other, wanted, net.xa.id, 1, NOW)[1].signed == ahead.of(one, wanted, net.xa.id, 1, NOW)[1].signed
    assert signer.count == 3
    signer.key = Ed25519Signer(Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33))))
    _, statement = ahead.of(one, wanted, net.xa.id, 1, NOW)
    assert signer.count == 4
    assert is_signed_by(signer.public_key, statement.signatures[0], Context.STATEMENT, statement.signed)


def test_r51_what_is_held_already_is_not_signed(net: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    signer, one, new = Counting(), row(net.xa, net, "p-1"), row(net.xa, net, "p-2")
    held = {record_id(net.xa.id, "p-1"): (1, one.digest)}
    monkeypatch.setattr(
        MemoryRecords, "digests", lambda _, records: {item: held[item] for item in records if item in held}
    )
    ahead = SignedAhead(signer, DUTY)
    ahead.look(net.xa.store.open_unit, [one, new], NOW)
    ahead.finish()
    assert signer.count == 1


def test_r51_what_may_not_be_signed_now_is_left_and_says_why_when_its_turn_has_come(net: Network) -> None:
    forbidden = clock_stepped_back(StepBack(NOW, NOW, NOW))

    def require() -> None:
        raise forbidden

    signer, rows = Counting(), [row(net.xa, net, "p-1"), row(net.xa, net, "p-2")]
    ahead = SignedAhead(GuardedSigner(signer, require), DUTY)
    ahead.look(net.xa.store.open_unit, rows, NOW)
    # In the middle of what the store is asked nothing may be raised.
    assert not ahead.step()
    ahead.finish()
    with pytest.raises(Unavailable) as raised:
        ahead.of(rows[0], record_id(net.xa.id, "p-1"), net.xa.id, 1, NOW)
    assert raised.value is forbidden
    assert signer.count == 0
