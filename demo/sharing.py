"""The scenes in which the bodies meet, sign, share and find."""

from __future__ import annotations

from pathlib import Path

from demo.stage import HERE, Answer, Teller, claim, file_of, isolated

DATA = HERE / "data"
ALL = ("GS", "XA-NCB", "XB-NCB", "RC")
CASE_TITLE = "Traveller held at the northern checkpoint"


def meet(teller: Teller) -> None:
    """Enter everybody at the secretariat by hand, and have it introduce the others to each other."""
    entries = {code: teller.ask(code, "body_export") for code in ALL}
    for code in ALL[1:]:
        teller.ask("GS", "body_enter", entry=entries[code])
        teller.ask(code, "body_enter", entry=entries["GS"])
    teller.ask("GS", "instrument_propose", officer="head-1", data=file_of("instruments", "charter.yaml"))
    for to in ALL[1:]:
        for about in ALL[1:]:
            if to != about:
                teller.ask("GS", "body_introduce", to=to, about=about)
    teller.world.settle()
    known = [len(teller.ask(code, "body_list")["bodies"]) for code in ALL]
    claim("each body knows all four", known == [4, 4, 4, 4])
    teller.tell(
        "GS introduces XA-NCB, XB-NCB and RC to each other",
        "each directory holds 4 bodies, entered by signed introduction; none can be removed again",
    )


def sign(teller: Teller) -> None:
    """Have two of each party's three heads sign the charter, the agreement and the programme."""
    _sign(teller, "charter", ALL)
    teller.ask("XA-NCB", "instrument_propose", officer="head-1", data=file_of("instruments", "agreement.yaml"))
    teller.world.settle()
    _sign(teller, "police-data-agreement", ("XA-NCB", "XB-NCB", "GS"))
    teller.ask("RC", "instrument_propose", officer="head-1", data=file_of("instruments", "programme.yaml"))
    teller.world.settle()
    _sign(teller, "drug-data-programme", ("RC", "XA-NCB", "XB-NCB"))


def _sign(teller: Teller, name: str, parties: tuple[str, ...]) -> None:
    for code in parties:
        teller.world.heads_sign(code, teller.ask(code, "instrument_sign_draft", officer="head-1", instrument=name))
        teller.world.settle()
    lines = [_instrument(teller, code, name) for code in parties]
    claim(f"{name} is in force at each of its parties", all(line["in_force"] for line in lines))
    claim(f"{name} is in force for all of them", all(set(line["parties_in_force"]) == set(parties) for line in lines))
    others = [code for code in ALL if code not in parties]
    note = f"; {', '.join(others)} is no party and does not know it" if others else ""
    teller.tell(f"Two heads each of {', '.join(parties)} sign the {name}", f"{lines[0]['why'].rstrip('.')}{note}")


def _instrument(teller: Teller, code: str, name: str) -> Answer:
    return next(line for line in teller.ask(code, "instrument_list")["instruments"] if line["name"] == name)


def share_records(teller: Teller, official_list: Path = DATA / "sdn_extract.xml.bz2") -> None:
    """Import a real official list and invented persons and seizures, and send copies."""
    listed = _import(teller, "GS", official_list, "sanctions", ["XA-NCB", "XB-NCB"])
    teller.tell(
        "GS imports an official sanctions list (a small extract of a public one, in its own XML format)",
        f"{listed['created']} records, {listed['rejected']} rejected; copies to XA-NCB and XB-NCB",
        "right copy of the police-data-agreement, asked of the gate on both sides",
    )
    wanted = _import(teller, "XA-NCB", DATA / "wanted_xa.ftm.jsonl", "wanted", ["XB-NCB"])
    seizures = _import(teller, "XA-NCB", DATA / "seizures_xa.ftm.jsonl", "drugs", ["RC"])
    teller.tell(
        "XA-NCB records invented wanted persons (Cyrillic, Arabic, Chinese, Georgian, Latin) and drug seizures",
        f"{wanted['created']} records to XB-NCB under H2, {seizures['created']} to RC under the programme",
    )
    teller.world.settle()
    held = _list(teller, "XB-NCB", "identify", "fugitives")["of"]
    claim("XB-NCB holds every wanted person of XA-NCB", held >= wanted["created"])
    claim("RC holds every seizure", _list(teller, "RC", "analysis", "drugs")["of"] == seizures["created"])


def _import(teller: Teller, code: str, file: Path, terms: str, share_with: list[str]) -> Answer:
    answer = teller.ask(
        code,
        "record_import",
        officer="duty-1",
        file=str(file),
        terms=(HERE / "terms" / f"{terms}.yaml").read_text(encoding="utf-8"),
        share_with=share_with,
        rejects=str(teller.world.scratch / f"{file.name}.rejects.jsonl"),
    )
    claim(f"{file.name} is imported without a rejected row", answer["summary"]["rejected"] == 0)
    claim(f"{file.name} holds records", answer["summary"]["created"] > 0)
    return answer["summary"]


def _list(teller: Teller, code: str, purpose: str, crime_area: str) -> Answer:
    return teller.ask(code, "record_list", officer="duty-1", purpose=purpose, crime_area=crime_area)


def search(teller: Teller, code: str, name: str, birth: str = "", **why: str) -> Answer:
    """Search as a body's duty officer would: with purpose, crime area and case or occasion."""
    given = {"purpose": "identify", "crime_area": "fugitives", "occasion": "control at the northern checkpoint", **why}
    names = {"names": [name]} if not name.isdigit() else {"identifiers": [name]}
    return teller.ask(code, "search", officer="duty-1", birth_date=birth, **names, **given)


def told(candidate: Answer) -> str:
    """Say a candidate in a line: caption, source, score."""
    return f"{isolated(candidate['caption'])}, source {candidate['source']['code']}, score .{candidate['score']:03d}"


def evidence(candidate: Answer) -> str:
    """Say the evidence for and against in words."""
    return " · ".join(piece["text"] for piece in candidate["evidence"][:4])


def find(teller: Teller) -> None:
    """Find a name in another script from its Latin spelling, and others too."""
    case = teller.ask("XB-NCB", "case_open", officer="duty-1", title=CASE_TITLE, crime_area="fugitives")["case"][
        "number"
    ]
    answer = search(teller, "XB-NCB", "Muhammadov", "1979", case=case)
    first = answer["candidates"][0]
    claim("the first candidate is the person XA-NCB seeks", first["name"] == "XA-NCB/xa-person-01")
    claim("its score is that of a good candidate", first["score"] >= 850)
    count = len(answer["candidates"])
    teller.tell(
        f"XB-NCB officer searches «Muhammadov, 1979», case {case}",
        f"{count} of {answer['searched']} records: {told(first)}",
        evidence(first),
    )
    others = [
        ("Chen Weiguo", "xa-person-06"),
        ("Laila Hadad Almansouri", "xa-person-05"),
        ("Levan Chikhoradze", "xa-person-08"),
        ("Aleksey Vernigorenko", "xa-person-12"),
    ]
    found = []
    for name, local in others:
        candidates = search(teller, "XB-NCB", name, case=case)["candidates"]
        claim(f"«{name}» is found first", candidates and candidates[0]["name"] == f"XA-NCB/{local}")
        found.append(f"«{name}» → {isolated(candidates[0]['caption'])} .{candidates[0]['score']:03d}")
    teller.tell("XB-NCB officer searches four Latin spellings of names recorded in other scripts", " · ".join(found))


def confirm(teller: Teller) -> None:
    """Confirm the hit with purpose and case; the source is told at once and answers."""
    number = teller.ask("XB-NCB", "case_list")["cases"][0]["number"]
    hit = teller.ask(
        "XB-NCB", "hit_confirm", officer="duty-1", record="XA-NCB/xa-person-01", version=1, score=900,
        circumstances="Passport control, northern checkpoint; the traveller is held.",
        purpose="arrest", crime_area="fugitives", case=number,
    )["hit"]  # fmt: skip
    teller.world.settle()
    at_source = next(one for one in teller.ask("XA-NCB", "hit_list")["hits"] if one["id"] == hit["id"])
    claim("the source was told", at_source["state"] == "told")
    teller.tell(
        f"XB-NCB officer confirms the hit, purpose arrest, case {number}",
        "XA-NCB is told at once",
        "hit rule of the police-data-agreement: at_once",
    )
    teller.ask(
        "XA-NCB", "hit_answer", officer="duty-1", id=hit["id"], same=True,
        text="The same person by passport and prints; extradition will be sought.",
    )  # fmt: skip
    teller.world.settle()
    answered = next(one for one in teller.ask("XB-NCB", "hit_list")["hits"] if one["id"] == hit["id"])
    claim("the finder has the answer", answered["state"] == "answered" and answered["is_same_person"] is True)
    teller.tell("XA-NCB officer answers the hit", f"XB-NCB reads: «{answered['answer']}»")
