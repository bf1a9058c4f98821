"""The only file that builds everything and knows every part.

`create_folder` begins a body's node; `open_node` gives its services to a command. What serves is built in run.
"""

from __future__ import annotations

import gc
import logging
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Generic, TypeVar, cast

from entente.agreements.cutting_off import CuttingOff
from entente.agreements.service import Agreements
from entente.api.once import note_commit
from entente.bodies.accounts import OpenUnit, Passwords
from entente.bodies.authority import Record
from entente.bodies.enrolling import Enrolling
from entente.bodies.model import BodyKind, Compromise, Genesis, Officer
from entente.bodies.passkeys import Passkeys
from entente.bodies.rules import check_own_zone
from entente.bodies.service import Directory
from entente.bodies.sessions import Sessions, SessionTimes
from entente.bodies.signing_in import SignIn
from entente.bodies.single_sign_on import SingleSignOn
from entente.bodies.statements import DirectoryKind
from entente.bodies.tokens import Tokens
from entente.cases.service import Cases
from entente.correspondence.service import Correspondence
from entente.disclosure.service import Disclosure
from entente.duty.calling import Calling, CallTimes
from entente.duty.roster import Roster
from entente.duty.shifts import Shifts
from entente.exchange.deciding import Deciding
from entente.exchange.queues import Queues
from entente.exchange.recovering import Recovering, Recovery
from entente.exchange.service import Exchange
from entente.exchange.telling_on import TellingOn
from entente.formats.codelists import load_code_lists
from entente.formats.operator_files import OperatorFiles
from entente.formats.schemata import load_schemata
from entente.handling.model import CodeLists
from entente.identity.erased import identifying_keys
from entente.identity.namesakes import Namesakes
from entente.identity.ports import Seal, SearchIndex
from entente.identity.service import Identity
from entente.identity.standing import Standing
from entente.identity.watching import Watching
from entente.import_beside import read_beside
from entente.kernel.clock import Clock, GuardedClock, SystemClock
from entente.kernel.codec import to_object
from entente.kernel.elsewhere import Absent, ForTheWriter
from entente.kernel.errors import EntenteError, Unavailable
from entente.kernel.ids import SALT_BYTES, BodyId, Ids, InstrumentId, OfficerId, SystemIds
from entente.kernel.ports import Act, TrailRow
from entente.kernel.sealing import HpkeSealer, Sealer
from entente.kernel.signing import GuardedSigner
from entente.kernel.state import NodeState
from entente.kernel.statement import Statement, draft
from entente.node import Accounts, Duty, Node
from entente.records.blobs import Blobs
from entente.records.erasing_again import ErasingAgain
from entente.records.freshening import Freshening
from entente.records.intake import Intake
from entente.records.model import Schemata
from entente.records.onward import Onward
from entente.records.ports import BlobFiles
from entente.records.reentry import Reentries, unnamed
from entente.records.reissuing import Reissuing
from entente.records.service import Records
from entente.records.statements import BLOB_FETCH
from entente.records.taking_back import TakingBack
from entente.search.layers import LayeredIndex
from entente.search.standing_table import StandingTable
from entente.search.workers import Builds, Looks
from entente.settings import Settings
from entente.statement_table import accept_table, answer_table, take_back_table, to_whom_table
from entente.storage import restore
from entente.storage.backup import FolderBackups
from entente.storage.beside import StoreBeside, TellRows
from entente.storage.blob_files import BlobFolder
from entente.storage.changes import Changes
from entente.storage.disk import DiskWatch
from entente.storage.folder import Folder, FolderLock, Holder
from entente.storage.key_ring import GuardedRing, KeyRing, NoKeys
from entente.storage.keys import KeyFiles
from entente.storage.opening import begun
from entente.storage.store import Hook, OpenedStore, Store, StoreFile
from entente.storage.tiles import TileFolder
from entente.storage.unit_of_work import OncePerCommit, SqlUnitOfWork
from entente.trail.log import Log
from entente.trail.ports import LogFiles
from entente.trail.service import Trail, record, sign_head
from entente.transport.caller import CALLS_PASSED_ON_MAX, Caller, at_most
from entente.transport.client import opened_when_used
from entente.web.vetted import LateCeremony, LateCodes, LatePasswords, provider_of

Post = Callable[[str, bytes], bytes]

S = TypeVar("S", bound=OpenedStore)
_log = logging.getLogger(__name__)
check_backup, is_sealed, restore_node = restore.check_backup, restore.is_sealed, restore.restore_node
"""For the commands that read a backup: no node runs from it yet."""

FIRST_HEAD = OfficerId("head-1")
"""The officer entered with a new body, who enters the others."""


COLLECT_AFTER = (5_000, 50, 100)
"""Objects between two searches for cycles, instead of Python's 700, and searches between two deeper ones.

Records are made by the thousand and hold no cycles: with Python's own numbers a quarter of an import was spent looking for
some (benchmarks/importing.py). A search halts every thread: among 50,000 objects for 15 ms, among these for 1 or 2, within
what an act may wait for its company (storage.company)."""


SWITCH_SECONDS = 0.0002
"""How long a thread that computes keeps the interpreter from one that waits for it, instead of Python's 5 ms.

The engine gives the interpreter up at each statement; an act of twenty statements beside a courier that seals waited 5 ms at many
of them, with the right to write in hand (benchmarks/pipelined.py)."""


STANDING_BROUGHT_UP_WITHIN = timedelta(seconds=5)
"""How long a command without a running node holds what came in against the standing queries, before it does its own work: with
ten thousand of them a record takes 50 ms, and an import has records by the thousand."""


LOOK_PROCESS, LOOK_PROCESS_WITH_BASE = "entente.look_process", "entente.look_process_with_base"
BUILD_PROCESS = "entente.build_process"
"""The modules that run in search processes. They are programs of their own, and nobody imports them."""


@dataclass(frozen=True, slots=True)
class NewBody:
    """What `init` asks for."""

    kind: BodyKind
    code: str
    name: str
    country: str
    zone: str
    addresses: tuple[str, ...]
    head_passphrases: tuple[str, ...] = field(repr=False)
    """One a head; their number is the number of root keys."""
    threshold: int
    data_protection_passphrase: str = field(repr=False)
    replaces: BodyId | None = None
    """The body whose place it is to take; each other body accepts it for itself."""
    is_exercise: bool = False
    """Whether it is invented, for an exercise: for good (docs/rules/bodies.md B15)."""


@dataclass(frozen=True, slots=True)
class Parts(Generic[S]):
    """What a node is built from that comes from outside: time, chance, keys, files. A simulated world brings its own."""

    clock: Clock
    """As the machine has it; the node holds it through a GuardedClock."""
    ids: Ids
    lists: CodeLists
    schemata: Schemata
    ring: KeyRing
    """The node's signing and sealing keys."""
    sealer: Sealer
    seal_query: Seal
    """To the data protection officer."""
    open_store: Callable[[Sequence[Hook]], AbstractContextManager[S]]
    """Opens the folder's store with what runs inside each commit, and holds the folder meanwhile."""
    open_index: Callable[[], AbstractContextManager[SearchIndex]]
    """Opens the index once the store is held: only who holds the folder may begin its index again."""
    open_post: Callable[[], AbstractContextManager[Post]]
    """Opens what posts a batch to an address and returns the answer."""
    log_files: LogFiles
    """Where the transparency log of the trail lies."""
    blob_files: BlobFiles
    """The sealed chunks of records' files."""
    passwords: Passwords = field(default_factory=LatePasswords)
    """How officers' passwords are hashed."""
    free_bytes: Callable[[], int] | None = None
    """What is free on the disk beside the store; None: what the system says of the folder's disk."""


def parts_of(settings: Settings, *, serves: bool = False, changes: Changes | None = None) -> Parts[Store]:
    """Return what a node runs on: the machine's time and randomness, the folder's keys, store and index, HPKE.

    `serves`: it runs, and has officers' queries looked for in processes of their own.

    Raises Misconfigured when the folder holds no keys of a node, or damaged ones.
    """
    folder = Folder(settings.folder)
    keys = KeyFiles(folder.keys)
    sealer, data_protection_key = HpkeSealer(), keys.data_protection_key()
    looks = Looks(folder.path, LOOK_PROCESS, LOOK_PROCESS_WITH_BASE) if serves else None
    builds = Builds(folder.path, BUILD_PROCESS)
    return Parts(
        clock=SystemClock(),
        ids=SystemIds(),
        lists=load_code_lists(),
        schemata=load_schemata(),
        ring=KeyRing(keys),
        sealer=sealer,
        seal_query=lambda plain, info: sealer.seal(data_protection_key, plain, info),
        open_store=lambda hooks: Store.open(folder, hooks, changes),
        open_index=lambda: closing(LayeredIndex(folder.index, settings.search_workers, looks, builds=builds)),
        open_post=lambda: opened_when_used(settings.exchange_timeout_seconds),
        log_files=TileFolder(folder.log),
        blob_files=BlobFolder(folder.blobs),
    )


def parts_beside(settings: Settings, changes: Changes, tell: TellRows, index: Absent) -> Parts[StoreBeside]:
    """Return what a web process runs on: the node's own parts, but a store that it reads, no keys, and a part of the index.

    What needs one of these ends in ForTheWriter (docs/rules/node.md N19).
    """
    own = parts_of(settings)
    return Parts(
        clock=own.clock,
        ids=own.ids,
        lists=own.lists,
        schemata=own.schemata,
        ring=NoKeys(),
        sealer=own.sealer,
        seal_query=own.seal_query,
        open_store=lambda _: nullcontext(StoreBeside(Folder(settings.folder), changes, tell)),
        open_index=lambda: nullcontext(cast("SearchIndex", index)),
        open_post=lambda: nullcontext(_post_by_the_writer),
        log_files=own.log_files,
        blob_files=own.blob_files,
        passwords=own.passwords,
    )


def _post_by_the_writer(_: str, __: bytes) -> bytes:
    raise ForTheWriter


def create_folder(path: Path, new: NewBody, store: str = "") -> BodyId:
    """Make a body's node folder: heads' key files, node, sealing and data protection keys, operator token, store, genesis.

    `store` is the address of an empty database for its store; none: a file in the folder. Raises Conflict when the folder already
    holds a node or keys, Invalid for a genesis that is not well formed or a zone that there is not, Misconfigured for a folder
    that cannot be made or a database that cannot be used. Nothing is left in it then.
    """
    check_own_zone(new.zone)
    folder = Folder(path)
    folder.require_no_node()
    with begun(folder, store, SystemIds()) as place:
        return _begin(place, new)


def _begin(folder: Folder, new: NewBody) -> BodyId:
    lists, clock, ids = load_code_lists(), SystemClock(), SystemIds()
    keys = KeyFiles(folder.keys)
    heads = [
        (name, passphrase, keys.make_head(name, passphrase))
        for name, passphrase in ((str(place), text) for place, text in enumerate(new.head_passphrases, start=1))
    ]
    genesis = Genesis(
        kind=new.kind,
        code=new.code,
        name=new.name,
        country=new.country,
        zone=new.zone,
        root_keys=tuple(public for _, _, public in heads),
        threshold=new.threshold,
        node_key=keys.make_node(),
        sealing_key=keys.make_sealing(),
        nonce=ids.new_salt()[:SALT_BYTES],
        replaces=new.replaces,
        is_exercise=new.is_exercise,
    )
    keys.make_data_protection(new.data_protection_passphrase)
    folder.make_operator_token(ids)
    statement = draft(DirectoryKind.GENESIS, BodyId(""), clock.now(), to_object(genesis))
    for name, passphrase, _ in heads:
        statement = statement.with_signature(keys.head_signer(name, passphrase))
    settings = Settings.at(folder.path)
    with open_parts(settings, parts_of(settings)) as (node, _):
        first = Officer(FIRST_HEAD, frozenset({"head_of_body"}))
        body = node.directory.init_own(statement, [first])
        if new.addresses:
            node.directory.publish_addresses(new.addresses)
    assert body.country in {"", *lists.countries}, "the directory checked the country"
    return body.id


@contextmanager
def open_node(settings: Settings) -> Iterator[Node]:
    """Open a node's folder for one command: its lock, its store and its services, without threads or sockets.

    The index is brought up to the store first, since no follower runs. Raises Unavailable when another process holds the
    folder, Misconfigured when the folder holds no node or does not fit this code.
    """
    with open_parts(settings, parts_of(settings)) as (node, store):
        require_begun(store)
        yield _with_standing_brought_up(_with_index_brought_up(node))


def running_node(path: Path) -> Holder | None:
    """Return the process that holds a folder now, with its address if it is a node that serves; None when nobody does."""
    return FolderLock.holder(Folder(path))


def operator_token(path: Path) -> str:
    """Return the token by which a command speaks to the node of a folder; Misconfigured when others can read it."""
    return Folder(path).operator_token()


def require_begun(store: Store) -> None:
    """Raise Misconfigured when the folder holds a store without a body of its own, or without its tombstones' secret."""
    with store.view() as unit:
        unit.bodies.own()
        unit.erasures.check_secret()


def _with_index_brought_up(node: Node) -> Node:
    """Bring the index up to the store; where it cannot be written, what it has is searched and `doctor` says so (N5)."""
    try:
        node.identity.bring_up()
    except Unavailable as error:
        trouble = error.in_words()
        return replace(node, index_trouble=lambda: trouble)
    return node


def _with_standing_brought_up(node: Node) -> Node:
    """Hold against the standing queries what came in while no node ran; what is left of it, and why, `doctor` says."""
    trouble = "What came in is not all held against them yet; a running node, or the next command, goes on."
    try:
        is_done = node.watching.catch_up(STANDING_BROUGHT_UP_WITHIN)
    except EntenteError as error:
        is_done, trouble = False, error.in_words()
    return node if is_done else replace(node, standing_trouble=lambda: trouble)


def _state_of(store: OpenedStore) -> NodeState:
    with store.view() as unit:
        return unit.state.get()


def _start_clock(clock: GuardedClock, store: OpenedStore) -> None:
    """Have the clock begin from the last stamp that this node signed (docs/rules/node.md N1)."""
    with store.view() as unit:
        for row in unit.trail.latest(1):
            clock.start_from(row.at)


def tune_interpreter() -> None:
    """Have the interpreter search for cycles and switch threads as suits a node, which makes many objects in a few threads."""
    gc.set_threshold(*COLLECT_AFTER)
    sys.setswitchinterval(SWITCH_SECONDS)


@contextmanager
def open_parts(settings: Settings, parts: Parts[S]) -> Iterator[tuple[Node, S]]:
    """Build a node from its parts, without threads or sockets, and give it with its store; close both afterwards.

    The store may hold no body yet: who needs one asks for it.
    """
    tune_interpreter()
    clock, ids, lists, schemata = GuardedClock(parts.clock), parts.ids, parts.lists, parts.schemata
    signer = GuardedSigner(parts.ring.signer, clock.require_passed)
    disk = DiskWatch(settings.folder, settings.disk_free_mb_min, parts.free_bytes)

    def unit() -> SqlUnitOfWork:
        return store.unit()

    def act() -> SqlUnitOfWork:
        return store.act()

    def view() -> SqlUnitOfWork:
        return store.view()

    def recorded(unit: Any, act: Act) -> TrailRow:  # noqa: ANN401 - the rooms' units are this one
        return record(unit, clock, ids, unnamed(unit, act))

    def channel(unit: Any, recipient: BodyId) -> InstrumentId:  # noqa: ANN401 - the directory knows no instruments
        return agreements.channel(unit, recipient)

    def call(recipient: BodyId, statement: Statement, instrument: InstrumentId) -> tuple[Statement, ...]:
        return caller(recipient, statement, instrument)

    def pass_on(address: str, batch: bytes) -> bytes:
        return few_at_once(address, batch)

    agreements = Agreements(unit, clock, ids, lists, recorded, signer)
    cutting_off = CuttingOff(unit, view, clock, ids, lists, recorded)

    def doubt(unit: Any, compromise: Compromise) -> int:  # noqa: ANN401 - the directory knows no records
        return intake.doubt(unit, compromise)

    accounts = _accounts(parts.passwords, settings, unit, view, clock, ids, lists, recorded)
    directory = Directory(
        unit, clock, ids, lists, recorded, signer, channel, parts.ring, doubt, accounts.sessions.end_beyond
    )
    tokens = Tokens(unit, view, clock, ids, lists, recorded)
    disclosure = Disclosure(view, clock, lists)
    reentries = Reentries(lambda record: identifying_keys(record, schemata), recorded)
    records = Records(unit, act, view, clock, ids, lists, schemata, disclosure, signer, recorded, reentries)
    reissuing = Reissuing(unit, view, clock, disclosure, signer, recorded)
    erasing = ErasingAgain(unit, view, clock, lists, signer, recorded, reentries, StoreFile(lambda: store))
    blobs = Blobs(records, parts.blob_files, call, settings.blobs_bytes_max)
    cases = Cases(act, view, clock, ids, lists, recorded)
    correspondence = Correspondence(act, view, clock, ids, lists, disclosure, signer, recorded)
    onward = Onward(clock, signer, recorded)
    freshening = Freshening(unit, view, clock, disclosure, signer, recorded)
    intake = Intake(clock, lists, schemata, disclosure, recorded, reentries)

    def catch_up(unit: Any, asked: Statement, sender: BodyId) -> Sequence[Statement]:  # noqa: ANN401 - the exchange's own
        return recovering.answer(unit, asked, sender)

    exchange = Exchange(
        open_unit=unit,
        open_view=view,
        clock=clock,
        ids=ids,
        keys=GuardedRing(parts.ring, clock.require_passed),
        sealer=parts.sealer,
        accept=accept_table(directory, agreements, intake, erasing, onward, correspondence),
        record=recorded,
        on_fault=_log_fault,
        on_refused={"record": intake.note_refusal},
        may_leave={"record": intake.may_leave, "message": correspondence.may_leave},
        on_stored=dict.fromkeys(("withdrawal", "copy_ended", "erasure"), onward.stored_there),
        answers=answer_table(blobs, correspondence, catch_up, erasing),
        prepare={BLOB_FETCH: lambda asked, sender: correspondence.bring_for(asked, sender, blobs)},
        queues=Queues(settings.outbox_waiting_max),
        post=pass_on,
    )
    taking_back = TakingBack(clock, lists, schemata, signer, recorded)
    table = take_back_table(clock, directory, taking_back)
    telling_on = TellingOn(to_whom_table(directory, taking_back))
    recovering = Recovering(exchange.posting, table, telling_on, directory.accept_keys, recorded)
    # The clock first: what may not be signed now is undone before anything is made of it.
    hooks = (
        lambda _: clock.require_passed(),
        parts.ring.stage,
        exchange.enter_outbox,
        note_commit,
        OncePerCommit(lambda opened: sign_head(opened, signer)),
    )
    # The store first: it holds the folder.
    with parts.open_store(hooks) as store, parts.open_index() as index, parts.open_post() as post:
        caller = Caller(exchange, post, disk.require_room)
        few_at_once = at_most(CALLS_PASSED_ON_MAX, post)
        _start_clock(clock, store)
        with store.view() as opened:
            parts.ring.start(opened)
        store.while_held.append(parts.ring.take_up)
        store.sweep_files(blobs.recover, blobs.sweep)
        identity = Identity(
            open_unit=unit,
            open_act=act,
            open_view=view,
            clock=clock,
            ids=ids,
            lists=lists,
            schemata=schemata,
            index=index,
            disclosure=disclosure,
            seal=parts.seal_query,
            record=recorded,
        )
        sealed = parts.seal_query
        standing = Standing(unit, view, clock, ids, lists, schemata, disclosure, sealed, recorded)
        watching = Watching(unit, view, clock, ids, lists, schemata, disclosure, sealed, recorded, StandingTable())
        namesakes = Namesakes(unit, clock, ids, lists, schemata, disclosure, recorded)
        yield (
            Node(
                settings=settings,
                clock=clock,
                ids=ids,
                lists=lists,
                schemata=schemata,
                directory=directory,
                tokens=tokens,
                accounts=accounts,
                agreements=agreements,
                cutting_off=cutting_off,
                disclosure=disclosure,
                trail=Trail(view),
                log=Log(view, signer, parts.log_files),
                records=records,
                reissuing=reissuing,
                freshening=freshening,
                erasing=erasing,
                blobs=blobs,
                identity=identity,
                standing=standing,
                watching=watching,
                namesakes=namesakes,
                cases=cases,
                correspondence=correspondence,
                duty=Duty(
                    Shifts(act, clock, ids, lists, correspondence, recorded),
                    Roster(act, view, clock, ids, lists, recorded),
                    Calling(act, view, clock, lists, correspondence, recorded, call_times(settings), store.changes),
                ),
                exchange=exchange,
                post=post,
                call=caller,
                fetch=caller.fetch,
                recovery=Recovery(
                    unit,
                    view,
                    clock,
                    lists,
                    recovering,
                    caller,
                    recorded,
                    lambda peer: erasing.erase_what_is_known_at(peer, caller),
                ),
                deciding=Deciding(unit, view, clock, lists, exchange.accept, exchange.on_refused, recorded),
                files=OperatorFiles(lists, read_beside),
                tombstone_files=store.tombstone_files(),
                clean_index=lambda: identity.clean_index() is not None,
                changes=store.changes,
                engine=store.engine.name(),
                engine_checks=store.engine.checks,
                clock_trouble=clock.trouble,
                state=lambda: _state_of(store),
                disk=disk,
                backups=FolderBackups(Folder(settings.folder), clock, store.engine),
            ),
            store,
        )


def _accounts(
    passwords: Passwords,
    settings: Settings,
    unit: OpenUnit,
    view: OpenUnit,
    clock: Clock,
    ids: Ids,
    lists: CodeLists,
    recorded: Record,
) -> Accounts:
    times = SessionTimes(
        idle=timedelta(minutes=settings.session_idle_minutes),
        whole=timedelta(hours=settings.session_hours_max),
        recent=timedelta(minutes=settings.session_recent_minutes),
    )
    codes, sessions = LateCodes(), Sessions(unit, view, clock, ids, lists, recorded, times)
    return Accounts(
        sessions=sessions,
        sign_in=SignIn(unit, view, clock, ids, recorded, sessions, passwords, codes),
        passkeys=Passkeys(unit, view, clock, ids, recorded, sessions, LateCeremony()),
        single_sign_on=SingleSignOn(unit, view, clock, ids, recorded, sessions, provider_of(settings, clock)),
        enrolling=Enrolling(unit, view, clock, ids, lists, recorded, sessions, passwords, codes),
    )


def call_times(settings: Settings) -> CallTimes:
    """Return when officers are called (docs/rules/desk.md W43 and W44)."""
    return CallTimes(
        after=timedelta(minutes=settings.paging_next_minutes),
        before_due=timedelta(minutes=settings.paging_before_due_minutes),
    )


def tend(node: Node) -> int:
    """Ask what a restored node takes back; then end what waited too long, and renew leases. Return how many it ended."""
    return node.exchange.tend() if node.recovery.ask() else 0


def _log_fault(statement: Statement, error: Exception) -> None:
    _log.error(
        "A statement «%s» of %s made this node fail; it is kept aside", statement.kind, statement.body, exc_info=error
    )
