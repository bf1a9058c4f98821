"""R20 and R21: what a record's file may be, whose it is, and what an import leaves of it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entente.kernel.blob import BLOB_BYTES_MAX
from entente.kernel.errors import Invalid
from entente.kernel.ids import BlobId
from entente.records.importing import with_its_files
from entente.records.media import FORMS, MediaCheck, check_file_name, type_of
from entente.records.model import BLOBS_MAX, FILE_NAME_CHARACTERS_MAX, BlobReference, MediaType
from entente.records.rules import check_draft, content_digest, content_texts, extract
from tests.unit.records.test_records_rules import DRAFT, LISTS, SCHEMATA, record, terms

FILE = BlobReference(BlobId("blob:" + "0a" * 32), bytes(32), 1_000, MediaType.JPEG, "face.jpg", "0b" * 32)
BEGINNINGS = {
    MediaType.JPEG: ("face.JPG", b"\xff\xd8\xff\xe1"),
    MediaType.PNG: ("map.png", b"\x89PNG\r\n\x1a\n"),
    MediaType.TIFF: ("scan.tif", b"II*\0"),
    MediaType.WEBP: ("face.webp", b"RIFF\0\0\0\0WEBPVP8 "),
    MediaType.JPEG_2000: ("face.jp2", b"\0\0\0\x0cjP  \r\n\x87\n"),
    MediaType.WSQ: ("right-index.wsq", b"\xff\xa0\xff\xa8"),
    MediaType.NIST: ("prints.an2", b"1.001:196\x1d1.002:0500"),
    MediaType.PDF: ("order.pdf", b"%PDF-1.7"),
    MediaType.MP4: ("street.mp4", b"\0\0\0\x20ftypisom"),
    MediaType.TEXT: ("statement.txt", "Видел его у причала.\n".encode()),
}


def looked_at(name: str, *chunks: bytes) -> MediaType:
    look = MediaCheck(name)
    for chunk in chunks:
        look.look(chunk)
    look.end()
    return look.media_type


def test_r20_every_type_of_the_list_is_known_by_name_and_content() -> None:
    assert set(BEGINNINGS) == set(FORMS) == set(MediaType)
    for media_type, (name, begins) in BEGINNINGS.items():
        assert looked_at(name, begins, b"more") == media_type


@pytest.mark.parametrize("named", MediaType)
@pytest.mark.parametrize("holds", MediaType)
def test_r20_a_file_of_one_type_does_not_pass_for_another(named: MediaType, holds: MediaType) -> None:
    name, begins = BEGINNINGS[named][0], BEGINNINGS[holds][1]
    if named is holds:
        assert looked_at(name, begins) is named
        return
    with pytest.raises(Invalid) as refused:
        looked_at(name, begins)
    assert refused.value.field == "file_name"


@pytest.mark.parametrize(
    "program",
    [
        b"MZ\x90\0\x03", b"\x7fELF\x02\x01", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe", b"\0asm\x01", b"PK\x03\x04",
        b"#!/bin/sh\n", b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"\x1f\x8b\x08",
    ],
)  # fmt: skip
def test_r20_programs_scripts_and_archives_pass_under_no_name(program: bytes) -> None:
    assert type_of(program) is None
    for name, _ in BEGINNINGS.values():
        with pytest.raises(Invalid):
            looked_at(name, program + bytes(100))


@pytest.mark.parametrize(
    "name", ["run.exe", "run.sh", "page.html", "face.svg", "face.jpg.scr", "macro.docm", "face", "a.zip"]
)
def test_r20_a_name_of_no_type_in_the_list_is_refused_before_the_content_is_read(name: str) -> None:
    with pytest.raises(Invalid):
        MediaCheck(name)


@pytest.mark.parametrize(
    "name",
    [
        "", ".jpg", ".face.jpg", "a/face.jpg", "..\\face.jpg", "c:face.jpg", "fa\nce.jpg", "face\u202egpj.jpg", "face\u200b.jpg",
        "a*.jpg", "f" * FILE_NAME_CHARACTERS_MAX + ".jpg",
    ],
)  # fmt: skip
def test_r20_a_name_that_is_no_plain_file_name_is_refused(name: str) -> None:
    check_file_name("лицо 1.jpg", MediaType.JPEG)
    with pytest.raises(Invalid):
        check_file_name(name, MediaType.JPEG)


@given(st.text(alphabet=st.characters(exclude_categories=("Cc", "Cs", "Cf")), min_size=1), st.data())
def test_r20_text_is_text_wherever_it_is_cut(text: str, data: st.DataObject) -> None:
    encoded = ("seen: " + text).encode()
    cut = data.draw(st.integers(0, len(encoded)))
    assert looked_at("statement.txt", *[part for part in (encoded[:cut], encoded[cut:]) if part]) is MediaType.TEXT


@pytest.mark.parametrize(
    "chunks", [(b"abc", b"\xff"), (b"abc\xd0",), (b"abc", b"a\0b"), (b"\x1b[2Jabc",), (b"\xd0", b"\xd0abc")]
)
def test_r20_bytes_that_are_no_text_are_found_in_any_chunk(chunks: tuple[bytes, ...]) -> None:
    with pytest.raises(Invalid):
        looked_at("statement.txt", *chunks)


@pytest.mark.parametrize(
    "changes",
    [
        {"terms": 1}, {"terms": -1}, {"size": 0}, {"size": BLOB_BYTES_MAX + 1}, {"key": bytes(31)}, {"id": "blob:../x"},
        {"sha256": "0B" * 32}, {"file_name": "face.png"}, {"media_type": MediaType.PDF},
    ],
)  # fmt: skip
def test_r20_a_malformed_file_is_refused(changes: dict[str, object]) -> None:
    check_draft(replace(DRAFT, blobs=(FILE,)), SCHEMATA, LISTS)
    with pytest.raises(Invalid):
        check_draft(replace(DRAFT, blobs=(replace(FILE, **changes),)), SCHEMATA, LISTS)  # type: ignore[arg-type]


def test_r20_a_record_has_at_most_so_many_files_each_called_differently() -> None:
    def files(count: int) -> tuple[BlobReference, ...]:
        return tuple(
            replace(FILE, id=BlobId(f"blob:{number:064x}"), file_name=f"{number}.jpg") for number in range(count)
        )

    check_draft(replace(DRAFT, blobs=files(BLOBS_MAX)), SCHEMATA, LISTS)
    same_name = replace(files(2)[1], file_name=files(2)[0].file_name)
    same_chunks = replace(files(2)[1], id=files(2)[0].id)
    for blobs in (files(BLOBS_MAX + 1), (files(2)[0], same_name), (files(2)[0], same_chunks)):
        with pytest.raises(Invalid) as refused:
            check_draft(replace(DRAFT, blobs=blobs), SCHEMATA, LISTS)
        assert refused.value.field == "blobs"


def test_r5_an_extract_drops_files_of_hidden_terms_and_numbers_the_rest_anew() -> None:
    whole = record(
        blobs=tuple(
            replace(FILE, id=BlobId(f"blob:{place:064x}"), file_name=f"{place}.jpg", terms=place) for place in range(3)
        )
    )
    seen = extract(whole, frozenset({0, 2}))
    assert seen is not None
    assert [(blob.file_name, blob.terms) for blob in seen.blobs] == [("0.jpg", 0), ("2.jpg", 1)]
    assert [seen.terms[blob.terms] for blob in seen.blobs] == [whole.terms[0], whole.terms[2]]


def test_r5_nobody_sees_a_record_by_a_file_alone() -> None:
    whole = record(terms=(*record().terms, terms("wanted_person", "H0")), blobs=(replace(FILE, terms=3),))
    assert extract(whole, frozenset({3})) is None


def test_r6_a_record_without_files_has_the_digest_it_had_before_there_were_any() -> None:
    assert "blobs" not in content_texts(DRAFT)
    with_file = content_digest(content_texts(replace(DRAFT, blobs=(FILE,))))
    assert with_file != content_digest(content_texts(DRAFT))


def test_r21_an_import_keeps_the_files_and_the_terms_they_were_attached_on() -> None:
    held = record(
        blobs=(replace(FILE, terms=0), replace(FILE, id=BlobId("blob:" + "1" * 64), file_name="b.jpg", terms=2))
    )
    again = with_its_files(replace(DRAFT, terms=(held.terms[2],)), held)
    assert again.terms == (held.terms[2], held.terms[0])
    assert [(blob.file_name, again.terms[blob.terms]) for blob in again.blobs] == [
        ("face.jpg", held.terms[0]),
        ("b.jpg", held.terms[2]),
    ]


def test_a_key_shows_in_no_log() -> None:
    assert "key" not in repr(FILE)
