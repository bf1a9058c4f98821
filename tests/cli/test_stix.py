"""`entente record import` and `export` of STIX 2.1: once, again, newer, older, revoked, by another maker, and to another body."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from entente.formats.stix_words import OURS
from entente.kernel.ids import OfficerId
from entente.records.ports import RecordsUnit
from entente.records.service import Records
from tests.cli.conftest import Run
from tests.cli.test_export import WHY
from tests.support.stix_bundle import bundle, observable, person, relationship, stix_id

pytestmark = pytest.mark.storage

TERMS = """
title: A feed
kind: person_of_interest
kind_by_schema: {CryptoWallet: crypto_asset}
purposes: [identify]
crime_areas: [fugitives]
handling: [H0]
confidentiality: official_use
source_evaluation: B
information_evaluation: '2'
subject: {Person: suspect}
retention: {review_after_years: 1, erase_after_years: 2}
"""
COUNTS = ("created", "updated", "unchanged", "withdrawn", "rejected")
MAKER, OTHER = stix_id("identity", 901), stix_id("identity", 902)
FIRST, LATER = "2031-02-01T00:00:00Z", "2031-03-01T00:00:00Z"


class Bureau:
    """A bureau that imports bundles."""

    def __init__(self, run: Run, folder: Path, place: Path) -> None:
        self.run, self.folder, self.place = run, folder, place
        (place / "terms.yaml").write_text(TERMS, encoding="utf-8")

    def read(self, data: bytes, *more: str, officer: str = "duty-1") -> tuple[list[int], Any]:
        file, rejects = self.place / "bundle.json", self.place / "bundle.json.rejects.jsonl"
        file.write_bytes(data)
        rejects.unlink(missing_ok=True)
        result = self.run(
            "record",
            "import",
            file,
            "--terms",
            self.place / "terms.yaml",
            "--as",
            officer,
            "--folder",
            self.folder,
            "--json",
            *more,
        )
        assert result.exit_code == 0, result.output
        answer = json.loads(result.stdout)
        return [answer["summary"][name] for name in COUNTS], answer

    def rejects(self) -> str:
        return (self.place / "bundle.json.rejects.jsonl").read_text("utf-8")

    def live(self) -> set[str]:
        why = ("--purpose", "identify", "--crime-area", "fugitives", "--as", "duty-1", "--limit", "200")
        listed = json.loads(self.run("record", "list", *why, "--folder", self.folder, "--json").stdout)
        return {one["name"].removeprefix("XA-NCB/") for one in listed["records"]}

    def original(self, record: str) -> Any:  # noqa: ANN401 - JSON
        result = self.run(
            "record",
            "original",
            record,
            "--purpose",
            "identify",
            "--crime-area",
            "fugitives",
            "--as",
            "duty-1",
            "--folder",
            self.folder,
        )
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout[result.stdout.index("{") : result.stdout.rindex("}") + 1])


@pytest.fixture
def bureau(run: Run, folder: Path, tmp_path: Path) -> Bureau:
    return Bureau(run, folder, tmp_path)


def made(number: int, name: str, at: str = FIRST, maker: str = MAKER, **fields: object) -> dict[str, Any]:
    return person(number, name=name, modified=at, created_by_ref=maker, **fields)


def test_r55_a_bundle_seen_before_changes_nothing_and_a_newer_one_makes_versions(bureau: Bureau) -> None:
    wallet = observable("cryptocurrency-wallet", 3, value="1abc")
    old = bundle(made(1, "Velk"), made(2, "Sorn"), wallet, relationship(4, wallet["id"], stix_id("identity", 1)))
    assert bureau.read(old)[0] == [4, 0, 0, 0, 0]
    assert bureau.read(old)[0] == [0, 0, 4, 0, 0]
    assert bureau.read(bundle(made(1, "Ardan Velk", LATER), made(2, "Sorn", LATER)))[0] == [0, 1, 1, 0, 0]
    assert bureau.original(stix_id("identity", 1))["name"] == "Ardan Velk"
    # The older bundle once more: what a record says more newly stays.
    assert bureau.read(old)[0] == [0, 0, 4, 0, 0]
    assert bureau.original(stix_id("identity", 1))["name"] == "Ardan Velk"


def test_r55_another_maker_changes_nothing_and_takes_nothing_back(bureau: Bureau) -> None:
    bureau.read(bundle(made(1, "Velk"), made(2, "Sorn")))
    foreign = bundle(
        made(1, "Other", LATER, OTHER), made(2, "Sorn", LATER, OTHER, revoked=True), made(3, "Tal", LATER, OTHER)
    )
    assert bureau.read(foreign)[0] == [1, 0, 0, 0, 2]
    assert bureau.rejects().count("another maker") == 2
    assert bureau.live() == {stix_id("identity", number) for number in (1, 2, 3)}
    assert bureau.original(stix_id("identity", 1))["name"] == "Velk"


def test_r55_what_its_maker_revoked_is_withdrawn_and_does_not_come_back(bureau: Bureau) -> None:
    bureau.read(bundle(made(1, "Velk"), made(2, "Sorn", LATER)))
    gone = bundle(
        made(1, "Velk", LATER, revoked=True), made(2, "Sorn", FIRST, revoked=True), made(9, "Tal", revoked=True)
    )
    assert bureau.read(gone)[0] == [0, 0, 2, 1, 0]
    assert bureau.live() == {stix_id("identity", 2)}
    assert bureau.read(gone)[0] == [0, 0, 3, 0, 0]
    assert bureau.read(bundle(made(1, "Velk", LATER)))[0] == [0, 0, 0, 0, 1]
    rows = json.loads(bureau.run("trail", "show", "--folder", bureau.folder, "--as", "head-1", "--json").stdout)["rows"]
    [row] = [row for row in rows if row["verb"] == "withdraw_record"]
    assert stix_id("identity", 1) in json.dumps(row)


def test_r55_what_was_not_made_of_an_object_or_is_of_another_list_is_not_taken_back(bureau: Bureau) -> None:
    line = {"id": stix_id("identity", 1), "schema": "Person", "properties": {"name": ["Velk"]}}
    bureau.read(json.dumps(line).encode())
    bureau.read(bundle(made(2, "Sorn")), "--list", "feed")
    gone = bundle(made(1, "Velk", LATER, revoked=True), made(2, "Sorn", LATER, revoked=True))
    assert bureau.read(gone, "--list", "other")[0] == [0, 0, 0, 0, 2]
    assert ("not made of such an object" in bureau.rejects(), "another list" in bureau.rejects()) == (True, True)
    assert bureau.live() == {stix_id("identity", 1), stix_id("identity", 2)}


def test_r55_who_may_not_withdraw_takes_nothing_back_and_imports_the_rest(
    bureau: Bureau, monkeypatch: pytest.MonkeyPatch
) -> None:
    bureau.read(bundle(made(1, "Velk")))
    authorise = Records.authorise

    def without_withdrawals(
        records: Records, unit: RecordsUnit, officer: OfficerId, verb: str, *, subject: str
    ) -> None:
        # No role of the lists has the one verb without the other.
        authorise(records, unit, officer, "head_of_body" if verb == "withdraw_record" else verb, subject=subject)

    monkeypatch.setattr(Records, "authorise", without_withdrawals)
    assert bureau.read(bundle(made(1, "Velk", LATER, revoked=True), made(2, "Sorn")))[0] == [1, 0, 0, 0, 1]
    assert "your role may not withdraw" in bureau.rejects()
    assert bureau.live() == {stix_id("identity", 1), stix_id("identity", 2)}


def test_r55_on_a_named_list_what_was_revoked_or_stands_older_is_not_gone(bureau: Bureau) -> None:
    people = [made(number, f"P {number}", LATER) for number in range(1, 13)]
    bureau.read(bundle(*people), "--list", "feed")
    revoked = [made(1, "P 1", "2031-04-01T00:00:00Z", revoked=True), made(2, "P 2", FIRST, revoked=True)]
    counts, answer = bureau.read(bundle(*revoked, *people[2:11]), "--list", "feed", "--withdraw-gone")
    assert counts == [0, 0, 10, 1, 0]
    assert (answer["gone"]["withdrawn"], answer["gone"]["first"]) == (1, [f"XA-NCB/{stix_id('identity', 12)}"])
    assert bureau.live() == {stix_id("identity", number) for number in range(2, 12)}


def test_r54_what_had_no_place_in_a_record_is_told(bureau: Bureau) -> None:
    _, answer = bureau.read(
        bundle(made(1, "Velk", x_odd="1"), {**made(2, "x"), "type": "tool", "id": stix_id("tool", 2)})
    )
    assert {one["reason"]: one["count"] for one in answer["losses"]} == {"property": 1, "type tool": 1}
    result = bureau.run(
        "record", "import", bureau.place / "bundle.json", "--terms", bureau.place / "terms.yaml", "--as", "duty-1",
        "--folder", bureau.folder,
    )  # fmt: skip
    assert "objects of the type tool, of which no record is made" in " ".join(result.stdout.split())


def test_r56_what_is_exported_says_the_same_at_another_body(bureau: Bureau, run: Run, tmp_path: Path) -> None:
    entities: list[Any] = [
        {"id": "p-1", "schema": "Person", "properties": {"name": ["Ardan Velk", "Ардан Велк"], "birthDate": ["1979-05"]}},
        {"id": "w-1", "schema": "CryptoWallet", "properties": {"publicKey": ["1abc"], "holder": ["p-1"]}},
        {"id": "v-1", "schema": "Vehicle", "properties": {"registrationNumber": ["XA 12"]}},
    ]  # fmt: skip
    assert bureau.read("".join(json.dumps(one) + "\n" for one in entities).encode())[0] == [3, 0, 0, 0, 0]
    bureau.read(bundle(made(1, "Sorn"), relationship(4, stix_id("identity", 1), stix_id("identity", 1))))
    out = tmp_path / "out.json"
    result = run("record", "export", out, "--format", "stix", *WHY, "--folder", bureau.folder, "--json")
    assert result.exit_code == 0, result.output
    answer = json.loads(result.stdout)
    assert {one["reason"]: one["count"] for one in answer["losses"]} == {
        "came": 2,
        "property": 2,
        "schema": 1,
        "terms": 2,
    }
    assert answer["records"] == 4
    written = json.loads(out.read_text("utf-8"))
    assert written["type"] == "bundle"
    assert made(1, "Sorn") in written["objects"]

    # What was imported as STIX is unchanged; what was made here is refused with the reason, and not made twice.
    counts, _ = bureau.read(out.read_bytes())
    assert counts == [0, 0, 2, 0, 2]
    assert bureau.rejects().count("of a record of our own") == 2

    other = tmp_path / "xb"
    init = (
        "init",
        "--kind",
        "national_central_bureau",
        "--code",
        "XB-NCB",
        "--name",
        "Bureau of XB",
        "--country",
        "XB",
    )
    assert run(*init, "--folder", other).exit_code == 0
    assert run("officer", "add", "duty-1", "--role", "duty_officer", "--folder", other, "--as", "head-1").exit_code == 0
    there = Bureau(run, other, tmp_path)
    assert there.read(out.read_bytes())[0] == [4, 0, 0, 0, 0]
    first = next(one for one in written["objects"] if one.get("name") == "Ardan Velk")
    result = run(
        "record", "show", first["id"], "--purpose", "identify", "--crime-area", "fugitives", "--as", "duty-1",
        "--folder", other, "--json",
    )  # fmt: skip
    facts = {(one["property"], one["value"]) for one in json.loads(result.stdout)["record"]["facts"]}
    assert facts == {("name", "Ardan Velk"), ("name", "Ардан Велк"), ("birthDate", "1979-05")}
    assert first["extensions"][OURS]["kind"] == "person_of_interest"


def test_r56_where_nothing_fits_no_file_is_written(bureau: Bureau, run: Run, tmp_path: Path) -> None:
    line = {"id": "v-1", "schema": "Vehicle", "properties": {"registrationNumber": ["XA 12"]}}
    bureau.read(json.dumps(line).encode())
    result = run("record", "export", tmp_path / "out.json", "--format", "stix", *WHY, "--folder", bureau.folder)
    assert result.exit_code != 0
    assert "no place" in result.output
    assert not list(tmp_path.glob("*out.json*"))
