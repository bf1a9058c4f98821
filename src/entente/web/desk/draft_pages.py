"""What heads sign: drafted by the node, shown with what it would stop, taken to the heads as a file, handed in signed.

Heads' keys come neither to the node nor to a browser: a draft goes out as a file, is signed where the keys are
(`entente keys sign-statements`), and comes back. A draft stays on its page while the session lasts; the file outlives it.

Source: docs/rules/desk.md W48; docs/rules/agreements.md A4, A5, A10 and A12.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass

from entente.agreements.drafts import file_of, read_files, read_named_files
from entente.agreements.statements import AgreementKind
from entente.kernel.canonical import Json, JsonObject
from entente.kernel.errors import NotFound
from entente.kernel.statement import Statement, from_json
from entente.web.desk.effect_shown import ForeseenShown, foreseen_shown
from entente.web.desk.forms import Field, Kind
from entente.web.desk.instrument_pages import HEADS_VERBS, INSTRUMENTS_PATH
from entente.web.desk.memory import KeptDraft
from entente.web.desk.page import PREFIX, ActPage, Asked, Done, Page, ShowPage
from entente.web.desk.preview_shown import PreviewShown, cut_off_shown, preview_shown
from entente.web.desk.reading import member, members, text
from entente.web.desk.sharing_pages import instrument_path
from entente.web.desk.unsigned_pages import signed_words
from entente.web.wording import Moment

TO_SIGN_PATH = f"{PREFIX}/to-sign"
DRAFTED = ("signature", "suspension", "resumption", "narrowing", "withdrawal", "cut_off", "return", "measure")
"""What is drafted here: keys `drafts.of_…`."""
SIGNED_CHARACTERS_MAX = 300_000
"""Encoded as a form it stays within forms.FORM_BYTES_MAX; what is longer is handed in with the command."""


@dataclass(frozen=True, slots=True)
class DraftLine:
    """A draft of this session."""

    to: str
    kind: str
    about: str
    at: Moment


@dataclass(frozen=True, slots=True)
class DraftsPage:
    """What `drafts.html` shows."""

    title: str
    here: str
    drafts: Sequence[DraftLine]
    hand_in: str


@dataclass(frozen=True, slots=True)
class DraftPage:
    """What `draft.html` shows."""

    title: str
    here: str
    about: str
    about_to: str
    at: Moment
    previews: Sequence[PreviewShown]
    stopped_before: Sequence[str]
    stays_open: Sequence[str]
    """Of a cut-off, said once of all; of one suspension it stands in its preview."""
    foreseen: Sequence[ForeseenShown]
    """Of each statement, what would stop and what would begin if it were taken in now."""
    contents: Sequence[tuple[str, str]]
    """Of each statement its kind, and what it says, from its exact bytes."""
    file: str
    file_name: str
    download: str
    """The same file as an address that a browser saves; nothing is asked of the node."""
    command: str
    """What a head types where the key is."""
    hand_in: str


def keep(asked: Asked, kind: str, about: str, drafts: Sequence[JsonObject], preview: JsonObject | None = None) -> Done:
    """Keep what was drafted for this session, and lead to its page."""
    assert kind in DRAFTED, "its page has a title"
    statements: list[JsonObject] = []
    for draft in drafts:
        statement = draft["statement"]
        assert isinstance(statement, dict), "a draft holds its statement"
        statements.append(statement)
    key = next((key for key, one in asked.memory.drafts.items() if asked.once and one.once == asked.once), "")
    if not key:
        key = asked.node.ids.new_id("draft")
        asked.memory.keep_draft(key, KeptDraft(kind, about, statements, preview, asked.node.clock.now(), asked.once))
    return Done(f"{TO_SIGN_PATH}/{key}", "drafted")


def _drafts(asked: Asked) -> DraftsPage:
    say = asked.say
    return DraftsPage(
        title=say.text("drafts.title"),
        here=TO_SIGN_PATH,
        drafts=[
            DraftLine(f"{TO_SIGN_PATH}/{key}", say.text(f"drafts.of_{one.kind}"), one.about, say.moment(one.at))
            for key, one in reversed(list(asked.memory.drafts.items()))
        ],
        hand_in=TO_SIGN_PATH,
    )


def _draft(asked: Asked) -> DraftPage:
    kept, say = asked.memory.drafts.get(asked.path["key"]), asked.say
    if kept is None:
        raise NotFound
    previews, before, stays = _previews(kept, asked)
    file = json.dumps(file_of(kept.statements), ensure_ascii=False, indent=1)
    name = f"{kept.kind}-{kept.about or 'all'}.json"
    return DraftPage(
        title=say.text(f"drafts.of_{kept.kind}"),
        here=TO_SIGN_PATH,
        about=kept.about,
        about_to=instrument_path(kept.about) if kept.about else INSTRUMENTS_PATH,
        at=say.moment(kept.at),
        previews=previews,
        stopped_before=before,
        stays_open=stays,
        foreseen=foreseen_shown(asked, kept.statements),
        contents=[_content(one) for one in kept.statements],
        file=file,
        file_name=name,
        download="data:application/json;base64," + base64.b64encode(file.encode("utf-8")).decode("ascii"),
        command=f"entente keys sign-statements {name} --key head-1.pem",
        hand_in=TO_SIGN_PATH,
    )


def _previews(kept: KeptDraft, asked: Asked) -> tuple[Sequence[PreviewShown], Sequence[str], Sequence[str]]:
    if kept.preview is None:
        return (), (), ()
    if kept.kind == "cut_off":
        return cut_off_shown(kept.preview, asked.say)
    return [preview_shown(kept.preview, asked.say)], (), ()


def _content(document: JsonObject) -> tuple[str, str]:
    statement = from_json(document)
    return statement.kind, json.dumps(statement.content, ensure_ascii=False, indent=1)


def _hand_in(asked: Asked) -> Done:
    return _taken_in(asked, read_files(asked.form.value("signed")))


def _hand_in_files(asked: Asked) -> Done:
    return _taken_in(asked, read_named_files((one.name, one.data) for one in asked.form.files))


def _taken_in(asked: Asked, statements: Sequence[Statement]) -> Done:
    listed: list[Json] = [one.to_json() for one in statements]
    answer = asked.perform("instruments_submit", {"statements": listed})
    submitted = members(answer, "submitted")
    about = [member(one, "instrument") for one in submitted if "instrument" in one]
    named = {text(one, "id") for one in about}
    to = instrument_path(named.pop()) if len(named) == 1 else INSTRUMENTS_PATH
    if len(about) == len(submitted) == 1 and submitted[0]["kind"] == AgreementKind.SIGNATURE:
        return Done(to, signed_words(about[0]))
    return Done(to, "signed_taken_in")


PAGES: Sequence[Page] = (
    ShowPage(
        "to_sign", "/to-sign", (), HEADS_VERBS, "drafts.html",
        "The drafts of this session, and where what heads signed is handed in.", _drafts,
    ),
    ShowPage(
        "to_sign_one", "/to-sign/{key}", ("draft_foresee",), HEADS_VERBS, "draft.html",
        "A draft: what it would stop and begin, and the file to take to the heads.", _draft,
    ),
    ActPage(
        "hand_in", "/to-sign", ("instruments_submit",), HEADS_VERBS, "to_sign",
        "Takes in what the heads signed, all or none.", _hand_in,
        (Field("signed", Kind.TEXT, most=SIGNED_CHARACTERS_MAX, asks="statements"),), is_heavy=True,
    ),
    ActPage(
        "hand_in_files", "/to-sign/files", ("instruments_submit",), HEADS_VERBS, "to_sign",
        "Takes in what the heads signed, from the files that they signed, all or none.", _hand_in_files,
        (Field("signed_files", Kind.FILES, asks="statements"),), is_heavy=True,
    ),
)  # fmt: skip
