"""How much data there is, as people read it (desk.md W117)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from entente.kernel.sizes import SAID, UNITS, Size, size_said


@pytest.mark.parametrize(
    ("size", "said"),
    [
        (0, "0 bytes"), (1, "1 byte"), (2, "2 bytes"), (999, "999 bytes"), (1_000, "1 kB"), (1_234, "1.23 kB"),
        (12_345, "12.3 kB"), (123_456, "123 kB"), (999_499, "999 kB"), (999_500, "1 MB"), (8 * 1024**2, "8.39 MB"),
        (1024**3, "1.07 GB"), (10**12, "1 TB"), (10**15, "1000 TB"), (9_995, "10 kB"), (100_000, "100 kB"),
    ],
)  # fmt: skip
def test_w117_size_stands_in_the_largest_unit_of_which_there_is_one(size: int, said: str) -> None:
    assert size_said(size) == said


@given(some.integers(0, 2**53))
def test_w117_size_that_was_said_is_read_again_and_is_off_by_half_a_percent_at_most(size: int) -> None:
    said = size_said(size)
    assert SAID.fullmatch(said)
    read = Size.read(said)
    assert read == Size.of(size)
    assert abs(read.number * 1_000 ** UNITS.index(read.unit) - size) <= size * 0.005 or size < 1_000


@pytest.mark.parametrize("text", ["", "1", "GB", "1,07 GB", "-1 kB", "1.234 kB", "1e3 kB", "1 PB", "1 GB ", "١ GB"])
def test_w117_what_was_never_said_is_no_size(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        Size.read(text)
