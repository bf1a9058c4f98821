"""Records between real nodes on real stores: imported, shared, updated, withdrawn, refused. Only the wire is carried by hand.

Source: docs/rules/records.md R1 to R8; DESIGN section 1, promises 1, 4 and 7.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from entente.agreements.model import Right
from entente.bodies.model import Officer
from entente.correspondence.desk import About
from entente.disclosure.model import DisclosureClass, DisclosureRequest, Reader
from entente.handling.model import (
    DisclosureAct,
    Restriction,
    RestrictionMode,
    Retention,
    ReviewState,
)
from entente.identity.model import Candidate, Occasion, Query
from entente.kernel.canonical import Json, JsonObject
from entente.kernel.errors import NotFound, Refused, Unavailable
from entente.kernel.ids import BodyId, InstrumentId, OfficerId, RecordId
from entente.node import Meaning
from entente.records import importing
from entente.records.blobs import Looking
from entente.records.importing import Import, ImportPlan
from entente.records.model import (
    Fact,
    Fragment,
    HolderState,
    ImportSummary,
    RecordDraft,
    Rejected,
    StoredRecord,
)
from entente.records.originals import original_seen
from entente.records.statements import record_statement, withdrawal_statement
from entente.storage.folder import Folder
from entente.verbs import perform
from entente.verbs import record_import as record_verbs
from tests.support.build_disclosure import a_class
from tests.support.hostile import send
from tests.support.nodes import AGREEMENT, AGREEMENT_NAME, CHARTER, DUTY, HEAD, Network, open_network
from tests.support.postgres_server import Server

pytestmark = pytest.mark.storage

XA, XB, GS, RC = "XA-NCB", "XB-NCB", "GS", "RC"
RETENTION = Retention(date(2029, 1, 1), date(2031, 1, 1))
CONTROL = Occasion("identify", "fugitives", occasion="control at the northern checkpoint")
TERMS_FILE = Path(__file__).parents[2] / "demo" / "terms" / "wanted.yaml"


class KilledError(BaseException):
    """What stands for a process that ends between two lines."""


@dataclass(slots=True)
class World:
    """Four bodies, of which three are parties to the police data agreement, and one party alone has signed the programme."""

    network: Network
    agreement: InstrumentId
    programme: InstrumentId

    def cls(self, source: str = XA, **changes: object) -> DisclosureClass:
        """Return the class of a wanted person under the agreement."""
        plain = {
            "source": self.network.id(source),
            "instrument": self.agreement,
            "purposes": frozenset({"arrest", "identify"}),
            "crime_areas": frozenset({"fugitives"}),
            "handling": frozenset({"H1"}),
            "review": ReviewState.NOT_REQUIRED,
        }
        return a_class(**{**plain, **changes})

    def kept_from(self, *codes: str) -> DisclosureClass:
        """Return a class that its source keeps from some bodies."""
        bodies = frozenset(self.network.id(code) for code in codes)
        return self.cls(restrictions=frozenset({Restriction(RestrictionMode.EXCLUDE, bodies=bodies)}))

    def run(
        self, rows: Iterable[RecordDraft | Rejected], *to: str, by: OfficerId = DUTY, at: str = XA
    ) -> ImportSummary:
        """Import rows at a node, shared with some bodies; a rejected row fails the test."""
        rejected: list[Rejected] = []
        summary = Import(self.network[at].records, self.plan(rejected, *to, by=by)).run(rows, "none")
        assert rejected == []
        return summary

    def plan(self, rejected: list[Rejected], *to: str, by: OfficerId = DUTY) -> ImportPlan:
        recipients = frozenset(self.network.id(code) for code in to)
        return ImportPlan(by, recipients, lambda _: None, rejected.append)

    def share(self, rows: Iterable[RecordDraft | Rejected], *to: str) -> ImportSummary:
        """Import at XA with copies to some bodies, and carry them."""
        summary = self.run(rows, *to)
        self.network.deliver()
        return summary

    def record(self, local_id: str, source: str = XA) -> RecordId:
        return RecordId(f"{self.network.id(source)}/{local_id}")

    def held(self, code: str, local_id: str) -> StoredRecord | None:
        """Return XA's record as a node holds it."""
        wanted = self.record(local_id)
        with self.network[code].identity.open_view() as view:
            return view.records.get(wanted)

    def version(self, code: str, local_id: str) -> int:
        stored = self.held(code, local_id)
        assert stored is not None
        return stored.record.version

    def count(self, code: str, prefix: str) -> int:
        """Count the live records of XA whose local id begins so."""
        with self.network[code].identity.open_view() as view:
            changed = view.records.changed_since(0, 100_000)
        return sum(one.record.local_id.startswith(prefix) and one.withdrawn_at is None for one in changed)

    def find(self, code: str, name: str) -> dict[str, Candidate]:
        """Search as a duty officer; return the candidates by local id."""
        officer = Officer(DUTY, frozenset({"duty_officer"}))
        answer = self.network[code].identity.search(officer, Query(names=(name,)), CONTROL)
        return {candidate.record.partition("/")[2]: candidate for candidate in answer.candidates}

    def holders(self, code: str, local_id: str) -> dict[BodyId, tuple[int, HolderState]]:
        wanted = self.record(local_id)
        with self.network[code].records.open_unit() as unit:
            return {one.body: (one.version, one.state) for one in unit.records.holders(wanted)}


@contextmanager
def open_world(place: Path, server: Server | None = None) -> Iterator[World]:
    """Open the four bodies in a folder, and have them sign what World says."""
    with open_network(place, concluded=(CHARTER, AGREEMENT), server=server) as network:
        agreement = network.instrument(AGREEMENT_NAME)
        programme = network.conclude(RC, "programme.yaml", (XA,))
        yield World(network, agreement, programme)


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.long)])
def world(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[World]:
    """Return the four bodies; each test uses records of its own."""
    server = request.getfixturevalue("server") if request.param == "postgres" else None
    with open_world(tmp_path_factory.mktemp("records"), server) as opened:
        yield opened


def person(world: World, local_id: str, name: str, *more: Fact, terms: tuple[DisclosureClass, ...] = ()) -> RecordDraft:
    facts = (Fact("name", name), Fact("birthDate", "1979-03-14"), Fact("nationality", "XA"), *more)
    return RecordDraft(local_id, "Person", "wanted_person", terms or (world.cls(),), facts, (), RETENTION)


def people(world: World, prefix: str, count: int) -> list[RecordDraft]:
    return [person(world, f"{prefix}-{number}", f"Numbered Person {number}") for number in range(count)]


def test_r8_an_import_shares_copies_and_the_recipient_holds_them(world: World) -> None:
    summary = world.share(
        [person(world, "share-1", "Мирзоев Далер"), person(world, "share-2", "Talvo Mirenko")], XB, RC
    )
    assert (summary.read, summary.created, summary.rejected) == (2, 2, 0)
    own, copy = world.held(XA, "share-1"), world.held(XB, "share-1")
    assert own is not None
    assert copy is not None
    # The copy is the same version, in the same bytes its source signed.
    assert (copy.record, copy.statement) == (own.record, own.statement)
    assert (own.received_from, copy.received_from) == (None, world.network.id(XA))
    assert "share-1" in world.find(XB, "Mirzoev Daler")
    # RC is no party to the agreement: nothing was put in an envelope for it.
    assert world.held(RC, "share-1") is None
    assert world.holders(XA, "share-1") == {world.network.id(XB): (1, HolderState.SENT)}


def test_r6_an_import_run_twice_makes_no_version_and_sends_nothing(world: World) -> None:
    rows = [person(world, "twice-1", "Rengor Vosharko")]
    world.share(rows, XB)
    rows_in_trail = len(world.network[XA].trail.latest(10_000))
    again = world.run([replace(rows[0], fragment=Fragment("new.jsonl", "0" * 64, "2031-01-01", "ftm", b"{}"))], XB)
    assert (again.created, again.updated, again.unchanged) == (0, 0, 1)
    assert world.version(XA, "twice-1") == 1
    assert len(world.network[XA].trail.latest(10_000)) == rows_in_trail
    assert world.network[XA].exchange.recipients_due() == ()


def test_r4_an_update_makes_version_two_everywhere_and_the_old_name_is_found_no_more(world: World) -> None:
    world.share([person(world, "update-1", "Pekazi Lundaro")], XB, GS)
    assert "update-1" in world.find(XB, "Pekazi Lundaro")
    summary = world.share([person(world, "update-1", "Zimelato Rusendov")], XB, GS)
    assert (summary.created, summary.updated) == (0, 1)
    assert {code: world.version(code, "update-1") for code in (XA, XB, GS)} == {XA: 2, XB: 2, GS: 2}
    assert "update-1" in world.find(XB, "Zimelato Rusendov")
    assert "update-1" not in world.find(XB, "Pekazi Lundaro")
    assert world.holders(XA, "update-1")[world.network.id(XB)] == (2, HolderState.SENT)


def test_r4_an_older_version_is_ignored_when_replayed(world: World) -> None:
    world.share([person(world, "replay-1", "Kazimel Atorus")], XB)
    first = world.held(XB, "replay-1")
    assert first is not None
    world.share([person(world, "replay-1", "Kazimel Atorus", Fact("gender", "male"))], XB)
    second = world.held(XB, "replay-1")
    told = send(world.network, XA, XB, world.agreement, first.statement)
    assert told.result.is_accepted
    assert world.held(XB, "replay-1") == second
    assert told.acts == ["envelope_taken_in"]


def test_r4_a_withdrawal_beats_a_version_that_arrives_later(world: World) -> None:
    network = world.network
    world.share([person(world, "gone-1", "Goraba Komiren")], XB)
    own = world.held(XA, "gone-1")
    assert own is not None
    assert network[XA].records.withdraw(DUTY, own.record.id, "arrested") == (network.id(XB),)
    network.deliver()
    newer = replace(own.record, version=9, at=datetime.now(UTC))
    told = send(network, XA, XB, world.agreement, record_statement(newer, DUTY, newer.at, network[XA].exchange.signer))
    assert told.result.is_accepted
    network.deliver()
    copy = world.held(XB, "gone-1")
    assert copy is not None
    assert copy.withdrawn_at is not None
    assert copy.record.version == 1
    assert world.find(XB, "Goraba Komiren") == {}
    # At home it is final too: an import of the same number is a reject with its reason.
    rejected: list[Rejected] = []
    again = Import(network[XA].records, world.plan(rejected)).run([person(world, "gone-1", "Goraba Komiren")], "none")
    assert (again.created, again.rejected, [one.field for one in rejected]) == (0, 1, ["local_id"])


def test_r4_a_withdrawal_of_a_record_not_yet_held_beats_the_record(world: World) -> None:
    network, at = world.network, datetime.now(UTC)
    world.run([person(world, "early-1", "Dovirsha Talpe")])
    own = world.held(XA, "early-1")
    assert own is not None
    signer = network[XA].exchange.signer
    withdrawal = withdrawal_statement(own.record.id, own.record.source, "entered in error", DUTY, at, signer)
    assert send(network, XA, XB, world.agreement, withdrawal).result.is_accepted
    assert send(network, XA, XB, world.agreement, own.statement).result.is_accepted
    network.deliver()
    assert world.held(XB, "early-1") is None
    assert world.find(XB, "Dovirsha Talpe") == {}


def test_r4_a_withdrawal_reaches_whom_a_holder_passed_the_copy_on_to(world: World) -> None:
    network = world.network
    world.share([person(world, "onward-1", "Vokazi Mirental")], XB)
    case = network[XB].cases.open_case(DUTY, "Traveller held", "fugitives").number
    about = About("identify", "fugitives", case)
    network[XB].correspondence.forward_record(DUTY, world.record("onward-1"), network.id(GS), about)
    network.deliver()
    copy = world.held(GS, "onward-1")
    assert copy is not None
    assert copy.received_from == network.id(XB)
    assert "onward-1" in world.find(GS, "Vokazi Mirental")
    network[XA].records.withdraw(DUTY, world.record("onward-1"), "arrested")
    network.deliver()
    for code in (XB, GS):
        stored = world.held(code, "onward-1")
        assert stored is not None
        assert stored.withdrawn_at is not None
        assert world.find(code, "Vokazi Mirental") == {}
    assert world.holders(XB, "onward-1") == {network.id(GS): (1, HolderState.WITHDRAWAL_SENT)}


def test_r5_a_fact_kept_from_the_recipient_leaves_no_trace_there(world: World) -> None:
    hidden = "Зебунисоди Чархинав"
    terms = (world.cls(), world.kept_from(XB))
    told_all = person(world, "extract-1", "Marlato Enbashi", Fact("alias", hidden, 1), terms=terms)
    plain = person(world, "extract-2", "Marlato Enbashi")
    world.share([told_all, plain], XB, GS)
    network = world.network
    for file in (Folder(network.folders[XB]).database, *network.folders[XB].rglob("*")):
        if file.is_file():
            content = file.read_bytes()
            assert hidden.encode() not in content, f"{file.name} holds the hidden name"
            assert b"zebunisodi" not in content.lower(), f"{file.name} holds the hidden name in Latin letters"
    copy = world.held(XB, "extract-1")
    assert copy is not None
    assert copy.record.terms == (world.cls(),)
    # Where it may be seen it is held and found, so the silence at XB is the restriction's.
    assert "extract-1" in world.find(GS, "Zebunisodi Charkhinav")
    assert world.find(XB, "Zebunisodi Charkhinav") == {}
    # A pair that differs in the hidden fact alone: the same score, evidence and caption.
    pair = world.find(XB, "Marlato Enbashi")
    assert replace(pair["extract-1"], record=pair["extract-2"].record) == pair["extract-2"]


def test_r5_a_record_of_which_the_recipient_may_see_nothing_is_not_sent(world: World) -> None:
    rows = [person(world, "silent-1", "Shakomi Gorvo", terms=(world.kept_from(XB),))]
    sent = len(world.network.carried)
    summary = world.run(rows, XB)
    assert summary.created == 1
    assert world.network[XA].exchange.recipients_due() == ()
    assert world.holders(XA, "silent-1") == {}
    assert world.network.deliver() == 0
    assert len(world.network.carried) == sent
    assert world.held(XB, "silent-1") is None
    with pytest.raises(Refused):
        world.network[XA].records.share(DUTY, [world.record("silent-1")], frozenset({world.network.id(XB)}))


def test_r6_a_broken_row_never_stops_the_rest_and_stands_in_the_rejects_file(world: World, tmp_path: Path) -> None:
    lines = [
        '{"id": "file-1", "schema": "Person", "properties": {"name": ["Whole One"]}}',
        '{"id": "file-2", "schema": "Person", "properties": {"name": ["Cut in',
        '{"id": "file-3", "schema": "Person", "properties": {"name": ["Impossible"], "birthDate": ["1979-02-31"]}}',
        '{"id": "file-4", "schema": "Person", "properties": {"name": ["Whole Two"]}}',
    ]
    file, rejects = tmp_path / "list.jsonl", tmp_path / "rejects.jsonl"
    file.write_text("\n".join(lines), encoding="utf-8")
    node, network = world.network[XA], world.network
    meaning = Meaning(network.id(XA), date(2026, 1, 1), network.id, lambda _: world.agreement)
    with (
        node.files.rejects(rejects) as on_reject,
        node.files.import_rows(file, TERMS_FILE.read_bytes(), meaning) as opened,
    ):
        plan = ImportPlan(DUTY, frozenset(), lambda _: None, on_reject)
        summary = Import(node.records, plan).run(opened.rows, "rejects.jsonl")
    assert (summary.read, summary.created, summary.rejected) == (4, 2, 2)
    assert [world.held(XA, f"file-{number}") is not None for number in range(1, 5)] == [True, False, False, True]
    told = [json.loads(line) for line in rejects.read_text(encoding="utf-8").splitlines()]
    assert [(one["place"], one["field"]) for one in told] == [("line 2", "line"), ("line 3", "birthDate")]
    assert all(one["why"] for one in told)


@pytest.mark.parametrize("local_id", ["", "has space", "../up", "x" * 121, "né", "/slash"])
def test_r1_a_malformed_local_id_is_a_reject_and_no_abort(world: World, local_id: str) -> None:
    rejected: list[Rejected] = []
    rows = [person(world, local_id, "Nobody"), person(world, f"beside-{len(local_id)}", "Somebody")]
    summary = Import(world.network[XA].records, world.plan(rejected)).run(rows, "none")
    assert (summary.created, summary.unchanged, summary.rejected) in {(1, 0, 1), (0, 1, 1)}
    assert [(one.place, one.field) for one in rejected] == [(local_id, "local_id")]
    assert world.held(XA, f"beside-{len(local_id)}") is not None


def test_an_officer_without_the_role_imports_nothing_and_the_trail_says_so(world: World) -> None:
    rows = iter([person(world, "role-1", "Unread Row")])
    with pytest.raises(Refused):
        world.run(rows, by=HEAD)
    assert next(rows).local_id == "role-1", "not one row was read"
    assert world.held(XA, "role-1") is None
    latest = world.network[XA].trail.latest(1)[0].act
    assert (latest.verb, latest.officer) == ("import_records", HEAD)
    assert world.run([person(world, "role-1", "Unread Row")]).created == 1


def test_r6_an_import_killed_between_slices_leaves_whole_slices_and_a_second_run_completes(world: World) -> None:
    rows, durable = people(world, "kill", 260), [0]

    def until_killed() -> Iterator[RecordDraft]:
        for place, row in enumerate(rows):
            if place == 200:
                raise KilledError
            yield row

    plan = replace(world.plan([]), on_progress=durable.append)
    with pytest.raises(KilledError):
        Import(world.network[XA].records, plan).run(until_killed(), "none")
    # On a slow machine slices shrink to ten rows, and one may end just before the row that kills.
    assert 0 < durable[-1] <= 200
    assert world.count(XA, "kill-") == durable[-1], "what was reported is durable, and nothing of a slice begun"
    second = world.run(rows)
    assert (second.created, second.unchanged) == (260 - durable[-1], durable[-1])
    assert world.count(XA, "kill-") == 260


def test_r6_a_fault_inside_a_slice_undoes_the_whole_slice(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    rows, network = people(world, "fault", 40), world.network
    signer, signed = network[XA].exchange.signer, [0]

    class FailingSigner:
        public_key = signer.public_key

        def sign(self, context: object, data: bytes) -> object:
            signed[0] += 1
            if signed[0] == 25:
                raise KilledError
            return signer.sign(context, data)  # type: ignore[arg-type] # handed on as it came

    records = replace(network[XA].records, signer=FailingSigner())  # type: ignore[arg-type] # the real one behind it
    before = network[XA].trail.latest(1)[0].sequence
    with pytest.raises(KilledError):
        Import(records, world.plan([])).run(rows, "none")
    assert world.count(XA, "fault-") == 0
    assert network[XA].trail.latest(1)[0].sequence == before, "no row without its record"
    assert world.run(rows).created == 40


def test_r6_two_imports_of_one_list_at_once_make_each_record_once(world: World) -> None:
    rows, done = people(world, "race", 300), []

    def one() -> None:
        done.append(world.run(rows, XB))

    threads = [threading.Thread(target=one) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(summary.created for summary in done) == 300
    assert sum(summary.unchanged for summary in done) == 300
    world.network.deliver()
    assert (world.count(XA, "race-"), world.count(XB, "race-")) == (300, 300)
    assert world.version(XA, "race-7") == 1
    keys = world.network.own(XA).keys
    assert world.network[XA].trail.verify(tuple(key.node_key for key in keys)).is_sound


def listed(path: Path, prefix: str, count: int) -> Path:
    """Write a list of persons to import."""
    rows = [
        {"id": f"{prefix}-{number}", "schema": "Person", "properties": {"name": [f"Numbered Person {number}"]}}
        for number in range(count)
    ]  # fmt: skip
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


@pytest.fixture
def short_queues(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let 60 statements wait for a body of XA, of which a slice of an import puts at most 20."""
    monkeypatch.setattr(world.network[XA].exchange.queues, "waiting_max", 60)
    monkeypatch.setattr(importing, "SLICE_ROWS_FIRST", 20)
    for module in (importing, record_verbs):
        monkeypatch.setattr(module, "SLICE_ROWS_MAX", 20)
    monkeypatch.setattr(record_verbs, "QUEUE_PAUSES_MAX", 3)


@pytest.mark.usefixtures("short_queues")
def test_x32_import_shared_with_a_body_that_takes_nothing_stops_whole_and_goes_on_when_run_again(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(record_verbs, "sleep", lambda _: None)
    network = world.network
    file = listed(tmp_path / "silent.jsonl", "silent", 130)
    given: JsonObject = {
        "officer": DUTY, "file": str(file), "terms": TERMS_FILE.read_text(encoding="utf-8"), "share_with": [XB],
    }  # fmt: skip
    with pytest.raises(Unavailable, match="XB-NCB does not take what waits for it") as stopped:
        perform(network[XA], "record_import", given)
    assert stopped.value.retry_is_safe
    kept = world.count(XA, "silent-")
    assert 40 <= kept <= 60
    assert f"rows kept: {kept}" in stopped.value.why
    (line,) = (one for one in ask(network, "exchange_lines")["lines"] if one["body"]["code"] == XB)
    assert (line["in_queue"], line["queue_most"]) == (kept, 60)
    (check,) = (one for one in ask(network, "doctor")["checks"] if one["name"] == "outbox")
    assert (check["is_good"], f"XB-NCB {kept}" in check["text"]) == (kept < 48, kept >= 48)
    # An act toward it is refused, a withdrawal is not.
    with pytest.raises(Unavailable, match="queue to XB-NCB is full"):
        world.run(people(world, "beyond", 61), XB)
    assert world.held(XA, "beyond-40") is None
    ask(network, "record_withdraw", officer=DUTY, record="silent-0", reason="Mistaken.")
    network.deliver()
    monkeypatch.setattr(record_verbs, "sleep", lambda _: network.deliver())
    summary = ask(network, "record_import", **given)["summary"]
    assert summary["created"] == 130 - kept
    network.deliver()
    assert world.count(XB, "silent-") == 129


@pytest.mark.usefixtures("short_queues")
def test_x32_new_version_goes_to_all_who_have_a_copy_however_full_the_queue_of_one_is(world: World) -> None:
    network = world.network
    world.share([person(world, "owed-1", "Before")], XB, GS)
    for number in range(59):
        world.run([person(world, f"fill-{number}", "Filler")], XB)
    for name in ("fill-last", "fill-beyond"):
        with suppress(Unavailable):
            world.run([person(world, name, "Filler")], XB)
    assert world.held(XA, "fill-beyond") is None, "the queue to XB-NCB is full"
    for name in ("Between", "After"):
        world.run([person(world, "owed-1", name)])
    (line,) = (one for one in ask(network, "exchange_lines")["lines"] if one["body"]["code"] == XB)
    assert line["in_queue"] == 61, "one version of it waits, the newest"
    network.deliver()
    assert [world.version(code, "owed-1") for code in (XB, GS)] == [3, 3]


def ask(network: Network, verb: str, **given: Json) -> Any:  # noqa: ANN401 - a verb's JSON
    return perform(network[XA], verb, given)


def test_r1_intake_refuses_a_record_whose_source_is_not_its_signer(world: World) -> None:
    world.share([person(world, "forge-1", "Lunpego Rasha")], XB)
    copy = world.held(XB, "forge-1")
    assert copy is not None
    network, at = world.network, datetime.now(UTC)
    forged = record_statement(replace(copy.record, version=2), DUTY, at, network[XB].exchange.signer)
    send(network, XB, GS, world.agreement, replace(forged, body=copy.record.source)).assert_refused()
    claimed = replace(copy.record, source=network.id(XB), version=2)
    send(
        network, XB, GS, world.agreement, record_statement(claimed, DUTY, at, network[XB].exchange.signer)
    ).assert_refused()
    assert world.held(GS, "forge-1") is None


def test_r8_intake_refuses_a_record_shared_under_an_instrument_not_in_force(world: World) -> None:
    network, at = world.network, datetime.now(UTC)
    not_in_force = world.cls(instrument=world.programme)
    rows = [
        person(world, "force-1", "Under A Programme", terms=(not_in_force,)),
        person(world, "force-2", "Under The Agreement"),
    ]
    # Our own gate sends nothing under it, and a node whose gate does is refused by ours.
    assert world.run(rows[:1], XB).created == 1
    assert network[XA].exchange.recipients_due() == ()
    world.run(rows[1:])
    signer = network[XA].exchange.signer
    for local_id, is_taken in (("force-1", False), ("force-2", True)):
        own = world.held(XA, local_id)
        assert own is not None
        told = send(network, XA, XB, world.agreement, record_statement(own.record, DUTY, at, signer))
        assert told.result.is_accepted is is_taken
        assert (world.held(XB, local_id) is not None) is is_taken


def test_r8_intake_refuses_a_copy_passed_on_without_the_leave_its_handling_code_asks(world: World) -> None:
    network = world.network
    rows = [
        person(world, "leave-h2", "Beshi Karenko", terms=(world.cls(handling=frozenset({"H2"})),)),
        person(world, "leave-h1", "Beshi Lurenko"),
    ]
    world.share(rows, XB)
    for local_id, is_taken in (("leave-h2", False), ("leave-h1", True)):
        copy = world.held(XB, local_id)
        assert copy is not None
        told = send(network, XB, GS, world.agreement, copy.statement)
        assert told.result.is_accepted is is_taken
        assert (world.held(GS, local_id) is not None) is is_taken
        network.deliver()


def test_r8_who_can_see_agrees_with_the_gate_and_with_who_gets_a_copy(world: World) -> None:
    network = world.network
    rows = [
        person(world, "sight-all", "Open To Parties"),
        person(world, "sight-gs", "Kept From One", terms=(world.kept_from(XB),)),
        person(world, "sight-none", "Under Nothing", terms=(world.cls(instrument=None),)),
    ]
    world.run(rows, XB, GS, RC)
    expected = {"sight-all": {XB, GS}, "sight-gs": {GS}, "sight-none": set()}
    for local_id, codes in expected.items():
        sights = network[XA].records.who_can_see(DUTY, world.record(local_id))
        assert {sight.body for sight in sights} == {network.id(code) for code in (GS, XB, RC)}
        own = world.held(XA, local_id)
        assert own is not None
        (cls,) = own.record.terms
        for sight in sights:
            asked = [_question(cls, sight.body, purpose) for purpose in sorted(cls.purposes)]
            verdicts = [network[XA].disclosure.judge(request) for request in asked]
            assert sight.decision.allowed == any(verdict.decision.allowed for verdict in verdicts)
        assert {sight.body for sight in sights if sight.decision.allowed} == {network.id(code) for code in codes}
        assert set(world.holders(XA, local_id)) == {network.id(code) for code in codes}
    with pytest.raises(NotFound):
        network[XB].records.who_can_see(DUTY, world.record("sight-all"))


def _question(cls: DisclosureClass, body: BodyId, purpose: str) -> DisclosureRequest:
    return DisclosureRequest(Reader(body), DisclosureAct.SEE, Right.COPY, purpose, "fugitives", cls, cls.instrument)


@pytest.mark.parametrize("size", [1, 4_096, 4_097, 300_000])
def test_the_original_fragment_is_kept_at_home_whatever_its_size_and_sent_to_nobody(world: World, size: int) -> None:
    original = bytes(place * place % 251 for place in range(size))
    fragment = Fragment("list.jsonl", "0" * 64, "2031-01-01", "ftm", original)
    world.share([replace(person(world, f"fragment-{size}", "Orusko Talbari"), fragment=fragment)], XB)
    assert (
        original_seen(
            world.network[XA].records, DUTY, world.record(f"fragment-{size}"), Looking("arrest", "fugitives", "")
        )
        == fragment
    )
    wanted = world.record(f"fragment-{size}")
    with world.network[XB].records.open_unit() as unit:
        assert unit.records.get(wanted) is not None
        assert unit.records.fragment(wanted) is None
