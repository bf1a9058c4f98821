"""What bodies have agreed, and how each of them stands to it: instruments, participations, measures, proposals.

An instrument is immutable and in force by its own rule; what changes is each party's own participation, which only that party
writes. A suspension is one party's own act; the charter's channel cannot be suspended, and nobody can be expelled.

`model` the nouns · `terms` whether terms hold together (A2) · `rules` ids, entry into force, proposals (A1, A3, A7) ·
`participation` the life cycle of a party's stand, and measures (A4 to A6) · `preview` what a suspension would stop ·
`cutting_off` all of it in one step, and the return (A10) · `standing` what our own changes ask first ·
`stops` what stops a flow · `sharing` who shares what with whom (A11) · `drafts` what heads sign, as a file (A12) ·
`statements` the kinds of statement · `channel` whom they go to (A8) · `intake` what others say · `service` the verbs ·
`ports` what is needed from outside.

Source: DESIGN section 5; docs/rules/agreements.md. Leaves to others: whether one record may be seen under an instrument
(disclosure), how statements travel (exchange), the file a lawyer reads (formats).
"""
