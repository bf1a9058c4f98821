"""A border lane: reads the machine readable zones of travel documents, asks the node, says hit or no hit.

    ENTENTE_NODE=http://127.0.0.1:8601 ENTENTE_TOKEN_FILE=gate-4.token python -m examples.border_check "Gate 4" < zones.txt

Documents stand one after the other, parted by an empty line. The token needs the scope `search`; its account a role that may
search. Ends with 0 where nothing was hit, 10 where something was, 2 where the node did not answer.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

from entente.client import Client
from entente.client.shapes import Candidate
from entente.kernel.errors import EntenteError

SHOWN_FROM = 700
"""Candidates with a smaller score are nobody a lane stops for: of those with 700 about seven in ten are right."""
HIT, NO_ANSWER = 10, 2


def documents(text: str) -> Iterator[str]:
    """Yield the zones in a text, each with its lines."""
    for block in text.split("\n\n"):
        if block.strip():
            yield block.strip()


def check(node: Client, zone: str, occasion: str) -> bool:
    """Ask for one document and say what there is; return whether somebody must look."""
    found = node.search(identifiers=[zone], purpose="security_check", crime_area="fugitives", occasion=occasion)
    for one in found["zones"]:
        print(f"{one['surname']}, {one['given_names']} · {one['issuer']} {one['number']}")
        for fault in one["faults"]:
            print(f"  look at the document: {fault['text']}")
    for body in found["silent_sources"]:
        print(f"  not asked: {body['body']['code']} is silent since {body['since'] or 'the beginning'}")
    hits = [one for one in found["candidates"] if one["score"] >= SHOWN_FROM and not one["not_identical"]]
    print("\n".join(told(one) for one in hits) or "  no hit")
    return bool(hits)


def told(one: Candidate) -> str:
    """Return a candidate in words: who, of whom, why."""
    reasons = " · ".join(f"{'+' if piece['kind'] == 'for' else '-'} {piece['text']}" for piece in one["evidence"])
    return f"  HIT {one['score'] / 1000:.2f} {one['caption']} ({one['kind']}, {one['name']}): {reasons}"


def main() -> int:
    """Check what stands on standard input."""
    occasion = sys.argv[1] if len(sys.argv) > 1 else "Border check"
    try:
        with Client.of_environment() as node:
            hits = [zone for zone in documents(sys.stdin.read()) if check(node, zone, occasion)]
    except EntenteError as error:
        print(f"The node did not answer: {error.in_words()}", file=sys.stderr)
        return NO_ANSWER
    return HIT if hits else 0


if __name__ == "__main__":
    sys.exit(main())
