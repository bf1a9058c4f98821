"""What matched a query that an officer left: the records, each with what speaks for and against, put away once dealt with.

A match is judged as a candidate of its query is: the query is kept for the session, and its candidates are its matches.

Source: docs/rules/desk.md W57, W121.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from entente.kernel.canonical import JsonObject
from entente.kernel.clock import parse_time
from entente.kernel.errors import NotFound
from entente.web.desk.forms import Field
from entente.web.desk.memory import KeptQuery, Task
from entente.web.desk.naming import RecordName, quote_record, record_name
from entente.web.desk.page import PREFIX, ActPage, Asked, Done, Page, ShowPage, may_do
from entente.web.desk.reading import member, members, text, texts, whole
from entente.web.desk.search_pages import EvidenceLine, kept_query
from entente.web.desk.task import TaskShown, task_shown
from entente.web.desk.understood import query_fields
from entente.web.sentences import said
from entente.web.wording import Moment, Wording

STANDING_PATH = f"{PREFIX}/standing"


@dataclass(frozen=True, slots=True)
class MatchLine:
    """A record that came in and matched."""

    judge: str
    """Where it is judged beside its record."""
    settle: str
    """Where it is put away."""
    raised_at: Moment
    record: RecordName
    score: str
    evidence: Sequence[EvidenceLine]


@dataclass(frozen=True, slots=True)
class MatchesPage:
    """What `matches.html` shows."""

    title: str
    asked: str
    task: TaskShown
    until: Moment
    matches: Sequence[MatchLine]
    may_judge: bool


@dataclass(frozen=True, slots=True)
class StandingLine:
    """One of the officer's own standing queries."""

    to: str
    end: str
    """Where it is ended."""
    asked: str
    purpose: str
    until: Moment
    new: int
    has_ended: bool


@dataclass(frozen=True, slots=True)
class StandingPage:
    """What `standing.html` shows."""

    title: str
    queries: Sequence[StandingLine]


def query_path(query: str) -> str:
    """Return where the matches of a standing query are shown."""
    return f"{PREFIX}/standing/{query}"


def query_label(query: JsonObject) -> str:
    """Return what a standing query asks, in one line."""
    asked = member(query, "asked")
    parts = [*texts(asked, "names"), text(asked, "birth_date"), *texts(asked, "identifiers")]
    return " · ".join(part for part in parts if part)


def _standing(asked: Asked) -> StandingPage:
    say = asked.say
    return StandingPage(
        title=say.text("standing.title"),
        queries=[
            StandingLine(
                to=query_path(text(one, "id")),
                end=f"{query_path(text(one, 'id'))}/end",
                asked=query_label(one),
                purpose=say.code("purposes", text(one, "purpose")),
                until=say.moment(parse_time(text(one, "until"), "until")),
                new=whole(one, "new"),
                has_ended=one["has_ended"] is True,
            )
            for one in members(asked.perform("standing_list"), "queries")
        ],
    )


def _leave(asked: Asked) -> Done:
    """Leave the query whose answer is looked at, for the reason it was asked for."""
    kept, days = kept_query(asked), asked.form.value("days")
    given: JsonObject = {**query_fields(kept), **kept.task.occasion_fields()}
    # What is no number of days is refused by the verb, in its words.
    given["days"] = int(days) if days.isascii() and days.isdecimal() else 0
    left = member(asked.perform("standing_leave", given), "query")
    return Done(query_path(text(left, "id")), "standing_left")


def _end(asked: Asked) -> Done:
    asked.perform("standing_end", {"query": asked.path["query"]})
    return Done(STANDING_PATH, "standing_ended")


def _matches(asked: Asked) -> MatchesPage:
    """Show the matches of one of the officer's own queries; its reason is the reason of what is looked at next."""
    wanted, say = asked.path["query"], asked.say
    query = next((one for one in members(asked.perform("standing_list"), "queries") if one["id"] == wanted), None)
    if query is None:
        raise NotFound
    shown = members(asked.perform("standing_matches", {"query": wanted}), "matches")
    task = Task(*(text(query, name) for name in ("purpose", "crime_area", "case", "occasion")))
    asked.memory.task = task
    asked.memory.keep(
        wanted, KeptQuery(_entered(member(query, "asked")), task, asked.node.clock.now(), is_standing=True)
    )
    return MatchesPage(
        title=say.text("matches.title"),
        asked=query_label(query),
        task=task_shown(asked),
        until=say.moment(parse_time(text(query, "until"), "until")),
        matches=[_line(one, say) for one in shown if one["state"] != "settled"],
        may_judge=may_do(asked, "confirm_hit"),
    )


def _entered(query: JsonObject) -> Mapping[str, str]:
    """Return what a standing query asks as the fields in which it would be entered."""
    several = {name: "\n".join(texts(query, name)) for name in ("names", "identifiers")}
    fields = several | {name: text(query, name) for name in ("birth_date", "country", "sex")}
    return {name: entered for name, entered in fields.items() if entered}


def _line(one: JsonObject, say: Wording) -> MatchLine:
    record = record_name(one, say)
    return MatchLine(
        judge=f"{PREFIX}/search/{text(one, 'query')}/{quote_record(record.id)}",
        settle=f"{query_path(text(one, 'query'))}/settle/{text(one, 'match')}",
        raised_at=say.moment(parse_time(text(one, "raised_at"), "raised_at")),
        record=record,
        score=say.percent(whole(one, "score")),
        evidence=[
            EvidenceLine(said(say, text(piece, "text")), text(piece, "kind")) for piece in members(one, "evidence")
        ],
    )


def _settle(asked: Asked) -> Done:
    asked.perform("standing_settle", {"match": asked.path["match"]})
    return Done(query_path(asked.path["query"]), "match_settled")


PAGES: Sequence[Page] = (
    ShowPage(
        "standing", "/standing", ("standing_list",), ("search",), "standing.html", "The officer's own standing queries.",
        _standing,
        live=("match",),
    ),
    ActPage(
        "leave_standing", "/standing/leave/{key}", ("standing_leave",), ("search",), "found",
        "Leaves a query that what comes in is held against.", _leave, (Field("days", most=4),),
    ),
    ActPage(
        "end_standing", "/standing/{query}/end", ("standing_end",), ("search",), "matches",
        "Ends a standing query, and deletes it with its matches.", _end,
    ),
    ShowPage(
        "matches", "/standing/{query}", ("standing_list", "standing_matches"), ("search",), "matches.html",
        "What matched one of the officer's standing queries.", _matches,
        live=("match",),
    ),
    ActPage(
        "settle_match", "/standing/{query}/settle/{match}", ("standing_settle",), ("search",), "matches",
        "Puts a match away that was dealt with.", _settle,
    ),
)  # fmt: skip
