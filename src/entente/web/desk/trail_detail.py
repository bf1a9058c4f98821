"""What a row of the trail says in detail, in the reader's language.

A row's detail is JSON, as it is what is hashed (docs/rules/trail.md T2). Here its members have words, codes of closed lists are
told by theirs, a decision by its grounds, and what is neither stands as it is. A case is handed out with its rows to the letter.

Source: docs/rules/desk.md W58 and W83.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup, escape

from entente.kernel.canonical import Json, JsonObject
from entente.kernel.clock import parse_time
from entente.kernel.errors import Invalid
from entente.web.desk.bodies_of_record import GroundLine, grounds_of
from entente.web.sentences import answer, is_known, said
from entente.web.wording import Wording

_DECISION: Final = "decision"
_BESIDE: Final = frozenset({"outcome", "query_sealed"})
"""Members that stand in the row itself."""
_LISTS: Final[Mapping[str, Sequence[str]]] = {
    "acts": ("acts",),
    "acts_up_to": ("acts",),
    "confidentiality": ("confidentiality",),
    "crime_area": ("crime_areas",),
    "crime_areas": ("crime_areas",),
    "format": ("import_formats",),
    "function": ("duty_functions",),
    "ground": ("call_grounds", "erasure_reasons"),
    "kind": ("record_kinds", "statement_kinds", "proposal_kinds"),
    "kinds": ("record_kinds",),
    "marks": ("marks",),
    "measure": ("measures",),
    "media_type": ("media_types",),
    "policy": ("measure_policies",),
    "purpose": ("purposes",),
    "purposes": ("purposes",),
    "reason": (
        "refusal_reasons", "erasure_reasons", "correction_reasons", "extension_reasons", "suspension_reasons",
        "receipt_reasons", "officer_end_reasons",
    ),
    "roles": ("roles",),
    "schema": ("schemata",),
    "state": ("participation_states", "hit_states", "permission_states"),
    "step": ("call_steps",),
    "word": ("statement_kinds",),
}  # fmt: skip
"""The lists of which a member's codes may be, the first that has one counts."""
DEPTH_MAX: Final = 3
"""Lists and objects within each other that are told: rows of ours have two; deeper ones stand as they are."""
_TIME: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{8,15}Z")


@dataclass(frozen=True, slots=True)
class MemberLine:
    """A member of a row's detail."""

    name: str
    is_worded: bool
    """Whether the name is in the reader's language; else it is the row's own, in English."""
    value: Markup
    grounds: Sequence[GroundLine]
    """Of a decision: all it rests on. Its value is empty then."""


def detail_told(say: Wording, detail: JsonObject) -> list[MemberLine]:
    """Return the members of a row's detail, told."""
    return [_member(say, name, value) for name, value in detail.items() if name not in _BESIDE]


def _member(say: Wording, name: str, value: Json) -> MemberLine:
    worded = say.codes("trail_members").get(name)
    grounds = grounds_of(value, say) if name == _DECISION and isinstance(value, dict) else ()
    shown = Markup("") if grounds else _value(say, name, value)
    return MemberLine(worded or name, worded is not None, shown, grounds)


def _value(say: Wording, name: str, value: Json, depth: int = DEPTH_MAX) -> Markup:
    match value:
        case bool():
            return escape(say.code("yes_no", "yes" if value else "no"))
        case int():
            return escape(say.number(value))
        case str() if value:
            return _text(say, name, value)
        case [_, *_] if depth:
            between = say.text("joined.semicolon" if isinstance(value[0], dict) else "joined.comma")
            return between.join(_value(say, name, one, depth - 1) for one in value)
        case dict() if value and depth:
            words = say.codes("trail_members")
            told = ((words.get(key, key), _value(say, key, one, depth - 1)) for key, one in value.items())
            return say.text("joined.comma").join(say.text("shell.pair", name=key, value=one) for key, one in told)
    return _as_it_is(json.dumps(value, ensure_ascii=False)) if value else Markup("—")


def _text(say: Wording, name: str, value: str) -> Markup:
    for listed in _LISTS.get(name, ()):
        if value in say.codes(listed):
            return escape(say.code(listed, value))
    if name == "way" and say.has(f"account.way_{value}"):
        return say.text(f"account.way_{value}")
    if _TIME.fullmatch(value):
        return _moment(say, name, value)
    if name == "why" and " " in value:
        return answer(say, value)
    return said(say, value) if " " in value and is_known(value) else _as_it_is(value)


def _moment(say: Wording, name: str, value: str) -> Markup:
    try:
        at = say.moment(parse_time(value, name))
    except Invalid:
        return _as_it_is(value)
    return Markup('<time datetime="{}">{}</time>').format(at.machine, at.shown)


def _as_it_is(value: str) -> Markup:
    return Markup('<bdi class="digest" dir="auto">{}</bdi>').format(value)
