"""The scenes in which the system says no, and why: leave, outsiders, suspension, expulsion, orders, attacks."""

from __future__ import annotations

import json
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from demo.sharing import search
from demo.stage import Answer, Teller, claim, file_of
from entente.kernel.errors import EntenteError, Invalid, NotFound, Refused

WANTED = "XA-NCB/xa-person-01"
WHY = {"purpose": "inform_on_case", "crime_area": "fugitives"}


def forward_on_leave(teller: Teller) -> None:
    """Forward against the handling code, which is refused; then with the source's leave, which makes it pass."""
    about = {"purpose": "arrest", "crime_area": "fugitives"}
    refusal = teller.refused("XB-NCB", "record_forward", officer="duty-1", record=WANTED, to="GS", **about)
    claim("forwarding is refused by the handling code alone", numbers(refusal) == ["D6"])
    teller.try_promise(1, "forwarding against the handling code", is_kept=isinstance(refusal, Refused))
    teller.tell("XB-NCB officer forwards the record to GS", "refused", grounds(refusal), is_refusal=True)
    asked = teller.ask(
        "XB-NCB", "permission_ask", officer="duty-1", record=WANTED, acts=["forward"], forward_to="GS",
        justification="The secretariat prepares the notice.", **about,
    )["permission"]  # fmt: skip
    teller.world.settle()
    teller.ask(
        "XA-NCB", "permission_answer", officer="duty-1", id=asked["id"], grant=True, days=7, text="For the notice only."
    )
    teller.world.settle()
    passed = teller.ask("XB-NCB", "record_forward", officer="duty-1", record=WANTED, to="GS", **about)
    claim("the leave is what makes it pass", passed["leave"])
    teller.world.settle()
    held = search(teller, "GS", "Muhammadov", "1979")["candidates"]
    claim("the secretariat holds the forwarded record", held and held[0]["name"] == WANTED)
    teller.tell(
        "XB-NCB asks XA-NCB for leave, XA-NCB grants it for 7 days, XB-NCB forwards again",
        "allowed; GS verifies XA-NCB's own signature and the leave, and finds the record",
        "D6: the source's leave counts for this record, this recipient and this purpose",
    )


def ask_from_outside(teller: Teller) -> None:
    """Ask from outside the instrument, and get the words of «nothing found», byte for byte."""
    hidden = _request(teller, "RC", WANTED, "drug_seizure", "drug-data-programme", "analysis", "drugs")
    absent = _request(
        teller, "RC", "XA-NCB/xa-no-such-record", "drug_seizure", "drug-data-programme", "analysis", "drugs"
    )
    claim(
        "the answer is «nothing found»", hidden["answer"] == str(NotFound().what) or "Nothing found" in hidden["answer"]
    )
    same = [{key: one[key] for key in ("outcome", "answer", "grounds")} for one in (hidden, absent)]
    teller.try_promise(
        7,
        "a body outside asked for a hidden record and for one that does not exist",
        is_kept=json.dumps(same[0]) == json.dumps(same[1]),
    )
    found = search(teller, "RC", "Muhammadov", "1979", purpose="analysis", crime_area="drugs")
    teller.try_promise(1, "a body outside the agreement searched and asked", is_kept=found["candidates"] == [])
    teller.tell(
        "RC, no party of the agreement, asks XA-NCB for the same record, then for one that does not exist",
        f"«{hidden['answer'].splitlines()[0]}» both times, the same bytes",
    )


def _request(teller: Teller, code: str, record: str, kind: str, instrument: str, purpose: str, area: str) -> Answer:
    asked = teller.ask(
        code, "request_ask", officer="duty-1", record=record, kind=kind, instrument=instrument, purpose=purpose,
        crime_area=area,
    )["request"]  # fmt: skip
    teller.world.settle()
    return teller.ask(code, "request_show", id=asked["id"])["request"]


def suspend_the_programme(teller: Teller) -> None:
    """Suspend the drug programme toward the centre, contacts too; police messages still pass."""
    terms = {
        "instrument": "drug-data-programme", "toward": ["RC"], "direction": "both",
        "decided_by": "Council of Ministers of XA", "document": "Decision 2026/88 of 20 November 2026",
        "reason": "data_protection", "review_on": "2027-05-20",
    }  # fmt: skip
    before = _seizures(teller, "RC")
    claim("the centre finds seizures before the suspension", before > 0)
    preview = teller.ask("XA-NCB", "suspend_preview", officer="head-1", **terms)["preview"]
    claim("the preview names the copies that stop", preview["records_held_there"] == before)
    teller.tell(
        "XA-NCB previews the suspension of the drug-data-programme toward RC, all rights, contacts too",
        f"stops: {', '.join(preview['rights'])}; {preview['records_held_there']} copies held by RC; stays open: "
        f"{', '.join(preview['stays_open'])}",
    )
    teller.world.heads_sign("XA-NCB", teller.ask("XA-NCB", "suspend_draft", officer="head-1", **terms))
    signed = time.monotonic()
    while _seizures(teller, "RC"):
        claim("the suspension reaches the centre within ten seconds", time.monotonic() - signed < 10)
        teller.world.settle()
    took = time.monotonic() - signed
    teller.try_promise(
        3, f"a suspension reached a connected peer in {took:.1f} s; its copies are not found", is_kept=True
    )
    teller.tell(
        "Two heads of XA-NCB sign it",
        f"RC's {before} copies stop being found ({took:.1f} s)",
        f"D3: decided by the {terms['decided_by']}, {terms['document']}",
    )
    refusal = teller.refused(
        "RC", "request_ask", officer="duty-1", record="XA-NCB/xa-seizure-01", kind="drug_seizure", instrument="charter",
        purpose="analysis", crime_area="drugs",
    )  # fmt: skip
    claim("the charter is no way around the suspension", isinstance(refusal, Refused))
    teller.try_promise(1, "a suspended data set was asked for under the charter", is_kept="D2" in numbers(refusal))
    teller.tell("RC asks for a seizure under the charter instead", "refused", grounds(refusal), is_refusal=True)
    sent = teller.ask(
        "XA-NCB", "message_send", officer="duty-1", to="RC", instrument="charter", subject="Contact point this week",
        text="Our duty desk stays reachable under the charter.", urgency="normal", for_action=False,
    )["message"]  # fmt: skip
    teller.world.settle()
    arrived = [one["id"] for one in teller.ask("RC", "message_list")["messages"]]
    teller.try_promise(3, "the charter's channel stayed open", is_kept=sent["id"] in arrived)
    teller.tell(
        "XA-NCB sends RC a police message under the charter", "delivered; the charter's channel cannot be suspended"
    )


def _seizures(teller: Teller, code: str) -> int:
    listed = teller.ask(
        code, "record_list", officer="duty-1", purpose="analysis", crime_area="drugs", kind="drug_seizure"
    )
    return int(listed["of"])


def propose_an_expulsion(teller: Teller) -> None:
    """Have three bodies propose a member's expulsion: recorded as inadmissible, with the clause."""
    clauses = set()
    for code in ("GS", "XB-NCB", "RC"):
        made = teller.ask(
            code, "proposal_make", officer="head-1", kind="expulsion", target="XA-NCB",
            text="XA-NCB should no longer take part in the network.",
        )["proposal"]  # fmt: skip
        claim("the proposal is inadmissible where it is made", made["state"] == "inadmissible")
        clauses.add(made["clause"])
    teller.world.settle()
    everywhere = [
        one["state"] == "inadmissible"
        for code in ("GS", "XB-NCB", "RC", "XA-NCB")
        for one in teller.ask(code, "proposal_list")["proposals"]
    ]
    still = all(
        any(body["code"] == "XA-NCB" for body in teller.ask(code, "body_list")["bodies"])
        for code in ("GS", "XB-NCB", "RC")
    )
    kept = len(everywhere) == 12 and all(everywhere) and still
    teller.try_promise(2, "three of four bodies proposed an expulsion", is_kept=kept)
    teller.tell(
        "GS, XB-NCB and RC each propose to expel XA-NCB",
        f"recorded as inadmissible at all four nodes, clause {', '.join(sorted(clauses))} of the charter; XA-NCB stays",
        is_refusal=True,
    )


def obey_a_national_order(teller: Teller) -> None:
    """Task «observe» under a national order: refused and routed; detention passes beside it."""
    teller.ask("XB-NCB", "order_enter", officer="head-1", data=file_of("orders", "xb_operational_search.yaml"))
    task = {"officer": "duty-1", "subject": WANTED}
    refusal = teller.refused("XB-NCB", "measure_task", measure="observe", **task)
    claim("it is refused by the rules", isinstance(refusal, Refused))
    assert isinstance(refusal, Refused)
    claim("the order's reference is cited", "Order 114/2026" in refusal.why)
    claim("it names who may", "Criminal Police of XB" in refusal.decision.routed_to)
    teller.tell(
        "XB-NCB officer, under a national order, tasks «observe»",
        f"refused; routed to {refusal.decision.routed_to}",
        grounds(refusal),
        is_refusal=True,
    )
    passed = teller.ask("XB-NCB", "measure_task", measure="detain_on_international_notice", **task)
    basis = dict(passed["decision"]["facts"]).get("legal_basis", "")
    claim("detention rests on another law", passed["decision"]["allowed"] and basis)
    teller.tell(
        "XB-NCB officer tasks «detain on an international notice» beside it",
        "allowed",
        f"rests on {basis.replace('_', ' ')}, which the order does not touch",
    )


def withdraw_a_record(teller: Teller) -> None:
    """Withdraw a record: it stops being found at every holder, onward holders too."""
    told = teller.ask("XA-NCB", "record_withdraw", officer="duty-1", record="xa-person-01", reason="Surrendered to XB.")
    teller.world.settle()
    left = [
        code
        for code in ("XA-NCB", "XB-NCB", "GS")
        if any(one["name"] == WANTED for one in search(teller, code, "Muhammadov", "1979")["candidates"])
    ]
    again = teller.refused("XB-NCB", "record_show", officer="duty-1", record=WANTED, **WHY)
    teller.try_promise(4, "a record held by a bureau and forwarded to a third body was withdrawn", is_kept=not left)
    claim("shown to nobody either", isinstance(again, NotFound))
    teller.tell(
        "XA-NCB withdraws the record",
        f"found nowhere: not at {', '.join(body['code'] for body in told['told'])} nor at GS, which XB-NCB told in turn",
    )


def attack_the_line(teller: Teller) -> None:
    """Post a recorded batch again and altered: it counts once, and nothing is taken in."""
    batch = teller.world.captured("XA-NCB", "RC")
    before = _taken_in(teller)
    teller.world.post("RC", batch)
    teller.world.post("RC", _altered(batch))
    teller.world.post("XB-NCB", batch)
    after = _taken_in(teller)
    teller.try_promise(5, "a recorded batch was replayed, altered, and posted to another body", is_kept=before == after)
    teller.tell(
        "Somebody on the line posts a recorded batch again, then altered, then to XB-NCB",
        "counted once, refused, refused; it was sealed to RC and nobody else can read it",
        is_refusal=True,
    )


def _taken_in(teller: Teller) -> tuple[int, int]:
    counts = []
    for code in ("RC", "XB-NCB"):
        rows = teller.ask(code, "trail_show", officer="dpo-1", limit=1_000)["rows"]
        counts.append(sum(row["verb"] == "envelope_taken_in" for row in rows))
    return counts[0], counts[1]


def _altered(batch: bytes) -> bytes:
    """Turn one character of the sealed body into another."""
    place = batch.rindex(b"sealed") + 200
    return batch[:place] + (b"A" if batch[place : place + 1] != b"A" else b"B") + batch[place + 1 :]


def import_what_never_circulates(teller: Teller) -> None:
    """Import under closed lists and closed schemata: there is no code for politics to travel under."""
    terms = (
        "title: T\ninstrument: police-data-agreement\nkind: wanted_person\npurposes: [arrest]\ncrime_areas: [political_dissent]\n"
        "handling: [H0]\nconfidentiality: official_use\nsource_evaluation: A\ninformation_evaluation: '1'\n"
        "subject: {Person: wanted}\nretention: {review_after_years: 1, erase_after_years: 4}\n"
    )
    person = {
        "id": "xa-person-90",
        "schema": "Person",
        "properties": {"name": ["Ondrej Halvarsen"], "religion": ["any"], "political": ["any"], "nationality": ["xa"]},
    }
    with TemporaryDirectory() as place:
        file = Path(place) / "person.ftm.jsonl"
        file.write_text(json.dumps(person) + "\n", encoding="utf-8")
        refusal = _import_error(teller, file, terms)
        claim("an unknown crime area is refused", isinstance(refusal, Invalid))
        good = terms.replace("political_dissent", "fugitives")
        kept = teller.ask("XA-NCB", "record_import", officer="duty-1", file=str(file), terms=good, share_with=[])
    shown = teller.ask(
        "XA-NCB", "record_show", officer="duty-1", record="xa-person-90", purpose="arrest", crime_area="fugitives"
    )
    clean = "religion" not in json.dumps(shown) and "political" not in json.dumps(shown)
    teller.try_promise(6, "terms with a political crime area, and a person with religion and politics", is_kept=clean)
    dropped = " and ".join(sorted(kept["left_out"]))
    teller.tell(
        "XA-NCB officer imports a person under the crime area «political_dissent», then with religion and politics stated",
        f"refused: no such code; then imported without {dropped}",
        is_refusal=True,
    )


def _import_error(teller: Teller, file: Path, terms: str) -> EntenteError:
    return teller.refused("XA-NCB", "record_import", officer="duty-1", file=str(file), terms=terms, share_with=[])


def tamper_with_a_trail(teller: Teller) -> None:
    """Change one row of a copied trail, which is noticed; the real ones are sound."""
    finding = teller.world.tampered_copy("XB-NCB")
    claim("the changed row is named", "was changed" in finding)
    proofs = {code: teller.ask(code, "trail_verify")["proof"] for code in ("GS", "XA-NCB", "XB-NCB", "RC")}
    claim("each real trail is sound", all(proof["is_sound"] for proof in proofs.values()))
    rows = ", ".join(f"{code} {proof['rows']}" for code, proof in proofs.items())
    teller.tell("An officer's name is changed in a copy of XB-NCB's trail", finding, is_refusal=True)
    teller.tell("Each node checks its own trail", f"sound, head signed: {rows} rows")


def numbers(refusal: EntenteError) -> list[str]:
    """Return the numbers of the grounds that refused."""
    assert isinstance(refusal, Refused), f"not a refusal with grounds: {refusal}"
    return [ground.number for ground in refusal.decision.refusals]


def grounds(refusal: EntenteError) -> str:
    """Say the grounds that refused in a line."""
    assert isinstance(refusal, Refused), f"not a refusal with grounds: {refusal}"
    return " · ".join(f"{ground.number}: {ground.text}" for ground in refusal.decision.refusals)
