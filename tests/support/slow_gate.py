"""A slow, independent model of the access gate.

Written from the rules page (docs/rules/disclosure.md) and the neutral world format (tests/support/world_format.md)
alone, by someone who had not read the gate's code or its tests. It is for comparison: a test makes a world and a
request, asks the real gate and this model, and any difference is either a fault of the gate, a fault here, or a place
where the page can be read in two ways. So it imports nothing from the project, takes plain dictionaries, and follows
the page rule by rule, in the page's order, without any cleverness. Do not mend it by looking at the gate: mend it by
looking at the page.

Dates and times are compared as text, which the world format allows (one fixed form, always UTC); D4 alone adds minutes
to one.
"""

from datetime import datetime, timedelta
from typing import Any

World = dict[str, Any]

# ---- The ladder: `know` < `see` < `forward` < `use_as_evidence` < `act_on`, with ranks 1 to 5; nothing is rank 0. ----
LADDER: tuple[str, ...] = ("know", "see", "forward", "use_as_evidence", "act_on")
RANK: dict[str, int] = {"know": 1, "see": 2, "forward": 3, "use_as_evidence": 4, "act_on": 5}
NOTHING = 0
KNOW = 1
SEE = 2
FORWARD = 3
ACT_ON = 5
# An act that is not on the ladder is above every ceiling (unknown means no).
ABOVE_ALL = 6

NO_ACTS: frozenset[str] = frozenset()


def _is_own_data(klass: World, request: World) -> bool:
    """Own data: the reader's body is the class's source."""
    return bool(request["reader"]["body"] == klass["source"])


# ---- Leaves -----------------------------------------------------------------------------------------------------


def _one_leave_counts(leave: World, klass: World, request: World, act: str, now: str) -> bool:
    """D6, last paragraph: when a leave counts for an act."""
    if leave["source"] != klass["source"]:  # its source is the class's source
        return False
    if leave["grantee"] != request["reader"]["body"]:  # its grantee is the reader's body
        return False
    if request["record"] is None or request["record"] not in leave["records"]:  # the record is among its records
        return False
    if act not in leave["acts"]:  # the act is among its acts
        return False
    if leave["purpose"] != request["purpose"]:  # its purpose is the request's purpose
        return False
    if not leave["since"] <= now < leave["until"]:  # since <= now < until
        return False
    if act == "forward":  # the request's recipient is not None and equals the leave's recipient
        return request["recipient"] is not None and request["recipient"] == leave["recipient"]
    return True  # for other acts the leave's recipient does not matter


def _leave_counts(world: World, klass: World, request: World, act: str, now: str, supposed: frozenset[str]) -> bool:
    """Tell whether a leave counts for the act: one that stands, or one that `may_ask` supposes.

    `supposed` holds the acts for which «May leave be asked?» supposes a leave. A supposed leave for `forward` is to
    the request's recipient; without a recipient a leave cannot help `forward`.
    """
    if act in supposed and (act != "forward" or request["recipient"] is not None):
        return True
    return any(_one_leave_counts(leave, klass, request, act, now) for leave in world["leaves"])


# ---- D1: participants known, with keys in force, and not paused -------------------------------------------------


def _d1(world: World, klass: World, request: World, now: str) -> int:
    source = klass["source"]
    reader = request["reader"]["body"]
    recipient = request["recipient"]
    participants = [source, reader]
    if recipient is not None:
        participants.append(recipient)

    # Not in the situation's bodies, or no valid keys: nothing.
    for body in participants:
        if body not in world["bodies"] or not world["bodies"][body]["has_valid_keys"]:
            return NOTHING

    for measure in world["measures"]:
        # Counts when since <= now < until and its charter is an instrument of the situation that is in force.
        if not measure["since"] <= now < measure["until"]:
            continue
        charter = world["instruments"].get(measure["charter"])
        if charter is None or not charter["in_force"]:
            continue
        target = measure["target"]
        if target not in participants:
            continue
        policy = measure["policy"]
        # paused: nothing, unless the target is the reader's own body reading its own data.
        if policy == "paused" and not (target == reader and reader == source):
            return NOTHING
        # receive_only: target = source and the reader is another body: nothing.
        if policy == "receive_only" and target == source and reader != source:
            return NOTHING
        # via_review: target = source, reader another body, review state not cleared: nothing.
        if policy == "via_review" and target == source and reader != source and klass["review"] != "cleared":
            return NOTHING
        # direct, and any other combination: no effect.
    return ACT_ON


# ---- D2: an instrument in force covers it -----------------------------------------------------------------------


def _d2(world: World, klass: World, request: World, now: str, supposed: frozenset[str]) -> int:
    if _is_own_data(klass, request):
        return ACT_ON
    lists = world["lists"]
    kind = klass["kind"]

    # 1. The class has an instrument, and the request's instrument is the same one.
    if klass["instrument"] is None or request["instrument"] != klass["instrument"]:
        return NOTHING
    # 2. That instrument is in the situation and in force.
    instrument = world["instruments"].get(klass["instrument"])
    if instrument is None or not instrument["in_force"]:
        return NOTHING
    # 3. Source and reader are both among its parties.
    if klass["source"] not in instrument["parties"] or request["reader"]["body"] not in instrument["parties"]:
        return NOTHING
    # 4. Its kinds hold the class's kind; the kind is known; under a channel clause the kind is not a data set.
    if kind not in instrument["kinds"] or kind not in lists["record_kinds"]:
        return NOTHING
    if "channel" in instrument["clauses"] and lists["record_kinds"][kind]["is_data_set"]:
        return NOTHING
    # 5. The class's confidentiality is a known level not above the handling ceiling, itself a known level.
    levels = lists["confidentiality_levels"]
    if klass["confidentiality"] not in levels or instrument["handling_ceiling"] not in levels:
        return NOTHING
    if levels.index(klass["confidentiality"]) > levels.index(instrument["handling_ceiling"]):
        return NOTHING

    # 6. The purpose is known, in the instrument's purposes and in the class's.
    purpose = request["purpose"]
    if not (purpose in lists["purposes"] and purpose in instrument["purposes"] and purpose in klass["purposes"]):
        return KNOW
    # 7. The crime area is known, in the instrument's crime areas and in the class's.
    area = request["crime_area"]
    if not (area in lists["crime_areas"] and area in instrument["crime_areas"] and area in klass["crime_areas"]):
        return KNOW
    # 8. The right is among the instrument's rights.
    if request["right"] not in instrument["rights"]:
        return KNOW

    return _d2_onward(world, klass, request, now, supposed, instrument)


def _d2_onward(  # D2, point 9
    world: World, klass: World, request: World, now: str, supposed: frozenset[str], instrument: World
) -> int:
    onward = instrument["onward"]
    recipient = request["recipient"]
    if recipient is None:
        # No effect for among_parties and with_leave; under forbidden, `forward` itself gets `see`.
        if onward not in ("among_parties", "with_leave") and request["act"] == "forward":
            return SEE
        return ACT_ON
    if onward == "among_parties":
        passes = recipient in instrument["parties"] or _leave_counts(world, klass, request, "forward", now, supposed)
    elif onward == "with_leave":
        passes = _leave_counts(world, klass, request, "forward", now, supposed)
    else:  # forbidden (or a rule nobody knows): never passes
        passes = False
    return ACT_ON if passes else SEE


# ---- D3: both participations active for this counterpart, scope and direction -----------------------------------


def _suspension_stops(
    suspension: World, author: str, source: str, receiver: str, klass: World, request: World, now: str
) -> bool:
    other = receiver if author == source else source
    # A world's participations were said before every `since` in them: the second half of the page's clause never helps.
    if not suspension["since"] <= now:
        return False
    if suspension["counterparts"] and other not in suspension["counterparts"]:
        return False
    if suspension["kinds"] and klass["kind"] not in suspension["kinds"]:
        return False
    if suspension["rights"] and request["right"] not in suspension["rights"]:
        return False
    direction = suspension["direction"]
    if direction == "both":
        return True
    if direction == "sending":
        return author == source
    if direction == "receiving":
        return author == receiver
    return True  # a direction nobody knows stops the flow (unknown means no)


def _pair_flows(instrument: World, klass: World, request: World, source: str, receiver: str, now: str) -> bool:
    """Examine one pair: the body in the source's place and the body in the reader's place."""
    participations = instrument["participations"]
    # A missing participation of either: nothing.
    if source not in participations or receiver not in participations:
        return False
    # For each of the two:
    for author in (source, receiver):
        state = participations[author]["state"]
        # state `withdrawn`: nothing (as is a state the page does not know: unknown means no);
        if state not in ("active", "narrowed", "suspended"):
            return False
        # state `narrowed`: nothing unless the class's kind is in its `kinds`;
        if state == "narrowed" and klass["kind"] not in participations[author]["kinds"]:
            return False
        # each of its suspensions, whatever the state, may stop the flow.
        for suspension in participations[author]["suspensions"]:
            if _suspension_stops(suspension, author, source, receiver, klass, request, now):
                return False
    return True


def _d3(world: World, klass: World, request: World, now: str) -> int:
    if _is_own_data(klass, request):
        return ACT_ON
    # A missing instrument: nothing. (The class's instrument, whatever the request's is.)
    if klass["instrument"] is None or klass["instrument"] not in world["instruments"]:
        return NOTHING
    instrument = world["instruments"][klass["instrument"]]
    source = klass["source"]
    reader = request["reader"]["body"]
    recipient = request["recipient"]

    if not _pair_flows(instrument, klass, request, source, reader, now):
        return NOTHING

    # A recipient outside the instrument's parties (or none): no more pairs.
    if recipient is None or recipient not in instrument["parties"]:
        return ACT_ON
    # Two more pairs. The page makes no exception for a recipient that is the source or the reader itself.
    from_source = _pair_flows(instrument, klass, request, source, recipient, now)  # recipient in the reader's place
    from_reader = _pair_flows(instrument, klass, request, reader, recipient, now)  # reader in the source's place too
    return ACT_ON if from_source and from_reader else SEE


# ---- D4: lease ---------------------------------------------------------------------------------------------------


def _d4(world: World, klass: World, request: World, now: str) -> int:
    if _is_own_data(klass, request):
        return ACT_ON
    # It binds our own node's copies: the reader's body is the own body, and the right is `copy`.
    if request["reader"]["body"] != world["own_body"] or request["right"] != "copy":
        return ACT_ON
    # 1. The class's instrument is among the situation's.
    if klass["instrument"] is None or klass["instrument"] not in world["instruments"]:
        return NOTHING
    instrument = world["instruments"][klass["instrument"]]
    # 2. The class's source was heard.
    if klass["source"] not in world["heard"]:
        return NOTHING
    # 3. now < heard + lease, the kind's own lease where there is one.
    kind = klass["kind"]
    minutes = instrument["kind_leases"][kind] if kind in instrument["kind_leases"] else instrument["lease"]
    heard = datetime.fromisoformat(world["heard"][klass["source"]])
    ends = heard + timedelta(minutes=minutes)
    return ACT_ON if datetime.fromisoformat(now) < ends else NOTHING


# ---- D5: the source's own restrictions --------------------------------------------------------------------------


def _group_holds(world: World, reference: World, body: str, now: str) -> bool:
    """Tell whether a group reference whose group is there resolves to a set with the body in it."""
    today = now[:10]
    for entry in world["groups"][reference["group"]]:
        if entry["body"] != body or entry["status"] != reference["status"]:
            continue
        if entry["since"] <= today and (entry["until"] is None or today < entry["until"]):
            return True
    return False


def _restriction_admits(world: World, restriction: World, body: str, now: str) -> bool:
    mode = restriction["mode"]
    named = body in restriction["bodies"]
    for reference in restriction["groups"]:
        if reference["group"] in world["groups"]:
            named = named or _group_holds(world, reference, body, now)
        elif mode == "exclude":
            named = True  # a reference that is not there names everybody for exclude, nobody for only
    if mode == "exclude":
        return not named
    if mode == "only":
        return named
    return False


def _d5(world: World, klass: World, request: World, now: str) -> int:
    if _is_own_data(klass, request):
        return ACT_ON
    reader = request["reader"]["body"]
    recipient = request["recipient"]
    for restriction in klass["restrictions"]:
        if not _restriction_admits(world, restriction, reader, now):
            return NOTHING
    if recipient is not None:
        for restriction in klass["restrictions"]:
            if not _restriction_admits(world, restriction, recipient, now):
                return SEE
    return ACT_ON


# ---- D6: handling, and the evaluation of the information --------------------------------------------------------


def _d6(world: World, klass: World, request: World, now: str, supposed: frozenset[str]) -> int:
    if _is_own_data(klass, request):
        return ACT_ON
    known_codes = world["lists"]["handling_codes"]
    # Without any handling code, or with one that is not in the lists: nothing.
    if not klass["handling"]:
        return NOTHING
    for code in klass["handling"]:
        if code not in known_codes:
            return NOTHING
    # Walk the ladder from `know` upward; the ceiling is the last act passed before the first that is not.
    ceiling = NOTHING
    for act in LADDER:
        passed = True
        for code in klass["handling"]:
            permission = known_codes[code].get(act, "no")  # a missing permission counts as `no`
            if permission == "alone":
                continue
            if permission == "ask" and _leave_counts(world, klass, request, act, now, supposed):
                continue
            passed = False
            break
        if not passed:
            break
        ceiling = RANK[act]
    # What nobody can assess is a lead: at most `forward` for information 4 from source X.
    if klass["information_evaluation"] == "4" and klass["source_evaluation"] == "X":
        ceiling = min(ceiling, FORWARD)
    return ceiling


# ---- D7: neutrality and review ----------------------------------------------------------------------------------


def _d7(world: World, klass: World, request: World) -> int:
    lists = world["lists"]
    # An unknown kind, crime area, purpose, status or mark of the class: nothing, for own data too.
    if klass["kind"] not in lists["record_kinds"]:
        return NOTHING
    for area in klass["crime_areas"]:
        if area not in lists["crime_areas"]:
            return NOTHING
    for purpose in klass["purposes"]:
        if purpose not in lists["purposes"]:
            return NOTHING
    if klass["status"] not in lists["subject_statuses"]:
        return NOTHING
    for mark in klass["marks"]:
        if mark not in lists["marks"]:
            return NOTHING
    if klass["review"] in ("cleared", "not_required"):
        return ACT_ON
    if klass["review"] in ("pending", "refused"):
        return SEE if _is_own_data(klass, request) else NOTHING
    return NOTHING


# ---- D8: retention and withdrawal -------------------------------------------------------------------------------


def _d8(request: World, now: str) -> int:
    dates = request["dates"]
    if dates is None:
        return ACT_ON
    if dates["withdrawn_at"] is not None and dates["withdrawn_at"] <= now:
        return NOTHING
    if dates["erase_on"] is not None and now[:10] >= dates["erase_on"]:
        return NOTHING
    return ACT_ON


# ---- D9: the reader's role --------------------------------------------------------------------------------------


def _role_is_cleared(world: World, role: World, klass: World) -> bool:
    lists = world["lists"]
    levels = lists["confidentiality_levels"]
    # Its confidentiality is a known level and not below the class's (the class's level unknown: no role is cleared).
    if role["confidentiality"] not in levels or klass["confidentiality"] not in levels:
        return False
    if levels.index(role["confidentiality"]) < levels.index(klass["confidentiality"]):
        return False
    # Every mark of the class is among its marks.
    for mark in klass["marks"]:
        if mark not in role["marks"]:
            return False
    # For a tightening status, `victim_data` is among its marks.
    return klass["status"] not in lists["tightening_statuses"] or "victim_data" in role["marks"]


def _d9(world: World, klass: World, request: World) -> int:
    roles = request["reader"]["roles"]
    if roles is None:
        return ACT_ON if request["reader"]["body"] != world["own_body"] else NOTHING
    known_roles = world["lists"]["roles"]
    ceiling = NOTHING
    for name in roles:
        if name not in known_roles:
            continue  # unknown ones give nothing
        role = known_roles[name]
        if _role_is_cleared(world, role, klass):
            # `acts_up_to` that is no act: the role gives nothing.
            ceiling = max(ceiling, RANK.get(role["acts_up_to"], NOTHING))
    return ceiling


# ---- D10: the reader's unit -------------------------------------------------------------------------------------


def _limits_above(world: World, unit: str) -> list[World]:
    """List the limits of a unit of the body and of every unit above it."""
    parents = {one["id"]: one["parent"] for one in world["units"]}
    found = []
    at: str | None = unit
    while at is not None:
        if at in world["limits"]:
            found.append(world["limits"][at])
        at = parents[at]
    return found


def _unit_limits_admit(world: World, klass: World, request: World, limits: World) -> bool:
    lists = world["lists"]
    if "kinds" in limits and klass["kind"] not in limits["kinds"]:  # 1
        return False
    if "sources" in limits and klass["source"] not in limits["sources"]:  # 2
        return False
    is_own = _is_own_data(klass, request)
    if (
        "instruments" in limits and not is_own and klass["instrument"] not in limits["instruments"]
    ):  # 3 (None is in none)
        return False
    for name, asked in (("purposes", request["purpose"]), ("crime_areas", request["crime_area"])):  # 4 and 5
        if name in limits and (asked not in limits[name] or not any(code in limits[name] for code in klass[name])):
            return False
    return _unit_is_cleared(lists, klass, limits)  # 6 and 7


def _unit_is_cleared(lists: World, klass: World, limits: World) -> bool:
    if "confidentiality" in limits:  # 6
        levels = lists["confidentiality_levels"]
        if klass["confidentiality"] not in levels or limits["confidentiality"] not in levels:
            return False
        if levels.index(klass["confidentiality"]) > levels.index(limits["confidentiality"]):
            return False
    if "marks" in limits:  # 7
        if any(mark not in limits["marks"] for mark in klass["marks"]):
            return False
        if klass["status"] in lists["tightening_statuses"] and "victim_data" not in limits["marks"]:
            return False
    return True


def _d10(world: World, klass: World, request: World) -> int:
    reader = request["reader"]
    if reader["roles"] is None or reader["body"] != world["own_body"]:
        return ACT_ON
    if reader["unit"] == "":
        return ACT_ON
    listed = [one["id"] for one in world["units"]]
    if not world["limits"]:  # None while no unit of it has limits
        return ACT_ON
    if reader["unit"] not in listed:
        return NOTHING
    binding = _limits_above(world, reader["unit"])
    if not all(_unit_limits_admit(world, klass, request, limits) for limits in binding):
        return NOTHING
    return min((RANK.get(one["acts_up_to"], NOTHING) for one in binding if "acts_up_to" in one), default=ACT_ON)


# ---- The whole --------------------------------------------------------------------------------------------------


def _kind_is_knowable(world: World, klass: World) -> bool:
    """Look in the instrument's knowable kinds; without an instrument, or with one unknown here, there are none."""
    if klass["instrument"] is None:
        return False
    instrument = world["instruments"].get(klass["instrument"])
    return instrument is not None and klass["kind"] in instrument["knowable_kinds"]


def _may_ask(world: World, klass: World, request: World, now: str, wanted: int, refusing: list[str]) -> bool:
    """«May leave be asked?», for a request that is not allowed and whose ceiling is at least `know`."""
    # A leave for the request's act, and for every lower act, is supposed.
    supposed = frozenset(act for act in LADDER if RANK[act] <= wanted)
    for ground in refusing:
        if ground == "D2":
            with_leave = _d2(world, klass, request, now, supposed)
        elif ground == "D6":
            with_leave = _d6(world, klass, request, now, supposed)
        else:
            return False  # D1, D3, D4, D5, D7, D8, D9 and D10 are never lifted by a leave
        if with_leave < wanted:
            return False
    return True


def _judge_class(world: World, klass: World, request: World, now: str) -> World:
    wanted = RANK.get(request["act"], ABOVE_ALL)
    ceilings = {
        "D1": _d1(world, klass, request, now),
        "D2": _d2(world, klass, request, now, NO_ACTS),
        "D3": _d3(world, klass, request, now),
        "D4": _d4(world, klass, request, now),
        "D5": _d5(world, klass, request, now),
        "D6": _d6(world, klass, request, now, NO_ACTS),
        "D7": _d7(world, klass, request),
        "D8": _d8(request, now),
        "D9": _d9(world, klass, request),
        "D10": _d10(world, klass, request),
    }
    ceiling = min(ceilings.values())
    # A ground allows if the rank of its own ceiling is at least the rank of the act.
    refusing = [ground for ground, own in ceilings.items() if own < wanted]
    # The rule on knowable kinds, which gives one more ground with the number D2.
    if ceiling == KNOW and not _kind_is_knowable(world, klass):
        ceiling = NOTHING
        if "D2" not in refusing:
            refusing.append("D2")
    allowed = wanted <= ceiling
    may_ask = not allowed and ceiling >= KNOW and _may_ask(world, klass, request, now, wanted, refusing)
    return {
        "allowed": allowed,
        "ceiling": None if ceiling == NOTHING else LADDER[ceiling - 1],
        "may_ask": may_ask,
        "refusing": sorted(refusing),
    }


def slow_judge(world: World, request: World, now: str) -> World:
    """Judge one request: `allowed`, `ceiling`, `may_ask`, and `refusing` (the grounds that do not allow)."""
    number = request["class"]
    for klass in world["classes"]:
        if klass["number"] == number:
            return _judge_class(world, klass, request, now)
    message = f"the world has no class {number}"
    raise LookupError(message)


def slow_allowed_set(
    world: World, reader: World, act: str, right: str, purpose: str, crime_area: str, now: str
) -> list[int]:
    """Give the numbers of the classes whose request (own instrument, no record, recipient or dates) is allowed."""
    allowed: list[int] = []
    for klass in world["classes"]:
        request = {
            "reader": reader,
            "act": act,
            "right": right,
            "purpose": purpose,
            "crime_area": crime_area,
            "class": klass["number"],
            "instrument": klass["instrument"],
            "recipient": None,
            "record": None,
            "dates": None,
        }
        if _judge_class(world, klass, request, now)["allowed"]:
            allowed.append(klass["number"])
    return sorted(allowed)
