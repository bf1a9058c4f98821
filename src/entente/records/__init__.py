"""Records: one body's account of one thing, in versions, made of facts with their own handling.

Only the source writes a record; two bodies' records of one person stay two, and «same person» is a judgement, itself a
record. What another body gets is an extract holding the facts it may see, signed by the source, asked of the gate on both
sides. A withdrawal beats any version, also one that arrives later. What is erased leaves a tombstone that recognises it.

Leaves to others: who may see (disclosure), names and scores (identity), forwarding on leave (correspondence), files and their
formats (formats), overwriting what was erased (storage). Source: DESIGN sections 2, 5 and 6; docs/rules/records.md.
"""

from entente.records.importing import Import, ImportPlan
from entente.records.intake import Intake
from entente.records.model import Fact, Fragment, Link, Record, RecordDraft, Schema, StoredRecord
from entente.records.service import Records

__all__ = [
    "Fact",
    "Fragment",
    "Import",
    "ImportPlan",
    "Intake",
    "Link",
    "Record",
    "RecordDraft",
    "Records",
    "Schema",
    "StoredRecord",
]
