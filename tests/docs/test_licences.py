"""What is locked: every pin has hashes, the lists agree, and every licence is one a police body may build on.

Licences are read from the installed distributions, so that the metadata of the very file with that hash is judged.
Closed by default: a licence that no row below names fails, and so does a distribution that states none.

Source: DESIGN section 9 (permissive, MPL and LGPL licences; no GPL or AGPL anywhere).
"""

import re
import tomllib
from importlib.metadata import PackageNotFoundError, distribution

import pytest

from tests.docs.source import ROOT

REQUIREMENTS = ROOT / "requirements"
LOCK_FILES = ("build", "core", "bulk", "postgres", "dev", "lock")

# SPDX identifiers, as new metadata states them.
ALLOWED_SPDX = frozenset({
    "0BSD", "Apache-2.0", "Apache-2.0 WITH LLVM-exception", "BSD-2-Clause", "BSD-3-Clause", "BSL-1.0", "CC0-1.0", "ISC",
    "LGPL-2.1-only", "LGPL-2.1-or-later", "LGPL-3.0-only", "LGPL-3.0-or-later", "MIT", "MIT-0", "MPL-2.0", "PSF-2.0",
    "Python-2.0", "Unlicense", "Zlib",
})  # fmt: skip
# What older metadata writes in «License» or as a trove classifier, whole.
ALLOWED_WORDS = re.compile(
    r"(the )?("
    r"mit|mit license|apache|apache[- ]2\.0|apache (software )?license( 2\.0|, version 2\.0)?|bsd|bsd license|"
    r"bsd-[23]-clause|3-clause bsd license|isc|isc license|isc license \(iscl\)|"
    r"mpl-2\.0|mozilla public license 2\.0 \(mpl 2\.0\)|"
    r"python software foundation license|psf|the unlicense \(unlicense\)|cc0-1\.0|"
    r"lgpl|gnu (library or )?lesser general public license v[23]( or later)? \(lgplv[23]\+?\)"
    r")",
    re.IGNORECASE,
)
# Classifiers that say who approved a licence, and not which it is.
SAYS_WHO_APPROVED = frozenset({"OSI Approved", "DFSG approved"})
# Locked, but not installed where the tests run: colorama is for Windows, uv for make requirements only. atheris states nothing.
# What numpy and its compiler state is a text, not an identifier.
READ_BY_HAND = {
    "atheris": "Apache-2.0",
    "colorama": "BSD-3-Clause",
    "llvmlite": "BSD-2-Clause AND Apache-2.0 WITH LLVM-exception",
    "numba": "BSD-2-Clause",
    "numpy": "BSD-3-Clause AND 0BSD AND MIT AND Zlib AND CC0-1.0",
    "uv": "MIT OR Apache-2.0",
}


def is_allowed_expression(expression: str) -> bool:
    """Judge an SPDX expression. With brackets every licence it names must be allowed: stricter, and easier to check."""
    if "(" in expression:
        names = re.split(r"\s+(?:AND|OR)\s+", expression.replace("(", "").replace(")", ""))
        return all(name.strip() in ALLOWED_SPDX for name in names)
    return any(all(name.strip() in ALLOWED_SPDX for name in one.split(" AND ")) for one in expression.split(" OR "))


def is_allowed(expression: str, words: str, classifiers: list[str]) -> bool:
    """Judge the licence metadata of one distribution: the expression, else the classifiers, else the words."""
    if expression:
        return is_allowed_expression(expression)
    stated = [text.rpartition(" :: ")[2] for text in classifiers if text.startswith("License :: ")]
    stated = [text for text in stated if text not in SAYS_WHO_APPROVED] or [words.strip()]
    # Some write an expression where words were wanted.
    return all(ALLOWED_WORDS.fullmatch(text) or is_allowed_expression(text) for text in stated)


def pins(lock_file: str) -> dict[str, tuple[str, str]]:
    """Return name → (version, marker) of one lock file."""
    text = (REQUIREMENTS / f"{lock_file}.txt").read_text(encoding="utf-8")
    found = re.findall(r"^([a-z0-9][a-z0-9._-]*)==([^ ;]+)(?: ; ([^\\\n]+))?", text, re.MULTILINE)
    return {name: (version, marker.strip()) for name, version, marker in found}


def names_in(lines: list[str]) -> set[str]:
    return {re.split(r"[<>=! ;\[]", line, maxsplit=1)[0].lower() for line in lines if line and line[0] not in "#-"}


LOCKED = sorted({name for lock_file in LOCK_FILES for name in pins(lock_file)})


def licence_metadata(name: str) -> tuple[str, str, list[str]]:
    """Return expression, words and classifiers of an installed distribution, or what was read by hand elsewhere."""
    try:
        metadata = distribution(name).metadata
    except PackageNotFoundError:
        return (READ_BY_HAND.get(name, ""), "", [])
    expression, words = ("".join(metadata.get_all(key) or []) for key in ("License-Expression", "License"))
    # One that states nothing but the name of a file was read by hand too.
    return (expression or ("" if words else READ_BY_HAND.get(name, "")), words, metadata.get_all("Classifier") or [])


@pytest.mark.parametrize("name", LOCKED)
def test_licence_of_locked_distribution_is_allowed(name: str) -> None:
    stated = licence_metadata(name)
    assert is_allowed(*stated), f"{name} states {stated}; if it is not installed here, run make test"


def test_distribution_that_is_not_installed_and_was_not_read_by_hand_is_caught() -> None:
    assert not is_allowed(*licence_metadata("a-distribution-nobody-installed"))


@pytest.mark.parametrize(
    ("expression", "words", "classifiers"),
    [
        ("GPL-3.0-or-later", "", []),
        ("MIT AND GPL-2.0-only", "", []),
        ("(MIT OR Apache-2.0) AND AGPL-3.0-only", "", []),
        ("", "GPLv3+", []),
        ("", "MIT", ["License :: OSI Approved :: GNU General Public License v3 (GPLv3)"]),
        ("", "", ["License :: OSI Approved :: MIT License", "License :: OSI Approved :: GNU Affero GPL"]),
        ("", "", []),
        ("", "UNKNOWN", []),
        ("", "see file", ["License :: OSI Approved"]),
    ],
)  # fmt: skip
def test_copyleft_or_unknown_licence_is_caught(expression: str, words: str, classifiers: list[str]) -> None:
    assert not is_allowed(expression, words, classifiers)


@pytest.mark.parametrize(
    ("expression", "words", "classifiers"),
    [
        ("MIT", "", []),
        ("MIT OR GPL-2.0-only", "", []),
        ("MIT AND PSF-2.0", "", []),
        ("", "LGPL", ["License :: OSI Approved :: GNU Lesser General Public License v2 or later (LGPLv2+)"]),
        ("", "BSD-3-Clause", []),
    ],
)
def test_permissive_and_library_licences_pass(expression: str, words: str, classifiers: list[str]) -> None:
    assert is_allowed(expression, words, classifiers)


@pytest.mark.parametrize("lock_file", LOCK_FILES)
def test_every_pin_has_hashes(lock_file: str) -> None:
    text = (REQUIREMENTS / f"{lock_file}.txt").read_text(encoding="utf-8")
    entries = re.split(r"\n(?=[a-z0-9])", text)[1:]
    assert len(entries) == len(pins(lock_file)) > 0
    assert [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry] == []


@pytest.mark.parametrize("lock_file", ["core", "bulk", "postgres"])
def test_development_versions_are_those_a_node_runs(lock_file: str) -> None:
    development = pins("dev")
    # What an extra needs on some systems only, a node may need on all.
    assert {
        name: pin for name, pin in pins(lock_file).items() if development.get(name) not in {pin, (pin[0], "")}
    } == {}


def test_requirements_are_the_project_s_dependencies_and_its_extras() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    for lock_file, stated in (
        ("core", project["dependencies"]),
        *((name, extras[name]) for name in ("bulk", "postgres")),
    ):
        lines = (REQUIREMENTS / f"{lock_file}.in").read_text(encoding="utf-8").splitlines()
        listed = [line for line in lines if line[0] not in "#-"]
        assert listed == stated
        assert names_in(listed) <= set(pins(lock_file))
