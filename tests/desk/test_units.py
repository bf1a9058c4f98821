"""What a unit sees: set by two officers at the desk, and in effect wherever the gate is asked (B17, D10, W72)."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from entente.kernel.canonical import JsonObject
from entente.kernel.errors import Conflict, Invalid, NotFound, Refused
from entente.kernel.ids import OfficerId
from entente.verbs import perform
from tests.support.api_world import KEPT, OWN, TERMS, UNIT
from tests.support.desk_world import DeskWorld
from tests.support.limited_units import (
    BRANCH,
    GATE,
    HEAD_TWO,
    MACHINE,
    OCCASION,
    UNITS,
    WHY,
    limit,
    open_units,
    propose,
    publish,
    refused,
    signed_in,
)
from tests.support.nodes import DUTY, HEAD

ONE_TIME = re.compile(r"(form|query|search)-[0-9a-f]{26}|csrf-of-s[0-9]+-0+")


OPENS = open_units
pytestmark = pytest.mark.usefixtures("units_left_open")


def found_by(world: DeskWorld, officer: str, *names: str) -> list[str]:
    given: JsonObject = {"officer": officer, "names": list(names or ("Muhammadov",)), **OCCASION}
    answer: Any = perform(world.node, "search", given)
    return sorted(one["name"] for one in answer["candidates"])


def test_branch_finds_nothing_of_what_another_unit_finds_and_the_page_is_that_of_nothing(world: DeskWorld) -> None:
    def page(account: str, line: str) -> str:
        browser = signed_in(world, account)
        fields = {"line": line, **{name: str(value) for name, value in OCCASION.items()}}
        answer = browser.send("/desk/search", "/desk/search", fields)
        assert answer.status_code == 303, answer.text
        text = browser.get(answer.headers["location"]).text.replace(line, "LINE")
        return re.sub(r'datetime="[^"]*"|[0-9]{1,2}:[0-9]{2}|xb-[a-z]+-1', "", ONE_TIME.sub("", text))

    name, nobody = "Muhammadov Abdullo, 1979", "Kurbonov Kholmurod, 1961"
    assert "XA-NCB/w-1" in page(DUTY, name)
    assert "XA-NCB/w-1" in page(BRANCH, name)
    limit(world, kinds=["vehicle"])
    assert "XA-NCB/w-1" in page(DUTY, name)
    hidden, nothing = page(BRANCH, name), page(BRANCH, nobody)
    assert "XA-NCB/w-1" not in hidden
    assert _without_the_reading(hidden) == _without_the_reading(nothing)


def _without_the_reading(text: str) -> str:
    """Leave out how the line was read, which says what was asked and not what was found."""
    return re.sub(r"(Muhammadov|Kurbonov|Abdullo|Kholmurod|1979|1961)", "", text)


def test_unit_below_and_its_machines_are_bound_and_others_are_not(world: DeskWorld) -> None:
    everything = found_by(world, DUTY)
    assert len(everything) > 1
    assert found_by(world, BRANCH) == found_by(world, GATE) == found_by(world, MACHINE) == everything
    limit(world, sources=["XB-NCB"])
    own = [one for one in everything if one.startswith("XB-NCB/")]
    assert own
    assert found_by(world, BRANCH) == found_by(world, GATE) == found_by(world, MACHINE) == own
    assert found_by(world, DUTY) == everything
    # The unit below has limits of its own beside those from above: what both admit is seen.
    limit(world, "gate", sources=["XA-NCB"])
    assert found_by(world, GATE) == []
    assert found_by(world, BRANCH) == own
    limit(world)
    assert found_by(world, BRANCH) == everything
    assert found_by(world, GATE) == [one for one in everything if one.startswith("XA-NCB/")]


def test_officer_who_moves_is_bound_by_the_new_unit_at_once(world: DeskWorld) -> None:
    limit(world, kinds=["vehicle"])
    mover: JsonObject = {"officer": HEAD, "id": "xb-mover", "roles": ["duty_officer"]}
    perform(world.node, "officer_add", {**mover, "unit": "south"})
    assert found_by(world, "xb-mover")
    perform(world.node, "officer_add", {**mover, "unit": UNIT})
    assert found_by(world, "xb-mover") == []
    # Nobody knows this unit, and unknown means no while any unit has limits.
    perform(world.node, "officer_add", {**mover, "unit": "nowhere"})
    assert found_by(world, "xb-mover") == []
    perform(world.node, "officer_add", {**mover, "unit": ""})
    assert found_by(world, "xb-mover")


def test_lists_counts_queries_that_stand_and_kept_matches_follow(world: DeskWorld) -> None:
    perform(world.node, "standing_leave", {"officer": BRANCH, "names": ["Muhammadov"], **OCCASION})
    row: JsonObject = {
        "schema": "Person",
        "id": "o-9",
        "properties": {"name": ["Мухаммедов Абдулло"], "birthDate": ["1979-03-14"]},
    }
    _import(world, row)
    while world.node.watching.step():
        continue

    def seen() -> tuple[int, int, int]:
        listed: Any = perform(world.node, "record_list", {"officer": BRANCH, **WHY})
        queries: Any = perform(world.node, "standing_list", {"officer": BRANCH})
        matches: Any = perform(world.node, "standing_matches", {"officer": BRANCH})
        assert len(listed["records"]) == min(50, listed["of"])
        return listed["of"], sum(one["new"] for one in queries["queries"]), len(matches["matches"])

    total, _, matched = seen()
    assert total > 1
    assert matched == 1
    limit(world, kinds=["vehicle"])
    assert seen() == (0, 0, 0)
    _import(world, {**row, "id": "o-10"})
    while world.node.watching.step():
        continue
    assert seen() == (0, 0, 0)
    limit(world)
    # What came in while nobody might see it was held against nothing, and no match of it was kept.
    assert seen()[2] == 1


def _import(world: DeskWorld, row: JsonObject) -> None:
    file = world.node.settings.folder / f"{row['id']}.jsonl"
    file.write_text(json.dumps(row) + "\n", encoding="utf-8")
    perform(world.node, "record_import", {"officer": DUTY, "file": str(file), "terms": TERMS.read_text("utf-8")})
    world.node.identity.bring_up()


OWN_ACTS: tuple[tuple[str, JsonObject], ...] = (
    ("record_show", {**WHY}),
    ("record_versions", {**WHY}),
    ("record_original", {**WHY}),
    ("record_who_can_see", {}),
    ("record_holders", {}),
    ("record_withdraw", {"reason": "An error."}),
    ("record_share", {"recipients": ["XA-NCB"]}),
    ("record_extend", {"version": 1, "reason": "still_sought", "review_on": "2030-01-01", "erase_on": "2030-06-01"}),
)


@pytest.mark.parametrize(("verb", "more"), OWN_ACTS, ids=lambda one: one if isinstance(one, str) else "")
def test_own_record_that_the_unit_may_not_see_is_for_every_act_as_one_that_is_not_there(
    world: DeskWorld, verb: str, more: JsonObject
) -> None:
    def asked(record: str) -> JsonObject:
        named: JsonObject = {"records": [record]} if verb == "record_share" else {"record": record}
        return {"officer": BRANCH, **named, **more}

    limit(world, kinds=["vehicle"])
    absent = refused(world, verb, asked("o-77"))
    assert absent.startswith("NotFound")
    assert refused(world, verb, asked("o-2")) == absent


def test_unit_that_may_only_see_shares_nothing_and_is_told_by_which_ground(world: DeskWorld) -> None:
    limit(world, acts_up_to="see")
    assert found_by(world, BRANCH)
    with pytest.raises(Refused) as raised:
        perform(world.node, "record_share", {"officer": BRANCH, "records": ["o-2"], "recipients": ["XA-NCB"]})
    assert [ground.number for ground in raised.value.decision.refusals] == ["D10"]
    shown: Any = perform(world.node, "record_show", {"officer": BRANCH, "record": KEPT, **WHY})
    assert shown["may_go_up_to"] == "see"


ITEMS = (
    ("hit_list", "hits"),
    ("permission_list", "permissions"),
    ("request_list", "requests"),
)


def test_hits_and_requests_about_a_record_that_the_unit_may_not_see_are_as_absent(world: DeskWorld) -> None:
    bureau, node = world.bureau, world.node

    def listed(officer: str) -> list[int]:
        answers: list[Any] = [perform(node, verb, {"officer": officer}) for verb, _ in ITEMS]
        waiting: Any = perform(node, "waiting_list", {"officer": officer})
        counts = [len(answer[kind]) for answer, (_, kind) in zip(answers, ITEMS, strict=True)]
        return [*counts, len(waiting["hits"]), len(waiting["permissions"])]

    def hidden(officer: str) -> frozenset[str]:
        with node.correspondence.open_view() as view:
            names = {bureau.hit, bureau.hit_came, bureau.came, bureau.request, world.asked_of_us, bureau.case, record}
            return node.correspondence.hidden_among(view, names, OfficerId(officer))

    with node.correspondence.open_view() as view:
        record = f"{view.bodies.own().id}/o-2"
    everything = listed(DUTY)
    assert min(everything) > 0
    assert listed(BRANCH) == everything
    assert hidden(BRANCH) == frozenset()
    limit(world, kinds=["vehicle"])
    assert listed(BRANCH) == [0] * len(everything)
    assert listed(DUTY) == everything
    assert hidden(BRANCH) == {bureau.hit, bureau.hit_came, bureau.request, world.asked_of_us, record}
    acts: tuple[tuple[str, str, str, JsonObject], ...] = (
        ("hit_show", bureau.hit, "hit-0", {}),
        ("hit_answer", bureau.hit_came, "hit-0", {"same": True, "text": "It is he."}),
        ("permission_show", world.asked_of_us, "permission-request-0", {}),
        ("permission_answer", world.asked_of_us, "permission-request-0", {"grant": True, "days": 2}),
        ("request_show", bureau.request, "record-request-0", {}),
    )
    for verb, there, absent, more in acts:
        answers = [refused(world, verb, {"officer": BRANCH, "id": name, **more}) for name in (there, absent)]
        assert answers[0].startswith("NotFound"), verb
        assert answers[0] == answers[1]
    # The source of the records alone is named: what is about the body's own stays, what is about others' goes.
    limit(world, sources=["XB-NCB"])
    assert hidden(BRANCH) == {bureau.hit, bureau.request}


def test_limits_need_two_officers_a_reason_codes_that_there_are_and_a_unit_of_the_body(world: DeskWorld) -> None:
    begin: JsonObject = {"officer": HEAD, "unit": UNIT, "reason": "Border checks only."}
    wrongs: tuple[tuple[str, JsonObject], ...] = (
        ("kinds", {"kinds": ["kind-unheard-of"]}), ("kinds", {"kinds": []}), ("marks", {"marks": ["mark-x"]}),
        ("acts_up_to", {"acts_up_to": "command"}), ("confidentiality", {"confidentiality": "cosmic"}),
        ("sources", {"sources": ["ZZ-NCB"]}), ("instruments", {"instruments": ["nothing"]}),
        ("unit", {"unit": "nowhere", "acts_up_to": "see"}),
        ("reason", {"reason": "x" * 501}), ("since", {"since": "2099-01-01T00:00:00Z"}),
    )  # fmt: skip
    for field, wrong in wrongs:
        with pytest.raises(Invalid) as raised:
            perform(world.node, "unit_limits_propose", {**begin, **wrong})
        assert raised.value.field == field
    with pytest.raises(Refused):
        perform(world.node, "unit_limits_propose", {**begin, "officer": DUTY, "acts_up_to": "see"})
    made = propose(world, acts_up_to="see")
    with pytest.raises(Conflict):
        propose(world, acts_up_to="know")
    for officer, error in ((HEAD, Conflict), (DUTY, Refused), (BRANCH, Refused)):
        with pytest.raises(error):
            perform(world.node, "unit_limits_confirm", {"officer": officer, "id": made["id"]})
    with pytest.raises(NotFound):
        perform(world.node, "unit_limits_confirm", {"officer": HEAD_TWO, "id": "limits-0"})
    assert found_by(world, BRANCH)
    perform(world.node, "unit_limits_refuse", {"officer": HEAD, "id": made["id"]})


def test_every_act_is_in_the_trail_without_the_reason_and_no_other_body_is_told(world: DeskWorld) -> None:
    other = world.bureau.network["XA-NCB"]
    world.bureau.network.deliver()
    before = world.node.trail.latest(1)[0].sequence, other.trail.latest(1)[0].sequence
    made = limit(world, kinds=["wanted_person"])
    rows = [row for row in world.node.trail.latest(10) if row.sequence > before[0] and row.act.verb == "limit_unit"]
    assert [(row.act.officer, row.act.detail["outcome"]) for row in sorted(rows, key=lambda row: row.sequence)] == [
        (HEAD, "proposed"), (HEAD_TWO, "confirmed"),
    ]  # fmt: skip
    for row in rows:
        assert row.act.subject == UNIT
        assert row.act.detail["limits"] == made["id"]
        assert "Border checks" not in json.dumps(row.act.detail)
    world.bureau.network.deliver()
    assert other.trail.latest(1)[0].sequence == before[1]


def test_what_binds_a_unit_is_shown_to_its_officers_and_to_who_sets_it_and_to_nobody_else(world: DeskWorld) -> None:
    limit(world, marks=[])
    for officer in (HEAD, HEAD_TWO, BRANCH, GATE):
        shown: Any = perform(world.node, "unit_limits_show", {"officer": officer, "unit": UNIT})
        assert shown["binding"][0]["limits"]["marks"] == []
        assert [one["id"] for one in shown["officers"]] == [MACHINE, BRANCH, GATE] or len(shown["officers"]) >= 3
    for officer, unit in ((DUTY, UNIT), (BRANCH, "gate"), (BRANCH, "south"), (BRANCH, "nowhere")):
        with pytest.raises(Refused):
            perform(world.node, "unit_limits_show", {"officer": officer, "unit": unit})
    with pytest.raises(Refused):
        perform(world.node, "unit_limits_list", {"officer": BRANCH})
    with pytest.raises(NotFound):
        perform(world.node, "unit_limits_show", {"officer": HEAD, "unit": "nowhere"})
    # By the API as at the desk.
    bureau = world.bureau
    assert bureau.ask("GET", f"/unit-limits/{UNIT}").status_code == 403
    token = bureau.token("head_of_body")
    answer = bureau.ask("GET", f"/unit-limits/{UNIT}", token=token)
    assert answer.status_code == 200, answer.text
    assert answer.json()["history"][0]["state"] == "confirmed"
    assert bureau.ask("GET", "/unit-limits", token=token).json()["units"][0]["unit"]["id"] == UNIT


def test_preview_counts_by_kind_for_all_and_for_one_and_changes_nothing(world: DeskWorld) -> None:
    ask: JsonObject = {"officer": HEAD, "unit": UNIT, "sources": ["XB-NCB"]}
    preview: Any = perform(world.node, "unit_limits_preview", ask)
    (kind,) = preview["kinds"]
    assert kind["kind"] == "wanted_person"
    assert kind["now"] > kind["then"] > 0
    assert preview["lost"] == kind["now"] - kind["then"]
    assert preview["gained"] == 0
    assert {BRANCH, GATE, MACHINE} <= {one["id"] for one in preview["officers"]}
    limit(world, sources=["XB-NCB"])
    listed: Any = perform(world.node, "record_list", {"officer": BRANCH, **WHY})
    assert listed["of"] == kind["then"]
    back: Any = perform(world.node, "unit_limits_preview", {**ask, "sources": None, "account": BRANCH})
    assert back["gained"] == preview["lost"]
    for strange in ({"unit": "nowhere"}, {"account": DUTY}):
        with pytest.raises(NotFound):
            perform(world.node, "unit_limits_preview", {**ask, **strange})
    with pytest.raises(Refused):
        perform(world.node, "unit_limits_preview", {**ask, "officer": DUTY})


def test_desk_chooses_counts_proposes_and_a_second_head_confirms(world: DeskWorld) -> None:
    one, second = (signed_in(world, head, "head_of_body") for head in (HEAD, HEAD_TWO))
    units = one.get("/desk/units?of_body=XB-NCB").text
    assert f"/desk/own-units/unit/{UNIT}" in units
    unit = f"/desk/own-units/unit/{UNIT}"
    assert "what the body may" in one.get(unit).text
    form = f"/desk/own-units/limits/{UNIT}"
    chosen = one.post(
        form,
        {**one.frame(form), "limit_kinds": "vehicle", "limit_sources": "XA-NCB XB-NCB"},
    )
    assert chosen.status_code == 303, chosen.text
    counted = chosen.headers["location"]
    text = one.get(counted).text
    assert "Vehicle" in text
    assert "Seen no more:" in text
    assert one.get(f"{counted}?of_officer={BRANCH}").status_code == 200
    assert 'value="vehicle" checked' in one.get(f"{form}?again=yes").text
    empty = one.send(counted, counted, {"limits_reason": ""})
    assert empty.status_code == 400
    assert "Vehicle" in empty.text
    sent = one.send(counted, counted, {"limits_reason": "<b>Gate</b> work"})
    assert sent.status_code == 303, sent.text
    mine = one.get(unit).text
    assert "Another officer confirms it" in mine
    assert "&lt;b&gt;Gate&lt;/b&gt; work" in mine
    assert "What Northern branch may see" not in one.get("/desk/").text
    assert "What Northern branch may see" in second.get("/desk/").text
    theirs = second.get(unit).text
    found = re.search(r'name="limits_id" value="([^"]*)"', theirs)
    assert found is not None
    decide = {"limits_id": found[1]}
    own = one.send(unit, f"/desk/own-units/confirm/{UNIT}", decide)
    assert own.status_code == 409
    assert "another officer confirms them" in own.text
    assert second.send(unit, f"/desk/own-units/confirm/{UNIT}", decide).status_code == 303
    assert found_by(world, BRANCH) == []
    after = second.get(unit).text
    assert "Vehicle" in after
    assert "confirmed" in after
    assert "Northern branch" in second.get("/desk/own-units").text
    assert "Set for" in second.get("/desk/own-units/unit/gate").text
    assert "Gate &lt;4&gt;" in second.get("/desk/own-units/unit/gate").text


def test_who_may_not_look_sees_what_the_directory_says_and_form_in_error_is_given_back(world: DeskWorld) -> None:
    limit(world, acts_up_to="see")
    text = world.browser().get(f"/desk/own-units/unit/{UNIT}").text
    assert "Northern branch" in text
    assert "Border checks" not in text
    assert "shown to them, and to who sets it" in text
    branch = signed_in(world, BRANCH).get(f"/desk/own-units/unit/{UNIT}").text
    assert "Border checks" in branch
    for address in ("/desk/own-units/unit/", "/desk/own-units/unit/nowhere", "/desk/own-units/unit/%3Cb%3E"):
        assert world.browser().get(address).status_code == 404
    head = world.browser("head_of_body")
    form = f"/desk/own-units/limits/{UNIT}"
    assert "selected>See" in head.get(form).text
    wrong = head.post(
        form,
        {**head.frame(form), "limit_sources": "ZZ-NCB", "limit_kinds": "wanted_person"},
    )
    assert wrong.status_code == 400
    assert 'id="choose_limits-limit_sources-fault"' in wrong.text
    assert 'value="wanted_person" checked' in wrong.text
    assert head.get(f"/desk/own-units/counted/{UNIT}").headers["location"] == form


def test_unit_that_is_dropped_from_the_list_sees_nothing_and_its_past_stays_to_be_read(world: DeskWorld) -> None:
    limit(world, "gate", acts_up_to="see")
    assert found_by(world, GATE)
    publish(world, UNITS[:1])
    assert found_by(world, GATE) == []
    assert found_by(world, BRANCH)
    head = world.browser("head_of_body")
    assert "no longer in the list" in head.get("/desk/own-units").text
    assert "Border checks" in head.get("/desk/own-units/unit/gate").text
    with pytest.raises(Invalid):
        propose(world, "gate", acts_up_to="know")
    limit(world, "gate")
    publish(world)
    assert found_by(world, GATE)


def test_w93_page_of_a_unit_shows_what_bound_it_on_a_day_and_nothing_is_set_there(world: DeskWorld) -> None:
    clock, head = world.bureau.network.clock, world.browser("head_of_body")
    page, (north, *others) = f"/desk/own-units/unit/{UNIT}", list[Any](UNITS)
    open_then = clock.now().date()
    clock.move(days=2)
    limit(world, acts_up_to="see")
    bound_then = clock.now().date()
    clock.move(days=2)
    limit(world)
    publish(world, [{**north, "name": "Coast branch"}, *others])
    clock.move(days=2)
    given: JsonObject = {"officer": HEAD, "unit": UNIT}
    assert not shown_then(world, given)["binding"]
    assert not shown_then(world, {**given, "on": open_then.isoformat()})["binding"]
    bound = shown_then(world, {**given, "on": bound_then.isoformat()})
    assert [one["limits"]["acts_up_to"] for one in bound["binding"]] == ["see"]
    assert bound["unit"]["name"] == north["name"]
    text = head.get(f"{page}?on_day={bound_then}").text
    assert north["name"] in text
    assert "Coast branch" not in text
    assert "Set for this unit" in text
    told = decisions_in(text)
    assert told < decisions_in(head.get(page).text), "what was proposed since is not told of that day"
    assert told >= 1
    assert "/desk/own-units/limits" not in text
    assert "Coast branch" in head.get(page).text
    assert "not in the list" in head.get(f"{page}?on_day=2001-01-01").text
    assert head.get("/desk/own-units/unit/nowhere?on_day=2001-01-01").status_code == 404
    assert "Border checks" not in world.browser().get(f"{page}?on_day={bound_then}").text
    publish(world)


def decisions_in(text: str) -> int:
    """Return how many decisions a page of a unit tells."""
    return text.count("Proposed by")


def shown_then(world: DeskWorld, given: JsonObject) -> Any:  # noqa: ANN401 - an answer
    return perform(world.node, "unit_limits_show", given)


def test_units_of_the_own_records_of_these_tests_are_as_they_were(world: DeskWorld) -> None:
    shown: Any = perform(world.node, "record_show", {"officer": BRANCH, "record": OWN, **WHY})
    assert shown["may_go_up_to"] == "act_on"
