"""The operator's pages: how the node stands, its queues, what was set aside, its settings, backups. Nothing of what it holds.

What `entente doctor` says, in a browser; the check that reads the whole trail is a page of its own, asked for. A backup is begun
here and made where the operator of the machine said, by setting: no page chooses a place on the machine's disks.

Source: docs/rules/desk.md W59; docs/rules/node.md N6 and N15;
docs/decisions/0095-a-backup-from-the-desk-goes-where-the-machine-says.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from entente.kernel.canonical import JsonObject
from entente.kernel.clock import parse_time
from entente.kernel.errors import Conflict
from entente.kernel.jobs import JobKind
from entente.verbs.references import names_of
from entente.web.desk.job_pages import JobLine, job_path, jobs_of
from entente.web.desk.page import PREFIX, ActPage, Asked, Done, Page, ShowPage
from entente.web.desk.reading import BodyName, body_name, member, members, text, texts, whole
from entente.web.sentences import answer, said
from entente.web.wording import Moment, Wording

NODE_PATH: Final = f"{PREFIX}/node"
ASIDE_SHOWN: Final = 50
_NEEDS: Final = ("run_node",)


@dataclass(frozen=True, slots=True)
class CheckLine:
    """One thing that was looked at."""

    name: str
    is_good: bool
    text: str


@dataclass(frozen=True, slots=True)
class QueueLine:
    """The line to a body."""

    body: BodyName
    waiting: int
    in_queue: int
    queue_most: int
    via: str
    heard: Moment | None
    attempts: int
    why: str


@dataclass(frozen=True, slots=True)
class AsideLine:
    """A statement that came and could not be taken in."""

    body: BodyName
    kind: str
    reason: str
    at: Moment


@dataclass(frozen=True, slots=True)
class NodePage:
    """What `node.html` shows."""

    title: str
    is_well: bool
    version: str
    store: str
    state: str
    troubles: Sequence[str]
    checks: Sequence[CheckLine]
    is_whole: bool
    """Whether the trail was checked too."""
    queues: Sequence[QueueLine]
    held: int
    aside: Sequence[AsideLine]


@dataclass(frozen=True, slots=True)
class SettingLine:
    """A setting as it is."""

    name: str
    value: str
    unit: str
    default: str
    help: str


@dataclass(frozen=True, slots=True)
class SettingsPage:
    """What `node_settings.html` shows."""

    title: str
    settings: Sequence[SettingLine]


@dataclass(frozen=True, slots=True)
class BackupsPage:
    """What `backups.html` shows."""

    title: str
    may_begin: bool
    """Whether the machine's operator said where backups go."""
    is_sealed: bool
    jobs: Sequence[JobLine]


def _node(asked: Asked) -> NodePage:
    return _page(asked, is_whole=False)


def _whole_check(asked: Asked) -> NodePage:
    return _page(asked, is_whole=True)


def _page(asked: Asked, *, is_whole: bool) -> NodePage:
    say = asked.say
    found, status = asked.perform("doctor", {"quick": not is_whole}), asked.perform("status")
    lines, aside = asked.perform("exchange_lines"), members(asked.perform("exchange_aside"), "aside")
    return NodePage(
        title=say.text("node.title"),
        is_well=found["is_well"] is True,
        version=text(found, "version"),
        store=text(found, "store"),
        state=text(status, "state"),
        troubles=[said(say, one) for one in texts(status, "troubles")],
        checks=[
            CheckLine(say.code("checks", text(one, "name")), one["is_good"] is True, said(say, text(one, "text")))
            for one in members(found, "checks")
        ],
        is_whole=is_whole,
        queues=[_queue(asked, one) for one in members(lines, "lines")],
        held=whole(lines, "held"),
        aside=[
            AsideLine(
                body_name(member(one, "from")),
                say.code("statement_kinds", text(one, "kind")),
                say.code("receipt_reasons", text(one, "reason")),
                say.moment(parse_time(text(one, "at"), "at")),
            )
            for one in aside[:ASIDE_SHOWN]
        ],
    )


def _queue(asked: Asked, one: JsonObject) -> QueueLine:
    heard = one["heard"]
    return QueueLine(
        body=body_name(member(one, "body")),
        waiting=whole(one, "waiting"),
        in_queue=whole(one, "in_queue"),
        queue_most=whole(one, "queue_most"),
        via=text(one, "via"),
        heard=asked.say.moment(parse_time(heard, "heard")) if isinstance(heard, str) else None,
        attempts=whole(one, "attempts"),
        why=answer(asked.say, text(one, "why")),
    )


def _settings(asked: Asked) -> SettingsPage:
    found, say = members(asked.perform("doctor", {"quick": True}), "settings"), asked.say
    return SettingsPage(say.text("node.settings"), [_setting(say, one) for one in found])


def _setting(say: Wording, one: JsonObject) -> SettingLine:
    name, unit = text(one, "name"), text(one, "unit")
    return SettingLine(
        name, text(one, "value"), say.text(f"unit.{unit}"), text(one, "default"), say.text(f"setting.{name}")
    )


def _backups(asked: Asked) -> BackupsPage:
    settings = asked.node.settings
    return BackupsPage(
        title=asked.say.text("node.backups"),
        may_begin=bool(settings.backup_folder),
        is_sealed=bool(settings.backup_passphrase_file),
        jobs=jobs_of(asked, JobKind.BACKUP),
    )


def _begin_backup(asked: Asked) -> Done:
    """Make a job of a backup with a name of ours in the folder that the machine's operator said."""
    if not asked.node.settings.backup_folder:
        raise Conflict(
            "No backup was begun.",
            why="The machine's operator did not say where backups go that are begun at the desk (setting backup_folder).",
            do="Have it set and the node started anew, or make the backup on the machine: «entente backup FILE».",
        )
    if (made := asked.jobs.made_before(asked.officer, asked.once)) is not None:
        return Done(job_path(made.id), "backup_begun")
    code = "".join(one for one in names_of(asked.node).own.code if one.isalnum() or one == "-")
    name = f"{code.lower()}-{asked.node.clock.now():%Y-%m-%dT%H%M%SZ}.backup"
    job = asked.jobs.make(asked.officer, JobKind.BACKUP, asked.once, {"name": name})
    return Done(job_path(job.id), "backup_begun")


_CHECKING: Final = ("doctor", "status", "exchange_lines", "exchange_aside")

PAGES: Sequence[Page] = (
    ShowPage(
        "node", "/node", _CHECKING, _NEEDS, "node.html", "How the node stands: health, queues, disk, index, what was set aside.",
        _node, in_navigation=True, key="n",
        live=("held", "delivery"),
    ),
    ShowPage(
        "node_check", "/node/check", _CHECKING, _NEEDS, "node.html", "The same, with the trail read from its first row.",
        _whole_check, is_long=True,
    ),
    ShowPage(
        "node_settings", "/node/settings", ("doctor",), _NEEDS, "node_settings.html",
        "The settings as they are, each with its help; none is changed here.", _settings,
    ),
    ShowPage(
        "backups", "/node/backups", (), _NEEDS, "backups.html", "Backups that were begun here.", _backups,
    ),
    ActPage(
        "begin_backup", "/node/backups", (), _NEEDS, "backups", "Begins a backup, where the machine's operator said.",
        _begin_backup, is_once=False, is_heavy=True,
    ),
)  # fmt: skip
