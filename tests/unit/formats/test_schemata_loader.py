"""The schemata hold together, inherit, and a broken file is named."""

import pytest

from entente.formats.schemata import load_schemata, read_schemata
from entente.kernel.errors import Misconfigured
from entente.records.model import PropertyType

THING = b"""
name: Thing
label: Thing
extends: []
abstract: true
caption: [name]
featured: [name]
properties:
  name: {label: Name, type: name, meaning: The main name}
"""
BOAT = b"""
name: Boat
label: Boat
extends: [Thing]
abstract: false
caption: [name]
featured: [hull]
properties:
  hull: {label: Hull, type: identifier, meaning: Number of the hull}
  owner: {label: Owner, type: entity, range: Thing, meaning: Whose it is}
"""


def read(boat: bytes = BOAT, **more: bytes) -> None:
    read_schemata({"Thing.yaml": THING, "Boat.yaml": boat, **{f"{name}.yaml": data for name, data in more.items()}})


def test_a_schema_inherits_along_extends_and_is_its_own_ancestor() -> None:
    schemata = load_schemata()
    vessel = schemata["Vessel"]
    assert vessel.ancestors == {"Vessel", "Vehicle", "Asset", "Thing", "Value"}
    assert {"name", "registrationNumber", "amount", "imoNumber"} <= set(vessel.properties)
    assert schemata["Passport"].properties["holder"].range == "LegalEntity"
    assert schemata["Person"].properties["nationality"].type is PropertyType.COUNTRY
    assert schemata["Thing"].is_abstract


def test_the_schemata_of_the_program_are_read_once() -> None:
    assert load_schemata() is load_schemata()
    assert len(load_schemata()) >= 40


def test_a_closed_set_is_read() -> None:
    boat = read_schemata({"Thing.yaml": THING, "Boat.yaml": BOAT})["Boat"]
    assert boat.ancestors == {"Boat", "Thing"}
    assert list(boat.properties) == ["name", "hull", "owner"]


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        (b"extends: [Thing]", b"extends: [Ship]", "extends «Ship»"),
        (b"extends: [Thing]", b"extends: [Boat]", "extends itself"),
        (b"range: Thing", b"range: Ship", "links to «Ship»"),
        (b", range: Thing", b"", "has a range"),
        (b"type: identifier", b"type: number_plate", "of the type «number_plate»"),
        (b"featured: [hull]", b"featured: [sail]", "«sail» is shown"),
        (b"  hull: {label: Hull, type: identifier", b"  name: {label: Hull, type: identifier", "another type than in"),
        (b"abstract: false", b"abstract: maybe", "«abstract» should be true or false"),
        (b"label: Boat", b"label: ''", "«label» should be text"),
        (b"caption: [name]", b"caption: name", "«caption» should be a list"),
        (b"name: Boat", b"name: Ship", "it describes «Ship»"),
        (b"properties:", b"properties: {{", "it is not YAML"),
    ],
)
def test_a_file_that_does_not_fit_is_named(old: bytes, new: bytes, why: str) -> None:
    assert old in BOAT
    with pytest.raises(Misconfigured) as refused:
        read(BOAT.replace(old, new))
    assert "Boat.yaml" in refused.value.what
    assert why in refused.value.why


def test_a_circle_of_two_is_refused() -> None:
    ship = BOAT.replace(b"name: Boat", b"name: Ship").replace(b"extends: [Thing]", b"extends: [Boat]")
    with pytest.raises(Misconfigured, match="does not hold together"):
        read(BOAT.replace(b"extends: [Thing]", b"extends: [Ship]"), Ship=ship)


def test_a_program_without_schemata_does_not_start() -> None:
    with pytest.raises(Misconfigured):
        read_schemata({})
