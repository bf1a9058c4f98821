"""Flat arrays with names in one file, which any number of processes map into memory and open in a millisecond.

Form, little-endian: magic, u32 length of the header, the header (JSON: what it is about, and for each array its name, type,
length and place), then the arrays, each at a multiple of ALIGNMENT. The file is written beside its place, made durable and moved
there in one step: who opens it finds a whole file or none.

Arrays that spell something may be sealed: AES in counter mode under a key of this one file, each array from a counter of its own.
That hides them from whoever has the file without its key, and nothing more; a file that was tampered with is not noticed.
"""

from __future__ import annotations

import hashlib
import json
import os
import struct
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from entente.kernel.errors import Unavailable

MAGIC: Final = b"ENTENTE-ARRAYS-1\n"
KEY_BYTES: Final = 32
ALIGNMENT: Final = 64
"""A line of the processor's cache."""
HEADER_BYTES_MAX: Final = 1 << 20

Array = np.ndarray[Any, np.dtype[Any]]


@dataclass(frozen=True, slots=True)
class ArrayFile:
    """What a file holds; its arrays are views of the mapped file and cannot be written."""

    about: Mapping[str, Any]
    arrays: Mapping[str, Array]
    bytes: int
    """Length of the file."""


def write_arrays(
    path: Path, about: Mapping[str, Any], arrays: Mapping[str, Array], sealed: Collection[str] = (), key: bytes = b""
) -> None:
    """Write a file in one step, some arrays sealed under a key of KEY_BYTES that seals nothing else.

    Raises Unavailable when the disk does not take it, with nothing left beside it.
    """
    places, end = _places(arrays, sealed if key else ())
    header = json.dumps({"about": dict(about), "arrays": places, "end": end}, sort_keys=True).encode()
    start = _aligned(len(MAGIC) + 4 + len(header))
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with beside.open("xb") as file:
            os.fchmod(file.fileno(), 0o600)
            file.write(MAGIC + struct.pack("<I", len(header)) + header)
            for name, place in places.items():
                file.seek(start + place["at"])
                array = np.ascontiguousarray(arrays[name])
                (_crypted(array, name, key) if place["sealed"] else array).tofile(file)
            file.truncate(start + end)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
        _sync_folder(path.parent)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise Unavailable(
            "The search index could not be written.",
            why=f"The disk said: {error.strerror or error}.",
            do="Make room or mend the disk and build it again; what stood there before still does.",
            retry_is_safe=True,
        ) from error


def read_arrays(path: Path, key: bytes = b"") -> ArrayFile:
    """Map a file, and open what is sealed in it into memory.

    Raises Unavailable when it is missing, cut off, of another form than this code writes, or sealed and no key is given.
    """
    try:
        with path.open("rb") as file:
            header = _header(file.read(len(MAGIC) + 4), file.read(HEADER_BYTES_MAX))
        # A plain array over the map: of a memmap, each call of a compiled function costs 2 µs more.
        whole = np.asarray(np.memmap(path, dtype=np.uint8, mode="r"))
        length = struct.unpack("<I", whole[len(MAGIC) : len(MAGIC) + 4].tobytes())[0]
        start = _aligned(len(MAGIC) + 4 + length)
        if whole.size != start + header["end"]:
            raise ValueError("it is cut off")  # noqa: TRY301 - told like every other damage
        arrays = {name: _view(whole[start:], name, place, key) for name, place in header["arrays"].items()}
        return ArrayFile(header["about"], arrays, int(whole.size))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, OverflowError, struct.error) as error:
        raise Unavailable(
            "The search index could not be opened.",
            why=f"Its file is missing, damaged or of another version ({str(error)[:120]}).",
            do="Build it again from the records; nothing but time is lost.",
            retry_is_safe=True,
        ) from error


def _header(beginning: bytes, rest: bytes) -> dict[str, Any]:
    if not beginning.startswith(MAGIC):
        raise ValueError("it does not begin as an index does")
    length = struct.unpack("<I", beginning[len(MAGIC) :])[0]
    found = json.loads(rest[:length])
    if not isinstance(found, dict):
        raise TypeError("its header is no object")
    return found


def _places(arrays: Mapping[str, Array], sealed: Collection[str]) -> tuple[dict[str, dict[str, Any]], int]:
    places: dict[str, dict[str, Any]] = {}
    at = 0
    for name, array in arrays.items():
        kind = array.dtype.newbyteorder("<").str
        places[name] = {"at": at, "type": kind, "length": int(array.size), "sealed": name in sealed}
        at = _aligned(at + array.nbytes)
    return places, at


def _view(whole: Array, name: str, place: Mapping[str, Any], key: bytes) -> Array:
    kind = np.dtype(place["type"])
    held = whole[place["at"] : place["at"] + place["length"] * kind.itemsize]
    if place["sealed"]:
        if len(key) != KEY_BYTES:
            raise ValueError("it is sealed, and its key is missing")
        held = _crypted(held, name, key)
        held.flags.writeable = False
    return held.view(kind)


def _crypted(array: Array, name: str, key: bytes) -> Array:
    """Return the bytes of an array sealed, or of a sealed one opened: in counter mode both are the same."""
    counter = hashlib.sha256(name.encode()).digest()[:16]
    context = Cipher(algorithms.AES(key), modes.CTR(counter)).encryptor()
    data = array.view(np.uint8) if array.size else np.empty(0, np.uint8)
    found = np.empty(data.size + 15, np.uint8)
    written = context.update_into(data.data, found.data)
    assert written == data.size, "counter mode keeps the length"
    return found[: data.size]


def _aligned(place: int) -> int:
    return -(-place // ALIGNMENT) * ALIGNMENT


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def other_format() -> Unavailable:
    """Say that an index was written by another version."""
    return Unavailable(
        "The search index could not be opened.",
        why="It was written by another version of this code.",
        do="Build it again from the records; nothing but time is lost.",
        retry_is_safe=False,
    )
