"""Asking the source: for leave to do more with a record, to show it as it stands there now, for one that is not held here.

What is asked of another body states the session's purpose and case, as every act does. What a source shows on the spot is shown
and not kept; what it is asked for in writing has a page of its own with its answer.

Source: docs/rules/desk.md W57; docs/rules/correspondence.md M9 and M11; DESIGN section 5.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from entente.correspondence.model import TEXT_CHARACTERS_MAX
from entente.handling.model import DisclosureAct
from entente.kernel.canonical import JsonObject
from entente.kernel.clock import parse_time
from entente.verbs.references import names_of
from entente.web.desk.forms import Field, Kind
from entente.web.desk.naming import NameShown, quote_record, record_asked_for, record_path, value_shown
from entente.web.desk.page import PREFIX, ActPage, Asked, Done, Elsewhere, Page, ShowPage, may_do
from entente.web.desk.permission_pages import permission_path
from entente.web.desk.reading import BodyName, body_name, member, members, text, texts
from entente.web.desk.task import TaskShown, asks_why_first, task_shown
from entente.web.desk.unsettled_pages import Became, became_of
from entente.web.sentences import said
from entente.web.wording import Moment, Wording

ACTS: Final = (DisclosureAct.FORWARD, DisclosureAct.USE_AS_EVIDENCE, DisclosureAct.ACT_ON)
"""What leave is asked for: the acts above seeing."""
ON_A_PAGE: Final = 50
_RECORDS: Final = ("search",)
_AT: Final = "{source}/{local_id:path}"


@dataclass(frozen=True, slots=True)
class AskPage:
    """What `ask_source.html` shows."""

    title: str
    task: TaskShown
    record: str
    record_to: str
    source: BodyName
    kind: str
    acts: Mapping[str, str]
    bodies: Mapping[str, str]
    instruments: Mapping[str, str]
    """The instruments that the record is here under."""
    may_ask: bool
    ask: str
    consult: str


@dataclass(frozen=True, slots=True)
class ConsultPage:
    """What `consult.html` shows: a record as its source showed it just now."""

    title: str
    task: TaskShown
    back: str
    source: BodyName
    as_of: Moment
    kind: str
    properties: Sequence[tuple[str, bool, Sequence[NameShown]]]
    """Label, whether it is English whatever the reader's language is, and the values."""


@dataclass(frozen=True, slots=True)
class RequestLine:
    """A question to a source for one record."""

    to: str
    at: Moment
    is_ours: bool
    counterpart: BodyName
    record: str
    outcome: str
    outcome_words: str


@dataclass(frozen=True, slots=True)
class RequestsPage:
    """What `requests.html` shows."""

    title: str
    task: TaskShown
    requests: Sequence[RequestLine]
    next: str
    kinds: Mapping[str, str]
    instruments: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class RequestPage:
    """What `request.html` shows."""

    title: str
    request: RequestLine
    instrument: str
    purpose: str
    crime_area: str
    answer: str
    grounds: Sequence[str]
    record_to: str
    """Where the record is, once it came; empty before."""
    became: Sequence[Became]
    """What became of it that an officer is to know."""


def ask_path(record: str) -> str:
    """Return where the source of a record is asked."""
    return f"{PREFIX}/ask/{quote_record(record)}"


def _ask(asked: Asked) -> AskPage | Elsewhere:
    name, say = record_asked_for(asked), asked.say
    if (task := asked.memory.task) is None:
        return asks_why_first(ask_path(name))
    record = member(asked.perform("record_show", {"record": name, **task.about()}), "record")
    names = names_of(asked.node)
    under = {text(one, "instrument") for one in members(record, "terms")}
    return AskPage(
        title=say.text("ask.title", record=name),
        task=task_shown(asked),
        record=name,
        record_to=record_path(name),
        source=body_name(member(record, "source")),
        kind=say.code("record_kinds", text(record, "kind")),
        acts={act: say.code("acts", act) for act in ACTS},
        bodies={one.code: f"{one.code} · {one.name}" for one in names.bodies.values() if one.id != names.own.id},
        instruments={
            one.instrument.name: one.instrument.title
            for one in names.instruments.values()
            if one.instrument.name in under
        },
        may_ask=may_do(asked, "ask_permission"),
        ask=ask_path(name),
        consult=f"{PREFIX}/consult/{quote_record(name)}",
    )


def _ask_leave(asked: Asked) -> Done:
    form, task = asked.form, asked.memory.task
    name = record_asked_for(asked)
    if task is None:
        # The session forgot why: it is asked, and the record's page leads back here.
        return Done(asks_why_first(ask_path(name)).to)
    given: JsonObject = {
        "record": name,
        "acts": [*form.lines("acts")],
        "justification": form.value("justification"),
        "forward_to": form.value("forward_to"),
        "urgency": form.value("urgency"),
        "instrument": form.value("instrument"),
        **task.about(),
    }
    request = member(asked.perform("permission_ask", given), "permission")
    return Done(permission_path(text(request, "id")), "permission_asked")


def _consult(asked: Asked) -> ConsultPage | Elsewhere:
    """Have the source show the record now, under the session's task; nothing of it is kept."""
    name, say = record_asked_for(asked), asked.say
    if (task := asked.memory.task) is None:
        return asks_why_first(f"{PREFIX}/consult/{quote_record(name)}")
    held = member(asked.perform("record_show", {"record": name, **task.about()}), "record")
    under = next((text(one, "instrument") for one in members(held, "terms") if text(one, "instrument")), "")
    wanted: JsonObject = {"record": name, "kind": text(held, "kind"), "instrument": under}
    answer = asked.perform("record_consult", {**wanted, **task.occasion_fields()})
    record = member(answer, "record")
    return ConsultPage(
        title=name,
        task=task_shown(asked),
        back=record_path(name),
        source=body_name(member(answer, "source")),
        as_of=say.moment(parse_time(text(answer, "as_of"), "as_of")),
        kind=say.code("record_kinds", text(record, "kind")),
        properties=_properties(asked, record),
    )


def _properties(asked: Asked, record: JsonObject) -> list[tuple[str, bool, Sequence[NameShown]]]:
    schema = asked.node.schemata.get(text(record, "schema"))
    by_name: dict[str, list[NameShown]] = {}
    for fact in members(record, "facts"):
        name = text(fact, "property")
        by_name.setdefault(name, []).append(value_shown(asked, schema, name, text(fact, "value"))[0])
    found: list[tuple[str, bool, Sequence[NameShown]]] = []
    for name, values in by_name.items():
        worded = asked.say.code("properties", name)
        known = schema.properties.get(name) if schema is not None else None
        is_english = worded == name and known is not None
        found.append((known.label if is_english and known is not None else worded, is_english, values))
    return found


def _line(one: JsonObject, say: Wording) -> RequestLine:
    is_ours = one["way"] == "sent"
    return RequestLine(
        to=f"{PREFIX}/requests/{text(one, 'id')}",
        at=say.moment(parse_time(text(one, "at"), "at")),
        is_ours=is_ours,
        counterpart=body_name(member(one, "recipient" if is_ours else "sender")),
        record=text(one, "name"),
        outcome=text(one, "outcome"),
        outcome_words=say.code("request_outcomes", text(one, "outcome")),
    )


def _requests(asked: Asked) -> RequestsPage:
    say, names = asked.say, names_of(asked.node)
    answer = asked.perform("request_list", {"limit": ON_A_PAGE, "before": asked.query.get("before", "")})
    following, kinds = answer["next_before"], asked.node.lists.record_kinds
    return RequestsPage(
        title=say.text("requests.title"),
        task=task_shown(asked),
        requests=[_line(one, say) for one in members(answer, "requests")],
        next=f"{PREFIX}/requests?before={following}" if following else "",
        kinds={code: words for code, words in say.codes("record_kinds").items() if kinds[code].is_data_set},
        instruments={one.instrument.name: one.instrument.title for one in names.instruments.values()},
    )


def _ask_record(asked: Asked) -> Done:
    form, task = asked.form, asked.memory.task
    if task is None:
        return Done(asks_why_first(f"{PREFIX}/requests").to)
    fields: JsonObject = {name: form.value(name) for name in ("record", "kind", "instrument")}
    request = member(asked.perform("request_ask", {**fields, **task.about()}), "request")
    return Done(f"{PREFIX}/requests/{text(request, 'id')}", "record_asked")


def _request(asked: Asked) -> RequestPage:
    one, say = member(asked.perform("request_show", {"id": asked.path["id"]}), "request"), asked.say
    line = _line(one, say)
    came = line.is_ours and line.outcome == "whole"
    return RequestPage(
        title=say.text("requests.one_title", record=line.record),
        request=line,
        instrument=text(one, "instrument"),
        purpose=say.code("purposes", text(one, "purpose")),
        crime_area=say.code("crime_areas", text(one, "crime_area")),
        answer=said(say, text(one, "answer")),
        grounds=[said(say, ground) for ground in texts(one, "grounds")],
        record_to=record_path(line.record) if came else "",
        became=became_of(asked, text(one, "id")),
    )


PAGES: Sequence[Page] = (
    ShowPage(
        "ask_source", f"/ask/{_AT}", ("record_show",), ("ask_permission", "search"), "ask_source.html",
        "What the source of a record can be asked.", _ask,
    ),
    ActPage(
        "ask_leave", f"/ask/{_AT}", ("permission_ask",), ("ask_permission",), "ask_source",
        "Asks the source for leave to do more with a record.", _ask_leave,
        (
            Field("acts", Kind.CODES, codes="acts"),
            Field("forward_to", Kind.CODE, is_needed=False),
            Field("urgency", Kind.CODE, codes="urgencies"),
            Field("instrument", is_needed=False),
            Field("justification", Kind.TEXT, most=TEXT_CHARACTERS_MAX),
        ),
    ),
    ShowPage(
        "consult", f"/consult/{_AT}", ("record_show", "record_consult"), _RECORDS, "consult.html",
        "A record as its source shows it now; nothing of it is kept.", _consult,
    ),
    ShowPage(
        "requests", "/requests", ("request_list",), _RECORDS, "requests.html",
        "The newest questions to sources for a record, and one to be asked.", _requests,
        live=("request",),
    ),
    ActPage(
        "ask_record", "/requests", ("request_ask",), _RECORDS, "requests", "Asks a source's node for one record.", _ask_record,
        (Field("record"), Field("kind", Kind.CODE, codes="record_kinds"), Field("instrument")),
    ),
    ShowPage(
        "request", "/requests/{id}", ("request_show", "unsettled_show"), _RECORDS, "request.html",
        "A question to a source, and its answer.",
        _request,
        live=("request",),
    ),
)  # fmt: skip
