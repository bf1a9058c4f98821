"""Whom else a message went to, as its sender signs it: one list for all of them, so that each can tell what the others know.

Source: docs/rules/correspondence.md M26; docs/decisions/0119-addressees-see-each-other-unless-the-sender-says-otherwise.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from entente.correspondence.model import NamedAddressee
from entente.correspondence.rules import bad
from entente.kernel.ids import BodyId
from entente.kernel.text import is_line

ADDRESSEES_MAX: Final = 300
"""Every member of the largest police organisation, and a hundred more."""
GROUPS_MAX: Final = 8
"""By how many groups one body may be named; a sender keeps the first."""
_BODY: Final = re.compile(r"body:[a-z2-7]{32}")
_GROUP: Final = re.compile(r"body:[a-z2-7]{32}/[^/]{1,160}")


def named_to_all(addressees: Iterable[NamedAddressee]) -> tuple[NamedAddressee, ...]:
    """Return the list that goes with each message; empty where it went to one body alone."""
    listed = tuple(addressees)
    return listed if len(listed) > 1 else ()


def check_addressees(
    addressees: tuple[NamedAddressee, ...], sender: BodyId, recipient: BodyId, *, is_for_action: bool
) -> None:
    """Raise Invalid unless a list is empty or one that an honest sender signs.

    It has each body once, the sender never, and the recipient as the message itself addresses it.
    Source: docs/rules/correspondence.md M26.
    """
    if not addressees:
        return
    if not 1 < len(addressees) <= ADDRESSEES_MAX:
        raise bad("addressees", f"it lists {len(addressees)} bodies, and a list has 2 to {ADDRESSEES_MAX}")
    bodies = {one.body for one in addressees}
    if len(bodies) < len(addressees) or sender in bodies or not all(_BODY.fullmatch(body) for body in bodies):
        raise bad("addressees", "it lists a body twice, its sender, or what is no body")
    if not any(one.body == recipient and one.is_for_action == is_for_action for one in addressees):
        raise bad(
            "addressees", "it lists another addressee than the one it was sent to, or addresses that one otherwise"
        )
    if any(len(one.groups) > GROUPS_MAX for one in addressees):
        raise bad("addressees", f"it names one body by more than {GROUPS_MAX} groups")
    groups = {named.group for one in addressees for named in one.groups}
    if not all(_GROUP.fullmatch(one) and is_line(one) for one in groups):
        raise bad("addressees", "it names groups that are none")
