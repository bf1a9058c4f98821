"""One record that is entered by hand in the browser: W139 to W141 of docs/rules/desk.md."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from typing import Any

import pytest

from entente.kernel.canonical import JsonObject
from entente.verbs import perform
from entente.web.desk.entering_kinds import kinds_entered
from tests.support.api_world import ABOUT
from tests.support.desk_pages import KEY, with_query
from tests.support.desk_world import Browser, DeskWorld, open_desk
from tests.support.nodes import DUTY, HEAD

PERSON, VEHICLE = "/desk/enter/person_of_interest/Person", "/desk/enter/vehicle/Vehicle"
TERMS = {
    "source_evaluation": "A", "information_evaluation": "1", "confidentiality": "official_use", "handling": "H2",
    "purposes": "identify", "crime_areas": "fugitives", "status": "",
}  # fmt: skip
# One value of each thing that is entered, of a property that its form has.
SAYS = {
    "Person": {"name": "Мухаммедов Абдулло", "birthDate": "1979-03", "nationality": "XA", "gender": "male"},
    "Vehicle": {"registrationNumber": "01 A 123 BC", "registrationCountry": "XA", "theftDate": "2026"},
    "Passport": {"number": "AB1234567", "country": "XA", "fraudType": "stolen blank"},
    "Organization": {"name": "Sorn Trading", "country": "XA"},
    "CryptoWallet": {"publicKey": "1BoatSLRHtKNngkdXEeobR76b53LETtpyT", "blockchain": "bitcoin"},
    "Firearm": {"serialNumber": "PM-4471", "calibre": "9x18"},
}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeskWorld]:
    """Open the network."""
    with open_desk(tmp_path_factory.mktemp("network")) as opened:
        yield opened


def officer(world: DeskWorld, role: str = "duty_officer", language: str = "en") -> Browser:
    return with_query(world, world.browser(role, language))


def says(world: DeskWorld, **more: str) -> dict[str, str]:
    today = world.node.clock.now().date()
    days = {"review_on": str(today + timedelta(days=200)), "erase_on": str(today + timedelta(days=900))}
    return {**TERMS, **days, **more}


def facts(**values: str) -> dict[str, str]:
    return {f"fact.{name}.0": value for name, value in values.items()}


def entered(answer: Any) -> str:  # noqa: ANN401 - an answer
    assert answer.status_code == 303, re.findall(r'class="fault"[^>]*>(.*?)<', answer.text)
    path, _, done = answer.headers["location"].partition("?")
    assert done == "done=record_entered"
    return str(path.removeprefix("/desk/records/"))


def shown(world: DeskWorld, record: str, node: Any = None) -> Any:  # noqa: ANN401 - a node, an answer
    return perform(node or world.node, "record_show", {"officer": DUTY, "record": record, **ABOUT})


def kept(world: DeskWorld) -> int:
    answer: Any = perform(world.node, "record_list", {"officer": DUTY, **ABOUT})
    return int(answer["of"])


def wrong_at(page: str) -> dict[str, str]:
    """Return what a page says is wrong, by the field that it leads to."""
    ways = re.findall(
        r'<a href="#[a-z_]+-([^"]+)">(.*?)</a>', page[page.index('id="summary"') :].partition("</section>")[0]
    )
    return {field: unescape(re.sub(r"<[^>]*>", "", what)) for field, what in ways}


@pytest.mark.parametrize(("schema", "values"), SAYS.items())
def test_w139_each_thing_is_entered_as_its_form_has_it(world: DeskWorld, schema: str, values: dict[str, str]) -> None:
    kind = next(kind for kind, schemata in kinds_entered(world.node).items() if schema in schemata)
    if schema == "Passport":
        kind = "travel_document"
    path, browser = f"/desk/enter/{kind}/{schema}", officer(world)
    assert f'href="{path}"' in browser.get("/desk/enter").text
    form = browser.get(path).text
    for name in values:
        assert f'name="fact.{name}.0"' in form
    status = {"status": "suspect"} if schema == "Person" else {}
    record = entered(browser.send(path, path, {**says(world, **status), **facts(**values)}))
    found = shown(world, record)["record"]
    assert (found["kind"], found["schema"], found["version"]) == (kind, schema, 1)
    assert {fact["property"]: fact["value"] for fact in found["facts"]} == values
    assert {fact["unknown_property"] for fact in found["facts"]} == {False}


def test_w139_every_kind_and_what_it_may_be_about_has_its_form(world: DeskWorld) -> None:
    browser = officer(world, language="ar")
    page = browser.get("/desk/enter").text
    ways = re.findall(r'href="(/desk/enter/[^"]+)"', page)
    assert set(ways) == {
        f"/desk/enter/{kind}/{one}" for kind, all_of in kinds_entered(world.node).items() for one in all_of
    }
    assert "judgement" not in page
    for way in ways:
        answer = browser.get(way)
        assert answer.status_code == 200, way
        assert 'dir="rtl"' in answer.text


def test_w139_terms_links_and_several_values_are_kept_as_they_were_entered(world: DeskWorld) -> None:
    browser = officer(world)
    person = entered(
        browser.send(
            PERSON, PERSON, {**says(world, status="suspect"), **facts(name="Sorn Mira"), "fact.name.1": "صورن ميرا"}
        )
    )
    given = {
        **says(world, own_number="v-77", marks="minor"), **facts(registrationNumber="02 B 1", theftDate="14.03.2026"),
        "fact.registrationNumber.3": "03 C 1", "fact_assessed.registrationNumber.3": "yes", "link.operator.0": person,
    }  # fmt: skip
    record = entered(browser.send(VEHICLE, VEHICLE, given))
    assert record == "XB-NCB/v-77"
    found = shown(world, record)["record"]
    assert [(one["value"], one["observation"]) for one in found["facts"]] == [
        ("02 B 1", "observed"), ("2026-03-14", "observed"), ("03 C 1", "assessed"),
    ]  # fmt: skip
    assert [(one["property"], one["name"]) for one in found["links"]] == [("operator", person)]
    (terms,) = found["terms"]
    assert (terms["evaluation"], terms["handling"], terms["marks"]) == ("A1", ["H2"], ["minor"])
    assert found["retention"] == {name: given[name] for name in ("review_on", "erase_on")}
    page = browser.get(f"/desk/records/{person}").text
    assert "Sorn Mira" in page
    assert "صورن ميرا" in page


def test_w139_a_row_more_is_asked_for_without_script_and_nothing_entered_is_lost(world: DeskWorld) -> None:
    browser = officer(world)
    written = {
        **says(world, status=""),
        **facts(name="Sorn Mira", alias="Mira"),
        "fact.notes.0": "Limps.",
        "case": "none",
    }
    answer = browser.send(PERSON, f"{PERSON}/look", {**written, "more": "fact.alias"})
    assert (answer.status_code, answer.headers["location"]) == (303, PERSON)
    form = browser.get(PERSON).text
    assert re.findall(r'name="fact\.alias\.(\d)" value="([^"]*)"', form) == [("0", "Mira"), ("1", "")]
    assert re.search(r'name="fact\.alias\.1"[^>]* autofocus', form)
    assert 'name="fact.name.0" value="Sorn Mira"' in form
    assert ">Limps.</textarea>" in form
    assert 'name="case" type="text" value="none"' in form
    assert browser.send(PERSON, f"{PERSON}/empty", {}).status_code == 303
    assert "Sorn Mira" not in browser.get(PERSON).text


@pytest.mark.parametrize(
    ("changes", "field", "says_why"),
    [
        ({"fact.birthDate.0": "1979", "fact.birthDate.1": "31.02.1980"}, "fact.birthDate.1", "31.02.1980"),
        ({"fact.nationality.0": "QQ"}, "fact.nationality.0", "QQ"),
        ({"fact.name.0": "", "fact.appearance.0": ""}, "fact", "0 facts"),
        ({"status": ""}, "status", "stand in it"),
        ({"own_number": "КУСП 7"}, "own_number", "КУСП 7"),
        ({"own_number": "o-1"}, "own_number", "has this local id"),
        ({"purposes": ""}, "purposes", "needed"),
        ({"erase_on": "2099-01-01"}, "erase_on", "2099"),
        ({"review_on": "2020-01-01"}, "erase_on", "looked at again after today"),
        ({"link.proof.0": "XA-NCB/w-9"}, "link.proof.0", "no record that you may see"),
        ({"link.proof.0": "XA-NCB/w-1"}, "link.proof.0", "what was named is a"),
        ({"case": "2026/999999"}, "case", "No case of this number"),
    ],
)
def test_w139_what_is_wrong_is_said_at_its_field_and_all_that_was_entered_is_given_back(
    world: DeskWorld, changes: dict[str, str], field: str, says_why: str
) -> None:
    browser, before = officer(world), kept(world)
    given = {**says(world, status="suspect"), **facts(name="Sorn Mira", appearance="Tall"), "marks": "minor", **changes}
    answer = browser.send(PERSON, PERSON, given)
    assert answer.status_code == 400
    wrong = wrong_at(answer.text)
    assert [*wrong] == [field]
    assert says_why in wrong[field]
    assert f'id="enter_record-{field}"' in answer.text
    for name, value in given.items():
        if name.startswith(("fact.", "link.")) and value and name != "fact.nationality.0":
            assert f'name="{name}" value="{value}"' in answer.text, name
    assert re.search(r'name="marks" value="minor"[^>]* checked', answer.text)
    assert kept(world) == before


def test_w139_all_values_that_are_wrong_are_said_at_once_and_what_lacks_with_them(world: DeskWorld) -> None:
    browser = officer(world)
    given = {
        **says(world, status="suspect", source_evaluation=""),
        **facts(name="Sorn Mira", birthDate="31.02.1980", deathDate="soon", nationality="QQ", appearance="Tall"),
    }  # fmt: skip
    for path in (PERSON, f"{PERSON}/foresee"):
        wrong = wrong_at(browser.send(PERSON, path, given).text)
        assert {*wrong} == {"source_evaluation", "fact.birthDate.0", "fact.deathDate.0", "fact.nationality.0"}


@pytest.mark.parametrize("language", ["en", "ar"])
def test_w156_all_that_is_wrong_is_said_at_once_at_its_field_with_ways_to_it(world: DeskWorld, language: str) -> None:
    browser, before = officer(world, language=language), kept(world)
    good = {**says(world, status="suspect"), **facts(name="Sorn Mira")}
    # What the form can judge, and then what the room says of the rest: of each all.
    of_form = {
        "own_number": "no spaces", "status": "", "review_on": "soon", "purposes": "", "fact.birthDate.0": "31.02.1980",
        "fact.birthDate.1": "soon",
    }  # fmt: skip
    of_room = {
        "erase_on": "2099-01-01", "link.proof.0": "XA-NCB/w-9", "link.proof.1": "XA-NCB/w-1", "case": "2026/999999",
        "fact.religion.0": "", "own_number": "e-77",
    }  # fmt: skip
    for path in (PERSON, f"{PERSON}/foresee"):
        page = browser.send(PERSON, path, {**good, **of_form}).text
        assert {*wrong_at(page)} == {*of_form}
        answer = browser.send(PERSON, path, {**good, **of_room})
        assert answer.status_code == 400
        wrong = wrong_at(answer.text)
        assert [*wrong] == ["erase_on", "link.proof.0", "link.proof.1", "case"]
        for field in wrong:
            assert re.search(rf'id="\w+-{re.escape(field)}"', answer.text), field
            assert f'-{field}-fault"' in answer.text, field
        told = "".join(re.findall(r'<section class="faults".*?</section>', page + answer.text, re.DOTALL))
        assert told
        assert '<bdi lang="en">' not in told
    assert kept(world) == before


def test_w139_a_hidden_record_and_none_are_linked_to_alike(world: DeskWorld) -> None:
    browser = officer(world)
    given = {**says(world), **facts(registrationNumber="04 D 1")}
    said = [
        wrong_at(browser.send(VEHICLE, VEHICLE, {**given, "link.operator.0": name}).text)
        for name in ("XA-NCB/w-2", "XA-NCB/w-9", "XA-NCB/nothing")
    ]
    assert said[0] == said[1] == said[2]


def test_w139_nothing_that_no_record_says_is_entered(world: DeskWorld) -> None:
    browser, before = officer(world), kept(world)
    given = {**says(world, status="suspect"), **facts(name="Sorn Mira", religion="any")}
    answer = browser.send(PERSON, PERSON, given)
    assert answer.status_code == 400
    assert "Constitution of INTERPOL" in answer.text
    assert kept(world) == before
    for word in ("religion", "ethnicity", "political"):
        assert f'name="fact.{word}' not in browser.get(PERSON).text


def test_w139_whose_a_lost_document_is_is_asked_by_no_form_and_refused(world: DeskWorld) -> None:
    at = "/desk/enter/travel_document/Passport"
    for language in ("en", "ar"):
        browser, before = officer(world, language=language), kept(world)
        for more in (facts(birthDate="1979-05-04"), {"link.holder.0": "XA-NCB/w-1"}):
            answer = browser.send(at, at, {**says(world), **facts(number="XA7654321"), **more})
            assert answer.status_code == 400
            assert "(R66)" in answer.text
        assert kept(world) == before


def test_w139_two_clicks_enter_one_record(world: DeskWorld) -> None:
    browser, before = officer(world), kept(world)
    form = {**browser.frame(VEHICLE), **says(world), **facts(registrationNumber="05 E 1")}
    one, two = (browser.post(VEHICLE, form) for _ in range(2))
    assert entered(one) == entered(two)
    assert kept(world) == before + 1


def test_w139_what_is_being_written_is_kept_as_a_draft_until_it_is_entered(world: DeskWorld) -> None:
    browser = officer(world)
    written = {**browser.frame(VEHICLE), "of_page": VEHICLE, **says(world), **facts(registrationNumber="06 F 1")}
    assert browser.post("/desk/begun?act=enter_record", written).status_code == 204
    again = officer(world)
    assert 'name="fact.registrationNumber.0" value="06 F 1"' in again.get(VEHICLE).text
    entered(
        again.post(
            VEHICLE,
            {**again.frame(VEHICLE), **{key: said for key, said in written.items() if key not in {"csrf", "once"}}},
        )
    )
    assert "06 F 1" not in again.get(VEHICLE).text


def test_w140_what_is_alike_is_looked_for_by_its_own_act_for_the_purpose_that_was_stated(world: DeskWorld) -> None:
    browser = officer(world)
    before = world.node.trail.latest(1)[0].sequence
    browser.get(PERSON)
    browser.post(
        "/desk/begun?act=enter_record", {**browser.frame(PERSON), "of_page": PERSON, **facts(name="Muhammadov")}
    )
    assert world.node.trail.latest(1)[0].sequence == before, "nothing is searched while it is written"
    given = {
        **says(world),
        **facts(name="Muhammadov Abdullo", birthDate="14.03.1979"),
        "of_page": PERSON,
        "step": "search",
    }
    assert browser.send(PERSON, f"{PERSON}/look", given).status_code == 303
    page = browser.get(PERSON).text
    row = world.node.trail.latest(1)[0].act
    assert (row.verb, row.detail["purpose"], row.detail["crime_area"]) == ("search", "identify", "fugitives")
    assert "XA-NCB/w-1" in page
    assert "XA-NCB/w-2" not in page, "what is hidden is not alike"
    assert 'name="fact.name.0" value="Muhammadov Abdullo"' in page
    empty = browser.send(PERSON, f"{PERSON}/look", {**says(world), "step": "search"})
    assert (empty.status_code, [*wrong_at(empty.text)]) == (400, ["fact"])


def test_w140_who_could_see_it_is_shown_before_it_is_kept_and_is_who_sees_it_then(world: DeskWorld) -> None:
    browser, before = officer(world), kept(world)
    given = {
        **says(world, instrument="police-data-agreement", share_with="XA-NCB"), **facts(registrationNumber="07 G 1"),
    }  # fmt: skip
    assert browser.send(VEHICLE, f"{VEHICLE}/foresee", given).status_code == 303
    lacking = browser.send(VEHICLE, f"{VEHICLE}/foresee", {**given, "source_evaluation": ""})
    assert (lacking.status_code, [*wrong_at(lacking.text)]) == (400, ["source_evaluation"])
    page = browser.get(VEHICLE).text
    looked = page[page.index('id="looked"') :].partition("</section>")[0]
    assert re.search(r"XA-NCB</bdi> <span[^>]*>gets a copy at once", looked)
    assert "RC</bdi>" in looked.partition("<details")[2]
    assert kept(world) == before
    record = entered(browser.send(VEHICLE, VEHICLE, given))
    sights: Any = perform(world.node, "record_who_can_see", {"officer": DUTY, "record": record})
    may = {one["body"]["code"] for one in sights["who"] if one["may_go_up_to"]}
    assert may == set(re.findall(r'<tr><td><bdi class="code"[^>]*>([^<]+)</bdi>', looked))
    assert [one["body"]["code"] for one in sights["holders"]] == ["XA-NCB"]
    world.bureau.network.deliver()
    assert shown(world, record, world.bureau.network["XA-NCB"])["record"]["facts"][0]["value"] == "07 G 1"


def test_w140_a_standing_query_is_told_of_it_as_of_an_import(world: DeskWorld) -> None:
    left: JsonObject = {"officer": DUTY, "identifiers": ["08 H 445"], "days": 9, "occasion": "Gate 4", **ABOUT}
    made: Any = perform(world.node, "standing_leave", left)
    browser = officer(world)
    record = entered(browser.send(VEHICLE, VEHICLE, {**says(world), **facts(registrationNumber="08 H 445")}))
    while world.node.watching.step():
        continue
    matches: Any = perform(world.node, "standing_matches", {"officer": DUTY, "query": made["query"]["id"]})
    assert record in str(matches)


def test_w140_what_was_erased_or_withdrawn_does_not_come_again_under_its_number(world: DeskWorld) -> None:
    browser, said = officer(world), {}
    for number, verb, who in (("e-1", "record_erase", HEAD), ("e-2", "record_withdraw", DUTY)):
        given = {**says(world, own_number=number), **facts(registrationNumber="12 L 1")}
        record = entered(browser.send(VEHICLE, VEHICLE, given))
        reason = "unlawful" if verb == "record_erase" else "Found."
        perform(world.node, verb, {"officer": who, "record": record, "reason": reason})
        again = browser.send(VEHICLE, VEHICLE, given)
        assert (again.status_code, [*wrong_at(again.text)]) == (400, ["own_number"])
        said[number] = again.text
    assert "R12" in said["e-1"]
    assert "Another record of this body" in said["e-2"]


def test_w141_a_search_and_a_case_lead_to_it_with_what_was_asked(world: DeskWorld) -> None:
    browser = officer(world)
    assert f'href="/desk/enter?query={KEY}"' in browser.get(f"/desk/search/{KEY}").text
    to = re.findall(
        r'href="(/desk/enter/person_of_interest/Person[^"]*)"', browser.get(f"/desk/enter?query={KEY}").text
    )
    form = browser.get(unescape(to[0])).text
    assert 'name="fact.name.0" value="Muhammadov"' in form
    assert 'name="fact.birthDate.0" value="1979"' in form
    case = world.bureau.case
    assert f'href="/desk/enter?case={case}"' in browser.get(f"/desk/cases/{case}").text
    path = f"{VEHICLE}?case={case.replace('/', '%2F')}"
    assert path in browser.get(f"/desk/enter?case={case}").text
    assert f'name="case" type="text" value="{case}"' in browser.get(path).text
    record = entered(browser.send(path, VEHICLE, {**says(world, case=case), **facts(registrationNumber="09 I 1")}))
    page = browser.get(f"/desk/cases/{case}").text
    assert f'href="/desk/records/{record}"' in page
    assert "Record entered" in page
    assert 'href="/desk/enter"' in browser.get("/desk/imports").text


def test_w141_a_record_leads_to_what_may_link_to_it_with_the_link_filled_in(world: DeskWorld) -> None:
    browser = officer(world)
    way = re.findall(r'href="(/desk/enter\?of=[^"]+)"', browser.get("/desk/records/XA-NCB/w-1").text)
    assert len(way) == 1
    page = browser.get(unescape(way[0])).text
    ways = [unescape(one) for one in re.findall(r'href="(/desk/enter/[^"]+)"', page)]
    # What belongs to the record's kind stands first; what cannot link to a person stands nowhere.
    assert ways[0].startswith("/desk/enter/wanted_person/")
    assert not [one for one in ways if "/Address" in one or "/Place" in one or "/Document" in one]
    # A document that must not be accepted has no holder.
    assert not [one for one in ways if "/travel_document/" in one]
    lost = browser.get("/desk/enter/travel_document/Passport").text
    assert not re.findall(r'name="(?:fact\.(?:surname|birthDate|mrz)|link\.holder)', lost)
    (passport,) = (one for one in ways if one.startswith("/desk/enter/wanted_person/Passport?"))
    form = browser.get(passport).text
    assert 'name="link.holder.0" value="XA-NCB/w-1"' in form
    given = {**says(world), **facts(number="XA7654321"), "link.holder.0": "XA-NCB/w-1"}
    record = entered(browser.send(passport, "/desk/enter/wanted_person/Passport", given))
    assert [one["name"] for one in shown(world, record)["record"]["links"]] == ["XA-NCB/w-1"]
    assert "/desk/enter?of=" not in officer(world, "analyst").get("/desk/records/XA-NCB/w-1").text


def test_w141_who_may_not_enter_a_record_is_led_nowhere_and_refused(world: DeskWorld) -> None:
    for role in ("analyst", "operation_coordinator"):
        browser = officer(world, role)
        assert "/desk/enter" not in browser.get("/desk/").text + browser.get(f"/desk/search/{KEY}").text
        assert "/desk/enter" not in browser.get(f"/desk/cases/{world.bureau.case}").text
        assert [browser.get(path).status_code for path in ("/desk/enter", VEHICLE)] == [403, 403]
        frame = browser.frame("/desk/search")
        assert browser.post(VEHICLE, {**frame, **says(world), **facts(registrationNumber="10 J 1")}).status_code == 403


def test_w141_at_a_gate_one_enters_what_one_may_read_and_shares_nothing(world: DeskWorld) -> None:
    browser = officer(world, "border_officer")
    form = browser.get(VEHICLE).text
    assert 'name="share_with"' not in form
    assert 'href="/desk/enter"' in form
    given = {**says(world, instrument="police-data-agreement"), **facts(registrationNumber="11 K 1")}
    record = entered(browser.send(VEHICLE, VEHICLE, given))
    assert browser.get(f"/desk/records/{record}").status_code == 200
    refused = browser.send(VEHICLE, VEHICLE, {**given, "confidentiality": "confidential"})
    assert (refused.status_code, ">D9<" in refused.text) == (403, True)
    assert 'name="fact.registrationNumber.0" value="11 K 1"' in refused.text
    assert browser.send(VEHICLE, VEHICLE, {**given, "share_with": "XA-NCB"}).status_code == 403


def test_w141_why_is_asked_before_a_form_is_shown(world: DeskWorld) -> None:
    answer = world.browser().get(f"{PERSON}?query={KEY}")
    assert answer.status_code == 303
    assert (
        answer.headers["location"] == "/desk/task?back=%2Fdesk%2Fenter%2Fperson_of_interest%2FPerson%3Fquery%3Dquery-1"
    )
