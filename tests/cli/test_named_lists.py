"""Issues of a named list: what is gone is shown and withdrawn, never by a broken file, and comes back when it is listed again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from entente.records.listing import SHOWN_MAX
from tests.cli.conftest import Run
from tests.cli.test_import_lists import COUNTS, TERMS
from tests.support import sdn_list, un_list

pytestmark = pytest.mark.storage

MANY = 20


def line(entry: str, **properties: list[str]) -> str:
    return json.dumps({"id": entry, "schema": "Person", "properties": {"name": [f"Name {entry}"], **properties}})


def issue(*left_out: int, more: tuple[str, ...] = ()) -> str:
    return "".join(f"{one}\n" for one in (*(line(f"p-{n}") for n in range(MANY) if n not in left_out), *more))


class Bureau:
    """A bureau that imports issues of lists."""

    def __init__(self, run: Run, folder: Path, place: Path) -> None:
        self.run, self.folder, self.place = run, folder, place
        (place / "terms.yaml").write_text(TERMS, encoding="utf-8")

    def read(self, text: str | bytes, *more: str, name: str = "wanted", code: int = 0) -> Any:  # noqa: ANN401 - an answer
        """Import an issue and return counts and what is gone."""
        file = self.place / "issue.txt"
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        (self.place / "issue.txt.rejects.jsonl").unlink(missing_ok=True)
        result = self.run(
            "record", "import", file, "--terms", self.place / "terms.yaml", "--as", "duty-1", "--folder", self.folder, "--json",
            *(("--list", name) if name else ()), *more,
        )  # fmt: skip
        assert result.exit_code == code, result.output
        answer = json.loads(result.stdout)
        return answer if "summary" not in answer else ([answer["summary"][one] for one in COUNTS], answer["gone"])

    def live(self) -> set[str]:
        """Return the local ids of all records that are listed."""
        why = ("--purpose", "identify", "--crime-area", "fugitives", "--as", "duty-1", "--limit", "200")
        listed = json.loads(self.run("record", "list", *why, "--folder", self.folder, "--json").stdout)
        return {one["name"].removeprefix("XA-NCB/") for one in listed["records"]}

    def act(self, *words: str) -> None:
        result = self.run("record", *words, "--folder", self.folder)
        assert result.exit_code == 0, result.output


@pytest.fixture
def bureau(run: Run, folder: Path, tmp_path: Path) -> Bureau:
    return Bureau(run, folder, tmp_path)


def test_r49_what_a_newer_issue_has_no_more_is_shown_and_withdrawn_when_it_is_asked_for(bureau: Bureau) -> None:
    counts, gone = bureau.read(issue())
    assert (counts, gone["answer"], gone["of"]) == ([MANY, 0, 0, 0], "nothing_gone", 0)

    counts, gone = bureau.read(issue(7))
    assert counts == [0, 0, MANY - 1, 0]
    assert (gone["records"], gone["of"], gone["withdrawn"], gone["answer"]) == (1, MANY, 0, "not_asked")
    assert gone["first"] == ["XA-NCB/p-7"]
    assert "p-7" in bureau.live()

    _, gone = bureau.read(issue(7), "--withdraw-gone")
    assert (gone["records"], gone["withdrawn"], gone["answer"]) == (1, 1, "withdrawn")
    assert "p-7" not in bureau.live()
    _, gone = bureau.read(issue(7), "--withdraw-gone")
    assert (gone["records"], gone["of"], gone["answer"]) == (0, MANY - 1, "nothing_gone")


def test_r48_what_is_listed_again_comes_back_as_another_record_and_what_links_to_it_follows(bureau: Bureau) -> None:
    link = json.dumps({"id": "pass-7", "schema": "Passport", "properties": {"number": ["A7"], "holder": ["p-7"]}})
    bureau.read(issue(more=(link,)))
    bureau.read(issue(7, more=(link,)), "--withdraw-gone")
    assert bureau.read(issue(more=(link,)))[0] == [1, 1, MANY - 1, 0]
    assert {"p-7:2", "pass-7"} <= bureau.live()
    assert "p-7" not in bureau.live()
    shown = bureau.run(
        "record", "show", "pass-7", "--purpose", "identify", "--crime-area", "fugitives", "--as", "duty-1",
        "--folder", bureau.folder, "--json",
    )  # fmt: skip
    assert [one["name"] for one in json.loads(shown.stdout)["record"]["links"]] == ["XA-NCB/p-7:2"]

    # The same issue again makes nothing new; it goes and comes once more under the next number.
    assert bureau.read(issue(more=(link,)))[0] == [0, 0, MANY + 1, 0]
    bureau.read(issue(7, more=(link,)), "--withdraw-gone")
    assert bureau.read(issue(more=(link,)))[0][0] == 1
    assert {"p-7:3"} == {one for one in bureau.live() if one.startswith("p-7")}


def test_r48_a_number_behind_an_entry_that_another_entry_has_is_passed_over(bureau: Bureau) -> None:
    other = line("p-7:2")
    bureau.read(issue(more=(other,)))
    bureau.read(issue(7, more=(other,)), "--withdraw-gone")
    bureau.read(issue(more=(other,)))
    assert {one for one in bureau.live() if one.startswith("p-7")} == {"p-7:2", "p-7:3"}


def test_r48_an_entry_whose_id_a_record_has_that_came_back_is_rejected(bureau: Bureau) -> None:
    bureau.read(issue())
    bureau.read(issue(7), "--withdraw-gone")
    bureau.read(issue())
    counts, _ = bureau.read(issue(more=(line("p-7:2"),)))
    assert counts == [0, 0, MANY, 1]


def test_r49_more_than_may_be_gone_withdraws_nothing_and_says_so_loudly(bureau: Bureau) -> None:
    bureau.read(issue())
    counts, gone = bureau.read(issue(1, 2, 3), "--withdraw-gone", code=10)
    assert (counts[2], gone["records"], gone["withdrawn"], gone["answer"]) == (MANY - 3, 3, 0, "too_many")
    assert len(bureau.live()) == MANY
    # Two of twenty are just a tenth.
    assert bureau.read(issue(1, 2), "--withdraw-gone")[1]["withdrawn"] == 2
    assert bureau.read(issue(1, 2, 3, 4, 5), "--withdraw-gone", "--gone-max", "20")[1]["withdrawn"] == 3


def test_r49_another_list_handed_in_by_mistake_withdraws_nothing(bureau: Bureau) -> None:
    bureau.read(issue())
    assert bureau.read(line("q-1") + "\n", "--withdraw-gone", code=10)[1]["answer"] == "too_many"
    assert len(bureau.live()) == MANY + 1


def test_r49_an_entry_that_is_rejected_is_not_gone(bureau: Bureau) -> None:
    bureau.read(issue())
    bad = line("p-7", birthDate=["1979-02-30"])
    counts, gone = bureau.read(issue(7, 8, more=(bad,)), "--withdraw-gone")
    assert (counts[3], gone["first"], gone["withdrawn"]) == (1, ["XA-NCB/p-8"], 1)
    assert "p-7" in bureau.live()


def test_r49_a_row_that_does_not_say_which_entry_it_is_withdraws_nothing(bureau: Bureau) -> None:
    bureau.read(issue())
    counts, gone = bureau.read(issue(7, more=("{broken",)), "--withdraw-gone", code=10)
    assert (counts[3], gone["answer"], gone["untold"], gone["records"]) == (1, "rows_untold", 1, 1)
    assert len(bureau.live()) == MANY


def test_r49_a_file_that_breaks_off_withdraws_nothing(bureau: Bureau) -> None:
    xml = un_list.xml(*(un_list.individual(n) for n in range(1, 13)))
    bureau.read(xml, name="un")
    before = bureau.live()
    bureau.read(xml[: len(xml) * 11 // 12], "--withdraw-gone", name="un", code=11)
    assert bureau.live() == before


def test_r49_what_belongs_to_a_rejected_entry_of_a_list_in_xml_stays(bureau: Bureau) -> None:
    people = [un_list.individual(n) for n in range(1, 13)]
    bureau.read(un_list.xml(*people), name="un")
    bad = un_list.individual(7, un_list.part("INDIVIDUAL_DATE_OF_BIRTH", TYPE_OF_DATE="EXACT", DATE="1970-02-30"))
    _, gone = bureau.read(un_list.xml(*people[:6], bad, *people[7:11]), "--withdraw-gone", name="un")
    assert {one.removeprefix("XA-NCB/") for one in gone["first"]} == {"un-12", "un-12-sanction"}
    assert {"un-7", "un-7-sanction"} <= bureau.live()


def ofac(*numbers: int, bad: int = 0, sanctioned: tuple[int, ...] = ()) -> bytes:
    """Make an issue of the OFAC list with a sanction for each party; the bad one has an impossible birth."""
    birth = sdn_list.feature(1, sdn_list.period("1970-2-30", "1970-2-30"))
    parties = [sdn_list.party(n, *([birth] if n == bad else [])) for n in numbers]
    entries = "".join(f'<SanctionsEntry ID="3{n}" ProfileID="{n}"/>' for n in sanctioned or numbers)
    return sdn_list.xml(*parties, entries=entries)


def test_r53_a_rejected_party_of_the_ofac_list_stays_with_its_sanction_and_stops_no_withdrawal(bureau: Bureau) -> None:
    bureau.read(ofac(*range(1, 13)), name="ofac")
    counts, gone = bureau.read(ofac(*range(1, 12), bad=7), "--withdraw-gone", name="ofac")
    assert (counts[3], gone["answer"], gone["untold"]) == (2, "withdrawn", 0)
    assert {one.removeprefix("XA-NCB/") for one in gone["first"]} == {"ofac-12", "ofac-12-sanction-312"}
    assert {"ofac-7", "ofac-7-sanction-37"} <= bureau.live()


def test_r53_a_sanction_whose_party_is_not_in_the_list_stays_and_all_others_that_are_gone_go(bureau: Bureau) -> None:
    bureau.read(ofac(*range(1, 13)), name="ofac")
    counts, gone = bureau.read(ofac(*range(1, 12), sanctioned=(*range(2, 13),)), "--withdraw-gone", name="ofac")
    assert (counts[3], gone["answer"]) == (1, "withdrawn")
    assert {one.removeprefix("XA-NCB/") for one in gone["first"]} == {"ofac-12", "ofac-1-sanction-31"}
    assert "ofac-12-sanction-312" in bureau.live()


def test_r53_a_rejected_party_without_a_number_stops_every_withdrawal(bureau: Bureau) -> None:
    bureau.read(ofac(*range(1, 13)), name="ofac")
    issue = ofac(*range(1, 12)).replace(b'FixedRef="7"', b'FixedRef="?"')
    assert bureau.read(issue, "--withdraw-gone", name="ofac", code=10)[1]["answer"] == "rows_untold"
    assert "ofac-12" in bureau.live()


def test_r48_what_an_officer_withdrew_or_erased_does_not_come_back(bureau: Bureau) -> None:
    bureau.read(issue())
    bureau.act("withdraw", "p-1", "--reason", "Wrong person", "--as", "duty-1")
    bureau.act("erase", "p-2", "--reason", "unlawful", "--as", "head-1")
    counts, gone = bureau.read(issue(), "--withdraw-gone")
    assert (counts, gone["answer"], gone["of"]) == ([0, 0, MANY - 2, 2], "nothing_gone", MANY - 2)
    # Gone from the list, and erased after that: nor under another number.
    bureau.read(issue(3), "--withdraw-gone")
    bureau.act("erase", "p-3", "--reason", "unlawful", "--as", "head-1")
    assert bureau.read(issue())[0] == [0, 0, MANY - 3, 3]


def test_r48_a_record_is_of_one_list_and_joins_the_first_that_has_it(bureau: Bureau) -> None:
    assert bureau.read(issue(), name="")[1] is None
    assert bureau.read(issue(), name="a")[0] == [0, 0, MANY, 0]
    counts, _ = bureau.read(line("p-1") + "\n", name="b")
    assert counts == [0, 0, 0, 1]
    assert "«a»" in (bureau.place / "issue.txt.rejects.jsonl").read_text("utf-8")
    assert bureau.read(issue(5), name="a")[1]["of"] == MANY


def test_r49_the_trail_says_what_was_compared(bureau: Bureau) -> None:
    bureau.read(issue())
    bureau.read(issue(7), "--withdraw-gone")
    rows = json.loads(bureau.run("trail", "show", "--as", "head-1", "--folder", bureau.folder, "--json").stdout)["rows"]
    last = next(row for row in rows if row["verb"] == "compare_list")
    assert last["detail"] == {"list": "wanted", "gone": 1, "of": MANY, "withdrawn": 1, "answer": "withdrawn"}
    assert [row["subject"] for row in rows if row["verb"] == "withdraw_record"]


@pytest.mark.parametrize(
    ("more", "name"), [(("--withdraw-gone",), ""), ((), "Not A Name"), ((), "x" * 41), ((), "../x")]
)
def test_r48_what_names_no_list_is_refused_before_anything_is_imported(
    bureau: Bureau, more: tuple[str, ...], name: str
) -> None:
    bureau.read(issue(), *more, name=name, code=11)
    assert bureau.live() == set()


def test_r49_who_may_not_withdraw_is_refused_before_anything_is_imported(bureau: Bureau) -> None:
    file = bureau.place / "issue.txt"
    file.write_text(issue())
    result = bureau.run(
        "record", "import", file, "--terms", bureau.place / "terms.yaml", "--as", "head-1", "--folder", bureau.folder,
        "--list", "a", "--withdraw-gone",
    )  # fmt: skip
    assert result.exit_code == 10
    assert bureau.live() == set()


def test_what_is_gone_is_told_in_lines(bureau: Bureau) -> None:
    bureau.read(issue())
    file = bureau.place / "issue.txt"
    file.write_text(line("p-1"))
    result = bureau.run(
        "record", "import", file, "--terms", bureau.place / "terms.yaml", "--as", "duty-1", "--folder", bureau.folder,
        "--list", "wanted", "--withdraw-gone",
    )  # fmt: skip
    assert result.exit_code == 10
    assert "NOTHING WAS WITHDRAWN" in result.output
    assert result.output.count("  gone ") == min(SHOWN_MAX, MANY - 1)
