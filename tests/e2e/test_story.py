"""The demonstration's story, told inside one process: every claim of every step is an assertion."""

from __future__ import annotations

import re

import pytest

from demo import story
from demo.page import NodeTrail, write_story
from demo.stage import LINES_MAX, StoryBrokenError, Teller, claim
from tests.support.nodes import KINDS, open_network
from tests.support.story_world import InOneProcess


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[Teller, list[str], str]:
    place = tmp_path_factory.mktemp("story")
    lines: list[str] = []
    with open_network(place / "nodes", is_introduced=False) as network:
        teller = Teller(InOneProcess(network, place), lines.append)
        promises = story.run(teller)
        trails = [
            NodeTrail(
                code,
                KINDS[code][1],
                list(reversed(teller.ask(code, "trail_show", officer="dpo-1", limit=1_000)["rows"])),
                teller.ask(code, "trail_verify")["proof"]["finding"],
            )
            for code in KINDS
        ]
        page = place / "story.html"
        write_story(page, teller.steps, promises, trails)
    return teller, lines, page.read_text(encoding="utf-8")


def test_the_story_ends_as_every_line_claims(told: tuple[Teller, list[str], str]) -> None:
    teller, lines, _ = told
    promises = teller.promises()
    assert [promise.number for promise in promises if not promise.is_kept] == []
    assert all(promise.tried for promise in promises)
    assert "Muhammadov" in "\n".join(lines)


def test_each_step_takes_at_most_three_lines_of_a_terminal(told: tuple[Teller, list[str], str]) -> None:
    teller, _, _ = told
    assert all(1 <= len(step.lines()) <= LINES_MAX for step in teller.steps)
    assert max(len(line) for step in teller.steps for line in step.lines()) <= 120


def test_a_claim_that_does_not_hold_stops_the_story() -> None:
    claim("it holds", holds=True)
    with pytest.raises(StoryBrokenError, match="it does not"):
        claim("it does not", holds=False)


def test_the_page_holds_each_message_and_each_refusal_and_loads_nothing(told: tuple[Teller, list[str], str]) -> None:
    _, _, page = told
    assert len(re.findall(r"<line x1=", page)) > 20
    expected_words = (
        "D6", "B9.4", "Order 114/2026", "suspended", "heads&#39; signature", "propose an expulsion", "clause 3",
        "Мухаммедов Абдулло",
    )  # fmt: skip
    for expected in expected_words:
        assert expected in page
    labels = re.findall(r'<text class="label"[^>]*>([^<]*)</text>', page)
    assert "message" in labels
    assert "envelope" not in labels, "an arrow says what it carried"
    assert "body:" not in page.replace("font-body:", ""), "ids are told by what people call them"
    assert re.findall(r"(?:src|href)=[\"'](?!#)", page) == []
