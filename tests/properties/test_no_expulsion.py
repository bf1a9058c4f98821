"""Whatever others say, in whatever order, no body leaves a directory and no body's keys change but by its own heads (B5).

A machine of Hypothesis lets three hostile bodies, with all their own keys and the older keys of their victim, make
statements of every kind about it and hand them in at an observer, mixed with true statements of the victim. Some bring bodies of
their own that name the victim as the one they replace: none of it makes a successor (B14).

Source: DESIGN section 1, promise 2; docs/rules/bodies.md B5; docs/rules/agreements.md A7.
"""

from dataclasses import replace

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from entente.agreements.channel import force_now
from entente.agreements.model import Participation, ParticipationState, ProposalKind, ProposalState
from entente.agreements.statements import draft_signature
from entente.bodies.statements import begin, extend, introduction_of
from entente.kernel.canonical import JsonObject
from entente.kernel.codec import to_object
from entente.kernel.errors import EntenteError
from entente.kernel.statement import Statement, draft
from tests.support.build_bodies import (
    HEAD,
    LISTS,
    Keyring,
    charter,
    conclude,
    genesis_content,
    genesis_statement,
    network,
    next_keys,
)

VICTIM = "XB-NCB"
HOSTILE = ("GS", "RC", "XA-NCB")
OBSERVER = "XC-NCB"


class NoExpulsion(RuleBasedStateMachine):
    @initialize()
    def begin(self) -> None:
        self.nodes = network(*HOSTILE, VICTIM, OBSERVER)
        text = charter(*(node.id for node in self.nodes.values()), measures_by=self.nodes["GS"].id)
        self.charter = conclude(self.nodes, text)
        self.victim, self.observer = self.nodes[VICTIM], self.nodes[OBSERVER]
        self.true_entry = self.victim.entry
        self.rings = [self.victim.ring]
        self.known = {entry.id for entry in self.observer.store.state.bodies.bodies()}

    def _say(self, statement: Statement) -> None:
        try:
            self.observer.take(statement)
        except EntenteError:
            # Refused is one right answer; what must never happen is judged by the invariants.
            return

    def _forge(self, by: str, kind: str, content: JsonObject, *, as_victim: bool, by_heads: bool) -> None:
        liar = self.nodes[by]
        speaker = self.victim.id if as_victim else liar.id
        statement = draft(kind, speaker, liar.clock.now(), content)
        self._say(liar.ring.by_heads(statement, 3) if by_heads else liar.ring.by_node(statement))

    @rule(by=st.sampled_from(HOSTILE), as_victim=st.booleans(), by_heads=st.booleans(), version=st.integers(1, 4))
    def forge_keys(self, by: str, as_victim: bool, by_heads: bool, version: int) -> None:  # noqa: FBT001 - drawn
        content = next_keys(self.true_entry, self.nodes[by].ring, version=version).content
        self._forge(by, "keys", content, as_victim=as_victim, by_heads=by_heads)

    @rule(by=st.sampled_from(HOSTILE), as_victim=st.booleans(), version=st.integers(1, 4))
    def introduce_with_forged_keys(self, by: str, as_victim: bool, version: int) -> None:  # noqa: FBT001 - drawn
        liar = self.nodes[by]
        forged = liar.ring.by_heads(next_keys(self.true_entry, liar.ring, version=version), 3)
        content = introduction_of(self.true_entry)
        carried = content["statements"]
        assert isinstance(carried, list)
        carried.append(forged.to_json())
        self._forge(by, "introduction", content, as_victim=as_victim, by_heads=False)

    @rule(by=st.sampled_from(HOSTILE))
    def introduce_an_older_state(self, by: str) -> None:
        content: JsonObject = {"about": self.victim.id, "statements": list(self.true_entry.statements[:1])}
        self._forge(by, "introduction", content, as_victim=False, by_heads=False)

    @rule(by=st.sampled_from(HOSTILE), kind=st.sampled_from(ProposalKind))
    def propose(self, by: str, kind: ProposalKind) -> None:
        proposer = self.nodes[by]
        proposer.agreements.propose_governance(HEAD, kind, self.victim.id, "It should leave.")
        for out in proposer.store.state.outbox.put_out:
            if out.recipient == self.observer.id:
                self._say(out.statement)
        proposer.store.state.outbox.put_out.clear()

    @rule(by=st.sampled_from(HOSTILE), as_victim=st.booleans(), state=st.sampled_from(ParticipationState))
    def forge_participation(self, by: str, as_victim: bool, state: ParticipationState) -> None:  # noqa: FBT001 - drawn
        liar = self.nodes[by]
        speaker = self.victim.id if as_victim else liar.id
        stand = Participation(self.victim.id, self.charter.id, 9, state, liar.clock.now())
        content = to_object(replace(stand, body=speaker))
        self._forge(by, "participation", content, as_victim=as_victim, by_heads=True)

    @rule(by=st.sampled_from(HOSTILE), kind=st.sampled_from(["name", "addresses", "units", "group"]))
    def forge_anything_else(self, by: str, kind: str) -> None:
        contents: dict[str, JsonObject] = {
            "name": {"name": "Gone", "since": "2031-05-04"},
            "addresses": {"addresses": ["https://hostile.example/"]},
            "units": {"units": []},
            "group": {"name": "members", "title": "Members", "version": 9, "entries": []},
        }
        self._forge(by, kind, contents[kind], as_victim=True, by_heads=False)

    @rule(by=st.sampled_from(HOSTILE), number=st.integers(1, 3), is_introduced=st.booleans())
    def bring_a_successor(self, by: str, number: int, is_introduced: bool) -> None:  # noqa: FBT001 - drawn
        """Make a body that names the victim as the one it replaces, have it introduced, and say that others accepted it."""
        ring = Keyring.of(f"usurper {number}")
        content = replace(genesis_content(f"XU-{number}0", ring), replaces=self.victim.id, country="XB")
        usurper = begin(genesis_statement(content, ring), self.victim.clock.now(), LISTS.countries)
        if is_introduced:
            self._forge(by, "introduction", introduction_of(usurper), as_victim=False, by_heads=False)
        accepted: JsonObject = {"successor": usurper.id, "replaces": self.victim.id}
        self._forge(by, "successor_accepted", accepted, as_victim=False, by_heads=False)
        self._say(ring.by_node(draft("successor_accepted", usurper.id, self.victim.clock.now(), accepted)))
        self._say(ring.by_heads(draft_signature(usurper.id, self.victim.clock.now(), self.charter), 3))

    @rule(at=st.integers(0, 5))
    def play_older_keys_back(self, at: int) -> None:
        old = self.rings[at % len(self.rings)]
        statement = next_keys(self.true_entry, Keyring.of("thief"))
        if old is not self.rings[-1]:
            self._say(old.by_heads(statement, 3))

    @rule()
    def victim_changes_its_own_keys(self) -> None:
        ring = Keyring.of(f"{VICTIM} {len(self.rings) + 1}")
        statement = self.rings[-1].by_heads(next_keys(self.true_entry, ring))
        self.true_entry = extend(self.true_entry, statement, self.victim.clock.now())
        self.rings.append(ring)
        self._say(statement)

    @invariant()
    def nobody_left_the_directory(self) -> None:
        assert self.known <= {entry.id for entry in self.observer.store.state.bodies.bodies()}

    @invariant()
    def its_keys_names_and_addresses_are_its_own_word(self) -> None:
        entry = self.observer.sees(self.victim)
        assert entry.keys == self.true_entry.keys
        assert entry.names == self.true_entry.names
        assert entry.addresses == self.true_entry.addresses

    @invariant()
    def nobody_stands_in_its_place(self) -> None:
        with self.observer.store.open_unit() as unit:
            assert unit.bodies.successors() == {}
            state = unit.agreements.instrument(self.charter.id)
            assert state is not None
            verdict = force_now(unit, state, self.observer.clock.now())
        assert verdict.holds
        assert self.victim.id in verdict.parties
        assert verdict.parties <= {node.id for node in self.nodes.values()}
        assert self.observer.sees(self.victim).succeeded_by is None

    @invariant()
    def its_participation_is_its_own_word(self) -> None:
        state = self.observer.store.state.agreements.states[self.charter.id]
        assert state.participations[self.victim.id].state is ParticipationState.ACTIVE

    @invariant()
    def expulsions_are_inadmissible(self) -> None:
        for proposal in self.observer.store.state.agreements.kept_proposals:
            if proposal.kind is ProposalKind.EXPULSION:
                assert (proposal.state, proposal.clause) == (ProposalState.INADMISSIBLE, "3")


TestNoExpulsion = NoExpulsion.TestCase
TestNoExpulsion.settings = settings(max_examples=25, stateful_step_count=15, deadline=None)
