"""Taking our own directory words back from others, once this node was restored from a backup (docs/rules/exchange.md X34).

Each is verified as if another body had said it: by our heads or our node, in the order of their versions. What is known here
changes nothing.

Source: docs/rules/bodies.md B2, B3 and B7; docs/rules/exchange.md X34.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from itertools import pairwise
from typing import Any

from entente.bodies.model import Body
from entente.bodies.ports import BodiesUnit
from entente.bodies.rules import is_signed_by_node, verify_by_node
from entente.bodies.statements import DirectoryKind, extend, read_group
from entente.kernel.ids import BodyId, GroupId, InstrumentId
from entente.kernel.ports import Outgoing
from entente.kernel.statement import Statement


def take_back_word(unit: BodiesUnit, statement: Statement, giver: BodyId, now: datetime) -> Outgoing:
    """Take back a change of our keys, names, addresses, units or groups, and return it as it had gone out.

    Raises Untrusted or Invalid for what is not ours.
    """
    _take_back(unit, statement, now)
    # What a body says of itself goes under no instrument where none carries it, and is taken in all the same (X16).
    return Outgoing(giver, InstrumentId(""), statement, is_control=True, ref=statement.id)


def to_whom(
    unit: BodiesUnit, statement: Statement, channel: Callable[[Any, BodyId], InstrumentId]
) -> tuple[Outgoing, ...]:
    """Return what we say of ourselves, and was taken back, as it goes out to every body that answers for itself.

    `channel` says under which instrument (service.Directory.channel).
    """
    own = unit.bodies.own().id
    others = (body.id for body in unit.bodies.bodies() if body.id != own and body.succeeded_by is None)
    return tuple(Outgoing(to, channel(unit, to), statement, is_control=True, ref=statement.id) for to in others)


def _take_back(unit: BodiesUnit, statement: Statement, now: datetime) -> None:
    own = unit.bodies.own()
    if statement.kind == DirectoryKind.GROUP:
        verify_by_node(own, statement)
        known = unit.bodies.group(GroupId(f"{own.id}/{statement.content.get('name')}"))
        if (group := read_group(own, statement, known)) is not None:
            unit.bodies.put_group(group)
        return
    changed = extend(own, statement, now)
    if changed is not own:
        unit.bodies.put_body(changed, is_own=True)


def is_by_earlier_key(own: Body, word: Statement) -> bool:
    """Say whether an earlier node key of ours alone signed a word, and it is ours all the same: rooms ask for the present one.

    Not where the key may have been in others' hands by then: whoever had it could have had the word given back.

    Source: docs/rules/exchange.md X34; docs/rules/bodies.md B13.
    """
    if is_signed_by_node(own.current_keys, word):
        return False
    return any(
        is_signed_by_node(version, word) and (after.compromised_since is None or word.at < after.compromised_since)
        for version, after in pairwise(own.keys)
    )
