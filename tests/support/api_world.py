"""A bureau of a small network whose API is asked: records that it may see and one that it may not, a case, a message, a hit."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast
from uuid import uuid4

import httpx
import pytest
from starlette.applications import Starlette

from entente.api.rest import Api, ApiParts
from entente.api.running import Runner
from entente.bodies.tokens import Scope
from entente.kernel.canonical import Json, JsonObject
from entente.kernel.kept_requests import KeptRequestsUnit
from entente.kernel.signing import encode_bytes
from entente.node import Node
from entente.storage.job_files import JobFolder
from entente.verbs import perform
from tests.support.direct_http import client_at
from tests.support.nodes import AGREEMENT, AGREEMENT_NAME, CHARTER, DUTY, HEAD, Network, folder_of_process, open_network
from tests.support.templates import Template
from tests.support.web_beside import web_beside

WANTED = {
    "schema": "Person",
    "properties": {"name": ["Мухаммедов Абдулло"], "birthDate": ["1979-03-14"], "nationality": ["xa"]},
}
ABOUT: Mapping[str, str] = {"purpose": "identify", "crime_area": "fugitives"}
TERMS = Path(__file__).parents[2] / "demo" / "terms" / "wanted.yaml"
SEEN, HIDDEN, ABSENT = "XA-NCB/w-1", "XA-NCB/w-2", "XA-NCB/w-9"
OWN, KEPT = "XB-NCB/o-1", "XB-NCB/o-2"
"""Both are the bureau's own; the tests withdraw the first."""
UNIT = "north"
"""A branch of the bureau, which sees what the bureau may."""
OPERATOR_TOKEN = "operator-token-of-a-test"
ROLES = (
    "duty_officer", "border_officer", "analyst", "head_of_body", "compliance_reviewer", "data_protection_officer",
    "supervisor", "operation_coordinator", "council_secretary", "integrator", "node_operator",
)  # fmt: skip


ASKED_ITSELF, ASKED_BESIDE = "the node", "a web process"
BY_ITSELF_ALONE = pytest.mark.parametrize("bureau", [ASKED_ITSELF], indirect=True, scope="module")
"""For tests of what a node keeps in its own memory, and for those that try thousands of requests."""
BOTH = pytest.mark.parametrize("bureau", [ASKED_ITSELF, ASKED_BESIDE], indirect=True, scope="module")
"""For tests of what a web process does otherwise than the node."""
BESIDE_AT_LENGTH = pytest.mark.parametrize(
    "bureau", [ASKED_ITSELF, pytest.param(ASKED_BESIDE, marks=pytest.mark.long)], indirect=True, scope="module"
)
"""For tests of every route with everybody: through a web process they are part of `make check-long`."""


@dataclass
class Bureau:
    """XB's node with its API, and what there is to ask for."""

    network: Network
    node: Node
    api: Api
    http: httpx.Client
    own_api: Api
    """The node's own, where jobs are done and what is done once, whoever was asked."""
    case: str = ""
    work_case: str = ""
    """With something to be done, and an exhibit."""
    task: str = ""
    exhibit: str = ""
    team_case: str = ""
    """To get a team."""
    joined_case: str = ""
    """To be joined to the first."""
    hit: str = ""
    hit_came: str = ""
    sent: str = ""
    came: str = ""
    permission_came: str = ""
    request: str = ""
    standing: str = ""
    match: str = ""
    finding: str = ""
    search_row: int = 0
    batch: str = ""
    imported: str = ""
    upload: str = ""
    worked: str = ""
    tokens: dict[tuple[str, frozenset[str]], str] = field(default_factory=dict)

    def token(self, role: str = "duty_officer", scopes: frozenset[str] = frozenset(Scope)) -> str:
        """Return a token of a machine account of a role, making both where there is none."""
        key = role, scopes
        if key not in self.tokens:
            account = f"m-{role.replace('_', '-')}"
            given: JsonObject = {"officer": HEAD, "id": account, "roles": [role], "machine": True}
            perform(self.node, "officer_add", given)
            made = perform(self.node, "token_make", {"officer": HEAD, "account": account, "scopes": [*sorted(scopes)]})
            self.tokens[key] = str(made["text"])
        return self.tokens[key]

    @property
    def shift(self) -> str:
        """A shift that was handed over, with its sheet; worked as it is first asked for, since the desk's own tests need none."""
        if not self.worked:
            on_duty: JsonObject = {"officer": DUTY}
            begun: Any = perform(self.node, "shift_begin", on_duty)
            self.worked = begun["shift"]["id"]
            perform(self.node, "shift_note", {**on_duty, "text": "Gate 4 calls back at six."})
            perform(self.node, "shift_hand_over", {**on_duty, "for_next": "XA answers in the morning."})
        return self.worked

    def uploaded(self, name: str, data: bytes, token: str | None = None) -> str:
        """Send a file for a job, and return what it is called."""
        headers = {"Content-Type": "application/octet-stream", "Idempotency-Key": str(uuid4())}
        answer = self.ask("POST", "/uploads", token=token, params={"name": name}, content=data, headers=headers)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    def begun(self, path: str, body: JsonObject, key: str = "", token: str | None = None) -> str:
        """Ask for a job, and return its id."""
        answer = self.ask("POST", path, token=token, json=body, headers={"Idempotency-Key": key or str(uuid4())})
        assert answer.status_code == 202, answer.text
        assert answer.headers["location"] == answer.json()["href"] == f"/api/v1/jobs/{answer.json()['id']}"
        return str(answer.json()["id"])

    def work(self) -> None:
        """Have every job done that waits."""
        while self.own_api.jobs.run_next():
            pass

    def job(self, job: str, token: str | None = None) -> Any:  # noqa: ANN401 - what the answer holds
        """Return a job as it is shown."""
        answer = self.ask("GET", f"/jobs/{job}", token=token)
        assert answer.status_code == 200, answer.text
        return answer.json()["job"]

    def ask(
        self,
        method: str,
        path: str,
        *,
        token: str | None = None,
        headers: Mapping[str, str] | None = None,
        **more: Any,  # noqa: ANN401 - what the client takes
    ) -> httpx.Response:
        """Send a request below /api/v1 with a token; the duty officer's machine where none is given."""
        bearer = self.token() if token is None else token
        sent = {"Authorization": f"Bearer {bearer}", **(headers or {})}
        return self.http.request(method, f"/api/v1{path}", headers=sent, **more)


@contextmanager
def open_bureau(folder: Path, *, is_beside: bool = False, begun: Template | None = None) -> Iterator[Bureau]:
    """Open the network, and give XB's node with something of everything.

    `is_beside`: asked through a web process. `begun`: another template than the usual one, in which more was done.
    """
    made = begun or _template()
    with open_network(folder / "nodes", begun=made.folder) as network:
        bureau = opened(network, network["XB-NCB"])
        made.name_in(bureau)
        if not is_beside:
            yield bureau
            return
        with web_beside(bureau.node, bureau.api, OPERATOR_TOKEN) as (_, api):
            bureau.api, bureau.http = api, client_of(api)
            yield bureau


@functools.cache
def _template() -> Template:
    """Make the folders once in a process: filling them takes longer than most tests of them."""
    folder = folder_of_process("bureau")
    nodes = folder / "nodes"
    with open_network(nodes, concluded=(CHARTER, AGREEMENT)) as network:
        node = network["XB-NCB"]
        _import(network["XA-NCB"], folder, "w-1", "w-2")
        share: JsonObject = {"officer": DUTY, "records": ["w-1"], "recipients": ["XB-NCB"]}
        perform(network["XA-NCB"], "record_share", share)
        _import(node, folder, "o-1")
        _keep_group(network["GS"])
        unit: JsonObject = {
            "id": UNIT,
            "kind": "regional_branch",
            "name": "Northern branch",
            "territory": "",
            "parent": None,
        }
        perform(node, "body_units", {"data": encode_bytes(json.dumps({"units": [unit]}).encode())})
        network.deliver()
        node.identity.bring_up()
        bureau = opened(network, node)
        _fill(bureau)
        _ask_around(bureau, folder)
        _have_done(bureau)
    return Template.of(nodes, bureau)


def opened(network: Network, node: Node) -> Bureau:
    """Return a bureau whose API was just built, as after a start."""
    opener = cast("Any", node.tokens.open_unit), cast("Any", node.tokens.open_view)
    parts = ApiParts.of(*opener, OPERATOR_TOKEN, Runner(1), JobFolder(node.settings.folder))
    api = Api(node, parts)
    return Bureau(network, node, api, client_of(api), api)


def client_of(api: Api) -> httpx.Client:
    """Return a client of an API on this machine."""
    return client_at(application_of(api))


def application_of(api: Api) -> Starlette:
    """Return an application of the API alone."""
    return Starlette(routes=[api.mount()])


def kept_unit(node: Node) -> KeptRequestsUnit:
    """Return a unit of work with the requests that were done."""
    return cast("KeptRequestsUnit", node.tokens.open_unit())


def _import(node: Node, folder: Path, *ids: str) -> None:
    file = folder / f"{'-'.join(ids)}.jsonl"
    file.write_text("".join(json.dumps({**WANTED, "id": one}) + "\n" for one in ids), encoding="utf-8")
    perform(node, "record_import", {"officer": DUTY, "file": str(file), "terms": TERMS.read_text(encoding="utf-8")})


def _keep_group(node: Node) -> None:
    entries: list[Json] = [{"body": "XA-NCB", "status": "member", "since": "2020-01-01", "document": "Accession"}]
    group: JsonObject = {"name": "members", "title": "Members", "entries": entries}
    perform(node, "group_keep", {"officer": HEAD, "data": encode_bytes(json.dumps(group).encode())})


def _fill(bureau: Bureau) -> None:
    node, network = bureau.node, bureau.network
    case: Any = perform(node, "case_open", {"officer": DUTY, "title": "Gate 4", "crime_area": "fugitives"})
    bureau.case = case["case"]["number"]
    _work_on(bureau)
    about: JsonObject = {"officer": DUTY, "case": bureau.case, **ABOUT}
    finding: JsonObject = {"record": SEEN, "version": 1, "score": 905, "circumstances": "Passport at gate 4"}
    hit: Any = perform(node, "hit_confirm", {**about, **finding})
    letter: JsonObject = {"officer": DUTY, "instrument": "charter", "subject": "Gate 4", "text": "Who is it?"}
    sent: Any = perform(node, "message_send", {**letter, "to": "XA-NCB", "case": bureau.case})
    came: Any = perform(network["XA-NCB"], "message_send", {**letter, "to": "XB-NCB"})
    perform(node, "record_share", {"officer": DUTY, "records": ["o-1"], "recipients": ["XA-NCB"]})
    network.deliver()
    found: JsonObject = {"officer": DUTY, "record": OWN, "version": 1, "circumstances": "Found at a desk.", **ABOUT}
    came_hit: Any = perform(network["XA-NCB"], "hit_confirm", found)
    bureau.hit_came = came_hit["hit"]["id"]
    bureau.hit, bureau.sent, bureau.came = hit["hit"]["id"], sent["message"]["id"], came["message"]["id"]
    network.deliver()


def _work_on(bureau: Bureau) -> None:
    """Open three more cases, one of them with something to be done and an exhibit."""
    numbers = []
    for place in (5, 6, 7):
        case: JsonObject = {"officer": DUTY, "title": f"Gate {place}", "crime_area": "fugitives"}
        opened_too: Any = perform(bureau.node, "case_open", case)
        numbers.append(opened_too["case"]["number"])
    bureau.work_case, bureau.team_case, bureau.joined_case = numbers
    on_it: JsonObject = {"officer": DUTY, "number": bureau.work_case}
    task: Any = perform(bureau.node, "task_set", {**on_it, "what": "Ask the consulate", "to": DUTY})
    found: JsonObject = {"found_at": "2026-01-01T00:00:00Z", "found_where": "Gate 4", "found_by": "Officer 7"}
    exhibit: Any = perform(bureau.node, "exhibit_enter", {**on_it, "kind": "document", "what": "Passport", **found})
    bureau.task, bureau.exhibit = task["task"]["id"], exhibit["exhibit"]["id"]


def _ask_around(bureau: Bureau, folder: Path) -> None:
    """Leave, requests, and queries that stand, of the duty officer's machine."""
    node, network = bureau.node, bureau.network
    bureau.token()
    machine: JsonObject = {"officer": "m-duty-officer", **ABOUT}
    wish: JsonObject = {"acts": ["forward"], "justification": "Seen there.", **ABOUT}
    asked: Any = perform(
        network["XA-NCB"], "permission_ask", {"officer": DUTY, "record": OWN, "forward_to": "GS", **wish}
    )
    bureau.permission_came = asked["permission"]["id"]
    own: Any = perform(node, "permission_ask", {"officer": DUTY, "record": SEEN, "forward_to": "GS", **wish})
    network.deliver()
    perform(
        network["XA-NCB"],
        "permission_answer",
        {"officer": DUTY, "id": own["permission"]["id"], "grant": True, "days": 2},
    )
    wanted: JsonObject = {"record": SEEN, "kind": "wanted_person", "instrument": AGREEMENT_NAME}
    request: Any = perform(node, "request_ask", {**machine, **wanted})
    bureau.request = request["request"]["id"]
    network.deliver()
    why: JsonObject = {**machine, "occasion": "Gate 4"}
    left: Any = perform(node, "standing_leave", {**why, "names": ["Muhammadov"]})
    bureau.standing = left["query"]["id"]
    _import(node, folder, "o-2")
    node.watching.step()
    node.identity.bring_up()
    matches: Any = perform(node, "standing_matches", {"officer": "m-duty-officer"})
    bureau.match = matches["matches"][0]["match"]
    marked: Any = perform(
        node, "namesake_mark", {**why, "record": SEEN, "document": "CD654321", "reason": "Other face."}
    )
    bureau.finding = marked["finding"]["id"]
    found: Any = perform(node, "search", {**why, "names": ["Muhammadov"]})
    bureau.search_row = found["trail_sequence"]


def _have_done(bureau: Bureau) -> None:
    """Have a batch and an import done, of the duty officer's machine."""
    queries: list[Json] = [{"names": ["Muhammadov"], "reference": "a"}, {"names": ["Nobody At All"]}]
    bureau.batch = bureau.begun("/searches/batches", {"queries": queries, "occasion": "Gate 4", **ABOUT}, "batch-1")
    rows = json.dumps({**WANTED, "id": "o-3", "properties": {"name": ["Jane Doe"]}}) + "\n{}\n"
    upload = bureau.uploaded("list.jsonl", rows.encode())
    bureau.imported = bureau.begun("/imports", {"upload": upload, "terms": TERMS.read_text("utf-8")}, "import-1")
    bureau.work()
    bureau.node.identity.bring_up()
