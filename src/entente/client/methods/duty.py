"""What the client that waits has under «Duty».

Written by make reference from the table of routes (tests.docs.client_routes); change that, not this file.
"""

from __future__ import annotations

from entente.client.listing import Asks, Listing
from entente.client.requests import duty
from entente.client.shapes import (
    ListCallsAnswer,
    ListCallsCall,
    ListShiftsAnswer,
    ListWaitingAnswer,
    Shift,
    ShowShiftAnswer,
    ShowShiftSheetAnswer,
)


class DutyMethods(Asks):
    """What the client that waits has under «Duty»."""

    def list_waiting(self, *, limit: int | None = None) -> ListWaitingAnswer:
        """List what waits and this account may act on: of each kind the oldest, of messages what presses most.

        What belongs to a case with a team waits for that team alone. No text of a message is shown, and nothing counts
        as opened. It has no pages: it grows shorter as the oldest is dealt with.
        Needs the scope duty.read.

        limit: How many of each kind.
        """
        return self.ask(duty.list_waiting(limit=limit))

    def list_shifts(self, *, page_size: int | None = None) -> Listing[ListShiftsAnswer, Shift]:
        """List the shifts, newest first.

        Needs the scope duty.read.

        page_size: How many a page has; the list goes on over all pages.
        """
        return Listing(self, duty.list_shifts(page_size=page_size))

    def show_shift(self, shift_id: str) -> ShowShiftAnswer:
        """Show a shift with its journal, and which shifts go on or wait for a signature.

        Needs the scope duty.read.

        shift_id: The shift's id.
        """
        return self.ask(duty.show_shift(shift_id))

    def show_shift_sheet(self, shift_id: str) -> ShowShiftSheetAnswer:
        """Show the hand-over sheet of a shift, and whether it is still what was written.

        A shift that goes on has none yet: 404.
        Needs the scope duty.read.

        shift_id: The shift's id.
        """
        return self.ask(duty.show_shift_sheet(shift_id))

    def list_calls(self, *, page_size: int | None = None) -> Listing[ListCallsAnswer, ListCallsCall]:
        """List the calls to officers on duty, newest first, each with who was called.

        Where an officer is reached is not shown.
        Needs the scope duty.read.

        page_size: How many a page has; the list goes on over all pages.
        """
        return Listing(self, duty.list_calls(page_size=page_size))
