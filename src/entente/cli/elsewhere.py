"""From a command to a node elsewhere: over its API, with an access token, in place of its folder (`entente --node`).

A command knows verbs. A verb of the table of routes is asked for by the client's own request; the rest is done at the node and
says so. Where a route that changes something only names the result (docs/rules/api.md P8), that is read by a second request, so
that the command prints what it prints at the node. Source: docs/decisions/0073-the-command-line-asks-by-its-verbs.md.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, cast

from entente.cli.elsewhere_acts import BY_STEPS, FOLLOWED_ACTS, Followed, once_done, one_of
from entente.cli.elsewhere_jobs import BY_JOB, with_files_sent
from entente.cli.named_node import Elsewhere
from entente.client import Client, Token, token_of_file
from entente.client.call import PagedCall
from entente.client.verbs import NOT_ASKED, REQUESTS, Request
from entente.kernel.canonical import Json, JsonObject
from entente.kernel.errors import Invalid, Misconfigured

NOT_SENT: Final[Mapping[str, frozenset[str]]] = {"search_many": frozenset({"rows"})}
"""By verb, fields that say something of this machine's file alone."""


@dataclass(frozen=True, slots=True)
class ByApi:
    """A node that is asked over its API."""

    client: Client

    def ask(self, verb: str, arguments: JsonObject, on_progress: Callable[[int], None] | None = None) -> JsonObject:
        """Ask one verb and return its answer; raise the error that the node raised, or Invalid where it has no route."""
        if verb in BY_JOB:
            _without_officer(arguments)
            return BY_JOB[verb](self.client, arguments, on_progress or (lambda _: None))
        if verb in BY_STEPS:
            _without_officer(arguments)
            return BY_STEPS[verb](self.client, arguments)
        request = REQUESTS.get(verb)
        if request is None:
            raise _done_at_the_node(verb)
        if arguments.get("attachments"):
            _without_officer(arguments)
            arguments = with_files_sent(self.client, arguments)
        call = _call(verb, request, arguments)
        answer = cast("JsonObject", self.client.ask(call))
        if request.changes:
            made = str(answer["id"])
            return once_done(made, lambda: FOLLOWED[verb](self.client, made, arguments))
        if request.pages:
            cursor = answer.pop("next")
            return {**answer, f"next_{request.pages}": cursor}
        return answer


@contextmanager
def reach(elsewhere: Elsewhere) -> Iterator[ByApi]:
    """Reach a node elsewhere; nothing is sent before it is asked."""
    if not (elsewhere.token_file or elsewhere.token):
        raise Misconfigured(
            "It is not said by which token the node hears this command.",
            why="A node elsewhere is asked with one access token, from a file or from ENTENTE_TOKEN.",
            do="Give --token-file FILE, as «entente token make --out FILE» wrote it.",
        )
    token = token_of_file(elsewhere.token_file) if elsewhere.token_file else Token(elsewhere.token.strip())
    with Client(elsewhere.node, token, ca_file=Path(elsewhere.ca_file) if elsewhere.ca_file else None) as client:
        yield ByApi(client)


def _call(verb: str, request: Request, arguments: JsonObject) -> Any:  # noqa: ANN401 - a call of any route
    _without_officer(arguments)
    left_out = {"officer", *NOT_SENT.get(verb, ())}
    given = {name: value for name, value in arguments.items() if name not in left_out}
    # What a command was not given is empty, and a request does not name.
    named = {name: value for name, value in given.items() if value not in ("", None, [])}
    cursor = named.pop(request.pages, 0) if request.pages else 0
    if unknown := sorted(name for name, value in named.items() if name not in request.takes and value):
        raise _not_taken(unknown[0], verb)
    make = inspect.signature(request.make)
    taken = {request.takes[name]: value for name, value in named.items() if name in request.takes}
    missing = [name for name, one in make.parameters.items() if one.default is one.empty and name not in taken]
    if missing:
        raise _needed(missing[0])
    call = request.make(**{name: _as_taken(make.parameters[name], value) for name, value in taken.items()})
    return call.after(str(cursor)) if cursor and isinstance(call, PagedCall) else call


def _without_officer(arguments: JsonObject) -> None:
    if arguments.get("officer"):
        raise Invalid(
            "A node elsewhere is not told who acts.",
            field="officer",
            why="It hears the account of the token, and no other.",
            do="Leave --as away.",
        )


def _as_taken(parameter: inspect.Parameter, value: Json) -> Json:
    return str(value) if parameter.annotation == "str" and isinstance(value, int) else value


def _case(client: Client, made: str, _: JsonObject) -> JsonObject:
    return {"case": cast("Json", client.show_case(made)["case"])}


def _note(client: Client, made: str, asked: JsonObject) -> JsonObject:
    events = client.show_case(str(asked["number"]))["events"]
    return {"event": one_of(cast("list[JsonObject]", events), "subject", made)}


def _of_case(field: str, name: str, key: str = "id") -> Followed:
    """Return what reads one of the things that lie in a case."""

    def read(client: Client, made: str, asked: JsonObject) -> JsonObject:
        listed = cast("list[JsonObject]", cast("JsonObject", client.show_case(str(asked["number"])))[field])
        return {name: cast("Json", one_of(listed, key, made))}

    return read


def _hand_over(client: Client, made: str, asked: JsonObject) -> JsonObject:
    exhibit = cast("JsonObject", _of_case("exhibits", "exhibit")(client, made, asked)["exhibit"])
    return {"hand_over": cast("list[Json]", exhibit["hand_overs"])[-1]}


def _hit(client: Client, made: str, _: JsonObject) -> JsonObject:
    return {"hit": cast("Json", client.show_hit(made)["hit"])}


def _message(client: Client, made: str, _: JsonObject) -> JsonObject:
    message = client.show_message(made)["message"]
    if message["text"] is None and any(one["step"] == "opened" for one in message.get("steps", [])):
        # Opening it once more only shows it.
        message = client.open_message(made)["message"]
    return {"message": cast("Json", message)}


def _permission(client: Client, made: str, _: JsonObject) -> JsonObject:
    return {"permission": cast("Json", client.show_permission(made)["permission"])}


def _record_request(client: Client, made: str, _: JsonObject) -> JsonObject:
    return {"request": cast("Json", client.show_record_request(made)["request"])}


def _standing(client: Client, made: str, _: JsonObject) -> JsonObject:
    left = one_of(cast("list[JsonObject]", client.list_standing_queries()["queries"]), "id", made)
    return {"query": {name: value for name, value in left.items() if name not in OF_A_LIST}}


LIMIT_MAX: Final = 200
"""Entries that a list shows at most."""
OF_A_LIST: Final = frozenset({"new", "open", "not_kept", "has_ended"})
"""What the list says of a standing query beyond the query itself."""


def _named(field: str) -> Followed:
    return lambda _client, made, _asked: {field: made}


FOLLOWED: Final[Mapping[str, Followed]] = {
    "case_open": _case,
    "case_note": _note,
    "case_refer": _case,
    "case_close": _case,
    "case_reopen": _case,
    **dict.fromkeys(("case_rename", "case_team", "case_hand_over", "case_join", "case_split"), _case),
    "task_set": _of_case("tasks", "task"),
    "task_finish": _of_case("tasks", "task"),
    "exhibit_enter": _of_case("exhibits", "exhibit"),
    "exhibit_hand_over": _hand_over,
    "hit_confirm": _hit,
    "hit_reject": _hit,
    "hit_release": _hit,
    "hit_answer": _hit,
    "message_send": _message,
    "message_conclude": _message,
    "message_recall": _message,
    "permission_ask": _permission,
    "permission_answer": _permission,
    "request_ask": _record_request,
    "standing_leave": _standing,
    "standing_settle": _named("settled"),
    "standing_end": _named("ended"),
    "namesake_end": _named("ended"),
    **FOLLOWED_ACTS,
}
"""Verbs that change something, and how what they made is read."""


def _done_at_the_node(verb: str) -> Invalid:
    return Invalid(
        "This command is not asked of a node elsewhere.",
        field="node",
        why=f"Its verb «{verb}» has no route of the API: {NOT_ASKED.get(verb, 'this version knows none')}.",
        do="Run it on the node's own machine, with --folder in place of --node, or do it at the node's desk.",
    )


def _not_taken(field: str, verb: str) -> Invalid:
    return Invalid(
        f"A node elsewhere is not asked with «{field}».",
        field=field,
        why=f"The route of «{verb}» takes no such field, and a field that nobody reads would silently not count.",
        do="Leave it out, or run the command on the node's own machine, with --folder in place of --node.",
    )


def _needed(field: str) -> Invalid:
    return Invalid(
        f"A node elsewhere has to be told the {field.replace('_', ' ')}.",
        field=field,
        why="Over the API it is named; only at the node itself it goes without saying.",
        do="Name it: the command's --help says how.",
    )
