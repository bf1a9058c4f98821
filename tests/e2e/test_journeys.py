"""What officers do all day, clicked through in a real browser in each of the six languages, Arabic in every run.

Nothing is found by the words on it: fields, buttons and ways are found by what they are for, so that one journey holds in all
languages. Each page on the way is checked: its language and direction, that it is accessible, fits and asks nobody else.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from entente.kernel.ids import OfficerId
from entente.verbs import perform
from entente.web.wording import LANGUAGES, Wording
from tests.support.desk_server import Window, window
from tests.support.desk_world import DeskWorld, open_desk
from tests.support.nodes import DUTY, HEAD

IN_EVERY_RUN = "ar"
SCREEN: Any = {"width": 1280, "height": 900}
NEXT = OfficerId("duty-2")
"""The duty officer who comes next."""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeskWorld]:
    """Open the network."""
    with open_desk(tmp_path_factory.mktemp("network")) as opened:
        perform(opened.node, "officer_add", {"officer": HEAD, "id": NEXT, "roles": ["duty_officer"]})
        yield opened


in_each_language = pytest.mark.parametrize(
    "language", [one if one == IN_EVERY_RUN else pytest.param(one, marks=pytest.mark.long) for one in LANGUAGES]
)


class Journey:
    """A window on its way through the desk in one language."""

    def __init__(self, seen: Window, language: str) -> None:
        self.seen, self.page, self.say = seen, seen.page, Wording(language)

    def open(self, path: str) -> None:
        """Go to a page of the navigation."""
        assert self.seen.open(path) == 200
        self.check()

    def fill(self, **fields: str) -> None:
        """Fill fields by the ids of their act and name, with two underscores between."""
        for name, value in fields.items():
            field = self.page.locator(f"#{name.replace('__', '-')}")
            self.unfold(f"#{name.replace('__', '-')}")
            if field.evaluate("one => one.tagName") == "SELECT":
                field.select_option(value)
            else:
                field.fill(value)

    def press(self, action: str, button: str = "button:not([hidden])", *, came: bool = True) -> None:
        """Send the form whose address ends so; what comes is checked."""
        form = f"form[method=post][action$='{action}']"
        self.unfold(form)
        with self.page.expect_navigation():
            self.page.locator(f"{form} {button}").first.click()
        if came:
            expect(self.page.locator("#done")).to_be_visible()
        self.check()

    def follow(self, way: str) -> None:
        """Follow the first link whose address has this in it, in the page itself."""
        with self.page.expect_navigation():
            self.page.locator(f"main a[href*='{way}']").first.click()
        self.check()

    def check(self) -> None:
        """Hold the page that is shown to what every page is held to."""
        root = self.page.locator("html")
        expect(root).to_have_attribute("lang", self.say.language)
        expect(root).to_have_attribute("dir", self.say.direction)
        expect(self.page.locator(".faults")).to_have_count(0)
        assert self.seen.violations() == []
        assert self.seen.overflow() <= 0
        assert self.seen.complaints == []
        assert all(one.startswith((self.seen.address, "data:")) for one in self.seen.asked)

    def unfold(self, what: str) -> None:
        """Open what is folded around an element, from the outermost on, as a hand would."""
        folds = self.page.locator(f"details:not([open]):has({what})")
        while folds.count():
            folds.first.locator("> summary").click()


@pytest.fixture
def journey(world: DeskWorld, browser: Browser, address: str, language: str) -> Iterator[Journey]:
    """Begin as the duty officer, at a screen of 1280 by 900."""
    with window(browser, world, address, language=language, viewport=SCREEN) as seen:
        yield Journey(seen, language)


@in_each_language
def test_what_was_found_is_compared_confirmed_and_asked_about(journey: Journey) -> None:
    journey.open("/desk/search")
    journey.fill(
        ask__line="Muhammadov, 1979", ask__purpose="identify", ask__crime_area="fugitives", ask__occasion="Gate 4"
    )
    journey.press("/desk/search", "button.first", came=False)
    journey.follow("/XA-NCB/w-1")
    expect(journey.page.locator("h1")).to_contain_text("Мухаммедов Абдулло")
    journey.fill(confirm_hit__circumstances="Passport at gate 4")
    journey.press("/confirm/XA-NCB/w-1")
    expect(journey.page.locator("#page")).to_contain_text("Passport at gate 4")
    # The source is asked for leave to do more.
    journey.follow("/desk/records/XA-NCB/w-1")
    journey.follow("/desk/ask/XA-NCB/w-1")
    journey.page.locator("input[name=acts][value=forward]").check()
    journey.fill(ask_leave__forward_to="RC", ask_leave__justification="The court asks for it.")
    journey.press("/desk/ask/XA-NCB/w-1")


@in_each_language
def test_case_is_opened_worked_closed_reopened_and_printed(journey: Journey, language: str) -> None:
    journey.open("/desk/cases")
    journey.fill(open_case__title=f"Gate 4, {language}", open_case__crime_area="fugitives")
    journey.press("/desk/cases")
    journey.fill(note_case__text="A grey van waited.")
    journey.press("/note")
    journey.fill(set_case_task__what="Ask the consulate", set_case_task__officer=str(DUTY))
    journey.press("/tasks")
    journey.fill(
        enter_exhibit__kind="object", enter_exhibit__what="A key", enter_exhibit__day="2026-11-20",
        enter_exhibit__time="08:00", enter_exhibit__found_where="Gate 4", enter_exhibit__found_by="Officer of the gate",
        enter_exhibit__seal="S-1",
    )  # fmt: skip
    journey.press("/exhibits")
    expect(journey.page.locator("#exhibits")).to_contain_text("S-1")
    journey.unfold("form[action$='/tasks/done']")
    journey.page.locator("form[action$='/tasks/done'] textarea").fill("They know nothing.")
    journey.press("/tasks/done")
    journey.fill(close_case__reason="Nothing is left to do.")
    journey.press("/close")
    journey.fill(reopen_case__reason="The consulate answered.")
    journey.press("/reopen")
    journey.follow("/print")
    for said in ("A grey van waited.", "Ask the consulate", "A key", "The consulate answered."):
        expect(journey.page.locator("#page")).to_contain_text(said)


@in_each_language
def test_message_is_looked_at_sent_and_recalled(journey: Journey, language: str) -> None:
    subject = f"Gate 4, {language}"
    journey.open("/desk/messages/new")
    journey.fill(
        send_message__to="XA-NCB", send_message__instrument="charter", send_message__subject=subject,
        send_message__text="Who was at gate 4?",
    )  # fmt: skip
    # Before it goes: who gets it, and who may do what with it.
    journey.press("/desk/messages", "button.first", came=False)
    expect(journey.page.locator("#page")).to_contain_text("XA-NCB")
    journey.press("/desk/messages", "button.first:not([formaction])")
    journey.fill(recall_message__reason="It went to the wrong body.")
    journey.press("/recall")
    expect(journey.page.locator("#page")).to_contain_text("It went to the wrong body.")


@in_each_language
def test_record_shows_its_versions_holders_and_who_sees_it_and_is_corrected(journey: Journey, language: str) -> None:
    journey.open("/desk/search")
    journey.fill(
        ask__line="", ask__identifiers="", ask__purpose="identify", ask__crime_area="fugitives", ask__occasion=language
    )
    journey.fill(ask__line="Muhammadov")
    journey.press("/desk/search", "button.first", came=False)
    journey.follow("/desk/records/XB-NCB/o-2")
    journey.follow("/desk/correct/XB-NCB/o-2")
    journey.page.locator("[name='fact.0']").fill(f"Muhammadov {language.upper()}")
    journey.page.locator("[name=reason]").select_option(index=1)
    journey.press("/desk/correct/XB-NCB/o-2")
    expect(journey.page.locator("#page")).to_contain_text(f"Muhammadov {language.upper()}")
    # It leads to what differs.
    assert "/desk/versions/XB-NCB/o-2" in journey.page.url
    journey.follow("/desk/records/XB-NCB/o-2")
    # Who holds copies, and who sees it by which right.
    for part in ("#holders", "#who"):
        expect(journey.page.locator(part)).to_be_visible()


@in_each_language
def test_suspension_is_foreseen_and_drafted_by_a_head(
    world: DeskWorld, browser: Browser, address: str, language: str
) -> None:
    with window(browser, world, address, language=language, role="head_of_body", viewport=SCREEN) as seen:
        journey = Journey(seen, language)
        journey.open("/desk/sharing")
        journey.open("/desk/matrix")
        journey.open("/desk/instruments/police-data-agreement")
        journey.follow("/suspend")
        journey.fill(
            draft_suspension__decided_by="Council of Ministers", draft_suspension__decision="Decision 1 of 2026",
            draft_suspension__review_on="2099-01-31",
        )  # fmt: skip
        seen.page.locator("#draft_suspension-stop_reason").select_option(index=1)
        journey.press("/suspend", "button.first")
        # What would stop is told before anybody signs.
        expect(journey.page.locator("#page")).to_contain_text("XA-NCB")
        assert "/desk/to-sign/draft-" in journey.page.url


@in_each_language
def test_own_contact_point_is_kept_and_the_book_finds_it(journey: Journey, language: str) -> None:
    journey.open("/desk/contacts/own")
    journey.follow("/desk/contacts/point")
    function = f"Duty desk, {language}"
    journey.fill(
        keep_contact__contact_function=function, keep_contact__contact_kind="duty_desk",
        keep_contact__contact_phone="+1 555 0100", keep_contact__contact_languages="en fr",
        keep_contact__contact_days="always", keep_contact__contact_zone="UTC",
    )  # fmt: skip
    journey.press("/contacts/point")
    expect(journey.page.locator("#page")).to_contain_text(function)


@in_each_language
def test_table_is_imported_by_its_columns_and_a_rejected_row_is_mended(
    world: DeskWorld, journey: Journey, language: str, tmp_path: Path
) -> None:
    table = tmp_path / f"{language}.csv"
    table.write_text(f"Ref,Surname,Given\n{language}-1,Sorn,Mira\n,Sorn,Lea\n", encoding="utf-8")
    journey.open("/desk/imports")
    journey.page.locator("form[action$='/desk/imports'] input[type=file]").set_input_files(table)
    journey.press("/desk/imports", came=False)
    journey.page.locator("[name=key_columns][value=Ref]").check()
    # What the columns hold was seen by their names; the terms are the officer's.
    for name in ("purposes", "crime_areas", "handling"):
        journey.page.locator(f"[name={name}]").first.check()
    journey.fill(
        begin_import__title=f"A list, {language}", begin_import__kind="person_of_interest", begin_import__status="suspect",
        begin_import__confidentiality="restricted", begin_import__source_evaluation="A",
        begin_import__information_evaluation="1", begin_import__review_years="1", begin_import__erase_years="3",
    )  # fmt: skip
    begin = f"/desk/imports/{journey.page.url.rpartition('/')[2]}"
    journey.press(begin, "button[value=preview]", came=False)
    expect(journey.page.locator("#rows .is-halt")).to_have_count(1)
    expect(journey.page.locator("#rows .is-on")).to_have_count(1)
    journey.press(begin, "button[value=begin]", came=False)
    world.work()
    journey.page.reload()
    journey.check()
    expect(journey.page.locator("a[href*='rejects.']")).not_to_have_count(0)
    journey.unfold("form[action$='/mend']")
    journey.page.locator("form[action$='/mend'] [name^='cell']").first.fill(f"{language}-2")
    journey.press("/mend", came=False)
    world.work()
    journey.page.reload()
    journey.check()
    expect(journey.page.locator("a[href*='rejects.']")).to_have_count(0)


@in_each_language
def test_shift_is_begun_noted_handed_over_and_taken_over(
    world: DeskWorld, browser: Browser, address: str, journey: Journey, language: str
) -> None:
    journey.open("/desk/shift")
    journey.press("/shift/begin")
    journey.fill(note_shift__text=f"The line to XA was down, {language}.")
    journey.press("/shift/note")
    journey.fill(hand_over_shift__for_next="Ask XA again at six.")
    journey.press("/shift/hand-over")
    sheet = journey.page.url.removeprefix(address).partition("?")[0]
    with window(browser, world, address, language=language, account=NEXT, viewport=SCREEN) as seen:
        incoming = Journey(seen, language)
        incoming.open(sheet)
        expect(seen.page.locator("#page")).to_contain_text(f"The line to XA was down, {language}.")
        expect(seen.page.locator("#page")).to_contain_text("Ask XA again at six.")
        incoming.press("/take-over")


@in_each_language
def test_trail_is_searched_and_a_proof_is_checked(
    world: DeskWorld, browser: Browser, address: str, language: str
) -> None:
    with window(browser, world, address, language=language, role="compliance_reviewer", viewport=SCREEN) as seen:
        journey = Journey(seen, language)
        journey.open("/desk/trail")
        journey.open("/desk/trail?act=search")
        expect(seen.page.locator("#page")).to_contain_text(str(DUTY))
        journey.follow("/desk/trail/check")
