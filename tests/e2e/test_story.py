"""The demonstration's story, told inside one process: every claim of every step is an assertion."""

from __future__ import annotations

from pathlib import Path

from demo import story
from demo.stage import LINES_MAX, Teller
from tests.support.nodes import open_network
from tests.support.story_world import InOneProcess


def test_the_story_ends_as_every_line_claims(tmp_path: Path) -> None:
    told: list[str] = []
    with open_network(tmp_path / "nodes", is_introduced=False) as network:
        teller = Teller(InOneProcess(network, tmp_path), told.append)
        promises = story.run(teller)
    assert [promise.number for promise in promises if not promise.is_kept] == []
    assert all(promise.tried for promise in promises)
    assert all(1 <= len(step.lines()) <= LINES_MAX for step in teller.steps)
    assert "Muhammadov" in "\n".join(told)
