"""Names of a party in SDN_ADVANCED XML, in every script the list gives.

A primary name is `name` in each of its scripts; A.K.A. is `alias`, or `weakAlias` where the publisher says it is of low quality;
F.K.A. is `previousName`. Parts stand in the file's order, except that a person's given names in Latin script come first, as they
are spoken and as other lists write them. Source: docs/rules/records.md R3.
"""

from __future__ import annotations

from lxml import etree

from entente.formats.list_drafts import Facts, add, clean
from entente.formats.sdn_reference import Reference
from entente.records.model import Schema

_GIVEN = frozenset({"First Name", "Middle Name"})
_PART_PROPERTIES = {
    "First Name": "firstName",
    "Middle Name": "middleName",
    "Last Name": "lastName",
    "Maiden Name": "maidenName",
}
"""Not Patronymic and Matronymic: the list means Spanish family names by them, not names of father and mother."""
_ALIAS_PROPERTIES = {"F.K.A.": "previousName", "Name": "name"}


def name_facts(identity: etree._Element, ns: str, schema: Schema, reference: Reference, facts: Facts) -> None:
    """Add the names of one identity. One the publisher marks as false, or as not the primary, gives aliases."""
    groups = {
        group.get("ID", ""): reference.name("NamePartType", group.get("NamePartTypeID"))
        for group in identity.iter(f"{ns}NamePartGroup")
    }
    is_own = identity.get("Primary") != "false" and identity.get("False") != "true"
    for alias in identity.iterfind(f"{ns}Alias"):
        kind = _alias_property(alias, reference) if is_own else "alias"
        for documented in alias.iterfind(f"{ns}DocumentedName"):
            parts = _parts(documented, ns, groups, reference)
            if text := _in_order(parts, is_person=schema.name == "Person"):
                add(facts, schema, reference, kind, text, "name")
            if kind == "name" and schema.name == "Person":
                for part, value, script in parts:
                    if script == "Latin" and part in _PART_PROPERTIES:
                        add(facts, schema, reference, _PART_PROPERTIES[part], value, part)


def _alias_property(alias: etree._Element, reference: Reference) -> str:
    if alias.get("LowQuality") == "true":
        return "weakAlias"
    return _ALIAS_PROPERTIES.get(reference.name("AliasType", alias.get("AliasTypeID")), "alias")


def _parts(
    documented: etree._Element, ns: str, groups: dict[str, str], reference: Reference
) -> list[tuple[str, str, str]]:
    """Return (sort of part, text, script) in the file's order."""
    return [
        (
            groups.get(value.get("NamePartGroupID", ""), ""),
            text,
            reference.name("Script", value.get("ScriptID")),
        )
        for value in documented.iter(f"{ns}NamePartValue")
        if (text := clean(value.text))
    ]


def _in_order(parts: list[tuple[str, str, str]], *, is_person: bool) -> str:
    if is_person and all(script == "Latin" for _, _, script in parts):
        parts = sorted(parts, key=lambda part: part[0] not in _GIVEN)
    return " ".join(text for _, text, _ in parts)
