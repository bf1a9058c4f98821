"""The requests under «Roster».

Written by make reference from the table of routes (tests.docs.client_routes); change that, not this file.
"""

from __future__ import annotations

from typing import Literal

from entente.client.call import Call, filled, given, parameters
from entente.client.shapes import ListRosterAnswer, Result


def list_roster(*, days: int | None = None) -> Call[ListRosterAnswer]:
    """List who is on duty now and in the days to come, and who may be entered."""
    return Call("list_roster", "GET", "/roster", ListRosterAnswer, query=parameters(days=days))


def enter_duty(
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
) -> Call[Result]:
    """Enter that an officer is on duty."""
    return Call(
        "enter_duty",
        "POST",
        "/roster",
        Result,
        body=given(
            who=who,
            function=function,
            begins=begins,
            ends=ends,
            zone=zone,
            reach=reach,
            every_days=every_days,
            times=times,
        ),
        is_done_once=True,
        key=idempotency_key,
    )


def take_off_duty(
    duty: str, *, turns: Literal["one", "following"] | None = None, idempotency_key: str | None = None
) -> Call[Result]:
    """Take an entry off the roster."""
    return Call(
        "take_off_duty",
        "POST",
        filled("/roster/{duty}/removal", duty=duty),
        Result,
        query=parameters(turns=turns),
        is_done_once=True,
        key=idempotency_key,
    )
