"""The verb of machine readable zones: what a document's lines say, and each fault. Nothing is looked up and nothing recorded."""

from __future__ import annotations

from entente.identity.identifiers import Mrz, read_mrz
from entente.kernel.canonical import Json, JsonObject
from entente.node import Node
from entente.verbs.arguments import Arguments
from entente.verbs.verb import Verb, verb


def zone_of(mrz: Mrz) -> JsonObject:
    """Return a zone as plain JSON: what it says, what is wrong with it, what is proposed."""
    faults: list[Json] = [
        {
            "field": fault.field.value,
            "kind": fault.kind.value,
            "text": fault.text,
            "line": fault.line,
            "place": fault.place,
            "proposed": fault.proposed,
        }
        for fault in mrz.faults
    ]
    return {
        "is_valid": mrz.is_valid,
        "size": mrz.size.value if mrz.size is not None else "",
        "lines": list(mrz.lines),
        "document_code": mrz.document_code,
        "issuer": mrz.issuer,
        "issuer_country": mrz.issuer_country,
        "number": mrz.number,
        "nationality": mrz.nationality,
        "nationality_country": mrz.nationality_country,
        "birth_date": mrz.birth_date,
        "sex": mrz.sex,
        "expiry_date": mrz.expiry_date,
        "surname": mrz.surname,
        "given_names": mrz.given_names,
        "name_may_be_cut": mrz.name_may_be_cut,
        "personal_number": mrz.personal_number,
        "optional": list(mrz.optional),
        "faults": faults,
        "notes": list(mrz.notes),
        "proposed_lines": list(mrz.proposed_lines),
    }


def _check(node: Node, arguments: Arguments) -> JsonObject:
    text = arguments.text("text")
    today = node.clock.now().date()
    return {"zone": zone_of(read_mrz(text, today=today, countries=node.lists.countries_alpha3))}


VERBS: tuple[Verb, ...] = (verb("mrz_check", _check, "Check a document's machine readable zone.", "text"),)
