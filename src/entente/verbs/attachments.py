"""The files of messages: handed in with one, and taken out of one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from entente.correspondence.attachments import check_count, check_plain_files
from entente.kernel.canonical import JsonObject
from entente.node import Node
from entente.records.model import SealedFile
from entente.verbs.arguments import Arguments
from entente.verbs.verb import Verb, verb


@contextmanager
def attached(node: Node, arguments: Arguments) -> Iterator[tuple[SealedFile, ...]]:
    """Seal the files that are handed in with a message, for as long as it is being sent; none where none are.

    Each is `{"file": path, "name": what it is called}`. What the message does not keep is erased.
    """
    named = arguments.documents("attachments") if arguments.given.get("attachments") else ()
    if not named:
        yield ()
        return
    check_count(len(named))
    node.disk.require_room()
    with ExitStack() as opened:
        each = [Arguments(one) for one in named]
        plains = [
            opened.enter_context(node.files.attachment(one.path("file"), one.optional_text("name"))) for one in each
        ]
        check_plain_files(plains, node.settings.attachments_bytes_max)
        node.blobs.require_room(sum(one.size for one in plains))
        yield opened.enter_context(node.blobs.sealed(plains, arguments.progress))


def file_shown(node: Node, file: SealedFile) -> JsonObject:
    """Say what a file of a message is, and whether it is here; its key stays in the node."""
    return {
        "name": file.file_name,
        "media_type": file.media_type.value,
        "bytes": file.size,
        "sha256": file.sha256,
        "blob": file.id,
        "is_here": node.blobs.is_here(file.id),
    }


def _attachment(node: Node, arguments: Arguments) -> JsonObject:
    """Take a file out of a message; where no place is named to write it to, it is only fetched and checked."""
    node.disk.require_room()
    officer, message, name = arguments.officer(), arguments.text("id"), arguments.text("file")
    out, progress = arguments.optional_path("out"), arguments.progress
    if out is None:
        file = node.correspondence.bring_attachment(officer, message, name, node.blobs, progress)
        return {"id": message, "file": file_shown(node, file), "out": ""}
    with node.files.taken_out(out) as write:
        file, plain = node.correspondence.open_attachment(officer, message, name, node.blobs, progress)
        for chunk in plain:
            write(chunk)
    return {"id": message, "file": file_shown(node, file), "out": str(out)}


VERBS: tuple[Verb, ...] = (
    verb(
        "message_attachment", _attachment, "Take a file out of a message, fetching it first where it is not here.",
        "officer", "id", "file", "out",
    ),
)  # fmt: skip
