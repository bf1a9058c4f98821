"""Seeded whole worlds for the gate, in the neutral form of world_format.md; world_situation.py reads them for the gate.

A world is made mostly right and a little wrong everywhere: each ground fails alone often enough to be seen (the test
asserts how often). Times and dates cluster around `now`, on the very second and the very day too, so that a `<` in the place
of a `<=` shows. What is unknown on purpose is named «…-unknown».
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

Plain = dict[str, Any]

BODIES, INSTRUMENTS, CLASSES, RECORDS, LEAVES = 20, 10, 500, 1_000, 80
ACTS = ["know", "see", "forward", "use_as_evidence", "act_on"]
RIGHTS = ["record", "consult", "copy", "contact"]
LEVELS = ["official_use", "restricted", "confidential"]
KINDS = {f"kind-{n}": {"is_data_set": n < 9} for n in range(12)}
PURPOSES = [f"purpose-{n}" for n in range(9)]
AREAS = [f"area-{n}" for n in range(20)]
STATUSES = ["wanted", "suspect", "convicted", "none", "victim", "witness"]
MARKS = ["minor", "sensitive", "victim_data"]
GROUP_STATUSES = ["member", "associate", "observer", "dialogue_partner", "former"]
HANDLING = {
    "H0": ("alone", "alone", "alone", "alone", "alone"),
    "H1": ("alone", "alone", "alone", "ask", "alone"),
    "H2": ("alone", "alone", "ask", "alone", "alone"),
    "H3": ("alone", "alone", "ask", "ask", "ask"),
    "RED": ("alone", "alone", "no", "no", "ask"),
    "STRICT": ("alone", "alone", "no", "ask", "alone"),
    "GREEN": ("alone", "alone", "alone", "ask", "alone"),
    "DARK": ("alone", "ask", "ask", "no", "alone"),
    "SEALED": ("ask", "ask", "ask", "ask", "ask"),
    "CLOSED": ("no", "alone", "alone", "alone", "alone"),
}
HANDLING_WEIGHTS = (70, 7, 5, 4, 1, 1, 6, 2, 1, 1)
ROLES: dict[str, Plain] = {
    "duty_officer": {"acts_up_to": "act_on", "confidentiality": "confidential", "marks": MARKS},
    "border_officer": {"acts_up_to": "act_on", "confidentiality": "official_use", "marks": ["minor"]},
    "analyst": {"acts_up_to": "forward", "confidentiality": "restricted", "marks": []},
    "head_of_body": {"acts_up_to": "see", "confidentiality": "confidential", "marks": MARKS},
    "register_clerk": {"acts_up_to": "know", "confidentiality": "restricted", "marks": ["minor", "victim_data"]},
    "odd_role": {"acts_up_to": "command", "confidentiality": "confidential", "marks": MARKS},
    "lost_role": {"acts_up_to": "act_on", "confidentiality": "level-unknown", "marks": MARKS},
}
ROLE_WEIGHTS = (82, 3, 5, 5, 2, 1, 1)
UNITS = [f"unit-{n}" for n in range(8)]


def first_moment(seed: int) -> datetime:
    """Return the moment around which a world's dates lie."""
    return datetime(2031, 5, 4, tzinfo=UTC) + timedelta(days=seed % 900, seconds=(seed * 7_919) % 86_400)


def as_time(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


class _Maker:
    """Draws the parts of one world from one seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.units = random.Random(f"{seed} units")
        """Of units alone, so that all else of a seed is as it was before there were any."""
        self.now = first_moment(seed)
        self.bodies = [f"body-{n:02}" for n in range(BODIES)]

    def chance(self, of: float) -> bool:
        return self.random.random() < of

    def some(self, items: list[str], least: int, most: int) -> list[str]:
        return self.random.sample(items, self.random.randint(least, min(most, len(items))))

    def before(self) -> datetime:
        """Draw a moment that mostly has passed, sometimes this very second, seldom still to come."""
        days = self.random.choice((1, 30, 400))
        near = self.random.choice((timedelta(0), timedelta(seconds=-1), timedelta(seconds=1), timedelta(days=1)))
        return self.now + near if self.chance(0.08) else self.now - timedelta(days=days)

    def after(self) -> datetime:
        return self.now + (self.now - self.before())

    def group(self) -> list[Plain]:
        return [
            {
                "body": body,
                "status": self.random.choices(GROUP_STATUSES, (6, 2, 1, 1, 1))[0],
                "since": as_time(self.before())[:10],
                "until": as_time(self.after())[:10] if self.chance(0.3) else None,
            }
            for body in self.some(self.bodies, 2, 8)
        ]

    def group_reference(self) -> Plain:
        name = "group-unknown" if self.chance(0.04) else f"group-{self.random.randrange(6)}"
        return {"group": name, "status": self.random.choices(GROUP_STATUSES, (6, 2, 1, 1, 1))[0]}

    def suspension(self, parties: list[str], kinds: list[str]) -> Plain:
        return {
            "counterparts": self.some(parties, 1, 5) if self.chance(0.7) else [],
            "kinds": self.some(kinds, 1, 3) if self.chance(0.5) else [],
            "rights": self.some(RIGHTS, 1, 3) if self.chance(0.4) else [],
            "direction": self.random.choice(("sending", "receiving", "both")),
            "since": as_time(self.before()),
        }

    def participation(self, parties: list[str], kinds: list[str]) -> Plain:
        state = self.random.choices(("active", "narrowed", "suspended", "withdrawn"), (87, 4, 8, 1))[0]
        count = self.random.randint(1, 2) if state == "suspended" else int(self.chance(0.03))
        return {
            "state": state,
            "kinds": self.some(kinds, 1, len(kinds)) if state == "narrowed" else [],
            "suspensions": [self.suspension(parties, kinds) for _ in range(count)],
        }

    def instrument(self, number: int) -> Plain:
        kinds = [*self.some(list(KINDS), 5, 9), *(["kind-unknown"] if self.chance(0.1) else [])]
        parties = [*self.some(self.bodies[1:], 9, 17), self.bodies[0]]
        is_charter = number == 0
        return {
            "in_force": number != INSTRUMENTS - 1,
            "parties": parties,
            "kinds": kinds,
            "purposes": [*self.some(PURPOSES, 4, 8), *(["purpose-unknown"] if self.chance(0.2) else [])],
            "crime_areas": [*self.some(AREAS, 8, 18), *(["area-unknown"] if self.chance(0.2) else [])],
            "rights": RIGHTS if self.chance(0.6) else self.some(RIGHTS, 2, 3),
            "knowable_kinds": self.some(kinds, 1, 4),
            "handling_ceiling": self.random.choices([*LEVELS, "level-unknown"], (5, 25, 70, 1))[0],
            "onward": self.random.choices(("forbidden", "with_leave", "among_parties"), (15, 15, 70))[0],
            "clauses": ["no_expulsion", "neutrality", "channel", "measures"] if is_charter else [],
            "lease": self.random.choice((15, 24 * 60, 24 * 60, 72 * 60)),
            "kind_leases": {kind: 72 * 60 for kind in kinds if self.chance(0.2)},
            "participations": {body: self.participation(parties, kinds) for body in parties if not self.chance(0.01)},
        }

    def heard(self, lease: int) -> datetime:
        """Draw when a body was last heard: mostly lately, sometimes around the very end of a lease, seldom long ago."""
        near = self.random.choice((timedelta(0), timedelta(seconds=1), timedelta(seconds=2), timedelta(seconds=-1)))
        if self.chance(0.15):
            return self.now - timedelta(minutes=lease) + near
        return self.now - timedelta(minutes=self.random.choices((0, 5, 60, 30 * 60, 90 * 60), (6, 6, 3, 2, 1))[0])

    def measure(self) -> Plain:
        return {
            "charter": self.random.choices(
                ("instrument-0", f"instrument-{INSTRUMENTS - 1}", "instrument-unknown"), (8, 1, 1)
            )[0],
            "target": self.random.choice(self.bodies[1:]),
            "policy": self.random.choices(("direct", "via_review", "receive_only", "paused"), (2, 3, 3, 2))[0],
            "since": as_time(self.before()),
            "until": as_time(self.after()),
        }

    def restriction(self) -> Plain:
        mode = self.random.choices(("exclude", "only"), (7, 3))[0]
        bodies = self.some(self.bodies, 0, 4) if mode == "exclude" else self.some(self.bodies, 6, 16)
        return {
            "mode": mode,
            "bodies": bodies,
            "groups": [self.group_reference() for _ in range(self.random.choices((0, 1, 2), (6, 3, 1))[0])],
        }

    def disclosure_class(self, number: int, instruments: Mapping[str, Plain]) -> Plain:
        names = list(instruments)
        name = self.random.choices(names, [10] * (len(names) - 1) + [1])[0]
        terms = instruments[name]
        kind = self.random.choice(terms["kinds"] if self.chance(0.985) else [*KINDS, "kind-unknown"])
        if name == "instrument-0" and self.chance(0.9):
            kind = self.random.choice(
                [k for k in terms["kinds"] if not KINDS.get(k, {}).get("is_data_set")] or ["kind-10"]
            )
        levels = (
            LEVELS[: LEVELS.index(terms["handling_ceiling"]) + 1] if terms["handling_ceiling"] in LEVELS else LEVELS
        )
        handling = self.random.choices(list(HANDLING), HANDLING_WEIGHTS, k=self.random.choices((1, 2), (9, 1))[0])
        odd = self.random.random()
        purposes = [p for p in PURPOSES if p in terms["purposes"] and self.chance(0.9)] + self.some(PURPOSES, 0, 1)
        sound = [body for body in terms["parties"] if body not in self.bodies[18:]]
        return {
            "number": number,
            "source": self.random.choice(sound if self.chance(0.92) else self.bodies),
            "kind": kind,
            "instrument": None if odd < 0.006 else "instrument-unknown" if odd < 0.01 else name,
            "purposes": sorted({*purposes, *(["purpose-unknown"] if self.chance(0.005) else [])}),
            "crime_areas": sorted(
                {*self.some(terms["crime_areas"], 3, 12), *(["area-unknown"] if self.chance(0.005) else [])}
            ),
            "handling": []
            if self.chance(0.004)
            else sorted({*handling, *(["code-unknown"] if self.chance(0.004) else [])}),
            "confidentiality": self.random.choice(levels if self.chance(0.99) else [*LEVELS, "level-unknown"]),
            "source_evaluation": self.random.choices("ABCX", (5, 3, 2, 3))[0],
            "information_evaluation": self.random.choices("1234", (4, 3, 2, 2))[0],
            "status": self.random.choices([*STATUSES, "status-unknown"], (60, 60, 20, 40, 8, 8, 1))[0],
            "marks": sorted(
                {
                    *(self.some(MARKS, 1, 2) if self.chance(0.08) else []),
                    *(["mark-unknown"] if self.chance(0.004) else []),
                }
            ),
            "restrictions": [self.restriction() for _ in range(self.random.choices((0, 1, 2), (75, 20, 5))[0])],
            "review": self.random.choices(("not_required", "cleared", "pending", "refused"), (45, 49, 4, 2))[0],
        }

    def record(self, number: int) -> Plain:
        erased, withdrawn = self.chance(0.04), self.chance(0.04)
        return {
            "id": f"record-{number}",
            "class": self.random.randint(1, CLASSES),
            "erase_on": as_time(self.before() if erased else self.after())[:10] if self.chance(0.8) else None,
            "withdrawn_at": as_time(self.before()) if withdrawn else None,
        }

    def unit_tree(self) -> list[Plain]:
        """Draw units, each behind the one it is below."""
        return [
            {"id": unit, "parent": self.units.choice(UNITS[:place]) if place and self.units.random() < 0.4 else None}
            for place, unit in enumerate(UNITS[:-1])
        ]

    def limits(self) -> dict[str, Plain]:
        """Draw what binds some units, unlisted ones too; nothing at all in one world of eight."""
        if self.units.random() < 0.125:
            return {}
        return {unit: self.unit_limits() for unit in UNITS if self.units.random() < 0.6}

    def unit_limits(self) -> Plain:
        pick, sample, drawn = self.units.random, self.units.sample, dict[str, Any]()
        for name, codes, least in (
            ("kinds", list(KINDS), 7),
            ("sources", self.bodies, 13),
            ("instruments", [f"instrument-{n}" for n in range(INSTRUMENTS)], 6),
            ("purposes", PURPOSES, 4),
            ("crime_areas", AREAS, 10),
            ("marks", MARKS, 0),
        ):
            if pick() < 0.3:
                drawn[name] = sample(codes, self.units.randint(least, len(codes)))
        if pick() < 0.2:
            drawn["confidentiality"] = self.units.choices([*LEVELS, "level-unknown"], (3, 6, 3, 1))[0]
        if pick() < 0.2 or not drawn:
            drawn["acts_up_to"] = self.units.choices([*ACTS, "command"], (2, 5, 5, 4, 3, 1))[0]
        return drawn

    def unit_of_reader(self) -> str:
        """Draw a reader's unit: mostly none, seldom one that nobody knows."""
        if self.units.random() < 0.82:
            return ""
        return "unit-unknown" if self.units.random() < 0.04 else self.units.choice(UNITS)

    def leave(self, classes: list[Plain], records: list[Plain], instruments: Mapping[str, Plain]) -> Plain:
        asks = {"H1", "H2", "H3", "DARK", "SEALED", "GREEN", "STRICT"}
        wanting = [r for r in records if asks & set(classes[r["class"] - 1]["handling"])]
        record = self.random.choice(wanting or records)
        cls = classes[record["class"] - 1]
        parties = instruments.get(str(cls["instrument"]), {"parties": self.bodies})["parties"]
        return {
            "source": cls["source"] if self.chance(0.95) else self.random.choice(self.bodies),
            "grantee": self.bodies[0] if self.chance(0.6) else self.random.choice(parties),
            "records": sorted(
                {record["id"], *(r["id"] for r in self.random.sample(records, self.random.randint(0, 5)))}
            ),
            "acts": ACTS if self.chance(0.5) else self.some(ACTS, 1, 4),
            "recipient": self.random.choice(self.bodies) if self.chance(0.8) else None,
            "purpose": self.random.choice(cls["purposes"] or PURPOSES),
            "since": as_time(self.before()),
            "until": as_time(self.after()),
        }


def make_world(seed: int) -> Plain:
    """Make the world of a seed: 20 bodies, 6 groups, 10 instruments, 500 classes, 1,000 records."""
    make = _Maker(seed)
    instruments = {f"instrument-{n}": make.instrument(n) for n in range(INSTRUMENTS)}
    classes = [make.disclosure_class(n, instruments) for n in range(1, CLASSES + 1)]
    records = [make.record(n) for n in range(RECORDS)]
    return {
        "own_body": make.bodies[0],
        # Of twenty bodies one was never introduced here, and one has let its keys run out.
        "bodies": {body: {"has_valid_keys": body != make.bodies[18]} for body in make.bodies[:19]},
        "lists": {
            "purposes": PURPOSES,
            "crime_areas": AREAS,
            "record_kinds": KINDS,
            "handling_codes": {code: dict(zip(ACTS, words, strict=True)) for code, words in HANDLING.items()},
            "confidentiality_levels": LEVELS,
            "subject_statuses": STATUSES,
            "tightening_statuses": ["victim", "witness"],
            "marks": MARKS,
            "roles": ROLES,
        },
        "groups": {f"group-{n}": make.group() for n in range(6)},
        "instruments": instruments,
        "heard": {
            body: as_time(make.heard(instruments[f"instrument-{place % INSTRUMENTS}"]["lease"]))
            for place, body in enumerate(make.bodies)
            if body != make.bodies[17]
        },
        "measures": [make.measure() for _ in range(3)],
        "leaves": [make.leave(classes, records, instruments) for _ in range(LEAVES)],
        "classes": classes,
        "records": records,
        "units": make.unit_tree(),
        "limits": make.limits(),
    }


def make_requests(world: Plain, seed: int, count: int) -> Iterator[Plain]:
    """Draw requests to a world, most of them as an officer would ask, some wrong in one thing."""
    make = _Maker(seed)
    records_of = [(record, world["classes"][record["class"] - 1]) for record in world["records"]]
    by_id = {record["id"]: (record, cls) for record, cls in records_of}
    for _ in range(count):
        if make.chance(0.08):
            leave = make.random.choice(world["leaves"])
            record, cls = by_id[make.random.choice(leave["records"])]
            request = _request(make, world, record, cls)
            yield {
                **request,
                "reader": _reader(make, world, leave["grantee"]),
                "purpose": leave["purpose"],
                "recipient": leave["recipient"],
                "record": record["id"],
            }
        else:
            yield _request(make, world, *make.random.choice(records_of))


def _reader(make: _Maker, world: Plain, body: str) -> Plain:
    return {**_in_role(make, world, body), "unit": make.unit_of_reader()}


def _in_role(make: _Maker, world: Plain, body: str) -> Plain:
    if body != world["own_body"]:
        return {"body": body, "roles": ["analyst"] if make.chance(0.03) else None}
    if make.chance(0.02):
        return {"body": body, "roles": make.random.choice((None, [], ["role-unknown"]))}
    roles = make.random.choices(list(ROLES), ROLE_WEIGHTS, k=make.random.choices((1, 2), (4, 1))[0])
    return {"body": body, "roles": sorted(set(roles))}


def _request(make: _Maker, world: Plain, record: Plain, cls: Plain) -> Plain:
    terms = world["instruments"].get(str(cls["instrument"]))
    parties = make.bodies if terms is None or make.chance(0.02) else terms["parties"]
    body = world["own_body"] if make.chance(0.5) else make.random.choice(parties)
    act = make.random.choices(ACTS, (15, 50, 12, 9, 14))[0]
    has_recipient = make.chance(0.9 if act == "forward" else 0.08)
    purposes = [p for p in cls["purposes"] if terms is None or p in terms["purposes"]]
    rights = RIGHTS if terms is None or make.chance(0.03) else terms["rights"]
    return {
        "reader": _reader(make, world, body),
        "act": act,
        "right": make.random.choice(rights),
        "purpose": make.random.choice(purposes if purposes and make.chance(0.97) else [*PURPOSES, "purpose-unknown"]),
        "crime_area": make.random.choice(cls["crime_areas"] if make.chance(0.97) else [*AREAS, "area-unknown"]),
        "class": cls["number"],
        "instrument": cls["instrument"] if make.chance(0.98) else "instrument-1",
        "recipient": make.random.choice(parties if make.chance(0.9) else make.bodies) if has_recipient else None,
        "record": record["id"] if make.chance(0.7) else None,
        "dates": {key: record[key] for key in ("erase_on", "withdrawn_at")} if make.chance(0.8) else None,
    }
