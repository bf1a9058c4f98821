"""An exercise's node says so on every page, in every language, in the window's title and on paper (docs/rules/bodies.md B15)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from entente.web.wording import LANGUAGES, texts_of
from tests.support.desk_world import DeskWorld, OneDesk, open_exercise


@pytest.fixture(scope="module")
def exercise(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OneDesk]:
    """Open the desk of an invented bureau."""
    with open_exercise(tmp_path_factory.mktemp("exercise") / "xa") as opened:
        yield opened


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", ["/desk/", "/desk/search", "/desk/cases", "/desk/messages/new", "/desk/nothing"])
def test_page_of_an_exercise_says_so_above_all_else(exercise: OneDesk, path: str, language: str) -> None:
    text = exercise.browser(language=language).get(path).text
    said = str(texts_of(language)["shell.exercise"])
    assert f">{said}</aside>" in text
    assert f'<p class="exercise-print">{said}</p>' in text
    assert f"<title>{texts_of(language)['shell.exercise_word']} · " in text
    assert '<body class="is-exercise">' in text
    assert text.index('class="exercise"') < text.index("<header")


def test_error_and_form_in_error_say_so_too(exercise: OneDesk) -> None:
    browser = exercise.browser()
    assert 'class="exercise"' in browser.send("/desk/cases", "/desk/cases", {"title": "", "crime_area": ""}).text
    assert 'class="exercise"' in browser.post("/desk/cases", {}, headers={}).text


def test_page_of_a_real_node_does_not(world: DeskWorld) -> None:
    assert "xercise" not in world.browser().get("/desk/").text
