"""A mapping is proposed from the names and cells of a table: with reasons, without a value, fit to be used as it is (R46)."""

from __future__ import annotations

import io
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from entente.formats.imports import read_import
from entente.formats.schemata import load_schemata
from entente.formats.table_columns import date_forms
from entente.formats.table_mapping import TableMapping, read_mapping
from entente.formats.table_suggest import propose_mapping, suggest_mapping
from entente.kernel.errors import Invalid
from entente.records.model import RecordDraft
from entente.records.proposing import KEPT, LEFT_OUT, NEVER, KeysCounted, MappingChoice
from tests.support.reading import terms, unknown, values

RUSSIAN = (
    "Реестр\nNo;Фамилия;Имя;Дата рождения;Гражданство;Пол;Паспорт;Телефон;Национальность;Прим.;Дата розыска\n"
    "1;Велк;Ардан;04.05.1979;Таджикистан;м;AB123;+992 900 11 22 33;тайна;особое;01.02.2030\n"
    "2;Сорн;Мира;1981;TJ;ж;;+992900112244;тайна;;03.02.2030\n"
)


def proposed(folder: Path, data: bytes, name: str = "list.csv") -> tuple[str, TableMapping]:
    """Return the text of a mapping and what it says when it is read."""
    file = folder / name
    file.write_bytes(data)
    text = suggest_mapping(file)
    return text, read_mapping(text.encode(), load_schemata())


def drafts(folder: Path, data: bytes) -> list[RecordDraft]:
    """Return what a table gives under the mapping that is proposed for it."""
    _, mapping = proposed(folder, data)
    with read_import(folder / "list.csv", terms(), mapping) as opened:
        return [row for row in opened.rows if isinstance(row, RecordDraft)]


@pytest.mark.parametrize("encoding", ["utf-8", "windows-1251", "koi8-r", "utf-16"])
def test_r46_a_proposal_for_a_table_in_any_encoding_imports_it_as_it_is(tmp_path: Path, encoding: str) -> None:
    velk, paper, sorn = drafts(tmp_path, RUSSIAN.encode(encoding))
    assert (velk.local_id, values(velk, "name"), values(velk, "birthDate")) == (
        "row-1",
        ["Велк, Ардан"],
        ["1979-05-04"],
    )
    assert (values(velk, "gender"), values(velk, "phone")) == (["male"], ["+992 900 11 22 33"])
    assert unknown(velk) == {"Гражданство": "Таджикистан", "Прим.": "особое", "Дата розыска": "01.02.2030"}
    assert (paper.schema, [link.property for link in paper.links]) == ("Passport", ["holder"])
    assert values(sorn, "nationality") == ["TJ"]


@pytest.mark.parametrize("days", [("1979-05-04", "1980"), ("04.05.1979", "12.11.1980")])
def test_r46_no_birthday_is_proposed_as_what_tells_rows_apart(tmp_path: Path, days: tuple[str, str]) -> None:
    file = tmp_path / "list.csv"
    file.write_text(f"Surname,Date of birth\nVelk,{days[0]}\nSorn,{days[1]}\n")
    assert 'keys: ["?"]' in suggest_mapping(file)
    file.write_text(f"Surname,Date of birth,Our sign\nVelk,{days[0]},A7\nSorn,{days[1]},B2\n")
    assert 'keys: ["Our sign"]' in suggest_mapping(file)


@pytest.mark.parametrize(
    ("name", "cells", "line"),
    [
        (
            "Birth",
            ("04.05.1979", "12.11.1980"),
            'birthDate: {column: "Birth", dates: ["DD.MM.YYYY"]}  # its name says of what',
        ),
        (
            "birth",
            ("1979", "1980"),
            'birthDate: {column: "birth", dates: ["YYYY"]}  # its name says of what, and its cells that',
        ),
        ("Naissance :", ("04/13/1979", ""), 'birthDate: {column: "Naissance :", dates: ["MM/DD/YYYY"]}  # its name'),
        ("出生", ("1979-05-04", "1980-01-01"), 'birthDate: {column: "出生", dates: ["YYYY-MM-DD"]}'),
        (
            "Decease",
            ("1979-05-04", "1980-01-01"),
            '- "Decease"  # its cells are dates (YYYY-MM-DD), and its name does not say',
        ),
        ("Né(e) le", ("04/05/1979", "31/12/1980"), 'birthDate: {column: "Né(e) le", dates: ["DD/MM/YYYY"]}'),
        ("F. nac.", ("04/05/1979", "31/12/1980"), 'birthDate: {column: "F. nac.", dates: ["DD/MM/YYYY"]}'),
        ("N.º de pasaporte", ("XA991122", "XA991123"), 'number: {column: "N.º de pasaporte"}  # it is called so'),
        ("Died", ("1999-05-04", ""), 'deathDate: {column: "Died", dates: ["YYYY-MM-DD"]}'),
        (
            "Birth",
            ("France", "DE"),
            'birthCountry: {column: "Birth"}  # its name says of what, and its cells are countries',
        ),
        (
            "Birth",
            ("Lyon", "Berlin"),
            '- "Birth"  # its name says of what, and its cells are neither dates nor countries',
        ),
        ("Birth", ("", ""), '- "Birth"  # it is empty in the sample'),
    ],
)
def test_r46_a_column_called_as_an_event_is_placed_by_its_cells(
    tmp_path: Path, name: str, cells: tuple[str, str], line: str
) -> None:
    text, _ = proposed(tmp_path, f"id,name,{name}\n1,Ardan Velk,{cells[0]}\n2,Mira Sorn,{cells[1]}\n".encode())
    assert line in text


def test_r46_columns_of_one_name_are_told_where_the_table_is_looked_at_first(tmp_path: Path) -> None:
    text, _ = proposed(tmp_path, b"id,name,id\n1,Ardan Velk,7\n")
    assert '# Two of its columns are called "id": give each a name of its own in the table, or it is refused.' in text
    assert text.count("are called") == 1


def test_r46_each_column_has_its_reason_and_no_value_is_shown(tmp_path: Path) -> None:
    text, mapping = proposed(tmp_path, RUSSIAN.encode("windows-1251"))
    assert "windows-1251 is a guess" in text
    assert "never carried (ethnicity)" in text
    assert '"Дата розыска"  # its cells are dates (DD.MM.YYYY), and its name does not say of what' in text
    assert '"Прим."  # neither its name nor its cells are known' in text
    assert "2 of 2 cells of the sample read as DD.MM.YYYY, YYYY" in text
    assert mapping.form.lines_before == 1
    assert not any(value in text for value in ("Велк", "AB123", "+992", "тайна", "особое", "1979"))


@pytest.mark.parametrize(
    ("head", "row", "schema", "properties"),
    [
        ("Reg,VIN,Make,Plate", "1,1M8GDM9AXKP042788,Ford,XA 12", "Vehicle", {"vin", "make", "registrationNumber"}),
        ("Ref,Ship,IMO,Flag", "1,Aurora,IMO 9074729,PT", "Vessel", {"imoNumber", "flag"}),
        ("id,x", "1,1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2", "CryptoWallet", {"publicKey"}),
        ("id,Company,Country,Tax number", "1,Velk Ltd,XA,77", "Company", {"name", "country", "taxNumber"}),
        (
            "id,Nom,Prénom,Né le,Courriel", "1,Velk,Ardan,04/05/1979,a@b.org", "Person",
            {"name", "lastName", "firstName", "birthDate", "email"},
        ),
        ("id,姓名,出生日期,国籍", "1,李雷,1979-05-04,CN", "Person", {"name", "birthDate", "nationality"}),
        ("id,الاسم الكامل,تاريخ الميلاد", "1,أردان فيلك,1979", "Person", {"name", "birthDate"}),
        ("id,subject", "1,Ardan Velk", "Person", {"name"}),
    ],
)  # fmt: skip
def test_r46_what_a_table_is_about_is_told_from_its_columns(
    tmp_path: Path, head: str, row: str, schema: str, properties: set[str]
) -> None:
    _, mapping = proposed(tmp_path, f"{head}\n{row}\n".encode())
    [entity] = mapping.entities
    assert (entity.schema.name, {one.property.name for one in entity.values}) == (schema, properties)


def test_r46_a_day_that_may_be_a_month_is_said_to_be_in_doubt() -> None:
    assert date_forms(["04/05/1979", "01/02/1980"]) == (
        ("DD/MM/YYYY",),
        2,
        ["each reads as MM/DD/YYYY too: check which is meant"],
    )
    assert date_forms(["04/05/1979", "01/22/1980"]) == (("MM/DD/YYYY",), 2, [])
    assert date_forms(["unknown"]) == ((), 0, [])


def test_r46_a_spanish_table_of_men_and_women_is_not_read_as_men_alone(tmp_path: Path) -> None:
    made = drafts(tmp_path, b"id,Apellidos,Sexo\n1,Velk,H\n2,Sorn,M\n")
    assert [values(one, "gender") for one in made] == [["male"], ["female"]]


def test_r46_without_a_column_that_tells_rows_apart_the_mapping_cannot_be_used_before_it_is_edited(
    tmp_path: Path,
) -> None:
    text, mapping = proposed(tmp_path, b"Name,Country\nArdan Velk,XA\nArdan Velk,XB\n")
    assert "no column tells every row of the sample from the others" in text
    with pytest.raises(Invalid, match="column \\?"), read_import(tmp_path / "list.csv", terms(), mapping):
        pass


def test_r46_a_parquet_table_is_proposed_for_too_and_what_cannot_be_read_is_ignored(tmp_path: Path) -> None:
    data = io.BytesIO()
    columns = {"id": pa.array([1, 2]), "Name": pa.array(["Velk", "Sorn"]), "Place": pa.array([{"x": 1}] * 2)}
    parquet.write_table(pa.table(columns), data)
    text, mapping = proposed(tmp_path, data.getvalue())
    assert '"Place"  # is of the type struct<x: int64>, which no cell of a list has' in text
    assert mapping.ignored == ("place",)


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7", b"\n\n", b'"a\n'])
def test_r46_what_is_no_table_is_refused(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(Invalid):
        proposed(tmp_path, data)


def test_r46_names_of_columns_that_look_like_the_mapping_itself_change_nothing(tmp_path: Path) -> None:
    names = ["id", "Name", '"}]: # {', "a\tb: c", "'", "\\", "{{", "- x", "&a", "*a", "!!python/object", "\u202eevil"]
    head = ";".join('"' + name.replace('"', '""') + '"' for name in names)
    _, mapping = proposed(tmp_path, f"{head}\n1{';x' * (len(names) - 1)}\n".encode())
    assert len(mapping.kept) == len(names) - 2


TWICE = "Book,Page,Surname,Born,Religion,Remark\nA,1,Velk,1979-05-04,x,tall\nA,2,Sorn,04.05.1980,y,\nA,2,Tal,,,\n-,3,Una,,,\n"


def test_w119_columns_that_were_chosen_make_the_key_and_it_is_said_how_they_stand(tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text(TWICE)
    open_ = propose_mapping(file, MappingChoice())
    assert (open_.keys, open_.counted.rows) == ((), 0)
    found = propose_mapping(file, MappingChoice(keys=("Book", "Page")))
    assert found.keys == ("Book", "Page")
    assert found.counted == KeysCounted(4, 2, 1, 1, is_whole=True, examples=("A, 2",))
    (entity,) = read_mapping(found.mapping.encode(), load_schemata()).entities
    assert entity.keys == ("book", "page")
    # As the import then rejects them.
    with read_import(file, terms(), read_mapping(found.mapping.encode(), load_schemata())) as opened:
        made = [isinstance(row, RecordDraft) for row in opened.rows]
    assert made == [True, True, False, False]


def test_w119_column_holds_what_was_chosen_for_it_and_nothing_of_it_is_lost(tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text(TWICE)
    columns = {"Born": "deathDate", "Remark": "notes", "Book": LEFT_OUT, "Surname": KEPT}
    found = propose_mapping(file, MappingChoice(keys=("Page",), columns=columns))
    assert {one.name: one.means for one in found.columns} == {
        "Book": LEFT_OUT, "Page": KEPT, "Surname": KEPT, "Born": "deathDate", "Religion": NEVER, "Remark": "notes",
    }  # fmt: skip
    with read_import(file, terms(), read_mapping(found.mapping.encode(), load_schemata())) as opened:
        velk, sorn, *_ = [row for row in opened.rows if isinstance(row, RecordDraft)]
    assert (values(velk, "deathDate"), values(velk, "notes"), unknown(velk)) == (
        ["1979-05-04"],
        ["tall"],
        {"Surname": "Velk"},
    )
    assert values(sorn, "deathDate") == ["1980-05-04"]


@pytest.mark.parametrize(
    "choice",
    [
        MappingChoice(keys=("Nothing",)), MappingChoice(keys=("Religion",)), MappingChoice(columns={"Nothing": "name"}),
        MappingChoice(columns={"Born": "religion"}), MappingChoice(columns={"Born": "imoNumber"}),
        MappingChoice(schema="Thing"), MappingChoice(schema="<b>"),
    ],
)  # fmt: skip
def test_w119_what_is_not_there_cannot_be_chosen(tmp_path: Path, choice: MappingChoice) -> None:
    file = tmp_path / "list.csv"
    file.write_text(TWICE)
    with pytest.raises(Invalid, match="not there"):
        propose_mapping(file, choice)


def test_w119_keys_are_counted_among_the_first_rows_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("entente.formats.table_keys.ROWS_MAX", 3)
    file = tmp_path / "list.csv"
    file.write_text(TWICE)
    counted = propose_mapping(file, MappingChoice(keys=("Page",))).counted
    assert counted == KeysCounted(3, 2, 1, 0, is_whole=False, examples=("2",))
