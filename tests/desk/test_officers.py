"""Officers and their roles at the desk: listed, entered, changed, ended (docs/rules/desk.md W110 and W111)."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest

from entente.kernel.canonical import Json, JsonObject
from entente.verbs import perform
from entente.web.desk.page import PREFIX
from tests.support.api_world import UNIT
from tests.support.desk_world import COOKIE, Browser, DeskWorld
from tests.support.limited_units import HEAD_TWO, open_units, signed_in
from tests.support.nodes import DUTY, HEAD

LIST, NEW = f"{PREFIX}/officers", f"{PREFIX}/officers/new"
VERSION = re.compile(r'name="staff_version" value="([^"]*)"')


OPENS = open_units


@pytest.fixture
def head(world: DeskWorld) -> Browser:
    return signed_in(world, HEAD, "head_of_body")


def one(account: str, what: str = "one") -> str:
    return f"{LIST}/{what}/{account}"


def shown(world: DeskWorld, account: str) -> Any:  # noqa: ANN401 - an answer
    return perform(world.node, "officer_show", {"officer": HEAD, "id": account})


def enter(world: DeskWorld, account: str, **more: Json) -> None:
    given: JsonObject = {"officer": HEAD, "id": account, "roles": ["duty_officer"], **more}
    perform(world.node, "officer_add", given)


def version_on(page: str) -> str:
    found = VERSION.search(page)
    assert found is not None
    return unescape(found[1])


def choose(browser: Browser, account: str, **fields: str) -> str:
    """Choose an entry in the form; return the page of what it would do."""
    form = one(account, "change")
    page = browser.get(form).text
    sent = browser.send(form, form, {"staff_version": version_on(page), **fields})
    assert sent.status_code == 303, sent.text
    assert sent.headers["location"] == one(account, "foreseen")
    return browser.get(one(account, "foreseen")).text


def test_officer_is_entered_with_role_unit_and_end_and_is_invited_from_the_page(
    world: DeskWorld, head: Browser
) -> None:
    form = head.get(NEW).text
    for said in (
        "Works the desk of a bureau or entity.",
        "Manage officers",
        "Northern branch",
        "Integrator (machine account)",
    ):
        assert said in form
    fields = {"staff_id": "xb-new-1", "staff_roles": "duty_officer", "staff_unit": UNIT, "staff_until": "2099-03-01"}
    sent = head.send(NEW, NEW, fields)
    assert sent.status_code == 303, sent.text
    assert sent.headers["location"] == f"{one('xb-new-1')}?done=officer_entered"
    entry = shown(world, "xb-new-1")["officer"]
    assert (entry["roles"], entry["unit"], entry["unit_name"]) == (["duty_officer"], UNIT, "Northern branch")
    page = head.get(one("xb-new-1")).text
    assert f'action="{PREFIX}/accounts/invite"' in page
    assert "Officer entered or changed" in page
    assert f'<bdi class="number">{HEAD}</bdi>' in page
    again = head.send(NEW, NEW, fields | {"staff_roles": "analyst"})
    assert again.status_code == 409
    assert "entered already" in again.text
    assert 'value="xb-new-1"' in again.text
    assert shown(world, "xb-new-1")["officer"]["roles"] == ["duty_officer"]


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("staff_id", {"staff_id": ""}), ("staff_id", {"staff_id": "Zoë"}), ("staff_roles", {"staff_roles": ""}),
        ("staff_roles", {"staff_roles": "emperor"}), ("staff_unit", {"staff_unit": "nowhere"}),
        ("staff_until", {"staff_until": "2001-01-01"}), ("staff_until", {"staff_until": "x"}),
    ],
)  # fmt: skip
def test_form_in_error_is_given_back_and_enters_nobody(head: Browser, field: str, wrong: dict[str, str]) -> None:
    fields = {"staff_id": "xb-bad-1", "staff_roles": "analyst", "staff_machine": "yes", **wrong}
    sent = head.send(NEW, NEW, fields)
    assert sent.status_code == 400, sent.text
    assert f'href="#enter_officer-{field}"' in sent.text
    assert 'name="staff_machine" value="yes" checked' in sent.text
    assert "xb-bad-1" not in head.get(LIST).text


def test_change_is_shown_before_it_is_made_and_whoever_was_overtaken_is_told(world: DeskWorld, head: Browser) -> None:
    enter(world, "xb-changes", unit=UNIT)
    session = world.node.accounts.sessions
    text = choose(head, "xb-changes", staff_roles="analyst", staff_unit="south")
    for said in ("Nothing is changed yet", "Duty officer", "Import records", "Southern branch"):
        assert said in text
    assert shown(world, "xb-changes")["officer"]["roles"] == ["duty_officer"]
    # Another head changes the same officer meanwhile.
    enter(world, "xb-changes", unit="gate")
    foreseen = one("xb-changes", "foreseen")
    late = head.send(foreseen, foreseen, {"staff_version": version_on(text)})
    assert late.status_code == 409
    assert "was changed meanwhile" in late.text
    assert "Gate &lt;4&gt;" in late.text
    assert shown(world, "xb-changes")["officer"]["unit"] == "gate"
    seen = head.send(foreseen, foreseen, {"staff_version": version_on(late.text)})
    assert seen.status_code == 303, seen.text
    entry = shown(world, "xb-changes")["officer"]
    assert (entry["roles"], entry["unit"]) == (["analyst"], "south")
    assert session.of(DUTY) == ()
    # What was chosen is done once, and chosen anew after that.
    assert head.get(foreseen).headers["location"] == one("xb-changes", "change")


def test_last_day_that_is_left_as_it_is_keeps_its_moment(world: DeskWorld, head: Browser) -> None:
    until = "2099-05-04T11:30:00Z"
    enter(world, "xb-moment", until=until)
    assert 'value="2099-05-04"' in head.get(one("xb-moment", "change")).text
    for day, wanted in (("2099-05-04", until), ("2099-06-30", "2099-07-01T00:00:00Z"), ("", None)):
        text = choose(head, "xb-moment", staff_roles="duty_officer", staff_until=day)
        foreseen = one("xb-moment", "foreseen")
        assert head.send(foreseen, foreseen, {"staff_version": version_on(text)}).status_code == 303
        found = shown(world, "xb-moment")["officer"]["active_until"]
        assert (found or "")[:16] == (wanted or "")[:16]


def test_entry_ends_at_once_after_what_is_open_was_told_and_the_reason_is_of_the_list(
    world: DeskWorld, head: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    enter(world, "xb-leaves")
    perform(world.node, "shift_begin", {"officer": "xb-leaves"})
    case: Any = perform(
        world.node, "case_open", {"officer": "xb-leaves", "title": "Gems <1>", "crime_area": "fugitives"}
    )
    number = case["case"]["number"]
    set_team: JsonObject = {"number": number, "team": ["xb-leaves"], "version": 1, "officer": "xb-leaves"}
    perform(world.node, "case_team", set_team)
    ending = one("xb-leaves", "end")
    page = head.get(ending).text
    for said in ("On a shift since", number, "Gems &lt;1&gt;", "nobody else in its team", "Duty officer"):
        assert said in page
    with monkeypatch.context() as patched:
        patched.setattr("entente.verbs.officers.CASES_TOLD_MAX", 0)
        assert "Further cases in charge: 1" in head.get(one("xb-leaves")).text
    fields = {"staff_version": version_on(page)}
    for wrong in ("", "because"):
        sent = head.send(ending, ending, {**fields, "staff_reason": wrong})
        assert sent.status_code == 400
        assert 'id="end_officer-staff_reason-fault"' in sent.text
    done = head.send(ending, ending, {**fields, "staff_reason": "stood_down"})
    assert done.status_code == 303, done.text
    assert done.headers["location"] == f"{one('xb-leaves')}?done=officer_ended"
    page = head.get(one("xb-leaves")).text
    assert "Stood down" in page
    assert "Let the officer act again" in page
    assert "has ended already" in head.get(ending).text
    choose(head, "xb-leaves", staff_roles="analyst", staff_until="")
    foreseen = one("xb-leaves", "foreseen")
    assert head.send(foreseen, foreseen, {"staff_version": shown(world, "xb-leaves")["version"]}).status_code == 303
    assert shown(world, "xb-leaves")["officer"]["state"] == "active"
    trail = head.get(f"{PREFIX}/trail?about=xb-leaves").text
    assert "Stood down until something is settled" in trail


def test_nobody_changes_their_own_entry_and_who_is_alone_is_told(world: DeskWorld, head: Browser) -> None:
    page = head.get(one(HEAD)).text
    assert "changed by another officer" in page
    assert one(HEAD, "change") not in page
    text = choose(head, HEAD, staff_roles="data_protection_officer")
    assert "B24" in text
    assert "Nobody changes their own entry" in text
    version = shown(world, HEAD)["version"]
    refused = head.send(one(DUTY, "change"), one(HEAD, "end"), {"staff_version": version, "staff_reason": "left"})
    assert refused.status_code == 403
    assert "B24" in refused.text
    assert shown(world, HEAD)["officer"]["roles"] == ["head_of_body"]
    enter(world, "xb-head-3", roles=["head_of_body"])
    assert "One officer alone is left" not in head.get(one("xb-head-3", "end")).text


def test_list_is_narrowed_by_words_role_unit_and_state_and_paged(world: DeskWorld, head: Browser) -> None:
    enter(world, "xb-gone", roles=["analyst"])
    perform(world.node, "officer_end", {"officer": HEAD, "id": "xb-gone", "reason": "mistake"})
    enter(world, "xb-system", machine=True, roles=["integrator"], unit="south")

    def ids(query: str) -> set[str]:
        return set(re.findall(rf'href="{LIST}/one/([^"]*)"', head.get(f"{LIST}?{query}").text))

    assert {HEAD, HEAD_TWO, DUTY, "xb-gone", "xb-system"} <= ids("")
    assert ids("find=southern+system") == {"xb-system"}
    assert ids("in_state=ended&in_role=analyst") >= {"xb-gone"}
    assert DUTY not in ids("in_role=analyst")
    assert "xb-system" in ids("in_unit=south")
    assert HEAD in ids("in_unit=-")
    assert "xb-system" not in ids("in_unit=-")
    assert ids("find=nobody-of-this-name") == set()
    assert HEAD in ids("in_role=emperor&in_unit=nowhere&in_state=x&page=9")
    assert world.browser().get(LIST).status_code == 403
    for number in range(60):
        enter(world, f"xb-many-{number:02}")
    assert len(ids("find=many")) == 50
    assert len(ids("find=many&page=2")) == 10


def test_end_of_a_machine_account_tells_which_tokens_speak_no_more(world: DeskWorld, head: Browser) -> None:
    enter(world, "xb-fuses", machine=True, roles=["integrator"])
    asked: JsonObject = {"officer": HEAD, "account": "xb-fuses", "scopes": ["search"]}
    revoked = perform(world.node, "token_make", {**asked, "label": "Old system"})
    perform(world.node, "token_revoke", {"officer": HEAD, "token": revoked["token"]["id"]})  # type: ignore[index, call-overload] # an object
    perform(world.node, "token_make", {**asked, "label": "Customs <system>"})
    page = head.get(one("xb-fuses", "end")).text
    assert "Access tokens that end" in page
    assert "Customs &lt;system&gt;" in page
    assert "Old system" not in page
    # Of a change that leaves it to act none ends, nor of one that ended before.
    given: JsonObject = {"officer": HEAD, "id": "xb-fuses", "roles": ["integrator"], "machine": True}
    assert perform(world.node, "officer_preview", given)["tokens_ended"] == []
    perform(world.node, "officer_end", {"officer": HEAD, "id": "xb-fuses", "reason": "mistake"})
    assert "Access tokens that end" not in head.get(one("xb-fuses", "end")).text


def test_heavy_act_asks_who_is_there_first(world: DeskWorld, head: Browser) -> None:
    enter(world, "xb-heavy")
    version = shown(world, "xb-heavy")["version"]
    stale = world.browser(None)
    begun = world.signed_in.begin(HEAD, frozenset({"head_of_body"}), is_recent=False)
    stale.http.cookies.set(COOKIE, begun)
    fields = {"staff_version": version, "staff_reason": "left"}
    sent = stale.send(one("xb-heavy", "end"), one("xb-heavy", "end"), fields)
    assert sent.status_code == 400
    assert 'value="left" selected' in sent.text
    assert shown(world, "xb-heavy")["officer"]["state"] == "active"
    assert head.send(one("xb-heavy", "end"), one("xb-heavy", "end"), fields).status_code == 303
    assert shown(world, "xb-heavy")["officer"]["state"] == "ended"
