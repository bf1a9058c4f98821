"""A thread goes up to what is answered and down to every answer, and stops at what may not be known."""

from __future__ import annotations

from collections.abc import Collection

from entente.correspondence.model import Way
from entente.correspondence.threads import Kept, first_of, thread_below
from entente.correspondence.unit_reach import ANSWERS_FOLLOWED_MAX
from tests.storage import examples


def kept(name: str, answers: str = "") -> Kept:
    return Way.RECEIVED, examples.message(name, answers=answers)


def thread(start: str, *known: Kept, limit: int = 100) -> list[str]:
    by_id = {one[1].header.id: one for one in known}

    def answers_to(wave: Collection[str]) -> tuple[Kept, ...]:
        return tuple(one for one in known if one[1].answers in wave)

    first = first_of(by_id[start], by_id.get)
    return [one[1].header.id for one in thread_below(first, answers_to, limit)]


def test_every_message_of_a_thread_leads_to_all_of_it() -> None:
    all_of_it = (
        kept("message-1"),
        kept("message-2", "message-1"),
        kept("message-3", "message-2"),
        kept("message-4", "message-1"),
    )
    for one in all_of_it:
        assert thread(one[1].header.id, *all_of_it) == ["message-1", "message-2", "message-4", "message-3"]
    assert thread("message-3", *all_of_it, limit=2) == ["message-1", "message-2"]


def test_what_may_not_be_known_ends_a_thread_as_what_is_not_there() -> None:
    asked, answer, other = kept("message-1"), kept("message-3", "message-2"), kept("message-4", "message-2")
    assert thread("message-3", asked, answer, other) == ["message-3"]
    assert thread("message-1", asked, answer, other) == ["message-1"]


def test_messages_that_answer_each_other_end() -> None:
    assert sorted(thread("message-1", kept("message-1", "message-2"), kept("message-2", "message-1"))) == [
        "message-1",
        "message-2",
    ]
    assert thread("message-1", kept("message-1", "message-1")) == ["message-1"]


def test_a_long_thread_is_begun_where_following_ends() -> None:
    chain = [kept(f"message-{n}", f"message-{n - 1}") for n in range(ANSWERS_FOLLOWED_MAX + 5)]
    assert thread(f"message-{ANSWERS_FOLLOWED_MAX + 4}", *chain)[0] == "message-4"
