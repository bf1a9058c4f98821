"""Instrument files: the text and terms of an instrument as a lawyer reads and writes them, in YAML.

Parties are named by their codes, groups as `RC/members`. The file is read strictly (marked_yaml): an unknown field, a wrong
date or an unknown body is refused with its line. Whether the terms hold together is judged by `agreements.terms`; the id
is derived from them, never read. `write_instrument` gives a file that reads back as the same instrument.

Source: docs/rules/agreements.md A1 and A2; DESIGN section 5.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import yaml

from entente.agreements.model import (
    LEASE_MINUTES,
    LONGER_LEASES,
    Clause,
    ClauseEffect,
    ForceRule,
    HitRule,
    Instrument,
    InstrumentKind,
    OnwardRule,
    PaperAct,
    Quota,
    Right,
    Signatory,
)
from entente.agreements.rules import instrument_id
from entente.agreements.terms import check_terms
from entente.bodies.model import GroupReference, MembershipStatus
from entente.formats.marked_yaml import MarkedDocument, read_marked
from entente.handling.model import CodeLists
from entente.kernel.codec import from_json, said_as_clause
from entente.kernel.errors import Invalid
from entente.kernel.ids import BodyId, GroupId, InstrumentId

INSTRUMENT_BYTES_MAX = 256 * 1024
"""Half a statement, so that an instrument with its signature always fits one; the longest treaty of ours has 40 KiB."""

_ROOT = "instrument"
_LEASE = re.compile(r"([1-9][0-9]{0,5}) (min|h)")
_AS_TEXT = frozenset({"number", "name", "title", "text", "name_and_capacity", "depositary"})


@dataclass(frozen=True, slots=True)
class _Paper:
    depositary: str
    signatories: tuple[Signatory, ...]
    signed_on: date
    notice_of_withdrawal_days: int


@dataclass(frozen=True, slots=True)
class _Clause:
    number: str
    text: str
    effect: ClauseEffect | None = None
    body: str | None = None


@dataclass(frozen=True, slots=True)
class _PartyGroup:
    group: str
    status: MembershipStatus = MembershipStatus.MEMBER


@dataclass(frozen=True, slots=True)
class _InForce:
    rule: ForceRule
    count: int = 0


@dataclass(frozen=True, slots=True)
class _Hits:
    rule: HitRule
    told: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _Instrument:
    """The fields of an instrument file, in the order they are written."""

    kind: InstrumentKind
    name: str
    title: str
    text: str
    paper: _Paper
    clauses: tuple[_Clause, ...]
    parties: frozenset[str]
    in_force: _InForce
    starts_on: date
    kinds: frozenset[str]
    purposes: frozenset[str]
    crime_areas: frozenset[str]
    rights: frozenset[Right]
    handling_ceiling: str
    onward: OnwardRule
    retention_days_max: int
    deadlines: Mapping[str, int]
    hits: _Hits
    party_groups: frozenset[_PartyGroup] = frozenset()
    ends_on: date | None = None
    knowable_kinds: frozenset[str] = frozenset()
    quotas: tuple[Quota, ...] = field(default=())
    lease: str | None = None
    leases: Mapping[str, str] = field(default_factory=dict)
    onward_reported: bool = True


def read_instrument(data: bytes, lists: CodeLists, bodies: Mapping[str, BodyId]) -> Instrument:
    """Read an instrument file; raise Invalid with field and line for anything it does not hold as it should.

    `bodies` gives the id of every body of the directory by its code.

    Source: docs/rules/agreements.md A2.
    """
    document = read_marked(data, _ROOT, bytes_max=INSTRUMENT_BYTES_MAX, as_text=_AS_TEXT)
    try:
        written = from_json(_Instrument, document.value, _ROOT)
    except Invalid as error:
        raise _at_line(document, error.field, said_as_clause(error)) from error
    instrument = _Names(document, bodies).instrument(written)
    problems = check_terms(instrument, lists)
    if problems:
        listed = "; ".join(
            f"line {document.line_of(f'{_ROOT}.{one.field}')}, {one.field}: {one.why}" for one in problems
        )
        raise _at_line(document, f"{_ROOT}.{problems[0].field}", f"the terms contradict themselves: {listed}")
    return replace(instrument, id=instrument_id(instrument))


def write_instrument(instrument: Instrument, codes: Mapping[BodyId, str]) -> bytes:
    """Write an instrument as a file; `codes` gives the code of every body it names."""
    fields: dict[str, Any] = {
        "kind": instrument.kind.value,
        "name": instrument.name,
        "title": instrument.title,
        "text": instrument.text,
        "paper": _paper_out(instrument.paper),
        "clauses": [_clause_out(clause, codes) for clause in instrument.clauses],
        "parties": sorted(codes[body] for body in instrument.parties),
        "party_groups": [
            {"group": _group_out(reference.group, codes), "status": reference.status.value}
            for reference in sorted(instrument.party_groups)
        ],
        "in_force": {"rule": instrument.force_rule.value, "count": instrument.force_count},
        "starts_on": instrument.starts_on,
        "ends_on": instrument.ends_on,
        **{name: sorted(getattr(instrument, name)) for name in ("kinds", "purposes", "crime_areas")},
        "rights": sorted(right.value for right in instrument.rights),
        "knowable_kinds": sorted(instrument.knowable_kinds),
        "handling_ceiling": instrument.handling_ceiling,
        "onward": instrument.onward.value,
        "onward_reported": instrument.onward_reported,
        "retention_days_max": instrument.retention_days_max,
        "lease": _lease_out(instrument.lease_minutes),
        "leases": {kind: _lease_out(minutes) for kind, minutes in sorted(instrument.kind_lease_minutes.items())},
        "deadlines": dict(sorted(instrument.deadlines.items())),
        "hits": {"rule": instrument.hit_rule.value, "told": sorted(codes[body] for body in instrument.hit_told)},
        "quotas": [{"kind": quota.kind, "per_day": quota.per_day} for quota in instrument.quotas],
    }
    text = yaml.dump(fields, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120)
    return text.encode("utf-8")


@dataclass(frozen=True, slots=True)
class _Names:
    """Turns the codes of one file into ids, and knows the line of each."""

    document: MarkedDocument
    bodies: Mapping[str, BodyId]

    def instrument(self, written: _Instrument) -> Instrument:
        """Return the instrument as written, without its id."""
        return Instrument(
            id=InstrumentId(""),
            kind=written.kind,
            name=written.name,
            title=written.title,
            text=written.text,
            paper=PaperAct(
                written.paper.depositary,
                written.paper.signatories,
                written.paper.signed_on,
                written.paper.notice_of_withdrawal_days,
            ),
            clauses=tuple(self._clause(place, clause) for place, clause in enumerate(written.clauses)),
            parties=frozenset(self._body("parties", code) for code in written.parties),
            party_groups=frozenset(self._group(one) for one in written.party_groups),
            force_rule=written.in_force.rule,
            force_count=written.in_force.count,
            starts_on=written.starts_on,
            ends_on=written.ends_on,
            kinds=written.kinds,
            purposes=written.purposes,
            crime_areas=written.crime_areas,
            rights=written.rights,
            knowable_kinds=written.knowable_kinds,
            handling_ceiling=written.handling_ceiling,
            onward=written.onward,
            retention_days_max=written.retention_days_max,
            lease_minutes=LEASE_MINUTES if written.lease is None else self._lease("lease", written.lease),
            kind_lease_minutes=self._kind_leases(written),
            deadlines=written.deadlines,
            hit_rule=written.hits.rule,
            hit_told=frozenset(self._body("hits.told", code) for code in written.hits.told),
            quotas=written.quotas,
            onward_reported=written.onward_reported,
        )

    def _kind_leases(self, written: _Instrument) -> dict[str, int]:
        stated = {kind: self._lease(f"leases.{kind}", text) for kind, text in written.leases.items()}
        if written.lease is not None:
            return stated
        # A lease that is written holds for every kind beside those with one of their own; only silence means the usual ones.
        return {kind: minutes for kind, minutes in LONGER_LEASES.items() if kind in written.kinds} | stated

    def _lease(self, path: str, text: str) -> int:
        match = _LEASE.fullmatch(text)
        if match is None:
            raise _at_line(self.document, f"{_ROOT}.{path}", f"«{text[:40]}» is not written like «24 h» or «15 min»")
        return int(match[1]) * (60 if match[2] == "h" else 1)

    def _clause(self, place: int, clause: _Clause) -> Clause:
        body = None if clause.body is None else self._body(f"clauses[{place}].body", clause.body)
        return Clause(clause.number, clause.text, clause.effect, body)

    def _group(self, written: _PartyGroup) -> GroupReference:
        code, slash, name = written.group.partition("/")
        if not slash or not name:
            raise _at_line(
                self.document, f"{_ROOT}.party_groups", f"«{written.group[:40]}» is not written like RC/members"
            )
        return GroupReference(GroupId(f"{self._body('party_groups', code)}/{name}"), written.status)

    def _body(self, path: str, code: str) -> BodyId:
        if code not in self.bodies:
            why = f"no body of this directory has the code «{code[:40]}»; have it introduced first, or mend the code"
            raise _at_line(self.document, f"{_ROOT}.{path}", why)
        return self.bodies[code]


class _Dumper(yaml.SafeDumper):
    """Writes texts of several lines as blocks, and no aliases: our own reader refuses them."""

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002 - PyYAML's signature
        """Write every value out."""
        return True


def _text_out(dumper: _Dumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _text_out)


def _lease_out(minutes: int) -> str:
    return f"{minutes} min" if minutes % 60 else f"{minutes // 60} h"


def _paper_out(paper: PaperAct) -> dict[str, Any]:
    return {
        "depositary": paper.depositary,
        "signed_on": paper.signed_on,
        "notice_of_withdrawal_days": paper.notice_of_withdrawal_days,
        "signatories": [
            {
                "party": one.party,
                "name_and_capacity": one.name_and_capacity,
                "signed_on": one.signed_on,
                "ratified_on": one.ratified_on,
            }
            for one in paper.signatories
        ],
    }


def _clause_out(clause: Clause, codes: Mapping[BodyId, str]) -> dict[str, Any]:
    fields: dict[str, Any] = {"number": clause.number, "text": clause.text}
    if clause.effect is not None:
        fields["effect"] = clause.effect.value
    if clause.body is not None:
        fields["body"] = codes[clause.body]
    return fields


def _group_out(group: GroupId, codes: Mapping[BodyId, str]) -> str:
    keeper, _, name = group.rpartition("/")
    return f"{codes[BodyId(keeper)]}/{name}"


def _at_line(document: MarkedDocument, path: str, why: str) -> Invalid:
    line = document.line_of(path)
    return Invalid(
        f"The instrument file does not hold together at line {line} ({path}).",
        field=f"{path}, line {line}",
        why=f"An instrument is refused whole rather than applied in part (docs/rules/agreements.md A2): {why}.",
        do="Mend the line in the file, and read it again with «entente instrument show --file».",
    )
