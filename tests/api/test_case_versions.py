"""A case is changed by who saw what stands: its ETag, If-Match, and what of it a note leaves alone (docs/rules/api.md P9)."""

from __future__ import annotations

import uuid

import httpx
import pytest

from entente.kernel.canonical import JsonObject
from tests.support.api_requests import BODIES
from tests.support.api_world import Bureau

STEPS = {
    "closing": "close_case", "renaming": "rename_case", "team": "set_case_team", "hand-over": "hand_case_over",
    "splitting": "split_case",
}  # fmt: skip


@pytest.fixture
def case(bureau: Bureau) -> str:
    """Open a case; its path."""
    answer = bureau.ask("POST", "/cases", json=BODIES["open_case"], headers=key())
    return f"/cases/{answer.json()['id']}"


def key() -> dict[str, str]:
    return {"Idempotency-Key": str(uuid.uuid4())}


def change(bureau: Bureau, case: str, step: str, body: JsonObject, version: str | None) -> httpx.Response:
    return bureau.ask(
        "POST", f"{case}/{step}", json=body, headers=key() | ({} if version is None else {"If-Match": version})
    )


def test_case_is_shown_with_its_version_and_not_sent_again_while_nothing_came(bureau: Bureau, case: str) -> None:
    shown = bureau.ask("GET", case)
    tag = shown.headers["etag"]
    assert tag.startswith('"1.')
    again = bureau.ask("GET", case, headers={"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")
    bureau.ask("POST", f"{case}/notes", json={"text": "The person waits."}, headers=key())
    after = bureau.ask("GET", case, headers={"If-None-Match": tag})
    assert (after.status_code, len(after.json()["events"])) == (200, 2)
    assert after.headers["etag"] != tag


def test_note_that_came_meanwhile_hinders_no_change(bureau: Bureau, case: str) -> None:
    tag = bureau.ask("GET", case).headers["etag"]
    bureau.ask("POST", f"{case}/notes", json={"text": "The person waits."}, headers=key())
    assert change(bureau, case, "renaming", BODIES["rename_case"], tag).status_code == 200
    assert bureau.ask("GET", case).json()["case"]["version"] == 2


@pytest.mark.parametrize("step", STEPS)
def test_case_that_was_changed_meanwhile_stays_as_it_is(bureau: Bureau, case: str, step: str) -> None:
    seen = bureau.ask("GET", case).headers["etag"]
    title: JsonObject = {"title": "Gate 5", "crime_area": "fugitives"}
    assert change(bureau, case, "renaming", title, seen).status_code == 200
    before = bureau.ask("GET", case).json()
    for version in (seen, '"1"'):
        answer = change(bureau, case, step, BODIES[STEPS[step]], version)
        assert (answer.status_code, answer.json()["code"], answer.json()["changed_meanwhile"]) == (
            412,
            "conflict",
            True,
        )
    assert change(bureau, case, step, BODIES[STEPS[step]], None).status_code == 428
    assert change(bureau, case, step, BODIES[STEPS[step]], "*").status_code == 400
    in_body = change(bureau, case, step, {**BODIES[STEPS[step]], "version": 2}, '"2"')
    assert (in_body.status_code, in_body.json()["field"]) == (400, "version")
    assert bureau.ask("GET", case).json() == before


def test_case_that_is_closed_already_is_a_conflict_of_another_kind(bureau: Bureau, case: str) -> None:
    assert change(bureau, case, "closing", BODIES["close_case"], '"1"').status_code == 200
    again = change(bureau, case, "closing", BODIES["close_case"], '"2"')
    assert (again.status_code, "changed_meanwhile" in again.json()) == (409, False)
