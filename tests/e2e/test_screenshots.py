"""The pictures of the README: the desk in a real browser, with the invented data of the tests. `make screenshots` keeps them.

In the ordinary long run they are drawn into a folder of the test's own, and looked at for their size alone.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from entente.kernel.canonical import JsonObject
from entente.verbs import perform
from entente.web.desk.memory import KeptQuery
from tests.support.api_world import SEEN
from tests.support.desk_pages import KEY, TASK
from tests.support.desk_server import window
from tests.support.desk_world import DeskWorld, open_desk
from tests.support.nodes import DUTY

pytestmark = [pytest.mark.e2e, pytest.mark.long]
BYTES_MAX = 150_000
"""A clone carries every version of each picture for ever."""
DESK: Any = {"width": 1180, "height": 760}
PHONE: Any = {"width": 390, "height": 844}
LETTERS: tuple[tuple[str, str, bool], ...] = (
    ("Child taken across the border at Gate 4", "immediate_danger_to_life", True),
    ("Passport seen again: AB123456", "urgent", True),
    ("Change of our contact point from Monday", "normal", False),
)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeskWorld]:
    """Open the network, with a night's messages."""
    with open_desk(tmp_path_factory.mktemp("network")) as opened:
        letter: JsonObject = {"officer": DUTY, "instrument": "charter", "text": "See the case.", "to": "XB-NCB"}
        for subject, urgency, for_action in LETTERS:
            given = {**letter, "subject": subject, "urgency": urgency, "for_action": for_action}
            perform(opened.bureau.network["XA-NCB"], "message_send", given)
        opened.bureau.network.deliver()
        yield opened


@pytest.mark.parametrize(
    ("name", "path", "language", "size"),
    [
        ("desk", "/desk/", "en", DESK),
        ("candidate", f"/desk/search/{KEY}/{SEEN}", "en", DESK),
        ("arabic_phone", f"/desk/search/{KEY}", "ar", PHONE),
    ],
)
def test_picture_is_drawn_and_small(
    world: DeskWorld,
    browser: Browser,
    address: str,
    tmp_path: Path,
    name: str,
    path: str,
    language: str,
    size: Any,  # noqa: ANN401 - a form of the library's
) -> None:
    folder = Path(os.environ.get("SCREENSHOTS", tmp_path))
    with window(browser, world, address, language=language, viewport=size, color_scheme="light") as seen:
        memory = world.desk.memories.of(list(world.signed_in.sessions.values())[-1].csrf)
        memory.task = TASK
        memory.keep(KEY, KeptQuery({"line": "Muhammadov, 1979, AB123456"}, TASK, world.node.clock.now()))
        assert seen.open(path) == 200
        assert seen.complaints == []
        picture = seen.page.screenshot(path=folder / f"{name}.png", animations="disabled")
    assert len(picture) <= BYTES_MAX
