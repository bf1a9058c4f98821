"""The shapes that several routes have: bodies, decisions, candidates, records, messages, problems."""

from __future__ import annotations

from collections.abc import Mapping

from entente.api.case_shapes import CASE_SHAPES
from entente.api.shapes import anything, flag, free_text, many, moment, named, number, one_of, said, text, thing
from entente.duty.model import DutyFunction, ShiftState
from entente.handling.model import CodeLists
from entente.kernel.canonical import JsonObject
from entente.kernel.jobs import JobKind, JobState

ORDER_CHARACTERS_MAX = 100_000
POWERS_MAX = 500
"""Of one order: each measure on each of its legal bases, with room."""
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
    "also": many(
        thing({name: said() for name in ("field", "what", "why", "do")}),
        "Invalid: what else is wrong, each at its field",
    ),
    "reason": said("Untrusted: why"),
    "changed_meanwhile": flag("Conflict: what was seen is not what stands"),
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
FILE_NAME = text("The file's name.", most=100, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")
UPLOAD = text("The file, as the answer to its upload calls it.", most=64, pattern=r"^upload-[0-9a-f]{32}$")
FOUND_ROW = thing(
    {
        "row": number("Its place among the queries, from 1"),
        "reference": said("What the sender called it"),
        "answer": named("OneAnswer"),
        "trail_sequence": number(
            "The row of the trail that has this search; null where the query could not be read", or_null=True
        ),
        "silent_sources": many(named("Silence")),
    },
    help_text="What one query of a batch found, as it may be seen now.",
)
JOB = thing(
    {
        "id": said(),
        "href": said(),
        "kind": one_of(*JobKind),
        "scope": said("What a token needs beside `jobs` to see it"),
        "state": one_of(*JobState),
        "made_at": moment(),
        "ended_at": moment(or_null=True),
        "until": moment("How long it is kept", or_null=True),
        "done": number("Rows that are durable"),
        "total": number("How many rows there are, where that is known", or_null=True),
        "share": number("Thousandths of its file that were read, where that is known", or_null=True),
        "results": said("Where results are read; empty for a job that has none"),
        "files": many(thing({"name": said(), "bytes": number(), "href": said()})),
        "outcome": {
            "type": ["object", "null"],
            "description": "Of one that is done, as its route says; of a batch of queries `rows`, how many there are",
        },
        "error": {
            "type": ["object", "null"],
            "description": "Of one that failed: code, what, why, do, and more as in Problem",
        },
    },
    help_text="Something that takes longer than an answer.",
)
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
OF_RECEIVED = ("deliveries", "steps")
"""Of what was sent the first is there, of what came the second."""
ENVELOPE_FIELDS: Mapping[str, JsonObject] = {
    **_ITEM,
    "subject": said(),
    "urgency": said(),
    "for_action": flag(),
    "answers": said(),
    "recall": {"type": ["object", "null"], "description": "That it was taken back: when, by whom, why"},
    "attachment_count": number("How many files it has"),
}
ENVELOPE = thing(ENVELOPE_FIELDS, *OF_RECEIVED, help_text="A message without its text.")
FAILURE: JsonObject = {
    **thing(
        {
            "state": one_of("undelivered", "refused"),
            "reason": said("In words, as the exchange or the other side says it"),
            "at": moment(),
            "noted_by": said("Empty while it waits for somebody"),
            "noted_at": moment(or_null=True),
        }
    ),
    "type": ["object", "null"],
    "description": "That it was refused or given up after 30 days; null for a message that was not, and for one that came",
}
MESSAGE = thing(
    {
        **ENVELOPE_FIELDS,
        "failure": FAILURE,
        "addressees": many(
            thing({"body": named("Body"), "for_action": flag(), "groups": many(said())}),
            "All whom it went to, as its sender signed it; none where that was one body, or its sender keeps them to itself",
        ),
        "text": {"type": ["string", "null"], "description": "Null where it is not opened by this"},
        "attachments": many(
            thing(
                {
                    "name": said(),
                    "media_type": said(),
                    "bytes": number(),
                    "sha256": said("As its sender signed it; whatever is taken out is held against it"),
                    "blob": said("The id of its sealed chunks"),
                    "is_here": flag("Whether all of it is at this node; else it is fetched when it is asked for"),
                }
            ),
            "Its files; none where it is not opened by this",
        ),
    },
    "deliveries", "steps",
)  # fmt: skip
PERMISSION = thing(
    {
        **_ITEM,
        "record": said(),
        "name": said(),
        "acts": many(said()),
        "forward_to": {"type": ["object", "null"], "description": "The body it may go to; null where leave is not to forward"},
        "purpose": said(),
        "crime_area": said(),
        "justification": said(),
        "due_at": moment(),
        "state": one_of("waiting", "granted", "refused"),
        "answer_reason": said("Of a refusal: a code of data/reasons.yaml"),
        "answer_text": said(),
        "granted_until": moment("Until when the leave holds; null where there is none", or_null=True),
    },
    "deliveries", "steps", help_text="A request for a source's leave, and what it answered.",
)  # fmt: skip
RECORD_REQUEST = thing(
    {
        **_ITEM,
        "record": said(),
        "name": said(),
        "kind": said(),
        "purpose": said(),
        "crime_area": said(),
        "outcome": one_of("waiting", "whole", "refused", "not_found"),
        "answer": said("In words"),
        "grounds": many(said(), "Of a refusal: each that the asker may know"),
    },
    "deliveries", "steps", help_text="A question to a source's node for one record, and its answer.",
)  # fmt: skip
_ASKED: Mapping[str, JsonObject] = {
    "id": said(),
    "officer": said("The account that left it"),
    "asked": anything("The query, as it was left"),
    "purpose": said(),
    "crime_area": said(),
    "case": said(),
    "occasion": said(),
    "left_at": moment(),
    "until": moment(),
    "trail_sequence": number("The row of the trail that has it"),
}
STANDING_QUERY = thing(
    {
        **_ASKED,
        "new": number("Matches that were not looked at, counted to 10"),
        "open": number("Matches that were not put away, the new ones among them, counted to 10"),
        "not_kept": number("Matches beyond what one query may have"),
        "has_ended": flag(),
    }
)
MATCH = thing(
    {
        "match": said("Its id"),
        "query": said("The standing query's id"),
        "state": one_of("new", "shown", "settled"),
        "raised_at": moment(),
        "record": said(),
        "name": said(),
        "caption": said(),
        "source": named("Body"),
        "schema": said(),
        "kind": said(),
        "version": number(),
        "instrument": said(),
        "score": number("As of a candidate"),
        "not_identical": said(),
        "evidence": many(named("Evidence")),
    }
)
NOT_IDENTICAL = thing(
    {"id": said(), "version": number(), "reason": said(), "officer": said(), "at": moment(), "until": moment()},
    help_text="A finding that the bearer of a document is not whom a record is about.",
)
_DAY = text(most=10, pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")
DUTY = thing(
    {
        "id": said(),
        "officer": said(),
        "function": one_of(*DutyFunction),
        "begins_at": moment(),
        "ends_at": moment(),
        "zone": said("In which it was written"),
        "is_reached": flag("Whether somebody can be called there; where is shown to nobody"),
        "series": said("The id of the first of those that were entered together; empty for one that was entered alone"),
    },
    help_text="That an officer is on duty for a time.",
)
SHIFT = thing(
    {
        "id": said(),
        "officer": said(),
        "began_at": moment(),
        "state": one_of(*ShiftState, help_text="`handed_over`: its sheet waits for a signature"),
        "digest": said("Of its hand-over sheet: SHA-256; empty where there is none"),
        "signed_by": said("Who came in; empty where nobody signed"),
        "signed_at": moment(or_null=True),
    },
    help_text="An officer's time at the desk.",
)
ORDER = thing(
    {
        "reference": text("Its number.", most=200),
        "text": text("What it says.", most=ORDER_CHARACTERS_MAX),
        "signed_on": _DAY,
        "published_on": _DAY,
        "in_force_on": _DAY,
        "ends_on": {"type": ["string", "null"], "pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$", "maxLength": 10},
        "governs": many(text(most=100), "Legal bases that it settles exhaustively.", most=POWERS_MAX),
        "powers": many(
            thing(
                {"measure": text(most=64), "legal_basis": text(most=100), "condition": free_text()}, "condition"
            ),
            most=POWERS_MAX,
        ),
        "competent_authorities": {
            "type": "object",
            "additionalProperties": {"type": "string"},
            "description": "Measure, and the national authority that may take it instead.",
        },
    },
    "ends_on", help_text="A national order: which powers a body's officers have under the legal bases it governs.",
)  # fmt: skip
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
        "Permission": PERMISSION,
        "RecordRequest": RECORD_REQUEST,
        "StandingQuery": STANDING_QUERY,
        "Match": MATCH,
        "NotIdentical": NOT_IDENTICAL,
        "MessageOutside": ENVELOPE,
        "Message": MESSAGE,
        **CASE_SHAPES,
        "Duty": DUTY,
        "Shift": SHIFT,
        "Order": ORDER,
        "Job": JOB,
        "FoundRow": FOUND_ROW,
        "Result": RESULT,
        "Problem": PROBLEM,
        "Terms": anything("The machine terms of an instrument (docs/reference/statements.md)."),
    }
