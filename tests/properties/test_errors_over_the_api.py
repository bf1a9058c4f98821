"""P15, P7: whatever error of the tree the API says, a client reads it as the very error it was."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entente.api.errors import problem_response
from entente.client.answers import Came, read_error
from entente.kernel.decision import Decision, Ground
from entente.kernel.errors import (
    Conflict,
    EntenteError,
    Invalid,
    Misconfigured,
    NotFound,
    Refused,
    Unavailable,
    Untrusted,
)
from entente.kernel.wire import error_from_json

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
said = {"why": texts, "do": texts}
grounds = st.builds(Ground, number=texts, allows=st.booleans(), text=texts, source=texts, remedy=texts)
decisions = st.builds(
    Decision,
    allowed=st.booleans(),
    grounds=st.lists(grounds, max_size=4).map(tuple),
    routed_to=texts,
    facts=st.lists(st.tuples(texts, texts), max_size=3).map(tuple),
)
OF_CLASS: Mapping[type[EntenteError], st.SearchStrategy[EntenteError]] = {
    Refused: st.builds(Refused, texts, decision=decisions, do=texts),
    Invalid: st.builds(Invalid, texts, field=texts, **said),
    NotFound: st.builds(NotFound),
    Conflict: st.builds(Conflict, texts, **said),
    Untrusted: st.builds(Untrusted, texts, reason=texts, **said),
    Unavailable: st.builds(Unavailable, texts, retry_is_safe=st.booleans(), **said),
    Misconfigured: st.builds(Misconfigured, texts, **said),
}


def test_every_class_of_the_tree_is_tried() -> None:
    assert set(OF_CLASS) == set(EntenteError.__subclasses__())


@given(error=st.one_of(*OF_CLASS.values()))
def test_error_that_the_api_says_is_read_as_itself(error: EntenteError) -> None:
    response = problem_response(error)
    headers = {name.decode(): value.decode() for name, value in response.raw_headers}
    told = read_error(Came(response.status_code, headers, bytes(response.body)))
    assert (type(told), told.__dict__, str(told)) == (type(error), error.__dict__, str(error))


@given(error=OF_CLASS[Refused], at=st.integers(0, 3), other=st.sampled_from([None, 0, "x", [], {}, [["a"]], [[1, 2]]]))
def test_decision_of_another_form_is_refused(error: EntenteError, at: int, other: object) -> None:
    shape = json.loads(bytes(problem_response(error).body))
    name = ("allowed", "grounds", "routed_to", "facts")[at]
    if type(shape["decision"][name]) is type(other) and other in ("x", [], {}):
        return
    shape["decision"][name] = other
    with pytest.raises(Invalid):
        error_from_json(shape)
