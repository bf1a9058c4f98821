"""Acts at a node elsewhere, told as the verb tells them, although its route only names the result (docs/rules/api.md P8).

Most are followed by a second request that shows what was made. Of some only what was there before says what was done to it: that
is looked at first. What neither shows, and the printed lines do not need, is left out; a caller of --json finds less then.
Source: docs/decisions/0112-what-a-token-reads-and-what-a-person-does.md; docs/rules/api.md P17.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from typing import Final, TypeAlias, cast

import yaml

from entente.client import Client
from entente.client.shapes import ListHeldHeld, ShowHoldersHolder
from entente.kernel.canonical import Json, JsonObject
from entente.kernel.errors import EntenteError, Invalid, NotFound

Followed: TypeAlias = Callable[[Client, str, JsonObject], JsonObject]
"""Reads what an act made, given its id and what was asked, as the verb itself answers."""
Done: TypeAlias = Callable[[Client, JsonObject], JsonObject]
"""Does an act by several requests, and answers as its verb."""
ROSTER_DAYS: Final = 400
"""How far ahead the roster is read for a duty that was just entered: as far as it goes."""


def once_done(made: str, shown: Callable[[], JsonObject]) -> JsonObject:
    """Return how an act is shown that was done; an error of that says that it was done, and as what."""
    try:
        return shown()
    except EntenteError as error:
        # The act is durable: whoever reads this must not do it again.
        error.what = f"It was done, as {made}, and cannot be shown: {error.what}"
        error.do = f"Do not do it again. {error.do}"
        raise


def one_of(listed: Iterable[JsonObject], field: str, made: str) -> JsonObject:
    """Return what was made among those of its kind; raise NotFound where it is not shown."""
    found = next((one for one in listed if one[field] == made), None)
    if found is None:
        raise NotFound
    return found


def _list(answer: object, field: str) -> list[JsonObject]:
    return cast("list[JsonObject]", cast("JsonObject", answer)[field])


def _reference(client: Client, body: str) -> Json:
    entry = client.show_body(body)["body"]
    return {"id": entry["id"], "code": entry["code"], "name": entry["name"]}


# Acts that are followed.


def _duty(client: Client, made: str, _: JsonObject) -> JsonObject:
    listed = _list(client.list_roster(days=ROSTER_DAYS), "entries")
    entry = one_of(listed, "id", made)
    return {"entry": entry, "entries": _turns_from(listed, entry)}


def _turns_from(listed: Iterable[JsonObject], entry: JsonObject) -> list[Json]:
    """Return a duty and those that follow it in its series."""
    series, since = entry["series"], str(entry["begins_at"])
    return [
        one for one in listed if one is entry or (series and one["series"] == series and str(one["begins_at"]) > since)
    ]


def _proposal(client: Client, made: str, _: JsonObject) -> JsonObject:
    return {"proposal": one_of(_list(client.list_proposals(), "proposals"), "id", made)}


def _tasked(client: Client, made: str, asked: JsonObject) -> JsonObject:
    measure = str(asked["measure"])
    return {
        "measure": measure,
        "subject": made,
        "decision": cast("Json", client.may_task_measure(measure)["decision"]),
    }


def _marked(client: Client, made: str, asked: JsonObject) -> JsonObject:
    found = client.list_not_identical(
        str(asked["record"]),
        purpose=str(asked["purpose"]),
        crime_area=str(asked["crime_area"]),
        case=str(asked.get("case") or "") or None,
        occasion=str(asked.get("occasion") or "") or None,
    )
    return {"finding": one_of(_list(found, "findings"), "id", made), "name": found["name"]}


def _version(client: Client, made: str, _: JsonObject) -> JsonObject:
    shown = client.show_holders(_local(client, made))
    return {"record": shown["record"], "name": shown["name"], "version": shown["version"]}


def _withdrawn(client: Client, made: str, _: JsonObject) -> JsonObject:
    shown = client.show_holders(_local(client, made))
    told: list[Json] = [cast("Json", one["body"]) for one in shown["holders"] if one["asked_at"] and not one["by"]]
    return {"record": shown["record"], "name": shown["name"], "told": told}


def _judged(client: Client, made: str, asked: JsonObject) -> JsonObject:
    shown = client.show_record(
        _local(client, made),
        purpose=str(asked["purpose"]),
        crime_area=str(asked["crime_area"]),
        case=str(asked.get("case") or "") or None,
    )
    record = shown["record"]
    ends = {link["property"]: link["name"] for link in record["links"]}
    left, right = (ends[name] for name in ("left", "right"))
    return {"judgement": made, "name": record["name"], "left": left, "right": right, "verdict": str(asked["verdict"])}


def _entered(client: Client, made: str, _: JsonObject) -> JsonObject:
    shown = client.show_holders(_local(client, made))
    copies: list[Json] = [one["body"]["code"] for one in shown["holders"] if not one["by"]]
    return {"record": shown["record"], "name": shown["name"], "version": shown["version"], "shared_with": copies}


def _detached(client: Client, made: str, asked: JsonObject) -> JsonObject:
    # The file is gone, and with it what it was, but its name.
    return {"record": made, "name": _local(client, made), "file": {"name": str(asked["file"])}}


def _forwarded(client: Client, made: str, asked: JsonObject) -> JsonObject:
    # The decision stands in the trail, and is shown to whoever reads that.
    return {"record": made, "name": _local(client, made), "to": _reference(client, str(asked["to"]))}


def _routed(client: Client, made: str, asked: JsonObject) -> JsonObject:
    via = str(asked.get("via") or "")
    return {"body": _reference(client, made), "via": _reference(client, via) if via else None}


def _circulated(client: Client, made: str, asked: JsonObject) -> JsonObject:
    """Return the messages that were sent: the newest of this account's with this subject, as many as the act said."""
    sent: list[Json] = []
    for one in client.list_messages():
        if len(sent) == int(made):
            break
        if one["way"] == "sent" and one["subject"] == asked["subject"]:
            sent.append({"id": one["id"], "to": cast("Json", one["recipient"]), "for_action": one["for_action"]})
    return {"messages": sent[::-1], "of": int(made)}


def _recalled(client: Client, made: str, _: JsonObject) -> JsonObject:
    # A recall is answered by each body in its own time: what is read is how all of it stands now.
    return cast("JsonObject", client.list_message_addressees(made))


def _local(client: Client, record: str) -> str:
    """Return a record's name, CODE/local id, from its id."""
    source, _, local_id = record.rpartition("/")
    return f"{client.show_body(source)['body']['code']}/{local_id}"


FOLLOWED_ACTS: Final[Mapping[str, Followed]] = {
    "exchange_route": _routed,
    "measure_task": _tasked,
    "message_circulate": _circulated,
    "message_recall_several": _recalled,
    "namesake_mark": _marked,
    "proposal_make": _proposal,
    "record_correct": _version,
    "record_detach": _detached,
    "record_enter": _entered,
    "record_extend": _version,
    "record_forward": _forwarded,
    "record_judge": _judged,
    "record_withdraw": _withdrawn,
    "roster_enter": _duty,
}
"""Acts, and how what they made is read."""


# Acts of several requests.


def keep_group(client: Client, asked: JsonObject) -> JsonObject:
    """Keep a group from the file that a command read."""
    given = _document(asked, {"name", "title", "entries"}, {"version"})
    given["version"] = _number(given.get("version", "0"))
    made = client.keep_group(**cast("dict[str, object]", given))  # type: ignore[arg-type] # the node judges each field
    return once_done(
        made["id"], lambda: {"group": cast("Json", client.show_group(_local(client, made["id"]))["group"])}
    )


def enter_order(client: Client, asked: JsonObject) -> JsonObject:
    """Enter an order from the file that a command read."""
    version = {"version": str(asked["version"])} if asked.get("version") else {}
    made = client.enter_order(order=_document(asked, None), **version)  # type: ignore[arg-type] # the node judges each field

    def stands() -> JsonObject:
        listed = client.list_orders()
        versions = cast("dict[str, Json]", listed["versions"])
        return {"order": one_of(_list(listed, "orders"), "reference", made["id"]), "version": versions[made["id"]]}

    return once_done(made["id"], stands)


def propose_instrument(client: Client, asked: JsonObject) -> JsonObject:
    """Put the instrument of a file before its parties."""
    made = client.propose_instrument(file=_text(asked))
    return once_done(made["id"], lambda: _line(cast("JsonObject", client.show_instrument(made["id"]))))


def _line(shown: JsonObject) -> JsonObject:
    return {"instrument": {name: value for name, value in shown.items() if name not in _OF_ONE_INSTRUMENT}}


_OF_ONE_INSTRUMENT: Final = frozenset(
    {"terms", "participations", "measures", "proposals", "refusals", "taken_back", "is_ours_to_take_back"}
)
"""What is shown of an instrument beyond its line in the list."""


def share(client: Client, asked: JsonObject) -> JsonObject:
    """Share records one after the other: the first that is refused ends it, and what went before stays."""
    recipients = cast("list[str]", asked.get("recipients") or []) or None
    sent: list[Json] = []
    for record in cast("list[str]", asked["records"]):
        before = [_state(one) for one in client.show_holders(record)["holders"]]
        client.share_record(record, recipients=recipients)
        shown = client.show_holders(record)
        new = (one for one in shown["holders"] if _state(one) not in before)
        sent += [{"record": shown["name"], "to": cast("Json", one["body"])} for one in new]
    return {"sent": sent}


def _state(holder: ShowHoldersHolder) -> tuple[str, int, object]:
    return holder["body"]["id"], holder["version"], holder["sent_at"]


def release(client: Client, asked: JsonObject) -> JsonObject:
    """Let what is held leave."""
    held = _held(client, asked)
    client.release_held(str(asked["number"]))
    return {"released": cast("Json", held)}


def release_all(client: Client, asked: JsonObject) -> JsonObject:
    """Let all leave that is held for a body; of what was late, as many as were counted before."""
    to = _reference(client, str(asked["to"]))
    late = sum(one["late"] for one in client.list_held(page_size=1).first()["bodies"] if one["body"] == to)
    return {"to": to, "released": int(client.release_all_held(to=str(asked["to"]))["id"]), "late": late}


def drop(client: Client, asked: JsonObject) -> JsonObject:
    """Take back what is held."""
    held = _held(client, asked)
    client.drop_held(str(asked["number"]), reason=str(asked["reason"]))
    return {"dropped": cast("Json", held)}


def _held(client: Client, asked: JsonObject) -> ListHeldHeld:
    found = next((one for one in client.list_held() if one["number"] == asked["number"]), None)
    if found is None:
        raise NotFound
    return found


def take_off_duty(client: Client, asked: JsonObject) -> JsonObject:
    """Take a duty off the roster, where asked with the turns that follow it."""
    listed = _list(client.list_roster(days=ROSTER_DAYS), "entries")
    entry = next((one for one in listed if one["id"] == asked["id"]), None)
    following = asked.get("following") is True
    done = client.take_off_duty(str(asked["id"]), turns="following" if following else None)["id"]
    gone = [one["id"] for one in _turns_from(listed, entry)] if following and entry is not None else [done]  # type: ignore[index, call-overload] # entries are objects
    return {"id": done, "taken_off": [*gone]}


def _text(asked: JsonObject) -> str:
    """Return the text of a file that a command read; raise Invalid where it is none."""
    try:
        return base64.b64decode(str(asked["data"]), validate=True).decode("utf-8-sig")
    except (binascii.Error, UnicodeDecodeError) as error:
        raise _no_file("it is not text in UTF-8") from error


def _document(asked: JsonObject, fields: set[str] | None, or_not: AbstractSet[str] = frozenset()) -> JsonObject:
    """Return what a file of YAML or JSON says, every value as it is written: the node judges it.

    Raises Invalid for what is no mapping, lacks one of the fields or has others; those of `or_not` may be left out.
    """
    text = _text(asked)
    try:
        found = yaml.load(text, _AsWritten)  # noqa: S506 - the loader that makes nothing but text, lists and mappings
    except (yaml.YAMLError, RecursionError) as error:
        raise _no_file("it cannot be read as YAML") from error
    if not isinstance(found, dict) or not all(isinstance(name, str) for name in found):
        raise _no_file("it does not name fields")
    if fields is not None and found.keys() - or_not != fields:
        raise _no_file(f"it has these fields, and no others: {', '.join(sorted(fields))}")
    return cast("JsonObject", _given(found))


def _number(said: Json) -> Json:
    """Return a whole number that is written out as one; anything else as it is, for the node to judge."""
    return (
        int(said)
        if isinstance(said, str) and len(said) <= _DIGITS_MAX and said.isascii() and said.isdecimal()
        else said
    )


def _given(value: object) -> object:
    """Return what is said, without the fields that say that they say nothing."""
    match value:
        case dict():
            return {name: _given(one) for name, one in value.items() if one not in _NOTHING}
        case list():
            return [_given(one) for one in value]
    return value


_NOTHING: Final = ("", "~", "null")
_DIGITS_MAX: Final = 15


class _AsWritten(yaml.BaseLoader):
    """Reads text as text, also what looks like a date; without aliases, of which a small file can make a large one."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """Return the next part; raise YAMLError at an alias."""
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("an alias")
        return super().compose_node(parent, index)


def _no_file(why: str) -> Invalid:
    return Invalid(
        "The file does not hold what it should.",
        field="file",
        why=f"It is read on this machine, and sent field by field: {why}.",
        do="Write it as the command's --help says.",
    )


BY_STEPS: Final[Mapping[str, Done]] = {
    "exchange_drop": drop,
    "exchange_release": release,
    "exchange_release_all": release_all,
    "group_keep": keep_group,
    "instrument_propose": propose_instrument,
    "order_enter": enter_order,
    "record_share": share,
    "roster_take_off": take_off_duty,
}
"""Verbs, and what does them by several requests, or in another form than the verb takes."""
