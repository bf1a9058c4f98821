"""The days between which rows of the trail are looked for: when each begins and ends, and what is wrong with them.

Source: docs/rules/desk.md W58 and W147.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta

from entente.kernel.clock import format_time, parse_date
from entente.kernel.errors import Invalid
from entente.web.desk.forms import Fault, Field, Kind, fault_of
from entente.web.desk.page import Asked
from entente.web.wording import Wording


def days_wrong(say: Wording, wanted: Mapping[str, str]) -> Mapping[str, Fault]:
    """Return what is wrong with the days between which rows are looked for: one that is none, or the last before the first."""
    faults: dict[str, Fault] = {}
    days: list[date] = []
    for name in ("since", "until"):
        try:
            days += [parse_date(wanted[name], name)] if wanted[name] else []
        except Invalid as error:
            faults[name] = fault_of(error, (Field(name, Kind.DAY),), say)
    if len(days) == 2 and days[1] < days[0]:  # noqa: PLR2004 - the first and the last
        faults["until"] = Fault("until", say.text("narrowed.ends_first"), say.text("narrowed.ends_first_do"))
    return faults


def day_begins(asked: Asked, entered: str, name: str) -> str:
    """Return when a day begins in the body's zone, as a time of the trail; nothing for no day."""
    return format_time(_midnight(asked, parse_date(entered, name))) if entered else ""


def day_ends(asked: Asked, entered: str) -> str:
    """Return the last moment of a day, likewise."""
    if not entered:
        return ""
    return format_time(_midnight(asked, parse_date(entered, "until") + timedelta(days=1)) - timedelta(microseconds=1))


def _midnight(asked: Asked, day: date) -> datetime:
    """Return the beginning of a day in the body's zone, in which the page tells its times."""
    return datetime.combine(day, time(), asked.say.zone)
