"""B1 to B3: a body's id, its keys, and who speaks for it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from entente.bodies.model import Body, Genesis
from entente.bodies.rules import body_id, has_valid_keys, key_at, verify_by_heads, verify_by_node
from entente.bodies.statements import begin, extend
from entente.kernel.errors import Invalid, Untrusted
from entente.kernel.ids import BodyId
from entente.kernel.signing import key_id
from entente.kernel.statement import draft
from tests.support.build_bodies import LISTS, NOW, Keyring, genesis_content, genesis_statement, new_body, next_keys


def begun(content: Genesis, ring: Keyring, signed_by: int = 2) -> Body:
    return begin(genesis_statement(content, ring, signed_by=signed_by), NOW, LISTS.countries)


def test_the_id_derives_from_the_genesis_and_changes_with_every_byte_of_it() -> None:
    ring = Keyring.of("XA-NCB")
    content = genesis_content("XA-NCB", ring)
    first = begun(content, ring)
    second = begun(replace(content, nonce=b"\1" * 16), ring)
    assert first.id == body_id(genesis_statement(content, ring).signed)
    assert first.id.startswith("body:")
    assert len(first.id) == 37
    assert first.id != second.id


def test_one_head_alone_cannot_begin_a_body_of_three() -> None:
    ring = Keyring.of("XA-NCB")
    content = genesis_content("XA-NCB", ring)
    assert begun(content, ring, signed_by=2).current_keys.threshold == 2
    with pytest.raises(Untrusted) as refused:
        begun(content, ring, signed_by=1)
    assert refused.value.reason == "below_threshold"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("code", "xa ncb"),
        ("code", "X"),
        ("code", "-XA"),
        ("name", " "),
        ("name", "a\nb"),
        ("name", "x" * 301),
        ("country", "QQ"),
        ("country", ""),
        ("zone", "../../etc/passwd"),
        ("nonce", b"short"),
        ("threshold", 1),
        ("threshold", 4),
        ("sealing_key", b"short"),
    ],
)
def test_a_genesis_that_nobody_can_check_is_refused_by_its_field(field: str, value: object) -> None:
    ring = Keyring.of("XA-NCB")
    content = genesis_content("XA-NCB", ring)
    assert begun(content, ring).code == "XA-NCB"
    with pytest.raises(Invalid) as refused:
        begun(replace(content, **{field: value}), ring)  # type: ignore[arg-type]  # the fields of the dataclass
    assert refused.value.field == field


def test_a_persian_name_with_its_joiner_is_a_name_and_an_override_in_one_is_not() -> None:
    ring = Keyring.of("XA-NCB")
    content = genesis_content("XA-NCB", ring)
    correct = "ادارهٔ آگاهی پایگاه\u200cها"
    assert begun(replace(content, name=correct), ring).name == correct
    with pytest.raises(Invalid) as refused:
        begun(replace(content, name="Bureau \u202eAX fo"), ring)
    assert refused.value.field == "name"


def test_the_same_key_for_two_heads_is_refused() -> None:
    ring = Keyring.of("XA-NCB")
    twice = replace(
        genesis_content("XA-NCB", ring), root_keys=(ring.root_keys[0], ring.root_keys[0], ring.root_keys[2])
    )
    with pytest.raises(Invalid, match="root_keys"):
        begun(twice, ring)


def test_a_genesis_from_the_future_is_refused() -> None:
    ring = Keyring.of("XA-NCB")
    statement = genesis_statement(genesis_content("XA-NCB", ring), ring, at=NOW + timedelta(hours=1))
    with pytest.raises(Invalid, match="at"):
        begin(statement, NOW, LISTS.countries)


def test_only_the_heads_of_the_version_before_change_the_keys() -> None:
    body, ring = new_body("XA-NCB")
    newer = Keyring.of("XA-NCB second")
    statement = next_keys(body, newer)
    assert extend(body, ring.by_heads(statement), NOW).current_keys.version == 2
    for forged in (newer.by_heads(statement), Keyring.of("somebody").by_heads(statement), ring.by_node(statement)):
        with pytest.raises(Untrusted):
            extend(body, forged, NOW)


def test_a_key_version_cannot_be_skipped() -> None:
    body, ring = new_body("XA-NCB")
    with pytest.raises(Invalid, match="version"):
        extend(body, ring.by_heads(next_keys(body, Keyring.of("later"), version=3)), NOW)


def test_a_second_chain_of_keys_is_refused_and_the_first_one_stays() -> None:
    body, ring = new_body("XA-NCB")
    changed = extend(body, ring.by_heads(next_keys(body, Keyring.of("second"))), NOW)
    with pytest.raises(Untrusted, match="Another chain of keys"):
        extend(changed, ring.by_heads(next_keys(body, Keyring.of("stolen"))), NOW)


def test_after_a_change_of_keys_the_older_node_key_no_longer_signs() -> None:
    body, ring = new_body("XA-NCB")
    newer = Keyring.of("XA-NCB second")
    changed = extend(body, ring.by_heads(next_keys(body, newer)), NOW)
    said = draft("name", body.id, NOW, {})
    assert verify_by_node(changed, newer.by_node(said)) is changed
    with pytest.raises(Untrusted) as refused:
        verify_by_node(changed, ring.by_node(said))
    assert refused.value.reason == "key_no_longer_valid"
    old, new = key_id(ring.node.public_key), key_id(newer.node.public_key)
    assert key_at(changed, new, NOW) == newer.node.public_key
    assert key_at(changed, old, NOW) is None


def test_after_a_change_of_keys_the_older_heads_no_longer_sign() -> None:
    body, ring = new_body("XA-NCB")
    newer = Keyring.of("XA-NCB second")
    changed = extend(body, ring.by_heads(next_keys(body, newer)), NOW)
    said = draft("participation", body.id, NOW, {})
    assert verify_by_heads(changed, newer.by_heads(said)) is changed
    with pytest.raises(Untrusted) as refused:
        verify_by_heads(changed, ring.by_heads(said))
    assert refused.value.reason == "key_no_longer_valid"


def test_one_head_signing_twice_counts_once() -> None:
    body, ring = new_body("XA-NCB")
    said = draft("participation", body.id, NOW, {}).with_signature(ring.heads[0])
    doubled = replace(said, signatures=said.signatures * 2)
    with pytest.raises(Untrusted) as refused:
        verify_by_heads(body, doubled)
    assert refused.value.reason == "below_threshold"


def test_a_statement_of_another_body_is_refused_whoever_signed_it() -> None:
    body, ring = new_body("XA-NCB")
    said = ring.by_node(draft("name", BodyId("body:somebody-else"), NOW, {}))
    with pytest.raises(Untrusted) as refused:
        verify_by_node(body, said)
    assert refused.value.reason == "wrong_body"
    with pytest.raises(Untrusted) as unknown:
        verify_by_node(None, said)
    assert unknown.value.reason == "unknown_body"


def test_a_changed_byte_is_refused() -> None:
    body, ring = new_body("XA-NCB")
    said = ring.by_node(draft("name", body.id, NOW, {"name": "A"}))
    other = draft("name", body.id, NOW, {"name": "B"})
    assert verify_by_node(body, said) is body
    with pytest.raises(Untrusted) as refused:
        verify_by_node(body, replace(other, signatures=said.signatures))
    assert refused.value.reason == "wrong_signature"


def test_a_body_has_no_valid_keys_before_its_first_ones_begin() -> None:
    body, _ = new_body("XA-NCB")
    assert has_valid_keys(body, NOW)
    assert not has_valid_keys(body, NOW - timedelta(days=1))
