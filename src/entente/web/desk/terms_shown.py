"""The terms of an instrument in words: the paper act, the text with its clauses, and what the machine reads beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from entente.kernel.canonical import JsonObject
from entente.kernel.clock import parse_date
from entente.web.desk.reading import member, members, text, texts, whole
from entente.web.wording import Wording


@dataclass(frozen=True, slots=True)
class ClauseLine:
    """A clause, and what the machine carries out of it."""

    number: str
    text: str
    effect: str


@dataclass(frozen=True, slots=True)
class SignatoryLine:
    """Who signed the paper."""

    party: str
    who: str
    signed_on: str
    ratified_on: str


@dataclass(frozen=True, slots=True)
class TermsShown:
    """An instrument's text and terms."""

    id: str
    text: str
    clauses: Sequence[ClauseLine]
    depositary: str
    signed_on: str
    notice_days: int
    signatories: Sequence[SignatoryLine]
    starts_on: str
    ends_on: str
    force_rule: str
    force_count: int
    parties: Sequence[str]
    groups: Sequence[str]
    kinds: Sequence[str]
    purposes: Sequence[str]
    crime_areas: Sequence[str]
    rights: Sequence[str]
    knowable: Sequence[str]
    ceiling: str
    onward: str
    is_onward_told: bool
    retention_days: int
    lease: str
    kind_leases: Sequence[tuple[str, str]]
    deadlines: Sequence[tuple[str, int]]
    """Urgency in words, hours."""
    hit_rule: str
    quotas: Sequence[tuple[str, int]]


def terms_shown(terms: JsonObject, say: Wording) -> TermsShown:
    """Return the terms that `instrument_show` answers, in the reader's words; text and clauses stay as they were signed."""
    paper, deadlines, leases = member(terms, "paper"), member(terms, "deadlines"), member(terms, "kind_lease_minutes")
    return TermsShown(
        id=text(terms, "id"),
        text=text(terms, "text"),
        clauses=[
            ClauseLine(
                text(one, "number"),
                text(one, "text"),
                say.code("clause_effects", str(one["effect"])) if one["effect"] else "",
            )
            for one in members(terms, "clauses")
        ],
        depositary=text(paper, "depositary"),
        signed_on=_day(paper, "signed_on", say),
        notice_days=whole(paper, "notice_of_withdrawal_days"),
        signatories=[
            SignatoryLine(
                text(one, "party"),
                text(one, "name_and_capacity"),
                _day(one, "signed_on", say),
                _day(one, "ratified_on", say),
            )
            for one in members(paper, "signatories")
        ],
        starts_on=_day(terms, "starts_on", say),
        ends_on=_day(terms, "ends_on", say),
        force_rule=text(terms, "force_rule"),
        force_count=whole(terms, "force_count"),
        parties=[text(one, "code") or text(one, "id") for one in members(terms, "parties")],
        groups=[_group(one, say) for one in members(terms, "party_groups")],
        kinds=_words(terms, "kinds", "record_kinds", say),
        purposes=_words(terms, "purposes", "purposes", say),
        crime_areas=_words(terms, "crime_areas", "crime_areas", say),
        rights=_words(terms, "rights", "rights", say),
        knowable=_words(terms, "knowable_kinds", "record_kinds", say),
        ceiling=say.code("confidentiality", text(terms, "handling_ceiling")),
        onward=say.code("onward_rules", text(terms, "onward")),
        is_onward_told=terms["onward_reported"] is True,
        retention_days=whole(terms, "retention_days_max"),
        lease=_lease(whole(terms, "lease_minutes"), say),
        kind_leases=sorted(
            ((say.code("record_kinds", kind), _lease(whole(leases, kind), say)) for kind in leases),
            key=lambda one: say.place(one[0]),
        ),
        deadlines=sorted(
            ((say.code("urgencies", urgency), whole(deadlines, urgency)) for urgency in deadlines),
            key=lambda one: one[1],
        ),
        hit_rule=say.code("hit_rules", text(terms, "hit_rule")),
        quotas=[
            (say.code("record_kinds", text(one, "kind")), whole(one, "per_day")) for one in members(terms, "quotas")
        ],
    )


def _group(one: JsonObject, say: Wording) -> str:
    return f"{text(one, 'group')} · {say.code('membership_statuses', text(one, 'status'))}"


def _words(terms: JsonObject, name: str, listed: str, say: Wording) -> list[str]:
    return [*say.chosen_of(listed, texts(terms, name)).values()]


def _day(one: JsonObject, name: str, say: Wording) -> str:
    return say.day(parse_date(text(one, name), name)) if one[name] else ""


def _lease(minutes: int, say: Wording) -> str:
    if minutes % 60:
        return str(say.text("instruments.minutes", count=minutes))
    return str(say.text("instruments.hours", count=minutes // 60))
