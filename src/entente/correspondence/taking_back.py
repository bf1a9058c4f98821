"""Taking back what we had sent to others and forgot, once this node was restored from a backup (docs/rules/exchange.md X34).

Messages, hits, requests for leave and record requests stand again as sent and unanswered; their answers come again with what the
other side sends anew. What an officer only noted here is lost with the store, and no other body ever had it.

Source: docs/rules/correspondence.md M1; docs/rules/exchange.md X34.
"""

from __future__ import annotations

from entente.bodies.rules import verify_by_node
from entente.correspondence.model import Hit, HitOutcome, HitState, Way
from entente.correspondence.permissions import waiting
from entente.correspondence.ports import CorrespondenceUnit
from entente.correspondence.requests import asked
from entente.correspondence.statements import (
    HitContent,
    Kind,
    MessageContent,
    PermissionRequestContent,
    RecordRequestContent,
)
from entente.kernel.codec import from_json
from entente.kernel.statement import Statement


def take_back_item(unit: CorrespondenceUnit, statement: Statement) -> None:
    """Keep an item of ours as sent, unless it is here; raise Untrusted or Invalid for what is not ours."""
    verify_by_node(unit.bodies.own(), statement)
    desk = unit.correspondence
    match statement.kind:
        case Kind.MESSAGE:
            message = from_json(MessageContent, statement.content, "message").message()
            if desk.message(message.header.id) is None:
                desk.put_message(message, Way.SENT)
        case Kind.HIT:
            hit = _hit(from_json(HitContent, statement.content, "hit"))
            if desk.hit(hit.header.id) is None:
                desk.put_hit(hit, Way.SENT)
        case Kind.PERMISSION_REQUEST:
            permission = waiting(from_json(PermissionRequestContent, statement.content, "permission_request"))
            if desk.permission(permission.header.id) is None:
                desk.put_permission(permission, Way.SENT)
        case Kind.RECORD_REQUEST:
            request = asked(from_json(RecordRequestContent, statement.content, "record_request"))
            if desk.record_request(request.header.id) is None:
                desk.put_record_request(request, Way.SENT)


def _hit(content: HitContent) -> Hit:
    return Hit(
        content.header, content.record, content.version, content.purpose, content.crime_area, HitOutcome.CONFIRMED,
        content.outcome_reason, content.score, content.circumstances, HitState.TOLD,
    )  # fmt: skip
