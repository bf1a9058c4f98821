"""Checking a backup, and making a node's folder from it: all of it, or nothing.

A backup is believed only as a whole: every hash, the store's own check, its trail from the first row to the signed head, its
body, and the keys, where it has them, against the directory entry of that body.

Source: docs/rules/node.md N7; docs/decisions/0017-a-backup-is-one-file-that-proves-itself.md.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from entente.bodies.model import Body
from entente.bodies.rules import body_id
from entente.kernel.errors import Invalid, Misconfigured, Unavailable, Untrusted
from entente.kernel.statement import from_json
from entente.storage.backup_file import Manifest, extract, opened_backup
from entente.storage.disk import MEBIBYTE
from entente.storage.folder import Folder
from entente.storage.key_ring import KeyRing
from entente.storage.keys import KeyFiles
from entente.storage.sealed_file import is_sealed
from entente.storage.sqlite import find_damage
from entente.storage.store import Store
from entente.trail.service import Trail

__all__ = ["check_backup", "is_sealed"]

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
        with Store.open(place) as store:
            prove(store, place, manifest)
    return manifest


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


def prove(store: Store, place: Folder, manifest: Manifest) -> Body:
    """Return the body of an unpacked store when trail, body and keys fit together; raise Untrusted when they do not."""
    with store.view() as unit:
        own, frontier = unit.bodies.own(), unit.trail.frontier()
        if own.id != manifest.body or body_id(from_json(own.statements[0]).signed) != own.id:
            raise _does_not_fit("other_body", f"the manifest speaks of {manifest.body}, the store is one of {own.id}")
        if (frontier.size, frontier.root.hex()) != (manifest.trail_rows, manifest.trail_root):
            raise _does_not_fit("other_trail", "the manifest speaks of another trail than the store holds")
        if place.keys.is_dir() and any(place.keys.iterdir()):
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
