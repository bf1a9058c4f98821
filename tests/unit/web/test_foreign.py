"""What is written in another script than the page's says which; W131 of docs/rules/desk.md."""

from __future__ import annotations

import pytest

from entente.web.foreign import scripts_said


@pytest.mark.parametrize(
    ("language", "text", "script"),
    [
        ("ar", "Мухаммедов Абдулло", "Cyrl"),
        ("ar", "Agreement on the exchange of police data", "Latn"),
        ("ru", "شوهد عند البوابة 4", "Arab"),
        ("fr", "四号口岸", "Hani"),
        ("en", "Мухаммедов (Muhammad)", "Cyrl"),
        ("zh", "Seen at gate 4", "Latn"),
    ],
)
def test_w131_a_text_in_another_script_says_which(language: str, text: str, script: str) -> None:
    page = f'<p class="said" dir="auto">{text}</p>'
    assert scripts_said(page, language) == f'<p class="said" dir="auto" lang="und-{script}">{text}</p>'


@pytest.mark.parametrize(
    ("language", "element"),
    [
        ("ru", '<bdi dir="auto">Мухаммедов</bdi>'),
        ("fr", '<bdi dir="auto">Agreement on police data</bdi>'),
        ("ar", '<bdi dir="auto">XA-NCB/w-1</bdi>'),
        ("ar", '<bdi dir="auto" lang="en">Person</bdi>'),
        ("ar", "<bdi>Person</bdi>"),
        ("zh", '<input value="Мухаммедов" dir="auto">Мухаммедов'),
        ("ar", '<bdi dir="auto">1979-03-14</bdi>'),
        ("ar", '<bdi dir="auto">1979 &amp; 1980</bdi>'),
    ],
)
def test_w131_what_is_the_pages_own_or_no_word_is_left_as_it_is(language: str, element: str) -> None:
    assert scripts_said(element, language) == element
