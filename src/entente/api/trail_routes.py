"""The routes of the trail: read it, check it, prove from it."""

from __future__ import annotations

from entente.api.case_routes import CASE_PATH, numbered
from entente.api.route import ApiRoute, Method
from entente.api.shapes import NEXT, anything, flag, free_text, many, moment, named, number, said, text, thing, whole
from entente.bodies.tokens import Scope
from entente.kernel.canonical import INTEGER_MAX, JsonObject
from entente.verbs.trail import ROWS_MAX

READING = ("read_trail",)
NOTE_CHARACTERS_MAX = 10_000
"""Of a checkpoint: three lines and a signature for each key."""
_ACT = thing(
    {
        "sequence": number(),
        "at": moment(),
        "verb": said(),
        "body": named("Body"),
        "officer": said(),
        "subject": said(),
        "subject_name": said(),
        "detail": anything("What came of it, with every ground"),
        "root": said(),
        "is_withheld": flag("Whether it rests on a record that is not for the reader's unit; then it names nothing"),
    }
)


def _row(given: JsonObject) -> JsonObject:
    return {**given, "row": int(str(given["row"]))}


def _case(given: JsonObject) -> JsonObject:
    return {"case": numbered(given)["number"]}


ROUTES: tuple[ApiRoute, ...] = (
    ApiRoute(
        name="read_trail",
        method=Method.GET,
        path="/trail",
        verb="trail_show",
        about="Trail",
        summary="Show the newest acts, or those about one thing.",
        scope=Scope.READ_TRAIL,
        needs=(),
        asks=("read_trail",),
        query={
            "about": free_text("A body, an instrument, a record, a case or an item.", most=200),
            "act": text("What was done, as rows name it.", most=60),
            "by": free_text("The officer who did it.", most=100),
            "since": text("Not before this time (RFC 3339).", most=40),
            "until": text("Not after this time (RFC 3339).", most=40),
            "limit": whole("How many at most.", least=1, most=ROWS_MAX, default=20),
        },
        answer=thing(
            {"rows": many(_ACT), "looked_to": moment("The oldest row that was looked at", or_null=True), "next": NEXT}
        ),
        pages="before",
        stops_where="Those about one thing alone come in order, the oldest first, without a next page.",
    ),
    ApiRoute(
        name="show_sealed_query",
        method=Method.GET,
        path="/trail/{row}/query",
        verb="trail_query",
        about="Trail",
        summary="Hand over the query of a search as it was sealed for the data protection officer. The look is a row itself.",
        scope=Scope.READ_TRAIL,
        needs=(),
        asks=("read_sealed_queries",),
        path_fields={"row": text("The row's sequence.", most=15, pattern=r"^[0-9]+$")},
        arguments=_row,
        answer=thing({"row": number(), "search": said(), "query_sealed": said()}),
    ),
    ApiRoute(
        name="verify_trail",
        method=Method.GET,
        path="/trail/verification",
        verb="trail_verify",
        about="Trail",
        summary="Recompute the whole trail, hold the log against it, and say what was found.",
        scope=Scope.READ_TRAIL,
        needs=READING,
        answer=thing(
            {
                "proof": thing(
                    {
                        "is_sound": flag(),
                        "rows": number("Rows found good before the first bad one"),
                        "root": said(),
                        "first_bad": number(or_null=True),
                        "finding": said(),
                    }
                ),
                "log": thing({"is_sound": flag(), "rows": number(), "behind": number(), "finding": said()}),
                "body": said(),
            }
        ),
    ),
    ApiRoute(
        name="show_checkpoint",
        method=Method.GET,
        path="/trail/checkpoint",
        verb="trail_checkpoint",
        about="Trail",
        summary="Bring the log up, and give its newest signed checkpoint.",
        scope=Scope.READ_TRAIL,
        needs=READING,
        answer=thing(
            {
                "note": said("The checkpoint as it is published"),
                "origin": said(),
                "size": number(),
                "root": said(),
                "verifier_keys": many(said(), "By which it is checked, the newest first"),
            }
        ),
    ),
    ApiRoute(
        name="check_continuation",
        method=Method.POST,
        path="/trail/continuations",
        verb="trail_continues",
        about="Trail",
        summary="Say whether the log continues an earlier checkpoint of it.",
        scope=Scope.READ_TRAIL,
        needs=READING,
        body=thing({"checkpoint": text("The checkpoint, as it was kept.", most=NOTE_CHARACTERS_MAX)}),
        answer=thing({"proof": anything("What was found (docs/rules/trail.md)"), "body": said()}),
    ),
    ApiRoute(
        name="prove_continuation",
        method=Method.GET,
        path="/trail/continuation",
        verb="trail_prove",
        about="Trail",
        summary="Prove that the log continues its first rows; `entente trail check-proof` judges the proof anywhere.",
        scope=Scope.READ_TRAIL,
        needs=READING,
        query={"since": whole("How many first rows.", least=0, most=INTEGER_MAX, default=0)},
        answer=thing({"continuation": anything("The proof, as a file (docs/rules/trail.md)")}),
    ),
    ApiRoute(
        name="prove_case",
        method=Method.GET,
        path="/cases/{year}/{serial}/proof",
        verb="trail_export",
        about="Trail",
        summary="Make the file that proves what the trail holds of a case.",
        scope=Scope.READ_TRAIL,
        needs=(),
        asks=("read_trail",),
        path_fields=CASE_PATH,
        path_names="case",
        arguments=_case,
        answer=thing({"case_proof": anything("The proof, as a file (docs/rules/trail.md)")}),
    ),
)
"""Of the table: the trail."""
