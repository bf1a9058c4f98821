"""How `entente instrument` tells people about instruments, participations, suspensions and proposals."""

from __future__ import annotations

from collections.abc import Iterator

from entente.cli.output import fields, items, name, plain, table, text_block, texts
from entente.kernel.canonical import Json, JsonObject

_WAYS = {"both": "both ways", "sending": "what we send", "receiving": "what we receive"}


def changed_lines(answer: JsonObject) -> Iterator[str]:
    """Yield what a change came to."""
    instrument = answer.get("instrument")
    if isinstance(instrument, dict):
        yield f"{name(instrument['name'])}: {name(instrument['why'])}"
        yield from fields([*_signing(instrument), ("id", plain(instrument["id"]))])
    if answer.get("statement"):
        yield f"Kept and sent: {plain(answer['kind'])} with {answer['signatures']} signatures."


def list_lines(answer: JsonObject) -> Iterator[str]:
    """Yield the list of instruments."""
    rows = [
        (
            name(one["name"]),
            plain(one["kind"]),
            "yes" if one["in_force"] else "no",
            str(one["suspensions"] or ""),
            ", ".join(texts(one, "signed_by")),
        )
        for one in items(answer, "instruments")
    ]
    yield from table(rows, "instrument", "kind", "in force", "suspensions", "signed by")


def show_lines(answer: JsonObject) -> Iterator[str]:
    """Yield an instrument with its terms, how each party stands and what was proposed."""
    terms = answer["terms"]
    assert isinstance(terms, dict), "terms are an object"
    yield f"{name(answer['name'])}  {name(answer['title'])}"
    yield from fields(
        [
            ("id", plain(answer["id"])),
            ("in force", f"{'yes' if answer['in_force'] else 'no'}: {name(answer['why'])}"),
            ("parties", ", ".join(plain(party["code"]) for party in items(terms, "parties"))),
            *_signing(answer),
            ("rights", ", ".join(texts(terms, "rights"))),
            ("kinds", ", ".join(texts(terms, "kinds"))),
            ("onward", _onward(terms)),
            ("lease", _lease(terms)),
            ("hits", plain(terms["hit_rule"])),
        ]
    )
    if isinstance(taken_back := answer["taken_back"], dict):
        late = ", too late: it was concluded" if answer["is_concluded"] else ""
        yield f"  taken back by {_who(taken_back)}: {name(taken_back['reason'])}{late}"
    for refusal in items(answer, "refusals"):
        yield f"  not signed by {_who(refusal)}: {name(refusal['reason'])}"
    for clause in items(terms, "clauses"):
        effect = f" ({plain(clause['effect'])})" if clause.get("effect") else ""
        yield f"  clause {plain(clause['number'])}{effect}: {name(clause['text'])}"
    for stand in items(answer, "participations"):
        yield from _stand(stand)
    for proposal in items(answer, "proposals"):
        yield _proposal_line(proposal)


def _signing(answer: JsonObject) -> list[tuple[str, str]]:
    """Write who signed, who has not, and who said that they do not."""
    lines = [("signed by", ", ".join(texts(answer, "signed_by"))), ("not yet by", ", ".join(texts(answer, "missing")))]
    if refused := texts(answer, "refused_by"):
        lines.append(("refused by", ", ".join(refused)))
    if not answer["is_open"]:
        lines.append(("taken back", "yes: it is signed no more"))
    return lines


def _who(word: JsonObject) -> str:
    body = word["body"]
    assert isinstance(body, dict), "a body is an object"
    return f"{plain(body['code'])}, {plain(word['officer'])}, {plain(word['at'])}"


def _onward(terms: JsonObject) -> str:
    told = "" if terms["onward_reported"] else " (the source is not told to whom)"
    return f"{plain(terms['onward'])}{told}"


def _lease(terms: JsonObject) -> str:
    """Write how long a copy is shown after its source was last heard, the kinds with a lease of their own after it."""
    of_kinds = terms["kind_lease_minutes"]
    assert isinstance(of_kinds, dict), "leases of kinds are an object"
    own = [f"{_minutes(minutes)} for {plain(kind)}" for kind, minutes in sorted(of_kinds.items())]
    return "; ".join([_minutes(terms["lease_minutes"]), *own])


def _minutes(minutes: Json) -> str:
    assert isinstance(minutes, int), "a lease is counted in minutes"
    return f"{minutes} min" if minutes % 60 else f"{minutes // 60} h"


def _stand(stand: JsonObject) -> Iterator[str]:
    body = stand["body"]
    assert isinstance(body, dict), "a body is an object"
    yield f"  {plain(body['code'])}: {plain(stand['state'])}, epoch {stand['epoch']}"
    for one in items(stand, "suspensions"):
        toward = ", ".join(plain(ref["code"]) for ref in items(one, "counterparts")) or "every party"
        what = ", ".join([*texts(one, "kinds"), *texts(one, "rights")]) or "everything"
        yield f"    suspended toward {toward}: {what} ({plain(one['direction'])}), {plain(one['id'])}"
        yield f"      decided by {name(one['decided_by'])}, {name(one['document'])}; looked at again {plain(one['review_on'])}"


def preview_lines(answer: JsonObject) -> Iterator[str]:
    """Yield what a suspension would stop and what stays open."""
    preview = answer["preview"]
    assert isinstance(preview, dict), "a preview is an object"
    yield f"If this is signed, under {name(preview['instrument'])}:"
    yield from fields(
        [
            ("toward", ", ".join(plain(ref["code"]) for ref in items(preview, "counterparts"))),
            ("stops", f"{_WAYS[str(preview['direction'])]}: {', '.join(texts(preview, 'rights'))}"),
            ("kinds", ", ".join(texts(preview, "kinds"))),
            ("our records there", str(preview["records_held_there"])),
            ("their records here", str(preview["records_held_here"])),
            ("open requests", "; ".join(texts(preview, "open_requests")) or "none"),
            ("open permissions", "; ".join(texts(preview, "open_permissions")) or "none"),
            ("stays open", ", ".join(name(one) for one in texts(preview, "stays_open")) or "nothing"),
        ]
    )


def cut_off_lines(answer: JsonObject) -> Iterator[str]:
    """Yield what cutting ourselves off would stop, instrument by instrument, and what stays open."""
    preview = answer["preview"]
    assert isinstance(preview, dict), "a preview is an object"
    yield "If this is signed, everything stops at once, both ways and toward every party, under:"
    rows = [
        (
            name(one["instrument"]),
            ", ".join(plain(ref["code"]) for ref in items(one, "counterparts")),
            str(one["records_held_there"]),
            str(one["records_held_here"]),
            str(len(texts(one, "open_requests")) or ""),
            str(len(texts(one, "open_permissions")) or ""),
        )
        for one in items(preview, "stops")
    ]
    yield from table(
        rows, "instrument", "toward", "our records there", "their records here", "open requests", "open permissions"
    )
    yield from fields(
        [
            ("stopped before", ", ".join(name(one) for one in texts(preview, "stopped_before")) or "nothing"),
            ("stays open", ", ".join(name(one) for one in texts(preview, "stays_open")) or "nothing"),
        ]
    )


def submitted_lines(answer: JsonObject) -> Iterator[str]:
    """Yield what several changes, handed in at once, came to."""
    submitted = items(answer, "submitted")
    for one in submitted:
        instrument = one.get("instrument")
        if isinstance(instrument, dict):
            yield f"{name(instrument['name'])}: {plain(one['kind'])} with {one['signatures']} signatures"
    yield f"{len(submitted)} kept and sent at once."


def returned_lines(answer: JsonObject) -> Iterator[str]:
    """Yield what a return came to, what was fetched then, and what waits for a person."""
    yield from submitted_lines(answer)
    for one in items(answer, "fetched"):
        body = one["body"]
        assert isinstance(body, dict), "a body is an object"
        came = f"not reached: {name(one['why'])}" if one["why"] else f"{one['envelopes']} envelopes fetched"
        yield f"{plain(body['code'])}: {came}"
    if answer["held"]:
        yield f"{answer['held']} statements are held here: «entente exchange held». What others hold waits for their officers."


def proposal_lines(answer: JsonObject) -> Iterator[str]:
    """Yield one proposal with its text."""
    proposal = answer["proposal"]
    assert isinstance(proposal, dict), "a proposal is an object"
    yield _proposal_line(proposal)
    yield from text_block(proposal["text"])


def proposals_lines(answer: JsonObject) -> Iterator[str]:
    """Yield the proposals recorded here."""
    found = items(answer, "proposals")
    yield from (_proposal_line(one) for one in found)
    if not found:
        yield "No proposal is recorded here."


def _proposal_line(proposal: JsonObject) -> str:
    proposer, target = proposal["proposer"], proposal["target"]
    assert isinstance(proposer, dict), "a body is an object"
    assert isinstance(target, dict), "a body is an object"
    clause = f", clause {plain(proposal['clause'])}" if proposal["clause"] else ""
    kind, state = plain(proposal["kind"]), plain(proposal["state"])
    return f"  {plain(proposer['code'])} proposes {kind} about {plain(target['code'])}: {state}{clause}"
