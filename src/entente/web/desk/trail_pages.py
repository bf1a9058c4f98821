"""The trail: searched, held against its proofs, and handed out with them.

Everything shown is asked of the verbs of the trail, which judge who may read it. A sealed query and a proof are downloaded, never
shown: the first opens with its reader's own key alone, the second counts where it can be checked without this node.

Source: docs/rules/desk.md W58 and W104; docs/rules/trail.md T6, T7, T9 to T12 and T16.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

from markupsafe import Markup

from entente.kernel.canonical import INTEGER_MAX, Json, JsonObject, parse_document
from entente.kernel.clock import parse_time
from entente.kernel.errors import Invalid, NotFound
from entente.kernel.jobs import Upload
from entente.kernel.note import NOTE_BYTES_MAX
from entente.kernel.sizes import size_said
from entente.trail.proving import CASE_PROOF
from entente.web.desk.forms import Fault, Field, Kind
from entente.web.desk.page import PREFIX, ActPage, Asked, Done, Download, Page, ShowPage, may_do
from entente.web.desk.reading import member, members, text, texts, whole
from entente.web.desk.trail_days import day_begins, day_ends, days_wrong
from entente.web.desk.trail_detail import MemberLine, detail_told
from entente.web.sentences import said
from entente.web.wording import Moment, Wording

TRAIL_PATH: Final = f"{PREFIX}/trail"
ON_A_PAGE: Final = 50
NARROWED: Final = ("about", "act", "by", "since", "until")
CHECKED_MAX: Final = 5
"""Files that are held against the log at a time."""
PROOF_BYTES_MAX: Final = 32 * 10**6
"""Of one file that is judged: half as much again as a case of 10,000 rows has (trail.proving.ROWS_MAX)."""
_NEEDS: Final = ("read_trail",)
_CHECKS: Final = "check_checkpoint"
_PROOFS: Final = "check_proofs"
_FILES: Final = "checkpoint_files"


@dataclass(frozen=True, slots=True)
class ActLine:
    """A row of the trail."""

    sequence: int
    at: Moment
    act: str
    officer: str
    body: str
    about: str
    narrow: str
    """Where the rows about the same are."""
    outcome: str
    is_refused: bool
    detail: Sequence[MemberLine]
    """What came of it."""
    is_withheld: bool
    """Whether it rests on a record that the reader's unit keeps from them; it names nothing then (disclosure.md D11)."""
    sealed: str
    """Where the sealed query of a search is had; empty where there is none, or for whoever may not read it."""


@dataclass(frozen=True, slots=True)
class TrailPage:
    """What `trail.html` shows."""

    title: str
    wanted: Mapping[str, str]
    """What the form begins with."""
    is_narrowed: bool
    rows: Sequence[ActLine]
    looked_to: Moment | None
    next: str
    export: str
    """Where the case that is looked at is exported with its proofs; empty where no case is."""
    acts: Sequence[str]
    """What acts are called, to choose from."""
    faults: Mapping[str, Fault]
    """What is wrong with what the form asks for, by the field."""


@dataclass(frozen=True, slots=True)
class CheckPage:
    """What `trail_check.html` shows."""

    title: str
    is_sound: bool
    rows: int
    finding: str
    log_is_sound: bool
    log_rows: int
    log_finding: str
    root: str


@dataclass(frozen=True, slots=True)
class CheckedLine:
    """What was handed in: an earlier checkpoint of ours, or a proof that a body took out of its trail."""

    file: str
    is_sound: bool
    verdict: str
    """The last part of a text's key, `trail.…` or `proofs.…`, in which it is told whether it holds."""
    finding: str
    body: str
    """Whose proof it is; empty for a checkpoint."""
    about: str
    """The case that it proves; empty for anything else."""
    rows: int
    """How many of its rows were found good."""
    erased: int


@dataclass(frozen=True, slots=True)
class ProofPage:
    """What `trail_proof.html` shows."""

    title: str
    note: str
    origin: str
    size: int
    root: str
    keys: Sequence[str]
    since: int
    file_most: str
    """How large a file may be."""
    checked: Sequence[CheckedLine]
    """What was found of checkpoints that were handed in, against the log as it is now, and of proofs, by their bodies' keys."""


def _trail(asked: Asked) -> TrailPage:
    say, query = asked.say, asked.query
    wanted = {name: query.get(name, "").strip() for name in NARROWED}
    faults = days_wrong(say, wanted)
    before = _whole(query.get("before", ""))
    if faults:
        return _trail_page(asked, wanted, {"rows": [], "next_before": None, "looked_to": None}, faults)
    given: JsonObject = {
        "about": wanted["about"],
        "act": act_meant(say, wanted["act"]),
        "by": wanted["by"],
        "since": day_begins(asked, wanted["since"], "since"),
        "until": day_ends(asked, wanted["until"]),
        # The newest first about one thing, too: a page goes back in time.
        "before": before or _LAST,
        "limit": ON_A_PAGE,
    }
    answer = asked.perform("trail_show", given)
    # An act that this node has no words for stands in the trail all the same, where a newer one wrote it.
    if wanted["act"] and answer["next_before"] is None and not answer["rows"] and not _is_act(say, wanted["act"]):
        what = say.text("narrowed.no_act", entered=Markup("<bdi>{}</bdi>").format(wanted["act"]))
        faults = {"act": Fault("act", what, say.text("narrowed.no_act_do"))}
    return _trail_page(asked, wanted, answer, faults)


def _trail_page(asked: Asked, wanted: Mapping[str, str], answer: JsonObject, faults: Mapping[str, Fault]) -> TrailPage:
    say = asked.say
    may_open = may_do(asked, "read_sealed_queries")
    following, looked_to = answer["next_before"], answer["looked_to"]
    on = urlencode({**{name: value for name, value in wanted.items() if value}, "before": str(following)})
    return TrailPage(
        title=say.text("nav.trail"),
        wanted=wanted,
        is_narrowed=any(wanted.values()),
        rows=[_line(asked, one, may_open=may_open) for one in members(answer, "rows")],
        looked_to=say.moment(parse_time(looked_to, "looked_to")) if isinstance(looked_to, str) else None,
        next=f"{TRAIL_PATH}?{on}" if following is not None else "",
        export=f"{TRAIL_PATH}/cases/{wanted['about']}" if _is_case(wanted["about"]) else "",
        acts=sorted({words for listed in _ACTS for words in say.codes(listed).values()}, key=say.place),
        faults=faults,
    )


_LAST: Final = INTEGER_MAX
"""Before which every row is."""


def _is_case(about: str) -> bool:
    year, slash, serial = about.partition("/")
    return bool(slash) and year.isdecimal() and serial.isdecimal()


def _whole(entered: str) -> int:
    return int(entered) if entered.isascii() and entered.isdecimal() and len(entered) <= len(str(_LAST)) else 0


def _line(asked: Asked, row: JsonObject, *, may_open: bool) -> ActLine:
    detail, sequence = member(row, "detail"), whole(row, "sequence")
    outcome = str(detail.get("outcome", ""))
    has_query, about = "query_sealed" in detail, text(row, "subject_name") or text(row, "subject")
    return ActLine(
        sequence=sequence,
        at=asked.say.moment(parse_time(text(row, "at"), "at")),
        act=act_words(asked.say, text(row, "verb")),
        officer=text(row, "officer"),
        body=text(member(row, "body"), "code"),
        about=about,
        narrow=f"{TRAIL_PATH}?{urlencode({'about': about})}",
        outcome=_worded(asked.say, _OUTCOMES, outcome),
        is_refused=outcome == "refused",
        detail=detail_told(asked.say, detail),
        is_withheld=row["is_withheld"] is True,
        sealed=f"{TRAIL_PATH}/rows/{sequence}/query" if has_query and may_open else "",
    )


def act_words(say: Wording, act: str) -> str:
    """Return what an act of the trail is called; statements that were taken in are acts too."""
    return _worded(say, _ACTS, act)


def _worded(say: Wording, lists: Sequence[str], code: str) -> str:
    """Return the words of the first list that has a code; the code, where none has."""
    return next((say.code(listed, code) for listed in lists if code in say.codes(listed)), code.replace("_", " "))


def act_meant(say: Wording, entered: str) -> str:
    """Return the act that was entered, by its words as the page shows them or by its code."""
    codes = {words.casefold(): code for listed in reversed(_ACTS) for code, words in say.codes(listed).items()}
    return codes.get(entered.casefold(), entered.replace(" ", "_"))


def _is_act(say: Wording, entered: str) -> bool:
    """Say whether an act is called so, or has this code."""
    return any(act_meant(say, entered) in say.codes(listed) for listed in _ACTS)


_ACTS: Final = ("journal_acts", "trail_acts", "verbs", "statement_kinds")
"""The lists that have the words of acts, the first that has one first."""
_OUTCOMES: Final = ("trail_outcomes", "hit_outcomes", "refusal_reasons", "decision_outcomes")
"""Likewise of what came of them."""


def _check(asked: Asked) -> CheckPage:
    answer = asked.perform("trail_verify")
    proof, log = member(answer, "proof"), member(answer, "log")
    return CheckPage(
        title=asked.say.text("trail.check_title"),
        is_sound=proof["is_sound"] is True,
        rows=whole(proof, "rows"),
        finding=said(asked.say, text(proof, "finding")),
        log_is_sound=log["is_sound"] is True,
        log_rows=whole(log, "rows"),
        log_finding=said(asked.say, text(log, "finding")),
        root=text(proof, "root"),
    )


def _proof(asked: Asked) -> ProofPage:
    answer = asked.perform("trail_checkpoint")
    return ProofPage(
        title=asked.say.text("trail.proof_title"),
        note=text(answer, "note"),
        origin=text(answer, "origin"),
        size=whole(answer, "size"),
        root=text(answer, "root"),
        keys=texts(answer, "verifier_keys"),
        since=_whole(asked.query.get("since", "")),
        file_most=asked.say.size(PROOF_BYTES_MAX),
        checked=[
            *(_checked(asked, file, note) for file, note in asked.memory.written.get(_CHECKS, {}).items()),
            *(_judged(asked, file, found) for file, found in asked.memory.written.get(_PROOFS, {}).items()),
        ],
    )


def _checked(asked: Asked, file: str, note: str) -> CheckedLine:
    try:
        proof = member(asked.perform("trail_continues", {"checkpoint": note}), "proof")
    except Invalid as error:
        # Of several files each is told by itself: one that is none hides nothing of the others.
        return _refused(asked, file, [error.what, error.why, error.do])
    is_sound = proof["is_sound"] is True
    verdict = "goes_on" if is_sound else "does_not_go_on"
    finding = said(asked.say, text(proof, "finding"))
    return CheckedLine(file, is_sound=is_sound, verdict=verdict, finding=finding, body="", about="", rows=0, erased=0)


def _refused(asked: Asked, file: str, why: Sequence[str]) -> CheckedLine:
    finding = " ".join(said(asked.say, one) for one in why if one)
    return CheckedLine(file, is_sound=False, verdict="none", finding=finding, body="", about="", rows=0, erased=0)


def _judged(asked: Asked, file: str, found: str) -> CheckedLine:
    """Tell what was found of a proof when it was handed in; it speaks of the past, and stays as it is."""
    answer: JsonObject = json.loads(found)
    if "refused" in answer:
        return _refused(asked, file, texts(answer, "refused"))
    proof = member(answer, "proof")
    is_case = text(proof, "what") == CASE_PROOF
    return CheckedLine(
        file=file,
        is_sound=proof["is_sound"] is True,
        verdict="holds" if proof["is_sound"] is True else "does_not_hold",
        # What holds is told by its numbers, in the reader's language.
        finding="" if is_case and proof["is_sound"] is True else said(asked.say, text(proof, "finding")),
        body=text(answer, "body"),
        about=text(proof, "about") if is_case else "",
        rows=whole(proof, "rows"),
        erased=whole(proof, "erased"),
    )


def _check_files(asked: Asked) -> Done:
    """Judge what was handed in, for this session; checkpoints are held against the log each time their page is shown.

    The files came as large ones do, and none of them stays.
    """
    notes: dict[str, str] = {}
    found: dict[str, str] = {}
    sent = asked.form.lines(_FILES)
    try:
        for one in sent[:CHECKED_MAX]:
            upload, path = asked.jobs.upload(asked.officer, one)
            if not _begins_as_proof(path):
                # What is no text is no checkpoint, and is refused as such; of what is too long for one the beginning says it too.
                with path.open("rb") as file:
                    notes[upload.name] = (
                        file.read(NOTE_BYTES_MAX + 1).decode("utf-8", "replace").replace("\0", "\ufffd")
                    )
                continue
            try:
                answer = asked.perform("trail_judge", {"proof": _proof_in(path, upload)})
            except Invalid as error:
                answer = {"refused": [error.what, error.why, error.do]}
            found[upload.name] = json.dumps(answer)
    finally:
        for one in sent:
            with suppress(NotFound):
                asked.jobs.drop(asked.officer, one)
    asked.memory.written[_CHECKS], asked.memory.written[_PROOFS] = notes, found
    return Done(f"{TRAIL_PATH}/proof")


def _begins_as_proof(path: Path) -> bool:
    """Say whether a file begins as a JSON object does."""
    with path.open("rb") as file:
        return file.read(NOTE_BYTES_MAX).lstrip().startswith(b"{")


def _proof_in(path: Path, upload: Upload) -> JsonObject:
    """Read a proof; raise Invalid for a file that is larger than one, or is none."""
    if upload.size > PROOF_BYTES_MAX:
        raise Invalid(
            f"The file {upload.name} is too large to be judged here.",
            field="checkpoint",
            why=f"A file that is judged has at most {size_said(PROOF_BYTES_MAX)}, and this one {size_said(upload.size)}.",
            do="Check it on a machine of its own, with «entente trail verify --file».",
        )
    return parse_document(path.read_bytes())


def _checkpoint(asked: Asked) -> Download:
    """Hand out the newest checkpoint, byte by byte: whoever keeps it hands it in again."""
    answer = asked.perform("trail_checkpoint")
    return Download(f"checkpoint-{whole(answer, 'size')}.txt", text(answer, "note").encode("utf-8"))


def _continuation(asked: Asked) -> Download:
    since = _whole(asked.query.get("since", ""))
    made = asked.perform("trail_prove", {"since": since})["continuation"]
    return Download(f"continuation-{since}.json", _document(made))


def _case(asked: Asked) -> Download:
    year, serial = asked.path["year"], asked.path["serial"]
    if not _is_case(f"{year}/{serial}"):
        raise NotFound
    made = asked.perform("trail_export", {"case": f"{year}/{serial}"})["case_proof"]
    return Download(f"case-{year}-{serial}.json", _document(made))


def _sealed(asked: Asked) -> Download:
    """Hand out a sealed query, as the command that opens it takes it; the look is a row itself."""
    row = _whole(asked.path["row"])
    if not row:
        raise NotFound
    answer = asked.perform("trail_query", {"row": row})
    return Download(f"query-{row}.json", _document(answer))


def _document(made: Json) -> bytes:
    return json.dumps(made, ensure_ascii=False, indent=2).encode("utf-8") + b"\n"


PAGES: Sequence[Page] = (
    ShowPage(
        "trail", "/trail", ("trail_show",), _NEEDS, "trail.html", "The record of acts, the newest first, narrowed as is asked.",
        _trail, in_navigation=True, key="t",
    ),
    ShowPage(
        "trail_check", "/trail/check", ("trail_verify",), _NEEDS, "trail_check.html",
        "The whole trail recomputed, the log held against it, and what was found.", _check,
    ),
    ShowPage(
        "trail_proof", "/trail/proof", ("trail_checkpoint", "trail_continues"), _NEEDS, "trail_proof.html",
        "The newest checkpoint, and how it is proved to go on from an earlier one.", _proof,
    ),
    ActPage(
        _CHECKS, "/trail/proof", ("trail_judge",), _NEEDS, "trail_proof",
        "Says whether the log goes on from earlier checkpoints, and whether proofs hold; for the session alone.", _check_files,
        (Field(_FILES, Kind.FILE, asks="checkpoint"),), is_once=False, has_several_files=True,
    ),
    ShowPage(
        "checkpoint", "/trail/checkpoint", ("trail_checkpoint",), _NEEDS, "", "The newest checkpoint of the log, to be kept.",
        _checkpoint,
    ),
    ShowPage(
        "continuation", "/trail/continuation", ("trail_prove",), _NEEDS, "",
        "The proof that the log goes on from an earlier checkpoint, to be kept.", _continuation,
    ),
    ShowPage(
        "case_proof", "/trail/cases/{year}/{serial}", ("trail_export",), _NEEDS, "",
        "What the trail holds of a case, with the proof of each row, to be kept; a row of the trail itself.", _case,
    ),
    ShowPage(
        "sealed_query", "/trail/rows/{row}/query", ("trail_query",), ("read_sealed_queries",), "",
        "The sealed query of a search, to be opened with its reader's own key; the look is a row itself.", _sealed,
    ),
)  # fmt: skip
