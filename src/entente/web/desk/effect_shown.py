"""What drafts of the heads' would stop and begin, in words: shown before anybody signs (docs/rules/agreements.md A14)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from entente.kernel.canonical import JsonObject
from entente.web.desk.page import Asked
from entente.web.desk.reading import BodyName, body_name, member, members, text, texts
from entente.web.wording import Wording

_KINDS = ("gives_stopped", "gives_begun", "gets_stopped", "gets_begun")


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """What changes under some rights, the same under each; each a list of kinds in words."""

    rights: Sequence[str]
    gives_stopped: Sequence[str]
    gives_begun: Sequence[str]
    gets_stopped: Sequence[str]
    gets_begun: Sequence[str]


@dataclass(frozen=True, slots=True)
class EffectShown:
    """What changes with some bodies, the same with each of them."""

    others: Sequence[BodyName]
    changes: Sequence[ChangeLine]


@dataclass(frozen=True, slots=True)
class ForeseenShown:
    """What one statement would change."""

    instrument: str
    body: BodyName
    """Whose flows they are: ours, or of a measure those of whom it is about."""
    policy: str
    """Of a measure in words, with what it asks of the others; empty for anything else."""
    policy_help: str
    effects: Sequence[EffectShown]


def foreseen_shown(asked: Asked, statements: Sequence[JsonObject]) -> Sequence[ForeseenShown]:
    """Return what drafts would change as it stands now."""
    answer = asked.perform("draft_foresee", {"statements": [*statements]})
    return [_foreseen(one, asked.say) for one in members(answer, "foreseen")]


def _foreseen(one: JsonObject, say: Wording) -> ForeseenShown:
    policy = text(one, "policy")
    return ForeseenShown(
        instrument=text(one, "instrument"),
        body=body_name(member(one, "body")),
        policy=say.code("measure_policies", policy) if policy else "",
        policy_help=say.text(f"measures.means_{policy}") if policy else "",
        effects=effects_shown(members(one, "effects"), say),
    )


def effects_shown(effects: Sequence[JsonObject], say: Wording) -> Sequence[EffectShown]:
    """Return what changes with which bodies."""
    return [
        EffectShown(
            others=[body_name(other) for other in members(effect, "others")],
            changes=_changes(members(effect, "changes"), say),
        )
        for effect in effects
    ]


def _changes(changes: Sequence[JsonObject], say: Wording) -> list[ChangeLine]:
    """Return the changes, with those rights together under which the same kinds stop and begin."""
    rights: dict[tuple[tuple[str, ...], ...], list[str]] = {}
    for one in changes:
        kinds = tuple(tuple(say.chosen_of("record_kinds", texts(one, name)).values()) for name in _KINDS)
        rights.setdefault(kinds, []).append(say.code("rights", text(one, "right")))
    return [ChangeLine(named, *kinds) for kinds, named in rights.items()]
