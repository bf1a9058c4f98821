"""What a file may be, judged by its own first bytes and by the end of its name: both must say the same type of a closed list.

Nothing here opens a file's format: a picture with something appended is still a picture to whoever looks at its beginning.
A program is in no list, whatever it is called, and neither is a script, an archive or a page with scripts in it.

Source: docs/rules/records.md R20; the formats' own specifications, named beside each.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from entente.kernel.errors import Invalid
from entente.kernel.text import is_line, shows_as_stored
from entente.records.model import FILE_NAME_CHARACTERS_MAX, MediaType
from entente.records.ports import PlainFile

LOOK_BYTES: Final = 256 * 1024
"""Read at once where a file is only looked at."""
HEAD_BYTES: Final = 64
"""Enough for every beginning below; a file's first chunk holds them."""
_UTF8_REST_MAX: Final = 3
"""Bytes of a character that a chunk may cut off."""


@dataclass(frozen=True, slots=True)
class _Form:
    begins: Callable[[bytes], bool]
    endings: frozenset[str]


def _with(*beginnings: bytes) -> Callable[[bytes], bool]:
    return lambda head: head.startswith(beginnings)


FORMS: Final[Mapping[MediaType, _Form]] = {
    MediaType.JPEG: _Form(
        _with(b"\xff\xd8\xff"), frozenset({"jpg", "jpeg"})
    ),  # ITU-T T.81, start of image and a marker
    MediaType.PNG: _Form(_with(b"\x89PNG\r\n\x1a\n"), frozenset({"png"})),  # ISO/IEC 15948
    MediaType.TIFF: _Form(_with(b"II*\0", b"MM\0*"), frozenset({"tif", "tiff"})),  # TIFF 6.0
    MediaType.WEBP: _Form(lambda head: head[:4] == b"RIFF" and head[8:12] == b"WEBP", frozenset({"webp"})),  # RFC 9649
    MediaType.JPEG_2000: _Form(
        _with(b"\0\0\0\x0cjP  \r\n\x87\n", b"\xff\x4f\xff\x51"), frozenset({"jp2", "j2k"})
    ),  # ISO/IEC 15444-1, file and codestream
    MediaType.WSQ: _Form(_with(b"\xff\xa0\xff"), frozenset({"wsq"})),  # IAFIS-IC-0110, start of image and a marker
    MediaType.NIST: _Form(
        _with(b"1.001:", b"1.01:"), frozenset({"nist", "nst", "an2", "eft"})
    ),  # ANSI/NIST-ITL 1, field 1.001
    MediaType.PDF: _Form(_with(b"%PDF-1.", b"%PDF-2."), frozenset({"pdf"})),  # ISO 32000
    MediaType.MP4: _Form(lambda head: head[4:8] == b"ftyp", frozenset({"mp4", "m4v"})),  # ISO/IEC 14496-12
    MediaType.TEXT: _Form(lambda head: not head.startswith(b"#!"), frozenset({"txt", "csv", "log", "json"})),
}
"""Each type with its first bytes and the ends of names. Text comes last: it is what holds nothing but text to its end."""


@dataclass(slots=True)
class MediaCheck:
    """Looks at a file as it passes, chunk by chunk, and knows at its end whether it is what its name says."""

    file_name: str
    media_type: MediaType = field(init=False)
    _is_begun: bool = field(default=False, init=False)
    _rest: bytes = field(default=b"", init=False)

    def __post_init__(self) -> None:
        """Take the type from the name's end; raise Invalid for a name no file may have."""
        self.media_type = _named(self.file_name)
        check_file_name(self.file_name, self.media_type)

    def look(self, chunk: bytes) -> None:
        """Look at the next chunk; raise Invalid when the file is not of the type its name says."""
        if not self._is_begun:
            self._is_begun = True
            if not _begins_as(self.media_type, chunk[:HEAD_BYTES]):
                raise _not_as_named(self.file_name, self.media_type)
        if self.media_type is MediaType.TEXT:
            self._look_at_text(chunk)

    def end(self) -> None:
        """Say that the file ended; raise Invalid when a text ends within a character."""
        if self._rest:
            raise _not_as_named(self.file_name, self.media_type)

    def _look_at_text(self, chunk: bytes) -> None:
        data = self._rest + chunk
        self._rest = b""
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError as error:
            if error.reason != "unexpected end of data" or len(data) - error.start > _UTF8_REST_MAX:
                raise _not_as_named(self.file_name, self.media_type) from error
            text, self._rest = data[: error.start].decode("utf-8"), data[error.start :]
        if not shows_as_stored(text):
            raise _not_as_named(self.file_name, self.media_type)


def look_at_type(plain: PlainFile) -> None:
    """Raise Invalid for a file that is not what it is called, or of no type of the list, reading it once (R20)."""
    look = MediaCheck(plain.name)
    for chunk in plain.chunks(LOOK_BYTES):
        look.look(chunk)
    look.end()


def type_of(head: bytes) -> MediaType | None:
    """Return the type that a file's first bytes show; None for one of no type, or of text, which shows in the whole."""
    known = (kind for kind, form in FORMS.items() if kind is not MediaType.TEXT and form.begins(head))
    return next(known, None)


def _begins_as(media_type: MediaType, head: bytes) -> bool:
    # A text begins like none of the others, and not like a script.
    return FORMS[media_type].begins(head) and type_of(head) in {media_type, None}


def check_file_name(name: str, media_type: MediaType) -> None:
    """Raise Invalid for a name that is no plain file name, or ends otherwise than files of its type do (R20)."""
    if (
        len(name) > FILE_NAME_CHARACTERS_MAX
        or not is_line(name)
        or name.startswith(".")
        or set(name) & set('/\\:*?"<>|')
    ):
        raise Invalid(
            "The file's name is not one that a file here can have.",
            field="file_name",
            why=f'A name is one line of at most {FILE_NAME_CHARACTERS_MAX} characters, without / \\ : * ? " < > | and no '
            "dot at its beginning, so that it is the same file name on every machine (docs/rules/records.md R20).",
            do="Rename the file and attach it again.",
        )
    if ending(name) not in FORMS[media_type].endings:
        raise _not_as_named(name, media_type)


def ending(name: str) -> str:
    """Return what stands after a name's last dot, in small letters."""
    return name.rpartition(".")[2].lower()


def _named(name: str) -> MediaType:
    found = next((kind for kind, form in FORMS.items() if ending(name) in form.endings), None)
    if found is None:
        endings = ", ".join(sorted(end for form in FORMS.values() for end in form.endings))
        raise Invalid(
            f"The file «{name[:FILE_NAME_CHARACTERS_MAX]}» is of no type that a file here can have.",
            field="file_name",
            why="Files are pictures, prints, papers, films and plain text of a closed list; programs, scripts and archives "
            "are in none (docs/rules/records.md R20).",
            do=f"Attach a file whose name ends with one of: {endings}.",
        )
    return found


def _not_as_named(name: str, media_type: MediaType) -> Invalid:
    return Invalid(
        f"The file «{name[:FILE_NAME_CHARACTERS_MAX]}» is not what its name says.",
        field="file_name",
        why=f"By its name it is {media_type.value}; its content is not, or its name ends otherwise than such files do "
        "(docs/rules/records.md R20). A file that passes for another is how programs travel.",
        do="Look at the file with care, give it the name of what it is, and attach it again if it is of a type in the list.",
    )
