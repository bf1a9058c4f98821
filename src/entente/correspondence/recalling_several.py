"""Recall, in one act, of a message that went to several: from all of them, or from those who are named.

Each addressee has a message of its own, and each is recalled as M18 says: what no envelope carried never leaves, the others are
told ahead of data and confirm. All of it is one commit with one reason. What cannot be undone is said and not hidden: who had
opened it, and whom the recall has not reached.

Source: docs/rules/correspondence.md M28; docs/decisions/0128-what-goes-out-together-is-recalled-together.md.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from entente.correspondence.recalling import Recalling
from entente.correspondence.rules import SUBJECT_CHARACTERS_MAX, bad, check_text
from entente.correspondence.together import Together, together, went_out
from entente.kernel.canonical import Json
from entente.kernel.ids import BodyId, OfficerId


class RecallingSeveral(Recalling):
    """The verb about the recall of a message that went to several."""

    def recall_several(
        self, officer: OfficerId, message: str, reason: str, bodies: Collection[BodyId] | None = None
    ) -> Together:
        """Recall what went out in one act with a message of ours, from the bodies named or from all; return how all of it stands.

        What was recalled before stays as it was: twice changes nothing. A message that knows no act is recalled alone. Raises
        NotFound for one that is not ours, and Invalid for the reason, for nobody, or for a body that it did not go to.
        Source: docs/rules/correspondence.md M28.
        """
        check_text("reason", reason, SUBJECT_CHARACTERS_MAX)
        with self.open_unit() as unit:
            now = self.clock.now()
            writer = self._officer(unit, officer, "recall_message", message, now)
            sent = self._ours(unit, writer.id, message)
            act, messages = unit.correspondence.act_of(message), went_out(unit, sent)
            wanted = frozenset(one.body for one in messages) if bodies is None else frozenset(bodies)
            _check_wanted(wanted, frozenset(one.body for one in messages))
            chosen = [one.message for one in messages if one.body in wanted and one.recall is None]
            together_with: Mapping[str, Json] = {"sent_together": act, "recalled_together": len(chosen)} if act else {}
            for name in chosen:
                one = unit.correspondence.message(name)
                assert one is not None, "what went out in an act is kept as a message"
                self._recall(unit, writer.id, one, reason, now, together_with)
            found = together(unit, self._ours(unit, writer.id, message))
            if chosen:
                unit.commit()
            return found


def _check_wanted(wanted: frozenset[BodyId], went_to: frozenset[BodyId]) -> None:
    if not wanted:
        raise bad("bodies", "it is recalled from one of its addressees at least")
    if wanted - went_to:
        raise bad("bodies", "it names a body that the message did not go to")
