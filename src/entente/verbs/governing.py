"""The verbs of what a charter governs: its measures and proposals, and what a draft of the heads' would change."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from entente.agreements.channel import charter_between, force_now, is_channel
from entente.agreements.effect import Change, Effect, Foreseen, foresee
from entente.agreements.model import ClauseEffect, InstrumentState, Measure, Proposal, ProposalKind
from entente.agreements.ports import AgreementsUnit
from entente.agreements.rules import answer_to
from entente.bodies.finding import page_of
from entente.kernel.canonical import JsonObject
from entente.kernel.codec import to_object
from entente.kernel.errors import Invalid
from entente.kernel.statement import from_json as statement_from_json
from entente.node import Node
from entente.verbs.arguments import Arguments
from entente.verbs.directory import offset_and_limit, where
from entente.verbs.references import Names, names_of
from entente.verbs.verb import Verb, verb

ENDED_MAX = 200
"""Measures that ended which are still listed, the newest."""


def _show(node: Node, arguments: Arguments) -> JsonObject:
    names, now = names_of(node), node.clock.now()
    with node.agreements.open_unit() as unit:
        charters = [_charter(unit, state, names, now) for state in unit.agreements.instruments() if _is_charter(state)]
        measures = sorted(unit.agreements.measures(), key=lambda one: one.since, reverse=True)
        page = page_of(unit.agreements.proposals()[::-1], *offset_and_limit(arguments))
    running = [one for one in measures if one.since <= now < one.until]
    ended = [one for one in measures if one not in running][:ENDED_MAX]
    return {
        "charters": [one for one in charters if one],
        "measures": [_measure(one, names, now) for one in (*running, *ended)],
        "proposals": [_proposal(one, names) for one in page.shown],
        **where(page),
    }


def _is_charter(state: InstrumentState) -> bool:
    return is_channel(state.instrument)


def _charter(unit: AgreementsUnit, state: InstrumentState, names: Names, now: datetime) -> JsonObject:
    """Return a charter in force with us; nothing for one that is not."""
    verdict = force_now(unit, state, now)
    if not verdict.holds or names.own.id not in verdict.parties:
        return {}
    clause = state.instrument.clause_with(ClauseEffect.MEASURES)
    return {
        "id": state.instrument.id,
        "name": state.instrument.name,
        "title": state.instrument.title,
        "others": [names.ref(body) for body in sorted(verdict.parties, key=names.code) if body != names.own.id],
        "measures_by": names.ref(clause.body) if clause is not None and clause.body is not None else None,
        "measures_clause": clause.number if clause is not None else "",
        "is_ours_to_measure": clause is not None and clause.body == names.own.id,
    }


def _measure(one: Measure, names: Names, now: datetime) -> JsonObject:
    charter = names.instruments[one.charter].instrument
    clause = charter.clause_with(ClauseEffect.MEASURES)
    return {
        **to_object(one),
        "target": names.ref(one.target),
        "charter": charter.name,
        "charter_id": one.charter,
        "clause": clause.number if clause is not None else "",
        "author": names.ref(clause.body) if clause is not None and clause.body is not None else None,
        "is_running": one.since <= now < one.until,
        "is_ours": clause is not None and clause.body == names.own.id,
    }


def _proposal(one: Proposal, names: Names) -> JsonObject:
    return {
        **to_object(one),
        "proposer": names.ref(one.proposer),
        "target": names.ref(one.target),
        "charter": names.instrument_name(one.charter),
        "is_ours": one.proposer == names.own.id,
    }


def _preview(node: Node, arguments: Arguments) -> JsonObject:
    names = names_of(node)
    kind, target = arguments.choice("kind", ProposalKind), names.body(arguments.text("target"), "target")
    with node.agreements.open_unit() as unit:
        charter = charter_between(unit, target.id, node.clock.now())
        if charter is None:
            raise Invalid(
                f"Nothing can be proposed about {target.code}.",
                field="target",
                why="A proposal is about a party of a charter that is in force between it and us (docs/rules/agreements.md A7).",
                do="Name a party of our charter.",
            )
        told = force_now(unit, charter, node.clock.now()).parties - {names.own.id}
    state, number = answer_to(kind, charter.instrument)
    clause = next((one for one in charter.instrument.clauses if one.number == number), None)
    return {
        "charter": charter.instrument.name,
        "charter_id": charter.instrument.id,
        "target": names.ref(target.id),
        "kind": kind.value,
        "state": state.value,
        "clause": number,
        "clause_text": clause.text if clause is not None else "",
        "told": len(told),
    }


def _foresee(node: Node, arguments: Arguments) -> JsonObject:
    names, now = names_of(node), node.clock.now()
    statements = [statement_from_json(one) for one in arguments.documents("statements")]
    with node.agreements.open_unit() as unit:
        found = [foresee(unit, one, node.lists, now) for one in statements]
    return {"foreseen": [_foreseen(one, names) for one in found]}


def _foreseen(one: Foreseen, names: Names) -> JsonObject:
    return {
        "kind": one.kind,
        "instrument": names.instrument_name(one.instrument),
        "body": names.ref(one.body),
        "policy": one.policy.value if one.policy is not None else "",
        "effects": [effect_shown(effect, names) for effect in one.effects],
    }


def effect_shown(one: Effect, names: Names) -> JsonObject:
    """Return what changes between a body and others."""
    return {
        "others": [names.ref(body) for body in one.others],
        "changes": [_change(change) for change in one.changes],
    }


def _change(one: Change) -> JsonObject:
    return {name: [*found] if isinstance(found, tuple) else found.value for name, found in asdict(one).items()}


VERBS: tuple[Verb, ...] = (
    verb(
        "governance_show",
        _show,
        "List our charters with their measures and a page of proposals, the newest first.",
        "offset",
        "limit",
    ),
    verb("proposal_preview", _preview, "Say what would become of a proposal, making none.", "kind", "target"),
    verb(
        "draft_foresee", _foresee, "Say what drafts for the heads would stop and begin, changing nothing.", "statements"
    ),
)
