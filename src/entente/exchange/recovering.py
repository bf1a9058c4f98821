"""Coming back from a backup: taking back from others what this node no longer knows, and beginning every stream anew (X33, X34).

A restored node knows how far each stream had come when its backup was made. It asks each other body, by calls: the body sends
again what it had sent after that, in new streams, and gives back our own words that it took in after that, as we had signed
them. Nothing else is signed meanwhile: a record, a message or a number made now could contradict what was said and forgotten.

What is given back proves itself by our own signatures; nobody can give us words that were never ours.

Source: docs/rules/exchange.md X33 and X34; DESIGN section 4 (delivery) and section 11, day 11.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, TypeAlias

from entente.agreements.channel import NO_INSTRUMENT
from entente.bodies.authority import Record, authorise
from entente.bodies.ports import BodyLists
from entente.bodies.statements import DirectoryKind
from entente.bodies.taking_back import is_by_earlier_key
from entente.exchange.calls import ANSWER_STATEMENTS_MAX, LATER_KEYS_KIND
from entente.exchange.catching_up import CATCH_UP_KIND, CAUGHT_UP_KIND, CatchUp, CaughtUp, Position
from entente.exchange.envelopes import statement_bytes
from entente.exchange.model import BODY_BYTES_MAX, STREAM_LANES, Lane, OwnWord, PeerAnswer, Stream
from entente.exchange.packing import FRAME_BYTES
from entente.exchange.ports import ExchangeUnit
from entente.exchange.posting import Posting, begun_by
from entente.exchange.rules import FAULTS
from entente.exchange.telling_on import TAKEN_BACK, TellingOn
from entente.kernel.canonical import JsonObject
from entente.kernel.clock import Clock
from entente.kernel.codec import from_json, to_object
from entente.kernel.errors import Conflict, EntenteError, Invalid, NotFound, Unavailable
from entente.kernel.ids import BodyId, InstrumentId, OfficerId
from entente.kernel.ports import Act, Outgoing
from entente.kernel.state import NodeMode, NodeState
from entente.kernel.statement import Statement, draft

FINISH = "finish_recovery"
WHY_CHARACTERS_MAX = 1_000

WORD_WAITS_DAYS = 30
"""How long a word of ours waits for what it is about: what others wait with comes within these days, or never (X28)."""
PAGES_AT_ONCE_MAX = 1_000
"""Of one body before the next is asked: a year of a busy desk, and no body holds up the others by pages without end."""
LEFT_OUT_AGAIN = timedelta(hours=1)
"""How often a body without which a head ended taking back is asked what was erased; no post waits longer either (X21)."""
ONLY_ERASURES = "It was asked after the end, and only for what was erased."
_UNPLACED, _UNPLACED_ASIDE = "", "aside"
"""What a word is kept under whose room could not say what it waits for: one that its giver took in, and one it set aside."""
_ASIDE_BYTES = 64
"""Of the name of a word that was set aside, in the answer's head."""

TakeBack: TypeAlias = Callable[[Any, Statement, BodyId], Outgoing | None]
"""A room's way to take one of our own statements back: the unit of work, the statement, the body that gave it back.

What is known already changes nothing; what is about a thing that is not here yet the room keeps until it comes (`unit.ahead`), or
raises NotFound and is asked again. Returns the statement as it had gone out to that body; None where nothing of it is kept, since
it is about something erased."""


@dataclass(frozen=True, slots=True)
class _Word:
    """A word of ours that a body gives back."""

    statement: Statement
    giver: BodyId
    is_aside: bool


@dataclass(frozen=True, slots=True)
class Recovering:
    """Answers a restored node, and is one. Safe from several threads: it keeps nothing between calls."""

    posting: Posting
    take_back: Mapping[str, TakeBack]
    """Statement kind → the room whose word it is. What is in no room is kept nowhere else either."""
    telling_on: TellingOn
    accept_keys: Callable[[Any, Statement], None]
    """Takes in another body's change of keys."""
    record: Record

    def question(self, unit: ExchangeUnit, peer: BodyId, after: int, now: datetime) -> Statement:
        """Make what a restored node asks a body.

        Source: docs/rules/exchange.md X33.
        """
        own = unit.bodies.own()
        theirs = {lane.value: _position(unit.inbox.stream(peer, lane)) for lane in STREAM_LANES}
        ours = {lane.value: _position(unit.outbox.stream(peer, lane)) for lane in STREAM_LANES}
        asked = draft(CATCH_UP_KIND, own.id, now, to_object(CatchUp(theirs, ours, after)))
        return asked.with_signature(self.posting.signer_toward(unit, own, peer))

    def answer(self, unit: ExchangeUnit, statement: Statement, sender: BodyId) -> Sequence[Statement]:
        """Answer a restored node: begin our streams to it anew from where it stands, and give its own words back, by pages.

        Source: docs/rules/exchange.md X33.
        """
        asked = from_json(CatchUp, statement.content, CATCH_UP_KIND)
        lanes = {lane.value for lane in STREAM_LANES}
        if set(asked.from_you) != lanes or set(asked.from_us) != lanes:
            raise Invalid(
                "The call names other lanes than there are.",
                field="catch_up",
                why="A restored node says of each lane how far it had come (docs/rules/exchange.md X33).",
                do="Ask with a node of the same protocol version.",
            )
        # Two that were restored at once help each other.
        unit.state.allow()
        own, now = unit.bodies.own(), statement.at
        sent_again = 0
        if asked.after == 0:
            for lane in STREAM_LANES:
                known = asked.from_you[lane.value]
                sent_again += unit.outbox.reopen(sender, lane, known.incarnation, known.sequence + 1, now)
                # What is still under way in its earlier streams it knows nothing of, and will never give account of.
                unit.inbox.put_stream(
                    Stream(sender, lane, is_outgoing=False, incarnation=begun_by(now), sequence=0, head="")
                )
                self.posting.begin_anew(unit, sender, lane, "The other side was restored from a backup.", now)
            self.record(unit, Act(CATCH_UP_KIND, sender, "node", sender, {"sent_again": sent_again}))
        page, has_more = self._page(unit, sender, asked)
        after = page[-1].number if page else asked.after
        aside = tuple(word.statement.id for word in page if word.is_aside)
        head = draft(CAUGHT_UP_KIND, own.id, now, to_object(CaughtUp(sent_again, after, has_more, aside)))
        words = (word.statement for word in page)
        return (head.with_signature(self.posting.signer_toward(unit, own, sender)), *words)

    def _page(self, unit: ExchangeUnit, sender: BodyId, asked: CatchUp) -> tuple[list[OwnWord], bool]:
        since = {Lane(lane): (known.incarnation, known.sequence) for lane, known in asked.from_us.items()}
        found = unit.inbox.words_of(sender, since, asked.after, ANSWER_STATEMENTS_MAX)
        page: list[OwnWord] = []
        room = BODY_BYTES_MAX - FRAME_BYTES - 4_096
        for word in found[: ANSWER_STATEMENTS_MAX - 1]:
            room -= statement_bytes(word.statement) + _ASIDE_BYTES * word.is_aside
            if room < 0:
                break
            page.append(word)
        return page, len(page) < len(found)

    def take(
        self, unit: ExchangeUnit, answer: Sequence[Statement], peer: BodyId, now: datetime
    ) -> tuple[CaughtUp, tuple[str, ...]]:
        """Take our own words back; return what the body said, and why a word could not be taken back, if any. The caller commits.

        Raises Invalid for an answer of another form.

        Source: docs/rules/exchange.md X34.
        """
        own = unit.bodies.own().id
        head, *words = answer
        if head.kind != CAUGHT_UP_KIND or head.body != peer:
            raise _no_answer()
        said = from_json(CaughtUp, head.content, CAUGHT_UP_KIND)
        troubles = [f"«{word.kind[:40]}» is another body's word." for word in words if word.body != own]
        aside = frozenset(said.set_aside)
        waiting = [
            *(_Word(word, giver, is_aside=False) for word, giver in unit.ahead.take(_UNPLACED)),
            *(_Word(word, giver, is_aside=True) for word, giver in unit.ahead.take(_UNPLACED_ASIDE)),
            *(_Word(word, peer, is_aside=word.id in aside) for word in words if word.body == own),
        ]
        while waiting:
            # What one page or body gives back may rest on what another does: those that found nothing are asked again.
            left = [word for word in waiting if not self._take_one(unit, word, troubles, now)]
            if len(left) == len(waiting):
                break
            waiting = left
        for word in waiting:
            unit.ahead.put(_UNPLACED_ASIDE if word.is_aside else _UNPLACED, word.statement, word.giver, now)
        detail: JsonObject = {"given_back": len(words), "not_taken": len(troubles), "waiting": len(waiting)}
        self.record(unit, Act("take_back", peer, "node", peer, detail))
        return said, tuple(troubles)

    def learn_keys(self, unit: ExchangeUnit, answer: Sequence[Statement], peer: BodyId, now: datetime) -> None:
        """Take in the changes of keys that a body says we do not know: ours, and its own. The caller commits.

        A change of ours waits for all others from here on, so that each is asked with the key that it knows until it says that it
        knows this one. Raises Untrusted or Invalid for what heads did not sign; the commit raises Misconfigured where the
        private keys of our newest version are not in the folder.

        Source: docs/rules/exchange.md X33; docs/rules/bodies.md B2 and B10.
        """
        own = unit.bodies.own().id
        for word in answer[1:]:
            if word.kind != DirectoryKind.KEYS or word.body not in (own, peer):
                raise _no_answer()
            if word.body == peer:
                self.accept_keys(unit, word)
                continue
            went_out = self.take_back[word.kind](unit, word, peer)
            waiting = unit.outbox.first_waiting(peer, word.kind)
            if waiting is not None and waiting.outgoing.statement.id == word.id:
                unit.outbox.set_known(waiting, TAKEN_BACK, now)
            elif went_out is not None and not unit.outbox.has_sent(word.id, peer):
                unit.outbox.put_known(went_out, TAKEN_BACK, now)
            self.telling_on.tell(unit, word, now, but=peer)
        self.record(unit, Act("learn_keys", peer, "node", peer, {"changes": len(answer) - 1}))

    def _take_one(self, unit: ExchangeUnit, given: _Word, troubles: list[str], now: datetime) -> bool:
        """Have a room take one word back; False when what it is about is not here yet."""
        word = given.statement
        room = self.take_back.get(word.kind)
        if room is None:
            return True
        if is_by_earlier_key(unit.bodies.own(), word):
            word = word.with_signature(self.posting.keys.signer)
        try:
            went_out = room(unit, word, given.giver)
        except NotFound:
            return False
        except (EntenteError, *FAULTS) as error:
            troubles.append(f"«{word.kind}»: {error}"[:300])
            return True
        if went_out is not None and not unit.outbox.has_sent(word.id, given.giver):
            # Whoever gives it back has it: its delivery is known again, and should that body be restored, it is sent again.
            unit.outbox.put_known(went_out, TAKEN_BACK, now, is_taken_in=not given.is_aside)
        return True

    def give_up_waiting(self, unit: ExchangeUnit) -> int:
        """Keep no longer what could not be taken back because what it is about never came; return how many."""
        return len(unit.ahead.take(_UNPLACED)) + len(unit.ahead.take(_UNPLACED_ASIDE))

    def begin_streams_anew(self, unit: ExchangeUnit, now: datetime) -> None:
        """Begin a new incarnation of each of our streams: what was sealed after the backup has taken the old ones' numbers.

        Source: docs/rules/exchange.md X34.
        """
        unit.outbox.doubt_what_left()
        own = unit.bodies.own().id
        for body in unit.bodies.bodies():
            for lane in STREAM_LANES if body.id != own else ():
                if unit.outbox.stream(body.id, lane) is not None:
                    self.posting.begin_anew(unit, body.id, lane, "This node was restored from a backup.", now)


@dataclass(frozen=True, slots=True)
class Recovery:
    """A restored node's own side: asks every body, and ends when all have answered or a person ends it without some."""

    open_unit: Callable[[], ExchangeUnit]
    open_view: Callable[[], ExchangeUnit]
    clock: Clock
    lists: BodyLists
    recovering: Recovering
    call: Callable[[BodyId, Statement, InstrumentId], Sequence[Statement]]
    record: Record
    erase_again: Callable[[BodyId], int]
    """Asks a body what was erased since the backup, and erases it here (docs/rules/records.md R34); raises as a call does."""

    def standing(self) -> tuple[NodeState, tuple[PeerAnswer, ...]]:
        """Return whether this node takes back, and how far each body has answered."""
        with self.open_view() as view:
            return view.state.get(), view.recovery.answers()

    def ask(self) -> bool:
        """Ask every body that has not answered yet; end when all have. Returns whether this node is done.

        Whom a head left out is asked afterwards too, once it answers: what was erased, and nothing else.

        Source: docs/rules/exchange.md X33 and X34.
        """
        with self.open_view() as view:
            is_over = view.state.get().mode is not NodeMode.TAKING_BACK
            known = {one.peer: one for one in view.recovery.answers()}
        if is_over:
            self._ask_who_was_left_out(known.values())
            return True
        asked: set[BodyId] = set()
        # Whom this node had introduced to others after the backup is known again by what they give back, and is asked too.
        while fresh := self._others() - asked:
            for peer in sorted(fresh):
                known[peer] = self._ask_pages(known.get(peer) or _not_asked(peer, self.clock.now()))
            asked |= fresh
        answers = [known[peer] for peer in sorted(asked)]
        # What one body gives back another may know to be erased: that is asked when all have given.
        if all(one.is_done for one in answers) and not any(self._why_not_erased(one) for one in answers):
            self._end("all", ())
            return True
        return False

    def _others(self) -> set[BodyId]:
        with self.open_view() as view:
            own = view.bodies.own().id
            return {body.id for body in view.bodies.bodies() if body.id != own}

    def _ask_pages(self, answer: PeerAnswer) -> PeerAnswer:
        """Ask a body for its pages, one after the other, until it is done, gives nothing new, or has given enough for now."""
        for _ in range(PAGES_AT_ONCE_MAX):
            if answer.is_done:
                break
            before, answer = answer, self._ask_one(answer)
            if answer.after == before.after and not answer.is_done:
                break
        return answer

    def _ask_who_was_left_out(self, answers: Iterable[PeerAnswer]) -> None:
        now = self.clock.now()
        for answer in answers:
            if answer.is_done or now < answer.at + LEFT_OUT_AGAIN:
                continue
            why = self._why_not_erased(answer)
            kept = replace(answer, is_done=not why, why=(why or ONLY_ERASURES)[:WHY_CHARACTERS_MAX], at=now)
            with self.open_unit() as unit:
                unit.recovery.put_answer(kept)
                unit.commit()

    def _why_not_erased(self, answer: PeerAnswer) -> str:
        """Erase what a body knows to be erased; return why it is to be asked again, empty where it is not."""
        try:
            self.erase_again(answer.peer)
        except Unavailable as error:
            why = f"{error.what} {error.why}"
            self._keep(None, replace(answer, why=why[:WHY_CHARACTERS_MAX], at=self.clock.now()))
            return why
        except EntenteError as error:
            # A body of an older version, or one that answers amiss, keeps nobody from going to work; the trail says it.
            detail: JsonObject = {"code": error.code, "what": error.what}
            with self.open_unit() as unit:
                unit.state.allow()
                self.record(unit, Act("erased_unknown", answer.peer, "node", answer.peer, detail))
                unit.commit()
        return ""

    def _ask_one(self, answer: PeerAnswer) -> PeerAnswer:
        try:
            given = self._call(answer)
            if given[0].kind == LATER_KEYS_KIND:
                self._learn_keys(given, answer.peer)
                given = self._call(answer)
            return self._keep(given, answer)
        except EntenteError as error:
            # Also where it answers with something else: it keeps nobody else from being asked.
            why = f"{error.what} {error.why}"[:WHY_CHARACTERS_MAX]
            return self._keep(None, replace(answer, why=why, at=self.clock.now()))

    def _call(self, answer: PeerAnswer) -> Sequence[Statement]:
        with self.open_view() as view:
            question = self.recovering.question(view, answer.peer, answer.after, self.clock.now())
        return self.call(answer.peer, question, NO_INSTRUMENT)

    def _learn_keys(self, given: Sequence[Statement], peer: BodyId) -> None:
        with self.open_unit() as unit:
            if unit.state.get().mode is NodeMode.TAKING_BACK:
                unit.state.allow()
                self.recovering.learn_keys(unit, given, peer, self.clock.now())
                unit.commit()

    def _keep(self, given: Sequence[Statement] | None, answer: PeerAnswer) -> PeerAnswer:
        with self.open_unit() as unit:
            if unit.state.get().mode is not NodeMode.TAKING_BACK:
                # A head ended it while the body answered: this node signs again, and an old word would contradict it.
                return answer
            unit.state.allow()
            if given is not None:
                said, troubles = self.recovering.take(unit, given, answer.peer, self.clock.now())
                answer = PeerAnswer(
                    answer.peer, said.after, not said.has_more, answer.given_back + len(given) - 1,
                    " ".join((answer.why, *troubles)).strip()[:WHY_CHARACTERS_MAX], self.clock.now(),
                )  # fmt: skip
            unit.recovery.put_answer(answer)
            unit.commit()
        return answer

    def finish(self, officer: OfficerId) -> tuple[BodyId, ...]:
        """End taking back without the bodies that have not answered; return them. It cannot be undone.

        What only they knew of ours is not taken back any more; what they had sent comes again when they are reached, and what
        they know to be erased is asked of them then.
        Raises Conflict when this node takes nothing back.

        Source: docs/rules/exchange.md X34.
        """
        with self.open_unit() as unit:
            unit.state.allow()
            now = self.clock.now()
            authorise(unit, officer, FINISH, subject="recovery", now=now, lists=self.lists, record=self.record)
            if unit.state.get().mode is not NodeMode.TAKING_BACK:
                raise Conflict(
                    "This node takes nothing back.",
                    why="It was not restored from a backup, or every body has answered.",
                    do="Nothing is left to do.",
                )
            own = unit.bodies.own().id
            done = {one.peer: one for one in unit.recovery.answers() if one.is_done}
            missing = tuple(body.id for body in unit.bodies.bodies() if body.id not in done and body.id != own)
        for answer in done.values():
            self._why_not_erased(answer)
        self._end(officer, missing)
        return missing

    def _end(self, officer: str, missing: tuple[BodyId, ...]) -> None:
        with self.open_unit() as unit:
            if unit.state.get().mode is not NodeMode.TAKING_BACK:
                # Somebody else ended it first, and streams begin anew once.
                return
            unit.state.allow()
            now = self.clock.now()
            self.recovering.begin_streams_anew(unit, now)
            unit.state.put(replace(unit.state.get(), mode=NodeMode.NORMAL))
            not_taken = self.recovering.give_up_waiting(unit)
            told = self.recovering.telling_on.tell_all(unit, now)
            known = {one.peer: one for one in unit.recovery.answers()}
            for peer in missing:
                unit.recovery.put_answer(known.get(peer) or _not_asked(peer, now))
            detail: JsonObject = {"without": list(missing), "not_taken": not_taken, "told": told}
            self.record(unit, Act(FINISH, unit.bodies.own().id, officer, "recovery", detail))
            unit.commit()


def _no_answer() -> Invalid:
    return Invalid(
        "The answer is none to a restored node.",
        field="caught_up",
        why="It begins with what the body says of itself (docs/rules/exchange.md X33).",
        do="Ask with a node of the same protocol version.",
    )


def _not_asked(peer: BodyId, now: datetime) -> PeerAnswer:
    return PeerAnswer(peer, 0, is_done=False, given_back=0, why="", at=now)


def _position(stream: Stream | None) -> Position:
    return Position() if stream is None else Position(stream.incarnation, stream.sequence)
