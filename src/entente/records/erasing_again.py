"""Erasing in a restored store what was erased after its backup.

By a file of tombstones, or an officer's word that nothing was erased: until one of the two is done nobody knows whether something
erased lives here again, and `doctor` says so at each look (N12). And by what other bodies know: each keeps the signed erasures
that it was brought and those it told others, without the ids they name, which stand nowhere any more. It gives them back with the
key of its stand-ins for that source; the restored node works out which of the records it holds they are about, puts the id in its
place, and has an erasure that proves itself by its signature.

Source: docs/rules/records.md R13 and R34; docs/rules/node.md N12; DESIGN section 6, oversight.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from entente.bodies.rules import is_signed_by_node
from entente.bodies.succession import stands_for
from entente.handling.model import ErasureGround
from entente.kernel.canonical import JsonObject
from entente.kernel.codec import from_json, to_json, to_object
from entente.kernel.errors import Conflict, Invalid
from entente.kernel.ids import BodyId, InstrumentId, OfficerId, RecordId
from entente.kernel.ports import Act
from entente.kernel.statement import Statement, draft
from entente.kernel.statement import from_json as word_from_json
from entente.records.erasing import SLICE_RECORDS, Erasing
from entente.records.model import HolderState, KeptTombstone
from entente.records.ports import Call, RecordsUnit
from entente.records.statements import (
    ERASED_SINCE,
    ERASED_WORDS,
    ErasedSince,
    ErasedWords,
    erasure_statement,
    read_erasure,
)
from entente.records.withdrawing import holders_told

NODE = "node"
BEFORE_RESTORE = "before_restore"
"""The reason of an erasure of ours whose own reason only the lost store knew."""
PAGES_MAX = 1_000
"""Half a million erasures of one body since a backup; a body that gives more is not listened to for ever."""
WORDS_IN_ANSWER = 500
"""About 400 KB of an answer's 1 MiB."""
CLOCKS_DIFFER_AT_MOST = timedelta(hours=1)
"""By so much earlier a restored node asks: more than clocks may differ, and what is given twice is erased once."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """What a replay of tombstones did."""

    known: int
    new: int
    erased: int
    """Records that the backup had brought back."""
    is_older_than_backup: bool
    """Whether the file was written before the backup was made: it says nothing of what was erased after that."""


class ErasingAgain(Erasing):
    """The verbs of erasure with those that a restored node needs."""

    def replay(self, officer: OfficerId, kept: Sequence[KeptTombstone], written_at: datetime) -> Replayed:
        """Erase here again what was erased before this store was restored from a backup. Twice changes nothing.

        It is done before a restored node answers or takes back what it no longer knows. Holders whom the backup names are told
        again there, since a telling that still waited is lost with the store; in any other store nobody is told twice.

        Source: docs/rules/records.md R13; DESIGN section 6, oversight.
        """
        with self.open_unit() as unit:
            # A refusal is recorded, and so may be before the node has taken back what it forgot.
            unit.state.allow()
            self._authorise(unit, officer, "erasures")
            new = [one for one in kept if unit.erasures.tombstone(one.tombstone.stand_in) is None]
        with self.open_view() as view:
            held = view.erasures.held_as([one.tombstone.stand_in for one in new])
        for start in range(0, len(new), SLICE_RECORDS):
            with self.open_unit() as unit:
                unit.state.allow()
                for one in new[start : start + SLICE_RECORDS]:
                    self._replay(unit, officer, one, held.get(one.tombstone.stand_in))
                unit.commit()
        self.forget()
        self.file.empty_log()
        is_older = self._settle(written_at)
        return Replayed(len(kept) - len(new), len(new), len(held), is_older)

    def declare_none(self, officer: OfficerId) -> datetime:
        """Say, for the trail too, that nothing was erased after the backup that this node was restored from.

        Returns when it was restored. Raises Conflict where nothing is owed.

        Source: docs/rules/node.md N12.
        """
        with self.open_unit() as unit:
            unit.state.allow()
            self._authorise(unit, officer, "erasures")
            state, now = unit.state.get(), self.clock.now()
            if state.restored_at is None or not state.owes_erasures:
                raise Conflict(
                    "Nothing is to be declared about erasures.",
                    why="This node was not restored, or what was erased after its backup is settled (docs/rules/node.md N12).",
                    do="Nothing is left to do.",
                )
            unit.state.put(replace(state, erased_again_until=now))
            detail: JsonObject = {"restored_at": to_json(state.restored_at)}
            self.record(unit, Act("declare_no_erasures", unit.bodies.own().id, officer, "erasures", detail))
            unit.commit()
        return state.restored_at

    def answer_erased_since(self, unit: RecordsUnit, statement: Statement, sender: BodyId) -> Sequence[Statement]:
        """Answer a restored body: the erasures that it brought here, and those it was told, since its backup, by pages.

        Source: docs/rules/records.md R34.
        """
        asked = from_json(ErasedSince, statement.content, ERASED_SINCE)
        # Two that were restored at once help each other.
        unit.state.allow()
        if not asked.after:
            # What came within the hour waits yet for its id to be put out.
            unit.erasures.keep_words(sender)
        found = unit.erasures.words_since(sender, asked.since, asked.after, WORDS_IN_ANSWER + 1)
        page = found[:WORDS_IN_ANSWER]
        sources = {_source_of(word_from_json(word)) for _, word in page}
        keys = {str(source): unit.erasures.source_key(source) for source in sorted(sources)}
        after = page[-1][0] if page else asked.after
        content = ErasedWords(keys, tuple(word for _, word in page), after, has_more=len(found) > len(page))
        own = unit.bodies.own().id
        self.record(unit, Act(ERASED_SINCE, sender, NODE, sender, {"words": len(page)}))
        return (draft(ERASED_WORDS, own, self.clock.now(), to_object(content)).with_signature(self.signer),)

    def erase_what_is_known_at(self, peer: BodyId, call: Call) -> int:
        """Ask a body what was erased since this node's backup, and erase it here again; return how many records were.

        Raises what the call raises, and Invalid for an answer of another form.

        Source: docs/rules/records.md R34.
        """
        with self.open_view() as view:
            own, state = view.bodies.own().id, view.state.get()
            (last, *_) = view.trail.rows(state.restored_from_trail_size - 1, 1)
        erased, asked = 0, ErasedSince(last.at - CLOCKS_DIFFER_AT_MOST, 0)
        for _ in range(PAGES_MAX):
            question = draft(ERASED_SINCE, own, self.clock.now(), to_object(asked)).with_signature(self.signer)
            said = _read_answer(call(peer, question, InstrumentId("")), peer)
            erased += self._erase_by_words(said, peer)
            if not said.has_more or said.after <= asked.after:
                break
            asked = replace(asked, after=said.after)
        if erased:
            self.forget()
            self.file.empty_log()
        return erased

    def _erase_by_words(self, said: ErasedWords, peer: BodyId) -> int:
        by_source: dict[BodyId, dict[RecordId, Statement]] = {}
        for document in said.words:
            word = word_from_json(dict(document))
            by_source.setdefault(_source_of(word), {})[read_erasure(word).record] = word
        erased = 0
        for source, words in by_source.items():
            with self.open_view() as view:
                held = view.erasures.held_under(source, said.keys.get(source, b""), words)
            for stand_in, record in held.items():
                word = words[stand_in]
                with self.open_unit() as unit:
                    unit.state.allow()
                    whole = draft(word.kind, word.body, word.at, {**word.content, "record": record})
                    erased += self._erase_by_word(unit, record, replace(whole, signatures=word.signatures), peer)
                    unit.commit()
        return erased

    def _erase_by_word(self, unit: RecordsUnit, record: RecordId, word: Statement, peer: BodyId) -> bool:
        """Erase a record by a signed erasure that another body gave; False where it does not prove itself or is done."""
        stored, speaker = unit.records.get(record), unit.bodies.body(word.body)
        source = BodyId(record.partition("/")[0])
        if stored is None or speaker is None or stands_for(source, unit.bodies.successors()) != word.body:
            return False
        # Of its own word a body says so again by this answer, whichever of its keys had signed it.
        keys = speaker.keys if word.body == peer else speaker.keys[-1:]
        if not any(is_signed_by_node(version, word) for version in keys):
            return False
        is_ours = stored.received_from is None
        ground = ErasureGround.OFFICERS_ACT if is_ours else ErasureGround.SOURCE_ERASED
        reason = BEFORE_RESTORE if is_ours else ground.value
        self._erase(unit, stored, ground, reason, NODE, self.clock.now(), word)
        return True

    def _settle(self, written_at: datetime) -> bool:
        """Keep until when it is known what was erased; say whether the file is older than the backup and settles nothing."""
        with self.open_unit() as unit:
            state = unit.state.get()
            if state.restored_at is None:
                return False
            (last, *_) = unit.trail.rows(state.restored_from_trail_size - 1, 1)
            if written_at < last.at:
                return True
            until = max(written_at, state.erased_again_until or written_at)
            unit.state.allow()
            unit.state.put(replace(state, erased_again_until=until))
            unit.commit()
        return False

    def _replay(self, unit: RecordsUnit, officer: OfficerId, kept: KeptTombstone, record: RecordId | None) -> None:
        made = kept.tombstone
        detail: JsonObject = {"outcome": "done", "erased_at": to_json(made.erased_at), "was_held": record is not None}
        row = self.record(unit, Act("replay_erasure", made.source, officer, made.stand_in, detail))
        number, told = 0, made.statement
        if record is not None:
            told = self._tell_again(unit, record, made.stand_in) or told
            number = unit.erasures.remove(record)
        left = replace(made, record_number=number, sequence=row.sequence, statement=told)
        unit.erasures.put_kept(replace(kept, tombstone=left))

    def _tell_again(self, unit: RecordsUnit, record: RecordId, stand_in: RecordId) -> str:
        """Tell the holders that a restored store names; return the id of the statement, which their confirmations name."""
        stored = unit.records.get(record)
        if unit.state.get().restored_at is None or stored is None or stored.received_from is not None:
            return ""
        now = self.clock.now()
        statement = erasure_statement(record, stored.record.source, NODE, now, self.signer)
        told = holders_told(unit, stored, statement, HolderState.ERASURE_SENT, ref=stand_in, now=now)
        return statement.id if told else ""


def _read_answer(answer: Sequence[Statement], peer: BodyId) -> ErasedWords:
    if len(answer) != 1 or answer[0].kind != ERASED_WORDS or answer[0].body != peer:
        raise Invalid(
            "The answer is none to a restored node.",
            field=ERASED_WORDS,
            why="It says which erasures the asker brought, and which it was told (docs/rules/records.md R34).",
            do="Ask with a node of the same protocol version.",
        )
    return from_json(ErasedWords, answer[0].content, ERASED_WORDS)


def _source_of(word: Statement) -> BodyId:
    return BodyId(read_erasure(word).record.partition("/")[0])
