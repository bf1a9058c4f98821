"""Scenes of the rarer acts: what is erased, recalled, attached, measured, consulted, renamed. Each stands in a part of the seeds.

They are drawn after the others, from chance of their own, so that a new one changes nothing of the story beside it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tests.simulation.template import NODES

if TYPE_CHECKING:
    from tests.simulation.plan import Drawing

MINUTE = 60_000
AGREED = ("XA-NCB", "XB-NCB", "GS")
"""Parties of the police data agreement."""


def draw_scenes(drawing: Drawing) -> None:
    """Draw the rarer scenes of one seed."""
    for scene, part in SCENES.items():
        if drawing.random.random() < part:
            scene(drawing)


def _erase_a_shared_record(drawing: Drawing) -> None:
    """Have a record that others hold, and passed on, erased while a line may be down; then it comes again."""
    source, holder, third = drawing.random.sample(AGREED, 3)
    slot, at = drawing.random.randrange(3), drawing.early()
    drawing.put("record", source, at, what="person", slot=slot, terms=drawing.pick("open", "kept"), to=holder)
    if drawing.random.random() < 0.6:
        drawing.put("forward", holder, at + 30_000, other=third, what="person", slot=slot, of=source)
    if drawing.random.random() < 0.5:
        drawing.put("hit", third, at + MINUTE, other=source, what="person", slot=slot, of=source)
    if drawing.random.random() < 0.5:
        cut = drawing.pick(source, holder)
        drawing.put("cut", cut, at + 90_000, to=third if cut == holder else holder, how="requests", ms=5 * MINUTE)
    erased = at + drawing.random.randrange(2 * MINUTE, 6 * MINUTE)
    drawing.put("erase", source, erased, what="person", slot=slot)
    if drawing.random.random() < 0.7:
        drawing.put("record", source, erased + 2 * MINUTE, what="person", slot=slot, terms="open", to=holder)
    again = drawing.pick(source, holder)
    drawing.put("come_again", again, erased + 9 * MINUTE, what="person", slot=slot, of=source)


def _erase_what_waits(drawing: Drawing) -> None:
    """Have a record erased before it could leave, or while it is on its way."""
    source, holder, _ = drawing.random.sample(AGREED, 3)
    slot, at = drawing.random.randrange(3), drawing.early()
    drawing.put(drawing.pick("cut", "late_answer"), source, at, to=holder, how="requests", ms=5 * MINUTE)
    drawing.put("record", source, at + 10_000, what="person", slot=slot, terms="open", to=holder)
    drawing.put("erase", source, at + drawing.random.choice((10_010, 10_050, 40_000)), what="person", slot=slot)


def _recall(drawing: Drawing) -> None:
    """Recall a message, that may still wait, be on its way or have been opened."""
    under = drawing.pick("charter", "agreement")
    one, two = drawing.pair(AGREED)
    at = drawing.early()
    if drawing.random.random() < 0.4:
        drawing.put(drawing.pick("cut", "drop_answer", "lose_one"), one, at, to=two, how="requests", ms=4 * MINUTE)
    for place in range(drawing.random.randint(1, 2)):
        drawing.put("message", one, at + 1_000 + place, under=under, to=two)
    if drawing.random.random() < 0.6:
        drawing.put("read", two, at + 20_000)
    drawing.put("recall", one, at + drawing.random.choice((1_010, 1_030, 30_000, 5 * MINUTE)))
    drawing.put("read", two, at + 6 * MINUTE)


def _file_of_a_record(drawing: Drawing) -> None:
    """Attach a file to a record that others hold; they fetch it over a line that fails, and then it is taken away."""
    source, holder, third = drawing.random.sample(AGREED, 3)
    slot, at = drawing.random.randrange(3), drawing.early()
    both = "+".join(sorted((holder, third)))
    drawing.put("record", source, at, what="person", slot=slot, terms="open", to=drawing.pick(holder, both))
    size = drawing.random.choices(("small", "large"), (4, 1))[0]
    drawing.put("attach", source, at + 10_000, what="person", slot=slot, size=size)
    for place in range(drawing.random.randint(0, 2)):
        drawing.put(
            drawing.pick("drop_request", "drop_answer", "damage_answer"), holder, at + 20_000 + place, to=source, ms=50
        )
    if drawing.random.random() < 0.3:
        drawing.put("forward", holder, at + 25_000, other=third, what="person", slot=slot, of=source)
    for node, later in ((holder, 30_000), (third, 40_000), (holder, 8 * MINUTE)):
        drawing.put("open_file", node, at + later, other=source, what="person", slot=slot, of=source)
    end = drawing.pick("erase", "withdraw", "detach", "record", "")
    if end:
        drawing.put(end, source, at + 6 * MINUTE, what="person", slot=slot, terms="open", to=holder)


def _measure(drawing: Drawing) -> None:
    """Take a measure toward a body while others write to it and share with it."""
    target, other = drawing.pair(("XA-NCB", "XB-NCB"))
    policy, at = drawing.pick("paused", "receive_only", "paused"), drawing.early()
    drawing.put("record", target, at, what="person", slot=0, terms="open", to=other)
    drawing.put("measure", "GS", at + 20_000, other=target, policy=policy, ms=drawing.random.choice((2, 10)) * MINUTE)
    drawing.put("message", target, at + drawing.random.choice((20_010, 40_000)), under="agreement", to=other)
    drawing.put("message", other, at + 40_001, under="charter", to=target)
    drawing.put("record", other, at + 40_002, what="person", slot=1, terms="open", to=target)
    drawing.put("list", other, at + MINUTE, other=target, what="person", slot=0)
    if drawing.random.random() < 0.5:
        drawing.put("measure", "GS", at + 5 * MINUTE, other=target, policy="paused", ms=3 * MINUTE)


def _own_words(drawing: Drawing) -> None:
    """Have bodies change what they say of themselves."""
    for _ in range(drawing.random.randint(1, 3)):
        drawing.put(drawing.pick("rename", "move", "keep_group"), drawing.pick(*NODES))


def _successor(drawing: Drawing) -> None:
    """Have some nodes accept who begins anew for SB, each by its own officers; SB lies on."""
    for node in drawing.random.sample(NODES, drawing.random.randint(1, 2)):
        at = drawing.early()
        for officer in drawing.random.choice(((0, 1), (1, 0), (0, 0), (1,))):
            at = drawing.put("succeed", node, at + 1_000, officer=officer)
        drawing.put(drawing.pick("hostile_flood", "hostile_fork"), node, at + MINUTE, other=node)


def _consult(drawing: Drawing) -> None:
    """Ask a source for a record, now and after it was withdrawn, stopped or erased."""
    source, asker, _ = drawing.random.sample(AGREED, 3)
    slot, at = drawing.random.randrange(3), drawing.early()
    drawing.put("record", source, at, what="person", slot=slot, terms=drawing.pick("open", "kept"), to="")
    drawing.put("consult", asker, at + 30_000, other=source, what="person", slot=slot)
    end = drawing.pick("withdraw", "erase", "suspend", "record")
    if end == "suspend":
        drawing.put(end, source, at + MINUTE, under="agreement", to=asker, direction="both", scope="all")
    else:
        drawing.put(end, source, at + MINUTE, what="person", slot=slot, terms="open", to="")
    drawing.put("consult", asker, at + 2 * MINUTE, other=source, what="person", slot=slot)


def _onward_and_back(drawing: Drawing) -> None:
    """Have a copy passed on and then taken back, while the line to the third body is down."""
    source, holder, third = drawing.random.sample(AGREED, 3)
    slot, at = drawing.random.randrange(3), drawing.early()
    drawing.put("record", source, at, what="person", slot=slot, terms="open", to=holder)
    drawing.put("forward", holder, at + 20_000, other=third, what="person", slot=slot, of=source)
    if drawing.random.random() < 0.5:
        drawing.put("cut", holder, at + 40_000, to=third, how=drawing.pick("requests", "answers"), ms=3 * MINUTE)
    drawing.put("withdraw", source, at + MINUTE, what="person", slot=slot)


def _housekeeping(drawing: Drawing) -> None:
    """Have nodes keep house in the midst of it, and one of them end at it."""
    for node in drawing.random.sample(NODES, 2):
        at = drawing.put("keep_house", node)
        if drawing.random.random() < 0.4:
            drawing.put("crash_before_commit", node, max(at - 1, 0), commit=drawing.random.randint(1, 3), ms=5_000)


SCENES: dict[Callable[[Drawing], None], float] = {
    _erase_a_shared_record: 0.16,
    _erase_what_waits: 0.06,
    _recall: 0.16,
    _file_of_a_record: 0.10,
    _measure: 0.10,
    _own_words: 0.15,
    _successor: 0.06,
    _consult: 0.10,
    _onward_and_back: 0.08,
    _housekeeping: 0.10,
}
"""Scene → in what part of the seeds it stands."""
