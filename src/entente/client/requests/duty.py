"""The requests under «Duty».

Written by make reference from the table of routes (tests.docs.client_routes); change that, not this file.
"""

from __future__ import annotations

from entente.client.call import Call, PagedCall, filled, parameters
from entente.client.shapes import (
    ListCallsAnswer,
    ListCallsCall,
    ListShiftsAnswer,
    ListWaitingAnswer,
    Shift,
    ShowShiftAnswer,
    ShowShiftSheetAnswer,
)


def list_waiting(*, limit: int | None = None) -> Call[ListWaitingAnswer]:
    """List what waits and this account may act on: of each kind the oldest, of messages what presses most."""
    return Call("list_waiting", "GET", "/waiting", ListWaitingAnswer, query=parameters(limit=limit))


def list_shifts(*, page_size: int | None = None) -> PagedCall[ListShiftsAnswer, Shift]:
    """List the shifts, newest first."""
    return PagedCall(
        "list_shifts", "GET", "/shifts", ListShiftsAnswer, query=parameters(limit=page_size), items="shifts"
    )


def show_shift(shift_id: str) -> Call[ShowShiftAnswer]:
    """Show a shift with its journal, and which shifts go on or wait for a signature."""
    return Call("show_shift", "GET", filled("/shifts/{id}", id=shift_id), ShowShiftAnswer)


def show_shift_sheet(shift_id: str) -> Call[ShowShiftSheetAnswer]:
    """Show the hand-over sheet of a shift, and whether it is still what was written."""
    return Call("show_shift_sheet", "GET", filled("/shifts/{id}/sheet", id=shift_id), ShowShiftSheetAnswer)


def list_calls(*, page_size: int | None = None) -> PagedCall[ListCallsAnswer, ListCallsCall]:
    """List the calls to officers on duty, newest first, each with who was called."""
    return PagedCall("list_calls", "GET", "/calls", ListCallsAnswer, query=parameters(limit=page_size), items="calls")
