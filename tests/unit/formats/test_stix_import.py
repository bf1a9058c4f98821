"""A bundle of STIX 2.1 becomes drafts, one an object, tightened by its markings; each fault is an object's own (R54, R55)."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from entente.formats.codelists import load_code_lists
from entente.formats.import_terms import ImportTerms
from entente.formats.imports import detect_format, read_import
from entente.formats.schemata import load_schemata
from entente.formats.stix_bundle import standing_of
from entente.formats.stix_words import OUR_CODES, OURS, TLP_2
from entente.kernel.errors import Invalid
from entente.kernel.ids import InstrumentId
from entente.records.checking import Prepared
from entente.records.model import Fragment, RecordDraft, Rejected
from entente.records.originals import OriginalStanding, Revoked
from entente.records.rules import check_draft, check_local_id
from tests.support import reading
from tests.support.reading import SOURCE, unknown, values
from tests.support.stix_bundle import bundle, observable, person, relationship, stix, stix_id

TERMS = reading.TERMS.replace(
    b"kind: sanctioned_entity",
    b"kind: person_of_interest\nkind_by_schema:"
    b" {OnlineService: online_trace, Handle: online_trace, Device: online_trace, CryptoWallet: crypto_asset}",
)
INSTRUMENT = InstrumentId("instrument:x")
TLP_1_RED = "marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed"
Row = RecordDraft | Rejected | Revoked


class Reading:
    """What was read of a bundle."""

    def __init__(self, folder: Path, data: bytes, terms: ImportTerms | None = None) -> None:
        file = folder / "bundle.json"
        file.write_bytes(data)
        with read_import(file, terms or reading.terms().under(INSTRUMENT)) as opened:
            self.rows: list[Row] = [row for row in opened.rows if not isinstance(row, Prepared)]
            self.losses, self.dropped, self.meanings = opened.losses, opened.dropped, opened.meanings()
        self.drafts = {row.local_id: row for row in self.rows if isinstance(row, RecordDraft)}
        for draft in self.drafts.values():
            check_local_id(draft.local_id)
            check_draft(draft, load_schemata(), load_code_lists())

    @property
    def rejected(self) -> list[Rejected]:
        return [row for row in self.rows if isinstance(row, Rejected)]

    @property
    def only(self) -> RecordDraft:
        [draft] = self.drafts.values()
        return draft


@pytest.fixture(autouse=True)
def _terms(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "TERMS", TERMS)


def said(draft: RecordDraft) -> dict[str, list[str]]:
    return {fact.property: values(draft, fact.property) for fact in draft.facts if not fact.is_unknown_property}


@pytest.mark.parametrize(
    ("found", "schema", "facts"),
    [
        (person(1, roles=["clerk"], sectors=["energy"], labels=["a", "b"], description="one\ntwo"), "Person",
         {"name": ["Person 1"], "position": ["clerk"], "sector": ["energy"], "keywords": ["a", "b"],
          "description": ["one\ntwo"]}),
        (person(1, identity_class="organization"), "Organization", {"name": ["Person 1"]}),
        (person(1, identity_class="group"), "LegalEntity", {"name": ["Person 1"]}),
        (person(1, identity_class=None), "LegalEntity", {"name": ["Person 1"]}),
        (person(1, identity_class={"x": []}), "LegalEntity", {"name": ["Person 1"]}),
        (stix("threat-actor", 1, name="Velk", aliases=["Red"], resource_level="individual"), "Person",
         {"name": ["Velk"], "alias": ["Red"]}),
        (stix("threat-actor", 1, name="Velk", resource_level="team"), "Organization", {"name": ["Velk"]}),
        (stix("threat-actor", 1, name="Velk"), "LegalEntity", {"name": ["Velk"]}),
        (stix("intrusion-set", 1, name="Ring", resource_level="organization"), "Organization", {"name": ["Ring"]}),
        (observable("cryptocurrency-wallet", 1, value="1abc", currency="XBT"), "CryptoWallet",
         {"publicKey": ["1abc"], "currency": ["XBT"]}),
        (observable("cryptocurrency-wallet", 1, address="1abc", symbol="XBT"), "CryptoWallet",
         {"publicKey": ["1abc"], "currency": ["XBT"]}),
        (observable("email-addr", 1, value="a@b.example", display_name="A"), "Handle",
         {"email": ["a@b.example"], "handle": ["a@b.example"], "name": ["A"]}),
        (observable("user-account", 1, account_login="red", user_id="7", display_name="Red"), "Handle",
         {"handle": ["red"], "accountId": ["7"], "name": ["Red"]}),
        (observable("domain-name", 1, value="x.example"), "OnlineService", {"domain": ["x.example"]}),
        (observable("url", 1, value="https://x.example/y"), "OnlineService", {"url": ["https://x.example/y"]}),
        (observable("ipv4-addr", 1, value="192.0.2.7"), "OnlineService", {"ipAddress": ["192.0.2.7"]}),
        (observable("ipv6-addr", 1, value="2001:db8::7"), "OnlineService", {"ipAddress": ["2001:db8::7"]}),
        (observable("mac-addr", 1, value="00:00:5e:00:53:01"), "Device", {"macAddress": ["00:00:5e:00:53:01"]}),
        (stix("location", 1, country="xa", city="Alba", street_address="Quay 1", postal_code="12", latitude=1.5, longitude=-2.5),
         "Address", {"country": ["XA"], "city": ["Alba"], "street": ["Quay 1"], "postalCode": ["12"], "latitude": ["1.5"],
                     "longitude": ["-2.5"]}),
        (stix("grouping", 1, name="G", context="unspecified", object_refs=[stix_id("malware", 2)]), "Document",
         {"title": ["G"]}),
    ],
)  # fmt: skip
def test_r54_each_type_becomes_the_schema_that_fits_it(
    tmp_path: Path, found: dict[str, Any], schema: str, facts: dict[str, list[str]]
) -> None:
    read = Reading(tmp_path, bundle(found))
    assert (read.only.local_id, read.only.schema, said(read.only)) == (found["id"], schema, facts)
    assert read.only.fragment is not None
    assert json.loads(read.only.fragment.data) == found
    assert read.only.fragment.format == "stix"


def test_r54_a_network_of_addresses_and_what_no_record_has_are_kept_under_their_own_names(tmp_path: Path) -> None:
    read = Reading(
        tmp_path, bundle(observable("ipv4-addr", 1, value="192.0.2.0/24", x_seen=[1, True], x_more={"a": ["b"]}))
    )
    assert unknown(read.only) == {"value": "192.0.2.0/24", "xSeen": "true", "xMore": "a: b"}
    assert read.losses == {"property": 4}
    assert read.meanings["property"]


def test_r54_external_references_say_where_it_is_from(tmp_path: Path) -> None:
    references = [
        {"source_name": "source", "url": "https://x.example/1"},
        {"source_name": "list", "external_id": "G1", "url": "https://x.example/2", "description": "what it is"},
        {"source_name": "paper"},
    ]
    read = Reading(tmp_path, bundle(person(1, external_references=references)))
    assert values(read.only, "sourceUrl") == ["https://x.example/1", "https://x.example/2"]
    kept = [fact.value for fact in read.only.facts if fact.property == "externalReference"]
    assert kept == ["list G1: what it is", "paper"]


def test_r54_links_lead_forwards_backwards_and_outside_and_never_to_what_is_no_record(tmp_path: Path) -> None:
    first, wallet, outside = stix_id("identity", 1), stix_id("cryptocurrency-wallet", 2), stix_id("identity", 77)
    read = Reading(tmp_path, bundle(
        relationship(
            10, first, wallet, relationship_type="uses", start_time="2030-02-03T04:05:06Z", stop_time="2030-02-04T00:00:00Z"
        ),
        relationship(11, first, outside),
        relationship(12, first, stix_id("malware", 5)),
        relationship(13, stix_id("identity", 3), first),
        relationship(14, first, first),
        person(1), observable("cryptocurrency-wallet", 2, value="1abc"), person(3, identity_class="system"),
        stix("malware", 5, name="m", is_family=False),
        stix("sighting", 20, sighting_of_ref=first, where_sighted_refs=[outside, stix_id("identity", 3)], count=2),
        stix("sighting", 21, sighting_of_ref=stix_id("malware", 9)),
    ))  # fmt: skip
    links = {
        row.local_id: [(link.property, link.to.removeprefix(f"{SOURCE}/")) for link in row.links]
        for row in read.drafts.values()
        if row.links
    }
    assert links == {
        stix_id("relationship", 10): [("subject", first), ("object", wallet)],
        stix_id("relationship", 11): [("subject", first), ("object", outside)],
        stix_id("relationship", 14): [("subject", first), ("object", first)],
        stix_id("sighting", 20): [("subject", first), ("object", outside)],
    }  # fmt: skip
    uses = read.drafts[stix_id("relationship", 10)]
    assert said(uses) == {"role": ["uses"], "startDate": ["2030-02-03"], "endDate": ["2030-02-04"]}
    assert read.losses == {"end": 4, "time": 1, "type malware": 1, "no_subject": 1, "property": 1}
    assert read.rejected == []


def test_r54_a_report_is_a_document_and_what_it_is_about_links_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("entente.formats.stix_bundle.LINKS_MAX", 3)
    report = stix_id("report", 9)
    refs = [stix_id("identity", number) for number in range(1, 6)]
    about = stix(
        "report",
        9,
        name="R",
        published="2030-02-03T00:00:00Z",
        object_refs=[*refs, report, stix_id("tool", 1), refs[0]],
    )
    read = Reading(tmp_path, bundle(about))
    assert said(read.drafts[report]) == {"title": ["R"], "publishedAt": ["2030-02-03"]}
    linked: list[str] = []
    for part in ("objects", "objects-2", "objects-3"):
        subject, *objects = read.drafts[f"{report}-{part}"].links
        assert (subject.property, subject.to) == ("subject", f"{SOURCE}/{report}")
        linked += [link.to.removeprefix(f"{SOURCE}/") for link in objects]
    assert (linked, read.losses) == (refs, {"end": 1})


def test_r54_nobody_s_politics_religion_or_race_is_carried_nor_what_opens_a_door(tmp_path: Path) -> None:
    actor = stix(
        "threat-actor", 1, name="Velk", primary_motivation="ideology", secondary_motivations=["ideology", "revenge"],
        threat_actor_types=["activist", "spy", "criminal"], labels=["religion: secret", "plain"], x_acme_ethnic_group="secret",
        x_more={"inner": [{"political_party": "secret"}], "kept": 1},
    )  # fmt: skip
    account = observable(
        "user-account", 2, account_login="red", credential="secret", extensions={"x": {"private-key": "secret"}}
    )
    state = stix("threat-actor", 3, name="secret", threat_actor_types=["nation-state"])
    organ = stix("intrusion-set", 4, name="secret", resource_level="government")
    read = Reading(tmp_path, bundle(actor, account, state, organ, relationship(9, state["id"], actor["id"])))
    assert read.drafts.keys() == {actor["id"], account["id"]}
    kept = "".join(f"{row.facts}{row.fragment.data.decode() if row.fragment else ''}" for row in read.drafts.values())
    assert "secret" not in kept
    assert "ideology" not in kept
    assert "activist" not in kept
    assert "spy" not in kept
    assert ("plain" in kept, "revenge" in kept, "criminal" in kept) == (True, True, True)
    assert read.dropped == {
        "political": 5, "religion": 1, "ethnicity": 1, "password": 1, "privateKey": 1, "state_actor": 2,
    }  # fmt: skip
    assert read.losses["end"] == 1


def test_r54_a_rejected_object_does_not_show_its_religion(tmp_path: Path) -> None:
    [row] = Reading(tmp_path, bundle(person(1, name="", x_religion="secret"))).rejected
    assert "secret" not in row.raw
    assert row.entry == stix_id("identity", 1)


def definition(number: int, **fields: object) -> dict[str, Any]:
    return stix("marking-definition", number, modified=None, **fields)


@pytest.mark.parametrize(
    ("marking", "code", "is_shared"),
    [
        *((TLP_2[code], code, code in {"TLP:CLEAR", "TLP:GREEN"}) for code in TLP_2), (TLP_1_RED, "TLP:RED", False),
        (OUR_CODES["H1"], "H1", True), (OUR_CODES["H2"], "H2", False), (OUR_CODES["H3"], "H3", False),
        (stix_id("marking-definition", 30), "TLP:GREEN", True), (stix_id("marking-definition", 31), "TLP:AMBER+STRICT", False),
        (stix_id("marking-definition", 32), "H3", False), (stix_id("marking-definition", 99), "H3", False),
    ],
)  # fmt: skip
def test_r54_a_marking_tightens_the_terms_wherever_it_is_defined(
    tmp_path: Path,
    marking: str,
    code: str,
    is_shared: bool,  # noqa: FBT001 - a row of the table
) -> None:
    tlp_2 = {"extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d": {"tlp_2_0": "amber+strict"}}
    read = Reading(tmp_path, bundle(
        person(1, object_marking_refs=[marking]),
        definition(30, definition_type="tlp", definition={"tlp": "green"}),
        definition(31, name="TLP:AMBER+STRICT", extensions=tlp_2),
        definition(32, definition_type="statement", definition={"statement": "Ask us first."}),
    ))  # fmt: skip
    [terms] = read.only.terms
    assert terms.handling == {"H0", code}
    assert (terms.instrument == INSTRUMENT) is is_shared
    assert read.losses.get("kept_at_home", 0) == (not is_shared)
    words = {stix_id("marking-definition", 32): "Ask us first.", stix_id("marking-definition", 99): marking}.get(
        marking
    )
    assert unknown(read.only).get("marking") == words


def test_r54_markings_of_a_part_count_for_all_of_it(tmp_path: Path) -> None:
    granular = [{"marking_ref": TLP_2["TLP:RED"], "selectors": ["name"]}, {"lang": "fr", "selectors": ["name"]}]
    read = Reading(tmp_path, bundle(person(1, granular_markings=granular)))
    assert read.only.terms[0].handling == {"H0", "TLP:RED"}
    assert read.losses == {"granular_marking": 2, "kept_at_home": 1}


@pytest.mark.parametrize(
    ("confidence", "evaluation"), [(None, "2"), (100, "2"), (60, "2"), (59, "3"), (40, "3"), (39, "4"), (0, "4")]
)
def test_r54_confidence_lowers_the_evaluation_and_never_raises_it(
    tmp_path: Path, confidence: int | None, evaluation: str
) -> None:
    assert (
        Reading(tmp_path, bundle(person(1, confidence=confidence))).only.terms[0].information_evaluation == evaluation
    )


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"id": "identity--1"}, "id"), ({"id": stix_id("tool", 1)}, "id"), ({"id": 7}, "id"), ({"id": None}, "id"),
        *(({"spec_version": version}, "spec_version") for version in ("2.0", None, [2])),
        ({"created": "2031-01-02"}, "created"), ({"created": None}, "created"), ({"modified": "2031-02-30T00:00:00Z"}, "date"),
        ({"modified": "2030-01-01T00:00:00Z"}, "modified"), ({"name": None}, "name"), ({"name": ["", " "]}, "name"),
        ({"confidence": 101}, "confidence"), ({"confidence": True}, "confidence"), ({"confidence": "90"}, "confidence"),
        *(({"object_marking_refs": refs}, "object_marking_refs") for refs in ("x", [stix_id("tool", 1)], [7])),
        ({"granular_markings": ["x"]}, "granular_markings"), ({"external_references": ["x"]}, "external_references"),
        ({"extensions": [1]}, "extensions"), ({"extensions": {OURS: []}}, "extensions"),
        ({"extensions": {OURS: {"schema": "Vehicle"}}}, "extensions"),
        ({"extensions": {OURS: {"facts": {"name": "x"}}}}, "extensions"),
        ({"extensions": {OURS: {"links": {"name": [stix_id("tool", 1)]}}}}, "extensions"),
        ({"extensions": {OURS: {"fillers": {}}}}, "extensions"),
        ({"extensions": {OURS: {"record": f"{SOURCE}/p-1"}}}, "extensions"),
    ],
)  # fmt: skip
def test_r54_a_broken_object_is_rejected_and_stops_no_other(
    tmp_path: Path, changed: dict[str, object], field: str
) -> None:
    read = Reading(tmp_path, bundle(person(1, **changed), person(2)))
    [row] = read.rejected
    assert (row.field, list(read.drafts)) == (field, [stix_id("identity", 2)])
    assert row.entry == (stix_id("identity", 1) if field != "id" else "")


def test_r53_an_object_that_is_not_read_tells_its_id_where_nothing_but_texts_stands_before_it(tmp_path: Path) -> None:
    own_id = stix_id("identity", 1)
    nested = "[" * 60 + "]" * 60
    deep = f'{{"type": "identity", "id": "{own_id}", "x": {nested}}}'
    hidden = f'{{"x": [{{"id": "{own_id}"}}], "y": {nested}}}'
    data = f'{{"type":"bundle","objects":[{deep},{hidden},7,{json.dumps(person(2))}]}}'
    read = Reading(tmp_path, data.encode())
    assert [(row.entry, row.raw) for row in read.rejected] == [(own_id, ""), ("", ""), ("", "")]
    assert list(read.drafts) == [stix_id("identity", 2)]


def test_r55_of_several_versions_the_newest_is_read_wherever_it_stands(tmp_path: Path) -> None:
    old, new = "2031-01-03T00:00:00Z", "2031-01-03T00:00:00.001Z"
    for order in ((old, new), (new, old), (old, new, old)):
        versions = [person(1, modified=at, name=at) for at in order]
        read = Reading(tmp_path, bundle(*versions, person(2)))
        assert values(read.drafts[stix_id("identity", 1)], "name") == [new]
        assert read.losses["earlier"] == len(order) - 1
        assert read.rejected == []


def test_r55_the_same_version_twice_is_rejected_and_an_observable_is_read_once(tmp_path: Path) -> None:
    account = observable("user-account", 3, account_login="red")
    read = Reading(tmp_path, bundle(person(1), person(1, name="Other"), account, account))
    assert [(row.field, row.entry) for row in read.rejected] == [("id", stix_id("identity", 1))]
    assert values(read.drafts[stix_id("identity", 1)], "name") == ["Person 1"]
    assert read.drafts.keys() == {stix_id("identity", 1), account["id"]}


def test_r55_a_revoked_object_takes_its_record_back_and_a_report_what_it_is_about(tmp_path: Path) -> None:
    about = stix(
        "report", 9, name="R", published="2030-02-03T00:00:00Z", object_refs=[stix_id("identity", 1)], revoked=True
    )
    read = Reading(tmp_path, bundle(person(1, revoked=True), about))
    rows = [row for row in read.rows if isinstance(row, Revoked)]
    assert [row.local_id for row in rows] == [stix_id("identity", 1), about["id"], f"{about['id']}-objects"]
    assert "2031-01-02" in rows[0].why


def fragment(**fields: object) -> Fragment:
    return Fragment("b.json", "a" * 64, "2031-05-06", "stix", json.dumps(person(1, **fields)).encode())


def test_r55_an_original_stands_to_the_one_before_by_its_maker_and_its_time() -> None:
    held = fragment(created_by_ref="identity--a", modified="2031-01-02T00:00:00.5Z")
    for coming, standing in (
        (fragment(created_by_ref="identity--a", modified="2031-01-02T00:00:00.50Z"), OriginalStanding.NEWER),
        (fragment(created_by_ref="identity--a", modified="2031-01-02T00:00:00.49Z"), OriginalStanding.OLDER),
        (fragment(created_by_ref="identity--a", modified="2031-01-02T00:00:00Z"), OriginalStanding.OLDER),
        (fragment(created_by_ref="identity--b", modified="2032-01-02T00:00:00Z"), OriginalStanding.ANOTHER_MAKER),
        (fragment(modified="2032-01-02T00:00:00Z"), OriginalStanding.ANOTHER_MAKER),
    ):
        assert standing_of(held, coming) is standing


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (bundle(person(1), spec_version="2.0"), "STIX 2.0"),
        (bundle(), "none of its 0 objects"),
        (bundle(stix("malware", 1, name="m", is_family=False)), "none of its 1 objects"),
        (json.dumps(person(1)).encode(), "type is «identity»"),
        (json.dumps({"objects": [person(1)], "more": False}).encode(), "type is «none»"),
        (json.dumps([person(1)]).encode(), "no JSON object"),
        (json.dumps(person(1)).encode() + b"\n" + json.dumps(person(2)).encode(), "behind its end"),
        (bundle(person(1))[:-1], "in the middle"),
        (bundle(person(1)).replace(b"Person", b"\xff"), "UTF-8"),
        (bundle(person(1)) + b"{}", "behind its end"),
    ],
)  # fmt: skip
def test_r54_what_is_no_bundle_of_this_version_is_refused_whole(tmp_path: Path, data: bytes, why: str) -> None:
    with pytest.raises(Invalid) as refused:
        Reading(tmp_path, data)
    assert why in refused.value.why


def test_r54_types_without_end_are_counted_together(tmp_path: Path) -> None:
    odd = [stix(f"x-type-{number}", number, name="x") for number in range(1, 200)]
    read = Reading(tmp_path, bundle(person(1), *odd, stix("x-type-1", 1)))
    assert (read.losses["type x-type-1"], sum(read.losses.values())) == (2, 200)
    assert len(read.losses) <= 51
    assert read.meanings.keys() == read.losses.keys()


def test_r54_a_bundle_that_changes_while_it_is_read_is_refused_from_there_on(tmp_path: Path) -> None:
    file = tmp_path / "b.json"
    file.write_bytes(bundle(person(1), person(2)))
    with read_import(file, reading.terms()) as opened:
        file.write_bytes(bundle(person(1))[:-1])
        with pytest.raises(Invalid, match="cannot be imported"):
            list(opened.rows)


def test_r54_too_many_markings_objects_or_versions_of_one_bundle_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("entente.formats.stix_bundle.MARKINGS_MAX", 1)
    with pytest.raises(Invalid, match="cannot be imported"):
        Reading(tmp_path, bundle(person(1), definition(1, name="a"), definition(2, name="b")))
    monkeypatch.setattr("entente.formats.stix_bundle.OBJECTS_MAX", 1)
    with pytest.raises(Invalid, match="cannot be imported"):
        Reading(tmp_path, bundle(person(1), person(2)))
    monkeypatch.setattr("entente.formats.stix_bundle.OBJECTS_MAX", 10)
    monkeypatch.setattr("entente.formats.stix_bundle.REPEATED_MAX", 1)
    with pytest.raises(Invalid, match="cannot be imported"):
        Reading(tmp_path, bundle(*[person(number) for number in (1, 1, 2, 2)]))


def test_r54_a_bundle_is_told_from_other_json_by_what_is_in_it_and_may_be_packed(tmp_path: Path) -> None:
    file = tmp_path / "b.gz"
    file.write_bytes(gzip.compress(json.dumps({"objects": [person(1)], "type": "bundle"}, indent=1).encode()))
    assert detect_format(file) == "stix"
    entity = {"id": "x", "schema": "Person", "properties": {"name": ['"type": "bundle"'], "type": ["bundle"]}}
    file.write_bytes(json.dumps(entity).encode())
    assert detect_format(file) == "ftm"


def test_r54_a_long_text_is_cut_and_counted_and_stands_whole_in_the_original(tmp_path: Path) -> None:
    read = Reading(tmp_path, bundle(person(1, description="x" * 10_001)))
    [text] = values(read.only, "description")
    assert (len(text), text[-4:], read.losses) == (10_000, " […]"[-4:], Counter({"cut": 1}))
    assert read.only.fragment is not None
    assert b"x" * 10_001 in read.only.fragment.data
