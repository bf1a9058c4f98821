"""What a charter governs: measures toward one body, drafted for the heads, and proposals, put before the parties.

A measure is drafted as every change that heads sign: its draft's page shows who could do what no longer. What would become of a
proposal is shown before it is made: an expulsion is recorded as inadmissible with the clause, and nothing else comes of it.

Source: docs/rules/desk.md W78; docs/rules/agreements.md A6, A7 and A14.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time

from entente.agreements.participation import TEXT_CHARACTERS_MAX
from entente.agreements.statements import PROPOSAL_CHARACTERS_MAX
from entente.kernel.canonical import JsonObject
from entente.kernel.clock import format_time, parse_date, parse_time
from entente.web.desk.directory_pages import body_path
from entente.web.desk.draft_pages import keep
from entente.web.desk.forms import Field, Kind
from entente.web.desk.page import PREFIX, ActPage, Asked, Done, Page, ShowPage, may_do
from entente.web.desk.paging import ON_A_PAGE, Pager, offset_asked, pager_of
from entente.web.desk.reading import BodyName, body_name, member, members, text, whole
from entente.web.desk.sharing_pages import instrument_path
from entente.web.wording import Moment, Wording

MEASURES_PATH = f"{PREFIX}/measures"
PROPOSALS_PATH = f"{PREFIX}/proposals"
SENDS = "make_proposal"


@dataclass(frozen=True, slots=True)
class CharterLine:
    """A charter in force with us."""

    title: str
    to: str
    clause: str
    """The number of the clause on measures; empty where it has none."""
    measures_by: BodyName | None
    is_ours: bool


@dataclass(frozen=True, slots=True)
class MeasureLine:
    """A measure toward one body."""

    id: str
    target: BodyName
    target_to: str
    policy: str
    means: str
    charter: str
    charter_to: str
    clause: str
    author: BodyName | None
    decided_by: str
    endorsed_by: str
    since: Moment
    until: Moment
    lifted_by: str
    appeal: str
    is_running: bool


@dataclass(frozen=True, slots=True)
class MeasuresPage:
    """What `measures.html` shows."""

    title: str
    here: str
    charters: Sequence[CharterLine]
    running: Sequence[MeasureLine]
    ended: Sequence[MeasureLine]
    may_draft: bool
    targets: Mapping[str, str]
    policies: Mapping[str, str]
    means: Sequence[tuple[str, str]]
    """Each policy, and what it asks of the others."""
    replaced: Mapping[str, str]
    """The running measures of ours that a new one may take the place of."""


@dataclass(frozen=True, slots=True)
class ProposalLine:
    """A proposal as it is recorded here."""

    id: str
    proposer: BodyName
    target: BodyName
    kind: str
    text: str
    charter: str
    charter_to: str
    at: Moment
    is_inadmissible: bool
    state: str
    clause: str
    answers: str
    """Of ours, where the trail says what became of it elsewhere; empty for whoever may not read it."""


@dataclass(frozen=True, slots=True)
class WouldBecome:
    """What would become of a proposal."""

    is_inadmissible: bool
    state: str
    charter: str
    clause: str
    clause_text: str
    told: int


@dataclass(frozen=True, slots=True)
class ProposalsPage:
    """What `proposals.html` shows."""

    title: str
    here: str
    proposals: Sequence[ProposalLine]
    pager: Pager
    may_propose: bool
    begun: Mapping[str, str]
    targets: Mapping[str, str]
    kinds: Mapping[str, str]
    would: WouldBecome | None


def _targets(answer: JsonObject, *, ours_alone: bool = False) -> Mapping[str, str]:
    """Return the other parties of our charters, to be chosen from; of those alone under which measures are ours to take."""
    others = [
        body_name(one)
        for charter in members(answer, "charters")
        if charter["is_ours_to_measure"] is True or not ours_alone
        for one in members(charter, "others")
    ]
    return {one.code: f"{one.code} · {one.name}" for one in sorted(others, key=lambda one: one.code)}


def _measures(asked: Asked) -> MeasuresPage:
    say, answer = asked.say, asked.perform("governance_show")
    lines = members(answer, "measures")
    targets = _targets(answer, ours_alone=True)
    policies = say.codes("measure_policies")
    shown = [_measure(one, say) for one in lines]
    return MeasuresPage(
        title=say.text("measures.title"),
        here=MEASURES_PATH,
        charters=[_charter(one) for one in members(answer, "charters")],
        running=[one for one in shown if one.is_running],
        ended=[one for one in shown if not one.is_running],
        may_draft=bool(targets) and may_do(asked, "take_measure"),
        targets=targets,
        policies=policies,
        means=[(words, say.text(f"measures.means_{policy}")) for policy, words in policies.items()],
        replaced={
            text(one, "id"): f"{line.target.code} · {line.policy} · {line.until.shown}"
            for one, line in zip(lines, shown, strict=True)
            if line.is_running and one["is_ours"] is True
        },
    )


def _charter(one: JsonObject) -> CharterLine:
    by = one["measures_by"]
    return CharterLine(
        title=text(one, "title"),
        to=instrument_path(text(one, "id")),
        clause=text(one, "measures_clause"),
        measures_by=body_name(by) if isinstance(by, dict) else None,
        is_ours=one["is_ours_to_measure"] is True,
    )


def _measure(one: JsonObject, say: Wording) -> MeasureLine:
    target, author, policy = body_name(member(one, "target")), one["author"], text(one, "policy")
    return MeasureLine(
        id=text(one, "id"),
        target=target,
        target_to=body_path(target.code),
        policy=say.code("measure_policies", policy),
        means=say.text(f"measures.means_{policy}"),
        charter=text(one, "charter"),
        charter_to=instrument_path(text(one, "charter_id")),
        clause=text(one, "clause"),
        author=body_name(author) if isinstance(author, dict) else None,
        decided_by=text(one, "decided_by"),
        endorsed_by=text(one, "endorsed_by"),
        since=say.moment(parse_time(text(one, "since"), "since")),
        until=say.moment(parse_time(text(one, "until"), "until")),
        lifted_by=text(one, "lifted_by"),
        appeal=text(one, "appeal"),
        is_running=one["is_running"] is True,
    )


def _draft_measure(asked: Asked) -> Done:
    form = asked.form
    given: JsonObject = {
        "target": form.value("measure_target"),
        "policy": form.value("measure_policy"),
        "decided_by": form.value("decided_by"),
        "endorsed_by": form.value("endorsed_by"),
        "until": _midnight(asked, form.value("measure_until")),
        "lifted_by": form.value("lifted_by"),
        "appeal": form.value("appeal"),
        "replaces": form.value("measure_replaces"),
    }
    return keep(asked, "measure", "", [asked.perform("measure_draft", given)])


def _midnight(asked: Asked, day: str) -> str:
    """Return the beginning of a day in the body's zone, in which the page tells its times."""
    local = datetime.combine(parse_date(day, "until"), time(), asked.say.zone)
    return format_time(local)


def _proposals(asked: Asked) -> ProposalsPage:
    say = asked.say
    answer = asked.perform("governance_show", {"offset": offset_asked(asked), "limit": ON_A_PAGE})
    lines = members(answer, "proposals")
    begun = asked.form.values if asked.form.of else asked.memory.written.get(SENDS, {})
    targets, may_read = _targets(answer), may_do(asked, "read_trail")
    return ProposalsPage(
        title=say.text("proposals.title"),
        here=PROPOSALS_PATH,
        proposals=[_proposal(one, say, may_read=may_read) for one in lines],
        pager=pager_of(PROPOSALS_PATH, {}, answer, len(lines)),
        may_propose=bool(targets) and may_do(asked, "propose_governance"),
        begun=begun,
        targets=targets,
        kinds=say.codes("proposal_kinds"),
        would=_would(asked, begun) if begun.get("proposal_target") in targets else None,
    )


def _proposal(one: JsonObject, say: Wording, *, may_read: bool) -> ProposalLine:
    state = text(one, "state")
    return ProposalLine(
        id=text(one, "id"),
        proposer=body_name(member(one, "proposer")),
        target=body_name(member(one, "target")),
        kind=say.code("proposal_kinds", text(one, "kind")),
        text=text(one, "text"),
        charter=text(one, "charter"),
        charter_to=instrument_path(text(one, "charter")),
        at=say.moment(parse_time(text(one, "at"), "at")),
        is_inadmissible=state == "inadmissible",
        state=say.code("proposal_states", state),
        clause=text(one, "clause"),
        answers=f"{PREFIX}/trail?about={text(one, 'id')}" if may_read and one["is_ours"] is True else "",
    )


def _would(asked: Asked, begun: Mapping[str, str]) -> WouldBecome | None:
    say, kind = asked.say, begun.get("proposal_kind", "")
    if kind not in say.codes("proposal_kinds"):
        return None
    answer = asked.perform("proposal_preview", {"kind": kind, "target": begun["proposal_target"]})
    state = text(answer, "state")
    return WouldBecome(
        is_inadmissible=state == "inadmissible",
        state=say.code("proposal_states", state),
        charter=text(answer, "charter"),
        clause=text(answer, "clause"),
        clause_text=text(answer, "clause_text"),
        told=whole(answer, "told"),
    )


def _about(asked: Asked) -> JsonObject:
    return {"kind": asked.form.value("proposal_kind"), "target": asked.form.value("proposal_target")}


def _look(asked: Asked) -> Done:
    asked.perform("proposal_preview", _about(asked))
    asked.memory.written[SENDS] = dict(asked.form.values)
    return Done(PROPOSALS_PATH)


def _propose(asked: Asked) -> Done:
    asked.perform("proposal_make", {**_about(asked), "text": asked.form.value("proposal_text")})
    asked.memory.written.pop(SENDS, None)
    return Done(PROPOSALS_PATH, "proposal_made")


_PROPOSAL = (
    Field("proposal_kind", Kind.CODE, codes="proposal_kinds", asks="kind"),
    Field("proposal_target", asks="target"),
    Field("proposal_text", Kind.TEXT, most=PROPOSAL_CHARACTERS_MAX, asks="text"),
)
_MEASURE = (
    Field("measure_target", asks="target"),
    Field("measure_policy", Kind.CODE, codes="measure_policies", asks="policy"),
    Field("decided_by", most=TEXT_CHARACTERS_MAX),
    Field("endorsed_by", is_needed=False, most=TEXT_CHARACTERS_MAX),
    Field("measure_until", Kind.DAY, asks="until"),
    Field("lifted_by", Kind.TEXT, most=TEXT_CHARACTERS_MAX),
    Field("appeal", Kind.TEXT, most=TEXT_CHARACTERS_MAX),
    Field("measure_replaces", is_needed=False, asks="replaces"),
)

PAGES: Sequence[Page] = (
    ShowPage(
        "measures", "/measures", ("governance_show",), (), "measures.html",
        "The measures under our charters, running and ended, and the form by which one is drafted.", _measures,
    ),
    ActPage(
        "draft_measure", "/measures", ("measure_draft",), ("take_measure",), "measures",
        "Drafts a measure toward one body, with who could do what no longer.", _draft_measure, _MEASURE,
    ),
    ShowPage(
        "proposals", "/proposals", ("governance_show", "proposal_preview"), (), "proposals.html",
        "The proposals under our charters, what became of each, and the form by which one is made.", _proposals,
    ),
    ActPage(
        "look_at_proposal", "/proposals/look", ("proposal_preview",), ("propose_governance",), "proposals",
        "Shows what would become of a proposal, and makes none.", _look, _PROPOSAL, is_once=False,
    ),
    ActPage(
        SENDS, "/proposals", ("proposal_make",), ("propose_governance",), "proposals",
        "Puts a proposal before the parties of the charter.", _propose, _PROPOSAL, is_heavy=True,
    ),
)  # fmt: skip
