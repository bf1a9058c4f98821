"""Names in any script stay in their place on a terminal, and no name writes on the terminal itself."""

from __future__ import annotations

import pytest

from entente.cli.output import FIRST_STRONG_ISOLATE, POP_ISOLATE, fields, name, plain, score, table
from entente.kernel.errors import Invalid
from entente.verbs.arguments import TEXT_CHARACTERS_MAX, Arguments


def test_name_stands_isolated_and_an_empty_one_leaves_nothing() -> None:
    assert name("ليلى") == f"{FIRST_STRONG_ISOLATE}ليلى{POP_ISOLATE}"
    assert name("") == name(None) == ""


@pytest.mark.parametrize("hostile", ["\x1b[2J", "\u202e", "\u2066", "\u2069", "\x07", "\x9b"])
def test_control_and_bidirectional_characters_are_shown_as_codes(hostile: str) -> None:
    shown = plain(f"a{hostile}b")
    assert hostile not in shown
    assert "<U+" in shown


def test_lines_of_a_name_become_one_and_joiners_of_its_script_stay() -> None:
    assert plain("a\nb") == "a b"
    assert plain("می\u200cخواهم") == "می\u200cخواهم"


def test_columns_align_under_wide_letters_and_empty_columns_are_left_out() -> None:
    lines = list(table([(name("陈伟国"), "", "x"), (name("Ana"), "", "y")], "who", "empty", "mark"))
    assert lines == ["who     mark", f"{name('陈伟国')}  x", f"{name('Ana')}     y"]
    assert list(table([], "who")) == ["Nothing."]


def test_long_cell_is_cut_within_its_isolation() -> None:
    line = list(table([(name("ا" * 200), "x")], "who", "mark"))[1]
    assert line.count(FIRST_STRONG_ISOLATE) == line.count(POP_ISOLATE) == 1
    assert "…" in line
    assert line.endswith("x")


def test_fields_align_and_leave_empty_ones_out() -> None:
    assert list(fields([("id", "1"), ("country", ""), ("zone", "UTC")])) == ["id    1", "zone  UTC"]


@pytest.mark.parametrize(("thousandths", "shown"), [(930, ".930"), (7, ".007"), (0, ".000"), (1000, "1.000")])
def test_score_is_written_as_officers_read_it(thousandths: int, shown: str) -> None:
    assert score(thousandths) == shown


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({}, "name"),
        ({"name": "  "}, "name"),
        ({"name": 7}, "name"),
        ({"name": "x" * (TEXT_CHARACTERS_MAX + 1)}, "name"),
        ({"name": "a\udcffb"}, "name"),
    ],
    ids=["absent", "blank", "number", "too_long", "not_utf8"],
)
def test_text_that_is_not_a_text_is_invalid_by_name(given: dict[str, object], field: str) -> None:
    with pytest.raises(Invalid) as error:
        Arguments(given).text("name")  # type: ignore[arg-type] # what a stranger might send
    assert error.value.field == field
    assert Arguments({"name": "Аня"}).text("name") == "Аня"


def test_numbers_flags_and_lists_are_read_strictly() -> None:
    given = Arguments({"limit": True, "yes": 1, "names": ["a", " "], "many": [1]})
    for read in (
        lambda: given.integer("limit", default=1, least=1, most=9),
        lambda: given.flag("yes"),
        lambda: given.texts("names"),
        lambda: given.texts("many"),
        lambda: given.document("limit"),
        lambda: given.documents("names"),
    ):
        with pytest.raises(Invalid):
            read()
    assert Arguments({"limit": 9}).integer("limit", default=1, least=1, most=9) == 9
    with pytest.raises(Invalid):
        Arguments({"limit": 10}).integer("limit", default=1, least=1, most=9)
