"""What goes to a search process and back is what it was (I48)."""

import os
from collections.abc import Sequence
from typing import Any, get_type_hints

from entente.identity.model import Candidate, Evidence, EvidenceKind, Found, Query
from entente.kernel.ids import BodyId, InstrumentId, RecordId
from entente.search.frames import receive, send
from entente.search.messages import found_of, found_values, query_of, query_values

QUERY = Query(("Мухаммедов", "Muhammadov"), "1979-03", "XA", ("XA 1234567",), "male")
EVIDENCE = tuple(Evidence(kind, f"{kind} it", weight) for kind, weight in zip(EvidenceKind, (700, -20, 0), strict=True))
FOUND = Found(
    (
        Candidate(RecordId("r1"), BodyId("b1"), "A", "Person", "wanted", 930, EVIDENCE, InstrumentId("i1"), 3, "m1"),
        Candidate(RecordId("r2"), BodyId("b2"), "B", "Vehicle", "stolen", 600, (), None, 1),
    ),
    7,
    {11: 205, 12: 9},
)


def through_a_pipe(values: Sequence[Any]) -> Sequence[Any]:
    there, here = os.pipe()
    try:
        send(here, {"done": values})
        found: Sequence[Any] = receive(there)["done"]
        return found
    finally:
        os.close(here)
        os.close(there)


def test_i48_a_query_and_what_was_found_come_through_a_pipe_as_they_were() -> None:
    assert query_of(through_a_pipe(query_values(QUERY))) == QUERY
    found = found_of(through_a_pipe(found_values(FOUND)))
    assert found == FOUND
    assert all(isinstance(piece.kind, EvidenceKind) for one in found.shown for piece in one.evidence)


def test_i48_no_field_is_left_behind() -> None:
    assert len(query_values(QUERY)) == len(get_type_hints(Query))
    assert {len(values) for values in found_values(FOUND)[0]} == {len(get_type_hints(Candidate))}
