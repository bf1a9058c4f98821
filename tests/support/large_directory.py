"""A directory as large as the largest organisation has: hundreds of invented bodies with thousands of units, groups, instruments.

Every word in it is signed by the body that says it, and taken in as it would be from the line; only the line is left out.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeAlias

import yaml
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from entente.agreements.model import Direction, Instrument, Suspension
from entente.agreements.participation import first_stand, suspend
from entente.agreements.statements import draft_participation, draft_signature
from entente.bodies.model import Body, BodyKind, Genesis, GroupEntry, MembershipStatus, Unit, UnitKind
from entente.bodies.statements import NewUnits
from entente.formats.instruments import read_instrument
from entente.kernel.codec import to_object
from entente.kernel.ids import BodyId
from entente.kernel.sealing import SEALING_KEY_BYTES
from entente.kernel.signing import Ed25519Signer
from entente.kernel.statement import Statement, draft
from entente.node import Node
from tests.support.nodes import HEAD, INSTRUMENTS

KINDS = (
    BodyKind.NATIONAL_CENTRAL_BUREAU,
    BodyKind.NATIONAL_ENTITY,
    BodyKind.INTERNATIONAL_ENTITY,
    BodyKind.PRIVATE_PARTNER,
)
ZONES = ("Europe/Lisbon", "Africa/Nairobi", "Asia/Tashkent", "America/Lima")


Heads: TypeAlias = Callable[[Statement], Statement]
"""Signs a draft as the heads of the node's own body do."""


@dataclass(frozen=True, slots=True)
class Invented:
    """A body whose keys a test has."""

    body: Body
    heads: tuple[Ed25519Signer, ...]
    node: Ed25519Signer

    def by_heads(self, statement: Statement) -> Statement:
        """Sign as its heads do."""
        for head in self.heads[:2]:
            statement = statement.with_signature(head)
        return statement


def fill_directory(
    node: Node, own_heads: Heads, bodies: int = 260, units: int = 5_000, programmes: int = 20
) -> tuple[Invented, ...]:
    """Give a node's directory so many bodies, units among them, a group of all, a charter of all, programmes of some.

    `own_heads` sign for the node's own body, which takes part in all of it.
    """
    made = tuple(_enter(node, place, units // bodies + (place < units % bodies)) for place in range(bodies))
    today = node.clock.now().date()
    entries = [
        GroupEntry(one.body.id, status, today - timedelta(days=900 - place), f"Accession {place}")
        for place, one in enumerate(made)
        for status in [MembershipStatus.OBSERVER if place % 10 == 0 else MembershipStatus.MEMBER]
    ]
    node.directory.keep_group(HEAD, "all-bodies", "All bodies of the network", tuple(entries), 0)
    agree(node, own_heads, made, "charter.yaml", "large-charter")
    for number in range(programmes):
        members = [one for place, one in enumerate(made) if place % programmes in {number, (number + 1) % programmes}]
        agree(node, own_heads, members, "programme.yaml", f"programme-{number}")
    return made


def _enter(node: Node, place: int, units: int) -> Invented:
    code = f"B{place:03d}-{'NCB' if place % 4 == 0 else 'ENT'}"
    heads, own = tuple(_signer(f"{code} head {number}") for number in range(3)), _signer(f"{code} node")
    kind = KINDS[place % len(KINDS)]
    now = node.clock.now() - timedelta(days=1)
    genesis = Genesis(
        kind, code, f"Police body number {place}", "XA" if place % 2 else "XB", ZONES[place % len(ZONES)],
        tuple(head.public_key for head in heads), 2, own.public_key, bytes(SEALING_KEY_BYTES - 32) + _digest(code),
        _digest(code)[:16],
    )  # fmt: skip
    first = draft("genesis", BodyId(""), now, to_object(genesis))
    for head in heads[:2]:
        first = first.with_signature(head)
    entered = node.directory.introduce_by_hand((first,))
    listed = tuple(
        Unit(f"u-{number}", UnitKind.REGIONAL_BRANCH, f"Branch {number} of body {place}", f"Region {number % 7}")
        for number in range(units)
    )
    said = draft("units", entered.id, now, to_object(NewUnits(listed))).with_signature(own)
    with node.directory.open_unit() as unit:
        node.directory.accept_units(unit, said)
        unit.commit()
    return Invented(entered, heads, own)


def agree(node: Node, own_heads: Heads, parties: Sequence[Invented], file: str, name: str) -> Instrument:
    """Put an instrument like one of the demonstration's before these bodies and our own, and have all of them sign it."""
    with node.directory.open_unit() as unit:
        own, known = unit.bodies.own(), {one.code: one.id for one in unit.bodies.bodies()}
    terms: Any = yaml.safe_load((INSTRUMENTS / file).read_text("utf-8"))
    kept = terms["paper"]["signatories"][0]
    codes = [own.code, *(one.body.code for one in parties)]
    terms |= {"name": name, "parties": codes, "in_force": {"rule": "n_of_m", "count": 3}, "hits": terms["hits"]}
    terms["clauses"] = [{key: said for key, said in clause.items() if key != "body"} for clause in terms["clauses"]]
    for clause in terms["clauses"]:
        if clause.get("effect") == "measures":
            clause["body"] = own.code
    terms["paper"]["signatories"] = [{**kept, "party": code} for code in codes]
    instrument = read_instrument(yaml.dump(terms, Dumper=_Plain).encode(), node.lists, known)
    proposed = node.agreements.propose(HEAD, instrument).instrument
    with node.agreements.open_unit() as unit:
        for one in parties:
            signed = one.by_heads(draft_signature(one.body.id, node.clock.now(), proposed))
            node.agreements.accept_signature(unit, signed)
        unit.commit()
    node.agreements.submit_signed(HEAD, own_heads(node.agreements.draft_signature(HEAD, proposed.id)))
    return proposed


def stop(node: Node, author: Invented, instrument: Instrument, toward: frozenset[BodyId], **more: Any) -> None:  # noqa: ANN401
    """Have a body suspend an instrument toward some; `more` are other fields of the suspension."""
    now = node.clock.now()
    given: dict[str, Any] = {
        "id": f"suspension-{author.body.code.lower()}", "counterparts": toward, "kinds": frozenset(), "rights": frozenset(),
        "direction": Direction.BOTH, "decided_by": "Council of the union", "document": "Decision 7", "reason": "reciprocity",
        "since": now, "review_on": now.date() + timedelta(days=90), **more,
    }  # fmt: skip
    with node.agreements.open_unit() as unit:
        state = unit.agreements.instrument(instrument.id)
        assert state is not None
        stands = state.participations.get(author.body.id)
        old = stands or first_stand(
            author.body.id, instrument, now, draft_signature(author.body.id, now, instrument).id
        )
        stand = suspend(old, Suspension(**given), now)
        node.agreements.accept_participation(unit, author.by_heads(draft_participation(stand)))
        unit.commit()


class _Plain(yaml.SafeDumper):
    """Writes each value out, as the reader of instruments wants it."""

    def ignore_aliases(self, data: object) -> bool:
        """Say that nothing is named twice."""
        return True


def _signer(word: str) -> Ed25519Signer:
    return Ed25519Signer(Ed25519PrivateKey.from_private_bytes(_digest(word)))


def _digest(word: str) -> bytes:
    return hashlib.sha256(word.encode()).digest()
