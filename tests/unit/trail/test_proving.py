"""T10 and T12: what a stranger finds out of a file, by the body's id alone."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from entente.bodies.statements import extend
from entente.kernel.canonical import parse_document
from entente.kernel.codec import from_json, to_object
from entente.kernel.errors import Invalid, Misconfigured
from entente.kernel.ids import BodyId
from entente.trail import proving
from entente.trail.checkpoint import Checkpoint, origin_of, sign_checkpoint
from entente.trail.log import Published
from entente.trail.proving import CaseProof, FileProof, continues, judge_file, prove_case, prove_continuation
from tests.support.build_bodies import LISTS, NOW, Keyring, new_body, next_keys
from tests.support.memory_log import LogWorld, log_world

CASE = "2031/000017"
ITEM = "subject-3"


@pytest.fixture
def world() -> LogWorld:
    """Rows 1 to 305, of which the case names 201 to 205 and its chronology has the subject of row 3."""
    made = log_world(200)
    made.grow(5, CASE)
    made.grow(100)
    return made


def published(world: LogWorld) -> Published:
    return world.log.publish(lambda _: None)


def exported(world: LogWorld) -> Any:  # noqa: ANN401 - a file's JSON
    """Return the file as it lies on disk, read back."""
    made = prove_case(world.log, CASE, frozenset({CASE, ITEM}), lambda _: None, lambda _: frozenset())
    return parse_document(json.dumps(to_object(made), indent=2).encode())


def judged(document: Any, body: BodyId, earlier: bytes | None = None) -> FileProof:  # noqa: ANN401 - a file's JSON
    return judge_file(document, body, earlier, NOW, LISTS.countries)


def test_t12_exported_case_is_sound_to_whoever_has_the_file_and_the_bodys_id(world: LogWorld) -> None:
    document = exported(world)
    assert [row["sequence"] for row in document["rows"]] == [3, 201, 202, 203, 204, 205]
    found = judged(document, world.body.id)
    assert (found.is_sound, found.rows, found.erased, found.about) == (True, 6, 0, CASE)
    assert from_json(CaseProof, document).case == CASE


def other_body(document: Any) -> None:  # noqa: ANN401 - a file's JSON
    other, ring = new_body("XB-NCB")
    document["statements"] = list(other.statements)
    assert ring.node.public_key


def set_content(field: str, value: object) -> Callable[[Any], object]:
    return lambda document: document["rows"][3]["content"].__setitem__(field, value)


ATTACKS: dict[str, tuple[Callable[[Any], object], int | None, str]] = {
    "officer": (set_content("officer", "duty-2"), 203, "T2"),
    "verb": (set_content("verb", "withdraw_record"), 203, "T2"),
    "time": (set_content("at", "2031-05-04T08:00:00.000000Z"), 203, "T2"),
    "detail": (set_content("detail", {"shown": 0}), 203, "T2"),
    "salt": (set_content("salt", "AAAAAAAAAAAAAAAAAAAAAA=="), 203, "T2"),
    "no salt": (set_content("salt", ""), 203, "T2"),
    "leaf": (lambda document: document["rows"][3].update(leaf=document["rows"][2]["leaf"]), 203, "T2"),
    "leaf alone": (
        lambda document: document["rows"][3].update(leaf=document["rows"][2]["leaf"], content=None),
        203,
        "T10",
    ),
    "place": (lambda document: document["rows"][3].update(sequence=202), 202, "T1"),
    "later place": (lambda document: document["rows"][5].update(sequence=206), 206, "T2"),
    "place past the end": (lambda document: document["rows"][5].update(sequence=9999, content=None), 9999, "T10"),
    "doubled": (lambda document: document["rows"].insert(3, document["rows"][2]), 202, "T1"),
    "proof": (lambda document: document["rows"][3]["proof"].reverse(), 203, "T10"),
    "no proof": (lambda document: document["rows"][3].update(proof=[]), 203, "T10"),
    "size": (
        lambda document: document.update(checkpoint=document["checkpoint"].replace("\n305\n", "\n306\n")),
        None,
        "T9",
    ),
    "no checkpoint": (lambda document: document.update(checkpoint="nothing"), None, "no signed note"),
    "another body's keys": (other_body, None, "B1"),
    "no keys": (lambda document: document.update(statements=[]), None, "statements"),
    "keys unsigned": (lambda document: document["statements"][0].update(signatures=[]), None, ""),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_t12_first_thing_that_does_not_fit_is_named(world: LogWorld, name: str) -> None:
    attack, first_bad, words = ATTACKS[name]
    document = exported(world)
    assert judged(document, world.body.id).is_sound
    attack(document)
    found = judged(document, world.body.id)
    assert (found.is_sound, found.first_bad) == (False, first_bad), found.finding
    assert words in found.finding


def test_t12_file_of_another_body_is_not_sound(world: LogWorld) -> None:
    other, _ = new_body("XB-NCB")
    found = judged(exported(world), other.id)
    assert not found.is_sound
    assert other.id in found.finding


def test_t12_file_made_by_a_body_that_only_calls_itself_so_is_not_sound(world: LogWorld) -> None:
    """A forger makes a trail, signs it with keys of his own, and writes the body's id over it."""
    forger = log_world(10)
    forger.grow(3, CASE)
    ring = Keyring.of("forger")
    forger.log.signer = ring.node
    with pytest.raises(Misconfigured):
        # An honest node does not even sign with a key that is not the body's.
        forger.log.publish(lambda _: None)
    tree = Checkpoint(origin_of(world.body.id), 305, world.trail.frontier().root)
    document = exported(world)
    document["checkpoint"] = sign_checkpoint(tree, ring.node)
    assert "T9" in judged(document, world.body.id).finding


def test_t12_erased_row_is_its_leaf_alone_and_still_proves(world: LogWorld) -> None:
    world.erase(202)
    document = exported(world)
    assert [row["sequence"] for row in document["rows"] if row["content"] is None] == [202]
    found = judged(document, world.body.id)
    assert (found.is_sound, found.rows, found.erased) == (True, 6, 1)


def test_t12_keys_are_followed_from_the_genesis_through_every_change(world: LogWorld) -> None:
    successor = Keyring.of("XA-NCB, second keys")
    changed = extend(world.body, world.ring.by_heads(next_keys(world.body, successor)), NOW)
    with world.log.open_view() as unit:
        unit.bodies.put_body(changed, is_own=True)
    world.log.signer = successor.node
    document = exported(world)
    assert [statement_kind(one) for one in document["statements"]] == ["genesis", "keys"]
    assert judged(document, world.body.id).is_sound
    del document["statements"][1]
    assert "T9" in judged(document, world.body.id).finding


def statement_kind(document: Any) -> object:  # noqa: ANN401 - a statement's JSON
    return json.loads(document["signed"])["kind"]


def test_t12_case_with_more_rows_than_a_file_holds_is_refused(world: LogWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proving, "ROWS_MAX", 6)
    assert len(exported(world)["rows"]) == 6
    monkeypatch.setattr(proving, "ROWS_MAX", 5)
    with pytest.raises(Invalid, match="more than 5 rows"):
        exported(world)


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"format": "entente case proof 2"},
        {"format": proving.CASE_PROOF},
        {"format": proving.CONTINUATION, "rows": []},
    ],
)
def test_t12_what_is_no_such_file_is_invalid(document: Any) -> None:  # noqa: ANN401 - a file's JSON
    with pytest.raises(Invalid):
        judged(document, BodyId("body:x"))


@pytest.mark.parametrize("earlier", [0, 1, 200, 256, 305])
def test_t10_continuation_is_sound_and_fits_the_checkpoint_of_its_size(world: LogWorld, earlier: int) -> None:
    young = log_world(earlier or 1)
    kept = published(young).note.encode()
    document: Any = to_object(prove_continuation(world.log, earlier, lambda _: None))
    assert judged(document, world.body.id).is_sound
    if earlier == 0:
        return
    same_rows = earlier <= 200
    assert judged(document, world.body.id, kept).is_sound is same_rows
    assert judged(document, world.body.id, published(log_world(7)).note.encode()).is_sound is False


def test_t10_changed_continuation_is_not_sound(world: LogWorld) -> None:
    document: Any = to_object(prove_continuation(world.log, 200, lambda _: None))
    assert judged(document, world.body.id).is_sound
    for change in (
        {"earlier": 199},
        {"proof": document["proof"][1:]},
        {"earlier_root": document["proof"][0]},
        {"earlier": -1},
    ):
        assert not judged({**document, **change}, world.body.id).is_sound


def test_t10_log_continues_its_own_checkpoints_and_no_other(world: LogWorld) -> None:
    young = log_world(150)
    kept = published(young).note.encode()
    keys = [world.ring.node.public_key]

    def found(note: bytes, node_keys: list[bytes]) -> FileProof:
        return continues(world.log, note, node_keys, lambda _: None)

    assert found(kept, keys).is_sound
    assert "T9" in found(kept, [Keyring.of("stranger").node.public_key]).finding
    young.rewrite(20)
    young.bring_up()
    assert "another root" in found(published(young).note.encode(), keys).finding
    longer = log_world(400)
    assert "400 rows; the log has 305" in found(published(longer).note.encode(), keys).finding
    with pytest.raises(Invalid):
        found(b"nothing", keys)
