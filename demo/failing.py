"""The scenes in which lines are missing, nodes are killed, and a store is put back: nothing is lost, nothing counts twice."""

from __future__ import annotations

from demo.sharing import search
from demo.stage import Answer, Teller, claim

MESSAGES = 10


def write_without_a_line(teller: Teller) -> None:
    """Two bureaus whose states have no diplomatic relations exchange under the charter, through the secretariat as relay."""
    for code in ("XA-NCB", "XB-NCB"):
        addresses = teller.ask(code, "body_show")["body"]["addresses"]
        teller.ask(code, "body_addresses", addresses=addresses, relays=["GS"])
    teller.world.settle()
    for code, other in (("XA-NCB", "XB-NCB"), ("XB-NCB", "XA-NCB")):
        teller.ask(code, "exchange_route", officer="head-1", body=other, via="GS")
    sent = _write(teller, "XA-NCB", "XB-NCB", "By way of the secretariat")
    teller.world.settle()
    teller.ask("XB-NCB", "message_open", officer="duty-1", id=sent)
    teller.ask("XB-NCB", "message_conclude", officer="duty-1", id=sent, outcome="acted_on")
    teller.world.settle()
    ladder = _ladder(teller, "XA-NCB", sent)
    claim("the whole ladder is signed", ladder == ["relayed", "stored", "opened", "acted on"])
    passed = [
        row
        for row in teller.ask("GS", "trail_show", officer="dpo-1", limit=1_000)["rows"]
        if row["verb"] == "envelope_relayed"
    ]
    claim("GS passed envelopes on", passed)
    read_by_gs = [one for one in teller.ask("GS", "message_list")["messages"] if one["id"] == sent]
    teller.try_promise(5, "a message went through a relay that is no party to it", is_kept=not read_by_gs)
    teller.tell(
        "XA-NCB and XB-NCB break off relations; a message goes through GS, which cannot read it",
        f"XA-NCB holds each step signed: {' → '.join(ladder)}",
        f"GS passed on {len(passed)} sealed envelopes and read none",
    )
    for code, other in (("XA-NCB", "XB-NCB"), ("XB-NCB", "XA-NCB")):
        teller.ask(code, "exchange_route", officer="head-1", body=other, via="")


def kill_a_node(teller: Teller) -> None:
    """Kill a node in the middle of its work and start it again."""
    sent = [_write(teller, "XA-NCB", "XB-NCB", f"Before {number}") for number in range(MESSAGES)]
    teller.world.kill("XB-NCB")
    sent += [_write(teller, "XA-NCB", "XB-NCB", f"While it was down {number}") for number in range(MESSAGES)]
    teller.world.start_again("XB-NCB")
    teller.world.settle()
    came = _received(teller, "XB-NCB", sent)
    is_kept = sorted(came) == sorted(sent)
    teller.try_promise(5, f"a node was killed among {len(sent)} messages", is_kept=is_kept)
    teller.tell(
        f"XB-NCB's node is killed while XA-NCB sends {len(sent)} messages, and started again",
        f"{len(came)} of {len(sent)} are there, none twice; each is acknowledged",
    )


def carry_a_bundle(teller: Teller) -> None:
    """Cut a line for a week: what waited is carried by hand, in a file, while the node never runs."""
    teller.world.kill("XB-NCB")
    sent = [_write(teller, "XA-NCB", "XB-NCB", f"Day {number}") for number in range(1, 8)]
    there, back = (str(teller.world.scratch / name) for name in ("to-xb.bundle", "to-xa.bundle"))
    teller.ask("XA-NCB", "exchange_export", to="XB-NCB", file=there)
    first = teller.ask("XB-NCB", "exchange_import", file=there, answer=back)
    again = teller.ask("XB-NCB", "exchange_import", file=there, answer=back + ".again")
    claim("every envelope was read", not first["unreadable"])
    teller.ask("XA-NCB", "exchange_import", file=back, answer=str(teller.world.scratch / "rest.bundle"))
    acknowledged = [_ladder(teller, "XA-NCB", one)[-1] for one in sent]
    came = _received(teller, "XB-NCB", sent)
    is_kept = sorted(came) == sorted(sent) and set(acknowledged) == {"stored"}
    teller.try_promise(5, "a bundle was taken in twice while the line was cut", is_kept=is_kept)
    teller.tell(
        "XB-NCB's line is cut for a week; XA-NCB's messages are carried there as a file, and taken in twice",
        f"{first['envelopes']} envelopes, then {again['envelopes']} again: {len(came)} messages, each once; the answer goes back",
    )
    teller.world.start_again("XB-NCB")
    teller.world.settle()


def confirm_a_withdrawal(teller: Teller) -> None:
    """Withdraw a record: each holder's confirmation stands in a list, and so would a missing one."""
    record = "xa-person-05"
    told = teller.ask("XA-NCB", "record_withdraw", officer="duty-1", record=record, reason="Found safe.")
    teller.world.settle()
    holders = teller.ask("XA-NCB", "record_who_can_see", officer="duty-1", record=record)["holders"]
    confirmed = [one["body"]["code"] for one in holders if one["state"] == "withdrawal_confirmed"]
    claim("each holder confirmed", sorted(confirmed) == sorted(body["code"] for body in told["told"]))
    found = search(teller, "XB-NCB", "Laila Hadad Almansouri")["candidates"]
    is_gone = all(one["name"] != f"XA-NCB/{record}" for one in found)
    teller.try_promise(4, "a withdrawal was confirmed by every holder", is_kept=is_gone)
    teller.tell(
        "XA-NCB withdraws another record and asks who has confirmed",
        f"{len(confirmed)} of {len(holders)} holders confirmed: {', '.join(sorted(confirmed))}",
    )


def put_back_a_backup(teller: Teller) -> None:
    """Lose a node after its backup: restored, it takes back from the others what the backup did not hold."""
    file = teller.world.scratch / "xb.backup"
    teller.ask("XB-NCB", "backup", out=str(file))
    ours = [_write(teller, "XB-NCB", "XA-NCB", f"After the backup {number}") for number in range(3)]
    theirs = [_write(teller, "XA-NCB", "XB-NCB", f"To a node that will forget {number}") for number in range(3)]
    teller.world.settle()
    teller.world.restore("XB-NCB", file)
    answered = teller.ask("XB-NCB", "recovery_ask")
    teller.world.settle()
    claim("every body answered", not answered["takes_back"])
    back = {one["id"] for one in teller.ask("XB-NCB", "message_list", limit=200)["messages"]}
    doubled = _received(teller, "XA-NCB", ours)
    is_kept = set(ours + theirs) <= back and sorted(doubled) == sorted(ours)
    teller.try_promise(5, "a node was put back to a backup made before it sent and received", is_kept=is_kept)
    given = ", ".join(f"{one['body']['code']} {one['given_back']}" for one in answered["peers"])
    teller.tell(
        "XB-NCB's node is lost and restored from a backup made before its last messages",
        f"it signs nothing until others gave back what it had said: {given}; what they had sent came again, each once",
    )


def _write(teller: Teller, code: str, to: str, subject: str) -> str:
    sent = teller.ask(
        code, "message_send", officer="duty-1", to=to, instrument="charter", subject=subject, text="See the case file.",
    )  # fmt: skip
    return str(sent["message"]["id"])


def _ladder(teller: Teller, code: str, message: str) -> list[str]:
    shown: Answer = teller.ask(code, "message_show", id=message)["message"]
    (delivery, *_) = shown["deliveries"]
    steps = [step["step"].replace("_", " ") for step in delivery["steps"]]
    below = [step for step in steps if step == "relayed"]
    return [*below, delivery["state"], *(step for step in steps if step != "relayed")]


def _received(teller: Teller, code: str, messages: list[str]) -> list[str]:
    """Return the ids of those messages at a node, as often as they are there."""
    return [one["id"] for one in teller.ask(code, "message_list", limit=200)["messages"] if one["id"] in messages]
