"""Which request asks for a verb of the node, and what its parameters are called there.

Written by make reference from the table of routes (tests.docs.client_routes); change that, not this file.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from entente.client.call import Call
from entente.client.requests import (
    cases,
    directory,
    duty,
    exchange,
    finding,
    hits,
    leave_and_requests,
    messages,
    powers,
    records,
    roster,
    search,
    standing_queries,
    trail,
)


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
    "body_doubts": Request(trail.list_doubts, {"body": "body"}),
    "body_export": Request(directory.export_body, {"body": "body"}),
    "body_list": Request(directory.list_bodies, {}),
    "body_places": Request(finding.list_places, {"body": "body", "on": "on"}),
    "body_show": Request(directory.show_body, {"body": "body"}),
    "body_silent": Request(directory.list_silent_sources, {"within_hours": "within_hours"}),
    "call_list": Request(duty.list_calls, {"limit": "page_size"}, pages="before"),
    "case_close": Request(
        cases.close_case, {"number": "number", "reason": "reason", "version": "version"}, changes=True
    ),
    "case_hand_over": Request(
        cases.hand_case_over,
        {"number": "number", "to": "to", "reason": "reason", "version": "version", "unit": "unit"},
        changes=True,
    ),
    "case_join": Request(
        cases.join_cases, {"number": "number", "other": "other", "reason": "reason", "version": "version"}, changes=True
    ),
    "case_list": Request(cases.list_cases, {"limit": "page_size"}, pages="before"),
    "case_note": Request(cases.note_case, {"number": "number", "text": "text"}, changes=True),
    "case_officers": Request(cases.list_case_officers, {}),
    "case_open": Request(cases.open_case, {"title": "title", "crime_area": "crime_area"}, changes=True),
    "case_refer": Request(
        cases.refer_case, {"number": "number", "body": "body", "reference": "reference"}, changes=True
    ),
    "case_rename": Request(
        cases.rename_case,
        {"number": "number", "title": "title", "crime_area": "crime_area", "version": "version"},
        changes=True,
    ),
    "case_reopen": Request(
        cases.reopen_case, {"number": "number", "reason": "reason", "version": "version"}, changes=True
    ),
    "case_show": Request(cases.show_case, {"number": "number"}),
    "case_split": Request(
        cases.split_case,
        {
            "number": "number",
            "title": "title",
            "crime_area": "crime_area",
            "reason": "reason",
            "version": "version",
            "tasks": "tasks",
            "exhibits": "exhibits",
            "items": "items",
        },
        changes=True,
    ),
    "case_team": Request(cases.set_case_team, {"number": "number", "team": "team", "version": "version"}, changes=True),
    "contact_list": Request(
        finding.list_contacts,
        {"text": "text", "kind": "kind", "body": "body", "language": "language", "limit": "page_size"},
        pages="offset",
    ),
    "cut_off_preview": Request(
        directory.preview_cut_off,
        {"decided_by": "decided_by", "document": "document", "reason": "reason", "review_on": "review_on"},
    ),
    "directory_find": Request(
        finding.find_bodies,
        {"text": "text", "kind": "kind", "country": "country", "group": "group", "on": "on", "limit": "page_size"},
        pages="offset",
    ),
    "exchange_aside": Request(exchange.list_set_aside, {}),
    "exchange_drop": Request(exchange.drop_held, {"number": "number", "reason": "reason"}, changes=True),
    "exchange_held": Request(exchange.list_held, {"to": "to", "limit": "page_size"}, pages="after"),
    "exchange_lines": Request(exchange.list_lines, {}),
    "exchange_release": Request(exchange.release_held, {"number": "number"}, changes=True),
    "exchange_release_all": Request(exchange.release_all_held, {"to": "to"}, changes=True),
    "exchange_route": Request(exchange.route_exchange, {"body": "body", "via": "via"}, changes=True),
    "exhibit_enter": Request(
        cases.enter_exhibit,
        {
            "number": "number",
            "kind": "kind",
            "what": "what",
            "found_at": "found_at",
            "found_where": "found_where",
            "found_by": "found_by",
            "seal": "seal",
            "sha256": "sha256",
        },
        changes=True,
    ),
    "exhibit_hand_over": Request(
        cases.hand_exhibit_over,
        {
            "number": "number",
            "exhibit": "exhibit",
            "at": "at",
            "gave": "gave",
            "took": "took",
            "where": "where",
            "seal": "seal",
            "sha256": "sha256",
            "remark": "remark",
        },
        changes=True,
    ),
    "group_keep": Request(
        directory.keep_group,
        {"name": "name", "title": "title", "entries": "entries", "version": "version"},
        changes=True,
    ),
    "group_list": Request(directory.list_groups, {"on": "on"}),
    "group_show": Request(directory.show_group, {"group": "group", "on": "on", "version": "version"}),
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
            "evidence": "evidence",
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
            "evidence": "evidence",
        },
        changes=True,
    ),
    "hit_release": Request(hits.release_hit, {"id": "hit_id"}, changes=True),
    "hit_show": Request(hits.show_hit, {"id": "hit_id"}),
    "instrument_list": Request(directory.list_instruments, {}),
    "instrument_propose": Request(directory.propose_instrument, {"file": "file"}, changes=True),
    "instrument_show": Request(directory.show_instrument, {"instrument": "instrument"}),
    "keys_show": Request(finding.show_keys, {"body": "body"}),
    "measure_may": Request(powers.may_task_measure, {"measure": "measure"}),
    "measure_task": Request(
        powers.task_measure, {"measure": "measure", "subject": "subject", "case": "case"}, changes=True
    ),
    "message_addressees": Request(messages.list_message_addressees, {"id": "message_id"}),
    "message_circulate": Request(
        messages.circulate_message,
        {
            "instrument": "instrument",
            "subject": "subject",
            "text": "text",
            "to": "to",
            "information": "information",
            "urgency": "urgency",
            "answers": "answers",
            "case": "case",
            "seen": "seen",
            "keeps_list": "keeps_list",
            "attachments": "attachments",
        },
        changes=True,
    ),
    "message_conclude": Request(
        messages.conclude_message, {"id": "message_id", "outcome": "outcome", "reason": "reason"}, changes=True
    ),
    "message_list": Request(
        messages.list_messages,
        {"limit": "page_size", "case": "case", "body": "body", "choice": "choice", "thread": "thread"},
        pages="before",
    ),
    "message_note_failure": Request(messages.note_failure, {"id": "message_id"}),
    "message_open": Request(messages.open_message, {"id": "message_id"}),
    "message_preview": Request(
        messages.preview_message, {"instrument": "instrument", "to": "to", "information": "information"}
    ),
    "message_recall": Request(messages.recall_message, {"id": "message_id", "reason": "reason"}, changes=True),
    "message_recall_several": Request(
        messages.recall_message_from_several, {"id": "message_id", "reason": "reason", "bodies": "bodies"}, changes=True
    ),
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
            "attachments": "attachments",
        },
        changes=True,
    ),
    "message_show": Request(messages.show_message, {"id": "message_id"}),
    "mrz_check": Request(search.check_mrz, {"text": "text"}),
    "namesake_end": Request(
        standing_queries.end_not_identical,
        {
            "record": "record",
            "finding": "finding",
            "purpose": "purpose",
            "crime_area": "crime_area",
            "case": "case",
            "occasion": "occasion",
        },
        changes=True,
    ),
    "namesake_list": Request(
        standing_queries.list_not_identical,
        {"record": "record", "purpose": "purpose", "crime_area": "crime_area", "case": "case", "occasion": "occasion"},
    ),
    "namesake_mark": Request(
        standing_queries.mark_not_identical,
        {
            "record": "record",
            "document": "document",
            "reason": "reason",
            "purpose": "purpose",
            "crime_area": "crime_area",
            "days": "days",
            "case": "case",
            "occasion": "occasion",
        },
        changes=True,
    ),
    "order_enter": Request(powers.enter_order, {"order": "order", "version": "version"}, changes=True),
    "order_list": Request(powers.list_orders, {}),
    "permission_answer": Request(
        leave_and_requests.answer_permission,
        {"id": "permission_id", "grant": "grant", "days": "days", "reason": "reason", "text": "text"},
        changes=True,
    ),
    "permission_ask": Request(
        leave_and_requests.ask_permission,
        {
            "record": "record",
            "acts": "acts",
            "justification": "justification",
            "purpose": "purpose",
            "crime_area": "crime_area",
            "forward_to": "forward_to",
            "urgency": "urgency",
            "case": "case",
            "instrument": "instrument",
        },
        changes=True,
    ),
    "permission_list": Request(leave_and_requests.list_permissions, {"limit": "page_size"}, pages="before"),
    "permission_show": Request(leave_and_requests.show_permission, {"id": "permission_id"}),
    "proposal_list": Request(directory.list_proposals, {}),
    "proposal_make": Request(
        directory.make_proposal, {"kind": "kind", "target": "target", "text": "text"}, changes=True
    ),
    "record_consult": Request(
        leave_and_requests.consult_record,
        {
            "purpose": "purpose",
            "crime_area": "crime_area",
            "record": "record",
            "identifier": "identifier",
            "kind": "kind",
            "case": "case",
            "occasion": "occasion",
            "instrument": "instrument",
        },
    ),
    "record_correct": Request(
        records.correct_record,
        {
            "record": "record",
            "reason": "reason",
            "changes": "changes",
            "version": "version",
            "purpose": "purpose",
            "crime_area": "crime_area",
        },
        changes=True,
    ),
    "record_detach": Request(records.detach_file, {"record": "record", "file": "file"}, changes=True),
    "record_enter": Request(
        records.enter_record,
        {
            "schema": "schema",
            "facts": "facts",
            "terms": "terms",
            "purpose": "purpose",
            "crime_area": "crime_area",
            "links": "links",
            "local_id": "local_id",
            "share_with": "share_with",
            "case": "case",
        },
        changes=True,
    ),
    "record_extend": Request(
        records.extend_record,
        {
            "record": "record",
            "reason": "reason",
            "review_on": "review_on",
            "erase_on": "erase_on",
            "version": "version",
        },
        changes=True,
    ),
    "record_foresee": Request(
        records.foresee_record,
        {
            "schema": "schema",
            "facts": "facts",
            "terms": "terms",
            "purpose": "purpose",
            "crime_area": "crime_area",
            "links": "links",
            "local_id": "local_id",
            "share_with": "share_with",
            "case": "case",
        },
    ),
    "record_forward": Request(
        leave_and_requests.forward_record,
        {
            "record": "record",
            "to": "to",
            "purpose": "purpose",
            "crime_area": "crime_area",
            "case": "case",
            "instrument": "instrument",
        },
        changes=True,
    ),
    "record_holders": Request(records.show_holders, {"record": "record"}),
    "record_judge": Request(
        records.judge_records,
        {
            "left": "left",
            "right": "right",
            "verdict": "verdict",
            "evidence": "evidence",
            "terms": "terms",
            "purpose": "purpose",
            "crime_area": "crime_area",
            "method": "method",
            "share_with": "share_with",
            "case": "case",
        },
        changes=True,
    ),
    "record_links": Request(
        records.list_links, {"record": "record", "purpose": "purpose", "crime_area": "crime_area", "case": "case"}
    ),
    "record_list": Request(
        records.list_records,
        {"purpose": "purpose", "crime_area": "crime_area", "kind": "kind", "limit": "page_size"},
        pages="after",
    ),
    "record_original": Request(
        records.show_original, {"record": "record", "purpose": "purpose", "crime_area": "crime_area", "case": "case"}
    ),
    "record_share": Request(records.share_record, {"record": "record", "recipients": "recipients"}, changes=True),
    "record_show": Request(
        records.show_record, {"record": "record", "purpose": "purpose", "crime_area": "crime_area", "case": "case"}
    ),
    "record_versions": Request(
        records.list_versions,
        {
            "record": "record",
            "purpose": "purpose",
            "crime_area": "crime_area",
            "case": "case",
            "older": "older",
            "newer": "newer",
        },
    ),
    "record_who_can_see": Request(records.show_who_can_see, {"record": "record"}),
    "record_withdraw": Request(
        records.withdraw_record, {"record": "record", "reason": "reason", "version": "version"}, changes=True
    ),
    "request_ask": Request(
        leave_and_requests.ask_record,
        {
            "record": "record",
            "kind": "kind",
            "purpose": "purpose",
            "crime_area": "crime_area",
            "instrument": "instrument",
            "case": "case",
        },
        changes=True,
    ),
    "request_list": Request(leave_and_requests.list_record_requests, {"limit": "page_size"}, pages="before"),
    "request_show": Request(leave_and_requests.show_record_request, {"id": "record_request_id"}),
    "roster_enter": Request(
        roster.enter_duty,
        {
            "who": "who",
            "function": "function",
            "begins": "begins",
            "ends": "ends",
            "zone": "zone",
            "reach": "reach",
            "every_days": "every_days",
            "times": "times",
        },
        changes=True,
    ),
    "roster_list": Request(roster.list_roster, {"days": "days"}),
    "roster_take_off": Request(roster.take_off_duty, {"duty": "duty", "turns": "turns"}, changes=True),
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
    "sharing_matrix": Request(
        finding.list_sharing,
        {
            "body": "body",
            "text": "text",
            "group": "group",
            "instrument": "instrument",
            "state": "state",
            "limit": "page_size",
        },
        pages="offset",
    ),
    "shift_list": Request(duty.list_shifts, {"limit": "page_size"}, pages="before"),
    "shift_sheet": Request(duty.show_shift_sheet, {"id": "shift_id"}),
    "shift_show": Request(duty.show_shift, {"id": "shift_id"}),
    "standing_end": Request(standing_queries.end_standing_query, {"query": "query"}, changes=True),
    "standing_leave": Request(
        standing_queries.leave_standing_query,
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
            "days": "days",
        },
        changes=True,
    ),
    "standing_list": Request(standing_queries.list_standing_queries, {}),
    "standing_matches": Request(standing_queries.show_matches, {"query": "query"}),
    "standing_settle": Request(standing_queries.settle_match, {"match": "match"}, changes=True),
    "suspend_preview": Request(
        directory.preview_suspension,
        {
            "instrument": "instrument",
            "decided_by": "decided_by",
            "document": "document",
            "reason": "reason",
            "toward": "toward",
            "kinds": "kinds",
            "rights": "rights",
            "direction": "direction",
            "review_on": "review_on",
        },
    ),
    "task_finish": Request(
        cases.finish_case_task, {"number": "number", "task": "task", "outcome": "outcome"}, changes=True
    ),
    "task_set": Request(
        cases.set_case_task,
        {"number": "number", "what": "what", "to": "to", "due_at": "due_at", "term_of": "term_of"},
        changes=True,
    ),
    "trail_checkpoint": Request(trail.show_checkpoint, {}),
    "trail_continues": Request(trail.check_continuation, {"checkpoint": "checkpoint"}),
    "trail_export": Request(trail.prove_case, {"case": "case"}),
    "trail_prove": Request(trail.prove_continuation, {"since": "since"}),
    "trail_query": Request(trail.show_sealed_query, {"row": "row"}),
    "trail_show": Request(
        trail.read_trail,
        {"about": "about", "act": "act", "by": "by", "since": "since", "until": "until", "limit": "page_size"},
        pages="before",
    ),
    "trail_verify": Request(trail.verify_trail, {}),
    "unit_find": Request(
        finding.find_units,
        {"text": "text", "kind": "kind", "body": "body", "on": "on", "limit": "page_size"},
        pages="offset",
    ),
    "unit_limits_list": Request(directory.list_unit_limits, {}),
    "unit_limits_show": Request(directory.show_unit_limits, {"unit": "unit", "on": "on"}),
    "unit_lists": Request(finding.list_unit_lists, {"body": "body"}),
    "waiting_list": Request(duty.list_waiting, {"limit": "limit"}),
}
_NOT_ASKED: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        (
            "a draft is made by the officer who answers for what it says, and goes as a file to heads who read it"
            " before they sign with their own keys; a program that fetched drafts and handed them in would stand "
            "between heads and what they sign. What a step would stop is asked by the previews, which have routes"
        ),
        (
            "cut_off_draft",
            "draft_foresee",
            "instrument_refuse",
            "instrument_sign_draft",
            "instrument_submit",
            "instrument_take_back",
            "instruments_submit",
            "keys_draft",
            "keys_submit",
            "measure_draft",
            "narrow_draft",
            "resume_draft",
            "return_draft",
            "successor_accept",
            "successor_refuse",
            "suspend_draft",
            "withdraw_draft",
        ),
    ),
    (
        (
            "it is this body's word to every other about whom to call at night, with names and numbers that "
            "somebody rang and checked; an officer says it at the desk. What all bodies say is read with GET "
            "/contacts"
        ),
        ("contact_confirm", "contact_keep", "contact_remove"),
    ),
    (
        (
            "it is this body's word to every other about its branches and units, and what their officers may see "
            "hangs on it: an officer says it at the desk, where it was shown what it touches. What stands is read"
            " with GET /directory/units, and what stood before with GET /bodies/{body}/unit-lists"
        ),
        ("unit_keep", "unit_preview"),
    ),
    (
        (
            "who may act here is settled by officers at the node: a token that made accounts or tokens would "
            "outlive itself, and one that listed them would tell whoever steals it whom to try next"
        ),
        (
            "account_confirm",
            "account_invite",
            "account_list",
            "account_recover",
            "account_refuse",
            "account_sessions",
            "account_sign_out",
            "officer_add",
            "officer_end",
            "officer_find",
            "officer_list",
            "officer_preview",
            "officer_show",
            "token_list",
            "token_make",
            "token_revoke",
            "unit_limits_confirm",
            "unit_limits_preview",
            "unit_limits_propose",
            "unit_limits_refuse",
        ),
    ),
    (
        (
            "a proof is judged by whoever holds it, with the body's id alone and no node («entente trail verify "
            "--file»): a program that asked the node would believe it instead of the proof"
        ),
        ("trail_judge",),
    ),
    (
        (
            "it is looked at by the officer who says the list, or enters the order, before they do, at the desk "
            "or by its command; what it is made of is read with GET /groups, GET /instruments and GET /orders"
        ),
        ("group_preview", "order_preview"),
    ),
    (
        (
            "an officer who was given a file has it held against an exhibit, and the chronology says so with "
            "their name; a program that has the file computes its digest and compares it with the one that GET "
            "/cases/{case} says"
        ),
        ("exhibit_check",),
    ),
    (
        ("it gathers for a page what routes say each: GET /groups, with the entries that are counted here"),
        ("group_lines",),
    ),
    (
        ("it gathers for a page what routes say each: GET /bodies/{body}, where a body names the one it replaces,"),
        ("successor_list",),
    ),
    (
        ("it gathers for a page what routes say each: GET /directory/units, asked with this body's own code,"),
        ("unit_own",),
    ),
    (("it gathers for a page what routes say each: GET /contacts, asked with this body's own code"), ("contact_own",)),
    (("it gathers for a page what routes say each: GET /shifts"), ("shift_waiting",)),
    (
        (
            "it gathers for a page what routes say each: GET /hits, GET /permissions and GET /record-requests, "
            "with their deliveries,"
        ),
        ("unsettled_list", "unsettled_show"),
    ),
    (
        (
            "that a hit or an answer reached nobody is known once a person knows it, and rings the other side up;"
            " a program that said so in their place would take it off every desk. That it failed is read in its "
            "deliveries"
        ),
        ("unsettled_settle",),
    ),
    (
        (
            "a shift is a person's time at the desk: who begins it, writes into its journal, hands over or signs "
            "answers for the night with their name, and a machine is on no roster. What a shift did is read with "
            "GET /shifts"
        ),
        ("shift_begin", "shift_hand_over", "shift_note", "shift_take_over"),
    ),
    (
        (
            "who takes a call says that they have the thing in hand, and nobody else is called from then on; a "
            "gateway that took it by itself, because its message was delivered, would leave the thing with "
            "nobody. Calls are read with GET /calls"
        ),
        ("call_acknowledge",),
    ),
    (("it gathers for a page what routes say each: GET /sharing"), ("sharing_overview", "sharing_pair")),
    (("it gathers for a page what routes say each: GET /instruments"), ("governance_show", "proposal_preview")),
    (
        (
            "it names no officer who could be judged: whoever holds the node's folder does it, through the "
            "operator's route"
        ),
        (
            "body_addresses",
            "body_enter",
            "body_introduce",
            "body_rename",
            "body_units",
            "exchange_export",
            "exchange_fetch",
            "exchange_import",
            "exchange_retry",
        ),
    ),
    (
        ("taking back after a restore belongs to who restored the node, on its machine, with the backup at hand"),
        ("recovery_ask", "recovery_finish", "recovery_show"),
    ),
    (
        (
            "what is erased does not come back, and an officer does it at the node; that it was done is a row of "
            "GET /trail, and GET /events says nothing of it"
        ),
        (
            "erasure_declare_none",
            "erasure_export",
            "erasure_import",
            "erasure_list",
            "erasure_reentries",
            "erasure_run",
            "record_erase",
        ),
    ),
    (
        (
            "it is about the node and not the body's work: the operator does it on the machine itself, and a "
            "monitor there asks GET /healthz, /readyz and /metrics"
        ),
        ("backup", "doctor", "status"),
    ),
)
NOT_ASKED: Mapping[str, str] = {verb: reason for reason, verbs in _NOT_ASKED for verb in verbs}
"""Verbs of a node that have no request, and why not (docs/rules/api.md P11)."""
