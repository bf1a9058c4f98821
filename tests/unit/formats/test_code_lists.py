"""H1: the closed lists are read strictly; a fault in one stops the node with file and line."""

from importlib.resources import files

import pytest

from entente.formats.codelists import LIST_FILES, load_code_lists, read_code_lists
from entente.kernel.errors import Misconfigured


def contents() -> dict[str, bytes]:
    return {name: (files("entente.data") / name).read_bytes() for name in LIST_FILES}


def test_the_lists_as_delivered_are_read_whole() -> None:
    lists = load_code_lists()
    assert lists == read_code_lists(contents())
    assert lists.confidentiality_levels == ("official_use", "restricted", "confidential")
    assert lists.tightening_statuses == {"victim", "witness"}
    assert lists.countries["NO"] == "Norway"
    assert "XA" in lists.countries
    assert lists.countries_alpha3["YUG"] == "YU"
    assert not lists.record_kinds["message"].is_data_set
    assert lists.urgencies["urgent"].hours == 8


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("purposes.yaml", "code: warn", "code: arrest", "«arrest» stands twice"),
        ("purposes.yaml", "label: Warn", "name: Warn", "it should be text"),
        ("roles.yaml", "verbs: [search,", "verbs: [expel, search,", "«expel» stands in no list"),
        ("measures.yaml", "legal_bases: [extradition_law]", "legal_bases: [magic]", "«magic» stands in no list"),
        ("record_kinds.yaml", "data_set: true", "data_set: maybe", "it should be true or false"),
        ("handling_codes.yaml", "know: alone", "know: perhaps", "«perhaps» stands in no list"),
        ("handling_codes.yaml", "know: alone,", "", "one answer for each act"),
        ("handling_codes.yaml", "forward: 'no'", "forward: no", "read differently"),
        ("reasons.yaml", "hours: 4", "hours: 0", "a whole number from 1"),
        ("countries.yaml", "code: AD", "code: AE", "stands twice"),
        ("marks.yaml", "entries:", "entries: &a", "anchor"),
        ("marks.yaml", "entries:", "entries: {}\nold:", "at least one entry"),
    ],
)
def test_a_list_that_does_not_hold_together_stops_the_node(name: str, old: str, new: str, said: str) -> None:
    broken = contents()
    text = broken[name].decode()
    assert old in text
    broken[name] = text.replace(old, new, 1).encode()
    with pytest.raises(Misconfigured) as refused:
        read_code_lists(broken)
    assert said in str(refused.value)
    assert name in str(refused.value)
    assert "line " in str(refused.value)
