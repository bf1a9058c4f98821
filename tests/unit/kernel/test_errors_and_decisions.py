"""The error tree and the Decision: reasons always travel with the verdict."""

from __future__ import annotations

import pickle

from entente.kernel.decision import Decision, Ground
from entente.kernel.errors import NotFound, Refused, Unavailable

YES = Ground("D1", allows=True, text="Both are known.")
NO = Ground("D3", allows=False, text="The programme is suspended.")


def test_every_ground_must_allow() -> None:
    assert Decision.of([YES]).allowed
    assert not Decision.of([YES, NO]).allowed


def test_a_decision_without_grounds_is_a_refusal() -> None:
    assert not Decision.of([]).allowed
    assert "unknown means no" in Decision.of([]).why()


def test_a_refusal_names_each_ground_that_refused_and_no_other() -> None:
    text = Decision.of([YES, NO]).why()
    assert "D3" in text
    assert "D1" not in text


def test_nothing_found_can_say_only_one_thing() -> None:
    assert str(NotFound()) == str(NotFound())


def test_errors_cross_a_process_with_all_they_carry() -> None:
    refused = Refused("No.", decision=Decision.of([NO]), do="Ask.")
    again = pickle.loads(pickle.dumps(refused))  # noqa: S301 - our own bytes, made one line above
    assert (again.what, again.why, again.do, again.decision) == (
        refused.what,
        refused.why,
        refused.do,
        refused.decision,
    )
    down = pickle.loads(pickle.dumps(Unavailable("Down.", why="w", do="d", retry_is_safe=True)))  # noqa: S301 - as above
    assert down.retry_is_safe
