"""The routes of records: list, show, withdraw."""

from __future__ import annotations

from entente.api.route import PREFIX, ApiRoute, Method, Writes
from entente.api.shapes import NEXT, flag, free_text, many, moment, named, number, said, text, thing, whole
from entente.bodies.tokens import Scope
from entente.kernel.canonical import Json, JsonObject
from entente.records.model import REASON_CHARACTERS_MAX
from entente.records.service import PAGE_RECORDS_MAX

PATH: dict[str, JsonObject] = {
    "source": text("The source's code or id.", most=64, pattern=r"^[A-Za-z0-9:-]+$"),
    "local_id": text("The record's id at its source.", most=128, pattern=r"^[A-Za-z0-9][A-Za-z0-9._:-]*$"),
}
WHY: dict[str, JsonObject] = {
    "purpose": named("Purpose"),
    "crime_area": named("CrimeArea"),
    "case": named("CaseNumber"),
}
_LINE = thing(
    {
        "id": said(),
        "name": said(),
        "caption": said(),
        "source": named("Body"),
        "schema": said(),
        "kind": said(),
        "version": number(),
    }
)
TERMS = thing(
    {
        "instrument": said(),
        "purposes": many(said()),
        "crime_areas": many(said()),
        "handling": many(said()),
        "confidentiality": said(),
        "evaluation": said(),
        "status": said(),
        "marks": many(said()),
        "review": said(),
    }
)
RECORD_PARTS: dict[str, JsonObject] = {
    "id": said(),
    "name": said(),
    "source": named("Body"),
    "version": number(),
    "schema": said(),
    "kind": said(),
    "at": moment(),
    "facts": many(
        thing(
            {
                "property": said(),
                "value": said(),
                "observation": said("Whether it was observed or assessed"),
                "unknown_property": flag(),
                "terms": number("Place in the record's terms, from 0"),
            }
        )
    ),
    "links": many(
        thing(
            {
                "property": said(),
                "to": said(),
                "name": said(),
                "observation": said("Whether it was observed or assessed"),
            }
        )
    ),
    "files": many(
        thing(
            {
                "name": said(),
                "media_type": said(),
                "bytes": number(),
                "sha256": said(),
                "blob": said(),
                "terms": number(or_null=True),
            }
        )
    ),
    "terms": many(TERMS),
    "retention": thing({"review_on": said(), "erase_on": said()}),
}
RECORD = thing(
    RECORD_PARTS,
    help_text="The facts that may be seen, and the links whose both ends may be known.",
)


def with_record(given: JsonObject) -> JsonObject:
    """Put the two parts of a record's id together."""
    rest = {name: value for name, value in given.items() if name not in PATH}
    return {**rest, "record": f"{given['source']}/{given['local_id']}"}


def _version(answer: JsonObject) -> str:
    record = answer["record"]
    assert isinstance(record, dict), "a record is an object"
    return str(record["version"])


def record_told(answer: JsonObject) -> JsonObject:
    """Return what names the record that something was done to."""
    name: Json = answer["name"]
    return {"id": answer["record"], "href": f"{PREFIX}/records/{name}"}


ROUTES: tuple[ApiRoute, ...] = (
    ApiRoute(
        name="list_records",
        method=Method.GET,
        path="/records",
        verb="record_list",
        about="Records",
        summary="List the records that the account may see for a purpose.",
        scope=Scope.READ_RECORDS,
        needs=(),
        asks=("show_record",),
        query={
            "purpose": named("Purpose"),
            "crime_area": named("CrimeArea"),
            "kind": free_text("Only records of one kind.", most=64),
            "limit": whole("How many at most.", least=1, most=PAGE_RECORDS_MAX, default=50),
        },
        needed=("purpose", "crime_area"),
        answer=thing(
            {
                "records": many(_LINE),
                "of": number("How many there are in all"),
                "next": NEXT,
                "silent_sources": many(named("Silence")),
            }
        ),
        pages="after",
    ),
    ApiRoute(
        name="show_record",
        method=Method.GET,
        path="/records/{source}/{local_id}",
        verb="record_show",
        about="Records",
        summary="Show what the account may see of a record, for a purpose. The look is a row of the trail.",
        scope=Scope.READ_RECORDS,
        needs=(),
        asks=("show_record",),
        path_fields=PATH,
        path_names="record",
        query=WHY,
        needed=("purpose", "crime_area"),
        arguments=with_record,
        version=_version,
        answer=thing(
            {
                "record": RECORD,
                "held_since": moment(or_null=True),
                "received_from": said(),
                "decision": named("Decision"),
                "may_go_up_to": said("The highest act of the ladder that is allowed"),
                "has_original": flag("Whether the part of the file that it was made from is here"),
                "is_linked_to": flag("Whether another record links to it by a link that may be seen"),
            }
        ),
    ),
    ApiRoute(
        name="withdraw_record",
        method=Method.POST,
        path="/records/{source}/{local_id}/withdrawal",
        verb="record_withdraw",
        about="Records",
        summary="Withdraw a record of this body; every holder is told.",
        scope=Scope.WRITE_RECORDS,
        needs=(),
        asks=("withdraw_record",),
        path_fields=PATH,
        path_names="record",
        body=thing({"reason": text("Why; the holders read it.", most=REASON_CHARACTERS_MAX)}),
        arguments=with_record,
        told=record_told,
        answer=named("Result"),
        writes=Writes.ONCE,
        asks_version=True,
        stops_where="If-Match names the version that was seen: a record that has a newer one is not withdrawn.",
    ),
)
"""Of the table: records."""
