"""Search: one box that understands what is entered, why it is asked stated once, candidates with what speaks for and against.

A query is kept for the session, under a key that says nothing of it, and asked anew each time its page is shown: it is a row of
the trail each time, and what may not be seen any more is not shown
(docs/decisions/0085-a-query-is-kept-and-its-answer-is-not.md).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from entente.identity.model import SEXES
from entente.identity.rules import check_query
from entente.identity.scanned import read_zones
from entente.identity.standing import STANDING_DAYS
from entente.kernel.canonical import JsonObject
from entente.kernel.clock import parse_time
from entente.kernel.errors import Invalid, NotFound
from entente.verbs.arguments import Arguments
from entente.verbs.asking import query_of
from entente.web.desk.forms import Field, Kind
from entente.web.desk.memory import KeptQuery
from entente.web.desk.naming import NameShown, RecordName, quote_record, reading_shown, record_name
from entente.web.desk.page import PREFIX, ActPage, Asked, Done, Page, ShowPage, may_do
from entente.web.desk.reading import BodyName, body_name, member, members, text, texts, whole
from entente.web.desk.task import TASK_FIELDS, TaskShown, task_asked, task_from, task_shown
from entente.web.desk.understood import AskedTerm, query_fields, terms_of, understood_query
from entente.web.sentences import said
from entente.web.wording import Moment, Wording

LINE_CHARACTERS_MAX = 300
TERMS_CHARACTERS_MAX = 2_000
"""Names and numbers beside the box, one a line; a query has at most 20 of each."""


@dataclass(frozen=True, slots=True)
class AskedBefore:
    """A query of this session that can be gone back to."""

    to: str
    label: str
    at: Moment


@dataclass(frozen=True, slots=True)
class SearchPage:
    """What `search.html` shows."""

    title: str
    task: TaskShown
    before: Sequence[AskedBefore]
    sexes: Mapping[str, str]
    countries: Mapping[str, str]
    query: Mapping[str, str]
    """What the form begins with."""
    has_leaves: bool
    """Whether this officer may read requests for leave."""


@dataclass(frozen=True, slots=True)
class EvidenceLine:
    """One comparison."""

    text: str
    side: str
    """`for`, `against` or `neutral`."""


@dataclass(frozen=True, slots=True)
class CandidateLine:
    """A record that might be the one."""

    record: RecordName
    place: int
    """From 1, the likeliest."""
    score: str
    score_thousandths: int
    evidence: Sequence[EvidenceLine]
    is_not_identical: bool
    """Whether the document asked for was found to be a namesake's."""
    judge: str
    """Where the candidate is judged."""


@dataclass(frozen=True, slots=True)
class ReadingLine:
    """What a number that was entered may be."""

    text: str
    kind: str
    validity: str
    is_faulty: bool
    proposed: str


@dataclass(frozen=True, slots=True)
class GapLine:
    """A source whose records were not searched because it is silent."""

    body: BodyName
    since: Moment | None
    records: int


@dataclass(frozen=True, slots=True)
class FoundPage:
    """What `found.html` shows: the same page for something, for nothing and for what is not for this reader."""

    title: str
    asked: Sequence[tuple[str, str]]
    """Key of a field's name and what was entered."""
    names: Sequence[NameShown]
    """Names that were given in a field of their own, as the search reads them, where they are not Latin."""
    understood: Sequence[AskedTerm]
    """What the box and what was scanned were understood to ask for; empty where every part has a field of its own."""
    again: str
    """Where the query is changed."""
    task: TaskShown
    candidates: Sequence[CandidateLine]
    searched: int
    readings: Sequence[ReadingLine]
    notes: Sequence[str]
    faults: Sequence[str]
    """Of machine readable zones, in words."""
    gaps: Sequence[GapLine]
    may_judge: bool
    leave: str
    """Where the query is left, for what comes in to be held against it."""
    leave_days: int
    enter: str
    """Where what was asked is entered as a record; empty for who may not."""


def kept_query(asked: Asked) -> KeptQuery:
    """Return the query that a path names; raise NotFound for one that is not this session's or is not kept any more."""
    found = asked.memory.query(asked.path["key"], asked.node.clock.now())
    if found is None:
        raise NotFound
    return found


def search_again(asked: Asked, kept: KeptQuery) -> JsonObject:
    """Ask a kept query as it was asked."""
    return asked.perform("search", {**query_fields(kept), **kept.task.occasion_fields()})


def _search(asked: Asked) -> SearchPage:
    say, now = asked.say, asked.node.clock.now()
    kept = asked.memory.query(asked.query.get("again", ""), now)
    recent = [
        AskedBefore(f"{PREFIX}/search/{key}", _label(one), say.moment(one.at))
        # A copy: another window of the same session may ask meanwhile.
        for key, one in reversed(list(asked.memory.queries.items()))
        # One that was left to stand has a list of its own, and matches in place of candidates.
        if not one.is_standing and asked.memory.query(key, now) is not None
    ]
    return SearchPage(
        title=say.text("nav.search"),
        task=task_asked(asked),
        before=recent[:10],
        sexes={code: say.code("sexes", code) for code in SEXES},
        countries=_countries(asked),
        query=kept.fields if kept is not None else {},
        has_leaves=may_do(asked, "ask_permission", "grant_permission"),
    )


def _countries(asked: Asked) -> Mapping[str, str]:
    say = asked.say
    listed = asked.node.lists.countries
    named = {code: say.listed(say.country(code, listed)) for code in listed}
    return dict(sorted(named.items(), key=lambda one: say.place(one[1])))


def _label(kept: KeptQuery) -> str:
    parts = [kept.fields.get(name, "") for name in ("line", "names", "identifiers", "birth_date")]
    return " · ".join(" / ".join(part.splitlines()) for part in parts if part)


def _ask(asked: Asked) -> Done:
    """Take a query as it was entered; it is asked when its page is shown."""
    form, node = asked.form, asked.node
    task = task_from(asked, form)
    fields = {one.name: form.value(one.name) for one in _QUERY_FIELDS if form.value(one.name)}
    kept = KeptQuery(fields, task, node.clock.now())
    try:
        query = query_of(Arguments(query_fields(kept)))
        zones = read_zones(query, today=kept.at.date(), countries=node.lists.countries_alpha3)
        check_query(zones.query, node.lists)
    except Invalid as error:
        # What is wrong with the box is shown at the box, whatever the room read in it.
        if not fields.get(error.field):
            raise Invalid(error.what, field="line", why=error.why, do=error.do) from error
        raise
    asked.memory.task = task
    key = node.ids.new_id("query")
    asked.memory.keep(key, kept)
    return Done(f"{PREFIX}/search/{key}")


def _found(asked: Asked) -> FoundPage:
    kept, say = kept_query(asked), asked.say
    answer = search_again(asked, kept)
    asked.memory.task = kept.task
    key, query = asked.path["key"], understood_query(asked, kept)
    zones = members(answer, "zones")
    understood = terms_of(query, asked) if kept.fields.get("line") or zones else []
    faults = [[text(fault, "text") for fault in members(zone, "faults")] for zone in zones]
    # What is wrong with a zone stands in lines of its own.
    told = {"; ".join(of_zone) for of_zone in faults if of_zone}
    return FoundPage(
        title=say.text("found.title"),
        asked=[(name, _worded(name, entered, asked)) for name, entered in kept.fields.items()],
        names=[] if understood else [one for name in query.names if (one := reading_shown(name)).latin],
        understood=understood,
        again=f"{PREFIX}/search?again={key}",
        task=task_shown(asked),
        candidates=[
            candidate(one, place, key, say) for place, one in enumerate(members(answer, "candidates"), start=1)
        ],
        searched=whole(answer, "searched"),
        readings=[line for one in members(answer, "identifiers") for line in _readings(one, say)],
        notes=[said(say, note) for note in texts(answer, "notes") if not any(lines in note for lines in told)],
        faults=[said(say, fault) for of_zone in faults for fault in of_zone],
        gaps=gaps_of(answer, say),
        may_judge=may_do(asked, "confirm_hit"),
        leave=f"{PREFIX}/standing/leave/{key}",
        leave_days=STANDING_DAYS,
        enter=f"{PREFIX}/enter?query={key}" if may_do(asked, "enter_record") else "",
    )


def _worded(name: str, entered: str, asked: Asked) -> str:
    match name:
        case "sex":
            return asked.say.code("sexes", entered)
        case "country":
            return asked.say.country(entered, asked.node.lists.countries)
    return entered


def candidate(one: JsonObject, place: int, key: str, say: Wording) -> CandidateLine:
    """Return a candidate of an answer as pages show it."""
    record = record_name(one, say)
    score = whole(one, "score")
    return CandidateLine(
        record=record,
        place=place,
        score=say.percent(score),
        score_thousandths=score,
        evidence=[
            EvidenceLine(said(say, text(piece, "text")), text(piece, "kind")) for piece in members(one, "evidence")
        ],
        is_not_identical=bool(one["not_identical"]),
        judge=f"{PREFIX}/search/{key}/{quote_record(record.id)}",
    )


def _readings(one: JsonObject, say: Wording) -> list[ReadingLine]:
    return [
        ReadingLine(
            text=text(one, "text"),
            kind=say.code("identifier_kinds", text(reading, "kind")),
            validity=say.code("validities", text(reading, "validity")),
            is_faulty=reading["validity"] == "faulty",
            proposed=text(reading, "proposed"),
        )
        for reading in members(one, "readings")
    ]


def gaps_of(answer: JsonObject, say: Wording) -> list[GapLine]:
    """Return what an answer lacks because sources are silent."""
    return [
        GapLine(
            body_name(member(gap, "body")),
            say.moment(parse_time(text(gap, "since"), "since")) if gap["since"] else None,
            whole(gap, "records"),
        )
        for gap in members(answer, "silent_sources")
    ]


_QUERY_FIELDS: Sequence[Field] = (
    Field("line", Kind.TEXT, is_needed=False, most=LINE_CHARACTERS_MAX),
    Field("names", Kind.TEXT, is_needed=False, most=TERMS_CHARACTERS_MAX),
    Field("birth_date", is_needed=False, most=10),
    Field("country", Kind.CODE, is_needed=False),
    Field("sex", Kind.CODE, is_needed=False),
    Field("identifiers", Kind.TEXT, is_needed=False, most=TERMS_CHARACTERS_MAX),
)

PAGES: Sequence[Page] = (
    ShowPage(
        "search", "/search", ("case_list",), ("search",), "search.html",
        "One box for a name, a document, a zone, a plate, a phone or a wallet, and why it is asked.", _search,
        in_navigation=True, key="s",
    ),
    ActPage(
        "ask", "/search", (), ("search",), "search", "Takes a query and leads to its answer.", _ask,
        (*_QUERY_FIELDS, *TASK_FIELDS), is_once=False, keeps_draft=False,
    ),
    ShowPage(
        "found", "/search/{key}", ("search",), ("search",), "found.html",
        "Asks a kept query anew and shows its candidates, each with what speaks for and against it.", _found,
    ),
)  # fmt: skip
