"""What rooms say, in six languages: each sentence of theirs that pages know again, none missing and none that nobody says.

The code of the rooms is read for what it says; a sentence is compared with its placeholders left open.
"""

from __future__ import annotations

import ast
import re
import time
from collections.abc import Iterator
from datetime import date
from functools import cache
from html import unescape
from pathlib import Path

import pytest

import entente
from entente.agreements.model import ParticipationState
from entente.correspondence.model import HitState
from entente.duty.calls import CallState
from entente.exchange.model import ReceiptOutcome, RefusalReason
from entente.identity.alike import Agreement
from entente.identity.dates import DateAgreement
from entente.identity.identifiers.keys import WORDS
from entente.identity.words import Part
from entente.kernel.ids import ERASED_LOCAL
from entente.web import sentences
from entente.web.desk.naming import path_if_any, record_path
from entente.web.plain_values import record_said
from entente.web.room_texts import english_forms, here_key, room_texts
from entente.web.sentences import (
    DEPTH_MAX,
    SAID_CHARACTERS_MAX,
    SENTENCES_MAX,
    answer,
    clause,
    is_known,
    said,
)
from entente.web.wording import LANGUAGES, PLACEHOLDER, Wording, texts_of

ROOMS = Path(next(iter(entente.__path__)))
OPEN = "\0"
FRENCH = Wording("fr")
ENGLISH_MARK = '<bdi lang="en">'
# Where what pages show is said.
SPEAKING = (
    "agreements", "api", "app.py", "bodies", "cases", "correspondence", "disclosure", "duty", "exchange", "formats", "handling",
    "identity", "kernel", "records", "storage", "trail", "transport", "verbs", "web/desk", "web/single_sign_on.py",
)  # fmt: skip
# Rooms all of whose sentences pages show: a ground, a remedy, an error of an officer's day.
SAID_WHOLE = (
    "disclosure/grounds.py", "disclosure/instruments.py", "disclosure/leaves.py", "agreements/rules.py",
    "agreements/participation.py", "agreements/standing.py",
    "correspondence/channels.py", "correspondence/hits.py", "correspondence/steps.py", "cases/rules.py",
    "duty/roster.py", "duty/rules.py", "duty/shifts.py", "duty/calling.py",
    "identity/rules.py", "identity/namesakes.py", "identity/scanned.py", "identity/standing.py", "records/withdrawing.py",
    "bodies/authority.py", "bodies/password_rules.py", "web/desk/forms.py", "web/desk/desk.py",
)  # fmt: skip
# What weighs for and against a candidate: clauses without a full stop.
EVIDENCE = (
    "identity/score.py",
    "identity/dates.py",
    "identity/alike.py",
    "identity/pairs.py",
    "identity/not_identical.py",
)
# What programs are told, and pages do not show.
FOR_PROGRAMS = frozenset(
    {
        "The queries were not searched.",
        "Send fewer queries in a request and the others in the next; «entente search --batch» does so by itself.",
        # How the desk tells a sentence that only says that something is wrong.
        "does not hold what it should.",
        f"A request with many queries is one act with one row in the trail (docs/rules/identity.md I31): {OPEN}.",
    }
)


def patterns(path: Path) -> Iterator[str]:
    """Yield what a file says: its texts, documentation left out, with what is filled in left open."""
    tree = ast.parse(path.read_text("utf-8"))
    passed = {id(one.value) for one in ast.walk(tree) if isinstance(one, ast.Expr)}
    for node in ast.walk(tree):
        if id(node) in passed:
            continue
        if isinstance(node, ast.JoinedStr):
            passed |= {id(part) for part in node.values}
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else OPEN for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


@cache
def said_anywhere() -> frozenset[str]:
    return frozenset(text for path in speaking() for text in patterns(path))


def speaking() -> list[Path]:
    """Return the files in which what pages show is said."""
    places = [ROOMS / name for name in SPEAKING]
    return sorted(file for place in places for file in ([place] if place.is_file() else place.rglob("*.py")))


def opened(english: str) -> str:
    return PLACEHOLDER.sub(OPEN, english)


@cache
def known() -> frozenset[str]:
    return frozenset(opened(form) for text in room_texts().values() for form in english_forms(text))


def unsaid() -> set[str]:
    """Return the keys of texts that no room says."""
    return {
        key
        for key, text in room_texts().items()
        if not {opened(form) for form in english_forms(text)} <= said_anywhere()
    }


def test_every_text_is_said_by_a_room_word_for_word() -> None:
    assert unsaid() == set()


@pytest.mark.parametrize("name", SAID_WHOLE)
def test_every_sentence_of_a_room_that_pages_show_is_known(name: str) -> None:
    sentences = {text for text in patterns(ROOMS / name) if " " in text and re.search(r"[.:] ?$", text)}
    assert sentences
    assert sentences - known() - FOR_PROGRAMS == set()


@pytest.mark.parametrize("name", EVIDENCE)
def test_all_evidence_is_known(name: str) -> None:
    clauses = {text for text in patterns(ROOMS / name) if re.search(r"[a-z] |\0 [a-z]", text)}
    assert clauses
    assert clauses - known() == set()


@pytest.mark.parametrize(
    "listed", [Part, Agreement, DateAgreement, HitState, ParticipationState, CallState, tuple(WORDS.values())]
)
def test_words_that_stand_in_sentences_are_known(listed: type | tuple[str, ...]) -> None:
    assert {str(one) for one in listed} - known() == set()  # type: ignore[union-attr]


@pytest.mark.parametrize("language", LANGUAGES)
def test_ground_is_told_in_every_language_with_its_codes_and_days(language: str) -> None:
    say = Wording(language)
    told = said(
        say, "The source XA-NCB set handling code H2: «see» is the highest act permitted without further leave."
    )
    assert say.code("acts", "see") in told
    assert ("XA-NCB" if language == "en" else "<bdi>XA-NCB</bdi>") in told
    assert ENGLISH_MARK not in told
    assert say.day(date(2026, 11, 27)) in said(say, "XA-NCB withdrew its participation on 2026-11-27.")


def test_several_grounds_in_one_line_are_told_each_with_its_number() -> None:
    line = "XA-NCB has no keys in force. (ground D1) · The source set no restriction. (ground D5.2)"
    told = "XA-NCB n’a pas de clés en vigueur. (motif D1) · La source n’a fixé aucune restriction. (motif D5.2)"
    assert bare(line) == told
    assert bare(f"It could not be judged: {line}") == f"Elle n’a pu être jugée\u00a0: {told}"
    assert is_known(line)
    assert not is_known(f"{line} · Nobody said this. (ground D1)")
    assert said(Wording("en"), line) == line
    assert bare("(ground D1)") == "(ground D1)"


def test_clause_that_stands_alone_is_told_and_one_in_what_is_unknown_is_not() -> None:
    assert bare("no receipt") == "pas de reçu"
    assert said(FRENCH, "There is no receipt.") == f"{ENGLISH_MARK}There is no receipt.</bdi>"


def test_several_sentences_and_a_sentence_within_one_are_told_each() -> None:
    told = bare(
        "XC-NCB is not a party to «Pact». «Pact» is not in force: It ended on 2026-11-27. XC-NCB has no keys in force."
    )
    assert told == (
        "XC-NCB n’est pas partie à «\u00a0Pact\u00a0». «\u00a0Pact\u00a0» n’est pas en vigueur\u00a0: "
        "Il a pris fin le 27 nov. 2026."
        " XC-NCB n’a pas de clés en vigueur."
    )


def test_evidence_is_told_with_its_parts_and_what_is_no_part_stays() -> None:
    assert bare("family name: spelling close (2 words) (weak alias)") == (
        "nom de famille\u00a0: orthographe proche (mots\u00a0: 2) (alias peu sûr)"
    )
    assert bare("given name: Sasha is a short form of Aleksandr") == "prénom\u00a0: Sasha est un diminutif de Aleksandr"
    assert bare("family name: equal") == "nom de famille\u00a0: identique"
    assert said(FRENCH, "surname of sorts: odd") == f"{ENGLISH_MARK}surname of sorts: odd</bdi>"


def test_several_faults_of_a_zone_are_told_each_and_none_as_a_place_in_a_file() -> None:
    number = "document number: the check digit is «<», and «1» belongs to what was read"
    whole = "the composite check digit is «4» and does not belong to what was read"
    told = bare(f"The machine readable zone has faults: {number}; {whole}.")
    assert told == (
        "La zone de lecture automatique comporte des erreurs\u00a0: numéro du document\u00a0: le chiffre de contrôle est"
        " «\u00a0&lt;\u00a0», et «\u00a01\u00a0» correspond à ce qui a été lu\u202f; le chiffre de contrôle global est"
        " «\u00a04\u00a0» et ne correspond pas à ce qui a été lu."
    )
    assert bare("document 12: the entry has no name").startswith("document 12")


def test_w162_an_erased_record_is_called_so_in_a_sentence_and_alone() -> None:
    stand_in = f"XA-NCB/{ERASED_LOCAL}8f0d211b4fb6f7185ad2ab3ee3999690"
    assert record_said(FRENCH, stand_in) == "XA-NCB · fiche effacée 8f0d211b"
    assert record_said(FRENCH, "XA-NCB/w-1") == "XA-NCB/w-1"
    told = bare(f"{stand_in} was not erased.")
    assert told == "XA-NCB · fiche effacée 8f0d211b n’a pas été effacée."
    assert path_if_any(stand_in) == ""
    assert path_if_any("XA-NCB/w-1") == record_path("XA-NCB/w-1")


def test_what_a_row_is_about_is_told_by_the_word_for_its_schema() -> None:
    told = bare("it is empty, and tells one person from another")
    assert told.endswith("distingue une ligne d’une autre (Personne)")
    assert bare("it is empty, and tells one odd from another").endswith("(odd)")


def test_first_day_of_a_month_is_counted_in_french() -> None:
    assert FRENCH.day(date(2026, 3, 1)) == "1er mars 2026"
    assert FRENCH.day(date(2026, 3, 11)) == "11 mars 2026"


@pytest.mark.parametrize("language", [one for one in LANGUAGES if one != "en"])
def test_each_fault_of_a_zone_is_told_though_they_stand_in_one_line(language: str) -> None:
    """«Line 1: it has …» was read as the line of the number «1: it has …», and the rest of the sentence stayed English."""
    faults = (
        "line 1: it has 45 characters, and a line of TD3 has 44; document number: the check digit is «8», and «1» belongs to "
        "what was read; birth date: the check digit is «6», and «5» belongs to what was read"
    )
    say = Wording(language)
    assert ENGLISH_MARK not in said(say, f"The machine readable zone has faults: {faults}.")
    assert say.text("joined.semicolon").join(clause(say, one) for one in faults.split("; ")) in said(
        say, f"The machine readable zone has faults: {faults}."
    )


@pytest.mark.parametrize("language", [one for one in LANGUAGES if one != "en"])
def test_a_remark_with_a_semicolon_of_its_own_is_told_behind_another(language: str) -> None:
    remark = "it is called so; words that are no country that is known: 2; say under «words» what they mean"
    assert ENGLISH_MARK not in clause(Wording(language), remark)


def test_lists_are_parted_as_the_language_parts_them() -> None:
    for language, parted in (("en", ", "), ("ar", "، "), ("zh", "、")):
        say = Wording(language)
        roles = parted.join(say.code("roles", one) for one in ("duty_officer", "analyst"))
        told = said(say, "No role of the officer (duty_officer, analyst) may confirm_hit.")
        assert roles in told


def test_what_a_role_may_do_is_said_in_words() -> None:
    assert said(Wording("en"), "head-1 did not run node.") == "head-1 did not run the node."
    assert bare("duty-1 did not confirm hit.") == (
        "duty-1 n’a pas fait ceci\u00a0: confirmer ou rejeter une réponse positive."
    )
    assert (
        bare("The role duty_officer may open_case.")
        == "Le rôle «\u00a0Agent de permanence\u00a0» permet\u00a0: ouvrir un dossier."
    )


def test_ground_of_a_power_is_told_with_its_order_measure_and_basis() -> None:
    assert bare("The measure is «Observe».") == f"La mesure est «\u00a0{FRENCH.code('measures', 'observe')}\u00a0»."
    order = "Order 12 (signed 2026-01-02, published 2026-01-03, in force 2026-01-04)"
    assert bare(f"{order} gives it under police_law, on the condition: by day.") == (
        "Order 12 (signé le 2 janv. 2026, publié le 3 janv. 2026, en vigueur le 4 janv. 2026) la donne sur ce fondement\u00a0: "
        f"{FRENCH.code('legal_bases', 'police_law')}, à la condition\u00a0: by day."
    )


def test_what_is_not_known_again_stays_english_and_is_marked_as_it() -> None:
    told = said(FRENCH, "The source set no restriction. Nobody ever said this. The source set no restriction.")
    assert told == (
        "La source n’a fixé aucune restriction. "
        f"{ENGLISH_MARK}Nobody ever said this.</bdi> La source n’a fixé aucune restriction."
    )
    assert said(Wording("en"), "Nobody ever said this.") == "Nobody ever said this."
    assert not is_known("Nobody ever said this.")


def test_value_of_another_kind_is_no_match_and_a_day_that_is_none_stands_as_it_came() -> None:
    assert ENGLISH_MARK in said(FRENCH, "It ended on some day.")
    assert bare("It ended on 2026-02-31.") == "Il a pris fin le 2026-02-31."


def test_text_in_a_sentence_is_escaped_and_cannot_pose_as_another_sentence() -> None:
    told = said(FRENCH, "«<b>x</b>. The source set no restriction.» does not cover messages.")
    assert (
        told
        == "«\u00a0<bdi>&lt;b&gt;x&lt;/b&gt;. The source set no restriction.</bdi>\u00a0» ne couvre pas les messages."
    )
    told = said(FRENCH, "<script> is no sentence.")
    assert told == f"{ENGLISH_MARK}&lt;script&gt; is no sentence.</bdi>"


def test_sentences_within_sentences_and_long_texts_are_bounded() -> None:
    nested = "«a» is not in force: " * 100 + "It ended on 2026-11-27."
    assert said(FRENCH, nested).count("n’est pas en vigueur") == DEPTH_MAX
    long = "The source set no restriction. " * (SAID_CHARACTERS_MAX // 31 + 1)
    assert said(FRENCH, long).startswith(ENGLISH_MARK)
    # Many beginnings of sentences that never end: each place is tried once.
    begun = time.process_time()
    said(FRENCH, ("x. «a» " * SAID_CHARACTERS_MAX)[:SAID_CHARACTERS_MAX])
    assert time.process_time() - begun < 1


def test_exercise_is_said_before_what_an_exercise_says() -> None:
    assert said(FRENCH, "EXERCISE · Nothing was sent.") == "EXERCICE · Rien n’a été envoyé."


def bare(text: str) -> str:
    return re.sub("<[^>]*>", "", said(FRENCH, text))


@pytest.mark.parametrize("language", [one for one in LANGUAGES if one != "en"])
def test_what_another_node_answered_is_told_by_its_codes_and_as_a_clause(language: str) -> None:
    say = Wording(language)
    for outcome in ReceiptOutcome:
        for reason in ("", *RefusalReason):
            told = answer(say, f"{outcome} {reason} The source set no restriction.".replace("  ", " "))
            assert told.startswith(say.code("receipt_outcomes", outcome))
            assert say.code("receipt_reasons", reason) in told
            assert ENGLISH_MARK not in told
            assert {say.code("receipt_outcomes", outcome), say.code("receipt_reasons", reason or "fault")} & {
                outcome,
                reason,
            } == set()
    for why in ("no receipt", "refused ill_formed", "stored", "invalid: The source set no restriction."):
        assert ENGLISH_MARK not in answer(say, why), why
        assert ENGLISH_MARK not in said(say, f"The other side did not take it in: {why}"), why
    assert ENGLISH_MARK in answer(say, "invalid: Nobody ever said this.")
    assert answer(Wording("en"), "refused replayed <b>") == "refused replayed &lt;b&gt;"
    assert answer(say, "") == ""


SENTENCE = "The source set no restriction."


@pytest.mark.parametrize(
    "text",
    ["EXERCISE · " * 1_800, f"{'EXERCISE · ' * 300}{SENTENCE}", f"{SENTENCE} " * 60, f"{SENTENCE} " * 600, ". " * 2_000,
     "! " * 2_000, "Who? " * 700],
)  # fmt: skip
def test_hostile_answer_stays_english_and_is_not_looked_through(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[str] = []
    pieces_of = sentences._pieces  # noqa: SLF001 - that it is not asked

    def pieces(asked: str) -> list[sentences.Piece]:
        looked.append(asked)
        return pieces_of(asked)

    monkeypatch.setattr(sentences, "_pieces", pieces)
    told = bare(text)
    assert told.count("EXERCISE · ") >= text.count("EXERCISE · ") - 1
    assert SENTENCE not in text or SENTENCE in told
    assert not is_known(text)
    assert all(len(one) <= SAID_CHARACTERS_MAX for one in looked)
    if "EXERCISE" not in text:
        assert looked == []


def test_mark_of_an_exercise_is_said_once_and_a_ground_of_many_sentences_is_told() -> None:
    word = FRENCH.text("shell.exercise_word")
    assert bare(f"EXERCISE · {SENTENCE}") == f"{word} · La source n’a fixé aucune restriction."
    ground = " ".join([SENTENCE] * (SENTENCES_MAX + 1))
    assert ENGLISH_MARK not in said(FRENCH, ground)
    assert is_known(ground)


# What can be done on the node's own machine alone, by whom it is in the charge of; no page does it.
ON_THE_MACHINE = frozenset({
    "health.owes_erasures", "health.erased_left", "health.no_address", "backup.not_begun_do",
    "proof.proof_of_no_body_do", "proof.checkpoint_unsigned_do", "proof.log_stops_do", "proof.case_rows_do",
    "statement.proof_too_large_do",
})  # fmt: skip
COMMAND = re.compile(r"(?:«|`)entente |import --|(?:^|[ «])--[a-z]")


def test_w148_what_a_page_advises_can_be_done_on_a_page() -> None:
    advised = {key for key, text in room_texts().items() if any(COMMAND.search(form) for form in english_forms(text))}
    assert advised
    said_here = texts_of("en")
    assert {key for key in advised - ON_THE_MACHINE if here_key(key) not in said_here} == set()
    for language in LANGUAGES:
        here = {key: str(text) for key, text in texts_of(language).items() if key.startswith("here.")}
        assert {key for key, text in here.items() if COMMAND.search(text)} == set()
        # What stands in it is what the room said.
        for key, text in room_texts().items():
            told = here.get(here_key(key), "")
            assert set(PLACEHOLDER.findall(told)) <= set(PLACEHOLDER.findall(str(text)))


@pytest.mark.parametrize("language", LANGUAGES)
def test_w148_what_a_page_says_in_place_of_a_command_is_said_each_time(language: str) -> None:
    """So the sentence itself needs no translation: it is known again in English, and shown to nobody (test_texts.py)."""
    say = Wording(language)
    values = {"number": "3", "body": "XC-NCB", "time": "2031-05-04T08:00:00Z"}
    told = 0
    for key, text in room_texts().items():
        if not say.has(here_key(key)):
            continue
        begins = unescape(str(texts_of(language)[here_key(key)]).partition("{")[0])
        for form in english_forms(text):
            told += 1
            names = PLACEHOLDER.findall(form)
            shown = said(say, form.format_map({name: values.get(name.partition("_")[0], "x") for name in names}))
            assert unescape(re.sub("<[^>]*>", "", shown)).startswith(begins), key
            assert ENGLISH_MARK not in shown, key
            assert not COMMAND.search(shown), key
    assert told


@pytest.mark.parametrize("language", LANGUAGES)
def test_w148_a_command_is_told_as_what_the_page_can_do(language: str) -> None:
    told = said(Wording(language), "Look it up with «entente group list», and write it as it stands there.")
    assert "entente" not in told
    assert ENGLISH_MARK not in told
    assert told == Wording(language).text("here.act_group_unknown_do")
    full = "Do it again once XC-NCB takes what waits; «entente exchange lines» shows it. Without a line, carry it there with "
    full += "«entente exchange export»; what is held, release or drop. An import goes on where it stopped when it is run again."
    told = said(Wording(language), full)
    assert "XC-NCB" in told
    assert "entente" not in told


@pytest.mark.parametrize(
    ("language", "many"),
    [("en", "12,345"), ("fr", "12\u202f345"), ("es", "12.345"), ("ru", "12\u00a0345"), ("zh", "12,345")],
)
def test_w148_how_many_there_are_is_written_as_the_language_writes_it(language: str, many: str) -> None:
    say = Wording(language)
    for written in ("12345", "12,345"):
        told = said(say, f"The search index is being filled; records not searched: {written}. Search again soon.")
        assert many in told
    # A number that names something stands as it came.
    assert "2031/12345" in said(say, "The case 2031/12345 was not changed.")
    assert "12345" in said(say, "The document number was also looked for as proposed: 12345.")
    assert "02" in said(say, "The field is no date: there is no month 02")


def test_w148_what_is_counted_reads_well_for_one() -> None:
    """No room says «1 rows were …»: what is counted stands behind a colon, or in a form of words that any number fits."""
    wrong = re.compile(r"\{number(?:_[a-z]+)?\} (?:[a-z]+ )*?[a-z]+s (?:[a-z]+ ){0,3}(?:are|were|wait|have|answer)\b")
    # Of these there are never few, or they are grounds, which stand in trails word for word.
    never_one = {
        "ground.signatures", "store.record_damaged_why", "clause.sdn_documents", "act.records_have_number",
        "clause.addressees_most", "clause.recalls_ahead", "clause.mrz_lines", "draft.submitted_most", "draft.proposals_kept",
        "wire.queue_full_why", "import.stopped_queue_why",
    }  # fmt: skip
    found = {key for key, text in room_texts().items() for form in english_forms(text) if wrong.search(form)}
    assert found == never_one
