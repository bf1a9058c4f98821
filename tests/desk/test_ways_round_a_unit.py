"""Ways by which an officer of a limited unit could meet what the unit may not see: each of them is closed (D10)."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import timedelta
from html import unescape
from typing import Any

import pytest

from entente.kernel.canonical import JsonObject
from entente.kernel.errors import Invalid, Refused
from entente.kernel.ids import RecordId
from entente.records.model import Fact, Record
from entente.records.next_version import put_next_version
from entente.verbs import perform
from tests.support.api_world import KEPT, TERMS
from tests.support.desk_pages import with_query
from tests.support.desk_world import JPEG, DeskWorld
from tests.support.limited_units import BRANCH, WHY, limit, open_units, refused, signed_in
from tests.support.nodes import DUTY

OPENS = open_units
pytestmark = pytest.mark.usefixtures("units_left_open")


def test_sheet_of_a_colleague_names_no_item_about_a_record_that_the_reader_may_not_see(world: DeskWorld) -> None:
    perform(world.node, "shift_begin", {"officer": DUTY})
    written: Any = perform(world.node, "shift_hand_over", {"officer": DUTY})

    def seen(officer: str) -> Any:  # noqa: ANN401 - an answer
        return perform(world.node, "shift_sheet", {"officer": officer, "id": written["shift"]["id"]})

    whole = seen(DUTY)
    kinds = {one["kind"] for one in whole["sheet"]["open"]}
    assert {"hit_to_answer", "permission", "information"} <= kinds
    assert seen(BRANCH) == whole
    limit(world, kinds=["vehicle"])
    cut = seen(BRANCH)
    assert {one["kind"] for one in cut["sheet"]["open"]} == kinds - {"hit_to_answer", "hit_to_release", "permission"}
    assert seen(DUTY) == whole
    # What stands on it is what was written, whoever reads how much of it; and so it can still be signed.
    assert cut["is_whole"] is True
    assert cut["shift"]["digest"] == whole["shift"]["digest"]


def test_part_of_a_record_that_the_unit_may_not_see_is_neither_guessed_nor_changed_nor_taken_off(
    world: DeskWorld,
) -> None:
    picture = world.node.settings.folder / "quay.jpg"
    picture.write_bytes(JPEG)
    terms = TERMS.read_text("utf-8").replace("restricted", "confidential")
    given: JsonObject = {"officer": DUTY, "record": KEPT}
    perform(world.node, "record_attach", {**given, "file": str(picture), "terms": terms})

    def shown(officer: str) -> Any:  # noqa: ANN401 - an answer
        return perform(world.node, "record_show", {"officer": officer, "record": KEPT, **WHY})["record"]

    def correct(officer: str, change: JsonObject) -> JsonObject:
        version: int = shown(DUTY)["version"]
        return {
            "officer": officer,
            "record": KEPT,
            "version": version,
            "reason": "recorded_in_error",
            "changes": [change],
            **WHY,
        }

    def said(verb: str, asked: JsonObject) -> str:
        return refused(world, verb, asked)

    added: JsonObject = {"property": "notes", "value": "Met at the quay.", "terms": 1}
    perform(world.node, "record_correct", correct(DUTY, added))
    limit(world, confidentiality="restricted")
    seen = shown(BRANCH)
    assert (seen["files"], [one for one in seen["facts"] if one["property"] == "notes"]) == ([], [])
    before = shown(DUTY)
    for name in (picture.name, before["files"][0]["blob"]):
        assert said("record_detach", {"officer": BRANCH, "record": KEPT, "file": name}) == said(
            "record_detach", {"officer": BRANCH, "record": KEPT, "file": "never.jpg"}
        )
    taken_away: JsonObject = {"property": "notes", "was": "Met at the quay."}
    guessed: JsonObject = {"property": "notes", "was": "Met at the church."}
    assert said("record_correct", correct(BRANCH, taken_away)) == said("record_correct", correct(BRANCH, guessed))
    blind = {one: value for one, value in correct(BRANCH, taken_away).items() if one not in WHY}
    assert said("record_correct", blind) == said("record_correct", correct(BRANCH, guessed))
    added_there: JsonObject = {"property": "notes", "value": "By the branch.", "terms": 1}
    assert "no terms at place 1" in said("record_correct", correct(BRANCH, added_there))
    assert shown(DUTY) == before
    # What the unit sees it goes on correcting.
    perform(world.node, "record_correct", correct(BRANCH, {"property": "notes", "value": "Seen.", "terms": 0}))
    limit(world)
    perform(world.node, "record_detach", {**given, "file": picture.name})


def test_added_value_stands_on_the_terms_that_were_chosen_where_others_are_hidden_from_the_page(
    world: DeskWorld,
) -> None:
    """A page numbers anew the terms that its reader may see; the number must not mean other terms, with other holders (R59)."""
    text, folder = TERMS.read_text("utf-8"), world.node.settings.folder
    file, record = folder / "on-terms.jsonl", "XB-NCB/t-1"
    file.write_text(json.dumps({"schema": "Person", "id": "t-1", "properties": {"name": ["Karimov Anvar"]}}) + "\n")
    higher = text.replace("restricted", "confidential")
    perform(world.node, "record_import", {"officer": DUTY, "file": str(file), "terms": higher})
    for number, purposes in enumerate(("[identify]", "[locate]"), start=1):
        picture = folder / f"t-{number}.jpg"
        picture.write_bytes(JPEG + bytes([number]))
        terms = text.replace("[arrest, locate, identify, security_check]", purposes)
        attached: JsonObject = {"officer": DUTY, "record": record, "file": str(picture), "terms": terms}
        perform(world.node, "record_attach", attached)
    whole = _as_it_stands(world, record)
    assert [one.confidentiality for one in whole.terms] == ["confidential", "restricted", "restricted"]
    with world.node.records.open_unit() as unit:
        stored = unit.records.get(whole.id)
        assert stored is not None
        fact = Fact("notes", "Known to the branch.", 1)
        changed = replace(whole, facts=(*whole.facts, fact, replace(fact, terms=2), Fact("alias", "Salim", 2)))
        put_next_version(world.node.records, unit, DUTY, stored, changed, ("correct_record", {}))
        unit.commit()
    limit(world, confidentiality="restricted")
    browser = with_query(world, signed_in(world, BRANCH))
    page = f"/desk/correct/{record}"
    form = _form_of(browser.get(page).text)
    assert "Karimov Anvar" not in form.values()
    added = {"add_property.1": "notes", "add_value.1": "Source: a neighbour.", "add_terms": "0"}
    second = next(
        name for name, said in form.items() if name.startswith("was.") and "Known to" in said and ".1:" in said
    )
    edited = {f"fact.{second.partition('.')[2]}": "Known to all branches."}
    sent = browser.send(page, page, {**form, **added, **edited, "reason": "more_is_known"})
    assert sent.status_code == 303, sent.text
    said = {(one.value, one.terms) for one in _as_it_stands(world, record).facts if one.property == "notes"}
    assert said == {("Known to the branch.", 1), ("Known to all branches.", 2), ("Source: a neighbour.", 1)}


def test_original_is_shown_for_the_purposes_for_which_its_record_is(world: DeskWorld) -> None:
    limit(world, purposes=["identify"])
    for verb in ("record_show", "record_original"):
        given: JsonObject = {"officer": BRANCH, "record": KEPT, "crime_area": "fugitives"}
        perform(world.node, verb, {**given, "purpose": "identify"})
        assert refused(world, verb, {**given, "purpose": "locate"}).startswith("NotFound ")
        detail: Any = world.node.trail.latest(1)[0].act.detail
        assert (detail["purpose"], detail["decision"]["allowed"]) == ("locate", False)


def _as_it_stands(world: DeskWorld, name: str) -> Record:
    with world.node.records.open_view() as view:
        stored = view.records.get(RecordId(f"{view.bodies.own().id}/{name.partition('/')[2]}"))
    assert stored is not None
    return stored.record


def _form_of(page: str) -> dict[str, str]:
    found = re.findall(r'name="(version|(?:was|fact)\.\d+)" value="([^"]*)"', page)
    return {name: unescape(value) for name, value in found}


def test_import_by_an_officer_of_the_unit_overwrites_nothing_that_the_unit_may_not_see(world: DeskWorld) -> None:
    text, folder = TERMS.read_text("utf-8"), world.node.settings.folder

    def imported(officer: str, name: str, level: str) -> Any:  # noqa: ANN401 - an answer
        file = folder / f"by-import-{len([*folder.glob('by-import-*')])}.jsonl"
        rows = [{"schema": "Person", "id": one, "properties": {"name": [name]}} for one in ("i-1", "i-2")]
        file.write_text("".join(json.dumps(row) + "\n" for row in rows[: 1 if level == "confidential" else 2]))
        terms = text.replace("restricted", level)
        return perform(world.node, "record_import", {"officer": officer, "file": str(file), "terms": terms})["summary"]

    assert imported(DUTY, "Karimov Anvar", "confidential")["created"] == 1
    limit(world, confidentiality="restricted")
    # What the unit may see of the list is kept; what another record of the body has the id of is as a row that cannot be.
    done = imported(BRANCH, "Somebody Else", "restricted")
    assert (done["created"], done["updated"], done["rejected"]) == (1, 0, 1)
    assert [one.value for one in _as_it_stands(world, "XB-NCB/i-1").facts] == ["Karimov Anvar"]
    assert imported(BRANCH, "Somebody Else", "restricted")["unchanged"] == 1
    limit(world)
    assert imported(BRANCH, "Somebody Else", "restricted")["updated"] == 1


def test_issue_of_a_list_that_an_officer_of_the_unit_imports_ends_nothing_that_the_unit_may_not_see(
    world: DeskWorld,
) -> None:
    text, folder = TERMS.read_text("utf-8"), world.node.settings.folder

    def issued(officer: str, level: str, *ids: str) -> Any:  # noqa: ANN401 - an answer
        file = folder / f"issue-{len([*folder.glob('issue-*')])}.jsonl"
        file.write_text(
            "".join(
                json.dumps({"schema": "Person", "id": one, "properties": {"name": ["Karimov Anvar"]}}) + "\n"
                for one in ids
            )
        )
        given: JsonObject = {"officer": officer, "file": str(file), "terms": text.replace("restricted", level)}
        more: JsonObject = {"list": "sought", "withdraw_gone": True, "gone_percent_max": 100}
        return perform(world.node, "record_import", {**given, **more})

    issued(DUTY, "confidential", "l-1", "l-2")
    limit(world, confidentiality="restricted")
    issued(BRANCH, "restricted", "l-3")
    for record in ("l-1", "l-2"):
        assert perform(world.node, "record_show", {"officer": DUTY, "record": f"XB-NCB/{record}", **WHY})
    limit(world)
    issued(BRANCH, "restricted", "l-3")
    assert refused(world, "record_show", {"officer": DUTY, "record": "XB-NCB/l-1", **WHY}).startswith("NotFound")


def test_import_by_an_officer_of_the_unit_says_nothing_of_a_list_that_the_unit_may_not_see(world: DeskWorld) -> None:
    text, folder = TERMS.read_text("utf-8"), world.node.settings.folder

    def imported(officer: str, level: str, name: str, *ids: str) -> Any:  # noqa: ANN401 - an answer
        file = folder / f"list-{len([*folder.glob('list-*')])}.jsonl"
        rows = [{"schema": "Person", "id": one, "properties": {"name": ["Karimov Anvar"]}} for one in ids]
        file.write_text("".join(json.dumps(row) + "\n" for row in rows))
        given: JsonObject = {"officer": officer, "file": str(file), "terms": text.replace("restricted", level)}
        rejects = folder / f"rejects-{file.stem}"
        answer: Any = perform(world.node, "record_import", {**given, "list": name, "rejects": str(rejects)})
        said = rejects.read_text() if answer["summary"]["rejected"] else ""
        return answer["gone"], said

    imported(DUTY, "confidential", "watched", "g-1", "g-2")
    imported(DUTY, "restricted", "watched", "g-3")
    limit(world, confidentiality="restricted")
    gone, _ = imported(BRANCH, "restricted", "watched", "g-4")
    assert (gone["records"], gone["of"], gone["first"]) == (1, 1, ["XB-NCB/g-3"])
    _, on_another = imported(BRANCH, "restricted", "other", "g-1")
    assert "watched" not in on_another
    assert "Another record of this body has this local id." in on_another
    limit(world)
    gone, _ = imported(BRANCH, "restricted", "watched", "g-4")
    assert gone["records"] == 3
    assert "watched" in imported(BRANCH, "restricted", "other", "g-1")[1]


def test_link_that_an_officer_writes_to_a_guessed_record_does_not_say_whether_that_is_here(world: DeskWorld) -> None:
    text, folder = TERMS.read_text("utf-8"), world.node.settings.folder

    def imported(officer: str, level: str, *rows: JsonObject) -> None:
        file = folder / f"linked-{len([*folder.glob('linked-*')])}.jsonl"
        file.write_text("".join(json.dumps(row) + "\n" for row in rows))
        terms = text.replace("restricted", level)
        perform(world.node, "record_import", {"officer": officer, "file": str(file), "terms": terms})

    def links(officer: str, name: str) -> list[str]:
        shown: Any = perform(world.node, "record_show", {"officer": officer, "record": f"XB-NCB/{name}", **WHY})
        return [one["name"] for one in shown["record"]["links"]]

    imported(DUTY, "confidential", {"schema": "Person", "id": "end-1", "properties": {"name": ["Karimov Anvar"]}})
    limit(world, confidentiality="restricted")
    for name, end in (("from-1", "end-1"), ("from-2", "end-none")):
        row: JsonObject = {"schema": "Passport", "id": name, "properties": {"holder": [end], "number": ["A1234567"]}}
        imported(BRANCH, "restricted", row)
        assert links(BRANCH, name) == []
    assert links(DUTY, "from-1") == ["XB-NCB/end-1"]


def test_changes_to_what_the_unit_sees_of_a_record_do_not_say_that_there_is_more(world: DeskWorld) -> None:
    text, folder = TERMS.read_text("utf-8"), world.node.settings.folder
    for name in ("more-1", "more-2"):
        file = folder / f"{name}.jsonl"
        file.write_text(json.dumps({"schema": "Person", "id": name, "properties": {"name": ["Karimov Anvar"]}}) + "\n")
        perform(world.node, "record_import", {"officer": DUTY, "file": str(file), "terms": text})
    picture = folder / "more.jpg"
    picture.write_bytes(JPEG)
    given: JsonObject = {"officer": DUTY, "record": "XB-NCB/more-2", "file": str(picture)}
    perform(world.node, "record_attach", {**given, "terms": text.replace("restricted", "confidential")})
    note: JsonObject = {"property": "notes", "value": "Met at the quay.", "terms": 1}
    change: JsonObject = {"reason": "more_is_known", **WHY}
    perform(
        world.node,
        "record_correct",
        {**change, "officer": DUTY, "record": "XB-NCB/more-2", "version": 2, "changes": [note]},
    )
    limit(world, confidentiality="restricted")
    taken: list[Any] = [{"property": "name", "was": "Karimov Anvar"}]
    emptied = [
        refused(
            world,
            "record_correct",
            {**change, "officer": BRANCH, "record": f"XB-NCB/{name}", "version": version, "changes": taken},
        )
        for name, version in (("more-1", 1), ("more-2", 3))
    ]
    assert emptied[0] == emptied[1]
    assert "nothing would be left" in emptied[0]
    other = folder / "another.jpg"
    other.write_bytes(JPEG + b"1")
    for name in ("more-1", "more-2"):
        perform(world.node, "record_attach", {"officer": BRANCH, "record": f"XB-NCB/{name}", "file": str(other)})
        shown: Any = perform(world.node, "record_show", {"officer": BRANCH, "record": f"XB-NCB/{name}", **WHY})
        assert [(one["name"], one["terms"]) for one in shown["record"]["files"]] == [("another.jpg", 0)]


def test_record_is_entered_only_as_the_unit_may_see_it_and_a_hidden_one_gives_its_id_to_none(world: DeskWorld) -> None:
    limit(world, kinds=["vehicle"])
    today = world.node.clock.now().date()
    days = {"review_on": str(today + timedelta(days=200)), "erase_on": str(today + timedelta(days=900))}
    terms = {
        "title": "Entered", "purposes": ["identify"], "crime_areas": ["fugitives"], "handling": ["H2"],
        "confidentiality": "official_use", "source_evaluation": "A", "information_evaluation": "1", "retention": days,
    }  # fmt: skip

    def enter(kind: str, schema: str, prop: str, **more: str) -> Any:  # noqa: ANN401 - an answer
        subject = {"subject": {schema: "suspect"}} if schema == "Person" else {}
        given: JsonObject = {
            "officer": BRANCH, "schema": schema, "facts": [{"property": prop, "value": "Sorn"}],
            "terms": json.dumps({**terms, "kind": kind, **subject}), **WHY, **more,
        }  # fmt: skip
        return perform(world.node, "record_enter", given)

    with pytest.raises(Refused) as error:
        enter("person_of_interest", "Person", "name")
    assert [one.number for one in error.value.decision.refusals] == ["D10"]
    seen = enter("vehicle", "Vehicle", "registrationNumber", local_id="v-9")["name"]
    # A number that stands under what the unit may not see is taken, in the words that one of its own is taken in.
    taken = []
    for number in (KEPT.partition("/")[2], seen.partition("/")[2]):
        with pytest.raises(Invalid) as wrong:
            enter("vehicle", "Vehicle", "registrationNumber", local_id=number)
        taken.append((wrong.value.field, wrong.value.what, wrong.value.why))
    assert taken[0] == taken[1]
    assert taken[0][0] == "local_id"
