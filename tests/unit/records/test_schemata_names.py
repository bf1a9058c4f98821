"""The schemata hold together, and those taken from FollowTheMoney keep its names and types.

tests/vectors/schemata.json is the stored list: FollowTheMoney 4.11.2 as its own files state it, and our own schemata.
A name or type that changes by accident would make stored records unreadable to other nodes, so a change is made in
both places.
"""

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import yaml

DATA = files("entente.data")
STORED: dict[str, Any] = json.loads(
    (Path(__file__).parents[2] / "vectors" / "schemata.json").read_text(encoding="utf-8"),
)
TAKEN: dict[str, Any] = STORED["followthemoney"]["schemata"]
OURS: dict[str, Any] = STORED["entente"]["schemata"]
ADDITIONS: dict[str, Any] = STORED["entente"]["additions"]
# The types FollowTheMoney has and our schemata use; its IBAN is an identifier, as in version 4.11.
TYPES = {
    "address",
    "checksum",
    "country",
    "date",
    "email",
    "entity",
    "gender",
    "identifier",
    "ip",
    "language",
    "mimetype",
    "name",
    "number",
    "phone",
    "string",
    "text",
    "topic",
    "url",
}
# Mentions found by FollowTheMoney's text analysis are no statement of a source: Analyzable is not taken over.
PARENTS_NOT_TAKEN = {"Analyzable"}


def read(name: str) -> dict[str, Any]:
    content = yaml.safe_load((DATA / "schemata" / name).read_text(encoding="utf-8"))
    assert isinstance(content, dict)
    return content


SCHEMATA = {entry.name.removesuffix(".yaml"): read(entry.name) for entry in (DATA / "schemata").iterdir()}


def shape(prop: dict[str, Any]) -> dict[str, str]:
    return {key: prop[key] for key in ("type", "range") if key in prop}


def ancestry(name: str) -> list[str]:
    found = [name]
    for parent in SCHEMATA[name]["extends"]:
        found += ancestry(parent)
    return found


def all_properties(name: str) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for ancestor in reversed(ancestry(name)):
        found |= {prop: shape(value) for prop, value in SCHEMATA[ancestor]["properties"].items()}
    return found


def test_the_stored_list_and_the_files_name_the_same_schemata() -> None:
    assert set(SCHEMATA) == set(TAKEN) | set(OURS)
    assert not set(TAKEN) & set(OURS)


@pytest.mark.parametrize("name", sorted(SCHEMATA))
def test_a_schema_is_whole(name: str) -> None:
    schema = SCHEMATA[name]
    assert list(schema) == [
        "name",
        "label",
        "extends",
        "abstract",
        "origin",
        "caption",
        "featured",
        "properties",
    ]
    assert schema["name"] == name
    assert schema["label"].strip()
    assert isinstance(schema["abstract"], bool)
    assert schema["origin"] == ("followthemoney" if name in TAKEN else "entente")


@pytest.mark.parametrize("name", sorted(SCHEMATA))
def test_a_property_has_label_meaning_known_type_and_a_range_if_it_links(name: str) -> None:
    for prop, value in SCHEMATA[name]["properties"].items():
        assert set(value) <= {"label", "type", "range", "origin", "meaning"}, prop
        assert value["label"].strip(), prop
        assert value["meaning"].strip(), prop
        assert value["type"] in TYPES, prop
        assert ("range" in value) is (value["type"] == "entity"), prop
        assert value.get("range", name) in SCHEMATA, prop
        assert value.get("origin", "entente") == "entente", prop


def test_no_type_stands_in_the_list_unused() -> None:
    assert {prop["type"] for schema in SCHEMATA.values() for prop in schema["properties"].values()} == TYPES


@pytest.mark.parametrize("name", sorted(TAKEN))
def test_a_schema_of_followthemoney_keeps_its_names_and_types(name: str) -> None:
    stored = TAKEN[name]
    schema = SCHEMATA[name]
    assert schema["extends"] == [parent for parent in stored["extends"] if parent not in PARENTS_NOT_TAKEN]
    assert schema["abstract"] is stored["abstract"]
    for prop, value in schema["properties"].items():
        if "origin" not in value:
            assert shape(value) == stored["properties"][prop], prop


@pytest.mark.parametrize("name", sorted(TAKEN))
def test_what_we_add_to_followthemoney_is_marked_and_takes_no_name_of_its_own(name: str) -> None:
    marked = {prop: shape(value) for prop, value in SCHEMATA[name]["properties"].items() if "origin" in value}
    assert marked == ADDITIONS.get(name, {})
    assert not set(marked) & set(TAKEN[name]["properties"])


@pytest.mark.parametrize("name", sorted(OURS))
def test_a_schema_of_our_own_keeps_its_stored_names_and_types(name: str) -> None:
    schema = SCHEMATA[name]
    assert {prop: shape(value) for prop, value in schema["properties"].items()} == OURS[name]["properties"]
    assert schema["extends"] == OURS[name]["extends"]
    assert schema["abstract"] is OURS[name]["abstract"]


@pytest.mark.parametrize("name", sorted(SCHEMATA))
def test_ancestors_are_known_and_a_schema_is_never_its_own(name: str) -> None:
    lines = ancestry(name)  # a circle would not end
    assert name not in lines[1:]
    if name not in {"Thing", "Interval", "Value"}:
        assert {"Thing", "Interval"} & set(lines)


@pytest.mark.parametrize("name", sorted(SCHEMATA))
def test_a_property_keeps_its_type_wherever_it_is_inherited(name: str) -> None:
    known = all_properties(name)
    for ancestor in ancestry(name):
        for prop, value in SCHEMATA[ancestor]["properties"].items():
            assert shape(value) == known[prop], (ancestor, prop)


@pytest.mark.parametrize("name", sorted(SCHEMATA))
def test_captions_and_featured_properties_exist(name: str) -> None:
    known = all_properties(name)
    for listed in ("caption", "featured"):
        assert SCHEMATA[name][listed], listed
        assert set(SCHEMATA[name][listed]) <= set(known), listed


def test_nothing_political_religious_or_racial_is_carried() -> None:
    forbidden = {entry["code"] for entry in yaml.safe_load((DATA / "neutrality.yaml").read_text("utf-8"))["entries"]}
    assert forbidden == {"ethnicity", "religion", "political"}
    assert forbidden <= set(TAKEN["Person"]["properties"])
    for schema in SCHEMATA.values():
        assert not forbidden & set(schema["properties"]), schema["name"]


def test_no_secret_key_is_carried() -> None:
    assert "privateKey" in TAKEN["CryptoWallet"]["properties"]
    for schema in SCHEMATA.values():
        assert not {"privateKey", "password"} & set(schema["properties"]), schema["name"]


def test_a_judgement_names_two_records_a_verdict_and_its_evidence() -> None:
    assert {"left", "right", "verdict", "evidence"} <= set(SCHEMATA["Judgement"]["properties"])
