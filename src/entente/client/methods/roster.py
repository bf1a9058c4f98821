"""What the client that waits has under «Roster».

Written by make reference from the table of routes (tests.docs.client_routes); change that, not this file.
"""

from __future__ import annotations

from typing import Literal

from entente.client.listing import Asks
from entente.client.requests import roster
from entente.client.shapes import ListRosterAnswer, Result


class RosterMethods(Asks):
    """What the client that waits has under «Roster»."""

    def list_roster(self, *, days: int | None = None) -> ListRosterAnswer:
        """List who is on duty now and in the days to come, and who may be entered.

        Needs the scope directory.read.

        days: How many days ahead.
        """
        return self.ask(roster.list_roster(days=days))

    def enter_duty(
        self,
        *,
        who: str,
        function: Literal["duty_officer", "deputy", "head_on_call"],
        begins: str,
        ends: str,
        zone: str | None = None,
        reach: str | None = None,
        every_days: int | None = None,
        times: int | None = None,
        idempotency_key: str | None = None,
    ) -> Result:
        """Enter that an officer is on duty.

        Needs the scope directory.write.

        who: The officer's id.
        begins: Wall time in the zone: 2031-05-04 19:00.
        ends: Wall time in the zone: 2031-05-04 19:00.
        zone: Like Europe/Vienna; else the body's own.
        reach: Where the gateway reaches them; else it does not.
        every_days: The next turn is so many days later.
        times: How many turns, the first among them.
        idempotency_key: Made for this act where none is given.
        """
        return self.ask(
            roster.enter_duty(
                who=who,
                function=function,
                begins=begins,
                ends=ends,
                zone=zone,
                reach=reach,
                every_days=every_days,
                times=times,
                idempotency_key=idempotency_key,
            )
        )

    def take_off_duty(
        self, duty: str, *, turns: Literal["one", "following"] | None = None, idempotency_key: str | None = None
    ) -> Result:
        """Take an entry off the roster.

        Needs the scope directory.write.

        duty: The entry's id.
        turns: Alone, or with those that follow it in its series; else alone.
        idempotency_key: Made for this act where none is given.
        """
        return self.ask(roster.take_off_duty(duty, turns=turns, idempotency_key=idempotency_key))
