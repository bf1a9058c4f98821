"""What is said of an instrument before as many signed it as its rule asks for: taken back by its proposer, refused by a party.

Neither takes a signature away. What was concluded is left by each party's own withdrawal, and a taking back that crossed the last
signature came too late, at every node alike. Who refused may sign after all.

Source: docs/rules/agreements.md A15 and A16; docs/decisions/0142-a-taking-back-undoes-no-signature.md.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from entente.agreements import intake
from entente.agreements.channel import members_now, tell_parties
from entente.agreements.model import Instrument, InstrumentState, OpenWord
from entente.agreements.ports import AgreementsUnit
from entente.agreements.progress import own_word, progress_in, proposers_of
from entente.agreements.standing import require
from entente.agreements.statements import AgreementKind, OpenWordContent, draft_open_word
from entente.agreements.succeeding import Succeeding
from entente.kernel.canonical import JsonObject
from entente.kernel.clock import format_time
from entente.kernel.decision import Decision, Ground
from entente.kernel.errors import Conflict, NotFound
from entente.kernel.ids import BodyId, InstrumentId, OfficerId
from entente.kernel.ports import Act
from entente.kernel.statement import Statement

TAKES_BACK = "propose_instrument"
"""Whoever may propose may take it back; whoever may sign may say that the body does not (decision 0142)."""
REFUSES = "sign_instrument"
_ACTS = {AgreementKind.TAKEN_BACK: "take_back_instrument", AgreementKind.REFUSED: "refuse_instrument"}
"""What the trail calls our own acts."""


@dataclass(frozen=True, slots=True)
class Unsigned(Succeeding):
    """The services about instruments that not all have signed. Safe from several threads: each verb is one unit of work."""

    def take_back_proposal(
        self, officer: OfficerId, instrument: InstrumentId, reason: str, seen_signed: Collection[BodyId] | None = None
    ) -> None:
        """Take our own proposal back before it is concluded, with a reason that every party is told.

        `seen_signed` is who had signed when the officer looked; where somebody else has by now it is a Conflict, so that nobody
        takes back unknowingly what another just agreed to. None where the officer says nothing of it.

        Raises NotFound; Refused where we did not propose it; Conflict where it is concluded, or was taken back before.

        Source: docs/rules/agreements.md A15.
        """
        with self.open_unit() as unit:
            self._authorise(unit, officer, TAKES_BACK, instrument)
            state, own = _known(unit, instrument), unit.bodies.own().id
            name = state.instrument.name
            ours = Ground("A15.1", allows=own in proposers_of(unit, state), text="Our body proposed it.")
            require(Decision.of((ours,)), f"«{name}» was not taken back.")
            if progress_in(unit, state, self.clock.now().date()).is_concluded:
                raise _concluded(name)
            if (before := own_word(unit, AgreementKind.TAKEN_BACK, instrument)) is not None:
                raise _taken_back_before(name, before)
            if seen_signed is not None and (since := set(state.signatures) - set(seen_signed)):
                raise _signed_meanwhile(name, sorted(since))
            self._say(unit, officer, state, AgreementKind.TAKEN_BACK, reason)

    def refuse_to_sign(self, officer: OfficerId, instrument: InstrumentId, reason: str) -> None:
        """Say that our body does not sign an instrument, with a reason that every party is told. It may sign after all.

        Raises NotFound; Refused where we are no party; Conflict where we signed, refused before, or it was taken back.

        Source: docs/rules/agreements.md A16.
        """
        with self.open_unit() as unit:
            today = self.clock.now().date()
            self._authorise(unit, officer, REFUSES, instrument)
            state, own = _known(unit, instrument), unit.bodies.own().id
            name, is_party = state.instrument.name, own in members_now(unit, state.instrument, today)
            party = Ground("A16.1", allows=is_party, text="Our body is a party that is asked to sign it.")
            require(Decision.of((party,)), f"«{name}» was not refused.")
            if own in state.signatures:
                raise _signed_by_us(name)
            if (before := own_word(unit, AgreementKind.REFUSED, instrument)) is not None:
                raise _refused_before(name, before)
            require_open(unit, state, self.clock.now())
            self._say(unit, officer, state, AgreementKind.REFUSED, reason)

    def accept_open_word(self, unit: AgreementsUnit, statement: Statement) -> None:
        """Take that a body takes its proposal back, or does not sign: it changes what is shown, and no right."""
        intake.accept_open_word(intake.Intake(unit, self.clock.now(), self.lists, self.record), statement)

    def _say(
        self, unit: AgreementsUnit, officer: OfficerId, state: InstrumentState, kind: AgreementKind, reason: str
    ) -> None:
        now, own, instrument = self.clock.now(), unit.bodies.own().id, state.instrument
        word = draft_open_word(kind, own, now, OpenWordContent(instrument.id, reason, officer))
        statement = word.with_signature(self.node)
        unit.agreements.put_word(statement)
        detail: JsonObject = {"statement": statement.id, "reason": reason}
        self.record(unit, Act(_ACTS[kind], own, officer, instrument.id, detail))
        tell_parties(unit, instrument, statement, now)
        unit.commit()


def require_open(unit: AgreementsUnit, state: InstrumentState, now: datetime) -> None:
    """Raise Conflict for an instrument that was taken back before it was concluded: it is signed, or refused, no more."""
    progress = progress_in(unit, state, now.date())
    if progress.taken_back is not None and not progress.is_concluded:
        name, word = state.instrument.name, progress.taken_back
        raise Conflict(
            f"«{name}» was taken back by {word.body} on {format_time(word.at)}: «{word.reason}».",
            why="Who proposed it took it back before it was signed by all that it needs (docs/rules/agreements.md A15).",
            do="Nothing is to be signed or refused. Propose it anew if it is wanted after all.",
        )


def require_not_refused_since(unit: AgreementsUnit, instrument: Instrument, drafted_at: datetime) -> None:
    """Raise Conflict where our body said after this was drafted that it does not sign: one of the two did not know."""
    name, word = instrument.name, own_word(unit, AgreementKind.REFUSED, instrument.id)
    if word is not None and word.at > drafted_at:
        raise Conflict(
            f"{word.officer} said on {format_time(word.at)} that our body does not sign «{name}»: «{word.reason}».",
            why="The signature was drafted before that, and the heads did not know of it (docs/rules/agreements.md A16).",
            do="Talk to each other; if it is signed after all, draft the signature again and have the heads sign that.",
        )


def _known(unit: AgreementsUnit, instrument: InstrumentId) -> InstrumentState:
    state = unit.agreements.instrument(instrument)
    if state is None:
        raise NotFound
    return state


def _concluded(name: str) -> Conflict:
    return Conflict(
        f"«{name}» is signed by as many as it needs, and is taken back no more.",
        why="Nobody takes away what others have agreed to; each party withdraws for itself (docs/rules/agreements.md A4, A15).",
        do="Suspend it, or withdraw from it: both are signed by the heads.",
    )


def _taken_back_before(name: str, word: OpenWord) -> Conflict:
    return Conflict(
        f"{word.officer} took «{name}» back before, on {format_time(word.at)}.",
        why="A proposal is taken back once, and every party is told of it (docs/rules/agreements.md A15).",
        do="Look at it as it stands now; there is nothing more to do.",
    )


def _signed_meanwhile(name: str, since: Sequence[BodyId]) -> Conflict:
    return Conflict(
        f"«{name}» was signed meanwhile by {', '.join(since)}.",
        why="It is taken back as it was looked at, so that nobody takes back unknowingly what another just agreed to (A15).",
        do="Look at it as it stands now, and take it back then if you still mean to.",
    )


def _signed_by_us(name: str) -> Conflict:
    return Conflict(
        f"Our body has signed «{name}», and refuses it no more.",
        why="What heads signed is undone by the heads alone (docs/rules/agreements.md A4 and A16).",
        do="Withdraw from it, signed by the heads; or take it back, where our body proposed it.",
    )


def _refused_before(name: str, word: OpenWord) -> Conflict:
    return Conflict(
        f"{word.officer} said before, on {format_time(word.at)}, that our body does not sign «{name}».",
        why="It is said once, and every party is told of it (docs/rules/agreements.md A16).",
        do="Look at it as it stands now. It can be signed after all.",
    )
