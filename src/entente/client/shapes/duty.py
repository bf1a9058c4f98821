"""The shapes of what the routes under «Duty» answer.

Written by make reference from the table of routes (tests.docs.client_routes); change that, not this file.
"""

from typing import Literal, NotRequired, TypedDict

from entente.client.shapes.messages import MessageFailure
from entente.client.shapes.shared import Body, CaseTask, Delivery, Hit, ItemStep, Permission
from entente.kernel.canonical import JsonObject


class Shift(TypedDict):
    """An officer's time at the desk."""

    id: str
    officer: str
    began_at: str
    state: Literal["on", "handed_over", "taken_over"]
    """`handed_over`: its sheet waits for a signature."""
    digest: str
    """Of its hand-over sheet: SHA-256; empty where there is none."""
    signed_by: str
    """Who came in; empty where nobody signed."""
    signed_at: str | None


class ListWaitingMessage(TypedDict):
    """List waiting message, as the API gives it."""

    id: str
    way: Literal["sent", "received"]
    sender: Body
    recipient: Body
    instrument: str
    officer: str
    our_reference: str
    your_reference: str
    at: str
    deliveries: NotRequired[list[Delivery]]
    steps: NotRequired[list[ItemStep]]
    subject: str
    urgency: str
    for_action: bool
    answers: str
    recall: JsonObject | None
    """That it was taken back: when, by whom, why."""
    attachment_count: int
    """How many files it has."""
    due_at: str | None


class ListWaitingFailed(TypedDict):
    """List waiting failed, as the API gives it."""

    id: str
    way: Literal["sent", "received"]
    sender: Body
    recipient: Body
    instrument: str
    officer: str
    our_reference: str
    your_reference: str
    at: str
    deliveries: NotRequired[list[Delivery]]
    steps: NotRequired[list[ItemStep]]
    subject: str
    urgency: str
    for_action: bool
    answers: str
    recall: JsonObject | None
    """That it was taken back: when, by whom, why."""
    attachment_count: int
    """How many files it has."""
    failure: MessageFailure | None
    """That it was refused or given up after 30 days; null for a message that was not, and for one that came."""


class ListWaitingAnswer(TypedDict):
    """What is answered by `list_waiting`."""

    hits: list[Hit]
    """Told to this body and not answered; found here and not released."""
    permissions: list[Permission]
    """Asked of this body and not decided."""
    messages: list[ListWaitingMessage]
    """For action and not concluded; for information and not opened."""
    failed: list[ListWaitingFailed]
    """Of this body, refused or given up, and noted by nobody."""
    tasks: list[CaseTask]
    """Of this account alone."""
    exercise: NotRequired[bool]
    """Nothing here is real: an exercise's node answered."""


class ListShiftsAnswer(TypedDict):
    """What is answered by `list_shifts`."""

    shifts: list[Shift]
    next: str | None
    """The cursor of the next page; null after the last."""
    exercise: NotRequired[bool]
    """Nothing here is real: an exercise's node answered."""


class ShowShiftLine(TypedDict):
    """Show shift line, as the API gives it."""

    row: int
    """Its row of the trail."""
    at: str
    act: str
    """The verb, as the trail has it."""
    body: Body
    officer: str
    subject: str
    """What it was about."""
    outcome: str
    """Empty where the act says none."""
    text: str
    """Of a note."""
    called: str
    """The officer who was called, where somebody was."""
    is_ours: bool
    """Whether this body did it."""
    subject_name: str
    """The same as a person names it."""


class ShowShiftAnswer(TypedDict):
    """What is answered by `show_shift`."""

    shift: Shift
    lines: list[ShowShiftLine]
    """The newest, oldest first; nothing that this account may not know of."""
    done: dict[str, int]
    """How often each act of the journal was done."""
    on: list[Shift]
    """Shifts that go on now."""
    unsigned: list[Shift]
    """Shifts whose sheet waits for a signature."""
    calls: int
    """How many calls are open."""
    exercise: NotRequired[bool]
    """Nothing here is real: an exercise's node answered."""


class ShowShiftSheetSheetNote(TypedDict):
    """Show shift sheet sheet note, as the API gives it."""

    id: str
    shift: str
    officer: str
    at: str
    text: str


class ShowShiftSheetSheetOpen(TypedDict):
    """Show shift sheet sheet open, as the API gives it."""

    kind: Literal["hit_to_answer", "hit_to_release", "permission", "action", "information"]
    id: str
    body: Body
    urgency: str
    """Empty where there is none."""
    case: str
    at: str
    due_at: str | None


class ShowShiftSheetSheet(TypedDict):
    """Show shift sheet sheet, as the API gives it."""

    shift: str
    officer: str
    began_at: str
    ended_at: str
    after_row: int
    """The last row of the trail before the shift."""
    upto_row: int
    """The last row of the trail that is in it."""
    root: str
    """Root of the trail's tree as far as that row, in hexadecimal."""
    done: dict[str, int]
    """How often each act of the journal was done."""
    notes: list[ShowShiftSheetSheetNote]
    for_next: str
    """What the outgoing officer has to say."""
    open: list[ShowShiftSheetSheetOpen]
    """What waited as it was written; nothing of a case with a team."""
    is_cut: bool
    """Whether more was open than a sheet lists."""


class ShowShiftSheetAnswer(TypedDict):
    """What is answered by `show_shift_sheet`."""

    shift: Shift
    sheet: ShowShiftSheetSheet
    is_whole: bool
    """Whether it has the digest it was written with."""
    exercise: NotRequired[bool]
    """Nothing here is real: an exercise's node answered."""


class ListCallsCallStep(TypedDict):
    """List calls call step, as the API gives it."""

    officer: str
    function: Literal["duty_officer", "deputy", "head_on_call"]
    state: Literal["waiting", "sending", "sent", "refused"]
    """`sending`: it may have been sent; nobody is called twice for one step."""
    begun_at: str
    tries: int


class ListCallsCall(TypedDict):
    """List calls call, as the API gives it."""

    number: int
    """By which it is named outside the node."""
    item: str
    """What it is about; empty where this account may not know of it."""
    kind: Literal["message", "hit", "permission"]
    ground: Literal["danger_to_life", "urgent", "wanted_hit", "deadline"]
    """Why it needs somebody now."""
    urgency: str
    due_at: str | None
    raised_at: str
    state: Literal["open", "acknowledged", "ended"]
    """`ended`: what it was about waits no more."""
    acknowledged_by: str
    """Empty where nobody took it."""
    closed_at: str | None
    steps: list[ListCallsCallStep]
    """Who was called, in turn."""


class ListCallsAnswer(TypedDict):
    """What is answered by `list_calls`."""

    calls: list[ListCallsCall]
    next: str | None
    """The cursor of the next page; null after the last."""
    gateway: str
    """By what they go out: the setting `paging`."""
    trouble: str
    """What the gateway said last; empty where it took what it was given."""
    exercise: NotRequired[bool]
    """Nothing here is real: an exercise's node answered."""
