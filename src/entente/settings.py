"""Every setting of a node, in one frozen object, read once at start.

A setting is a row of SETTINGS: its name, unit, default, bounds and help; the environment variable is `ENTENTE_` and the name in
capitals. `entente doctor` and docs/reference/settings.md list the same rows. A value outside its bounds stops the node.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from entente.kernel.errors import Misconfigured


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
        "blobs_gb_max", "20", "gigabytes", "Room for records' files on this node, our own and fetched ones.", 1, 100_000
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


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one node."""

    folder: Path
    host: str
    port: int
    exchange_timeout_seconds: int
    exchange_workers: int
    exchange_fetch_seconds: int
    outbox_waiting_max: int
    import_slice_ms_max: int
    disk_free_mb_min: int
    search_workers: int
    blobs_gb_max: int
    log_format: str
    log_level: str
    metrics: str

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
    known = {f"ENTENTE_{row.name.upper()}" for row in SETTINGS} | {"ENTENTE_PASSPHRASE"}
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
    return Settings(**{**read, "folder": Path(values["folder"])})


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


def _number(row: SettingRow, text: str) -> int:
    least, most = row.least or 0, row.most or 0
    if not text.isascii() or not text.isdigit() or not least <= int(text) <= most:
        raise Misconfigured(
            f"The setting {row.name} is «{text[:20]}».",
            why=f"It is a number of {row.unit} from {least} to {most}.",
            do=f"Set ENTENTE_{row.name.upper()} within these bounds, or leave it out for {row.default}.",
        )
    return int(text)
