"""What an instrument is, whether its terms hold together, and whether it is in force (A1 to A3, A7, A15, A16).

Pure functions. A party's own stand to an instrument is in `participation`.

Source: docs/rules/agreements.md.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from entente.agreements.model import (
    ClauseEffect,
    ForceRule,
    Instrument,
    InstrumentState,
    OpenWord,
    ParticipationState,
    Progress,
    ProposalKind,
    ProposalState,
)
from entente.bodies.model import GroupReference
from entente.bodies.succession import NOBODY_SUCCEEDED, Successors, in_place, predecessors
from entente.kernel.canonical import canonical_bytes
from entente.kernel.codec import to_object
from entente.kernel.ids import BodyId, InstrumentId


@dataclass(frozen=True, slots=True)
class InForceVerdict:
    """Whether an instrument is in force, why in a sentence, and between whom."""

    holds: bool
    why: str
    parties: frozenset[BodyId]
    """Members that have signed and not withdrawn."""


def instrument_id(instrument: Instrument) -> InstrumentId:
    """Derive an instrument's id from its canonical terms; whatever stands in its `id` is left out.

    Source: docs/rules/agreements.md A1.
    """
    terms = to_object(instrument)
    del terms["id"]
    return InstrumentId("instrument:" + hashlib.sha256(canonical_bytes(terms)).hexdigest()[:32])


def members_of(
    instrument: Instrument,
    groups: Mapping[GroupReference, frozenset[BodyId]],
    signed: Iterable[BodyId],
    successors: Successors = NOBODY_SUCCEEDED,
) -> frozenset[BodyId]:
    """Return the parties by name and by group, with each group resolved as of the time of the act.

    A body accepted at this node in another's place stands where that one stood (bodies.md B14). A group that is not known here
    names nobody. Who signed a charter stays its party whatever a group's keeper writes later: only the body itself leaves (no
    expulsion).

    Source: docs/rules/agreements.md A3; DESIGN sections 1 (promise 2) and 2 «group».
    """
    named = instrument.parties.union(*(groups.get(reference, frozenset()) for reference in instrument.party_groups))
    if instrument.clause_with(ClauseEffect.NO_EXPULSION) is not None:
        named = named.union(signed)
    return in_place(named, successors)


def in_force(
    state: InstrumentState, members: frozenset[BodyId], now: datetime, successors: Successors = NOBODY_SUCCEEDED
) -> InForceVerdict:
    """Say whether an instrument is in force now between its members, by its own rule.

    It entered into force by signatures; that some party withdrew later does not end it for the others, as long as two remain.
    Nor does it that a party was succeeded: the signature of the earlier body counts for the entry into force, and its successor
    is a party only by its own.

    Source: docs/rules/agreements.md A3; Vienna Convention on the Law of Treaties, Arts. 24, 54 to 55 and 70.
    """
    instrument = state.instrument
    entered = _entered(state, members, successors)
    own_signatures = members & set(state.signatures)
    parties = frozenset(body for body in own_signatures if not _has_withdrawn(state, body))
    needed = _needed(instrument, members)
    today = now.date()
    if needed == 0 or len(entered) < needed:
        return InForceVerdict(holds=False, why=f"{len(entered)} of {needed} signatures are here.", parties=parties)
    if today < instrument.starts_on:
        why = f"It enters into force on {instrument.starts_on.isoformat()}."
        return InForceVerdict(holds=False, why=why, parties=parties)
    if instrument.ends_on is not None and instrument.ends_on <= today:
        return InForceVerdict(holds=False, why=f"It ended on {instrument.ends_on.isoformat()}.", parties=parties)
    if len(parties) < 2:  # noqa: PLR2004 - an instrument is between two at least
        return InForceVerdict(holds=False, why="Fewer than two parties have not withdrawn.", parties=parties)
    return InForceVerdict(
        holds=True, why=f"In force since {_since(state, entered, needed).isoformat()}.", parties=parties
    )


def progress_of(
    state: InstrumentState,
    members: frozenset[BodyId],
    proposers: frozenset[BodyId],
    taken_back: Sequence[OpenWord],
    refused: Sequence[OpenWord],
    successors: Successors = NOBODY_SUCCEEDED,
) -> Progress:
    """Say how far an instrument has come: who has not signed, who said that they do not, whether it was taken back.

    Signatures alone bring it into force, and none is ever taken away: so all nodes come to the same answer, in whatever order
    they hear of a signature and of a taking back that crossed it.

    Source: docs/rules/agreements.md A15 and A16.
    """
    needed, entered = _needed(state.instrument, members), _entered(state, members, successors)
    missing = sorted(members - set(entered))
    refusals = tuple(word for word in refused if word.body in missing)
    ends = {word.body: word for word in taken_back if word.body in proposers}
    return Progress(
        missing=tuple(missing),
        is_concluded=0 < needed <= len(entered),
        refusals=refusals,
        is_blocked=len(members) - len({word.body for word in refusals}) < needed,
        taken_back=max(ends.values(), key=lambda word: word.at) if ends and proposers <= set(ends) else None,
    )


def _needed(instrument: Instrument, members: frozenset[BodyId]) -> int:
    return len(members) if instrument.force_rule is ForceRule.ALL else instrument.force_count


def _entered(state: InstrumentState, members: frozenset[BodyId], successors: Successors) -> dict[BodyId, datetime]:
    """Return the members by whose signature, or the one of the body before them, it entered into force; with its moment."""
    found = {}
    for body in members:
        lines = (body, *predecessors(body, successors))
        if moments := [state.signatures[one] for one in lines if one in state.signatures]:
            found[body] = min(moments)
    return found


def _has_withdrawn(state: InstrumentState, body: BodyId) -> bool:
    participation = state.participations.get(body)
    return participation is not None and participation.state is ParticipationState.WITHDRAWN


def _since(state: InstrumentState, entered: Mapping[BodyId, datetime], needed: int) -> date:
    # The signature that completed the number, or the date the text itself sets, whichever is later.
    completing = sorted(entered.values())[needed - 1]
    return max(completing.date(), state.instrument.starts_on)


def answer_to(kind: ProposalKind, charter: Instrument) -> tuple[ProposalState, str]:
    """Return what becomes of a proposal under a charter, and the number of the clause that answers it.

    Source: docs/rules/agreements.md A7; DESIGN section 1, promise 2.
    """
    clause = charter.clause_with(ClauseEffect.NO_EXPULSION)
    if kind is ProposalKind.EXPULSION:
        assert clause is not None, "a charter without this clause was refused by check_terms"
        return ProposalState.INADMISSIBLE, clause.number
    return ProposalState.RECORDED, ""
