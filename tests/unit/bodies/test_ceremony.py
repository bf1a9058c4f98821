"""A change of keys as a draft that any machine can judge by itself (B2, B12), and what it declares (B13)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from entente.bodies.ceremony import (
    HeadKey,
    WantedKeys,
    draft_document,
    draft_keys,
    head_document,
    merge_drafts,
    read_draft,
    read_head,
    sign_draft,
)
from entente.bodies.model import Body, Compromise
from entente.bodies.rules import compromises
from entente.bodies.statements import extend, keys_content, read_keys
from entente.kernel.canonical import JsonObject
from entente.kernel.errors import Conflict, Invalid, Untrusted
from entente.kernel.ids import KeyId
from entente.kernel.signing import key_id
from entente.kernel.statement import Statement, draft
from tests.support.build_bodies import HEAD, LISTS, NOW, Keyring, hand_over, network, new_body, next_keys, signer

LATER = NOW + timedelta(hours=1)
NEXT = Keyring.of("XA-NCB next")


def wanted(**changes: object) -> WantedKeys:
    return replace(WantedKeys(NEXT.node.public_key, NEXT.sealing_key), **changes)  # type: ignore[arg-type]


def document(body: Body, statement: Statement | None = None) -> JsonObject:
    return draft_document(body, statement or draft_keys(body, wanted(), LATER))


def test_draft_says_in_words_what_changes_and_the_digest_of_its_bytes() -> None:
    body, ring = new_body("XA-NCB")
    fourth = signer("a fourth head")
    change = wanted(add_heads=(HeadKey("vela", fourth.public_key),), threshold=3, compromised_since=NOW)
    statement = draft_keys(body, change, LATER)
    said = "\n".join(read_draft(document(body, statement), LISTS.countries).words)
    for part in (
        f"XA-NCB ({body.id})", "version 2", "version 1", key_id(fourth.public_key), statement.id, "3 of 4 heads",
        f"instead of {key_id(ring.node.public_key)}", "in others' hands from 2031-05-04",
    ):  # fmt: skip
        assert part in said


def test_two_heads_of_the_present_version_make_the_draft_a_change() -> None:
    body, ring = new_body("XA-NCB")
    read = read_draft(document(body), LISTS.countries)
    assert (read.signed_by, read.missing) == ((), 2)
    once = sign_draft(read, [ring.heads[0], ring.heads[0]])
    assert once.missing == 1
    other = sign_draft(read, [ring.heads[1]])
    whole = merge_drafts([once, other, once])
    assert whole.missing == 0
    assert extend(body, whole.statement, LATER).current_keys.node_key == NEXT.node.public_key


def test_copies_of_different_bytes_do_not_add_up() -> None:
    body, ring = new_body("XA-NCB")
    first = sign_draft(read_draft(document(body), LISTS.countries), ring.heads[:1])
    later = document(body, draft_keys(body, wanted(), LATER + timedelta(hours=1)))
    second = sign_draft(read_draft(later, LISTS.countries), ring.heads[1:2])
    with pytest.raises(Untrusted, match="different drafts"):
        merge_drafts([first, second])


def test_draft_of_another_body_beside_this_ones_statements_is_refused() -> None:
    body, other = new_body("XA-NCB")[0], new_body("XB-NCB")[0]
    mixed = {**document(body), "statement": draft_keys(other, wanted(), LATER).to_json()}
    with pytest.raises(Untrusted) as refused:
        read_draft(mixed, LISTS.countries)
    assert refused.value.reason == "wrong_body"


def test_draft_of_a_version_that_was_overtaken_is_refused() -> None:
    body, ring = new_body("XA-NCB")
    early = draft_keys(body, wanted(), LATER)
    changed = extend(body, ring.by_heads(next_keys(body, Keyring.of("XA-NCB other"))), NOW)
    with pytest.raises(Conflict):
        read_draft({**document(body, early), "known": list(changed.statements)}, LISTS.countries)


@pytest.mark.parametrize("kind", ["name", "participation", "genesis"])
def test_draft_that_holds_another_kind_of_statement_is_refused(kind: str) -> None:
    body, _ = new_body("XA-NCB")
    other = draft(kind, body.id, LATER, draft_keys(body, wanted(), LATER).content)
    with pytest.raises(Untrusted) as refused:
        read_draft({**document(body), "statement": other.to_json()}, LISTS.countries)
    assert refused.value.reason == "wrong_kind"


def test_key_that_is_no_heads_of_the_present_version_does_not_sign() -> None:
    body, ring = new_body("XA-NCB")
    read = read_draft(document(body), LISTS.countries)
    for stranger in (ring.node, NEXT.heads[0]):
        with pytest.raises(Untrusted):
            sign_draft(read, [stranger])


def test_a_key_that_was_given_up_does_not_come_back_in_any_place() -> None:
    body, ring = new_body("XA-NCB")
    second = Keyring.of("XA-NCB second")
    changed = extend(body, ring.by_heads(next_keys(body, second)), NOW)
    back = (
        replace(NEXT, node=ring.node),
        replace(NEXT, sealing_key=ring.sealing_key),
        replace(NEXT, heads=(ring.heads[0], *NEXT.heads[1:])),
        replace(NEXT, heads=(ring.node, *NEXT.heads[1:])),
        replace(NEXT, node=second.heads[0]),
    )
    for keys in back:
        with pytest.raises(Invalid, match="keys"):
            extend(changed, second.by_heads(next_keys(changed, keys)), NOW)
    staying = replace(NEXT, node=second.node, heads=second.heads)
    assert extend(changed, second.by_heads(next_keys(changed, staying)), NOW).current_keys.version == 3


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"threshold": 1}, "threshold"),
        ({"threshold": 4}, "threshold"),
        ({"remove_heads": frozenset({KeyId("f" * 16)})}, "remove_heads"),
        ({"compromised_since": NOW - timedelta(days=1)}, "keys.compromised_since"),
        ({"compromised_since": LATER + timedelta(minutes=1)}, "keys.compromised_since"),
    ],
)
def test_draft_that_no_node_would_take_is_not_made(changes: dict[str, object], field: str) -> None:
    body, _ = new_body("XA-NCB")
    with pytest.raises(Invalid) as refused:
        draft_keys(body, wanted(**changes), LATER)
    assert refused.value.field == field


def test_compromised_keys_are_replaced_both_of_them() -> None:
    body, ring = new_body("XA-NCB")
    for keys in (replace(NEXT, node=ring.node), replace(NEXT, sealing_key=ring.sealing_key)):
        said = replace(read_keys(next_keys(body, keys, at=LATER)), compromised_since=NOW)
        statement = ring.by_heads(draft("keys", body.id, LATER, keys_content(said)))
        with pytest.raises(Invalid, match="compromised_since"):
            extend(body, statement, LATER)


def test_what_is_declared_names_the_key_of_the_version_before() -> None:
    body, ring = new_body("XA-NCB")
    statement = ring.by_heads(draft_keys(body, wanted(compromised_since=NOW), LATER))
    changed = extend(body, statement, LATER)
    assert compromises(body, changed) == (Compromise(body.id, 1, key_id(ring.node.public_key), NOW),)
    assert compromises(changed, changed) == ()
    plain = extend(body, ring.by_heads(draft_keys(body, wanted(), LATER)), LATER)
    assert compromises(body, plain) == ()


def test_statement_that_declares_nothing_has_the_form_it_always_had() -> None:
    body, _ = new_body("XA-NCB")
    assert "compromised_since" not in draft_keys(body, wanted(), LATER).content


def test_head_key_file_whose_key_and_id_do_not_belong_together_is_refused() -> None:
    good = head_document(HeadKey("vela", NEXT.heads[0].public_key))
    assert read_head(good).name == "vela"
    for change in (
        {"key_id": "0" * 16}, {"key": good["key_id"]}, {"name": "two\nlines"}, {"file": "entente draft of keys"}, {"name": 7},
    ):  # fmt: skip
        with pytest.raises(Invalid):
            read_head({**good, **change})


def test_change_reaches_every_body_and_the_drafts_that_lost_leave_no_keys() -> None:
    nodes = network("GS", "XA-NCB")
    node = nodes["XA-NCB"]
    lost = node.directory.draft_keys(HEAD)
    taken = read_draft(node.directory.draft_keys(HEAD, compromised_since=NOW), LISTS.countries)
    node.directory.change_keys(HEAD, sign_draft(taken, node.ring.heads[:2]).statement)
    assert node.directory.keys.held() == {key_id(taken.new.node_key), key_id(taken.new.sealing_key)}
    hand_over(*nodes.values())
    assert nodes["GS"].sees(node).current_keys == taken.new
    with pytest.raises(Conflict):
        node.directory.change_keys(HEAD, sign_draft(read_draft(lost, LISTS.countries), node.ring.heads[:2]).statement)
