"""M17: a day's quota on record requests, kept by the asker's node and again by the source's."""

from __future__ import annotations

import pytest

from entente.agreements.model import Instrument, Quota
from entente.correspondence.model import AnswerOutcome
from entente.correspondence.requests import Wanted
from entente.kernel.errors import Refused
from entente.kernel.ids import RecordId
from tests.support.build_correspondence import DUTY, Desk, Network, a_network, about, an_instrument


@pytest.fixture
def net() -> Network:
    return a_network()


def limited(net: Network, per_day: int, *, only_at_source: bool = False) -> Instrument:
    """Conclude an agreement with a quota; where asked, the asker's node holds one without it."""
    terms = an_instrument("limited", net.agreement.parties, quotas=(Quota("wanted_person", per_day),))
    return net.add(terms, net.xa, net.xb, net.xc)


def ask(net: Network, asker: Desk, terms: Instrument, local: str = "none") -> AnswerOutcome:
    wanted = Wanted(net.xa.id, RecordId(f"{net.xa.id}/{local}"), "wanted_person")
    request = asker.desk.request_record(DUTY, wanted, terms.id, about())
    net.deliver()
    found = asker.store.state.correspondence.record_request(request.header.id)
    assert found is not None
    return found[1].outcome


def test_m17_request_beyond_the_days_quota_is_refused_and_within_it_passes(net: Network) -> None:
    terms = limited(net, 2)
    assert [ask(net, net.xb, terms), ask(net, net.xb, terms)] == [AnswerOutcome.NOT_FOUND] * 2
    with pytest.raises(Refused) as refused:
        ask(net, net.xb, terms)
    assert [ground.number for ground in refused.value.decision.refusals] == ["M17"]
    assert ask(net, net.xc, terms) is AnswerOutcome.NOT_FOUND, "a quota is each party's own"


def test_m17_quota_starts_anew_at_midnight(net: Network) -> None:
    terms = limited(net, 1)
    assert ask(net, net.xb, terms) is AnswerOutcome.NOT_FOUND
    net.clock.pass_time(days=1)
    assert ask(net, net.xb, terms) is AnswerOutcome.NOT_FOUND


def test_m17_source_counts_for_itself_when_the_asker_does_not(net: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    terms = limited(net, 1)
    assert ask(net, net.xb, terms) is AnswerOutcome.NOT_FOUND
    # A node that does not count: its own store says that nothing was asked today.
    monkeypatch.setattr(net.xb.store.state.correspondence, "count_record_requests", lambda *_: 0)
    assert ask(net, net.xb, terms) is AnswerOutcome.REFUSED
