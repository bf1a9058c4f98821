"""The trail at the desk: searched, checked, handed out with its proofs (W58)."""

from __future__ import annotations

import json
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo

import pytest

from entente.cli.gateway import verify_file
from entente.kernel.canonical import JsonObject
from entente.verbs import perform
from entente.verbs.references import names_of
from entente.web.desk import trail_days, trail_pages
from entente.web.wording import Wording
from tests.support.desk_world import DeskWorld
from tests.support.nodes import DUTY, HEAD

ROW = re.compile(r'<td class="number">(\d+)</td>')


def rows(world: DeskWorld, query: str = "", role: str = "head_of_body") -> list[int]:
    answer = world.browser(role).get(f"/desk/trail{query}")
    assert answer.status_code == 200, answer.text
    return [int(row) for row in ROW.findall(answer.text)]


def test_w58_the_newest_rows_stand_first_and_pages_follow_without_gap(
    world: DeskWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trail_pages, "ON_A_PAGE", 7)
    first = rows(world)
    assert first == sorted(first, reverse=True)
    assert len(first) == 7
    page = world.browser("head_of_body").get("/desk/trail")
    older = re.search(r'href="/desk/trail\?([^"]*before=\d+)"', page.text)
    assert older is not None
    following = rows(world, f"?{older[1]}")
    newest = int(ROW.findall(page.text)[-1])
    assert following == list(range(newest - 1, newest - 8, -1))


def test_w58_rows_are_narrowed_by_case_act_officer_and_day(world: DeskWorld) -> None:
    everything = world.node.trail.latest(1000)
    by_case = rows(world, f"?about={world.bureau.case}")
    assert by_case == [row.sequence for row in everything if row.act.subject == world.bureau.case]
    act = next(row.act.verb for row in everything if row.act.officer == DUTY)
    wanted = [row.sequence for row in everything if row.act.officer == DUTY and row.act.verb == act][:50]
    assert rows(world, f"?act={act}&by={DUTY}") == wanted
    today = world.node.clock.now().date().isoformat()
    assert rows(world, f"?act={act}&by={DUTY}&since={today}&until={today}") == wanted
    assert rows(world, "?until=2020-01-01") == []
    assert rows(world, "?act=%3Cscript%3E") == []


@pytest.mark.parametrize(
    ("query", "name", "says"),
    [
        ("since=2031-02-03&until=2031-02-01", "until", "lies before the one from which"),
        ("since=yesterday", "since", "is not a date. Write it like"),
        ("act=confrim+hit", "act", "No act is called «confrim hit»."),
    ],
)
def test_w147_what_is_wrong_with_what_is_looked_for_is_said_at_its_field(
    world: DeskWorld, query: str, name: str, says: str
) -> None:
    text = world.browser("head_of_body").get(f"/desk/trail?{query}").text
    assert ROW.findall(text) == []
    found = re.search(rf'<p class="fault" id="trail-{name}-fault">(.*?)</p><input id="trail-{name}"[^>]*>', text)
    assert found is not None
    assert says in re.sub("<[^>]*>", "", found[1])
    assert 'aria-invalid="true"' in found[0]
    for field, entered in parse_qsl(query):
        assert re.search(rf'name="{field}"[^>]* value="{entered}"', text), "what was entered stands there still"
    assert text.count('class="fault"') == 1
    assert 'class="empty"' not in text
    # The same question without the fault is answered as ever, and finds nothing or something without blame.
    assert 'class="fault"' not in world.browser("head_of_body").get("/desk/trail?act=confirm_hit&since=2020-01-01").text


def test_w147_an_act_that_nobody_did_is_none_that_is_unknown(world: DeskWorld) -> None:
    text = world.browser("head_of_body").get("/desk/trail?act=confirm_hit&until=2020-01-01").text
    assert 'class="empty"' in text
    assert 'class="fault"' not in text


@pytest.mark.parametrize("language", ["fr", "ar", "zh"])
def test_w75_an_act_stands_in_the_words_of_the_page_and_is_found_by_them(world: DeskWorld, language: str) -> None:
    words = Wording(language).code("journal_acts", "confirm_hit")
    page = world.browser("head_of_body", language).get("/desk/trail", params={"act": words}).text
    found = [int(row) for row in ROW.findall(page)]
    assert found == rows(world, "?act=confirm_hit")
    assert found
    assert f"<td>{words}</td>" in page
    # How it ended stands under «what came of it», and not behind the words of the act, with which it would have to agree.
    assert re.search(r'<td><span class="tag[^"]*">[^<]+</span> <details>', page)


def test_w58_the_check_says_what_was_found_of_trail_and_log(world: DeskWorld) -> None:
    text = world.browser("supervisor").get("/desk/trail/check").text
    assert text.count(">Sound<") == 2
    assert "NOT SOUND" not in text


def test_w58_a_case_is_downloaded_with_proofs_that_hold_without_the_node(world: DeskWorld, tmp_path: Path) -> None:
    browser = world.browser("head_of_body")
    shown = browser.get(f"/desk/trail?about={world.bureau.case}").text
    to = f"/desk/trail/cases/{world.bureau.case}"
    assert f'href="{to}" download' in shown
    before = world.node.trail.latest(1)[0].sequence
    file = browser.get(to)
    assert file.headers["content-disposition"].startswith("attachment; filename=")
    assert (file.headers["content-type"], file.headers["cache-control"]) == ("application/octet-stream", "no-store")
    made: JsonObject = json.loads(file.text)
    assert made["case"] == world.bureau.case
    saved = tmp_path / "case.json"
    saved.write_text(file.text, encoding="utf-8")
    own = names_of(world.node).own.id
    proof = verify_file(saved, None, own, None)["proof"]
    assert isinstance(proof, dict)
    assert proof["is_sound"] is True
    # That it was handed out is a row itself.
    assert [row.act.verb for row in world.node.trail.latest(20) if row.sequence > before][-1] == "export_trail"
    assert world.browser().get(to).status_code == 403


def test_w58_checkpoint_and_continuation_are_kept_as_the_node_takes_them_back(world: DeskWorld) -> None:
    browser = world.browser("head_of_body")
    assert "entente/" in browser.get("/desk/trail/proof").text
    note = browser.get("/desk/trail/checkpoint")
    assert "attachment" in note.headers["content-disposition"]
    answer = perform(world.node, "trail_continues", {"checkpoint": note.content.decode("utf-8")})
    proof = answer["proof"]
    assert isinstance(proof, dict)
    assert proof["is_sound"] is True
    size = int(note.text.splitlines()[1])
    made = json.loads(browser.get(f"/desk/trail/continuation?since={size - 1}").text)
    assert made["body"]
    assert browser.get("/desk/trail/continuation?since=x").status_code in {200, 400}


def test_w77_the_log_is_held_against_earlier_checkpoints_anew_each_time(world: DeskWorld) -> None:
    browser, page = world.browser("head_of_body"), "/desk/trail/proof"
    note = browser.get("/desk/trail/checkpoint").content
    origin, size, *rest = note.split(b"\n")
    other = b"\n".join([origin, str(int(size) + 1).encode(), *rest])
    sent = [("checkpoint_files", ("mine.txt", note)), ("checkpoint_files", ("changed.txt", other))]
    answer = browser.send(page, page, {}, sent)
    assert answer.status_code == 303, answer.text
    text = browser.get(page).text
    assert text.index('id="done"') < text.index("mine.txt") < text.index('id="checkpoint"'), (
        "what was found stands first"
    )
    assert re.search(r"mine\.txt.*goes on from it", text)
    assert re.search(r"changed\.txt.*does not go on from it.*not signed by a key of this body", text)
    assert "mine.txt" not in world.browser("head_of_body").get(page).text, "it is kept for its session alone"
    # One that is none says so by its name, and hides nothing of the others.
    wrong = [("list.csv", b"\xff"), ("zero.bin", b"\0" * 9), ("big.txt", b"x" * 3_000_000), ("mine.txt", note)]
    assert browser.send(page, page, {}, [("checkpoint_files", one) for one in wrong]).status_code == 303
    text = browser.get(page).text
    for name, _ in wrong[:3]:
        assert re.search(rf"{name}.*is no such file.*note", text)
    assert re.search(r"mine\.txt.*goes on from it", text)
    assert browser.send(page, page, {}).status_code == 400, "without a file there is nothing to check"


def test_case_leads_who_may_read_the_trail_to_its_proofs(world: DeskWorld) -> None:
    place = f'href="/desk/trail/cases/{world.bureau.case}" download'
    assert place in world.browser("head_of_body").get(f"/desk/cases/{world.bureau.case}").text
    assert place not in world.browser().get(f"/desk/cases/{world.bureau.case}").text


def test_w104_exported_case_of_any_body_is_judged_on_the_page(world: DeskWorld) -> None:
    browser, page = world.browser("head_of_body"), "/desk/trail/proof"
    sound = browser.get(f"/desk/trail/cases/{world.bureau.case}").content
    made = json.loads(sound)
    moved = json.dumps({**made, "rows": made["rows"][::-1]}).encode()
    made["rows"][0]["content"]["officer"] = "somebody-else"
    other = world.bureau.network["XA-NCB"]
    theirs = json.dumps(perform(other, "trail_prove", {"since": 1})["continuation"]).encode()
    foreign = json.dumps({**json.loads(theirs), "body": "body:" + "a" * 32}).encode()
    sent = [
        ("case.json", sound), ("moved.json", moved), ("changed.json", json.dumps(made).encode()), ("xa.json", theirs),
        ("foreign.json", foreign),
    ]  # fmt: skip
    assert browser.send(page, page, {}, [("checkpoint_files", one) for one in sent]).status_code == 303
    text = browser.get(page).text
    assert re.search(rf">case\.json<.*holds.*XB-NCB.*{world.bureau.case}.*proved", text)
    assert re.search(r">moved\.json<.*does not hold.*a row was moved or doubled", text)
    assert re.search(r">changed\.json<.*does not hold.*Row \d+ was changed", text)
    assert re.search(r">xa\.json<.*holds.*XA-NCB", text)
    assert re.search(r">foreign\.json<.*is no such file.*not of a body of this node", text)
    for bad in (b"{", b'{"format":"other","body":1}', b"{" * 100_000):
        assert browser.send(page, page, {}, [("checkpoint_files", ("bad.json", bad))]).status_code == 303
        assert re.search(r">bad\.json<.*is no such file", browser.get(page).text)


def test_w104_proof_as_large_as_a_case_may_be_is_judged_and_none_of_it_stays(
    world: DeskWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser, page = world.browser("head_of_body", language="fr"), "/desk/trail/proof"
    assert "chacun de 32\u202fMo au plus" in browser.get(page).text
    sound = browser.get(f"/desk/trail/cases/{world.bureau.case}").content
    # Any spacing is read: twice as much as small files of a form may have together.
    large = sound + b" " * (17 * 1024**2)
    monkeypatch.setattr(trail_pages, "PROOF_BYTES_MAX", len(large))
    sent = [("checkpoint_files", ("large.json", large)), ("checkpoint_files", ("larger.json", large + b" "))]
    assert browser.send(page, page, {}, sent).status_code == 303
    text = browser.get(page).text
    assert re.search(rf">large\.json<.*{world.bureau.case}", text)
    assert re.search(r">larger\.json<.*trop grand pour être jugé ici.*au plus 17,8\u202fMo", text)
    assert world.api.desk_jobs.uploads(HEAD) == ()


def test_w58_a_day_begins_at_midnight_of_the_bodys_zone() -> None:
    asked: Any = SimpleNamespace(say=Wording("en", ZoneInfo("Asia/Tashkent")))
    assert trail_days.day_begins(asked, "2031-05-04", "since") == "2031-05-03T19:00:00.000000Z"
    assert trail_days.day_ends(asked, "2031-05-04") == "2031-05-04T18:59:59.999999Z"


def test_w58_a_sealed_query_is_its_readers_alone_and_the_look_is_a_row(world: DeskWorld) -> None:
    row = world.bureau.search_row
    assert ">Sealed query<" not in world.browser("head_of_body").get("/desk/trail?act=search").text
    assert ">Sealed query<" in world.browser("data_protection_officer").get("/desk/trail?act=search").text
    to = f"/desk/trail/rows/{row}/query"
    assert world.browser("head_of_body").get(to).status_code == 403
    answer = world.browser("data_protection_officer").get(to)
    assert json.loads(answer.text)["row"] == row
    newest = world.node.trail.latest(1)[0]
    assert (newest.act.verb, newest.act.subject) == ("read_sealed_queries", str(row))
