"""Everything a page says, in the reader's language: texts with plural forms, codes of closed lists, dates and numbers.

Texts stand in `texts/<language>.yaml`, those of one part of the desk in `texts/<part>/<language>.yaml`: a key and a sentence, or
a key and one sentence for each plural category that CLDR gives the language. Placeholders stand in braces. English is written
first; tests hold the other five against it, and every key against the templates (tests/unit/web/test_texts.py).

Source: Unicode CLDR, as the package Babel carries it; docs/rules/desk.md W26.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from functools import cache, lru_cache
from pathlib import Path
from typing import Final, Literal, TypeAlias

import yaml
from babel import Locale
from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal, format_percent
from babel.units import format_unit
from markupsafe import Markup, escape

from entente.kernel.sizes import UNITS, Size
from entente.web.alphabet import Place, place
from entente.web.reading_order import LEFT_MARK, marked
from entente.web.rule_numbers import RuleWords

TEXTS: Final = Path(__file__).parent / "texts"
CODES: Final = "codes"
"""The folder of what the codes of closed lists are called."""
RULE_WORDS: Final = "small"
"""The part of the texts that says what a rule is called."""
LANGUAGES: Final[Mapping[str, str]] = {
    "en": "English",
    "fr": "Français",
    "es": "Español",
    "ar": "العربية",
    "ru": "Русский",
    "zh": "中文",
}
"""Code → how the language calls itself. The six of the United Nations; INTERPOL works in the first four."""
FIRST_LANGUAGE: Final = "en"
_LOCALES: Final[Mapping[str, str]] = {"en": "en_GB", "zh": "zh_Hans_CN"}
"""Where the language alone would give one state's habits: 27 Nov 2026 and 24 hours, as police write them."""
_UNITS: Final[Mapping[str, str]] = dict(
    zip(UNITS, (f"digital-{one}byte" for one in ("", "kilo", "mega", "giga", "tera")), strict=True)
)
"""Unit → what CLDR calls it."""
_LEFT_TO_USERS: Final = re.compile(r"AA|Q[M-Z]|X[A-JL-Z]|ZZ")
"""XK is left to users too, and everybody means Kosovo by it, CLDR among them."""
_YEAR_STOPPED: Final = "г.."
_NO_BREAK: Final = "\u00a0"
_FRENCH_SPACES: Final = dict.fromkeys(";!?", "\u202f")
_BEFORE_SIGN: Final = re.compile(r" ([;!?:»])")
DAYS_REMEMBERED_MAX: Final = 2_000
"""A year in each language: some 300 KB."""
PLACEHOLDER: Final = re.compile(r"\{([a-z_]+)\}")

Text: TypeAlias = "str | Mapping[str, str]"
Texts: TypeAlias = Mapping[str, Text]


@cache
def texts_of(language: str) -> Texts:
    """Return the texts of a language by key."""
    parts = (_read(path) for path in text_files(language))
    whole = {key: text for part in parts for key, text in part.items()}
    rules = rule_words(language)
    whole = {key: _with_rules(rules, text) for key, text in whole.items()}
    return {key: _unparted(text) for key, text in whole.items()} if language == "fr" else whole


@cache
def rule_words(language: str) -> RuleWords:
    """Return what a language calls a rule whose number is said."""
    said: Mapping[str, Mapping[str, str]] = yaml.safe_load((TEXTS / RULE_WORDS / f"{language}.yaml").read_text("utf-8"))
    return RuleWords(**said["rule"])


def _with_rules(rules: RuleWords, text: Text) -> Text:
    return rules.told(text) if isinstance(text, str) else {form: rules.told(one) for form, one in text.items()}


def _unparted(text: Text) -> Text:
    """Return a French text whose signs stay in one line with the word that they belong to.

    Source: Imprimerie nationale, Lexique des règles typographiques («Ponctuation»): a space that does not part stands before the
    colon and within the quotation marks, a narrow one before the semicolon, the question mark and the exclamation mark.
    """
    if not isinstance(text, str):
        return {form: str(_unparted(one)) for form, one in text.items()}
    return _BEFORE_SIGN.sub(lambda found: _FRENCH_SPACES.get(found[1], _NO_BREAK) + found[1], text).replace(
        "« ", f"«{_NO_BREAK}"
    )


def text_files(language: str) -> tuple[Path, ...]:
    """Return the files that hold a language's texts, those of the whole desk first."""
    name = f"{language}.yaml"
    parts = sorted(path for path in TEXTS.glob(f"*/{name}") if path.parent.name != CODES)
    return (TEXTS / name, *parts)


@cache
def code_texts_of(language: str) -> Mapping[str, Mapping[str, str]]:
    """Return what a language calls the codes of closed lists: list → code → words."""
    read: Mapping[str, Mapping[str, str]] = yaml.safe_load((TEXTS / CODES / f"{language}.yaml").read_text("utf-8"))
    if language != "fr":
        return read
    return {listed: {code: str(_unparted(words)) for code, words in codes.items()} for listed, codes in read.items()}


def _read(path: Path) -> Texts:
    read: dict[str, dict[str, Text]] = yaml.safe_load(path.read_text("utf-8"))
    return {f"{group}.{key}": _marked(text) for group, entries in read.items() for key, text in entries.items()}


def _marked(text: Text) -> Text:
    return marked(text) if isinstance(text, str) else {form: marked(one) for form, one in text.items()}


@dataclass(frozen=True, slots=True)
class Moment:
    """A time as pages write it: for machines, for people in the reader's zone, and how long ago or until."""

    machine: str
    """RFC 3339, UTC, to the second."""
    shown: str


@dataclass(frozen=True, slots=True)
class Wording:
    """One reader's language and zone."""

    language: str
    zone: tzinfo = UTC

    @property
    def locale(self) -> Locale:
        """The language with the habits that pages follow in it."""
        return _locale_of(self.language)

    @property
    def direction(self) -> str:
        """How the language is written: `ltr` or `rtl`."""
        return self.locale.text_direction

    def text(self, key: str, /, **values: object) -> Markup:
        """Return a text with its placeholders filled, everything in it escaped but what is markup already.

        Where a text has plural forms, `count` chooses among them.
        """
        found = texts_of(self.language)[key]
        if not isinstance(found, str):
            count = values["count"]
            assert isinstance(count, int), "what is counted is a whole number"
            forms = found
            found = forms.get(self.locale.plural_form(count), forms["other"])
        shown = {name: self.number(value) if isinstance(value, int) else value for name, value in values.items()}
        told = escape(found).format(**{name: escape(value) for name, value in shown.items()})
        # A Russian date ends with a full stop, and the sentence that ends with it has no second one.
        return told.replace(_YEAR_STOPPED, _YEAR_STOPPED[:-1]) if self.language == "ru" else told

    def has(self, key: str) -> bool:
        """Say whether there is a text of this key."""
        return key in texts_of(self.language)

    def code(self, listed: str, code: str) -> str:
        """Return what the language calls a code of a closed list; the code itself where the list does not have it."""
        return code_texts_of(self.language).get(listed, {}).get(code, code)

    def codes(self, listed: str) -> Mapping[str, str]:
        """Return a closed list: code → words."""
        return code_texts_of(self.language)[listed]

    def country(self, code: str, ours: Mapping[str, str]) -> str:
        """Return the name of a country by its code of two letters, as CLDR has it; of others as our own list has it.

        A code that two states had in turn (CS) means both: a document says which by its date. Codes that ISO 3166-1 leaves to its
        users (XA to XZ …) mean to CLDR what they do not mean here.
        """
        code = code.upper()
        if _LEFT_TO_USERS.fullmatch(code):
            own = ours.get(code, code)
            return self.text("shell.user_assigned", code=code) if own.startswith(f"{code} ") else own
        if code in (former := self.codes("former_states")):
            return former[code]
        name: str | None = self.locale.territories.get(code)
        return name if name is not None else ours.get(code, code)

    @staticmethod
    def listed(words: str) -> str:
        """Return words as they stand alone in a list to choose from: with a capital, as every other choice begins.

        CLDR writes names of languages as they stand within a sentence, and Russian abbreviates islands before their names.
        """
        return words[:1].upper() + words[1:]

    def chosen_of(self, listed: str, codes: Iterable[str]) -> Mapping[str, str]:
        """Return some codes of a closed list, in the order in which a reader looks for their words: code → words."""
        return dict(sorted(((code, self.code(listed, code)) for code in codes), key=lambda one: self.place(one[1])))

    def place(self, words: str) -> Place:
        """Return by what words are sorted in the reader's alphabet."""
        return place(self.language, words)

    def number(self, value: int) -> str:
        """Return a number as the language writes it, with the digits 0 to 9: they are compared with those of documents."""
        shown: str = format_decimal(value, locale=self.locale, numbering_system="latn")
        return shown

    def size(self, size: Size | int) -> str:
        """Return how much data there is, of a number of bytes, as the language writes it: 0 bytes, 4.2 MB, 4,2 Mo."""
        found = Size.of(size) if isinstance(size, int) else size
        # Bytes are counted; Arabic abbreviates some units and others not, and its readers are used to the words.
        length: Literal["long", "short"] = "long" if found.unit == UNITS[0] or self.language == "ar" else "short"
        return format_unit(found.number, _UNITS[found.unit], length, locale=self.locale, numbering_system="latn")

    def percent(self, thousandths: int) -> str:
        """Return a score in thousandths as hundredths; its sign stands on one side of it, whatever stands before."""
        shown: str = format_percent(thousandths / 1000, locale=self.locale, numbering_system="latn")
        return shown if self.direction == "ltr" else LEFT_MARK + shown

    def moment(self, at: datetime) -> Moment:
        """Return a time, in the reader's zone, with 24 hours."""
        local = at.astimezone(self.zone)
        shown = f"{_day_shown(self.language, local.date())} {local:%H:%M}"
        return Moment(at.astimezone(UTC).isoformat(timespec="seconds"), shown)

    def zone_name(self, at: datetime) -> str:
        """Return what the zone is called at a moment, shortly; UTC is called so by police of every language."""
        if self.zone is UTC or str(self.zone) in {"UTC", "Etc/UTC"}:
            return "UTC"
        shown: str = format_datetime(at.astimezone(self.zone), "zzz", locale=self.locale)
        return shown

    def day(self, on: date) -> str:
        """Return a calendar date."""
        return _day_shown(self.language, on)


@cache
def _locale_of(language: str) -> Locale:
    return Locale.parse(_LOCALES.get(language, language))


@lru_cache(maxsize=DAYS_REMEMBERED_MAX)
def _day_shown(language: str, on: date) -> str:
    """Return a day as a language writes it, kept: the lines of a list have few days among them, and each is written anew."""
    shown = _with_latin_digits(format_date(on, "medium", locale=_locale_of(language)))
    # French counts the first day of a month and CLDR does not: 1er mars 2026.
    return f"1er {shown.removeprefix('1 ')}" if language == "fr" and on.day == 1 else shown


_DIGITS: Final = str.maketrans("٠١٢٣٤٥٦٧٨٩", "0123456789")


def _with_latin_digits(text: str) -> str:
    return text.translate(_DIGITS)


def chosen_language(cookie: str, preferred: str, accepted: str) -> str:
    """Return the language of a reader: as chosen in the browser, as the account prefers, as the browser asks, English.

    `accepted` is the header Accept-Language; its order is taken for its weights, as browsers write it.
    """
    wanted = [cookie, preferred, *(part.partition(";")[0].strip()[:2].lower() for part in accepted.split(","))]
    return next((one for one in wanted if one in LANGUAGES), FIRST_LANGUAGE)
