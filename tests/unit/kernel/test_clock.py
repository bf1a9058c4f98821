"""N1 to N3: a node's clock never goes back, and says when the machine's did."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from entente.kernel.clock import LEAP_MAX, STEP_BACK_MAX, GuardedClock, SteadyClock, SystemClock, span
from entente.kernel.errors import Unavailable
from entente.kernel.signing import Context, Ed25519Signer, GuardedSigner

BEGIN = datetime(2031, 5, 4, 8, 0, tzinfo=UTC)
MOMENT = timedelta(microseconds=1)


class SetClock:
    """A machine's clock that is set by hand."""

    def __init__(self, moment: datetime = BEGIN) -> None:
        self.moment = moment

    def now(self) -> datetime:
        return self.moment


class CountingClock(SetClock):
    """A machine's clock that is set by hand, on a machine that counts how long it runs."""

    ran = timedelta()

    def passed(self) -> timedelta:
        return self.ran

    def run(self, length: timedelta, leap: timedelta = timedelta()) -> None:
        """Let time pass, and set the clock beside it."""
        self.ran += length
        self.moment += length + leap


def test_n1_clock_gives_the_machine_s_time_and_never_goes_back() -> None:
    machine = SetClock()
    clock = GuardedClock(machine)
    given = []
    for step in (0, 5, -1, -STEP_BACK_MAX.total_seconds(), -3_600, 6):
        machine.moment = BEGIN + timedelta(seconds=step)
        given.append(clock.now())
    assert given == sorted(given)
    assert given[:2] == [BEGIN, BEGIN + timedelta(seconds=5)]
    assert set(given[2:5]) == {BEGIN + timedelta(seconds=5)}
    assert given[5] == machine.moment


@pytest.mark.parametrize(("back", "is_behind"), [(STEP_BACK_MAX, False), (STEP_BACK_MAX + MOMENT, True)])
def test_n1_small_step_is_absorbed_and_a_larger_one_is_said(back: timedelta, *, is_behind: bool) -> None:
    machine = SetClock()
    clock = GuardedClock(machine)
    clock.now()
    machine.moment = BEGIN - back
    assert clock.now() == BEGIN
    assert (clock.step_back() is not None) is is_behind


def test_n1_clock_starts_from_the_last_stamp_of_the_trail() -> None:
    machine = SetClock()
    clock = GuardedClock(machine)
    clock.start_from(BEGIN + timedelta(hours=2))
    clock.start_from(BEGIN + timedelta(hours=1))
    assert clock.now() == BEGIN + timedelta(hours=2)
    assert clock.step_back() is not None
    machine.moment = BEGIN + timedelta(hours=2)
    assert clock.step_back() is None


def test_n2_error_says_since_when_how_long_and_what_to_do_and_ends_by_itself() -> None:
    machine = SetClock()
    clock = GuardedClock(machine)
    clock.now()
    machine.moment = BEGIN - timedelta(hours=3)
    clock.now()
    machine.moment += timedelta(minutes=30)
    with pytest.raises(Unavailable) as raised:
        clock.require_passed()
    assert raised.value.retry_is_safe
    for told in ("2031-05-04 05:30:00 UTC", "2031-05-04 08:00:00 UTC", "behind at 2031-05-04 05:00:00 UTC"):
        assert told in raised.value.why
    assert "in 2 h 30 min." in raised.value.do
    machine.moment = BEGIN
    clock.require_passed()
    # A second step is a new one, noticed anew.
    machine.moment = BEGIN - timedelta(hours=1)
    found = clock.step_back()
    assert found is not None
    assert found.noticed_at == machine.moment


def test_n2_signer_signs_nothing_while_the_clock_is_behind() -> None:
    machine = SetClock()
    clock = GuardedClock(machine)
    key = Ed25519Signer(Ed25519PrivateKey.from_private_bytes(bytes(32)))
    signer = GuardedSigner(key, clock.require_passed)
    clock.now()
    signed = signer.sign(Context.STATEMENT, b"bytes")
    assert (signed, signer.public_key) == (key.sign(Context.STATEMENT, b"bytes"), key.public_key)
    machine.moment = BEGIN - timedelta(minutes=1)
    with pytest.raises(Unavailable):
        signer.sign(Context.STATEMENT, b"bytes")


@pytest.mark.parametrize(("leap", "is_ahead"), [(LEAP_MAX, False), (LEAP_MAX + MOMENT, True)])
def test_n32_clock_that_leapt_ahead_is_not_believed_and_nothing_is_signed(leap: timedelta, *, is_ahead: bool) -> None:
    machine = CountingClock()
    clock = GuardedClock(machine)
    clock.now()
    machine.run(timedelta(hours=1), leap)
    assert clock.now() == BEGIN + timedelta(hours=1) + (timedelta() if is_ahead else leap)
    assert bool(clock.trouble()) is is_ahead
    if is_ahead:
        with pytest.raises(Unavailable, match="leapt ahead") as raised:
            clock.require_passed()
        assert raised.value.retry_is_safe
        assert "by the time that passed it would be 2031-05-04 09:00:00 UTC" in raised.value.why
        assert clock.step_back() is None


def test_n32_clock_that_is_put_right_goes_on_from_the_time_that_passed() -> None:
    machine = CountingClock()
    clock = GuardedClock(machine)
    clock.now()
    for leap in (timedelta(days=365), -timedelta(days=365)):
        machine.run(timedelta(hours=1), leap)
        clock.now()
    assert clock.now() == machine.moment == BEGIN + timedelta(hours=2)
    clock.require_passed()
    # One that fell behind and is put right has not leapt, however far it was behind.
    machine.run(timedelta(hours=1), -timedelta(days=365))
    assert clock.step_back() is not None
    machine.run(timedelta(hours=1), timedelta(days=365))
    clock.require_passed()
    assert clock.now() == BEGIN + timedelta(hours=4)


def test_n32_long_sleep_is_time_that_passed_and_a_start_believes_the_machine() -> None:
    machine = CountingClock()
    clock = GuardedClock(machine)
    clock.now()
    machine.run(timedelta(days=30))
    assert clock.now() == BEGIN + timedelta(days=30)
    clock.require_passed()
    machine.run(timedelta(), timedelta(days=30))
    assert clock.trouble()
    again = GuardedClock(machine)
    again.start_from(BEGIN)
    assert (again.now(), again.trouble()) == (machine.moment, "")


def test_n32_clock_of_the_machine_counts_the_time_that_passes() -> None:
    clock = SystemClock()
    assert isinstance(clock, SteadyClock)
    before, now = clock.passed(), clock.now()
    while clock.now() == now:
        pass
    assert timedelta() < clock.passed() - before < timedelta(seconds=5)


@pytest.mark.parametrize(
    ("length", "said"),
    [
        (timedelta(), "0 s"),
        (timedelta(milliseconds=1), "1 s"),
        (timedelta(minutes=2), "2 min"),
        (timedelta(hours=1, seconds=5), "1 h"),
        (timedelta(days=365, hours=5, minutes=9), "365 d 5 h"),
    ],
)
def test_length_of_time_is_said_in_its_two_largest_units(length: timedelta, said: str) -> None:
    assert span(length) == said
