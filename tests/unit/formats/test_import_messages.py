"""R51: what a process sends of a row is that row again in the node."""

from __future__ import annotations

import marshal
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entente.formats.import_messages import RowReader, RowWriter, refusal_of, refusal_values
from entente.handling.model import Observation, Retention
from entente.kernel.codec import to_json
from entente.kernel.errors import EntenteError, Invalid, Misconfigured, Unavailable
from entente.records.checking import Prepared, prepared
from entente.records.model import Fact, Fragment, RecordDraft, Rejected
from entente.records.rules import content_digest
from entente.storage.record_forms import content_text, written_ahead
from tests.unit.records.test_importing import CLASS, FACTS, LINKS, TEXT

REJECTED = st.builds(Rejected, TEXT, TEXT, TEXT, TEXT, TEXT, TEXT, st.lists(TEXT, max_size=3).map(tuple))
FRAGMENTS = st.builds(Fragment, TEXT, TEXT, TEXT, TEXT, st.binary(max_size=6_000))


@st.composite
def rows(drawn: st.DrawFn) -> Prepared | Rejected:
    if drawn(st.booleans()):
        return drawn(REJECTED)
    draft = RecordDraft(
        local_id=drawn(TEXT),
        schema=drawn(st.sampled_from(("Person", "Sanction"))),
        kind="wanted_person",
        terms=drawn(st.sampled_from(((CLASS,), (CLASS, replace(CLASS, instrument=None))))),
        facts=tuple(drawn(st.lists(FACTS, min_size=1, max_size=4))),
        links=tuple(drawn(st.lists(LINKS, max_size=2))),
        retention=Retention(date(2032, 1, 1), date(drawn(st.integers(2033, 2036)), 1, 1)),
        fragment=drawn(st.none() | FRAGMENTS),
    )
    return replace(prepared(draft), written=written_ahead(draft))


@given(st.lists(st.lists(rows(), max_size=4), max_size=4))
def test_r51_rows_are_the_same_behind_the_pipe(messages: list[list[Prepared | Rejected]]) -> None:
    writer, reader, told = RowWriter(), RowReader(), 0
    for sent in messages:
        values = [writer.values(row) for row in sent]
        received = marshal.loads(marshal.dumps({"rows": values, "shared": writer.shared[told:]}))  # noqa: S302 - our own
        told = len(writer.shared)
        reader.share(received["shared"])
        arrived = [reader.row(one) for one in received["rows"]]
        assert arrived == sent
        for row in arrived:
            if isinstance(row, Prepared):
                # What was written elsewhere is what would be written here.
                assert row == replace(prepared(row.draft), written=written_ahead(row.draft))
                assert row.digest == content_digest(row.texts)
                assert row.written is not None
                assert row.written.content == content_text(row.draft)


def test_r51_facts_that_are_made_later_are_the_facts() -> None:
    facts = (Fact("name", "Q\u202e«ц»"), Fact("odd", "2", 1, Observation.ASSESSED, is_unknown_property=True))
    draft = RecordDraft(
        "p-1", "Person", "wanted_person", (CLASS,), facts, (), Retention(date(2032, 1, 1), date(2033, 1, 1))
    )
    writer, reader = RowWriter(), RowReader()
    values = writer.values(replace(prepared(draft), written=written_ahead(draft)))
    reader.share(writer.shared)
    row = reader.row(values)
    assert isinstance(row, Prepared)
    later = row.draft.facts
    assert later == facts
    assert facts == later
    assert list(later) != [facts[0]]
    assert {later, facts} == {facts}
    assert (len(later), later[1], later[-1:], list(later)) == (2, facts[1], facts[1:], list(facts))
    assert to_json(later) == to_json(facts)
    assert replace(row.draft, local_id="p-2").facts == facts


@pytest.mark.parametrize(
    "error",
    [
        Invalid("What.", field="file", why="Why.", do="Do."),
        Misconfigured("What.", why="Why.", do="Do."),
        Unavailable("What.", why="Why.", do="Do.", retry_is_safe=True),
    ],
)
def test_r51_a_refusal_is_said_in_the_readers_words(error: EntenteError) -> None:
    said = refusal_of(refusal_values(error))
    assert type(said) is type(error)
    assert vars(said) == vars(error)
