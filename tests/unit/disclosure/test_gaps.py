"""What a reader misses because a source is silent is a gap; what they could not see anyway is none."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from entente.agreements.model import Right
from entente.disclosure.allowed import AllowedSets, Question, silences
from entente.disclosure.leases import Silence
from entente.disclosure.model import Reader, Situation
from entente.handling.model import DisclosureAct
from tests.support.build_disclosure import (
    NOW,
    PROGRAMME,
    XA,
    XB,
    XC,
    a_class,
    a_reader,
    a_situation,
    an_instrument,
    in_force,
)
from tests.support.fake_disclosure_unit import FakeClasses, a_world

HOUR = timedelta(hours=1)


def asked(**changes: Any) -> Question:  # noqa: ANN401 - the fields of the question
    given = {"reader": a_reader(), "act": DisclosureAct.SEE, "right": Right.COPY, **changes}
    return Question(**given, purpose="arrest", crime_area="drugs")


def heard(**at: Any) -> Situation:  # noqa: ANN401 - moments by code
    held = in_force(an_instrument(lease_minutes=60))
    moments = {body: at[code] for code, body in (("xa", XA), ("xc", XC)) if code in at}
    return a_situation(instruments={PROGRAMME: held}, heard=moments)


def test_source_heard_within_its_lease_leaves_no_gap() -> None:
    assert silences(asked(), {1: a_class()}, heard(xa=NOW - HOUR / 2), NOW) == ()


def test_silent_source_is_named_with_the_classes_the_reader_misses() -> None:
    classes = {1: a_class(), 2: a_class(confidentiality="cosmic"), 3: a_class(source=XC), 4: a_class(source=XB)}
    found = silences(asked(), classes, heard(xa=NOW - HOUR, xc=NOW), NOW)
    assert found == (Silence(XA, NOW - HOUR, frozenset({1})),)


def test_source_that_was_never_heard_is_a_gap_without_a_moment() -> None:
    assert silences(asked(), {1: a_class()}, heard(), NOW) == (Silence(XA, None, frozenset({1})),)


def test_what_the_reader_could_not_see_anyway_is_no_gap() -> None:
    classes = {1: a_class(confidentiality="confidential"), 2: a_class(instrument=None)}
    assert silences(asked(reader=a_reader(XB, "analyst")), classes, heard(), NOW) == ()
    assert silences(asked(reader=Reader(XB)), classes, heard(), NOW) == ()


def test_lease_leaves_no_gap_where_it_binds_nothing() -> None:
    assert silences(asked(right=Right.CONSULT), {1: a_class()}, heard(), NOW) == ()


def test_gaps_are_kept_with_their_set_and_end_with_it() -> None:
    sets, store = AllowedSets(), FakeClasses(a_world(classes={1: a_class()}))
    silent, speaking = heard(xa=NOW - HOUR), heard(xa=NOW)
    gap = (Silence(XA, NOW - HOUR, frozenset({1})),)
    assert sets.asked(asked(), store, silent, 1, NOW).silent == gap
    assert sets.asked(asked(), store, speaking, 1, NOW).silent == gap
    assert sets.asked(asked(), store, speaking, 2, NOW).silent == ()
    assert sets.allowed(asked(), store, speaking, 2, NOW) == {1}
