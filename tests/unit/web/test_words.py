"""One word for one thing, and one voice for what is to be done, in languages that have several; W109 of docs/rules/desk.md."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from entente.web.pages import TEMPLATES

TEXTS = TEMPLATES.parent / "texts"
IMPERATIVE = re.compile(r"\b(?!(?:[Cc]hez|assez|nez|rez)\b)\w+ez\b|(?:^|[.;:,] )(?:[Ff]aites|[Dd]ites)\b")
# What somebody has or is told is no request: «vous avez», «si vous les voyez».
SUBJECT = re.compile(r"\b[Vv]ous (?:(?:ne |n’|en |y |les? |la |l’|lui |leur )*)\w+ez\b")


def texts_of(language: str) -> Iterator[tuple[str, str, str]]:
    """Yield the folder, the key and the text of all that is said in a language; the folder of the first file is empty."""
    for file in sorted(TEXTS.rglob(f"{language}.yaml")):
        folder = "" if file.parent == TEXTS else file.parent.name
        for key, text in _leaves(yaml.safe_load(file.read_text("utf-8")), ""):
            yield folder, key, text


def _leaves(held: Any, key: str) -> Iterator[tuple[str, str]]:  # noqa: ANN401 - what a file of texts holds
    if isinstance(held, dict):
        for name, inner in held.items():
            yield from _leaves(inner, f"{key}.{name}")
    else:
        yield key, str(held)


def test_w109_french_says_what_is_to_be_done_in_the_infinitive() -> None:
    told = list(texts_of("fr"))
    assert len(told) > 3_000
    assert [one for one in told if IMPERATIVE.search(SUBJECT.sub("", one[2]))] == []


@pytest.mark.parametrize(("text", "found"), [("Demandez-le.", 1), ("Le demander.", 0), ("Faites-le.", 1)])
def test_an_imperative_is_known(text: str, found: int) -> None:
    assert len(IMPERATIVE.findall(text)) == found


def test_w109_russian_has_one_word_for_withdrawal_and_one_for_erasure() -> None:
    said = list(texts_of("ru"))
    # What is seized is taken away too, and that is another thing.
    taken = [(folder, key) for folder, key, text in said if re.search(r"изъят|изым", text)]
    assert {folder for folder, _ in taken} == {"casework"}
    by_key = {(folder, key): text for folder, key, text in said}
    english = {(folder, key): text for folder, key, text in texts_of("en")}
    erased = [one for one, text in english.items() if re.search(r"\bera[sz](?:e|ed|es|ure)\b", text, re.IGNORECASE)]
    assert len(erased) > 20
    assert [(one, by_key[one]) for one in erased if re.search(r"(?i)\bудал[её]?[нея]", by_key[one])] == []


def test_w109_french_calls_a_body_by_one_word() -> None:
    assert [one for one in texts_of("fr") if re.search(r"\borganes?\b", one[2])] == []
