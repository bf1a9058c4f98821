"""A file keeps its own name, in any script, and no name deceives, harms or leads elsewhere (docs/rules/desk.md W91)."""

from __future__ import annotations

import re
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entente.kernel.file_names import NAME_BYTES_MAX, NAME_CHARACTERS_MAX, kept_name, plain_name
from entente.kernel.text import is_line
from entente.records.media import check_file_name
from entente.records.model import MediaType
from entente.web.desk.downloads import downloaded
from entente.web.desk.page import Download

OVERRIDE, ISOLATE, WITHOUT_WIDTH = "\u202e", "\u2067", "\u200b"
NOT_JOINED = "\u200c"


@pytest.mark.parametrize(
    ("called", "kept", "plain"),
    [
        # Names as people give them.
        ("صورة البوابة.jpg", "صورة البوابة.jpg", "file.jpg"),
        ("护照-第4号口岸.pdf", "护照-第4号口岸.pdf", "4.pdf"),
        ("Снимок ворот (2).jpg", "Снимок ворот (2).jpg", "2.jpg"),
        (f"نامه{NOT_JOINED}ها.pdf", f"نامه{NOT_JOINED}ها.pdf", "file.pdf"),
        # As one system writes é: a letter and its mark.
        ("releve\u0301.csv", "relev\u00e9.csv", "releve.csv"),
        ("list.xml.gz", "list.xml.gz", "list.xml.gz"),
        ("قائمة", "قائمة", "file"),
        # Paths.
        ("../../etc/passwd", "passwd", "passwd"),
        ("..\\..\\windows\\system.ini", "system.ini", "system.ini"),
        ("/etc/cron.d/x", "x", "x"),
        ("C:\\fakepath\\صورة.jpg", "صورة.jpg", "file.jpg"),
        ("..", "file", "file"),
        ("/", "file", "file"),
        # Hidden, and what machines cut off.
        (".htaccess", "file.htaccess", "file.htaccess"),
        ("-rf.csv", "rf.csv", "rf.csv"),
        ("name. . ", "name", "name"),
        # What shows otherwise than it is stored.
        (f"photo{OVERRIDE}gpj.exe", "photogpj.exe", "photogpj.exe"),
        (f"{ISOLATE}صورة{WITHOUT_WIDTH}.jpg", "صورة.jpg", "file.jpg"),
        ("\u0301mark.jpg", "mark.jpg", "mark.jpg"),
        # Control characters, and what some machine forbids.
        ("a\r\nSet-Cookie: x=1.csv", "a_Set-Cookie_x=1.csv", "a_Set-Cookie_x_1.csv"),
        ("a\x00b.csv", "a_b.csv", "a_b.csv"),
        ("<img src=x onerror=alert(1)>.svg", "img src=x onerror=alert(1).svg", "img_src_x_onerror_alert_1.svg"),
        ("a\ue000b\U000e0041.csv", "a_b.csv", "a_b.csv"),
        # Devices.
        ("CON.jpg", "file_CON.jpg", "file_CON.jpg"),
        ("com¹.tar.gz", "file_com¹.tar.gz", "file_com1.tar.gz"),
        ("nul", "file_nul", "file_nul"),
        ("console.jpg", "console.jpg", "console.jpg"),
    ],
)
def test_w91_name_is_kept_in_its_script_and_what_deceives_or_harms_is_taken_out(
    called: str, kept: str, plain: str
) -> None:
    assert (kept_name(called), plain_name(called)) == (kept, plain)


@pytest.mark.parametrize("letter", ["x", "ش", "照", "😀"])
def test_w91_long_name_is_cut_between_characters_and_keeps_its_ending(letter: str) -> None:
    kept = kept_name(letter * 400 + ".tar.gz")
    assert re.fullmatch(f"{letter}+\\.tar\\.gz", kept)
    assert len(kept) <= NAME_CHARACTERS_MAX
    assert len(kept.encode()) <= NAME_BYTES_MAX
    assert len(kept) == NAME_CHARACTERS_MAX or len(kept.encode()) > NAME_BYTES_MAX - 4


@given(st.text(max_size=150))
def test_w91_any_name_becomes_one_that_every_file_here_may_have_and_is_then_kept(called: str) -> None:
    kept = kept_name(called)
    assert is_line(kept)
    check_file_name(f"{kept}.jpg", MediaType.JPEG)
    assert kept_name(kept) == kept
    assert len(kept.encode()) <= NAME_BYTES_MAX
    assert re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}", plain_name(called))


@pytest.mark.parametrize("is_exercise", [False, True])
def test_w91_download_is_called_as_its_sender_calls_it_and_says_that_it_is_an_exercise(
    is_exercise: bool,  # noqa: FBT001 - a case of the test
) -> None:
    called, mark = 'صورة; "x" %0d\'.jpg', "EXERCISE-" if is_exercise else ""
    kept = kept_name(called)
    answer = downloaded(Download(plain_name(called), b"x", kept), is_exercise=is_exercise)
    plain, _, own = answer.headers["content-disposition"].partition("; filename*=UTF-8''")
    assert plain == f'attachment; filename="{mark}x__0d.jpg"'
    assert re.fullmatch(r"[A-Za-z0-9%._~-]+", own), "RFC 8187 attr-char and escapes alone"
    assert unquote(own) == f"{mark}{kept}"


@pytest.mark.parametrize(
    ("called", "kept"), [("gate..jpg ", "gate.jpg"), ("gate_.jpg\u200b?", "gate.jpg"), ("NUL..exe\n", "file_NUL.exe")]
)
def test_w91_ending_with_something_behind_it_that_is_taken_away_is_an_ending(called: str, kept: str) -> None:
    assert kept_name(called) == kept
    assert kept_name(kept) == kept


@pytest.mark.parametrize("called", ["x" * 95 + "..exe\ufe0e", "CON\u0602\u030c", "\u05b4\u0301" * 60 + "_.exe\u202e"])
def test_w91_name_that_is_cut_or_composed_is_kept_as_it_is_then(called: str) -> None:
    assert kept_name(kept_name(called)) == kept_name(called)
