"""What a route of the API is: a verb of the node, by which method and path, for which scope, and in which shape.

The table of all routes (api.table) is the one source: routing, reading, the OpenAPI document, the reference and the tests that
try every route with every role and scope are made from it.

Source: docs/decisions/0066-the-api-is-a-table-of-routes-over-the-verbs.md.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, TypeAlias

from entente.bodies.tokens import Scope
from entente.kernel.canonical import JsonObject
from entente.kernel.jobs import JobKind

PREFIX = "/api/v1"
Fields: TypeAlias = Mapping[str, JsonObject]


class Method(StrEnum):
    """The methods of the routes; HEAD goes with GET, OPTIONS with every path."""

    GET = "GET"
    POST = "POST"


class Writes(StrEnum):
    """Whether a request changes something beside the trail."""

    NOTHING = "nothing"
    ONCE = "once"
    """It changes something, is sent with an Idempotency-Key, and is done once (docs/rules/api.md P8)."""


class Handled(StrEnum):
    """By what a request is done."""

    VERB = "verb"
    """Its verb, while the caller waits."""
    UPLOAD = "upload"
    """Its body is a file that is kept for a job; the answer is what it is called."""
    VERB_ON_UPLOAD = "verb_on_upload"
    """Its verb, with a file that was sent before, while the caller waits."""
    JOB = "job"
    """A job does its verb, and the answer, 202, is where it is found."""
    JOB_LIST = "job_list"
    JOB_SHOW = "job_show"
    JOB_RESULTS = "job_results"
    JOB_FILE = "job_file"
    JOB_CANCEL = "job_cancel"
    EVENTS = "events"
    """The answer is a stream of server-sent events, which ends when the caller goes or the node stops."""


JSON: Final = "application/json"
FILE: Final = "application/octet-stream"
EVENT_STREAM: Final = "text/event-stream"


def as_it_is(answer: JsonObject) -> JsonObject:
    """Return a verb's answer as the answer of the route."""
    return answer


@dataclass(frozen=True, slots=True)
class ApiRoute:
    """One row of the table."""

    name: str
    """The operation's id in the OpenAPI document."""
    method: Method
    path: str
    """Below PREFIX, with its parameters in braces."""
    verb: str
    """A name of entente.verbs.VERBS; empty where the request is about jobs, files or events themselves."""
    about: str
    """Under which heading the reference has it."""
    summary: str
    scope: Scope
    needs: tuple[str, ...]
    """Verbs of data/roles.yaml of which a role of the account must have at least one; none where the verb itself asks."""
    answer: JsonObject
    """The shape of the answer."""
    asks: tuple[str, ...] = ()
    """The same, of what the verb itself asks for; for the reference."""
    path_fields: Fields = field(default_factory=dict)
    path_names: str = ""
    """The verb's field that the parameters of the path make together; else each is a field of its own."""
    query: Fields = field(default_factory=dict)
    """Parameters behind the question mark; those in `needed` must be there."""
    needed: tuple[str, ...] = ()
    body: JsonObject | None = None
    arguments: Callable[[JsonObject], JsonObject] = as_it_is
    """Makes the verb's arguments from the fields of path, query and body together."""
    told: Callable[[JsonObject], JsonObject] = as_it_is
    """Makes the answer from the verb's own; of a route that writes, only what identifies its result (P8)."""
    status: int = 200
    writes: Writes = Writes.NOTHING
    version: Callable[[JsonObject], str] | None = None
    """Takes the version of what is shown from the answer, for its ETag (P9)."""
    shows_more: bool = False
    """Whether the answer says more than its version counts: a digest of it all stands behind the version in its ETag."""
    asks_version: bool = False
    """Whether If-Match is needed: the request names the version that it is about (P9)."""
    pages: str = ""
    """For a page of a list, asked for with `cursor` and continued with `next` (P10): the verb's argument that says from where.

    The verb answers with `next_` and its name where the next page begins; None after the last."""
    handled: Handled = Handled.VERB
    job: JobKind | None = None
    """Of a job: what it does."""
    takes: str = JSON
    """The media type of the body; FILE is read as it comes, and has no shape."""
    gives: str = JSON
    """The media type of the answer; only JSON has a shape."""
    attaches: bool = False
    """Whether `attachments` in its body names files that were sent before; they are the verb's own once it is done."""
    names_account: bool = True
    """Whether the verb is told who acts, where it can be."""
    stops_where: str = ""
    """In the reference: what else to know, in one sentence."""

    @property
    def full_path(self) -> str:
        """The path with its prefix."""
        return PREFIX + self.path
