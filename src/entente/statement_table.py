"""The one table from a statement's kind to the room that takes it in; so for calls, and for what a restored node takes back.

A kind that stands in neither is refused (docs/rules/exchange.md X15 and X27). `app` hands both tables to the exchange, which
knows no room.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from entente.agreements import taking_back as agreement_words
from entente.agreements.channel import NO_INSTRUMENT
from entente.agreements.service import Agreements
from entente.bodies import taking_back as directory_words
from entente.bodies.contacts import ContactBook
from entente.bodies.service import Directory
from entente.correspondence import taking_back as correspondence_words
from entente.correspondence.service import Correspondence
from entente.correspondence.statements import Kind
from entente.exchange.calls import Answer
from entente.exchange.catching_up import CATCH_UP_KIND
from entente.exchange.recovering import TakeBack
from entente.exchange.renewing import RENEWAL_KIND, accept_renewal
from entente.exchange.telling_on import ToWhom
from entente.kernel.clock import Clock
from entente.kernel.ids import BodyId
from entente.kernel.ports import Outgoing
from entente.kernel.statement import Statement
from entente.records.blobs import Blobs
from entente.records.erasing import Erasing
from entente.records.erasing_again import ErasingAgain
from entente.records.intake import Intake
from entente.records.onward import Onward
from entente.records.statements import BLOB_FETCH, ERASED_SINCE
from entente.records.taking_back import TakingBack

Accept = Callable[[Any, Statement, BodyId], None]


def accept_table(
    directory: Directory,
    agreements: Agreements,
    intake: Intake,
    erasing: Erasing,
    onward: Onward,
    correspondence: Correspondence,
) -> Mapping[str, Accept]:
    """Return the one table statement kind → the room that takes it in. A kind that is not in it is refused (X15)."""

    def introduction(unit: Any, statement: Statement, _: BodyId) -> None:  # noqa: ANN401 - each room's own unit
        # A newcomer is told what already stands between its future partners and us: nobody else can tell it later.
        if (newcomer := directory.accept_introduction(unit, statement)) is not None:
            agreements.tell_newcomer(unit, newcomer)

    alone: Sequence[tuple[str, Callable[[Any, Statement], object]]] = (
        ("keys", directory.accept_keys),
        ("name", directory.accept_name),
        ("addresses", directory.accept_addresses),
        ("units", directory.accept_units),
        ("contacts", ContactBook(directory).accept),
        ("group", directory.accept_group),
        ("instrument", agreements.accept_instrument),
        ("instrument_taken_back", agreements.accept_open_word),
        ("instrument_refused", agreements.accept_open_word),
        ("instrument_signature", agreements.accept_signature),
        ("participation", agreements.accept_participation),
        ("measure", agreements.accept_measure),
        ("governance_proposal", agreements.accept_proposal),
        ("proposal_recorded", agreements.accept_proposal_recorded),
        ("successor_accepted", agreements.accept_successor_accepted),
    )
    return {
        "introduction": introduction,
        RENEWAL_KIND: accept_renewal,
        **{kind: _whoever_sent_it(accept) for kind, accept in alone},
        "record": intake.accept_record,
        "withdrawal": intake.accept_withdrawal,
        "copy_ended": intake.accept_end,
        "copy_passed_on": onward.accept_passed_on,
        "copy_end_confirmed": onward.accept_end_confirmed,
        "erasure_confirmed": onward.accept_erasure_confirmed,
        "erasure": erasing.accept_erasure,
        "message": correspondence.accept_message,
        "evidence": correspondence.accept_evidence,
        "hit": correspondence.accept_hit,
        "hit_answer": correspondence.accept_hit_answer,
        "permission_request": correspondence.accept_permission_request,
        "permission_answer": correspondence.accept_permission_answer,
        "record_request": correspondence.accept_record_request,
        "record_answer": correspondence.accept_record_answer,
        "recall": correspondence.accept_recall,
        "recall_answer": correspondence.accept_recall_answer,
    }


def _whoever_sent_it(accept: Callable[[Any, Statement], object]) -> Accept:
    """Adapt a room that asks only for the statement: its own signature counts, not who carried it."""

    def accepting(unit: Any, statement: Statement, _: BodyId) -> None:  # noqa: ANN401 - each room's own unit
        accept(unit, statement)

    return accepting


def answer_table(
    blobs: Blobs, correspondence: Correspondence, catch_up: Answer, erasing: ErasingAgain
) -> Mapping[str, Answer]:
    """Return the one table kind of call → the room that answers it. A kind that is not in it is refused (X27)."""

    def fetch(unit: Any, asked: Statement, sender: BodyId) -> Sequence[Statement]:  # noqa: ANN401 - each room's own unit
        # A file is a message's or a record's; which, the room that comes later knows.
        return correspondence.answer_fetch(unit, asked, sender, blobs)

    return {
        BLOB_FETCH: fetch,
        Kind.CONSULT: correspondence.answer_consult,
        CATCH_UP_KIND: catch_up,
        ERASED_SINCE: erasing.answer_erased_since,
    }


NOT_TAKEN_BACK: Mapping[str, str] = {
    "renewal": "it says only that nothing else was said; the next one says the same",
    "proposal_recorded": "it is said again when the proposal comes again, by the same clause",
    "copy_end_confirmed": "it is said again when what took the copy away comes again and its receipt arrives",
    "erasure_confirmed": "it is said again when the erasure is told again and its receipt arrives",
    "erasure": "its holder empties it with the record; what was erased since is erased again apart (docs/rules/records.md R13)",
}
"""Kinds of ours that a restored node does not take back, each with its reason. What goes in calls nobody keeps."""


def take_back_table(clock: Clock, directory: Directory, taking_back: TakingBack) -> Mapping[str, TakeBack]:
    """Return the one table statement kind → how a restored node takes its own word back from whoever has it (X34).

    A kind that is in neither this table nor NOT_TAKEN_BACK fails a test.
    """

    def introduction(unit: Any, statement: Statement, giver: BodyId) -> Outgoing:  # noqa: ANN401 - each room's own unit
        directory.accept_introduction(unit, statement)
        return Outgoing(giver, NO_INSTRUMENT, statement, is_control=True, ref=statement.id)

    def of_the_directory(unit: Any, statement: Statement, giver: BodyId) -> Outgoing:  # noqa: ANN401 - each room's own unit
        return directory_words.take_back_word(unit, statement, giver, clock.now())

    def of_agreements(unit: Any, statement: Statement, giver: BodyId) -> Outgoing:  # noqa: ANN401 - each room's own unit
        return agreement_words.take_back_word(unit, statement, giver, clock.now())

    def of_correspondence(unit: Any, statement: Statement, giver: BodyId) -> Outgoing:  # noqa: ANN401 - each room's own unit
        return correspondence_words.take_back_word(unit, statement, giver, clock.now())

    return {
        "introduction": introduction,
        **dict.fromkeys(("keys", "name", "addresses", "units", "contacts", "group"), of_the_directory),
        **dict.fromkeys(
            (
                "instrument", "instrument_taken_back", "instrument_refused", "instrument_signature", "participation", "measure",
                "governance_proposal", "successor_accepted",
            ),
            of_agreements,
        ),
        **dict.fromkeys(
            (
                Kind.MESSAGE, Kind.HIT, Kind.PERMISSION_REQUEST, Kind.RECORD_REQUEST, Kind.EVIDENCE, Kind.RECALL,
                Kind.HIT_ANSWER, Kind.PERMISSION_ANSWER, Kind.RECORD_ANSWER, Kind.RECALL_ANSWER,
            ),
            of_correspondence,
        ),
        "record": taking_back.take_back_record,
        "withdrawal": taking_back.take_back_withdrawal,
        "copy_ended": taking_back.take_back_end,
        "copy_passed_on": taking_back.take_back_passed_on,
    }  # fmt: skip


def to_whom_table(directory: Directory, taking_back: TakingBack) -> Mapping[str, ToWhom]:
    """Return the one table statement kind → whom a word of ours is for that some body gave back (X34).

    What is not in it went to one body, which gave it back.
    """

    def to_all(unit: Any, statement: Statement, _now: datetime) -> Sequence[Outgoing]:  # noqa: ANN401 - each room's own unit
        return directory_words.to_whom(unit, statement, directory.channel)

    return {
        **dict.fromkeys(("keys", "name", "addresses", "units", "contacts", "group"), to_all),
        **dict.fromkeys(
            (
                "instrument",
                "instrument_taken_back",
                "instrument_refused",
                "instrument_signature",
                "participation",
                "measure",
            ),
            agreement_words.to_whom,
        ),
        "withdrawal": taking_back.withdrawal_to_whom,
    }
