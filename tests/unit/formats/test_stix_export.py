"""Our records as a bundle of STIX 2.1: what is read of it is what they say, and what is not so is counted (R56)."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entente.disclosure.model import DisclosureClass
from entente.formats.codelists import load_code_lists
from entente.formats.imports import read_import
from entente.formats.schemata import load_schemata
from entente.formats.stix_export import LOSSES, StixWriter
from entente.formats.stix_types import object_id
from entente.formats.stix_words import ENDS, OBSERVABLES, OURS, SCHEMATA, TLP_2
from entente.handling.model import InformationEvaluation, Observation, Restriction, RestrictionMode
from entente.kernel.ids import BodyId, RecordId
from entente.kernel.text import is_seen
from entente.records.exporting import ExportedRecord
from entente.records.model import Fact, Link, PropertyType, Record, RecordDraft, Rejected
from entente.records.rules import check_draft
from tests.support import reading
from tests.support.stix_bundle import bundle, observable, person, relationship, stix, stix_id

OURS_IS = BodyId("body:ours")
AT = datetime(2031, 5, 6, 7, 8, 9, 123_000, UTC)
TERMS = reading.TERMS.replace(
    b"kind: sanctioned_entity",
    b"kind: person_of_interest\nkind_by_schema: {OnlineService: online_trace, Handle: online_trace, Device: online_trace,"
    b" CryptoWallet: crypto_asset, PublicBody: organisation, Company: organisation, Organization: organisation}",
)
NODES = tuple(
    dict.fromkeys(name for kind, names in SCHEMATA.items() if kind not in ENDS for name in names if name not in ENDS)
)


@pytest.fixture(autouse=True)
def _terms(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "TERMS", TERMS)


def terms_for(schema: str, **changed: Any) -> DisclosureClass:  # noqa: ANN401 - fields of a class
    return replace(reading.terms().class_for(schema), source=OURS_IS, **changed)


def record(
    local_id: str,
    schema: str,
    facts: Sequence[tuple[str, str]],
    *links: tuple[str, str],
    terms: DisclosureClass | None = None,
) -> Record:
    known = load_schemata()[schema].properties
    return Record(
        RecordId(f"{OURS_IS}/{local_id}"), OURS_IS, local_id, 3, schema, "person_of_interest", AT, (terms or terms_for(schema),),
        tuple(Fact(name, value, is_unknown_property=name not in known) for name, value in facts),
        tuple(Link(name, RecordId(f"{OURS_IS}/{to}")) for name, to in links), reading.terms().retention,
    )  # fmt: skip


class Written:
    """A bundle that was written, and what an import at another body reads of it."""

    def __init__(
        self, folder: Path, *records: Record, came: dict[str, RecordDraft] | None = None, is_whole: bool = True
    ) -> None:
        pieces: list[bytes] = []
        held = {one.id: one for one in records}
        writer = StixWriter(pieces.append, "XA-NCB")
        for one in records:
            original = (came or {}).get(one.local_id)
            ends = {link.to: held[link.to] for link in one.links if link.to in held}
            writer.add(ExportedRecord(one, None if original is None else original.fragment, is_whole, ends))
        writer.end()
        self.data, self.losses, self.left_out = b"".join(pieces), +writer.losses, writer.left_out
        assert writer.sha256 == hashlib.sha256(self.data).hexdigest()
        assert set(self.losses) <= LOSSES.keys()
        self.objects: list[dict[str, Any]] = json.loads(self.data)["objects"]
        self.by_id = {one["id"]: one for one in self.objects}
        assert len(self.by_id) == len(self.objects)
        (folder / "out.json").write_bytes(self.data)
        with read_import(folder / "out.json", reading.terms()) as opened:
            rows = list(opened.rows)
        assert [row for row in rows if isinstance(row, Rejected)] == []
        self.read = {row.local_id: row for row in rows if isinstance(row, RecordDraft)}

    def check(self, *records: Record) -> None:
        """Hold what was read against what was written."""
        assert self.read.keys() == {object_id(one) for one in records}
        held = {one.id: one for one in records}
        for one in records:
            draft = self.read[object_id(one)]
            assert draft.schema == one.schema
            assert {(fact.property, fact.value, fact.is_unknown_property) for fact in draft.facts} == {
                (fact.property, fact.value, fact.is_unknown_property) for fact in one.facts
            }
            assert {(link.property, link.to) for link in draft.links} == {
                (link.property, f"{reading.SOURCE}/{object_id(held[link.to])}") for link in one.links
            }


PEOPLE = (
    record("p-1", "Person", [
        ("name", "Ardan Velk"), ("name", "Ардан Велк"), ("alias", "Red"), ("birthDate", "1979-05"), ("nationality", "XA"),
        ("position", "clerk"), ("notes", "one\ntwo "), ("description", "a"), ("description", "b"), ("keywords", "fence"),
        ("sourceUrl", "https://x.example/1"), ("sourceUrl", "ftp nowhere"), ("shoeSize", "44"),
    ]),
    record("o-1", "Company", [("name", "Velk & Co"), ("sector", "trade"), ("country", "XB")]),
    record("p-2", "Person", [("alias", "Sorn"), ("gender", "female")]),
    record("w-1", "CryptoWallet", [("publicKey", "1abc"), ("publicKey", "1def"), ("currency", "XBT")], ("holder", "p-1")),
    record("h-1", "Handle", [("handle", "red"), ("accountId", "7"), ("firstSeen", "2030-01-02")], ("owner", "p-1"),
           ("wallet", "w-1")),
    record("s-1", "OnlineService", [("name", "Market"), ("url", "https://m.example/"), ("domain", "m.example")]),
    record("d-1", "Device", [("macAddress", "00:00:5e:00:53:01"), ("make", "Acme")], ("holder", "p-2")),
    record("a-1", "Address", [("full", "Quay 1, Alba"), ("country", "XA"), ("latitude", "1.5"), ("longitude", "12")]),
    record("x-1", "Place", [("name", "Port"), ("latitude", "1.5"), ("longitude", "-12.25"), ("unLocode", "XAALB")]),
    record("m-1", "Ownership",
           [("role", "Founder of it"), ("percentage", "40"), ("startDate", "2030-01-02"), ("endDate", "2030")],
           ("owner", "p-1"), ("asset", "o-1")),
    record("f-1", "Family", [("relationship", "brother-of"), ("startDate", "2030-01-02"), ("endDate", "2030-01-02")],
           ("person", "p-1"), ("relative", "p-2")),
    record("u-1", "UnknownLink", [("role", "met-with"), ("date", "2030-01-02")], ("subject", "p-1"), ("subject", "p-2"),
           ("object", "x-1"), ("object", "s-1")),
)  # fmt: skip


def test_r56_what_is_written_is_read_back_whole(tmp_path: Path) -> None:
    written = Written(tmp_path, *PEOPLE)
    written.check(*PEOPLE)
    assert written.losses["terms"] == len(PEOPLE)
    assert (written.losses["unknown_property"], written.left_out) == (1, 0)
    assert written.losses["property"] > 10
    assert "end" not in written.losses


def test_r56_fields_of_the_standard_say_what_they_can(tmp_path: Path) -> None:
    written = Written(tmp_path, *PEOPLE)
    one = written.by_id[object_id(PEOPLE[0])]
    assert (one["name"], one["identity_class"], one["roles"], one["labels"]) == (
        "Ardan Velk",
        "individual",
        ["clerk"],
        ["fence"],
    )
    assert (one["confidence"], one["modified"]) == (70, "2031-05-06T07:08:09.123Z")
    assert written.by_id[one["created_by_ref"]]["name"] == "XA-NCB"
    assert one["external_references"] == [{"source_name": "source", "url": "https://x.example/1"}]
    assert one["extensions"][OURS]["facts"]["birthDate"] == ["1979-05"]
    owned = written.by_id[object_id(PEOPLE[9])]
    assert (owned["relationship_type"], owned["start_time"]) == ("owns", "2030-01-02T00:00:00.000Z")
    assert (owned["source_ref"], owned["target_ref"]) == (object_id(PEOPLE[0]), object_id(PEOPLE[1]))
    holders = [
        (found["source_ref"], found["target_ref"])
        for found in written.objects
        if found.get("relationship_type") == "holder"
    ]
    assert (object_id(PEOPLE[3]), object_id(PEOPLE[0])) in holders
    assert written.by_id[object_id(PEOPLE[8])]["longitude"] == -12.25


SIMPLE = (
    record("p-1", "Person", [("name", "Ardan Velk"), ("description", "a")]),
    record("p-2", "Person", [("name", "Mira Sorn")]),
    record("s-1", "OnlineService", [("domain", "m.example")]),
    record("u-1", "UnknownLink", [("role", "met-with"), ("startDate", "2030-01-02")], ("subject", "p-1"), ("object", "p-2")),
)  # fmt: skip


def test_r56_where_no_fact_is_lost_our_extension_is_not_needed_for_it(tmp_path: Path) -> None:
    written = Written(tmp_path, *SIMPLE)
    assert written.losses == {"terms": len(SIMPLE)}
    for found in written.objects:
        if (ours := found.get("extensions", {}).get(OURS)) is not None:
            for name in ("facts", "unknown", "links", "fillers"):
                assert name not in ours


def test_r56_what_has_no_object_is_left_out_and_counted(tmp_path: Path) -> None:
    left = (
        record("v-1", "Vehicle", [("registrationNumber", "XA 12")]),
        record("d-1", "Document", [("title", "Paper")]),
        record("a-1", "Address", [("city", "Alba")]),
        record("s-2", "OnlineService", [("name", "Market"), ("url", "not an address"), ("ipAddress", "10.0.0.0/8")]),
    )
    linked = record("u-2", "UnknownLink", [("role", "drives")], ("subject", "p-1"), ("object", "v-1"))
    abroad = record("w-9", "CryptoWallet", [("publicKey", "1abc")])
    abroad = replace(abroad, links=(Link("holder", RecordId("body:other/p-1")),))
    written = Written(tmp_path, *SIMPLE, *left, linked, abroad)
    assert written.losses == {"terms": len(SIMPLE) + 1, "schema": len(left), "end": 2}
    assert written.left_out == len(left) + 1
    written.check(*SIMPLE, replace(abroad, links=()))


def test_r56_terms_restrictions_and_assessments_are_counted_and_excluded_bodies_never_named(tmp_path: Path) -> None:
    narrow = Restriction(RestrictionMode.EXCLUDE, bodies=frozenset({BodyId("body:hidden")}))
    tight = terms_for("Person", handling=frozenset({"TLP:AMBER", "H2"}), restrictions=frozenset({narrow}),
                      information_evaluation=InformationEvaluation.UNCORROBORATED)  # fmt: skip
    one = record("p-1", "Person", [("name", "Velk"), ("description", "a")])
    facts = (one.facts[0], replace(one.facts[1], terms=1, observation=Observation.ASSESSED))
    written = Written(tmp_path, replace(one, terms=(one.terms[0], tight), facts=facts))
    assert written.losses == {"terms": 1, "restrictions": 1, "terms_of_facts": 1, "assessed": 1}
    found = written.by_id[object_id(one)]
    assert found["confidence"] == 30
    assert {written.by_id[ref]["name"] for ref in found["object_marking_refs"]} == {"H0", "H2", "TLP:AMBER"}
    assert TLP_2["TLP:AMBER"] in found["object_marking_refs"]
    assert b"body:hidden" not in written.data
    assert written.read[object_id(one)].terms[0].handling == {"H0", "H2", "TLP:AMBER"}
    assert written.read[object_id(one)].terms[0].information_evaluation == "4"


CAME = (
    person(1, x_vendor="kept", extensions={"extension-definition--" + stix_id("x", 7)[3:]: {"a": 1}}, description="a\tb "),
    observable("cryptocurrency-wallet", 2, address="1abc"),
    relationship(3, stix_id("cryptocurrency-wallet", 2), stix_id("identity", 1), description="pays"),
    stix("report", 4, name="R", published="2030-02-03T04:05:06.7Z", object_refs=[stix_id("identity", 1)]),
    stix("sighting", 5, sighting_of_ref=stix_id("identity", 1), count=3),
    stix("threat-actor", 6, name="Velk", aliases=["Red"], threat_actor_types=["crime-syndicate"]),
    stix("location", 7, country="xa", region="northern-africa"),
    stix("indicator", 8, pattern="[url:value = 'https://x.example/' OR email-addr:value = 'a@b.example']", pattern_type="stix",
         valid_from="2031-01-02T03:04:05Z", name="A shop", indicator_types=["malicious-activity"]),
)  # fmt: skip


def came(folder: Path) -> tuple[dict[str, RecordDraft], list[Record]]:
    """Return what a bundle is imported as, and the records that it becomes."""
    (folder / "in.json").write_bytes(bundle(*CAME))
    with read_import(folder / "in.json", reading.terms()) as opened:
        drafts = {row.local_id: row for row in opened.rows if isinstance(row, RecordDraft)}
    records = [
        Record(
            RecordId(f"{OURS_IS}/{one.local_id}"), OURS_IS, one.local_id, 1, one.schema, one.kind, AT, one.terms, one.facts,
            tuple(replace(link, to=RecordId(link.to.replace(reading.SOURCE, OURS_IS))) for link in one.links), one.retention,
        )
        for one in drafts.values()
    ]  # fmt: skip
    return drafts, records


def test_r56_what_came_as_stix_goes_out_as_it_came(tmp_path: Path) -> None:
    drafts, records = came(tmp_path)
    written = Written(tmp_path, *records, came=drafts)
    assert [one for one in written.objects if one["id"] in {found["id"] for found in CAME}] == list(CAME)
    assert written.losses == {"came": len(CAME)}
    assert written.left_out == 2, (
        "what the report is about stands in it, and what else an indicator names in its pattern"
    )
    assert written.read.keys() == drafts.keys()
    for local_id, draft in written.read.items():
        assert (draft.facts, draft.links) == (drafts[local_id].facts, drafts[local_id].links)


def test_r56_what_was_changed_here_or_may_not_be_seen_whole_is_an_object_of_ours(tmp_path: Path) -> None:
    drafts, records = came(tmp_path)
    first = records[0]
    for changed, is_whole in ((replace(first, facts=(Fact("name", "Other"),)), True), (first, False)):
        written = Written(tmp_path, changed, came=drafts, is_whole=is_whole)
        assert stix_id("identity", 1) not in written.by_id
        [draft] = written.read.values()
        assert {fact.value for fact in draft.facts} == {fact.value for fact in changed.facts}
        assert written.losses["changed"] == 1


# Facts of each property's type, some of which the standard has a field for and some not.
TEXTS = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S", "Zs"]), min_size=1, max_size=20).filter(
    lambda text: (
        is_seen(text) and not re.search("ethnic|rac|relig|faith|denom|politic|party|private|pass", text.lower())
    )
)
BY_TYPE = {
    PropertyType.DATE: st.sampled_from(["1979", "2030-02", "2030-02-03", "2031-01-01"]),
    PropertyType.COUNTRY: st.sampled_from(["XA", "XB", "FR", "SU"]),
    PropertyType.GENDER: st.sampled_from(["male", "female"]),
    PropertyType.URL: TEXTS | st.just("https://x.example/a"),
    PropertyType.IP: st.sampled_from(["192.0.2.7", "2001:db8::7", "10.0.0.0/8"]),
    PropertyType.NUMBER: st.sampled_from(["1.5", "12", "-7.25", "91.5", "about 3"]),
    PropertyType.NAME: TEXTS.map(str.strip).filter(bool),
}


@st.composite
def generated(draw: st.DrawFn, schema: str, number: int) -> Record:
    known = load_schemata()[schema].properties
    plain = sorted(name for name, prop in known.items() if prop.type is not PropertyType.ENTITY)
    names = draw(st.lists(st.sampled_from([*plain, "odd"]), min_size=1, max_size=8))
    facts = [
        (name, draw(BY_TYPE.get(known[name].type, TEXTS) if name in known else TEXTS)) for name in dict.fromkeys(names)
    ]
    facts += [
        (name, draw(BY_TYPE.get(known[name].type, TEXTS)))
        for name in dict.fromkeys(names)
        if name in known and draw(st.booleans())
    ]
    return record(f"r-{number}", schema, list(dict.fromkeys(facts)))


@st.composite
def networks(draw: st.DrawFn) -> tuple[Record, ...]:
    nodes = [draw(generated(draw(st.sampled_from(NODES)), number)) for number in range(draw(st.integers(1, 4)))]
    links = []
    for number in range(draw(st.integers(0, 2))):
        schema = draw(st.sampled_from(sorted(ENDS)))
        first, second, _ = ENDS[schema]
        ends = [
            (name, draw(st.sampled_from(nodes)).local_id)
            for name in (first, second, *draw(st.lists(st.just(second), max_size=1)))
        ]
        made = draw(generated(schema, 10 + number))
        links.append(replace(made, links=record("x", schema, [], *dict.fromkeys(ends)).links))
    return (*nodes, *links)


@settings(max_examples=150, deadline=None)
@given(records=networks())
def test_r56_whatever_records_say_is_read_back_as_they_say_it(
    tmp_path_factory: pytest.TempPathFactory, records: tuple[Record, ...]
) -> None:
    for one in records:
        check_draft(
            RecordDraft(one.local_id, one.schema, _kind(one.schema), one.terms, one.facts, one.links, one.retention),
            load_schemata(), load_code_lists(),
        )  # fmt: skip
    fitting = {one.id for one in records if object_id(one)}
    kept = [replace(one, links=tuple(link for link in one.links if link.to in fitting)) for one in records]
    exported = [
        one for one in kept
        if one.id in fitting and {*ENDS.get(one.schema, ())[:2]} <= {link.property for link in one.links}
    ]  # fmt: skip
    if not [one for one in exported if one.schema not in ENDS]:
        return
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reading, "TERMS", TERMS)
        written = Written(tmp_path_factory.mktemp("bundle"), *records)
        written.check(*exported)
    assert written.left_out == len(records) - len(exported)
    check_against_the_standard(written.objects)


def _kind(schema: str) -> str:
    return next(
        code
        for code, kind in load_code_lists().record_kinds.items()
        if kind.schemata & load_schemata()[schema].ancestors
    )


def check_against_the_standard(objects: list[dict[str, Any]]) -> None:
    """Hold objects against the rules of STIX 2.1 that a program refuses one for: sections 2.9, 3.2, 4, 5.1, 6 and 7.2."""
    ids = {one["id"] for one in objects}
    for one in objects:
        kind = one["type"]
        assert re.fullmatch(
            rf"{kind}--[0-9a-f]{{8}}-[0-9a-f]{{4}}-[45][0-9a-f]{{3}}-[89ab][0-9a-f]{{3}}-[0-9a-f]{{12}}", one["id"]
        )
        assert one["spec_version"] == "2.1"
        assert not [name for name, value in one.items() if value in ([], {}, None, "")]
        assert all(ref in ids for ref in one.get("object_marking_refs", []))
        assert all(value.get("extension_type") for value in one.get("extensions", {}).values())
        if kind in OBSERVABLES:
            # Those have no maker, no time and no words about them.
            assert not one.keys() & {
                "created",
                "modified",
                "created_by_ref",
                "confidence",
                "labels",
                "description",
                "name",
            }
        elif kind != "marking-definition":
            assert one["created"] <= one["modified"]
            assert all(
                re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", one[name]) for name in ("created", "modified")
            )
            assert 0 <= one.get("confidence", 0) <= 100
            assert one.get("created_by_ref", one["id"]) in ids
        if kind == "location":
            assert one.keys() & {"country", "region"} or {"latitude", "longitude"} <= one.keys()
            assert ("latitude" in one) == ("longitude" in one)
        if kind == "relationship":
            assert one["source_ref"] in ids
            assert one["target_ref"] in ids
            assert re.fullmatch(r"[a-z0-9-]+", one["relationship_type"])
            assert one.get("stop_time", "9") > one.get("start_time", "")
        if kind == "user-account":
            assert one.keys() & {"account_login", "user_id", "display_name"}
