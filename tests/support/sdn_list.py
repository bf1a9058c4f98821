"""Builds small lists in SDN_ADVANCED XML, with reference values of its own and invented parties."""

HEAD = """<?xml version="1.0" encoding="utf-8"?>
<Sanctions xmlns="https://example.org/ADVANCED_XML" Version="3">
<DateOfIssue CalendarTypeID="1"><Year>2031</Year><Month>1</Month><Day>2</Day></DateOfIssue>
<ReferenceValueSets>
<AliasTypeValues><AliasType ID="1">A.K.A.</AliasType><AliasType ID="2">F.K.A.</AliasType><AliasType ID="3">Name</AliasType>
</AliasTypeValues>
<AreaCodeValues><AreaCode ID="71" CountryID="71" Description="State of XA">XA</AreaCode></AreaCodeValues>
<CountryValues><Country ID="71" ISO2="XA">State of XA</Country><Country ID="72">Region: Nowhere</Country>
<Country ID="73">undetermined</Country></CountryValues>
<DetailReferenceValues><DetailReference ID="81">Female</DetailReference></DetailReferenceValues>
<FeatureTypeValues><FeatureType ID="1">Birthdate</FeatureType><FeatureType ID="2">Nationality Country</FeatureType>
<FeatureType ID="3">Digital Currency Address - XBT</FeatureType><FeatureType ID="4">Gender</FeatureType>
<FeatureType ID="5">Secondary sanctions risk:</FeatureType><FeatureType ID="6">Religion</FeatureType>
<FeatureType ID="7">Location</FeatureType><FeatureType ID="8">Vessel Flag</FeatureType>
<FeatureType ID="9">Vessel Year of Build</FeatureType></FeatureTypeValues>
<IDRegDocDateTypeValues><IDRegDocDateType ID="1">Issue Date</IDRegDocDateType></IDRegDocDateTypeValues>
<IDRegDocTypeValues><IDRegDocType ID="1">Passport</IDRegDocType><IDRegDocType ID="2">Tax ID No.</IDRegDocType>
<IDRegDocType ID="3">Vessel Registration Identification</IDRegDocType></IDRegDocTypeValues>
<LegalBasisValues><LegalBasis ID="1">Order 1</LegalBasis></LegalBasisValues>
<ListValues><List ID="1">The List</List></ListValues>
<NamePartTypeValues><NamePartType ID="1">Last Name</NamePartType><NamePartType ID="2">First Name</NamePartType>
<NamePartType ID="3">Entity Name</NamePartType></NamePartTypeValues>
<PartySubTypeValues><PartySubType ID="1" PartyTypeID="4">Vessel</PartySubType>
<PartySubType ID="3" PartyTypeID="2">Unknown</PartySubType><PartySubType ID="4" PartyTypeID="1">Unknown</PartySubType>
<PartySubType ID="2" PartyTypeID="4">Aircraft</PartySubType></PartySubTypeValues>
<PartyTypeValues><PartyType ID="1">Individual</PartyType><PartyType ID="2">Entity</PartyType>
<PartyType ID="4">Transport</PartyType></PartyTypeValues>
<RelationTypeValues><RelationType ID="1">Family member of</RelationType><RelationType ID="2">Owned or Controlled By</RelationType>
<RelationType ID="3">Providing support to</RelationType></RelationTypeValues>
<ReliabilityValues><Reliability ID="1">Unknown</Reliability><Reliability ID="2">False</Reliability></ReliabilityValues>
<SanctionsTypeValues><SanctionsType ID="1">Program</SanctionsType>
<SanctionsType ID="2">Block</SanctionsType></SanctionsTypeValues>
<ScriptValues><Script ID="1">Latin</Script><Script ID="2">Cyrillic</Script></ScriptValues>
<SubsidiaryBodyValues><SubsidiaryBody ID="1">Office of Lists</SubsidiaryBody></SubsidiaryBodyValues>
<ValidityValues><Validity ID="1">Valid</Validity><Validity ID="2">Fraudulent</Validity></ValidityValues>
</ReferenceValueSets>
<Locations>
<Location ID="61"><LocationPart LocPartTypeID="1">
<LocationPartValue><Value>State of XA</Value></LocationPartValue></LocationPart></Location>
<Location ID="62"><LocationAreaCode AreaCodeID="71"/>
<LocationPart><LocationPartValue><Value>1 Quay</Value></LocationPartValue></LocationPart>
<LocationPart><LocationPartValue><Value>Port Alba</Value></LocationPartValue></LocationPart></Location>
<Location ID="63"><LocationPart><LocationPartValue><Value>Atlantis</Value></LocationPartValue></LocationPart></Location>
<Location ID="64"><LocationAreaCode AreaCodeID="73"/></Location>
<Location ID="65"><LocationCountry CountryID="72"/></Location>
</Locations>
"""


def alias(*parts: tuple[int, int, str], kind: int = 3, low: str = "false") -> str:
    """Return an alias; a part is (type of part, script, text)."""
    values = "".join(
        f'<DocumentedNamePart><NamePartValue NamePartGroupID="{part}" ScriptID="{script}">{text}</NamePartValue>'
        "</DocumentedNamePart>"
        for part, script, text in parts
    )
    name = f"<DocumentedName>{values}</DocumentedName>"
    return f'<Alias AliasTypeID="{kind}" Primary="true" LowQuality="{low}">{name}</Alias>'


def party(number: int, *content: str, sort: int = 4, names: str = "") -> str:
    groups = "".join(f'<NamePartGroup ID="{part}" NamePartTypeID="{part}"/>' for part in (1, 2, 3))
    given = names or alias((1, 1, "VELK"), (2, 1, "Ardan"))
    return (
        f'<DistinctParty FixedRef="{number}"><Comment/><Profile ID="{number}" PartySubTypeID="{sort}">'
        f'<Identity ID="9{number}" Primary="true" False="false">{given}<NamePartGroups><MasterNamePartGroup>{groups}'
        f"</MasterNamePartGroup></NamePartGroups></Identity>{''.join(content)}</Profile></DistinctParty>"
    )


def feature(sort: int, *content: str, number: int = 500, reliability: int = 1) -> str:
    return (
        f'<Feature ID="{number}" FeatureTypeID="{sort}"><FeatureVersion ReliabilityID="{reliability}"><Comment/>'
        f"{''.join(content)}</FeatureVersion></Feature>"
    )


def detail(text: str = "", reference: int = 0) -> str:
    return f'<VersionDetail DetailReferenceID="{reference}">{text}</VersionDetail>'


def period(first: str, last: str, approximate: str = "false") -> str:
    def day(text: str) -> str:
        return "".join(
            f"<{name}>{part}</{name}>" for name, part in zip(("Year", "Month", "Day"), text.split("-"), strict=False)
        )

    return (
        f'<DatePeriod><Start Approximate="{approximate}"><From>{day(first)}</From><To>{day(first)}</To></Start>'
        f'<End Approximate="{approximate}"><From>{day(last)}</From><To>{day(last)}</To></End></DatePeriod>'
    )


def document(number: int, holder: int, sort: int = 1, text: str = "XA100", more: str = "", validity: int = 1) -> str:
    return (
        f'<IDRegDocument ID="{number}" IDRegDocTypeID="{sort}" IdentityID="9{holder}" IssuedBy-CountryID="71" '
        f'ValidityID="{validity}"><IDRegistrationNo>{text}</IDRegistrationNo>{more}</IDRegDocument>'
    )


def xml(*parties: str, documents: str = "", relations: str = "", entries: str = "") -> bytes:
    return (
        f"{HEAD}<IDRegDocuments>{documents}</IDRegDocuments><DistinctParties>{''.join(parties)}</DistinctParties>"
        f"<ProfileRelationships>{relations}</ProfileRelationships><SanctionsEntries>{entries}</SanctionsEntries></Sanctions>"
    ).encode()
