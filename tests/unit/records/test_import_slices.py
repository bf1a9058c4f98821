"""R6, R51: slices of an import are read one ahead of the other, and kept, rejected and told in the order of the file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from entente.kernel.errors import Invalid
from entente.kernel.ids import RecordId
from entente.records.importing import SLICE_ROWS_FIRST, Import, ImportPlan
from entente.records.model import RecordDraft, Rejected
from tests.support.build_correspondence import DUTY, Network, a_network, a_record, terms_of

ROWS = 2 * SLICE_ROWS_FIRST + 20


@pytest.fixture
def net() -> Network:
    return a_network()


def drafts(net: Network, count: int) -> Iterator[RecordDraft]:
    terms = terms_of(net.xa, net.agreement)
    for number in range(count):
        one = a_record(net.xa, terms, local_id=f"p-{number}")
        yield RecordDraft(one.local_id, "Person", one.kind, one.terms, one.facts, (), one.retention)


def test_r6_rows_before_a_fault_of_the_file_are_kept_and_then_it_is_said(net: Network) -> None:
    fault = Invalid("The file ends in the middle.", field="file", why="It was cut off.", do="Send it again.")
    told: list[int] = []

    def rows() -> Iterator[RecordDraft]:
        yield from drafts(net, ROWS)
        raise fault

    plan = ImportPlan(DUTY, frozenset(), told.append, lambda _: pytest.fail("every row is good"))
    with pytest.raises(Invalid) as raised:
        Import(net.xa.records, plan).run(rows(), "none")
    assert raised.value is fault
    assert told[-1] == ROWS
    assert all(net.xa.store.state.records.get(RecordId(f"{net.xa.id}/p-{n}")) for n in range(ROWS))


def test_r6_rejected_rows_are_told_in_order_each_once_its_slice_is_kept(net: Network) -> None:
    good = list(drafts(net, ROWS))
    wrong = {3, SLICE_ROWS_FIRST - 1, SLICE_ROWS_FIRST, ROWS - 1}
    rows = [replace(row, kind="no such kind") if number in wrong else row for number, row in enumerate(good)]
    happened: list[str] = []

    def reject(row: Rejected) -> None:
        happened.append(row.place)

    plan = ImportPlan(DUTY, frozenset(), lambda read: happened.append(f"{read} read"), reject)
    summary = Import(net.xa.records, plan).run(rows, "none")
    assert (summary.read, summary.created, summary.rejected) == (ROWS, ROWS - len(wrong), len(wrong))
    first = happened.index(f"{SLICE_ROWS_FIRST} read")
    assert happened[:first] == ["p-3", f"p-{SLICE_ROWS_FIRST - 1}"]
    assert [one for one in happened[first:] if one.startswith("p-")] == [f"p-{SLICE_ROWS_FIRST}", f"p-{ROWS - 1}"]


def test_r6_an_entry_that_comes_again_in_the_next_slice_is_its_next_version(net: Network) -> None:
    first = list(drafts(net, SLICE_ROWS_FIRST))
    changed = replace(first[0], facts=(replace(first[0].facts[0], value="Another Name"), *first[0].facts[1:]))
    plan = ImportPlan(DUTY, frozenset(), lambda _: None, lambda _: pytest.fail("every row is good"))
    summary = Import(net.xa.records, plan).run([*first, changed], "none")
    assert (summary.created, summary.updated) == (SLICE_ROWS_FIRST, 1)
    held = net.xa.store.state.records.get(RecordId(f"{net.xa.id}/p-0"))
    assert held is not None
    assert (held.record.version, held.record.facts[0].value) == (2, "Another Name")
