"""Files for import: what is opened, what is refused before a record of it is taken, on what terms, and how rejects are kept."""

import bz2
import errno
import gzip
import hashlib
import io
import json
import os
import random
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from entente.disclosure.model import DisclosureClass
from entente.formats import import_files
from entente.formats.codelists import load_code_lists
from entente.formats.import_files import LINE_BYTES_MAX, RATIO_FREE_BYTES
from entente.formats.imports import (
    FileIdentity,
    ImportTerms,
    detect_format,
    open_import,
    read_import,
    read_terms,
    write_reject,
)
from entente.formats.operator_files import OperatorFiles
from entente.formats.schemata import load_schemata
from entente.handling.model import Restriction, RestrictionMode, Retention, ReviewState
from entente.kernel.errors import Invalid, Unavailable
from entente.kernel.ids import BodyId, InstrumentId
from entente.records.model import RecordDraft, Rejected
from entente.records.rules import check_draft
from tests.support import eu_list, un_list
from tests.support.packed import bzip2_of_parts

DEMO = Path(__file__).resolve().parents[3] / "demo"
SOURCE = BodyId("body:xa")
TERMS = b"""title: Wanted persons of XA
instrument: police-data-agreement
kind: wanted_person
kind_by_schema: {Vehicle: vehicle}
purposes: [arrest, locate]
crime_areas: [fugitives]
handling: [H2]
confidentiality: restricted
source_evaluation: A
information_evaluation: 1
subject: {Person: wanted}
marks: [minor]
excluded: ['body:xb']
retention: {review_after_years: 1, erase_after_years: 4}
"""
LINE = b'{"id": "p-1", "schema": "Person", "properties": {"name": ["Ardan Velk"]}}\n'
XML = b'<?xml version="1.0" encoding="utf-8"?>\n<Sanctions xmlns="https://example.org/ADVANCED_XML"><DistinctParty/><DistinctParties/></Sanctions>\n'
UN = un_list.xml(un_list.individual(7))
EU = eu_list.xml(eu_list.entry(7))


def kept(folder: Path, data: bytes, name: str = "list.bin") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def zipped(*members: tuple[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return target.getvalue()


def content(path: Path) -> bytes:
    with open_import(path) as (stream, _):
        return stream.read()


def refusal(path: Path) -> str:
    with pytest.raises(Invalid) as refused, open_import(path):
        raise AssertionError("the file was handed out")
    error = refused.value
    assert path.name in error.what
    assert error.why
    assert error.do
    return error.why


def terms(data: bytes = TERMS, today: date = date(2031, 2, 3)) -> ImportTerms:
    return read_terms(data, load_code_lists(), source=SOURCE, today=today)


@pytest.mark.parametrize(
    ("data", "found"), [(LINE * 50, "ftm"), (XML, "sdn_advanced"), (UN, "un_consolidated"), (EU, "eu_fsf")]
)
def test_a_file_is_opened_by_its_content_and_never_by_its_name(tmp_path: Path, data: bytes, found: str) -> None:
    for packed in (data, gzip.compress(data), bz2.compress(data), zipped(("inner.txt", data))):
        path = kept(tmp_path, packed)
        assert content(path) == data
        assert detect_format(path) == found


def test_a_file_is_known_by_name_day_and_hash_of_its_bytes_on_disk(tmp_path: Path) -> None:
    packed = gzip.compress(LINE)
    path = kept(tmp_path, packed, "wanted.jsonl.gz")
    os.utime(path, (1_900_000_000, 1_900_000_000))
    with open_import(path) as (_, file):
        assert file == FileIdentity("wanted.jsonl.gz", hashlib.sha256(packed).hexdigest(), "2030-03-17")


@pytest.mark.parametrize("data", [b"", b" \n\n", b"\xef\xbb\xbf"])
def test_an_empty_file_is_refused(tmp_path: Path, data: bytes) -> None:
    assert "empty" in refusal(kept(tmp_path, data))


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    assert "cannot be opened" in refusal(tmp_path / "gone.xml")


@pytest.mark.parametrize("data", [b"name,born\n", b"<html></html>", b"%PDF-1.7", gzip.compress(gzip.compress(LINE))])
def test_a_file_of_no_known_format_is_refused(tmp_path: Path, data: bytes) -> None:
    assert "neither" in refusal(kept(tmp_path, data))


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress])
def test_a_truncated_compressed_file_is_refused_though_its_beginning_is_good(tmp_path: Path, pack: type) -> None:
    data = pack(b"".join(LINE.replace(b"p-1", b"p-%d" % number) for number in range(60_000)))
    assert "ends in the middle" in refusal(kept(tmp_path, data[: len(data) * 3 // 4]))


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lambda data: zipped(("a", data))])
def test_a_damaged_compressed_file_is_refused(tmp_path: Path, pack: type) -> None:
    data = bytearray(pack(os.urandom(5_000).hex().encode().join([b'{"', b'"}'])))
    data[len(data) // 2] ^= 0xFF
    assert "damaged" in refusal(kept(tmp_path, bytes(data)))


def test_a_truncated_archive_is_refused(tmp_path: Path) -> None:
    assert "damaged" in refusal(kept(tmp_path, zipped(("a", LINE))[:-30]))


@pytest.mark.parametrize("members", [(), (("a", LINE), ("b", LINE))])
def test_an_archive_that_is_not_of_one_list_is_refused(tmp_path: Path, members: tuple[tuple[str, bytes], ...]) -> None:
    data = zipped(*members) if members else zipped(("folder/", b""))
    assert f"files in the archive: {len(members)}," in refusal(kept(tmp_path, data))


@pytest.mark.parametrize("pack", [gzip.compress, bzip2_of_parts, lambda data: zipped(("a", data))])
def test_a_zip_bomb_is_refused_before_it_unfolds_beyond_the_bound(
    tmp_path: Path, pack: Callable[[bytes], bytes]
) -> None:
    bomb = pack(b"{}\n" * (RATIO_FREE_BYTES * 2))
    assert len(bomb) < RATIO_FREE_BYTES / 100
    assert "unfolds to more than" in refusal(kept(tmp_path, bomb))


def test_a_list_beyond_the_total_size_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_files, "TOTAL_BYTES_MAX", 1_000)
    assert content(kept(tmp_path, LINE * 10)) == LINE * 10
    assert "unfolds to more than 1 kB" in refusal(kept(tmp_path, LINE * 100))


def test_an_oversized_line_is_refused(tmp_path: Path) -> None:
    path = kept(tmp_path, LINE + b'{"id": "' + b"x" * LINE_BYTES_MAX + b'"}\n')
    assert "line 2 has more than" in refusal(path)


@pytest.mark.parametrize(
    "data",
    [
        LINE + LINE.replace(b"Velk", b"V\xe9lk"),
        LINE.decode().encode("utf-16"),
        XML.replace(b"<DistinctParties/>", b"<DistinctParties>\xe9</DistinctParties>"),
        XML.replace(b'"utf-8"', b'"windows-1251"'),
    ],
)
def test_a_file_that_is_not_utf_8_is_refused(tmp_path: Path, data: bytes) -> None:
    assert "UTF-8" in refusal(kept(tmp_path, data))


@pytest.mark.parametrize(
    "data", [XML[:-14], XML.replace(b"<DistinctParties/>", b"<DistinctParties>"), XML + b"<more/>"]
)
def test_xml_that_is_malformed_or_truncated_is_refused_before_its_first_party(tmp_path: Path, data: bytes) -> None:
    assert "not well-formed" in refusal(kept(tmp_path, data))


@pytest.mark.parametrize(
    ("data", "old", "new", "why"),
    [
        (UN, b"CONSOLIDATED_LIST", b"CONSOLIDATED", "its root is «CONSOLIDATED»"),
        (UN, b"CONSOLIDATED_LIST", b"un:CONSOLIDATED_LIST", "neither"),
        (UN, b"<CONSOLIDATED_LIST", b'<CONSOLIDATED_LIST xmlns="https://example.org/2"', "https://example.org/2"),
        (UN, b"INDIVIDUAL>", b"PERSON>", "not one entry"),
        (EU, b"/fsd/export", b"/fsd/export/2", "fpi/fsd/export/2"),
        (EU, b' xmlns="http://eu.europa.ec/fpi/fsd/export"', b"", "stands in no namespace"),
        (EU, b"sanctionEntity", b"sanctionedEntity", "not one entry"),
        (XML, b"DistinctParty/", b"Party/", "not one entry"),
    ],
)
def test_r43_a_list_whose_publisher_changed_its_form_is_refused_whole(
    tmp_path: Path, data: bytes, old: bytes, new: bytes, why: str
) -> None:
    changed = data.replace(old, new)
    assert changed != data
    assert why in refusal(kept(tmp_path, changed))


def test_a_prefix_for_the_namespace_is_no_other_form(tmp_path: Path) -> None:
    data = EU.replace(b"<", b"<f:").replace(b"<f:/", b"</f:").replace(b"<f:?", b"<?").replace(b"xmlns=", b"xmlns:f=")
    assert detect_format(kept(tmp_path, data)) == "eu_fsf"
    with read_import(tmp_path / "list.bin", terms()) as opened:
        assert [type(row) for row in opened.rows] == [RecordDraft, RecordDraft]


def test_a_root_that_only_stands_in_a_comment_tells_no_format(tmp_path: Path) -> None:
    assert "neither" in refusal(kept(tmp_path, b"<!-- <Sanctions> --><CONSOLIDATED><a/></CONSOLIDATED>"))


@pytest.mark.parametrize("padding", [b"<x/>" * 40_000, b"<x>" + b"a" * 200_000 + b"</x>", b" " * 200_000])
def test_what_stands_between_two_entries_is_bounded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, padding: bytes
) -> None:
    monkeypatch.setattr(import_files, "ENTRY_BYTES_MAX", 100_000)
    many = un_list.xml(*(un_list.individual(number) for number in range(1, 500)))
    assert len(many) > 200_000
    assert content(kept(tmp_path, many)) == many
    assert "100 kB" in refusal(kept(tmp_path, many.replace(b"<ENTITIES>", padding + b"<ENTITIES>")))


def test_entries_that_were_read_leave_nothing_behind_however_they_are_wrapped() -> None:
    wrapped = b"<a>" + b"<b><c/><INDIVIDUAL>x</INDIVIDUAL></b>" * 1_000 + b"</a>"
    for _, element in import_files.iterate_xml(io.BytesIO(wrapped), ("INDIVIDUAL",), "list.xml"):
        import_files.discard(element)
        assert len(element.getroottree().getroot()) <= 2_000
    assert len(list(element.getroottree().getroot().iter())) < 10


@pytest.mark.parametrize("padding", [b"", b"<!-- " + b"x" * 100_000 + b" -->"])
def test_an_entity_bomb_is_refused(tmp_path: Path, padding: bytes) -> None:
    entities = b"".join(b'<!ENTITY e%d "%s">' % (step, b"&e%d;" % (step - 1) * 10) for step in range(1, 10))
    bomb = b'<!DOCTYPE Sanctions [<!ENTITY e0 "ha">' + entities + b"]>"
    data = XML.replace(b"<Sanctions", padding + bomb + b"<Sanctions", 1).replace(b"<DistinctParties/>", b"&e9;")
    assert refusal(kept(tmp_path, data))


def test_xml_nested_without_end_is_refused(tmp_path: Path) -> None:
    deep = XML.replace(b"<DistinctParties/>", b"<a>" * 100_000 + b"</a>" * 100_000)
    assert refusal(kept(tmp_path, deep))


def test_terms_give_every_record_its_class() -> None:
    given = terms()
    assert given.class_for("Person") == DisclosureClass(
        source=SOURCE,
        kind="wanted_person",
        instrument=None,
        purposes=frozenset({"arrest", "locate"}),
        crime_areas=frozenset({"fugitives"}),
        handling=frozenset({"H2"}),
        confidentiality="restricted",
        source_evaluation=given.source_evaluation,
        information_evaluation=given.information_evaluation,
        status="wanted",
        marks=frozenset({"minor"}),
        restrictions=frozenset({Restriction(RestrictionMode.EXCLUDE, frozenset({BodyId("body:xb")}))}),
        review=ReviewState.NOT_REQUIRED,
    )
    assert (given.class_for("Vehicle").kind, given.class_for("Vehicle").status) == ("vehicle", "none")


def test_the_instrument_is_named_by_its_short_name_and_set_by_the_caller() -> None:
    given = terms()
    assert (given.instrument_name, given.instrument) == ("police-data-agreement", None)
    assert given.under(InstrumentId("instrument:1")).class_for("Person").instrument == "instrument:1"
    alone = terms(TERMS.replace(b"instrument: police-data-agreement\n", b""))
    assert alone.instrument_name == ""


def test_the_same_terms_within_a_year_have_the_same_retention() -> None:
    assert terms(today=date(2031, 1, 1)).retention == terms(today=date(2031, 12, 31)).retention
    assert terms().retention == Retention(review_on=date(2033, 1, 1), erase_on=date(2036, 1, 1))


def test_terms_may_state_their_end_as_days() -> None:
    days = TERMS.replace(
        b"{review_after_years: 1, erase_after_years: 4}", b"{review_on: 2032-05-01, erase_on: '2035-05-01'}"
    )
    assert terms(days).retention == Retention(review_on=date(2032, 5, 1), erase_on=date(2035, 5, 1))


@pytest.mark.parametrize(
    ("old", "new", "line", "field"),
    [
        (
            b"{review_after_years: 1, erase_after_years: 4}",
            b"{review_on: 2032-05-01, erase_on: 2031-05-01}",
            14,
            "retention",
        ),
        (
            b"{review_after_years: 1, erase_after_years: 4}",
            b"{review_on: x, erase_on: 2031-05-01}",
            14,
            "retention.review_on",
        ),
        (b"[H2]", b"[H9]", 7, "handling"),
        (b"[arrest, locate]", b"[curiosity]", 5, "purposes"),
        (b"[arrest, locate]", b"[]", 5, "purposes"),
        (b"[fugitives]", b"[politics]", 6, "crime_areas"),
        (b"kind: wanted_person", b"kind: message", 3, "kind"),
        (b"{Vehicle: vehicle}", b"{Vehicle: cars}", 4, "kind_by_schema.Vehicle"),
        (b"restricted", b"secret", 8, "confidentiality"),
        (b"source_evaluation: A", b"source_evaluation: E", 9, "source_evaluation"),
        (b"information_evaluation: 1", b"information_evaluation: 7", 10, "information_evaluation"),
        (b"{Person: wanted}", b"{Person: guilty}", 11, "subject.Person"),
        (b"[minor]", b"[tall]", 12, "marks"),
        (b"excluded: ['body:xb']", b"excluded: body:xb", 13, "excluded"),
        (b"review_after_years: 1", b"review_after_years: 9", 14, "retention"),
        (b"erase_after_years: 4", b"erase_after_years: 400", 14, "retention.erase_after_years"),
        (b", erase_after_years: 4", b"", 14, "retention"),
        (b"title: Wanted persons of XA", b"title: ''", 1, "title"),
        (b"marks: [minor]", b"mark: [minor]", 12, "mark"),
    ],
)
def test_terms_that_cannot_be_used_are_refused_with_line_and_field(
    old: bytes, new: bytes, line: int, field: str
) -> None:
    assert old in TERMS
    with pytest.raises(Invalid) as refused:
        terms(TERMS.replace(old, new))
    assert (refused.value.field, f"line {line}," in refused.value.what) == (field, True), refused.value.what


def test_a_reject_is_one_line_of_json_with_place_and_reason() -> None:
    target = io.StringIO()
    write_reject(target, Rejected("line 3", "birthDate", "«1979-02-30» is not a possible date", '{"id":\n"Ж"}'))
    write_reject(target, Rejected("party 7", "name", "the party has no name", ""))
    first, second = target.getvalue().splitlines()
    assert json.loads(first) == {
        "place": "line 3",
        "field": "birthDate",
        "why": "«1979-02-30» is not a possible date",
        "raw": '{"id":\n"Ж"}',
    }
    assert json.loads(second)["place"] == "party 7"


def test_an_import_hands_out_rows_and_counts_what_it_drops(tmp_path: Path) -> None:
    sensitive = LINE.replace(b'"name"', b'"religion": ["x"], "name"').replace(b"p-1", b"p-2")
    with read_import(kept(tmp_path, LINE + sensitive + b"{}\n"), terms()) as opened:
        rows = list(opened.rows)
    assert [type(row) for row in rows] == [RecordDraft, RecordDraft, Rejected]
    assert (opened.format, opened.dropped) == ("ftm", {"religion": 1})


@pytest.mark.parametrize(
    ("data", "on", "counts"),
    [
        ("sdn_extract.xml.bz2", "sanctions.yaml", {"Person": 46, "Organization": 16, "Vessel": 4}),
        ("wanted_xa.ftm.jsonl", "wanted.yaml", {"Person": 12, "Passport": 12, "Offence": 7}),
        ("seizures_xa.ftm.jsonl", "drugs.yaml", {"Seizure": 10, "Substance": 5, "Place": 3}),
    ],
)
def test_the_data_of_the_demonstration_is_whole_and_well_formed(data: str, on: str, counts: dict[str, int]) -> None:
    given = terms((DEMO / "terms" / on).read_bytes())
    with read_import(DEMO / "data" / data, given) as opened:
        rows = list(opened.rows)
    drafts = [row for row in rows if isinstance(row, RecordDraft)]
    assert len(drafts) == len(rows)
    for draft in drafts:
        check_draft(draft, load_schemata(), load_code_lists())
    made = [draft.schema for draft in drafts]
    assert {schema: made.count(schema) for schema in counts} == counts
    ids = {f"{SOURCE}/{draft.local_id}" for draft in drafts}
    assert len(ids) == len(drafts)
    assert {link.to for draft in drafts for link in draft.links} <= ids
    assert given.instrument_name


@pytest.mark.parametrize("rows", [1, 2_000])
def test_rejects_that_do_not_fit_on_the_disk_are_said_and_leave_no_half_file(
    rows: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Full(io.FileIO):
        def write(self, data: object) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

    def opened(path: Path, mode: str, *, encoding: str) -> io.TextIOWrapper:
        return io.TextIOWrapper(io.BufferedWriter(Full(path, mode)), encoding=encoding)

    monkeypatch.setattr(Path, "open", opened)
    file = tmp_path / "rejects.jsonl"

    def reject() -> None:
        with OperatorFiles(load_code_lists()).rejects(file) as keep:
            for row in range(rows):
                keep(Rejected(f"line {row}", "name", "the party has no name", "x" * 100))

    with pytest.raises(Unavailable, match=r"rejects\.jsonl cannot be written on") as raised:
        reject()
    assert raised.value.retry_is_safe
    assert [*tmp_path.iterdir()] == []


@pytest.mark.parametrize("pack", [bytes, gzip.compress, lambda data: zipped(("list.jsonl", data))])
def test_how_much_of_a_file_was_read_grows_with_its_rows(tmp_path: Path, pack: Callable[[bytes], bytes]) -> None:
    """Of a packed file too, whose rows nobody can count before."""
    noise = random.Random(7)
    row = {"schema": "Person", "properties": {"name": ["Velk"]}}
    lines = [json.dumps({**row, "id": f"p-{place}", "x": noise.randbytes(400).hex()}) for place in range(3_000)]
    file = kept(tmp_path, pack("\n".join(lines).encode()))
    shares = []
    with read_import(file, terms()) as opened:
        for number, _ in enumerate(opened.rows):
            if number % 1_000 == 0:
                shares.append(opened.share())
        shares.append(opened.share())
    first, *_, last = shares
    assert first is not None
    assert first < 700
    assert last is not None
    assert last >= 995, "what packs a file may write its contents behind it"
    assert shares == sorted(share or 0 for share in shares)
