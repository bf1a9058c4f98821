"""What did not arrive, a hit whose record is gone, a sheet to be signed: on the desk (W144, W145, correspondence.md M30)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest

from entente.exchange.model import EXPIRY_DAYS
from entente.kernel.canonical import JsonObject
from entente.kernel.decision import Decision
from entente.kernel.errors import Conflict, NotFound, Refused
from entente.kernel.ids import OfficerId
from entente.storage.item_news import ItemNewsRows
from entente.verbs import perform
from tests.support.api_world import ABOUT, OWN, SEEN
from tests.support.desk_world import COOKIE, Browser, DeskWorld, open_desk
from tests.support.direct_http import client_at
from tests.support.nodes import AGREEMENT_NAME, DUTY, HEAD

OTHER = OfficerId("xb-duty-of-two")
SOURCE = "XA-NCB"
NEWER = f"{SOURCE}/w-3"


@pytest.fixture
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeskWorld]:
    """Open the network anew for each test: its clock moves by a month; the bureau has a second duty officer."""
    with open_desk(tmp_path_factory.mktemp("network")) as opened:
        perform(opened.node, "officer_add", {"officer": HEAD, "id": OTHER, "roles": ["duty_officer"]})
        yield opened


def do(world: DeskWorld, verb: str, **given: Any) -> Any:  # noqa: ANN401 - what a verb takes and answers
    return perform(world.node, verb, {"officer": DUTY, **given})


def browser_of(world: DeskWorld, officer: str, role: str = "duty_officer", language: str = "en") -> Browser:
    http = client_at(world.app, follow_redirects=False)
    http.cookies.set(COOKIE, world.signed_in.begin(officer, frozenset({role}), language))
    return Browser(http)


def on_desk(world: DeskWorld, path: str, kind: str, officer: str = DUTY) -> bool:
    return f'href="{path}"' in browser_of(world, officer).get(f"/desk/?kind={kind}").text


def bare(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", html)).split())


def give_up(world: DeskWorld) -> None:
    """Have nobody take anything for as long as it is tried; the clock is the network's."""
    world.bureau.network.clock.move(days=EXPIRY_DAYS + 1)
    while world.node.exchange.tend():
        pass


def confirmed(world: DeskWorld, **more: str) -> str:
    finding: JsonObject = {"record": SEEN, "version": 1, "score": 905, "circumstances": "At gate 4", **ABOUT, **more}
    return str(do(world, "hit_confirm", **finding)["hit"]["id"])


def test_m30_a_hit_that_did_not_arrive_waits_until_an_officer_says_that_they_know(world: DeskWorld) -> None:
    hit = confirmed(world)
    at = f"/desk/hits/{hit}"
    assert not on_desk(world, at, "failed"), "it is on its way"
    give_up(world)
    for officer in (DUTY, OTHER):
        assert on_desk(world, at, "failed", officer)
    line = bare(browser_of(world, DUTY).get("/desk/?kind=failed").text)
    assert line.count("Not delivered: Hit, XA-NCB/") == 1, "told to two bodies, it is one thing to settle"
    page = bare(browser_of(world, OTHER).get(at).text)
    for words in ("Not delivered to XA-NCB", "tried for 30 days", "Whom to ring up at XA-NCB", "Ring the body up"):
        assert words in page
    assert 'href="/desk/contacts?find=XA-NCB"' in browser_of(world, OTHER).get(at).text
    assert browser_of(world, OTHER).send(at, f"{at}/known", {}).status_code == 303
    assert not on_desk(world, at, "failed")
    assert "known to xb-duty-of-two" in bare(browser_of(world, DUTY).get(at).text)
    do(world, "unsettled_settle", id=hit)
    became = do(world, "unsettled_show", id=hit)["became"]
    assert {(one["body"]["code"], one["noted_by"]) for one in became} == {(SOURCE, OTHER), ("GS", OTHER)}, (
        "the first stands"
    )
    acts = [row.act for row in world.node.trail.latest(20) if row.act.subject == hit]
    assert [(one.verb, one.officer) for one in acts if one.detail.get("outcome") == "failure_noted"] == [
        ("confirm_hit", OTHER)
    ]


def test_m30_leave_that_was_asked_or_granted_and_did_not_arrive_waits_with_whom_it_concerns(world: DeskWorld) -> None:
    wish: JsonObject = {"record": SEEN, "acts": ["forward"], "justification": "For the court.", "forward_to": "RC"}
    asked = do(world, "permission_ask", **wish, **ABOUT)["permission"]["id"]
    answered = world.asked_of_us
    do(world, "permission_answer", id=answered, grant=True, days=20)
    give_up(world)
    for item, words in ((asked, "Request for leave"), (answered, "Answer on leave")):
        at = f"/desk/permissions/{item}"
        assert on_desk(world, at, "failed")
        assert f"{words} · It was tried for 30 days" in bare(browser_of(world, DUTY).get(at).text)
        assert browser_of(world, DUTY).send(at, f"{at}/known", {}).status_code == 303
        assert not on_desk(world, at, "failed")


def test_m30_an_answer_to_a_hit_that_the_other_side_refused_says_so_in_words(
    world: DeskWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(unit: object, statement: object, sender: object) -> None:
        raise Refused("It was not taken in.", decision=Decision.of(()), do="Ask.")

    accept: Any = world.bureau.network[SOURCE].exchange.accept
    monkeypatch.setitem(accept, "hit_answer", refused)
    do(world, "hit_answer", id=world.bureau.hit_came, same=True, text="It is he.")
    world.bureau.network.deliver()
    at = f"/desk/hits/{world.bureau.hit_came}"
    assert on_desk(world, at, "failed")
    page = bare(browser_of(world, DUTY).get(at).text)
    assert "Answer to a hit · The other side refused it." in page
    assert "not_accepted" not in page, "the reason is told in words"
    french = bare(browser_of(world, DUTY, language="fr").get("/desk/?kind=failed").text)
    assert "Non remis : " in french.replace("\u00a0", " ")


def test_m30_a_question_for_a_record_that_did_not_arrive_waits(world: DeskWorld) -> None:
    asked = do(world, "request_ask", record=f"{SOURCE}/w-77", kind="wanted_person", instrument=AGREEMENT_NAME, **ABOUT)[
        "request"
    ]["id"]
    give_up(world)
    at = f"/desk/requests/{asked}"
    assert on_desk(world, at, "failed")
    assert browser_of(world, DUTY).send(at, f"{at}/known", {}).status_code == 303
    assert not on_desk(world, at, "failed")


def answered_leave(world: DeskWorld, *, grant: bool, record: str = SEEN, to: str = "RC", **more: str) -> str:
    """Ask the source for leave to forward, and have it answer."""
    wish: JsonObject = {"record": record, "acts": ["forward"], "justification": "For the court.", "forward_to": to}
    asked = str(do(world, "permission_ask", **wish, **{**ABOUT, **more})["permission"]["id"])
    assert not on_desk(world, f"/desk/permissions/{asked}", "permission"), "it is not answered yet"
    world.bureau.network.deliver()
    answer: JsonObject = {"days": 20} if grant else {"reason": "insufficient_information"}
    perform(world.bureau.network[SOURCE], "permission_answer", {"officer": DUTY, "id": asked, "grant": grant, **answer})
    world.bureau.network.deliver()
    return asked


def test_w158_leave_that_was_granted_waits_with_whoever_asked_until_it_is_used(world: DeskWorld) -> None:
    asked = answered_leave(world, grant=True, record=NEWER, to="GS")
    at = f"/desk/permissions/{asked}"
    assert on_desk(world, at, "permission")
    assert not on_desk(world, at, "permission", OTHER), "it is for whoever asked"
    line = bare(browser_of(world, DUTY).get("/desk/?kind=permission").text)
    assert "Leave granted: XA-NCB/" in line
    assert "Use it" in line
    page = bare(browser_of(world, DUTY).get(at).text)
    assert "XA-NCB has granted leave" in page
    assert browser_of(world, DUTY).send(at, f"{at}/forward", {}).status_code == 303
    assert not on_desk(world, at, "permission")
    assert "XA-NCB has granted leave" in bare(browser_of(world, DUTY).get(at).text), "it is still told"
    (became,) = do(world, "unsettled_show", id=asked)["became"]
    assert (became["why"], became["noted_by"]) == ("leave_granted", DUTY)


def test_w158_leave_that_was_refused_waits_until_somebody_says_that_they_know(world: DeskWorld) -> None:
    asked = answered_leave(world, grant=False)
    at = f"/desk/permissions/{asked}"
    line = bare(browser_of(world, DUTY).get("/desk/?kind=permission").text)
    assert "Leave refused: XA-NCB/" in line
    assert "Read why" in line
    page = bare(browser_of(world, OTHER).get(at).text)
    assert "XA-NCB has refused leave" in page
    assert browser_of(world, OTHER).send(at, f"{at}/known", {}).status_code == 303, "a colleague may take it over"
    assert not on_desk(world, at, "permission")
    assert "known to xb-duty-of-two" in bare(browser_of(world, DUTY).get(at).text)
    acts = [row.act for row in world.node.trail.latest(20) if row.act.subject == asked]
    assert ("ask_permission", OTHER) in [
        (one.verb, one.officer) for one in acts if one.detail.get("outcome") == "failure_noted"
    ]


def test_w158_leave_that_was_asked_for_a_case_with_a_team_waits_with_the_team(world: DeskWorld) -> None:
    opened = do(world, "case_open", title="Kept close", crime_area="fugitives")["case"]["number"]
    do(world, "case_team", number=opened, team=[DUTY, OTHER], version=1)
    shared = answered_leave(world, grant=False, case=opened)
    assert on_desk(world, f"/desk/permissions/{shared}", "permission", OTHER)
    do(world, "case_team", number=opened, team=[DUTY], version=2)
    assert not on_desk(world, f"/desk/permissions/{shared}", "permission", OTHER)
    assert browser_of(world, OTHER).get(f"/desk/permissions/{shared}").status_code == 404


def test_m31_an_answer_of_before_its_time_was_kept_raises_nothing(
    world: DeskWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ItemNewsRows, "put_leave_answered", lambda *_: None)
    asked = answered_leave(world, grant=False)
    assert not on_desk(world, f"/desk/permissions/{asked}", "permission")
    assert do(world, "unsettled_show", id=asked)["became"] == []
    with pytest.raises(Conflict, match="nothing to settle"):
        do(world, "unsettled_settle", id=asked)


def test_m32_a_withdrawn_record_that_was_erased_since_leaves_its_line(world: DeskWorld) -> None:
    hit, other = confirmed(world), world.bureau.network[SOURCE]
    world.bureau.network.deliver()
    perform(other, "record_withdraw", {"officer": DUTY, "record": SEEN.partition("/")[2], "reason": "Arrested."})
    world.bureau.network.deliver()
    perform(world.node, "erasure_run", {})
    assert on_desk(world, f"/desk/hits/{hit}", "hit")
    assert "has withdrawn this record" in bare(browser_of(world, DUTY).get(f"/desk/hits/{hit}").text)


def test_m30_a_hit_whose_record_was_withdrawn_before_it_was_answered_waits(world: DeskWorld) -> None:
    hit, other = confirmed(world), world.bureau.network[SOURCE]
    world.bureau.network.deliver()
    at = f"/desk/hits/{hit}"
    assert not on_desk(world, at, "hit")
    perform(other, "record_withdraw", {"officer": DUTY, "record": SEEN.partition("/")[2], "reason": "Arrested."})
    world.bureau.network.deliver()
    assert on_desk(world, at, "hit")
    assert "Withdrawn before our hit was answered" in bare(browser_of(world, DUTY).get("/desk/?kind=hit").text)
    page = bare(browser_of(world, DUTY).get(at).text)
    assert "XA-NCB has withdrawn this record" in page
    assert "is to be looked at again" in page
    assert browser_of(world, DUTY).send(at, f"{at}/known", {}).status_code == 303
    assert not on_desk(world, at, "hit")
    assert "XA-NCB has withdrawn this record" in bare(browser_of(world, DUTY).get(at).text), "it is still told"


def test_m30_what_belongs_to_a_case_with_a_team_waits_for_its_team_alone(world: DeskWorld) -> None:
    opened = do(world, "case_open", title="Kept close", crime_area="fugitives")["case"]["number"]
    do(world, "case_team", number=opened, team=[DUTY], version=1)
    hit = confirmed(world, case=opened)
    give_up(world)
    at = f"/desk/hits/{hit}"
    assert on_desk(world, at, "failed")
    assert not on_desk(world, at, "failed", OTHER)
    for unknown in (hit, "hit-0"):
        with pytest.raises(NotFound):
            perform(world.node, "unsettled_settle", {"officer": OTHER, "id": unknown})
    assert browser_of(world, OTHER).get(at).status_code == 404


def test_m30_of_what_arrived_there_is_nothing_to_settle(world: DeskWorld) -> None:
    with pytest.raises(Conflict, match="nothing to settle"):
        do(world, "unsettled_settle", id=world.bureau.hit_came)
    assert do(world, "unsettled_show", id=world.bureau.hit_came)["became"] == []
    assert OWN, "the hit that came is about a record of ours"


def test_w145_a_sheet_waits_on_the_desk_of_whoever_may_sign_it(world: DeskWorld) -> None:
    at = f"/desk/shifts/{world.shift}"
    assert not on_desk(world, at, "sheet", DUTY), "nobody takes over from themselves"
    assert on_desk(world, at, "sheet", OTHER)
    line = bare(browser_of(world, OTHER).get("/desk/?kind=sheet").text)
    assert f"{DUTY} has handed over" in line
    assert "Read and sign" in line
    sheet: Any = perform(world.node, "shift_sheet", {"officer": OTHER, "id": world.shift})
    digest = sheet["shift"]["digest"]
    perform(world.node, "shift_take_over", {"officer": OTHER, "id": world.shift, "digest": digest})
    assert not on_desk(world, at, "sheet", OTHER)
    keeper = browser_of(world, HEAD, "head_of_body").get("/desk/").text
    assert at not in keeper
