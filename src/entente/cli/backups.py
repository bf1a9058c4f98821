"""Checking a backup, and restoring from one: done in the command's own process, since no node runs from it yet."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from entente import app
from entente.cli.gateway import settings_of
from entente.cli.keys import passphrases
from entente.kernel.canonical import JsonObject
from entente.kernel.codec import to_object


def check_backup(file: Path, passphrase_file: Path | None, progress: Callable[[int], None]) -> JsonObject:
    """Check a backup and return what it says of itself."""
    return {
        "file": file.name,
        "backup": to_object(app.check_backup(file, passphrase_of(file, passphrase_file), progress)),
    }


def passphrase_of(file: Path, passphrase_file: Path | None) -> str | None:
    """Return the passphrase of a sealed backup, asked for where no file was named; None for one that is not sealed."""
    if not app.is_sealed(file):
        return None
    (passphrase,) = passphrases(["the backup"], passphrase_file)
    return passphrase


def restore_node(
    file: Path,
    folder: str | None,
    store: str,
    keys: Path | None,
    passphrase_file: Path | None,
    progress: Callable[[int], None],
) -> JsonObject:
    """Make a node's folder from a backup and return what was made."""
    settings = settings_of(folder, store=store)
    passphrase = passphrase_of(file, passphrase_file)
    made = app.restore_node(file, passphrase, settings.folder, keys, progress, settings.store)
    return {**to_object(made), "folder": str(settings.folder)}
