"""Whoever comes back from a backup older than a change of keys is told the change: its own, and ours (X33).

Such a node signs its first call with a key that it gave up since and takes to be in force, and nothing that it says is believed
(X5). It may also know us by a key that lies nowhere any more (B11), and believe nothing that we say. Both are mended by the
changes themselves: heads signed them, so that they prove themselves, and they are no secret between bodies that know each other.

Source: docs/rules/exchange.md X33; docs/rules/bodies.md B2, B10 and B11.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from entente.bodies.model import Body
from entente.bodies.statements import DirectoryKind
from entente.exchange.calls import LATER_KEYS_KIND
from entente.exchange.catching_up import CATCH_UP_KIND
from entente.exchange.envelopes import open_envelope
from entente.exchange.model import Envelope, Lane
from entente.exchange.ports import ExchangeUnit
from entente.exchange.posting import Posting
from entente.exchange.receipts import make_answer, opener_for
from entente.exchange.rules import Course, Known, judge_call
from entente.kernel.ids import KeyId
from entente.kernel.signing import key_id
from entente.kernel.statement import Statement, draft, from_json


def tell_later_keys(view: ExchangeUnit, envelope: Envelope, posting: Posting, now: datetime) -> Envelope | None:
    """Return what tells a restored caller the changes of keys it does not know; None where it knows them, or is none.

    Sealed to the version that the caller has, which opens it whether or not the later keys came back with it. Nothing is written.

    Source: docs/rules/exchange.md X33.
    """
    header, own, sender = envelope.header, view.bodies.own(), view.bodies.body(envelope.header.sender)
    if sender is None:
        return None
    earlier = _as_of(sender, header.key)
    later = (*_changes_after(sender, earlier), *_ours(own, header.sealed_to, posting))
    if not later:
        return None
    has_opener = posting.keys.opener_of(header.sealed_to) is not None
    known = Known(own.id, own.is_exercise, has_opener, earlier, stream=None, taken=None)
    if judge_call(envelope, known, now).course is not Course.TAKE:
        return None
    asked = open_envelope(envelope, opener_for(envelope, posting.keys)).statements
    if [one.kind for one in asked] != [CATCH_UP_KIND]:
        return None
    signer = posting.signer_answering(view, own, envelope)
    head = draft(LATER_KEYS_KIND, own.id, now, {}).with_signature(signer)
    salt = posting.ids.new_salt()
    return make_answer(
        envelope, earlier, (head, *later), salt, own.id, Lane.ANSWER, signer=signer, sealer=posting.sealer
    )


def _as_of(body: Body, node_key: KeyId) -> Body:
    """Return a body as it was known when a node key of it was the newest; as it is where it never had that key."""
    named = [place for place, version in enumerate(body.keys) if key_id(version.node_key) == node_key]
    return replace(body, keys=body.keys[: named[-1] + 1]) if named else body


def _changes_after(body: Body, earlier: Body) -> tuple[Statement, ...]:
    if len(earlier.keys) == len(body.keys):
        return ()
    said = map(from_json, body.statements)
    return tuple(one for one in said if one.kind == DirectoryKind.KEYS)[len(earlier.keys) - 1 :]


def _ours(own: Body, sealed_to: KeyId, posting: Posting) -> tuple[Statement, ...]:
    """Return our changes after the version that a call is sealed to, where its node key can sign no answer any more."""
    named = [place for place, version in enumerate(own.keys) if key_id(version.sealing_key) == sealed_to]
    if not named or posting.keys.signer_of(key_id(own.keys[named[-1]].node_key)) is not None:
        return ()
    return _changes_after(own, replace(own, keys=own.keys[: named[-1] + 1]))
