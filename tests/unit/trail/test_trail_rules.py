"""T1 to T4 and T6: a trail that was tampered with shows where."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from entente.kernel.ids import BodyId
from entente.kernel.merkle import Frontier
from entente.kernel.ports import Act, TrailRow
from entente.kernel.signing import Context, Ed25519Signer
from entente.trail.ports import TrailHead
from entente.trail.rules import head_bytes, make_row, row_leaf, verify_rows

NODE = Ed25519Signer(Ed25519PrivateKey.from_private_bytes(b"n" * 32))
STRANGER = Ed25519Signer(Ed25519PrivateKey.from_private_bytes(b"s" * 32))


def head(size: int, root: bytes, signer: Ed25519Signer = NODE) -> TrailHead:
    return TrailHead(size, root, signer.sign(Context.TRAIL_HEAD, head_bytes(size, root)))


def trail(count: int) -> tuple[list[TrailRow], TrailHead]:
    frontier, rows = Frontier(), []
    for number in range(count):
        act = Act("search", BodyId("body:x"), "x-duty-1", f"subject-{number}", {"shown": number})
        row, frontier = make_row(frontier, datetime(2031, 5, 4, tzinfo=UTC), act, bytes([number]) * 16)
        rows.append(row)
    return rows, head(frontier.size, frontier.root)


def test_an_untouched_trail_is_sound() -> None:
    rows, signed = trail(20)
    proof = verify_rows(rows, signed, [NODE.public_key])
    assert proof.is_sound
    assert proof.rows == 20


@pytest.mark.parametrize(
    ("attack", "first_bad"),
    [
        (lambda rows: rows[:7] + rows[8:], 8),
        (lambda rows: [*rows[:7], rows[8], rows[7], *rows[9:]], 8),
        (lambda rows: [*rows[:7], replace(rows[7], act=replace(rows[7].act, officer="x-duty-2")), *rows[8:]], 8),
        (lambda rows: [*rows[:7], replace(rows[7], act=replace(rows[7].act, detail={"shown": 0})), *rows[8:]], 8),
        (lambda rows: [*rows[:7], replace(rows[7], at=datetime(2030, 1, 1, tzinfo=UTC)), *rows[8:]], 8),
        (lambda rows: [*rows[:7], replace(rows[7], leaf=bytes(32)), *rows[8:]], 8),
        (lambda rows: [*rows[:7], replace(rows[7], root=bytes(32)), *rows[8:]], 8),
        (lambda rows: [*rows[:7], rows[6], *rows[7:]], 8),
        (lambda rows: rows[1:], 1),
    ],
    ids=["removed", "reordered", "officer", "detail", "time", "leaf", "root", "doubled", "beheaded"],
)
def test_a_changed_row_is_named(attack: Callable[[list[TrailRow]], list[TrailRow]], first_bad: int) -> None:
    rows, signed = trail(20)
    proof = verify_rows(attack(rows), signed, [NODE.public_key])
    assert not proof.is_sound
    assert proof.first_bad == first_bad


def test_a_trail_cut_at_its_end_does_not_fit_the_signed_head() -> None:
    rows, signed = trail(20)
    assert not verify_rows(rows[:-1], signed, [NODE.public_key]).is_sound


def test_a_trail_rewritten_with_all_its_roots_lacks_the_signature() -> None:
    rows, _ = trail(20)
    forged = head(20, rows[-1].root, STRANGER)
    assert not verify_rows(rows, forged, [NODE.public_key]).is_sound


def test_rows_without_a_head_are_not_sound_and_an_empty_trail_is() -> None:
    rows, _ = trail(3)
    assert not verify_rows(rows, None, [NODE.public_key]).is_sound
    assert verify_rows([], None, [NODE.public_key]).is_sound


def forgetting(rows: list[TrailRow], sequence: int, left: str | None = None) -> tuple[list[TrailRow], TrailHead]:
    """Return the trail after an erasure changed one row and the next row said so."""
    row = rows[sequence - 1]
    changed = replace(row, act=replace(row.act, subject="erased:0"), salt=b"n" * 16)
    now = row_leaf(changed.sequence, changed.at, changed.act, changed.salt).hex() if left is None else left
    frontier = Frontier()
    for one in rows:
        frontier = frontier.append(one.leaf)
    act = Act("forget_rows", BodyId("body:x"), "node", "trail", {"rows": [{"row": sequence, "left": now}]})
    said, frontier = make_row(frontier, datetime(2031, 5, 5, tzinfo=UTC), act, b"f" * 16)
    return [*rows[: sequence - 1], changed, *rows[sequence:], said], head(frontier.size, frontier.root)


def test_t14_a_row_that_an_erasure_changed_is_sound_and_said() -> None:
    rows, signed = forgetting(trail(20)[0], 8)
    proof = verify_rows(rows, signed, [NODE.public_key])
    assert proof.is_sound
    assert "Of 1 an erasure left what it says" in proof.finding


def test_t14_two_erasures_may_change_one_row() -> None:
    rows, _ = forgetting(trail(20)[0], 8)
    again, signed = forgetting(rows, 8)
    assert verify_rows(again, signed, [NODE.public_key]).is_sound


@pytest.mark.parametrize(
    "attack",
    [
        lambda rows: [*rows[:7], replace(rows[7], act=replace(rows[7].act, officer="x-duty-2")), *rows[8:]],
        lambda rows: [*rows[:3], replace(rows[3], act=replace(rows[3].act, officer="x-duty-2")), *rows[4:]],
        lambda rows: [
            *rows[:-1],
            replace(rows[-1], act=replace(rows[-1].act, detail={"rows": [{"row": 8, "left": "00"}]})),
        ],
    ],
    ids=["changed further", "another row", "the saying itself"],
)
def test_t14_only_what_an_erasure_said_is_excused(attack: Callable[[list[TrailRow]], list[TrailRow]]) -> None:
    rows, signed = forgetting(trail(20)[0], 8)
    proof = verify_rows(attack(rows), signed, [NODE.public_key])
    assert not proof.is_sound
    assert proof.first_bad in {4, 8}


def test_t14_a_row_is_not_excused_by_one_before_it() -> None:
    rows, _ = trail(3)
    said, signed = forgetting(rows, 2)
    later, frontier = said, Frontier()
    for one in later:
        frontier = frontier.append(one.leaf)
    row, frontier = make_row(frontier, datetime(2031, 5, 6, tzinfo=UTC), later[1].act, b"z" * 16)
    moved = replace(row, act=replace(row.act, officer="x-duty-9"))
    proof = verify_rows([*later, moved], head(frontier.size, frontier.root), [NODE.public_key])
    assert (proof.is_sound, proof.first_bad) == (False, 5)
    assert signed.size == 4
