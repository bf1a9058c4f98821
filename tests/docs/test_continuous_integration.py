"""In continuous integration a skipped test of the groups «storage» and «e2e» is a failure; elsewhere it is a skip.

A test that waits for what never comes is a failure anywhere, and the others go on.
"""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import LONG_SECONDS_MAX, fail_if_skipped
from tests.docs.source import ROOT

IN_CI = {"CI": "true"}
ON_A_DESK: dict[str, str] = {}


def skipped_test(nodeid: str, *markers: str) -> pytest.TestReport:
    where = ("tests/x.py", 3, "Skipped: no chromium")
    return pytest.TestReport(nodeid, ("tests/x.py", 3, "x"), dict.fromkeys(markers, 1), "skipped", where, "call")


@pytest.mark.parametrize(
    ("nodeid", "markers"),
    [
        ("tests/e2e/test_desk.py::test_hit_is_shown", ()),
        ("tests/storage/test_folder.py::test_lock_is_held", ()),
        ("tests/cli/test_search.py::test_page_opens", ("e2e",)),
        ("tests/api/test_records.py::test_commit_survives", ("storage",)),
    ],
)
def test_skip_of_a_group_never_skipped_fails_in_ci_only(nodeid: str, markers: tuple[str, ...]) -> None:
    on_a_desk, in_ci = skipped_test(nodeid, *markers), skipped_test(nodeid, *markers)
    fail_if_skipped(on_a_desk, ON_A_DESK)
    fail_if_skipped(in_ci, IN_CI)
    assert on_a_desk.outcome == "skipped"
    assert in_ci.outcome == "failed"
    assert "no chromium" in str(in_ci.longrepr)


def test_other_skips_and_expected_failures_stay_what_they_are() -> None:
    elsewhere = skipped_test("tests/unit/trail/test_rules.py::test_x")
    expected_failure = skipped_test("tests/e2e/test_desk.py::test_x")
    expected_failure.wasxfail = "known"
    fail_if_skipped(elsewhere, IN_CI)
    fail_if_skipped(expected_failure, IN_CI)
    assert elsewhere.outcome == expected_failure.outcome == "skipped"


def test_file_that_skips_itself_fails_in_ci() -> None:
    report = pytest.CollectReport("tests/e2e/test_desk.py", "skipped", ("x", 1, "Skipped: no chromium"), [])
    fail_if_skipped(report, IN_CI)
    assert report.outcome == "failed"


WAITS = """
import threading

def test_waits():
    threading.Event().wait()

def test_after():
    pass
"""


def test_test_that_waits_for_ever_fails_and_the_others_go_on(tmp_path: Path) -> None:
    (tmp_path / "test_waits.py").write_text(WAITS, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-c", str(ROOT / "pyproject.toml"), "-o", "timeout=1"]
    run = subprocess.run([*command, str(tmp_path)], capture_output=True, text=True, timeout=120, check=False)
    assert "test_waits - Failed: Timeout" in run.stdout
    assert "1 failed, 1 passed" in run.stdout


def test_every_test_has_a_time_that_it_may_take(pytestconfig: pytest.Config) -> None:
    assert 0 < float(pytestconfig.getini("timeout")) < LONG_SECONDS_MAX
