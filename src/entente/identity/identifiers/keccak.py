"""Keccak-256 as Ethereum and Monero use it: the sponge of FIPS 202 with the padding it had before it became SHA-3.

Source: FIPS 202 sections 3 and 4 for the permutation; the Keccak submission of 2011 for the padding 0x01. hashlib has SHA-3
alone, whose padding is 0x06.
"""

from __future__ import annotations

RATE_BYTES = 136
_WORD = 0xFFFFFFFFFFFFFFFF
_LANES = 25
_ROUNDS = 24


def keccak_256(data: bytes) -> bytes:
    """Return the digest of 32 bytes. For addresses, of at most some hundred bytes: a block takes about a millisecond."""
    state = [0] * _LANES
    padded = bytearray(data) + b"\x01" + bytes(-(len(data) + 1) % RATE_BYTES)
    padded[-1] |= 0x80
    for start in range(0, len(padded), RATE_BYTES):
        for lane in range(RATE_BYTES // 8):
            state[lane] ^= int.from_bytes(padded[start + 8 * lane : start + 8 * lane + 8], "little")
        state = _permuted(state)
    return b"".join(lane.to_bytes(8, "little") for lane in state[:4])


def _permuted(lanes: list[int]) -> list[int]:
    """Apply Keccak-f[1600]; a lane at (x, y) stands at x + 5y."""
    for constant in _CONSTANTS:
        columns = [lanes[x] ^ lanes[x + 5] ^ lanes[x + 10] ^ lanes[x + 15] ^ lanes[x + 20] for x in range(5)]
        mixed = [columns[(x - 1) % 5] ^ _turned(columns[(x + 1) % 5], 1) for x in range(5)]
        moved = [0] * _LANES
        for place, lane in enumerate(lanes):
            x, y = place % 5, place // 5
            moved[y + 5 * ((2 * x + 3 * y) % 5)] = _turned(lane ^ mixed[x], _OFFSETS[place])
        lanes = [
            moved[place] ^ (~moved[(place + 1) % 5 + place // 5 * 5] & moved[(place + 2) % 5 + place // 5 * 5] & _WORD)
            for place in range(_LANES)
        ]
        lanes[0] ^= constant
    return lanes


def _turned(lane: int, count: int) -> int:
    return (lane << count | lane >> 64 - count) & _WORD if count else lane


def _offsets() -> tuple[int, ...]:
    """Return how far each lane is turned (FIPS 202, 3.2.2)."""
    found = [0] * _LANES
    x, y = 1, 0
    for step in range(_ROUNDS):
        found[x + 5 * y] = (step + 1) * (step + 2) // 2 % 64
        x, y = y, (2 * x + 3 * y) % 5
    return tuple(found)


def _constants() -> tuple[int, ...]:
    """Return what each round adds, from the register of FIPS 202, 3.2.5."""
    found, register = [], 1
    for _ in range(_ROUNDS):
        constant = 0
        for power in range(7):
            constant |= (register & 1) << (1 << power) - 1
            register = register << 1 ^ (0x171 if register & 0x80 else 0)
        found.append(constant)
    return tuple(found)


_OFFSETS = _offsets()
_CONSTANTS = _constants()
