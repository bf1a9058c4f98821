"""What pages say: the same keys, placeholders and plural categories in six languages, none missing, none unused, none hard-coded.

The templates and the code are read for the keys they use; keys that are put together there are named here with what puts them
together.
"""

from __future__ import annotations

import ast
import inspect
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from html import unescape
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml
from babel import Locale

import entente
import entente.web.desk
from entente.agreements.model import (
    ClauseEffect,
    Direction,
    HitRule,
    InstrumentKind,
    MeasurePolicy,
    OnwardRule,
    ParticipationState,
    ProposalKind,
    ProposalState,
    Right,
)
from entente.agreements.stops import How
from entente.bodies.appointing import EndReason, OfficerState
from entente.bodies.group_changes import HowChanged
from entente.bodies.model import BodyKind, ContactDays, ContactKind, MembershipStatus, UnitKind
from entente.cases.model import CaseState, ExhibitKind
from entente.correspondence.model import AnswerOutcome, HitState, MessageChoice, PermissionState
from entente.correspondence.statements import Kind
from entente.correspondence.together import Standing
from entente.duty.calls import CallGround, CallKind, CallState, StepState
from entente.duty.model import DutyFunction, OpenKind, ShiftState
from entente.duty.rules import JOURNAL
from entente.exchange.model import SendState
from entente.exchange.renewing import RENEWAL_KIND
from entente.formats.codelists import load_code_lists
from entente.formats.import_files import ImportFormat
from entente.formats.never_carried import never_carried
from entente.formats.query_csv import DELIMITERS
from entente.formats.schemata import load_schemata
from entente.formats.stix_neutral import STATE_ACTOR
from entente.handling.model import DisclosureAct, InformationEvaluation, SourceEvaluation
from entente.identity.identifiers.reading import IdentifierKind, Validity
from entente.identity.model import SEXES, EvidenceKind
from entente.kernel.errors import EntenteError
from entente.kernel.jobs import JobKind, JobState
from entente.records.comparing import Change
from entente.records.model import HolderState, MediaType
from entente.settings import SETTINGS
from entente.statement_table import accept_table
from entente.verbs import doctor
from entente.verbs.directory import Reach
from entente.verbs.sharing import Narrowed
from entente.web import sentences
from entente.web.desk.draft_pages import DRAFTED
from entente.web.desk.first_steps_page import STEPS
from entente.web.desk.home_lines import KINDS, NEXT_ACTS
from entente.web.desk.job_pages import COUNTS
from entente.web.desk.live import NEWS
from entente.web.desk.matrix_pages import SIGNS
from entente.web.desk.page import ActPage, ShowPage
from entente.web.desk.rendering import LOOKS
from entente.web.desk.table import PAGES
from entente.web.desk.trail_pages import NARROWED, act_meant, act_words
from entente.web.desk.unit_shown import STATES
from entente.web.desk.unsigned_pages import SIGNED
from entente.web.pages import TEMPLATES
from entente.web.room_texts import here_key, room_texts
from entente.web.wording import LANGUAGES, PLACEHOLDER, Text, Wording, code_texts_of, text_files, texts_of

OTHERS = tuple(language for language in LANGUAGES if language != "en")
DESK = tuple(sorted((TEMPLATES / "desk").glob("*.html")))
CODE = (*sorted(Path(next(iter(entente.web.desk.__path__))).glob("*.py")), Path(sentences.__file__))
USED_IN_TEMPLATE = re.compile(r"""\bt\("([a-z_.]+)"|help="([a-z_.]+)"|\bt\('([a-z_.]+)'""")
FIELD_IN_TEMPLATE = re.compile(r"""(?:field|tick)\(t, form, "[a-z_]+", "([a-z_]+)\"""")
# What a person reads on a page and no language changes.
SAID_ALIKE = frozenset({"Entente", "Enter", "g", "j", "k"})
JINJA = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
TAG = re.compile(r"<[^>]*>", re.DOTALL)
READ_ALOUD = re.compile(r"""\b(?:aria-label|title|placeholder|alt)="([^"]*)\"""")


def forms_of(text: Text) -> list[str]:
    return [text] if isinstance(text, str) else list(text.values())


def placeholders(text: Text) -> set[str]:
    return {name for form in forms_of(text) for name in PLACEHOLDER.findall(form)}


def told_otherwise() -> set[str]:
    """Return what rooms say that no page shows, since another text stands in its place (W148): known again in English alone."""
    return {key for key in room_texts() if here_key(key) in texts_of("en")}


def put_together() -> Iterator[str]:
    """Yield the keys that are put together from what the table, the errors and the lists hold."""
    for page in PAGES:
        if isinstance(page, ShowPage) and page.in_navigation:
            yield f"nav.{page.name}"
        if isinstance(page, ActPage):
            yield from (f"field.{one.name}" for one in page.fields)
    yield from (f"look.{look}" for look in LOOKS)
    yield from (f"wrong.{error.code}" for error in EntenteError.__subclasses__())
    yield from (f"state.{state}" for state in CaseState)
    yield from (f"evidence.{side}" for side in EvidenceKind)
    yield from (f"drafts.of_{kind}" for kind in DRAFTED)
    yield from (f"news.{state}" for state in NEWS)
    yield from (f"done.{said}" for said in SIGNED)
    yield from (f"desk.kind_{kind}" for kind in KINDS)
    yield from (f"desk.do_{act}" for act in NEXT_ACTS)
    yield from (f"keeping.how_{how}" for how in HowChanged)
    yield from (f"units.state_{state}" for state in STATES)
    yield from (f"staff.state_{state}" for state in OfficerState)
    yield from (f"staff.role_{role}" for role in code_texts_of("en")["roles"])
    yield from (f"trail.by_{name}" for name in NARROWED)
    yield from (f"job.count_{count}" for count in COUNTS if count != "read")
    yield from (f"matrix.sign_{name}" for name in SIGNS)
    yield from (f"matrix.by_{how}" for how in How)
    yield from (f"measures.means_{policy}" for policy in MeasurePolicy)
    yield from (f"first_steps.{name}{part}" for name, _, _ in STEPS for part in ("", "_help"))
    yield from (f"setting.{row.name}" for row in SETTINGS)
    yield from (f"unit.{row.unit}" for row in SETTINGS)
    # Of countries and of rules, by the wording itself; of an erased record, wherever its name stands.
    yield from ("shell.user_assigned", "rule.one", "rule.several", "record.erased_one")
    # Told by what rooms say (test_room_texts.py, which holds them against the rooms' code).
    yield from room_texts()
    yield from map(here_key, told_otherwise())


def used() -> set[str]:
    keys = set(put_together())
    for template in DESK:
        text = template.read_text("utf-8")
        keys |= {
            key
            for found in USED_IN_TEMPLATE.findall(text)
            for key in found
            if "." in key and not key.endswith((".", "_"))
        }
        keys |= {f"field.{name}" for name in FIELD_IN_TEMPLATE.findall(text)}
    for file in CODE:
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            keys |= set(_keys_in(node))
    return keys


def _keys_in(node: ast.AST) -> Iterator[str]:
    if not isinstance(node, ast.Call) or not node.args:
        return
    called = ast.unparse(node.func)
    first = node.args[0]
    said = first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else ""
    if called.endswith(".text") and "." in said:
        yield said
    if called == "Done" and len(node.args) > 1 and isinstance(node.args[1], ast.Constant):
        yield "done." + str(node.args[1].value)
    if called == "_worded" and said:
        yield from (f"wrong.{said}{part}" for part in ("", "_why", "_do"))


def test_every_text_is_there_in_every_language_and_none_is_unused() -> None:
    assert told_otherwise()
    for language in LANGUAGES:
        keys = used() if language == "en" else used() - told_otherwise()
        there = set(texts_of(language))
        assert keys - there == set(), f"{language} lacks texts"
        assert there - keys == set(), f"{language} has texts that no page says"


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_stands_twice(language: str) -> None:
    files = text_files(language)
    assert {file.parent.name for file in files} == {file.parent.name for file in text_files("en")}
    keys = [
        f"{group}.{key}"
        for file in files
        for group, said in yaml.safe_load(file.read_text("utf-8")).items()
        for key in said
    ]
    assert [key for key, times in Counter(keys).items() if times > 1] == []


@pytest.mark.parametrize("language", OTHERS)
def test_placeholders_are_those_of_english(language: str) -> None:
    english, other = texts_of("en"), texts_of(language)
    assert {key for key in other if placeholders(english[key]) != placeholders(other[key])} == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_plural_forms_are_those_of_the_language(language: str) -> None:
    wanted = set(Locale.parse(language).plural_form.tags) | {"other"}
    plural = {key: set(text) for key, text in texts_of(language).items() if isinstance(text, Mapping)}
    assert plural
    assert {key: forms for key, forms in plural.items() if forms != wanted} == {}
    english = {key for key, text in texts_of("en").items() if isinstance(text, Mapping)}
    assert set(plural) == (english if language == "en" else english - told_otherwise())


@pytest.mark.parametrize("language", OTHERS)
def test_few_texts_are_the_english_ones(language: str) -> None:
    english, other = texts_of("en"), texts_of(language)
    same = {
        key
        for key, text in other.items()
        if isinstance(text, str) and text == english[key] and len(PLACEHOLDER.sub("", text)) > 12
    }
    assert same == set(), "a text was not translated"


def coded_lists() -> dict[str, set[str]]:
    """Return every closed list that pages show, by its name in the texts, with the codes it has."""
    lists, schemata = load_code_lists(), load_schemata()
    return {
        "purposes": set(lists.purposes),
        "crime_areas": set(lists.crime_areas),
        "subject_statuses": set(lists.subject_statuses),
        "record_kinds": set(lists.record_kinds),
        "marks": set(lists.marks),
        "confidentiality": set(lists.confidentiality_levels),
        "handling_codes": set(lists.handling_codes),
        "refusal_reasons": set(lists.refusal_reasons),
        "hit_outcomes": set(lists.hit_outcomes),
        "urgencies": set(lists.urgencies),
        "urgency_conditions": set(lists.urgencies),
        "suspension_reasons": set(lists.suspension_reasons),
        "erasure_reasons": set(lists.erasure_reasons),
        "correction_reasons": set(lists.correction_reasons),
        "extension_reasons": set(lists.extension_reasons),
        "roles": set(lists.roles),
        "verbs": set(lists.verbs),
        "acts": {*DisclosureAct},
        "source_evaluations": {*SourceEvaluation},
        "information_evaluations": {*InformationEvaluation},
        "sexes": set(SEXES),
        "identifier_kinds": {*IdentifierKind},
        "validities": {*Validity},
        "duty_functions": {*DutyFunction},
        "shift_states": {*ShiftState},
        "officer_end_reasons": {*EndReason},
        "open_kinds": {*OpenKind},
        "journal_acts": set(JOURNAL),
        "call_kinds": {*CallKind},
        "call_grounds": {*CallGround},
        "call_states": {*CallState},
        "call_steps": {*StepState},
        "hit_states": {*HitState},
        "message_choices": {*MessageChoice},
        "send_states": {*SendState},
        "message_standings": {*Standing},
        "permission_states": {*PermissionState},
        "holder_states": {*HolderState},
        "exhibit_kinds": {*ExhibitKind},
        "schemata": set(schemata),
        "changes": {*Change},
        "body_kinds": {*BodyKind},
        "unit_kinds": {*UnitKind},
        "membership_statuses": {*MembershipStatus},
        "contact_kinds": {*ContactKind},
        "contact_days": {*ContactDays},
        "measures": set(lists.measures),
        "legal_bases": {basis for measure in lists.measures.values() for basis in measure.legal_bases},
        "reaches": {*Reach},
        "rights": {*Right},
        "sharing_states": {*Narrowed},
        "stops": {*How},
        "measure_policies": {*MeasurePolicy},
        "proposal_kinds": {*ProposalKind},
        "proposal_states": {*ProposalState},
        "instrument_kinds": {*InstrumentKind},
        "participation_states": {*ParticipationState},
        "directions": {*Direction},
        "onward_rules": {*OnwardRule},
        "hit_rules": {*HitRule},
        "clause_effects": {*ClauseEffect},
        "delimiters": {*DELIMITERS},
        "request_outcomes": {*AnswerOutcome},
        "job_kinds": {*JobKind},
        "job_states": {*JobState},
        "media_types": {*MediaType},
        "import_formats": {*get_args(ImportFormat)},
        "checks": set(re.findall(r'_check\(\s*"([^"]+)"', inspect.getsource(doctor))),
        "never_carried": {*never_carried(), STATE_ACTOR},
    }


class AnyRoom:
    """Stands where the table of statements wants a room: only what it is called by matters."""

    def __getattr__(self, name: str) -> AnyRoom:
        """Be whatever the room has."""
        return self


def test_every_kind_of_statement_that_a_room_takes_has_words() -> None:
    room: Any = AnyRoom()
    taken = set(accept_table(room, room, room, room, room, room))
    # A renewal is made by the node alone, and held by nobody.
    assert set(code_texts_of("en")["statement_kinds"]) == taken - {RENEWAL_KIND}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_has_words_and_no_other_has(language: str) -> None:
    worded = code_texts_of(language)
    for listed, codes in coded_lists().items():
        assert set(worded[listed]) == codes, f"{language} {listed}"
    assert {name: set(codes) for name, codes in worded.items()} == {
        name: set(codes) for name, codes in code_texts_of("en").items()
    }
    assert all(text.strip() for codes in worded.values() for text in codes.values())


@pytest.mark.parametrize(
    "listed",
    ["purposes", "crime_areas", "subject_statuses", "record_kinds", "marks", "refusal_reasons", "hit_outcomes",
     "urgencies", "suspension_reasons", "erasure_reasons", "roles", "handling_codes", "measures",
     "correction_reasons", "extension_reasons"],
)  # fmt: skip
def test_english_words_of_codes_are_the_labels_of_the_lists(listed: str) -> None:
    entries = getattr(load_code_lists(), listed)
    assert {code: entry.label for code, entry in entries.items()} == code_texts_of("en")[listed]


def acts_of_the_trail() -> set[str]:
    """Return the acts that the code records by their names."""
    package = Path(next(iter(entente.__path__)))
    said = "\n".join(file.read_text("utf-8") for file in package.rglob("*.py"))
    named = re.findall(
        r'\bAct\(\s*"([a-z_]+)"|self\._(?:say|record)\(\s*unit, "([a-z_]+)"|, \("([a-z_]+)", detail\)', said
    )
    return {act for found in named for act in found if act}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_act_of_the_trail_has_words_that_lead_back_to_it(language: str) -> None:
    say = Wording(language)
    acts = acts_of_the_trail() | set(load_code_lists().verbs) | set(code_texts_of("en")["trail_acts"])
    # What another body said is an act of the trail by its kind; an answer to a consultation stands with the question alone.
    acts |= {kind.value for kind in Kind if kind is not Kind.CONSULT_ANSWER}
    assert len(acts) > 100
    for act in acts:
        words = act_words(say, act)
        assert words != act.replace("_", " ") or language == "en", act
    own = [act for act in acts if act in {**say.codes("journal_acts"), **say.codes("trail_acts")}]
    assert {act for act in own if act_meant(say, act_words(say, act).upper()) != act} == set()


def test_help_of_each_setting_is_the_one_of_the_program() -> None:
    english = Wording("en")
    assert {row.name: row.help for row in SETTINGS} == {
        row.name: unescape(english.text(f"setting.{row.name}")) for row in SETTINGS
    }
    assert {row.unit for row in SETTINGS} == {unescape(english.text(f"unit.{row.unit}")) for row in SETTINGS}


def test_every_property_has_words_and_its_english_ones_are_its_label() -> None:
    labels = {(name, prop.label) for schema in load_schemata().values() for name, prop in schema.properties.items()}
    worded = code_texts_of("en")["properties"]
    assert set(worded) == {name for name, _ in labels}
    assert set(worded.items()) <= labels


def hard_coded(template: str) -> list[str]:
    """Return what a template says by itself."""
    bare = JINJA.sub(" ", template)
    said = [word for word in TAG.sub("\n", bare).split("\n") if re.search(r"[^\W\d_]", word)]
    said += [text for text in READ_ALOUD.findall(bare) if re.search(r"[^\W\d_]", text)]
    return [word.strip() for word in said if word.strip() not in SAID_ALIKE]


@pytest.mark.parametrize("template", DESK, ids=lambda path: path.name)
def test_no_template_says_anything_by_itself(template: Path) -> None:
    assert hard_coded(template.read_text("utf-8")) == []


def test_hard_coded_text_is_caught() -> None:
    assert hard_coded("<p>Hello {{ name }}</p>") == ["Hello"]
    assert hard_coded('<a title="Go there" href="x">{{ t("a.b") }}</a>') == ["Go there"]


def test_text_is_escaped_and_counted_by_the_rules_of_the_language() -> None:
    hostile = "<script>"
    assert "&lt;script&gt;" in Wording("en").text("shell.zone", zone=hostile)
    assert "<script>" not in Wording("en").text("shell.zone", zone=hostile)
    assert Wording("en").text("shell.wrong", count=1).endswith("thing to mend")
    assert "пункта" in Wording("ru").text("shell.wrong", count=3)
    assert "пунктов" in Wording("ru").text("shell.wrong", count=11)
    assert "أمران" in Wording("ar").text("shell.wrong", count=2)


@pytest.mark.parametrize("language", LANGUAGES)
def test_numbers_are_written_with_the_digits_of_documents(language: str) -> None:
    say = Wording(language)
    assert re.sub(r"\D", "", say.number(1234567)) == "1234567"
    assert "1234567" not in say.number(1234567)
    assert re.sub(r"\D", "", say.percent(905)) in {"91", "90"}


def test_arabic_says_none_one_and_two_in_words_and_not_in_words_and_digits() -> None:
    counted = [text for text in texts_of("ar").values() if not isinstance(text, str)]
    assert counted
    for forms in counted:
        assert not [forms[one] for one in ("zero", "one", "two") if "({count})" in forms.get(one, "")]
