"""D6, handling codes and the evaluation of the information, and when a leave from the source counts.

Source: docs/rules/disclosure.md D6 and «May leave be asked?»; Europol handling codes; FIRST TLP 2.0; the 4x4 system.
"""

from __future__ import annotations

from entente.disclosure.finding import ACT_ON, LADDER, NOTHING, Case, Finding, listed, nothing
from entente.handling.model import DisclosureAct
from entente.handling.rules import evaluation_ceiling, ladder_ceiling

_OWN = Finding(ACT_ON, "It is the reader's own data; handling codes bind others.")
_NOT_ASSESSABLE = "Nobody can assess it (evaluation X4): a lead is verified before it is evidence or acted on."
_SOURCE = "data/handling_codes.yaml; 4x4 evaluation system"
_ALL = frozenset(DisclosureAct)


def leave_counts(case: Case, act: DisclosureAct) -> bool:
    """Say whether some leave of the source counts for an act of this request.

    Source: docs/rules/disclosure.md D6, last paragraph.
    """
    request = case.request
    if request.record is None or (act is DisclosureAct.FORWARD and request.recipient is None):
        return False
    return any(
        leave.source == case.cls.source
        and leave.grantee == case.reader
        and request.record in leave.records
        and act in leave.acts
        and leave.purpose == request.purpose
        and leave.since <= case.now < leave.until
        and (act is not DisclosureAct.FORWARD or leave.recipient == request.recipient)
        for leave in case.situation.leaves
    )


def handling_permits(case: Case) -> Finding:
    """D6: every handling code permits the act, alone or with leave, and what nobody can assess stays a lead.

    Source: docs/rules/disclosure.md D6.
    """
    if case.is_own:
        return _OWN
    named = case.cls.handling
    if not named:
        return nothing(["The source set no handling code, and unknown means no."], source=_SOURCE)
    if unknown := frozenset(code for code in named if code not in case.lists.handling_codes):
        return nothing([f"The handling code {listed(unknown)} is in no list."], source=_SOURCE)
    ceiling = _height(case, frozenset(act for act in DisclosureAct if leave_counts(case, act)))
    # Leave to forward is always leave to forward to somebody.
    with_leave = _height(case, _ALL if case.request.recipient is not None else _ALL - {DisclosureAct.FORWARD})
    text = _permitted(case, listed(named), ceiling)
    assessed = evaluation_ceiling(case.cls.source_evaluation, case.cls.information_evaluation).rank
    if assessed < ACT_ON:
        ceiling, with_leave = min(ceiling, assessed), min(with_leave, assessed)
        text = f"{text} {_NOT_ASSESSABLE}"
    remedy = "Ask the source for leave." if ceiling < case.request.act.rank <= with_leave else ""
    return Finding(ceiling, text, _SOURCE, remedy, with_leave)


def _permitted(case: Case, codes: str, ceiling: int) -> str:
    """Say what the codes permit; in whole sentences, which pages tell in other languages."""
    source = case.cls.source
    if ceiling == ACT_ON:
        return f"The source {source} set handling code {codes}: every act is permitted."
    if ceiling == NOTHING:
        return f"The source {source} set handling code {codes}: no act is permitted without further leave."
    highest = LADDER[ceiling - 1]
    return f"The source {source} set handling code {codes}: «{highest}» is the highest act permitted without further leave."


def _height(case: Case, acts_with_leave: frozenset[DisclosureAct]) -> int:
    ceiling = ladder_ceiling(case.cls.handling, acts_with_leave, case.lists)
    return NOTHING if ceiling is None else ceiling.rank
