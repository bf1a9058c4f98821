"""The verbs that have no route, each with its reason: what a machine's token never does.

A test holds that every verb of the node has a route or stands here. Source: docs/rules/api.md P11; decision 0112.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

HEADS: Final = (
    "a draft is made by the officer who answers for what it says, and goes as a file to heads who read it before they sign with"
    " their own keys; a program that fetched drafts and handed them in would stand between heads and what they sign. What a step"
    " would stop is asked by the previews, which have routes"
)
ACCOUNTS: Final = (
    "who may act here is settled by officers at the node: a token that made accounts or tokens would outlive itself, and one"
    " that listed them would tell whoever steals it whom to try next"
)
OPERATOR: Final = (
    "it names no officer who could be judged: whoever holds the node's folder does it, through the operator's route"
)
RESTORED: Final = (
    "taking back after a restore belongs to who restored the node, on its machine, with the backup at hand"
)
SIGNED: Final = (
    "a shift is a person's time at the desk: who begins it, writes into its journal, hands over or signs answers for the night"
    " with their name, and a machine is on no roster. What a shift did is read with GET /shifts"
)
IN_HAND: Final = (
    "who takes a call says that they have the thing in hand, and nobody else is called from then on; a gateway that took it by"
    " itself, because its message was delivered, would leave the thing with nobody. Calls are read with GET /calls"
)
GATHERED: Final = "it gathers for a page what routes say each: {}"
ERASURE: Final = (
    "what is erased does not come back, and an officer does it at the node; that it was done is a row of GET /trail, and GET"
    " /events says nothing of it"
)
OWN_WORD: Final = (
    "it is this body's word to every other about whom to call at night, with names and numbers that somebody rang and checked;"
    " an officer says it at the desk. What all bodies say is read with GET /contacts"
)
UNITS: Final = (
    "it is this body's word to every other about its branches and units, and what their officers may see hangs on it: an officer"
    " says it at the desk, where it was shown what it touches. What stands is read with GET /directory/units, and what stood"
    " before with GET /bodies/{body}/unit-lists"
)
KEEPING: Final = (
    "it is about the node and not the body's work: the operator does it on the machine itself, and a monitor there asks GET"
    " /healthz, /readyz and /metrics"
)

STRANGER: Final = (
    "a proof is judged by whoever holds it, with the body's id alone and no node («entente trail verify --file»): a program that"
    " asked the node would believe it instead of the proof"
)

SEEN_FIRST: Final = (
    "it is looked at by the officer who says the list, or enters the order, before they do, at the desk or by its command; what"
    " it is made of is read with GET /groups, GET /instruments and GET /orders"
)
SETTLED: Final = (
    "that a hit or an answer reached nobody is known once a person knows it, and rings the other side up; a program that said so"
    " in their place would take it off every desk. That it failed is read in its deliveries"
)
COMPARED: Final = (
    "an officer who was given a file has it held against an exhibit, and the chronology says so with their name; a program that"
    " has the file computes its digest and compares it with the one that GET /cases/{case} says"
)

LEFT_OUT: Final[Mapping[str, str]] = {
    **dict.fromkeys(
        (
            "keys_draft", "keys_submit", "successor_accept", "successor_refuse", "instrument_take_back", "instrument_refuse",
            "instrument_sign_draft", "suspend_draft", "resume_draft", "narrow_draft", "withdraw_draft", "measure_draft",
            "instrument_submit", "cut_off_draft", "return_draft", "instruments_submit", "draft_foresee",
        ),
        HEADS,
    ),
    **dict.fromkeys(("contact_keep", "contact_remove", "contact_confirm"), OWN_WORD),
    **dict.fromkeys(("unit_preview", "unit_keep"), UNITS),
    **dict.fromkeys(
        (
            "officer_add", "officer_end", "officer_preview", "officer_list", "officer_find", "officer_show",
            "token_make", "token_list", "token_revoke",
            "account_invite", "account_list", "account_recover", "account_confirm", "account_refuse", "account_sessions",
            "account_sign_out", "unit_limits_preview", "unit_limits_propose", "unit_limits_confirm", "unit_limits_refuse",
        ),
        ACCOUNTS,
    ),
    "trail_judge": STRANGER,
    **dict.fromkeys(("group_preview", "order_preview"), SEEN_FIRST),
    "exhibit_check": COMPARED,
    "group_lines": GATHERED.format("GET /groups, with the entries that are counted here"),
    "successor_list": GATHERED.format("GET /bodies/{body}, where a body names the one it replaces,"),
    "unit_own": GATHERED.format("GET /directory/units, asked with this body's own code,"),
    "contact_own": GATHERED.format("GET /contacts, asked with this body's own code"),
    "shift_waiting": GATHERED.format("GET /shifts"),
    **dict.fromkeys(
        ("unsettled_list", "unsettled_show"),
        GATHERED.format("GET /hits, GET /permissions and GET /record-requests, with their deliveries,"),
    ),
    "unsettled_settle": SETTLED,
    **dict.fromkeys(("shift_begin", "shift_note", "shift_hand_over", "shift_take_over"), SIGNED),
    "call_acknowledge": IN_HAND,
    **dict.fromkeys(("sharing_overview", "sharing_pair"), GATHERED.format("GET /sharing")),
    **dict.fromkeys(("governance_show", "proposal_preview"), GATHERED.format("GET /instruments")),
    **dict.fromkeys(
        (
            "body_enter", "body_introduce", "body_rename", "body_addresses", "body_units", "exchange_fetch", "exchange_retry",
            "exchange_export", "exchange_import",
        ),
        OPERATOR,
    ),
    **dict.fromkeys(("recovery_show", "recovery_ask", "recovery_finish"), RESTORED),
    **dict.fromkeys(
        (
            "record_erase", "erasure_run", "erasure_list", "erasure_reentries", "erasure_export", "erasure_import",
            "erasure_declare_none",
        ),
        ERASURE,
    ),
    **dict.fromkeys(("backup", "doctor", "status"), KEEPING),
}  # fmt: skip
