"""T8 to T11: the log follows the trail, proves from its tiles, and begins again rather than contradict it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from entente.bodies.statements import extend
from entente.kernel.errors import Invalid, NotFound, Unavailable, Untrusted
from entente.kernel.proofs import is_continued, is_included
from entente.kernel.state import NodeMode, NodeState
from entente.trail import log as log_module
from entente.trail.checkpoint import Checkpoint, keys_of, open_checkpoint, origin_of, sign_checkpoint
from entente.trail.log import Fit, Published
from tests.support.build_bodies import NOW, Keyring, next_keys, signer
from tests.support.memory_log import Died, LogWorld, log_world


def published(world: LogWorld) -> Published:
    return world.log.publish(lambda _: None)


def forge(world: LogWorld, size: int, root: bytes, word: str = "XA-NCB node") -> None:
    note = sign_checkpoint(Checkpoint(origin_of(world.body.id), size, root), signer(word))
    world.files.kept["checkpoint"] = note.encode()


def test_t8_log_follows_the_trail_and_its_checkpoint_says_how_far() -> None:
    world = log_world(300)
    assert world.log.look().fit is Fit.NONE
    assert world.log.step() == 300
    assert world.log.step() == 0
    assert (world.log.look().fit, world.log.look().rows, world.log.look().behind) == (Fit.FITS, 300, 0)
    world.grow(20)
    assert (world.log.look().rows, world.log.look().behind) == (300, 20)
    assert world.log.step() == 20
    assert world.log.verify().is_sound
    assert published(world).checkpoint.root == world.trail.frontier().root


def test_t8_empty_trail_has_no_log() -> None:
    world = log_world()
    assert world.log.step() == 0
    assert world.files.kept == {}
    with pytest.raises(NotFound):
        published(world)


def test_t8_partial_tiles_give_way_to_the_full_one() -> None:
    world = log_world(200)
    world.bring_up()
    world.grow(30)
    world.bring_up()
    assert {path for path in world.files.kept if ".p/" in path} == {
        "tile/0/000.p/200", "tile/entries/000.p/200", "tile/0/000.p/230", "tile/entries/000.p/230",
    }  # fmt: skip
    world.grow(70)
    world.bring_up()
    assert {path for path in world.files.kept if ".p/" in path} == {
        "tile/0/001.p/44", "tile/entries/001.p/44", "tile/1/000.p/1",
    }  # fmt: skip


def test_t8_step_reads_the_new_rows_alone_and_takes_the_others_from_its_files(monkeypatch: pytest.MonkeyPatch) -> None:
    world = log_world(200)
    world.bring_up()
    world.grow(30)
    asked: list[int] = []
    rows = type(world.trail).rows

    def counted(trail: object, after: int, limit: int) -> object:
        asked.append(after)
        return rows(world.trail, after, limit)

    monkeypatch.setattr(type(world.trail), "rows", counted)
    assert world.log.step() == 30
    assert min(after for after in asked if after < 228) == 200 - 1, "but the row before, whose root it continues"
    assert world.log.verify().is_sound


@pytest.mark.parametrize("data", [None, b"", b"\x00\x20" + bytes(32)])
def test_t8_bundle_that_is_not_what_its_tile_says_is_written_anew(data: bytes | None) -> None:
    world = log_world(200)
    world.bring_up()
    if data is None:
        del world.files.kept["tile/entries/000.p/200"]
    else:
        world.files.kept["tile/entries/000.p/200"] = data
    world.grow(30)
    assert world.log.step() == 30
    assert world.log.verify().is_sound
    assert world.log.begun_again == ""


def test_t8_log_written_anew_is_the_same_byte_for_byte() -> None:
    world = log_world()
    for count in (3, 250, 10, 300, 1):
        world.grow(count)
        world.bring_up()
    before = dict(world.files.kept)
    world.files.begin_again()
    world.bring_up()
    assert world.files.kept == {path: data for path, data in before.items() if path in world.files.kept}
    needed = {path for path in before if ".p/" not in path}
    assert needed <= set(world.files.kept)
    assert world.files.kept["tile/0/002.p/52"] == before["tile/0/002.p/52"]


def test_t8_long_trail_is_brought_up_in_steps_each_with_its_checkpoint(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_module, "ROWS_PER_STEP", 256)
    monkeypatch.setattr(log_module, "ROWS_PER_READ", 100)
    world = log_world(700)
    told: list[int] = []
    world.log.bring_up(told.append)
    assert told == [256, 512, 700]
    assert world.log.verify().is_sound


@pytest.mark.parametrize("writes", range(8))
def test_t8_machine_that_goes_down_between_tiles_and_checkpoint_loses_nothing(writes: int) -> None:
    world = log_world(250)
    world.bring_up()
    before = dict(world.files.kept)
    world.grow(600)
    world.files.dies_after = writes
    with pytest.raises(Died):
        world.bring_up()
    assert world.files.kept["checkpoint"] == before["checkpoint"], "the checkpoint is written last"
    world.files.dies_after = None
    assert world.log.verify().is_sound, "the older checkpoint has all it speaks of"
    row = world.trail.kept_rows[7]
    state = world.log.look()
    assert state.checkpoint is not None
    (proof,) = world.log.include(Published(state.checkpoint, ""), [row])
    assert is_included(row.leaf, 7, 250, proof, state.checkpoint.root)
    world.bring_up()
    assert world.log.begun_again == ""
    assert world.log.verify().rows == 850


def test_t8_nothing_is_signed_over_a_row_that_was_changed() -> None:
    world = log_world(10)
    world.bring_up()
    before = dict(world.files.kept)
    world.grow(5)
    row = world.trail.kept_rows[12]
    world.trail.kept_rows[12] = replace(row, act=replace(row.act, officer="nobody"))
    with pytest.raises(Untrusted, match="row 13"):
        world.log.step()
    assert world.files.kept["checkpoint"] == before["checkpoint"]


def test_t10_every_row_is_proved_and_every_earlier_size_continued() -> None:
    world = log_world(300)
    tree = published(world).checkpoint
    proofs = list(world.log.include(published(world), world.trail.kept_rows))
    for row, proof in zip(world.trail.kept_rows, proofs, strict=True):
        assert is_included(row.leaf, row.sequence - 1, 300, proof, tree.root)
    for earlier in (0, 1, 255, 256, 257, 299, 300):
        root, proof = world.log.continue_from(earlier, published(world))
        assert earlier == 0 or root == world.trail.kept_rows[earlier - 1].root
        assert is_continued(earlier, root, 300, tree.root, proof)
    with pytest.raises(Invalid):
        world.log.continue_from(301, published(world))


def test_t10_proofs_of_many_tiles_keep_few_of_them_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_module, "TILES_MAX", 1)
    world = log_world(1_000)
    proofs = world.log.include(published(world), world.trail.kept_rows[::100])
    assert len(list(proofs)) == 10


@pytest.mark.parametrize(
    "path", ["tile/0/000", "tile/0/001.p/44", "tile/1/000.p/1", "tile/entries/000", "tile/entries/001.p/44"]
)
@pytest.mark.parametrize("way", ["changed", "short", "gone"])
def test_t8_each_damaged_file_is_named_by_the_check(path: str, way: str) -> None:
    world = log_world(300)
    world.bring_up()
    data = world.files.kept[path]
    if way == "gone":
        del world.files.kept[path]
    else:
        world.files.kept[path] = data[:-1] if way == "short" else bytes([data[5] ^ 1]) * len(data)
    state = world.log.verify()
    assert (state.is_sound, state.fit) == (False, Fit.DAMAGED)
    assert path in state.finding or "last tiles" in state.finding
    assert world.trail.frontier().size == 300


def test_t13_log_over_an_erased_row_is_the_same_byte_for_byte() -> None:
    world = log_world(300)
    world.bring_up()
    before = dict(world.files.kept)
    world.erase(7)
    assert world.log.verify().is_sound
    world.files.begin_again()
    world.bring_up()
    assert world.files.kept == before
    world.trail.kept_rows[6] = replace(world.trail.kept_rows[6], entry=bytes(32))
    world.files.begin_again()
    with pytest.raises(Untrusted, match="row 7"):
        world.bring_up()


def test_t10_tile_that_gives_no_proof_has_the_log_written_anew() -> None:
    world = log_world(600)
    tree = published(world)
    world.files.kept["tile/0/000"] = bytes(256 * 32)
    assert world.log.look().fit is Fit.FITS, "the edge alone does not show it"
    with pytest.raises(Unavailable) as told:
        list(world.log.include(tree, world.trail.kept_rows[:1]))
    assert told.value.retry_is_safe
    assert "row 1" in world.log.begun_again
    assert len(list(world.log.include(published(world), world.trail.kept_rows))) == 600


@pytest.mark.parametrize("damage", ["no note", "another key", "edge gone", "changed size"])
def test_t11_damaged_log_is_removed_and_written_anew(damage: str) -> None:
    world = log_world(300)
    world.bring_up()
    before = dict(world.files.kept)
    if damage == "no note":
        world.files.kept["checkpoint"] = b"\xff"
    elif damage == "another key":
        forge(world, 300, world.trail.frontier().root, "stranger")
    elif damage == "edge gone":
        del world.files.kept["tile/1/000.p/1"]
    else:
        world.files.kept["checkpoint"] = before["checkpoint"].replace(b"\n300\n", b"\n301\n")
    assert world.log.look().fit is Fit.DAMAGED
    assert world.log.step() == 300
    assert world.files.kept == before
    assert world.files.set_apart == []
    assert world.log.begun_again != ""
    assert world.log.look().is_sound


def test_t11_log_newer_than_a_restored_store_is_set_aside_and_said() -> None:
    world = log_world(300)
    world.bring_up()
    before = dict(world.files.kept)
    shorter = log_world(280)
    world.trail.kept_rows, world.trail.right_edge = shorter.trail.kept_rows, shorter.trail.right_edge
    state = world.log.look()
    assert (state.fit, state.is_sound) == (Fit.PARTED, False)
    assert "300 rows, and the trail has 280" in state.finding
    assert world.log.step() == 280
    assert world.files.set_apart == [before]
    state = world.log.look()
    assert (state.fit, state.rows, state.aside) == (Fit.FITS, 280, ("log.aside-1",))
    assert not state.is_sound, "as long as the evidence lies there, it is said"


def test_t11_trail_rewritten_with_all_its_roots_does_not_continue_its_log() -> None:
    world = log_world(300)
    world.bring_up()
    world.rewrite(100)
    assert "another root after row 300" in world.log.verify().finding
    world.bring_up()
    assert len(world.files.set_apart) == 1


def test_t11_checkpoint_of_an_earlier_key_of_the_body_still_counts() -> None:
    world = log_world(10)
    world.bring_up()
    successor = Keyring.of("XA-NCB, second keys")
    changed = extend(world.body, world.ring.by_heads(next_keys(world.body, successor)), NOW)
    with world.log.open_view() as unit:
        unit.bodies.put_body(changed, is_own=True)
    assert changed.current_keys.node_key == successor.node.public_key
    assert world.log.look().fit is Fit.FITS
    world.grow(1)
    world.log.signer = successor.node
    assert world.log.step() == 1
    assert (
        open_checkpoint(world.files.kept["checkpoint"], keys_of(world.body.id, [successor.node.public_key])) is not None
    )


def test_t15_node_that_takes_back_signs_no_checkpoint_and_then_holds_an_earlier_log_against_its_trail() -> None:
    world = log_world(20)
    world.bring_up()
    earlier = dict(world.files.kept)
    restored = log_world(10)
    restored.files.kept.update(earlier)
    restored.state.put(NodeState(NodeMode.TAKING_BACK, NOW, 10))
    assert restored.log.step() == 0
    assert restored.files.kept == earlier, "neither signed nor set aside yet"
    with pytest.raises(Unavailable, match="restored"):
        published(restored)
    restored.grow(15)
    restored.state.put(NodeState(NodeMode.NORMAL, NOW, 10))
    assert restored.log.look().fit is Fit.FITS, "the rows of a log_world are the same"
    restored.rewrite(15)
    assert restored.log.step() == 25
    assert restored.files.set_apart == [earlier]
    assert published(restored).checkpoint.size == 25
