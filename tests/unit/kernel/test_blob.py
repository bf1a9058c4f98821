"""K9: blobs are sealed in chunks that cannot be changed, moved, left out or taken from another; the id binds the sealed bytes."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entente.kernel.blob import (
    BLOB_BYTES_MAX,
    CHUNK_BYTES,
    CHUNKS_MAX,
    MANIFEST_BYTES_MAX,
    TAG_BYTES,
    Manifest,
    check_chunk,
    chunk_count,
    chunk_digest,
    is_blob_id,
    open_chunk,
    plain_bytes,
    read_manifest,
    seal_chunk,
)
from entente.kernel.errors import Untrusted
from entente.kernel.signing import encode_bytes
from entente.kernel.statement import STATEMENT_BYTES_MAX
from tests.support.make_blob_vectors import FOLDER, GOLDEN, KEY, changed, documents, plain, sealed_chunks

FILES = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.json"))}
HOSTILE = {name: one for name, one in FILES.items() if "answer" in one}


def test_the_files_are_what_the_code_makes_and_none_is_left_over() -> None:
    assert dict(documents()) == FILES
    assert len(HOSTILE) > 20


@pytest.mark.parametrize("name", GOLDEN)
def test_k9_golden_blob_is_sealed_named_and_opened_as_its_file_says(name: str) -> None:
    said: dict[str, Any] = FILES[name]
    size, chunks = said["size"], sealed_chunks(said["size"])
    assert [chunk_digest(chunk).hex() for chunk in chunks] == said["sealed_sha256"]
    manifest = read_manifest(said["manifest"].encode(), said["blob"], size)
    for index, chunk in enumerate(chunks):
        check_chunk(manifest, index, chunk)
    opened = b"".join(open_chunk(bytes.fromhex(said["key"]), size, index, chunk) for index, chunk in enumerate(chunks))
    assert opened == plain(size)


@pytest.mark.parametrize("name", [name for name, one in HOSTILE.items() if "chunk" in one])
def test_k9_hostile_chunk_is_refused_as_its_file_says(name: str) -> None:
    said: dict[str, Any] = HOSTILE[name]
    sealed = changed(sealed_chunks(GOLDEN[said["of"]])[said["chunk"]], said["change"])
    with pytest.raises(Untrusted) as refused:
        open_chunk(bytes.fromhex(said["key"]), said["size"], said["index"], sealed)
    assert refused.value.reason == said["answer"]


@pytest.mark.parametrize("name", [name for name, one in HOSTILE.items() if "manifest" in one])
def test_k9_hostile_manifest_is_refused_as_its_file_says(name: str) -> None:
    said: dict[str, Any] = HOSTILE[name]
    with pytest.raises(Untrusted) as refused:
        read_manifest(said["manifest"].encode(), said["blob"], said["size"])
    assert refused.value.reason == said["answer"]


def test_k9_chunk_that_is_not_in_the_manifest_is_refused_before_it_is_kept() -> None:
    chunks = sealed_chunks(GOLDEN["good_three_chunks"])
    manifest = Manifest(GOLDEN["good_three_chunks"], tuple(chunk_digest(chunk) for chunk in chunks))
    check_chunk(manifest, 1, chunks[1])
    for index, sealed in ((0, chunks[1]), (1, chunks[1] + b"\0"), (2, b"")):
        with pytest.raises(Untrusted) as refused:
            check_chunk(manifest, index, sealed)
        assert refused.value.reason == "blob_chunk_differs"


@settings(max_examples=30, deadline=None)
@given(
    st.sampled_from([1, 2, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 2 * CHUNK_BYTES + 7]),
    st.binary(min_size=32, max_size=32),
)
def test_k9_what_is_sealed_opens_again_and_only_at_its_place(size: int, key: bytes) -> None:
    data = plain(size)
    for index in range(chunk_count(size)):
        part = data[index * CHUNK_BYTES :][: plain_bytes(size, index)]
        sealed = seal_chunk(key, size, index, part)
        assert len(sealed) == len(part) + TAG_BYTES
        assert open_chunk(key, size, index, sealed) == part
        for other in range(chunk_count(size)):
            if other != index:
                with pytest.raises(Untrusted):
                    open_chunk(key, size, other, sealed)
        with pytest.raises(Untrusted):
            open_chunk(key, size + 1, index, sealed)


def test_k9_the_largest_blob_fits_its_bounds_and_a_chunk_fits_a_statement() -> None:
    assert chunk_count(BLOB_BYTES_MAX) == CHUNKS_MAX == 1_024
    whole = Manifest(BLOB_BYTES_MAX, (bytes(32),) * CHUNKS_MAX).to_bytes()
    assert len(whole) < MANIFEST_BYTES_MAX
    found = read_manifest(whole, Manifest(BLOB_BYTES_MAX, (bytes(32),) * CHUNKS_MAX).blob, BLOB_BYTES_MAX)
    assert len(found.digests) == CHUNKS_MAX
    assert len(encode_bytes(bytes(CHUNK_BYTES + TAG_BYTES))) + 1_000 < STATEMENT_BYTES_MAX


@pytest.mark.parametrize(
    "text",
    [
        "",
        "blob:",
        "blob:" + "0" * 63,
        "blob:" + "0" * 65,
        "blob:" + "G" * 64,
        "0" * 64,
        "blob:../" + "0" * 61,
        "blob:" + "A" * 64,
    ],
)
def test_k9_only_the_digest_of_a_manifest_is_a_blobs_id(text: str) -> None:
    assert is_blob_id("blob:" + "0a" * 32)
    assert not is_blob_id(text)


def test_k9_one_content_under_two_keys_has_two_ids() -> None:
    size = GOLDEN["good_one_byte"]
    ids = {
        Manifest(size, tuple(chunk_digest(chunk) for chunk in sealed_chunks(size, key))).blob
        for key in (KEY, KEY[::-1])
    }
    assert len(ids) == 2
