"""Import: a file is sent, looked at, given its terms and, where it is a table, its mapping; then a job takes it in.

A file waits an hour for its job. What is entered for it is kept for the session, so that the first rows can be looked at as they
would be read before anything is kept of them. The node reads it as it reads every import: by its content, within its bounds.

Source: docs/rules/desk.md W55 and W56; docs/rules/records.md R3, R6 and R44 to R46.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Final

from entente.kernel.canonical import Json, JsonObject
from entente.kernel.errors import EntenteError, Invalid, NotFound
from entente.kernel.jobs import UPLOAD_BYTES_MAX, JobKind, Upload
from entente.records.listing import PERCENT_MAX
from entente.verbs.references import names_of
from entente.web.desk.forms import Entered, Fault, Field, Kind, fault_of
from entente.web.desk.job_pages import JobLine, job_path, jobs_of
from entente.web.desk.page import PREFIX, ActPage, Asked, Done, Page, ShowPage, may_do
from entente.web.desk.reading import members, text
from entente.web.desk.table_choice import FIELDS as TABLE_FIELDS
from entente.web.desk.table_choice import TableChoice, is_chosen_anew, table_choice
from entente.web.sentences import clause, place
from entente.web.wording import Moment, Wording

IMPORTS_PATH: Final = f"{PREFIX}/imports"
TABLES: Final = frozenset({"csv", "parquet"})
MAPPING_CHARACTERS_MAX: Final = 100_000
"""As the interface takes one."""
CODES_CHARACTERS_MAX: Final = 4_000
"""Every code of the longest closed list, and every body of a large network."""
ABOUT_PERSONS: Final = ("Person", "Passport", "Identification")
"""What the status is of: whom a record is about, and the documents of whom."""
PREVIEW: Final = "preview"
CHOOSE: Final = "choose"
_BEGINNING: Final[Mapping[str, str]] = {"review_years": "1", "erase_years": "4", "gone_percent": str(PERCENT_MAX)}
"""What a form begins with: what is asked most."""
NEEDS: Final = ("import_records",)


@dataclass(frozen=True, slots=True)
class WaitingFile:
    """A file that was sent and that no job took yet."""

    to: str
    name: str
    size: str
    sha256: str
    until: Moment


@dataclass(frozen=True, slots=True)
class ImportsPage:
    """What `imports.html` shows."""

    title: str
    send: str
    enter: str
    """Where one record is entered by hand; empty for who may not."""
    file_most: str
    """How large a file may be."""
    files: Sequence[WaitingFile]
    jobs: Sequence[JobLine]


@dataclass(frozen=True, slots=True)
class PreviewRow:
    """A row as it would be read."""

    outcome: str
    place: str
    schema: str
    kind: str
    values: Sequence[tuple[str, bool, str]]
    """Label of the property, whether it is English whatever the reader's language is, and the value."""
    field: str
    why: str
    raw: str


@dataclass(frozen=True, slots=True)
class NewImportPage:
    """What `new_import.html` shows."""

    title: str
    file: WaitingFile
    format: str
    """In words; empty where it is none that is read."""
    table: TableChoice | None
    """Of a table: what its columns hold; None where its columns cannot be read, or for another file."""
    is_table: bool
    refused: Fault | None
    """Why the file cannot be imported at all."""
    began: Mapping[str, str]
    """What the form begins with."""
    kinds_began: Sequence[str]
    """The kinds among it that single schemata have."""
    instruments: Mapping[str, str]
    kinds: Mapping[str, str]
    schemata: Mapping[str, str]
    """What records are about, for which another kind may be chosen."""
    bodies: Mapping[str, str]
    was_looked_at: bool
    rows: Sequence[PreviewRow]
    preview_fault: Fault | None


def waiting_file(asked: Asked, upload: Upload, to: str) -> WaitingFile:
    """Return a file that waits as pages show it."""
    until = asked.jobs.kept_until(upload)
    assert until is not None, "a file that waits does so for a time"
    return WaitingFile(to, upload.name, asked.say.size(upload.size), upload.sha256, asked.say.moment(until))


def _imports(asked: Asked) -> ImportsPage:
    return ImportsPage(
        title=asked.say.text("imports.title"),
        send=IMPORTS_PATH,
        enter=f"{PREFIX}/enter" if may_do(asked, "enter_record") else "",
        file_most=asked.say.size(UPLOAD_BYTES_MAX),
        files=[waiting_file(asked, one, f"{IMPORTS_PATH}/{one.id}") for one in asked.jobs.uploads(asked.officer)],
        jobs=jobs_of(asked, JobKind.IMPORT),
    )


def _send(asked: Asked) -> Done:
    """Lead on to the file, which waits already; a second file of the same form is another one."""
    return Done(f"{IMPORTS_PATH}/{asked.form.value('file')}")


def _new(asked: Asked) -> NewImportPage:
    upload, path = asked.jobs.upload(asked.officer, asked.path["upload"])
    say, names = asked.say, names_of(asked.node)
    file: JsonObject = {"file": str(path)}
    draft = asked.memory.imports.get(upload.id)
    form, refused, preview_fault, rows = "", None, None, None
    try:
        form = text(asked.perform("record_import_preview", file), "format")
    except EntenteError as error:
        refused = fault_of(error, (), say)
    is_table = form in TABLES
    began = {**_BEGINNING, **(draft or {})}
    table = _table(asked, file, Entered(began)) if is_table else None
    began.setdefault("mapping", table.mapping if table is not None else "")
    if draft is not None and refused is None and draft.get("step") == PREVIEW:
        entered = Entered(draft)
        given: JsonObject = {**file, "terms": _terms(entered), "mapping": entered.value("mapping")}
        try:
            rows = members(asked.perform("record_import_preview", given), "rows")
        except EntenteError as error:
            preview_fault = fault_of(error, (), say)
    kinds = asked.node.lists.record_kinds
    return NewImportPage(
        title=say.text("imports.new_title", file=upload.name),
        file=waiting_file(asked, upload, f"{IMPORTS_PATH}/{upload.id}"),
        format=say.code("import_formats", form) if form else "",
        table=table,
        is_table=is_table,
        refused=refused,
        began=began,
        kinds_began=[*Entered(began).each("kind_of").values()],
        instruments={one.instrument.name: one.instrument.title for one in names.instruments.values()},
        kinds={code: words for code, words in say.codes("record_kinds").items() if kinds[code].is_data_set},
        schemata=_in_order(
            say,
            ((name, say.code("schemata", name)) for name, one in asked.node.schemata.items() if not one.is_abstract),
        ),
        bodies={one.code: f"{one.code} · {one.name}" for one in names.bodies.values() if one.id != names.own.id},
        was_looked_at=rows is not None,
        rows=[_row(asked, one) for one in rows or ()],
        preview_fault=preview_fault,
    )


def _in_order(say: Wording, labelled: Iterable[tuple[str, str]]) -> Mapping[str, str]:
    return dict(sorted(labelled, key=lambda one: say.place(one[1])))


def _table(asked: Asked, file: JsonObject, entered: Entered) -> TableChoice | None:
    """Return what the columns of a table hold; None for one that has no line of names, as looking at its rows says in words."""
    for one in (entered, Entered()):
        with suppress(Invalid):
            return table_choice(asked, file, one)
    return None


def _row(asked: Asked, row: JsonObject) -> PreviewRow:
    schema = asked.node.schemata.get(text(row, "schema"))
    values = []
    for one in members(row, "values"):
        name = text(one, "property")
        worded = asked.say.code("properties", name)
        known = schema.properties.get(name) if schema is not None else None
        is_worded = worded != name or known is None
        values.append((worded if is_worded or known is None else known.label, not is_worded, text(one, "value")))
    return PreviewRow(
        outcome=text(row, "outcome"),
        place=place(asked.say, text(row, "place")),
        schema=asked.say.code("schemata", text(row, "schema")),
        kind=asked.say.code("record_kinds", text(row, "kind")),
        values=values,
        field=text(row, "field"),
        why=clause(asked.say, text(row, "why")),
        raw=text(row, "raw"),
    )


def _terms(form: Entered) -> str:
    """Write the terms as an officer's file of terms has them; JSON is YAML too (docs/rules/records.md R3)."""
    subject: dict[str, Json] = dict.fromkeys(ABOUT_PERSONS, form.value("status")) if form.value("status") else {}
    years = {"review_after_years": _whole(form, "review_years"), "erase_after_years": _whole(form, "erase_years")}
    codes: dict[str, Json] = {
        name: [*form.lines(name)] for name in ("purposes", "crime_areas", "handling", "marks", "excluded", "only")
    }
    by_schema: dict[str, Json] = {schema: kind for schema, kind in form.each("kind_of").items() if kind}
    lines = ("title", "kind", "confidentiality", "source_evaluation", "information_evaluation")
    terms: JsonObject = {
        **{name: form.value(name) for name in lines},
        **codes,
        "subject": subject,
        "kind_by_schema": by_schema,
        "retention": {**years},
    }
    if form.value("instrument"):
        terms["instrument"] = form.value("instrument")
    return json.dumps(terms, ensure_ascii=False)


def _whole(form: Entered, name: str) -> int:
    """Return a whole number as it was entered; 0, which every bound refuses, for anything else."""
    entered = form.value(name)
    return int(entered) if entered.isascii() and entered.isdecimal() else 0


def _begin(asked: Asked) -> Done:
    """Keep what was entered, and show the first rows under it; or make the job."""
    form = asked.form
    if (made := asked.jobs.made_before(asked.officer, asked.once)) is not None:
        # The second click of two: the file is the job's by now.
        return Done(job_path(made.id), "import_begun")
    upload, path = asked.jobs.upload(asked.officer, asked.path["upload"])
    # Another choice of columns is looked at before anything is imported under it.
    is_anew = is_chosen_anew(form)
    if form.value("step") == PREVIEW or is_anew:
        mapping = table_choice(asked, {"file": str(path)}, form).mapping if is_anew else form.value("mapping")
        asked.memory.keep_import(upload.id, {**form.values, "step": PREVIEW, "mapping": mapping})
        return Done(f"{IMPORTS_PATH}/{upload.id}")
    percent = _whole(form, "gone_percent")
    given: JsonObject = {
        "terms": _terms(form),
        "mapping": form.value("mapping"),
        "share_with": [*form.lines("share_with")],
        "list": form.value("list"),
        "withdraw_gone": form.flag("withdraw_gone"),
        "gone_percent_max": percent,
    }
    _check(asked, form)
    job = asked.jobs.make(asked.officer, JobKind.IMPORT, asked.once, given, upload=upload.id)
    asked.memory.imports.pop(upload.id, None)
    return Done(job_path(job.id), "import_begun")


def _choose(asked: Asked) -> Done:
    """Have the mapping proposed for the columns as they were chosen, whatever else is entered by now."""
    upload, path = asked.jobs.upload(asked.officer, asked.path["upload"])
    mapping = table_choice(asked, {"file": str(path)}, asked.form).mapping
    asked.memory.keep_import(upload.id, {**asked.form.values, "step": CHOOSE, "mapping": mapping})
    return Done(f"{IMPORTS_PATH}/{upload.id}#columns")


def _check(asked: Asked, form: Entered) -> None:
    """Raise Invalid for terms with which the job would end at once, while they can still be mended in the form."""
    upload, path = asked.jobs.upload(asked.officer, asked.path["upload"])
    given: JsonObject = {"file": str(path), "terms": _terms(form), "mapping": form.value("mapping"), "rows": 1}
    asked.perform("record_import_preview", given)
    if not form.value("list") and form.flag("withdraw_gone"):
        raise Invalid(
            f"Nothing of {upload.name} was imported: what is gone can be told of a named list alone.",
            field="list",
            why="Records are withdrawn because a newer issue of their list has them no more, and no list was named.",
            do="Name the list, the same name at each issue.",
        )


def _drop(asked: Asked) -> Done:
    with suppress(NotFound):
        # A second click removes what the first one did.
        asked.jobs.drop(asked.officer, asked.path["upload"])
    asked.memory.imports.pop(asked.path["upload"], None)
    return Done(IMPORTS_PATH, "file_dropped")


FILE: Final = Field("file", Kind.FILE, asks="body")
TERMS_FIELDS: Final[Sequence[Field]] = (
    Field("title", most=200),
    Field("instrument", is_needed=False),
    Field("kind", Kind.CODE, codes="record_kinds"),
    Field("kind_of", Kind.CODE, codes="record_kinds", asks="kind_by_schema", is_many=True),
    Field("purposes", Kind.CODES, codes="purposes", most=CODES_CHARACTERS_MAX),
    Field("crime_areas", Kind.CODES, codes="crime_areas", most=CODES_CHARACTERS_MAX),
    Field("handling", Kind.CODES, codes="handling_codes", most=CODES_CHARACTERS_MAX),
    Field("confidentiality", Kind.CODE, codes="confidentiality"),
    Field("source_evaluation", Kind.CODE, codes="source_evaluations"),
    Field("information_evaluation", Kind.CODE, codes="information_evaluations"),
    Field("status", Kind.CODE, is_needed=False, codes="subject_statuses", asks="subject"),
    Field("marks", Kind.CODES, is_needed=False, codes="marks", most=CODES_CHARACTERS_MAX),
    Field("excluded", Kind.CODES, is_needed=False, most=CODES_CHARACTERS_MAX),
    Field("only", Kind.CODES, is_needed=False, most=CODES_CHARACTERS_MAX),
    Field("review_years", most=3, asks="retention.review_after_years"),
    Field("erase_years", most=3, asks="retention.erase_after_years"),
)
_IMPORT_FIELDS: Final[Sequence[Field]] = (
    *TERMS_FIELDS,
    Field("mapping", Kind.TEXT, is_needed=False, most=MAPPING_CHARACTERS_MAX),
    Field("share_with", Kind.CODES, is_needed=False, most=CODES_CHARACTERS_MAX),
    Field("list", is_needed=False, most=64),
    Field("withdraw_gone", Kind.FLAG, is_needed=False),
    Field("gone_percent", is_needed=False, most=3, asks="gone_percent_max"),
    Field("step", is_needed=False, most=10),
    *TABLE_FIELDS,
)

PAGES: Sequence[Page] = (
    ShowPage(
        "imports", "/imports", (), NEEDS, "imports.html", "Where a file of records is sent, and the imports of before.", _imports,
        in_navigation=True, key="i",
    ),
    ActPage(
        "send_import", "/imports", (), NEEDS, "imports", "Takes a file in, which then waits for its import.", _send, (FILE,),
        is_once=False,
    ),
    ShowPage(
        "new_import", "/imports/{upload}", ("record_import_preview", "record_mapping_suggest"), NEEDS, "new_import.html",
        "A file that was sent, its terms and mapping, and its first rows as they would be read.", _new,
    ),
    ActPage(
        "begin_import", "/imports/{upload}", ("record_import_preview", "record_mapping_suggest"), NEEDS, "new_import",
        "Shows the first rows as they would be read, or begins the import.", _begin, tuple(_IMPORT_FIELDS), is_once=False,
    ),
    ActPage(
        "choose_columns", "/imports/{upload}/columns", ("record_mapping_suggest",), NEEDS, "new_import",
        "Proposes the mapping of a table anew, for the columns that were chosen.", _choose,
        tuple(replace(one, is_needed=False) for one in _IMPORT_FIELDS), is_once=False,
    ),
    ActPage(
        "drop_file", "/imports/{upload}/drop", (), NEEDS, "new_import", "Removes a file that waits.", _drop, is_once=False,
    ),
)  # fmt: skip
