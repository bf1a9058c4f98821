"""How far an instrument of the store has come on its way to being concluded, and what was said of it meanwhile.

Read from the kept statements: of an instrument that nobody refused or took back there are none, and most are such.

Source: docs/rules/agreements.md A15 and A16; the answer itself is `rules.progress_of`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date

from entente.agreements.channel import members_now
from entente.agreements.model import InstrumentState, OpenWord, Progress
from entente.agreements.ports import AgreementsUnit
from entente.agreements.rules import progress_of
from entente.agreements.statements import AgreementKind, read_instrument, read_open_word
from entente.kernel.ids import BodyId, InstrumentId

Words = Mapping[InstrumentId, Sequence[OpenWord]]


def words_of(unit: AgreementsUnit, kind: AgreementKind) -> Words:
    """Return what bodies said of instruments, of one kind of word, the oldest first."""
    found: dict[InstrumentId, list[OpenWord]] = defaultdict(list)
    for statement in unit.agreements.statements([kind]):
        instrument, word = read_open_word(statement)
        found[instrument].append(word)
    return found


def own_word(unit: AgreementsUnit, kind: AgreementKind, instrument: InstrumentId) -> OpenWord | None:
    """Return what our body said of an instrument, of one kind of word."""
    own = unit.bodies.own().id
    return next((word for word in words_of(unit, kind).get(instrument, ()) if word.body == own), None)


def proposers_of(unit: AgreementsUnit, state: InstrumentState) -> frozenset[BodyId]:
    """Return who proposed an instrument, as far as it came here; who brought it by a signature where no proposal came."""
    return proposed_by(unit, state.instrument.id) or frozenset({state.proposed_by})


def proposed_by(unit: AgreementsUnit, instrument: InstrumentId) -> frozenset[BodyId]:
    """Return the bodies whose proposal of an instrument is kept here."""
    proposals = unit.agreements.statements([AgreementKind.INSTRUMENT])
    return frozenset(one.body for one in proposals if read_instrument(one).id == instrument)


class Progresses:
    """How far instruments have come, for any number of them: what was said is read once. For one unit of work and one day."""

    def __init__(self, unit: AgreementsUnit, on: date) -> None:
        self._unit, self._on = unit, on
        self._taken_back = words_of(unit, AgreementKind.TAKEN_BACK)
        self._refused = words_of(unit, AgreementKind.REFUSED)

    def of(self, state: InstrumentState) -> Progress:
        """Return how far one has come."""
        unit, instrument = self._unit, state.instrument
        taken_back = self._taken_back.get(instrument.id, ())
        return progress_of(
            state,
            members_now(unit, instrument, self._on),
            proposers_of(unit, state) if taken_back else frozenset(),
            taken_back,
            self._refused.get(instrument.id, ()),
            unit.bodies.successors(),
        )


def progress_in(unit: AgreementsUnit, state: InstrumentState, on: date) -> Progress:
    """Return how far an instrument has come, as of a unit of work that is open."""
    return Progresses(unit, on).of(state)
