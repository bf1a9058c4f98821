"""One record: its facts with source, evaluation and handling; why it may be seen and how far one may go; of ours, who has it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from urllib.parse import urlencode

from entente.handling.model import DisclosureAct
from entente.kernel.canonical import JsonObject
from entente.kernel.clock import parse_time
from entente.kernel.errors import NotFound
from entente.kernel.ids import BlobId
from entente.records.model import REASON_CHARACTERS_MAX, PropertyType, Schema
from entente.web.desk.bodies_of_record import (
    GroundLine,
    HolderLine,
    SightLine,
    UnitSightLine,
    grounds_of,
    holders_of,
    sights_of,
)
from entente.web.desk.file_lines import BLOB, FileLine, file_line
from entente.web.desk.forms import Field, Kind
from entente.web.desk.holder_pages import holders_instead, holders_path
from entente.web.desk.link_chart import LinkChart, link_chart
from entente.web.desk.naming import NameShown, name_shown, quote_record, record_asked_for, record_path, value_shown
from entente.web.desk.page import PREFIX, ActPage, Asked, Done, Elsewhere, Page, ShowPage, may_do
from entente.web.desk.reading import BodyName, body_name, member, members, text, texts, whole
from entente.web.desk.record_labels import label_of
from entente.web.desk.task import TaskShown, asks_why_first, task_shown
from entente.web.wording import Moment, Wording


@dataclass(frozen=True, slots=True)
class Value:
    """One value of a property."""

    shown: NameShown
    is_compared: bool
    """Whether it is a number to be compared sign by sign."""
    observation: str
    """`observed` or `assessed`; empty where the record says neither."""
    terms: int
    """Under which of the record's terms it stands, from 1."""


@dataclass(frozen=True, slots=True)
class PropertyLine:
    """A property with its values."""

    name: str
    """Of the schema, not for people."""
    type: PropertyType
    label: str
    is_english: bool
    """Whether the label is not there in the reader's language."""
    is_unknown: bool
    """Whether an import brought it that the schema does not have."""
    values: Sequence[Value]


@dataclass(frozen=True, slots=True)
class LinkLine:
    """A link to another record."""

    label: str
    is_english: bool
    name: str
    to: str
    observation: str
    """`observed` or `assessed`; empty where the record says neither."""


@dataclass(frozen=True, slots=True)
class TermsLine:
    """Under what facts were shared: their handling, evaluation and purposes."""

    number: int
    instrument: str
    handling: Sequence[str]
    confidentiality: str
    evaluation: str
    """`A1`: source and information."""
    evaluation_words: Sequence[str]
    status: str
    marks: Sequence[str]
    purposes: Sequence[str]
    crime_areas: Sequence[str]


@dataclass(frozen=True, slots=True)
class Facts:
    """What may be seen of a record."""

    name: str
    caption: NameShown
    source: BodyName
    is_own: bool
    schema: str
    kind: str
    version: int
    made_at: Moment
    held_since: Moment
    received_from: str
    properties: Sequence[PropertyLine]
    links: Sequence[LinkLine]
    files: Sequence[FileLine]
    terms: Sequence[TermsLine]
    review_on: str
    erase_on: str
    review_day: str
    """As a field takes it: 2031-05-04."""
    erase_day: str
    grounds: Sequence[GroundLine]
    ladder: Sequence[tuple[str, bool]]
    """Each act of the ladder, and whether one may go so far."""
    has_original: bool
    is_linked_to: bool
    """Whether another record that may be seen links to it."""
    enter: str
    """Where a record that links to it is entered; empty for who may not."""


@dataclass(frozen=True, slots=True)
class RecordPage:
    """What `record.html` shows."""

    title: str
    task: TaskShown
    facts: Facts
    who: Sequence[SightLine]
    """Of one of ours, who may do something with it, and what keeps them from more."""
    who_not: Sequence[SightLine]
    """… and who may not even know of it."""
    units: Sequence[UnitSightLine]
    """Of our own units those that limits bind, shown to who may look at these."""
    holders: Sequence[HolderLine]
    chart: LinkChart | None
    """What it links to and what links to it, drawn; None where there is neither."""
    attach: str
    """Where a file is attached to one of ours; empty where this reader may not."""
    original: str
    """Where the part of the file is shown that it was made from; empty where there is none."""
    withdraw: str
    """Where one of ours is withdrawn; empty where this reader may not."""
    correct: str
    """Where one of ours is corrected; empty where this reader may not."""
    extend: str
    """Where one of ours is kept longer; empty likewise."""
    extensions: Mapping[str, str]
    """Why a record is kept longer: code and words."""
    versions: str
    """Where its versions are shown."""


@dataclass(frozen=True, slots=True)
class OriginalPage:
    """What `original.html` shows: the part of a file that one of our records was made from."""

    title: str
    id: str
    to: str
    file: str
    file_date: str
    sha256: str
    format: str
    text: str
    download: str
    """Where it is downloaded as it came."""


def facts_of(asked: Asked, name: str) -> Facts:
    """Look at a record for the session's task and return what may be seen of it; raise NotFound or Refused as the gate says.

    It is a row of the trail each time.
    """
    task = asked.memory.task
    assert task is not None, "whoever looks at a record has said why"
    answer, say = asked.perform("record_show", {"record": name, **task.about()}), asked.say
    record = member(answer, "record")
    schema = asked.node.schemata.get(text(record, "schema"))
    properties = _properties(asked, record, schema)
    captions = [
        one.values[0].shown
        for wanted in (schema.caption if schema is not None else ())
        for one in properties
        if one.label == label_of(schema, wanted, say)[0] and one.values
    ]
    reached = text(answer, "may_go_up_to")
    retention = member(record, "retention")
    return Facts(
        name=text(record, "name"),
        caption=captions[0] if captions else name_shown(text(record, "name")),
        source=body_name(member(record, "source")),
        is_own=not answer["received_from"],
        schema=say.code("schemata", text(record, "schema")),
        kind=say.code("record_kinds", text(record, "kind")),
        version=whole(record, "version"),
        made_at=say.moment(parse_time(text(record, "at"), "at")),
        held_since=say.moment(parse_time(text(answer, "held_since"), "held_since")),
        received_from=text(answer, "received_from"),
        properties=properties,
        links=[_link(one, schema, say) for one in members(record, "links")],
        files=_files(asked, answer, record),
        terms=[terms_line(one, number, say) for number, one in enumerate(members(record, "terms"), start=1)],
        review_on=say.day(date.fromisoformat(text(retention, "review_on"))),
        erase_on=say.day(date.fromisoformat(text(retention, "erase_on"))),
        review_day=text(retention, "review_on"),
        erase_day=text(retention, "erase_on"),
        grounds=grounds_of(member(answer, "decision"), say),
        ladder=[
            (say.code("acts", act), bool(reached) and act.rank <= DisclosureAct(reached).rank) for act in DisclosureAct
        ],
        has_original=answer["has_original"] is True,
        is_linked_to=answer["is_linked_to"] is True,
        enter=_entering(asked, record),
    )


def _entering(asked: Asked, record: JsonObject) -> str:
    """Return where a record that links to this one is chosen: by what it is about, and what belongs to its kind first."""
    if not may_do(asked, "enter_record"):
        return ""
    of = {"of": text(record, "name"), "about": text(record, "schema"), "kind": text(record, "kind")}
    return f"{PREFIX}/enter?{urlencode(of)}"


def _files(asked: Asked, answer: JsonObject, record: JsonObject) -> list[FileLine]:
    there, is_own = quote_record(text(record, "name")), not answer["received_from"]
    may_detach = is_own and may_do(asked, "attach_file")
    lines = []
    for one in members(record, "files"):
        blob = text(one, "blob")
        line = file_line(asked, one, f"{PREFIX}/files/")
        lines.append(
            replace(
                line,
                to=f"{line.to}/{there}",
                is_here=is_own or asked.node.blobs.is_here(BlobId(blob)),
                detach=f"{PREFIX}/detach/{blob.removeprefix(BLOB)}/{there}" if may_detach else "",
            )
        )
    return lines


def _properties(asked: Asked, record: JsonObject, schema: Schema | None) -> list[PropertyLine]:
    """Return the facts by property: those that the schema puts first, then the others in its order, unknown ones last."""
    by_name: dict[str, list[JsonObject]] = {}
    for fact in members(record, "facts"):
        by_name.setdefault(text(fact, "property"), []).append(fact)
    first = [*(schema.featured if schema is not None else ()), *(schema.properties if schema is not None else ())]
    order = {name: place for place, name in reversed(list(enumerate(first)))}
    names = sorted(by_name, key=lambda name: (order.get(name, len(first)), name))
    return [_property(asked, name, by_name[name], schema) for name in names]


def _property(asked: Asked, name: str, facts: Sequence[JsonObject], schema: Schema | None) -> PropertyLine:
    label, is_english = label_of(schema, name, asked.say)
    values = []
    for fact in facts:
        shown, is_compared = value_shown(asked, schema, name, text(fact, "value"))
        values.append(Value(shown, is_compared, text(fact, "observation"), whole(fact, "terms") + 1))
    known = schema.properties.get(name) if schema is not None else None
    kind = known.type if known is not None else PropertyType.STRING
    return PropertyLine(name, kind, label, is_english, facts[0]["unknown_property"] is True, values)


def _link(one: JsonObject, schema: Schema | None, say: Wording) -> LinkLine:
    label, is_english = label_of(schema, text(one, "property"), say)
    return LinkLine(label, is_english, text(one, "name"), record_path(text(one, "name")), text(one, "observation"))


def terms_line(one: JsonObject, number: int, say: Wording) -> TermsLine:
    """Return under what facts were shared, in words."""
    evaluation = text(one, "evaluation")
    status = text(one, "status")
    return TermsLine(
        number=number,
        instrument=text(one, "instrument"),
        handling=[say.code("handling_codes", code) for code in texts(one, "handling")],
        confidentiality=say.code("confidentiality", text(one, "confidentiality")),
        evaluation=evaluation,
        evaluation_words=[
            say.code("source_evaluations", evaluation[:1]),
            say.code("information_evaluations", evaluation[1:]),
        ],
        status=say.code("subject_statuses", status) if status else "",
        marks=[say.code("marks", code) for code in texts(one, "marks")],
        purposes=[say.code("purposes", code) for code in texts(one, "purposes")],
        crime_areas=[say.code("crime_areas", code) for code in texts(one, "crime_areas")],
    )


def _record(asked: Asked) -> RecordPage | Elsewhere:
    name = record_asked_for(asked)
    if asked.memory.task is None:
        return asks_why_first(record_path(name))
    try:
        facts = facts_of(asked, name)
    except NotFound:
        return holders_instead(asked, name)
    may_correct = facts.is_own and may_do(asked, "correct_record")
    sights, units = sights_of(asked, name) if facts.is_own else ([], [])
    withdraw = f"{PREFIX}/withdraw/{quote_record(name)}"
    return RecordPage(
        title=facts.caption.written,
        task=task_shown(asked),
        facts=facts,
        who=[one for one in sights if one.up_to],
        who_not=[one for one in sights if not one.up_to],
        units=units,
        holders=holders_of(asked, name) if facts.is_own else (),
        chart=link_chart(asked, name) if facts.links or facts.is_linked_to else None,
        attach=f"{PREFIX}/attach/{quote_record(name)}" if facts.is_own and may_do(asked, "attach_file") else "",
        original=f"{PREFIX}/original/{quote_record(name)}" if facts.has_original else "",
        withdraw=withdraw if facts.is_own and may_do(asked, "withdraw_record") else "",
        correct=f"{PREFIX}/correct/{quote_record(name)}" if may_correct else "",
        extend=f"{PREFIX}/extend/{quote_record(name)}" if may_correct else "",
        extensions=asked.say.codes("extension_reasons"),
        versions=f"{PREFIX}/versions/{quote_record(name)}",
    )


def _withdraw(asked: Asked) -> Done:
    name, version = record_asked_for(asked), asked.form.value("version")
    given: JsonObject = {"record": name, "reason": asked.form.value("reason")}
    # Nobody ends a version they did not see (docs/rules/api.md P9).
    asked.perform("record_withdraw", {**given, "version": int(version) if version.isdecimal() else 0})
    return Done(holders_path(name), "record_withdrawn")


def _original(asked: Asked) -> OriginalPage | Elsewhere:
    name, task = record_asked_for(asked), asked.memory.task
    if task is None:
        return asks_why_first(f"{PREFIX}/original/{quote_record(name)}")
    answer = asked.perform("record_original", {"record": name, **task.about()})
    return OriginalPage(
        title=asked.say.text("original.title"),
        id=text(answer, "name"),
        to=record_path(text(answer, "name")),
        file=text(answer, "file"),
        file_date=text(answer, "file_date"),
        sha256=text(answer, "file_sha256"),
        format=text(answer, "format"),
        text=text(answer, "text"),
        download=f"{PREFIX}/original-file/{quote_record(text(answer, 'name'))}",
    )


PAGES: Sequence[Page] = (
    ShowPage(
        "record", "/records/{source}/{local_id:path}",
        ("record_show", "record_who_can_see", "record_holders", "record_links"), ("show_record",), "record.html",
        "A record as its reader may see it; of ours, who can see it and who has copies.", _record,
    ),
    ActPage(
        "withdraw_record", "/withdraw/{source}/{local_id:path}", ("record_withdraw",), ("withdraw_record",), "record",
        "Withdraws one of our records everywhere.", _withdraw,
        (Field("reason", Kind.TEXT, most=REASON_CHARACTERS_MAX), Field("version", most=20)),
    ),
    ShowPage(
        "original", "/original/{source}/{local_id:path}", ("record_original",), ("show_record",), "original.html",
        "The part of a file that one of our records was made from.", _original,
    ),
)  # fmt: skip
