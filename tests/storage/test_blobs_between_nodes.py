"""Records' files between real nodes on real stores: attached, shared, fetched, refused, gone on with, erased.

Source: docs/rules/records.md R20 to R24; DESIGN section 4 («Larger things are blobs») and section 1, promises 1, 4 and 7.
"""

from __future__ import annotations

import hashlib
import itertools
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date

import pytest

from entente.agreements.model import Direction, SuspensionTerms
from entente.correspondence.desk import About
from entente.disclosure.model import DisclosureClass
from entente.handling.model import (
    Restriction,
    RestrictionMode,
    Retention,
    ReviewState,
)
from entente.kernel.blob import CHUNK_BYTES, Manifest, chunk_digest
from entente.kernel.errors import Conflict, Invalid, NotFound, Refused, Unavailable, Untrusted
from entente.kernel.ids import BlobId, BodyId, InstrumentId, OfficerId, RecordId
from entente.kernel.ports import TrailRow
from entente.kernel.signing import Signer
from entente.kernel.statement import Statement, draft
from entente.records.blobs import Blobs, Looking
from entente.records.importing import Import, ImportPlan
from entente.records.model import BlobReference, Fact, RecordDraft, Rejected, StoredRecord
from entente.records.ports import HeldBlob, RecordsUnit
from entente.records.statements import (
    BLOB_CHUNK,
    BLOB_FETCH,
    BLOB_MANIFEST,
    BlobChunk,
    BlobFetch,
    BlobManifest,
    blob_statement,
    record_statement,
)
from entente.storage.blob_files import BlobFolder
from entente.transport.caller import Caller
from tests.support.build_disclosure import a_class
from tests.support.hostile import send
from tests.support.nodes import AGREEMENT, AGREEMENT_NAME, CHARTER, DPO, DUTY, HEAD, Network, open_network

pytestmark = pytest.mark.storage

XA, XB, GS, RC = "XA-NCB", "XB-NCB", "GS", "RC"
RETENTION = Retention(date(2029, 1, 1), date(2031, 1, 1))
WHY = Looking("arrest", "fugitives", "")
PICTURE = b"\xff\xd8\xff\xe0" + bytes(place * place % 251 for place in range(CHUNK_BYTES * 4 + 1_000))
"""Five chunks, so that it is fetched in three calls."""
NUMBERS = itertools.count(1)
Answers = tuple[Statement, ...]


def unwatched(_: int) -> None:
    """Take progress that no test looks at."""


@dataclass(frozen=True, slots=True)
class PlainBytes:
    """A file that an officer attaches, held in memory."""

    name: str
    data: bytes

    @property
    def size(self) -> int:
        return len(self.data)

    def chunks(self, chunk_bytes: int) -> Iterator[bytes]:
        for start in range(0, len(self.data), chunk_bytes):
            yield self.data[start : start + chunk_bytes]


class CutError(BaseException):
    """What stands for a process that ends between two lines."""


@dataclass(slots=True)
class Line:
    """Calls from one node to the others, in sealed envelopes but without sockets; a test may cut the line or lie on it."""

    network: Network
    caller: str
    calls: int = 0
    before: Callable[[int], None] = unwatched
    """Told how many calls were made before this one; may raise."""
    twist: Callable[[Answers], Answers] = field(default=lambda answers: answers)

    def __call__(self, recipient: BodyId, statement: Statement, instrument: InstrumentId) -> Answers:
        self.before(self.calls)
        self.calls += 1
        return self.twist(Caller(self.network[self.caller].exchange, self.post)(recipient, statement, instrument))

    def post(self, address: str, batch: bytes) -> bytes:
        (code,) = [code for code in self.network.nodes if address == f"http://{code.lower()}.test"]
        return self.network[code].exchange.receive(batch)


@dataclass(slots=True)
class World:
    """Four bodies, of which three are parties to the police data agreement."""

    network: Network
    agreement: InstrumentId
    lines: dict[str, Line]

    def cls(self, source: str = XA, **changes: object) -> DisclosureClass:
        plain = {
            "source": self.network.id(source),
            "instrument": self.agreement,
            "purposes": frozenset({"arrest", "identify"}),
            "crime_areas": frozenset({"fugitives"}),
            "handling": frozenset({"H1"}),
            "review": ReviewState.NOT_REQUIRED,
        }
        return a_class(**{**plain, **changes})

    def kept_from(self, code: str) -> DisclosureClass:
        excluded = Restriction(RestrictionMode.EXCLUDE, bodies=frozenset({self.network.id(code)}))
        return self.cls(restrictions=frozenset({excluded}))

    def blobs(self, code: str) -> Blobs:
        """Return a node's files, with calls that go over this test's line."""
        return replace(self.network[code].blobs, call=self.lines[code])

    def person(self, local_id: str, *terms: DisclosureClass) -> RecordDraft:
        return RecordDraft(
            local_id,
            "Person",
            "wanted_person",
            terms or (self.cls(),),
            (Fact("name", f"Rengor {local_id}"),),
            (),
            RETENTION,
        )

    def shared(self, *to: str, handling: str = "H1") -> RecordId:
        """Import a new record at XA with copies to some bodies, and carry them."""
        local_id = f"file-{next(NUMBERS)}"
        self.imported(self.person(local_id, self.cls(handling=frozenset({handling}))), *to)
        return RecordId(f"{self.network.id(XA)}/{local_id}")

    def imported(self, given: RecordDraft, *to: str) -> tuple[int, int, int]:
        rejected: list[Rejected] = []
        recipients = frozenset(self.network.id(code) for code in to)
        plan = ImportPlan(DUTY, recipients, unwatched, rejected.append)
        summary = Import(self.network[XA].records, plan).run([given], "none")
        assert rejected == []
        self.network.deliver()
        return summary.created, summary.updated, summary.unchanged

    def attach(
        self, record: RecordId, name: str = "face.jpg", data: bytes = PICTURE, terms: DisclosureClass | None = None
    ) -> BlobReference:
        """Attach a file at XA and carry the new version."""
        blob = self.blobs(XA).attach(DUTY, record, PlainBytes(name, data), terms, unwatched)
        self.network.deliver()
        return blob

    def open(self, code: str, record: RecordId, name: str = "face.jpg", officer: OfficerId = DUTY) -> bytes:
        """Take a file out at a node, fetching it over this test's line."""
        taken: list[bytes] = []
        self.blobs(code).open_file(officer, record, name, WHY, taken.append, unwatched)
        return b"".join(taken)

    def held(self, code: str, record: RecordId) -> StoredRecord:
        with self.network[code].records.open_unit() as unit:
            stored = unit.records.get(record)
        assert stored is not None
        return stored

    def on_disk(self, code: str, blob: BlobId) -> list[str]:
        """Name what lies on a node's disk for a blob."""
        name = blob.removeprefix("blob:")
        return sorted(path.name for path in (self.network.folders[code] / "blobs" / name[:2] / name).glob("*"))

    def acts(self, code: str, subject: str) -> list[str]:
        with self.network[code].records.open_unit() as unit:
            return [row.act.verb for row in unit.trail.about(subject, 1_000)]

    def ask(self, code: str, blob: BlobId, at: str = XA, **changes: object) -> Answers:
        """Ask a node for chunks as another one would."""
        node = self.network[code]
        asked = replace(BlobFetch(blob, with_manifest=True, first=0, count=1), **changes)  # type: ignore[arg-type]
        statement = blob_statement(BLOB_FETCH, asked, self.network.id(code), node.clock.now(), node.records.signer)
        return Line(self.network, code)(self.network.id(at), statement, self.agreement)


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Network, InstrumentId]]:
    with open_network(tmp_path_factory.mktemp("blobs"), concluded=(CHARTER, AGREEMENT)) as network:
        yield network, network.instrument(AGREEMENT_NAME)


@pytest.fixture(name="world")
def _world(network: tuple[Network, InstrumentId]) -> World:
    """Return the four bodies with lines of this test's own; each test uses records of its own."""
    bodies, agreement = network
    return World(bodies, agreement, {code: Line(bodies, code) for code in bodies.nodes})


def test_r21_attached_file_makes_a_version_that_holders_get_and_opens_to_the_same_bytes(world: World) -> None:
    record = world.shared(XB)
    blob = world.attach(record)
    assert (blob.size, blob.sha256, blob.media_type) == (
        len(PICTURE),
        hashlib.sha256(PICTURE).hexdigest(),
        "image/jpeg",
    )
    assert {code: world.held(code, record).record.version for code in (XA, XB)} == {XA: 2, XB: 2}
    assert world.held(XB, record).record.blobs == (blob,)
    assert world.open(XA, record) == PICTURE
    assert world.open(XB, record) == PICTURE
    assert world.lines[XB].calls == 3
    # It is here now, and is opened without asking anybody.
    assert world.open(XB, record) == PICTURE
    assert world.lines[XB].calls == 3
    assert world.on_disk(XA, blob.id) == world.on_disk(XB, blob.id) == ["chunks", "manifest"]
    assert world.acts(XA, record)[-4:] == ["open_file", "give_file", "give_file", "give_file"]
    assert world.acts(XB, record)[-6:] == [
        "show_record", "fetch_file", "show_record", "open_file", "show_record", "open_file",
    ]  # fmt: skip


def test_r21_file_stays_when_the_commit_that_kept_it_was_reported_to_have_failed(world: World) -> None:
    record, blobs = world.shared(), world.blobs(XA)

    def open_unit() -> RecordsUnit:
        unit = blobs.records.open_unit()
        commit = unit.commit

        def commit_and_fail() -> None:
            commit()
            raise Unavailable("The disk failed.", why="A test says so.", do="Look.", retry_is_safe=False)

        unit.commit = commit_and_fail  # type: ignore[method-assign]
        return unit

    failing = replace(blobs, records=replace(blobs.records, open_unit=open_unit))
    with pytest.raises(Unavailable):
        failing.attach(DUTY, record, PlainBytes("face.jpg", PICTURE), None, unwatched)
    assert world.open(XA, record) == PICTURE


def test_r21_no_file_on_the_disk_holds_the_key_or_a_part_of_the_plain_bytes(world: World) -> None:
    record = world.shared()
    text = "Мирзоев Далер, seen at pier 3.\n".encode() * 20_000
    blob = world.attach(record, "statement.txt", text)
    written = [path for path in (world.network.folders[XA] / "blobs").rglob("*") if path.is_file()]
    assert written
    for path in written:
        data = path.read_bytes()
        assert blob.key not in data
        assert "Далер".encode() not in data
        assert path.stat().st_mode & 0o777 == 0o600
    # Two records with one content share no id, so that nobody can tell it from outside.
    assert world.attach(world.shared(), "statement.txt", text).id != blob.id


@pytest.mark.parametrize("cut_at", range(3))
@pytest.mark.parametrize(
    "how", [CutError, lambda: Unavailable("Cut.", why="It rained.", do="Ask again.", retry_is_safe=True)]
)
def test_r23_fetch_goes_on_after_the_last_good_chunk_wherever_it_was_cut(
    world: World, cut_at: int, how: Callable[[], BaseException]
) -> None:
    record = world.shared(XB)
    blob = world.attach(record)
    line = world.lines[XB]

    def cut(calls: int) -> None:
        if calls == cut_at:
            raise how()

    line.before = cut
    with pytest.raises((CutError, Unavailable)):
        world.open(XB, record)
    assert "chunks" not in world.on_disk(XB, blob.id)
    line.before = unwatched
    assert world.open(XB, record) == PICTURE
    assert line.calls == 3, "no chunk was asked for twice"


def test_r23_half_written_end_of_a_part_is_written_anew(world: World) -> None:
    record = world.shared(XB)
    blob = world.attach(record)
    world.lines[XB].before = lambda calls: _raise_at(calls, 2)
    with pytest.raises(CutError):
        world.open(XB, record)
    name = blob.id.removeprefix("blob:")
    part = world.network.folders[XB] / "blobs" / name[:2] / name / "chunks.part"
    with part.open("r+b") as file:
        file.seek(CHUNK_BYTES * 3 + 100)
        file.truncate()
    world.lines[XB].before = unwatched
    assert world.open(XB, record) == PICTURE


def _raise_at(calls: int, at: int) -> None:
    if calls == at:
        raise CutError


@dataclass(frozen=True, slots=True)
class Liar:
    """What a source could answer instead, signed by its own node."""

    world: World
    blob: BlobReference

    def chunk(self, index: int, sealed: bytes, blob: BlobId | None = None) -> Statement:
        return self.said(BLOB_CHUNK, BlobChunk(blob or self.blob.id, index, sealed))

    def manifest(self, data: bytes) -> Statement:
        return self.said(BLOB_MANIFEST, BlobManifest(self.blob.id, data))

    def said(self, kind: str, content: BlobChunk | BlobManifest, by: str = XA) -> Statement:
        node = self.world.network[by]
        return blob_statement(kind, content, self.world.network.id(by), node.clock.now(), node.records.signer)

    def true(self, index: int) -> bytes:
        sealed = self.world.network[XA].blobs.files.chunk(self.blob.id, index)
        assert sealed is not None
        return sealed

    def true_manifest(self) -> bytes:
        kept = self.world.network[XA].blobs.files.manifest(self.blob.id)
        assert kept is not None
        return kept


def _other_manifest(size: int, chunks: int) -> bytes:
    return Manifest(size, tuple(chunk_digest(bytes([index % 251])) for index in range(chunks))).to_bytes()


LIES: dict[str, Callable[[Liar, Answers], Answers]] = {
    "nothing at all": lambda _liar, _answers: (),
    "the manifest and no chunk": lambda _liar, answers: answers[:1],
    "a chunk changed by one bit": lambda liar, answers: (
        answers[0],
        liar.chunk(0, bytes([liar.true(0)[0] ^ 1]) + liar.true(0)[1:]),
    ),
    "a chunk cut short": lambda liar, answers: (answers[0], liar.chunk(0, liar.true(0)[:-1])),
    "another chunk under the number": lambda liar, answers: (answers[0], liar.chunk(0, liar.true(1))),
    "chunks in another order": lambda _liar, answers: (answers[0], answers[2], answers[1]),
    "a chunk twice": lambda _liar, answers: (answers[0], answers[1], answers[1]),
    "a chunk of another blob": lambda liar, answers: (
        answers[0],
        liar.chunk(0, liar.true(0), BlobId("blob:" + "0" * 64)),
    ),
    "a number below nothing": lambda liar, answers: (answers[0], liar.chunk(-1, liar.true(0))),
    "more answers than asked": lambda liar, answers: (*answers, liar.chunk(2, liar.true(2))),
    "the manifest twice": lambda _liar, answers: (answers[0], answers[0], answers[1]),
    "no manifest": lambda _liar, answers: answers[1:],
    "the manifest of another file": lambda liar, answers: (
        liar.manifest(_other_manifest(liar.blob.size, 5)),
        *answers[1:],
    ),
    "a manifest of another size": lambda liar, answers: (
        liar.manifest(_other_manifest(liar.blob.size + CHUNK_BYTES, 6)),
        *answers[1:],
    ),
    "an endless manifest": lambda liar, answers: (liar.manifest(_other_manifest(liar.blob.size, 6_000)), *answers[1:]),
    "a manifest that is none": lambda liar, answers: (liar.manifest(b"{}"), *answers[1:]),
    "another body's signature": lambda liar, answers: (
        answers[0],
        liar.said(BLOB_CHUNK, BlobChunk(liar.blob.id, 0, liar.true(0)), by=GS),
    ),
    "another kind of statement": lambda liar, answers: (
        answers[0],
        draft("message", answers[0].body, answers[0].at, {}).with_signature(liar.world.network[XA].records.signer),
    ),
    "an unsigned chunk": lambda _liar, answers: (answers[0], replace(answers[1], signatures=()), *answers[2:]),
}


@pytest.mark.parametrize("lie", LIES)
def test_r23_what_a_hostile_source_sends_is_refused_and_nothing_wrong_is_kept(world: World, lie: str) -> None:
    record = world.shared(XB)
    blob = world.attach(record)
    liar, line = Liar(world, blob), world.lines[XB]
    line.twist = lambda answers: LIES[lie](liar, answers)
    with pytest.raises((Untrusted, Invalid)):
        world.open(XB, record)
    assert line.calls == 1, "whoever lies is not asked again"
    assert "chunks" not in world.on_disk(XB, blob.id)
    line.twist = lambda answers: answers
    assert world.open(XB, record) == PICTURE


def test_r23_source_that_gives_one_chunk_a_call_is_asked_no_more_often_than_there_are_chunks(world: World) -> None:
    record = world.shared(XB)
    world.attach(record)
    world.lines[XB].twist = lambda answers: answers[: 2 if answers[0].kind == BLOB_MANIFEST else 1]
    assert world.open(XB, record) == PICTURE
    assert world.lines[XB].calls == 5


def test_r22_hidden_and_absent_are_the_same_answer(world: World) -> None:
    record = world.shared(XB)
    blob = world.attach(record)
    assert len(world.ask(XB, blob.id)) == 2
    asked = [
        (RC, blob.id),  # no party
        (GS, blob.id),  # a party that was sent no copy
        (XB, BlobId("blob:" + "1" * 64)),  # a file that nobody has
    ]
    said = set()
    for code, wanted in asked:
        with pytest.raises(NotFound) as refused:
            world.ask(code, wanted)
        said.add(str(refused.value))
    for name in ("no.jpg", "../face.jpg"):
        with pytest.raises(NotFound) as refused:
            world.open(XB, record, name)
        said.add(str(refused.value))
    assert len(said) == 1


def test_r22_file_on_terms_that_exclude_a_holder_is_neither_shown_nor_given_to_it(world: World) -> None:
    record = world.shared(XB, GS)
    blob = world.attach(record, terms=world.kept_from(XB))
    # XB is not even sent a version that would tell it that something changed.
    assert {code: world.held(code, record).record.version for code in (XA, XB, GS)} == {XA: 2, XB: 1, GS: 2}
    with pytest.raises(NotFound):
        world.ask(XB, blob.id)
    with pytest.raises(NotFound):
        world.open(XB, record)
    assert world.open(GS, record) == PICTURE


def test_r22_suspension_ends_the_fetch_in_its_middle_and_the_resumption_lets_it_go_on(world: World) -> None:
    record = world.shared(XB)
    world.attach(record)
    line = world.lines[XB]
    with suspended(world):
        line.before = unwatched
        with pytest.raises((NotFound, Refused)):
            world.open(XB, record)
        assert line.calls == 0, "XB's own gate refuses before anybody is asked"

    stack = suspended(world, deliver=False)

    def suspend_at_two(calls: int) -> None:
        if calls == 2:
            stack.__enter__()

    line.before = suspend_at_two
    with pytest.raises(NotFound):
        world.open(XB, record)
    stack.__exit__(None, None, None)
    line.before = unwatched
    assert world.open(XB, record) == PICTURE
    assert line.calls == 4, "two, the refused one, and the last"


@contextmanager
def suspended(world: World, *, deliver: bool = True) -> Iterator[None]:
    """Suspend XA's participation toward XB for a while."""
    node = world.network[XA]
    terms = SuspensionTerms(
        world.agreement, Direction.BOTH, "The minister", "Note 7", "reciprocity", date(2030, 1, 1),
        counterparts=frozenset({world.network.id(XB)}),
    )  # fmt: skip
    world.network.submit(XA, node.agreements.draft_suspension(HEAD, terms))
    with node.agreements.open_unit() as unit:
        state = unit.agreements.instrument(world.agreement)
    assert state is not None
    (stop,) = state.participations[world.network.id(XA)].suspensions
    if deliver:
        world.network.deliver()
    try:
        yield
    finally:
        world.network.submit(XA, node.agreements.draft_resumption(HEAD, world.agreement, stop.id))
        world.network.deliver()


def test_r23_fetch_goes_on_when_the_record_got_a_new_version_meanwhile(world: World) -> None:
    record = world.shared(XB)
    world.attach(record)

    def another(calls: int) -> None:
        if calls == 1:
            world.attach(record, "palm.png", b"\x89PNG\r\n\x1a\n" + bytes(100))

    world.lines[XB].before = another
    assert world.open(XB, record) == PICTURE
    assert [one.file_name for one in world.held(XB, record).record.blobs] == ["face.jpg", "palm.png"]


@pytest.mark.parametrize("who_knows", ["both", "the source alone"])
def test_r24_withdrawal_ends_a_fetch_and_leaves_nothing_of_the_file(world: World, who_knows: str) -> None:
    record = world.shared(XB)
    blob = world.attach(record)

    def withdraw(calls: int) -> None:
        if calls == 2:
            world.network[XA].records.withdraw(DUTY, record, "It was another person.")
            if who_knows == "both":
                world.network.deliver()

    world.lines[XB].before = withdraw
    with pytest.raises(NotFound):
        world.open(XB, record)
    world.network.deliver()
    assert world.on_disk(XA, blob.id) == world.on_disk(XB, blob.id) == []
    for code in (XA, XB):
        with world.network[code].records.open_unit() as unit:
            assert unit.blobs.get(blob.id) is None
        assert world.acts(code, blob.id) == ["erase_file"]


def test_r24_file_is_erased_everywhere_with_its_record_and_with_the_version_that_had_it(world: World) -> None:
    for end in ("withdraw", "erase", "detach"):
        record = world.shared(XB)
        blob = world.attach(record)
        stays = world.attach(record, "palm.png", b"\x89PNG\r\n\x1a\n" + bytes(100))
        assert world.open(XB, record) == PICTURE
        assert world.open(XB, record, "palm.png")
        if end == "withdraw":
            world.network[XA].records.withdraw(DUTY, record, "It was another person.")
        elif end == "erase":
            world.network[XA].erasing.erase(DPO, record, "unlawful")
        else:
            assert world.blobs(XA).detach(DUTY, record, "face.jpg") == blob
        world.network.deliver()
        assert world.on_disk(XA, blob.id) == world.on_disk(XB, blob.id) == []
        left = ["chunks", "manifest"] if end == "detach" else []
        assert world.on_disk(XA, stays.id) == world.on_disk(XB, stays.id) == left
        for code in (XA, XB):
            with pytest.raises(NotFound):
                world.open(code, record)


def test_r21_import_run_again_keeps_the_files_and_makes_no_version(world: World) -> None:
    record = world.shared(XB)
    local_id = record.partition("/")[2]
    blob = world.attach(record)
    other = world.attach(record, "palm.png", b"\x89PNG\r\n\x1a\n" + bytes(100), world.kept_from(XB))
    assert world.imported(world.person(local_id), XB) == (0, 0, 1)
    changed = replace(world.person(local_id), facts=(Fact("name", "Rengor, by another name"),))
    assert world.imported(changed, XB) == (0, 1, 0)
    held = world.held(XA, record).record
    assert [one.id for one in held.blobs] == [blob.id, other.id]
    assert [held.terms[one.terms] for one in held.blobs] == [world.cls(), world.kept_from(XB)]
    assert [one.id for one in world.held(XB, record).record.blobs] == [blob.id]
    assert world.open(XA, record) == PICTURE


def test_r22_body_that_passed_a_record_on_gives_its_file_and_the_source_gives_it_to_nobody_by_that(
    world: World,
) -> None:
    record = world.shared(XB)
    world.attach(record)
    world.network[XB].correspondence.forward_record(
        DUTY, record, world.network.id(GS), About("arrest", "fugitives", "")
    )
    world.network.deliver()
    assert world.open(XB, record) == PICTURE
    assert world.open(GS, record) == PICTURE
    # XA never sent GS a copy, and gives it nothing by another's.
    with pytest.raises(NotFound):
        world.ask(GS, world.held(GS, record).record.blobs[0].id)


def passing_on(world: World) -> World:
    """Return the bodies with XB fetching over this test's line what onward holders ask it for, as the running node does."""
    node, bodies = world.network[XB], world.network
    able = replace(node, exchange=replace(node.exchange, prepare={BLOB_FETCH: world.blobs(XB).bring_for}))
    reached = replace(bodies, nodes={**bodies.nodes, XB: able})
    return World(reached, world.agreement, {**world.lines, GS: Line(reached, GS)})


def test_r25_onward_holder_has_a_file_that_the_forwarder_never_fetched(world: World) -> None:
    record = world.shared(XB)
    blob = world.attach(record)
    world.network[XB].correspondence.forward_record(
        DUTY, record, world.network.id(GS), About("arrest", "fugitives", "")
    )
    world.network.deliver()
    through, to_source = passing_on(world), world.lines[XB]

    def cut(calls: int) -> None:
        if calls == 1:
            raise Unavailable("Cut.", why="It rained.", do="Ask again.", retry_is_safe=True)

    to_source.before = cut
    with pytest.raises(Unavailable) as asked:
        through.open(GS, record)
    assert "entente request ask" in asked.value.do
    assert "rained" not in asked.value.why, "how XB stands with the source is not the asker's to know"
    to_source.before = unwatched
    assert through.open(GS, record) == PICTURE
    # Each part came once, and the forwarder has the file as if its own officers had fetched it.
    assert world.acts(XA, record).count("give_file") == 3
    assert world.on_disk(XB, blob.id) == world.on_disk(GS, blob.id) == ["chunks", "manifest"]
    calls = to_source.calls
    assert world.open(XB, record) == PICTURE
    assert to_source.calls == calls
    assert world.acts(XB, record).count("fetch_file") == 1


def test_r25_nobody_makes_a_forwarder_fetch_for_more_than_it_may_give(world: World) -> None:
    record = world.shared(XB)
    blob = world.attach(record)
    blobs, node = world.blobs(XB), world.network[XB]

    def asked(code: str) -> Statement:
        content = BlobFetch(blob.id, with_manifest=True, first=0, count=2)
        return blob_statement(BLOB_FETCH, content, world.network.id(code), node.clock.now(), signer(world, code))

    for code in (GS, RC):
        with pytest.raises(NotFound):
            blobs.bring_for(asked(code), world.network.id(code))
    node.correspondence.forward_record(DUTY, record, world.network.id(GS), About("arrest", "fugitives", ""))
    world.network.deliver()
    with pytest.raises(Untrusted):
        blobs.bring_for(replace(asked(GS), signatures=asked(RC).signatures), world.network.id(GS))
    # Two bodies that name each other as where they had it: the second call for one file ends it.
    refused: list[type[Exception]] = []

    def again(_: int) -> None:
        try:
            blobs.bring_for(asked(GS), world.network.id(GS))
        except Unavailable as error:
            refused.append(type(error))

    world.lines[XB].before = again
    blobs.bring_for(asked(GS), world.network.id(GS))
    assert refused == [Unavailable]
    assert world.lines[XB].calls == 1


def signer(world: World, code: str) -> Signer:
    return world.network[code].records.signer


def test_r23_damaged_copy_is_set_aside_and_fetched_anew_and_our_own_is_said_to_be_damaged(world: World) -> None:
    record = world.shared(XB)
    blob = world.attach(record)
    assert world.open(XB, record) == PICTURE
    name = blob.id.removeprefix("blob:")
    for code in (XB, XA):
        path = world.network.folders[code] / "blobs" / name[:2] / name / "chunks"
        data = path.read_bytes()
        path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
        with pytest.raises(Unavailable):
            world.open(code, record)
        if code == XB:
            assert world.open(XB, record) == PICTURE
        else:
            with pytest.raises(Unavailable):
                world.open(XA, record)


def test_r20_file_that_is_not_what_its_source_signed_is_given_to_nobody(world: World) -> None:
    record = world.shared(XB)
    world.attach(record)
    own, node = world.held(XA, record).record, world.network[XA]
    for changes in ({"sha256": "0" * 64}, {"file_name": "face.png", "media_type": "image/png"}, {"key": bytes(32)}):
        forged = replace(own, version=own.version + 1, blobs=(replace(own.blobs[0], **changes),))
        own = forged
        told = send(
            world.network,
            XA,
            XB,
            world.agreement,
            record_statement(forged, DUTY, node.clock.now(), node.records.signer),
        )
        assert told.result.is_accepted
        with pytest.raises(Untrusted):
            world.open(XB, record, forged.blobs[0].file_name)


@pytest.mark.parametrize(
    "changes",
    [
        {"id": "blob:../../../keys/head-1"},
        {"key": b"short"},
        {"size": 0},
        {"size": 2**28 + 1},
        {"file_name": "../../face.jpg"},
        {"file_name": "face.exe"},
        {"sha256": "none"},
        {"terms": 7},
    ],
)
def test_r20_copy_with_a_malformed_file_is_not_taken_in(world: World, changes: dict[str, object]) -> None:
    record = world.shared(XB)
    world.attach(record)
    own, node = world.held(XA, record).record, world.network[XA]
    forged = replace(own, version=own.version + 1, blobs=(replace(own.blobs[0], **changes),))  # type: ignore[arg-type]
    told = send(
        world.network, XA, XB, world.agreement, record_statement(forged, DUTY, node.clock.now(), node.records.signer)
    )
    assert not told.result.is_accepted
    assert world.held(XB, record).record.version == own.version


def test_r20_second_file_of_one_name_and_one_beyond_the_space_are_refused(world: World) -> None:
    record = world.shared()
    world.attach(record)
    with pytest.raises(Conflict):
        world.attach(record)
    full = replace(world.blobs(XA), bytes_max=10)
    with pytest.raises(Unavailable) as refused:
        full.attach(DUTY, record, PlainBytes("palm.jpg", PICTURE), None, unwatched)
    assert "blobs_gb_max" in refused.value.do
    # What does not fit is not asked for either.
    shared = world.shared(XB)
    world.attach(shared)
    with pytest.raises(Unavailable):
        replace(world.blobs(XB), bytes_max=10).open_file(DUTY, shared, "face.jpg", WHY, lambda _: None, unwatched)
    assert world.lines[XB].calls == 0


def test_r20_only_who_may_attach_attaches_and_only_to_our_own_live_record(world: World) -> None:
    record = world.shared(XB)
    blobs, plain = world.blobs(XA), PlainBytes("face.jpg", PICTURE)
    with pytest.raises(Refused):
        blobs.attach(DPO, record, plain, None, unwatched)
    with pytest.raises(NotFound):
        world.blobs(XB).attach(DUTY, record, plain, None, unwatched)
    world.network[XA].records.withdraw(DUTY, record, "It was another person.")
    with pytest.raises(NotFound):
        blobs.attach(DUTY, record, plain, None, unwatched)
    assert list((world.network.folders[XA] / "blobs").glob(".new-*")) == []


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("face.jpg", b"MZ\x90\0 a program called a picture"),
        ("tool.exe", b"MZ\x90\0"),
        ("face.png", PICTURE),
        ("notes.txt", b"#!/bin/sh\nrm -rf .\n"),
        ("notes.txt", b"\x7fELF\x02"),
        ("notes.txt", "seen\u202etxt.exe".encode()),
        ("notes.txt", "cut within a letter: ж".encode()[:-1]),
        ("notes.txt", b""),
        (".face.jpg", PICTURE),
        ("a/face.jpg", PICTURE),
    ],
)
def test_r20_file_that_is_not_what_its_name_says_is_refused_and_leaves_nothing(
    world: World, name: str, data: bytes
) -> None:
    record = world.shared()
    version = world.held(XA, record).record.version
    before = sorted((world.network.folders[XA] / "blobs").rglob("*"))
    with pytest.raises(Invalid):
        world.attach(record, name, data)
    assert sorted((world.network.folders[XA] / "blobs").rglob("*")) == before
    assert world.held(XA, record).record.version == version


def test_r24_no_file_is_erased_while_a_backup_copies_them_and_each_is_when_it_ends(world: World) -> None:
    record = world.shared()
    blob = world.attach(record)
    with world.network[XA].blobs.kept_still():
        world.network[XA].records.withdraw(DUTY, record, "It was another person.")
        assert world.on_disk(XA, blob.id) == ["chunks", "manifest"]
    assert world.on_disk(XA, blob.id) == []


@pytest.mark.parametrize("gone", ["chunks.part", "chunks.part and manifest", "what the store knew"])
def test_r23_fetch_begins_again_where_a_restored_backup_or_a_crash_left_less_than_the_store_says(
    world: World, gone: str
) -> None:
    record = world.shared(XB)
    blob = world.attach(record)
    name = blob.id.removeprefix("blob:")
    place = world.network.folders[XB] / "blobs" / name[:2] / name
    if gone == "what the store knew":
        assert world.open(XB, record) == PICTURE
        with world.network[XB].records.open_unit() as unit:
            unit.blobs.put(HeldBlob(blob.id, blob.size, is_whole=False))
            unit.commit()
    else:
        world.lines[XB].before = lambda calls: _raise_at(calls, 1)
        with pytest.raises(CutError):
            world.open(XB, record)
        for left in gone.split(" and "):
            (place / left).unlink()
    world.lines[XB].before = unwatched
    assert world.open(XB, record) == PICTURE
    assert world.on_disk(XB, blob.id) == ["chunks", "manifest"]


def test_r24_crash_between_the_files_and_the_commit_leaves_nothing_for_long(world: World) -> None:
    record, node = world.shared(), world.network[XA]

    class Unforgiving(BlobFolder):
        """A disk whose process ended before it could take anything back."""

        def erase(self, blob: BlobId) -> None:
            raise CutError(blob)

    class StopError(BaseException):
        """What stands for a process that ends in its commit."""

    def ended(*_: object) -> TrailRow:
        raise StopError

    files = Unforgiving(world.network.folders[XA] / "blobs")
    crashing = replace(world.blobs(XA), files=files, records=replace(node.records, record=ended))
    with pytest.raises(CutError) as cut:
        crashing.attach(DUTY, record, PlainBytes("face.jpg", PICTURE), None, unwatched)
    blob = BlobId(str(cut.value))
    assert world.on_disk(XA, blob) == ["chunks", "manifest"]
    # No version names it, and the next start finds it.
    assert world.held(XA, record).record.blobs == ()
    assert node.blobs.recover() == 1
    assert world.on_disk(XA, blob) == []


def test_r24_recovery_erases_no_file_that_a_record_has(world: World) -> None:
    record = world.shared(XB)
    blob = world.attach(record)
    world.lines[XB].before = lambda calls: _raise_at(calls, 1)
    with pytest.raises(CutError):
        world.open(XB, record)
    for code, left in ((XA, ["chunks", "manifest"]), (XB, ["chunks.part", "manifest"])):
        assert world.network[code].blobs.recover() == 0
        assert world.on_disk(code, blob.id) == left


@pytest.mark.parametrize("mebibytes", [16, pytest.param(64, marks=pytest.mark.long)])
def test_r21_file_is_never_whole_in_memory_however_large(world: World, mebibytes: int) -> None:
    record = world.shared(XB)
    size = mebibytes * 1024 * 1024

    class Large(PlainBytes):
        @property
        def size(self) -> int:
            return size

        def chunks(self, chunk_bytes: int) -> Iterator[bytes]:
            for start in range(0, size, chunk_bytes):
                yield (b"\xff\xd8\xff" if start == 0 else b"abc") + bytes(chunk_bytes - 3)

    digest, taken = hashlib.sha256(), hashlib.sha256()
    for chunk in Large("film.jpg", b"").chunks(CHUNK_BYTES):
        digest.update(chunk)
    tracemalloc.start()
    try:
        world.blobs(XA).attach(DUTY, record, Large("film.jpg", b""), None, unwatched)
        world.network.deliver()
        world.blobs(XB).open_file(DUTY, record, "film.jpg", WHY, taken.update, unwatched)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert taken.digest() == digest.digest()
    # The largest envelope with its plain and sealed forms, and nothing that grows with the file.
    assert peak < 12 * 1024 * 1024


def test_r22_question_for_nothing_of_a_file_is_not_well_formed(world: World) -> None:
    blob = world.attach(world.shared(XB))
    (listed,) = world.ask(XB, blob.id, count=0)
    assert listed.kind == BLOB_MANIFEST
    with pytest.raises(Invalid, match="not well formed"):
        world.ask(XB, blob.id, with_manifest=False, count=0)
