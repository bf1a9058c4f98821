"""The closed lists hold together: entries are whole, no code stands twice, what one list names stands in another."""

from importlib.resources import files
from itertools import pairwise
from typing import Any

import pytest
import yaml

from entente.handling.model import (
    DisclosureAct,
    InformationEvaluation,
    KindFamily,
    Permission,
    SourceEvaluation,
)

DATA = files("entente.data")
READ_ALOUD = "arabic_names.yaml"
"""How names are said (docs/rules/desk.md W27), which is no list of codes."""
LISTS = sorted(entry.name for entry in DATA.iterdir() if entry.name.endswith(".yaml") and entry.name != READ_ALOUD)
WHOLE = ("code", "label", "meaning", "source")


def load(name: str) -> dict[str, Any]:
    content = yaml.safe_load((DATA / name).read_text(encoding="utf-8"))
    assert isinstance(content, dict)
    return content


def codes(name: str, section: str = "entries") -> list[str]:
    return [entry["code"] for entry in load(name)[section]]


def sections() -> list[tuple[str, str]]:
    """Every list of entries of every file, the countries apart: they have codes and names only."""
    return [
        (name, section)
        for name in LISTS
        if name != "countries.yaml"
        for section, value in load(name).items()
        if isinstance(value, list)
    ]


def schema_names() -> set[str]:
    return {entry.name.removesuffix(".yaml") for entry in (DATA / "schemata").iterdir() if entry.name.endswith(".yaml")}


@pytest.mark.parametrize("name", LISTS)
def test_each_file_states_its_version_title_and_source(name: str) -> None:
    content = load(name)
    assert content["version"] == 1
    assert content["title"].strip()
    assert content["source"].strip()


@pytest.mark.parametrize(("name", "section"), sections())
def test_each_entry_is_whole_and_no_code_stands_twice(name: str, section: str) -> None:
    entries = load(name)[section]
    assert entries
    for entry in entries:
        for field in WHOLE:
            assert isinstance(entry[field], str), (name, section, entry)
            assert entry[field].strip(), (name, section, entry)
    names = [entry["code"] for entry in entries]
    assert len(names) == len(set(names))


def test_the_lists_are_these_thirteen() -> None:
    assert set(LISTS) == {
        "confidentiality.yaml",
        "countries.yaml",
        "crime_areas.yaml",
        "evaluation.yaml",
        "handling_codes.yaml",
        "marks.yaml",
        "measures.yaml",
        "neutrality.yaml",
        "purposes.yaml",
        "reasons.yaml",
        "record_kinds.yaml",
        "roles.yaml",
        "subject_statuses.yaml",
    }


def test_purposes_are_the_eight_of_the_rules_on_data_and_prevention() -> None:
    assert codes("purposes.yaml") == [
        "arrest",
        "locate",
        "inform_on_case",
        "warn",
        "identify",
        "forensic_comparison",
        "security_check",
        "analysis",
        "prevention",
    ]


def test_confidentiality_levels_stand_from_the_lowest_to_the_highest() -> None:
    assert codes("confidentiality.yaml") == ["official_use", "restricted", "confidential"]


def test_evaluation_is_four_by_four() -> None:
    assert codes("evaluation.yaml", "source_evaluations") == list(SourceEvaluation)
    assert codes("evaluation.yaml", "information_evaluations") == list(InformationEvaluation)


def test_handling_codes_are_europols_and_the_traffic_lights() -> None:
    by_scheme: dict[str, list[str]] = {}
    for entry in load("handling_codes.yaml")["entries"]:
        by_scheme.setdefault(entry["scheme"], []).append(entry["code"])
    assert by_scheme == {
        "europol": ["H0", "H1", "H2", "H3"],
        "tlp": ["TLP:RED", "TLP:AMBER+STRICT", "TLP:AMBER", "TLP:GREEN", "TLP:CLEAR"],
    }
    assert list(by_scheme) == codes("handling_codes.yaml", "schemes")


def test_handling_codes_state_a_permission_for_each_act_of_the_ladder() -> None:
    assert codes("handling_codes.yaml", "acts") == list(DisclosureAct)
    assert codes("handling_codes.yaml", "permissions") == list(Permission)
    for entry in load("handling_codes.yaml")["entries"]:
        assert list(entry["permissions"]) == list(DisclosureAct), entry["code"]
        for permission in entry["permissions"].values():
            assert permission in list(Permission), entry["code"]


@pytest.mark.parametrize(
    ("code", "act", "permission"),
    [
        ("H0", "use_as_evidence", "alone"),
        ("H1", "use_as_evidence", "ask"),
        ("H1", "act_on", "alone"),
        ("H2", "forward", "ask"),
        ("H2", "act_on", "alone"),
        ("H3", "act_on", "ask"),
        ("TLP:RED", "forward", "no"),
        ("TLP:AMBER+STRICT", "forward", "no"),
        ("TLP:AMBER", "forward", "ask"),
        ("TLP:GREEN", "forward", "alone"),
        ("TLP:CLEAR", "use_as_evidence", "alone"),
    ],
)
def test_handling_code_says_of_the_act_what_its_scheme_says(code: str, act: str, permission: str) -> None:
    entries = {entry["code"]: entry for entry in load("handling_codes.yaml")["entries"]}
    assert entries[code]["permissions"][act] == permission


def test_traffic_lights_never_grow_stricter_towards_clear() -> None:
    strictness = {"no": 2, "ask": 1, "alone": 0}
    lights = [entry["permissions"] for entry in load("handling_codes.yaml")["entries"] if entry["scheme"] == "tlp"]
    for stricter, freer in pairwise(lights):
        assert all(strictness[freer[act]] <= strictness[stricter[act]] for act in stricter)


def test_record_kinds_name_a_known_family_and_known_schemata() -> None:
    assert set(codes("record_kinds.yaml", "families")) == set(KindFamily)
    for kind in load("record_kinds.yaml")["entries"]:
        assert kind["family"] in list(KindFamily), kind["code"]
        assert set(kind["schemata"]) <= schema_names(), kind["code"]
        assert len(kind["schemata"]) == len(set(kind["schemata"])), kind["code"]


def test_communication_is_never_a_data_set_and_all_else_is_one() -> None:
    for kind in load("record_kinds.yaml")["entries"]:
        is_communication = kind["family"] == KindFamily.COMMUNICATION
        assert kind["data_set"] is not is_communication, kind["code"]
        assert bool(kind["schemata"]) is not is_communication, kind["code"]


def test_the_charters_channel_has_its_kinds() -> None:
    channel = {kind["code"] for kind in load("record_kinds.yaml")["entries"] if not kind["data_set"]}
    assert channel == {"message", "request", "notice_of_safety", "governance", "contact"}


def test_each_schema_that_a_record_can_have_belongs_to_a_kind() -> None:
    used = {name for kind in load("record_kinds.yaml")["entries"] for name in kind["schemata"]}
    concrete = {name for name in schema_names() if not load(f"schemata/{name}.yaml")["abstract"]}
    assert concrete == used


def test_kinds_without_persons_have_no_schema_that_names_one() -> None:
    naming_persons = {"Person", "LegalEntity", "Family", "Associate", "Membership"}
    for kind in load("record_kinds.yaml")["entries"]:
        if kind["family"] in {KindFamily.OBJECT, KindFamily.STATISTICAL}:
            assert not naming_persons & set(kind["schemata"]), kind["code"]


def test_victims_and_witnesses_tighten_and_the_wanted_do_not() -> None:
    tightens = {status["code"]: status["tightens"] for status in load("subject_statuses.yaml")["entries"]}
    assert {code for code, tight in tightens.items() if tight} == {"victim", "witness"}
    assert {"wanted", "missing", "none"} <= set(tightens)


def test_each_measure_stands_on_known_legal_bases() -> None:
    bases = set(codes("measures.yaml", "legal_bases"))
    for measure in load("measures.yaml")["entries"]:
        assert measure["legal_bases"], measure["code"]
        assert set(measure["legal_bases"]) <= bases, measure["code"]


def test_each_legal_basis_carries_a_measure() -> None:
    used = {basis for measure in load("measures.yaml")["entries"] for basis in measure["legal_bases"]}
    assert used == set(codes("measures.yaml", "legal_bases"))


def test_an_order_on_operational_search_binds_observation_and_leaves_detention_and_escort() -> None:
    bases = {measure["code"]: measure["legal_bases"] for measure in load("measures.yaml")["entries"]}
    for measure in ("poll", "inquire", "identify", "observe"):
        assert bases[measure] == ["operational_search_law"]
    for measure in ("detain_on_international_notice", "escort"):
        assert bases[measure] == ["extradition_law"]


def test_each_role_names_known_verbs_acts_levels_and_marks() -> None:
    verbs = set(codes("roles.yaml", "verbs"))
    for role in load("roles.yaml")["entries"]:
        assert set(role["verbs"]) <= verbs, role["code"]
        assert len(role["verbs"]) == len(set(role["verbs"])), role["code"]
        assert role["acts_up_to"] in list(DisclosureAct), role["code"]
        assert role["confidentiality"] in codes("confidentiality.yaml"), role["code"]
        assert set(role["marks"]) <= set(codes("marks.yaml")), role["code"]
        assert isinstance(role["machine"], bool), role["code"]


def test_each_verb_is_somebodys() -> None:
    used = {verb for role in load("roles.yaml")["entries"] for verb in role["verbs"]}
    assert used == set(codes("roles.yaml", "verbs"))


def test_only_heads_sign_suspend_and_resume() -> None:
    for verb in ("sign_instrument", "suspend", "resume"):
        assert [role["code"] for role in load("roles.yaml")["entries"] if verb in role["verbs"]] == ["head_of_body"]


def test_sealed_queries_are_read_by_data_protection_alone() -> None:
    readers = {role["code"] for role in load("roles.yaml")["entries"] if "read_sealed_queries" in role["verbs"]}
    assert readers == {"data_protection_officer", "supervisor"}


def test_a_role_that_shares_or_forwards_may_also_look() -> None:
    for role in load("roles.yaml")["entries"]:
        if {"share_record", "forward_record", "confirm_hit"} & set(role["verbs"]):
            assert "show_record" in role["verbs"], role["code"]


def test_a_role_that_tasks_measures_or_forwards_has_the_act_for_it() -> None:
    for role in load("roles.yaml")["entries"]:
        if "forward_record" in role["verbs"]:
            assert DisclosureAct(role["acts_up_to"]).rank >= DisclosureAct.FORWARD.rank, role["code"]


def test_urgencies_have_a_condition_and_longer_terms_in_their_order() -> None:
    urgencies = load("reasons.yaml")["urgencies"]
    assert [urgency["hours"] for urgency in urgencies] == [4, 8, 72, 168]
    assert all(urgency["condition"].strip() for urgency in urgencies)


def test_reasons_end_in_other_with_text_where_an_author_chooses() -> None:
    for section in ("suspension_reasons", "refusal_reasons"):
        assert codes("reasons.yaml", section)[-1] == "other_with_text"


def test_countries_are_the_249_of_the_standard() -> None:
    entries = load("countries.yaml")["entries"]
    assert len(entries) == 249
    assert len({entry["code"] for entry in entries}) == 249
    assert len({entry["alpha3"] for entry in entries}) == 249
    for entry in entries:
        assert isinstance(entry["code"], str), entry
        assert len(entry["code"]) == 2, entry
        assert len(entry["alpha3"]) == 3, entry
        assert entry["name"].strip(), entry
        assert f"{entry['code']}{entry['alpha3']}".isupper(), entry


def test_norway_is_a_country_and_not_a_boolean() -> None:
    by_code = {entry["code"]: entry for entry in load("countries.yaml")["entries"]}
    assert by_code["NO"] == {"code": "NO", "alpha3": "NOR", "name": "Norway"}


def test_user_assigned_codes_are_xa_to_xz_and_collide_with_no_country() -> None:
    content = load("countries.yaml")
    assert content["user_assigned"] == [f"X{chr(letter)}" for letter in range(ord("A"), ord("Z") + 1)]
    assert not set(content["user_assigned"]) & {entry["code"] for entry in content["entries"]}


def test_former_states_name_their_successors_and_reuse_no_code() -> None:
    content = load("countries.yaml")
    present = {entry["code"] for entry in content["entries"]}
    successors_known = present | {entry["code"] for entry in content["in_use"]}
    alpha3 = {entry["alpha3"] for entry in content["entries"]}
    for former in content["former"]:
        assert former["code"] not in present, former
        assert former["alpha3"] not in alpha3, former
        assert set(former["successors"]) <= successors_known, former
    assert {"SU", "YU", "CS", "DD"} <= {former["code"] for former in content["former"]}
