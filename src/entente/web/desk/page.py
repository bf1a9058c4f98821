"""What a page of the desk is: a row of the table, with the verbs it performs, who may open it, and its template.

The table (`table.PAGES`) is the one source: routing, the navigation, the rules of who may open what, and the tests that try every
page with every role are made from it. A page shows (GET) or acts (POST); an act that went well sends the browser on to a page
that shows, one that did not gives its form back with what was entered.

Source: docs/decisions/0084-the-desk-is-a-table-of-pages-over-the-verbs.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, TypeAlias

from entente.bodies.tokens import may
from entente.kernel.canonical import Json, JsonObject
from entente.kernel.ids import OfficerId
from entente.node import Node
from entente.verbs import VERBS, perform
from entente.verbs.references import names_and_officer
from entente.web.desk import paths
from entente.web.desk.forms import Entered, Fault, Field, Kind
from entente.web.desk.memory import Memory
from entente.web.desk.ports import FilesAndJobs
from entente.web.desk.session import Session
from entente.web.wording import Wording

PREFIX = paths.PREFIX


@dataclass(frozen=True, slots=True)
class Asked:
    """A request of a page, from an officer who is signed in and whose role may open it."""

    node: Node
    session: Session
    say: Wording
    path: Mapping[str, str]
    """The parameters of the path."""
    query: Mapping[str, str]
    """What stands behind «?», each name once."""
    form: Entered
    """What was posted, or what a form is given back with; empty when a page is opened."""
    stamp: str
    """The number of the change before this request: what the page it makes has seen (changes.Changes)."""
    memory: Memory
    """What is kept for this session between requests: the task, and the queries it asked."""
    jobs: FilesAndJobs
    """The officer's files and jobs, each asked for with the officer's id."""
    once: str = ""
    """Of a form: the key under which it is done once."""
    is_by_itself: bool = False
    """Whether an open page asks for itself anew, to be brought up to date: nobody looks by that, and nothing is read by it."""

    def perform(self, verb: str, given: JsonObject | None = None) -> JsonObject:
        """Do a verb as the officer who asks, through the same table as the API; raise what it raises."""
        fields = dict(given or {})
        if "officer" in VERBS[verb].takes:
            fields["officer"] = self.session.account
        return perform(self.node, verb, fields)

    def perform_as_nobody(self, verb: str, given: JsonObject) -> JsonObject:
        """Do a verb without acting: it then shows less and records nothing. Who looks is said where the verb asks for it."""
        reader: JsonObject = {"reader": self.session.account} if "reader" in VERBS[verb].takes else {}
        return perform(self.node, verb, {**given, **reader})

    @property
    def officer(self) -> OfficerId:
        """Return who asks."""
        return self.session.account


def may_do(asked: Asked, *verbs: str) -> bool:
    """Say whether a role of who asks may do one of these, so that a form is offered; it is judged again when it is sent."""
    _, officer = names_and_officer(asked.node, asked.officer)
    return may(officer, verbs, asked.node.clock.now(), asked.node.lists)


class Content(Protocol):
    """What a template gets as `page`: a documented dataclass with a title."""

    @property
    def title(self) -> str:
        """What the page is, in the reader's language; the heading, and the window's title."""


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """That another page comes first: where the browser is sent instead."""

    to: str
    """A path below PREFIX."""


@dataclass(frozen=True, slots=True)
class Streamed:
    """Bytes that were checked as a whole before, given a piece at a time: they lie plain nowhere."""

    size: int
    pieces: Iterator[bytes]


@dataclass(frozen=True, slots=True)
class Download:
    """A file to be kept by the browser, never shown by it, whatever it holds (docs/rules/desk.md W55)."""

    name: str
    """What the browser calls it: letters, digits, point and hyphen."""
    content: bytes | Path | Streamed
    called: str = ""
    """What its sender calls it, in any script, where that is a plain file name; browsers take it before `name`."""


@dataclass(frozen=True, slots=True)
class Done:
    """Where an act that went well sends the browser, and what that page says of it."""

    to: str
    """A path below PREFIX."""
    said: str = ""
    """The last part of a text's key `done.…`; empty for nothing."""
    draft: Mapping[str, str] | None = None
    """What is to stand in the form of `ActPage.draft_of` on the page that it leads to; None for nothing."""

    def to_json(self) -> JsonObject:
        """Return it as what is kept with the act: it identifies the result and says no more (docs/rules/api.md P8)."""
        return {"to": self.to, "said": self.said}

    @classmethod
    def from_json(cls, kept: Mapping[str, Json]) -> Done:
        """Return what was kept."""
        return cls(str(kept["to"]), str(kept["said"]))


@dataclass(frozen=True, slots=True)
class ShowPage:
    """A page that shows something."""

    name: str
    """Also the key of its name in the navigation, `nav.…`, where it stands there."""
    path: str
    """Below PREFIX, with its parameters in braces."""
    verbs: tuple[str, ...]
    """Names of entente.verbs.VERBS that it performs."""
    needs: tuple[str, ...]
    """Verbs of data/roles.yaml of which a role of the account must have one; none for every account."""
    template: str
    """Empty for what is downloaded."""
    shows: str
    """One sentence, for the reference and for whoever reads the table."""
    make: Callable[[Asked], Content | Elsewhere | Download]
    in_navigation: bool = False
    key: str = ""
    """The letter after `g` that opens it by keyboard; only of pages in the navigation."""
    is_long: bool = False
    """Whether it computes for long though its verbs do not always (Verb.is_long)."""
    live: tuple[str, ...] = ()
    """Kinds of changes upon which it is brought up to date where it stands (changes.Changes). To make such a page is no act
    where it asks by itself (Asked.is_by_itself), but where its template says so by `data-still`: then it says that it is old, and
    its officer asks."""

    @property
    def takes_long(self) -> bool:
        """Say whether it waits for a turn among those that compute for long."""
        return self.is_long or any(VERBS[name].is_long for name in self.verbs)


@dataclass(frozen=True, slots=True)
class ActPage:
    """A form's address: it does something and sends the browser on."""

    name: str
    path: str
    verbs: tuple[str, ...]
    needs: tuple[str, ...]
    form_on: str
    """The name of the page that has the form and gives it back with what is wrong; its path has no other parameters."""
    does: str
    act: Callable[[Asked], Done]
    fields: tuple[Field, ...] = field(default=())
    """What the form has; what it does not have is not read."""
    is_once: bool = True
    """Whether sending it twice does it once; False where nothing but the trail is written."""
    is_heavy: bool = False
    """Whether the officer must have proved who they are lately (docs/rules/desk.md W4); if not, the form is given back."""
    draft_of: str = ""
    """The name of the act whose form goes on with what this one did to it; empty for one that ends its form."""
    keeps_file: bool = False
    """Whether the file of a form in error is taken all the same, to be given back with the form: a browser keeps none."""
    has_several_files: bool = False
    """Whether more than one file may be sent at once in its field of a file; each is taken by itself."""
    keeps_draft: bool = True
    """Whether what is being written is kept with the node (W63); what is searched leaves the page as it is asked (W120)."""
    heeds_changes: bool = False
    """Whether its form is given back, once, where somebody else changed the thing since the page was shown (W64)."""
    checks: Callable[[Asked], tuple[Fault, ...]] | None = None
    """Says all that is wrong with what was entered at once, beside what its fields say; None for an act that looks by itself."""

    def wrong_besides(self, asked: Asked) -> tuple[Fault, ...]:
        """Return what is wrong with what was entered, beside what its fields say."""
        return self.checks(asked) if self.checks is not None else ()

    @property
    def file(self) -> str:
        """The name of the field that is a file; empty for a form without one."""
        return next((one.name for one in self.fields if one.kind is Kind.FILE), "")

    @property
    def files(self) -> str:
        """The name of the field that takes small files; empty for a form without one."""
        return next((one.name for one in self.fields if one.kind is Kind.FILES), "")

    @property
    def takes_long(self) -> bool:
        """Say whether it waits for a turn among those that compute for long."""
        return any(VERBS[name].is_long for name in self.verbs)

    @property
    def many(self) -> frozenset[str]:
        """The names of the fields that may be sent any number of times."""
        return frozenset(one.name for one in self.fields if one.kind is Kind.CODES)


Page: TypeAlias = ShowPage | ActPage
