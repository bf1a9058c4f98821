"""What pages may show is known again: each file in which rooms, edges and verbs speak is read whole, or named with why not.

A sentence or clause that is added to a file that pages show fails here until it stands in the texts, in six languages.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

import pytest

from entente.web.room_texts import english_forms, room_texts
from entente.web.rule_numbers import RuleWords
from entente.web.sentences import said
from entente.web.wording import LANGUAGES, Wording, texts_of
from tests.unit.web.test_room_texts import OPEN, ROOMS, known, speaking

IN_WORDS: Final = re.compile(r"[a-z\0»] [a-z\0«]")
HAS_WORD: Final = re.compile(r"[^\W\d_]{2}")
# What describes a page, a verb, a route or a setting for those who build, or is said by no room at all.
DESCRIBING: Final = frozenset({"verb", "ShowPage", "ActPage", "re.compile", "ValueError", "TypeError", "RuntimeError"})
# Files whose sentences no page shows, each with who is told them instead.
NOT_SHOWN: Final = {
    # Programs: the interface answers them in English, as RFC 9457 lets it (docs/rules/api.md).
    "programs": (
        "api/case_routes.py", "api/case_shapes.py", "api/case_work_routes.py", "api/circulation_routes.py",
        "api/components.py", "api/correspondence_routes.py", "api/directory_routes.py", "api/door.py",
        "api/event_routes.py", "api/event_stream.py", "api/events.py", "api/exchange_routes.py", "api/job_answers.py",
        "api/job_routes.py", "api/left_out.py", "api/meters.py", "api/node_door.py", "api/openapi.py", "api/operator.py",
        "api/power_routes.py", "api/reading.py", "api/record_routes.py", "api/request_routes.py", "api/rest.py",
        "api/roster_routes.py", "api/search_routes.py", "api/shapes.py", "api/sharing_routes.py", "api/standing_routes.py",
        "api/trail_routes.py", "api/version_routes.py", "bodies/tokens.py", "api/duty_routes.py", "api/finding_routes.py",
        "api/introduction.py", "api/unit_routes.py", "api/etags.py", "api/recall_routes.py", "api/entering_routes.py",
    ),
    # Whoever gives a command on the node's own machine.
    "commands": (
        "bodies/ceremony.py", "bodies/powers.py", "bodies/service.py", "bodies/succession.py", "exchange/bundles.py",
        "formats/attached_files.py",
        "formats/candidates_file.py", "formats/invented_people.py", "formats/operator_files.py",
        "records/erasing_again.py", "storage/backup_file.py",
        "storage/restore.py", "storage/tombstone_file.py", "verbs/bodies.py", "verbs/exchange.py",
        "verbs/recovery.py",
    ),
    # Whoever starts the node, before it has a page.
    "starting": (
        "formats/codelists.py", "formats/schemata.py", "storage/address.py", "storage/folder.py", "storage/keys.py",
        "storage/migrate.py", "storage/opening.py", "storage/postgres_session.py", "storage/tombstones.py",
        "storage/bodies.py", "storage/crossing.py", "storage/files.py", "storage/sealed_file.py", "storage/store.py",
    ),
    # Another node, in a receipt or a signed answer about what it sent; what it may show of that is in texts/rooms_answers.
    "nodes": (
        "bodies/rules.py", "bodies/statements.py", "correspondence/addressees.py", "correspondence/statements.py",
        "exchange/calls.py", "exchange/intake.py",
        "exchange/service.py", "records/erasing.py", "records/intake.py", "records/reentry.py", "exchange/arriving.py",
        "exchange/envelopes.py",
        "exchange/receipts.py", "exchange/recovering.py", "exchange/renewing.py",
        "kernel/sealing.py", "kernel/wire.py",
        "records/onward.py", "records/statements.py", "transport/server.py",
    ),
    # Nobody: tables of words and forms that are compared with what is read, and facts that are written into records.
    "compared": (
        "formats/country_names.py", "formats/eu_parts.py", "formats/never_carried.py", "formats/sdn_features.py",
        "formats/sdn_reference.py", "formats/sdn_relations.py", "formats/table_words.py", "identity/erased.py",
        "identity/identifiers/document.py", "identity/identifiers/iban.py", "identity/identifiers/imei.py",
        "identity/identifiers/imo.py", "identity/identifiers/mrz_codes.py", "identity/identifiers/mrz_layout.py",
        "identity/identifiers/phone.py", "identity/identifiers/plate.py", "identity/identifiers/reading.py",
        "identity/identifiers/typed.py", "identity/identifiers/vin.py", "identity/identifiers/wallet.py",
        "identity/name_parts.py", "identity/organisations.py", "identity/short_forms.py", "identity/standards/arabic.py",
        "identity/standards/kana.py", "identity/titles_of_office.py",
    ),
}  # fmt: skip
SILENT: Final = frozenset(name for names in NOT_SHOWN.values() for name in names)
ONCE_KEY: Final = (
    "What changes something is done once, however often it is sent (docs/rules/api.md P8); a key has 1 to \0 characters of "
    "ASCII that are seen."
)
# Sentences of files that pages show, which no page shows, each with why.
NOT_SAID_TO_PEOPLE: Final = {
    "names a thing in the store, the log or a file": (
        "Entered by hand",
        "entente statements to sign", "line to a web process", "line to the writer", "end of the writer", "request under way",
        "ended with \0", "web process \0", "could not be started (\0)", "handed on", "taken back", "\0 min", "\0, line \0",
        "account \0", "invitation \0", "rows of a verb under way", "cases of \0",
        "erasures not compacted", "record numbers", "records issued anew under keys {}", "stored time", "SQLite \0",
        "standing queries left or gone", "standing queries matched up to", "set aside", "numbers do not end", "Bearer \0",
        "does not hold what it should.", "\0\0 at \0",
        "Entente \0", '<a href="{}" target="_blank">{}</a>', "%Y-%m-%d at %H:%M", "type \0", "as its text says",
        "entente keys sign-statements \0 --key head-1.pem", "\0:\0 version \0", "\0 is no object of ours",
        "\0 (ground \0)", "\0 · nothing here is about a real person or body", "attempt \0",
        '<time datetime="{}">{}</time>', "\0 novalidate\0", '<bdi class="digest" dir="auto">{}</bdi>',
        "entente envelope v1\n", "entente statement v1\n", "entente trail head v1\n",
    ),
    "names a database, or is compared with what its server says": (
        "\0 at \0", "PostgreSQL \0 (\0 at \0)", "this machine", "the database", "too many clients", "connection slots",
        "too many connections", "no pg_hba.conf entry", "permission denied", "does not exist", "starting up", "shutting down",
        "recovery mode", "the line to the server is broken",
    ),
    "names what a ground rests on": (
        "restriction set by \0; RPD Art. 58", "Constitution of INTERPOL, Art. 3; RPD Art. 34, 86", "participations in «\0»",
        "data/handling_codes.yaml; 4x4 evaluation system", "group \0 (\0)", "epoch of \0", "not known here",
        "this body's limits of the unit \0, in force since \0",
    ),
    "is written into a record, or compared with a list": (
        "Document without a number", "Birthdate: about \0", "Birthdate: between \0 and \0", "Birthdate: \0 or later",
        "Birthdate: \0 or earlier", "dark brown", "light brown", "INTERPOL red notice", "INTERPOL yellow notice",
        "unexpected end of data", "INTERPOL-United Nations Security Council special notice", "related to",
        "numéro de passeport", "número de pasaporte",
        "Place of birth", "Alias \0", "Entente record", "What of a record of Entente STIX has no field for.",
        "\0, check digit \0", "\0: record \0, due \0", "\0: record \0, asked \0", "\0: «\0», due \0",
    ),
    "is told to programs, which send a key or a type of content": (
        "A file cannot be called so.",
        (
            "A name is one line of at most \0 characters and \0 bytes, in any script, and one on every machine: no path, no "
            "device, nothing without a width or that turns letters around (docs/rules/api.md P13)."
        ),
        "Call it «\0».",
        "The Idempotency-Key was used for another request.", "The request has no Idempotency-Key.",
        "A key stands for one request, and this one differs from it in path or body (docs/rules/api.md P8).",
        "Make a new key for each new request, and send the same key only with the same request.",
        ONCE_KEY,
        "Make a key for each request, a random UUID for example, and send the same one when you send it again.",
        "The body is of another type.", "A file is sent as it is, as \0, and its name stands in the address.",
        "Send it with the header Content-Type: \0.", "The queries were not searched.", "one request has from 1 to \0 queries",
        "all queries together have at most \0 names and identifiers",
        "a file is named by its SHA-256, 64 digits in small letters",
        "rows count from 1, and the last is not before the first",
        "A request with many queries is one act with one row in the trail (docs/rules/identity.md I31): \0.",
        "Send fewer queries in a request and the others in the next; «entente search --batch» does so by itself.",
        "There is no verb «\0».", "The verb \0 does not take «\0».", "Leave it out; the verb takes: \0.",
        "Operator's verbs are a closed list, and this node does not have this one.",
        "Use the command of the same version as the running node.",
    ),
    "is told to whoever gives a command": (
        "Everything an officer does is judged by their role and stands in the trail under their id.",
        "Say who acts, on the command line with --as OFFICER; «entente officer list» names them.",
        "Say --grant, or --refuse with a reason; not both.",
        "Give the record's id or the hit's, or the number with --identifier; not both.",
        "A source is consulted about one record, named by its id, by a hit, or by a number that a copy here has.",
        "«entente body list»", "«entente instrument list»", "one of these ids", "«entente group show»",
        "A judgement without evidence cannot be checked by anybody.", "only a confirmed hit is told",
        "State two different records you may see, the verdict, and the evidence it rests on.",
        "\0 It ended at a durable step: rows kept: \0, and nothing is half-written.",
        "\0 did not name \0 as a relay.",
        "Ask \0 to name it with «entente body address --relay», or choose one that it named.",
        "A body is passed on to by those it named in its own directory entry (docs/rules/exchange.md X24).",
    ),
    "is found of a file of proofs, which commands and programs hold against the log": (
        "All \0 rows of the case \0 are in the log of \0 rows that this body signed.",
        "Hand in a file as «entente trail export» or «entente trail prove» wrote it.",
        "It should say «\0» or «\0»; another version of the format cannot be judged here.",
        "Its statements begin with another body's genesis: they give the id \0 (bodies B1).",
        "Row \0 is not proved: its hash is not at that place of the log that was signed (T10).",
        "Row \0 stands after row \0: a row was moved or doubled (T1).",
        "Row \0 was changed: its content does not give the hash in the log (T2).",
        "The earlier checkpoint is not signed by a key of this body (T9).", "The file is of the body \0, not of \0 (T12).",
        "The log of \0 rows begins with the \0 rows whose root the file names.",
        "The proof does not show that the log of \0 rows begins with those \0 (T10).",
        "The proof is about another state of \0 rows than the earlier checkpoint (T10).",
        "This file is none that proves something of a log.", "entente case proof 1", "entente log continuation 1",
    ),
    "is told to programs and commands, since its page asks only for what there is, or answers what is not there": (
        "A body shares nothing with itself.", "Name two bodies.",
        "What is shared is asked between two bodies (docs/rules/agreements.md A11).",
        "The field \0s names nothing that is known here.",
    ),
    "is said by a broken invariant, which ends the act and is shown as a fault": ("the store's tables have no \0",),
    "is told to whoever starts the node": (
        "The database \0 holds no store.", "The database \0 is used for something else.",
        "The database \0 is the store of another node.",
        "This folder's node has one already, and an empty database in its place would be a node without a memory.",
        "Name the right database in the folder's file store.address, or restore a backup into a new folder.",
        "It holds tables and does not say that they are a node's.",
        "Make a database for the node alone: CREATE DATABASE entente OWNER entente ENCODING 'UTF8' TEMPLATE template0.",
        "It names another folder than this one, and what one body wrote is never continued by another.",
        "Name this node's own database in the folder's file store.address, or make a new one for a new node.",
        "The store \0 cannot keep a write-ahead log here.", "Put the node's folder on a local disk.",
        "The engine offers only the journal mode «\0», as on a network drive; writes would not be safe.",
        "The settings of paging do not hold together.", "a mail server is written like mail.example:587",
        "a line in the clear is for a mail server on this machine alone", "a mail needs a sender's address, in ASCII",
        "the secret's file holds one line of printable ASCII", "Officers are called at night by what they name: \0.",
        "Set the settings paging_… as the gateway's operator gave them; docs/reference/settings.md says what each is.",
        "the gateway's address is one with https, or on this machine", "others can read the secret's file; make it 0600",
        "the secret's file cannot be read",
    ),
    "is answered to another node": (
        "This call was passed on before, and counts once",
        "Answer with the receipt that was given then.",
    ),
}  # fmt: skip
BESIDE: Final = frozenset(text for texts in NOT_SAID_TO_PEOPLE.values() for text in texts)


def sayings(path: Path) -> Iterator[str]:
    """Yield what a file says in words, with what is filled in left open; without what describes, logs or proves."""
    tree, passed = ast.parse(path.read_text("utf-8")), set[int]()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr):
            passed.add(id(node.value))
        if isinstance(node, ast.Assert) and node.msg is not None:
            passed |= {id(one) for one in ast.walk(node.msg)}
        if isinstance(node, ast.keyword) and node.arg == "source":
            passed |= {id(one) for one in ast.walk(node.value)}
        if isinstance(node, ast.Call) and (
            (called := ast.unparse(node.func)) in DESCRIBING or called.startswith("_log.")
        ):
            given = (*node.args, *(one.value for one in node.keywords))
            passed |= {id(one) for argument in given for one in ast.walk(argument)}
    for node in ast.walk(tree):
        if id(node) in passed:
            continue
        if isinstance(node, ast.JoinedStr):
            passed |= {id(part) for part in node.values}
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else OPEN for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


@cache
def unknown_in(path: Path) -> frozenset[str]:
    """Return what a file says in words that pages would show in English."""
    said = {text for text in sayings(path) if IN_WORDS.search(text) and HAS_WORD.search(text.replace(OPEN, ""))}
    return frozenset(said - known())


def name_of(path: Path) -> str:
    return path.relative_to(ROOMS).as_posix()


def test_all_that_pages_show_of_rooms_verbs_and_edges_is_known_again() -> None:
    untold = {name_of(file): unknown_in(file) - BESIDE for file in speaking() if name_of(file) not in SILENT}
    assert {name: texts for name, texts in untold.items() if texts} == {}


def test_what_is_left_out_is_there_and_needs_to_be() -> None:
    files = {name_of(file): file for file in speaking()}
    assert SILENT - set(files) == set()
    assert {name for name in SILENT if not unknown_in(files[name])} == set()
    said = set[str]().union(*(unknown_in(file) for name, file in files.items() if name not in SILENT))
    assert BESIDE - said == set()


def test_a_sentence_that_nobody_translated_is_found(tmp_path: Path) -> None:
    file = tmp_path / "room.py"
    file.write_text('"""Says it."""\n\nWHY = f"Nobody told {7} of this."\n_log.info("not shown at all")\n', "utf-8")
    assert unknown_in(file) == {f"Nobody told {OPEN} of this."}


PATHS: Final = re.compile(r"docs/|\.md\b|\.py\b|\bsrc/|\btests/")
RAW_SIZE: Final = re.compile(
    r"\{number[a-z_]*\} (?:bytes|kB|MB|GB|[KMG]iB)|[0-9]{4,} (?:bytes|octets|байт|بايت)|[0-9]{4,} ?字节"
)
# Of a key or a signature, which has so many and no other number; of the disk, in the unit of the setting that bounds it; of a
# line, which is a rate; of a file that is evidence, whose size to the byte is part of what it is.
IN_ITS_OWN_UNIT: Final = frozenset(
    {
        "clause.file_id_form", "clause.turned_sealing_bytes", "clause.turned_signing_bytes", "clause.turned_bytes",
        "clause.base64_length", "health.disk_free", "health.disk_full_why", "import.gave_way_why",
        "clause.given_bytes", "exhibit.same", "exhibit.other", "exhibit.typed_other_why",
    }
)  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_w117_no_text_of_a_page_names_a_file_of_the_sources(language: str) -> None:
    forms = ((key, form) for key, text in texts_of(language).items() for form in english_forms(text))
    assert {key: form for key, form in forms if PATHS.search(form)} == {}


def test_w117_sizes_stand_in_no_sentence_as_bare_numbers() -> None:
    forms = ((key, form) for key, text in room_texts().items() for form in english_forms(text))
    found = {key: form for key, form in forms if RAW_SIZE.search(form)}
    assert set(found) == IN_ITS_OWN_UNIT, found


@pytest.mark.parametrize(
    ("language", "told"),
    {
        "en": "A file has at most 1.07 GB (rule P13).",
        "fr": "Un fichier a au plus 1,07\u202fGo (règle P13).",
        "ar": "للملف 1.07 غيغابايت على الأكثر (القاعدة P13).",
        "zh": "文件最多 1.07 GB（规则 P13）。",
    }.items(),
)
def test_w117_officer_reads_a_size_and_a_rule_in_words(language: str, told: str) -> None:
    assert said(Wording(language), "A file has at most 1.07 GB (docs/rules/api.md P13).") == told


@pytest.mark.parametrize(
    ("text", "told"),
    {
        "It is so (docs/rules/exchange.md X13 and X20).": "It is so (rules X13 and X20).",
        "It is so (docs/rules/desk.md W40 to W45): why.": "It is so (rules W40 to W45): why.",
        "It is so (desk.md W20).": "It is so (rule W20).",
        "It is so (docs/guides/postgresql.md, 5).": "It is so.",
        "It is kept by its rules (docs/rules/cases.md): why.": "It is kept by its rules: why.",
        "它是如此（docs/rules/api.md P13）。": "它是如此（rule P13）。",
        "The file «a.md b» (D1) stays.": "The file «a.md b» (D1) stays.",
    }.items(),
)
def test_w117_rule_is_named_by_its_number_and_a_page_not_at_all(text: str, told: str) -> None:
    assert RuleWords("rule {numbers}", "rules {numbers}").told(text) == told
    assert said(Wording("en"), f"Nobody knows this. {text}").endswith(told)


def test_two_faults_of_a_zone_with_the_same_words_are_both_told() -> None:
    fault = "«XAT» is no code of ISO 3166-1 or ICAO 9303-3"
    told = said(Wording("ar"), f"The machine readable zone has faults: issuing state: {fault}; nationality: {fault}.")
    assert "is no code" not in told
    assert told.count("<bdi>XAT</bdi>") == 2
    assert "؛ " in told
