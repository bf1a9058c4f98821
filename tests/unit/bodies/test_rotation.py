"""Which key a peer knows us by, and when an earlier one is needed no more (B10, B11)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from entente.bodies.model import Body
from entente.bodies.rotation import key_known_to, keys_statements, lost_drafts, spent_keys, unacknowledged_by
from entente.bodies.statements import extend
from entente.kernel.ids import BodyId, KeyId, StatementId
from entente.kernel.ports import Delivery
from entente.kernel.signing import key_id
from tests.support.build_bodies import NOW, Keyring, new_body, next_keys

NEAR, FAR = BodyId("body:near"), BodyId("body:far")


@pytest.fixture
def changed_twice() -> Body:
    body, ring = new_body("XA-NCB")
    for place in (2, 3):
        newer = Keyring.of(f"XA-NCB {place}")
        body = extend(body, ring.by_heads(next_keys(body, newer)), NOW)
        ring = newer
    return body


def told(peer: BodyId, state: str, *, at: datetime = NOW) -> Delivery:
    return Delivery(peer, StatementId("statement:x"), "keys", "", state, "", at)


def keys_of(body: Body) -> set[KeyId]:
    return {key_id(key) for keys in body.keys for key in (keys.node_key, keys.sealing_key)}


def test_each_keys_statement_is_found_by_its_version(changed_twice: Body) -> None:
    assert [statement.content["version"] for statement in keys_statements(changed_twice).values()] == [2, 3]
    assert list(keys_statements(changed_twice)) == [2, 3]


@pytest.mark.parametrize(("unacknowledged", "known"), [((), 3), ((3,), 2), ((2, 3), 1), ((2,), 1)])
def test_peer_knows_the_version_before_the_oldest_it_has_not_acknowledged(
    changed_twice: Body, unacknowledged: tuple[int, ...], known: int
) -> None:
    assert key_known_to(changed_twice, unacknowledged).version == known


def test_only_what_the_other_side_stored_is_acknowledged() -> None:
    deliveries = {
        2: [told(NEAR, "stored"), told(FAR, "waiting")],
        3: [told(NEAR, "waiting"), told(FAR, "refused")],
    }
    assert unacknowledged_by(NEAR, deliveries) == {3}
    assert unacknowledged_by(FAR, deliveries) == {2, 3}
    assert unacknowledged_by(BodyId("body:later"), deliveries) == set()


def test_node_key_is_spent_once_every_peer_has_acknowledged_a_later_version(changed_twice: Body) -> None:
    held, (first, second, third) = keys_of(changed_twice), changed_twice.keys
    for state, spent in (("waiting", False), ("refused", False), ("stored", True)):
        deliveries = {2: [told(NEAR, "stored"), told(FAR, state)], 3: [told(NEAR, "stored"), told(FAR, state)]}
        found = spent_keys(changed_twice, deliveries, held, NOW)
        assert (key_id(first.node_key) in found) is spent
        assert (key_id(second.node_key) in found) is spent
        assert key_id(third.node_key) not in found


def test_sealing_key_opens_for_thirty_days_after_the_last_acknowledgement(changed_twice: Body) -> None:
    held, old = keys_of(changed_twice), key_id(changed_twice.keys[1].sealing_key)
    late = NOW + timedelta(days=10)
    deliveries = {3: [told(NEAR, "stored"), told(FAR, "stored", at=late)]}
    assert old not in spent_keys(changed_twice, deliveries, held, late + timedelta(days=29))
    assert old in spent_keys(changed_twice, deliveries, held, late + timedelta(days=30))


def test_sealing_key_opens_for_a_silent_peer_and_for_ninety_days_at_most(changed_twice: Body) -> None:
    held, old = keys_of(changed_twice), key_id(changed_twice.keys[1].sealing_key)
    deliveries = {3: [told(FAR, "waiting")]}
    assert old not in spent_keys(changed_twice, deliveries, held, NOW + timedelta(days=89))
    assert old in spent_keys(changed_twice, deliveries, held, NOW + timedelta(days=90))


def test_ceremony_that_took_months_costs_the_earlier_sealing_key_nothing(changed_twice: Body) -> None:
    held, old = keys_of(changed_twice), key_id(changed_twice.keys[1].sealing_key)
    submitted = NOW + timedelta(days=100)
    deliveries = {3: [told(FAR, "waiting", at=submitted)]}
    assert old not in spent_keys(changed_twice, deliveries, held, submitted + timedelta(days=1))


def test_keys_in_force_and_keys_of_a_draft_are_never_spent(changed_twice: Body) -> None:
    drafted = KeyId("d" * 16)
    held = {*keys_of(changed_twice), drafted}
    found = spent_keys(changed_twice, {}, held, NOW + timedelta(days=365))
    current = changed_twice.current_keys
    assert {key_id(current.node_key), key_id(current.sealing_key), drafted}.isdisjoint(found)
    assert lost_drafts(changed_twice, held) == {drafted}


def test_key_kept_over_two_versions_is_needed_as_long_as_either(changed_twice: Body) -> None:
    first, second, third = changed_twice.keys
    kept = replace(changed_twice, keys=(first, second, replace(third, node_key=second.node_key)))
    found = spent_keys(kept, {3: [told(NEAR, "stored")]}, keys_of(kept), NOW)
    assert key_id(second.node_key) not in found
