"""A bureau of a small network whose desk is opened, and a browser of tests in which somebody is signed in.

`SignedIn` is an honest double of the port SessionOf: a cookie names one of the sessions that a test began. Real signing in is
tested where it is made.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import Any, TypeAlias

import httpx
from starlette.applications import Starlette
from starlette.requests import Request

from entente.api.rest import Api
from entente.app import NewBody, create_folder, open_node
from entente.bodies.model import BodyKind
from entente.kernel.canonical import JsonObject
from entente.kernel.ids import OfficerId
from entente.kernel.jobs import JobKind
from entente.node import Node
from entente.settings import Settings
from entente.verbs import perform
from entente.web.desk.desk import Desk
from entente.web.desk.session import Session
from tests.support.api_world import ABOUT, KEPT, OWN, TERMS, WANTED, Bureau, open_bureau
from tests.support.desk_parts import api_of, desk_parts
from tests.support.direct_http import client_at
from tests.support.nodes import DUTY, HEAD, PASSPHRASE, folder_of_process
from tests.support.successor import enter_successor
from tests.support.templates import Template

COOKIE = "test_session"
FilesSent: TypeAlias = "Mapping[str, tuple[str, bytes]] | Sequence[tuple[str, tuple[str, bytes]]]"
"""Files of a form: the field, what the browser calls the file, its bytes."""
WHY: JsonObject = {**ABOUT, "occasion": "Gate 4"}
JPEG = b"\xff\xd8\xff\xe0" + bytes(range(256)) * 40
SAME_ORIGIN: Mapping[str, str] = {"Sec-Fetch-Site": "same-origin"}
_TOKEN = re.compile(r'name="csrf" value="([^"]*)"')
_ONCE = re.compile(r'name="once" value="([^"]*)"')


@dataclass
class SignedIn:
    """The sessions that a test began, by the value of a cookie."""

    sessions: dict[str, Session] = field(default_factory=dict)

    def begin(self, account: str, roles: frozenset[str], language: str = "en", *, is_recent: bool = True) -> str:
        """Begin a session, of somebody who proved lately who they are; return the cookie's value."""
        name = f"s{len(self.sessions) + 1}"
        csrf = f"csrf-of-{name}-{'0' * 32}"
        self.sessions[name] = Session(OfficerId(account), roles, language, csrf=csrf, is_recent=is_recent)
        return name

    def __call__(self, request: Request, /) -> Session | None:
        """Return the session that the request's cookie names."""
        return self.sessions.get(request.cookies.get(COOKIE, ""))


@dataclass(kw_only=True)
class OneDesk:
    """The desk of a node, and who is signed in there."""

    node: Node
    desk: Desk
    api: Api
    """Of the same node: what it does beside answers is done by `work`."""
    signed_in: SignedIn
    app: Starlette
    officers: dict[str, OfficerId] = field(default_factory=dict)

    def officer(self, role: str) -> OfficerId:
        """Return an officer of a role, entering one where there is none."""
        if role == "duty_officer":
            return DUTY
        if role not in self.officers:
            name = f"o-{role.replace('_', '-')}"
            perform(self.node, "officer_add", {"officer": HEAD, "id": name, "roles": [role]})
            self.officers[role] = OfficerId(name)
        return self.officers[role]

    def work(self) -> None:
        """Have every job done that waits."""
        while self.api.jobs.run_next():
            pass

    def browser(self, role: str | None = "duty_officer", language: str = "en") -> Browser:
        """Return a browser in which an officer of a role is signed in; nobody where the role is None."""
        http = client_at(self.app, follow_redirects=False)
        if role is not None:
            http.cookies.set(COOKIE, self.signed_in.begin(self.officer(role), frozenset({role}), language))
        return Browser(http)


@dataclass
class Browser:
    """Opens pages and sends their forms as a browser would."""

    http: httpx.Client

    def get(self, path: str, **more: Any) -> httpx.Response:  # noqa: ANN401 - what the client takes
        """Open a page."""
        return self.http.get(path, **more)

    def post(
        self,
        path: str,
        fields: Mapping[str, str],
        *,
        headers: Mapping[str, str] = SAME_ORIGIN,
        files: FilesSent = (),
    ) -> httpx.Response:
        """Send fields to an address, as they are, and files behind them."""
        sent = list(files.items() if isinstance(files, Mapping) else files) or None
        return self.http.post(path, data=dict(fields), headers=dict(headers), files=sent)

    def frame(self, page: str) -> dict[str, str]:
        """Return the fields that every form of a page carries."""
        text = self.get(page).text
        tokens, keys = _TOKEN.search(text), _ONCE.search(text)
        assert tokens is not None, f"{page} has no form"
        assert keys is not None, f"{page} has no form"
        return {"csrf": unescape(tokens[1]), "once": unescape(keys[1])}

    def send(self, page: str, to: str, fields: Mapping[str, str], files: FilesSent = ()) -> httpx.Response:
        """Open a page, and send a form of it."""
        return self.post(to, {**self.frame(page), **fields}, files=files)


@dataclass(kw_only=True)
class DeskWorld(OneDesk):
    """XB's desk in the network, and what there is to look at."""

    bureau: Bureau
    asked_of_us: str = ""
    """A request for leave about a record of ours."""
    standing: str = ""
    """A standing query of the duty officer that something matched, and the match."""
    match: str = ""
    shift: str = ""
    """A shift of the duty officer, handed over and not signed."""
    with_file: str = ""
    """A message that came with a file, which was fetched."""

    def granted(self) -> str:
        """Return a request of ours for leave to forward that was granted."""
        answer: Any = perform(self.node, "permission_list", {"limit": 50})
        return next(
            str(one["id"]) for one in answer["permissions"] if (one["way"], one["state"]) == ("sent", "granted")
        )

    def file_of_message(self) -> str:
        """Return what stands in an address for that file."""
        shown: Any = perform(self.node, "message_open", {"officer": DUTY, "id": self.with_file})
        return str(shown["message"]["attachments"][0]["blob"]).removeprefix("blob:")

    def file_of_record(self) -> str:
        """Return what stands in an address for the file of our own record KEPT, attaching one where it has none."""
        given: JsonObject = {"officer": DUTY, "record": KEPT, **ABOUT}
        shown: Any = perform(self.node, "record_show", given)
        if not shown["record"]["files"]:
            place = self.node.settings.folder.parent / "pier.jpg"
            place.write_bytes(JPEG)
            perform(self.node, "record_attach", {"officer": DUTY, "record": KEPT, "file": str(place)})
            shown = perform(self.node, "record_show", given)
        return str(shown["record"]["files"][0]["blob"]).removeprefix("blob:")

    def file(self, name: str = "list.csv", data: bytes = b"name,identifier\nMuhammadov,AB123456\n") -> str:
        """Return the id of a file of the duty officer's that waits for a job, sent as a form sends it where none does."""
        if waiting := self.api.desk_jobs.uploads(DUTY):
            return waiting[0].id
        files = self.api.jobs.files
        with files.new_upload() as arriving:
            arriving.write(data)
            self.api.jobs.add_upload(upload := arriving.keep(DUTY, name, self.node.clock.now()))
        return upload.id

    def successor(self) -> str:
        """Return the code of a body that names RC as the one it replaces, entering it where it is not here."""
        return enter_successor(self.node, "RC").code

    def job(self) -> str:
        """Return the id of a job of the duty officer's that ended, with rows that were rejected."""
        jobs = self.api.desk_jobs
        if not (
            own := [one for one in jobs.of(DUTY) if one.kind is JobKind.IMPORT and one.has_ended and jobs.files(one)]
        ):
            for one in jobs.uploads(DUTY):
                jobs.drop(DUTY, one.id)
            asked: JsonObject = {"terms": TERMS.read_text(encoding="utf-8")}
            upload = self.file("list.jsonl", b'{"id": "bad"}\n')
            own = [jobs.make(DUTY, JobKind.IMPORT, f"job-{len(jobs.of(DUTY))}", asked, upload=upload)]
            self.work()
        return own[0].id

    def table(self) -> str:
        """Return the id of an import of the duty officer's of a table, one row of which was rejected and can be mended."""
        jobs = self.api.desk_jobs
        own = [
            one for one in jobs.of(DUTY) if one.kind is JobKind.IMPORT and one.has_ended and one.asked.get("mapping")
        ]
        if not own:
            for one in jobs.uploads(DUTY):
                jobs.drop(DUTY, one.id)
            mapping = (
                "entities: {person: {schema: Person, keys: [Ref], prefix: tab-, properties: {name: {column: Name}}}}"
            )
            asked: JsonObject = {"terms": TERMS.read_text(encoding="utf-8"), "mapping": mapping}
            upload = self.file("table.csv", b"Ref,Name\n1,Sorn Mira\n,Sorn Lea\n")
            own = [jobs.make(DUTY, JobKind.IMPORT, "table-of-tests", asked, upload=upload)]
            self.work()
        return own[0].id

    def batch(self) -> str:
        """Return the id of a batch of queries of the duty officer's that ended, one of them with a candidate."""
        jobs = self.api.desk_jobs
        queries: list[JsonObject] = [{"line": "Muhammadov Abdullo, 1979"}, {"line": "Nobody of this name"}]
        job = jobs.make(DUTY, JobKind.SEARCHES, "batch-of-tests", WHY, queries=queries)
        self.work()
        return job.id


@contextmanager
def open_desk(folder: Path) -> Iterator[DeskWorld]:
    """Open the network of `api_world`, with XB's desk."""
    of_bureau, of_desk = _templates()
    with open_bureau(folder, begun=of_bureau) as bureau:
        world = desk_of(bureau)
        of_desk.name_in(world)
        yield world


@functools.cache
def _templates() -> tuple[Template, Template]:
    """Fill the folders once in a process: what the bureau of a desk begins as, and what the desk knows of it."""
    folder = folder_of_process("desk")
    with open_bureau(folder) as bureau:
        world = desk_of(bureau)
        _fill(world, folder)
    return Template.of(folder / "nodes", bureau), Template.of(folder / "nodes", world)


@contextmanager
def open_exercise(folder: Path) -> Iterator[OneDesk]:
    """Open the desk of an invented bureau that takes part in an exercise, with a duty officer."""
    kind, heads = BodyKind.NATIONAL_CENTRAL_BUREAU, (PASSPHRASE,) * 3
    create_folder(folder, NewBody(kind, "XA-NCB", "Invented", "XA", "UTC", (), heads, 2, PASSPHRASE, is_exercise=True))
    with open_node(Settings.at(folder)) as node:
        perform(node, "officer_add", {"officer": HEAD, "id": DUTY, "roles": ["duty_officer"]})
        yield one_desk(node)


def desk_of(bureau: Bureau) -> DeskWorld:
    """Return the desk of a bureau's node."""
    one = one_desk(bureau.node, bureau.own_api)
    return DeskWorld(node=one.node, desk=one.desk, api=one.api, signed_in=one.signed_in, app=one.app, bureau=bureau)


def one_desk(node: Node, api: Api | None = None) -> OneDesk:
    """Return the desk of a node, beside an API of it."""
    signed_in, api = SignedIn(), api_of(node) if api is None else api
    desk = Desk(node, desk_parts(signed_in, api))
    return OneDesk(node=node, desk=desk, api=api, signed_in=signed_in, app=Starlette(routes=[desk.mount()]))


def _fill(world: DeskWorld, folder: Path) -> None:
    """Have another body ask leave of us, and a record come in that a standing query matches."""
    node, other = world.node, world.bureau.network["XA-NCB"]
    left: Any = perform(node, "standing_leave", {"officer": DUTY, "names": ["Мухаммедов Абдулло"], **WHY})
    wish: JsonObject = {"record": OWN, "acts": ["forward"], "justification": "For the court.", "forward_to": "GS"}
    asked: Any = perform(other, "permission_ask", {"officer": DUTY, **wish, **ABOUT})
    file = folder / "came-later.jsonl"
    file.write_text(json.dumps({**WANTED, "id": "w-3"}) + "\n", encoding="utf-8")
    terms = TERMS.read_text(encoding="utf-8")
    perform(other, "record_import", {"officer": DUTY, "file": str(file), "terms": terms})
    perform(other, "record_share", {"officer": DUTY, "records": ["w-3"], "recipients": ["XB-NCB"]})
    world.bureau.network.deliver()
    while node.watching.step():
        continue
    found: Any = perform(node, "standing_matches", {"officer": DUTY})
    picture = folder / "gate.jpg"
    picture.write_bytes(JPEG)
    letter: JsonObject = {"to": "XB-NCB", "instrument": "charter", "subject": "Gate 4", "text": "Seen at gate 4."}
    files: JsonObject = {"attachments": [{"file": str(picture), "name": picture.name}]}
    sent: Any = perform(other, "message_send", {"officer": DUTY, **letter, **files})
    world.bureau.network.deliver()
    world.with_file = sent["message"]["id"]
    perform(node, "message_attachment", {"officer": DUTY, "id": world.with_file, "file": picture.name})
    world.asked_of_us, world.standing = asked["permission"]["id"], left["query"]["id"]
    world.match = found["matches"][0]["match"]
    perform(node, "shift_begin", {"officer": DUTY})
    handed_over: Any = perform(node, "shift_hand_over", {"officer": DUTY})
    world.shift = handed_over["shift"]["id"]
