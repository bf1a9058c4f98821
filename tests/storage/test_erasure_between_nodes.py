"""Erased is erased: every byte of every node's folder is searched for what a record said, in each form it may be written in.

Source: docs/rules/records.md R10 to R14; docs/rules/handling.md H7 to H9; DESIGN section 1 (promise 4) and 11 (days 12, 13).
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from entente.app import open_node, restore_node
from entente.correspondence.desk import About
from entente.correspondence.hits import Finding
from entente.exchange.model import Lane, SetAside
from entente.handling.model import ErasureGround, Retention
from entente.kernel.codec import to_object
from entente.kernel.errors import Conflict, Invalid, Misconfigured, NotFound, Refused
from entente.kernel.ids import BodyId, InstrumentId
from entente.kernel.signing import Signer
from entente.kernel.statement import Statement, draft
from entente.node import Node
from entente.records.importing import Import
from entente.records.judging import KIND as JUDGEMENT
from entente.records.judging import Conditions, Judgement, Verdict, judge_sameness
from entente.records.model import Fact, Fragment, HolderState, Link, RecordDraft, ReentryHow, Rejected
from entente.records.statements import ERASED_WORDS, ErasedWords, erasure_statement, record_statement
from entente.settings import Settings
from entente.storage.erasure import ErasureTables
from entente.verbs import perform
from tests.storage.test_records_between_nodes import GS, RC, RETENTION, XA, XB, KilledError, World, person
from tests.support.byte_search import forms, found_in
from tests.support.hostile import send
from tests.support.nodes import AGREEMENT, AGREEMENT_NAME, CHARTER, DPO, DUTY, HEAD, open_network

pytestmark = pytest.mark.storage

NAME = "Зафирмох Дилбарзода"
SPELT = "Zafirmokh Dilbarzoda"
PASSPORT = "QZ7731904"
NOTE = "seen at the Qorvandi bazaar with a scar over the left eye"
LOCAL_ID = "pass-QZ7731904"
SEARCHED = (NAME, SPELT, "Dilbarzoda", PASSPORT, NOTE, LOCAL_ID)


@pytest.fixture
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Return four bodies of which three are parties to the agreement, in folders of this test alone."""
    with open_network(tmp_path_factory.mktemp("erasure"), concluded=(CHARTER, AGREEMENT)) as network:
        agreement = network.instrument(AGREEMENT_NAME)
        yield World(network, agreement, agreement)


def wanted(world: World, local_id: str = LOCAL_ID) -> RecordDraft:
    draft = person(world, local_id, NAME, Fact("alias", SPELT), Fact("passportNumber", PASSPORT), Fact("notes", NOTE))
    row = f'{{"name":"{NAME}","alias":"{SPELT}","passport":"{PASSPORT}","notes":"{NOTE}"}}'
    original = (row + " " * 1_200 + row).encode()
    return replace(draft, fragment=Fragment("wanted.jsonl", "ab" * 32, "2026-01-05", "ftm", original))


def used_everywhere(world: World) -> None:
    """Import the record, share it, pass it on, search it, hit on it, ask for leave, ask its source, judge it."""
    network = world.network
    world.share([*(person(world, f"other-{n}", f"Other Person {n}") for n in range(40)), wanted(world)], XB)
    world.share([replace(wanted(world), facts=(*wanted(world).facts, Fact("gender", "female")))], XB)
    case = network[XB].cases.open_case(DUTY, "Traveller held", "fugitives").number
    about = About("identify", "fugitives", case)
    found = world.find(XB, SPELT)[LOCAL_ID]
    network[XB].correspondence.forward_record(DUTY, world.record(LOCAL_ID), network.id(GS), about)
    finding = Finding(found.record, found.version, found.score, "At the northern bridge.")
    network[XB].correspondence.confirm_hit(DUTY, finding, about)
    network.deliver()
    assert LOCAL_ID in world.find(GS, NAME)
    assert LOCAL_ID in world.find(XA, NAME)


def keep_house(world: World) -> None:
    """Carry everything and let every node do its housekeeping, as the running node does by itself."""
    world.network.deliver()
    for node in world.network.nodes.values():
        node.erasing.run()
    world.network.deliver()
    for node in world.network.nodes.values():
        node.identity.clean_index()
        node.erasing.run()


def test_r10_an_erased_record_is_in_no_byte_of_any_nodes_folder(world: World) -> None:
    network = world.network
    used_everywhere(world)
    before = {code: found_in(network.folders[code], SEARCHED) for code in (XA, XB, GS)}
    for code in (XA, XB, GS):
        # The search finds it before, so that it can find it after: in the store, and compressed in the source's own fragment.
        assert {line.partition(": ")[2] for line in before[code]} >= {f"{text} (plain)" for text in SEARCHED}
    assert any("compressed" in line for line in before[XA])
    done = network[XA].erasing.erase(DPO, world.record(LOCAL_ID), "unlawful")
    assert done.told == (network.id(XB),)
    network.deliver()
    # The index holds digests alone, which no search for words finds; that its removed documents are in it still, it knows.
    assert [code for code in (XA, XB, GS) if network[code].identity.index.is_clean()] == []
    assert sum(removed_documents(network.folders[code]) for code in (XA, XB, GS)) > 0
    keep_house(world)
    for code in (XA, XB, GS, RC):
        assert found_in(network.folders[code], SEARCHED) == set()
        assert network[code].identity.index.is_clean()
        assert removed_documents(network.folders[code]) == 0
    # Everything else still stands, and every trail still proves itself.
    for code in (XA, XB, GS):
        keys = tuple(version.node_key for version in network.own(code).keys)
        proof = network[code].trail.verify(keys)
        assert proof.is_sound, proof.finding
        assert "erasure" in proof.finding
    assert world.held(XB, "other-7") is not None
    assert "other-7" in world.find(XA, "Other Person 7")
    # Whoever types the id again finds nothing, and brings it back into no row.
    finding = Finding(world.record(LOCAL_ID), 1, 930, "At the northern bridge.")
    with pytest.raises(NotFound):
        network[XA].records.show(DUTY, finding.record, "identify", "fugitives", "")
    with pytest.raises(NotFound):
        network[XB].correspondence.confirm_hit(DUTY, finding, About("identify", "fugitives", ""))
    for code, verb in ((XA, "show_record"), (XB, "confirm_hit")):
        (row,) = network[code].trail.latest(1)
        assert (row.act.verb, "/erased:" in row.act.subject) == (verb, True)
        assert found_in(network.folders[code], [LOCAL_ID]) == set()


def test_r10_record_whose_envelope_was_given_up_after_its_erasure_stays_in_no_outbox(world: World) -> None:
    network = world.network
    Import(network[XA].records, world.plan([], XB)).run([wanted(world)], "none")
    assert network[XA].exchange.collect(network.id(XB)) is not None, "an envelope carries it"
    network[XA].erasing.erase(DPO, world.record(LOCAL_ID), "unlawful")
    with network[XA].exchange.open_unit() as unit:
        unit.outbox.give_up(network.id(XB), Lane.DATA, "The recipient suspended it.", datetime.now(UTC))
        unit.commit()
    keep_house(world)
    for code in (XA, XB):
        assert found_in(network.folders[code], SEARCHED) == set()


def test_r14_who_can_see_says_who_was_told_and_who_confirmed(world: World) -> None:
    network = world.network
    used_everywhere(world)
    source, holder = network[XA], network[XB]
    source.erasing.erase(DPO, world.record(LOCAL_ID), "unlawful")
    told = {one.body: one.state for one in source.records.who_holds(DUTY, world.record(LOCAL_ID))}
    assert told == {network.id(XB): HolderState.ERASURE_SENT}
    network.deliver()
    confirmed = {one.body: one.state for one in source.records.who_holds(DUTY, world.record(LOCAL_ID))}
    assert confirmed == {network.id(XB): HolderState.ERASURE_CONFIRMED}
    # Whom the holder passed the copy on to, the holder tells and knows.
    assert [one.state for one in holder.records.who_holds(DUTY, world.record(LOCAL_ID))] == [
        HolderState.ERASURE_CONFIRMED
    ]
    assert source.records.who_can_see(DUTY, world.record(LOCAL_ID)) == ()
    for code in (XB, GS):
        assert world.held(code, LOCAL_ID) is None
        assert world.find(code, SPELT) == {}


def test_r10_only_an_own_record_is_erased_by_a_role_that_may_for_a_reason_of_the_list(world: World) -> None:
    world.share([wanted(world)], XB)
    erasing, record = world.network[XA].erasing, world.record(LOCAL_ID)
    with pytest.raises(Refused, match="no reason of the list"):
        erasing.erase(DPO, record, "because")
    with pytest.raises(Refused, match="did not erase record"):
        erasing.erase(DUTY, record, "unlawful")
    with pytest.raises(NotFound):
        world.network[XB].erasing.erase(DPO, record, "unlawful")
    assert world.held(XA, LOCAL_ID) is not None
    erasing.erase(HEAD, record, "unlawful")
    assert world.held(XA, LOCAL_ID) is None
    with pytest.raises(NotFound):
        erasing.erase(HEAD, record, "unlawful")


def test_r12_the_same_id_is_refused_wherever_it_comes_from(world: World) -> None:
    network = world.network
    world.share([wanted(world)], XB)
    own = world.held(XA, LOCAL_ID)
    assert own is not None
    network[XA].erasing.erase(DPO, world.record(LOCAL_ID), "unlawful")
    network.deliver()
    rejected: list[Rejected] = []
    for _ in range(2):
        Import(network[XA].records, world.plan(rejected)).run([wanted(world)], "none")
    assert [one.why for one in rejected] == ["The record was erased; it does not come back (R12)."] * 2
    ((seen, came_as),) = network[XA].erasing.seen_again(DPO, 10)
    assert (seen.how, seen.times, came_as) == (ReentryHow.SAME_ID, 2, seen.stand_in)
    # A copy that arrives again, in whatever version, is set aside, and no trail has its id from that.
    newer = replace(own.record, version=9, at=datetime.now(UTC))
    told = send(network, XA, XB, world.agreement, record_statement(newer, DUTY, newer.at, signer_of(world, XA)))
    assert not told.result.is_accepted
    assert "(R12)" in told.result.detail or "records.md R12" in told.result.detail
    # Refused, undone and set aside; that it came again is seen all the same, as that of a copy that is tried later.
    ((noticed, came_as),) = network[XB].erasing.seen_again(DPO, 10)
    assert (noticed.how, noticed.times, came_as) == (ReentryHow.SAME_ID, 1, noticed.stand_in)
    aside = record_statement(replace(newer, version=10), DUTY, newer.at, signer_of(world, XA))
    with network[XB].exchange.open_unit() as unit:
        unit.inbox.set_aside(SetAside(0, network.id(XA), "header:1", aside, "fault", "It failed.", newer.at))
        unit.commit()
    ((_, why),) = network[XB].deciding.retry()
    assert "R12" in why
    assert network[XB].deciding.aside() == (), "what waits names the record, and is never taken in"
    assert [one.times for one, _ in network[XB].erasing.seen_again(DPO, 10)] == [2]
    # Whoever only says so, and proves nothing, is not noticed.
    forged = record_statement(replace(newer, version=11), DUTY, newer.at, signer_of(world, XB))
    assert not send(network, XA, XB, world.agreement, forged).result.is_accepted
    assert [one.times for one, _ in network[XB].erasing.seen_again(DPO, 10)] == [2]
    keep_house(world)
    assert world.held(XB, LOCAL_ID) is None
    assert found_in(network.folders[XB], SEARCHED) == set()


def test_r12_the_person_comes_in_again_and_the_data_protection_officer_sees_it(world: World) -> None:
    network = world.network
    world.share([wanted(world)], XB)
    network[XA].erasing.erase(DPO, world.record(LOCAL_ID), "unlawful")
    network.deliver()
    world.run(
        [
            person(world, "again-1", "Dilbarzoda, Zafirmokh"),
            replace(
                person(world, "again-2", "Somebody Else"),
                facts=(Fact("name", "Somebody Else"), Fact("passportNumber", "QZ 773-1904")),
            ),
            replace(person(world, "again-3", NAME), facts=(Fact("name", NAME), Fact("birthDate", "1991-01-02"))),
            replace(person(world, "again-4", NAME), facts=(Fact("name", NAME),)),
        ]
    )
    seen = {record.partition("/")[2]: one.how for one, record in network[XA].erasing.seen_again(DPO, 10)}
    assert seen == {"again-1": ReentryHow.NAME_AND_BIRTH_DATE, "again-2": ReentryHow.IDENTIFIER}
    # The holder notices it too, of its own records: its tombstone has keys of what its copy said.
    rejected: list[Rejected] = []
    theirs = replace(person(world, "ours-1", SPELT), terms=(world.cls(XB),))
    Import(network[XB].records, world.plan(rejected)).run([theirs], "none")
    assert rejected == []
    assert [one.how for one, _ in network[XB].erasing.seen_again(DPO, 10)] == [ReentryHow.NAME_AND_BIRTH_DATE]
    with pytest.raises(Refused):
        network[XA].erasing.seen_again(DUTY, 10)


def test_h7_a_record_past_its_day_is_erased_by_the_node_itself_and_its_holders_confirm(world: World) -> None:
    network, today = world.network, datetime.now(UTC).date()
    ends = replace(wanted(world), retention=Retention(today, today + timedelta(days=1)))
    world.share([ends, person(world, "stays-1", "Somebody Else")], XB)
    assert network[XA].erasing.expire_step() == 0
    world.share([replace(ends, local_id="cut-off")], XB)
    later = {code: a_day_later(node) for code, node in network.nodes.items()}
    # A holder that is cut off erases its copy by its own calendar; here the source is the first to look.
    assert later[XB].erasing.expire_step(1) == 1
    assert world.held(XB, "cut-off") is None or world.held(XB, LOCAL_ID) is None
    assert later[XA].erasing.run().erased == 2
    replace(network, nodes=later).deliver()
    assert world.held(XB, "cut-off") is None
    assert world.held(XA, LOCAL_ID) is None
    assert world.held(XB, LOCAL_ID) is None
    for made, holders in network[XA].erasing.tombstones(DPO, 0, 10):
        assert (made.ground, made.reason) == (ErasureGround.RETENTION_ENDED, "retention_ended")
        assert [one.state for one in holders] == [HolderState.ERASURE_CONFIRMED]
    assert world.held(XB, "stays-1") is not None


def test_h7_a_copy_that_its_source_withdrew_is_erased_and_the_reason_with_it(world: World) -> None:
    network = world.network
    world.share([wanted(world)], XB)
    network[XA].records.withdraw(DUTY, world.record(LOCAL_ID), f"{SPELT} was mistaken for another")
    network.deliver()
    keep_house(world)
    assert world.held(XB, LOCAL_ID) is None
    assert found_in(network.folders[XB], SEARCHED) == set()
    # The source's own stays, withdrawn, until its day or an officer's act; then the reason goes from every node.
    assert world.held(XA, LOCAL_ID) is not None
    assert found_in(network.folders[XA], [SPELT]) != set()
    network[XA].erasing.erase(DPO, world.record(LOCAL_ID), "no_longer_needed")
    keep_house(world)
    assert found_in(network.folders[XA], SEARCHED) == set()


def test_r14_an_erasure_that_overtakes_its_record_keeps_it_out(world: World) -> None:
    network, at = world.network, datetime.now(UTC)
    world.run([wanted(world)])
    own = world.held(XA, LOCAL_ID)
    assert own is not None
    said = erasure_statement(own.record.id, own.record.source, DUTY, at, signer_of(world, XA))
    assert send(network, XA, XB, world.agreement, said).result.is_accepted
    assert send(network, XA, XB, world.agreement, said).result.is_accepted
    assert not send(network, XA, XB, world.agreement, own.statement).result.is_accepted
    assert world.held(XB, LOCAL_ID) is None


def test_r14_nobody_erases_anothers_record(world: World) -> None:
    network, at = world.network, datetime.now(UTC)
    world.share([wanted(world)], XB)
    own = world.held(XA, LOCAL_ID)
    assert own is not None
    forged = erasure_statement(own.record.id, network.id(XB), DUTY, at, signer_of(world, XB))
    assert not send(network, XB, XA, world.agreement, forged).result.is_accepted
    assert not send(network, XB, GS, world.agreement, forged).result.is_accepted
    assert world.held(XA, LOCAL_ID) is not None


def test_r11_a_crash_between_erasing_and_forgetting_only_puts_the_forgetting_off(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    network = world.network
    used_everywhere(world)
    monkeypatch.setattr(ErasureTables, "forget", stop_here)
    with pytest.raises(KilledError):
        network[XA].erasing.erase(DPO, world.record(LOCAL_ID), "unlawful")
    monkeypatch.undo()
    assert world.held(XA, LOCAL_ID) is None
    assert any(LOCAL_ID in line for line in found_in(network.folders[XA], [LOCAL_ID], within_streams=False))
    keep_house(world)
    assert found_in(network.folders[XA], SEARCHED) == set()


def test_r13_a_restored_backup_erases_again_before_it_answers(world: World, tmp_path: Path) -> None:
    network = world.network
    world.share([wanted(world), person(world, "stays-1", "Somebody Else")], XB)
    network[XA].erasing.run()
    restored = tmp_path / "restored"
    shutil.copytree(network.folders[XA], restored)
    network[XA].erasing.erase(DPO, world.record(LOCAL_ID), "unlawful")
    network.deliver()
    file = tmp_path / "tombstones.jsonl"
    perform(network[XA], "erasure_export", {"officer": DPO, "file": str(file)})
    assert found_in(tmp_path / "restored", [LOCAL_ID])
    assert not [form for text in SEARCHED for form in forms(text).values() if form in file.read_bytes()]
    with pytest.raises(Conflict):
        perform(network[XA], "erasure_export", {"officer": DPO, "file": str(file)})
    for path in restored.glob("node.lock"):
        path.unlink()
    with open_node(Settings.at(restored)) as node:
        with node.identity.open_view() as view:
            assert view.records.get(world.record(LOCAL_ID)) is not None
        changed = tmp_path / "changed.jsonl"
        changed.write_bytes(file.read_bytes().replace(b'"unlawful"', b'"Unlawful"'))
        with pytest.raises(Invalid, match="prove"):
            perform(node, "erasure_import", {"officer": DPO, "file": str(changed)})
        with node.identity.open_view() as view:
            assert view.records.get(world.record(LOCAL_ID)) is not None
        answer = perform(node, "erasure_import", {"officer": DPO, "file": str(file)})
        assert (answer["new"], answer["known"], answer["erased"]) == (1, 0, 1)
        again = perform(node, "erasure_import", {"officer": DPO, "file": str(file)})
        assert (again["new"], again["known"], again["erased"]) == (0, 1, 0)
        assert node.exchange.recipients_due() == ()
        perform(node, "erasure_run", {})
        ((made, holders),) = node.erasing.tombstones(DPO, 0, 10)
        assert (made.reason, [one.body for one in holders]) == ("unlawful", [network.id(XB)])
    assert found_in(restored, SEARCHED) == set()
    # Another node's file, or one made under another secret, is nothing to this one.
    with pytest.raises(Invalid, match="another body"):
        perform(network[XB], "erasure_import", {"officer": DPO, "file": str(file)})


def restored(world: World, code: str, file: Path) -> Node:
    """Lose a body's folder and come back from a backup."""
    network = world.network
    network.close(code)
    network.folders[code].rename(file.with_name(f"{code}.lost"))
    restore_node(file, None, network.folders[code], None, lambda _done: None)
    return network.open(code)


@pytest.mark.parametrize("is_just_told", [False, True])
@pytest.mark.parametrize("code", [XA, XB])
def test_r34_what_was_erased_after_a_backup_is_erased_again_by_what_other_bodies_know(
    world: World, tmp_path: Path, code: str, *, is_just_told: bool
) -> None:
    """Of the source, by what its holder was brought; of the holder, by what the source told it. No id is kept anywhere."""
    network, file = world.network, tmp_path / f"{code}.backup"
    world.share([wanted(world), person(world, "stays-1", "Somebody Else")], XB)
    perform(network[code], "backup", {"out": str(file)})
    network[XA].erasing.erase(DPO, world.record(LOCAL_ID), "unlawful")
    if is_just_told:
        # Within the hour: nobody has put the id out of what the word came in.
        network.deliver()
    else:
        keep_house(world)
        assert found_in(network.folders[XB if code == XA else XA], SEARCHED) == set()
    node = restored(world, code, file)
    assert world.held(code, LOCAL_ID) is not None
    assert node.recovery.ask()
    if is_just_told and code == XB:
        # Its source still has the word itself, and sends it again (docs/rules/exchange.md X33).
        network.deliver()
    assert world.held(code, LOCAL_ID) is None
    assert world.held(code, "stays-1") is not None
    ((made, _),) = node.erasing.tombstones(DPO, 0, 10)
    assert made.ground is (ErasureGround.OFFICERS_ACT if code == XA else ErasureGround.SOURCE_ERASED)
    network.clock.move(minutes=2)
    keep_house(world)
    assert found_in(network.folders[code], SEARCHED) == set()
    assert perform(node, "trail_verify", {})["proof"]["is_sound"]  # type: ignore[index,call-overload] # plain JSON


def test_r34_body_that_was_away_when_a_head_ended_it_is_asked_what_was_erased_once_it_answers(
    world: World, tmp_path: Path
) -> None:
    network, file = world.network, tmp_path / "xa.backup"
    world.share([wanted(world)], XB)
    perform(network[XA], "backup", {"out": str(file)})
    network[XA].erasing.erase(DPO, world.record(LOCAL_ID), "unlawful")
    keep_house(world)
    away = network.id(XB)
    network.close(XB)
    node = restored(world, XA, file)
    assert not node.recovery.ask()
    assert node.recovery.finish(HEAD) == (away,)
    network.clock.move(minutes=61)
    assert node.recovery.ask()
    network.open(XB)
    network.clock.move(minutes=59)
    assert node.recovery.ask()
    assert world.held(XA, LOCAL_ID) is not None
    network.clock.move(minutes=1)
    assert node.recovery.ask()
    assert world.held(XA, LOCAL_ID) is None
    _, answers = node.recovery.standing()
    assert all(one.is_done for one in answers)


def test_r34_erasure_that_its_source_never_signed_erases_nothing(world: World, tmp_path: Path) -> None:
    network, file = world.network, tmp_path / "xa.backup"
    world.share([wanted(world)], XB)
    perform(network[XA], "backup", {"out": str(file)})
    record, at = world.record(LOCAL_ID), network.clock.now()
    with network[XB].records.open_unit() as unit:
        key, stand_in = unit.erasures.source_key(network.id(XA)), unit.erasures.stand_in(record)
    node = restored(world, XA, file)

    def lies(peer: BodyId, _: Statement, __: InstrumentId) -> tuple[Statement, ...]:
        forged = erasure_statement(record, network.id(XA), DUTY, at, signer_of(world, XB))
        shell = draft(forged.kind, forged.body, at, {**forged.content, "record": stand_in})
        words = (replace(shell, signatures=forged.signatures).to_json(),)
        said = ErasedWords({network.id(XA): key}, words, 1, has_more=False)
        return (draft(ERASED_WORDS, peer, at, to_object(said)),)

    assert node.erasing.erase_what_is_known_at(network.id(XB), lies) == 0
    assert world.held(XA, LOCAL_ID) is not None


def test_r13_body_that_gives_an_erased_record_back_is_told_of_the_erasure(world: World, tmp_path: Path) -> None:
    """The erasure waited for a body that was away when the node was lost."""
    network, file, tombstones = world.network, tmp_path / "xa.backup", tmp_path / "tombstones.jsonl"
    perform(network[XA], "backup", {"out": str(file)})
    world.share([wanted(world)], XB)
    network[XA].erasing.erase(DPO, world.record(LOCAL_ID), "unlawful")
    perform(network[XA], "erasure_export", {"officer": DPO, "file": str(tombstones)})
    assert world.held(XB, LOCAL_ID) is not None
    node = restored(world, XA, file)
    perform(node, "erasure_import", {"officer": DPO, "file": str(tombstones)})
    assert node.recovery.ask()
    assert world.held(XA, LOCAL_ID) is None
    network.clock.move(minutes=2)
    keep_house(world)
    assert world.held(XB, LOCAL_ID) is None
    assert found_in(network.folders[XA], SEARCHED) == set()
    assert found_in(network.folders[XB], SEARCHED) == set()


def test_r11_a_node_whose_tombstones_secret_was_lost_does_not_start(world: World, tmp_path: Path) -> None:
    world.run([wanted(world)])
    world.network[XA].erasing.erase(DPO, world.record(LOCAL_ID), "unlawful")
    copied = tmp_path / "copied"
    shutil.copytree(world.network.folders[XA], copied)
    with open_node(Settings.at(copied)):
        pass
    (copied / "keys" / "tombstone.key").unlink()
    with pytest.raises(Misconfigured, match="recognised"), open_node(Settings.at(copied)):
        pass


def test_r10_a_judgement_about_an_erased_record_goes_with_it(world: World) -> None:
    network = world.network
    world.run([wanted(world), person(world, "other-1", "Somebody Else")])
    terms = Conditions(
        replace(world.cls(), kind=JUDGEMENT),
        RETENTION,
        recipients=frozenset(),
        purpose="identify",
        crime_area="fugitives",
        case="",
    )
    said = Judgement(world.record(LOCAL_ID), world.record("other-1"), Verdict.NOT_SAME, f"{SPELT} has a scar", "")
    made = judge_sameness(network[XA].records, DUTY, said, terms)
    assert found_in(network.folders[XA], ["has a scar"])
    network[XA].erasing.erase(DPO, world.record(LOCAL_ID), "recorded_in_error")
    keep_house(world)
    with network[XA].identity.open_view() as view:
        assert view.records.get(made) is None
        assert view.records.get(world.record("other-1")) is not None
    assert found_in(network.folders[XA], [*SEARCHED, "has a scar"]) == set()


def test_r57_an_earlier_version_does_not_bring_the_id_of_an_erased_record_back(world: World) -> None:
    network = world.network
    passport = replace(saying(world, "other-1", Fact("number", "QX 11")), schema="Passport")
    linking = replace(passport, links=(Link("holder", world.record(LOCAL_ID)),))
    world.run([wanted(world), linking])
    network[XA].erasing.erase(DPO, world.record(LOCAL_ID), "recorded_in_error")
    keep_house(world)
    # What the newest version says of links stays until it says something else.
    assert found_in(network.folders[XA], SEARCHED) != set()
    world.run([passport])
    keep_house(world)
    assert found_in(network.folders[XA], SEARCHED) == set()


def removed_documents(folder: Path) -> int:
    """Count the documents that stand in a node's index files and are only marked as removed."""
    (generation,) = (folder / "index").glob("files-*")
    segments = json.loads((generation / "live" / "segments" / "meta.json").read_text())["segments"]
    return sum(one["deletes"]["num_deleted_docs"] for one in segments if one["deletes"] is not None)


def saying(world: World, local_id: str, *facts: Fact) -> RecordDraft:
    return replace(person(world, local_id, "Nobody"), facts=facts)


def stop_here(*_: object) -> None:
    raise KilledError


def signer_of(world: World, code: str) -> Signer:
    return world.network[code].exchange.signer


def a_day_later(node: Node) -> Node:
    """Return the same node as it stands a day later."""
    clock = Later(timedelta(days=1))
    return replace(node, erasing=replace(node.erasing, clock=clock), exchange=replace(node.exchange, clock=clock))


@dataclass(frozen=True, slots=True)
class Later:
    """The machine's clock, some time ahead."""

    by: timedelta

    def now(self) -> datetime:
        return datetime.now(UTC) + self.by
