"""What was found of namesakes of one record: bearers of documents whom it is not about, and until when each finding holds.

Source: docs/rules/desk.md W164; docs/rules/identity.md I28 and I29.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from entente.kernel.clock import parse_time
from entente.web.desk.forms import Field
from entente.web.desk.naming import quote_record, record_asked_for, record_path
from entente.web.desk.page import PREFIX, ActPage, Asked, Done, Elsewhere, Page, ShowPage, may_do
from entente.web.desk.reading import members, text, whole
from entente.web.desk.task import TaskShown, asks_why_first, task_shown
from entente.web.wording import Moment

_AT: Final = "{source}/{local_id:path}"


@dataclass(frozen=True, slots=True)
class FindingLine:
    """One finding. The document's number is in none: of it a digest is kept."""

    id: str
    reason: str
    officer: str
    at: Moment
    until: Moment
    version: int
    """Of the record that the officer saw."""


@dataclass(frozen=True, slots=True)
class NamesakesPage:
    """What `namesakes.html` shows."""

    title: str
    task: TaskShown
    record_to: str
    findings: Sequence[FindingLine]
    may_end: bool
    end: str


def namesakes_path(record: str) -> str:
    """Return where the findings about a record are shown."""
    return f"{PREFIX}/namesakes/{quote_record(record)}"


def _namesakes(asked: Asked) -> NamesakesPage | Elsewhere:
    name, say = record_asked_for(asked), asked.say
    if (task := asked.memory.task) is None:
        return asks_why_first(namesakes_path(name))
    answer = asked.perform("namesake_list", {"record": name, **task.occasion_fields()})
    return NamesakesPage(
        title=say.text("namesakes.title", record=name),
        task=task_shown(asked),
        record_to=record_path(name),
        findings=[
            FindingLine(
                id=text(one, "id"),
                reason=text(one, "reason"),
                officer=text(one, "officer"),
                at=say.moment(parse_time(text(one, "at"), "at")),
                until=say.moment(parse_time(text(one, "until"), "until")),
                version=whole(one, "version"),
            )
            for one in members(answer, "findings")
        ],
        may_end=may_do(asked, "confirm_hit"),
        end=f"{PREFIX}/end-namesake/{quote_record(name)}",
    )


def _end(asked: Asked) -> Done:
    name, task = record_asked_for(asked), asked.memory.task
    if task is None:
        # The session forgot why: it is asked, and the page leads back here.
        return Done(asks_why_first(namesakes_path(name)).to)
    given = {"record": name, "finding": asked.form.value("finding")}
    asked.perform("namesake_end", {**given, **task.occasion_fields()})
    return Done(namesakes_path(name), "namesake_ended")


PAGES: Sequence[Page] = (
    ShowPage(
        "namesakes", f"/namesakes/{_AT}", ("namesake_list",), ("search",), "namesakes.html",
        "Whose documents were found to be those of namesakes of a record's subject, and until when that holds.", _namesakes,
    ),
    ActPage(
        "end_namesake", f"/end-namesake/{_AT}", ("namesake_end",), ("confirm_hit",), "namesakes",
        "Ends such a finding: its document raises the record again.", _end, (Field("finding"),),
    ),
)  # fmt: skip
