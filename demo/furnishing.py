"""What a body has beside its records: more officers, whom to call at night, a group, a unit that sees less. By the same verbs.

Without it the pages of officers, contacts, groups and units would be empty at the desks of the demonstration.
"""

from __future__ import annotations

import json
from typing import Final

from demo.sharing import ALL
from demo.stage import Teller, claim
from entente.kernel.signing import encode_bytes

BESIDE: Final = {"head-2": ["head_of_body"], "op-1": ["node_operator"]}
"""Officers whom the story needs nowhere, at each body: a second head, for what needs four eyes, and an operator."""
REVIEWER: Final = ("GS", "reviewer-1")
"""Only a general secretariat reviews."""
LIMITED: Final = "XB-NCB"
BRANCH: Final = "north"
BRANCH_OFFICER: Final = "north-1"
UNITS: Final = [
    {
        "id": BRANCH,
        "kind": "regional_branch",
        "name": "Northern branch",
        "territory": "The northern border",
        "parent": None,
    },
    {"id": "gate-4", "kind": "unit", "name": "Checkpoint 4", "territory": "", "parent": BRANCH},
]
KINDS: Final = ["wanted_person"]


def furnish(teller: Teller) -> None:
    """Have each body say whom to call, the secretariat keep a group, and two heads limit what a branch sees."""
    ask = teller.ask
    for code in ALL:
        for officer, roles in BESIDE.items():
            ask(code, "officer_add", officer="head-1", id=officer, roles=roles, version="new")
        phone = f"+1 555 01{ALL.index(code):02}"
        ask(
            code, "contact_keep", officer="duty-1", function="Duty desk", kind="all_hours_desk", phone=phone,
            languages=["en"], days="always",
        )  # fmt: skip
    ask(REVIEWER[0], "officer_add", officer="head-1", id=REVIEWER[1], roles=["compliance_reviewer"], version="new")
    entries = [
        {"body": one, "status": "member", "since": "2026-01-01", "document": "Charter, signatures"} for one in ALL
    ]
    group = {"name": "participants", "title": "Participants of the charter", "entries": entries}
    ask("GS", "group_keep", officer="head-1", data=_file(group))
    lost = _limit_branch(teller)
    teller.world.settle()
    points = ask("RC", "contact_list", body=LIMITED)["points"]
    counting = [one["counts"] for one in ask("RC", "group_show", group="GS/participants")["group"]["entries"]]
    claim("RC knows whom to call at XB-NCB", [one["function"] for one in points] == ["Duty desk"])
    claim("RC knows the group of GS", counting == [True] * len(ALL))
    teller.tell(
        "Each body says whom to call at night, and GS keeps a group; two heads of XB-NCB limit its northern branch",
        f"all four know it, but the limit is XB-NCB's own matter: the branch sees {lost} records less, wanted persons alone",
    )


def _limit_branch(teller: Teller) -> int:
    """Limit what a branch sees to wanted persons; return how many records its officer sees no more."""
    ask = teller.ask
    ask(LIMITED, "body_units", data=_file({"units": UNITS}))
    ask(
        LIMITED, "officer_add", officer="head-1", id=BRANCH_OFFICER, roles=["duty_officer"], unit=BRANCH, version="new"
    )  # fmt: skip
    wanted = {"officer": "head-1", "unit": BRANCH, "kinds": KINDS}
    lost = ask(LIMITED, "unit_limits_preview", **wanted)["lost"]
    made = ask(LIMITED, "unit_limits_propose", **wanted, reason="Border checks.")["set"]["id"]
    state = ask(LIMITED, "unit_limits_confirm", officer="head-2", id=made)["set"]["state"]
    claim("two heads limit the branch", state == "confirmed" and lost > 0)
    return int(lost)


def _file(document: object) -> str:
    return encode_bytes(json.dumps(document).encode())
