"""A peer that lies: its node and keys are real, its streams are in order, and what it says is not true.

Its statements go through its own outbox, so that everything up to the room's own rule (X3 to X17) holds and the refusal is that
rule's. `Watched` says what changed at the node that is lied to: nothing but what the trail must show.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlalchemy as sa

from demo import sharing
from demo.stage import Teller
from entente.exchange import posting
from entente.exchange.envelopes import batch_from_bytes, envelope_from_json, open_envelope
from entente.exchange.model import Receipt, ReceiptOutcome, StatementResult
from entente.kernel.codec import from_json
from entente.kernel.errors import EntenteError
from entente.kernel.ids import InstrumentId
from entente.kernel.ports import Outgoing
from entente.kernel.statement import Statement
from entente.storage.folder import Folder
from entente.storage.opening import engine_of
from tests.support.nodes import Network, open_network
from tests.support.sdn_list import party, xml
from tests.support.story_world import InOneProcess

OF_THE_LINE = frozenset({"stream", "inbox_envelope", "trail", "trail_frontier", "trail_head"})
"""What an envelope changes even when each of its statements is refused: its place in the stream, its answer, the trail."""
SET_ASIDE = ["envelope_taken_in", "statement_set_aside"]


@dataclass(frozen=True, slots=True)
class Watched:
    """A store as it was at one moment."""

    tables: Mapping[str, str]
    rows: int

    @classmethod
    def look(cls, folder: Path) -> Watched:
        """Read every table, and how long the trail is."""
        with closing(engine_of(Folder(folder), is_beside=True)) as engine, engine.reader.connect() as store:
            tables = {}
            for name in sorted(sa.inspect(store).get_table_names()):
                query = f'SELECT * FROM "{name}"'  # noqa: S608 - the names are the store's own
                rows = sorted(repr(tuple(row)) for row in store.exec_driver_sql(query))
                tables[name] = hashlib.sha256("\n".join(rows).encode()).hexdigest()
            return cls(tables, int(store.exec_driver_sql("SELECT count(*) FROM trail").scalar_one()))

    def changed(self, later: Watched) -> set[str]:
        """Return the tables that differ."""
        return {name for name, digest in later.tables.items() if self.tables.get(name) != digest}


def assert_says(error: EntenteError) -> None:
    """Assert that an error says what, why and what to do, each in a whole sentence."""
    for sentence in (error.what, error.why, error.do):
        assert len(sentence.split()) >= 3, sentence
        assert sentence.rstrip().endswith((".", "»", "?")), sentence


@dataclass(frozen=True, slots=True)
class Told:
    """What became of a lie."""

    receipt: Receipt
    changed: set[str]
    acts: list[str]

    @property
    def result(self) -> StatementResult:
        """What was answered to its last statement."""
        return self.receipt.results[-1]

    def assert_refused(self, *words: str, may_change: AbstractSet[str] = frozenset()) -> None:
        """Assert that it was set aside with a whole sentence, and left nothing but the trail's rows."""
        assert self.receipt.outcome is ReceiptOutcome.STORED, self.receipt
        assert not self.result.is_accepted
        assert self.result.reason
        assert len(self.result.detail) > 20, self.result
        for word in words:
            assert word in self.result.detail, self.result.detail
        assert self.changed <= OF_THE_LINE | may_change, self.changed
        assert self.acts == SET_ASIDE


def send(network: Network, sender: str, recipient: str, instrument: InstrumentId, *statements: Statement) -> Told:
    """Have a node send statements of any content in good order, and return what became of them."""
    node, other = network[sender], network[recipient]
    network.deliver()
    before, to = Watched.look(network.folders[recipient]), network.id(recipient)
    with node.directory.open_unit() as unit:
        for statement in statements:
            unit.outbox.put(Outgoing(to, instrument, statement))
        unit.commit()
    with pytest.MonkeyPatch.context() as lying:
        # A liar's own door lets everything out.
        lying.setattr(posting.Door, "why_not", lambda _door, _statement, _instrument: "")
        parcel = node.exchange.collect(to)
    assert parcel is not None
    response = other.exchange.receive(parcel.batch)
    (answer,) = batch_from_bytes(response)
    (statement,) = open_envelope(envelope_from_json(answer), node.exchange.opener).statements
    node.exchange.settle(parcel, response)
    after = Watched.look(network.folders[recipient])
    acts = [row.act.verb for row in reversed(other.trail.latest(50)) if row.sequence > before.rows]
    return Told(from_json(Receipt, statement.content), before.changed(after), acts)


LISTED = 12
"""Parties on the list that the secretariat shares: the thousand of the official extract say nothing more, for half a minute."""


@contextmanager
def open_world(folder: Path) -> Iterator[Network]:
    """Open the four bodies of the demonstration, with its instruments signed and its records shared."""
    with open_network(folder / "nodes", is_introduced=False) as network:
        teller = Teller(InOneProcess(network, folder), lambda _: None)
        sharing.meet(teller)
        sharing.sign(teller)
        listed = folder / "listed.xml"
        listed.write_bytes(xml(*(party(number) for number in range(1, LISTED + 1))))
        sharing.share_records(teller, listed)
        yield network
