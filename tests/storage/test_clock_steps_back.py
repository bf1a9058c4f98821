"""N1 to N3 on a real node: after a step back nothing is signed or kept, what is read stays as it was, and then it goes on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from entente.app import NewBody, create_folder, open_parts, parts_of
from entente.bodies.model import BodyKind
from entente.kernel.clock import Clock
from entente.kernel.errors import Unavailable
from entente.node import Node
from entente.settings import Settings
from entente.verbs import perform
from entente.web.home import home_page
from tests.support.processes import TERMS
from tests.unit.kernel.test_clock import CountingClock, SetClock

pytestmark = pytest.mark.storage

PASSPHRASE = "correct horse battery staple"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Return the settings of a new bureau."""
    kind = BodyKind.NATIONAL_CENTRAL_BUREAU
    create_folder(tmp_path / "xa", NewBody(kind, "XA-NCB", "Bureau", "XA", "UTC", (), (PASSPHRASE,), 1, PASSPHRASE))
    return Settings.at(tmp_path / "xa")


@contextmanager
def opened(settings: Settings, machine: Clock) -> Iterator[Node]:
    """Open the node on a machine with this clock."""
    with open_parts(settings, replace(parts_of(settings), clock=machine)) as (node, _):
        yield node


def ask(node: Node, verb: str, **given: Any) -> Any:  # noqa: ANN401 - a verb's JSON
    return perform(node, verb, given)


def open_case(node: Node) -> object:
    return ask(node, "case_open", officer="duty-1", title="Test", crime_area="fugitives")


def enter_officer(node: Node) -> None:
    ask(node, "officer_add", officer="head-1", id="duty-1", roles=["duty_officer"])


def trail_rows(node: Node) -> int:
    return node.trail.latest(1)[0].sequence


ACTS: dict[str, Callable[[Node], object]] = {
    "case": open_case,
    "officer": enter_officer,
    "address": lambda node: ask(node, "body_addresses", addresses=["http://xa.test"]),
}


@pytest.mark.parametrize("act", ACTS)
def test_n2_nothing_is_signed_or_kept_until_the_clock_has_passed_the_last_stamp(settings: Settings, act: str) -> None:
    machine = SetClock(datetime.now(tz=UTC) + timedelta(minutes=1))
    with opened(settings, machine) as node:
        enter_officer(node)
        rows, last = trail_rows(node), machine.moment
        machine.moment = last - timedelta(hours=1)
        with pytest.raises(Unavailable, match="clock stepped back"):
            ACTS[act](node)
        assert trail_rows(node) == rows
        assert ask(node, "trail_verify")["proof"]["is_sound"] is True
        machine.moment = last + timedelta(seconds=1)
        ACTS[act](node)
        assert trail_rows(node) > rows
        assert node.trail.latest(1)[0].at == machine.moment


def test_n1_node_started_again_on_a_clock_that_is_behind_its_trail_knows_its_last_stamp(settings: Settings) -> None:
    ahead = datetime.now(tz=UTC) + timedelta(days=2)
    with opened(settings, SetClock(ahead)) as node:
        enter_officer(node)
    machine = SetClock(ahead - timedelta(days=1))
    with opened(settings, machine) as node:
        assert node.clock.now() == ahead
        with pytest.raises(Unavailable, match="clock stepped back"):
            open_case(node)
        machine.moment = ahead
        open_case(node)


def test_n3_what_had_run_out_does_not_come_alive_again_and_views_still_work(settings: Settings) -> None:
    machine = SetClock(datetime.now(tz=UTC))
    with opened(settings, machine) as node:
        machine.moment += timedelta(days=1)
        read_at = node.clock.now()
        machine.moment -= timedelta(hours=5)
        assert node.clock.now() == read_at
        assert ask(node, "body_list")["bodies"]
        status = ask(node, "status")
        (check,) = [one for one in ask(node, "doctor")["checks"] if one["name"] == "clock"]
        assert check["is_good"] is False
        page = home_page(node)
        for said in (str(status["troubles"]), str(check), str(page.state.troubles)):
            assert "clock stepped back" in said
            assert "in 5 h." in said
        machine.moment = read_at
        assert ask(node, "status")["troubles"] == []
        assert home_page(node).state.troubles == ()


def test_n32_year_ahead_for_a_moment_erases_nothing_and_costs_no_more_than_the_moment(
    settings: Settings, tmp_path: Path
) -> None:
    file = tmp_path / "wanted.jsonl"
    file.write_text('{"schema": "Person", "id": "p-1", "properties": {"name": ["Jane Roe"]}}\n', encoding="utf-8")
    machine = CountingClock(datetime.now(tz=UTC))
    with opened(settings, machine) as node:
        enter_officer(node)
        ask(node, "record_import", officer="duty-1", file=str(file), terms=TERMS)
        rows = trail_rows(node)
        machine.run(timedelta(minutes=1), timedelta(days=1_900))
        with suppress(Unavailable):
            # As the housekeeper does, within a minute.
            node.erasing.run()
        with pytest.raises(Unavailable, match="clock leapt ahead"):
            open_case(node)
        assert trail_rows(node) == rows
        assert "clock leapt ahead" in str(home_page(node).state.troubles)
        assert "clock leapt ahead" in str(ask(node, "doctor")["checks"])
        machine.run(timedelta(minutes=1), -timedelta(days=1_900))
        open_case(node)
        assert node.trail.latest(1)[0].at == machine.moment
        about = {"purpose": "arrest", "crime_area": "fugitives"}
        assert ask(node, "record_list", officer="duty-1", **about)["records"]
