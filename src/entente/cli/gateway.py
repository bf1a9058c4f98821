"""From a command to a node: over loopback to the process that holds the folder, or by opening the folder itself.

Both ways end in the same verb (entente.verbs.perform), so the answer is the same. Two commands at once: the second waits a
little for the first to let go of the folder. An error crosses the wire as its code and fields and is raised here as its own
class.
"""

from __future__ import annotations

import json
import os
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import httpx

from entente import app, at_hand
from entente.kernel.canonical import JsonObject, parse_document
from entente.kernel.codec import to_object
from entente.kernel.errors import EntenteError, Invalid, Misconfigured, Unavailable
from entente.kernel.exercise import EXERCISE
from entente.kernel.ids import BodyId
from entente.kernel.note import NOTE_BYTES_MAX
from entente.kernel.signing import decode_bytes
from entente.kernel.wire import error_from_json
from entente.node import Node
from entente.settings import Settings, read_settings
from entente.verbs import perform

WAIT_SECONDS_MAX = 20.0
"""How long a command waits for another one: an import holds the folder as long as it runs, everything else under a second."""
WAIT_PAUSE_SECONDS = 0.1
ALONE_MAX = 3
"""Attempts that fail in a row while nobody is seen to hold the folder: who let go between the two is no fault of the store."""
CONNECT_SECONDS_MAX = 5.0
"""Loopback answers at once or not at all; a verb itself may take as long as it takes."""


STORE_BEGINS = b"SQLite format 3\x00"
PROOF_BYTES_MAX = 64 * 1024 * 1024
"""Three times what an export of the most rows comes to (trail.proving.ROWS_MAX)."""


class Session(Protocol):
    """A node that can be asked."""

    def ask(self, verb: str, arguments: JsonObject, on_progress: Callable[[int], None] | None = None) -> JsonObject:
        """Ask one verb and return its answer; raise the error that the node raised."""


@dataclass(frozen=True, slots=True)
class OpenedFolder:
    """The node of a folder that this command opened itself."""

    node: Node

    def ask(self, verb: str, arguments: JsonObject, on_progress: Callable[[int], None] | None = None) -> JsonObject:
        """Do the verb here."""
        return perform(self.node, verb, arguments, on_progress)


@dataclass(frozen=True, slots=True)
class Loopback:
    """The node that runs in another process of this machine."""

    address: str
    token: str = field(repr=False)

    def ask(self, verb: str, arguments: JsonObject, on_progress: Callable[[int], None] | None = None) -> JsonObject:
        """Ask the node over its operator's route."""
        timeout = httpx.Timeout(None, connect=CONNECT_SECONDS_MAX)
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        # In ASCII, so that the node itself judges text that is not UTF-8, in the same words as without loopback.
        asked = json.dumps({"verb": verb, "arguments": arguments}).encode("ascii")
        try:
            # No proxy of the environment: the token leaves this machine on no account.
            with (
                httpx.Client(timeout=timeout, trust_env=False, verify=_no_certificates()) as client,
                client.stream("POST", f"{self.address}/operator", content=asked, headers=headers) as response,
            ):
                return read_answer(response, on_progress)
        except httpx.HTTPError as error:
            raise _no_answer(self.address, str(error)) from error


def _no_certificates() -> ssl.SSLContext:
    """Trust nobody: loopback speaks without TLS, and reading the machine's authorities took 30 ms of each command."""
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def settings_of(folder: str | None, **given: str | None) -> Settings:
    """Return the settings for a command: what it was given, else the environment, else the defaults."""
    named = {"folder": folder, **given}
    return read_settings(os.environ, {name: value for name, value in named.items() if value})


@contextmanager
def connect(folder: str | None) -> Iterator[Session]:
    """Reach the node of a folder; raise Unavailable when another command holds it too long."""
    settings = settings_of(folder)
    with ExitStack() as opened:
        yield _reach(settings, opened)


def _reach(settings: Settings, opened: ExitStack) -> Session:
    give_up_at, alone = time.monotonic() + WAIT_SECONDS_MAX, 0
    while True:
        holder = app.running_node(settings.folder)
        if holder is not None and holder.address:
            return Loopback(holder.address, app.operator_token(settings.folder))
        try:
            return OpenedFolder(opened.enter_context(app.open_node(settings)))
        except Unavailable as error:
            # Another process took the folder: a node that is starting, or a command. Only waiting for it helps.
            alone = alone + 1 if app.running_node(settings.folder) is None else 0
            if not error.retry_is_safe or alone >= ALONE_MAX or time.monotonic() > give_up_at:
                raise
        time.sleep(WAIT_PAUSE_SECONDS)


def verify_copy(file: Path, folder: str | None) -> JsonObject:
    """Check the trail in a copied store file against the keys of the body whose folder this is."""
    with connect(folder) as session:
        shown = session.ask("body_show", {})
    body = shown["body"]
    assert isinstance(body, dict), "a directory entry is an object"
    keys = body["node_keys"]
    assert isinstance(keys, list), "a body has node keys"
    proof = at_hand.verify_copy(file, tuple(decode_bytes(str(key), "node_keys") for key in keys))
    mark: JsonObject = {EXERCISE: True} if shown.get(EXERCISE) else {}
    return {**mark, "proof": to_object(proof), "body": body["code"], "file": file.name}


def verify_file(file: Path, folder: str | None, body: str, checkpoint: Path | None) -> JsonObject:
    """Check a file that should prove something: a copied store, an exported case, or a continuation of the log.

    A proof is judged by the body's id alone: the one that was given, else the one in the directory of the folder's node.
    """
    with file.open("rb") as opened:
        is_store = opened.read(len(STORE_BEGINS)) == STORE_BEGINS
    if is_store:
        if body or checkpoint is not None:
            raise _only_for_proofs()
        return verify_copy(file, folder)
    document = _proof_in(file)
    earlier = None if checkpoint is None else _bounded(checkpoint, NOTE_BYTES_MAX)
    known = BodyId(body) if body else _known_body(document, folder)
    found = at_hand.judge_proof(document, known, earlier)
    mark: JsonObject = {EXERCISE: True} if found.is_sound and at_hand.is_proof_of_exercise(document) else {}
    return {**mark, "proof": to_object(found), "body": known, "file": file.name}


def _proof_in(file: Path) -> JsonObject:
    try:
        return parse_document(_bounded(file, PROOF_BYTES_MAX))
    except Invalid as error:
        raise Invalid(
            f"The file {file.name} is neither a store nor a proof.",
            field="file",
            why=f"A store begins with its engine's name, and a proof is a JSON document: {error.why}",
            do="Name the entente.db of a copied folder, or a file as «entente trail export» or «entente trail prove» wrote it.",
        ) from error


def _known_body(document: JsonObject, folder: str | None) -> BodyId:
    """Return whom a file says it is of, if the directory of the folder's node has that body; raise Invalid otherwise."""
    with connect(folder) as session:
        bodies = session.ask("body_list", {})["bodies"]
    assert isinstance(bodies, list), "a directory is a list"
    claimed = document.get("body")
    if not any(isinstance(one, dict) and one["id"] == claimed for one in bodies):
        raise Invalid(
            "The file is not of a body of this node's directory.",
            field="body",
            why="A proof counts for the body whose id you know by another way, and the file's own word for it is none.",
            do="Name the body's id with --body, as the body or its genesis gives it.",
        )
    return BodyId(str(claimed))


def _bounded(file: Path, most: int) -> bytes:
    with file.open("rb") as opened:
        data = opened.read(most + 1)
    if len(data) > most:
        raise Invalid(
            f"The file {file.name} is too large.",
            field="file",
            why=f"A file of this kind has at most {most} bytes.",
            do="Name a file as «entente trail export», «prove» or «checkpoint» wrote it, or the entente.db of a copied folder.",
        )
    return data


def _only_for_proofs() -> Invalid:
    return Invalid(
        "A copied store is checked without --body and --checkpoint.",
        field="file",
        why="It is held against the keys of the body whose folder this is; a checkpoint is held against a running log.",
        do="Leave both away, or name a file as «entente trail export» or «entente trail prove» wrote it.",
    )


def read_answer(response: httpx.Response, on_progress: Callable[[int], None] | None = None) -> JsonObject:
    """Return the answer that a node gave over loopback, or raise its error; progress is told as it comes."""
    form = response.headers.get("content-type", "").partition(";")[0]
    if form == "application/x-ndjson":
        return _read_lines(response, on_progress)
    if response.status_code >= httpx.codes.INTERNAL_SERVER_ERROR and "json" not in form:
        raise _failed()
    document = _object(response.read())
    if response.status_code == httpx.codes.OK:
        return document
    raise error_from_json(document)


def _read_lines(response: httpx.Response, on_progress: Callable[[int], None] | None) -> JsonObject:
    for line in response.iter_lines():
        document = _object(line.encode("utf-8"))
        progress, answer, error = document.get("progress"), document.get("answer"), document.get("error")
        if isinstance(progress, int) and on_progress is not None:
            on_progress(progress)
        if isinstance(answer, dict):
            return answer
        if isinstance(error, dict):
            raise error_from_json(error)
    raise _no_answer("the node", "the answer broke off")


def _object(data: bytes) -> JsonObject:
    try:
        document = json.loads(data)
    except ValueError as error:
        raise _not_a_node() from error
    if not isinstance(document, dict):
        raise _not_a_node()
    return document


def _no_answer(address: str, why: str) -> Unavailable:
    return Unavailable(
        "The node of this folder does not answer.",
        why=f"It should listen on {address}: {why}.",
        do="Look whether its process still runs and what it said last; what was asked may or may not have been done.",
        retry_is_safe=False,
    )


def _failed() -> Unavailable:
    return Unavailable(
        "The node failed at this.",
        why="Something in it is broken, and its own output says what; what was begun was undone.",
        do="Look at the output of the node's process, and report what stands there.",
        retry_is_safe=False,
    )


def _not_a_node() -> EntenteError:
    return Misconfigured(
        "What answers at the node's address is no node of this version.",
        why="Its answer is not in the form that both sides of the loopback speak.",
        do="Stop what listens there, or use the command of the same version as the running node.",
    )
