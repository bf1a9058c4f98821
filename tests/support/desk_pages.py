"""An address for each page of the desk that the test network has something at, and addresses at which nothing may be known."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from entente.agreements.participation import withdraw
from entente.agreements.statements import draft_participation
from entente.kernel.canonical import JsonObject
from entente.kernel.ids import BodyId
from entente.kernel.signing import encode_bytes
from entente.kernel.statement import draft as statement_draft
from entente.verbs import perform
from entente.verbs.references import names_of
from entente.web.desk.forms import Field, Kind
from entente.web.desk.memory import KeptDraft, KeptGroup, KeptQuery, Task, seal_of
from entente.web.desk.page import PREFIX, ActPage, Page, ShowPage
from entente.web.wording import Wording
from tests.support.api_world import HIDDEN, KEPT, OWN, ROLES, SEEN, UNIT
from tests.support.desk_world import COOKIE, Browser, DeskWorld
from tests.support.nodes import HEAD

KEY = "query-1"
TASK = Task("identify", "fugitives", occasion="Gate 4")
STATEMENT = statement_draft("participation", BodyId("body:x"), datetime(2031, 5, 4, tzinfo=UTC), {"instrument": "x"})
UNITS_LIST = json.dumps({"units": [{"id": UNIT, "kind": "unit", "name": "A unit"}]})
LIST = "own-list"
"""A group of the bureau's own."""
ORDER = "Order 7/2021"
"""A national order on a basis on which no test relies."""
KEPT_ORDER: JsonObject = {
    "reference": ORDER, "text": "What it says.", "signed_on": "2021-01-10", "published_on": "2021-01-12",
    "in_force_on": "2021-02-01", "ends_on": "2021-03-01", "governs": ["customs_law"], "powers": [], "competent_authorities": {},
}  # fmt: skip
"""How a session corrected it so far."""
KEPT_LIST = KeptGroup(LIST, "A list with another title", 1, {}, ())
"""What a session changed of it so far."""
_VALUES = {
    "units_text": UNITS_LIST, "units_since": "2031-05-04T10:00:00Z", "unit_kind": "unit",
    "group_version": "1", "group_name": "another-list", "order_signed_on": "2021-01-10", "order_published_on": "2021-01-12",
    "order_in_force_on": "2021-02-01", "order_version": "new", "order_file": json.dumps(KEPT_ORDER),
    "group_file": json.dumps({"name": LIST, "title": "A list", "version": 1, "entries": []}),
    "number": "1", "days": "7", "version": "1", "score": "1", "to": "XA-NCB", "body": "XA-NCB", "instrument": "charter",
    "contact_phone": "+1 555 0100", "contact_languages": "en fr", "contact_zone": "UTC", "contact_id": "contact-0",
    "review_on": "2099-01-01", "erase_on": "2099-01-01", "direction": "both", "toward": "XA-NCB",
    "signed": '{"file": "entente statements to sign", "statements": [' + json.dumps(STATEMENT.to_json()) + "]}",
    "measure_target": "XA-NCB", "measure_until": "2099-01-01", "proposal_target": "XA-NCB", "replaced": "RC",
}  # fmt: skip
_FILES = {
    "signed_files": _VALUES["signed"].encode(), "checkpoint_files": b"{}", "units_list_file": UNITS_LIST.encode(),
    "exhibit_file": b"image",
}  # fmt: skip
_OWN = {"withdraw_record", "holders"}
_KEPT = {
    "original", "correct", "correct_record", "extend_record", "original_file", "record_file", "fetch_record_file",
    "attach_record_file", "detach_record_file",
}  # fmt: skip
_CAME_HIT = {"answer_hit"}
_REQUEST = {"request", "settle_request"}
_SENT = {"recall_message", "recall_from_all", "recall_from_some", "note_failure"}


def with_query(world: DeskWorld, browser: Browser, line: str = "Muhammadov, 1979", task: Task = TASK) -> Browser:
    """Have an officer's session know why they work, and keep a query under KEY, as asking it does."""
    session = world.signed_in.sessions[browser.http.cookies[COOKIE]]
    memory = world.desk.memories.of(session.csrf)
    memory.task = task
    memory.keep(KEY, KeptQuery({"line": line}, task, world.node.clock.now()))
    memory.keep_draft(KEY, kept_draft(world))
    memory.officer_entry = {"account": "o-entered", "staff_roles": "duty_officer", "staff_version": ""}
    memory.units_change = {"change": "add", "id": "new-unit", "kind": "unit", "name": "New unit"}
    memory.unit_limits = {"unit_id": UNIT, "limit_kinds": "wanted_person"}
    memory.keep_group(KEPT_LIST)
    memory.keep_order(ORDER, dict(KEPT_ORDER), "0" * 16)
    return browser


def own_list(world: DeskWorld) -> str:
    """Return a group that the bureau keeps, keeping it where it does not."""
    if not any(one["name"] == LIST for one in _groups(world)):
        file: JsonObject = {"name": LIST, "title": "A list", "entries": []}
        perform(world.node, "group_keep", {"officer": HEAD, "data": encode_bytes(json.dumps(file).encode())})
    return LIST


def own_order(world: DeskWorld) -> str:
    """Return the reference of a national order, entering it where it is not here; it gives all that it settles."""
    with world.node.directory.open_unit() as unit:
        is_there = any(one.reference == ORDER for one in unit.bodies.orders())
    if not is_there:
        data = encode_bytes(json.dumps({**KEPT_ORDER, "text": "What it said first."}).encode())
        perform(world.node, "order_enter", {"officer": HEAD, "data": data})
    return ORDER


def _groups(world: DeskWorld) -> list[JsonObject]:
    listed = perform(world.node, "group_list", {})["groups"]
    assert isinstance(listed, list), "groups are a list"
    return [one for one in listed if isinstance(one, dict)]


def entered(world: DeskWorld) -> str:
    """Return an officer who is entered, and entered anew where a test ended them."""
    given: JsonObject = {"officer": HEAD, "id": "o-entered", "roles": ["analyst"], "unit": UNIT}
    perform(world.node, "officer_add", given)
    return "o-entered"


def kept_draft(world: DeskWorld) -> KeptDraft:
    """Return the draft of our leaving of an agreement."""
    names = names_of(world.node)
    stand = names.instrument("police-data-agreement").participations[names.own.id]
    leaving = draft_participation(withdraw(stand, world.node.clock.now()))
    return KeptDraft("withdrawal", "police-data-agreement", [leaving.to_json()], None, STATEMENT.at)


def role_for(world: DeskWorld, page: Page) -> str:
    """Return a role that may open a page: the duty officer's where it may."""
    lists = world.node.lists
    may_it = (role for role in ("duty_officer", *ROLES) if not page.needs or lists.roles[role].verbs & set(page.needs))
    return next(may_it)


def path_of(world: DeskWorld, page: Page) -> str:
    """Return the address of a page with its parameters filled."""
    year, _, serial = world.bureau.case.partition("/")
    record = OWN if page.name in _OWN else KEPT if page.name in _KEPT else SEEN
    source, _, local_id = record.partition("/")
    item = world.bureau.hit if "hit" in page.name else world.bureau.came
    item = world.bureau.hit_came if page.name in _CAME_HIT else world.bureau.sent if page.name in _SENT else item
    item = world.bureau.request if page.name in _REQUEST else item
    more = {"query": world.standing, "match": world.match, "row": str(world.bureau.search_row)}
    more |= {"upload": world.file()} if "{upload}" in page.path else {}
    if "{job}" in page.path:
        made = {"batch": world.batch, "mend_rows": world.table}.get(page.name, world.job)
        more |= {"job": made()}
    item = world.asked_of_us if "permission" in page.name else item
    item = world.granted() if page.name == "forward_by_permission" else item
    more |= {"instrument": "police-data-agreement"}
    more |= {"counterpart": "XB-NCB", "kind": "vehicle", "schema": "Vehicle"}
    more |= {
        "code": world.successor() if "successor" in page.name else "XA-NCB",
        "keeper": "GS",
        "name": "rejects.jsonl" if "{job}" in page.path else "members",
    }
    more |= (
        {"file": world.file_of_message() if "{id}" in page.path else world.file_of_record()}
        if "{file}" in page.path
        else {}
    )
    item = world.with_file if "{file}" in page.path else item
    more |= {"unit": UNIT}
    more |= {"named": own_list(world)} if "{named}" in page.path else {}
    more |= {"entered": own_order(world).replace("/", "%2F")} if "{entered:path}" in page.path else {}
    more |= {"account": entered(world)} if "{account" in page.path else {}
    item = world.shift if "{id}" in page.path and "shift" in page.name else item
    given = {"year": year, "serial": serial, "source": source, "local_id": local_id, "id": item, "key": KEY}
    return PREFIX + _filled(page.path, **given, **more)


def absent(world: DeskWorld, page: ShowPage) -> list[str]:
    """Return addresses of a page at which nothing is, something of another kind, or something hidden."""
    wrong = {
        "case": [{"year": "2026", "serial": "999999"}, {"year": "x", "serial": "y"}, {"year": "2026", "serial": "<b>"}],
        "case_print": [{"year": "2026", "serial": "999999"}, {"year": "x", "serial": "y"}],
        "case_split": [{"year": "2026", "serial": "999999"}, {"year": "x", "serial": "y"}],
        "hit": [{"id": "hit-0"}, {"id": world.bureau.came}, {"id": "<b>"}],
        "message": [{"id": "message-0"}, {"id": world.bureau.hit}, {"id": "<b>"}],
        "one_shift": [{"id": "shift-0"}, {"id": world.bureau.hit}, {"id": "<b>"}],
        "found": [{"key": "query-9"}, {"key": world.bureau.hit}],
        "record": _NO_RECORDS,
        "versions": _NO_RECORDS,
        "namesakes": _NO_RECORDS,
        "holders": [*_NO_RECORDS, _record(SEEN)],
        "original": [*_NO_RECORDS, _record(SEEN)],
        "original_file": [*_NO_RECORDS, _record(SEEN)],
        "record_file": [
            {"file": file, **_record(record)}
            for file, record in (
                ("0" * 64, KEPT),
                ("..", KEPT),
                ("<b>", KEPT),
                (world.file_of_record(), HIDDEN),
                (world.file_of_message(), KEPT),
            )
        ],
        "message_file": [
            {"file": file, "id": message}
            for file, message in (
                ("0" * 64, world.with_file),
                ("<b>", world.with_file),
                (world.file_of_message(), "message-0"),
                (world.file_of_message(), world.bureau.came),
                (world.file_of_record(), world.with_file),
            )
        ],
        "correct": [*_NO_RECORDS, _record(SEEN)],
        "entry": [
            {"kind": "vehicle", "schema": "Person"},
            {"kind": "judgement", "schema": "Judgement"},
            {"kind": "message", "schema": "Vehicle"},
            {"kind": "<b>", "schema": "<b>"},
        ],
        "permission": [{"id": "permission-request-0"}, {"id": world.bureau.hit}],
        "matches": [{"query": "standing-0"}, {"query": world.bureau.hit}],
        "body": [{"code": "ZZ-NCB"}, {"code": world.bureau.hit}, {"code": "<b>"}],
        "successor": [{"code": "ZZ-NCB"}, {"code": "XA-NCB"}, {"code": world.bureau.hit}, {"code": "<b>"}],
        "doubts": [{"code": "ZZ-NCB"}, {"code": world.bureau.hit}, {"code": "<b>"}],
        "pair": [
            {"code": "XA-NCB", "counterpart": "ZZ-NCB"},
            {"code": world.bureau.hit, "counterpart": "XA-NCB"},
            {"code": "<b>", "counterpart": "<b>"},
            {"code": "XA-NCB", "counterpart": "XA-NCB"},
        ],
        "group": [
            {"keeper": "GS", "name": "nobody"},
            {"keeper": "ZZ-NCB", "name": "members"},
            {"keeper": "<b>", "name": "<b>"},
        ],
        "keeping_group": _NO_GROUPS,
        "group_file": _NO_GROUPS,
        "foreseen_group": _NO_GROUPS,
        "change_order": _NO_ORDERS,
        "order_file": _NO_ORDERS,
        "foreseen_order": _NO_ORDERS,
        "own_unit": _NO_UNITS,
        "limit_unit": _NO_UNITS,
        "change_unit": _NO_UNITS,
        "officer": _NO_OFFICERS,
        "change_officer": _NO_OFFICERS,
        "foreseen_officer": _NO_OFFICERS,
        "ending_officer": _NO_OFFICERS,
        "counted_limits": _NO_UNITS,
        "instrument": [{"instrument": "nothing"}, {"instrument": world.bureau.hit}, {"instrument": "<b>"}],
        "suspend": [{"instrument": "nothing"}, {"instrument": "<b>"}],
        "to_sign_one": [{"key": "draft-0"}, {"key": world.bureau.hit}],
        "new_import": [{"upload": f"upload-{'0' * 32}"}, {"upload": world.bureau.hit}, {"upload": "..%2fx"}],
        "ask_source": [_record(HIDDEN), _record("XA-NCB/w-9"), _record("ZZ-NCB/w-1"), _record("XA-NCB/<b>")],
        "consult": [_record(HIDDEN), _record("ZZ-NCB/w-1"), _record("XA-NCB/w-9"), _record("XA-NCB/<b>")],
        "request": [{"id": "record-request-0"}, {"id": world.bureau.hit}, {"id": "<b>"}],
        "case_proof": [
            {"year": "2026", "serial": "999999"},
            {"year": "x", "serial": "y"},
            {"year": "1", "serial": "<b>"},
        ],
        "sealed_query": [{"row": "1"}, {"row": "999999999"}, {"row": "x"}, {"row": "9" * 30}],
        "new_batch": [{"upload": f"upload-{'0' * 32}"}, {"upload": world.bureau.hit}, {"upload": "..%2fx"}],
        "batch": [{"job": f"job-{'0' * 32}"}, {"job": world.job()}, {"job": world.bureau.batch}],
        "job": [{"job": f"job-{'0' * 32}"}, {"job": world.bureau.imported}, {"job": "..%2fx"}],
        "job_file": [
            {"job": world.bureau.imported, "name": "rejects.jsonl"},
            {"job": world.job(), "name": "..%2f..%2fjob.json"},
            {"job": world.job(), "name": "job.json"},
        ],
        "judge": [
            {"key": KEY, **_record(HIDDEN)},
            {"key": KEY, **_record("XA-NCB/w-9")},
            {"key": "query-9", **_record(SEEN)},
        ],
    }
    return [PREFIX + _filled(page.path, **parameters) for parameters in wrong[page.name]]


def _record(name: str) -> dict[str, str]:
    source, _, local_id = name.partition("/")
    return {"source": source, "local_id": local_id}


_NO_UNITS = [{"unit": "nowhere"}, {"unit": "hit-0"}, {"unit": "<b>"}]
_NO_ORDERS = [{"entered": "Order 0"}, {"entered": "hit-0"}, {"entered": "<b>"}]
_NO_GROUPS = [{"named": "nobody"}, {"named": "members"}, {"named": "hit-0"}, {"named": "<b>"}]
_NO_OFFICERS = [{"account": "nobody-1"}, {"account": "hit-0"}, {"account": "<b>"}]
_NO_RECORDS = [_record(name) for name in (HIDDEN, "XA-NCB/w-9", "ZZ-NCB/w-1", "XA-NCB/<b>")]


def left_empty(act: ActPage) -> dict[str, str]:
    """Return what a form sends that was left as it is: its fields, empty."""
    return {field.name: "" for field in act.fields}


def filled(act: ActPage) -> dict[str, str]:
    """Return what a form sends in which every field that is needed holds something that the form takes."""
    shown = {"keep_group": KEPT_LIST.to_json(), "enter_order": KEPT_ORDER}.get(act.name)
    sealed = {} if shown is None else {"what_shown": seal_of(shown)}
    return {one.name: _value(one) for one in act.fields if one.is_needed} | sealed


def files_of(act: ActPage) -> dict[str, tuple[str, bytes]]:
    """Return the files that a form sends: in a field for small files one that the form takes."""
    return {one.name: ("signed.json", _FILES[one.name]) for one in act.fields if one.name in _FILES}


def _value(field: Field) -> str:
    if field.codes:
        return next(iter(Wording("en").codes(field.codes)))
    return _VALUES.get(field.name, "14:30" if field.kind is Kind.HOUR else "Something")


def _filled(path: str, **parameters: str) -> str:
    return path.replace(":path}", "}").format(**parameters)
