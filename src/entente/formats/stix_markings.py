"""What the markings of an object of STIX mean for the record made of it: they tighten the terms of the import, and never loosen.

A marking of the Traffic Light Protocol, by its published id or by its definition, is our handling code of that name; one that is
not known, or is words, is H3 (other restrictions, stated in words). What its maker lets nobody pass on without leave is shared
with nobody, since the leave is not ours to give: the source of a record is asked for it, and we are that source. Confidence
lowers the evaluation of the information. Source: docs/rules/records.md R54; docs/rules/handling.md H2; decision 0078.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from entente.disclosure.model import DisclosureClass
from entente.formats.codelists import load_code_lists
from entente.formats.import_terms import ImportTerms
from entente.formats.list_drafts import UnfitError, clean
from entente.formats.stix_words import MARKED, TLP_COLOURS, TLP_EXTENSION, evaluation_of, type_of_id
from entente.handling.model import CodeLists, DisclosureAct, InformationEvaluation, Permission

OTHER: Final = "H3"
"""The code of what is restricted in words."""
CONFIDENCE_MAX: Final = 100
WORDS_MAX: Final = 500
"""Characters of a marking in words that are kept with a record."""


@dataclass(frozen=True, slots=True)
class Marking:
    """What a marking means."""

    code: str
    words: str = ""
    """What it says, where no code says it."""


def marking_of(found: Mapping[str, object]) -> Marking:
    """Return what a marking-definition means, by its id or by what it says."""
    known = MARKED.get(str(found.get("id")))
    if known is not None:
        return Marking(known)
    definition = found.get("definition")
    definition = definition if isinstance(definition, dict) else {}
    colour = definition.get("tlp") if found.get("definition_type") == "tlp" else _colour_in(found)
    if isinstance(colour, str) and (code := TLP_COLOURS.get(colour.lower())) is not None:
        return Marking(code)
    said = definition.get("statement") or found.get("name") or found.get("id")
    return Marking(OTHER, clean(str(said))[:WORDS_MAX])


def _colour_in(found: Mapping[str, object]) -> object:
    extensions = found.get("extensions")
    tlp = extensions.get(TLP_EXTENSION) if isinstance(extensions, dict) else None
    return tlp.get("tlp_2_0") if isinstance(tlp, dict) else None


@dataclass(slots=True)
class Tightening:
    """Makes the disclosure class of an object from the terms of the import and its markings."""

    terms: ImportTerms
    defined: Mapping[str, Marking]
    """The markings that the bundle defines, by id."""
    lists: CodeLists = field(default_factory=load_code_lists)
    _classes: dict[tuple[str, frozenset[str], str], DisclosureClass] = field(default_factory=dict)

    def markings_of(self, found: Mapping[str, object]) -> list[Marking]:
        """Return the markings of an object and of parts of it; raise UnfitError for what is no marking."""
        refs = found.get("object_marking_refs", [])
        granular = found.get("granular_markings", [])
        if not isinstance(refs, list) or not isinstance(granular, list):
            raise UnfitError("object_marking_refs", "markings stand in a list")
        for one in granular:
            if not isinstance(one, dict):
                raise UnfitError("granular_markings", "a marking of a part is no object")
            # One that states a language alone restricts nothing.
            refs = [*refs, one["marking_ref"]] if "marking_ref" in one else refs
        return [self._marking(ref) for ref in dict.fromkeys(map(str, refs))]

    def _marking(self, ref: str) -> Marking:
        if type_of_id(ref) != "marking-definition":
            raise UnfitError("object_marking_refs", f"«{ref[:60]}» is no id of a marking")
        if (code := MARKED.get(ref)) is not None:
            return Marking(code)
        return self.defined.get(ref) or Marking(OTHER, ref)

    def class_for(self, schema: str, markings: list[Marking], confidence: object) -> DisclosureClass:
        """Return on what terms the facts of an object are kept; raise UnfitError for a confidence that is none."""
        codes, evaluation = frozenset(one.code for one in markings), self._evaluation(confidence)
        key = (schema, codes, evaluation)
        if key not in self._classes:
            cls = self.terms.class_for(schema)
            self._classes[key] = replace(
                cls,
                handling=cls.handling | codes,
                information_evaluation=InformationEvaluation(evaluation),
                instrument=cls.instrument if self.may_be_passed_on(codes) else None,
            )
        return self._classes[key]

    def may_be_passed_on(self, codes: frozenset[str]) -> bool:
        """Say whether whoever was given something under these codes may give it to another body without asking."""
        known = self.lists.handling_codes
        return all(known[code].permissions[DisclosureAct.FORWARD] is Permission.ALONE for code in codes)

    def _evaluation(self, confidence: object) -> str:
        stated = str(self.terms.information_evaluation.value)
        if confidence is None:
            return stated
        if type(confidence) is not int or not 0 <= confidence <= CONFIDENCE_MAX:
            raise UnfitError("confidence", f"«{str(confidence)[:20]}» is no number from 0 to {CONFIDENCE_MAX}")
        return max(stated, evaluation_of(confidence))
