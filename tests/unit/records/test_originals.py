"""R9: the original of a record of our own is looked at for a purpose, and shown where all of the record is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from entente.kernel.errors import Invalid, NotFound
from entente.kernel.ids import RecordId
from entente.records.blobs import Looking
from entente.records.model import Fragment
from entente.records.originals import original_seen
from tests.support.build_correspondence import DUTY, Network, a_network, a_record, terms_of

ORIGINAL = Fragment("list.jsonl", "0" * 64, "2031-01-01", "ftm", b'{"id": "p-1"}')
WHY = Looking("locate", "organised_crime", "2031/000017")


@pytest.fixture
def net() -> Network:
    return a_network()


def imported(net: Network) -> RecordId:
    """Bring a record that a file brought."""
    record = net.share(a_record(net.xa, terms_of(net.xa, net.agreement)))
    net.xa.store.state.records.fragments[record] = ORIGINAL
    return record


def test_original_is_shown_for_a_purpose_and_the_look_says_why(net: Network) -> None:
    record = imported(net)
    assert original_seen(net.xa.records, DUTY, record, WHY) == ORIGINAL
    row = net.xa.store.state.trail.latest(1)[0].act
    assert (row.verb, row.subject) == ("show_original", record)
    said = [row.detail[name] for name in ("purpose", "crime_area", "case", "file")]
    assert said == [WHY.purpose, WHY.crime_area, WHY.case, "0" * 64]


def test_purpose_of_no_list_is_invalid_and_a_record_that_no_file_brought_has_no_original(net: Network) -> None:
    record = imported(net)
    with pytest.raises(Invalid):
        original_seen(net.xa.records, DUTY, record, replace(WHY, purpose="curiosity"))
    del net.xa.store.state.records.fragments[record]
    with pytest.raises(NotFound):
        original_seen(net.xa.records, DUTY, record, WHY)
