"""Which request asks for a verb of the node, and what its parameters are called there.

Written by make reference from the table of routes (tests.docs.client_routes); change that, not this file.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from entente.client.call import Call
from entente.client.requests import cases, directory, hits, messages, records, search, trail


@dataclass(frozen=True, slots=True)
class Request:
    """How a verb is asked for."""

    make: Callable[..., Call[object]]
    takes: Mapping[str, str]
    """By the verb's own fields, the parameters of `make`."""
    changes: bool = False
    """Whether it changes something, so that its answer only names the result (docs/rules/api.md P8)."""
    pages: str = ""
    """Of a list, the verb's field that says from where; else empty."""


REQUESTS: Mapping[str, Request] = {
    "body_list": Request(directory.list_bodies, {}),
    "body_show": Request(directory.show_body, {"body": "body"}),
    "case_close": Request(cases.close_case, {"number": "number", "reason": "reason"}, changes=True),
    "case_list": Request(cases.list_cases, {"limit": "page_size"}, pages="before"),
    "case_note": Request(cases.note_case, {"number": "number", "text": "text"}, changes=True),
    "case_open": Request(cases.open_case, {"title": "title", "crime_area": "crime_area"}, changes=True),
    "case_refer": Request(
        cases.refer_case, {"number": "number", "body": "body", "reference": "reference"}, changes=True
    ),
    "case_reopen": Request(cases.reopen_case, {"number": "number", "reason": "reason"}, changes=True),
    "case_show": Request(cases.show_case, {"number": "number"}),
    "group_list": Request(directory.list_groups, {"on": "on"}),
    "group_show": Request(directory.show_group, {"group": "group", "on": "on"}),
    "hit_answer": Request(hits.answer_hit, {"id": "hit_id", "same": "same", "text": "text"}, changes=True),
    "hit_confirm": Request(
        hits.confirm_hit,
        {
            "record": "record",
            "version": "version",
            "circumstances": "circumstances",
            "purpose": "purpose",
            "crime_area": "crime_area",
            "score": "score",
            "case": "case",
            "instrument": "instrument",
        },
        changes=True,
    ),
    "hit_list": Request(hits.list_hits, {"limit": "page_size"}, pages="before"),
    "hit_reject": Request(
        hits.reject_hit,
        {
            "record": "record",
            "version": "version",
            "circumstances": "circumstances",
            "purpose": "purpose",
            "crime_area": "crime_area",
            "reason": "reason",
            "score": "score",
            "case": "case",
            "instrument": "instrument",
        },
        changes=True,
    ),
    "hit_release": Request(hits.release_hit, {"id": "hit_id"}, changes=True),
    "hit_show": Request(hits.show_hit, {"id": "hit_id"}),
    "instrument_list": Request(directory.list_instruments, {}),
    "instrument_show": Request(directory.show_instrument, {"instrument": "instrument"}),
    "message_conclude": Request(
        messages.conclude_message, {"id": "message_id", "outcome": "outcome", "reason": "reason"}, changes=True
    ),
    "message_list": Request(messages.list_messages, {"limit": "page_size", "case": "case"}, pages="before"),
    "message_open": Request(messages.open_message, {"id": "message_id"}),
    "message_recall": Request(messages.recall_message, {"id": "message_id", "reason": "reason"}, changes=True),
    "message_send": Request(
        messages.send_message,
        {
            "to": "to",
            "instrument": "instrument",
            "subject": "subject",
            "text": "text",
            "urgency": "urgency",
            "for_action": "for_action",
            "answers": "answers",
            "case": "case",
            "your_reference": "your_reference",
        },
        changes=True,
    ),
    "message_show": Request(messages.show_message, {"id": "message_id"}),
    "mrz_check": Request(search.check_mrz, {"text": "text"}),
    "record_list": Request(
        records.list_records,
        {"purpose": "purpose", "crime_area": "crime_area", "kind": "kind", "limit": "page_size"},
        pages="after",
    ),
    "record_show": Request(
        records.show_record, {"record": "record", "purpose": "purpose", "crime_area": "crime_area", "case": "case"}
    ),
    "record_withdraw": Request(
        records.withdraw_record, {"record": "record", "reason": "reason", "version": "version"}, changes=True
    ),
    "search": Request(
        search.search,
        {
            "purpose": "purpose",
            "crime_area": "crime_area",
            "names": "names",
            "birth_date": "birth_date",
            "country": "country",
            "sex": "sex",
            "identifiers": "identifiers",
            "line": "line",
            "case": "case",
            "occasion": "occasion",
        },
    ),
    "search_many": Request(
        search.search_many,
        {
            "queries": "queries",
            "purpose": "purpose",
            "crime_area": "crime_area",
            "case": "case",
            "occasion": "occasion",
        },
    ),
    "trail_show": Request(trail.read_trail, {"about": "about", "limit": "limit"}),
}
