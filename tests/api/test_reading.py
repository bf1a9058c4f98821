"""A request is read strictly: what is unknown, doubled, of another type or too much is refused by name (P6, P9, P10)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from entente.api.reading import BODY_BYTES_MAX
from entente.kernel.canonical import JsonObject
from tests.support.api_requests import SEARCH, WANTED, WISH
from tests.support.api_world import ABOUT, KEPT, OWN, SEEN, TERMS, Bureau


def problem(answer: Any, status: int, field: str) -> None:  # noqa: ANN401 - the client's answer
    assert (answer.status_code, answer.json().get("field")) == (status, field), answer.text
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({**SEARCH, "fuzzy": True}, "fuzzy"),
        ({**SEARCH, "names": "Muhammadov"}, "names"),
        ({**SEARCH, "names": [1]}, "names[0]"),
        ({**SEARCH, "names": [" "]}, "names[0]"),
        ({**SEARCH, "names": ["x" * 201]}, "names[0]"),
        ({**SEARCH, "names": ["x"] * 21}, "names"),
        ({**SEARCH, "names": None}, "names"),
        ({**SEARCH, "sex": "m"}, "sex"),
        ({**SEARCH, "country": "XAX"}, "country"),
        ({**SEARCH, "purpose": "curiosity"}, "purpose"),
        ({**SEARCH, "crime_area": "politics"}, "crime_area"),
        ({name: value for name, value in SEARCH.items() if name != "purpose"}, "purpose"),
        ({name: value for name, value in SEARCH.items() if name != "occasion"}, "case"),
        ({**SEARCH, "officer": "duty-1"}, "officer"),
        ({**SEARCH, "birth_date": "1979-02-30"}, "birth_date"),
    ],
)
def test_body_of_another_shape_is_refused_by_field(bureau: Bureau, body: JsonObject, field: str) -> None:
    problem(bureau.ask("POST", "/searches", json=body), 400, field)


@pytest.mark.parametrize(
    "data",
    [
        b"", b"{", b"[]", b"null", b'"x"', b"\xff", b'{"a": NaN}', b'{"names": [], "names": []}', b'{"\xc3\xa9": 1}',
        b'{"names": ["\\ud800"]}', b'{"a": 1.5}', b"[" * 100_000, b'{"a":' * 50_000, b'{"a": 99999999999999999999}',
        b"\xef\xbb\xbf{}", "{}".encode("utf-16"),
    ],
    ids=repr,
)  # fmt: skip
def test_body_that_is_no_document_is_refused(bureau: Bureau, data: bytes) -> None:
    answer = bureau.ask("POST", "/searches", content=data, headers={"Content-Type": "application/json"})
    problem(answer, 400, "body")


@pytest.mark.parametrize("kind", ["", "text/plain", "application/x-www-form-urlencoded", "application/xml", "json"])
def test_body_of_another_type_is_not_read(bureau: Bureau, kind: str) -> None:
    answer = bureau.ask("POST", "/searches", content=json.dumps(SEARCH).encode(), headers={"Content-Type": kind})
    problem(answer, 415, "content-type")


def test_json_with_a_parameter_is_read(bureau: Bureau) -> None:
    headers = {"Content-Type": "Application/JSON; charset=utf-8"}
    assert bureau.ask("POST", "/searches", content=json.dumps(SEARCH).encode(), headers=headers).status_code == 200


def test_body_that_is_too_large_is_not_read(bureau: Bureau) -> None:
    data = b" " * (BODY_BYTES_MAX + 1)

    def pieces() -> Any:  # noqa: ANN401 - a generator without a declared length
        yield from (data[:1_000_000], data[1_000_000:])

    for content in (data, pieces()):
        answer = bureau.ask("POST", "/searches", content=content, headers={"Content-Type": "application/json"})
        problem(answer, 413, "body")
    within = json.dumps(SEARCH).encode().ljust(BODY_BYTES_MAX)
    answer = bureau.ask("POST", "/searches", content=within, headers={"Content-Type": "application/json"})
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("purpose=identify&crime_area=fugitives&limit=0", "limit"),
        ("purpose=identify&crime_area=fugitives&limit=501", "limit"),
        ("purpose=identify&crime_area=fugitives&limit=x", "limit"),
        ("purpose=identify&crime_area=fugitives&limit=1.0", "limit"),
        ("purpose=identify&crime_area=fugitives&limit=" + "9" * 5_000, "limit"),
        ("purpose=identify&crime_area=fugitives&limit=%D9%A1", "limit"),
        ("purpose=identify&crime_area=fugitives&after=3", "after"),
        ("purpose=identify&crime_area=fugitives&purpose=identify", "purpose"),
        ("purpose=identify", "crime_area"),
        ("purpose=&crime_area=fugitives", "purpose"),
        ("purpose=%FF&crime_area=fugitives", "query"),
        ("&".join(f"a{place}=1" for place in range(60)), "query"),
    ],
)
def test_query_of_another_shape_is_refused_by_field(bureau: Bureau, query: str, field: str) -> None:
    problem(bureau.ask("GET", f"/records?{query}"), 400, field)


def test_request_that_has_no_body_takes_none(bureau: Bureau) -> None:
    problem(bureau.ask("POST", f"/messages/{bureau.came}/opening", json={"a": 1}), 400, "body")


def test_list_goes_on_by_its_cursor_and_by_no_other(bureau: Bureau) -> None:
    def page(cursor: str | None = None, token: str | None = None, **more: str) -> Any:  # noqa: ANN401 - an answer
        asked = {**ABOUT, "limit": "1", **more} | ({"cursor": cursor} if cursor is not None else {})
        return bureau.ask("GET", "/records", params=asked, token=token)

    first = page().json()
    second = page(first["next"]).json()
    third = page(second["next"]).json()
    fourth = page(third["next"]).json()
    found = [one["name"] for part in (first, second, third, fourth) for one in part["records"]]
    assert found == [OWN, SEEN, KEPT, "XB-NCB/o-3"]
    assert first["of"] == 4
    last = page(fourth["next"]).json()
    assert (last["records"], last["next"]) == ([], None)
    assert page(first["next"], limit="5").json()["records"] == [
        one for part in (second, third, fourth) for one in part["records"]
    ]
    good = first["next"]
    tampered = [good[:-1] + ("A" if good[-1] != "A" else "B"), "B" + good[1:], good[:-2], good + "AAAA", "MQ", "é", "="]
    for cursor in tampered:
        problem(page(cursor), 400, "cursor")
    # Another list, another account: the same text belongs to neither.
    problem(page(good, kind="wanted_person"), 400, "cursor")
    problem(page(good, crime_area="terrorism"), 400, "cursor")
    problem(page(good, token=bureau.token("analyst")), 400, "cursor")


PLACES = {
    "cases": "cases", "hits": "hits", "messages": "messages", "permissions": "permissions", "record-requests": "requests",
}  # fmt: skip
"""Lists of what is newest, and what each calls its members."""


@pytest.mark.parametrize("place", PLACES)
def test_newest_lists_go_on_to_their_end_without_a_gap(bureau: Bureau, place: str) -> None:
    name = PLACES[place]
    for count in range(3):
        headers = {"Idempotency-Key": f"{place}-{count}"}
        bureau.ask("POST", "/cases", json={"title": f"Case {count}", "crime_area": "fugitives"}, headers=headers)
        letter = {"to": "XA-NCB", "instrument": "charter", "subject": f"Letter {count}", "text": "t"}
        bureau.ask("POST", "/messages", json=letter, headers={"Idempotency-Key": f"{place}-letter-{count}"})
        bureau.ask("POST", "/permissions", json=WISH, headers={"Idempotency-Key": f"{place}-leave-{count}"})
        bureau.ask("POST", "/record-requests", json=WANTED, headers={"Idempotency-Key": f"{place}-wanted-{count}"})
    whole = [one.get("id") or one["number"] for one in bureau.ask("GET", f"/{place}").json()[name]]
    assert len(whole) >= 2
    found: list[str] = []
    cursor = None
    while len(found) <= len(whole):
        asked = {"limit": "1"} | ({"cursor": cursor} if cursor else {})
        page = bureau.ask("GET", f"/{place}", params=asked).json()
        found += [one.get("id") or one["number"] for one in page[name]]
        if (cursor := page["next"]) is None:
            break
    assert found == whole
    problem(bureau.ask("GET", f"/{place}", params={"cursor": "AAAA"}), 400, "cursor")
    problem(bureau.ask("GET", f"/{place}", params={"before": whole[0]}), 400, "before")


def test_record_says_its_version_and_is_not_sent_again(bureau: Bureau) -> None:
    shown = bureau.ask("GET", f"/records/{SEEN}", params=ABOUT)
    assert shown.headers["etag"] == '"1"'
    again = bureau.ask("GET", f"/records/{SEEN}", params=ABOUT, headers={"If-None-Match": '"7", "1"'})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", '"1"')
    # The look is an act all the same.
    assert bureau.node.trail.latest(1)[0].act.verb == "show_record"


@pytest.mark.parametrize(
    ("version", "status"),
    [(None, 428), ("1", 400), ("*", 400), ('W/"1"', 400), ('""', 400), ('"0"', 400), ('"2"', 412)],
)
def test_nobody_ends_a_version_they_did_not_see(bureau: Bureau, version: str | None, status: int) -> None:
    headers = {"Idempotency-Key": f"v-{version}"} | ({} if version is None else {"If-Match": version})
    answer = bureau.ask("POST", f"/records/{OWN}/withdrawal", json={"reason": "Found."}, headers=headers)
    assert answer.status_code == status
    assert bureau.ask("GET", f"/records/{OWN}", params=ABOUT).status_code == 200


@pytest.mark.parametrize("more", [{"property": "birthDate", "value": "1979"}, {"property": "surname", "value": "Velk"}])
def test_lost_document_is_entered_without_its_holder(bureau: Bureau, more: JsonObject) -> None:
    """R66 of docs/rules/records.md, on the way of a program."""
    lost = TERMS.read_text("utf-8").replace("kind: wanted_person", "kind: travel_document")
    number: JsonObject = {"property": "number", "value": "XA7654321"}
    body: JsonObject = {"schema": "Passport", "facts": [number], "terms": lost, **ABOUT}
    assert bureau.ask("POST", "/records/foreseen", json=body).status_code == 200
    said: JsonObject = {**body, "facts": [number, more]}
    problem(bureau.ask("POST", "/records/foreseen", json=said), 400, str(more["property"]))
    refused = bureau.ask("POST", "/records", json=said, headers={"Idempotency-Key": f"lost-{more['property']}"})
    problem(refused, 400, str(more["property"]))
    assert "leave it out (R66)" in refused.text


def test_all_that_is_wrong_with_a_record_is_answered_at_once(bureau: Bureau) -> None:
    """R67 of docs/rules/records.md, on the way of a program."""
    said: list[JsonObject] = [{"property": "name", "value": "Sorn Mira"}, {"property": "birthDate", "value": "soon"}]
    link: JsonObject = {"property": "proof", "to": "XB-NCB/nothing"}
    body: JsonObject = {
        "schema": "Person",
        "facts": [*said],
        "links": [link],
        "terms": TERMS.read_text("utf-8"),
        **ABOUT,
    }
    problem_of = bureau.ask("POST", "/records/foreseen", json={**body, "local_id": "no spaces"})
    problem(problem_of, 400, "local_id")
    assert [one["field"] for one in problem_of.json()["also"]] == ["birthDate", "proof"]
    (alone,) = [bureau.ask("POST", "/records/foreseen", json={**body, "facts": [said[0]]}).json()]
    assert (alone["field"], "also" in alone) == ("proof", False)
