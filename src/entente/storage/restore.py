"""Checking a backup, and making a node's folder from it: all of it, or nothing.

A backup is believed only as a whole: every hash, the store's own check, its trail from the first row to the signed head, its
body, and the keys, where it has them, against the directory entry of that body.

Source: docs/rules/node.md N7 and N9; docs/decisions/0017-a-backup-is-one-file-that-proves-itself.md.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from entente.bodies.model import Body
from entente.bodies.rules import body_id
from entente.kernel.canonical import JsonObject
from entente.kernel.clock import GuardedClock, SystemClock
from entente.kernel.codec import to_json
from entente.kernel.errors import Invalid, Misconfigured, Unavailable, Untrusted
from entente.kernel.ids import BodyId, Ids, SystemIds
from entente.kernel.ports import Act
from entente.kernel.state import NodeMode, NodeState
from entente.kernel.statement import from_json
from entente.storage.backup_file import Manifest, extract, opened_backup
from entente.storage.disk import MEBIBYTE
from entente.storage.files import read_private, write_private
from entente.storage.folder import Folder
from entente.storage.key_ring import KeyRing
from entente.storage.keys import KeyFiles
from entente.storage.opening import begun
from entente.storage.sealed_file import is_sealed
from entente.storage.sqlite import find_damage
from entente.storage.store import Store
from entente.storage.unit_of_work import OncePerCommit
from entente.trail.service import Trail, record, sign_head

__all__ = ["check_backup", "is_sealed", "mark_restored", "restore_node"]

Progress = Callable[[int], None]
"""Told the MiB done so far."""


def check_backup(file: Path, passphrase: str | None, progress: Progress) -> Manifest:
    """Read a backup to its end, check all of it in a folder of its own that is removed again, and say what it is.

    Raises Invalid for a file that is not a whole backup or a wrong passphrase, Untrusted for one whose trail or keys do not
    prove themselves, Misconfigured for one of a newer version, Unavailable where there is no room to check it.
    """
    with TemporaryDirectory(prefix="entente-check-") as made:
        place = Folder(Path(made))
        manifest = unpack(file, passphrase, place, progress)
        # Opening makes what a folder without keys lacks; what the backup brought is proved.
        has_keys = place.keys.is_dir()
        with Store.open(place) as store:
            prove(store, place, manifest, has_keys=has_keys)
    return manifest


@dataclass(frozen=True, slots=True)
class Restored:
    """What was made of a backup."""

    body: BodyId
    code: str
    made_at: datetime
    """When the backup was."""
    trail_rows: int
    mode: NodeMode
    """Whether there is anybody to take back from."""


def restore_node(
    file: Path, passphrase: str | None, target: Path, keys_from: Path | None, progress: Progress, store: str = ""
) -> Restored:
    """Make a node's folder from a backup, whole or not at all, and have it take back from its peers what it forgot.

    `store` is the address of an empty database for its store; none: a file in the folder. `keys_from` is a copy of the folder
    `keys/`, for a backup without keys. The index and the log are not in a backup; the node makes them anew when it starts. Raises
    Conflict when there is a node in the folder, Invalid or Untrusted for a backup that is not good, Misconfigured for one of a
    newer version, or a folder or database that cannot be used, Unavailable where there is no room, or while the clock lies before
    the last stamp in the trail.

    Source: docs/rules/node.md N9.
    """
    folder, ids = Folder(target), SystemIds()
    folder.require_no_node()
    with begun(folder, store, ids, brings_file=True) as place:
        manifest = unpack(file, passphrase, place, progress)
        _bring_keys(place, manifest, keys_from)
        place.make_operator_token(ids)
        made = _begin(place, manifest, ids)
        for left in place.stores_before():
            # The backup itself is the way back.
            left.unlink()
    return made


def _bring_keys(place: Folder, manifest: Manifest, keys_from: Path | None) -> None:
    if manifest.has_keys == (keys_from is not None):
        raise Invalid(
            "The backup has keys of its own." if manifest.has_keys else "The backup has no keys.",
            field="keys",
            why="A node starts with exactly the keys that its directory entry names, and they come from one place.",
            do="Leave out --keys." if manifest.has_keys else "Name a copy of the node's folder «keys» with --keys.",
        )
    if keys_from is None:
        return
    if not (keys_from / "dpo.public").is_file():
        raise Invalid(
            f"{keys_from} is no folder of a node's keys.",
            field="keys",
            why="It holds at least the node's keys and dpo.public, as «entente init» and later changes of keys made them.",
            do="Name a copy of the whole folder «keys» of this body's node.",
        )
    for path in sorted(keys_from.iterdir()):
        if path.is_file() and not path.name.startswith("."):
            write_private(place.keys / path.name, read_private(path))


def _begin(place: Folder, manifest: Manifest, ids: Ids) -> Restored:
    """Prove the unpacked node and mark it as restored: its state, and a row of its trail, in one commit."""
    clock, ring = GuardedClock(SystemClock()), KeyRing(KeyFiles(place.keys))
    hooks = (lambda _: clock.require_passed(), OncePerCommit(lambda unit: sign_head(unit, ring.signer)))
    with Store.open(place, hooks) as store:
        own = prove(store, place, manifest, has_keys=True)
        mode = mark_restored(store, ring, clock, ids, manifest.made_at, manifest.trail_rows)
    return Restored(own.id, own.code, manifest.made_at, manifest.trail_rows, mode)


def mark_restored(
    store: Store, ring: KeyRing, clock: GuardedClock, ids: Ids, made_at: datetime, trail_rows: int
) -> NodeMode:
    """Say in an open store, and in its trail, that it is one of a backup; return whether there is anybody to take back from.

    The store's hooks sign the trail's head. Raises Unavailable while the clock lies before the last stamp in the trail.

    Source: docs/rules/node.md N2, N9 and N10.
    """
    with store.unit() as unit:
        ring.start(unit)
        for row in unit.trail.latest(1):
            clock.start_from(row.at)
        own = unit.bodies.own().id
        mode = NodeMode.TAKING_BACK if any(body.id != own for body in unit.bodies.bodies()) else NodeMode.NORMAL
        unit.state.allow()
        # Answers that the backup holds are of an earlier restore.
        unit.recovery.clear()
        # Who was signed in then, or invited, may have been signed out, or have used the invitation, since (desk.md W3).
        unit.sessions.clear()
        unit.accounts.forget_begun()
        unit.state.put(NodeState(mode, clock.now(), trail_rows))
        detail: JsonObject = {"made_at": to_json(made_at), "trail_rows": trail_rows}
        record(unit, clock, ids, Act("restore", own, "node", own, detail))
        unit.commit()
    return mode


def unpack(file: Path, passphrase: str | None, place: Folder, progress: Progress) -> Manifest:
    """Write a backup's members into an empty folder, each held against its hash, durable when this returns."""
    done = 0

    def advance(count: int) -> None:
        nonlocal done
        before, done = done, done + count
        if done // MEBIBYTE > before // MEBIBYTE:
            progress(done // MEBIBYTE)

    try:
        with opened_backup(file, passphrase) as (manifest, members):
            extract(members, place.path, advance)
    except OSError as error:
        raise _no_room(file, place.path, error) from error
    if damage := find_damage(place.database):
        raise Invalid(
            f"The store in the backup {file.name} is damaged.",
            field="file",
            why=f"It is what was copied, but the engine says of it: «{damage[:200]}». It was damaged before.",
            do="Use an earlier backup, and look at the disk of the node that this one was made from.",
        )
    return manifest


def prove(store: Store, place: Folder, manifest: Manifest, *, has_keys: bool) -> Body:
    """Return the body of an unpacked store when trail, body and keys fit together; raise Untrusted when they do not."""
    with store.view() as unit:
        own, frontier = unit.bodies.own(), unit.trail.frontier()
        if own.id != manifest.body or body_id(from_json(own.statements[0]).signed) != own.id:
            raise _does_not_fit("other_body", f"the manifest speaks of {manifest.body}, the store is one of {own.id}")
        if (frontier.size, frontier.root.hex()) != (manifest.trail_rows, manifest.trail_root):
            raise _does_not_fit("other_trail", "the manifest speaks of another trail than the store holds")
        if has_keys:
            _prove_keys(place, store)
    proof = Trail(store.view).verify(tuple(version.node_key for version in own.keys))
    if not proof.is_sound:
        raise _does_not_fit("unsound_trail", proof.finding)
    return own


def _prove_keys(place: Folder, store: Store) -> None:
    try:
        with store.view() as unit:
            KeyRing(KeyFiles(place.keys)).start(unit)
    except Misconfigured as error:
        raise _does_not_fit("other_keys", f"{error.what} {error.why}") from error


def _does_not_fit(reason: str, why: str) -> Untrusted:
    return Untrusted(
        "The backup does not prove itself.",
        reason=reason,
        why=f"Store, trail, body and keys of a node belong together: {why}.".replace("..", "."),
        do="Do not use it. Take an earlier backup, and find out who could write to this one.",
    )


def _no_room(file: Path, place: Path, error: OSError) -> Unavailable:
    return Unavailable(
        f"The backup {file.name} could not be unpacked.",
        why=f"The system says: {error.strerror or error} ({place}). Nothing of it was kept.",
        do="Free space there, or set TMPDIR to a folder on a larger disk where it is only checked.",
        retry_is_safe=True,
    )
