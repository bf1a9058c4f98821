"""The routes of the duty desk, to read: shifts with journal and hand-over sheet, calls, and what waits for somebody.

For the display of an operations room, and for the system that a paging gateway belongs to. They have a scope of their own: what a
shift did and what waits names cases, hits and messages, which a planning system that reads the roster has no need of. Nothing
here acts: who begins, hands over, takes over or takes a call is a person (api.left_out).
"""

from __future__ import annotations

from entente.api.components import ENVELOPE_FIELDS, FAILURE, OF_RECEIVED
from entente.api.route import ApiRoute, Method
from entente.api.shapes import NEXT, flag, many, moment, named, number, one_of, said, text, thing, whole
from entente.bodies.tokens import Scope
from entente.duty.calls import CallGround, CallKind, CallState, StepState
from entente.duty.model import DutyFunction, OpenKind
from entente.kernel.canonical import JsonObject
from entente.verbs.calls import LIST_MAX as CALLS_MAX
from entente.verbs.correspondence import LIST_MAX as WAITING_MAX
from entente.verbs.duty import LIST_MAX as SHIFTS_MAX

_SHIFT: dict[str, JsonObject] = {"id": text("The shift's id.", most=64, pattern=r"^shift-[0-9a-f]+$")}
_DONE: JsonObject = {
    "type": "object",
    "additionalProperties": {"type": "integer"},
    "description": "How often each act of the journal was done",
}
_LINE = thing(
    {
        "row": number("Its row of the trail"),
        "at": moment(),
        "act": said("The verb, as the trail has it"),
        "body": named("Body"),
        "officer": said(),
        "subject": said("What it was about"),
        "outcome": said("Empty where the act says none"),
        "text": said("Of a note"),
        "called": said("The officer who was called, where somebody was"),
        "is_ours": flag("Whether this body did it"),
        "subject_name": said("The same as a person names it"),
    }
)
_NOTE = thing({"id": said(), "shift": said(), "officer": said(), "at": moment(), "text": said()})
_OPEN = thing(
    {
        "kind": one_of(*OpenKind),
        "id": said(),
        "body": named("Body"),
        "urgency": said("Empty where there is none"),
        "case": said(),
        "at": moment(),
        "due_at": moment(or_null=True),
    }
)
_SHEET = thing(
    {
        "shift": said(),
        "officer": said(),
        "began_at": moment(),
        "ended_at": moment(),
        "after_row": number("The last row of the trail before the shift"),
        "upto_row": number("The last row of the trail that is in it"),
        "root": said("Root of the trail's tree as far as that row, in hexadecimal"),
        "done": _DONE,
        "notes": many(_NOTE),
        "for_next": said("What the outgoing officer has to say"),
        "open": many(_OPEN, "What waited as it was written; nothing of a case with a team"),
        "is_cut": flag("Whether more was open than a sheet lists"),
    }
)
_STEP = thing(
    {
        "officer": said(),
        "function": one_of(*DutyFunction),
        "state": one_of(*StepState, help_text="`sending`: it may have been sent; nobody is called twice for one step"),
        "begun_at": moment(),
        "tries": number(),
    }
)
_CALL = thing(
    {
        "number": number("By which it is named outside the node"),
        "item": said("What it is about; empty where this account may not know of it"),
        "kind": one_of(*CallKind),
        "ground": one_of(*CallGround, help_text="Why it needs somebody now"),
        "urgency": said(),
        "due_at": moment(or_null=True),
        "raised_at": moment(),
        "state": one_of(*CallState, help_text="`ended`: what it was about waits no more"),
        "acknowledged_by": said("Empty where nobody took it"),
        "closed_at": moment(or_null=True),
        "steps": many(_STEP, "Who was called, in turn"),
    }
)
_FAILED_MESSAGE = thing({**ENVELOPE_FIELDS, "failure": FAILURE}, *OF_RECEIVED)
_WAITING_MESSAGE = thing({**ENVELOPE_FIELDS, "due_at": moment(or_null=True)}, *OF_RECEIVED)


ROUTES: tuple[ApiRoute, ...] = (
    ApiRoute(
        name="list_waiting",
        method=Method.GET,
        path="/waiting",
        verb="waiting_list",
        about="Duty",
        summary="List what waits and this account may act on: of each kind the oldest, of messages what presses most.",
        scope=Scope.READ_DUTY,
        needs=(),
        query={"limit": whole("How many of each kind.", least=1, most=WAITING_MAX, default=50)},
        answer=thing(
            {
                "hits": many(named("Hit"), "Told to this body and not answered; found here and not released"),
                "permissions": many(named("Permission"), "Asked of this body and not decided"),
                "messages": many(_WAITING_MESSAGE, "For action and not concluded; for information and not opened"),
                "failed": many(_FAILED_MESSAGE, "Of this body, refused or given up, and noted by nobody"),
                "tasks": many(named("CaseTask"), "Of this account alone"),
            }
        ),
        stops_where="What belongs to a case with a team waits for that team alone. No text of a message is shown, and nothing"
        " counts as opened. It has no pages: it grows shorter as the oldest is dealt with.",
    ),
    ApiRoute(
        name="list_shifts",
        method=Method.GET,
        path="/shifts",
        verb="shift_list",
        about="Duty",
        summary="List the shifts, newest first.",
        scope=Scope.READ_DUTY,
        needs=(),
        asks=("work_shift",),
        query={"limit": whole("How many.", least=1, most=SHIFTS_MAX, default=50)},
        answer=thing({"shifts": many(named("Shift")), "next": NEXT}),
        pages="before",
    ),
    ApiRoute(
        name="show_shift",
        method=Method.GET,
        path="/shifts/{id}",
        verb="shift_show",
        about="Duty",
        summary="Show a shift with its journal, and which shifts go on or wait for a signature.",
        scope=Scope.READ_DUTY,
        needs=(),
        asks=("work_shift",),
        path_fields=_SHIFT,
        answer=thing(
            {
                "shift": named("Shift"),
                "lines": many(_LINE, "The newest, oldest first; nothing that this account may not know of"),
                "done": _DONE,
                "on": many(named("Shift"), "Shifts that go on now"),
                "unsigned": many(named("Shift"), "Shifts whose sheet waits for a signature"),
                "calls": number("How many calls are open"),
            }
        ),
    ),
    ApiRoute(
        name="show_shift_sheet",
        method=Method.GET,
        path="/shifts/{id}/sheet",
        verb="shift_sheet",
        about="Duty",
        summary="Show the hand-over sheet of a shift, and whether it is still what was written.",
        scope=Scope.READ_DUTY,
        needs=(),
        asks=("work_shift",),
        path_fields=_SHIFT,
        answer=thing(
            {
                "shift": named("Shift"),
                "sheet": _SHEET,
                "is_whole": flag("Whether it has the digest it was written with"),
            }
        ),
        stops_where="A shift that goes on has none yet: 404.",
    ),
    ApiRoute(
        name="list_calls",
        method=Method.GET,
        path="/calls",
        verb="call_list",
        about="Duty",
        summary="List the calls to officers on duty, newest first, each with who was called.",
        scope=Scope.READ_DUTY,
        needs=(),
        asks=("work_shift",),
        query={"limit": whole("How many.", least=1, most=CALLS_MAX, default=50)},
        answer=thing(
            {
                "calls": many(_CALL),
                "next": NEXT,
                "gateway": said("By what they go out: the setting `paging`"),
                "trouble": said("What the gateway said last; empty where it took what it was given"),
            }
        ),
        pages="before",
        stops_where="Where an officer is reached is not shown.",
    ),
)
"""Of the table: the duty desk."""
