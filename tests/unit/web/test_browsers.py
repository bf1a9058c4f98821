"""What a browser is called, by what it calls itself (desk.md W117)."""

from __future__ import annotations

import time

import pytest

from entente.kernel.sizes import UNITS
from entente.web.desk.browsers import browser_called
from entente.web.wording import LANGUAGES, Wording

ENGLISH = Wording("en")
APPLE = "AppleWebKit/537.36 (KHTML, like Gecko)"
AGENTS = {
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0": "Firefox on Windows",
    f"Mozilla/5.0 (X11; Linux x86_64) {APPLE} HeadlessChrome/142.0.0.0 Safari/537.36": "Chromium on Linux",
    f"Mozilla/5.0 (X11; Linux x86_64) {APPLE} Chrome/142.0.0.0 Safari/537.36": "Chrome on Linux",
    f"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) {APPLE} Chrome/142.0.0.0 Safari/537.36": "Chrome on ChromeOS",
    f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {APPLE} Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0": "Edge on Windows",
    f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {APPLE} Chrome/142.0.0.0 Safari/537.36 OPR/126.0": "Opera on Windows",
    f"Mozilla/5.0 (Linux; Android 10; K) {APPLE} SamsungBrowser/29.0 Chrome/136.0.0.0 Mobile Safari/537.36": (
        "Samsung Internet on Android"
    ),
    "Mozilla/5.0 (Android 15; Mobile; rv:145.0) Gecko/145.0 Firefox/145.0": "Firefox on Android",
    (
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 "
        "Mobile/15E148 Safari/604.1"
    ): "Safari on iPhone",
    (
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/142.0 "
        "Mobile/15E148 Safari/604.1"
    ): "Chrome on iPhone",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Safari/605.1.15": (
        "Safari on macOS"
    ),
    "Firefox/145.0": "Firefox",
    "": "another browser",
    "curl/8.14.1": "another browser",
    "python-httpx/0.28.1 (Linux)": "another browser",
}


@pytest.mark.parametrize(("agent", "called"), list(AGENTS.items()), ids=list(AGENTS.values()))
def test_w117_browser_is_called_by_name_and_by_what_it_runs_on(agent: str, called: str) -> None:
    assert browser_called(agent, ENGLISH) == called


@pytest.mark.parametrize(
    "agent",
    [
        "<script>alert(1)</script>",
        "\u202eFirefox on Windows\u202c",
        "{browser}",
        "%s%s",
        "Firefox\x00/",
        "Mozilla/5.0 ()",
        "م" * 200,
    ],
)
def test_w117_what_no_browser_calls_itself_is_another_browser_and_nothing_of_it_is_taken_over(agent: str) -> None:
    assert browser_called(agent, ENGLISH) == "another browser"
    begun = time.process_time()
    browser_called(agent * 10_000, ENGLISH)
    assert time.process_time() - begun < 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_w117_browser_and_system_stand_in_words_of_every_language(language: str) -> None:
    said = browser_called(next(iter(AGENTS)), Wording(language))
    assert "Firefox" in said
    assert "Windows" in said
    assert said == "Firefox on Windows" or language != "en"


@pytest.mark.parametrize(
    ("language", "sizes"),
    {
        "en": ("0 bytes", "1 byte", "4.2 kB", "8.39 MB", "1.07 GB"),
        "fr": ("0 octet", "1 octet", "4,2 ko", "8,39 Mo", "1,07 Go"),
        "es": ("0 bytes", "1 byte", "4,2 kB", "8,39 MB", "1,07 GB"),
        "ar": ("0 بايت", "1 بايت", "4.2 كيلوبايت", "8.39 ميغابايت", "1.07 غيغابايت"),
        "ru": ("0 байт", "1 байт", "4,2 кБ", "8,39 МБ", "1,07 ГБ"),
        "zh": ("0字节", "1字节", "4.2 kB", "8.39 MB", "1.07 GB"),
    }.items(),
)
def test_w117_size_is_written_as_the_language_writes_it(language: str, sizes: tuple[str, ...]) -> None:
    say = Wording(language)
    shown = tuple(
        say.size(one).replace("\u202f", " ").replace("\xa0", " ") for one in (0, 1, 4_200, 8 * 1024**2, 1024**3)
    )
    assert shown == sizes
    assert all(say.size(1_000**power) for power in range(len(UNITS) + 1))
