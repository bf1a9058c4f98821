"""X34: a restored node takes its own answers, recalls and steps back, whatever comes back first, and answers nothing twice."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import pytest

from entente.correspondence.messages import Letter
from entente.correspondence.model import AnswerOutcome, PermissionState
from entente.correspondence.permissions import Wish
from entente.correspondence.requests import Wanted
from entente.correspondence.taking_back import take_back_word
from entente.handling.model import DisclosureAct
from entente.kernel.errors import Untrusted
from entente.kernel.ids import BodyId
from entente.kernel.statement import Statement, draft
from tests.support.build_correspondence import (
    DUTY,
    NOW,
    Desk,
    a_finding,
    a_network,
    a_record,
    about,
    terms_of,
)


class Dialogue:
    """What XB and XA said to each other about one record of XA, each item answered by XA."""

    def __init__(self) -> None:
        net = self.net = a_network()
        self.record = net.share(a_record(net.xa, terms_of(net.xa, net.agreement)), net.xb)
        self.said: list[tuple[BodyId, Statement]] = []
        self.backups = [net.xa.store.state.copied()]
        xb, agreement = net.xb.desk, net.agreement.id
        wish = Wish(self.record, frozenset({DisclosureAct.FORWARD}), "A joint team needs it.", net.xc.id)
        self.hit = xb.confirm_hit(DUTY, a_finding(self.record), about()).header.id
        self.leave = xb.ask_permission(DUTY, wish, about()).header.id
        self.message = xb.send_message(DUTY, net.xa.id, agreement, Letter("Pier 3", "He was seen.")).header.id
        self.taken_back = xb.send_message(DUTY, net.xa.id, agreement, Letter("Wrong", "Not he.")).header.id
        self._deliver()
        self.backups.append(net.xa.store.state.copied())
        self.request = xb.request_record(DUTY, Wanted(net.xa.id, self.record, "wanted_person"), agreement, about())
        xa = net.xa.desk
        xa.open_message(DUTY, self.message)
        xa.open_message(DUTY, self.taken_back)
        xa.answer_hit(DUTY, self.hit, is_same_person=True, text="It is he.")
        xa.grant_permission(DUTY, self.leave, NOW + timedelta(days=30))
        self.written = xa.send_message(DUTY, net.xb.id, agreement, Letter("Thanks", "Received.")).header.id
        self._deliver()
        xa.recall_message(DUTY, self.written, "It names the wrong pier.")
        xb.recall_message(DUTY, self.taken_back, "It names the wrong person.")
        self._deliver()
        self.backups.append(net.xa.store.state.copied())
        assert net.refused == []

    def _deliver(self) -> None:
        self.said += [(one.statement.body, one.statement) for one in self.net.deliver()]

    def restore(self, backup: int) -> None:
        """Lose all that came after a backup of XA."""
        self.net.xa.store.state = self.backups[backup].copied()
        self.net.xa.store.ahead.kept.clear()

    def words_of(self, desk: Desk) -> list[Statement]:
        """Return what a body said to the other, in order; its records apart."""
        return [word for body, word in self.said if body == desk.id and word.kind != "record"]

    def give_back(self, words: Iterable[Statement]) -> None:
        """Have XB give XA's own words back."""
        net = self.net
        for word in words:
            with net.xa.store.open_unit() as unit:
                went_out = take_back_word(unit, word, net.xb.id, NOW)
                unit.commit()
            assert (went_out.recipient, went_out.statement) == (net.xb.id, word)

    def send_again(self, words: Iterable[Statement], known: int) -> None:
        """Have XB's words come again, as its streams begun anew bring them; those before the backup count as duplicates."""
        items = {self.hit, self.leave, self.message, self.taken_back} if known else set()
        for word in words:
            header: Any = word.content.get("header")
            if not (isinstance(header, dict) and header["id"] in items):
                self.net.xa.take_in(word, self.net.xb.id)

    def stands(self) -> tuple[object, ...]:
        """Return how XA's desk stands to every item."""
        desk = self.net.xa.store.state.correspondence
        messages = [desk.message(one) for one in (self.message, self.taken_back, self.written)]
        steps = [[one.step for one in desk.steps(name)] for name in (self.message, self.taken_back)]
        recalls = [one.recall and (one.recall.reason, one.recall.was_opened) for one in messages if one is not None]
        leaves = self.net.xa.store.state.classes.leaves()
        request = desk.record_request(self.request.header.id)
        return (desk.hit(self.hit), desk.permission(self.leave), request, [len(one.text) for one in messages if one],
                recalls, steps, leaves)  # fmt: skip


@pytest.fixture(scope="module")
def dialogue() -> Dialogue:
    return Dialogue()


@pytest.mark.parametrize("backup", [0, 1])
@pytest.mark.parametrize("is_reversed", [False, True])
def test_x34_desk_stands_as_before_whatever_order_its_words_come_back_in(
    dialogue: Dialogue, backup: int, *, is_reversed: bool
) -> None:
    dialogue.restore(2)
    before, ours = dialogue.stands(), dialogue.words_of(dialogue.net.xa)
    assert {word.kind for word in ours} == {
        "evidence", "hit_answer", "message", "permission_answer", "recall", "recall_answer", "record_answer",
    }  # fmt: skip
    dialogue.restore(backup)
    assert dialogue.stands() != before
    dialogue.give_back(reversed(ours) if is_reversed else ours)
    out = len(dialogue.net.xa.store.state.outbox.put_out)
    dialogue.send_again(dialogue.words_of(dialogue.net.xb), backup)
    assert dialogue.stands() == before
    assert len(dialogue.net.xa.store.state.outbox.put_out) == out, "nothing is answered twice"
    assert dialogue.net.xa.store.ahead.take(dialogue.hit) == ()


def test_x34_answer_waits_for_what_it_answers_and_is_there_in_the_same_transaction(dialogue: Dialogue) -> None:
    net = dialogue.net
    dialogue.restore(0)
    dialogue.give_back(word for word in dialogue.words_of(net.xa) if word.kind.endswith("_answer"))
    assert net.xa.desk.hits(10) == ()
    dialogue.send_again([word for word in dialogue.words_of(net.xb) if word.kind == "hit"], 0)
    assert net.xa.desk.hits(10)[0][1].answer == "It is he."
    asked = {"permission_request", "record_request"}
    dialogue.send_again([word for word in dialogue.words_of(net.xb) if word.kind in asked], 0)
    assert net.xa.desk.permissions(10)[0][1].state is PermissionState.GRANTED
    assert net.xa.desk.record_requests(10)[0][1].outcome is AnswerOutcome.WHOLE


def test_x34_word_of_another_key_is_not_taken_back(dialogue: Dialogue) -> None:
    net = dialogue.net
    dialogue.restore(0)
    word = next(word for word in dialogue.words_of(net.xa) if word.kind == "hit_answer")
    forged = draft(word.kind, net.xa.id, word.at, word.content).with_signature(net.xb.ring.node)
    with pytest.raises(Untrusted):
        dialogue.give_back([forged])
