"""Public notices become drafts: persons, entities, warrants; each fault is a notice's own (R50)."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from entente.formats.imports import detect_format, read_import
from entente.formats.public_notices import read_public_notices
from entente.kernel.errors import Invalid
from entente.records.model import RecordDraft, Rejected
from tests.support import reading
from tests.support.reading import unknown, values

TERMS = reading.TERMS.replace(b"kind: sanctioned_entity", b"kind: wanted_person")
RED: dict[str, Any] = {
    "arrest_warrants": [
        {"issuing_country_id": "PT", "charge": "Homicide voluntário", "charge_translation": "Murder"},
        {"issuing_country_id": "PT", "charge": "Homicide voluntário", "charge_translation": "Murder"},
        {"issuing_country_id": "FR", "charge": "Vol", "charge_translation": None},
    ],
    "weight": 0, "forename": "ARDAN", "date_of_birth": "1979/05/04", "entity_id": "2031/75051", "languages_spoken_ids": ["POR"],
    "nationalities": ["XA", "914"], "height": 1.75, "sex_id": "M", "country_of_birth_id": "XB", "name": "VELK",
    "distinguishing_marks": "scar, left hand", "eyes_colors_id": ["BRO", "QQQ"], "hairs_id": ["BLA"], "place_of_birth": "Alba",
    "religion": "a secret word", "more": {"race": "a secret word", "x": ["1", 2, True, None]},
    "_embedded": {"links": []}, "_links": {"self": {"href": "https://notices.example/notices/v1/red/2031-75051"}},
}  # fmt: skip


def line(**changed: object) -> bytes:
    return json.dumps({**RED, **changed}, ensure_ascii=False).encode() + b"\n"


@pytest.fixture(autouse=True)
def _of_wanted_persons(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "TERMS", TERMS)


def rows(data: bytes, dropped: Counter[str] | None = None) -> list[RecordDraft | Rejected]:
    return reading.rows(read_public_notices, data, dropped)


def drafts(data: bytes) -> dict[str, RecordDraft]:
    return reading.drafts(read_public_notices, data)


def test_r50_a_red_notice_is_a_person_with_a_warrant_each_once() -> None:
    dropped: Counter[str] = Counter()
    person, murder, theft = rows(line(), dropped)
    assert isinstance(person, RecordDraft)
    assert isinstance(murder, RecordDraft)
    assert isinstance(theft, RecordDraft)
    said = {name: values(person, name) for name in dict.fromkeys(fact.property for fact in person.facts)}
    assert person.local_id == "notice-2031-75051"
    assert said == {
        "name": ["ARDAN VELK"], "lastName": ["VELK"], "firstName": ["ARDAN"], "birthDate": ["1979-05-04"], "gender": ["male"],
        "birthCountry": ["XB"], "height": ["1.75"], "eyeColor": ["brown", "QQQ"], "hairColor": ["black"],
        "spokenLanguage": ["por"], "birthPlace": ["Alba"], "distinguishingMarks": ["scar, left hand"], "nationality": ["XA"],
        "program": ["INTERPOL red notice"],
        "sourceUrl": ["https://notices.example/notices/v1/red/2031-75051"], "more": [],
    }  # fmt: skip
    assert unknown(person) == {"nationality": "914", "more": "x: 1, 2, true"}
    assert dropped == {"religion": 1, "ethnicity": 1}
    assert person.fragment is not None
    assert b"secret" not in person.fragment.data
    assert (murder.schema, values(murder, "charge"), values(murder, "chargeTranslation"), values(murder, "country")) == (
        "Offence", ["Homicide voluntário"], ["Murder"], ["PT"],
    )  # fmt: skip
    assert [(link.property, link.to) for link in murder.links] == [("suspect", f"{reading.SOURCE}/notice-2031-75051")]
    assert values(theft, "country") == ["FR"]


def test_r50_a_page_of_a_search_a_list_and_lines_are_read_alike() -> None:
    brief = {name: RED[name] for name in ("forename", "date_of_birth", "entity_id", "nationalities", "name", "_links")}
    other = {**brief, "entity_id": "2031/7", "date_of_birth": "1981"}
    page = {"total": 2, "query": {"page": 1}, "_embedded": {"notices": [brief, other]}, "_links": {}}
    as_page = drafts(json.dumps(page).encode())
    assert as_page.keys() == {"notice-2031-75051", "notice-2031-7"}
    for data in (
        json.dumps(page, indent=2).encode(),
        json.dumps([brief, other], indent=2).encode(),
        json.dumps(brief).encode() + b"\n\n" + json.dumps(other).encode(),
    ):
        assert {one: draft.facts for one, draft in drafts(data).items()} == {
            one: draft.facts for one, draft in as_page.items()
        }
    assert values(as_page["notice-2031-7"], "birthDate") == ["1981"]


def test_r50_yellow_and_united_nations_notices_say_what_only_they_have() -> None:
    yellow = {
        "entity_id": "2031/8", "name": "SORN", "forename": "MIRA", "date_of_event": "2030/01/02", "father_forename": "ILO",
        "father_name": "SORN", "sex_id": "U", "date_of_birth": "1980/00/00", "birth_name": "TAL",
    }  # fmt: skip
    entity = {
        "entity_id": "2031/9", "name": "Velk Trading", "un_reference": "QDe.1", "legal_form": "Ltd", "aliases": ["VT"],
        "_links": {"self": {"href": "/notices/v1/un/entities/2031-9"}},
    }  # fmt: skip
    missing = drafts(json.dumps(yellow).encode())["notice-2031-8"]
    assert (values(missing, "program"), values(missing, "fatherName")) == (["INTERPOL yellow notice"], ["ILO SORN"])
    assert (values(missing, "birthDate"), values(missing, "gender"), values(missing, "maidenName")) == (
        ["1980"],
        [],
        ["TAL"],
    )
    assert unknown(missing) == {"dateOfEvent": "2030/01/02"}
    listed = drafts_of_sanctions(json.dumps(entity).encode())["notice-2031-9"]
    assert (listed.schema, values(listed, "name"), values(listed, "alias")) == (
        "Organization",
        ["Velk Trading"],
        ["VT"],
    )
    assert values(listed, "program") == ["INTERPOL-United Nations Security Council special notice"]


def drafts_of_sanctions(data: bytes) -> dict[str, RecordDraft]:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(reading, "TERMS", TERMS.replace(b"kind: wanted_person", b"kind: sanctioned_entity"))
        return drafts(data)


@pytest.mark.parametrize(
    ("broken", "field", "entry"),
    [
        (line(date_of_birth="1979/02/30"), "date", "notice-2031-75051"),
        (line(entity_id="x/1"), "entity_id", ""),
        (line(entity_id=None), "entity_id", ""),
        (line(name=None, forename=""), "name", "notice-2031-75051"),
        (b"[1]\n", "notice", ""),
        (b'{"entity_id": "2031/1", "name": "x", "name": "y"}\n', "line", ""),
        (b'{"entity_id": "2031/1", "height": NaN}\n', "line", ""),
        (b"{broken\n", "line", ""),
        (b'{"entity_id": "\xff"}\n', "line", ""),
        (b'{"entity_id": "2031/1", "name": "\\ud800"}\n', "line", ""),
        (b"[" * 100_000 + b"\n", "line", ""),
        (line(more=[[[[[[[[[["deep"]]]]]]]]]]), "notice", ""),
        (line(weight=int("9" * 4_000)), "", ""),
    ],
)
def test_r50_a_broken_notice_is_rejected_and_the_rest_goes_on(broken: bytes, field: str, entry: str) -> None:
    good = line(entity_id="2031/2", arrest_warrants=[])
    found = rows(good + broken + line(entity_id="2031/3", arrest_warrants=[]))
    rejected = [row for row in found if isinstance(row, Rejected)]
    if field:
        assert [(row.field, row.entry) for row in rejected] == [(field, entry)]
    assert {"notice-2031-2", "notice-2031-3"} <= {row.local_id for row in found if isinstance(row, RecordDraft)}
    # The same in the first line.
    assert any(isinstance(row, RecordDraft) for row in rows(broken + good))


def test_r50_a_number_that_stands_twice_is_taken_once() -> None:
    found = rows(line() + line(name="OTHER"))
    assert [row.field for row in found if isinstance(row, Rejected)] == ["entity_id"]


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_r50_notices_are_known_by_their_content(tmp_path: Path, pack: Any) -> None:  # noqa: ANN401 - a function
    file = tmp_path / "list.jsonl"
    file.write_bytes(pack(line()))
    assert detect_format(file) == "public_notices"
    with read_import(file, reading.terms()) as opened:
        assert len(list(opened.rows)) == 3


def test_r50_a_page_without_a_notice_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "page.json"
    file.write_text('{"total": 0, "query": {}, "_embedded": {"notices": []}, "_links": {}}')
    with pytest.raises(Invalid, match="cannot be imported") as refused, read_import(file, reading.terms()):
        pass
    assert "has not one" in refused.value.why
