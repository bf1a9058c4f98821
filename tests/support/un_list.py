"""Builds small lists in the form of the Consolidated List of the United Nations Security Council, of invented parties."""

HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<CONSOLIDATED_LIST xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
    'xsi:noNamespaceSchemaLocation="https://example.org/consolidated.xsd" dateGenerated="2031-01-02T05:00:00.123Z">'
)
NAMES = "<FIRST_NAME>ARDAN</FIRST_NAME><SECOND_NAME>VELK</SECOND_NAME>"
LISTING = (
    "<UN_LIST_TYPE>Alba</UN_LIST_TYPE><REFERENCE_NUMBER>ABi.001</REFERENCE_NUMBER><LISTED_ON>2024-03-05</LISTED_ON>"
    "<LIST_TYPE><VALUE>UN List</VALUE></LIST_TYPE>"
    "<LAST_DAY_UPDATED><VALUE>2026-07-08</VALUE><VALUE>2025-01-02</VALUE></LAST_DAY_UPDATED>"
)


def individual(number: object, *content: str, names: str = NAMES, listing: str = LISTING) -> str:
    """Return an individual; the list ends each with a key for sorting."""
    return (
        f"<INDIVIDUAL><DATAID>{number}</DATAID><VERSIONNUM>1</VERSIONNUM>{names}{listing}{''.join(content)}"
        "<SORT_KEY>velk</SORT_KEY><SORT_KEY_LAST_MOD/></INDIVIDUAL>"
    )


def entity(number: object, *content: str, name: str = "ALBA SHIPPING", listing: str = LISTING) -> str:
    """Return an entity."""
    return (
        f"<ENTITY><DATAID>{number}</DATAID><VERSIONNUM>1</VERSIONNUM><FIRST_NAME>{name}</FIRST_NAME>{listing}"
        f"{''.join(content)}<SORT_KEY/></ENTITY>"
    )


def part(name: str, **fields: str) -> str:
    """Return a part of an entry: `part("INDIVIDUAL_ALIAS", QUALITY="Low", ALIAS_NAME="Red")`."""
    return f"<{name}>{''.join(f'<{field}>{text}</{field}>' for field, text in fields.items())}</{name}>"


def values(name: str, *texts: str) -> str:
    """Return an element that holds VALUE elements."""
    return f"<{name}>{''.join(f'<VALUE>{text}</VALUE>' for text in texts)}</{name}>"


def xml(*individuals: str, entities: str = "") -> bytes:
    """Return a list."""
    body = f"<INDIVIDUALS>{''.join(individuals)}</INDIVIDUALS><ENTITIES>{entities}</ENTITIES>"
    return f"{HEAD}{body}</CONSOLIDATED_LIST>".encode()
