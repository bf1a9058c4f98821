"""W82: a form that could not be done is given back as it was entered, and sent again is done once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from entente.app import NewBody, create_folder, open_parts, parts_of
from entente.bodies.model import BodyKind
from entente.settings import Settings
from entente.verbs import perform
from tests.support.desk_world import DeskWorld, one_desk
from tests.support.nodes import DUTY
from tests.unit.kernel.test_clock import SetClock

PASSPHRASE = "correct horse battery staple"
LONG = "Seen at gate 4. " * 200


def notes(world: DeskWorld, text: str) -> int:
    shown: Any = perform(world.node, "case_show", {"number": world.bureau.case})
    return [one["text"] for one in shown["events"]].count(text)


@contextmanager
def full_disk(world: DeskWorld) -> Iterator[None]:
    """Let the store's file not grow any more, as a disk without room does."""

    def pages(most: str) -> None:
        with world.node.cases.open_unit() as unit:
            connection: Any = unit.cases._connection  # type: ignore[attr-defined] # noqa: SLF001 - the engine's own word
            now = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
            connection.exec_driver_sql(f"PRAGMA max_page_count = {most or now}")

    pages("")
    try:
        yield
    finally:
        pages("1000000")


@pytest.mark.parametrize("language", ["en", "es"])
def test_form_on_a_full_disk_is_given_back_and_done_once_there_is_room(world: DeskWorld, language: str) -> None:
    browser, page = world.browser(language=language), f"/desk/cases/{world.bureau.case}"
    fields = {**browser.frame(page), "text": f"{language} {LONG}".strip()}
    with full_disk(world):
        refused = browser.post(f"{page}/note", fields)
    assert refused.status_code == 503, refused.text
    assert fields["text"] in unescape(refused.text)
    says = {"en": "the disk is full", "es": "el disco está lleno"}
    assert says[language] in unescape(refused.text)
    assert notes(world, fields["text"]) == 0
    assert [browser.post(f"{page}/note", fields).status_code for _ in range(2)] == [303, 303]
    assert notes(world, fields["text"]) == 1


@pytest.mark.parametrize("language", ["en", "ru"])
def test_form_while_the_clock_is_hours_behind_is_given_back_and_done_when_it_has_passed(
    tmp_path: Path, language: str
) -> None:
    kind, machine = BodyKind.NATIONAL_CENTRAL_BUREAU, SetClock(datetime.now(tz=UTC) + timedelta(minutes=1))
    new = NewBody(kind, "XA-NCB", "Bureau", "XA", "UTC", (), (PASSPHRASE,), 1, PASSPHRASE)
    create_folder(tmp_path / "xa", new)
    settings = Settings.at(tmp_path / "xa")
    with open_parts(settings, replace(parts_of(settings), clock=machine)) as (node, _):
        perform(node, "officer_add", {"officer": "head-1", "id": DUTY, "roles": ["duty_officer"]})
        opened: Any = perform(node, "case_open", {"officer": DUTY, "title": "Clock", "crime_area": "fugitives"})
        browser, page = one_desk(node).browser(language=language), f"/desk/cases/{opened['case']['number']}"
        fields = {**browser.frame(page), "text": "Seen at gate 4"}
        machine.moment -= timedelta(hours=5)
        assert browser.get(page).status_code == 200
        refused = browser.post(f"{page}/note", fields)
        assert refused.status_code == 503
        assert "Seen at gate 4</textarea>" in refused.text
        says = {"en": "its clock stepped back", "ru": "его часы перешли назад"}
        assert says[language] in refused.text
        assert (
            '<bdi lang="en">' not in refused.text[refused.text.index('id="summary"') : refused.text.index('id="page"')]
        )
        machine.moment += timedelta(hours=10)
        assert [browser.post(f"{page}/note", fields).status_code for _ in range(2)] == [303, 303]
        shown: Any = perform(node, "case_show", {"number": opened["case"]["number"]})
        assert [one["text"] for one in shown["events"]].count("Seen at gate 4") == 1
