"""Draws `story.html`: the bodies, each message as an arrow with its state, each refusal opened to its grounds.

Everything on the page but the steps' own words comes from the nodes' trails, as each node itself tells it.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from jinja2 import Environment, FileSystemLoader, StrictUndefined

Row = Mapping[str, Any]

LANE_WIDTH = 230
ROW_HEIGHT = 34
TOP = 64

KINDS = {
    "accept_record": "record",
    "accept_withdrawal": "withdrawal",
    "instrument": "instrument proposed",
    "instrument_signature": "heads' signature",
    "participation": "participation",
}
"""What an arrow is called when the trail's verb would not tell a reader."""


@dataclass(frozen=True, slots=True)
class NodeTrail:
    """One body's node as it told its own story."""

    code: str
    name: str
    rows: Sequence[Row]
    """Oldest first."""
    finding: str
    """What the node's own check of its trail found."""


@dataclass(frozen=True, slots=True)
class Arrow:
    """One message between two bodies, or a refusal at one of them."""

    place: int
    at: str
    from_code: str
    to_code: str
    label: str
    state: str
    """`stored`, `set aside` or `refused`."""
    why: str
    x_from: int
    x_to: int
    y: int

    @property
    def middle(self) -> int:
        """Where the label stands."""
        return (self.x_from + self.x_to) // 2


@dataclass(frozen=True, slots=True)
class Refusal:
    """A refusal as a trail keeps it, with its grounds."""

    at: str
    body: str
    verb: str
    subject: str
    grounds: Sequence[Mapping[str, Any]]
    routed_to: str


@dataclass(frozen=True, slots=True)
class StoryPage:
    """What the template is given."""

    steps: Sequence[Any]
    promises: Sequence[Any]
    trails: Sequence[NodeTrail]
    lanes: Sequence[tuple[str, str, int]]
    """Code, name and the x of its line."""
    arrows: Sequence[Arrow]
    refusals: Sequence[Refusal]
    width: int
    height: int


def write_story(path: Path, steps: Sequence[Any], promises: Sequence[Any], trails: Sequence[NodeTrail]) -> None:
    """Write the page; whole or not at all."""
    arrows = list(_arrows(trails))
    page = StoryPage(
        steps=steps,
        promises=promises,
        trails=trails,
        lanes=[(trail.code, trail.name, _x(place)) for place, trail in enumerate(trails)],
        arrows=arrows,
        refusals=list(_refusals(trails)),
        width=LANE_WIDTH * len(trails),
        height=TOP + ROW_HEIGHT * (len(arrows) + 1),
    )
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"), autoescape=True, undefined=StrictUndefined
    )
    text = environment.get_template("story.html").render(page=page)
    waiting = path.with_suffix(".part")
    waiting.write_text(text, encoding="utf-8")
    waiting.replace(path)


def _x(place: int) -> int:
    return LANE_WIDTH * place + LANE_WIDTH // 2


def _arrows(trails: Sequence[NodeTrail]) -> Iterator[Arrow]:
    places = {trail.code: place for place, trail in enumerate(trails)}
    found = sorted(itertools.chain.from_iterable(_taken_in(trail) for trail in trails), key=lambda one: one[0])
    for number, (at, sender, recipient, label, state, why) in enumerate(found, start=1):
        if sender not in places:
            continue
        yield Arrow(
            number, at[11:23], sender, recipient, label, state, why,
            _x(places[sender]), _x(places[recipient]), TOP + ROW_HEIGHT * number,
        )  # fmt: skip


def _taken_in(trail: NodeTrail) -> Iterator[tuple[str, str, str, str, str, str]]:
    """Give each envelope a node took in: the rows its rooms made stand just before the envelope's own."""
    verbs: list[str] = []
    why = ""
    for row in trail.rows:
        verb, sender = str(row["verb"]), _code(row["body"])
        if verb in {"envelope_taken_in", "envelope_set_aside"}:
            refused = bool(why) or verb == "envelope_set_aside"
            detail = cast("Mapping[str, Any]", row["detail"])
            label = _label(verbs) or str(detail.get("reason", "envelope"))
            yield str(row["at"]), sender, trail.code, label, "set aside" if refused else "stored", why
            verbs, why = [], ""
        elif verb == "statement_set_aside":
            why = str(cast("Mapping[str, Any]", row["detail"]).get("why", ""))
        elif sender != trail.code:
            # Also what its officer did there, who is named with a message.
            verbs.append(verb)
        elif row["officer"] != "node":
            verbs = []


def _label(verbs: Sequence[str]) -> str:
    counted = [
        (KINDS.get(verb, verb).removeprefix("accept_").replace("_", " "), verbs.count(verb))
        for verb in dict.fromkeys(verbs)
    ]
    return " · ".join(f"{count} {name}s" if count > 1 else name for name, count in counted)


def _refusals(trails: Sequence[NodeTrail]) -> Iterator[Refusal]:
    found = []
    for trail in trails:
        for row in trail.rows:
            detail = cast("Mapping[str, Any]", row["detail"])
            if detail.get("state") == "inadmissible" and _code(row["body"]) == trail.code:
                found.append(_inadmissible(trail.code, row, str(detail.get("clause"))))
            decision = detail.get("decision")
            if row["verb"] != "ask_permission" and isinstance(decision, Mapping) and decision.get("allowed") is False:
                grounds = [ground for ground in decision.get("grounds", []) if not ground["allows"]]
                found.append(
                    Refusal(
                        str(row["at"]), trail.code, str(row["verb"]).replace("_", " "), str(row["subject_name"]),
                        grounds, str(decision.get("routed_to", "")),
                    )
                )  # fmt: skip
    return iter(sorted(found, key=lambda one: one.at))


def _inadmissible(code: str, row: Row, clause: str) -> Refusal:
    text = "No body can be put out of the network; the proposal is recorded and has no effect."
    ground = {"number": f"clause {clause}", "text": text, "source": "the charter", "remedy": ""}
    return Refusal(str(row["at"]), code, "propose an expulsion", str(row["subject_name"]), [ground], "")


def _code(reference: object) -> str:
    if isinstance(reference, Mapping):
        return str(reference.get("code", ""))
    return str(reference)
