"""The shapes that several routes have: bodies, decisions, candidates, records, messages, problems."""

from __future__ import annotations

from collections.abc import Mapping

from entente.api.shapes import anything, flag, many, moment, named, number, one_of, said, text, thing
from entente.handling.model import CodeLists
from entente.kernel.canonical import JsonObject

TEXTS = many(said())
BODY = thing({"id": said(), "code": said(), "name": said()}, help_text="A body: its id, its code, its name.")
GROUND = thing(
    {"number": said("The number of the rule"), "allows": flag(), "text": said(), "source": said(), "remedy": said()}
)
DECISION = thing(
    {
        "allowed": flag(),
        "grounds": many(named("Ground")),
        "routed_to": said("The authority that may do it instead"),
        "facts": many(many(said())),
    },
    help_text="A decision with every ground that was examined.",
)
SILENCE = thing(
    {"body": named("Body"), "since": said("When it was heard last; empty: never"), "records": number()},
    help_text="What an answer lacks because a source is silent.",
)
EVIDENCE = thing({"kind": one_of("for", "against"), "text": said(), "weight": number()})
CANDIDATE = thing(
    {
        "record": said("The record's id"),
        "name": said("The same with the code of its source: CODE/local id"),
        "caption": said(),
        "source": named("Body"),
        "schema": said(),
        "kind": said(),
        "version": number(),
        "instrument": said(),
        "score": number("0 to 1000: of candidates with 900, about nine in ten are right"),
        "not_identical": said("The finding that the bearer is another person; empty where there is none"),
        "evidence": many(named("Evidence")),
    }
)
FAULT = thing(
    {
        "field": said(),
        "kind": said(),
        "text": said(),
        "line": number(),
        "place": number(),
        "proposed": said(),
    }
)
ZONE = thing(
    {
        "is_valid": flag(),
        "size": said(),
        "lines": TEXTS,
        **{
            name: said()
            for name in (
                "document_code", "issuer", "issuer_country", "number", "nationality", "nationality_country",
                "birth_date", "sex", "expiry_date", "surname", "given_names",
            )
        },
        "name_may_be_cut": flag(),
        "personal_number": said(),
        "optional": TEXTS,
        "faults": many(named("ZoneFault")),
        "notes": TEXTS,
        "proposed_lines": TEXTS,
    },
    help_text="What a machine readable zone says, and each fault in it (ICAO Doc 9303).",
)  # fmt: skip
READINGS = thing(
    {
        "text": said(),
        "readings": many(
            thing({"kind": said(), "validity": said(), "normal": said(), "text": said(), "proposed": said()})
        ),
    },
    help_text="What a number may be: of which kind, and whether its check digits agree.",
)
ANSWERED: Mapping[str, JsonObject] = {
    "candidates": many(named("Candidate")),
    "zones": many(named("Zone")),
    "notes": TEXTS,
    "identifiers": many(named("Readings")),
}
ERROR: Mapping[str, JsonObject] = {"code": said(), "what": said(), "why": said(), "do": said()}
TOLD: Mapping[str, JsonObject] = {
    "decision": named("Decision"),
    "field": said("Invalid: which field"),
    "reason": said("Untrusted: why"),
    "retry_is_safe": flag("Unavailable: whether doing it again can count twice"),
}
PROBLEM = thing(
    {
        "type": said("urn:entente:error: and the code"),
        "title": said("What happened"),
        "status": number(),
        "detail": said("Why"),
        **ERROR,
        **TOLD,
    },
    *TOLD,
    help_text="A problem (RFC 9457): what happened, why, and what to do.",
)
ONE_ANSWER = thing(
    {**ANSWERED, "error": thing({**ERROR, **TOLD}, *TOLD)}, *ANSWERED, "error",
    help_text="The answer to one of many queries, or the error of that one alone.",
)  # fmt: skip
_ITEM: Mapping[str, JsonObject] = {
    "id": said(),
    "way": one_of("sent", "received"),
    "sender": named("Body"),
    "recipient": named("Body"),
    "instrument": said(),
    "officer": said(),
    "our_reference": said(),
    "your_reference": said(),
    "at": moment(),
    "deliveries": many(named("Delivery")),
    "steps": many(thing({"step": said(), "officer": said(), "at": moment(), "reason": said()})),
}
DELIVERY = thing(
    {
        "to": named("Body"),
        "kind": said(),
        "state": said(),
        "reason": said(),
        "at": moment(or_null=True),
        "steps": many(thing({"step": said(), "by": said(), "at": moment(), "reason": said()})),
    },
    help_text="How far an item has come at one body (the evidence ladder).",
)
HIT = thing(
    {
        **_ITEM,
        "record": said(),
        "name": said(),
        "version": number(),
        "purpose": said(),
        "crime_area": said(),
        "outcome": one_of("confirmed", "rejected"),
        "outcome_reason": said(),
        "score": number(),
        "circumstances": said(),
        "state": one_of("held", "told", "answered", "closed"),
        "answer": said(),
        "is_same_person": flag(or_null=True),
        "answered_at": moment(or_null=True),
    },
    "deliveries", "steps",
)  # fmt: skip
_OUTSIDE: Mapping[str, JsonObject] = {
    **_ITEM,
    "subject": said(),
    "urgency": said(),
    "for_action": flag(),
    "answers": said(),
    "recall": {"type": ["object", "null"], "description": "That it was taken back: when, by whom, why"},
}
ENVELOPE = thing(_OUTSIDE, "deliveries", "steps", help_text="A message without its text.")
MESSAGE = thing(
    {**_OUTSIDE, "text": {"type": ["string", "null"], "description": "Null where it is not opened by this"}},
    "deliveries", "steps",
)  # fmt: skip
CASE = thing(
    {
        "number": said("Year and place in the register: 2031/000017"),
        "title": said(),
        "crime_area": said(),
        "opened_at": moment(),
        "opened_by": said(),
        "state": one_of("open", "closed"),
        "references": many(thing({"body": named("Body"), "reference": said()})),
    }
)
EVENT = thing({"at": moment(), "officer": said(), "kind": said(), "subject": said(), "text": said()})
RESULT = thing(
    {"id": said("What was made or changed"), "href": said("Where it is read")},
    help_text="What identifies the result. It is kept for a day and given again to the same request (P8).",
)


def components(lists: CodeLists) -> Mapping[str, JsonObject]:
    """Return every shared shape by its name, with the codes of a node's lists."""
    return {
        "Purpose": one_of(*sorted(lists.purposes), help_text="Why the data is processed (data/purposes.yaml)."),
        "CrimeArea": one_of(*sorted(lists.crime_areas), help_text="What it is about (data/crime_areas.yaml)."),
        "CaseNumber": text("The number of a case of this body.", most=40),
        "Body": BODY,
        "Ground": GROUND,
        "Decision": DECISION,
        "Silence": SILENCE,
        "Evidence": EVIDENCE,
        "Candidate": CANDIDATE,
        "ZoneFault": FAULT,
        "Zone": ZONE,
        "Readings": READINGS,
        "OneAnswer": ONE_ANSWER,
        "Delivery": DELIVERY,
        "Hit": HIT,
        "MessageOutside": ENVELOPE,
        "Message": MESSAGE,
        "Case": CASE,
        "CaseEvent": EVENT,
        "Result": RESULT,
        "Problem": PROBLEM,
        "Terms": anything("The machine terms of an instrument (docs/reference/statements.md)."),
    }
