"""Entering one record by hand: what it is about is chosen, its form filled, looked at as often as one likes, and kept.

Nothing is searched while it is written. Whether such a record is here already is asked by an act of its own, for the purpose and
case that were stated, and who could see it is shown before it is kept; neither keeps anything of it (docs/rules/desk.md W140).

Source: docs/rules/desk.md W139 to W141; docs/rules/records.md R64 and R65; docs/decisions/0141.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import urlencode

from entente.identity.rules import check_query
from entente.kernel.canonical import JsonObject
from entente.kernel.errors import EntenteError, Invalid, NotFound
from entente.records.model import Schema
from entente.verbs.arguments import Arguments
from entente.verbs.asking import query_of
from entente.verbs.references import names_of
from entente.web.desk.bodies_of_record import GroundLine, grounds_of
from entente.web.desk.entering_form import (
    FIELDS,
    FormShown,
    asked_by,
    at_its_value,
    begun_with,
    form_shown,
    said_by,
    terms_by,
    wrong_in,
)
from entente.web.desk.entering_kinds import MAIN, PERSON, kinds_entered, links_to, schema_entered
from entente.web.desk.forms import Entered, Fault, fault_of
from entente.web.desk.memory import KeptQuery
from entente.web.desk.naming import record_path
from entente.web.desk.page import PREFIX, ActPage, Asked, Done, Elsewhere, Page, ShowPage, may_do
from entente.web.desk.reading import BodyName, body_name, member, members, text
from entente.web.desk.search_pages import CandidateLine, candidate, search_again
from entente.web.desk.task import TaskShown, asks_why_first, task_shown
from entente.web.desk.understood import query_fields, understood_query

ENTER_PATH: Final = f"{PREFIX}/enter"
ACT: Final = "enter_record"
LOOKS: Final = ("look_at_entry", "foresee_entry", ACT)
SEARCH: Final = "search"
FORESEE: Final = "foresee"
_CARRIED: Final = ("query", "case", "link")
"""What an address carries on from where somebody came: the key of a query of this session, the number of a case, and of a record
its name behind the link to it, `holder:XB-NCB/p-1`."""


@dataclass(frozen=True, slots=True)
class KindLine:
    """A kind of record, with what it may be about."""

    label: str
    first: Sequence[tuple[str, str]]
    """What it is about: its name, and where its form is."""
    others: Sequence[tuple[str, str]]
    """What belongs to that: documents, addresses, links of a person."""


@dataclass(frozen=True, slots=True)
class EnterPage:
    """What `enter.html` shows."""

    title: str
    of: str
    """The record that it is to link to; empty for none."""
    kinds: Sequence[KindLine]
    imports: str
    """Where files are imported; empty for who may not."""


@dataclass(frozen=True, slots=True)
class SeenBy:
    """How far a body could go with the record, once it is shared with it."""

    body: BodyName
    up_to: str
    gets_copy: bool
    refused: Sequence[GroundLine]


@dataclass(frozen=True, slots=True)
class Alike:
    """The records that might be the one that is entered."""

    found: Sequence[CandidateLine]
    searched: str
    """Where the same is asked again by itself."""


@dataclass(frozen=True, slots=True)
class EntryPage:
    """What `enter_record.html` shows."""

    title: str
    task: TaskShown
    here: str
    kind: str
    about: str
    back: str
    """Where another kind is chosen."""
    fields: FormShown
    begun: Mapping[str, str]
    """What the other fields of the form hold."""
    asks_status: bool
    instruments: Mapping[str, str]
    """Those that cover the kind."""
    bodies: Mapping[str, str]
    statuses: Mapping[str, str]
    may_share: bool
    may_search: bool
    alike: Alike | None
    seen_by: Sequence[SeenBy] | None
    fault: Fault | None
    """Why nothing of it can be shown."""
    was_begun: bool


def enter_path(kind: str = "", schema: str = "", **carried: str) -> str:
    """Return where a record is entered, with what it begins with."""
    path = f"{ENTER_PATH}/{kind}/{schema}" if kind else ENTER_PATH
    given = {name: value for name, value in carried.items() if value}
    return f"{path}?{urlencode(given)}" if given else path


def _carried(asked: Asked) -> dict[str, str]:
    return {name: asked.query[name] for name in _CARRIED if asked.query.get(name)}


def _choose(asked: Asked) -> EnterPage:
    kinds = kinds_entered(asked.node)
    # What belongs to a record is shared as part of its kind, and stands first.
    order = sorted(kinds, key=lambda kind: kind != asked.query.get("kind"))
    lines = [line for kind in order if (line := _kind_line(asked, kind, kinds[kind])) is not None]
    imports = f"{PREFIX}/imports" if may_do(asked, "import_records") else ""
    return EnterPage(asked.say.text("entering.choose"), asked.query.get("of", ""), lines, imports)


def _kind_line(asked: Asked, kind: str, schemata: Sequence[str]) -> KindLine | None:
    """Return a kind with what it may be about; None where nothing of it can link to the record that it is to be about."""
    say, carried, of = asked.say, _carried(asked), asked.query.get("of", "")
    target = asked.node.schemata.get(asked.query.get("about", ""))
    ways, of_kind = [], asked.node.lists.record_kinds[kind]
    for one in schemata:
        link = links_to(asked.node.schemata[one], target, of_kind) if of and target is not None else ""
        if link or not of:
            ways.append(
                (say.code("schemata", one), enter_path(kind, one, **carried, link=f"{link}:{of}" if link else ""), one)
            )
    first = schemata if of else MAIN.get(kind, schemata)
    ways.sort(key=lambda one: (first.index(one[2]) if one[2] in first and not of else len(first), say.place(one[0])))
    if not ways:
        return None
    return KindLine(
        say.code("record_kinds", kind),
        [(label, to) for label, to, one in ways if one in first],
        [(label, to) for label, to, one in ways if one not in first],
    )


def _schema(asked: Asked) -> Schema:
    found = schema_entered(asked.node, asked.path["kind"], asked.path["schema"])
    if found is None:
        raise NotFound
    return found


def _place(asked: Asked) -> str:
    """Return the path of the page that a form stands on, with what it was begun with; the plain one for a form of nowhere."""
    plain = f"{ENTER_PATH}/{asked.path['kind']}/{asked.path['schema']}"
    here = asked.form.here if asked.form.of else enter_path(asked.path["kind"], asked.path["schema"], **_carried(asked))
    return here if here.partition("?")[0] == plain else plain


def _entry(asked: Asked) -> EntryPage | Elsewhere:
    schema, kind, say = _schema(asked), asked.path["kind"], asked.say
    if asked.memory.task is None:
        return asks_why_first(_place(asked))
    # Who comes from a search or a case begins there, whatever was left of another record.
    kept = asked.memory.entries.get(_place(asked))
    form = asked.form if asked.form.of in LOOKS else Entered(_begun(asked, schema) if kept is None else kept)
    # What was looked at is shown beside what was looked at, and not beside a form that came back or was gone on with.
    looked = kept if kept is not None and form.values is kept else {}
    alike, seen_by, fault = _looked(asked, schema, Entered(looked))
    names = names_of(asked.node)
    of = say.code("schemata", schema.name)
    return EntryPage(
        title=say.text("entering.title", about=of),
        task=task_shown(asked),
        here=f"{ENTER_PATH}/{kind}/{schema.name}",
        kind=say.code("record_kinds", kind),
        about=of,
        back=enter_path(**_carried(asked)),
        fields=form_shown(asked, schema, kind, form),
        begun=form.values,
        asks_status=PERSON in schema.ancestors,
        instruments={
            one.instrument.name: one.instrument.title
            for one in names.instruments.values()
            if kind in one.instrument.kinds and names.own.id in one.instrument.parties
        },
        bodies={one.code: f"{one.code} · {one.name}" for one in names.bodies.values() if one.id != names.own.id},
        statuses={code: words for code, words in say.codes("subject_statuses").items() if code != "none"},
        may_share=may_do(asked, "share_record"),
        may_search=may_do(asked, "search"),
        alike=alike,
        seen_by=seen_by,
        fault=fault,
        was_begun=kept is not None,
    )


def _begun(asked: Asked, schema: Schema) -> Mapping[str, str]:
    """Return what a form begins with; of a query of this session that found nothing, with what was asked."""
    kept = asked.memory.query(asked.query.get("query", ""), asked.node.clock.now())
    query = understood_query(asked, kept) if kept is not None else None
    return begun_with(asked, asked.path["kind"], query, schema)


def _looked(asked: Asked, schema: Schema, form: Entered) -> tuple[Alike | None, Sequence[SeenBy] | None, Fault | None]:
    """Return what was looked at last: records that are alike, or who could see it."""
    try:
        if form.value("step") == SEARCH:
            return _alike(asked, form), None, None
        if form.value("step") == FORESEE:
            answer = asked.perform("record_foresee", _given(asked, schema, form))
            seen = [_seen_by(one, asked) for one in members(answer, "who")]
            return None, sorted(seen, key=lambda one: (not one.gets_copy, one.body.code)), None
    except EntenteError as error:
        return None, None, fault_of(error, (), asked.say)
    return None, None, None


def _alike(asked: Asked, form: Entered) -> Alike | None:
    key = form.value("asked")
    kept = asked.memory.query(key, asked.node.clock.now())
    if kept is None:
        return None
    found = members(search_again(asked, kept), "candidates")
    lines = [candidate(one, place, key, asked.say) for place, one in enumerate(found, start=1)]
    return Alike(lines, f"{PREFIX}/search/{key}")


def _seen_by(one: JsonObject, asked: Asked) -> SeenBy:
    up_to = text(one, "may_go_up_to")
    grounds = grounds_of(member(one, "decision"), asked.say)
    return SeenBy(
        body=body_name(member(one, "body")),
        up_to=asked.say.code("acts", up_to) if up_to else "",
        gets_copy=one["gets_copy"] is True,
        refused=[ground for ground in grounds if not ground.allows],
    )


def _given(asked: Asked, schema: Schema, form: Entered) -> JsonObject:
    task = asked.memory.task
    assert task is not None, "the form is shown once it is said why"
    return {
        **said_by(form, schema),
        "terms": terms_by(form, asked.path["kind"], schema.name),
        "share_with": [*form.lines("share_with")],
        "purpose": task.purpose,
        "crime_area": task.crime_area,
        "case": form.value("case"),
    }


def _look(asked: Asked) -> Done:
    """Keep what was entered for the session, and show it again: with a row more, or with what is like it here."""
    schema, form = _schema(asked), asked.form
    _require_task(asked)
    is_search = form.value("step") == SEARCH and not form.value("more")
    key = _ask(asked, schema) if is_search else ""
    asked.memory.keep_entry(_place(asked), {**form.values, "step": SEARCH if is_search else "", "asked": key})
    return Done(_place(asked))


def _foresee(asked: Asked) -> Done:
    """Keep what was entered for the session, and show it again with who could see it; nothing else is kept."""
    schema, form = _schema(asked), asked.form
    _require_task(asked)
    try:
        asked.perform("record_foresee", _given(asked, schema, form))
    except Invalid as error:
        raise at_its_value(error, form) from error
    asked.memory.keep_entry(_place(asked), {**form.values, "step": FORESEE})
    return Done(_place(asked))


def _ask(asked: Asked, schema: Schema) -> str:
    """Keep what is entered as a query of this session, asked as its answer is shown; return its key."""
    task, node = asked.memory.task, asked.node
    assert task is not None, "it was said why"
    kept = KeptQuery(asked_by(asked.form, schema), task, node.clock.now())
    try:
        check_query(query_of(Arguments(query_fields(kept))), node.lists)
    except Invalid as error:
        raise Invalid(error.what, field="fact", why=error.why, do=error.do) from error
    key = node.ids.new_id("query")
    asked.memory.keep(key, kept)
    return key


def _require_task(asked: Asked) -> None:
    if asked.memory.task is None:
        raise Invalid(
            "It is not said why you work with personal data.",
            field="purpose",
            why="A record is entered for a purpose, and for a case or an occasion (docs/rules/records.md R65).",
            do="Say it once, in another window; then send this form again.",
        )


def _wrong(asked: Asked) -> tuple[Fault, ...]:
    """Return all that a form can judge itself; of one that is nobody's, nothing: that is told as its page is."""
    schema = schema_entered(asked.node, asked.path["kind"], asked.path["schema"])
    return () if schema is None else wrong_in(asked, schema, asked.path["kind"])


def _enter(asked: Asked) -> Done:
    schema, form = _schema(asked), asked.form
    _require_task(asked)
    try:
        answer = asked.perform("record_enter", _given(asked, schema, form))
    except Invalid as error:
        raise at_its_value(error, form) from error
    asked.memory.entries.pop(_place(asked), None)
    return Done(record_path(text(answer, "name")), "record_entered")


def _empty(asked: Asked) -> Done:
    _schema(asked)
    asked.memory.entries.pop(_place(asked), None)
    return Done(_place(asked))


_MAY: Final = ("enter_record",)
_PLACE: Final = "/enter/{kind}/{schema}"
_LOOKED_AT: Final = tuple(replace(one, is_needed=False) for one in FIELDS)

PAGES: Sequence[Page] = (
    ShowPage(
        "enter", "/enter", (), _MAY, "enter.html", "What may be entered by hand: kinds of record, what each is about.", _choose,
        in_navigation=True, key="e",
    ),
    ShowPage(
        "entry", _PLACE, ("record_foresee", "search"), _MAY, "enter_record.html",
        "The form of a record that is entered, with what is like it here, or who could see it.", _entry,
    ),
    ActPage(
        "look_at_entry", f"{_PLACE}/look", (), _MAY, "entry",
        "Asks what is like a record that is entered, or for a field more; keeps nothing of it.", _look, _LOOKED_AT, is_once=False,
    ),
    ActPage(
        "foresee_entry", f"{_PLACE}/foresee", ("record_foresee",), _MAY, "entry",
        "Asks who could see a record that is entered; keeps nothing of it.", _foresee, tuple(FIELDS), is_once=False,
        checks=_wrong,
    ),
    ActPage(ACT, _PLACE, ("record_enter",), _MAY, "entry", "Enters a record of ours.", _enter, tuple(FIELDS), checks=_wrong),
    ActPage(
        "empty_entry", f"{_PLACE}/empty", (), _MAY, "entry", "Forgets what was entered into a form and not sent.", _empty,
        is_once=False,
    ),
)  # fmt: skip
