"""The verbs of instruments.

What only heads may say comes in two: a `…_draft` returns the statement to sign, and `instrument_submit` takes it back signed,
because heads' keys never enter the node. A cut-off and a return draft several, taken back all or none (`instruments_submit`).
"""

from __future__ import annotations

from entente.agreements.cutting_off import CutOffTerms
from entente.agreements.model import (
    Direction,
    InstrumentState,
    MeasurePolicy,
    MeasureTerms,
    OpenWord,
    Participation,
    Progress,
    ProposalKind,
    Right,
    Suspension,
    SuspensionPreview,
    SuspensionTerms,
)
from entente.agreements.progress import Progresses, progress_in, proposers_of
from entente.kernel.canonical import Json, JsonObject
from entente.kernel.codec import to_json, to_object
from entente.kernel.signing import decode_bytes
from entente.kernel.statement import Statement
from entente.kernel.statement import from_json as statement_from_json
from entente.node import Node
from entente.verbs.arguments import Arguments
from entente.verbs.references import Names, names_of
from entente.verbs.verb import Verb, verb

REVIEW_AFTER = "review_on"
_DECISION = ("decided_by", "document", "reason", REVIEW_AFTER)
_TERMS = ("instrument", "toward", "kinds", "rights", "direction", "decided_by", "document", "reason", REVIEW_AFTER)


def _propose(node: Node, arguments: Arguments) -> JsonObject:
    codes = {body.code: body.id for body in names_of(node).bodies.values()}
    instrument = node.files.instrument(decode_bytes(arguments.text("data"), "data"), codes)
    state = node.agreements.propose(arguments.officer(), instrument)
    return {"instrument": instrument_line(node, state, names_of(node))}


def _list(node: Node, _: Arguments) -> JsonObject:
    names = names_of(node)
    with node.disclosure.open_unit() as unit:
        progresses = Progresses(unit, node.clock.now().date())
        instruments: list[Json] = [
            instrument_line(node, state, names, progresses.of(state)) for state in names.instruments.values()
        ]
    return {"instruments": instruments}


def _show(node: Node, arguments: Arguments) -> JsonObject:
    names = names_of(node)
    state = names.instrument(arguments.text("instrument"))
    instrument = state.instrument
    terms = to_object(instrument)
    terms["parties"] = [names.ref(party) for party in sorted(instrument.parties)]
    stands: list[Json] = [_stand(stand, names) for stand in state.participations.values()]
    with node.disclosure.open_unit() as unit:
        progress = progress_in(unit, state, node.clock.now().date())
        is_ours = not progress.is_concluded and names.own.id in proposers_of(unit, state)
        measures: list[Json] = [
            {**to_object(measure), "target": names.ref(measure.target)}
            for measure in unit.agreements.measures()
            if measure.charter == instrument.id
        ]
        proposals: list[Json] = [
            {**to_object(one), "proposer": names.ref(one.proposer), "target": names.ref(one.target)}
            for one in unit.agreements.proposals()
            if one.charter == instrument.id
        ]
    return {
        **instrument_line(node, state, names, progress),
        "refusals": [_word(one, names) for one in progress.refusals],
        "taken_back": None if progress.taken_back is None else _word(progress.taken_back, names),
        "is_ours_to_take_back": is_ours and progress.taken_back is None,
        "terms": terms,
        "participations": stands,
        "measures": measures,
        "proposals": proposals,
    }


def _take_back(node: Node, arguments: Arguments) -> JsonObject:
    names = names_of(node)
    state = names.instrument(arguments.text("instrument"))
    seen = names.body_ids(arguments.texts("seen_signed"), "seen_signed") if "seen_signed" in arguments.given else None
    node.agreements.take_back_proposal(arguments.officer(), state.instrument.id, arguments.text("reason"), seen)
    return {"instrument": instrument_line(node, state, names)}


def _refuse(node: Node, arguments: Arguments) -> JsonObject:
    names = names_of(node)
    state = names.instrument(arguments.text("instrument"))
    node.agreements.refuse_to_sign(arguments.officer(), state.instrument.id, arguments.text("reason"))
    return {"instrument": instrument_line(node, state, names)}


def _sign_draft(node: Node, arguments: Arguments) -> JsonObject:
    state = names_of(node).instrument(arguments.text("instrument"))
    return _draft(node.agreements.draft_signature(arguments.officer(), state.instrument.id))


def _preview(node: Node, arguments: Arguments) -> JsonObject:
    names = names_of(node)
    preview = node.agreements.preview_suspension(arguments.officer(), _terms(node, arguments, names))
    return {"preview": _previewed(preview, names)}


def _previewed(preview: SuspensionPreview, names: Names) -> JsonObject:
    return {
        **to_object(preview),
        "instrument": names.instrument_name(preview.instrument),
        "counterparts": [names.ref(body) for body in preview.counterparts],
        "open_requests": [names.readable(one) for one in preview.open_requests],
        "open_permissions": [names.readable(one) for one in preview.open_permissions],
    }


def _suspend_draft(node: Node, arguments: Arguments) -> JsonObject:
    return _draft(node.agreements.draft_suspension(arguments.officer(), _terms(node, arguments, names_of(node))))


def _resume_draft(node: Node, arguments: Arguments) -> JsonObject:
    state = names_of(node).instrument(arguments.text("instrument"))
    officer, suspension = arguments.officer(), arguments.text("suspension")
    return _draft(node.agreements.draft_resumption(officer, state.instrument.id, suspension))


def _narrow_draft(node: Node, arguments: Arguments) -> JsonObject:
    state = names_of(node).instrument(arguments.text("instrument"))
    kinds = frozenset(arguments.texts("kinds"))
    return _draft(node.agreements.draft_narrowing(arguments.officer(), state.instrument.id, kinds))


def _withdraw_draft(node: Node, arguments: Arguments) -> JsonObject:
    state = names_of(node).instrument(arguments.text("instrument"))
    return _draft(node.agreements.draft_withdrawal(arguments.officer(), state.instrument.id))


def _measure_draft(node: Node, arguments: Arguments) -> JsonObject:
    terms = MeasureTerms(
        target=names_of(node).body(arguments.text("target"), "target").id,
        policy=arguments.choice("policy", MeasurePolicy),
        decided_by=arguments.text("decided_by"),
        endorsed_by=arguments.optional_text("endorsed_by"),
        until=arguments.moment("until", node.clock.now()),
        lifted_by=arguments.text("lifted_by"),
        appeal=arguments.text("appeal"),
        replaces=arguments.optional_text("replaces") or None,
    )
    statement = node.agreements.draft_measure(arguments.officer(), terms)
    return _draft(statement)


def _submit(node: Node, arguments: Arguments) -> JsonObject:
    statement = statement_from_json(arguments.document("statement"))
    node.agreements.submit_signed(arguments.officer(), statement)
    return _submitted(node, statement, names_of(node))


def _submit_all(node: Node, arguments: Arguments) -> JsonObject:
    statements = tuple(statement_from_json(one) for one in arguments.documents("statements"))
    node.agreements.submit_all(arguments.officer(), statements)
    names = names_of(node)
    return {"submitted": [_submitted(node, statement, names) for statement in statements]}


def _submitted(node: Node, statement: Statement, names: Names) -> JsonObject:
    about = statement.content.get("instrument", statement.content.get("charter"))
    if isinstance(about, dict):
        # A signature carries the whole text.
        about = about["id"]
    state = names.instruments.get(about) if isinstance(about, str) else None  # type: ignore[call-overload]
    answer: JsonObject = {"statement": statement.id, "kind": statement.kind, "signatures": len(statement.signatures)}
    if state is not None:
        answer["instrument"] = instrument_line(node, state, names)
    return answer


def _cut_off_preview(node: Node, arguments: Arguments) -> JsonObject:
    preview = node.cutting_off.preview_cut_off(arguments.officer(), _decision(node, arguments))
    names = names_of(node)
    stops: list[Json] = [{**_previewed(one, names), "id": one.instrument} for one in preview.stops]
    return {
        "preview": {
            "stops": stops,
            "stopped_before": [names.instrument_name(one) for one in preview.stopped_before],
            "stays_open": [names.instrument_name(one) for one in preview.stays_open],
        }
    }


def _cut_off_draft(node: Node, arguments: Arguments) -> JsonObject:
    drafts = node.cutting_off.draft_cut_off(arguments.officer(), _decision(node, arguments))
    return {"drafts": [_draft(one) for one in drafts]}


def _return_draft(node: Node, arguments: Arguments) -> JsonObject:
    return {"drafts": [_draft(one) for one in node.cutting_off.draft_return(arguments.officer())]}


def _decision(node: Node, arguments: Arguments) -> CutOffTerms:
    return CutOffTerms(
        decided_by=arguments.text("decided_by"),
        document=arguments.text("document"),
        reason=arguments.text("reason"),
        review_on=arguments.day(REVIEW_AFTER, node.clock.now().date()),
    )


def _proposal(node: Node, arguments: Arguments) -> JsonObject:
    names = names_of(node)
    target = names.body(arguments.text("target"), "target")
    kind = arguments.choice("kind", ProposalKind)
    proposal = node.agreements.propose_governance(arguments.officer(), kind, target.id, arguments.text("text"))
    return {
        "proposal": {
            **to_object(proposal),
            "proposer": names.ref(proposal.proposer),
            "target": names.ref(target.id),
            "charter": names.instrument_name(proposal.charter),
        }
    }


def _proposals(node: Node, _: Arguments) -> JsonObject:
    names = names_of(node)
    with node.disclosure.open_unit() as unit:
        proposals: list[Json] = [
            {
                **to_object(one),
                "proposer": names.ref(one.proposer),
                "target": names.ref(one.target),
                "charter": names.instrument_name(one.charter),
            }
            for one in unit.agreements.proposals()
        ]
    return {"proposals": proposals}


def _terms(node: Node, arguments: Arguments, names: Names) -> SuspensionTerms:
    return SuspensionTerms(
        instrument=names.instrument(arguments.text("instrument")).instrument.id,
        counterparts=names.body_ids(arguments.texts("toward"), "toward"),
        kinds=frozenset(arguments.texts("kinds")),
        rights=arguments.choices("rights", Right),
        direction=arguments.choice("direction", Direction, Direction.BOTH),
        decided_by=arguments.text("decided_by"),
        document=arguments.text("document"),
        reason=arguments.text("reason"),
        review_on=arguments.day(REVIEW_AFTER, node.clock.now().date()),
    )


def _draft(statement: Statement) -> JsonObject:
    return {"statement": statement.to_json(), "kind": statement.kind, "content": statement.content}


def instrument_line(node: Node, state: InstrumentState, names: Names, progress: Progress | None = None) -> JsonObject:
    """Return an instrument as lists name it; `progress` where it was asked for already."""
    if progress is None:
        with node.disclosure.open_unit() as unit:
            progress = progress_in(unit, state, node.clock.now().date())
    standing = node.disclosure.situation().instruments.get(state.instrument.id)
    stopped = [one for stand in state.participations.values() for one in stand.suspensions]
    return {
        "id": state.instrument.id,
        "name": state.instrument.name,
        "kind": state.instrument.kind.value,
        "title": state.instrument.title,
        "in_force": standing is not None and standing.is_in_force,
        "why": names.readable(standing.why) if standing is not None else "",
        "parties_in_force": [names.code(body) for body in sorted(standing.parties)] if standing is not None else [],
        "signed_by": [names.code(body) for body in sorted(state.signatures)],
        "missing": [*sorted(names.code(body) for body in progress.missing)],
        "refused_by": [*sorted(names.code(one.body) for one in progress.refusals)],
        "is_concluded": progress.is_concluded,
        "is_blocked": progress.is_blocked,
        "is_open": progress.is_open,
        "has_ended": state.instrument.ends_on is not None and state.instrument.ends_on <= node.clock.now().date(),
        "proposed_by": names.code(state.proposed_by),
        "suspensions": len(stopped),
    }


def _stand(stand: Participation, names: Names) -> JsonObject:
    suspensions: list[Json] = [_suspension(one, names) for one in stand.suspensions]
    return {
        "body": names.ref(stand.body),
        "state": stand.state.value,
        "epoch": stand.epoch,
        "at": to_json(stand.at),
        "kinds": to_json(stand.kinds),
        "suspensions": suspensions,
    }


def _word(one: OpenWord, names: Names) -> JsonObject:
    return {**to_object(one), "body": names.ref(one.body)}


def _suspension(one: Suspension, names: Names) -> JsonObject:
    return {**to_object(one), "counterparts": [names.ref(body) for body in sorted(one.counterparts)]}


VERBS: tuple[Verb, ...] = (
    verb("instrument_propose", _propose, "Put an instrument before its parties, from its file.", "officer", "data"),
    verb("instrument_list", _list, "List the instruments known here, and whether each is in force."),
    verb("instrument_show", _show, "Show an instrument: terms, signatures, how each party stands.", "instrument"),
    verb(
        "instrument_take_back", _take_back, "Take our proposal of an instrument back, before it is concluded.",
        "officer", "instrument", "reason", "seen_signed",
    ),
    verb(
        "instrument_refuse", _refuse, "Say that our body does not sign an instrument, and why.",
        "officer", "instrument", "reason",
    ),
    verb("instrument_sign_draft", _sign_draft, "Return our signature for our heads to sign.", "officer", "instrument"),
    verb("suspend_preview", _preview, "Say what a suspension would stop, changing nothing.", "officer", *_TERMS),
    verb("suspend_draft", _suspend_draft, "Return a suspension for our heads to sign.", "officer", *_TERMS),
    verb("resume_draft", _resume_draft, "Return the end of a suspension of ours.", "officer", "instrument", "suspension"),
    verb("narrow_draft", _narrow_draft, "Return a narrowing to some kinds.", "officer", "instrument", "kinds"),
    verb("withdraw_draft", _withdraw_draft, "Return our leaving of an instrument.", "officer", "instrument"),
    verb(
        "measure_draft", _measure_draft, "Return a charter measure for our heads to sign.",
        "officer", "target", "policy", "decided_by", "endorsed_by", "until", "lifted_by", "appeal",
        "replaces",
    ),
    verb("instrument_submit", _submit, "Take back a draft with our heads' signatures.", "officer", "statement"),
    verb("cut_off_preview", _cut_off_preview, "Say what cutting ourselves off would stop.", "officer", *_DECISION),
    verb("cut_off_draft", _cut_off_draft, "Return a suspension of each instrument to stop.", "officer", *_DECISION),
    verb("return_draft", _return_draft, "Return the end of our cut-off, for our heads to sign.", "officer"),
    verb("instruments_submit", _submit_all, "Take back signed drafts, all or none.", "officer", "statements"),
    verb("proposal_make", _proposal, "Put a proposal under the charter.", "officer", "kind", "target", "text"),
    verb("proposal_list", _proposals, "List the proposals recorded here."),
)  # fmt: skip
