"""Each form of the desk, sent with nothing in it: given back with a sentence at each field that is needed (desk.md W118)."""

from __future__ import annotations

import re
from html import unescape

import pytest

from entente.web.desk.forms import Kind
from entente.web.desk.page import ActPage
from entente.web.desk.table import PAGES
from entente.web.wording import Wording
from tests.support.desk_pages import filled, path_of, role_for, with_query
from tests.support.desk_world import COOKIE, DeskWorld

ARABIC = Wording("ar")
NOTHING, NO_FILE = (f"{ARABIC.text(f'fault.{one}')} {ARABIC.text(f'fault.{one}_do')}" for one in ("missing", "no_file"))
ACTS = tuple(
    act for act in PAGES if isinstance(act, ActPage) and any(one.is_needed and not one.is_many for one in act.fields)
)
# Those whose form stands on the page only where there is what it is about (a task, an exhibit, a roster's entry, what is held,
# a proposal of another officer …), which the test network has not at the address; their fields are written by the same macros.
NOT_SHOWN = frozenset(
    {
        "refuse_message", "recall_from_all", "recall_from_some", "reopen_case", "finish_task", "hand_exhibit_over", "set_team",
        "note_shift", "take_over_shift", "take_off_duty", "acknowledge_call", "confirm_limits", "refuse_limits",
        "remove_contact", "draft_resumption", "draft_measure", "release_held", "drop_held",
        "release_all_held", "accept_successor", "put_entry", "choose_earlier_units", "take_back_instrument",
        "refuse_instrument", "keep_group", "enter_order", "check_exhibit", "end_namesake",
    }
)  # fmt: skip
CONTROL = re.compile(r'<(?:input(?! type="hidden")|select|textarea|fieldset)\b[^>]*\bid="([^"]+)"')
POSTED = re.compile(r'<form\b[^>]*method="post".*?</form>', re.DOTALL)
PICKED = re.compile(r'type="(?:date|datetime-local)"')
BEGINS_AT = re.compile(r"<(?:input|select|textarea)\b[^>]* autofocus[^>]*>")
FIRST_WAY = re.compile(r'id="summary".*?<li>\s*<a href="#([^"]+)"', re.DOTALL)


def fault_at(page: str, name: str) -> str:
    """Return what a page says is wrong at a field; empty for nothing."""
    beside = re.search(rf'id="{re.escape(name)}-fault">(.*?)</p>', page, re.DOTALL)
    within = re.search(rf'<fieldset[^>]*id="{re.escape(name)}".*?</fieldset>', page, re.DOTALL)
    if beside is None and within is not None:
        beside = re.search(r'<p class="fault">(.*?)</p>', within[0], re.DOTALL)
    return "" if beside is None else unescape(beside[1])


@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.name)
def test_w118_form_left_empty_is_given_back_in_its_readers_language_at_its_first_wrong_field(
    world: DeskWorld, act: ActPage
) -> None:
    browser = with_query(world, world.browser(role_for(world, act), "ar"))
    session = world.signed_in.sessions[browser.http.cookies[COOKIE]]
    empty = {"csrf": session.csrf, "once": f"empty-{act.name}", **{one.name: "" for one in act.fields}}
    there = {
        name.removeprefix(f"{act.name}-") for name in CONTROL.findall(browser.post(path_of(world, act), empty).text)
    }
    visible = [one for one in act.fields if one.is_needed and not one.is_many and one.name in there]
    assert (not visible) is (act.name in NOT_SHOWN), "a form that is not on the page here is named under NOT_SHOWN"
    if not visible:
        return
    # What a page fills in by itself is never empty.
    by_itself = {name: value for name, value in filled(act).items() if name not in there}
    answer = browser.post(path_of(world, act), {**empty, **by_itself})
    assert answer.status_code == 400
    assert {one.name: fault_at(answer.text, f"{act.name}-{one.name}") for one in visible} == {
        one.name: NO_FILE if one.kind in {Kind.FILE, Kind.FILES} else NOTHING for one in visible
    }
    # Without script by the field itself, with it by the first way of the summary.
    way = FIRST_WAY.search(answer.text)
    assert way is not None
    assert f'id="{way[1]}"' in answer.text
    begins = BEGINS_AT.findall(answer.text)
    is_set = re.search(rf'<fieldset[^>]*id="{re.escape(way[1])}"', answer.text) is not None
    assert len(begins) == 1 or is_set, "a set of boxes begins where the script finds it"
    assert all(f'name="{visible[0].name}"' in one for one in begins)
    for form in POSTED.findall(answer.text):
        # The browser alone can tell a day that is half entered from none.
        assert form.partition(">")[0].endswith(" novalidate") is (PICKED.search(form) is None)
