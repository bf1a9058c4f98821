"""Messages and hits in a browser: the envelope before the text, what was done, how far it came; docs/rules/correspondence.md."""

from __future__ import annotations

import re
from typing import Any

from entente.kernel.canonical import JsonObject
from entente.verbs import perform
from tests.support.desk_world import Browser, DeskWorld
from tests.support.nodes import DUTY

MESSAGES = "/desk/messages"
LETTER = {"to": "XA-NCB", "instrument": "charter", "subject": "Gate 9", "text": "Who is it?", "urgency": "urgent"}


def received(world: DeskWorld, **more: Any) -> str:  # noqa: ANN401 - fields of a verb
    letter = {"officer": DUTY, "instrument": "charter", "subject": "Gate 7", "text": "Secret words", **more}
    came: Any = perform(world.bureau.network["XA-NCB"], "message_send", {**letter, "to": "XB-NCB"})
    world.bureau.network.deliver()
    return str(came["message"]["id"])


def steps_at_sender(world: DeskWorld, message: str) -> list[str]:
    world.bureau.network.deliver()
    shown: Any = perform(world.bureau.network["XA-NCB"], "message_show", {"id": message})
    return sorted(step["step"] for delivery in shown["message"]["deliveries"] for step in delivery["steps"])


def test_page_of_a_message_that_came_shows_its_envelope_and_tells_nobody(world: DeskWorld) -> None:
    message, browser = received(world), world.browser()
    text = browser.get(f"{MESSAGES}/{message}").text
    assert "Gate 7" in text
    assert "Secret words" not in text
    assert steps_at_sender(world, message) == []


def test_opening_it_shows_the_text_from_then_on_and_tells_its_sender(world: DeskWorld) -> None:
    message, browser = received(world), world.browser()
    page = f"{MESSAGES}/{message}"
    answer = browser.send(page, f"{page}/open", {})
    assert answer.headers["location"] == page
    assert "Secret words" in browser.get(page).text
    assert steps_at_sender(world, message) == ["opened"]
    # Whoever reads it again is a row of the trail, and nobody elsewhere is told.
    assert "Secret words" in world.browser("analyst").get(page).text
    row = world.node.trail.latest(1)[0]
    assert (row.act.verb, row.act.officer) == ("read_message", world.officer("analyst"))
    assert steps_at_sender(world, message) == ["opened"]


def looks_at(world: DeskWorld, message: str) -> int:
    """Return how many looks at a message stand in the trail."""
    with world.node.directory.open_unit() as unit:
        rows = unit.trail.about(message, 1_000)
    return sum(row.act.verb == "read_message" for row in rows)


def test_w154_opening_is_one_look_and_a_page_that_asks_by_itself_is_none(world: DeskWorld) -> None:
    message, browser = received(world), world.browser()
    page, by_itself = f"{MESSAGES}/{message}", {"HX-Request": "true"}
    assert "data-stays" not in browser.get(page, headers=by_itself).text
    browser.send(page, f"{page}/open", {})
    shown = browser.get(page).text
    assert "Secret words" in shown
    assert "data-stays" not in shown
    assert looks_at(world, message) == 1
    # The page shows what is new, and leaves the text as it stands there; of a colleague who looked at nothing too.
    for each in (browser, world.browser("analyst")):
        fresh = each.get(page, headers=by_itself).text
        assert '<section class="card" id="letter" aria-label="Text" data-stays>' in fresh
        assert "Secret words" not in fresh
    assert looks_at(world, message) == 1
    assert "Secret words" in browser.get(page).text
    assert looks_at(world, message) == 2


def test_w154_what_was_opened_is_kept_for_the_page_that_comes_next_and_for_no_other(world: DeskWorld) -> None:
    message, other, browser = received(world), received(world), world.browser()
    page = f"{MESSAGES}/{message}"
    browser.send(page, f"{page}/open", {})
    browser.get(f"{MESSAGES}/{other}")
    browser.send(f"{MESSAGES}/{other}", f"{MESSAGES}/{other}/open", {})
    assert "Secret words" in browser.get(page).text
    assert (looks_at(world, message), looks_at(world, other)) == (2, 1)


def test_w154_page_of_a_message_of_ours_shows_its_text_whoever_asks(world: DeskWorld) -> None:
    answer = world.browser().send(f"{MESSAGES}/new", MESSAGES, LETTER)
    sent = re.findall(r"/messages/([a-z0-9-]+)", answer.headers["location"])[0]
    fresh = world.browser().get(f"{MESSAGES}/{sent}", headers={"HX-Request": "true"}).text
    assert str(LETTER["text"]) in fresh
    assert "data-stays" not in fresh
    assert looks_at(world, sent) == 0


def test_w78_who_gets_a_message_is_shown_before_it_goes_and_looking_sends_nothing(world: DeskWorld) -> None:
    browser, page = world.browser(), f"{MESSAGES}/new"
    assert "Show who gets it" in browser.get(page).text
    lacking = browser.send(page, f"{MESSAGES}/look", {**LETTER, "subject": "", "of_page": page})
    assert lacking.status_code == 400
    assert 'href="#look_at_message-subject"' in lacking.text
    assert "1 body gets it" in lacking.text, "who gets it is shown though something lacks"
    answer = browser.send(page, f"{MESSAGES}/look", {**LETTER, "of_page": page})
    assert answer.headers["location"] == page
    text = browser.get(page).text
    assert "1 body gets it" in text
    assert ">Send</button>" in text
    assert "may answer" in text
    assert "Who is it?" in text, "what was written stands in the form"
    assert 'value="Gate 9"' not in browser.get(MESSAGES).text
    refused = {**LETTER, "to": "RC", "instrument": "police-data-agreement", "of_page": page}
    browser.send(page, f"{MESSAGES}/look", refused)
    text = browser.get(page).text
    assert "M2.3" in text
    assert ">Send</button>" not in text, "there is no button for what would be refused"
    sent = browser.send(page, MESSAGES, LETTER)
    assert sent.status_code == 303, sent.text
    assert "Who is it?" not in browser.get(page).text, "the next message begins empty"


def test_w107_what_lacks_of_a_message_is_said_all_at_once_before_it_is_sent(world: DeskWorld) -> None:
    browser, page = world.browser(), f"{MESSAGES}/new"
    empty = dict.fromkeys(("to", "instrument", "urgency", "subject", "text"), "")
    looked = browser.send(page, f"{MESSAGES}/look", empty)
    assert looked.status_code == 400
    assert re.findall(r'href="#look_at_message-(\w+)"', looked.text) == [
        "to",
        "instrument",
        "subject",
        "text",
        "urgency",
    ]
    del empty["to"]
    several = browser.send("/desk/circular", "/desk/circular/look", {**empty, "to.1": "", "information.2": ""})
    lacks = ["to", "instrument", "subject", "text", "urgency"]
    assert re.findall(r'href="#look_at_circular-(\w+)"', several.text) == lacks
    named = browser.send("/desk/circular", "/desk/circular/look", {**empty, "to.1": "", "information.2": "XA-NCB"})
    assert re.findall(r'href="#look_at_circular-(\w+)"', named.text) == lacks[1:]


def test_message_for_action_is_concluded_once(world: DeskWorld) -> None:
    message, browser = received(world, for_action=True), world.browser()
    page = f"{MESSAGES}/{message}"
    assert "for action" in browser.get(MESSAGES).text
    refused = browser.send(page, f"{page}/refuse", {"refusal": "no such reason"})
    assert refused.status_code == 400
    assert 'href="#refuse_message-refusal"' in refused.text
    fields = browser.frame(page)
    assert browser.post(f"{page}/acted", fields).headers["location"] == f"{page}?done=message_acted_on"
    assert steps_at_sender(world, message) == ["acted_on", "opened"]
    again = browser.post(f"{page}/acted", {**fields, "once": "another"})
    assert again.status_code == 409


def test_message_is_written_answered_and_recalled(world: DeskWorld) -> None:
    browser = world.browser()
    bad = browser.send(f"{MESSAGES}/new", MESSAGES, {**LETTER, "subject": "", "to": "NOBODY"})
    assert bad.status_code == 400
    assert ">Who is it?</textarea>" in bad.text
    sent = browser.send(f"{MESSAGES}/new", MESSAGES, {**LETTER, "case": world.bureau.case, "for_action": "yes"})
    page = sent.headers["location"].partition("?")[0]
    world.bureau.network.deliver()
    text = browser.get(page).text
    assert "arrived" in text
    assert "Thread of the case" in text
    recalled = browser.send(page, f"{page}/recall", {"reason": "To the wrong body."})
    assert recalled.headers["location"].endswith("?done=message_recalled")
    # How the recall stands at the addressee.
    assert "not confirmed yet" in browser.get(page).text
    world.bureau.network.deliver()
    assert "Confirmed: nobody there had opened it." in browser.get(page).text
    assert "To the wrong body." in browser.get(page).text


def subjects(browser: Browser, narrowed: str) -> list[str]:
    return re.findall(r'<a href="/desk/messages/message-[^>]*>\s*<bdi dir="auto">([^<]*)', browser.get(narrowed).text)


def test_w103_list_is_narrowed_to_what_is_unread_waits_for_action_or_was_sent_and_to_one_body(world: DeskWorld) -> None:
    browser, came = world.browser(), received(world, subject="Gate 70", for_action=True)
    sent = browser.send(f"{MESSAGES}/new", MESSAGES, {**LETTER, "subject": "To Gate 9"})
    assert sent.status_code == 303
    lists = {one: subjects(browser, f"{MESSAGES}?choice={one}") for one in ("received", "sent", "unread", "open")}
    assert "To Gate 9" in lists["sent"]
    assert all("To Gate 9" not in lists[one] for one in ("received", "unread", "open"))
    assert all("Gate 70" in lists[one] for one in ("received", "unread", "open"))
    assert browser.send(f"{MESSAGES}/{came}", f"{MESSAGES}/{came}/open", {}).status_code == 303
    assert "Gate 70" not in subjects(browser, f"{MESSAGES}?choice=unread")
    assert "Gate 70" in subjects(browser, f"{MESSAGES}?choice=open&body=XA-NCB")
    assert browser.send(f"{MESSAGES}/{came}", f"{MESSAGES}/{came}/acted", {}).status_code == 303
    assert "Gate 70" not in subjects(browser, f"{MESSAGES}?choice=open")
    assert subjects(browser, f"{MESSAGES}?body=RC") == []
    assert "No message is like this." in browser.get(f"{MESSAGES}?body=RC").text
    # What there is not narrows nothing, and the fields say so.
    assert subjects(browser, f"{MESSAGES}?choice=nonsense&body=NOBODY") == subjects(browser, MESSAGES)


def test_w103_question_and_answer_lead_to_each_other_where_no_case_was_named(world: DeskWorld) -> None:
    browser, asked = world.browser(), received(world)
    writing = browser.get(f"{MESSAGES}/new?answers={asked}").text
    assert f'<a href="{MESSAGES}/{asked}">' in writing
    fields = {**LETTER, "subject": "Answer of Gate 7", "answers": asked}
    answer = browser.send(f"{MESSAGES}/new", MESSAGES, fields).headers["location"].partition("?")[0]
    assert f'<dt>Answer to</dt><dd><a href="{MESSAGES}/{asked}">' in browser.get(answer).text
    assert "Question and answers" in browser.get(answer).text
    assert subjects(browser, f"{MESSAGES}/{asked}")[-2:] == ["Gate 7", "Answer of Gate 7"]


def test_answer_begins_with_what_it_answers(world: DeskWorld) -> None:
    message, browser = received(world), world.browser()
    text = browser.get(f"{MESSAGES}/new?answers={message}").text
    assert 'value="Gate 7"' in text
    assert '<option value="XA-NCB" selected>' in text
    assert f'name="answers" value="{message}"' in text
    assert browser.get(f"{MESSAGES}/new?answers=message-0").status_code == 404


def test_w116_form_of_an_answer_shows_the_question_once_it_was_opened_and_folds_a_long_one(world: DeskWorld) -> None:
    browser = world.browser()
    for words, is_folded in (("Who drives it?", False), ("Who drives it? " * 60, True)):
        message = received(world, text=words.strip())
        for page in (f"{MESSAGES}/new?answers={message}", f"/desk/circular?answers={message}"):
            closed = browser.get(page).text
            assert "Look at it and open it" in closed
            assert "Who drives it?" not in closed
        browser.send(f"{MESSAGES}/{message}", f"{MESSAGES}/{message}/open", {})
        for page in (f"{MESSAGES}/new?answers={message}", f"/desk/circular?answers={message}"):
            shown = browser.get(page).text
            assert "Who drives it?" in shown
            assert ("<summary>Its text</summary>" in shown) is is_folded


def test_message_that_the_instrument_does_not_carry_is_refused_with_its_grounds_and_nothing_written_is_lost(
    world: DeskWorld,
) -> None:
    browser = world.browser()
    answer = browser.send(f"{MESSAGES}/new", MESSAGES, {**LETTER, "to": "RC", "instrument": "police-data-agreement"})
    assert answer.status_code == 403
    assert re.search(r"<code>M2\.\d</code> <bdi>[^<]*police-data-agreement", answer.text)
    assert ">Who is it?</textarea>" in answer.text


def test_hit_on_our_record_is_answered_once_and_its_finder_learns_of_it(world: DeskWorld) -> None:
    browser = world.browser()
    page = f"/desk/hits/{world.bureau.hit_came}"
    assert "Received from" in browser.get(page).text
    wrong = browser.send(page, f"{page}/answer", {"same": "perhaps", "text": "?"})
    assert wrong.status_code == 400
    good = browser.send(page, f"{page}/answer", {"same": "yes", "text": "It is he."})
    assert good.headers["location"] == f"{page}?done=hit_answered"
    assert "It is the same" in browser.get(page).text
    world.bureau.network.deliver()
    told: Any = perform(world.bureau.network["XA-NCB"], "hit_show", {"id": world.bureau.hit_came})
    assert (told["hit"]["state"], told["hit"]["answer"]) == ("answered", "It is he.")


def test_case_leads_to_its_messages_and_hits(world: DeskWorld) -> None:
    browser = world.browser()
    text = browser.get(f"/desk/cases/{world.bureau.case}").text
    assert f'href="/desk/hits/{world.bureau.hit}"' in text
    assert f'href="/desk/messages/{world.bureau.sent}"' in text
    assert f'href="{MESSAGES}?case={world.bureau.case}"' in text
    assert world.bureau.sent in browser.get(f"{MESSAGES}?case={world.bureau.case}").text
    written = browser.get(f"{MESSAGES}/new?case={world.bureau.case}").text
    assert f'name="case" type="text" value="{world.bureau.case}"' in written


def test_case_is_noted_closed_and_reopened(world: DeskWorld) -> None:
    browser = world.browser()
    page = f"/desk/cases/{world.bureau.case}"
    assert browser.send(page, f"{page}/note", {"text": "The person waits."}).status_code == 303
    assert browser.send(page, f"{page}/refer", {"body": "XA-NCB", "reference": "A/17"}).status_code == 303
    closed = browser.send(page, f"{page}/close", {"reason": "Left.", "version": "1"})
    assert closed.headers["location"] == f"{page}?done=case_closed"
    text = browser.get(page).text
    assert "The person waits." in text
    assert "A/17" in text
    fields = {**browser.frame(page), "text": "Too late."}
    late = browser.post(f"{page}/note", fields)
    assert late.status_code == 409
    assert "closed case takes no new work" in late.text
    assert browser.send(page, f"{page}/reopen", {"reason": "Came back.", "version": "2"}).status_code == 303


def test_message_that_its_sender_recalled_has_a_name_and_says_for_what_it_came(world: DeskWorld) -> None:
    source, letter = world.bureau.network["XA-NCB"], {"subject": "The wrong boat", "text": "x", "urgency": "normal"}
    given: JsonObject = {"officer": DUTY, "instrument": "charter", "to": "XB-NCB", "for_action": True, **letter}
    sent: Any = perform(source, "message_send", given)
    world.bureau.network.deliver()
    page, browser = f"/desk/messages/{sent['message']['id']}", world.browser()
    assert 'class="tag is-warn">for action' in browser.get(page).text
    perform(source, "message_recall", {"officer": DUTY, "id": sent["message"]["id"], "reason": "To the wrong body."})
    world.bureau.network.deliver()
    for where in (page, "/desk/messages"):
        text = browser.get(where).text
        assert "The wrong boat" not in text, "nothing that it said is kept"
        assert '<bdi dir="auto">Recalled message</bdi>' in text
        assert '<bdi dir="auto"></bdi>' not in text, "no link and no heading is without words"
    text = browser.get(page).text
    assert 'class="tag">for action' in text
    assert re.search(r"<title>[^<]*Recalled message", text)
