"""The verbs that have no route, each with its reason: what a machine's token never does.

A test holds that every verb of the node has a route or stands here. Source: docs/rules/api.md P11.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

HEADS: Final = "heads sign it with their own keys, at the node and on their own machines; a token speaks for no head"
ACCOUNTS: Final = (
    "who may act here is settled by officers at the node: a token that made accounts or tokens would outlive itself"
)
OPERATOR: Final = (
    "it names no officer who could be judged: whoever holds the node's folder does it, through the operator's route"
)
ON_DUTY: Final = (
    "who is on duty is a person, at the desk or at the node; a machine is on no roster and signs for nobody"
)
GATHERED: Final = "it gathers for a page what the lists that have routes say each"
ERASURE: Final = "what is erased does not come back; an officer does it at the node"
CONTACTS: Final = "people call people by it: it is read and kept by officers at the desk, and no system acts on it"
KEEPING: Final = "it is about the node and not the body's work: the operator does it on the machine itself"

LEFT_OUT: Final[Mapping[str, str]] = {
    **dict.fromkeys(
        (
            "keys_draft", "keys_submit", "keys_show", "body_doubts", "successor_accept", "instrument_sign_draft", "suspend_draft",
            "resume_draft", "narrow_draft", "withdraw_draft", "measure_draft", "instrument_submit", "cut_off_draft",
            "return_draft", "instruments_submit",
        ),
        HEADS,
    ),
    **dict.fromkeys(("contact_list", "contact_keep", "contact_remove", "contact_confirm"), CONTACTS),
    **dict.fromkeys(("officer_add", "officer_list", "token_make", "token_list", "token_revoke"), ACCOUNTS),
    **dict.fromkeys(
        (
            "account_invite", "account_list", "account_recover", "account_confirm", "account_refuse", "account_sessions",
            "account_sign_out", "unit_limits_preview", "unit_limits_propose", "unit_limits_confirm", "unit_limits_refuse",
        ),
        ACCOUNTS,
    ),
    **dict.fromkeys(("waiting_list", "directory_find", "unit_find", "group_lines", "body_places", "sharing_matrix",
         "contact_own"), GATHERED),
    **dict.fromkeys(
        (
            "shift_show", "shift_list", "shift_begin", "shift_note", "shift_hand_over", "shift_sheet", "shift_take_over",
            "call_list", "call_acknowledge",
        ),
        ON_DUTY,
    ),
    **dict.fromkeys(
        (
            "body_enter", "body_introduce", "body_rename", "body_addresses", "body_units", "exchange_fetch", "exchange_retry",
            "exchange_export", "exchange_import", "recovery_show", "recovery_ask", "recovery_finish",
        ),
        OPERATOR,
    ),
    **dict.fromkeys(
        (
            "record_erase", "erasure_run", "erasure_list", "erasure_reentries", "erasure_export", "erasure_import",
            "erasure_declare_none",
        ),
        ERASURE,
    ),
    **dict.fromkeys(("backup", "doctor", "status"), KEEPING),
}  # fmt: skip
