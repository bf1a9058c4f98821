"""Looking for a text in every byte of a folder, in each form in which a node may have written it.

Plain, in small letters, in UTF-16, with JSON escapes, in base64 at each of its three alignments, in hexadecimal; and each of
these inside zlib streams, whatever their window, wherever one may begin.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path

STREAM_BYTES_MAX = 1_000_000


def forms(text: str) -> dict[str, bytes]:
    """Return a text as it may stand in a file, by what to call the form."""
    plain = text.encode("utf-8")
    found = {
        "plain": plain,
        "small letters": text.lower().encode("utf-8"),
        "UTF-16, little end first": text.encode("utf-16-le"),
        "UTF-16, big end first": text.encode("utf-16-be"),
        "JSON escapes": json.dumps(text)[1:-1].encode("ascii"),
        "JSON escapes twice": json.dumps(json.dumps(text)[1:-1])[1:-1].encode("ascii"),
        "hexadecimal": plain.hex().encode("ascii"),
    }
    for shift in range(3):
        # The characters that also depend on what stands beside the text are left out.
        whole = base64.b64encode(bytes(shift) + plain + bytes((-len(plain) - shift) % 3))
        start, end = (shift * 8 + 5) // 6, ((shift + len(plain)) * 8) // 6
        found[f"base64 at {shift}"] = whole[start:end]
        found[f"base64 for addresses at {shift}"] = whole[start:end].translate(bytes.maketrans(b"+/", b"-_"))
    return found


def streams(data: bytes) -> Iterator[bytes]:
    """Give what every possible zlib stream in the bytes holds."""
    for place in range(len(data) - 2):
        method, flags = data[place], data[place + 1]
        if method & 0x0F != 8 or method >> 4 > 7 or (method * 256 + flags) % 31:
            continue
        try:
            plain = zlib.decompressobj(zlib.MAX_WBITS).decompress(data[place:], STREAM_BYTES_MAX)
        except zlib.error:
            continue
        if plain:
            yield plain


def found_in(folder: Path, texts: Iterable[str], *, within_streams: bool = True) -> set[str]:
    """Return «file: text (form)» for each of the texts in any file of a folder."""
    wanted = [(text, name, form) for text in texts for name, form in forms(text).items()]
    found: set[str] = set()
    for path in sorted(folder.rglob("*")):
        if not path.is_file():
            continue
        data = path.read_bytes()
        found |= {f"{path.name}: {text} ({name})" for text, name, form in wanted if form in data}
        if within_streams:
            for plain in streams(data):
                found |= {f"{path.name}: {text} ({name}, compressed)" for text, name, form in wanted if form in plain}
    return found
