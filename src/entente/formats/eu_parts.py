"""The parts of an entry in the European Union's list: what names, births, places, documents and regulations say of a record.

Source: docs/rules/records.md R41 and R42; European Commission, Financial Sanctions Files, schema 1.1 (decision 0058).
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator, Mapping

from lxml import etree

from entente.formats.import_files import EU_NAMESPACE
from entente.formats.list_drafts import clean
from entente.formats.list_facts import Account, refuse_impossible, stated, stated_day, text_of, words_of

_PLACE_PARTS = ("street", "poBox", "place", "city", "region", "zipCode")
_CONTACTS = {"PHONE": "phone", "FAX": "phone", "EMAIL": "email", "WEB": "website"}
_FRAUDS = {"knownFalse": "fraudulent", "reportedLost": "lost", "revokedByIssuer": "revoked"}
_REMARKS = {"knownExpired": "known to be expired", "diplomatic": "diplomatic"}
_LOW_QUALITY = re.compile(r"\blow? quality\b", re.IGNORECASE)
"""«Low quality a.k.a.», in the remark of a name that came from the United Nations; «lo quality» is a slip that occurs."""
_NOT_SAID = frozenset(
    {
        "asAtListingTime",
        "circa",
        "logicalId",
        "nameLanguage",
        "organisationType",
        "regulationLanguage",
        "regulationType",
        "strong",
        *_FRAUDS,
        *_REMARKS,
    }
)
"""Attributes that say nothing of the subject, or are read apart; all stand in the fragment."""
_READ_APART = frozenset({"remark", "contactInfo", "publicationUrl", "regulationSummary"})
"""Elements of a part that are read by their name, or only say again which law it stands in."""


class Fields:
    """The attributes of one part of an entry; what is taken is read, and the rest is kept in the list's own words."""

    def __init__(self, part: etree._Element) -> None:
        self._part = part
        self._texts = {str(name): clean(str(text)) for name, text in part.attrib.items() if name not in _NOT_SAID}

    def take_name(self, name: str) -> str:
        """Return an attribute, which is read by that; a name may be Na."""
        return self._texts.pop(name, "")

    def take(self, name: str) -> str:
        """Return what an attribute says, which is read by that."""
        return stated(self.take_name(name))

    def country(self, account: Account) -> str:
        """Return the code of the part's country, or its name where the list's code is none, as 00."""
        code, name = self.take("countryIso2Code"), stated(self._texts.get("countryDescription"))
        return account.countries.country_code(code) or name

    def remarks(self) -> list[str]:
        """Return the remarks on the part."""
        return [text for child in self._part if local_name(child) == "remark" and (text := clean(child.text))]

    def keep(self, account: Account) -> None:
        """Keep the attributes that were not taken."""
        for name, words in self._texts.items():
            account.keep(words_of(name), stated(words))

    def keep_all(self, account: Account) -> None:
        """Keep the attributes that were not taken, and the elements in the part that we do not know."""
        self.keep(account)
        for child in self._part:
            if local_name(child) not in _READ_APART:
                keep_part(child, account)


def state_name(part: etree._Element, account: Account, *, may_be_main: bool) -> bool:
    """State a name and what stands with it; return whether it is the main one."""
    fields = Fields(part)
    remarks = fields.remarks()
    parts = {name: fields.take_name(name) for name in ("firstName", "middleName", "lastName")}
    whole = fields.take_name("wholeName") or " ".join(text for text in parts.values() if text)
    is_weak = _is(part, "strong", "false") or any(_LOW_QUALITY.search(remark) for remark in remarks)
    is_main = may_be_main and bool(whole) and not is_weak
    account.state("name" if is_main else "weakAlias" if is_weak else "alias", whole)
    if is_main and account.schema.name == "Person":
        for name, text in parts.items():
            account.state(name, text)
    account.state("title", fields.take("title"))
    account.state("position", fields.take("function"), "function")
    account.state_gender(fields.take("gender"))
    account.state_note("Name", remarks)
    fields.keep_all(account)
    return is_main


def _state_birth(part: etree._Element, account: Account) -> None:
    fields = Fields(part)
    calendar = fields.take("calendarType").upper() or "GREGORIAN"
    parts = [fields.take(name) for name in ("year", "monthOfYear", "dayOfMonth")]
    day = stated_day(fields.take("birthdate")) or "-".join(text.zfill(2) for text in _until_empty(parts))
    first, last = fields.take("yearRangeFrom"), fields.take("yearRangeTo")
    if calendar != "GREGORIAN":
        said = " to ".join(text for text in (day or first, last) if text)
        account.keep("birth date", f"{said} ({calendar.lower()} calendar)" if said else "")
    else:
        account.state_birth(day, is_approximate=_is(part, "circa", "true"))
        if first or last:
            account.state_birth_between(first, last)
    code = fields.country(account)
    account.state_birth_place([fields.take(name) for name in _PLACE_PARTS], fields.take("countryDescription"), code)
    account.state_note("Birthdate", fields.remarks())
    fields.keep_all(account)


def _state_citizenship(part: etree._Element, account: Account) -> None:
    fields = Fields(part)
    is_person = "citizenship" in account.schema.properties
    account.state("citizenship" if is_person else "country", fields.country(account), "citizenship")
    fields.take("countryDescription")
    fields.keep_all(account)


def _state_address(part: etree._Element, account: Account) -> None:
    fields = Fields(part)
    code = fields.country(account)
    account.state_address([fields.take(name) for name in _PLACE_PARTS], fields.take("countryDescription"), code)
    for child in part:
        if local_name(child) == "contactInfo":
            _state_contact(child, account)
    account.state_note("Address", fields.remarks())
    fields.keep_all(account)


def _state_contact(contact: etree._Element, account: Account) -> None:
    key, value = clean(contact.get("key")), stated(contact.get("value"))
    # Several sites or addresses of electronic mail stand in one field; a telephone number may hold a comma.
    values = re.split(r"[,;]", value) if key in {"EMAIL", "WEB"} else [value]
    for one in values:
        if (name := _CONTACTS.get(key)) is not None:
            account.state(name, one.strip())
        else:
            account.keep(key, one.strip())


def _state_remark(part: etree._Element, account: Account) -> None:
    account.state("notes", clean(part.text))


def keep_part(part: etree._Element, account: Account) -> None:
    """Keep a part that we do not know, in the list's own words; of a pair of key and value the value, under its key."""
    words = words_of(part.get("key") or local_name(part))
    account.keep(words, stated(part.get("value")) or stated(text_of(part)))


PARTS: Mapping[str, Callable[[etree._Element, Account], None]] = {
    "birthdate": _state_birth,
    "citizenship": _state_citizenship,
    "address": _state_address,
    "remark": _state_remark,
}


def state_document(fields: Fields, document: etree._Element, paper: Account) -> None:
    """State what a document says beside its number; raise ImpossibleDateError."""
    paper.state("country", fields.country(paper))
    fields.take("countryDescription")
    paper.state("authority", fields.take("issuedBy"))
    for attribute, name in (("issueDate", "startDate"), ("validFrom", "startDate"), ("validTo", "endDate")):
        paper.state_day(name, stated_day(fields.take(attribute)))
    for attribute, fraud in _FRAUDS.items():
        paper.state("fraudType", fraud if _is(document, attribute, "true") else "")
    for attribute, remark in _REMARKS.items():
        paper.state("description", remark if _is(document, attribute, "true") else "")
    if name_on_document := fields.take_name("nameOnDocument"):
        paper.state("description", f"name on the document: {name_on_document}")
    for remark in fields.remarks():
        paper.state("description", remark)
    fields.keep_all(paper)


def state_regulations(regulations: list[etree._Element], account: Account) -> None:
    """State the programme and the law of a listing, since when it holds, and when it was last changed."""
    began, changed = [], []
    for regulation in regulations:
        fields = Fields(regulation)
        account.state("program", fields.take("programme"))
        account.state("reason", fields.take("numberTitle"))
        account.state("sourceUrl", clean(regulation.findtext(f"{{{EU_NAMESPACE}}}publicationUrl")))
        began.append(stated_day(fields.take("entryIntoForceDate")))
        changed.append(stated_day(fields.take("publicationDate")))
        for remark in fields.remarks():
            account.state("description", remark)
        fields.keep_all(account)
    for day in [*began, *changed]:
        refuse_impossible(day)
    account.state("startDate", min(filter(None, began), default=""))
    account.state("modifiedAt", max(changed, default=""))


def imo_of(number: str) -> str:
    """Return a number of the IMO without its letters."""
    return number[3:].strip(" .:") if number.upper().startswith("IMO") else number


def _is(part: etree._Element, attribute: str, value: str) -> bool:
    """Say whether a boolean of XML Schema has a value."""
    return part.get(attribute, "") in {value, "1" if value == "true" else "0"}


def _until_empty(parts: list[str]) -> Iterator[str]:
    """Yield the parts of a date up to the first that is missing."""
    return itertools.takewhile(bool, parts)


def local_name(element: etree._Element) -> str:
    """Return the name of an element without its namespace."""
    return element.tag.rpartition("}")[2]
