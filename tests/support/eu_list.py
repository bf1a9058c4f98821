"""Builds small lists in the form of the European Union's consolidated list of financial sanctions, of invented parties."""

from xml.sax.saxutils import quoteattr

NAMESPACE = "http://eu.europa.ec/fpi/fsd/export"
HEAD = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    f'<export xmlns="{NAMESPACE}" generationDate="2031-01-02T16:47:04.449+02:00" globalFileId="184961">'
)
SUMMARY = '<regulationSummary regulationType="amendment" publicationDate="2024-03-07" numberTitle="2024/1 (OJ L1)"/>'


def tag(name: str, *content: str, **attributes: object) -> str:
    """Return an element with its attributes in the list's order."""
    stated = "".join(f" {key}={quoteattr(str(value))}" for key, value in attributes.items())
    return f"<{name}{stated}>{''.join(content)}</{name}>"


def remark(text: str) -> str:
    """Return a remark."""
    return tag("remark", text)


def name(whole: str, *content: str, first: str = "", last: str = "", strong: str = "true", **more: object) -> str:
    """Return a name; the list writes empty attributes rather than none."""
    attributes = {
        "firstName": first, "middleName": "", "lastName": last, "wholeName": whole, "function": "", "gender": "",
        "title": "", "nameLanguage": "", "strong": strong, "regulationLanguage": "en", "logicalId": 17, **more,
    }  # fmt: skip
    return tag("nameAlias", *content, SUMMARY, **attributes)


VELK = name("Ardan Velk", first="Ardan", last="Velk")


def regulation(number: int = 348, **more: object) -> str:
    """Return a regulation."""
    attributes = {
        "regulationType": "amendment", "organisationType": "council", "publicationDate": "2024-03-07",
        "entryIntoForceDate": "2024-03-08", "numberTitle": "2024/1 (OJ L1)", "programme": "ALB", "logicalId": number, **more,
    }  # fmt: skip
    return tag("regulation", tag("publicationUrl", "https://example.org/1"), **attributes)


def entry(
    number: object,
    *content: str,
    sort: str = "person",
    names: str = VELK,
    regulations: str = "",
    **more: object,
) -> str:
    """Return an entry."""
    attributes = {
        "designationDate": "2024-03-05", "designationDetails": "", "unitedNationId": "ABi.001",
        "euReferenceNumber": "EU.1.2", **more, "logicalId": number,
    }  # fmt: skip
    subject = tag("subjectType", code=sort, classificationCode="P" if sort == "person" else "E")
    return tag("sanctionEntity", regulations or regulation(), subject, names, *content, **attributes)


def place(**stated: object) -> dict[str, object]:
    """Return the attributes of a place, with those the list leaves empty."""
    return {
        "city": "", "zipCode": "", "region": "", "place": "", "countryIso2Code": "00", "countryDescription": "UNKNOWN",
        "regulationLanguage": "en", "logicalId": 14, **stated,
    }  # fmt: skip


def document(number: object, text: str = "XA100", *content: str, sort: str = "passport", **more: object) -> str:
    """Return an identification."""
    attributes = {
        "diplomatic": "false", "knownExpired": "false", "knownFalse": "false", "reportedLost": "false",
        "revokedByIssuer": "false", "issuedBy": "", "latinNumber": "", "nameOnDocument": "", "number": text, "region": "",
        "countryIso2Code": "YE", "countryDescription": "YEMEN", "identificationTypeCode": sort,
        "identificationTypeDescription": f"A {sort}", "regulationLanguage": "en", "logicalId": number, **more,
    }  # fmt: skip
    return tag("identification", *content, SUMMARY, **attributes)


def xml(*entries: str) -> bytes:
    """Return a list."""
    return f"{HEAD}{''.join(entries)}</export>".encode()
