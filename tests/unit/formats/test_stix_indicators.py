"""An indicator becomes a record of each kind of thing that its pattern names by a value that alone is enough (R54)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from entente.formats.stix_words import TLP_2
from entente.records.originals import Revoked
from tests.support import reading
from tests.support.reading import SOURCE, unknown
from tests.support.stix_bundle import bundle, person, relationship, stix, stix_id
from tests.unit.formats.test_stix_import import TERMS, Reading, said

OWN = stix_id("indicator", 1)


@pytest.fixture(autouse=True)
def _terms(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "TERMS", TERMS)


def indicator(pattern: object, number: int = 1, **fields: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    common = {"pattern_type": "stix", "valid_from": "2031-01-02T03:04:05Z", **fields}
    return stix("indicator", number, pattern=pattern, **common)


@pytest.mark.parametrize(
    ("pattern", "schema", "facts"),
    [
        ("[domain-name:value = 'x.example']", "OnlineService", {"domain": ["x.example"]}),
        ("[url:value = 'https://x.example/y']", "OnlineService", {"url": ["https://x.example/y"]}),
        ("[ipv4-addr:value = '192.0.2.7' OR ipv6-addr:value = '2001:db8::7']", "OnlineService",
         {"ipAddress": ["192.0.2.7", "2001:db8::7"]}),
        ("[domain-name:value IN ('x.example', 'y.example')] OR [url:value = 'https://x.example/y']", "OnlineService",
         {"domain": ["x.example", "y.example"], "url": ["https://x.example/y"]}),
        ("[email-addr:value = 'a@b.example']", "Handle", {"email": ["a@b.example"], "handle": ["a@b.example"]}),
        ("[user-account:account_login = 'red' AND user-account:user_id = 7]", "Handle",
         {"handle": ["red"], "accountId": ["7"]}),
        ("[mac-addr:value = '00:00:5e:00:53:01'] WITHIN 60 SECONDS", "Device", {"macAddress": ["00:00:5e:00:53:01"]}),
        ("[cryptocurrency-wallet:address = '1abc' AND cryptocurrency-wallet:currency = 'XBT']", "CryptoWallet",
         {"publicKey": ["1abc"], "currency": ["XBT"]}),
        ("[file:hashes.MD5 = 'd41d8cd98f00b204e9800998ecf8427e' AND file:name = 'a.exe' AND file:size = 9]", "Document",
         {"contentHash": ["d41d8cd98f00b204e9800998ecf8427e"], "fileName": ["a.exe"], "fileSize": ["9"]}),
        ("[(file:hashes.MD5 = 'ab' OR file:hashes.'SHA-256' = 'cd') AND file:mime_type = 'text/plain']", "Document",
         {"contentHash": ["ab", "cd"], "mimeType": ["text/plain"]}),
    ],
)  # fmt: skip
def test_r54_an_indicator_is_what_its_pattern_names(
    tmp_path: Path, pattern: str, schema: str, facts: dict[str, list[str]]
) -> None:
    found = indicator(
        pattern, name="A shop", description="Sells what it has not.", indicator_types=["malicious-activity"]
    )
    read = Reading(tmp_path, bundle(found))
    assert (read.only.local_id, read.only.schema) == (OWN, schema)
    assert said(read.only) == {**facts, "summary": ["A shop"], "description": ["Sells what it has not."]}
    assert unknown(read.only) == {"validFrom": "2031-01-02T03:04:05Z", "indicatorTypes": "malicious-activity"}
    assert read.only.fragment is not None
    assert json.loads(read.only.fragment.data) == found
    assert read.rejected == []


def test_r54_what_is_compared_beyond_our_properties_stands_under_its_own_name(tmp_path: Path) -> None:
    pattern = "[domain-name:value = 'x.example' AND domain-name:resolves_to_refs[*].value = '192.0.2.7']"
    read = Reading(tmp_path, bundle(indicator(pattern)))
    assert said(read.only) == {"domain": ["x.example"]}
    assert unknown(read.only)["resolvesToRefsValue"] == "192.0.2.7"
    network = Reading(tmp_path, bundle(indicator("[ipv4-addr:value = '192.0.2.0/24']")))
    assert unknown(network.only)["value"] == "192.0.2.0/24"


@pytest.mark.parametrize(
    ("pattern", "lost"),
    [
        ("[ipv4-addr:value = '192.0.2.7' AND domain-name:value = 'x.example']", "pattern_together"),
        ("[ipv4-addr:value = '192.0.2.7'] AND [domain-name:value = 'x.example']", "pattern_together"),
        ("[ipv4-addr:value = '192.0.2.7'] FOLLOWEDBY [domain-name:value = 'x.example']", "pattern_together"),
        ("[ipv4-addr:value = '192.0.2.7'] REPEATS 5 TIMES WITHIN 60 SECONDS", "pattern_together"),
        ("[domain-name:value LIKE '%.example']", "pattern_comparison"),
        ("[domain-name:value MATCHES 'x']", "pattern_comparison"),
        ("[domain-name:value != 'x.example']", "pattern_comparison"),
        ("[domain-name:value NOT IN ('x.example')]", "pattern_comparison"),
        ("[ipv4-addr:value ISSUBSET '192.0.2.0/24']", "pattern_comparison"),
        ("[domain-name:value = 'x.example' AND domain-name:value NOT LIKE 'y%']", "pattern_comparison"),
        ("[EXISTS email-addr:value]", "pattern_comparison"),
        ("[email-addr:value = '']", "pattern_comparison"),
        ("[email-addr:value = h'00']", "pattern_comparison"),
        ("[file:name = 'invoice.pdf']", "pattern_comparison"),
        ("[file:size = 9]", "pattern_comparison"),
        ("[cryptocurrency-wallet:currency = 'XBT']", "pattern_comparison"),
        ("[windows-registry-key:key = 'HKEY']", "pattern_type"),
        ("[domain-name:value = 'x.example' AND process:pid = 7]", "pattern_type"),
    ],
)
def test_r54_no_innocent_thing_becomes_a_record_and_what_is_left_is_counted(
    tmp_path: Path, pattern: str, lost: str
) -> None:
    read = Reading(tmp_path, bundle(indicator(pattern), person(2)))
    assert list(read.drafts) == [stix_id("identity", 2)]
    assert read.losses == {lost: 1, "no_thing": 1}
    assert read.meanings.keys() == read.losses.keys()
    assert read.rejected == []


def test_r54_of_alternatives_those_that_name_a_thing_are_read_and_the_others_counted(tmp_path: Path) -> None:
    pattern = (
        "[domain-name:value = 'x.example' OR domain-name:value LIKE 'y%' OR process:pid = 7]"
        " OR ([url:value = 'https://z.example/'] AND [file:size = 1])"
    )
    read = Reading(tmp_path, bundle(indicator(pattern)))
    assert said(read.only) == {"domain": ["x.example"]}
    assert (read.losses["pattern_comparison"], read.losses["pattern_type"], read.losses["pattern_together"]) == (
        1,
        1,
        1,
    )
    assert "no_thing" not in read.losses


@pytest.mark.parametrize(
    ("fields", "lost"),
    [
        ({"pattern_type": "yara", "pattern": "rule x { condition: true }"}, "pattern_language"),
        ({"pattern_type": "sigma", "pattern": "x"}, "pattern_language"),
        ({"indicator_types": ["benign", "anonymization"]}, "benign"),
    ],
)
def test_r54_rules_for_programs_and_what_is_harmless_are_counted(
    tmp_path: Path, fields: dict[str, Any], lost: str
) -> None:
    found = {**indicator("[domain-name:value = 'x.example']"), **fields}
    read = Reading(tmp_path, bundle(found, person(2), relationship(3, OWN, stix_id("identity", 2))))
    assert list(read.drafts) == [stix_id("identity", 2)]
    assert read.losses == {lost: 1, "end": 1}


def test_r54_things_of_several_kinds_are_a_record_each_and_relationships_lead_to_the_first(tmp_path: Path) -> None:
    pattern = (
        "[url:value = 'https://x.example/' OR file:hashes.MD5 = 'ab' OR domain-name:value = 'x.example'"
        " OR email-addr:value = 'a@b.example']"
    )
    marked = indicator(pattern, object_marking_refs=[TLP_2["TLP:AMBER"]], confidence=10)
    uses = relationship(3, OWN, stix_id("identity", 2), relationship_type="indicates")
    read = Reading(tmp_path, bundle(uses, marked, person(2)))
    assert {local_id: row.schema for local_id, row in read.drafts.items() if local_id.startswith("indicator")} == {
        OWN: "OnlineService", f"{OWN}-document": "Document", f"{OWN}-handle": "Handle",
    }  # fmt: skip
    for row in (read.drafts[OWN], read.drafts[f"{OWN}-document"], read.drafts[f"{OWN}-handle"]):
        [terms] = row.terms
        assert (terms.handling, terms.information_evaluation.value) == (frozenset({"H0", "TLP:AMBER"}), "4")
        assert terms.instrument is None
    ends = [link.to for link in read.drafts[uses["id"]].links]
    assert ends == [f"{SOURCE}/{OWN}", f"{SOURCE}/{stix_id('identity', 2)}"]


def test_r55_a_revoked_indicator_takes_all_its_records_back(tmp_path: Path) -> None:
    pattern = "[url:value = 'https://x.example/' OR email-addr:value = 'a@b.example']"
    read = Reading(tmp_path, bundle(indicator(pattern, revoked=True), person(2)))
    assert [row.local_id for row in read.rows if isinstance(row, Revoked)] == [OWN, f"{OWN}-handle"]


def test_r54_no_secret_stands_in_a_pattern_that_is_kept(tmp_path: Path) -> None:
    pattern = "[user-account:account_login = 'red' AND user-account:credential = 'secret']"
    read = Reading(tmp_path, bundle(indicator(pattern), person(2)))
    assert list(read.drafts) == [stix_id("identity", 2)]
    assert read.dropped == {"password": 1}
    religion = Reading(
        tmp_path, bundle(indicator("[user-account:account_login = 'x' OR user-account:x_religion = 'y']"), person(2))
    )
    assert (list(religion.drafts), religion.dropped) == ([stix_id("identity", 2)], {"religion": 1})


@pytest.mark.parametrize(
    "fields",
    [
        {"pattern": None}, {"pattern": 7}, {"pattern": ""}, {"pattern": "[domain-name:value = 'x"}, {"pattern_type": None},
        {"pattern_type": ["stix"]}, {"pattern": "(" * 5_000}, {"pattern": "[a:x = '" + "y" * 200_000 + "']"},
        {"pattern": "[domain-name:value IN (" + ",".join(f"'{place}.example'" for place in range(1_001)) + ")]"},
    ],
)  # fmt: skip
def test_r54_a_broken_indicator_is_rejected_and_stops_no_other(tmp_path: Path, fields: dict[str, Any]) -> None:
    broken = {name: value for name, value in {**indicator("x"), **fields}.items() if value is not None}
    read = Reading(tmp_path, bundle(broken, person(2), relationship(3, OWN, stix_id("identity", 2))))
    assert [(row.field, row.entry) for row in read.rejected] == [("pattern", OWN)]
    assert list(read.drafts) == [stix_id("identity", 2)]
    assert read.losses["end"] == 1
