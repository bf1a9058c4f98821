"""What a page of the desk is on paper: the file that a browser makes for a printer, read sheet by sheet.

A reader for what Chromium writes, and no more: plain objects, streams packed with Flate, letters by a font's own numbers with a
table (ToUnicode) that says which they are. What is not drawn is not in it.
"""

from __future__ import annotations

import re
import zlib

_OBJECT = re.compile(rb"(\d+) 0 obj\s(.*?)endobj", re.DOTALL)
_STREAM = re.compile(rb"/Length (\d+)[^>]*>>\s*stream\r?\n")
_PAIRS = re.compile(rb"beginbfchar(.*?)endbfchar", re.DOTALL)
_RUNS = re.compile(rb"beginbfrange(.*?)endbfrange", re.DOTALL)
_FONT, _SHOWN = re.compile(rb"/(F\d+) [\d.]+ Tf"), re.compile(rb"<([0-9A-Fa-f]+)> Tj")
_STEP = re.compile(rb"/F\d+ [\d.]+ Tf|<[0-9A-Fa-f]+> Tj|\bTm\b|\bTd\b")


def sheets(pdf: bytes) -> list[str]:
    """Return the letters of each sheet, in the order in which they were drawn and without spaces."""
    objects = {int(number): body for number, body in _OBJECT.findall(pdf)}
    tables = {number: _letters(objects, body) for number, body in objects.items() if b"/ToUnicode" in body}
    return [_sheet(objects, tables, body) for body in objects.values() if re.search(rb"/Type\s*/Page\b", body)]


def _sheet(objects: dict[int, bytes], tables: dict[int, dict[int, str]], page: bytes) -> str:
    fonts = {name: tables[int(number)] for name, number in re.findall(rb"/(F\d+) (\d+) 0 R", page)}
    shown, font = [], dict[int, str]()
    for step in _STEP.findall(_unpacked(objects[_reference(page, b"Contents")])):
        if named := _FONT.match(step):
            font = fonts[named[1]]
        elif letters := _SHOWN.match(step):
            codes = bytes.fromhex(letters[1].decode())
            shown += [font.get(int.from_bytes(codes[at : at + 2], "big"), "") for at in range(0, len(codes), 2)]
    return "".join("".join(shown).split())


def _letters(objects: dict[int, bytes], font: bytes) -> dict[int, str]:
    table = _unpacked(objects[_reference(font, b"ToUnicode")])
    found: dict[int, str] = {}
    for part in _PAIRS.findall(table):
        for code, letters in re.findall(rb"<(\w+)>\s*<(\w+)>", part):
            found[int(code, 16)] = _text(letters)
    for part in _RUNS.findall(table):
        for first, last, letters in re.findall(rb"<(\w+)>\s*<(\w+)>\s*<(\w+)>", part):
            for step in range(int(last, 16) - int(first, 16) + 1):
                found[int(first, 16) + step] = chr(ord(_text(letters)) + step)
    return found


def _text(letters: bytes) -> str:
    return bytes.fromhex(letters.decode()).decode("utf-16-be")


def _reference(body: bytes, name: bytes) -> int:
    found = re.search(rb"/" + name + rb" (\d+) 0 R", body)
    assert found, name
    return int(found[1])


def _unpacked(body: bytes) -> bytes:
    found = _STREAM.search(body)
    assert found, "it is a stream"
    packed = body[found.end() : found.end() + int(found[1])]
    return zlib.decompress(packed) if b"FlateDecode" in body[: found.start()] else packed
