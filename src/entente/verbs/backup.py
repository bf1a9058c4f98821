"""The verb `backup`: a copy of the whole node in one file, while it runs."""

from __future__ import annotations

from pathlib import Path

from entente.bodies.authority import authorise
from entente.kernel.canonical import JsonObject
from entente.kernel.codec import to_object
from entente.kernel.errors import Unavailable
from entente.kernel.ports import Act
from entente.node import BackupMade, Node
from entente.verbs.arguments import Arguments
from entente.verbs.verb import Verb, verb


def _backup(node: Node, arguments: Arguments) -> JsonObject:
    """Make a backup for the operator of the machine, or for an officer who may run the node."""
    officer = _who(node, arguments) if arguments.given.get("officer") else "node"
    with node.blobs.kept_still():
        made = node.backups.make(
            arguments.path("out"),
            has_keys=not arguments.flag("without_keys"),
            passphrase_file=arguments.optional_path("passphrase_file"),
            progress=arguments.progress,
        )
    return {"backup": to_object(made), "not_recorded": _record(node, made, officer)}


def _who(node: Node, arguments: Arguments) -> str:
    with node.directory.open_unit() as unit:
        officer = authorise(
            unit,
            arguments.officer(),
            "run_node",
            subject="backup",
            now=node.clock.now(),
            lists=node.lists,
            record=node.directory.record,
        )
    return officer.id


def _record(node: Node, made: BackupMade, officer: str) -> str:
    """Have the trail say that a copy of everything was made; return why it could not, empty when it did.

    A node that can keep nothing now, for its clock or its disk, needs its backup most: the file stays.
    """
    detail: JsonObject = {
        "file": Path(made.file).name,
        "sha256": made.file_sha256,
        "trail_rows": made.trail_rows,
        "has_keys": made.has_keys,
        "is_sealed": made.is_sealed,
    }
    try:
        with node.directory.open_unit() as unit:
            node.directory.record(unit, Act("backup", made.body, officer, made.body, detail))
            unit.commit()
    except Unavailable as error:
        return f"{error.what} {error.why}"
    return ""


VERBS: tuple[Verb, ...] = (
    verb(
        "backup", _backup, "Copy the whole node into one file, while it runs.",
        "officer", "out", "without_keys", "passphrase_file",
    ),
)  # fmt: skip
