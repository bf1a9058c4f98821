"""Every setting of a node, in one frozen object, read once at start.

A setting is a row of SETTINGS: its name, unit, default, bounds and help; the environment variable is `ENTENTE_` and the name in
capitals. `entente doctor` and docs/reference/settings.md list the same rows. A value outside its bounds stops the node.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from entente.kernel.errors import Misconfigured

STORE_SCHEMES = frozenset({"postgresql", "postgres"})
CALL_LANGUAGES = ("en", "fr", "es", "ar", "ru", "zh")
STORE_CHARACTERS_MAX = 2_000
"""Ours: three servers with their certificates' places take 500."""


@dataclass(frozen=True, slots=True)
class SettingRow:
    """One setting as it is documented. Numbers have bounds, some texts a few words to choose from."""

    name: str
    default: str
    unit: str
    help: str
    least: int | None = None
    most: int | None = None
    choices: tuple[str, ...] = ()
    """What a text may be, where it is one of a few words."""


SETTINGS = (
    SettingRow("folder", "node", "path", "The node's folder: store, index, keys, operator token."),
    SettingRow(
        "store",
        "",
        "address",
        "Where init and restore put a new node's store: nothing for a file in its folder, or the address of a PostgreSQL "
        "database, without a password. From then on the folder says it.",
    ),
    SettingRow(
        "host", "127.0.0.1", "address", "Where the node listens. Anything but loopback needs TLS in front of it."
    ),
    SettingRow("port", "8601", "port", "The port the node listens on.", 1, 65_535),
    SettingRow("exchange_timeout_seconds", "10", "seconds", "How long one post to a peer may take.", 1, 120),
    SettingRow("exchange_workers", "4", "threads", "Peers that are sent to at the same time.", 1, 32),
    SettingRow(
        "exchange_fetch_seconds",
        "30",
        "seconds",
        "How often a node that has published no address asks others for what waits there, and ends what waited too long.",
        1,
        3_600,
    ),
    SettingRow(
        "outbox_waiting_max",
        "100000",
        "statements",
        "How many statements may wait for one body, held ones included; the default is about 300 MB of records.",
        10,
        10_000_000,
    ),
    SettingRow(
        "import_slice_ms_max", "50", "milliseconds", "Longest commit of an import (DESIGN section 8).", 5, 1_000
    ),
    SettingRow(
        "disk_free_mb_min",
        "256",
        "MiB",
        "Free space beside the store below which nothing is taken in; the default holds about 100,000 records.",
        16,
        1_048_576,
    ),
    SettingRow(
        "search_workers",
        "2",
        "processes",
        "Processes that look for what officers search, at the same time; each takes about 80 MB, with a large store 350 MB.",
        1,
        64,
    ),
    SettingRow(
        "web_processes",
        "0",
        "processes",
        "Processes that answer the API and the pages on a port of their own, beside the one that writes; each takes about 90 MB.",
        0,
        64,
    ),
    SettingRow("web_port", "8611", "port", "The port they answer on, where there are any.", 1, 65_535),
    SettingRow(
        "api_tls_in_front",
        "no",
        "word",
        "Whether TLS stands in front of the node; unless it does, the API hears programs on this machine alone.",
        choices=("no", "yes"),
    ),
    SettingRow(
        "api_requests_per_second",
        "100",
        "requests",
        "How often one access token may ask the API in a second; twice as many at once after a pause.",
        1,
        10_000,
    ),
    SettingRow(
        "web_address",
        "",
        "address",
        "The address that officers open, like https://desk.example: passkeys and single sign-on are made for it. Nothing: "
        "passkeys count at http://localhost alone.",
    ),
    SettingRow(
        "oidc_issuer",
        "",
        "address",
        "The body's provider of single sign-on (OpenID Connect), as it calls itself; nothing: none.",
    ),
    SettingRow("oidc_client", "", "name", "As what the provider knows this node."),
    SettingRow(
        "oidc_secret_file", "", "path", "A file of mode 0600 with the secret that the provider gave for this node."
    ),
    SettingRow(
        "oidc_claim",
        "sub",
        "name",
        "Which claim of the provider's token says who somebody is; it must never be given to another person later.",
    ),
    SettingRow(
        "session_idle_minutes",
        "30",
        "minutes",
        "After how long without a request an officer's session in the browser ends; requests are noted by the minute.",
        5,
        720,
    ),
    SettingRow(
        "session_hours_max",
        "12",
        "hours",
        "After how long a session ends whatever happens; the default is a shift.",
        1,
        24,
    ),
    SettingRow(
        "session_recent_minutes",
        "10",
        "minutes",
        "How long ago an officer may have proved who they are for a heavy act, before they are asked again.",
        1,
        60,
    ),
    SettingRow(
        "paging",
        "off",
        "word",
        "By what officers on the roster are told of what needs somebody now: mail (SMTP), a gateway of your own (HTTP).",
        choices=("off", "mail", "http"),
    ),
    SettingRow(
        "paging_address",
        "",
        "address",
        "The mail server, like mail.example:587, or the address that is posted to, like https://pager.example/calls.",
    ),
    SettingRow(
        "paging_sender", "", "address", "From whom the mail is; the account at the mail server where there is a secret."
    ),
    SettingRow(
        "paging_secret_file",
        "",
        "path",
        "A file of mode 0600 with the password at the mail server, or the token that the gateway asks for; nothing: none.",
    ),
    SettingRow(
        "paging_line",
        "starttls",
        "word",
        "How the line to a mail server is made safe; «plain» is for one on this machine alone.",
        choices=("starttls", "tls", "plain"),
    ),
    SettingRow(
        "paging_next_minutes",
        "5",
        "minutes",
        "How long an officer has to acknowledge a call before the next one on the roster is called.",
        1,
        120,
    ),
    SettingRow(
        "paging_before_due_minutes", "60", "minutes", "How long before a deadline somebody is called.", 5, 2_880
    ),
    SettingRow("paging_language", "en", "word", "In which language calls are written.", choices=CALL_LANGUAGES),
    SettingRow(
        "blobs_gb_max",
        "20",
        "gigabytes",
        "Room for files of records and messages on this node, our own and fetched ones.",
        1,
        100_000,
    ),
    SettingRow(
        "attachments_mb_max",
        "64",
        "megabytes",
        "What the files of one message that officers here send may have together.",
        1,
        128,
    ),
    SettingRow(
        "backup_folder",
        "",
        "path",
        "Where backups go that are started at the desk, on another disk: an absolute path. Without one none is started there.",
    ),
    SettingRow(
        "backup_passphrase_file",
        "",
        "path",
        "The file whose passphrase seals backups started at the desk. Without one they hold no keys.",
    ),
    SettingRow(
        "log_format",
        "text",
        "word",
        "How the lines of the log are written: key=value, or JSON for a collector.",
        choices=("text", "json"),
    ),
    SettingRow(
        "log_level",
        "warning",
        "word",
        "What is logged at least: at «info» each request with its verb, status and duration.",
        choices=("debug", "info", "warning", "error"),
    ),
    SettingRow(
        "metrics",
        "loopback",
        "word",
        "Who may read the counters at /metrics: programs on this machine, whoever reaches the node, nobody.",
        choices=("loopback", "everywhere", "off"),
    ),
)


NOT_SETTINGS = frozenset(
    {"ENTENTE_PASSPHRASE", "ENTENTE_NODE", "ENTENTE_TOKEN_FILE", "ENTENTE_TOKEN", "ENTENTE_CA_FILE"}
)
"""What a node lets pass: others of this package read it, who open a key or ask a node over its API."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one node."""

    folder: Path
    store: str
    """An address as `store_address` lets pass, or nothing."""
    host: str
    port: int
    exchange_timeout_seconds: int
    exchange_workers: int
    exchange_fetch_seconds: int
    outbox_waiting_max: int
    import_slice_ms_max: int
    disk_free_mb_min: int
    search_workers: int
    web_processes: int
    web_port: int
    api_tls_in_front: bool
    api_requests_per_second: int
    web_address: str
    oidc_issuer: str
    oidc_client: str
    oidc_secret_file: str
    oidc_claim: str
    session_idle_minutes: int
    session_hours_max: int
    session_recent_minutes: int
    paging: str
    paging_address: str
    paging_sender: str
    paging_secret_file: str
    paging_line: str
    paging_next_minutes: int
    paging_before_due_minutes: int
    paging_language: str
    blobs_gb_max: int
    attachments_mb_max: int
    backup_folder: str
    backup_passphrase_file: str
    log_format: str
    log_level: str
    metrics: str

    @property
    def attachments_bytes_max(self) -> int:
        """What the files of one message that is sent from here may have together, in bytes."""
        return self.attachments_mb_max * 10**6

    @property
    def blobs_bytes_max(self) -> int:
        """The room for records' files in bytes; disks are sold by the power of ten."""
        return self.blobs_gb_max * 10**9

    @classmethod
    def at(cls, folder: Path) -> Settings:
        """Return the defaults for a folder, whatever the environment says: what `init` and tests use."""
        return read_settings({}, {"folder": str(folder)})


def read_settings(environment: Mapping[str, str], given: Mapping[str, str]) -> Settings:
    """Return the settings: what the command line gave, else the environment, else the default.

    Raises Misconfigured for an unknown ENTENTE_ variable, a value that is no number, or one out of bounds.
    """
    known = {f"ENTENTE_{row.name.upper()}" for row in SETTINGS} | NOT_SETTINGS
    if unknown := sorted(key for key in environment if key.startswith("ENTENTE_") and key not in known):
        raise Misconfigured(
            f"The environment sets {unknown[0]}, which is no setting of a node.",
            why="A misspelt setting would silently not take effect.",
            do=f"Remove it, or use one of: {', '.join(sorted(known))}.",
        )
    values = {
        row.name: given.get(row.name) or environment.get(f"ENTENTE_{row.name.upper()}") or row.default
        for row in SETTINGS
    }
    read: dict[str, Any] = {row.name: _value(row, values[row.name]) for row in SETTINGS}
    store = store_address(values["store"]) if values["store"] else ""
    if values["web_address"]:
        read["web_address"] = web_address(values["web_address"])
    _require_provider(values)
    has_tls = read["api_tls_in_front"] == "yes"
    return Settings(**{**read, "folder": Path(values["folder"]), "store": store, "api_tls_in_front": has_tls})


def _value(row: SettingRow, text: str) -> int | str:
    if row.choices:
        return _word(row, text)
    return text if row.most is None else _number(row, text)


def _word(row: SettingRow, text: str) -> str:
    if text not in row.choices:
        raise Misconfigured(
            f"The setting {row.name} is «{text[:20]}».",
            why=f"It is one of: {', '.join(row.choices)}.",
            do=f"Set ENTENTE_{row.name.upper()} to one of them, or leave it out for {row.default}.",
        )
    return text


def store_address(text: str) -> str:
    """Return the address of a database that may be kept and shown; raise Misconfigured for any other, without showing it."""
    try:
        parts = urlsplit(text)
        has_password = parts.password is not None or "password" in parse_qs(parts.query)
    except ValueError:
        raise _bad_address("it is not written as an address") from None
    if parts.scheme not in STORE_SCHEMES or len(text) > STORE_CHARACTERS_MAX:
        raise _bad_address("a store is a file in the folder, or a database of PostgreSQL")
    if has_password:
        raise _bad_address(
            "it holds a password, which others could read in the list of processes, in the folder or a log"
        )
    return text


def _require_provider(values: Mapping[str, str]) -> None:
    """Raise Misconfigured for half a provider, or one that is asked in the clear."""
    issuer, beside = values["oidc_issuer"], ("oidc_client", "oidc_secret_file")
    parts = urlsplit(issuer)
    is_asked_safely = parts.scheme == "https" or (parts.scheme, parts.hostname) in {
        ("http", "127.0.0.1"), ("http", "localhost"),
    }  # fmt: skip
    if any(values[name] for name in beside) != bool(issuer) or (issuer and not all(values[name] for name in beside)):
        why = "issuer, client and secret file are set together, or none of them"
    elif issuer and not is_asked_safely:
        why = "the issuer is an address with https"
    else:
        return
    raise Misconfigured(
        "The settings of single sign-on do not hold together.",
        why=f"Officers are let in by what the provider signs: {why}.",
        do="Set ENTENTE_OIDC_ISSUER, ENTENTE_OIDC_CLIENT and ENTENTE_OIDC_SECRET_FILE as the provider's operator gave them.",
    )


def web_address(text: str) -> str:
    """Return an address that officers open, as browsers write an origin; raise Misconfigured for any other."""
    parts = urlsplit(text)
    is_plain = text.isascii() and parts.hostname is not None and text == f"{parts.scheme}://{parts.netloc}".lower()
    is_named = is_plain and not set("@[%") & set(parts.netloc) and not (parts.hostname or "").replace(".", "").isdigit()
    if not is_named or ((parts.scheme, parts.hostname) != ("http", "localhost") and parts.scheme != "https"):
        raise Misconfigured(
            "The setting web_address is not the address of a desk.",
            why="Passkeys are bound to a host by its name, over TLS: https, the name in small letters, a port where it is not "
            "443, and nothing after it.",
            do="Set ENTENTE_WEB_ADDRESS to an address like https://desk.example, or leave it out.",
        )
    return text


def _bad_address(why: str) -> Misconfigured:
    return Misconfigured(
        "The store's address cannot be used.",
        why=f"It is not shown here; {why}.",
        do="Write it like postgresql://entente@db.example/entente?sslmode=verify-full, and give the password by PGPASSWORD or "
        "a password file (PGPASSFILE).",
    )


def _number(row: SettingRow, text: str) -> int:
    least, most = row.least or 0, row.most or 0
    if not text.isascii() or not text.isdigit() or not least <= int(text) <= most:
        raise Misconfigured(
            f"The setting {row.name} is «{text[:20]}».",
            why=f"It is a number of {row.unit} from {least} to {most}.",
            do=f"Set ENTENTE_{row.name.upper()} within these bounds, or leave it out for {row.default}.",
        )
    return int(text)
