"""Hits: a candidate judged side by side with its record; what was found here and told to us, answered, released."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from entente.correspondence.model import TEXT_CHARACTERS_MAX
from entente.identity.namesakes import MARKED_DAYS
from entente.identity.rules import OCCASION_CHARACTERS_MAX
from entente.kernel.canonical import Json, JsonObject
from entente.kernel.clock import parse_time
from entente.kernel.errors import NotFound
from entente.web.desk.case_parts import DecisionLine, decisions_of
from entente.web.desk.forms import Field, Kind
from entente.web.desk.ladder import Delivery, deliveries_of
from entente.web.desk.memory import KeptQuery
from entente.web.desk.namesake_pages import namesakes_path
from entente.web.desk.naming import id_shown, path_if_any, quote_record, record_asked_for
from entente.web.desk.page import PREFIX, ActPage, Asked, Done, Page, ShowPage, may_do
from entente.web.desk.reading import BodyName, body_name, member, members, text, whole
from entente.web.desk.record_pages import Facts, facts_of
from entente.web.desk.search_pages import CandidateLine, candidate, kept_query, search_again
from entente.web.desk.task import TaskShown, task_shown
from entente.web.desk.understood import BesideLine, beside, terms_of, understood_query
from entente.web.desk.unsettled_pages import Became, became_of
from entente.web.wording import Moment, Wording

ON_A_PAGE = 50
DOCUMENT_CHARACTERS_MAX = 300
EVIDENCE_CHARACTERS_MAX = 120_000
"""As many pieces as are kept, each as long as it may be."""
_READERS = ("confirm_hit", "answer_hit")


@dataclass(frozen=True, slots=True)
class JudgePage:
    """What `judge.html` shows: the candidate beside its record."""

    title: str
    task: TaskShown
    back: str
    candidate: CandidateLine
    facts: Facts
    beside: Sequence[BesideLine]
    """What was asked, and the record's facts."""
    confirm: str
    reject: str
    mark: str
    marked: str
    """Where what was found so before is shown, and ended."""
    rejections: Mapping[str, str]
    may_judge: bool
    document: str
    """The number that was asked for, where one was."""
    marked_days: int
    evidence: str
    """The evidence that is shown, as the form sends it along: it is kept with the judgement."""


@dataclass(frozen=True, slots=True)
class HitLine:
    """A hit in a list."""

    id: str
    to: str
    at: Moment
    way: str
    record: str
    record_to: str
    counterpart: BodyName
    purpose: str
    outcome: str
    state: str
    state_words: str
    officer: str
    our_reference: str
    your_reference: str


@dataclass(frozen=True, slots=True)
class HitsPage:
    """What `hits.html` shows."""

    title: str
    hits: Sequence[HitLine]
    next: str


@dataclass(frozen=True, slots=True)
class HitPage:
    """What `hit.html` shows."""

    title: str
    hit: HitLine
    instrument: str
    crime_area: str
    score: str
    """Empty where whoever found it compared nothing."""
    version: int
    circumstances: str
    answer: str
    is_same_person: str
    """In words; empty while there is no answer."""
    answered_at: Moment | None
    deliveries: Sequence[Delivery]
    may_release: bool
    may_answer: bool
    case: str
    """Our case, as a path; empty for none."""
    decisions: Sequence[DecisionLine]
    became: Sequence[Became]
    """What became of it that an officer is to know."""


def hit_path(hit: str) -> str:
    """Return where a hit is shown."""
    return f"{PREFIX}/hits/{hit}"


def hit_line(hit: JsonObject, say: Wording) -> HitLine:
    """Return a hit as lists show it."""
    is_ours = hit["way"] == "sent"
    return HitLine(
        id=text(hit, "id"),
        to=hit_path(text(hit, "id")),
        at=say.moment(parse_time(text(hit, "at"), "at")),
        way=text(hit, "way"),
        record=id_shown(text(hit, "name"), say),
        record_to=path_if_any(text(hit, "name")),
        counterpart=body_name(member(hit, "recipient" if is_ours else "sender")),
        purpose=say.code("purposes", text(hit, "purpose")),
        outcome=say.code("hit_outcomes", text(hit, "outcome_reason")),
        state=text(hit, "state"),
        state_words=say.code("hit_states", text(hit, "state")),
        officer=text(hit, "officer"),
        our_reference=text(hit, "our_reference" if is_ours else "your_reference"),
        your_reference=text(hit, "your_reference" if is_ours else "our_reference"),
    )


def _judge(asked: Asked) -> JudgePage:
    """Show a candidate of a kept query beside its record; NotFound where the query does not find it any more."""
    kept, say, name = kept_query(asked), asked.say, record_asked_for(asked)
    key = asked.path["key"]
    one = next(((place, one) for place, one in enumerate(_found(asked, kept), start=1) if one["name"] == name), None)
    if one is None:
        raise NotFound
    asked.memory.task = kept.task
    facts, there = facts_of(asked, name), quote_record(name)
    query = understood_query(asked, kept)
    return JudgePage(
        title=facts.caption.written,
        task=task_shown(asked),
        back=f"{PREFIX}/standing/{key}" if kept.is_standing else f"{PREFIX}/search/{key}",
        candidate=candidate(one[1], one[0], key, say),
        facts=facts,
        beside=beside(facts.properties, terms_of(query, asked)),
        confirm=f"{PREFIX}/judge/{key}/confirm/{there}",
        reject=f"{PREFIX}/judge/{key}/reject/{there}",
        mark=f"{PREFIX}/judge/{key}/mark/{there}",
        marked=namesakes_path(name),
        rejections=_rejections(say),
        may_judge=may_do(asked, "confirm_hit") and not facts.is_own,
        document=next(iter(query.identifiers), ""),
        marked_days=MARKED_DAYS,
        evidence=json.dumps(members(one[1], "evidence"), ensure_ascii=False),
    )


def _found(asked: Asked, kept: KeptQuery) -> Sequence[JsonObject]:
    """Return what a kept query finds now; of one that was left to stand the matches, which a search may not list."""
    if kept.is_standing:
        return members(asked.perform("standing_matches", {"query": asked.path["key"]}), "matches")
    return members(search_again(asked, kept), "candidates")


def _rejections(say: Wording) -> Mapping[str, str]:
    return {code: words for code, words in say.codes("hit_outcomes").items() if code.startswith("rejected_")}


def _finding(asked: Asked) -> JsonObject:
    """Return the fields of a judgement: the candidate as it was shown, under the task it was looked for."""
    form, kept = asked.form, kept_query(asked)
    return {
        "record": record_asked_for(asked),
        "version": _number(form.value("version")),
        "score": _number(form.value("score")),
        "circumstances": form.value("circumstances"),
        "instrument": form.value("instrument"),
        "evidence": _evidence(form.value("evidence")),
        **kept.task.about(),
    }


def _evidence(entered: str) -> Json:
    """Return the evidence that the form carried; what is none is for the verb to refuse."""
    try:
        found: Json = json.loads(entered) if entered else []
    except (ValueError, RecursionError):
        return entered
    return found


def _number(entered: str) -> int:
    return int(entered) if entered.isdecimal() and entered.isascii() else 0


def _confirm(asked: Asked) -> Done:
    answer = asked.perform("hit_confirm", _finding(asked))
    return Done(hit_path(text(member(answer, "hit"), "id")), "hit_confirmed")


def _reject(asked: Asked) -> Done:
    answer = asked.perform("hit_reject", {**_finding(asked), "reason": asked.form.value("reason")})
    return Done(hit_path(text(member(answer, "hit"), "id")), "hit_rejected")


def _mark(asked: Asked) -> Done:
    kept, form = kept_query(asked), asked.form
    given: dict[str, Json] = {"document": form.value("document"), "reason": form.value("why_not")}
    asked.perform("namesake_mark", {"record": record_asked_for(asked), **given, **kept.task.occasion_fields()})
    return Done(f"{PREFIX}/search/{asked.path['key']}", "namesake_marked")


def _hits(asked: Asked) -> HitsPage:
    answer = asked.perform("hit_list", {"limit": ON_A_PAGE, "before": asked.query.get("before", "")})
    following = answer["next_before"]
    return HitsPage(
        title=asked.say.text("nav.hits"),
        hits=[hit_line(one, asked.say) for one in members(answer, "hits")],
        next=f"{PREFIX}/hits?before={following}" if following else "",
    )


def _hit(asked: Asked) -> HitPage:
    answer, say = asked.perform("hit_show", {"id": asked.path["id"]}), asked.say
    hit = member(answer, "hit")
    line, same = hit_line(hit, say), hit["is_same_person"]
    is_ours = line.way == "sent"
    answered = hit["answered_at"]
    return HitPage(
        title=say.text("hit.title", record=line.record),
        hit=line,
        instrument=text(hit, "instrument"),
        crime_area=say.code("crime_areas", text(hit, "crime_area")),
        score=say.percent(score) if (score := whole(hit, "score")) else "",
        version=whole(hit, "version"),
        circumstances=text(hit, "circumstances"),
        answer=text(hit, "answer"),
        is_same_person="" if same is None else say.text("hit.same") if same else say.text("hit.not_same"),
        answered_at=say.moment(parse_time(str(answered), "answered_at")) if answered else None,
        deliveries=deliveries_of(hit, say) if is_ours else (),
        may_release=is_ours and line.state == "held" and may_do(asked, "confirm_hit"),
        may_answer=not is_ours and line.state == "told" and may_do(asked, "answer_hit"),
        case=f"{PREFIX}/cases/{line.our_reference}" if line.our_reference else "",
        decisions=decisions_of(answer, say),
        became=became_of(asked, line.id),
    )


def _release(asked: Asked) -> Done:
    asked.perform("hit_release", {"id": asked.path["id"]})
    return Done(hit_path(asked.path["id"]), "hit_released")


def _answer(asked: Asked) -> Done:
    form = asked.form
    given: JsonObject = {"id": asked.path["id"], "same": form.value("same") == "yes", "text": form.value("text")}
    asked.perform("hit_answer", given)
    return Done(hit_path(asked.path["id"]), "hit_answered")


_AT = "{source}/{local_id:path}"
_CIRCUMSTANCES = (
    Field("circumstances", Kind.TEXT, most=TEXT_CHARACTERS_MAX),
    Field("version", most=20),
    Field("score", most=4),
    Field("instrument", is_needed=False),
    Field("evidence", is_needed=False, most=EVIDENCE_CHARACTERS_MAX),
)

PAGES: Sequence[Page] = (
    ShowPage(
        "hits", "/hits", ("hit_list",), _READERS, "hits.html", "The newest hits found here and told to us.", _hits,
        in_navigation=True, key="h",
        live=("hit",),
    ),
    ShowPage(
        "hit", "/hits/{id}", ("hit_show", "unsettled_show"), _READERS, "hit.html", "A hit, and how far it has come.", _hit,
        live=("hit", "case", "delivery"),
    ),
    ActPage(
        "release_hit", "/hits/{id}/release", ("hit_release",), ("confirm_hit",), "hit",
        "Tells the source of a hit that the instrument's rule holds.", _release,
    ),
    ActPage(
        "answer_hit", "/hits/{id}/answer", ("hit_answer",), ("answer_hit",), "hit", "Answers a hit on a record of ours.",
        _answer, (Field("same", Kind.CODE, codes="yes_no"), Field("text", Kind.TEXT, most=TEXT_CHARACTERS_MAX)),
        heeds_changes=True,
    ),
    ShowPage(
        "judge", f"/search/{{key}}/{_AT}", ("search", "standing_matches", "record_show"), ("search",), "judge.html",
        "A candidate beside its record, to be confirmed, rejected or marked as a namesake.", _judge,
    ),
    ActPage(
        "confirm_hit", f"/judge/{{key}}/confirm/{_AT}", ("hit_confirm",), ("confirm_hit",), "judge",
        "Judges a candidate to be the subject.", _confirm, _CIRCUMSTANCES,
    ),
    ActPage(
        "reject_hit", f"/judge/{{key}}/reject/{_AT}", ("hit_reject",), ("confirm_hit",), "judge",
        "Judges a candidate not to be the subject.", _reject,
        (Field("reason", Kind.CODE, codes="hit_outcomes"), *_CIRCUMSTANCES),
    ),
    ActPage(
        "mark_namesake", f"/judge/{{key}}/mark/{_AT}", ("namesake_mark",), ("confirm_hit",), "judge",
        "Finds that the bearer of a document is not whom a record is about.", _mark,
        (Field("document", most=DOCUMENT_CHARACTERS_MAX), Field("why_not", most=OCCASION_CHARACTERS_MAX, asks="reason")),
    ),
)  # fmt: skip
