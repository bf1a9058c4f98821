"""The duty desk and the directory to read over the API: under which scope, page by page, and what nobody is shown (P18)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from entente.bodies.tokens import Scope
from entente.kernel.canonical import JsonObject
from entente.kernel.signing import encode_bytes
from entente.verbs import perform
from tests.support.api_world import Bureau
from tests.support.nodes import AGREEMENT_NAME, DUTY, HEAD

REACH = "night-desk@xb.example"


def read(bureau: Bureau, path: str, token: str | None = None, **query: Any) -> Any:  # noqa: ANN401 - what the answer holds
    answer = bureau.ask("GET", path, token=token, params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def pages(bureau: Bureau, path: str, field: str, **query: Any) -> list[Any]:  # noqa: ANN401 - what the answers hold
    found, cursor = [], ""
    while True:
        page = read(bureau, path, **query, **({"cursor": cursor} if cursor else {}))
        assert len(page[field]) <= query["limit"]
        found += page[field]
        if (cursor := page["next"]) is None:
            return found


def test_p18_a_token_of_the_directory_reads_no_journal(bureau: Bureau) -> None:
    planning = bureau.token("duty_officer", frozenset({Scope.READ_DIRECTORY}))
    display = bureau.token("duty_officer", frozenset({Scope.READ_DUTY}))
    for path in ("/waiting", "/shifts", f"/shifts/{bureau.shift}", f"/shifts/{bureau.shift}/sheet", "/calls"):
        assert bureau.ask("GET", path, token=planning).status_code == 403
        assert bureau.ask("GET", path, token=display).status_code == 200
    assert bureau.ask("GET", "/roster", token=planning).status_code == 200
    assert bureau.ask("GET", "/roster", token=display).status_code == 403


def test_p18_a_shift_is_shown_with_its_journal_and_its_sheet(bureau: Bureau) -> None:
    shown = read(bureau, f"/shifts/{bureau.shift}")
    assert (shown["shift"]["id"], shown["shift"]["officer"], shown["shift"]["state"]) == (
        bureau.shift,
        DUTY,
        "handed_over",
    )
    assert [line["text"] for line in shown["lines"] if line["text"]] == ["Gate 4 calls back at six."]
    assert bureau.shift in [one["id"] for one in shown["unsigned"]]
    sheet = read(bureau, f"/shifts/{bureau.shift}/sheet")
    assert sheet["is_whole"] is True
    assert (sheet["sheet"]["for_next"], sheet["shift"]["digest"]) == (
        "XA answers in the morning.",
        shown["shift"]["digest"],
    )
    assert sheet["sheet"]["notes"][0]["text"] == "Gate 4 calls back at six."


def test_p18_a_shift_that_goes_on_has_no_sheet_and_an_unknown_one_is_absent_too(bureau: Bureau) -> None:
    begun: Any = perform(bureau.node, "shift_begin", {"officer": HEAD})
    on, absent = begun["shift"]["id"], f"shift-{'0' * 32}"
    missing = {bureau.ask("GET", f"/shifts/{one}/sheet").content for one in (on, absent)}
    missing |= {bureau.ask("GET", path).content for path in (f"/shifts/{absent}", "/shifts/7", "/shifts/message-1")}
    assert len(missing) == 1
    assert on in [one["id"] for one in read(bureau, f"/shifts/{bureau.shift}")["on"]]
    perform(bureau.node, "shift_hand_over", {"officer": HEAD})


def test_p10_shifts_bodies_units_contacts_and_counterparts_go_on_page_by_page(bureau: Bureau) -> None:
    for officer in (HEAD, DUTY):
        perform(bureau.node, "shift_begin", {"officer": officer})
        perform(bureau.node, "shift_hand_over", {"officer": officer})
    units = {"units": [{"id": f"u-{place}", "kind": "unit", "name": f"Unit {place}"} for place in range(3)]}
    perform(bureau.node, "body_units", {"data": encode_bytes(json.dumps(units).encode())})
    point: JsonObject = {"kind": "all_hours_desk", "function": "Operations room", "days": "always"}
    perform(bureau.node, "contact_keep", {"officer": DUTY, **point, "phone": "+999 1 23", "languages": ["en"]})
    of_verb: dict[str, tuple[str, str, JsonObject]] = {
        "/shifts": ("shifts", "shift_list", {"officer": DUTY, "limit": 200}),
        "/directory/bodies": ("bodies", "directory_find", {}),
        "/directory/units": ("units", "unit_find", {}),
        "/contacts": ("points", "contact_list", {}),
        "/sharing": ("rows", "sharing_matrix", {}),
    }
    for path, (field, verb, given) in of_verb.items():
        whole: Any = perform(bureau.node, verb, given)[field]
        kept = [{name: one[name] for name in one if name not in {"heard", "trouble"}} for one in whole]
        assert pages(bureau, path, field, limit=1) == kept, path
        assert len(kept) >= 1
    assert len(pages(bureau, "/directory/units", "units", limit=2)) == 3
    assert read(bureau, "/directory/units", limit=2)["of"] == 3


def test_p10_a_cursor_holds_for_its_own_list_and_filters(bureau: Bureau) -> None:
    cursor = read(bureau, "/directory/bodies", limit=1)["next"]
    for path, query in (("/sharing", {}), ("/directory/bodies", {"text": "X"}), ("/shifts", {})):
        assert bureau.ask("GET", path, params={"cursor": cursor, **query}).status_code == 400


def test_p18_calls_are_read_page_by_page_and_where_an_officer_is_reached_by_nobody(bureau: Bureau) -> None:
    node = bureau.node
    entry: JsonObject = {"function": "duty_officer"}
    now = node.clock.now()
    times = {"begins": f"{now:%Y-%m-%d} 00:00", "ends": f"{now:%Y-%m-%d} 23:59", "zone": "UTC"}
    perform(node, "roster_enter", {"officer": HEAD, "who": DUTY, "reach": REACH, **entry, **times})
    before, gateway = node.duty.calling.gateway, _Taking()
    node.duty.calling.gateway = gateway
    try:
        for subject in ("One", "Two"):
            letter: JsonObject = {
                "officer": DUTY,
                "to": "XB-NCB",
                "instrument": "charter",
                "subject": subject,
                "text": "x",
            }
            perform(
                bureau.network["XA-NCB"],
                "message_send",
                {**letter, "for_action": True, "urgency": "immediate_danger_to_life"},
            )
        bureau.network.deliver()
        while node.duty.calling.step():
            pass
    finally:
        node.duty.calling.gateway = before
    assert len(gateway.reached) >= 2
    assert set(gateway.reached) == {REACH}
    calls = pages(bureau, "/calls", "calls", limit=1)
    assert [one["number"] for one in calls] == sorted((one["number"] for one in calls), reverse=True)
    urgent = [one for one in calls if one["ground"] == "danger_to_life"]
    assert len(urgent) == 2
    assert {step["officer"] for one in urgent for step in one["steps"]} == {DUTY}
    for path in ("/calls", "/roster", "/waiting"):
        assert REACH not in bureau.ask("GET", path).text
    waiting = read(bureau, "/waiting")
    assert {"One", "Two"} <= {one["subject"] for one in waiting["messages"]}
    assert all("text" not in one for one in waiting["messages"])
    assert read(bureau, "/waiting", token=bureau.token("integrator")) == {
        "hits": [],
        "permissions": [],
        "messages": [],
        "failed": [],
        "tasks": [],
    }


class _Taking:
    """A gateway that takes what it is given."""

    def __init__(self) -> None:
        self.reached: list[str] = []

    def tell(self, _: object, reach: str) -> None:
        """Take it."""
        self.reached.append(reach)


def test_c8_nothing_of_a_case_with_a_team_is_read_by_who_is_not_in_it(bureau: Bureau) -> None:
    perform(bureau.node, "shift_begin", {"officer": DUTY})
    shift: Any = perform(bureau.node, "shift_show", {"officer": DUTY})["shift"]
    case: Any = perform(bureau.node, "case_open", {"officer": DUTY, "title": "Quiet", "crime_area": "fugitives"})
    number = case["case"]["number"]
    assert number in {line["subject"] for line in read(bureau, f"/shifts/{shift['id']}")["lines"]}
    perform(bureau.node, "case_team", {"officer": DUTY, "number": number, "team": [DUTY], "version": 1})
    machine = read(bureau, f"/shifts/{shift['id']}")
    assert number not in {line["subject"] for line in machine["lines"]}
    own: Any = perform(bureau.node, "shift_show", {"officer": DUTY, "id": shift["id"]})
    assert number in {line["subject"] for line in own["lines"]}
    perform(bureau.node, "shift_hand_over", {"officer": DUTY})


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/directory/bodies", {"kind": "planet"}), ("/directory/bodies", {"group": "GS"}), ("/directory/bodies", {"on": "soon"}),
        ("/directory/bodies", {"reach": "silent"}), ("/directory/units", {"offset": "3"}), ("/contacts", {"language": "english"}),
        ("/sharing", {"state": "all"}), ("/sharing", {"limit": "201"}), ("/calls", {"before": "3"}), ("/shifts", {"limit": "0"}),
        ("/waiting", {"cursor": "x"}), ("/directory/bodies", {"group": "GS/nobody"}), ("/sharing", {"instrument": "none-such"}),
    ],
)  # fmt: skip
def test_p6_what_is_not_well_formed_or_names_nothing_is_refused_with_its_field(
    bureau: Bureau, path: str, query: dict[str, str]
) -> None:
    answer = bureau.ask("GET", path, params=query)
    assert answer.status_code == 400, answer.text
    assert answer.json()["field"]


def test_matrix_says_under_which_instrument_what_flows(bureau: Bureau) -> None:
    rows = {one["body"]["code"]: one for one in read(bureau, "/sharing", instrument=AGREEMENT_NAME)["rows"]}
    cells = [cell for cell in rows["XA-NCB"]["rights"]["record"] if cell["name"] == AGREEMENT_NAME]
    assert [(cell["gives"]["state"], cell["gets"]["state"]) for cell in cells] == [("open", "open")]
    assert "wanted_person" in cells[0]["gives"]["flowing"]


def test_keys_and_doubts_of_a_body_are_read(bureau: Bureau) -> None:
    own = read(bureau, "/bodies/XB-NCB/keys")
    assert [one["is_current"] for one in own["versions"]] == [True]
    assert own["versions"][0]["heads"]
    auditor = bureau.token("supervisor")
    assert read(bureau, "/bodies/XA-NCB/doubts", token=auditor)["declared"] == []
    assert bureau.ask("GET", "/bodies/XA-NCB/doubts").status_code == 403
    row = bureau.node.trail.latest(1)[0]
    assert (row.act.verb, row.act.officer) == ("read_trail", "m-duty-officer")
    assert read(bureau, "/bodies/XA-NCB/groups")["places"][0]["name"] == "members"
