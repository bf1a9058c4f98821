"""Rules for every test run: what a skip means in continuous integration, how Hypothesis searches, how long a test may take.

A test that needs a database file, real processes or a browser may be skipped on a desk that lacks them. In
continuous integration nobody reads the list of skips, so there such a skip is a failure that says why.

Source: ours, because a promise whose test was silently skipped is not kept.
"""

import gc
import os
from collections.abc import Generator, Iterator, Mapping
from pathlib import PurePosixPath

import pytest
from hypothesis import HealthCheck, settings

from tests.support.compile_search import compiled_once

GROUPS_NEVER_SKIPPED = frozenset({"storage", "e2e", "simulation"})

# Looking for garbage was a tenth of a run's processor.
gc.set_threshold(20_000, 20, 20)
# No deadline: the two cores of a shared machine make one slow example a matter of chance.
settings.register_profile("desk", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, max_examples=50)
settings.register_profile("long", deadline=None, max_examples=2_000, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("ci" if os.environ.get("CI") == "true" else "desk")


LONGEST_FIRST = ("e2e", "docs", "simulation", "storage", "api", "web", "desk", "cli", "properties", "vectors", "unit")
"""Each file is one worker's: where the long ones came last, one worker ended them while the others had nothing left."""


LONG_SECONDS_MAX = 7_200
"""What a test of the long run may take; an ordinary one has the time that pyproject.toml says."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Have the folders whose files take longest come first, and no test wait for ever."""
    for item in items:
        if item.get_closest_marker("long") and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(LONG_SECONDS_MAX))
    items.sort(key=lambda item: LONGEST_FIRST.index(PurePosixPath(item.nodeid).parts[1]))


def pytest_collection_finish() -> None:
    """Never look for garbage among the ten thousand tests themselves."""
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def light_passphrases() -> Iterator[None]:
    """Seal the keys of a backup with a thousandth of the work; tests/storage/test_backup.py holds what a real one has."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("entente.storage.sealed_file.COST", 2**7)
        yield


@pytest.fixture(scope="session")
def compiled_search() -> None:
    """Have the loops of the search compiled, by one process for all."""
    compiled_once()


def fail_if_skipped(report: pytest.TestReport | pytest.CollectReport, environment: Mapping[str, str]) -> None:
    """Turn the skip of a test in a group that is never skipped into a failure, in continuous integration.

    A test belongs to a group by its marker or by the folder of that name under tests/.
    """
    file, _, _ = report.nodeid.partition("::")
    markers = report.keywords if isinstance(report, pytest.TestReport) else ()
    names = {*markers, *PurePosixPath(file).parts}
    if environment.get("CI") != "true" or not report.skipped or not names & GROUPS_NEVER_SKIPPED:
        return
    if hasattr(report, "wasxfail"):  # an expected failure ran and is reported as skipped: nothing was left out
        return
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
    report.outcome = "failed"
    report.longrepr = f"{report.nodeid} may not be skipped in continuous integration. {reason}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Judge each test's report before anybody counts it."""
    report = yield
    fail_if_skipped(report, os.environ)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Judge the report of a file that skips itself as a whole."""
    report = yield
    fail_if_skipped(report, os.environ)
    return report
