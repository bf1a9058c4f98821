"""Blobs: large files, sealed once in chunks under a key of their own, for as many recipients as are told the key.

A blob is cut into chunks of CHUNK_BYTES, the last one shorter, and each is sealed by AES-256-GCM. The nonce is the chunk's
number and whether it is the last one; the additional data are the format, the number, the count and the size of the whole. So
no chunk can be changed, moved, left out, doubled or taken from another blob, and no end cut off, without its seal failing.

The manifest lists the digests of the sealed chunks, and the blob's id is the digest of the manifest: whoever carries or
keeps a blob can check every chunk and read none, and the id says nothing of the content, since each blob has a fresh key.
AES-GCM binds no key: sealed bytes can be made that open to two texts under two keys. What a blob holds is therefore said by the
SHA-256 of the plain bytes, which stands signed beside the key (records R20) and is checked by whoever opens it.

The key is given by the caller, fresh for each blob: two blobs under one key would share their nonces.

Source: docs/rules/kernel.md K9; V. T. Hoang, R. Reyhanitabar, P. Rogaway, D. Vizár, «Online Authenticated-Encryption and its
Nonce-Reuse Misuse-Resistance», CRYPTO 2015 (STREAM); NIST SP 800-38D.
"""

from __future__ import annotations

import hashlib
import struct
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from entente.kernel.canonical import canonical_bytes, parse_canonical
from entente.kernel.errors import Invalid, Untrusted
from entente.kernel.ids import BlobId
from entente.kernel.signing import decode_bytes, encode_bytes

FORMAT = 1
KEY_BYTES = 32
TAG_BYTES = 16
CHUNK_BYTES = 256 * 1024
"""Of plain bytes: sealed and in base64 350 KB, so that a chunk fits a statement of 512 KiB."""
SEALED_CHUNK_BYTES = CHUNK_BYTES + TAG_BYTES
BLOB_BYTES_MAX = 256 * 1024 * 1024
"""Issue part 2: photos, prints and files up to 256 MiB."""
CHUNKS_MAX = BLOB_BYTES_MAX // CHUNK_BYTES
MANIFEST_BYTES_MAX = 48 * 1024
"""The digests of CHUNKS_MAX chunks in base64 are 43,692 characters."""

_DIGEST_BYTES = 32
_ASSOCIATED = struct.Struct(">12sIIIQ")
_NAME = b"entente blob"
_NONCE = struct.Struct(">7xIB")


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a blob consists of: the size of its plain bytes and the digest of each sealed chunk, in order."""

    size: int
    digests: tuple[bytes, ...]

    def to_bytes(self) -> bytes:
        """Return the canonical bytes, of which the blob's id is the digest."""
        return canonical_bytes(
            {"v": FORMAT, "size": self.size, "chunk": CHUNK_BYTES, "digests": encode_bytes(b"".join(self.digests))}
        )

    @property
    def blob(self) -> BlobId:
        """The blob's id."""
        return blob_id(self.to_bytes())


def blob_id(manifest: bytes) -> BlobId:
    """Return the id of the blob with this manifest."""
    return BlobId("blob:" + hashlib.sha256(manifest).hexdigest())


def is_blob_id(text: str) -> bool:
    """Say whether a text has the form of a blob's id; a file is named by it, so nothing else may pass."""
    name = text.removeprefix("blob:")
    return name != text and len(name) == 2 * _DIGEST_BYTES and not set(name) - set("0123456789abcdef")


def chunk_count(size: int) -> int:
    """Return how many chunks a blob of so many plain bytes has."""
    return -(-size // CHUNK_BYTES)


def plain_bytes(size: int, index: int) -> int:
    """Return how many plain bytes the chunk with this number holds; the first is number 0."""
    assert 0 <= index < chunk_count(size), "the chunk is one of the blob's"
    return min(CHUNK_BYTES, size - index * CHUNK_BYTES)


def seal_chunk(key: bytes, size: int, index: int, plain: bytes) -> bytes:
    """Seal one chunk of a blob of `size` plain bytes. The key is fresh for the blob, and each number is sealed once."""
    assert 0 < size <= BLOB_BYTES_MAX, "whoever seals has looked at the size"
    assert len(plain) == plain_bytes(size, index), "every chunk but the last is full"
    return AESGCM(key).encrypt(_nonce(size, index), plain, _associated(size, index))


def open_chunk(key: bytes, size: int, index: int, sealed: bytes) -> bytes:
    """Open one chunk; raise Untrusted when key, size, number and bytes do not belong together."""
    try:
        return AESGCM(key).decrypt(_nonce(size, index), sealed, _associated(size, index))
    except InvalidTag as error:
        raise Untrusted(
            "A part of a file cannot be opened.",
            reason="blob_not_opened",
            why=f"Chunk {index} was not sealed under this key, at this place, in a file of this size.",
            do="Tell the record's source: what it signed and what it sealed do not belong together.",
        ) from error


def chunk_digest(sealed: bytes) -> bytes:
    """Return what stands in the manifest for a sealed chunk."""
    return hashlib.sha256(sealed).digest()


def read_manifest(data: bytes, blob: BlobId, size: int) -> Manifest:
    """Read the manifest of a blob of `size` plain bytes; raise Untrusted when it is not this blob's."""
    if len(data) > MANIFEST_BYTES_MAX or blob_id(data) != blob:
        raise _not_its_manifest("its digest is not the blob's id")
    try:
        document = parse_canonical(data)
        digests = decode_bytes(str(document.get("digests")), "digests", length=chunk_count(size) * _DIGEST_BYTES)
    except Invalid as error:
        raise _not_its_manifest(error.why) from error
    found = Manifest(size, tuple(digests[at : at + _DIGEST_BYTES] for at in range(0, len(digests), _DIGEST_BYTES)))
    # Written again it is the same bytes: version, size and chunk size are the ones expected, and nothing else stands in it.
    if found.to_bytes() != data:
        raise _not_its_manifest("it states another format or size than the record does")
    return found


def check_chunk(manifest: Manifest, index: int, sealed: bytes) -> None:
    """Raise Untrusted when sealed bytes are not the chunk with this number."""
    if chunk_digest(sealed) != manifest.digests[index]:
        raise Untrusted(
            "A part of a file is not the one it should be.",
            reason="blob_chunk_differs",
            why=f"The digest of chunk {index} is not the one in the manifest, which the file's id binds.",
            do="Fetch the file again; if it happens again, tell the body that sends it. Nothing of it was kept.",
        )


def _nonce(size: int, index: int) -> bytes:
    return _NONCE.pack(index, index == chunk_count(size) - 1)


def _associated(size: int, index: int) -> bytes:
    return _ASSOCIATED.pack(_NAME, FORMAT, index, chunk_count(size), size)


def _not_its_manifest(why: str) -> Untrusted:
    return Untrusted(
        "The list of a file's parts is not the one it should be.",
        reason="blob_manifest_differs",
        why=f"A file is known by the digest of its manifest: {why}.",
        do="Fetch the file again; if it happens again, tell the body that sends it. Nothing of it was kept.",
    )
