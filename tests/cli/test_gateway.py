"""What a command makes of a node's answer over loopback."""

from __future__ import annotations

import json

import httpx
import pytest

from entente.api.errors import problem
from entente.cli.gateway import read_answer
from entente.kernel.errors import Conflict, Misconfigured, NotFound, Unavailable

NDJSON = {"content-type": "application/x-ndjson"}


def lines(*documents: object) -> httpx.Response:
    return httpx.Response(200, headers=NDJSON, text="".join(json.dumps(document) + "\n" for document in documents))


def test_answer_is_returned_and_a_problem_is_raised_as_its_own_class() -> None:
    assert read_answer(httpx.Response(200, json={"a": 1})) == {"a": 1}
    with pytest.raises(NotFound):
        read_answer(httpx.Response(404, json=problem(NotFound())))


def test_progress_is_told_and_the_last_line_counts() -> None:
    seen: list[int] = []
    assert read_answer(lines({"progress": 5}, {"progress": 9}, {"answer": {"a": 1}}), seen.append) == {"a": 1}
    assert seen == [5, 9]
    conflict = Conflict("Changed.", why="Somebody was first.", do="Reload.")
    with pytest.raises(Conflict, match="Somebody was first"):
        read_answer(lines({"progress": 5}, {"error": problem(conflict)}))


def test_answer_that_breaks_off_is_unavailable_and_not_retried_blindly() -> None:
    with pytest.raises(Unavailable) as error:
        read_answer(lines({"progress": 5}))
    assert not error.value.retry_is_safe


def test_fault_of_the_node_is_not_taken_for_an_answer() -> None:
    with pytest.raises(Unavailable, match="node failed"):
        read_answer(httpx.Response(500, html="<h1>The node could not make this page.</h1>"))


@pytest.mark.parametrize("body", ["<html>hello</html>", "[]", ""])
def test_stranger_at_the_address_is_not_taken_for_a_node(body: str) -> None:
    with pytest.raises(Misconfigured):
        read_answer(httpx.Response(200, text=body))
