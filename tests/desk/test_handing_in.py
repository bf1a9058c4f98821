"""What heads signed comes back as files, and a draft says what it would change; W77 and W78 of docs/rules/desk.md."""

from __future__ import annotations

import json
from dataclasses import replace
from html import unescape

import pytest

from entente.agreements.drafts import file_of, read_files
from entente.web.desk.multipart import SMALL_FILES_MAX
from tests.desk.test_instruments import SUSPENSION, drafted, file_on, head, signed, state_of
from tests.support.desk_world import COOKIE, Browser, DeskWorld, FilesSent
from tests.support.nodes import AGREEMENT_NAME

AT = f"/desk/instruments/{AGREEMENT_NAME}"
FILES = "/desk/to-sign/files"


def files(*sent: tuple[str, str | bytes]) -> FilesSent:
    return [("signed_files", (name, data.encode() if isinstance(data, str) else data)) for name, data in sent]


def draft(world: DeskWorld, browser: Browser, **more: str) -> str:
    return drafted(world, browser, f"{AT}/suspend", f"{AT}/suspend", **{**SUSPENSION, **more})


def test_w77_copies_that_each_head_signed_are_taken_in_together(world: DeskWorld) -> None:
    browser = head(world)
    page = draft(world, browser)
    (whole,) = read_files(signed(world, file_on(browser, page)))
    first, second = (
        json.dumps(file_of([{**whole.to_json(), "signatures": [one]}]))
        for one in whole.to_json()["signatures"][:2]  # type: ignore[index, union-attr]
    )
    alone = browser.send(page, FILES, {}, files(("head-1.json", first)))
    assert alone.status_code == 403, "one head is below the threshold"
    assert state_of(world, "XB-NCB")[0]["state"] == "active"
    taken = browser.send(page, FILES, {}, files(("head-1.json", first), ("head-2.json", second)))
    assert taken.status_code == 303, taken.text
    assert state_of(world, "XB-NCB")[0]["state"] == "suspended"
    suspension = state_of(world, "XB-NCB")[0]["suspensions"][0]["id"]
    page = drafted(world, browser, f"{AT}/resume", AT, suspension=suspension)
    back = browser.send(page, FILES, {}, files(("back.json", signed(world, file_on(browser, page)))))
    assert back.status_code == 303
    assert state_of(world, "XB-NCB")[0]["state"] == "active"


def test_w77_each_file_that_is_none_is_named_with_what_is_wrong_and_nothing_is_taken(world: DeskWorld) -> None:
    browser = head(world)
    page = draft(world, browser)
    good = signed(world, file_on(browser, page))
    answer = browser.send(
        page, FILES, {}, files(("good.json", good), ("../../odd name.json", b"\xff\xfe"), ("list.csv", "a,b"))
    )
    assert answer.status_code == 400
    text = unescape(answer.text)
    assert "«odd name.json»: it is not UTF-8" in text
    assert "«list.csv»: it is no JSON" in text
    assert "good.json" not in text
    assert state_of(world, "XB-NCB")[0]["state"] == "active"


def test_who_has_to_prove_who_they_are_is_told_to_choose_the_files_again(world: DeskWorld) -> None:
    browser = head(world)
    sent = files(("signed.json", signed(world, file_on(browser, page := draft(world, browser)))))
    sessions, name = world.signed_in.sessions, browser.http.cookies[COOKIE]
    sessions[name] = replace(sessions[name], is_recent=False)
    told = browser.send(page, FILES, {}, sent)
    assert "then choose the files again and send this form; nothing else of it is lost" in told.text
    assert (
        "then send this form again; nothing of it is lost" in browser.send(page, "/desk/to-sign", {"signed": "{}"}).text
    )
    assert state_of(world, "XB-NCB")[0]["state"] == "active"


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        ([], "file"),
        ([("x.json", "{}")] * (SMALL_FILES_MAX + 1), "more than 20 files"),
        ([("x.json", b" " * (8 * 1024**2 + 1))], "more than 8.39 MB"),
    ],
)
def test_w77_none_too_many_and_too_large_ones_give_the_form_back_or_say_so(
    world: DeskWorld, sent: list[tuple[str, str | bytes]], says: str
) -> None:
    browser = head(world)
    answer = browser.send("/desk/to-sign", FILES, {}, files(*sent))
    assert answer.status_code == 400
    assert says in unescape(answer.text)


def test_w77_other_files_under_the_same_key_of_the_form_are_another_act(world: DeskWorld) -> None:
    browser = head(world)
    frame = browser.frame("/desk/to-sign")
    for name, data in (("one.json", "[]"), ("two.json", "{}")):
        answer = browser.post(FILES, frame, files=files((name, data)))
        assert answer.status_code == 400
        assert name in answer.text


def test_w77_a_file_in_a_field_that_takes_none_is_refused(world: DeskWorld) -> None:
    browser = head(world)
    answer = browser.send("/desk/to-sign", FILES, {}, [("other", ("x.json", b"{}"))])
    assert answer.status_code == 400


def test_w78_a_draft_says_what_would_stop_and_what_would_begin(world: DeskWorld) -> None:
    browser = head(world)
    stopped = browser.get(draft(world, browser)).text
    assert "What would change for XB-NCB" in stopped
    assert "gives: would stop" in stopped
    assert "gets: would stop" not in stopped, "it stops what we send alone"
    leaving = browser.get(drafted(world, browser, f"{AT}/withdraw", AT)).text
    assert "both ways: would stop" in leaving
    narrowed = browser.get(drafted(world, browser, f"{AT}/narrow", AT, stay_kinds="message")).text
    assert "Wanted person" in narrowed[narrowed.index("would stop") :]
