"""`entente instrument cut-off` and `return`: shown first, each draft held against what was asked, signed, handed in once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from typer.testing import Result

from entente.cli import connect, instrument
from entente.kernel.canonical import JsonObject
from entente.kernel.statement import draft, from_json
from tests.cli.conftest import Run, answer, init
from tests.docs.source import ROOT

DECISION = (
    "--decided-by", "Ministry", "--document", "Decision 40", "--reason", "security_incident", "--review-on", "2099-01-01",
)  # fmt: skip


@pytest.fixture
def agreed(run: Run, folder: Path, tmp_path: Path) -> Path:
    """Return a bureau's folder whose heads signed the demonstration's charter and agreement."""
    for code, kind, country in (("GS", "general_secretariat", ""), ("RC", "international_entity", "")):
        place = tmp_path / code
        run("init", "--kind", kind, "--code", code, "--name", code, "--country", country, "--folder", place)
        enter(run, place, folder)
    init(run, tmp_path / "XB-NCB", "XB-NCB", "XB")
    enter(run, tmp_path / "XB-NCB", folder)
    for name in ("charter", "agreement"):
        file = ROOT / "demo" / "instruments" / f"{name}.yaml"
        assert run("instrument", "propose", file, "--as", "head-1", "--folder", folder).exit_code == 0
    for name in ("charter", "police-data-agreement"):
        signed = run("instrument", "sign", name, "--as", "head-1", "--folder", folder, *keys_of(folder))
        assert signed.exit_code == 0, signed.stderr
    return folder


def enter(run: Run, place: Path, folder: Path) -> None:
    run("body", "export", "--out", place / "entry.json", "--folder", place)
    assert run("body", "enter", place / "entry.json", "--folder", folder).exit_code == 0


def keys_of(folder: Path) -> list[str]:
    return [word for path in sorted((folder / "keys").glob("head-*.pem"))[:2] for word in ("--key", str(path))]


def cut_off(run: Run, folder: Path, *more: str, text: str | None = None) -> Result:
    given = ("--as", "head-1", "--folder", folder, *keys_of(folder))
    return run("instrument", "cut-off", *DECISION, *given, *more, text=text)


def come_back(run: Run, folder: Path, *more: str) -> Result:
    return run("instrument", "return", "--as", "head-1", "--folder", folder, *keys_of(folder), *more)


def suspensions(run: Run, folder: Path, name: str = "police-data-agreement") -> int:
    count: int = answer(run("instrument", "show", name, "--folder", folder, "--json"))["suspensions"]
    return count


def test_a10_cut_off_is_shown_before_it_is_signed_and_ends_with_the_return(run: Run, agreed: Path) -> None:
    declined = cut_off(run, agreed, text="n\n")
    assert declined.exit_code == 3
    assert "police-data-agreement" in declined.stdout
    assert "stays open" in declined.stdout
    assert suspensions(run, agreed) == 0
    done = cut_off(run, agreed, "--yes")
    assert done.exit_code == 0, done.stderr
    assert "1 kept and sent at once." in done.stdout
    assert "suspensions[1].document: " in done.stderr
    assert (suspensions(run, agreed), suspensions(run, agreed, "charter")) == (1, 0)
    assert "has cut itself off since" in run("node", "status", "--folder", agreed).stdout
    assert "Decision 40" in run("doctor", "--folder", agreed).stdout
    assert cut_off(run, agreed, "--yes").exit_code == 13
    back = come_back(run, agreed)
    assert back.exit_code == 0, back.stderr
    assert "XB-NCB: not reached" in back.stdout
    assert suspensions(run, agreed) == 0
    assert "cut itself off" not in run("node", "status", "--folder", agreed).stdout
    assert come_back(run, agreed).exit_code == 13


def test_a10_one_key_or_a_reason_of_no_list_cuts_nothing_off(run: Run, agreed: Path) -> None:
    given = ("instrument", "cut-off", "--yes", "--as", "head-1", "--folder", agreed)
    assert run(*given, *DECISION, *keys_of(agreed)[:2]).exit_code == 14
    refused = run(*given, *DECISION[:5], "because", *DECISION[6:], *keys_of(agreed))
    assert refused.exit_code == 10
    assert "A5.2" in refused.stderr
    assert suspensions(run, agreed) == 0
    assert cut_off(run, agreed, "--yes", "--json").exit_code == 0
    assert come_back(run, agreed, "--json").exit_code == 0


def fewer(_: list[Any]) -> list[Any]:
    return []


def leaving(drafts: list[Any]) -> list[Any]:
    return changed(drafts, {"state": "withdrawn", "suspensions": []})


def of_another(drafts: list[Any]) -> list[Any]:
    return changed(drafts, {"instrument": "instrument:1"})


def nothing_ended(drafts: list[Any]) -> list[Any]:
    return changed(drafts, {"suspensions": [{"id": "cut-off-1"}]})


def changed(drafts: list[Any], fields: JsonObject) -> list[Any]:
    old = from_json(drafts[0]["statement"])
    new = draft(old.kind, old.body, old.at, {**old.content, **fields})
    return [{**drafts[0], "statement": new.to_json()}]


@pytest.mark.parametrize(("lies", "code"), [(fewer, 13), (leaving, 14), (of_another, 14)])
def test_b12_node_that_drafts_another_cut_off_than_was_shown_gets_no_signature(
    run: Run, agreed: Path, monkeypatch: pytest.MonkeyPatch, lies: Callable[[list[Any]], list[Any]], code: int
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(instrument, "connect", lying("cut_off_draft", lies))
        assert cut_off(run, agreed, "--yes").exit_code == code
    assert suspensions(run, agreed) == 0
    assert cut_off(run, agreed, "--yes").exit_code == 0


@pytest.mark.parametrize("lies", [leaving, nothing_ended])
def test_b12_node_that_drafts_another_return_than_was_asked_gets_no_signature(
    run: Run, agreed: Path, monkeypatch: pytest.MonkeyPatch, lies: Callable[[list[Any]], list[Any]]
) -> None:
    assert cut_off(run, agreed, "--yes").exit_code == 0
    with monkeypatch.context() as patched:
        patched.setattr(instrument, "connect", lying("return_draft", lies))
        assert come_back(run, agreed).exit_code == 14
    assert suspensions(run, agreed) == 1
    assert come_back(run, agreed).exit_code == 0


class LyingSession:
    """The node of a folder in others' hands: it answers one verb with other drafts."""

    def __init__(self, node: Any, verb: str, lies: Callable[[list[Any]], list[Any]]) -> None:  # noqa: ANN401 - a session
        self._node, self._verb, self._lies = node, verb, lies

    def ask(self, verb: str, given: JsonObject, *more: object) -> Any:  # noqa: ANN401 - a verb's JSON
        found = self._node.ask(verb, given, *more)
        return {"drafts": self._lies(found["drafts"])} if verb == self._verb else found


def lying(verb: str, lies: Callable[[list[Any]], list[Any]]) -> Any:  # noqa: ANN401 - what opens a session
    @contextmanager
    def opened(folder: str | None) -> Iterator[LyingSession]:
        with connect(folder) as node:
            yield LyingSession(node, verb, lies)

    return opened
