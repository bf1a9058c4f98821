"""What the story needs of its world, and how it tells it: steps that end as claimed, promises that were tried.

The same story runs over four processes (`make demo`) and inside one (tests/e2e/test_story.py); only the World differs.
"""

from __future__ import annotations

import base64
import textwrap
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from entente.kernel.errors import EntenteError

HERE = Path(__file__).parent
WIDTH = 118
"""Columns of a step; a terminal of 120 keeps them whole."""
LINES_MAX = 3

Answer = Any
"""A verb's answer: plain JSON."""


class World(Protocol):
    """Four nodes that can be asked, and what only somebody outside them could do."""

    @property
    def scratch(self) -> Path:
        """A folder of this telling alone, for what an import rejects."""

    def ask(self, code: str, verb: str, **given: object) -> Answer:
        """Ask a body's node for one verb; raise the error it raised."""

    def heads_sign(self, code: str, draft: Answer) -> None:
        """Have two of a body's heads sign a draft with their own keys, and hand it to their node."""

    def settle(self) -> None:
        """Wait until everything that was sent is acknowledged and every index has taken in what changed."""

    def kill(self, code: str) -> None:
        """Kill a body's node as a power cut would; its folder stays, and is opened by whoever asks it."""

    def start_again(self, code: str) -> None:
        """Start a body's node again."""

    def restore(self, code: str, backup: Path) -> None:
        """Lose a body's folder, make it anew from a backup, and start its node."""

    def captured(self, sender: str, recipient: str) -> bytes:
        """Return the last batch that went from one body to another, as somebody on the line would have recorded it."""

    def post(self, code: str, batch: bytes) -> None:
        """Post a batch to a body's exchange route, as anybody on the network can."""

    def tampered_copy(self, code: str) -> str:
        """Copy a body's store, change one row of the copied trail, and return what the check of the copy finds."""


class StoryBrokenError(Exception):
    """A step did not end as its line claims."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step as it is told."""

    number: int
    what: str
    result: str
    ground: str
    is_refusal: bool

    def lines(self) -> list[str]:
        """Lay the step out in at most LINES_MAX lines; the ground takes the lines that are left."""
        told = textwrap.wrap(
            f"{self.what} → {self.result}", WIDTH - 5, max_lines=LINES_MAX - bool(self.ground), placeholder=" …"
        )
        if self.ground:
            told += textwrap.wrap(f"({self.ground})", WIDTH - 5, max_lines=LINES_MAX - len(told), placeholder=" …)")
        return [f"{self.number:>3}  {told[0]}", *(f"     {line}" for line in told[1:])]


@dataclass(frozen=True, slots=True)
class Promise:
    """A promise of the design, and what the story tried against it."""

    number: int
    text: str
    tried: str
    is_kept: bool


PROMISES = {
    1: "Nothing is disclosed without an instrument in force that covers it",
    2: "No body can be expelled from the network",
    3: "A suspension takes effect at once",
    4: "A withdrawn record stops being found everywhere it was sent",
    5: "An acknowledged message is never lost, doubled or read by another",
    6: "Nothing political, military, religious or racial circulates",
    7: "Hidden and absent are the same answer",
}


@dataclass(slots=True)
class Teller:
    """Tells each step as it ends, and keeps what was tried against each promise."""

    world: World
    out: Callable[[str], None]
    steps: list[Step] = field(default_factory=list)
    tried: dict[int, list[tuple[str, bool]]] = field(default_factory=dict)

    def tell(self, what: str, result: str, ground: str = "", *, is_refusal: bool = False) -> None:
        """Tell a step that ended as it should."""
        step = Step(len(self.steps) + 1, what, result, ground, is_refusal)
        self.steps.append(step)
        for line in step.lines():
            self.out(line)

    def try_promise(self, number: int, tried: str, *, is_kept: bool) -> None:
        """Keep what was tried against a promise, and stop the story where one is broken."""
        self.tried.setdefault(number, []).append((tried, is_kept))
        claim(f"promise {number} is kept: {tried}", is_kept)

    def promises(self) -> list[Promise]:
        """Return every promise with all that was tried against it."""
        return [
            Promise(
                number,
                text,
                " · ".join(what for what, _ in self.tried.get(number, [])),
                bool(self.tried.get(number)) and all(kept for _, kept in self.tried[number]),
            )
            for number, text in PROMISES.items()
        ]

    def ask(self, code: str, verb: str, **given: object) -> Answer:
        """Ask a body's node."""
        return self.world.ask(code, verb, **given)

    def refused(self, code: str, verb: str, **given: object) -> EntenteError:
        """Ask for what must be refused, and return the refusal."""
        try:
            self.world.ask(code, verb, **given)
        except EntenteError as error:
            return error
        raise StoryBrokenError(f"{code} was allowed to {verb.replace('_', ' ')}, and should not have been")


def isolated(text: str) -> str:
    """Keep a name's own direction from reordering the words around it (Unicode first-strong isolate)."""
    return f"\u2068{text}\u2069"


def claim(what: str, holds: object) -> None:
    """Stop the story when something is not as its line claims."""
    if not holds:
        raise StoryBrokenError(what)


def file_of(*parts: str) -> str:
    """Give a file of the demonstration as a verb takes it."""
    return base64.b64encode(HERE.joinpath(*parts).read_bytes()).decode("ascii")
