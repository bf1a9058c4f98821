"""What a case and all that lies in it look like in answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from entente.api.shapes import flag, many, moment, named, number, one_of, said, thing
from entente.kernel.canonical import JsonObject

CASE = thing(
    {
        "number": said("Year and place in the register: 2031/000017"),
        "title": said(),
        "crime_area": said(),
        "opened_at": moment(),
        "opened_by": said(),
        "in_charge": said("The officer who has charge of it"),
        "unit": said("The unit that it was handed to"),
        "state": one_of("open", "closed", "joined"),
        "references": many(thing({"body": named("Body"), "reference": said()})),
        "team": many(said(), "Who alone may know of it; none where the whole body may"),
        "goes_on_in": said("Of a joined case, the one that goes on"),
        "joined": many(said(), "Cases that were joined to it"),
        "split_from": said("The case that it was split from"),
        "version": number("Counts its changes; named by who changes it"),
    }
)
CASE_TASK = thing(
    {
        "id": said(),
        "case": said(),
        "what": said(),
        "officer": said("Who has it to do"),
        "due_at": moment(or_null=True),
        "term_of": said("What sets the term"),
        "set_by": said(),
        "set_at": moment(),
        "done_by": {"type": ["string", "null"]},
        "done_at": moment(or_null=True),
        "outcome": said(),
    }
)
_HANDS: Mapping[str, JsonObject] = {
    "exhibit": said(),
    "at": moment(),
    "gave": said(),
    "took": said(),
    "where": said(),
    "seal": said(),
    "sha256": said(),
    "remark": said(),
    "entered_by": said(),
    "entered_at": moment(),
}
EXHIBIT = thing(
    {
        "id": said(),
        "label": said("For good: 2031/000017-E3"),
        "case": said("The case it is in now"),
        "kind": one_of("object", "document", "digital", "sample"),
        "what": said(),
        "found_at": moment(),
        "found_where": said(),
        "found_by": said(),
        "seal": said(),
        "sha256": said("Of a digital exhibit"),
        "entered_by": said(),
        "entered_at": moment(),
        "holder": said("Who has it now"),
        "hand_overs": many(
            thing(
                {
                    **_HANDS,
                    "is_intact": flag(
                        "Whether its digest was what it was taken with; null: not computed", or_null=True
                    ),
                }
            )
        ),
    }
)
_PIECE = thing({"kind": one_of("for", "against", "neutral"), "text": said(), "weight": number()})
DECISION_BASIS = thing(
    {
        "item": said("The hit or request that was decided"),
        "act": said(),
        "outcome": said(),
        "officer": said(),
        "at": moment(),
        "case": said(),
        "record": said(),
        "name": said(),
        "version": number("Of the record, as it was seen"),
        "purpose": said(),
        "crime_area": said(),
        "score": number(or_null=True),
        "due_at": moment(or_null=True),
        "seen": {
            "type": ["object", "null"],
            "description": "Null where the record is erased or this reader may not see all of it now",
            "properties": {
                "statement": said("Id of the statement of that version"),
                "grounds": many(said()),
                "evidence": many(_PIECE),
            },
            "required": ["statement", "grounds", "evidence"],
            "additionalProperties": False,
        },
        "version_now": number("Of the record, as it is here now; null where what was seen is not shown", or_null=True),
    }
)
EVENT = thing({"at": moment(), "officer": said(), "kind": said(), "subject": said(), "text": said()})

CASE_SHAPES: Final[Mapping[str, JsonObject]] = {
    "Case": CASE,
    "CaseEvent": EVENT,
    "CaseTask": CASE_TASK,
    "Exhibit": EXHIBIT,
    "DecisionBasis": DECISION_BASIS,
}
"""By the name that routes refer to."""
