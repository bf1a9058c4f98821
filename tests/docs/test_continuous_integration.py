"""In continuous integration a skipped test of the groups «storage» and «e2e» is a failure; elsewhere it is a skip."""

import pytest

from tests.conftest import fail_if_skipped

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
