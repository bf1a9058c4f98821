"""Correspondence: messages, hits, requests for a record or for leave, and their answers, between two bodies.

Each item names both sides' references and the one instrument it is under, is signed by the sender's node in its officer's
name, and leaves one row in the trail and one line in the case. What is about a record is asked of the gate at both ends.

Terms: a *hit* is a candidate that an officer confirmed; a *leave* is the source's signed permission; the *channel* is the
charter's, which carries messages, requests and answers when nothing else is open, and never a data set.

`model` the nouns · `rules`, `channels` M2 to M16 · `statements` what goes over the wire (M1) · `desk` the steps all share ·
`messages`, `hits` and `hit_answers`, `forwarding`, `permissions` and `granting`, `requests` and `answering` the verbs, the
asking side first · `service` all of them as one value.

Leaves to others: whether data may be disclosed (disclosure), taking in a record (records), envelopes (exchange), notices.
Source: DESIGN sections 2, 5 and 6; docs/rules/correspondence.md.
"""

from entente.correspondence.model import Hit, Message, PermissionRequest, RecordRequest, Way
from entente.correspondence.service import Correspondence

__all__ = ["Correspondence", "Hit", "Message", "PermissionRequest", "RecordRequest", "Way"]
