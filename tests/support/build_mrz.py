"""Machine readable zones made from what they should say, by code that shares nothing with the reader's.

Invented persons only, and the specimen of ICAO 9303.
"""

from dataclasses import dataclass

TD3_SPECIMEN = (
    "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
    "L898902C36UTO7408122F1204159ZE184226B<<<<<10",
)
TD1_SPECIMEN = (
    "I<UTOD231458907<<<<<<<<<<<<<<<",
    "7408122F1204159UTO<<<<<<<<<<<6",
    "ERIKSSON<<ANNA<MARIA<<<<<<<<<<",
)
TD2_SPECIMEN = ("I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<", "D231458907UTO7408122F1204159<<<<<<<6")
MRV_A_SPECIMEN = ("V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L8988901C4XXX4009078F96121096ZE184226B<<<<<<")
MRV_B_SPECIMEN = ("V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<", "L8988901C4XXX4009078F9612109<<<<<<<<")
SPECIMENS = {
    "TD1": TD1_SPECIMEN, "TD2": TD2_SPECIMEN, "TD3": TD3_SPECIMEN, "MRV-A": MRV_A_SPECIMEN, "MRV-B": MRV_B_SPECIMEN,
}  # fmt: skip


def digit(text: str) -> str:
    """Weights 7, 3, 1, written as the standard's own table of values."""
    total = 0
    for place, character in enumerate(text):
        value = 0 if character == "<" else int(character, 36)
        total += value * [7, 3, 1][place % 3]
    return str(total)[-1]


@dataclass(frozen=True)
class Holder:
    """What a document says of its holder and of itself."""

    surname: str = "KARIMOVA"
    given: str = "ZARINA"
    number: str = "PA1234567"
    issuer: str = "TJK"
    nationality: str = "TJK"
    born: str = "790504"
    sex: str = "F"
    expires: str = "310503"
    code: str = ""
    optional: str = ""
    personal: str = ""

    @property
    def name(self) -> str:
        parts = [part.replace(" ", "<") for part in (self.surname, self.given) if part]
        return "<<".join(parts)


def zone(size: str, who: Holder) -> tuple[str, ...]:
    """Write the lines of a valid zone."""
    match size:
        case "TD1":
            return _td1(who)
        case "TD2" | "MRV-B":
            return _two_lines(size, who, 36)
        case _:
            return _two_lines(size, who, 44)


def _number(who: Holder, room: int) -> tuple[str, str, str]:
    """Give the nine places of the number, its check digit, and what the optional data begins with."""
    if len(who.number) > 9:
        rest = (who.number[9:] + digit(who.number) + "<" + who.optional).ljust(room, "<")[:room]
        return who.number[:9], "<", rest
    number = who.number.ljust(9, "<")
    return number, digit(number), who.optional.ljust(room, "<")[:room]


def _td1(who: Holder) -> tuple[str, ...]:
    number, check, optional = _number(who, 15)
    first = (who.code or "I").ljust(2, "<") + who.issuer.ljust(3, "<") + number + check + optional
    dates = who.born + digit(who.born) + who.sex + who.expires + digit(who.expires)
    second = dates + who.nationality.ljust(3, "<") + "<" * 11
    covered = first[5:] + second[:7] + second[8:15] + second[18:29]
    return first, second + digit(covered), who.name.ljust(30, "<")[:30]


def _two_lines(size: str, who: Holder, width: int) -> tuple[str, ...]:
    code = who.code or {"TD3": "P", "TD2": "I"}.get(size, "V")
    first = (code.ljust(2, "<") + who.issuer.ljust(3, "<") + who.name).ljust(width, "<")[:width]
    number, check, optional = _number(who, {"TD2": 7, "MRV-A": 16, "MRV-B": 8, "TD3": 14}[size])
    second = number + check + who.nationality.ljust(3, "<") + who.born + digit(who.born) + who.sex
    second += who.expires + digit(who.expires)
    if size == "TD3":
        personal = who.personal.ljust(14, "<")
        second += personal + digit(personal)
    else:
        second += optional
    if size in {"TD2", "TD3"}:
        second += digit(second[:10] + second[13:20] + second[21:])
    return first, second
