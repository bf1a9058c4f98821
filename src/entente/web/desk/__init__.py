"""The officers' web application: a table of pages over the verbs, rendered here, complete without script.

What others bring: who is signed in (`session.SessionOf`), acts that are done once and turns of work (`ports`). Nothing here lets
anybody in, and nothing here decides what may be seen: a page asks the same verb as the API and the command line.

Source: docs/rules/desk.md; docs/decisions/0084-the-desk-is-a-table-of-pages-over-the-verbs.md.
"""
