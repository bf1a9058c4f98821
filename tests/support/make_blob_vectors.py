"""Makes tests/vectors/blobs: golden blobs, and one hostile file for each fault, named for it.

Run as `python -m tests.support.make_blob_vectors`. Sealing is deterministic under a given key, so the files never change unless
the format does. A plain file is given by its rule, byte number i is i·i mod 251, since chunks of 256 KiB would fill the files;
its sealed chunks by their SHA-256. A hostile file names a chunk of a golden one, what was done to its sealed bytes, and the key,
size and number it is opened with; or a manifest as text, with the id and size that were expected. `answer` is the refusal.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from entente.kernel.blob import (
    CHUNK_BYTES,
    Manifest,
    chunk_count,
    chunk_digest,
    plain_bytes,
    seal_chunk,
)

FOLDER = Path(__file__).parents[1] / "vectors" / "blobs"
KEY = bytes(range(32))
OTHER_KEY = bytes(range(1, 33))
GOLDEN = {
    "good_one_byte": 1,
    "good_one_chunk_full": CHUNK_BYTES,
    "good_one_chunk_and_a_byte": CHUNK_BYTES + 1,
    "good_three_chunks": 2 * CHUNK_BYTES + 1_000,
}
THREE = "good_three_chunks"

Document = dict[str, Any]


def plain(size: int) -> bytes:
    """Return the plain bytes of a golden blob."""
    return bytes(place * place % 251 for place in range(size))


def sealed_chunks(size: int, key: bytes = KEY) -> list[bytes]:
    """Seal a golden blob."""
    data = plain(size)
    starts = [index * CHUNK_BYTES for index in range(chunk_count(size))]
    return [
        seal_chunk(key, size, index, data[start : start + plain_bytes(size, index)])
        for index, start in enumerate(starts)
    ]


def changed(sealed: bytes, change: str) -> bytes:
    """Do to sealed bytes what a hostile file says was done."""
    match change:
        case "none":
            return sealed
        case "first bit flipped":
            return bytes([sealed[0] ^ 1]) + sealed[1:]
        case "last bit flipped":
            return sealed[:-1] + bytes([sealed[-1] ^ 1])
        case "last byte cut off":
            return sealed[:-1]
        case "a byte put on":
            return sealed + b"\0"
        case "all cut off":
            return b""
    raise AssertionError(change)


def documents() -> Iterator[tuple[str, Document]]:
    """Give every file by name."""
    for name, size in GOLDEN.items():
        chunks = sealed_chunks(size)
        manifest = Manifest(size, tuple(chunk_digest(chunk) for chunk in chunks))
        yield (
            name,
            {
                "key": KEY.hex(),
                "size": size,
                "sealed_sha256": [chunk_digest(chunk).hex() for chunk in chunks],
                "manifest": manifest.to_bytes().decode(),
                "blob": manifest.blob,
            },
        )
    yield from _hostile_chunks()
    yield from _hostile_manifests()


def _hostile_chunks() -> Iterator[tuple[str, Document]]:
    size = GOLDEN[THREE]

    def fault(name: str, what: str, **given: Any) -> tuple[str, Document]:  # noqa: ANN401 - a JSON value
        plainly = {"of": THREE, "chunk": 0, "change": "none", "key": KEY.hex(), "size": size, "index": 0}
        return name, {"what": what, **plainly, **given, "answer": "blob_not_opened"}

    yield fault("wrong_key", "Opened with another blob's key.", key=OTHER_KEY.hex())
    yield fault("first_bit_flipped", "One bit of the content differs.", change="first bit flipped")
    yield fault("seal_bit_flipped", "One bit of the tag differs.", change="last bit flipped")
    yield fault("chunk_cut_short", "The last byte is missing.", change="last byte cut off")
    yield fault("chunk_too_long", "A byte was put on.", change="a byte put on")
    yield fault("chunk_empty", "Nothing came.", change="all cut off")
    yield fault("chunk_moved", "The first chunk stands where the second belongs.", index=1)
    yield fault("middle_taken_for_the_end", "The file is cut off after a full chunk.", size=CHUNK_BYTES)
    yield fault(
        "end_taken_for_the_middle",
        "The last chunk stands before another one.",
        chunk=2,
        index=2,
        size=size + CHUNK_BYTES,
    )
    yield fault("chunk_of_another_size", "The chunk is taken for one of a file one byte longer.", size=size + 1)
    yield fault(
        "chunk_of_another_count", "The chunk is taken for one of a file with one chunk more.", size=size + CHUNK_BYTES
    )
    yield fault("chunk_doubled", "The second chunk stands in the place of the third too.", chunk=1, index=2)


def _hostile_manifests() -> Iterator[tuple[str, Document]]:
    size = GOLDEN[THREE]
    digests = tuple(chunk_digest(chunk) for chunk in sealed_chunks(size))
    good = Manifest(size, digests)
    text = good.to_bytes().decode()

    def fault(name: str, what: str, manifest: str, *, is_named: bool = False) -> tuple[str, Document]:
        # A hostile source can name what it likes: then the id fits and the form must not.
        blob = good.blob if not is_named else "blob:" + chunk_digest(manifest.encode()).hex()
        return name, {"what": what, "manifest": manifest, "blob": blob, "size": size, "answer": "blob_manifest_differs"}

    def written(value: Manifest) -> str:
        return value.to_bytes().decode()

    yield fault("manifest_of_another_blob", "Its digest is not the id.", written(Manifest(size, digests[::-1])))
    yield fault(
        "manifest_of_another_size",
        "It states one byte more than the record.",
        written(Manifest(size + 1, digests)),
        is_named=True,
    )
    yield fault(
        "manifest_with_a_chunk_less",
        "It lists two of three chunks.",
        written(Manifest(size, digests[:2])),
        is_named=True,
    )
    yield fault(
        "manifest_endless",
        "It lists more chunks than any blob has.",
        written(Manifest(size, digests * 400)),
        is_named=True,
    )
    yield fault("manifest_of_another_format", "Its version is unknown.", text.replace('"v":1', '"v":2'), is_named=True)
    yield fault(
        "manifest_of_other_chunks",
        "Its chunks have another size.",
        text.replace('"chunk":262144', '"chunk":1024'),
        is_named=True,
    )
    yield fault(
        "manifest_with_a_field_more", "It holds a field that nobody reads.", text[:-1] + ',"z":1}', is_named=True
    )
    yield fault("manifest_not_canonical", "It is written with a blank.", text.replace(",", ", ", 1), is_named=True)
    yield fault("manifest_not_json", "It is no JSON.", "digests", is_named=True)


def main() -> None:
    """Write every file."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, document in documents():
        (FOLDER / f"{name}.json").write_text(json.dumps(document, indent=1, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
