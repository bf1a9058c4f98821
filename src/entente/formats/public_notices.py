"""Public notices as their web interface gives them in JSON: details one a line, or a page of a search.

A person sought, missing or listed becomes a Person, an entity on a list of the United Nations an Organization, and each warrant
of a red notice an Offence that links to its subject. Local ids follow from the notice's own number (`notice-<year>-<number>`,
`…-warrant-<digest>`). The colour is told by the notice's own link, or by the fields that only one colour has. A page of a search
says of each notice only name, birth and nationality. Pictures are not in the interface's text and are not fetched.

Source: docs/rules/records.md R1 to R3, R41, R42 and R50; the fields as public clients of the interface state them.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import BinaryIO, Final

from entente.formats.codelists import load_code_lists
from entente.formats.country_names import NamedCountries
from entente.formats.ftm_jsonlines import each_once
from entente.formats.import_files import LINE_BYTES_MAX, FileIdentity, bad_file
from entente.formats.import_terms import ImportTerms
from entente.formats.list_drafts import (
    RAW_CHARACTERS_MAX,
    Drafting,
    ImpossibleDateError,
    Row,
    UnfitError,
    clean,
)
from entente.formats.list_facts import Account, stated, words_of
from entente.formats.never_carried import dropped_code
from entente.formats.schemata import load_schemata
from entente.kernel.sizes import size_said
from entente.records.model import Rejected, Schemata

DOCUMENT_BYTES_MAX: Final = 8 * 1024**2
"""Of a file that is one document and not one a line: fifty times the longest page of a search, and 150 MB when it is read."""
DEPTH_MAX: Final = 10
"""Lists and objects in each other; a notice has five."""
_NUMBER: Final = re.compile(r"\d{1,4}/\d{1,10}")
_COLOUR_IN_LINK: Final = re.compile(r"/notices/v\d+/(red|yellow|un)(?:/(persons|entities))?/")
_DIGEST_CHARACTERS: Final = 16
_EYES_AND_HAIR: Final = {
    "BLA": "black", "BLU": "blue", "BRO": "brown", "BROD": "dark brown", "BROL": "light brown", "GRE": "green", "GRY": "grey",
    "HAZ": "hazel", "BLO": "blond", "RED": "red", "WHI": "white", "YELB": "blond",
}  # fmt: skip
"""What the codes for colours mean; one that is not among them is stated as it is."""
_PLAIN: Final = {
    "place_of_birth": "birthPlace", "distinguishing_marks": "distinguishingMarks", "profession": "profession",
    "birth_name": "maidenName", "name_at_birth": "maidenName", "registration_number": "registrationNumber",
    "legal_form": "legalForm", "summary": "summary", "main_activity": "sector",
}  # fmt: skip
"""Fields that one property of ours says."""
_LISTS: Final = {
    "nationalities": "nationality", "aliases": "alias", "formerly_known_as": "previousName", "adresses": "address",
}  # fmt: skip
_TITLES: Final = {
    "red": "INTERPOL red notice", "yellow": "INTERPOL yellow notice",
    "un": "INTERPOL-United Nations Security Council special notice",
}  # fmt: skip
_READ_OTHERWISE: Final = frozenset({
    "entity_id", "name", "forename", "name_in_original_script", "forename_in_original_script", "father_name", "father_forename",
    "mother_name", "mother_forename", "date_of_birth", "sex_id", "country_of_birth_id", "height", "weight", "eyes_colors_id",
    "hairs_id", "languages_spoken_ids", "arrest_warrants", "_links", "_embedded",
})  # fmt: skip


def read_public_notices(
    stream: BinaryIO, terms: ImportTerms, file: FileIdentity, dropped: Counter[str] | None = None
) -> Iterator[Row]:
    """Yield a draft for each notice and each of its warrants, or why there is none.

    `dropped` counts, by code, the values that are never carried.
    """
    reader = _Notices(Drafting(terms, file, "public_notices"), Counter() if dropped is None else dropped)
    for place, found in _documents(stream, file.name):
        if isinstance(found, Rejected):
            yield found
            continue
        for number, notice in enumerate(_notices_in(found), start=1):
            yield from reader.rows(f"{place}, notice {number}", notice)


def _documents(stream: BinaryIO, name: str) -> Iterator[tuple[str, object]]:
    """Yield each document with its place: the whole file, or each line where it has one a line."""
    head = stream.readline(LINE_BYTES_MAX + 1)
    if isinstance(_parsed(head, "line 1"), Rejected):
        head += stream.read(DOCUMENT_BYTES_MAX - len(head) + 1)
        whole = _parsed(head, "the file") if len(head) <= DOCUMENT_BYTES_MAX else Rejected("", "", "", "")
        if not isinstance(whole, Rejected):
            yield "the file", whole
            return
    for number, line in enumerate(_lines(head, stream), start=1):
        if len(line) > LINE_BYTES_MAX:
            raise bad_file(
                name, f"line {number} has more than {size_said(LINE_BYTES_MAX)}", "Write one notice on each line."
            )
        if line.strip():
            yield f"line {number}", _parsed(line, f"line {number}")


def _lines(head: bytes, stream: BinaryIO) -> Iterator[bytes]:
    *whole, rest = head.split(b"\n")
    yield from whole
    yield rest + stream.readline(LINE_BYTES_MAX + 1)
    while line := stream.readline(LINE_BYTES_MAX + 1):
        yield line


def _parsed(data: bytes, place: str) -> object:
    """Return what a text says, or why it cannot be read."""
    try:
        found: object = json.loads(data.decode("utf-8-sig"), parse_constant=_no_number, object_pairs_hook=each_once)
        json.dumps(found, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        why = "it is nested deeper than any notice" if isinstance(error, RecursionError) else "it is not JSON in UTF-8"
        return Rejected(place, "line", why, data[:RAW_CHARACTERS_MAX].decode("utf-8", errors="replace"))
    return found


def _no_number(text: str) -> object:
    raise ValueError(f"{text} is no number")


def _notices_in(found: object) -> Iterator[object]:
    """Yield the notices of a document: itself, those of a list, or those of a page of a search."""
    if isinstance(found, list):
        yield from found
        return
    embedded = found.get("_embedded") if isinstance(found, dict) else None
    page = embedded.get("notices") if isinstance(embedded, dict) else None
    if isinstance(page, list):
        yield from page
    else:
        yield found


@dataclass(slots=True)
class _Notices:
    """What is known of the file so far."""

    drafting: Drafting
    dropped: Counter[str]
    schemata: Schemata = field(default_factory=load_schemata)
    countries: NamedCountries = field(default_factory=lambda: NamedCountries.of(load_code_lists()))
    seen: set[str] = field(default_factory=set)

    def rows(self, place: str, notice: object) -> list[Row]:
        """Return the person or entity of a notice with the warrants, or why there is none."""
        carried: dict[str, object] = {}
        local_id = ""
        try:
            carried = self._carried(_fields_of(notice), DEPTH_MAX)
            local_id = self._local_id(carried)
            subject = self._subject(carried)
        except UnfitError as error:
            return [Rejected(place, error.field, error.why, _raw(carried), local_id)]
        except ImpossibleDateError as error:
            return [Rejected(place, "date", str(error), _raw(carried), local_id)]
        if not any(name in {"name", "alias"} for name, _ in subject.facts):
            return [Rejected(place, "name", "the notice has no name", _raw(carried), local_id)]
        data = json.dumps(carried, ensure_ascii=False).encode()
        person = self.drafting.draft(local_id, subject.schema, subject.facts, (), data)
        return [person, *self._warrants(local_id, carried)]

    def _local_id(self, notice: Mapping[str, object]) -> str:
        """Return the local id of a notice by its number; raise UnfitError for one without, or with one that stood before."""
        number = _text(notice.get("entity_id"))
        if not _NUMBER.fullmatch(number):
            raise UnfitError("entity_id", "the notice has no number, as in 2021/75051")
        local_id = f"notice-{number.replace('/', '-')}"
        if local_id in self.seen:
            raise UnfitError("entity_id", f"a notice with the number {number} stands before it")
        self.seen.add(local_id)
        return local_id

    def _carried(self, notice: dict[str, object], depth: int) -> dict[str, object]:
        """Return a notice, or a part of one, without what is never carried, which is counted."""
        kept = {}
        for name, value in notice.items():
            if (code := dropped_code(words_of(name))) is not None:
                self.dropped[code] += 1
            else:
                kept[name] = self._carried_in(value, depth - 1)
        return kept

    def _carried_in(self, value: object, depth: int) -> object:
        if depth == 0:
            raise UnfitError("notice", "it is nested deeper than any notice")
        if isinstance(value, list):
            return [self._carried_in(one, depth - 1) for one in value]
        return self._carried(value, depth) if isinstance(value, dict) else value

    def _subject(self, notice: Mapping[str, object]) -> Account:
        colour, is_entity = _colour_of(notice)
        account = Account(self.schemata["Organization" if is_entity else "Person"], self.countries)
        _state_names(notice, account)
        birth = re.sub(r"(?:-0{1,2})+$", "", _text(notice.get("date_of_birth")).replace("/", "-"))
        account.state_birth(stated(birth), is_approximate=False)
        account.state_gender(
            {"M": "male", "F": "female"}.get(sex := _text(notice.get("sex_id")), "" if sex == "U" else sex)
        )
        account.state("birthCountry", _text(notice.get("country_of_birth_id")))
        _state_looks(notice, account)
        for name, prop in _PLAIN.items():
            account.state(prop, stated(_text(notice.get(name))))
        for name, prop in _LISTS.items():
            for value in _texts(notice.get(name)):
                account.state(prop, value)
        account.state("program", _TITLES.get(colour, "INTERPOL notice"))
        account.state("sourceUrl", _link_of(notice))
        for name in sorted(notice.keys() - _READ_OTHERWISE - _PLAIN.keys() - _LISTS.keys()):
            for value in _texts(notice[name]):
                account.keep(words_of(name), value)
        return account

    def _warrants(self, subject: str, notice: Mapping[str, object]) -> Iterator[Row]:
        """Yield the warrants of a notice; each once, under a digest of country and charge, since they have no number."""
        stated_ones = notice.get("arrest_warrants")
        seen = set()
        for warrant in stated_ones if isinstance(stated_ones, list) else ():
            if not isinstance(warrant, dict):
                yield Rejected(subject, "arrest_warrants", "a warrant is no object with the fields of one", "", subject)
                continue
            account = Account(self.schemata["Offence"], self.countries)
            country, charge = _text(warrant.get("issuing_country_id")), _text(warrant.get("charge"))
            account.state("country", country)
            account.state("charge", charge)
            account.state("chargeTranslation", _text(warrant.get("charge_translation")))
            digest = hashlib.sha256(f"{country}\n{charge}".encode()).hexdigest()[:_DIGEST_CHARACTERS]
            if not account.facts or digest in seen:
                continue
            seen.add(digest)
            data = json.dumps(warrant, ensure_ascii=False).encode()
            yield self.drafting.draft(
                f"{subject}-warrant-{digest}", account.schema, account.facts, (("suspect", subject),), data
            )


def _fields_of(notice: object) -> dict[str, object]:
    if not isinstance(notice, dict):
        raise UnfitError("notice", "it is no object with the fields of a notice")
    return notice


def _state_names(notice: Mapping[str, object], account: Account) -> None:
    """State the name, and its parts, since the interface says which is which (R41)."""
    for suffix in ("", "_in_original_script"):
        family, given = _text(notice.get(f"name{suffix}")), _text(notice.get(f"forename{suffix}"))
        account.state("name", " ".join(filter(None, (given, family))))
        if given:
            account.state("lastName", family)
            account.state("firstName", given)
    for whose, prop in (("father", "fatherName"), ("mother", "motherName")):
        parts = (_text(notice.get(f"{whose}_forename")), _text(notice.get(f"{whose}_name")))
        account.state(prop, " ".join(filter(None, parts)))


def _state_looks(notice: Mapping[str, object], account: Account) -> None:
    """State what a person looks like and speaks; a height or weight of 0 is one that is not known."""
    for name in ("height", "weight"):
        value = _text(notice.get(name))
        account.state(name, "" if value in {"0", "0.0"} else value)
    for name, prop in (("eyes_colors_id", "eyeColor"), ("hairs_id", "hairColor")):
        for code in _texts(notice.get(name)):
            account.state(prop, _EYES_AND_HAIR.get(code, code))
    for language in _texts(notice.get("languages_spoken_ids")):
        account.state("spokenLanguage", language.lower())


def _colour_of(notice: Mapping[str, object]) -> tuple[str, bool]:
    """Return the colour of a notice, and whether it is about an entity."""
    found = _COLOUR_IN_LINK.search(_link_of(notice))
    is_entity = "legal_form" in notice or "main_activity" in notice
    if found is not None:
        return found[1], is_entity or found[2] == "entities"
    for colour, names in (
        ("red", {"arrest_warrants"}),
        ("yellow", {"date_of_event"}),
        ("un", {"un_reference", "un_resolution"}),
    ):
        if names & notice.keys():
            return colour, is_entity
    return "", is_entity


def _link_of(notice: Mapping[str, object]) -> str:
    links = notice.get("_links")
    own = links.get("self") if isinstance(links, dict) else None
    return _text(own.get("href")) if isinstance(own, dict) else ""


def _texts(value: object) -> list[str]:
    """Return the texts of a field, whether it holds one or several."""
    several = value if isinstance(value, list) else [value]
    return [text for one in several if (text := stated(_text(one)))]


def _text(value: object) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return clean(value)
        case int() | float():
            return f"{value:g}" if isinstance(value, float) else str(value)
        case dict():
            return clean(
                "; ".join(f"{words_of(str(name))}: {text}" for name, one in value.items() if (text := _text(one)))
            )
        case list():
            return ", ".join(filter(None, map(_text, value)))
    return ""


def _raw(notice: Mapping[str, object]) -> str:
    return json.dumps(notice, ensure_ascii=False)[:RAW_CHARACTERS_MAX]
