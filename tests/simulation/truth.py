"""What the world knows beside the nodes: what was said on the wire, which words whom they are kept from, who was put back.

A node's store says what its officers did; whoever reads all stores at once knows the truth. Here stands only what no store tells.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from entente.kernel.statement import Statement
from tests.simulation.look import Json
from tests.simulation.template import Template


class BrokenError(Exception):
    """An invariant does not hold. The text names it by its number in DESIGN section 1."""


class Truth:
    """Facts of one world."""

    def __init__(self, template: Template) -> None:
        self.template = template
        self.down_ms: dict[str, int] = {}
        """How long a node stays down at its next end."""
        self.said: dict[str, Statement] = {}
        """Every statement that was posted, by its id."""
        self.kept_from: dict[str, frozenset[str]] = {}
        """A word → the bodies' codes it must never reach."""
        self.counted: Counter[tuple[str, str, str, str]] = Counter()
        """(node, verb, subject, more) → how often a thing from outside was taken in."""
        self.heard_ms: dict[tuple[str, str], int] = {}
        """(node, source) → when the node last took in an envelope of the source's control stream, by the true time."""
        self.restored: set[str] = set()
        """Nodes that were put back to an older copy: what they once said they may not know before they have taken it back."""
        self.known_elsewhere: set[tuple[str, str, str, str]] = set()
        """(author, holder, family, item): what a holder had when its author was put back, so that it must be given back."""
        self.asked_in_a_name: set[str] = set()
        """Questions put with a body's key beside its node."""
        self.never_to_arrive: set[tuple[str, str]] = set()
        """(sender, statement): what waited for the silent body when more days passed than a delivery may take."""
        self.key_lists: dict[str, list[list[Any]]] = {}
        """Every list of keys that a body ever had by its own word."""
        self.words: dict[str, set[str]] = {}
        """Record → texts that only its versions say: once it is erased, none of them stands in any byte of any store."""
        self.erased: set[str] = set()
        """Records that left their source's own store."""
        self.gone: set[tuple[str, str]] = set()
        """(node, record) → a record that a node held and erased."""
        self.named: set[tuple[str, str]] = set()
        """(node, record) → somebody named the record there after it was erased: who asks is kept, and for what."""
        self.untidy: set[str] = set()
        """Nodes that could not keep house once healed."""
        self.opened: set[tuple[str, str]] = set()
        """(node, message) → an officer there opened or concluded it."""
        self.files: dict[tuple[str, str], bytes] = {}
        """(record, file name) → what was attached."""


def suspended(stand: Mapping[str, Any] | None, counterpart: str, kind: str, right: str, direction: str) -> bool:
    """Say whether a party's own stand stops a flow of a kind, toward or from a counterpart. No stand stops everything."""
    if stand is None or stand["state"] == "withdrawn":
        return True
    if stand["kinds"] and kind not in stand["kinds"]:
        return True
    return any(
        (not one["counterparts"] or counterpart in one["counterparts"])
        and (not one["kinds"] or kind in one["kinds"])
        and (not one["rights"] or right in one["rights"])
        and one["direction"] in {direction, "both"}
        for one in stand["suspensions"]
    )


def covered(
    stands: Mapping[tuple[str, str], Json], instrument: str, sender: str, recipient: str, kind: str, right: str
) -> str:
    """Return which stand stops a flow, as one node knows them; empty when none does."""
    if suspended(stands.get((instrument, sender)), recipient, kind, right, "sending"):
        return "the sender's"
    if suspended(stands.get((instrument, recipient)), sender, kind, right, "receiving"):
        return "the recipient's"
    return ""


def measured(measures: Iterable[Json], now: str, sender: str, recipient: str) -> str:
    """Return which measure stops a sender's word or record to a recipient, as one node knows them; empty when none does."""
    for one in measures:
        is_stopped = one["target"] == sender or (one["policy"] == "paused" and one["target"] == recipient)
        if one["policy"] in {"paused", "receive_only"} and is_stopped and one["since"] <= now < one["until"]:
            return f"the measure «{one['policy']}»"
    return ""


def instruments_of_record(content: Mapping[str, Any]) -> tuple[str, frozenset[str]]:
    """Return a record statement's kind and the instruments its classes are shared under."""
    record = content["record"]
    return record["kind"], frozenset(str(cls["instrument"]) for cls in record["terms"])


def parsed(document: str) -> Json:
    found: Json = json.loads(document)
    return found
