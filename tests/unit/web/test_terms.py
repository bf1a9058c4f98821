"""One thing has one word in each language: docs/glossary-languages.md, held against every text; W129 of docs/rules/desk.md."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest

from entente.web.wording import LANGUAGES, code_texts_of, texts_of
from tests.support.terms import NOT_SAID, SAID_ALL_THE_SAME, TERMS
from tests.unit.web.test_texts import told_otherwise

PAGE = Path(__file__).parents[3] / "docs" / "glossary-languages.md"
OTHERS = tuple(language for language in LANGUAGES if language != "en")
# Vowel signs of Arabic, marks and isolates of direction.
UNSEEN = re.compile("[\u064b-\u0652\u200e\u200f\u2066-\u2069]")
NOT_PROSE = re.compile(r"\{[a-z_]+\}|[«“] ?entente [^»”]*[»”]|`[^`]*`|[A-Za-z0-9_.-]+/[A-Za-z0-9_./-]+|--[a-z]+")


def rows(heading: str) -> list[list[str]]:
    """Return the rows of the table below a line of the page, each cell by itself."""
    below = PAGE.read_text("utf-8").split(heading, 1)[1].split("\n## ", 1)[0]
    lines = [line for line in below.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


@cache
def words_of(language: str) -> Mapping[str, str]:
    """Return every text of a language by its key, as it is compared: a code's key is its list and itself."""
    texts = {
        key: text if isinstance(text, str) else " ".join(text.values()) for key, text in texts_of(language).items()
    }
    lists = code_texts_of(language).items()
    codes = {f"{listed}/{code}": words for listed, coded in lists for code, words in coded.items()}
    return {key: compared(text) for key, text in (texts | codes).items()}


def compared(text: str) -> str:
    """Return a text without what no reader reads as a word of it."""
    return NOT_PROSE.sub(" ", UNSEEN.sub("", text.replace("\u00a0", " ").replace("\u202f", " ")))


def lacking(term: str, language: str) -> set[str]:
    """Return the texts whose English has a term and whose translation has not its word."""
    there = words_of(language)
    ours, theirs = (
        re.compile(TERMS[term].english, re.IGNORECASE),
        re.compile(TERMS[term].others[language], re.IGNORECASE),
    )
    passed = told_otherwise()
    shown = ((key, text) for key, text in words_of("en").items() if key not in passed)
    return {key for key, text in shown if ours.search(text) and not theirs.search(there[key])}


def test_w129_the_page_has_a_row_for_each_term_and_its_words_fit() -> None:
    page = {
        row[0]: dict(zip(OTHERS, (row[1], row[2], row[3], row[4], row[5]), strict=True)) for row in rows("## One word")
    }
    assert set(page) == set(TERMS)
    assert {
        (term, language)
        for term, words in page.items()
        for language, word in words.items()
        if not re.search(TERMS[term].others[language], compared(word), re.IGNORECASE)
    } == set()


@pytest.mark.parametrize("term", TERMS)
def test_w129_a_term_has_its_word_in_every_language(term: str) -> None:
    found = {language: lacking(term, language) for language in OTHERS}
    assert {
        language: keys - set(TERMS[term].without) for language, keys in found.items() if keys - set(TERMS[term].without)
    } == {}
    assert set(TERMS[term].without) - set().union(*found.values()) == set(), (
        "a text that does have the word is excepted"
    )


@pytest.mark.parametrize("language", NOT_SAID)
def test_w129_no_text_says_a_word_that_was_given_up(language: str) -> None:
    page = {row[1] for row in rows("## Words that are not said") if row[0] == LANGUAGES[language].casefold()}
    assert page == set(NOT_SAID[language])
    said = {
        key
        for key, text in words_of(language).items()
        for pattern in NOT_SAID[language].values()
        if re.search(pattern, text, re.IGNORECASE)
    }
    assert said == set(SAID_ALL_THE_SAME.get(language, {}))


# Beside a body that stands alone: what a masculine verb, adjective or negation looks like, before it and behind it.
_BODY = r"\{(?:body|who_body)[a-z_]*\}"
_MASCULINE_VERBS = "سحب|ضيّق|علّق|عاد|غيّر|انسحب|أجاب|رفض|أرسل|طلب|قبل|سمّى|وقّع|أعلن"
MASCULINE = re.compile(
    rf"(?:^|[ :؛،.])(?:لم |لا |لن )?(?:يستطيع|يجب|يرد|يأخذ|يشارك|يسمّ|يرسل|{_MASCULINE_VERBS}) {_BODY}"
    rf"|(?<!جواب ){_BODY} (?:ليس|صامت|غير مدرج|غير معروف|مسمى|طرف سابق|(?:لا|لم|لن) ي[^ُ]\w*)(?=[ .؛،]|$)"
    rf"|(?<!المصدر )(?<!للمتلقي ){_BODY}[^.:]*? و?(?:مشاركته|نسخه|عقدته|مفاتيحه|رؤسائه|رؤساؤه|دليله)\b"
)


def test_w129_arabic_says_of_a_body_what_is_said_of_a_feminine_word() -> None:
    texts = {
        f"{key}.{place}": UNSEEN.sub("", form)
        for key, text in texts_of("ar").items()
        for place, form in enumerate([text] if isinstance(text, str) else text.values())
    }
    about = {key for key, text in texts.items() if re.search(_BODY, text)}
    assert len(about) > 40
    assert {key: texts[key] for key in about if MASCULINE.search(texts[key])} == {}


@pytest.mark.parametrize(
    "masculine",
    [
        "{body} لا يشارك في «{name}».",
        "سحب {body} مشاركته في {day}.",
        "{body} صامت منذ {time}.",
        "لا يستطيع {body} الإجابة الآن.",
        "انتظر حتى يُسمع من {body} مجددًا، أو اسأل عقدته.",
    ],
)
def test_w129_a_masculine_sentence_about_a_body_is_seen(masculine: str) -> None:
    assert MASCULINE.search(masculine)
