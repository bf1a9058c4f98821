"""A proposed mapping has its remarks in the reader's language, and says the same (docs/rules/desk.md W83)."""

from __future__ import annotations

from pathlib import Path

import pytest

from entente.formats.marked_yaml import MarkedDocument, read_marked
from entente.formats.table_suggest import suggest_mapping
from entente.web.desk.mapping_remarks import remarks_told
from entente.web.wording import LANGUAGES, Wording

OTHERS = tuple(language for language in LANGUAGES if language != "en")
PEOPLE = (
    'identifier;name;date of birth;religion;remarks;"a # b";nationality;sex;alias;passport;due;imo\n'
    "1;Anders, Ruth;04/05/1979;none;;x;XX?;H;Anna | Anke;P1;2020-01-02;9074729\n"
    "2;Bernd, Karl;01/02/1980;none;;y;Spain;M;Otto;P2;2021-01-02;9074729\n"
)
TABLES = (
    PEOPLE,
    "given name,family name,date of birth\nRuth,Anders,1979\nKarl,Bernd,5 or 6\n",
    "what,date of birth\nred,long ago\nred,then\n",
    "one\nx\nx\n",
    "a,b,c,d\nruth@example.org,+1 555 010 0100,Spain,Ruth Anders\nkarl@example.org,+1 555 010 0101,France,Karl Bernd\n",
)


def marked(mapping: str) -> MarkedDocument:
    return read_marked(mapping.encode(), "mapping", bytes_max=1_000_000)


def remark_of(line: str) -> str:
    return line.rpartition("# ")[2] if "# " in line else ""


@pytest.mark.parametrize("language", OTHERS)
def test_each_remark_is_told_and_the_mapping_is_the_same(language: str, tmp_path: Path) -> None:
    for at, table in enumerate(TABLES):
        path = tmp_path / f"list-{at}.csv"
        path.write_text(table, "utf-8")
        proposed = suggest_mapping(path)
        told = remarks_told(Wording(language), proposed)
        assert marked(told) == marked(proposed)
        lines = [*zip(told.split("\n"), proposed.split("\n"), strict=True)]
        untold = {line for line, english in lines if (remark := remark_of(english)) and remark == remark_of(line)}
        assert untold == set()


def test_a_sign_in_a_name_begins_no_remark_and_an_unknown_one_stays() -> None:
    lines = '    - "a # it is called so"  # it is called so\nprefix: x  # <b>mine</b> & yours\n'
    assert remarks_told(Wording("fr"), lines) == (
        '    - "a # it is called so"  # elle s’appelle ainsi\nprefix: x  # <b>mine</b> & yours\n'
    )
    assert remarks_told(Wording("en"), lines) == lines


def test_a_remark_is_on_one_line_whatever_it_names() -> None:
    line = '# A mapping for "a\\n<i> & b.csv", proposed from its first rows: read each line before it is used.'
    told = remarks_told(Wording("fr"), line)
    assert told.startswith('# Une correspondance pour "a\\n<i> & b.csv", proposée')
    assert "\n" not in told
