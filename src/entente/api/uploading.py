"""A file that another system sends: written to the disk as it comes, within its bounds, and gone where its sender goes.

Source: docs/rules/api.md P13; docs/rules/node.md N4; RFC 9110 (411, 413).
"""

from __future__ import annotations

import unicodedata
from collections.abc import AsyncIterator
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request

from entente.api.arriving_places import AT_ONCE_MAX, OF_ACCOUNT_AT_ONCE_MAX, GaveWay, Place, Places, gave_way
from entente.api.errors import WithStatus
from entente.api.job_files import NewUpload
from entente.api.jobs import UPLOAD_KEPT, Jobs
from entente.api.route import FILE
from entente.bodies.tokens import Bearer
from entente.kernel.canonical import JsonObject
from entente.kernel.codec import to_json
from entente.kernel.errors import Invalid, Unavailable
from entente.kernel.file_names import NAME_BYTES_MAX, NAME_CHARACTERS_MAX, kept_name
from entente.kernel.going_on import going_on
from entente.kernel.jobs import UPLOAD_BYTES_MAX, Upload
from entente.kernel.sizes import size_said
from entente.node import Node

PIECE_BYTES: Final = 1024**2
"""How much is gathered before it is written."""
LOOKS_AT_DISK_EVERY: Final = 16


class Uploading:
    """Takes files in. Used by one event loop."""

    def __init__(self, node: Node, jobs: Jobs) -> None:
        self._node, self._jobs = node, jobs
        self.quiet_seconds: float = node.settings.upload_quiet_seconds
        """How long a sender may send nothing."""
        self.places = Places(node.settings.upload_minutes_max * 60, UPLOAD_BYTES_MAX)

    async def take(self, request: Request, bearer: Bearer, name: str) -> tuple[JsonObject, bool]:
        """Write a request's body into a file that waits for a job; return what it is called, and whether it had come before.

        Raises Invalid for another type, a name that no file has here, or no Idempotency-Key before anything of it is read, and
        what `take_pieces` does.
        """
        key = self._jobs.upload_key(bearer, request.headers.get("idempotency-key", ""))
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FILE:
            raise WithStatus(_wrong_type(), 415)
        if (kept := kept_name(name)) != unicodedata.normalize("NFC", name):
            raise _no_name(kept)
        upload, is_again = await self._taken(
            going_on(request.stream(), request.scope), bearer, kept, declared_bytes(request), key
        )
        answer: JsonObject = {
            "id": upload.id,
            "href": "",
            "name": upload.name,
            "bytes": upload.size,
            "sha256": upload.sha256,
            "until": to_json(upload.at + UPLOAD_KEPT),
        }
        return answer, is_again

    async def take_pieces(self, pieces: AsyncIterator[bytes], bearer: Bearer, name: str, declared: int) -> Upload:
        """Write what arrives into a file that waits for a job; what `pieces` raises leaves nothing of it.

        Raises 413 for too much before anything of it is read, 429 where too many arrive or wait, 503 where it
        came slowly and gave way, Unavailable where the disk has no room. `declared`: how many bytes the sender says there are, 0
        where it does not.
        """
        upload, _ = await self._taken(pieces, bearer, name, declared)
        return upload

    async def _taken(
        self, pieces: AsyncIterator[bytes], bearer: Bearer, name: str, declared: int, key: str = ""
    ) -> tuple[Upload, bool]:
        """Do it, or find it done; raise Conflict where another file waits that was sent with its key."""
        self._require_welcome(declared)
        self._jobs.require_few_uploads(bearer, key)
        with self.places.taken(bearer.account.id) as place:
            if place is None:
                raise WithStatus(_too_many(), 429, {"Retry-After": "10"})
            upload = await self._written(pieces, place, bearer, name, key)
        return self._jobs.add_upload(upload)

    def _require_welcome(self, size: int) -> None:
        if size > UPLOAD_BYTES_MAX:
            raise WithStatus(_too_large(), 413)
        self._node.disk.require_room()
        if size // 1024**2 > self._node.disk.free_mb() - self._node.settings.disk_free_mb_min:
            raise _no_room()

    async def _written(self, stream: AsyncIterator[bytes], place: Place, bearer: Bearer, name: str, key: str) -> Upload:
        with self._jobs.files.new_upload() as arriving:
            try:
                await self._copy(stream, place, arriving)
            except TimeoutError as error:
                raise WithStatus(self._too_slow(), 408) from error
            except GaveWay as error:
                slow = gave_way(self.places.slow_bytes_per_second())
                raise WithStatus(slow, 503, {"Retry-After": "60"}) from error
            except ClientDisconnect as error:
                # Nobody is left to be answered, and leaving here takes away what came.
                raise WithStatus(self._too_slow(), 400) from error
            return await run_in_threadpool(arriving.keep, bearer.account.id, name, self._node.clock.now(), key)

    async def _copy(self, stream: AsyncIterator[bytes], place: Place, arriving: NewUpload) -> None:
        gathered, pieces = bytearray(), 0
        while True:
            piece = await place.next_piece(stream, self.quiet_seconds)
            if piece is not None:
                gathered += piece
            if place.size > UPLOAD_BYTES_MAX:
                raise WithStatus(_too_large(), 413)
            if len(gathered) >= PIECE_BYTES or (piece is None and gathered):
                if pieces % LOOKS_AT_DISK_EVERY == 0:
                    self._node.disk.require_room()
                pieces += 1
                await run_in_threadpool(arriving.write, bytes(gathered))
                gathered.clear()
            if piece is None:
                return

    def _too_slow(self) -> Unavailable:
        return Unavailable(
            "The file did not arrive.",
            why=f"A sender is waited for {self.quiet_seconds:.0f} seconds, and for a whole file {self.places.seconds_max:.0f}.",
            do="Send it again. Nothing of it was kept.",
            retry_is_safe=True,
        )


def declared_bytes(request: Request) -> int:
    """Return how many bytes a request says it has; 0 where it does not say."""
    declared = request.headers.get("content-length", "")
    return int(declared[:20]) if declared.isascii() and declared.isdigit() else 0


def _wrong_type() -> Invalid:
    return Invalid(
        "The body is of another type.",
        field="content-type",
        why=f"A file is sent as it is, as {FILE}, and its name stands in the address.",
        do=f"Send it with the header Content-Type: {FILE}.",
    )


def _no_name(kept: str) -> Invalid:
    return Invalid(
        "A file cannot be called so.",
        field="name",
        why=f"A name is one line of at most {NAME_CHARACTERS_MAX} characters and {NAME_BYTES_MAX} bytes, in any script, and one "
        "on every machine: no path, no device, nothing without a width or that turns letters around (docs/rules/api.md P13).",
        do=f"Call it «{kept}».",
    )


def _too_large() -> Invalid:
    return Invalid(
        "The file is too large.",
        field="body",
        why=f"A file has at most {size_said(UPLOAD_BYTES_MAX)} (docs/rules/api.md P13).",
        do="Send it packed (gzip, bzip2 or zip), or in parts.",
    )


def _too_many() -> Unavailable:
    return Unavailable(
        "Too many files arrive now.",
        why=f"The node takes in {AT_ONCE_MAX} at a time, {OF_ACCOUNT_AT_ONCE_MAX} of one account (docs/rules/api.md P13).",
        do="Send it again in a moment. Nothing of it was kept.",
        retry_is_safe=True,
    )


def _no_room() -> Unavailable:
    return Unavailable(
        "The node's disk has no room for the file.",
        why="What is free beside the store, less what officers need to go on (docs/rules/node.md N4), is less than it has.",
        do="Have the operator free space on the disk that holds the node's folder, then send it again.",
        retry_is_safe=True,
    )
