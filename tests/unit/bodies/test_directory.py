"""B4 to B7: how bodies enter a directory, what they say of themselves, and the groups they keep."""

from dataclasses import replace
from datetime import date

import pytest

from entente.bodies.model import Group, GroupEntry, MembershipStatus, Officer, Unit, UnitKind
from entente.bodies.own_units import OwnUnits
from entente.bodies.rules import resolve_group
from entente.bodies.statements import group_id_of, introduction_of
from entente.kernel.errors import Conflict, Invalid, Refused, Untrusted
from entente.kernel.ids import BodyId, GroupId, OfficerId
from entente.kernel.statement import Statement, draft
from tests.support.build_bodies import (
    DUTY,
    HEAD,
    NOW,
    Keyring,
    MemoryNode,
    genesis_content,
    genesis_statement,
    hand_over,
    network,
    new_body,
    next_keys,
)


def introduction(by: MemoryNode, about: BodyId, content: object) -> Statement:
    return by.ring.by_node(draft("introduction", by.id, by.clock.now(), content))  # type: ignore[arg-type]  # hostile


def test_a_body_already_there_introduces_another_and_an_unknown_one_cannot() -> None:
    nodes = network("GS", "XA-NCB")
    newcomer = MemoryNode("XB-NCB", nodes["GS"].clock)
    nodes["GS"].knows(newcomer)
    nodes["GS"].directory.introduce(nodes["XA-NCB"].id, newcomer.id)
    hand_over(*nodes.values())
    entry = nodes["XA-NCB"].sees(newcomer)
    assert (entry.code, entry.introduced_by, entry.keys) == ("XB-NCB", nodes["GS"].id, newcomer.entry.keys)

    stranger = MemoryNode("XC-NCB", nodes["GS"].clock)
    with nodes["XA-NCB"].store.open_unit() as unit:
        with pytest.raises(Untrusted) as refused:
            nodes["XA-NCB"].directory.accept_introduction(
                unit, introduction(stranger, stranger.id, introduction_of(stranger.entry))
            )
        assert refused.value.reason == "unknown_body"
        assert unit.bodies.unknown_count() == 1
        assert unit.bodies.body(stranger.id) is None


def test_an_introduction_under_another_bodys_id_is_refused() -> None:
    nodes = network("GS", "XA-NCB")
    fake, other = new_body("XB-NCB")[0], new_body("XC-NCB")[0]
    content = {**introduction_of(fake), "about": other.id}
    with pytest.raises(Untrusted) as refused:
        nodes["XA-NCB"].take(introduction(nodes["GS"], other.id, content))
    assert refused.value.reason == "wrong_body"


def test_an_introduction_cannot_put_keys_in_another_bodys_mouth() -> None:
    nodes = network("GS", "XA-NCB")
    victim, _ = new_body("XB-NCB")
    stolen = Keyring.of("thief")
    forged = stolen.by_heads(next_keys(victim, stolen))
    content = {"about": victim.id, "statements": [*victim.statements, forged.to_json()]}
    with pytest.raises(Untrusted):
        nodes["XA-NCB"].take(introduction(nodes["GS"], victim.id, content))
    assert victim.id not in nodes["XA-NCB"].store.state.bodies.entries


def test_an_older_introduction_of_a_known_body_takes_nothing_back() -> None:
    nodes = network("GS", "XA-NCB", "XB-NCB")
    third = nodes["XB-NCB"]
    early = introduction_of(third.entry)
    newer = Keyring.of("XB-NCB second")
    third.directory.change_keys(HEAD, third.ring.by_heads(next_keys(third.entry, newer)))
    hand_over(*nodes.values())
    before = nodes["XA-NCB"].sees(third)
    assert before.current_keys.version == 2
    nodes["XA-NCB"].take(introduction(nodes["GS"], third.id, early))
    assert nodes["XA-NCB"].sees(third) == before


def test_an_introduction_brings_the_keys_that_were_missed() -> None:
    nodes = network("GS", "XA-NCB", "XB-NCB")
    third = nodes["XB-NCB"]
    newer = Keyring.of("XB-NCB second")
    third.directory.change_keys(HEAD, third.ring.by_heads(next_keys(third.entry, newer)))
    assert nodes["XA-NCB"].sees(third).current_keys.version == 1
    nodes["XA-NCB"].take(introduction(nodes["GS"], third.id, introduction_of(third.entry)))
    assert nodes["XA-NCB"].sees(third).current_keys.version == 2


def test_only_a_newcomer_is_greeted_and_only_once() -> None:
    nodes = network("GS", "XA-NCB")
    newcomer, own = new_body("XB-NCB")[0], nodes["XA-NCB"].entry
    directory = nodes["XA-NCB"].directory
    with nodes["XA-NCB"].store.open_unit() as unit:
        said = introduction(nodes["GS"], newcomer.id, introduction_of(newcomer))
        assert directory.accept_introduction(unit, said) == newcomer.id
        assert directory.accept_introduction(unit, said) is None
        assert directory.accept_introduction(unit, introduction(nodes["GS"], own.id, introduction_of(own))) is None


def test_nobody_introduces_us_to_ourselves_with_other_keys() -> None:
    nodes = network("GS", "XA-NCB")
    own = nodes["XA-NCB"].entry
    nodes["XA-NCB"].take(introduction(nodes["GS"], own.id, introduction_of(own)))
    assert nodes["XA-NCB"].entry == own


def test_a_second_body_with_a_code_in_use_is_refused() -> None:
    nodes = network("GS", "XA-NCB", "XB-NCB")
    ring = Keyring.of("impostor")
    impostor = genesis_statement(genesis_content("XB-NCB", ring), ring)
    with pytest.raises(Conflict, match="XB-NCB"):
        nodes["XA-NCB"].directory.introduce_by_hand((impostor,))


def test_names_keep_their_dates_and_only_the_body_itself_is_renamed() -> None:
    nodes = network("XA-NCB", "XB-NCB")
    nodes["XA-NCB"].clock.pass_time(days=3)
    nodes["XA-NCB"].directory.rename("Bureau of XA, renamed", date(2031, 5, 6))
    hand_over(*nodes.values())
    names = nodes["XB-NCB"].sees(nodes["XA-NCB"]).names
    assert [(name.since, name.until) for name in names] == [
        (date(2031, 5, 4), date(2031, 5, 6)),
        (date(2031, 5, 6), None),
    ]
    content = {"name": "Renamed by others", "since": "2031-05-07"}
    forged = nodes["XB-NCB"].ring.by_node(draft("name", nodes["XA-NCB"].id, NOW, content))  # type: ignore[arg-type]
    with pytest.raises(Untrusted):
        nodes["XB-NCB"].take(forged)


def test_old_addresses_played_back_are_ignored() -> None:
    nodes = network("XA-NCB", "XB-NCB")
    nodes["XA-NCB"].directory.publish_addresses(("https://old.xa.example/",))
    old = nodes["XA-NCB"].store.state.outbox.put_out[0].statement
    nodes["XA-NCB"].clock.pass_time(hours=1)
    nodes["XA-NCB"].directory.publish_addresses(("https://new.xa.example:8443/",))
    hand_over(*nodes.values())
    nodes["XB-NCB"].take(old)
    assert nodes["XB-NCB"].sees(nodes["XA-NCB"]).addresses == ("https://new.xa.example:8443/",)


@pytest.mark.parametrize(
    "address",
    [
        "ftp://xa.example/",
        "https://",
        "https://user@xa.example/",
        "https://xa.example/?a=b",
        "https://xa example/",
        "x" * 301,
    ],
)
def test_an_address_that_is_no_plain_web_address_is_refused(address: str) -> None:
    node = MemoryNode("XA-NCB")
    with pytest.raises(Invalid, match="addresses"):
        node.directory.publish_addresses((address,))
    with pytest.raises(Invalid, match="at most 8"):
        node.directory.publish_addresses(tuple(f"https://xa{place}.example/" for place in range(9)))


def test_units_form_no_circle() -> None:
    node = MemoryNode("XA-NCB")
    branch = Unit("north", UnitKind.REGIONAL_BRANCH, "Northern branch", "North")
    body = OwnUnits(node.directory).say_as_operator((branch, Unit("port", UnitKind.UNIT, "Port unit", parent="north")))
    assert [unit.id for unit in body.units] == ["north", "port"]
    node.clock.pass_time(hours=1)
    with pytest.raises(Invalid, match="parent"):
        OwnUnits(node.directory).say_as_operator((replace(branch, parent="north"),))


def entry(body: BodyId, status: str, since: str, until: str | None = None) -> GroupEntry:
    end = None if until is None else date.fromisoformat(until)
    return GroupEntry(body, MembershipStatus(status), date.fromisoformat(since), "Decision 1", end)


def test_a_group_is_resolved_as_of_the_day_of_the_act() -> None:
    first, second = BodyId("body:a"), BodyId("body:b")
    entries = (entry(first, "member", "2030-01-01", "2031-05-04"), entry(second, "observer", "2030-01-01"))
    group = Group(GroupId("body:k/members"), BodyId("body:k"), "members", "Members", 1, entries)
    assert resolve_group(group, MembershipStatus.MEMBER, date(2031, 5, 3)) == {first}
    assert resolve_group(group, MembershipStatus.MEMBER, date(2031, 5, 4)) == frozenset()
    assert resolve_group(group, MembershipStatus.MEMBER, date(2029, 12, 31)) == frozenset()
    assert resolve_group(group, MembershipStatus.OBSERVER, date(2031, 5, 4)) == {second}


def test_only_its_keeper_writes_a_group_and_an_old_version_is_ignored() -> None:
    nodes = network("RC", "XA-NCB", "XB-NCB")
    keeper, reader = nodes["RC"], nodes["XA-NCB"]
    group = keeper.directory.keep_group(HEAD, "members", "Members", (entry(reader.id, "member", "2030-01-01"),), 0)
    first = keeper.store.state.outbox.put_out[0].statement
    keeper.directory.keep_group(HEAD, "members", "Members", (), 1)
    for seen in (0, 1, 3):
        with pytest.raises(Conflict) as late:
            keeper.directory.keep_group(HEAD, "members", "Other", (), seen)
        assert late.value.changed_meanwhile
    hand_over(*nodes.values())
    reader.take(first)
    kept = reader.store.state.bodies.group(group.id)
    assert kept is not None
    assert (kept.version, kept.entries) == (2, ())

    other = nodes["XB-NCB"]
    forged = other.ring.by_node(draft("group", keeper.id, NOW, first.content))
    with pytest.raises(Untrusted):
        reader.take(forged)
    own = other.ring.by_node(draft("group", other.id, NOW, first.content))
    reader.take(own)
    assert reader.store.state.bodies.group(group_id_of(other.id, "members")) is not None
    assert reader.store.state.bodies.group(group.id) == kept


def test_only_an_officer_whose_role_may_enters_officers_and_the_refusal_is_in_the_trail() -> None:
    node = MemoryNode("XA-NCB")
    newcomer = Officer(OfficerId("duty-2"), frozenset({"duty_officer"}))
    with pytest.raises(Refused) as refused:
        node.directory.officers.put(DUTY, newcomer)
    assert [ground.number for ground in refused.value.decision.refusals] == ["B9.2"]
    act = node.store.state.trail.acts[-1]
    assert (act.verb, act.officer, act.detail["outcome"]) == ("manage_officers", DUTY, "refused")
    node.directory.officers.put(HEAD, newcomer)
    assert node.store.state.bodies.officer(newcomer.id) == newcomer
    with pytest.raises(Invalid, match="roles"):
        node.directory.officers.put(HEAD, Officer(OfficerId("x"), frozenset({"emperor"})))


def test_b29_a_list_that_says_the_same_makes_no_version_and_tells_nobody() -> None:
    nodes = network("RC", "XA-NCB", "XB-NCB")
    keeper, one, other = nodes["RC"], nodes["XA-NCB"].id, nodes["XB-NCB"].id
    entries = (entry(one, "member", "2030-01-01"), entry(other, "observer", "2030-01-01"))
    keeper.directory.keep_group(HEAD, "members", "Members", entries, 0)
    told, acts = len(keeper.store.state.outbox.put_out), len(keeper.store.state.trail.acts)
    for same in (entries, entries[::-1]):
        with pytest.raises(Conflict, match="was not kept anew") as refused:
            keeper.directory.keep_group(HEAD, "members", "Members", same, 1)
        assert not refused.value.changed_meanwhile
        assert "Version 1 says the same" in refused.value.why
        known, would = keeper.directory.foresee_group(HEAD, "members", "Members", same, 1)
        assert known is not None
        assert (known.version, would.version) == (1, 2), "looking at it tells that nothing differs"
    assert (len(keeper.store.state.outbox.put_out), len(keeper.store.state.trail.acts)) == (told, acts)
    assert keeper.directory.keep_group(HEAD, "members", "All members", entries, 1).version == 2
    twice = (*entries, entry(one, "member", "2032-01-01"))
    assert keeper.directory.keep_group(HEAD, "members", "All members", twice, 2).version == 3
