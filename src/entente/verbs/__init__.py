"""The operator's verbs by name: the one table that the command line and the loopback route share.

Both call `perform`, so that a command gives the same output whether it opened the folder itself or spoke to the running node.
Each verb parses, calls one service function, and gives plain JSON; rules stand in the rooms.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from entente.kernel.canonical import JsonObject
from entente.kernel.errors import EntenteError, Invalid
from entente.kernel.exercise import EXERCISE
from entente.node import Node
from entente.verbs import (
    accounts,
    attachments,
    backup,
    bodies,
    calls,
    case_work,
    cases,
    circulating,
    contacts,
    correspondence,
    directory,
    doctor,
    duty,
    erasure,
    exchange,
    governing,
    instruments,
    keys,
    law,
    mrz,
    officers,
    own_units,
    recalling_several,
    record_changes,
    record_entering,
    record_export,
    record_import,
    record_preview,
    record_versions,
    records,
    recovery,
    search,
    sharing,
    sharing_overview,
    standing,
    succession,
    tokens,
    trail,
    units,
    units_found,
    waiting,
)
from entente.verbs.arguments import Arguments
from entente.verbs.references import names_of, readable_error
from entente.verbs.verb import Verb

VERBS: Mapping[str, Verb] = {
    verb.name: verb
    for part in (
        bodies,
        law,
        officers,
        directory,
        units,
        units_found,
        own_units,
        contacts,
        tokens,
        accounts,
        keys,
        succession,
        instruments,
        sharing,
        sharing_overview,
        records,
        record_versions,
        record_changes,
        record_entering,
        record_export,
        record_import,
        record_preview,
        erasure,
        search,
        standing,
        mrz,
        cases,
        case_work,
        correspondence,
        circulating,
        recalling_several,
        attachments,
        waiting,
        duty,
        calls,
        exchange,
        governing,
        recovery,
        trail,
        backup,
        doctor,
    )
    for verb in part.VERBS
}


def perform(
    node: Node,
    name: str,
    given: JsonObject,
    progress: Callable[[int], None] | None = None,
    file_share: Callable[[int | None], None] | None = None,
) -> JsonObject:
    """Do one verb and return its answer; raise Invalid for a verb or a field that does not exist, before doing anything."""
    verb = VERBS.get(name)
    if verb is None:
        raise Invalid(
            f"There is no verb «{name[:40]}».",
            field="verb",
            why="Operator's verbs are a closed list, and this node does not have this one.",
            do="Use the command of the same version as the running node.",
        )
    if unknown := sorted(set(given) - verb.takes):
        raise Invalid(
            f"The verb {name} does not take «{unknown[0][:40]}».",
            field=unknown[0],
            why="A field that nobody reads would silently not count.",
            do=f"Leave it out; the verb takes: {', '.join(sorted(verb.takes)) or 'nothing'}.",
        )
    try:
        arguments = Arguments(given)
        if progress is not None:
            arguments = replace(arguments, progress=progress)
        if file_share is not None:
            arguments = replace(arguments, file_share=file_share)
        answer = verb.run(node, arguments)
    except EntenteError as error:
        raise readable_error(error, names_of(node)) from error
    # Whatever is answered says so, whoever asks and by whatever way (docs/rules/bodies.md B15).
    return {EXERCISE: True, **answer} if names_of(node).own.is_exercise else answer
