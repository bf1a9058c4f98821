"""First steps: what an officer can do here with the roles they have, and with whom; for the first day at a node of any body."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from entente.verbs.references import names_and_officer
from entente.web.desk.page import PREFIX, Asked, Page, ShowPage, may_do
from entente.web.desk.reading import BodyName

FIRST_STEPS_PATH: Final = f"{PREFIX}/first-steps"
BODIES_SHOWN_MAX: Final = 40
"""A network has up to 260 bodies; whom one can reach is seen by the first of them."""


@dataclass(frozen=True, slots=True)
class StepLine:
    """One thing to do."""

    name: str
    """Key of its text, `first_steps.…`; with `_help` behind it, what it is for."""
    to: str
    """Where it is done; empty where it is done on every page."""


@dataclass(frozen=True, slots=True)
class FirstStepsPage:
    """What `first_steps.html` shows."""

    title: str
    own: BodyName
    roles: Sequence[str]
    others: Sequence[BodyName]
    has_more: bool
    """Whether there are more bodies than are named."""
    instruments: Sequence[str]
    steps: Sequence[StepLine]


STEPS: Sequence[tuple[str, str, tuple[str, ...]]] = (
    ("desk", f"{PREFIX}/", ()),
    ("shift", f"{PREFIX}/shift", ("work_shift",)),
    ("search", f"{PREFIX}/search", ("search",)),
    ("candidate", f"{PREFIX}/search", ("confirm_hit",)),
    ("cases", f"{PREFIX}/cases", ("open_case",)),
    ("messages", f"{PREFIX}/messages/new", ("send_message",)),
    ("hits", f"{PREFIX}/hits", ("confirm_hit", "answer_hit")),
    ("batches", f"{PREFIX}/batches", ("search",)),
    ("enter", f"{PREFIX}/enter", ("enter_record",)),
    ("imports", f"{PREFIX}/imports", ("import_records",)),
    ("directory", f"{PREFIX}/directory", ()),
    ("sharing", f"{PREFIX}/matrix", ()),
    ("governing", f"{PREFIX}/instruments", ("sign_instrument", "suspend", "resume")),
    ("trail", f"{PREFIX}/trail", ("read_trail",)),
    ("node", f"{PREFIX}/node", ("run_node",)),
    ("officers", f"{PREFIX}/officers", ("manage_officers",)),
    ("units", f"{PREFIX}/units/own", ("manage_officers",)),
    ("accounts", f"{PREFIX}/accounts", ("manage_officers",)),
    ("account", f"{PREFIX}/account", ()),
    ("keys", "", ()),
)
"""Name, where it is done, and the verbs of which a role must have one; none for everybody."""


def _first_steps(asked: Asked) -> FirstStepsPage:
    names, officer = names_and_officer(asked.node, asked.officer)
    others = sorted((one.code, one.name) for one in names.bodies.values() if one.id != names.own.id)
    return FirstStepsPage(
        title=asked.say.text("first_steps.title"),
        own=BodyName(names.own.code, names.own.name),
        roles=sorted((asked.say.code("roles", role) for role in officer.roles), key=asked.say.place),
        others=[BodyName(code, name) for code, name in others[:BODIES_SHOWN_MAX]],
        has_more=len(others) > BODIES_SHOWN_MAX,
        instruments=sorted(state.instrument.name for state in names.instruments.values()),
        steps=[StepLine(name, to) for name, to, verbs in STEPS if not verbs or may_do(asked, *verbs)],
    )


PAGES: Sequence[Page] = (
    ShowPage(
        "first_steps", "/first-steps", (), (), "first_steps.html",
        "What can be done here with the roles one has, and with whom.", _first_steps,
    ),
)  # fmt: skip
