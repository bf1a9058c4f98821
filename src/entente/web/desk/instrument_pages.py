"""Instruments: the list, and one with its text beside its machine terms, who signed, how each party stands, what is proposed.

Source: docs/rules/desk.md W48; docs/rules/agreements.md.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from entente.agreements.model import InstrumentKind
from entente.bodies.finding import has_all, page_of, words_of
from entente.kernel.canonical import JsonObject
from entente.kernel.clock import parse_date, parse_time
from entente.kernel.errors import Invalid, NotFound
from entente.kernel.signing import encode_bytes
from entente.verbs.references import names_of
from entente.web.desk.directory_pages import body_path
from entente.web.desk.forms import Field, Kind
from entente.web.desk.instrument_sample import Parties, sample
from entente.web.desk.page import PREFIX, ActPage, Asked, Done, Page, ShowPage, may_do
from entente.web.desk.paging import ON_A_PAGE, Pager, chosen, offset_asked, pager_of
from entente.web.desk.reading import BodyName, body_name, member, members, text, texts, whole
from entente.web.desk.sharing_pages import SHARING_PATH, instrument_path
from entente.web.desk.terms_shown import TermsShown, terms_shown
from entente.web.desk.unsigned_pages import ProgressShown, progress_shown
from entente.web.sentences import said
from entente.web.wording import Moment, Wording

INSTRUMENTS_PATH = f"{PREFIX}/instruments"
PROPOSE_PATH = f"{PREFIX}/propose"
FILE_CHARACTERS_MAX = 200_000
"""Of an instrument's file as it is pasted: encoded as a form it stays within forms.FORM_BYTES_MAX."""
HEADS_VERBS = ("sign_instrument", "suspend", "resume", "take_measure")
"""Whoever may hand in what heads signed."""


@dataclass(frozen=True, slots=True)
class InstrumentLine:
    """An instrument in a list."""

    to: str
    name: str
    title: str
    kind: str
    in_force: bool
    why: str
    parties: int
    signed: int
    suspensions: int
    is_ours_to_sign: bool
    """Whether our body is a party, has not signed, and neither it nor the proposer put an end to that."""
    is_taken_back: bool
    refused_by: Sequence[str]


@dataclass(frozen=True, slots=True)
class InstrumentsPage:
    """What `instruments.html` shows."""

    title: str
    here: str
    find: str
    of_kind: str
    kinds: Mapping[str, str]
    instruments: Sequence[InstrumentLine]
    pager: Pager
    propose: str
    """Where an instrument is proposed; empty for who may not."""
    cut_off: str


@dataclass(frozen=True, slots=True)
class SuspensionLine:
    """A suspension as the page of its instrument shows it."""

    id: str
    toward: Sequence[BodyName]
    kinds: Sequence[str]
    rights: Sequence[str]
    direction: str
    decided_by: str
    document: str
    reason: str
    since: Moment
    review_on: str
    is_due: bool
    """Whether the day on which it is looked at again has come."""


@dataclass(frozen=True, slots=True)
class StandLine:
    """How a party stands."""

    body: BodyName
    to: str
    state: str
    state_words: str
    epoch: int
    at: Moment
    kinds: Sequence[str]
    suspensions: Sequence[SuspensionLine]
    is_ours: bool


@dataclass(frozen=True, slots=True)
class InstrumentPage:
    """What `instrument.html` shows."""

    title: str
    to: str
    here: str
    name: str
    kind: str
    in_force: bool
    why: str
    terms: TermsShown
    progress: ProgressShown | None
    """How far it has come; None for one in force of which nothing more is to be said."""
    signed_by: Sequence[str]
    missing: Sequence[str]
    proposed_by: str
    stands: Sequence[StandLine]
    """Ours first, then those that stopped or narrowed something."""
    active: Sequence[BodyName]
    """The others, who simply take part."""
    own_stand: StandLine | None
    measures: int
    proposals: Sequence[tuple[str, str, str]]
    matrix: str
    may_sign: bool
    may_suspend: bool
    may_resume: bool
    kinds: Mapping[str, str]
    """The kinds of its terms, in words."""


def _instruments(asked: Asked) -> InstrumentsPage:
    say = asked.say
    kinds = {kind.value: say.code("instrument_kinds", kind) for kind in InstrumentKind}
    kept = {"find": asked.query.get("find", "").strip(), "of_kind": chosen(asked, "of_kind", kinds)}
    own = text(member(asked.perform("body_show"), "body"), "code")
    words = words_of(kept["find"])
    found = [
        one
        for one in members(asked.perform("instrument_list"), "instruments")
        if kept["of_kind"] in {"", one["kind"]} and has_all(words, text(one, "name"), text(one, "title"))
    ]
    page = page_of(found, offset_asked(asked), ON_A_PAGE)
    return InstrumentsPage(
        title=say.text("nav.instruments"),
        here=INSTRUMENTS_PATH,
        find=kept["find"],
        of_kind=kept["of_kind"],
        kinds=kinds,
        instruments=[_line(one, own, say) for one in page.shown],
        pager=pager_of(INSTRUMENTS_PATH, kept, {"of": page.of, "offset": page.offset}, len(page.shown)),
        propose=PROPOSE_PATH if may_do(asked, "propose_instrument") else "",
        cut_off=f"{PREFIX}/cut-off" if may_do(asked, "suspend") else "",
    )


def _line(one: JsonObject, own: str, say: Wording) -> InstrumentLine:
    signed = texts(one, "signed_by")
    return InstrumentLine(
        to=instrument_path(text(one, "id")),
        name=text(one, "name"),
        title=text(one, "title"),
        kind=say.code("instrument_kinds", text(one, "kind")),
        in_force=one["in_force"] is True,
        why=said(say, text(one, "why")),
        parties=len(texts(one, "parties_in_force")),
        signed=len(signed),
        suspensions=whole(one, "suspensions"),
        is_ours_to_sign=one["is_open"] is True and own in texts(one, "missing") and own not in texts(one, "refused_by"),
        is_taken_back=one["is_open"] is not True,
        refused_by=texts(one, "refused_by"),
    )


def instrument_shown(asked: Asked) -> JsonObject:
    """Return what the verb says of the instrument that the path names; raise NotFound for one that is not here."""
    try:
        return asked.perform("instrument_show", {"instrument": asked.path["instrument"]})
    except Invalid as error:
        raise NotFound from error


def _instrument(asked: Asked) -> InstrumentPage:
    say, answer = asked.say, instrument_shown(asked)
    own_body = member(asked.perform("body_show"), "body")
    own, own_code = text(own_body, "id"), text(own_body, "code")
    today = asked.node.clock.now().date().isoformat()
    stands = [_stand(one, own, today, say) for one in members(answer, "participations")]
    terms = member(answer, "terms")
    ours = next((one for one in stands if one.is_ours), None)
    return InstrumentPage(
        title=text(answer, "title"),
        to=instrument_path(text(answer, "id")),
        here=INSTRUMENTS_PATH,
        name=text(answer, "name"),
        kind=say.code("instrument_kinds", text(answer, "kind")),
        in_force=answer["in_force"] is True,
        why=said(say, text(answer, "why")),
        terms=terms_shown(terms, say),
        progress=progress_shown(asked, answer, own_code),
        signed_by=texts(answer, "signed_by"),
        missing=texts(answer, "missing"),
        proposed_by=text(answer, "proposed_by"),
        stands=sorted((one for one in stands if _is_told(one)), key=lambda one: not one.is_ours),
        active=[one.body for one in stands if not _is_told(one)],
        own_stand=ours,
        measures=len(members(answer, "measures")),
        proposals=[
            (text(member(one, "proposer"), "code"), text(member(one, "target"), "code"), text(one, "clause"))
            for one in members(answer, "proposals")
        ],
        matrix=f"{SHARING_PATH}?by_instrument={text(answer, 'id')}",
        may_sign=ours is None and answer["is_open"] is True and may_do(asked, "sign_instrument"),
        may_suspend=ours is not None and ours.state != "withdrawn" and may_do(asked, "suspend"),
        may_resume=ours is not None and may_do(asked, "resume"),
        kinds=say.chosen_of("record_kinds", texts(terms, "kinds")),
    )


def _is_told(stand: StandLine) -> bool:
    return stand.is_ours or stand.state != "active" or bool(stand.suspensions)


def _stand(one: JsonObject, own: str, today: str, say: Wording) -> StandLine:
    body = member(one, "body")
    named = body_name(body)
    return StandLine(
        body=named,
        to=body_path(named.code),
        state=text(one, "state"),
        state_words=say.code("participation_states", text(one, "state")),
        epoch=whole(one, "epoch"),
        at=say.moment(parse_time(text(one, "at"), "at")),
        kinds=[*say.chosen_of("record_kinds", texts(one, "kinds")).values()],
        suspensions=[_suspension(item, today, say) for item in members(one, "suspensions")],
        is_ours=body["id"] == own,
    )


def _suspension(one: JsonObject, today: str, say: Wording) -> SuspensionLine:
    review = text(one, "review_on")
    return SuspensionLine(
        id=text(one, "id"),
        toward=[body_name(ref) for ref in members(one, "counterparts")],
        kinds=[*say.chosen_of("record_kinds", texts(one, "kinds")).values()],
        rights=[say.code("rights", right) for right in texts(one, "rights")],
        direction=say.code("directions", text(one, "direction")),
        decided_by=text(one, "decided_by"),
        document=text(one, "document"),
        reason=say.code("suspension_reasons", text(one, "reason")),
        since=say.moment(parse_time(text(one, "since"), "since")),
        review_on=say.day(parse_date(review, "review_on")),
        is_due=review <= today,
    )


@dataclass(frozen=True, slots=True)
class ProposePage:
    """What `propose.html` shows."""

    title: str
    here: str
    sample: str
    """Where a file to begin with is shown; empty where nobody else is known, or on its own page."""
    begun: str
    """The file to begin with; empty until it is asked for."""


def _propose_page(asked: Asked) -> ProposePage:
    say, names = asked.say, names_of(asked.node)
    other = min((body.code for body in names.bodies.values() if body.id != names.own.id), default="")
    wants = asked.query.get("begin") == "sample" and other
    parties = Parties(names.own.code, other)
    begun = sample(parties, asked.node.lists, say, asked.node.clock.now().date()) if wants else ""
    where = f"{PROPOSE_PATH}?begin=sample" if other and not wants else ""
    return ProposePage(say.text("instruments.propose"), INSTRUMENTS_PATH, where, begun)


def _propose(asked: Asked) -> Done:
    data = encode_bytes(asked.form.value("instrument_file").encode("utf-8"))
    answer = asked.perform("instrument_propose", {"data": data})
    return Done(instrument_path(text(member(answer, "instrument"), "id")), "instrument_proposed")


PAGES: Sequence[Page] = (
    ShowPage(
        "instruments", "/instruments", ("instrument_list", "body_show"), (), "instruments.html",
        "The instruments known here, whether each is in force, and what is suspended.", _instruments,
        in_navigation=True, key="a",
        live=("instrument",),
    ),
    ShowPage(
        "instrument", "/instruments/{instrument}", ("instrument_show", "body_show"), (), "instrument.html",
        "An instrument: its text beside its machine terms, how each party stands.", _instrument,
        live=("instrument",),
    ),
    ShowPage(
        "propose", "/propose", (), ("propose_instrument",), "propose.html", "The form by which an instrument is proposed.",
        _propose_page,
    ),
    ActPage(
        "propose_instrument", "/propose", ("instrument_propose",), ("propose_instrument",), "propose",
        "Puts an instrument before its parties, from its file.", _propose,
        (Field("instrument_file", Kind.TEXT, most=FILE_CHARACTERS_MAX, asks="data"),), is_heavy=True,
    ),
)  # fmt: skip
